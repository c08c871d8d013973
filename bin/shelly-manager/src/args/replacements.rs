//! `shelly-manager devices replace` on the command line.

use shelly_types::Mac;

/// Which device takes the place of which, and how.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct ReplaceArgs {
    /// The device that is replaced (MAC address); it need not answer.
    pub(crate) former: Mac,
    /// The device that takes its place (MAC address); it has to be adopted.
    pub(crate) successor: Mac,
    /// Only show what would become of each setting.
    #[arg(long, conflicts_with = "yes")]
    pub(crate) check: bool,
    /// The new device may be taken away from whom it reports to.
    #[arg(long)]
    pub(crate) take_over: bool,
    /// Switch things on for which the device has too little memory.
    #[arg(long)]
    pub(crate) spend_memory: bool,
    /// Change a critical device even if that could restart it.
    #[arg(long)]
    pub(crate) include_critical: bool,
    /// Somebody else has to approve it.
    #[arg(long)]
    pub(crate) second_person: bool,
    /// Wait that long for the new device if it is away, such as 2d. One that sleeps is waited for in any case.
    #[arg(long, value_name = "TIME", value_parser = super::jobs::seconds)]
    pub(crate) wait: Option<u32>,
    /// Do not ask.
    #[arg(long, short)]
    pub(crate) yes: bool,
}
