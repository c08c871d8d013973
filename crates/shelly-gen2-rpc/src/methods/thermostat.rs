//! `Thermostat`: thermostats of Wall Displays and their weekly profiles.

use serde_json::{Value, json};
use shelly_types::wire_object;

use super::{Param, common::Restart};

wire_object! {
    /// Answer of `Thermostat.Create`.
    pub struct NewThermostat {
        /// When the device restarts, in milliseconds.
        pub restarting_after: f64,
        /// Number of the thermostat.
        pub new_thermostat_id: u32,
    }

    /// Answer of `Thermostat.Schedule.AddProfile`.
    pub struct NewProfile {
        /// The change takes effect after a restart.
        pub restart_required: bool,
        /// Number of the profile.
        pub profile_id: u32,
    }

    /// Answer of `Thermostat.Schedule.ListProfiles`.
    pub struct Profiles {
        /// The profiles.
        pub profiles: Vec<Profile>,
    }

    /// A set of rules.
    pub struct Profile {
        /// Number.
        pub id: u32,
        /// Name.
        pub name: String,
    }

    /// A rule.
    pub struct Rule {
        /// Name of the rule.
        pub rule_id: String,
        /// It is in use.
        pub enable: bool,
        /// Target in degrees Celsius.
        pub target_c: f64 = "target_C",
        /// Number of its profile.
        pub profile_id: u32,
        /// When: see [`Timespec`](crate::Timespec).
        pub timespec: String,
    }

    /// Answer of `Thermostat.Schedule.AddRule`.
    pub struct NewRule {
        /// The change takes effect after a restart.
        pub restart_required: bool,
        /// The rule.
        pub new_rule: Rule,
    }
}

/// Which profile a thermostat follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Following {
    /// Number of the thermostat.
    pub id: u32,
    /// Follow it.
    pub enable: bool,
    /// Number of the profile.
    pub profile_id: u32,
}

impl Param for Following {
    fn param(&self) -> Value {
        json!({ "id": self.id, "enable": self.enable, "profile_id": self.profile_id })
    }
}

super::wire_params!(Rule);

methods! {
    /// Makes a thermostat of relay and sensor; the device restarts.
    fn thermostat_create() -> NewThermostat = "Thermostat.Create";

    /// Removes a thermostat.
    fn thermostat_delete(id: u32) = "Thermostat.Delete";

    /// Raises the target by a step.
    fn thermostat_increase_target() -> Value = "Thermostat.IncreaseTargetTemperature";

    /// Lowers the target by a step.
    fn thermostat_decrease_target() -> Value = "Thermostat.DecreaseTargetTemperature";

    /// Adds a profile.
    fn thermostat_add_profile(id: u32, name: &str) -> NewProfile = "Thermostat.Schedule.AddProfile";

    /// Profiles of a thermostat.
    fn thermostat_profiles(id: u32) -> Profiles = "Thermostat.Schedule.ListProfiles";

    /// Removes a profile.
    fn thermostat_delete_profile(id: u32, profile_id: u32) -> Restart = "Thermostat.Schedule.DeleteProfile";

    /// Renames a profile.
    fn thermostat_rename_profile(id: u32, profile_id: u32, name: &str) -> Restart = "Thermostat.Schedule.RenameProfile";

    /// Rules of a profile.
    fn thermostat_rules(id: u32, profile_id: u32) -> Vec<Rule> = "Thermostat.Schedule.ListRules";

    /// Adds a rule; it must not have a name yet.
    fn thermostat_add_rule(id: u32, config: &Rule) -> NewRule = "Thermostat.Schedule.AddRule";

    /// Changes a rule by its name.
    fn thermostat_change_rule(id: u32, config: &Rule) -> Restart = "Thermostat.Schedule.ChangeRule";

    /// Removes a rule.
    fn thermostat_delete_rule(id: u32, rule_id: &str) -> Restart = "Thermostat.Schedule.DeleteRule";

    /// Follows a profile, or not.
    fn thermostat_follow(config: &Following) -> Restart = "Thermostat.Schedule.SetConfig";

    /// Another name of `AddProfile`; its parameters are not documented.
    fn thermostat_create_profile() -> Value = "Thermostat.Schedule.CreateProfile";

    /// Another name of `AddRule`; its parameters are not documented.
    fn thermostat_create_rule() -> Value = "Thermostat.Schedule.CreateRule";

    /// Another name of `ChangeRule`; its parameters are not documented.
    fn thermostat_update_rule() -> Value = "Thermostat.Schedule.UpdateRule";

    /// Removes all rules; its parameters are not documented.
    fn thermostat_delete_all_rules() -> Value = "Thermostat.Schedule.DeleteAllRules";
}
