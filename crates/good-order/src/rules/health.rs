//! How devices are.

use capability_config::{SettingPath, SettingValue};
use shelly_types::{ComponentStatus, LEAST_FREE_HEAP_PERCENT, status::SystemStatus};

use crate::{
    AppliesTo, DeviceFacts, Finding, Severity,
    facts::path,
    rule::{Check, rules},
};

/// Share of its heap below which a device is short of memory.
const LEAST_FREE_HEAP: f64 = LEAST_FREE_HEAP_PERCENT as f64 / 100.0;

/// Share of its file system below which a device is short of space.
const LEAST_FREE_FILES: f64 = 0.05;

/// Charge in percent at which a battery should be replaced soon.
const LOW_BATTERY_PERCENT: f64 = 20.0;

rules! {
    /// reference/gen2/protocol.md 3.2 and 3.4: the log leaves the device over WebSocket, MQTT and UDP; it holds addresses,
    /// topics and what scripts print.
    {
        id: "debug-log-on",
        title: "Debug log on",
        severity: Severity::Warning,
        why: "The device writes all it does to others or to its flash. That costs memory and wears it out, and the log is \
              not for everybody.",
        remedy: "Switch the log off.",
        sets: &[
            "sys.debug.websocket.enable",
            "sys.debug.mqtt.enable",
            "sys.debug.udp.enable",
            "sys.debug.file_log.enable",
            "sys.debug.udp.addr",
        ],
        applies_to: AppliesTo::Every,
        check: Check::Device(debug_log_on),
    },
    /// reference/gen2/protocol.md 13: lower power, slower, higher latency; device-facts 12: written, it restarts a Duo.
    {
        id: "eco-mode",
        title: "Eco mode on",
        severity: Severity::Hint,
        why: "In eco mode the device answers late, loses connections more easily, and saves a fraction of a watt.",
        remedy: "Switch eco mode off. Devices of Gen1 restart, and their outputs fall to what they are set to at power-up.",
        sets: &["sys.device.eco_mode"],
        applies_to: AppliesTo::Every,
        check: Check::Device(|device| {
            let on = device.is_on("sys", "device.eco_mode") && !device.sleeps;
            on.then(|| Finding::by_hand("it is in eco mode").set(path("sys", "device.eco_mode"), false))
        }),
    },
    /// E7: `restart_required` of the status, reference/gen2/protocol.md 8.
    {
        id: "restart-needed",
        title: "Restart needed",
        severity: Severity::Warning,
        why: "A setting was written that counts only after a restart.",
        remedy: "Restart the device when its outputs may fall to what they are set to at power-up.",
        sets: &[],
        applies_to: AppliesTo::Every,
        check: Check::Device(|device| {
            let needed = system(device)?.restart_required == Some(true);
            needed.then(|| Finding::by_hand("a setting waits for a restart"))
        }),
    },
    /// I1: `available_updates` and `update` of the status. No update here does not mean that none exists: device-facts 7.
    {
        id: "update-there",
        title: "Newer firmware there",
        severity: Severity::Hint,
        why: "The vendor offers this device a newer firmware. It may close holes.",
        remedy: "Read what is new, and update at a time of your choice.",
        sets: &[],
        applies_to: AppliesTo::Every,
        check: Check::Device(|device| {
            let (version, now) = (system(device)?.update_stable.as_deref()?, device.firmware.version());
            Some(Finding::by_hand(format!("firmware {version} is on offer, {now} runs")))
        }),
    },
    /// reference/gen2/protocol.md 2: bare words became strings since 1.0.0; before it is the vendor's trial line.
    {
        id: "firmware-before-1",
        title: "Firmware of before 1.0",
        severity: Severity::Warning,
        why: "This firmware is from before the first release that the vendor called finished. Many settings and the \
              vendor's repairs are missing.",
        remedy: "Update it.",
        sets: &[],
        applies_to: AppliesTo::Gen2AndLater,
        check: Check::Device(|device| {
            let (major, ..) = device.firmware.release()?;
            // Wall displays and other devices by app have a line of numbers of their own: device-facts 32.
            let is_own_line = device.app.as_deref().is_some_and(|app| app.contains("Display"));
            (major == 0 && !is_own_line).then(|| Finding::by_hand(format!("firmware {} runs", device.firmware.version())))
        }),
    },
    /// device-facts 7: builds for trial are told by their words, not by their number.
    {
        id: "trial-firmware",
        title: "Firmware for trial",
        severity: Severity::Hint,
        why: "A build for trial runs. It gets no repairs of its own.",
        remedy: "Change to the stable line when there is one as new.",
        sets: &[],
        applies_to: AppliesTo::Every,
        check: Check::Device(|device| {
            let version = device.firmware.version();
            let is_trial = ["beta", "dev", "rc"].iter().any(|word| version.contains(word));
            is_trial.then(|| Finding::by_hand(format!("firmware {version} runs")))
        }),
    },
    /// `overtemperature` of Gen1; `overtemp` among the errors of Gen2 and later.
    {
        id: "too-hot",
        title: "Too hot",
        severity: Severity::Serious,
        why: "The device switched off because it was too hot. The load or its place is not right for it.",
        remedy: "Look at load, wiring and ventilation before it is switched on again.",
        sets: &[],
        applies_to: AppliesTo::Every,
        check: Check::Device(|device| {
            let by_system = system(device).is_some_and(|system| system.overtemperature == Some(true));
            let by_output = faults(device).any(|(_, fault)| is_heat(fault));
            (by_system || by_output).then(|| Finding::by_hand("it switched off because it was too hot"))
        }),
    },
    /// `errors` of the components, reference/gen2/components.json.
    {
        id: "fault-reported",
        title: "Reports a fault",
        severity: Severity::Serious,
        why: "A part of the device reports a fault: too much power, voltage or current, or a sensor that cannot be read.",
        remedy: "Look at the part that is named.",
        sets: &[],
        applies_to: AppliesTo::Every,
        check: Check::Device(|device| {
            let of_part = |(part, fault): (String, &str)| format!("{part}: {fault}");
            let faults: Vec<String> = faults(device).filter(|(_, fault)| !is_heat(fault)).map(of_part).collect();
            (!faults.is_empty()).then(|| Finding::by_hand(faults.join(", ")))
        }),
    },
    /// device-facts 1 and 35: parallel reads and features exhaust the heap, and the device restarts.
    {
        id: "little-memory",
        title: "Little memory left",
        severity: Severity::Warning,
        why: "A device that runs out of memory restarts, and its outputs fall to what they are set to at power-up.",
        remedy: "Stop scripts or features that are not used: Matter, Bluetooth, debug log.",
        sets: &[],
        applies_to: AppliesTo::Every,
        check: Check::Device(|device| {
            let system = system(device)?;
            let percent = little(system.ram_free_bytes, system.ram_size_bytes, LEAST_FREE_HEAP)?;
            Some(Finding::by_hand(format!("{percent} % of its memory is free")))
        }),
    },
    /// `fs_free` and `fs_size` of the status of both families.
    {
        id: "little-space",
        title: "Little space for files left",
        severity: Severity::Hint,
        why: "Without space in its file system, the device cannot keep settings, scripts and certificates.",
        remedy: "Remove scripts or files that are not used.",
        sets: &[],
        applies_to: AppliesTo::Every,
        check: Check::Device(|device| {
            let system = system(device)?;
            let percent = little(system.fs_free_bytes, system.fs_size_bytes, LEAST_FREE_FILES)?;
            Some(Finding::by_hand(format!("{percent} % of its file system is free")))
        }),
    },
    /// `safe_mode` of `Sys.GetStatus`, reference/gen2/components.json.
    {
        id: "safe-mode",
        title: "In safe mode",
        severity: Severity::Serious,
        why: "The device crashed so often that it starts only the least. Scripts and outputs do not do what they should.",
        remedy: "Stop its scripts, update it, and restart it.",
        sets: &[],
        applies_to: AppliesTo::Gen2AndLater,
        check: Check::Device(|device| {
            (system(device)?.safe_mode == Some(true)).then(|| Finding::by_hand("it runs in safe mode"))
        }),
    },
    /// K3: `errors` of `Script.GetStatus`, reference/gen2/components.json.
    {
        id: "script-failed",
        title: "Script failed",
        severity: Severity::Warning,
        why: "A script ended with an error, and what it should do is not done.",
        remedy: "Read its error, repair it, and start it again.",
        sets: &[],
        applies_to: AppliesTo::Having("script"),
        check: Check::Device(script_failed),
    },
    /// `enable` starts a script with the device; `running` of the status tells whether it still runs.
    {
        id: "script-stopped",
        title: "Script does not run",
        severity: Severity::Warning,
        why: "A script that should run since the start of the device does not.",
        remedy: "Start it, or take it out of what is started.",
        sets: &[],
        applies_to: AppliesTo::Having("script"),
        check: Check::Device(script_stopped),
    },
    /// `bat.value` of Gen1, `devicepower` of Gen2 and later.
    {
        id: "battery-low",
        title: "Battery low",
        severity: Severity::Warning,
        why: "The device will soon be silent, and what it watches goes unseen.",
        remedy: "Replace or charge its battery.",
        sets: &[],
        applies_to: AppliesTo::Every,
        check: Check::Device(|device| {
            let percent = device.reading(|reading| match reading {
                ComponentStatus::Battery(battery) if battery.external_power != Some(true) => battery.percent,
                _ => None,
            });
            let percent = percent.filter(|percent| *percent < LOW_BATTERY_PERCENT)?;
            Some(Finding::by_hand(format!("its battery has {percent} % left")))
        }),
    },
    /// `pos_control` of covers, reference/gen2/components.json; `positioning` of Gen1.
    {
        id: "cover-not-calibrated",
        title: "Cover not calibrated",
        severity: Severity::Hint,
        why: "The cover can open and close, but not go to a position.",
        remedy: "Calibrate it while somebody watches it move.",
        sets: &[],
        applies_to: AppliesTo::Having("cover"),
        check: Check::Device(|device| {
            let uncalibrated = device.readings().find(|(_, reading)| {
                matches!(reading, ComponentStatus::Cover(cover) if cover.calibrated == Some(false))
            });
            let (component, _) = uncalibrated?;
            Some(Finding::by_hand(format!("{component} is not calibrated")))
        }),
    },
}

