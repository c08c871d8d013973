//! What the door for agents asks: whom to trust, who may enrol, who may come in.

use chrono::{DateTime, Utc};
use fleet_model::{Actor, AgentAbout, AgentId, AgentRecord, AuthorityRecord};
use secrets::{OneTimeCode, Secret};

use crate::{Error, ErrorKind, Fleet};

/// Longest name of a host that is kept.
const MAX_NAME: usize = 48;

/// An agent that gets its first certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enrolled {
    /// Id, the subject of the certificate.
    pub id: AgentId,
}

/// What somebody shows who wants to enrol.
#[derive(Debug, Clone)]
pub struct Unenrolled {
    /// The code, as it came.
    pub code: String,
    /// How it would like to be called.
    pub name: String,
    /// Version of its program.
    pub version: String,
    /// When the certificate will end.
    pub certificate_expires_at: DateTime<Utc>,
}

impl Fleet {
    /// The authority of agents with its private key (PEM), if there is one.
    ///
    /// # Errors
    /// When the database cannot be read, or the key of this manager does not open it.
    pub async fn agent_authority(&self) -> Result<Option<(AuthorityRecord, Secret<String>)>, Error> {
        Ok(self.store().agent_authority().await?)
    }

    /// Keeps a new authority, unless another manager on this database was faster; gives the one that counts.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn agent_authority_keep(
        &self,
        authority: AuthorityRecord,
        private_key: Secret<String>,
    ) -> Result<(AuthorityRecord, Secret<String>), Error> {
        Ok(self.store().agent_authority_keep(authority, private_key).await?)
    }

    /// Lets somebody with a code in as an agent. The code is used up by that.
    ///
    /// # Errors
    /// `NotSignedIn` when the code is none, spent or too old; which of these is not told.
    pub async fn agent_enroll(&self, who: Unenrolled) -> Result<Enrolled, Error> {
        let refused = || Error::new("the code is not valid, or it has ended", ErrorKind::NotSignedIn);
        let code: OneTimeCode = who.code.parse().map_err(|_| refused())?;
        let now = self.now();
        let name: String = who.name.trim().chars().filter(|c| !c.is_control()).take(MAX_NAME).collect();
        let agent = AgentRecord {
            id: AgentId::new(self.ids()),
            name: if name.is_empty() { "agent".to_owned() } else { name },
            location: None,
            enrolled_at: now,
            enrolled_with: String::new(),
            certificate_expires_at: who.certificate_expires_at,
            revoked_at: None,
            last_seen_at: None,
            connected_to: None,
            about: AgentAbout { version: who.version.chars().take(MAX_NAME).collect(), ..AgentAbout::default() },
            revision: 0,
        };
        let enrolled = self.store().agent_enroll(code, agent, now).await?.ok_or_else(refused)?;
        let action = format!("enrolled with the code for {}", enrolled.enrolled_with);
        self.agent_write(&Actor::System, enrolled.id, &action, |_| {}).await?;
        Ok(Enrolled { id: enrolled.id })
    }

    /// An agent that shows its certificate.
    ///
    /// # Errors
    /// `Forbidden` when it was revoked, `NotSignedIn` when there is none.
    pub async fn agent_authenticate(&self, id: AgentId) -> Result<AgentRecord, Error> {
        let agent = self.store().agent_get(id).await?;
        let agent = agent.ok_or_else(|| Error::new("there is no such agent", ErrorKind::NotSignedIn))?;
        if agent.revoked_at.is_some() {
            return Err(Error::new("this agent was revoked", ErrorKind::Forbidden));
        }
        Ok(agent)
    }

    /// Notes that an agent has another certificate.
    ///
    /// # Errors
    /// When that cannot be stored.
    pub async fn agent_renewed(&self, id: AgentId, expires_at: DateTime<Utc>) -> Result<(), Error> {
        let action = format!("certificate renewed until {}", expires_at.format("%F"));
        self.agent_write(&Actor::System, id, &action, |agent| agent.certificate_expires_at = expires_at).await?;
        Ok(())
    }
}
