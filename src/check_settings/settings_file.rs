//! What can be said from the settings file alone.

use std::fs;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::finding::{Check, Found, OTHERS, check, first_mend, mode_if_open};
use crate::job::Job;
use crate::problem::{Failure, Kind, Problem};
use crate::settings::{self, Begins, Environment, Server, Settings, Tls};
use crate::text::settings::{
    option_hanpukai, option_multiple_destinations, option_reservation_sales, option_subscription_order,
    option_subscription_reactivate,
};
use crate::text::{Text, check_settings as say};

/// What is wrong with the options of the shop's platform.
const OPTIONS: [&Kind; 5] = [
    &option_reservation_sales::KIND,
    &option_hanpukai::KIND,
    &option_multiple_destinations::KIND,
    &option_subscription_order::KIND,
    &option_subscription_reactivate::KIND,
];

/// The checks `settings` and `options`, and the settings: where both have passed, or all but the passwords (`but_secrets`).
pub(super) fn judge(
    settings: Result<Settings, Failure>,
    but_secrets: Option<Settings>,
) -> (Vec<Check>, Option<Settings>) {
    let (file, options, settings) = match settings {
        Ok(settings) => {
            let file = Found::ok(summary(&settings)).with(port_of_other_tls(&settings));
            (file, Found::ok(say::options_fine()), Some(settings))
        }
        Err(failure) => {
            let (file, options) = judge_problems(failure);
            (file, options, but_secrets)
        }
    };
    let checks = vec![
        check("settings", say::title_settings(), Job::ALL, file),
        check("options", say::title_options(), Job::ALL, options),
    ];
    (checks, settings)
}

fn summary(settings: &Settings) -> Text {
    let path = settings.path.display().to_string();
    say::settings_read(&path, &settings.shop.name, &settings.shop.code, settings.environment.as_str())
}

/// A port at which servers usually encrypt otherwise than the settings say.
fn port_of_other_tls(settings: &Settings) -> Option<Problem> {
    let Server { port, tls, .. } = &settings.ftp.server;
    let (word, ours) = match tls {
        Tls::None => ("none", Begins::Explicit),
        Tls::Encrypted { begins, .. } => (begins.as_str(), *begins),
    };
    let other = match ours {
        Begins::Explicit => Begins::Implicit,
        Begins::Implicit => Begins::Explicit,
    };
    let key = settings.environment.ftp_table();
    let problem = || say::port_of_other_tls(*port, word, other.as_str(), ours.usual_port(), key);
    (*port == other.usual_port()).then(problem)
}

/// The options of the shop are a decision of the shop, the rest of the file is for whoever writes it.
fn judge_problems(failure: Failure) -> (Found, Found) {
    let is_option = |problem: &Problem| OPTIONS.contains(&problem.kind);
    let (options, file): (Vec<_>, Vec<_>) = failure.problems.into_iter().partition(is_option);
    let options = match (file.is_empty(), options.is_empty()) {
        (_, false) => Found::failed(options),
        (false, true) => Found::skipped(first_mend(&say::title_settings())),
        (true, true) => Found::ok(say::options_fine()),
    };
    let file = if file.is_empty() { Found::ok(say::settings_readable()) } else { Found::failed(file) };
    (file, options)
}

/// Files that hold passwords and that everybody can read.
pub(super) fn passwords(settings: &Settings) -> Found {
    const OTHERS_WRITE: u32 = 0o002;
    let judge = |path: &Path, what, problem: fn(&str, &str) -> Problem| {
        // What cannot be looked at has been refused, or is another environment's.
        mode_if_open(path, what).map(|mode| problem(&path.display().to_string(), &mode))
    };
    let secrets = secret_files(&settings.path);
    let open = secrets.iter().filter_map(|path| judge(path, OTHERS, say::password_readable));
    let writable = judge(&settings.path, OTHERS_WRITE, say::settings_writable);
    let found = Found::ok(say::passwords_protected()).with(writable).with(open);
    if found.findings.is_empty() { found } else { Found { fact: Text::default(), ..found } }
}

