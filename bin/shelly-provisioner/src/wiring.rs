//! Puts the parts together: the only place that knows every concrete type.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, bail};
use discovery::{mdns::MdnsOptions, parse_targets};
use provisioner::{Agent, AgentOptions, FileJournal, LanSearch, Patience, SystemClock};
use secrets::Secret;
use shelly_driver::Options;
use shelly_http::{Tls, TlsOptions, Trust};
use wifi_control::{HostWifi, WifiControl, wifi_interfaces};

use crate::args::{Backend, Host};

/// Name of the journal in the folder of the state.
const JOURNAL: &str = "journal";
/// Longest key, code or password in a file.
const LONGEST_SECRET: u64 = 4096;

/// The agent of this host.
pub(crate) type HostAgent = Agent<HostWifi, LanSearch>;

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

    /// How devices are talked to.
    pub(crate) fn device_options(&self) -> anyhow::Result<Box<dyn Fn() -> Options + Send + Sync>> {
        let Some(path) = &self.device_ca else { return Ok(Box::new(Options::default)) };
        let pem = fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
        let tls = Tls::new(&TlsOptions::new(Trust::Authority(pem)))
            .with_context(|| format!("use the authorities in {}", path.display()))?;
        Ok(Box::new(move || Options { tls: Some(tls.clone()), ..Options::default() }))
    }

    /// Makes the folder of the state, readable for its owner only.
    pub(crate) fn prepare_state(&self) -> anyhow::Result<()> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.state).with_context(|| format!("make the folder {}", self.state.display()))
    }

    /// The agent, with its journal open.
    pub(crate) async fn agent(&self) -> anyhow::Result<HostAgent> {
        self.agent_with(self.wifi().await?, vec![self.interface()?])
    }

    /// The agent with this radio, which looks for devices in the networks of these interfaces.
    pub(crate) fn agent_with<W: WifiControl>(
        &self,
        wifi: W,
        interfaces: Vec<String>,
    ) -> anyhow::Result<Agent<W, LanSearch>> {
        self.prepare_state()?;
        let journal = FileJournal::open(&self.journal())?;
        let device = self.device_options()?;
        let find = LanSearch {
            options: device(),
            targets: if self.lan.is_empty() { Vec::new() } else { parse_targets(&self.lan)? },
            interfaces,
            mdns: Some(MdnsOptions::default()),
            listen: Duration::from_secs(4),
            clock: Arc::new(SystemClock),
        };
        let options = AgentOptions { patience: Patience::default(), device, clock: Arc::new(SystemClock) };
        Ok(Agent::new(wifi, find, journal, options))
    }
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
    use super::*;

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
