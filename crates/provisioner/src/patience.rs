//! How long each part of a task may take.

use std::time::Duration;

/// How long each part of a task may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patience {
    /// Until the access point shows up in a scan.
    pub appear: Duration,
    /// How long each look for devices over Bluetooth listens.
    pub listen: Duration,
    /// For joining it, and again for an address there.
    pub join: Duration,
    /// Between the two looks that prove that a device does not restart all the time.
    pub steady: Duration,
    /// Least time that the setup window of a device has to be open still.
    pub window: Duration,
    /// How long a device may take to fetch its firmware.
    pub fetch: Duration,
    /// How long it is left alone when it has its firmware: whoever asks meanwhile may disturb it.
    pub flash: Duration,
    /// Between two looks whether it is back with it.
    pub look: Duration,
    /// How long it may take to be back with it.
    pub update: Duration,
    /// How long a device of Gen2 or later has to report that it has joined, while we watch at its access point.
    pub watch: Duration,
    /// How long the device is looked for in the network.
    pub find: Duration,
    /// How long it is tried to get the device back into its access point.
    pub undo: Duration,
    /// How long it is tried to bring the WiFi of the host back.
    pub restore: Duration,
    /// Between two tries of anything.
    pub pause: Duration,
    /// For the whole task; what is to be taken back afterwards is not counted, and firmware has its own measure.
    pub whole: Duration,
}

impl Default for Patience {
    /// Measured on the real stack (reference/wifi.md 4), with reserve: scans take up to 30 s, joining a few, a wrong password
    /// shows after 7. Updates take up to two minutes usually, and five are to be allowed (gen1 protocol 8).
    fn default() -> Self {
        Self {
            appear: Duration::from_mins(1),
            listen: Duration::from_secs(6),
            join: Duration::from_secs(30),
            steady: Duration::from_secs(2),
            window: Duration::from_secs(20),
            fetch: Duration::from_mins(2),
            flash: Duration::from_secs(20),
            look: Duration::from_secs(10),
            update: Duration::from_mins(5),
            watch: Duration::from_secs(25),
            find: Duration::from_secs(90),
            undo: Duration::from_mins(3),
            restore: Duration::from_mins(10),
            pause: Duration::from_secs(2),
            whole: Duration::from_mins(8),
        }
    }
}