/// Behind the dot of these there is nobody (RFC 2606, RFC 6761): whoever wrote them wrote an example.
const NOBODYS: [&str; 7] =
    [".example", ".test", ".invalid", ".localhost", ".example.com", ".example.net", ".example.org"];

/// A host, or the address of somebody there, that is an example. `localhost` itself is this computer.
fn is_example(value: &str) -> bool {
    let host = value.rsplit('@').next().unwrap_or(value).trim_end_matches('.').to_ascii_lowercase();
    host != "localhost" && NOBODYS.iter().any(|domain| format!(".{host}").ends_with(domain))
}

/// What the sample says, and no shop is called or reached by.
pub(super) fn samples(settings: &Settings) -> Found {
    let (shop, mail) = (&settings.shop, &settings.mail);
    let url = format!("ftp.{}.url", settings.environment.as_str());
    let values = [
        ("shop.name", shop.name == "サンプル商店"),
        ("shop.admin_email", shop.admin_email.iter().any(|email| is_example(email))),
        (&*url, is_example(&settings.ftp.server.host)),
        ("mail.from", mail.from.as_deref().is_some_and(is_example)),
    ];
    let left: Vec<&str> = values.into_iter().filter(|(_, is_left)| *is_left).map(|(key, _)| key).collect();
    match left.is_empty() {
        true => Found::ok(say::no_sample_values()),
        false => Found::ok(Text::default()).with([say::sample_values(&left.join(", "))]),
    }
}

/// The files that the settings file names for passwords, and itself where it holds one.
fn secret_files(path: &Path) -> Vec<PathBuf> {
    // It was read and accepted a moment ago.
    let source = fs::read_to_string(path).unwrap_or_default();
    let (root, _) = DeTable::parse_recoverable(source.trim_start_matches('\u{feff}'));
    let server = |environment| table(root.get_ref(), "ftp").and_then(|ftp| table(ftp, environment));
    let mut files = Vec::new();
    for table in [server("demo"), server("production"), table(root.get_ref(), "mail")].into_iter().flatten() {
        if table.contains_key("password") {
            files.push(path.to_owned());
        }
        if let Some(DeValue::String(file)) = table.get("password_file").map(|value| value.get_ref()) {
            files.push(path.parent().unwrap_or(Path::new("")).join(&**file));
        }
    }
    files.sort_unstable();
    files.dedup();
    files
}

fn table<'t>(outer: &'t DeTable<'t>, name: &str) -> Option<&'t DeTable<'t>> {
    match outer.get(name)?.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => None,
    }
}

/// Whether the other environment is ready, as far as the file tells: while the shop is tested, what the real one will need
/// (STEP 6 and 7); and whether the two are told apart.
pub(super) fn go_live(settings: &Settings) -> Found {
    let other = settings.environment.other();
    match (settings::load(&settings.path, Some(other)), other) {
        (Ok(other), _) => compare_environments(settings, &other),
        (Err(_), Environment::Demo) => Found::ok(say::in_production()),
        (Err(failure), Environment::Production) => {
            // What concerns this environment has been read already.
            let mut keys: Vec<String> = failure.problems.into_iter().filter_map(|p| p.column).collect();
            keys.dedup();
            Found::ok(say::production_incomplete(&keys.join(", ")))
        }
    }
}

fn compare_environments(ours: &Settings, other: &Settings) -> Found {
    let fact = match ours.environment {
        Environment::Demo => say::production_ready(),
        Environment::Production => say::in_production(),
    };
    let (here, there) = (&ours.ftp.server, &other.ftp.server);
    let is_same_server =
        here.host.eq_ignore_ascii_case(&there.host) && here.port == there.port && here.user == there.user;
    // In production nobody needs the tests' database any more.
    let is_same_database = ours.environment == Environment::Demo && ours.database == other.database;
    let server = is_same_server.then(|| say::environments_same_server(&here.host, &here.user));
    let path = ours.database.display().to_string();
    let database = is_same_database.then(|| say::environments_same_database(&path));
    Found::ok(fact).with(server).with(database)
}
