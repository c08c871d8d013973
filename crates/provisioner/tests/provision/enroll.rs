//! A host is enrolled with the one manager that is meant, and with no other, and renews its certificate in time.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use provisioner::{
    Clock,
    link::{Applicant, Credentials, Dial, EnrollError, Enrolled, enroll, v1},
};
use rcgen::{BasicConstraints, CertificateParams, CertificateSigningRequestParams, IsCa, Issuer, KeyPair};
use secrets::Secret;
use sha2::{Digest, Sha256};
use tokio::{net::TcpListener, task::JoinHandle};
use tonic::{
    Request, Response, Status, Streaming,
    transport::{Certificate, Identity, Server, ServerTlsConfig},
};

use super::site::Still;

/// The manager's side of enrolment: what was asked, and the authority that signs. Clones are the same.
#[derive(Clone)]
struct Desk {
    codes: Arc<Mutex<Vec<String>>>,
    issuer: Arc<Issuer<'static, KeyPair>>,
    authority: Vec<u8>,
    renewals: Arc<Mutex<Renewals>>,
}

/// What became of those who wanted another certificate.
#[derive(Default)]
struct Renewals {
    /// The certificates with which they came.
    shown: Vec<Vec<u8>>,
    /// The next one is refused.
    refuses: bool,
    /// The next one is answered by somebody else.
    other_authority: bool,
}

impl Desk {
    fn answer(&self, csr_der: &[u8]) -> v1::EnrollResponse {
        let request = CertificateSigningRequestParams::from_der(&csr_der.to_vec().into()).unwrap();
        let certificate = request.signed_by(&*self.issuer).unwrap();
        v1::EnrollResponse {
            agent_id: "agent-1".to_owned(),
            certificate_der: certificate.der().to_vec(),
            ca_certificate_der: self.authority.clone(),
            valid_s: 1000,
            renew_after_s: 500,
        }
    }

