//! What can go wrong, what class it is, and whether another try can help.

use std::{error, fmt, io};

use suppaftp::FtpError;
use suppaftp::rustls;
use suppaftp::types::Response;

use super::connection::{DataConnection, TooSlow};
use super::tls;
use crate::interrupt;
use crate::layout::one_line;
use crate::problem::{Exit, Failure, Problem};
use crate::settings::{Ftp, Tls};
use crate::text::{self, Text};

/// The longest part of a server's reply that is shown, in characters.
const REPLY_SHOWN_MAX: usize = 300;

/// Why a verb failed for good: retries, where they could help, are behind us.
#[derive(Debug)]
pub struct Error {
    /// The class, for code that branches on it.
    pub kind: ErrorKind,
    /// What the reader is told; without the password.
    pub problem: Box<Problem>,
    source: Option<io::Error>,
}

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

impl Error {
    /// A signal came.
    pub(super) fn interrupted() -> Self {
        Self { kind: ErrorKind::Interrupted, problem: Box::new(text::sync::interrupted()), source: None }
    }

    /// The exit code: [`Exit::Settings`] where running again cannot help, else [`Exit::Remote`].
    pub fn exit(&self) -> Exit {
        match self.kind {
            ErrorKind::Interrupted => interrupt::exit(),
            _ => self.problem.kind.exit,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.problem.message)
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { exit: error.exit(), problems: vec![*error.problem] }
    }
}

/// The steps from nothing to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// From the host's name to its addresses.
    Resolve,
    /// The TCP connection.
    Connect,
    /// The server's first words.
    Greet,
    /// TLS.
    Secure,
    /// User and password.
    LogIn,
}

/// A service other than FTP that answers at the port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    Ssh,
    Web,
    Mail,
    /// It wants encryption from the start: implicit FTPS, or HTTPS.
    Tls,
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

/// One failed try: the cause, and what we were doing if that is not the verb itself (connecting, logging in).
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) cause: Cause,
    pub(super) step: Option<Step>,
    doing: Option<Text>,
}

impl From<Cause> for Fault {
    fn from(cause: Cause) -> Self {
        Self { cause, step: None, doing: None }
    }
}

impl Fault {
    pub(super) fn at_step(cause: Cause, step: Step, doing: Text) -> Self {
        Self { cause, step: Some(step), doing: Some(doing) }
    }

    /// The final error of a verb.
    pub(super) fn into_error(self, verb: &Text, ftp: &Ftp) -> Error {
        let kind = self.cause.kind();
        let mut problem = self.cause.problem(ftp);
        let doing = self.doing.as_ref().unwrap_or(verb);
        problem.message = Text {
            ja: format!("{}: {}", doing.ja, problem.message.ja),
            en: format!("{}: {}", doing.en, problem.message.en),
        };
        Error { kind, problem: Box::new(problem), source: self.cause.into_source() }
    }
}

/// A reply of the server that we did not hope for.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) code: u32,
    /// Fit to be shown.
    pub(super) text: String,
}

impl Reply {
    pub(super) fn new(response: &Response, ftp: &Ftp) -> Self {
        Self { code: code_of(response), text: quotable(&response.body, ftp.server.secret()) }
    }

    /// The words of the reply tell more than its code, which is 550 for most things.
    fn speaks_of(&self, words: &[&str]) -> bool {
        let text = self.text.to_ascii_lowercase();
        words.iter().any(|word| text.contains(word))
    }

    pub(super) fn speaks_of_permission(&self) -> bool {
        self.speaks_of(&["denied", "permission", "not allowed", "forbidden"])
    }
}

/// suppaftp gives 0 for codes that it does not know, such as 522.
fn code_of(response: &Response) -> u32 {
    match response.status.code() {
        0 => response
            .body
            .get(..3)
            .and_then(|digits| str::from_utf8(digits).ok())
            .and_then(|digits| digits.parse().ok())
            .unwrap_or(0),
        code => code,
    }
}

