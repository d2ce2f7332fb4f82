//! Stub until the real module lands.
use std::{fmt, path::PathBuf, time::Duration};

/// FTP.
#[derive(Clone, Debug)]
pub struct Ftp {
    /// Time-out of a connect.
    pub connect_timeout: Duration,
    /// Time-out of a read or write.
    pub timeout: Duration,
    /// Retries.
    pub retries: u32,
    /// Server.
    pub server: Server,
}

/// Server.
#[derive(Clone, Debug)]
pub struct Server {
    /// Host.
    pub host: String,
    /// Port.
    pub port: u16,
    /// User.
    pub user: String,
    /// Password.
    pub password: Secret,
    /// TLS.
    pub tls: Tls,
}

/// TLS.
#[derive(Clone, Debug)]
pub enum Tls {
    /// None.
    None,
    /// AUTH TLS.
    Explicit {
        /// Oldest version.
        min: TlsVersion,
        /// Newest version.
        max: TlsVersion,
        /// CA.
        ca_file: Option<PathBuf>,
        /// Pin.
        certificate_sha256: Option<[u8; 32]>,
    },
}

/// TLS version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsVersion {
    /// 1.2
    V1_2,
    /// 1.3
    V1_3,
}

/// Secret.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// New.
    pub fn new(secret: String) -> Self {
        Self(secret)
    }

    /// Reveal.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}
