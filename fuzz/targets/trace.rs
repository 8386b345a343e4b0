#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fleet::fuzz::fuzz_trace(data));
