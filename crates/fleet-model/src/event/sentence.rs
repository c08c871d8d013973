//! Tells an event to people.

use std::fmt;

use super::FleetEvent;

/// A sentence for people.
impl fmt::Display for FleetEvent {
    #[expect(clippy::too_many_lines, reason = "one sentence for each event")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DeviceSeen { endpoint, model } => write!(f, "found a {model} at {endpoint}"),
            Self::DeviceAdopted { endpoint, name, channel, .. } => {
                write!(f, "adopted {name} at {endpoint}")?;
                channel.iter().try_for_each(|channel| write!(f, " over {channel}"))
            }
            Self::DeviceRemoved { name } => write!(f, "let {name} go"),
            Self::DeviceReplaced { former, successor, name, undone: false } => {
                write!(f, "{successor} took the place of {former} as {name}")
            }
            Self::DeviceReplaced { former, successor, name, undone: true } => {
                write!(f, "{former} has its place as {name} again, which {successor} had taken")
            }
            Self::DeviceUpdated { fields } => write!(f, "changed {}", fields.join(", ")),
            Self::DeviceMoved { from, to } => write!(f, "moved from {from} to {to}"),
            Self::AddressConflictFound { address, others } => {
                let others: Vec<String> = others.iter().map(ToString::to_string).collect();
                write!(f, "address conflict: {} is at {address} too; nothing is written there", others.join(", "))
            }
            Self::AddressConflictSettled { address } => write!(f, "no address conflict at {address} any more"),
            Self::DeviceStateChanged { from, to, reason } if from == to => write!(f, "still {to}{}", Because(reason)),
            Self::DeviceStateChanged { from, to, reason } => write!(f, "{from} became {to}{}", Because(reason)),
            Self::FirmwareChanged { from, to } => write!(f, "firmware {from} became {to}"),
            Self::StatusChanged { components } => write!(f, "new reading of {}", components.join(", ")),
            Self::InputEvent { component, event } => write!(f, "{component}: {event}"),
            Self::ConfigChanged { paths, count } => {
                let more = if (paths.len() as u64) < u64::from(*count) { ", ..." } else { "" };
                write!(f, "{} changed on the device: {}{more}", Count(*count, "setting"), paths.join(", "))
            }
            Self::DriftFound { count } => write!(f, "{} not as wished", Count(*count, "setting")),
            Self::DriftCleared => f.write_str("as wished again"),
            Self::DriftWaived { path, until, reason } => {
                write!(f, "{path} is let be until {}: {reason}", until.format("%Y-%m-%d"))
            }
            Self::DriftWaiverRemoved { path } => write!(f, "{path} is let be no more"),
            Self::RepairPolicyChanged { policy, action } => write!(f, "policy of repair of {policy}: {action}"),
            Self::RepairAsked { policy, devices, .. } => {
                write!(f, "policy of {policy} asks whether to repair {}", Count(*devices, "device"))
            }
            Self::RepairStarted { policy, devices, .. } => {
                write!(f, "policy of {policy} repairs {}", Count(*devices, "device"))
            }
            Self::RepairLeft { policy, paths, reason } => {
                write!(f, "policy of {policy} leaves {}: {reason}", paths.join(", "))
            }
            Self::WishChanged { scope, selector, cleared: false } => write!(f, "wish for {scope}: {selector}"),
            Self::WishChanged { scope, selector, cleared: true } => {
                write!(f, "no wish for {scope} any more: {selector}")
            }
            Self::VariableChanged { scope, name, cleared } => {
                write!(f, "variable {name} of {scope} {}", if *cleared { "taken away" } else { "set" })
            }
            Self::GroupChanged { name, action, .. } => write!(f, "group {name}: {action}"),
            Self::LocationChanged { name, action, .. } => write!(f, "location {name}: {action}"),
            Self::ProfileChanged { name, action, .. } => write!(f, "profile {name}: {action}"),
            Self::JobProposed { devices, changes, .. } => {
                write!(f, "job for {}, {}", Count(*devices, "device"), Count(*changes, "change"))
            }
            Self::JobApproved { .. } => f.write_str("job approved"),
            Self::JobStarted { .. } => f.write_str("job started"),
            Self::JobPaused { resumed, .. } => f.write_str(if *resumed { "job resumed" } else { "job paused" }),
            Self::JobUnitFinished { state, reason, .. } => write!(f, "job {state} here{}", Because(reason)),
            Self::JobFinished { state, reason, .. } => write!(f, "job ended: {state}{}", Because(reason)),
            Self::DevicesExpected { devices, removed } => {
                write!(f, "{} expected{}", Count(*devices, "device"), if *removed { " no more" } else { "" })
            }
            Self::ScanStarted { targets, .. } => write!(f, "scan of {} started", targets.join(", ")),
            Self::ScanFinished { probed, found, error, .. } => {
                write!(f, "scan ended: {probed} addresses tried, {found} devices found{}", Because(error))
            }
            Self::CommandSent { command, error } => write!(f, "command {command}{}", Because(error)),
            Self::PasswordChanged { cleared: false } => f.write_str("password set"),
            Self::PasswordChanged { cleared: true } => f.write_str("password taken away"),
            Self::PasswordImported => f.write_str("password taken from a list"),
            Self::PasswordRevealed => f.write_str("password shown"),
            Self::NetworkChanged { ssid, action } => write!(f, "key of network {ssid}: {action}"),
            Self::CredentialsChanged { label, action } => write!(f, "credentials {label}: {action}"),
            Self::TokenCreated { name, permission, .. } => write!(f, "token {name} made, may {permission}"),
            Self::TokenRevoked { name, .. } => write!(f, "token {name} revoked"),
            Self::AgentChanged { name, action, .. } => write!(f, "agent {name}: {action}"),
            Self::AccessPointSeen { ssid, agent } => write!(f, "agent {agent} sees the access point {ssid}"),
            Self::ProvisioningChanged { device, action, .. } => write!(f, "provisioning of {device}: {action}"),
            Self::RuleChanged { rule, action } => write!(f, "rule {rule}: {action}"),
            Self::FindingWaived { rule, until: Some(until), reason } => {
                write!(f, "findings of {rule} pass until {}: {reason}", until.format("%Y-%m-%d"))
            }
            Self::FindingWaived { rule, until: None, reason } => write!(f, "findings of {rule} pass: {reason}"),
            Self::WaiverRemoved { rule } => write!(f, "findings of {rule} pass no more"),
            Self::OldRemoved { removed } => {
                let parts: Vec<String> = removed.parts().map(|(count, what)| format!("{count} {what}")).collect();
                write!(f, "removed what was old: {}", parts.join(", "))
            }
        }
    }
}

struct Because<'a>(&'a Option<String>);

impl fmt::Display for Because<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |reason| write!(f, ": {reason}"))
    }
}

struct Count(u32, &'static str);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", self.0, self.1, if self.0 == 1 { "" } else { "s" })
    }
}
