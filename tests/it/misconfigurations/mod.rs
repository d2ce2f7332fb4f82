//! The catalogue of misconfigurations: a shop in which everything works, one thing in it broken for real, and what
//! `check-settings` makes of it. Each is found by the right check as one error (or warning) that is its root cause;
//! what follows from it is skipped; both languages say it, within the time-outs, and who must act.
//!
//! Many are mended by their own hint: what it says to write is written, and then all is well.
//!
//! Each case is a test of its own and a piece of `docs/diagnosis.md`, the manual for support staff: it fails when its
//! piece is stale, and rewrites it with `UPDATE_DOCS=1`.

mod certificates;
mod data;
mod folders;
mod local;
mod mail;
mod manual;
mod options;
mod server;
mod settings;
mod site;
mod slips;

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::Ran;
use site::Site;

/// Everything that is in the manual; within a check, in this order.
const GROUPS: &[&[Case]] = &[
    settings::CASES,
    slips::CASES,
    options::CASES,
    local::CASES,
    certificates::CASES,
    server::CASES,
    folders::CASES,
    data::CASES,
    mail::CASES,
];

/// One thing that is set up wrongly.
pub struct Case {
    /// What is wrong, as support staff would say it to each other.
    ja: &'static str,
    en: &'static str,
    /// A shop in which everything works but for that.
    site: fn() -> Site,
    /// Options of the command.
    with: &'static [&'static str],
    status: Status,
    /// The only check that is not `ok` or `skipped`.
    check: &'static str,
    /// The only problem.
    code: &'static str,
    /// Who must act, as the hint begins.
    by: &'static [Who],
    exit: i32,
    /// What in the settings is replaced by what the hint says; then all is well.
    mend: Option<(&'static str, &'static str)>,
}

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Error,
    Warning,
}

impl Status {
    fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// Who must act.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Shop,
    Savaway,
    Support,
}

impl Who {
    fn name(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Shop, Language::Ja) => "店舗様",
            (Self::Savaway, Language::Ja) => "SAVAWAY様",
            (Self::Support, Language::Ja) => "弊社",
            (Self::Shop, Language::En) => "the shop",
            (Self::Savaway, Language::En) => "SAVAWAY",
            (Self::Support, Language::En) => "support",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Language {
    Ja,
    En,
}

impl Language {
    fn lang(self) -> &'static str {
        match self {
            Self::Ja => "ja_JP.UTF-8",
            Self::En => "en_US.UTF-8",
        }
    }
}

impl Case {
    /// `弊社・SAVAWAY様`
    fn who(&self, language: Language) -> String {
        let names: Vec<&str> = self.by.iter().map(|who| who.name(language)).collect();
        names.join(if language == Language::Ja { "・" } else { ", " })
    }
}

/// The cases of a file, and a test for each: what is wrong in both languages, the site, and
/// `finds: error|warning "check" "problem-code" by [Who …] exits code`.
macro_rules! misconfigurations {
    ($(
        $name:ident {
            ja: $ja:literal,
            en: $en:literal,
            site: $site:expr,
            $(with: [$($with:literal),+],)?
            finds: $status:ident $check:literal $code:literal by [$($who:ident),+] exits $exit:literal,
            $(mended_by: $from:literal => $to:literal,)?
        }
    )+) => {
        pub const CASES: &[crate::misconfigurations::Case] = &[$(crate::misconfigurations::Case {
            ja: $ja,
            en: $en,
            site: $site,
            with: &[$($($with),+)?],
            status: misconfigurations!(@status $status),
            check: $check,
            code: $code,
            by: &[$(crate::misconfigurations::Who::$who),+],
            exit: $exit,
            mend: misconfigurations!(@mend $($from => $to)?),
        }),+];
        $(
            #[test]
            fn $name() {
                let case = CASES.iter().find(|case| case.en == $en);
                crate::misconfigurations::check(case.unwrap());
            }
        )+
    };
    (@mend) => { None };
    (@mend $from:literal => $to:literal) => { Some(($from, $to)) };
    (@status error) => { crate::misconfigurations::Status::Error };
    (@status warning) => { crate::misconfigurations::Status::Warning };
}
use misconfigurations;

/// How long a run may take: the longest of the sites' time-outs, tried twice, on a machine that is busy.
const RUN_MAX: Duration = Duration::from_secs(15);

/// Builds the case and holds what is found against what it says; then its piece of the manual.
#[track_caller]
fn check(case: &Case) {
    let mut site = (case.site)();
    let seen = [Language::Ja, Language::En].map(|language| look(&mut site, case, language));
    manual::check(case, &seen);
    if let Some((from, to)) = case.mend {
        let words = |text: &'static str| text.split_whitespace().filter(|word| *word != "=");
        for word in words(to).filter(|word| words(from).all(|old| old != *word)) {
            for Seen { hint, .. } in &seen {
                assert!(hint.contains(word), "{word:?} does not stand in the hint {hint:?}");
            }
        }
        site.setting(from, to);
        let (ran, document) = programs_run(&mut site, case.with, Language::En);
        assert_eq!((ran.code, problems(&document).len()), (0, 0), "it is not fixed\n{ran}");
    }
}

