//! Reads what a process costs, CPU time and memory, from Linux' `/proc`, and what a thread costs.

use std::time::Duration;

use anyhow::{Context, Result};
use rustix::time::{ClockId, clock_gettime};

/// Clock ticks per second in `/proc/PID/stat`: 100 on every platform where Linux runs this program.
const TICKS_PER_SECOND: u32 = 100;

/// CPU time that a process and its ended threads have used, in kernel and user mode, to 10 ms.
pub fn cpu_of_process(pid: u32) -> Result<Duration> {
    let stat = read(&format!("/proc/{pid}/stat"))?;
    // The name of the program stands in parentheses and may hold anything.
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: Option<u32> =
        after_name.split_whitespace().skip(11).take(2).map(|field| field.parse::<u32>().ok()).sum();
    let ticks = ticks.with_context(|| format!("understand /proc/{pid}/stat"))?;
    Ok(Duration::from_secs(1) * ticks / TICKS_PER_SECOND)
}

/// CPU time that this thread has used. Asking costs far less than what is measured, unlike reading a file.
pub fn cpu_of_thread() -> Duration {
    let used = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(used.tv_sec.unsigned_abs(), u32::try_from(used.tv_nsec).unwrap_or_default())
}

/// Memory of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// In RAM, in bytes, with the pages of its program file.
    pub resident: u64,
    /// Of these, its own: heap and stacks.
    pub own: u64,
    /// Most that was in RAM so far.
    pub peak: u64,
}

/// Memory of a process.
pub fn memory_of_process(pid: u32) -> Result<Memory> {
    let status = read(&format!("/proc/{pid}/status"))?;
    let line = |name: &str| {
        let text = status.lines().find_map(|line| line.strip_prefix(name));
        let kib: Option<u64> = text.and_then(|text| text.split_whitespace().next()?.parse().ok());
        kib.map(|kib| kib * 1024).with_context(|| format!("find {name} in /proc/{pid}/status"))
    };
    Ok(Memory { resident: line("VmRSS:")?, own: line("RssAnon:")?, peak: line("VmHWM:")? })
}

fn read(file: &str) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("read {file}; costs can be measured on Linux only"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_costs_time_and_memory_is_there() {
        let pid = std::process::id();
        let (process, thread) = (cpu_of_process(pid).unwrap(), cpu_of_thread());
        let mut sum = 0_u64;
        while cpu_of_process(pid).unwrap() < process + Duration::from_millis(30) {
            sum = (0..100_000_u64).fold(sum, u64::wrapping_add);
        }
        assert!(cpu_of_thread() > thread);
        let memory = memory_of_process(pid).unwrap();
        assert!(memory.own <= memory.resident && memory.resident <= memory.peak, "{memory:?} {sum}");
    }
}
