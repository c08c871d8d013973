//! Runs fuzz targets without a fuzzer: on their corpus, and on inputs that are made from it in the same way each time.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail")]

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

/// Longest input, in bytes.
const LONGEST: usize = 4096;

/// Pieces that readers of text and of numbers stumble over.
const PIECES: [&[u8]; 24] = [
    b"null",
    b"true",
    b"0",
    b"-1",
    b"255",
    b"256",
    b"65536",
    b"4294967296",
    b"18446744073709551616",
    b"1e308",
    b"-0.0",
    b"nan",
    b"inf",
    b"\"",
    b"\\",
    b"{}",
    b"[]",
    b":",
    b",",
    b"=",
    b"\n",
    b"\\u0000",
    b"\xc3\xa4",
    b"\xff",
];

/// Takes any input without a panic.
type Target = fn(&[u8]);

/// Inputs made for each target.
const COUNT: u32 = 3000;

/// Runs all targets of the crate in this folder.
pub(crate) fn run_all(folder: &str, targets: &[(&str, Target)]) {
    let corpus = Path::new(folder).join("fuzz/corpus");
    for (name, target) in targets {
        run(name, &corpus.join(name), *target);
    }
}

/// Runs `target` on every file of `corpus`, and on inputs made from them.
///
/// An input on which it panics is printed, so that it can be kept in the corpus.
fn run(name: &str, corpus: &Path, target: Target) {
    let mut files: Vec<_> = fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "no corpus in {}", corpus.display());
    let seeds: Vec<Vec<u8>> = files.iter().map(|file| fs::read(file).unwrap()).collect();
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    for input in &seeds {
        check(name, input, target);
    }
    for _ in 0..COUNT {
        let mut input = seeds[chance.below(seeds.len())].clone();
        for _ in 0..=chance.below(4) {
            change(&mut input, &seeds, &mut chance);
        }
        input.truncate(LONGEST);
        check(name, &input, target);
    }
}

fn check(name: &str, input: &[u8], target: Target) {
    let outcome = catch_unwind(AssertUnwindSafe(|| target(input)));
    assert!(outcome.is_ok(), "{name} fails on b\"{}\"", input.escape_ascii());
}

/// Changes an input in one of the ways in which a fuzzer would.
fn change(input: &mut Vec<u8>, seeds: &[Vec<u8>], chance: &mut Chance) {
    let at = chance.below(input.len() + 1);
    let end = (at + 1 + chance.below(16)).min(input.len());
    match chance.below(7) {
        0 if at < input.len() => input[at] ^= 1 << chance.below(8),
        1 if at < input.len() => input[at] = chance.next().to_le_bytes()[0],
        2 => drop(input.splice(at..end, [])),
        3 => {
            let copy = input[at..end].to_vec();
            drop(input.splice(at..at, copy));
        }
        4 => input.truncate(at),
        5 => {
            let other = &seeds[chance.below(seeds.len())];
            let from = chance.below(other.len() + 1);
            drop(input.splice(at..end, other[from..].iter().copied().take(64)));
        }
        _ => drop(input.splice(at..end, PIECES[chance.below(PIECES.len())].iter().copied())),
    }
}

/// The same row of numbers each time (xorshift).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % (limit as u64).max(1)).unwrap()
    }
}
