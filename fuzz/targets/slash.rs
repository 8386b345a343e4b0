#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| chat::fuzz_request(data));
