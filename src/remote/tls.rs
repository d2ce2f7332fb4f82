//! Whom we trust: the well-known authorities and `ca_file`, or exactly one certificate.

use std::path::Path;
use std::sync::Arc;
use std::{error, fmt};

use sha2::{Digest, Sha256};
use suppaftp::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use suppaftp::rustls::client::{Resumption, WebPkiServerVerifier};
use suppaftp::rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature,
};
use suppaftp::rustls::pki_types::pem::PemObject;
use suppaftp::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use suppaftp::rustls::version::{TLS12, TLS13};
use suppaftp::rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
    SupportedProtocolVersion,
};

use super::error::Cause;
use crate::hashing::hex;
use crate::settings::{Tls, TlsVersion};
use crate::text::{Text, remote as say};

/// The TLS configuration of these settings; `None` for plain FTP.
pub(super) fn config(tls: &Tls) -> Result<Option<ClientConfig>, Cause> {
    let Tls::Explicit { min, max, ca_file, certificate_sha256 } = tls else {
        return Ok(None);
    };
    let provider = Arc::new(ring::default_provider());
    let trust = match certificate_sha256 {
        Some(pin) => Trust::Certificate(*pin),
        None => Trust::Authorities(authorities(ca_file.as_deref(), &provider)?),
    };
    let verifier = Verifier { trust, algorithms: provider.signature_verification_algorithms };
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&versions(*min, *max))
        .map_err(|error| Cause::Tls(error.to_string()))?
        .dangerous() // The verifier below wraps the normal one; only the pin replaces it.
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(Some(config))
}

/// The configuration for one control connection and its data connections.
///
/// The session cache must be its own: a session resumed from an earlier control connection makes servers that
/// demand session reuse (ProFTPD, vsftpd) refuse the data connections.
pub(super) fn for_one_connection(config: &ClientConfig) -> Arc<ClientConfig> {
    let mut config = config.clone();
    config.resumption = Resumption::in_memory_sessions(8);
    Arc::new(config)
}

fn versions(min: TlsVersion, max: TlsVersion) -> Vec<&'static SupportedProtocolVersion> {
    [(TlsVersion::V1_3, &TLS13), (TlsVersion::V1_2, &TLS12)]
        .into_iter()
        .filter(|(version, _)| (min..=max).contains(version))
        .map(|(_, version)| version)
        .collect()
}

fn authorities(
    ca_file: Option<&Path>,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, Cause> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = ca_file {
        add_ca_file(&mut roots, path)
            .map_err(|reason| Cause::CaFile { path: path.display().to_string(), reason })?;
    }
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .build()
        .map_err(|error| Cause::Tls(error.to_string()))
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
        let fingerprint: [u8; 32] = Sha256::digest(end_entity).into();
        match &self.trust {
            Trust::Certificate(pin) if *pin == fingerprint => Ok(ServerCertVerified::assertion()),
            Trust::Certificate(_) => Err(Untrusted { fingerprint: hex(&fingerprint), reason: None }.into()),
            Trust::Authorities(verifier) => verifier
                .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
                .map_err(|e| {
                    Untrusted { fingerprint: hex(&fingerprint), reason: Some(Box::new(why_untrusted(&e))) }
                        .into()
                }),
        }
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

/// Travels through rustls' and suppaftp's errors, so that the message can show the fingerprint.
#[derive(Debug)]
struct Untrusted {
    fingerprint: String,
    /// `None`: it is not the pinned one.
    reason: Option<Box<Text>>,
}

impl fmt::Display for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "certificate {} is not trusted", self.fingerprint)
    }
}

impl error::Error for Untrusted {}

impl From<Untrusted> for Error {
    fn from(untrusted: Untrusted) -> Self {
        Self::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(untrusted))))
    }
}

/// In plain words; rustls' own for what is rare.
fn why_untrusted(error: &Error) -> Text {
    let Error::InvalidCertificate(error) = error else { return Text::same(error.to_string()) };
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => say::certificate_expired(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            say::certificate_not_valid_yet()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            say::certificate_of_another_host()
        }
        CertificateError::UnknownIssuer => say::certificate_of_unknown_issuer(),
        // webpki's CaUsedAsEndEntity, which has no variant of its own.
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            say::certificate_of_a_ca()
        }
        other => Text::same(format!("{other:?}")),
    }
}

/// What a failed handshake means.
pub(super) fn cause(error: &Error) -> Cause {
    if let Error::InvalidCertificate(CertificateError::Other(OtherError(other))) = error
        && let Some(untrusted) = other.downcast_ref::<Untrusted>()
    {
        return Cause::Certificate {
            fingerprint: untrusted.fingerprint.clone(),
            reason: untrusted.reason.clone(),
        };
    }
    Cause::Tls(error.to_string())
}
