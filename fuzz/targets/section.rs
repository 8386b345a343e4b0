#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| edition::fuzz_section(data));
