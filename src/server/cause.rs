//! Why one try failed, and whether another one can help.

use std::net::SocketAddr;
use std::sync::Arc;
use std::{error, fmt, io};

use suppaftp::FtpError;
use suppaftp::rustls;

use super::gate::Refused;
use super::reply::Reply;
use crate::problem::Problem;
use crate::settings::{Ftp, Tls};
use crate::text::{self, Text};

/// The classes of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// No address, no route, refused, or no data connection.
    Unreachable,
    /// The server kept silent for longer than the time-out.
    Timeout,
    /// The connection broke.
    Lost,
    /// The server's answer is not FTP, or not to what we asked.
    Protocol,
    /// The server said "not now" (4xx), also on the last try.
    Busy,
    /// No secure connection: AUTH TLS refused, demanded, or the handshake failed.
    Tls,
    /// The server's certificate is not trusted, or `ca_file` cannot be used.
    Certificate,
    /// User or password refused.
    Login,
    /// The folder is not there, or we may not enter it.
    FolderMissing,
    /// The file is not there (any more).
    Missing,
    /// The server does not let us do that there (550, 553).
    Forbidden,
    /// The server refused for another reason (5xx).
    Refused,
    /// The server lacks a command that we cannot do without.
    Unsupported,
    /// The transferred bytes and the size on the server differ, also on the last try.
    Incomplete,
    /// The file on the server changed since it was listed.
    Changed,
    /// A name that cannot be sent to an FTP server.
    Name,
    /// A local file cannot be read or written.
    Local,
    /// A signal stopped us.
    Interrupted,
}

/// A service other than FTP that answers at the port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    Ssh,
    Web,
    Mail,
    /// It wants encryption from the start: implicit FTPS, or HTTPS.
    Tls,
    /// It is an FTP server that does not encrypt from the start.
    ClearFtp,
}

/// What client and server do not have in common, as far as a failed handshake tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Apart {
    /// A version, mostly; which of the two is behind depends on the settings.
    Perhaps,
    /// The server answers in TLS 1.0 or 1.1.
    ServerTooOld,
    /// A way to exchange keys: old servers know RSA's only.
    Ciphers,
}

impl Apart {
    fn by(error: &rustls::Error) -> Self {
        use rustls::AlertDescription::{HandshakeFailure, InsufficientSecurity};
        use rustls::PeerIncompatible::ServerDoesNotSupportTls12Or13;
        match error {
            rustls::Error::PeerIncompatible(ServerDoesNotSupportTls12Or13) => Self::ServerTooOld,
            rustls::Error::AlertReceived(HandshakeFailure | InsufficientSecurity) => Self::Ciphers,
            _ => Self::Perhaps,
        }
    }
}

/// Why a certificate is not trusted.
#[derive(Clone, Debug)]
pub(super) enum Distrust {
    /// It is not the pinned one.
    NotPinned,
    /// Since this day.
    Expired(String),
    /// Only from this day on.
    NotValidYet(String),
    /// It is for these names.
    OtherHost(String),
    Other(Box<Text>),
}

/// Travels through the library's error: which connection failed decides what the reader is told.
#[derive(Debug)]
pub(super) struct DataConnection {
    pub(super) address: SocketAddr,
    pub(super) error: io::Error,
}

impl fmt::Display for DataConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "data connection to {}: {}", self.address, self.error)
    }
}

impl error::Error for DataConnection {}

/// So few bytes in a whole time-out.
#[derive(Debug)]
pub(super) struct TooSlow {
    pub(super) bytes: u64,
}

impl fmt::Display for TooSlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "only {} bytes", self.bytes)
    }
}

impl error::Error for TooSlow {}

/// Travels through rustls' and suppaftp's errors, so that the message can show the fingerprint.
#[derive(Debug)]
pub(super) struct Untrusted {
    pub(super) fingerprint: String,
    pub(super) reason: Distrust,
}

