//! The way to the FTP server, step by step: name, connection, greeting, encryption, login, data connection.

use std::net::SocketAddr;
use std::time::Duration;

use super::finding::{Finding, Found};
use crate::interrupt;
use crate::moment::Moment;
use crate::problem::{Exit, Kind};
use crate::server::{Error, ErrorKind, Remote, Seen, Step};
use crate::settings::{Environment, Server, Settings, Tls, TlsVersion};
use crate::text::{Text, check_settings as say, server as told};
use anyhow::Result;

/// No FTP server is there.
const PORT_OF_HTTPS: u16 = 443;
/// Before a second try, where the first may have failed by chance.
const PAUSE: Duration = Duration::from_secs(1);

/// Which certificates are trusted; needs no network.
pub(super) fn trust(remote: &mut Remote<'_>, tls: &Tls) -> Result<Found> {
    remote.prepare()?;
    Ok(Found::ok(match tls {
        Tls::None => say::trust_unneeded(),
        Tls::Encrypted { certificate_sha256: Some(_), .. } => say::trust_pinned(),
        Tls::Encrypted { ca_file: Some(file), .. } => say::trust_ca_file(&file.display().to_string()),
        Tls::Encrypted { .. } => say::trust_known(),
    }))
}

/// A certificate that expires within so many days is told.
const EXPIRY_TOLD_D: i64 = 30;

/// One try to reach the server, and what each step of it saw.
pub(super) struct Approach<'a> {
    settings: &'a Settings,
    seen: Seen,
    /// Whether it would encrypt although the settings do not.
    encrypts_in_vain: bool,
    failed: Option<(Step, Finding)>,
}

impl<'a> Approach<'a> {
    pub(super) fn new(remote: &mut Remote<'_>, settings: &'a Settings) -> Self {
        let (mut seen, mut tried) = remote.probe();
        let is_chance = |(_, error): &(Step, Error)| matches!(error.kind, ErrorKind::Busy | ErrorKind::Lost);
        if settings.ftp.retries > 0 && tried.as_ref().is_err_and(is_chance) {
            interrupt::sleep(PAUSE);
            (seen, tried) = remote.probe();
        }
        // Where this fails, so does what comes next.
        let features = if tried.is_ok() { remote.features().unwrap_or_default() } else { Vec::new() };
        let is_offered = features.iter().any(|line| line.starts_with("AUTH") && line.contains("TLS"));
        let encrypts_in_vain = seen.encryption.is_none() && is_offered && remote.agrees_to_encrypt();
        let failed = tried.err().map(|(step, error)| (step, approach_finding(step, &error, settings)));
        Self { settings, seen, encrypts_in_vain, failed }
    }

    /// What the step saw. Those before the failed one went well; those behind it are not asked.
    pub(super) fn told(&self, step: Step, now: Moment) -> Found {
        let (server, seen) = (&self.settings.ftp.server, &self.seen);
        match (&self.failed, step) {
            (Some((failed, finding)), step) if *failed == step => Found::failed([finding.clone()]),
            (_, Step::Resolve) => {
                let addresses: Vec<String> = seen.addresses.iter().map(|a| a.ip().to_string()).collect();
                Found::ok(say::server_resolved(&server.host, &addresses.join(", ")))
            }
            (_, Step::Connect) => {
                let told = |(address, elapsed): (SocketAddr, Duration)| {
                    say::server_connected(&address.to_string(), elapsed.as_millis())
                };
                Found::ok(seen.connected.map(told).unwrap_or_default())
            }
            (_, Step::Greet) => {
                let greeting = seen.greeting.as_deref();
                Found::ok(greeting.map_or_else(say::server_greets_encrypted, say::server_greeted))
            }
            (_, Step::Secure) => self.encryption(now),
            (_, Step::LogIn) => Found::ok(say::server_logged_in(server.shown_user())),
        }
    }

    fn encryption(&self, now: Moment) -> Found {
        let key = self.settings.environment.ftp_table();
        let Some(encryption) = &self.seen.encryption else {
            let offered = self.encrypts_in_vain.then(|| say::encryption_unused(key));
            return Found::ok(say::server_not_encrypted()).with(offered);
        };
        let (version, cipher) = (encryption.version, encryption.cipher.as_str());
        let Some(until) = encryption.valid_until().map(Moment::of_utc) else {
            return Found::ok(say::server_encrypted(version, cipher));
        };
        let day = until.date().to_string();
        let left_d = (until - now).num_days();
        let is_pinned =
            matches!(self.settings.ftp.server.tls, Tls::Encrypted { certificate_sha256: Some(_), .. });
        let soon = (now <= until && left_d < EXPIRY_TOLD_D).then(|| match is_pinned {
            true => say::pinned_certificate_expires(&day, left_d, key),
            false => say::certificate_expires(&day, left_d),
        });
        Found::ok(say::server_encrypted_until(version, cipher, &day)).with(soon)
    }
}

/// A data connection and a listing, in the folder where the login ends up.
pub(super) fn listing(remote: &mut Remote<'_>) -> Result<Found> {
    // The library hides the announced address, and every server knows PASV.
    let elsewhere = match remote.announced_elsewhere() {
        Ok(elsewhere) => elsewhere,
        Err(error) => return Ok(Found::failed([data_finding(&error)])),
    };
    let fact = match remote.names("") {
        Ok(_) => say::server_listed(),
        Err(error) if matches!(error.kind, ErrorKind::Forbidden | ErrorKind::FolderMissing) => {
            say::server_listing_forbidden()
        }
        Err(error) => return Ok(Found::failed([data_finding(&error)])),
    };
    let note =
        elsewhere.map(|(announced, used)| say::address_of_nat(&announced.to_string(), &used.to_string()));
    Ok(Found::ok(fact).with(note))
}

