#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| web::express::fuzz_head(data));