fn system(device: &DeviceFacts) -> Option<&SystemStatus> {
    device.status.as_ref()?.system()
}

/// Whole percent that is left, when it is less than `least`.
fn little(free: Option<u64>, whole: Option<u64>, least: f64) -> Option<u64> {
    let (free, whole) = (free?, whole.filter(|whole| *whole > 0)?);
    ((free as f64) < least * whole as f64).then(|| free * 100 / whole)
}

fn is_heat(fault: &str) -> bool {
    fault.contains("overtemp")
}

/// Faults that parts of the device report. Those of scripts have a rule of their own.
fn faults(device: &DeviceFacts) -> impl Iterator<Item = (String, &str)> {
    device.readings().flat_map(|(component, reading)| {
        let (errors, of_meter): (&[String], &[String]) = match reading {
            ComponentStatus::Switch(it) => (&it.errors, &it.meter.errors),
            ComponentStatus::Cover(it) => (&it.errors, &it.meter.errors),
            ComponentStatus::Light(it) => (&it.errors, &it.meter.errors),
            ComponentStatus::Fan(it) => (&it.errors, &it.meter.errors),
            ComponentStatus::Breaker(it) => (&it.errors, &it.meter.errors),
            ComponentStatus::PilotWire(it) => (&it.errors, &it.meter.errors),
            ComponentStatus::EnergyMeter(it) => (&it.errors, &it.total.errors),
            ComponentStatus::Meter(it) => (&it.errors, &[]),
            ComponentStatus::Voltmeter(it) => (&it.errors, &[]),
            ComponentStatus::Battery(it) => (&it.errors, &[]),
            ComponentStatus::BatteryMonitor(it) => (&it.errors, &[]),
            ComponentStatus::Temperature(it) => (&it.errors, &[]),
            ComponentStatus::Humidity(it) => (&it.errors, &[]),
            _ => (&[], &[]),
        };
        errors.iter().chain(of_meter).map(move |fault| (component.to_string(), fault.as_str()))
    })
}

