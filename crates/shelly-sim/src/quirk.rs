//! Names the oddities a device can be given, beyond those its model and firmware have anyway.

use std::{fmt, str::FromStr};

/// Declares the quirks: variant, name on the command line, what the device does.
macro_rules! quirks {
    ($($variant:ident, $name:literal, $meaning:literal;)*) => {
        /// An oddity of a device, to be switched on with [`crate::SimDevice::with_quirk`].
        ///
        /// Each one is something real devices do. Oddities of a whole model (a meter it does not have, `is_valid` as
        /// text) come with the model, and what every device does (unknown parameters ignored with success, secrets
        /// never shown) needs no switch.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Quirk {
            $(#[doc = $meaning] $variant,)*
        }

        impl Quirk {
            /// All quirks there are.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Name on the command line.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What the device does.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }
        }
    };
}

quirks! {
    SmallHeap, "small-heap",
        "Reboots when more than three connections are open at once: parallel reads and piled-up sockets eat its memory.";
    ModernNonces, "modern-nonces",
        "Authenticates as firmware 2.0 whatever its version: text nonces that live an hour, stale hints, a bounded \
         table of nonces, lock-out with 429 and Retry-After.";
    FullNonceTable, "full-nonce-table",
        "Its table of nonces is full from the start: the first request for a challenge is answered with 429 until the \
         lock-out is over.";
    TextNc, "text-nc",
        "Gives decimal nonces and the count in a challenge as text, as Wall Displays do.";
    SetupWindow, "setup-window",
        "Has its open access point and RPC over Bluetooth only in the first 15 minutes after power-up (3 on \
         batteries), then its provisioning is locked.";
    DeepSleep, "deep-sleep",
        "Sleeps, wakes by its wake-up period for a few seconds, reports on every way it knows and sleeps again.";
    NoClock, "no-clock",
        "Reaches no time server: unixtime is null (0 on Gen1), schedules do nothing and say nothing, writes of \
         schedules on Gen1 fail with a text about time.";
    RebootLoop, "reboot-loop",
        "After fifteen writes within ten seconds it reboots three times in a row, as old Gen1 firmware does.";
    SteppingStone, "stepping-stone",
        "Takes firmware 1.4 and later only after 1.3.3 was installed; an update from older firmware fails.";
    NoUpdateOffered, "no-update-offered",
        "Is not in this wave of a phased roll-out: it says there is no update though a newer version exists.";
    UpdateDownloadFails, "update-download-fails",
        "An update begins and fails while the image is fetched.";
    UpdateWriteFails, "update-write-fails",
        "An update fails after the image was fetched, when it is written.";
    UpdateRollsBack, "update-rolls-back",
        "An update ends with a restart into the old firmware.";
    PolledUpdateFails, "polled-update-fails",
        "An update fails when more than three requests reach the device while it runs.";
    UpdateIsSilent, "update-is-silent",
        "Closes the connection on the request to update without an answer, and updates.";
    TlsOnly, "tls-only",
        "Has a certificate and raised security: plain HTTP is redirected to HTTPS, WebSockets need TLS (firmware 2.0).";
    SharedHeap, "shared-heap",
        "Scripts, Bluetooth and Matter share one small heap: a quarter of it is free, less what each of them takes. Starting \
         one script too many stops another for want of memory, enabling Matter stops them all, and while it is on a \
         script that is started stops at once.";
    ReturnedCountsForward, "returned-counts-forward",
        "Adds returned energy into the forward counter too.";
    LostStationAnswer, "lost-station-answer",
        "Never answers the write of a WiFi station: it leaves the network at once.";
    FrozenSerial, "frozen-serial",
        "Starts its CoIoT serial again at the same value with each wake, so two wakes carry one serial.";
    NoMulticast, "no-multicast",
        "Its CoIoT multicasts never arrive, as in another VLAN; a unicast peer hears it.";
    HalfListening, "half-listening",
        "Takes WebSockets and answers, but forgets to send notifications.";
}

impl fmt::Display for Quirk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// There is no quirk of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no quirk `{0}`")]
pub struct UnknownQuirk(pub String);

impl FromStr for Quirk {
    type Err = UnknownQuirk;

    fn from_str(text: &str) -> Result<Self, UnknownQuirk> {
        Self::ALL.iter().copied().find(|quirk| quirk.name() == text).ok_or_else(|| UnknownQuirk(text.to_owned()))
    }
}

/// The quirks a device has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct QuirkSet(u64);

impl QuirkSet {
    pub(crate) fn add(&mut self, quirk: Quirk) {
        self.0 |= 1 << quirk as u64;
    }

    pub(crate) fn has(self, quirk: Quirk) -> bool {
        self.0 & (1 << quirk as u64) != 0
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Quirk> {
        Quirk::ALL.iter().copied().filter(move |quirk| self.has(*quirk))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_read_back() {
        let names: BTreeSet<&str> = Quirk::ALL.iter().map(|quirk| quirk.name()).collect();
        assert_eq!(names.len(), Quirk::ALL.len());
        assert!(Quirk::ALL.len() < 64);
        for quirk in Quirk::ALL {
            assert_eq!(quirk.name().parse(), Ok(*quirk));
            assert!(quirk.meaning().ends_with('.'), "{quirk}");
        }
        assert!("nonsense".parse::<Quirk>().is_err());
    }
}
