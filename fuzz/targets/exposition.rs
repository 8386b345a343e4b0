#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fleet::judge::exposition::fuzz(data));