impl fmt::Display for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "certificate {} is not trusted", self.fingerprint)
    }
}

impl error::Error for Untrusted {}

impl From<Untrusted> for rustls::Error {
    fn from(untrusted: Untrusted) -> Self {
        Self::InvalidCertificate(rustls::CertificateError::Other(rustls::OtherError(Arc::new(untrusted))))
    }
}

/// What a refused login means, by the server's words.
fn login_problem(reply: &str) -> Problem {
    let words = reply.to_ascii_lowercase();
    let speaks_of = |said: &[&str]| said.iter().any(|said| words.contains(said));
    if speaks_of(&["expired", "must change", "must be changed"]) {
        text::server::password_expired(reply)
    } else if speaks_of(&["locked", "disabled", "suspended"]) {
        text::server::account_locked(reply)
    } else {
        text::server::login_refused(reply)
    }
}

/// Why one try failed.
#[derive(Debug)]
pub(super) enum Cause {
    UnknownHost(io::Error),
    Unreachable(io::Error),
    /// On the control connection, or on an open data connection.
    Io(io::Error),
    /// The data connection cannot be opened.
    Data {
        address: String,
        error: io::Error,
    },
    /// An answer that is not FTP, or that answers something else.
    Garbage(String),
    /// It is no FTP server; `words` are its own, if it said any.
    OtherService {
        service: Service,
        words: String,
    },
    Transient(Reply),
    Full(Reply),
    TlsRefused(Reply),
    TlsRequired(Reply),
    SessionReuse(Reply),
    Tls(String, Apart),
    Certificate {
        fingerprint: String,
        reason: Distrust,
    },
    CaFile {
        path: String,
        reason: String,
    },
    Login(Reply),
    /// It was refused, and it is too early to try again.
    LoginWaits(Refused),
    Folder {
        folder: String,
        reply: Reply,
    },
    Missing(Reply),
    Forbidden(Reply),
    Refused(Reply),
    SizeUnsupported(Reply),
    /// A command without which we cannot work.
    Unsupported {
        command: String,
        reply: Reply,
    },
    Incomplete {
        transferred: u64,
        on_server: u64,
    },
    /// Transferred, but then SIZE was refused.
    NotThere {
        transferred: u64,
        reply: Reply,
    },
    Changed {
        before: u64,
        now: u64,
    },
    Name(String),
    Local {
        path: String,
        error: io::Error,
    },
}

impl Cause {
    /// What an error of the library means on an established session.
    pub(super) fn of(error: FtpError, ftp: &Ftp) -> Self {
        match error {
            FtpError::ConnectionError(error) => Self::of_io(error),
            FtpError::UnexpectedResponse(response) => Self::of_reply(Reply::new(&response, ftp), ftp),
            FtpError::SecureError(reason) => Self::Tls(reason, Apart::Perhaps),
            other @ (FtpError::BadResponse
            | FtpError::InvalidAddress(_)
            | FtpError::DataConnectionAlreadyOpen) => Self::Garbage(other.to_string()),
        }
    }

    /// What an error of the library means while we connect: here TLS errors are about settings.
    pub(super) fn of_connecting(error: FtpError, ftp: &Ftp) -> Self {
        match error {
            FtpError::ConnectionError(error) => match tls_error(&error) {
                Some(tls_error) => of_tls(tls_error),
                None => Self::of_io(error),
            },
            other => Self::of(other, ftp),
        }
    }

    pub(super) fn of_io(error: io::Error) -> Self {
        if let Some(error @ rustls::Error::InvalidCertificate(_)) = tls_error(&error) {
            return of_tls(error);
        }
        let kind = error.kind();
        match error.downcast::<DataConnection>() {
            Ok(data) => Self::Data { address: data.address.to_string(), error: data.error },
            Err(error) if kind == io::ErrorKind::InvalidInput => Self::Name(error.to_string()),
            Err(error) => Self::Io(error),
        }
    }