    fn renewals(&self) -> std::sync::MutexGuard<'_, Renewals> {
        self.renewals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Never<T> = Pin<Box<dyn futures::Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl v1::agent_server::Agent for Desk {
    type SessionStream = Never<v1::ManagerMessage>;
    type RelayStream = Never<v1::RelayRequest>;

    async fn session(&self, _: Request<Streaming<v1::AgentMessage>>) -> Result<Response<Self::SessionStream>, Status> {
        Err(Status::unimplemented("not here"))
    }

    async fn relay(&self, _: Request<Streaming<v1::RelayAnswer>>) -> Result<Response<Self::RelayStream>, Status> {
        Err(Status::unimplemented("not here"))
    }

    async fn renew(&self, request: Request<v1::RenewRequest>) -> Result<Response<v1::EnrollResponse>, Status> {
        let shown = request.peer_certs().ok_or_else(|| Status::unauthenticated("show your certificate"))?;
        let mut renewals = self.renewals();
        renewals.shown.push(shown[0].to_vec());
        if std::mem::take(&mut renewals.refuses) {
            return Err(Status::unavailable("the manager is busy"));
        }
        let mut answer = self.answer(&request.get_ref().csr_der);
        if std::mem::take(&mut renewals.other_authority) {
            answer.ca_certificate_der.push(0);
        }
        Ok(Response::new(answer))
    }
}

#[tonic::async_trait]
impl v1::enrollment_server::Enrollment for Desk {
    async fn enroll(&self, request: Request<v1::EnrollRequest>) -> Result<Response<v1::EnrollResponse>, Status> {
        let wish = request.into_inner();
        self.codes.lock().unwrap().push(wish.code.clone());
        if wish.code != "K7Q2-M9XD-04TB" {
            return Err(Status::unauthenticated("the code is wrong, spent or too old"));
        }
        Ok(Response::new(self.answer(&wish.csr_der)))
    }
}

/// A manager with its port, and what is known of it.
struct Port {
    desk: Desk,
    address: String,
    fingerprint: String,
    server: JoinHandle<Result<(), tonic::transport::Error>>,
}

impl Drop for Port {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn port() -> Port {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let authority = params.self_signed(&key).unwrap();
    let issuer = Issuer::new(params, key);
    let port_key = KeyPair::generate().unwrap();
    let port = CertificateParams::new(vec![agent_proto::SERVER_NAME.to_owned()]).unwrap();
    let port = port.signed_by(&port_key, &issuer).unwrap();
    let identity = Identity::from_pem(format!("{}{}", port.pem(), authority.pem()), port_key.serialize_pem());
    let tls = ServerTlsConfig::new()
        .identity(identity)
        .client_ca_root(Certificate::from_pem(authority.pem()))
        .client_auth_optional(true);
    let desk = Desk {
        codes: Arc::default(),
        issuer: Arc::new(issuer),
        authority: authority.der().to_vec(),
        renewals: Arc::default(),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let incoming = futures::stream::unfold(listener, |listener| async {
        Some((listener.accept().await.map(|(stream, _)| stream), listener))
    });
    let server = Server::builder()
        .tls_config(tls)
        .unwrap()
        .add_service(v1::enrollment_server::EnrollmentServer::new(desk.clone()))
        .add_service(v1::agent_server::AgentServer::new(desk.clone()))
        .serve_with_incoming(incoming);
    let digest: Vec<String> = Sha256::digest(authority.der()).iter().map(|byte| format!("{byte:02X}")).collect();
    Port { desk, address, fingerprint: digest.join(":"), server: tokio::spawn(server) }
}

impl Port {
    fn applicant(&self, fingerprint: &str) -> Applicant {
        Applicant {
            manager: self.address.clone(),
            fingerprint: fingerprint.to_owned(),
            name: "host".to_owned(),
            version: "1".to_owned(),
        }
    }
}

/// L10: the code goes to the manager whose authority has the fingerprint, and to nobody else.
#[tokio::test]
async fn l10_the_code_is_sent_to_the_right_manager_only() {
    let port = port().await;
    let code = Secret::from("K7Q2-M9XD-04TB");
    let other = "0".repeat(64);
    let error = enroll(&port.applicant(&other), &code, Still.now()).await.unwrap_err();
    assert!(matches!(error, EnrollError::OtherAuthority { .. }), "{error:?}");
    let error = enroll(&port.applicant("abc"), &code, Still.now()).await.unwrap_err();
    assert!(matches!(error, EnrollError::Fingerprint), "{error:?}");
    assert!(port.desk.codes.lock().unwrap().is_empty(), "the code went out");

    let right = port.applicant(&port.fingerprint);
    let error = enroll(&right, &Secret::from("wrong"), Still.now()).await.unwrap_err();
    assert!(matches!(&error, EnrollError::Refused(why) if why.contains("too old")), "{error:?}");
    let credentials = enroll(&right, &code, Still.now()).await.unwrap();
    assert_eq!(credentials.agent_id, "agent-1");
    let folder = tempfile::tempdir().unwrap();
    credentials.save(folder.path()).unwrap();
    let read = Credentials::load(folder.path()).unwrap().unwrap();
    Enrolled::new(read, folder.path().to_owned(), Arc::new(Still)).dial().await.unwrap();
}

/// Time that is moved by hand.
#[derive(Clone, Default)]
struct Moved(Arc<Mutex<TimeDelta>>);

impl Moved {
    fn by(&self, seconds: i64) {
        *self.0.lock().unwrap() += TimeDelta::seconds(seconds);
    }
}

impl Clock for Moved {
    fn now(&self) -> DateTime<Utc> {
        Still.now() + *self.0.lock().unwrap()
    }
}

/// W17: the certificate is renewed in time and not before, a manager that does not answer is asked again, another authority
/// is not believed, and what was stored is what the next connection shows.
#[tokio::test]
async fn w17_a_certificate_is_renewed_in_time() {
    let port = port().await;
    let (folder, clock) = (tempfile::tempdir().unwrap(), Moved::default());
    let code = Secret::from("K7Q2-M9XD-04TB");
    let first = enroll(&port.applicant(&port.fingerprint), &code, clock.now()).await.unwrap();
    first.save(folder.path()).unwrap();
    let kept = || std::fs::read_to_string(folder.path().join("agent.json")).unwrap();
    let at_first = kept();
    let dial = Enrolled::new(first, folder.path().to_owned(), Arc::new(clock.clone()));
    let channel = dial.dial().await.unwrap();
    let asked = || port.desk.renewals().shown.len();

    clock.by(499);
    dial.renew(&channel).await;
    assert_eq!(asked(), 0, "it is good for long enough");
    clock.by(1);
    port.desk.renewals().refuses = true;
    dial.renew(&channel).await;
    dial.renew(&channel).await;
    assert_eq!((asked(), kept() == at_first), (1, true), "it was refused, and is not asked again at once");
    clock.by(10 * 60);
    port.desk.renewals().other_authority = true;
    dial.renew(&channel).await;
    assert_eq!((asked(), kept() == at_first), (2, true), "somebody else signed it");
    clock.by(10 * 60);
    dial.renew(&channel).await;
    assert_eq!((asked(), kept() == at_first), (3, false));
    dial.renew(&channel).await;
    assert_eq!(asked(), 3, "the new one is good for long enough");

    clock.by(500);
    let channel = dial.dial().await.unwrap();
    dial.renew(&channel).await;
    let shown = port.desk.renewals().shown.clone();
    assert_eq!(shown.len(), 4);
    assert!(shown[..3].iter().all(|certificate| *certificate == shown[0]), "the old one until there is another");
    assert_ne!(shown[3], shown[0], "the new one from then on");
    let again = Credentials::load(folder.path()).unwrap().unwrap();
    Enrolled::new(again, folder.path().to_owned(), Arc::new(clock)).dial().await.expect("what is kept is whole");
}
