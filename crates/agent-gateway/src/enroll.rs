//! Trades one-time codes for certificates, and old certificates for new ones.

use std::time::Duration;

use agent_proto::v1::{EnrollRequest, EnrollResponse, enrollment_server::Enrollment};
use chrono::{DateTime, Utc};
use fleet::{ErrorKind, Fleet, Unenrolled};
use fleet_model::{AgentId, TimeIds};
use tokio::{sync::Semaphore, time::timeout};
use tonic::{Request, Response, Status};

use crate::{authority::AgentTls, door::Bounds};

/// How long somebody waits for a turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// Longest request for a certificate, in bytes. Those of our agents have about 250.
const MAX_CSR: usize = 4096;

/// Where certificates are given out.
pub(crate) struct Desk {
    fleet: Fleet,
    tls: AgentTls,
    turns: Semaphore,
}

impl Desk {
    pub(crate) fn new(fleet: Fleet, tls: AgentTls, bounds: &Bounds) -> Self {
        Self { fleet, tls, turns: Semaphore::new(bounds.enrolling.max(1)) }
    }

    async fn turn(&self) -> Result<tokio::sync::SemaphorePermit<'_>, Status> {
        let busy = || Status::resource_exhausted("too many ask for a certificate; try again in a moment");
        timeout(PATIENCE, self.turns.acquire()).await.map_err(|_| busy())?.map_err(|_| busy())
    }

    /// A certificate for what was asked, before anything is stored.
    fn checked(&self, csr: &[u8], now: DateTime<Utc>) -> Result<(), Status> {
        if csr.len() > MAX_CSR {
            return Err(Status::invalid_argument("the request for a certificate is too long"));
        }
        let probe = self.tls.issue(csr, AgentId::new(&TimeIds), AgentTls::expiry(now));
        probe.map(drop).map_err(|error| Status::invalid_argument(format!("the request for a certificate: {error}")))
    }

    fn issue(&self, csr: &[u8], id: AgentId, now: DateTime<Utc>) -> Result<EnrollResponse, Status> {
        let issued = self.tls.issue(csr, id, AgentTls::expiry(now)).map_err(|error| {
            tracing::error!(agent.id = %id, %error, "a certificate could not be made");
            Status::internal("the certificate could not be made")
        })?;
        let valid_s = u64::try_from((issued.expires_at - now).num_seconds()).unwrap_or_default();
        Ok(EnrollResponse {
            agent_id: id.to_string(),
            certificate_der: issued.certificate,
            ca_certificate_der: issued.authority,
            valid_s,
            renew_after_s: issued.renew_after_s,
        })
    }

    /// Another certificate for an agent that is in.
    pub(crate) async fn renew(&self, id: AgentId, csr: &[u8]) -> Result<EnrollResponse, Status> {
        let _turn = self.turn().await?;
        let now = self.fleet.time();
        self.checked(csr, now)?;
        let answer = self.issue(csr, id, now)?;
        self.fleet.agent_renewed(id, AgentTls::expiry(now)).await.map_err(|error| status(&error))?;
        Ok(answer)
    }
}

#[tonic::async_trait]
impl Enrollment for Desk {
    async fn enroll(&self, request: Request<EnrollRequest>) -> Result<Response<EnrollResponse>, Status> {
        let _turn = self.turn().await?;
        let peer = request.remote_addr();
        let EnrollRequest { code, csr_der, name, version } = request.into_inner();
        let now = self.fleet.time();
        // A request that is no use must not use the code up.
        self.checked(&csr_der, now)?;
        let who = Unenrolled { code, name, version, certificate_expires_at: AgentTls::expiry(now) };
        match self.fleet.agent_enroll(who).await {
            Ok(enrolled) => {
                tracing::info!(agent.id = %enrolled.id, peer = peer.map(|peer| peer.to_string()), "an agent enrolled");
                Ok(Response::new(self.issue(&csr_der, enrolled.id, now)?))
            }
            Err(error) => {
                if *error.kind() == ErrorKind::NotSignedIn {
                    tracing::warn!(
                        peer = peer.map(|peer| peer.to_string()),
                        "somebody with a wrong code wanted to enrol"
                    );
                }
                Err(status(&error))
            }
        }
    }
}

/// What an agent is told of an error; the details stay here.
pub(crate) fn status(error: &fleet::Error) -> Status {
    match error.kind() {
        ErrorKind::NotSignedIn => Status::unauthenticated(error.to_string()),
        ErrorKind::Forbidden => Status::permission_denied(error.to_string()),
        ErrorKind::Unavailable => Status::unavailable("the manager is busy; try again in a moment"),
        _ => {
            tracing::error!(error = error.chain(), "an agent could not be served");
            Status::internal("the manager could not do it; its log says why")
        }
    }
}
