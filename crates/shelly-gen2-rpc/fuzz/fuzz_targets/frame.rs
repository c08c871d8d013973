#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shelly_gen2_rpc_fuzz::frame(bytes));
