//! The way to the FTP server, step by step: name, connection, greeting, encryption, login, data connection.

use std::net::SocketAddr;

use anyhow::Result;

use super::{Finding, Found, Who, first_mend};
use crate::remote::{Error, Kind, Remote, Seen, Step};
use crate::report::Problem;
use crate::settings::{Environment, Settings, Tls, TlsVersion};
use crate::text::{Text, check_settings as say};

/// One try to reach the server, and what each step of it saw.
pub(super) struct Approach<'a> {
    settings: &'a Settings,
    seen: Seen,
    failed: Option<(Step, Finding)>,
}

impl<'a> Approach<'a> {
    pub(super) fn new(remote: &mut Remote<'_>, settings: &'a Settings) -> Self {
        let (seen, tried) = remote.probe();
        let failed = tried.err().map(|(step, error)| (step, finding(&error, settings)));
        Self { settings, seen, failed }
    }

    pub(super) fn name(&self) -> Found {
        let host = &self.settings.ftp.server.host;
        let addresses: Vec<String> = self.seen.addresses.iter().map(|a| a.ip().to_string()).collect();
        let fact = (!addresses.is_empty()).then(|| say::server_resolved(host, &addresses.join(", ")));
        self.judge(Step::Resolve, fact)
    }

    pub(super) fn connection(&self) -> Found {
        let fact = self
            .seen
            .connected
            .map(|(address, elapsed)| say::server_connected(&shown(address), elapsed.as_millis()));
        self.judge(Step::Connect, fact)
    }

    pub(super) fn greeting(&self) -> Found {
        self.judge(Step::Greet, self.seen.greeting.as_deref().map(say::server_greeted))
    }

    pub(super) fn encryption(&self) -> Found {
        let fact = match self.settings.ftp.server.tls {
            Tls::None => say::server_not_encrypted(),
            Tls::Explicit { min, max, .. } => say::server_encrypted(&versions(min, max)),
        };
        self.judge(Step::Secure, Some(fact))
    }

    pub(super) fn login(&self) -> Found {
        self.judge(Step::LogIn, Some(say::server_logged_in(&self.settings.ftp.server.user)))
    }

    fn judge(&self, step: Step, fact: Option<Text>) -> Found {
        match (&self.failed, fact) {
            (Some((failed, finding)), _) if *failed == step => Found::failed(vec![finding.clone()]),
            (_, Some(fact)) => Found::ok(fact),
            // A CA file that cannot be used is found before anything is tried.
            (_, None) => Found::skipped(first_mend(&say::title_server_encryption())),
        }
    }
}

fn shown(address: SocketAddr) -> String {
    address.to_string()
}

fn versions(min: TlsVersion, max: TlsVersion) -> String {
    let shown = |version| match version {
        TlsVersion::V1_2 => "1.2",
        TlsVersion::V1_3 => "1.3",
    };
    if min == max { shown(min).to_owned() } else { format!("{}, {}", shown(min), shown(max)) }
}

/// A data connection and a listing, in the folder where the login ends up.
pub(super) fn listing(remote: &mut Remote<'_>) -> Result<Found> {
    match remote.names("") {
        Ok(_) => Ok(Found::ok(say::server_listed())),
        Err(error) if matches!(error.kind, Kind::Forbidden | Kind::FolderMissing) => {
            Ok(Found::ok(say::server_listing_forbidden()))
        }
        Err(error) => Err(error.into()),
    }
}

/// What an error of the server means, who must act, and where to look.
pub(super) fn finding(error: &Error, settings: &Settings) -> Finding {
    let problem = (*error.problem).clone();
    let hint = hint(problem.code, settings).unwrap_or_else(|| problem.hint.clone());
    Finding { exit: error.exit(), ..Finding::new(who(error.kind), Problem { hint, ..problem }) }
}

fn who(kind: Kind) -> &'static [Who] {
    match kind {
        Kind::Login => &[Who::Support, Who::Shop],
        Kind::Unreachable
        | Kind::Timeout
        | Kind::Lost
        | Kind::Protocol
        | Kind::Busy
        | Kind::Tls
        | Kind::Certificate
        | Kind::FolderMissing
        | Kind::Forbidden
        | Kind::Refused
        | Kind::Unsupported => &[Who::Support, Who::Savaway],
        Kind::Missing | Kind::Incomplete | Kind::Changed | Kind::Name | Kind::Local | Kind::Interrupted => {
            &[Who::Support]
        }
    }
}

/// Here the reader is about to set things up, so the hints name the settings; those of the jobs speak of retries.
fn hint(code: &str, settings: &Settings) -> Option<Text> {
    let (names, key) = match settings.environment {
        Environment::Demo => ("TEMPOSTAR:テスト用", "ftp.demo"),
        Environment::Production => ("TEMPOSTAR:", "ftp.production"),
    };
    match code {
        "ftp-unknown-host" => Some(say::hint_unknown_host(names, key)),
        "ftp-unreachable" | "ftp-timeout" | "ftp-connection-lost" => Some(say::hint_unreachable(names, key)),
        "ftp-not-understood" => Some(say::hint_not_ftp(key)),
        "ftp-login-refused" => Some(say::hint_login(names, key)),
        _ => None,
    }
}
