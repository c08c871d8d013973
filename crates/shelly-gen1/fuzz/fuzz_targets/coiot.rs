#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shelly_gen1_fuzz::coiot(bytes));
