//! `shelly-manager drift policy` on the command line.

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use rollout::{Window, Zone};

use super::{Whose, jobs::seconds};

#[derive(Debug, Subcommand)]
pub(crate) enum RepairsCommand {
    /// List the policies.
    List,
    /// Show what policies do about what differs now, and what they leave.
    Show,
    /// Set a policy, as a whole: what is not said has its default.
    Set(Box<SetPolicy>),
    /// Take a policy away.
    Clear(Whose),
    /// Do now what policies say. The manager looks by itself, too.
    Run,
}

/// What a policy says.
#[derive(Debug, ClapArgs)]
pub(crate) struct SetPolicy {
    #[command(flatten)]
    pub(crate) whose: Whose,
    /// What is done about drift.
    #[arg(value_enum)]
    pub(crate) mode: Mode,
    /// About differences of these severities [default: info,warning].
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(crate) severity: Vec<Severity>,
    /// About differences with these causes [default: plan,device,firmware].
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(crate) cause: Vec<Cause>,
    /// Only when they are known for so long, such as 10m [default: 5m].
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    pub(crate) min_age: Option<u32>,
    /// Devices within an hour, at most [default: 20].
    #[arg(long, value_name = "NUMBER")]
    pub(crate) per_hour: Option<u32>,
    /// Repairs of one device within a day, at most [default: 3].
    #[arg(long, value_name = "NUMBER")]
    pub(crate) per_day: Option<u32>,
    /// Put nothing back outside of this maintenance window, such as `mon-fri 22:00-04:00`; may be given several times.
    #[arg(long, value_name = "WINDOW")]
    pub(crate) window: Vec<Window>,
    /// Time zone of the windows [default: that of the devices].
    #[arg(long, value_name = "NAME", requires = "window")]
    pub(crate) zone: Option<Zone>,
    /// Permit to write networks and passwords.
    #[arg(long)]
    pub(crate) risky: bool,
    /// Permit to write critical devices.
    #[arg(long)]
    pub(crate) critical: bool,
    /// Permit restarts that may switch what a device feeds.
    #[arg(long)]
    pub(crate) loads: bool,
    /// Settings that may differ, such as `switch:*.name`; may be given several times.
    #[arg(long, value_name = "PATH")]
    pub(crate) ignore: Vec<String>,
    /// By how much a number may differ, such as `switch:*.auto_off_delay=5`; may be given several times.
    #[arg(long, value_name = "PATH=NUMBER")]
    pub(crate) tolerance: Vec<String>,
}

/// What is done about drift.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Mode {
    /// Nothing.
    Off,
    /// Make a plan, and wait for a yes.
    Ask,
    /// Put it back.
    Repair,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Severity {
    /// Worth knowing.
    Info,
    /// A load may behave otherwise, or others may lose the device.
    Warning,
    /// We or others may be locked out, or get in who should not; needs `--risky` too.
    Critical,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Cause {
    /// A wish that was not carried out yet.
    Wish,
    /// A job of ours.
    Plan,
    /// A change on the device.
    Device,
    /// A firmware update.
    Firmware,
    /// The history does not say.
    Unknown,
}
