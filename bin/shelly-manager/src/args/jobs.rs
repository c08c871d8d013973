//! What is said of jobs on the command line.

use api_types::jobs::JobRequest;
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use rollout::{Gate, RingSize, Rollout, Window, Zone};
use uuid::Uuid;

/// How a job is carried out.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct How {
    /// Agree to take devices away from whom they report to by outbound WebSocket or CoIoT peer.
    #[arg(long)]
    take_over: bool,
    /// Agree to switch things on for which a device has too little memory.
    #[arg(long)]
    spend_memory: bool,
    /// Size of a ring: a number, a percentage, `critical`, `noncritical` or `rest`. Several make several rings, one after the
    /// other: `--ring 1 --ring 10%`.
    #[arg(long, value_name = "SIZE", value_delimiter = ',')]
    ring: Vec<RingSize>,
    /// Devices worked on at the same time.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    at_once: Option<u32>,
    /// Stop when more than this part of a ring has failed, in percent [default: never].
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    stop_above: Option<u8>,
    /// Time between two rings, such as 10m.
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    soak: Option<u32>,
    /// Begin nothing before, such as 2026-02-01T22:00:00Z.
    #[arg(long, value_name = "INSTANT")]
    start_at: Option<DateTime<Utc>>,
    /// Begin nothing outside of this maintenance window, such as `mon-fri 22:00-04:00`; may be given several times.
    #[arg(long, value_name = "WINDOW")]
    window: Vec<Window>,
    /// Time zone of the windows [default: that of the devices].
    #[arg(long, value_name = "NAME", requires = "window")]
    zone: Option<Zone>,
    /// Wait that long for devices that are away, such as 2d. Those that sleep are waited for in any case.
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    wait: Option<u32>,
    /// Somebody else has to approve it.
    #[arg(long)]
    second_person: bool,
    /// Change critical devices too, even if that could restart them.
    #[arg(long)]
    include_critical: bool,
    /// Let a device that could not be proven keep what it took, instead of putting it back.
    #[arg(long)]
    keep_failed: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum JobsCommand {
    /// List the newest jobs.
    List,
    /// Show a job, device by device.
    Show {
        /// Id.
        job: Uuid,
    },
    /// Say yes to a job that another has to start.
    Approve {
        /// Id.
        job: Uuid,
    },
    /// Start a job.
    Start {
        /// Id.
        job: Uuid,
    },
    /// Hold a job; devices being written are finished.
    Pause {
        /// Id.
        job: Uuid,
    },
    /// Let a held job go on.
    Resume {
        /// Id.
        job: Uuid,
    },
    /// Call a job off; devices being written are finished.
    Cancel {
        /// Id.
        job: Uuid,
    },
    /// Repeat a job where it failed: shows the new job, asks, and runs it.
    Retry {
        /// Id.
        job: Uuid,
        /// Do not ask.
        #[arg(long, short)]
        yes: bool,
    },
    /// Put back what a job changed: shows the new job, asks, and runs it.
    Undo {
        /// Id.
        job: Uuid,
        /// Do not ask.
        #[arg(long, short)]
        yes: bool,
    },
}

impl How {
    /// The same in a request.
    pub(crate) fn fill(self, request: &mut JobRequest) {
        let gate = Gate::default();
        request.rollout = Rollout {
            rings: self.ring,
            at_once: self.at_once,
            gate: Gate {
                most_failed_percent: self.stop_above.unwrap_or(gate.most_failed_percent),
                soak_s: self.soak.unwrap_or(gate.soak_s),
            },
            start_at: self.start_at,
            windows: self.window,
            zone: self.zone,
        };
        request.take_over = self.take_over;
        request.spend_memory = self.spend_memory;
        request.wait_s = self.wait;
        request.second_person = self.second_person;
        request.include_critical = self.include_critical;
        request.keep_failed = self.keep_failed;
    }
}

/// Reads a time such as 90, 90s, 10m, 2h or 7d.
pub(super) fn seconds(text: &str) -> Result<u32, String> {
    let (number, unit) = match text.char_indices().next_back() {
        Some((at, 's')) => (&text[..at], 1),
        Some((at, 'm')) => (&text[..at], 60),
        Some((at, 'h')) => (&text[..at], 3600),
        Some((at, 'd')) => (&text[..at], 86_400),
        _ => (text, 1),
    };
    let seconds = number.parse::<u32>().ok().and_then(|number| number.checked_mul(unit));
    seconds.ok_or_else(|| "expected a time such as 90s, 10m, 2h or 7d".to_owned())
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn a_time_is_read_with_its_unit() {
        let read = ["90", "90s", "10m", "2h", "7d"].map(|text| seconds(text).unwrap());
        assert_eq!(read, [90, 90, 600, 7200, 604_800]);
        for text in ["", "m", "-1s", "1w", "9999999999d", "50000000d"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
