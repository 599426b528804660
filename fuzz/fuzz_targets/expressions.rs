//! Fuzzes expressions.

#![no_main]

libfuzzer_sys::fuzz_target!(init: miniascape_fuzz::one_thread(), |text: &str| {
    miniascape_fuzz::inputs::expressions(text, miniascape_fuzz::site());
    miniascape_fuzz::settle();
});
