#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| discovery_fuzz::mdns(bytes));
