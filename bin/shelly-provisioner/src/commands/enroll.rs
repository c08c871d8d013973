//! Trades a one-time code of the manager for a certificate.

use std::path::Path;

use provisioner::{
    Clock, SystemClock,
    link::{Applicant, enroll},
};

use super::run::host_name;
use crate::{
    args::{Enroll, Host},
    output::{Exit, say},
    wiring::secret,
};

/// Enrols this host.
pub(crate) async fn run(host: &Host, wish: &Enroll) -> anyhow::Result<Exit> {
    host.prepare_state()?;
    let code = secret(wish.code_file.as_deref().unwrap_or(Path::new("-")))?;
    let who = Applicant {
        manager: wish.manager.clone(),
        fingerprint: wish.fingerprint.clone(),
        name: wish.name.clone().unwrap_or_else(host_name),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let credentials = enroll(&who, &code, SystemClock.now()).await?;
    credentials.save(&host.state)?;
    say(format!("this host is agent {} of {}", credentials.agent_id, credentials.manager));
    Ok(Exit::Ok)
}