    fn of_reply(reply: Reply, ftp: &Ftp) -> Self {
        let encrypted = matches!(ftp.server.tls, Tls::Encrypted { .. });
        let about_reuse = matches!(reply.code, 425 | 522)
            && reply.speaks_of(&["reuse", "operation not permitted", "ssl connection failed"]);
        match reply.code {
            _ if encrypted && about_reuse => Self::SessionReuse(reply),
            521 | 522 | 533..=537 if !encrypted && demands_encryption(&reply) => Self::TlsRequired(reply),
            452 | 552 => Self::Full(reply),
            // Pure-FTPd refuses a rename so.
            450 | 451 if reply.speaks_of_permission() => Self::Forbidden(reply),
            400..=499 => Self::Transient(reply),
            550 | 553 | 532 => Self::Forbidden(reply),
            500..=599 => Self::Refused(reply),
            _ => Self::Garbage(reply.text),
        }
    }

    /// What a refused USER or PASS means.
    pub(super) fn of_login(error: FtpError, ftp: &Ftp) -> Self {
        let plain = matches!(ftp.server.tls, Tls::None);
        match Self::of_connecting(error, ftp) {
            Self::Refused(reply) | Self::Forbidden(reply) | Self::Transient(reply)
                if plain && demands_encryption(&reply) =>
            {
                Self::TlsRequired(reply)
            }
            // ProFTPD says 530 also when there are too many sessions.
            Self::Refused(reply) | Self::Forbidden(reply)
                if reply.speaks_of(&["too many", "maximum number"]) =>
            {
                Self::Transient(reply)
            }
            Self::Refused(reply) | Self::Forbidden(reply) => Self::Login(reply),
            Self::Transient(reply) if reply.code == 430 => Self::Login(reply),
            cause => cause,
        }
    }