/// Server text as we show it: one line, no control characters, not too long, and never with the password,
/// which an odd server may echo.
pub(super) fn quotable(bytes: &[u8], password: &str) -> String {
    let mut text = String::from_utf8_lossy(bytes).into_owned();
    if !password.is_empty() {
        text = text.replace(password, "…");
    }
    let text = one_line(&text);
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(REPLY_SHOWN_MAX).collect()
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
    Tls(String),
    Certificate {
        fingerprint: String,
        reason: Distrust,
    },
    CaFile {
        path: String,
        reason: String,
    },
    Login(Reply),
    Folder {
        folder: String,
        reply: Reply,
    },
    Missing(Reply),
    Forbidden(Reply),
    Refused(Reply),
    SizeUnsupported(Reply),
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
            FtpError::SecureError(reason) => Self::Tls(reason),
            other @ (FtpError::BadResponse
            | FtpError::InvalidAddress(_)
            | FtpError::DataConnectionAlreadyOpen) => Self::Garbage(other.to_string()),
        }
    }

    /// What an error of the library means while we connect: here TLS errors are about settings.
    pub(super) fn of_connecting(error: FtpError, ftp: &Ftp) -> Self {
        match error {
            FtpError::ConnectionError(error) => match tls_error(&error) {
                Some(tls_error) => tls::cause(tls_error),
                None => Self::of_io(error),
            },
            other => Self::of(other, ftp),
        }
    }

    pub(super) fn of_io(error: io::Error) -> Self {
        if let Some(error @ rustls::Error::InvalidCertificate(_)) = tls_error(&error) {
            return tls::cause(error);
        }
        let kind = error.kind();
        match error.downcast::<DataConnection>() {
            Ok(data) => Self::Data { address: data.address.to_string(), error: data.error },
            Err(error) if kind == io::ErrorKind::InvalidInput => Self::Name(error.to_string()),
            Err(error) => Self::Io(error),
        }
    }

    fn of_reply(reply: Reply, ftp: &Ftp) -> Self {
        let encrypted = matches!(ftp.server.tls, Tls::Explicit { .. });
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
            | Self::Tls(_)
            | Self::Certificate { .. }
            | Self::CaFile { .. }
            | Self::Login(_)
            | Self::Folder { .. }
            | Self::Missing(_)
            | Self::Forbidden(_)
            | Self::Refused(_)
            | Self::SizeUnsupported(_)
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
                | Self::Changed { .. }
                | Self::Name(_)
        )
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Unreachable(error) | Self::Io(error) | Self::Data { error, .. } if timed_out(error) => {
                ErrorKind::Timeout
            }
            Self::UnknownHost(_) | Self::Unreachable(_) | Self::Data { .. } => ErrorKind::Unreachable,
            Self::Io(_) => ErrorKind::Lost,
            Self::Garbage(_) | Self::OtherService { .. } => ErrorKind::Protocol,
            Self::Transient(_) => ErrorKind::Busy,
            Self::Full(_) | Self::Refused(_) => ErrorKind::Refused,
            Self::TlsRefused(_) | Self::TlsRequired(_) | Self::SessionReuse(_) | Self::Tls(_) => {
                ErrorKind::Tls
            }
            Self::Certificate { .. } | Self::CaFile { .. } => ErrorKind::Certificate,
            Self::Login(_) => ErrorKind::Login,
            Self::Folder { .. } => ErrorKind::FolderMissing,
            Self::Missing(_) => ErrorKind::Missing,
            Self::Forbidden(_) => ErrorKind::Forbidden,
            Self::SizeUnsupported(_) => ErrorKind::Unsupported,
            Self::Incomplete { .. } | Self::NotThere { .. } => ErrorKind::Incomplete,
            Self::Changed { .. } => ErrorKind::Changed,
            Self::Name(_) => ErrorKind::Name,
            Self::Local { .. } => ErrorKind::Local,
        }
    }

    fn problem(&self, ftp: &Ftp) -> Problem {
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
            Self::Transient(reply) => say::busy(&reply.text),
            Self::Full(reply) => say::server_full(&reply.text),
            Self::TlsRefused(reply) => say::tls_refused(&reply.text),
            Self::TlsRequired(reply) => say::tls_required(&reply.text),
            Self::SessionReuse(reply) => say::session_reuse(&reply.text),
            Self::Tls(reason) => say::tls_failed(reason),
            Self::Certificate { fingerprint, reason } => match reason {
                Distrust::NotPinned => say::certificate_changed(fingerprint),
                Distrust::Expired(on) => say::certificate_expired(on, fingerprint),
                Distrust::NotValidYet(from) => say::certificate_not_valid_yet(from),
                Distrust::OtherHost(names) => {
                    say::certificate_of_another_host(&ftp.server.host, names, fingerprint)
                }
                Distrust::Other(reason) => say::certificate_untrusted(fingerprint).because(reason),
            },
            Self::CaFile { path, reason } => say::ca_file(path, reason),
            Self::Login(reply) => say::login_refused(&reply.text),
            Self::Folder { folder, reply } => say::folder_missing(folder, &reply.text),
            Self::Missing(reply) => say::file_missing(&reply.text),
            Self::Forbidden(reply) => say::forbidden(&reply.text),
            Self::Refused(reply) => say::refused(&reply.text),
            Self::SizeUnsupported(reply) => say::size_unsupported(&reply.text),
            Self::Incomplete { transferred, on_server } => say::incomplete(*transferred, *on_server),
            Self::NotThere { transferred, reply } => say::vanished(*transferred, &reply.text),
            Self::Changed { before, now } => say::changed(*before, *now),
            Self::Name(name) => say::bad_name(name),
            Self::Local { path, error } => say::local_file(path, &error.to_string()),
        }
    }

    fn into_source(self) -> Option<io::Error> {
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use suppaftp::Status;

    use super::*;
    use crate::settings::{Secret, Server, TlsVersion};

    fn settings(tls: Tls) -> Ftp {
        let server = Server {
            host: "ftp.example".to_owned(),
            port: 21,
            user: "12345_0".to_owned(),
            password: Secret::new("s3cret".to_owned()),
            tls,
        };
        Ftp { connect_timeout: Duration::from_secs(1), timeout: Duration::from_secs(1), retries: 0, server }
    }

    fn encrypted() -> Ftp {
        let (min, max) = (TlsVersion::V1_2, TlsVersion::V1_2);
        settings(Tls::Explicit { min, max, ca_file: None, certificate_sha256: None })
    }

    fn reply(text: &str) -> FtpError {
        let code: u32 = text[..3].parse().unwrap();
        FtpError::UnexpectedResponse(Response::new(Status::from(code), text.as_bytes().to_vec()))
    }

    fn kind_and_retry(error: FtpError, ftp: &Ftp) -> (ErrorKind, bool) {
        let cause = Cause::of(error, ftp);
        (cause.kind(), cause.is_transient())
    }

    #[test]
    fn a_reply_is_judged_by_its_code() {
        let ftp = settings(Tls::None);
        for (text, kind, transient) in [
            ("421 Too many connections", ErrorKind::Busy, true),
            ("426 Connection closed", ErrorKind::Busy, true),
            ("450 busy", ErrorKind::Busy, true),
            ("452 Insufficient storage", ErrorKind::Refused, true),
            ("552 Exceeded", ErrorKind::Refused, false),
            ("550 No such file", ErrorKind::Forbidden, false),
            ("500 What?", ErrorKind::Refused, false),
            ("226 late answer", ErrorKind::Protocol, true),
            ("221 Idle", ErrorKind::Protocol, true),
        ] {
            assert_eq!(kind_and_retry(reply(text), &ftp), (kind, transient), "{text}");
        }
    }

    #[test]
    fn a_file_name_is_no_demand_for_tls() {
        let cause = Cause::of(reply("550 /in/ssl.csv: no such file"), &settings(Tls::None));
        assert_eq!(cause.kind(), ErrorKind::Forbidden);
    }

    #[test]
    fn a_demand_for_tls_is_recognised_only_without_tls() {
        let demand = || reply("530 Non-anonymous sessions must use encryption.");
        assert_eq!(Cause::of_login(demand(), &settings(Tls::None)).kind(), ErrorKind::Tls);
        assert_eq!(Cause::of_login(demand(), &encrypted()).kind(), ErrorKind::Login);
    }

    #[test]
    fn a_demand_for_session_reuse_is_tried_again_and_is_a_matter_of_settings() {
        let vsftpd = "522 SSL connection failed: session reuse required";
        let proftpd = "425 Unable to build data connection: Operation not permitted";
        for text in [vsftpd, proftpd] {
            let cause = Cause::of(reply(text), &encrypted());
            assert!(cause.is_transient(), "{text}");
            let error = Fault::from(cause).into_error(&Text::same("x"), &encrypted());
            assert_eq!((error.problem.kind.code, error.exit()), ("ftp-tls-session-reuse", Exit::Settings));
        }
    }

    #[test]
    fn too_many_sessions_are_not_a_wrong_password() {
        let ftp = settings(Tls::None);
        let full = "530 Sorry, the maximum number of clients (3) for this user are already connected.";
        assert!(Cause::of_login(reply(full), &ftp).is_transient());
        assert_eq!(Cause::of_login(reply("530 Login incorrect."), &ftp).kind(), ErrorKind::Login);
        assert_eq!(Cause::of_login(reply("430 Invalid"), &ftp).kind(), ErrorKind::Login);
    }

    #[test]
    fn the_password_is_never_quoted_even_if_the_server_echoes_it() {
        let error = reply("530 user 12345_0 with s3cret: no");
        let ftp = settings(Tls::None);
        let error = Fault::from(Cause::of_login(error, &ftp)).into_error(&Text::same("x"), &ftp);
        assert!(!format!("{error:?} {error}").contains("s3cret"));
        assert!(error.to_string().contains("12345_0 with …: no"), "{error}");
    }

    #[test]
    fn the_message_says_what_we_were_doing_in_both_languages() {
        let ftp = settings(Tls::None);
        let fault = Fault::from(Cause::of(reply("553 No"), &ftp));
        let message = fault.into_error(&text::server::uploading("/a/b.csv"), &ftp).problem.message;
        assert_eq!(message.en, r#"cannot upload to /a/b.csv: the server does not allow it: "553 No""#);
        assert!(message.ja.starts_with("FTPサーバの「/a/b.csv」へアップロードできませんでした: "));
        assert!(message.ja.contains("「553 No」"));
    }

    proptest! {
        #[test]
        fn any_reply_becomes_one_short_line(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            let text = quotable(&bytes, "");
            prop_assert!(text.chars().count() <= REPLY_SHOWN_MAX);
            prop_assert!(!text.contains(char::is_control));
        }
    }
}
