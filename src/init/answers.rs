//! The answers, wherever they come from, and the settings file that they make.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use crate::cli;
use crate::problem::{Failure, Problem};
use crate::settings::{self, Environment, Settings};
use crate::text::{Language, Text, init as say};

/// What can be answered, in the order of the settings file. A password goes into a file of its own.
const KEYS: [&str; 28] = [
    "environment",
    "database",
    "work_dir",
    "language",
    "shop.name",
    "shop.code",
    "shop.admin_email",
    "shop.options.reservation_sales",
    "shop.options.hanpukai",
    "shop.options.multiple_destinations",
    "shop.options.subscriptions",
    "shop.options.subscription_auth_failure_order",
    "shop.options.subscription_auth_failure_reactivate",
    "ftp.demo.url",
    "ftp.demo.port",
    "ftp.demo.user",
    "ftp.demo.password",
    "ftp.demo.tls",
    "ftp.demo.certificate_sha256",
    "ftp.production.url",
    "ftp.production.port",
    "ftp.production.user",
    "ftp.production.password",
    "ftp.production.tls",
    "ftp.production.certificate_sha256",
    "mail.transport",
    "mail.from",
    "logistics.add_order_lines",
];

/// A word of the shop's screens, and the settings' word for it: a part of the key, word, value. The first that fits counts.
const WORDS: [(&str, &str, &str); 7] = [
    ("failure_reactivate", "利用しない", "off"),
    ("options", "利用する", "true"),
    ("options", "利用しない", "false"),
    ("failure_order", "作成する", "create"),
    ("failure_order", "作成しない", "skip"),
    ("add_order_lines", "追加する", "add"),
    ("add_order_lines", "追加しない", "ignore"),
];

/// How the passwords stand in the settings file.
#[derive(Clone, Copy, PartialEq)]
enum Passwords {
    InFiles,
    /// Only to check them.
    Within,
}

pub(super) struct Answers {
    given: BTreeMap<&'static str, String>,
    pub(super) environment: Environment,
    pub(super) language: Language,
    /// Lines of `--from` that say nothing that is known.
    pub(super) left_out: Vec<usize>,
}

