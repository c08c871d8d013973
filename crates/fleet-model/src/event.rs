//! What happened, in the past tense.

mod sentence;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Mac;

use crate::{
    Actor, AgentId, Channel, DeviceState, GroupId, JobId, JobState, LayerScope, LocationId, Permission, ProfileId,
    ProvisioningId, ScanId, Swept, TokenId, UnitState, VariableScope,
};

/// Something that happened. Stored and sent as JSON with its `kind`; holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FleetEvent {
    /// A device was found for the first time.
    DeviceSeen {
        /// Where.
        endpoint: String,
        /// Order code.
        model: String,
    },
    /// A device was adopted.
    DeviceAdopted {
        /// Where.
        endpoint: String,
        /// Order code.
        model: String,
        /// Name to show.
        name: String,
        /// What carried to it; unknown of earlier adoptions.
        #[serde(default)]
        channel: Option<Channel>,
    },
    /// A device was let go.
    DeviceRemoved {
        /// Name it had.
        name: String,
    },
    /// A device took the place of another, which was retired, or gave it back.
    DeviceReplaced {
        /// The device that was retired.
        former: Mac,
        /// The device that took its place.
        successor: Mac,
        /// The name that the place has.
        name: String,
        /// It was given back.
        undone: bool,
    },
    /// What we keep about a device was changed by someone.
    DeviceUpdated {
        /// Which fields.
        fields: Vec<String>,
    },
    /// A device was found at another address.
    DeviceMoved {
        /// Where it was.
        from: String,
        /// Where it is.
        to: String,
    },
    /// Another device is at the address of this one, so nothing is written to it there.
    AddressConflictFound {
        /// Where.
        address: String,
        /// Who else is there, a few of them where there are many.
        others: Vec<Mac>,
    },
    /// The address belongs to one device again.
    AddressConflictSettled {
        /// Where.
        address: String,
    },
    /// A device can or cannot be reached any more, or the reason why it cannot is another one.
    DeviceStateChanged {
        /// Before.
        from: DeviceState,
        /// Now.
        to: DeviceState,
        /// Why, in words.
        reason: Option<String>,
    },
    /// Another firmware runs.
    FirmwareChanged {
        /// Before.
        from: String,
        /// Now.
        to: String,
    },
    /// The reading of a device differs from the one before.
    StatusChanged {
        /// Which components.
        components: Vec<String>,
    },
    /// A button or input of a device told something, such as `single_push`.
    InputEvent {
        /// Which: `input:0`.
        component: String,
        /// What, in the vendor's word.
        event: String,
    },
    /// The configuration of a device differs from the one before.
    ConfigChanged {
        /// Which settings; the first ones when there are many.
        paths: Vec<String>,
        /// How many.
        count: u32,
    },
    /// A device is not as wished.
    DriftFound {
        /// Number of settings that differ.
        count: u32,
    },
    /// A device is as wished again.
    DriftCleared,
    /// A setting that is not as wished is let be until a date.
    DriftWaived {
        /// The setting.
        path: String,
        /// Until when.
        until: DateTime<Utc>,
        /// Why.
        reason: String,
    },
    /// A setting that is not as wished is not let be any more.
    DriftWaiverRemoved {
        /// The setting.
        path: String,
    },
    /// A policy of repair was set or taken away.
    RepairPolicyChanged {
        /// Whose: `fleet`, `group:hall`, a MAC.
        policy: String,
        /// What it does: `off`, `ask`, `repair`; `removed`.
        action: String,
    },
    /// A policy asks whether to put back what is not as wished.
    RepairAsked {
        /// The job that waits for a yes.
        id: JobId,
        /// Whose policy.
        policy: String,
        /// Number of devices.
        devices: u32,
    },
    /// A policy puts back what is not as wished.
    RepairStarted {
        /// The job.
        id: JobId,
        /// Whose policy.
        policy: String,
        /// Number of devices.
        devices: u32,
    },
    /// A policy leaves a device alone that is not as wished.
    RepairLeft {
        /// Whose policy.
        policy: String,
        /// Settings that stay as they are; the first ones when there are many.
        paths: Vec<String>,
        /// Why.
        reason: String,
    },
    /// A wish was stated, changed or taken back.
    WishChanged {
        /// For whom.
        scope: LayerScope,
        /// The setting.
        selector: String,
        /// Whether it was taken back.
        cleared: bool,
    },
    /// A variable for templates was set or taken away. Its value is not told.
    VariableChanged {
        /// Whose.
        scope: VariableScope,
        /// Its name.
        name: String,
        /// Whether it was taken away.
        cleared: bool,
    },
    /// A group was made, changed or removed.
    GroupChanged {
        /// Which.
        id: GroupId,
        /// Its name.
        name: String,
        /// What was done: `created`, `changed`, `members`, `removed`.
        action: String,
    },
    /// A location was made, changed or removed.
    LocationChanged {
        /// Which.
        id: LocationId,
        /// Its name.
        name: String,
        /// What was done: `created`, `changed`, `removed`.
        action: String,
    },
    /// A profile was made, changed or removed.
    ProfileChanged {
        /// Which.
        id: ProfileId,
        /// Its name.
        name: String,
        /// What was done: `created`, `changed`, `devices`, `removed`, or the new version, such as `version 3`.
        action: String,
    },
    /// A job was made.
    #[serde(alias = "plan_proposed")]
    JobProposed {
        /// Which.
        id: JobId,
        /// Number of devices.
        devices: u32,
        /// Number of settings.
        changes: u32,
    },
    /// Somebody said yes to a job that another has to start.
    JobApproved {
        /// Which.
        id: JobId,
    },
    /// A job was started.
    #[serde(alias = "plan_started")]
    JobStarted {
        /// Which.
        id: JobId,
    },
    /// A job was held, or goes on.
    JobPaused {
        /// Which.
        id: JobId,
        /// It goes on.
        resumed: bool,
    },
    /// A job is done with one device, or waits for it.
    #[serde(alias = "plan_unit_finished")]
    JobUnitFinished {
        /// Which.
        id: JobId,
        /// How it ended.
        state: UnitState,
        /// Why, if it is not as wished.
        reason: Option<String>,
    },
    /// A job ended.
    #[serde(alias = "plan_finished")]
    JobFinished {
        /// Which.
        id: JobId,
        /// How it ended.
        state: JobState,
        /// Why, if it ended early.
        #[serde(default)]
        reason: Option<String>,
    },
    /// Devices are expected, or are not any more.
    DevicesExpected {
        /// Number of devices.
        devices: u32,
        /// They are expected no more.
        removed: bool,
    },
    /// A scan began.
    ScanStarted {
        /// Which.
        id: ScanId,
        /// Where it looks.
        targets: Vec<String>,
    },
    /// A scan ended.
    ScanFinished {
        /// Which.
        id: ScanId,
        /// Addresses tried.
        probed: u64,
        /// Devices found.
        found: u64,
        /// Why it broke off.
        error: Option<String>,
    },
    /// A command was sent to a device.
    CommandSent {
        /// The command, in words.
        command: String,
        /// Why it failed, if it did.
        error: Option<String>,
    },
    /// The password that we use for a device was set or taken away.
    PasswordChanged {
        /// Whether it was taken away.
        cleared: bool,
    },
    /// The password that we use for a device was told to us, in a list.
    PasswordImported,
    /// The password of a device was shown to somebody.
    PasswordRevealed,
    /// The key of a WiFi network was stored, or forgotten. It is not told.
    NetworkChanged {
        /// Name of the network.
        ssid: String,
        /// What was done: `set`, `learnt`, `removed`.
        action: String,
    },
    /// The common credentials were changed.
    CredentialsChanged {
        /// Name of the set.
        label: String,
        /// What was done: `created`, `moved`, `removed`.
        action: String,
    },
    /// An API token was made.
    TokenCreated {
        /// Which.
        id: TokenId,
        /// Its name.
        name: String,
        /// What it may do.
        permission: Permission,
    },
    /// An API token was revoked.
    TokenRevoked {
        /// Which.
        id: TokenId,
        /// Its name.
        name: String,
    },
    /// An agent enrolled, came, was lost or revoked, or a code for agents was made.
    AgentChanged {
        /// Which; none for a code.
        id: Option<AgentId>,
        /// Its name, or that of the code.
        name: String,
        /// What happened, in words.
        action: String,
    },
    /// An agent saw the access point of a device for the first time.
    AccessPointSeen {
        /// Its name.
        ssid: String,
        /// Name of the agent.
        agent: String,
    },
    /// A device that is brought into a network got further.
    ProvisioningChanged {
        /// With which others.
        id: ProvisioningId,
        /// Name of its access point, or its address as far as it is known.
        device: String,
        /// What happened, in words.
        action: String,
    },
    /// A rule of good order was made, changed, removed, switched or weighed otherwise.
    RuleChanged {
        /// Which.
        rule: String,
        /// What was done: `created`, `changed`, `removed`, `off`, `on`, or the new severity.
        action: String,
    },
    /// Findings of a rule are let pass.
    FindingWaived {
        /// Which rule.
        rule: String,
        /// Until when; for good when absent.
        until: Option<DateTime<Utc>>,
        /// Why.
        reason: String,
    },
    /// Findings of a rule are not let pass any more.
    WaiverRemoved {
        /// Which rule.
        rule: String,
    },
    /// What was old was removed.
    OldRemoved {
        /// How much.
        removed: Swept,
    },
}

