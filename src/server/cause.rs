//! Why one try failed, and whether another one can help.

use std::net::SocketAddr;
use std::sync::Arc;
use std::{error, fmt, io};

use suppaftp::{FtpError, rustls};

use super::gate::Refused;
use super::reply::Reply;
use crate::problem::Problem;
use crate::settings::{Ftp, Tls};
use crate::text::{Text, server as say};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// No address, no route, refused, or no data connection.
    Unreachable,
    /// The server kept silent for longer than the time-out.
    Timeout,
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
    Local,
    Interrupted,
}

/// Whether another try can help.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hope {
    /// The same again, on a new connection, can succeed.
    Again,
    None,
    /// None, after a clean refusal: only then is the control connection still in step.
    NoneInStep,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    File,
    /// It would be the same with every other file.
    Session,
}

/// Travels through the libraries' errors, and is found again behind them.
#[derive(Debug)]
pub(super) struct Carried<T>(pub(super) T);

impl<T: fmt::Debug> fmt::Display for Carried<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl<T: fmt::Debug> error::Error for Carried<T> {}

/// Which connection failed decides what the reader is told.
#[derive(Debug)]
pub(super) struct DataConnection {
    pub(super) address: SocketAddr,
    pub(super) error: io::Error,
}

/// So few bytes in a whole time-out.
#[derive(Debug)]
pub(super) struct TooSlow {
    pub(super) bytes: u64,
}

/// The refusal of a certificate.
pub(super) fn untrusted(problem: Problem) -> rustls::Error {
    let problem = Arc::new(Carried(Box::new(problem)));
    rustls::Error::InvalidCertificate(rustls::CertificateError::Other(rustls::OtherError(problem)))
}

/// What a refused login means, by the server's words.
fn login_problem(reply: &str) -> Problem {
    let words = reply.to_ascii_lowercase();
    let speaks_of = |said: &[&str]| said.iter().any(|said| words.contains(said));
    if speaks_of(&["expired", "must change", "must be changed"]) {
        say::password_expired(reply)
    } else if speaks_of(&["locked", "disabled", "suspended"]) {
        say::account_locked(reply)
    } else {
        say::login_refused(reply)
    }
}