/// What a person is shown, freed of what changes from run to run.
struct Seen {
    message: String,
    hint: String,
    /// The jobs that cannot run.
    stopped: Vec<String>,
}

#[track_caller]
fn look(site: &mut Site, case: &Case, language: Language) -> Seen {
    let (ran, document) = programs_run(site, case.with, language);
    assert_eq!(ran.code, case.exit, "{ran}");
    let mut found = None;
    for check in checks(&document) {
        match check["status"].as_str().unwrap() {
            "ok" | "skipped" => {}
            status => {
                assert_eq!((check["id"].as_str(), status), (Some(case.check), case.status.word()), "{ran}");
                found = Some(check);
            }
        }
    }
    let found = found.unwrap_or_else(|| panic!("nothing was found\n{ran}"));
    let problems = problems(&document);
    assert_eq!(problems.len(), 1, "one problem is the root cause\n{ran}");
    assert_eq!(problems[0]["code"], case.code, "{ran}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (message, hint) = (text(&found["message"]), text(&found["hint"]));
    assert!(message.contains(problems[0]["message"].as_str().unwrap()), "not this check's problem\n{ran}");
    assert!(hint.starts_with(&format!("{}: ", case.who(language))), "who must act?\n{ran}");
    people_are_shown(site, case, language, &message, &hint);
    let jobs = document["jobs"].as_object().unwrap().iter();
    let stopped = jobs.filter(|(_, readiness)| *readiness == "blocked").map(|(job, _)| job.clone()).collect();
    Seen { message: site.steady(&message), hint: site.steady(&hint), stopped }
}

/// One mark, with what programs are told, and a language that the reader has chosen.
#[track_caller]
fn people_are_shown(site: &mut Site, case: &Case, language: Language, message: &str, hint: &str) {
    let ran = run(site, case.with, language);
    assert_eq!(ran.code, case.exit, "{ran}");
    let marked = |mark: char| ran.stdout.lines().filter(|line| line.starts_with(mark)).count();
    let expected = if case.status == Status::Error { (1, 0) } else { (0, 1) };
    assert_eq!((marked('✗'), marked('!')), expected, "{ran}");
    let shown = site.steady(&ran.stdout);
    for line in message.lines().chain(hint.lines()) {
        assert!(shown.contains(&site.steady(line)), "{line:?} is not shown\n{ran}");
    }
    // The names of the shop's settings are Japanese in either language, but no sentence is without such a word.
    let particle = |c: char| matches!(c, 'は' | 'が' | 'を' | 'に' | 'で');
    assert_eq!(message.contains(particle), language == Language::Ja, "the language\n{ran}");
    assert_eq!(ran.stderr, "", "{ran}");
}

#[track_caller]
fn programs_run(site: &mut Site, with: &[&str], language: Language) -> (Ran, Value) {
    let ran = run(site, &[&["--json"], with].concat(), language);
    let document = ran.json();
    (ran, document)
}

#[track_caller]
fn run(site: &mut Site, options: &[&str], language: Language) -> Ran {
    site.language(language.lang());
    let started = Instant::now();
    let ran = site.run([&["check-settings"], options].concat());
    assert!(started.elapsed() < RUN_MAX, "{:?}\n{ran}", started.elapsed());
    ran
}

fn checks(document: &Value) -> &[Value] {
    document["checks"].as_array().unwrap()
}

/// Those that somebody should do something about.
fn problems(document: &Value) -> Vec<&Value> {
    document["problems"].as_array().unwrap().iter().filter(|problem| problem["severity"] != "note").collect()
}

#[track_caller]
fn check_healthy(mut site: Site) {
    for language in [Language::Ja, Language::En] {
        let (ran, document) = programs_run(&mut site, &["--write-test"], language);
        assert_eq!(ran.code, 0, "{ran}");
        assert_eq!(problems(&document), [&Value::Null; 0], "{ran}");
        assert!(checks(&document).iter().all(|check| check["status"] == "ok"), "{ran}");
    }
}

#[test]
fn a_shop_that_is_set_up_well_is_not_blamed() {
    check_healthy(Site::new());
}

#[test]
fn a_shop_that_is_set_up_well_and_encrypts_is_not_blamed() {
    check_healthy(Site::encrypted());
}

#[test]
fn no_two_misconfigurations_have_the_same_name() {
    let mut names: Vec<&str> = GROUPS.iter().copied().flatten().flat_map(|case| [case.ja, case.en]).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}
