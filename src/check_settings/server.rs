//! The way to the FTP server, step by step: name, connection, greeting, encryption, login, data connection.

use anyhow::Result;

use super::{Finding, Found, Who};
use crate::remote::{Error, Kind, Remote, Seen, Step};
use crate::settings::{Environment, Settings, Tls, TlsVersion};
use crate::text::{Text, check_settings as say};

/// Which certificates are trusted; needs no network.
pub(super) fn trust(remote: &mut Remote<'_>, tls: &Tls) -> Result<Found> {
    remote.prepare()?;
    Ok(Found::ok(match tls {
        Tls::None => say::trust_unneeded(),
        Tls::Explicit { certificate_sha256: Some(_), .. } => say::trust_pinned(),
        Tls::Explicit { ca_file: Some(file), .. } => say::trust_ca_file(&file.display().to_string()),
        Tls::Explicit { .. } => say::trust_known(),
    }))
}

/// One try to reach the server, and what each step of it saw.
pub(super) struct Approach<'a> {
    settings: &'a Settings,
    seen: Seen,
    failed: Option<(Step, Finding)>,
}

impl<'a> Approach<'a> {
    pub(super) fn new(remote: &mut Remote<'_>, settings: &'a Settings) -> Self {
        let (seen, tried) = remote.probe();
        let failed = tried.err().map(|(step, error)| {
            let mut finding = finding(&error);
            if let Some(hint) = hint(step, finding.problem.code, settings.environment) {
                finding.problem.hint = hint;
            }
            (step, finding)
        });
        Self { settings, seen, failed }
    }

    pub(super) fn name(&self) -> Found {
        let host = &self.settings.ftp.server.host;
        let addresses: Vec<String> = self.seen.addresses.iter().map(|a| a.ip().to_string()).collect();
        self.judge(Step::Resolve, say::server_resolved(host, &addresses.join(", ")))
    }

    pub(super) fn connection(&self) -> Found {
        let fact = self
            .seen
            .connected
            .map(|(address, elapsed)| say::server_connected(&address.to_string(), elapsed.as_millis()));
        self.judge(Step::Connect, fact.unwrap_or_default())
    }

    pub(super) fn greeting(&self) -> Found {
        let greeting = self.seen.greeting.as_deref().unwrap_or_default();
        self.judge(Step::Greet, say::server_greeted(greeting))
    }

    pub(super) fn encryption(&self) -> Found {
        let fact = match self.settings.ftp.server.tls {
            Tls::None => say::server_not_encrypted(),
            Tls::Explicit { min, max, .. } => say::server_encrypted(&versions(min, max)),
        };
        self.judge(Step::Secure, fact)
    }

    pub(super) fn login(&self) -> Found {
        self.judge(Step::LogIn, say::server_logged_in(&self.settings.ftp.server.user))
    }

    /// The steps before the failed one went well; those behind it are not asked.
    fn judge(&self, step: Step, fact: Text) -> Found {
        match &self.failed {
            Some((failed, finding)) if *failed == step => Found::failed(vec![finding.clone()]),
            _ => Found::ok(fact),
        }
    }
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

/// What an error of the server means, and who must act.
pub(super) fn finding(error: &Error) -> Finding {
    Finding { exit: error.exit(), ..Finding::new(who(error), (*error.problem).clone()) }
}

fn who(error: &Error) -> &'static [Who] {
    match (error.problem.code, error.kind) {
        ("ftp-unknown-host" | "ftp-tls-required", _) => &[Who::Support],
        (_, Kind::Login) => &[Who::Support, Who::Shop],
        (
            _,
            Kind::Missing | Kind::Incomplete | Kind::Changed | Kind::Name | Kind::Local | Kind::Interrupted,
        ) => &[Who::Support],
        _ => &[Who::Support, Who::Savaway],
    }
}

/// Where to look. The reader is about to set things up: the hints of the jobs, which speak of the next run, would
/// not help.
fn hint(step: Step, code: &str, environment: Environment) -> Option<Text> {
    let (names, key) = match environment {
        Environment::Demo => ("TEMPOSTAR:テスト用", "ftp.demo"),
        Environment::Production => ("TEMPOSTAR:", "ftp.production"),
    };
    match (step, code) {
        (_, "ftp-unknown-host") => Some(say::hint_unknown_host(names, key)),
        (Step::Greet, "ftp-timeout") => Some(say::hint_silent(key)),
        (Step::Greet, "ftp-not-understood") => Some(say::hint_not_ftp(key)),
        (Step::Connect | Step::Greet, "ftp-unreachable" | "ftp-timeout" | "ftp-connection-lost") => {
            Some(say::hint_unreachable(names, key))
        }
        (_, "ftp-tls-required") => Some(say::hint_tls_required(key)),
        (_, "ftp-login-refused") => Some(say::hint_login(names, key)),
        _ => None,
    }
}
