//! Links a program, each of those beside it, so that it takes little room, on disk and in memory.

use std::env::{var, var_os};

fn main() {
    println!("cargo::rerun-if-changed=../build.rs");
    let is = |name: &str, value: &str| var(name).is_ok_and(|found| found == value);
    if !is("CARGO_CFG_TARGET_OS", "linux") {
        return;
    }
    println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    if !is("PROFILE", "release") {
        return;
    }
    // The profile asks for that, and Cargo forgets it for a package whose optimisation differs.
    println!("cargo::rustc-link-arg-bins=-Wl,--strip-all");
    // What is the same for two types is there once. The linker that comes with the toolchain can do that; it is the usual one
    // for this target only, and where nobody chose another.
    let is_usual = var_os("RUSTC_LINKER").is_none() && is("CARGO_ENCODED_RUSTFLAGS", "");
    if is_usual && is("TARGET", "x86_64-unknown-linux-gnu") {
        println!("cargo::rustc-link-arg-bins=-Wl,--icf=all");
    }
}
