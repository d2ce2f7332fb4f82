//! What can go wrong, what class it is, and whether another try can help.

use std::{error, fmt, io};

use super::cause::{Cause, ErrorKind};
use crate::interrupt;
use crate::problem::{Exit, Failure, Problem};
use crate::settings::Ftp;
use crate::text::{self, Text};

/// Why a verb failed for good: retries, where they could help, are behind us.
#[derive(Debug)]
pub struct Error {
    /// The class, for code that branches on it.
    pub kind: ErrorKind,
    /// What the reader is told; without the password.
    pub problem: Box<Problem>,
    /// Whether it would be the same with every other file: then there is no use in going on.
    pub concerns_session: bool,
    source: Option<io::Error>,
}

impl Error {
    /// A signal came, or the run's time is over.
    pub(super) fn interrupted() -> Self {
        let problem = interrupt::reason().problems.into_iter().next().unwrap_or_else(text::sync::interrupted);
        Self {
            kind: ErrorKind::Interrupted,
            problem: Box::new(problem),
            concerns_session: true,
            source: None,
        }
    }

    /// The exit code: [`Exit::Settings`] where running again cannot help, else [`Exit::Remote`].
    pub fn exit(&self) -> Exit {
        match self.kind {
            ErrorKind::Interrupted => interrupt::reason().exit,
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
        let concerns_session = self.step.is_some() || self.cause.concerns_session();
        let mut problem = self.cause.problem(ftp);
        problem.message = self.doing.unwrap_or_else(|| verb.clone()).because(&problem.message);
        Error { kind, problem: Box::new(problem), concerns_session, source: self.cause.into_source() }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use suppaftp::types::Response;
    use suppaftp::{FtpError, Status};

    use super::super::reply::{REPLY_SHOWN_MAX, quotable};
    use super::*;
    use crate::settings::{Begins, Secret, Server, Tls, TlsVersion};

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
        settings(Tls::Encrypted {
            begins: Begins::Explicit,
            min,
            max,
            ca_file: None,
            certificate_sha256: None,
        })
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