impl Answers {
    /// Those of `--from` and `--set`.
    pub(super) fn gather(options: &cli::Init, environment: Option<Environment>) -> Result<Self, Failure> {
        let mut given = BTreeMap::new();
        let mut left_out = Vec::new();
        if let Some(file) = &options.from {
            let text = read(file).map_err(|error| {
                Failure::of(say::init_unreadable(&file.display().to_string(), &error.to_string()))
            })?;
            for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
                match answer(line, &['\t', ':', '：', '=']) {
                    Some((key, value)) => drop(given.insert(key, value)),
                    None if line.trim().is_empty() => {}
                    None => left_out.push(index + 1),
                }
            }
        }
        for written in &options.set {
            let name = written.split('=').next().unwrap_or_default();
            let (key, value) = answer(written, &['=']).ok_or_else(|| Failure::of(say::init_unknown(name)))?;
            given.insert(key, value);
        }
        let is_production = given.contains_key("ftp.production.url") && !given.contains_key("ftp.demo.url");
        let found = if is_production { Environment::Production } else { Environment::Demo };
        let language = match given.get("language").and_then(|word| word.parse().ok()) {
            Some(language) => language,
            // Whoever has the shop's own names reads Japanese, whatever root's locale is.
            None if options.from.is_some() => Language::Ja,
            None => settings::locale_language(),
        };
        Ok(Self { given, environment: environment.unwrap_or(found), language, left_out })
    }

    /// The six questions, and whether an answer is needed.
    pub(super) fn questions(&self) -> [(&'static str, Text, bool); 6] {
        let [url, user, password] = match self.environment {
            Environment::Demo => ["ftp.demo.url", "ftp.demo.user", "ftp.demo.password"],
            Environment::Production => {
                ["ftp.production.url", "ftp.production.user", "ftp.production.password"]
            }
        };
        let name = |key| settings::setting_name(key).unwrap_or(key);
        [
            ("shop.name", say::ask_name(), false),
            ("shop.code", say::ask_code(name("shop.code")), true),
            ("shop.admin_email", say::ask_email(name("shop.admin_email")), false),
            (url, say::ask_url(name(url)), true),
            (user, say::ask_user(name(user)), true),
            (password, say::ask_password(name(password)), true),
        ]
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.given.contains_key(key)
    }

    /// Takes an answer, unless something is wrong with it: what.
    pub(super) fn take(&mut self, key: &'static str, value: &str) -> Option<Problem> {
        if value.is_empty() {
            return None;
        }
        self.given.insert(key, value.to_owned());
        let problems = self.check(Path::new("")).err().map(|failure| failure.problems).unwrap_or_default();
        let wrong = problems.into_iter().find(|problem| problem.column.as_deref() == Some(key));
        if wrong.is_some() {
            self.given.remove(key);
        }
        wrong
    }

    /// What follows from where the settings lie and from what this computer has.
    pub(super) fn complete(&mut self, is_installed: bool) {
        let mut or = |key, value: &str| {
            self.given.entry(key).or_insert_with(|| value.to_owned());
        };
        or("environment", self.environment.as_str());
        or("language", self.language.as_str());
        if is_installed {
            let data = settings::installed_data();
            or("database", &data.join("shop.{environment}.db").display().to_string());
            or("work_dir", &data.join("work").display().to_string());
        }
        if let Some(owner) =
            self.given.get("shop.admin_email").cloned().filter(|_| settings::sendmail().is_some())
        {
            self.given.entry("mail.transport").or_insert_with(|| "sendmail".to_owned());
            let first = owner.split(',').next().unwrap_or_default().trim().to_owned();
            self.given.entry("mail.from").or_insert(first);
        }
    }

    /// Whether all of it can be used.
    pub(super) fn check(&self, path: &Path) -> Result<Settings, Failure> {
        settings::check_text(path, &self.text(Passwords::Within))
    }

    /// The name of each password file, and what it says.
    pub(super) fn password_files(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let files = [("ftp.demo.password", "demo.pass"), ("ftp.production.password", "production.pass")];
        files.into_iter().filter_map(|(key, file)| Some((file, self.given.get(key)?.as_str())))
    }

    pub(super) fn settings_text(&self) -> String {
        self.text(Passwords::InFiles)
    }

    fn text(&self, passwords: Passwords) -> String {
        let mut text = say::file_begins().get(self.language).to_owned();
        let mut table = "";
        for (key, value) in KEYS.iter().filter_map(|key| Some((*key, self.given.get(key)?))) {
            let (of, name) = key.rsplit_once('.').unwrap_or(("", key));
            if of != table {
                text += &format!("\n[{of}]\n");
                table = of;
            }
            let line = match (name, passwords) {
                ("password", Passwords::InFiles) => {
                    format!("password_file = \"{}.pass\"", of.trim_start_matches("ftp."))
                }
                _ => format!("{name} = {}", written(key, value)),
            };
            let comment = settings::setting_name(key).map(|name| format!("  # {name}")).unwrap_or_default();
            text += &format!("{line}{comment}\n");
        }
        text + say::file_ends().get(self.language)
    }
}

fn read(file: &Path) -> io::Result<String> {
    if file != Path::new("-") {
        return fs::read_to_string(file);
    }
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    Ok(text)
}

/// `NAME: VALUE`, where the name itself may hold the sign between them.
fn answer(line: &str, between: &[char]) -> Option<(&'static str, String)> {
    line.match_indices(between).find_map(|(at, sign)| {
        let key = settings::key_of(&line[..at], &KEYS)?;
        Some((key, line[at + sign.len()..].trim().to_owned()))
    })
}

/// A value as TOML writes it.
fn written(key: &str, value: &str) -> String {
    let word = WORDS.iter().find(|(of, word, _)| key.contains(of) && *word == value);
    let value = word.map_or(value, |(_, _, meaning)| meaning);
    let is_bare = match key {
        "ftp.demo.port" | "ftp.production.port" => value.bytes().all(|byte| byte.is_ascii_digit()),
        _ => key.starts_with("shop.options.") && ["true", "false"].contains(&value),
    };
    match is_bare && !value.is_empty() {
        true => value.to_owned(),
        false => format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")),
    }
}