fn approach_finding(step: Step, error: &Error, settings: &Settings) -> Finding {
    let mut finding = finding(error);
    let kind = finding.problem.kind;
    if let Some(hint) = hint(step, kind, settings) {
        finding.problem.hint = hint;
    }
    if kind == &told::login_refused::KIND
        && let Some(suspicion) = suspicion(&settings.ftp.server)
    {
        finding.problem.hint = suspicion.followed_by(&finding.problem.hint);
    }
    finding
}

/// Most handshakes fail because the two sides have no version in common.
fn hint_version(settings: &Settings) -> Option<Text> {
    let key = settings.environment.ftp_table();
    match settings.ftp.server.tls {
        Tls::Encrypted { max: TlsVersion::V1_2, .. } => Some(say::hint_newer_tls(key)),
        Tls::Encrypted { min: TlsVersion::V1_3, .. } => Some(say::hint_older_tls(key)),
        _ => None,
    }
}

/// What is odd about a user and password that the server has refused.
fn suspicion(server: &Server) -> Option<Text> {
    let (user, password) = (server.user.as_str(), server.password.reveal());
    let suspicions: [(bool, fn() -> Text); 4] = [
        (server.seems_swapped(), say::suspect_swapped),
        (password == user, say::suspect_same),
        (password.trim() != password, say::suspect_blank),
        (!user.is_ascii() || !password.is_ascii(), say::suspect_wide),
    ];
    suspicions.into_iter().find(|(is_so, _)| *is_so).map(|(_, told)| told())
}

/// The control connection works, so host, port and login are right: what fails is the way to other ports.
fn data_finding(error: &Error) -> Finding {
    let mut finding = finding(error);
    let kind = finding.problem.kind;
    if [&told::data_connection::KIND, &told::timed_out::KIND, &told::connection_lost::KIND].contains(&kind) {
        finding.problem.hint = say::hint_data_connection();
    }
    if kind == &told::refused::KIND {
        finding.problem.hint = say::hint_passive_mode();
    }
    finding
}

/// What an error of the server means, and who must act.
pub(super) fn finding(error: &Error) -> Finding {
    let problem = (*error.problem).clone();
    // That another service answers is no matter of the network: the port is wrong.
    let exit = if other_services().contains(&problem.kind) { Exit::Settings } else { error.exit() };
    Finding { problem, exit }
}

/// The problems of a port at which something else answers.
fn other_services() -> [&'static Kind; 4] {
    [&told::ssh_server::KIND, &told::web_server::KIND, &told::mail_server::KIND, &told::tls_at_once::KIND]
}

/// Where to look. The reader is about to set things up: the hints of the jobs, which speak of the next run, would
/// not help.
fn hint(step: Step, kind: &'static Kind, settings: &Settings) -> Option<Text> {
    let (names, key) = (names_of(settings.environment), settings.environment.ftp_table());
    let port = settings.ftp.server.port;
    let at = |wanted: Step| step == wanted;
    Some(match kind {
        _ if kind == &told::unknown_host::KIND => say::hint_unknown_host(names, key),
        _ if kind == &told::tls_at_once::KIND && port != PORT_OF_HTTPS => {
            say::hint_tls(key, "implicit", port)
        }
        _ if kind == &told::not_implicit::KIND => say::hint_tls(key, "explicit", port),
        _ if other_services().contains(&kind) => say::hint_other_service(names, key),
        _ if kind == &told::busy::KIND => say::hint_server_busy(),
        _ if kind == &told::tls_required::KIND => say::hint_tls_required(key),
        _ if kind == &told::tls_failed::KIND => return hint_version(settings),
        _ if kind == &told::login_refused::KIND => say::hint_login(names, key),
        _ if at(Step::Connect) && kind == &told::unreachable::KIND => say::hint_unreachable(names, key),
        _ if at(Step::Connect) && kind == &told::timed_out::KIND => say::hint_unreachable(names, key),
        _ if at(Step::Greet) && kind == &told::timed_out::KIND => say::hint_silent(key),
        _ if at(Step::Greet) && kind == &told::not_understood::KIND => say::hint_not_ftp(key),
        _ if at(Step::Greet) && kind == &told::connection_lost::KIND => say::hint_hung_up(key),
        _ if at(Step::Secure) && kind == &told::tls_refused::KIND => say::hint_tls_refused(key),
        _ => return None,
    })
}

/// How the names of the environment's settings begin.
fn names_of(environment: Environment) -> &'static str {
    match environment {
        Environment::Demo => "TEMPOSTAR:テスト用",
        Environment::Production => "TEMPOSTAR:",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Secret;

    fn suspicion_of(user: &str, password: &str) -> Option<Text> {
        let (user, password) = (user.to_owned(), Secret::new(password.to_owned()));
        suspicion(&Server { host: String::new(), port: 21, user, password, tls: Tls::None })
    }

    #[test]
    fn an_odd_login_is_suspected_and_no_other() {
        assert_eq!(suspicion_of("12345_0", "himitsu"), None);
        assert_eq!(suspicion_of("himitsu", "12345_0"), Some(say::suspect_swapped()));
        assert_eq!(suspicion_of("12345_0", "12345_0"), Some(say::suspect_same()));
        assert_eq!(suspicion_of("12345_0", "himitsu "), Some(say::suspect_blank()));
        assert_eq!(suspicion_of("12345_0", "ｈimitsu"), Some(say::suspect_wide()));
    }
}
