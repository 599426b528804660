//! Fuzzes merging.

#![no_main]

libfuzzer_sys::fuzz_target!(init: miniascape_fuzz::one_thread(), |text: &str| {
    miniascape_fuzz::inputs::merging(text);
    miniascape_fuzz::settle();
});
