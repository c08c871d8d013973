//! `shelly-manager rules` on the command line.

use chrono::NaiveDate;
use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use shelly_types::Mac;

#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// List the rules.
    List,
    /// Show a rule: why, what sets it right, and what it finds.
    Show {
        /// Rule.
        rule: String,
    },
    /// Look with the rules. Exits with 3 when something serious or to look at is found.
    Check {
        /// Only this device.
        #[arg(long, value_name = "MAC")]
        device: Option<Mac>,
        /// Only this rule.
        #[arg(long)]
        rule: Option<String>,
        /// Also what is let pass.
        #[arg(long)]
        waived: bool,
    },
    /// Set right what a rule found: it becomes part of the wish, and a plan is shown and confirmed.
    Fix {
        /// Rule.
        rule: String,
        /// Only these devices.
        devices: Vec<Mac>,
        /// Whose wish it becomes.
        #[arg(long = "for", value_enum, default_value_t = FixFor::Device)]
        whose: FixFor,
        /// Only make the plan; nothing is written.
        #[arg(long, conflicts_with = "yes")]
        plan: bool,
        /// Do not ask.
        #[arg(long, short)]
        yes: bool,
    },
    /// Let findings of a rule pass, with a reason.
    Waive {
        /// Rule.
        rule: String,
        /// On these devices; everywhere without any.
        devices: Vec<Mac>,
        /// Why.
        #[arg(long)]
        reason: String,
        /// Last day on which they pass; for good without it.
        #[arg(long, value_name = "YYYY-MM-DD")]
        until: Option<NaiveDate>,
    },
    /// List what is let pass.
    Waivers,
    /// Take waivers of a rule back.
    Unwaive {
        /// Rule.
        rule: String,
        /// On these devices; all waivers of the rule without any.
        devices: Vec<Mac>,
    },
    /// Say how a rule counts.
    Weigh {
        /// Rule.
        rule: String,
        /// off, hint, warning, serious, or usual.
        weight: Weight,
    },
    /// Make a rule of your own, or change it.
    Add(AddRule),
    /// Remove a rule of your own.
    Remove {
        /// Rule.
        rule: String,
    },
}

/// Whose wish a fix becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FixFor {
    /// That of each device.
    Device,
    /// That of the fleet: new devices get it too.
    Fleet,
}

/// How a rule counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Weight {
    /// It is not looked at.
    Off,
    /// Could be better; nothing is wrong.
    Hint,
    /// Should be looked at.
    Warning,
    /// Open to others, or not working as meant.
    Serious,
    /// As it comes.
    Usual,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct AddRule {
    /// Stable name: small letters, digits and `-`.
    pub(crate) id: String,
    /// True where something is to be found: `settings["wifi.ap.enable"] && device.generation >= 2`.
    pub(crate) expression: String,
    /// A few words.
    #[arg(long)]
    pub(crate) title: String,
    /// Why it matters.
    #[arg(long)]
    pub(crate) why: String,
    /// hint, warning or serious.
    #[arg(long, value_enum, default_value_t = RuleSeverity::Warning)]
    pub(crate) severity: RuleSeverity,
    /// Only for the members of this group.
    #[arg(long)]
    pub(crate) group: Option<String>,
    /// Change the rule of this name instead of making one.
    #[arg(long)]
    pub(crate) replace: bool,
}

/// How much a rule of one's own matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RuleSeverity {
    /// Could be better; nothing is wrong.
    Hint,
    /// Should be looked at.
    Warning,
    /// Open to others, or not working as meant.
    Serious,
}
