//! A host is enrolled with the one manager that is meant, and with no other.

use std::sync::{Arc, Mutex};

use provisioner::{
    Clock,
    link::{Applicant, Credentials, Dial, EnrollError, Enrolled, enroll, v1},
};
use rcgen::{BasicConstraints, CertificateParams, CertificateSigningRequestParams, IsCa, Issuer, KeyPair};
use secrets::Secret;
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tonic::{
    Request, Response, Status,
    transport::{Certificate, Identity, Server, ServerTlsConfig},
};

use super::site::Still;

/// The manager's side of enrolment: what was asked, and the authority that signs.
struct Desk {
    codes: Arc<Mutex<Vec<String>>>,
    issuer: Issuer<'static, KeyPair>,
    authority: Vec<u8>,
}

#[tonic::async_trait]
impl v1::enrollment_server::Enrollment for Desk {
    async fn enroll(&self, request: Request<v1::EnrollRequest>) -> Result<Response<v1::EnrollResponse>, Status> {
        let wish = request.into_inner();
        self.codes.lock().unwrap().push(wish.code.clone());
        if wish.code != "K7Q2-M9XD-04TB" {
            return Err(Status::unauthenticated("the code is wrong, spent or too old"));
        }
        let request = CertificateSigningRequestParams::from_der(&wish.csr_der.into()).unwrap();
        let certificate = request.signed_by(&self.issuer).unwrap();
        Ok(Response::new(v1::EnrollResponse {
            agent_id: "agent-1".to_owned(),
            certificate_der: certificate.der().to_vec(),
            ca_certificate_der: self.authority.clone(),
            valid_s: 1000,
            renew_after_s: 500,
        }))
    }
}

/// L10: the code goes to the manager whose authority has the fingerprint, and to nobody else.
#[tokio::test]
async fn l10_the_code_is_sent_to_the_right_manager_only() {
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
    let codes = Arc::new(Mutex::new(Vec::new()));
    let desk = Desk { codes: Arc::clone(&codes), issuer, authority: authority.der().to_vec() };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let manager = listener.local_addr().unwrap().to_string();
    let incoming = futures::stream::unfold(listener, |listener| async {
        Some((listener.accept().await.map(|(stream, _)| stream), listener))
    });
    let service = v1::enrollment_server::EnrollmentServer::new(desk);
    let server = Server::builder().tls_config(tls).unwrap().add_service(service).serve_with_incoming(incoming);
    let server = tokio::spawn(server);

    let digest: Vec<String> = Sha256::digest(authority.der()).iter().map(|byte| format!("{byte:02X}")).collect();
    let fingerprint = digest.join(":");
    let who = |fingerprint: &str| Applicant {
        manager: manager.clone(),
        fingerprint: fingerprint.to_owned(),
        name: "host".to_owned(),
        version: "1".to_owned(),
    };
    let code = Secret::from("K7Q2-M9XD-04TB");
    let other = "0".repeat(64);
    let error = enroll(&who(&other), &code, Still.now()).await.unwrap_err();
    assert!(matches!(error, EnrollError::OtherAuthority { .. }), "{error:?}");
    let error = enroll(&who("abc"), &code, Still.now()).await.unwrap_err();
    assert!(matches!(error, EnrollError::Fingerprint), "{error:?}");
    assert!(codes.lock().unwrap().is_empty(), "the code went out");

    let error = enroll(&who(&fingerprint), &Secret::from("wrong"), Still.now()).await.unwrap_err();
    assert!(matches!(&error, EnrollError::Refused(why) if why.contains("too old")), "{error:?}");
    let credentials = enroll(&who(&fingerprint), &code, Still.now()).await.unwrap();
    assert_eq!(credentials.agent_id, "agent-1");
    let folder = tempfile::tempdir().unwrap();
    credentials.save(folder.path()).unwrap();
    let read = Credentials::load(folder.path()).unwrap().unwrap();
    Enrolled::new(read, folder.path().to_owned(), Arc::new(Still)).dial().await.unwrap();
    server.abort();
}
