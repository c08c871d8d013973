//! Judges before whether a device has the memory for what is to be switched on (K4).
//!
//! Scripts, Bluetooth and Matter share one small heap, and switching one on can stop another (device-facts 35). What each
//! of them takes is documented nowhere, and nothing says that two exclude each other. So the numbers here are chosen, from
//! captures of devices where there are such.

mod budget;

use std::fmt;

use capability_config::SettingPath;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::{ComponentKey, ComponentStatus, DeviceStatus};

use crate::{Drift, Observed};

pub(crate) use budget::{Budget, rely_on_scripts};

/// What a device told last of its memory, in bytes. What it does not tell is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memory {
    /// Whole heap.
    pub size: Option<u64>,
    /// Free heap.
    pub free: Option<u64>,
    /// Least free heap since it started.
    pub least_free: Option<u64>,
    /// What is left of the pool that all scripts share.
    pub scripts_free: Option<u64>,
    /// The scripts that run.
    pub scripts: Vec<ScriptMemory>,
}

/// The memory of a script that runs, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptMemory {
    /// The script.
    pub component: ComponentKey,
    /// What it uses.
    pub used: Option<u64>,
    /// The most it has used.
    pub peak: Option<u64>,
}

/// What takes memory when it is switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemoryUse {
    /// Matter.
    Matter,
    /// Bluetooth.
    Bluetooth,
    /// Listening to Bluetooth devices and passing on what they say.
    BluetoothGateway,
    /// A script.
    Script,
}

/// Whether the memory is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemoryVerdict {
    /// It is.
    Plenty,
    /// The device does not tell how much is free.
    Unknown,
    /// It is, with little to spare.
    Tight,
    /// It is not.
    NotEnough,
}

/// What is to be known of the memory before something is switched on. Sizes are in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemoryFinding {
    /// The setting that switches it on.
    pub path: SettingPath,
    /// What takes the memory.
    pub what: MemoryUse,
    /// Whether there is enough.
    pub verdict: MemoryVerdict,
    /// What it is reckoned to take.
    pub needs: u64,
    /// What has to stay free.
    pub floor: u64,
    /// What is free, less what is switched on before it: of the heap, or of the pool of the scripts.
    pub free: Option<u64>,
    /// The least that was free since the device started.
    pub least_free: Option<u64>,
    /// Whole heap; absent for a script.
    pub size: Option<u64>,
    /// What shares the memory and is on, in words.
    pub beside: Vec<String>,
}

impl Memory {
    /// What a reading of the device tells of it.
    pub fn of(status: &DeviceStatus) -> Self {
        let system = status.system();
        let mut memory = Self {
            size: system.and_then(|system| system.ram_size_bytes).filter(|size| *size > 0),
            free: system.and_then(|system| system.ram_free_bytes),
            least_free: system.and_then(|system| system.ram_min_free_bytes),
            ..Self::default()
        };
        for (component, reading) in &status.components {
            let ComponentStatus::Script(script) = reading else { continue };
            let free = script.ram_free_bytes;
            memory.scripts_free = [memory.scripts_free, free].into_iter().flatten().min();
            if script.running == Some(true) {
                let (used, peak) = (script.ram_used_bytes, script.ram_peak_bytes);
                memory.scripts.push(ScriptMemory { component: component.clone(), used, peak });
            }
        }
        memory
    }

    /// Whether some script runs, which may stop when something else is switched on.
    pub fn runs_scripts(&self) -> bool {
        !self.scripts.is_empty()
    }
}

/// Whether bringing a device to the wish takes memory that scripts, Bluetooth and Matter share.
pub fn takes_memory(drift: &Drift, observed: &Observed) -> bool {
    let mut all = drift.differences.iter().chain(&drift.ignored);
    all.any(|difference| budget::use_of(difference, observed).is_some())
}

impl fmt::Display for MemoryFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is reckoned to take {}", self.what, Size(self.needs))?;
        let Some(free) = self.free else { return f.write_str("; the device does not tell how much memory is free") };
        write!(f, "; {}", Size(free))?;
        if let Some(size) = self.size {
            write!(f, " of {}", Size(size))?;
        }
        f.write_str(if self.what == MemoryUse::Script { " are left for scripts" } else { " are free" })?;
        if let Some(least) = self.least_free {
            write!(f, ", once {}", Size(least))?;
        }
        write!(f, ": {}", self.verdict)?;
        if self.verdict == MemoryVerdict::NotEnough && self.floor > 0 {
            write!(f, ", {} have to stay free", Size(self.floor))?;
        }
        if !self.beside.is_empty() && self.verdict != MemoryVerdict::Plenty {
            write!(f, "; {} may stop", self.beside.join(", "))?;
        }
        Ok(())
    }
}

/// Bytes in words.
struct Size(u64);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(bytes) = *self;
        if bytes < 10_000 {
            write!(f, "{}.{} kB", bytes / 1000, bytes % 1000 / 100)
        } else {
            write!(f, "{} kB", bytes / 1000)
        }
    }
}

impl fmt::Display for MemoryUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Matter => "Matter",
            Self::Bluetooth => "Bluetooth",
            Self::BluetoothGateway => "the Bluetooth gateway",
            Self::Script => "the script",
        })
    }
}

impl fmt::Display for MemoryVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plenty => "plenty",
            Self::Unknown => "not known",
            Self::Tight => "tight",
            Self::NotEnough => "not enough",
        })
    }
}

#[cfg(test)]
mod tests {
    use shelly_types::status::{ScriptStatus, SystemStatus};

    use super::*;

    #[test]
    fn k4_a_reading_tells_of_the_memory() {
        let script = |running, used, free| {
            ComponentStatus::Script(Box::new(ScriptStatus {
                running: Some(running),
                ram_used_bytes: used,
                ram_free_bytes: Some(free),
                ..ScriptStatus::default()
            }))
        };
        let system = SystemStatus {
            ram_size_bytes: Some(250_000),
            ram_free_bytes: Some(60_000),
            ram_min_free_bytes: Some(31_000),
            ..SystemStatus::default()
        };
        let key = |text: &str| text.parse::<ComponentKey>().unwrap();
        let components = [
            (key("sys"), ComponentStatus::System(Box::new(system))),
            (key("script:1"), script(true, Some(9_000), 16_200)),
            (key("script:2"), script(false, None, 16_300)),
        ];
        let memory = Memory::of(&DeviceStatus { components: components.into() });
        assert_eq!((memory.size, memory.free, memory.least_free), (Some(250_000), Some(60_000), Some(31_000)));
        assert_eq!((memory.scripts_free, memory.runs_scripts()), (Some(16_200), true));
        assert_eq!(Memory::of(&DeviceStatus::default()), Memory::default());
    }
}