    /// Whether the same again, on a new connection, can succeed.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::UnknownHost(_)
            | Self::Unreachable(_)
            | Self::Io(_)
            | Self::Data { .. }
            | Self::Garbage(_)
            | Self::OtherService { .. }
            | Self::Transient(_)
            | Self::SessionReuse(_)
            | Self::Incomplete { .. }
            | Self::NotThere { .. } => true,
            Self::Full(reply) => reply.code < 500,
            Self::TlsRefused(_)
            | Self::TlsRequired(_)
            | Self::Tls(..)
            | Self::Certificate { .. }
            | Self::CaFile { .. }
            | Self::Login(_)
            | Self::LoginWaits(_)
            | Self::Folder { .. }
            | Self::Missing(_)
            | Self::Forbidden(_)
            | Self::Refused(_)
            | Self::SizeUnsupported(_)
            | Self::Unsupported { .. }
            | Self::Changed { .. }
            | Self::Name(_)
            | Self::Local { .. } => false,
        }
    }

    /// Whether this is how a server ends a session that was idle for too long.
    pub(super) fn looks_hung_up(&self) -> bool {
        match self {
            Self::Io(error) => !timed_out(error),
            Self::Transient(reply) => reply.code == 421,
            Self::Garbage(text) => text.starts_with("221"),
            _ => false,
        }
    }

    /// Whether the control connection is still in step: after a clean refusal, and only then.
    pub(super) fn leaves_session_usable(&self) -> bool {
        matches!(
            self,
            Self::Folder { .. }
                | Self::Missing(_)
                | Self::Forbidden(_)
                | Self::Refused(_)
                | Self::SizeUnsupported(_)
                | Self::Unsupported { .. }
                | Self::Changed { .. }
                | Self::Name(_)
        )
    }

    /// Whether it would be the same with every other file.
    pub(super) fn concerns_session(&self) -> bool {
        match self {
            Self::Transient(reply) => reply.code == 421,
            Self::Io(_)
            | Self::Garbage(_)
            | Self::Full(_)
            | Self::Folder { .. }
            | Self::Missing(_)
            | Self::Forbidden(_)
            | Self::Refused(_)
            | Self::Incomplete { .. }
            | Self::NotThere { .. }
            | Self::Changed { .. }
            | Self::Name(_) => false,
            Self::UnknownHost(_)
            | Self::Unreachable(_)
            | Self::Data { .. }
            | Self::OtherService { .. }
            | Self::TlsRefused(_)
            | Self::TlsRequired(_)
            | Self::SessionReuse(_)
            | Self::Tls(..)
            | Self::Certificate { .. }
            | Self::CaFile { .. }
            | Self::Login(_)
            | Self::LoginWaits(_)
            | Self::SizeUnsupported(_)
            | Self::Unsupported { .. }
            | Self::Local { .. } => true,
        }
    }

    pub(super) fn kind(&self) -> ErrorKind {
        match self {
            Self::Unreachable(error) | Self::Io(error) | Self::Data { error, .. } if timed_out(error) => {
                ErrorKind::Timeout
            }
            Self::UnknownHost(_) | Self::Unreachable(_) | Self::Data { .. } => ErrorKind::Unreachable,
            Self::Io(_) => ErrorKind::Lost,
            Self::Garbage(_) | Self::OtherService { .. } => ErrorKind::Protocol,
            Self::Transient(_) => ErrorKind::Busy,
            Self::Full(_) | Self::Refused(_) => ErrorKind::Refused,
            Self::TlsRefused(_) | Self::TlsRequired(_) | Self::SessionReuse(_) | Self::Tls(..) => {
                ErrorKind::Tls
            }
            Self::Certificate { .. } | Self::CaFile { .. } => ErrorKind::Certificate,
            Self::Login(_) | Self::LoginWaits(_) => ErrorKind::Login,
            Self::Folder { .. } => ErrorKind::FolderMissing,
            Self::Missing(_) => ErrorKind::Missing,
            Self::Forbidden(_) => ErrorKind::Forbidden,
            Self::SizeUnsupported(_) | Self::Unsupported { .. } => ErrorKind::Unsupported,
            Self::Incomplete { .. } | Self::NotThere { .. } => ErrorKind::Incomplete,
            Self::Changed { .. } => ErrorKind::Changed,
            Self::Name(_) => ErrorKind::Name,
            Self::Local { .. } => ErrorKind::Local,
        }
    }

    pub(super) fn problem(&self, ftp: &Ftp) -> Problem {
        use text::server as say;
        match self {
            Self::UnknownHost(error) => say::unknown_host(&error.to_string()),
            Self::Unreachable(error) if timed_out(error) => say::timed_out(ftp.connect_timeout.as_secs()),
            Self::Unreachable(error) => say::unreachable(&error.to_string()),
            Self::Io(error) if timed_out(error) => match too_slow(error) {
                Some(TooSlow { bytes }) => say::too_slow(*bytes, ftp.timeout.as_secs()),
                None => say::timed_out(ftp.timeout.as_secs()),
            },
            Self::Io(error) => say::connection_lost(&error.to_string()),
            Self::Data { address, error } => say::data_connection(address, &error.to_string()),
            Self::Garbage(answer) => say::not_understood(answer),
            Self::OtherService { service: Service::Ssh, words } => say::ssh_server(words),
            Self::OtherService { service: Service::Web, words } => say::web_server(words),
            Self::OtherService { service: Service::Mail, words } => say::mail_server(words),
            Self::OtherService { service: Service::Tls, .. } => say::tls_at_once(),
            Self::OtherService { service: Service::ClearFtp, words } => say::not_implicit(words),
            Self::Transient(reply) => say::busy(&reply.text),
            Self::Full(reply) => say::server_full(&reply.text),
            Self::TlsRefused(reply) => say::tls_refused(&reply.text),
            Self::TlsRequired(reply) => say::tls_required(&reply.text),
            Self::SessionReuse(reply) => say::session_reuse(&reply.text),
            Self::Tls(reason, Apart::Perhaps) => say::tls_failed(reason),
            Self::Tls(reason, Apart::ServerTooOld) => say::tls_too_old(reason),
            Self::Tls(reason, Apart::Ciphers) => say::tls_ciphers(reason),
            Self::Certificate { fingerprint, reason } => match reason {
                Distrust::NotPinned => say::certificate_changed(fingerprint),
                Distrust::Expired(on) => say::certificate_expired(on, fingerprint),
                Distrust::NotValidYet(from) => say::certificate_not_valid_yet(from),
                Distrust::OtherHost(names) => {
                    say::certificate_of_another_host(&ftp.server.host, names, fingerprint)
                }
                Distrust::Other(reason) if **reason == say::certificate_of_a_ca() => Problem {
                    hint: say::hint_pin(fingerprint),
                    ..say::certificate_untrusted(fingerprint).because(reason)
                },
                Distrust::Other(reason) => say::certificate_untrusted(fingerprint).because(reason),
            },
            Self::CaFile { path, reason } => say::ca_file(path, reason),
            Self::Login(reply) => login_problem(&reply.text),
            Self::LoginWaits(refused) => {
                let mut problem = login_problem(&refused.reply);
                let waits = say::login_waits(refused.at, refused.until());
                problem.message = Text {
                    ja: format!("{}{}", waits.ja, problem.message.ja),
                    en: format!("{}: {}", waits.en, problem.message.en),
                };
                problem
            }
            Self::Folder { folder, reply } => say::folder_missing(folder, &reply.text),
            Self::Missing(reply) => say::file_missing(&reply.text),
            Self::Forbidden(reply) => say::forbidden(&reply.text),
            Self::Refused(reply) => say::refused(&reply.text),
            Self::SizeUnsupported(reply) => say::size_unsupported(&reply.text),
            Self::Unsupported { command, reply } => say::command_unsupported(command, &reply.text),
            Self::Incomplete { transferred, on_server } => say::incomplete(*transferred, *on_server),
            Self::NotThere { transferred, reply } => say::vanished(*transferred, &reply.text),
            Self::Changed { before, now } => say::changed(*before, *now),
            Self::Name(name) => say::bad_name(name),
            Self::Local { path, error } => say::local_file(path, &error.to_string()),
        }
    }

    pub(super) fn into_source(self) -> Option<io::Error> {
        match self {
            Self::UnknownHost(error)
            | Self::Unreachable(error)
            | Self::Io(error)
            | Self::Data { error, .. }
            | Self::Local { error, .. } => Some(error),
            _ => None,
        }
    }
}

/// Linux reports a socket's time-out as `WouldBlock`, others as `TimedOut`.
pub(super) fn timed_out(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

fn too_slow(error: &io::Error) -> Option<&TooSlow> {
    error.get_ref().and_then(|inner| inner.downcast_ref())
}

fn tls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref().and_then(|inner| inner.downcast_ref())
}

/// vsftpd: "530 Non-anonymous sessions must use encryption."; ProFTPD: "550 SSL/TLS required on the control
/// channel"; IIS: "534 Policy requires SSL.".
fn demands_encryption(reply: &Reply) -> bool {
    reply.speaks_of(&["tls", "ssl", "encrypt"])
}

/// What a failed handshake means.
fn of_tls(error: &rustls::Error) -> Cause {
    if let rustls::Error::InvalidCertificate(rustls::CertificateError::Other(rustls::OtherError(other))) =
        error
        && let Some(untrusted) = other.downcast_ref::<Untrusted>()
    {
        return Cause::Certificate {
            fingerprint: untrusted.fingerprint.clone(),
            reason: untrusted.reason.clone(),
        };
    }
    Cause::Tls(error.to_string(), Apart::by(error))
}
