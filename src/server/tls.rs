//! Whom we trust: the well-known authorities and `ca_file`, or exactly one certificate.

use std::io;
use std::net::TcpStream;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::NaiveDateTime;
use sha2::{Digest, Sha256};
use suppaftp::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use suppaftp::rustls::client::{Resumption, WebPkiServerVerifier};
use suppaftp::rustls::crypto::{
    WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature,
};
use suppaftp::rustls::pki_types::pem::PemObject;
use suppaftp::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use suppaftp::rustls::version::{TLS12, TLS13};
use suppaftp::rustls::{
    CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, Error, ProtocolVersion,
    RootCertStore, SignatureScheme, StreamOwned, SupportedProtocolVersion,
};
use suppaftp::{FtpError, FtpResult, RustlsConnector, TlsConnector, TlsStream};

use super::cause::{Cause, untrusted};
use crate::hashing::hex;
use crate::moment::Moment;
use crate::problem::Problem;
use crate::settings::{Tls, TlsVersion};
use crate::text::{Text, server as say};

/// The TLS configuration of these settings; `None` for plain FTP.
pub(super) fn config(tls: &Tls) -> Result<Option<ClientConfig>, Cause> {
    let Tls::Encrypted { min, max, ca_file, certificate_sha256, .. } = tls else {
        return Ok(None);
    };
    let provider = Arc::new(ring::default_provider());
    let trust = match certificate_sha256 {
        Some(pin) => Trust::Certificate(*pin),
        None => Trust::Authorities(authorities(ca_file.as_deref())?),
    };
    let verifier = Verifier { trust, algorithms: provider.signature_verification_algorithms };
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&versions(*min, *max))
        .map_err(|error| Cause::tls_failed(&error.to_string()))?
        .dangerous() // The verifier below wraps the normal one; only the pin replaces it.
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(Some(config))
}

/// What client and server have agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encryption {
    /// `1.2` or `1.3`.
    pub version: &'static str,
    /// By its registered name.
    pub cipher: String,
    certificate: CertificateDer<'static>,
}

impl Encryption {
    fn of(connection: &ClientConnection) -> Option<Self> {
        Some(Self {
            version: match connection.protocol_version()? {
                ProtocolVersion::TLSv1_3 => "1.3",
                _ => "1.2",
            },
            cipher: connection.negotiated_cipher_suite()?.suite().as_str()?.to_owned(),
            certificate: connection.peer_certificates()?.first()?.clone(),
        })
    }

    /// The last moment (UTC) at which the server's certificate is valid, whether somebody vouches for it or not.
    pub fn valid_until(&self) -> Option<NaiveDateTime> {
        // Who asks at the end of time is told that it has expired, and when.
        let end_of_time = UnixTime::since_unix_epoch(Duration::from_secs(u64::from(u32::MAX) * 60));
        let verifier = verifier_of(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }).ok()?;
        let name = ServerName::try_from("localhost").ok()?;
        match verifier.verify_server_cert(&self.certificate, &[], &name, &[], end_of_time) {
            Err(Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. })) => {
                utc(not_after)
            }
            _ => None,
        }
    }
}

/// TLS for one control connection and its data connections.
///
/// The session cache must be its own: a session resumed from an earlier control connection makes servers that
/// demand session reuse (ProFTPD, vsftpd) refuse the data connections.
#[derive(Debug)]
pub(super) struct Connector {
    library: RustlsConnector,
    handshake: Handshake,
    /// A control connection that is encrypted already.
    ready: Mutex<Option<Encrypted>>,
}

pub(super) type Encrypted = <RustlsConnector as TlsConnector>::Stream;

/// How the control connection's handshake ended, once it has.
#[derive(Clone, Debug, Default)]
pub(super) struct Handshake(Arc<Mutex<Option<io::Result<Option<Encryption>>>>>);

impl Handshake {
    fn ended(&self) -> MutexGuard<'_, Option<io::Result<Option<Encryption>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn failure(&self) -> Option<io::Error> {
        self.ended().take_if(|ended| ended.is_err())?.err()
    }

    pub(super) fn encryption(&self) -> Option<Encryption> {
        self.ended().as_ref()?.as_ref().ok()?.clone()
    }
}