fn debug_log_on(device: &DeviceFacts) -> Option<Finding> {
    let switches = ["debug.websocket.enable", "debug.mqtt.enable", "debug.udp.enable", "debug.file_log.enable"];
    let on = switches.into_iter().filter(|field| device.is_on("sys", field));
    let mut finding = on.fold(Finding::default(), |finding, field| finding.set(path("sys", field), false));
    if device.text("sys", "debug.udp.addr").is_some() && device.setting("sys", "debug.udp.enable").is_none() {
        finding = finding.set(path("sys", "debug.udp.addr"), SettingValue::Null);
    }
    let ways: Vec<&str> = finding.fix.keys().filter_map(|path| path.field().split('.').nth(1)).collect();
    finding.message = format!("its debug log goes out by {}", ways.join(", ").replace("file_log", "file"));
    (!finding.fix.is_empty()).then_some(finding)
}

fn script_failed(device: &DeviceFacts) -> Option<Finding> {
    let failed = device.readings().find_map(|(component, reading)| match reading {
        ComponentStatus::Script(script) if !script.errors.is_empty() => Some((component, script.errors.join(", "))),
        _ => None,
    });
    // What a script says of itself may hold anything, so only the vendor's word for the fault is told.
    let (component, errors) = failed?;
    Some(Finding::by_hand(format!("{component}: {errors}")))
}

fn script_stopped(device: &DeviceFacts) -> Option<Finding> {
    let stopped = device.readings().find(|(component, reading)| {
        let is_stopped =
            matches!(reading, ComponentStatus::Script(it) if it.running == Some(false) && it.errors.is_empty());
        let enabled = SettingPath::new((*component).clone(), "enable");
        is_stopped && device.settings.get(&enabled).and_then(SettingValue::as_bool) == Some(true)
    });
    let (component, _) = stopped?;
    Some(Finding::by_hand(format!("{component} should run and does not")))
}