/// An event to append to the log, together with the rows it speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it, in words.
    pub actor: String,
    /// Which device, if one.
    pub mac: Option<Mac>,
    /// What.
    pub event: FleetEvent,
}

/// An event of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EventRecord {
    /// Place in the log, rising. What is committed later has the higher number.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it, in words.
    pub actor: String,
    /// Which device, if one.
    pub mac: Option<Mac>,
    /// What.
    pub event: FleetEvent,
}

impl NewEvent {
    /// An event about a device.
    pub fn of_device(at: DateTime<Utc>, actor: &Actor, mac: Mac, event: FleetEvent) -> Self {
        Self { at, actor: actor.to_string(), mac: Some(mac), event }
    }

    /// An event about something else.
    pub fn new(at: DateTime<Utc>, actor: &Actor, event: FleetEvent) -> Self {
        Self { at, actor: actor.to_string(), mac: None, event }
    }
}

impl FleetEvent {
    /// The stable word for what happened, the `kind` of its JSON.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::DeviceSeen { .. } => "device_seen",
            Self::DeviceAdopted { .. } => "device_adopted",
            Self::DeviceRemoved { .. } => "device_removed",
            Self::DeviceReplaced { .. } => "device_replaced",
            Self::DeviceUpdated { .. } => "device_updated",
            Self::DeviceMoved { .. } => "device_moved",
            Self::AddressConflictFound { .. } => "address_conflict_found",
            Self::AddressConflictSettled { .. } => "address_conflict_settled",
            Self::DeviceStateChanged { .. } => "device_state_changed",
            Self::FirmwareChanged { .. } => "firmware_changed",
            Self::StatusChanged { .. } => "status_changed",
            Self::InputEvent { .. } => "input_event",
            Self::ConfigChanged { .. } => "config_changed",
            Self::DriftFound { .. } => "drift_found",
            Self::DriftCleared => "drift_cleared",
            Self::DriftWaived { .. } => "drift_waived",
            Self::DriftWaiverRemoved { .. } => "drift_waiver_removed",
            Self::RepairPolicyChanged { .. } => "repair_policy_changed",
            Self::RepairAsked { .. } => "repair_asked",
            Self::RepairStarted { .. } => "repair_started",
            Self::RepairLeft { .. } => "repair_left",
            Self::WishChanged { .. } => "wish_changed",
            Self::VariableChanged { .. } => "variable_changed",
            Self::GroupChanged { .. } => "group_changed",
            Self::LocationChanged { .. } => "location_changed",
            Self::ProfileChanged { .. } => "profile_changed",
            Self::JobProposed { .. } => "job_proposed",
            Self::JobApproved { .. } => "job_approved",
            Self::JobStarted { .. } => "job_started",
            Self::JobPaused { .. } => "job_paused",
            Self::JobUnitFinished { .. } => "job_unit_finished",
            Self::JobFinished { .. } => "job_finished",
            Self::DevicesExpected { .. } => "devices_expected",
            Self::ScanStarted { .. } => "scan_started",
            Self::ScanFinished { .. } => "scan_finished",
            Self::CommandSent { .. } => "command_sent",
            Self::PasswordChanged { .. } => "password_changed",
            Self::PasswordImported => "password_imported",
            Self::PasswordRevealed => "password_revealed",
            Self::NetworkChanged { .. } => "network_changed",
            Self::CredentialsChanged { .. } => "credentials_changed",
            Self::TokenCreated { .. } => "token_created",
            Self::TokenRevoked { .. } => "token_revoked",
            Self::AgentChanged { .. } => "agent_changed",
            Self::AccessPointSeen { .. } => "access_point_seen",
            Self::ProvisioningChanged { .. } => "provisioning_changed",
            Self::RuleChanged { .. } => "rule_changed",
            Self::FindingWaived { .. } => "finding_waived",
            Self::WaiverRemoved { .. } => "waiver_removed",
            Self::OldRemoved { .. } => "old_removed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_json_with_its_kind_and_a_sentence() {
        let event = FleetEvent::DeviceStateChanged {
            from: DeviceState::Online,
            to: DeviceState::Offline,
            reason: Some("no answer for 10 s".to_owned()),
        };
        let json = serde_json::to_value(&event).unwrap();
        assert_eq!(json["kind"], event.kind());
        assert_eq!(serde_json::from_value::<FleetEvent>(json).unwrap(), event);
        assert_eq!(event.to_string(), "online became offline: no answer for 10 s");
        let (from, reason) = (DeviceState::Offline, Some("it has no power: nobody is at its address".to_owned()));
        let still = FleetEvent::DeviceStateChanged { from, to: DeviceState::Offline, reason };
        assert_eq!(still.to_string(), "still offline: it has no power: nobody is at its address");
        assert_eq!(serde_json::to_value(FleetEvent::DriftCleared).unwrap()["kind"], "drift_cleared");
        assert_eq!(FleetEvent::DriftFound { count: 1 }.to_string(), "1 setting not as wished");
        let older = serde_json::json!({"kind": "plan_started", "id": "00000000-0001-7000-8000-000000000000"});
        assert_eq!(serde_json::from_value::<FleetEvent>(older).unwrap().kind(), "job_started", "jobs were plans once");
        let removed = Swept { events: 12, tokens: 1, ..Swept::default() };
        assert_eq!(FleetEvent::OldRemoved { removed }.to_string(), "removed what was old: 12 events, 1 tokens");
        let others = vec![Mac::new([1; 6])];
        let conflict = FleetEvent::AddressConflictFound { address: "192.0.2.7:80".to_owned(), others };
        let sentence = "address conflict: 010101010101 is at 192.0.2.7:80 too; nothing is written there";
        assert_eq!((conflict.kind(), conflict.to_string().as_str()), ("address_conflict_found", sentence));
    }
}
