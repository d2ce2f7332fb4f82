//! A problem by its code: what it means, who acts, how it ends, and whether it is open now.

use anyhow::Result;
use serde_json::json;

use super::desk::Desk;
use super::facts::Facts;
use crate::books::cases::{self, Case};
use crate::books::runs;
use crate::cases::Aside;
use crate::job::Job;
use crate::problem::{FILE_HELD, Kind, SERVER_FAILS};
use crate::text::problem::{ends, name_of, severity, who};
use crate::text::{Declared, Language, Text, declared, explain as text, status as status_text};

/// The kind of this code, with what of it is open.
pub(super) fn read(desk: &Desk<'_>, asked: &str) -> Result<Option<Facts>> {
    let Some(kind) = find(asked) else { return Ok(None) };
    let mut facts = meaning(kind, desk.settings.language);
    let mut open = cases::cases(desk.database)?;
    for job in Job::ALL {
        // Whoever may not read the work folder sees those of the ledger.
        open.extend(Aside::of(desk.settings, &desk.work_dir, *job).cases().unwrap_or_default());
    }
    open.retain(|case| case.is_open() && (case.kind == kind || case.seen.kind == kind));
    let since = open.iter().map(|case| case.first_seen).min();
    facts.member("open_since", json!(since));
    let language = desk.settings.language;
    if open.is_empty() {
        let last = runs::last_that_told(desk.database, kind)?;
        let shown =
            last.as_ref().map_or_else(text::not_open, |run| text::last_told(run.started_at, &run.run_id));
        facts.fact("last_run_id", last.as_ref().map(|run| run.run_id.as_str()), text::now(), Some(shown));
    }
    facts.table("open", text::open_now(), open.iter().map(|case| open_case(case, language)).collect());
    Ok(Some(facts))
}

/// The kind of this code without a shop: what it means.
pub(super) fn find(asked: &str) -> Option<&'static Kind> {
    let code = asked.trim_start_matches("error[").trim_start_matches("warning[").trim_end_matches([']', ':']);
    let pseudo = [&SERVER_FAILS, &FILE_HELD].into_iter().find(|kind| kind.code == code);
    declared(code).map(|declared| declared.kind).or(pseudo)
}

pub(super) fn meaning(kind: &'static Kind, language: Language) -> Facts {
    let mut facts = Facts::about(text::kind_heading(kind.code));
    let (message, hint) = match declared(kind.code) {
        Some(Declared { ja, en, hint_ja, hint_en, .. }) => (in_words(ja, en), in_words(hint_ja, hint_en)),
        None if kind == &SERVER_FAILS => (text::server_fails(), text::see_the_problem()),
        None => (text::something_held(), text::see_held()),
    };
    facts.member("code", kind.code);
    facts.fact("message", message.get(language), text::meaning(), Some(message.clone()));
    facts.fact("hint", hint.get(language), text::to_do(), (!hint.en.is_empty()).then(|| hint.clone()));
    facts.fact("severity", kind.severity.as_str(), text::severity(), Some(severity(kind.severity)));
    let exit_code = kind.exit.code();
    facts.fact("exit_code", exit_code, text::exit_code(), Some(Text::same(exit_code.to_string())));
    let names: Vec<String> = kind.who.iter().map(|who| name_of(*who).get(language).to_owned()).collect();
    facts.fact("who", names, text::who_acts(), Some(who(kind)));
    facts.fact("ends", ends(kind).get(language), text::how_it_ends(), Some(ends(kind)));
    facts
}

/// A sentence with the names of what is filled in.
fn in_words(ja: &str, en: &str) -> Text {
    let named = |format: &str| {
        // Braces that are written twice are braces.
        let format = format.replace("{{", "\u{1}").replace("}}", "\u{2}");
        let mut shown = String::new();
        let mut rest = format.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            shown += before;
            let Some((argument, after)) = after.split_once('}') else { break };
            let name = argument.split(':').next().unwrap_or_default();
            shown += &format!("<{}>", name.trim_end_matches("_en"));
            rest = after;
        }
        (shown + rest).replace('\u{1}', "{").replace('\u{2}', "}")
    };
    Text { ja: named(ja), en: named(en) }
}

fn open_case(case: &Case, language: Language) -> (serde_json::Value, Vec<Text>) {
    let message = &case.seen.message;
    let json = json!({
        "job": case.job,
        "concerns": case.concerns,
        "message": message.get(language),
        "since": case.first_seen,
        "last_seen": case.last_seen,
        "times": case.times_seen,
        "run_id": case.seen.run_id,
    });
    let (code, since, times) = (case.seen.kind.code, case.first_seen, case.times_seen);
    let shown = status_text::problem(case.job, code, &message.ja, &message.en, since, times);
    (json, vec![shown])
}