impl Connector {
    pub(super) fn new(config: &ClientConfig) -> Self {
        let mut config = config.clone();
        config.resumption = Resumption::in_memory_sessions(8);
        Self { library: Arc::new(config).into(), handshake: Handshake::default(), ready: Mutex::new(None) }
    }

    /// Begins to encrypt a control connection: the handshake is not done yet, but its first bytes are sent.
    pub(super) fn begin(&self, host: &str, socket: TcpStream) -> FtpResult<Encrypted> {
        let mut stream = self.library.connect(host, socket)?;
        let StreamOwned { conn, sock } = stream.mut_ref();
        conn.write_tls(sock).map_err(FtpError::ConnectionError)?;
        Ok(stream)
    }

    /// Makes the handshake; what was agreed on.
    pub(super) fn complete(stream: &mut Encrypted) -> io::Result<Option<Encryption>> {
        let StreamOwned { conn, sock } = stream.mut_ref();
        conn.complete_io(sock)?;
        Ok(Encryption::of(conn))
    }

    /// What is given to whoever asks for the control connection.
    pub(super) fn having(self, stream: Encrypted) -> Self {
        Self { ready: Mutex::new(Some(stream)), ..self }
    }

    pub(super) fn handshake(&self) -> Handshake {
        self.handshake.clone()
    }
}

impl TlsConnector for Connector {
    type Stream = Encrypted;

    /// The first connection is the control connection: its handshake is done at once, so that it can be told.
    fn connect(&self, domain: &str, socket: TcpStream) -> FtpResult<Self::Stream> {
        let mut ended = self.handshake.ended();
        if let Some(ready) = self.ready.lock().unwrap_or_else(PoisonError::into_inner).take() {
            *ended = Some(Ok(None));
            return Ok(ready);
        }
        let mut stream = self.library.connect(domain, socket)?;
        if ended.is_none() {
            let completed = ended.insert(Self::complete(&mut stream));
            if completed.is_err() {
                return Err(FtpError::SecureError("the handshake failed".to_owned()));
            }
        }
        Ok(stream)
    }
}

/// The first bytes that a client sends whose server wants encryption from the start.
pub(super) fn hello(host: &str) -> Option<Vec<u8>> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .ok()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).ok()?;
    let mut hello = Vec::new();
    ClientConnection::new(Arc::new(config), name).ok()?.write_tls(&mut hello).ok()?;
    Some(hello)
}

fn versions(min: TlsVersion, max: TlsVersion) -> Vec<&'static SupportedProtocolVersion> {
    [(TlsVersion::V1_3, &TLS13), (TlsVersion::V1_2, &TLS12)]
        .into_iter()
        .filter(|(version, _)| (min..=max).contains(version))
        .map(|(_, version)| version)
        .collect()
}

fn authorities(ca_file: Option<&Path>) -> Result<Arc<WebPkiServerVerifier>, Cause> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = ca_file {
        add_ca_file(&mut roots, path).map_err(|reason| {
            Cause::Certificate(Box::new(say::ca_file(&path.display().to_string(), &reason)))
        })?;
    }
    verifier_of(roots).map_err(|reason| Cause::tls_failed(&reason))
}