fn login_waits(refused: &Refused) -> Problem {
    let mut problem = login_problem(&refused.reply);
    let waits = say::login_waits(refused.at, refused.until());
    problem.message = Text { ja: waits.ja + &problem.message.ja, en: waits.en + ": " + &problem.message.en };
    problem
}

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
    /// It is no FTP server, or one that encrypts at another moment.
    OtherService(Box<Problem>),
    Transient(Reply),
    Full(Reply),
    TlsRefused(Reply),
    TlsRequired(Reply),
    SessionReuse(Reply),
    Tls(Box<Problem>),
    Certificate(Box<Problem>),
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
            FtpError::SecureError(reason) => Self::tls_failed(&reason),
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

    pub(super) fn tls_failed(reason: &str) -> Self {
        Self::Tls(Box::new(say::tls_failed(reason)))
    }

    pub(super) fn of_io(error: io::Error) -> Self {
        if let Some(error @ rustls::Error::InvalidCertificate(_)) = tls_error(&error) {
            return of_tls(error);
        }
        let kind = error.kind();
        match error.downcast::<Carried<DataConnection>>() {
            Ok(Carried(data)) => Self::Data { address: data.address.to_string(), error: data.error },
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

    /// Its class, whether another try can help, and whom it concerns.
    fn meaning(&self) -> (ErrorKind, Hope, Scope) {
        use Scope::{File, Session};
        let of_io = |error, kind| if timed_out(error) { ErrorKind::Timeout } else { kind };
        match self {
            Self::UnknownHost(_) => (ErrorKind::Unreachable, Hope::Again, Session),
            Self::Unreachable(error) | Self::Data { error, .. } => {
                (of_io(error, ErrorKind::Unreachable), Hope::Again, Session)
            }
            Self::Io(error) => (of_io(error, ErrorKind::Lost), Hope::Again, File),
            Self::Garbage(_) => (ErrorKind::Protocol, Hope::Again, File),
            Self::OtherService(_) => (ErrorKind::Protocol, Hope::Again, Session),
            Self::Transient(reply) if reply.code == 421 => (ErrorKind::Busy, Hope::Again, Session),
            Self::Transient(_) => (ErrorKind::Busy, Hope::Again, File),
            Self::Full(reply) if reply.code < 500 => (ErrorKind::Refused, Hope::Again, File),
            Self::Full(_) => (ErrorKind::Refused, Hope::None, File),
            Self::SessionReuse(_) => (ErrorKind::Tls, Hope::Again, Session),
            Self::TlsRefused(_) | Self::TlsRequired(_) | Self::Tls(_) => {
                (ErrorKind::Tls, Hope::None, Session)
            }
            Self::Certificate(_) => (ErrorKind::Certificate, Hope::None, Session),
            Self::Login(_) | Self::LoginWaits(_) => (ErrorKind::Login, Hope::None, Session),
            Self::Folder { .. } => (ErrorKind::FolderMissing, Hope::NoneInStep, File),
            Self::Missing(_) => (ErrorKind::Missing, Hope::NoneInStep, File),
            Self::Forbidden(_) => (ErrorKind::Forbidden, Hope::NoneInStep, File),
            Self::Refused(_) => (ErrorKind::Refused, Hope::NoneInStep, File),
            Self::SizeUnsupported(_) | Self::Unsupported { .. } => {
                (ErrorKind::Unsupported, Hope::NoneInStep, Session)
            }
            Self::Incomplete { .. } | Self::NotThere { .. } => (ErrorKind::Incomplete, Hope::Again, File),
            Self::Changed { .. } => (ErrorKind::Changed, Hope::NoneInStep, File),
            Self::Name(_) => (ErrorKind::Name, Hope::NoneInStep, File),
            Self::Local { .. } => (ErrorKind::Local, Hope::None, Session),
        }
    }

    pub(super) fn kind(&self) -> ErrorKind {
        self.meaning().0
    }

    pub(super) fn is_transient(&self) -> bool {
        self.meaning().1 == Hope::Again
    }

    pub(super) fn leaves_session_usable(&self) -> bool {
        self.meaning().1 == Hope::NoneInStep
    }

    pub(super) fn concerns_session(&self) -> bool {
        self.meaning().2 == Scope::Session
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

    pub(super) fn problem(&self, ftp: &Ftp) -> Problem {
        match self {
            Self::UnknownHost(error) => say::unknown_host(&error.to_string()),
            Self::Unreachable(error) if timed_out(error) => say::timed_out(ftp.connect_timeout.as_secs()),
            Self::Unreachable(error) => say::unreachable(&error.to_string()),
            Self::Io(error) if timed_out(error) => match too_slow(error) {
                Some(Carried(TooSlow { bytes })) => say::too_slow(*bytes, ftp.timeout.as_secs()),
                None => say::timed_out(ftp.timeout.as_secs()),
            },
            Self::Io(error) => say::connection_lost(&error.to_string()),
            Self::Data { address, error } => say::data_connection(address, &error.to_string()),
            Self::Garbage(answer) => say::not_understood(answer),
            Self::OtherService(problem) | Self::Tls(problem) | Self::Certificate(problem) => {
                (**problem).clone()
            }
            Self::Transient(reply) => say::busy(&reply.text),
            Self::Full(reply) => say::server_full(&reply.text),
            Self::TlsRefused(reply) => say::tls_refused(&reply.text),
            Self::TlsRequired(reply) => say::tls_required(&reply.text),
            Self::SessionReuse(reply) => say::session_reuse(&reply.text),
            Self::Login(reply) => login_problem(&reply.text),
            Self::LoginWaits(refused) => login_waits(refused),
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

fn too_slow(error: &io::Error) -> Option<&Carried<TooSlow>> {
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

/// What a failed handshake means: mostly, that the two sides have no version in common, and which of them is behind
/// depends on the settings.
fn of_tls(error: &rustls::Error) -> Cause {
    use rustls::AlertDescription::{HandshakeFailure, InsufficientSecurity};
    use rustls::PeerIncompatible::ServerDoesNotSupportTls12Or13;
    if let rustls::Error::InvalidCertificate(rustls::CertificateError::Other(rustls::OtherError(other))) =
        error
        && let Some(Carried(problem)) = other.downcast_ref::<Carried<Box<Problem>>>()
    {
        return Cause::Certificate(problem.clone());
    }
    let reason = error.to_string();
    Cause::Tls(Box::new(match error {
        rustls::Error::PeerIncompatible(ServerDoesNotSupportTls12Or13) => say::tls_too_old(&reason),
        // Old servers exchange keys by RSA only.
        rustls::Error::AlertReceived(HandshakeFailure | InsufficientSecurity) => say::tls_ciphers(&reason),
        _ => say::tls_failed(&reason),
    }))
}
