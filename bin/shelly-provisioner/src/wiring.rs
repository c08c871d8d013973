//! Puts the parts together: the only place that knows every concrete type.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, bail};
use bluetooth_control::BlueZ;
use discovery::{Target, mdns::MdnsOptions, parse_targets};
use provisioner::{Agent, AgentOptions, FileJournal, LanSearch, Patience, Position, SystemClock, Tasks, Way};
use secrets::Secret;
use shelly_driver::Options;
use shelly_http::{Tls, TlsOptions, Trust};
use wifi_control::{HostWifi, wifi_interfaces};

use crate::{
    args::{Backend, Host},
    radio::Radio,
};

/// Name of the journal in the folder of the state.
const JOURNAL: &str = "journal";
/// Longest key, code or password in a file.
const LONGEST_SECRET: u64 = 4096;

/// The agent of this host.
pub(crate) type HostAgent = Agent<Radio, LanSearch>;

impl Host {
    /// Where the journal is.
    pub(crate) fn journal(&self) -> PathBuf {
        self.state.join(JOURNAL)
    }

    /// The interface that is meant.
    pub(crate) fn interface(&self) -> anyhow::Result<String> {
        if let Some(interface) = &self.interface {
            return Ok(interface.clone());
        }
        let Some(first) = wifi_interfaces().into_iter().next() else {
            bail!("this host has no WiFi interface; `shelly-provisioner doctor` says more");
        };
        Ok(first)
    }

    /// The service that manages it.
    pub(crate) async fn wifi(&self) -> anyhow::Result<HostWifi> {
        let wanted = match self.backend {
            Backend::Auto => None,
            Backend::NetworkManager => Some(wifi_control::Backend::NetworkManager),
            Backend::WpaSupplicant => Some(wifi_control::Backend::WpaSupplicant),
            Backend::None => bail!("without a radio (`--backend none`) this host can only `run` for a manager"),
        };
        Ok(HostWifi::detect(&self.interface()?, wanted).await?)
    }

    /// The Bluetooth of this host.
    pub(crate) async fn bluetooth(&self) -> anyhow::Result<BlueZ> {
        Ok(BlueZ::open(self.adapter.as_deref()).await?)
    }

    /// How devices are talked to.
    pub(crate) fn device_options(&self) -> anyhow::Result<Box<dyn Fn() -> Options + Send + Sync>> {
        let Some(path) = &self.device_ca else { return Ok(Box::new(Options::default)) };
        let pem = fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
        let tls = Tls::new(&TlsOptions::new(Trust::Authority(pem)))
            .with_context(|| format!("use the authorities in {}", path.display()))?;
        Ok(Box::new(move || Options { tls: Some(tls.clone()), ..Options::default() }))
    }

    /// Where devices are looked for; nothing when nothing was named.
    pub(crate) fn targets(&self) -> anyhow::Result<Vec<Target>> {
        if self.lan.is_empty() { Ok(Vec::new()) } else { Ok(parse_targets(&self.lan)?) }
    }

    /// Makes the folder of the state, readable for its owner only.
    pub(crate) fn prepare_state(&self) -> anyhow::Result<()> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.state).with_context(|| format!("make the folder {}", self.state.display()))
    }

    /// The agent for devices that are reached this way, with its journal open. What else there is may be missing on this
    /// host, as long as nothing that went that way is unfinished.
    pub(crate) async fn agent(&self, by: impl Into<Option<Way>>) -> anyhow::Result<HostAgent> {
        let by = by.into();
        self.prepare_state()?;
        let journal = FileJournal::open(&self.journal())?;
        let bluetooth = self.bluetooth().await;
        let needs_wifi = by == Some(Way::AccessPoint) || !waits_for(journal.tasks(), Way::AccessPoint).is_empty();
        let radio = match self.wifi().await {
            Ok(wifi) => Radio::Wifi(wifi),
            Err(error) if needs_wifi => return Err(error),
            Err(error) => {
                tracing::info!("without WiFi: {error:#}");
                Radio::Absent
            }
        };
        let bluetooth = match bluetooth {
            Ok(bluetooth) => Some(bluetooth),
            Err(error) if by == Some(Way::Bluetooth) => return Err(error),
            Err(_) => None,
        };
        let interfaces = match by {
            Some(Way::AccessPoint) => vec![self.interface()?],
            Some(Way::Bluetooth) | None => network_interfaces(),
        };
        let device = self.device_options()?;
        let find = LanSearch {
            options: device(),
            targets: self.targets()?,
            interfaces,
            mdns: Some(MdnsOptions::default()),
            listen: Duration::from_secs(4),
            clock: Arc::new(SystemClock),
        };
        let options = AgentOptions { patience: Patience::default(), device, clock: Arc::new(SystemClock) };
        let agent = Agent::new(radio, find, journal, options);
        Ok(match bluetooth {
            Some(bluetooth) => agent.with_bluetooth(Arc::new(bluetooth)),
            None => agent,
        })
    }
}

/// The tasks of a journal that went this way, and are unfinished or have left the WiFi of the host elsewhere.
pub(crate) fn waits_for(tasks: &Tasks, by: Way) -> Vec<&Position> {
    tasks.unfinished().chain(tasks.away()).filter(|position| position.by == by).collect()
}

/// The interfaces of this host that lead to networks, by name.
pub(crate) fn network_interfaces() -> Vec<String> {
    let entries = fs::read_dir("/sys/class/net").into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| name != "lo").collect();
    names.sort();
    names
}

/// The secret in a file, without the line break at its end; `-` is standard input.
pub(crate) fn secret(path: &Path) -> anyhow::Result<Secret<String>> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().take(LONGEST_SECRET).read_to_string(&mut text)
    } else {
        fs::File::open(path).and_then(|file| file.take(LONGEST_SECRET).read_to_string(&mut text))
    };
    read.with_context(|| format!("read a secret from {}", path.display()))?;
    let secret = Secret::new(text.trim_end_matches(['\r', '\n']).to_owned());
    if secret.expose().is_empty() {
        bail!("there is no secret in {}", path.display());
    }
    Ok(secret)
}

/// The same for a file that may be absent.
pub(crate) fn secret_in(path: Option<&Path>) -> anyhow::Result<Option<Secret<String>>> {
    path.map(secret).transpose()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::Args;

    #[test]
    fn where_to_look_need_not_be_named() {
        let targets = |words: &[&str]| Args::parse_from(words).host.targets();
        assert!(targets(&["shelly-provisioner", "status"]).unwrap().is_empty());
        assert_eq!(targets(&["shelly-provisioner", "status", "--lan", "10.20.0.0/24"]).unwrap().len(), 1);
        assert!(targets(&["shelly-provisioner", "status", "--lan", "nowhere/7"]).is_err());
    }

    #[test]
    fn a_secret_is_read_without_its_line_break() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        fs::write(&path, "correct horse \n").unwrap();
        assert_eq!(secret(&path).unwrap().expose(), "correct horse ");
        fs::write(&path, "\n").unwrap();
        assert!(secret(&path).is_err() && secret_in(None).unwrap().is_none());
    }
}
