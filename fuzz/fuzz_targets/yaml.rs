//! Fuzzes the YAML reader.

#![no_main]

libfuzzer_sys::fuzz_target!(init: miniascape_fuzz::one_thread(), |text: &str| {
    miniascape_fuzz::inputs::yaml(text);
    miniascape_fuzz::settle();
});