fn verifier_of(roots: RootCertStore) -> Result<Arc<WebPkiServerVerifier>, String> {
    let provider = Arc::new(ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
    verifier.map_err(|error| error.to_string())
}

fn add_ca_file(roots: &mut RootCertStore, path: &Path) -> Result<(), String> {
    let certificates: Vec<CertificateDer<'_>> =
        CertificateDer::pem_file_iter(path).and_then(Iterator::collect).map_err(|error| error.to_string())?;
    if certificates.is_empty() {
        return Err("no certificate in it".to_owned());
    }
    certificates.into_iter().try_for_each(|certificate| roots.add(certificate)).map_err(|e| e.to_string())
}

#[derive(Debug)]
enum Trust {
    Authorities(Arc<WebPkiServerVerifier>),
    /// SHA-256 of the DER form of the server's own certificate.
    Certificate([u8; 32]),
}

/// Verifies as usual, or against the pin, and tells the certificate's fingerprint when it refuses it.
#[derive(Debug)]
struct Verifier {
    trust: Trust,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let digest: [u8; 32] = Sha256::digest(end_entity).into();
        let fingerprint = hex(&digest);
        let problem = match &self.trust {
            Trust::Certificate(pin) if *pin == digest => return Ok(ServerCertVerified::assertion()),
            Trust::Certificate(_) => say::certificate_changed(&fingerprint),
            Trust::Authorities(verifier) => {
                match verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
                {
                    Err(error) => {
                        why_untrusted(&error, end_entity, intermediates, server_name, &fingerprint, now)
                    }
                    verified => return verified,
                }
            }
        };
        Err(untrusted(problem))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// In plain words; rustls' own for what is rare.
fn why_untrusted(
    error: &Error,
    certificate: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    server_name: &ServerName<'_>,
    fingerprint: &str,
    now: UnixTime,
) -> Problem {
    let other = |reason| say::certificate_untrusted(fingerprint).because(&reason);
    let Error::InvalidCertificate(error) = error else { return other(Text::same(error.to_string())) };
    match error {
        CertificateError::ExpiredContext { not_after, .. } => {
            say::certificate_expired(&day(*not_after), fingerprint)
        }
        CertificateError::NotValidYetContext { not_before, .. } => {
            say::certificate_not_valid_yet(&day(*not_before))
        }
        CertificateError::NotValidForNameContext { presented, .. } => {
            // webpki gives `DnsName("ftp.example")` and the like.
            let names = presented.iter().map(|name| name.split('"').nth(1).unwrap_or(name));
            let names = names.collect::<Vec<_>>().join(", ");
            say::certificate_of_another_host(&server_name.to_str(), &names, fingerprint)
        }
        CertificateError::UnknownIssuer if is_self_signed(certificate, now) => {
            other(say::certificate_self_signed())
        }
        CertificateError::UnknownIssuer if intermediates.is_empty() => {
            other(say::certificate_of_unknown_issuer_alone())
        }
        CertificateError::UnknownIssuer => other(say::certificate_of_unknown_issuer()),
        // Another CA of the same name.
        CertificateError::BadSignature => other(say::certificate_of_unknown_issuer()),
        error if is_as_of_a_ca(error) => {
            Problem { hint: say::hint_pin(fingerprint), ..other(say::certificate_of_a_ca()) }
        }
        rare => other(Text::same(format!("{rare:?}"))),
    }
}

/// Whoever is its own issuer is known as soon as it is trusted itself.
fn is_self_signed(certificate: &CertificateDer<'_>, now: UnixTime) -> bool {
    let mut roots = RootCertStore::empty();
    let (Ok(()), Ok(anyone)) =
        (roots.add(certificate.clone().into_owned()), ServerName::try_from("localhost"))
    else {
        return false;
    };
    let verified =
        verifier_of(roots).map(|itself| itself.verify_server_cert(certificate, &[], &anyone, &[], now));
    match verified {
        Ok(Ok(_)) => true,
        Ok(Err(Error::InvalidCertificate(CertificateError::NotValidForNameContext { .. }))) => true,
        Ok(Err(Error::InvalidCertificate(error))) => is_as_of_a_ca(&error),
        _ => false,
    }
}

/// webpki's CaUsedAsEndEntity, which has no variant of its own.
fn is_as_of_a_ca(error: &CertificateError) -> bool {
    matches!(error, CertificateError::Other(reason) if reason.to_string().contains("CaUsedAsEndEntity"))
}

fn utc(time: UnixTime) -> Option<NaiveDateTime> {
    let seconds = i64::try_from(time.as_secs()).ok()?;
    chrono::DateTime::from_timestamp(seconds, 0).map(|time| time.naive_utc())
}

/// As people in Japan write it.
fn day(time: UnixTime) -> String {
    utc(time).map_or_else(String::new, |time| Moment::of_utc(time).date().to_string())
}
