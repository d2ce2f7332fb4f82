//! What happened and what to do, for whoever knows the shop and not the system: without commands, paths, settings and what
//! the operating system or a server said in English. All of that stands in the mail's other part.

use crate::books::cases::Case;
use crate::problem::{Exit, Kind, Who};
use crate::text::books::disk_full;
use crate::text::server::{self, account_locked, login_refused, password_expired, server_full};
use crate::text::{Language, Text, mail as text};

/// What happened.
pub(super) fn message(case: &Case) -> Text {
    let kind = case.seen.kind;
    let said = match kind.exit {
        Exit::Remote if kind == &server_full::KIND => text::plain_server_full(),
        Exit::Remote => text::plain_server(),
        Exit::Settings if is_login(kind) => text::plain_login(),
        Exit::Settings if server::PROBLEMS.iter().any(|declared| declared.kind == kind) => {
            text::plain_server_refuses()
        }
        Exit::Settings => text::plain_settings(),
        Exit::Database if kind == &disk_full::KIND => text::plain_disk(),
        Exit::Database => text::plain_database(),
        Exit::Locked => text::plain_locked(),
        Exit::Internal | Exit::Usage | Exit::Interrupted | Exit::Terminated => text::plain_internal(),
        Exit::Ok | Exit::Partial | Exit::Held => {
            let Text { ja, en } = case.seen.message.clone().going_on();
            let cut = kind.who.first() == Some(&Who::Support);
            return Text { ja: without_places(&ja, cut), en: without_places(&en, cut) };
        }
    };
    // What happened to one file, while the others came.
    match kind.exit == Exit::Remote && !case.concerns.is_empty() {
        true => Text::same(&case.concerns).because(&said),
        false => said,
    }
}

fn is_login(kind: &Kind) -> bool {
    [&login_refused::KIND, &password_expired::KIND, &account_locked::KIND].contains(&kind)
}

/// Of a path its last part; and of what only support understands, nothing of the reasons behind it.
fn without_places(said: &str, cut: bool) -> String {
    let end = ["（", " (", ": \""].iter().filter_map(|mark| said.find(mark)).min().filter(|_| cut);
    let mut shown = String::new();
    let mut rest = &said[..end.unwrap_or(said.len())];
    while let Some(first) = rest.chars().next() {
        let is_begin = !shown.ends_with(|c: char| c.is_ascii_alphanumeric() || "._-/".contains(c));
        let is_path = is_begin && ["/", "./", "~/"].iter().any(|begin| rest.starts_with(begin));
        let of_path = |c: char| c.is_ascii_graphic() && !"()\";,".contains(c);
        let length =
            if is_path { rest.find(|c| !of_path(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (piece, after) = rest.split_at(length);
        shown += if is_path { piece.rsplit('/').next().unwrap_or(piece) } else { piece };
        rest = after;
    }
    shown
}

/// What marks a sentence as one for whoever looks after the system.
const TECHNICAL: [&str; 10] =
    ["`", "--", "tempostar ", "/", "[", "_", " = ", "設定ファイル", "settings file", "check-settings"];

/// What to do, and whether something was left out that somebody else has to do.
pub(super) fn hint(case: &Case, language: Language) -> (String, bool) {
    let hint = case.seen.hint.get(language);
    let (sentences, between): (Vec<String>, _) = match language {
        Language::Ja => (hint.split_inclusive('。').map(str::to_owned).collect(), ""),
        Language::En => (hint.split("; ").filter(|part| !part.is_empty()).map(sentence).collect(), " "),
    };
    let is_technical = |sentence: &String| TECHNICAL.iter().any(|mark| sentence.contains(mark));
    let (technical, plain): (Vec<String>, Vec<String>) = sentences.into_iter().partition(is_technical);
    (plain.join(between), !technical.is_empty())
}

/// `check the file` as a sentence of its own.
fn sentence(part: &str) -> String {
    let mut letters = part.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    first + letters.as_str().trim_end_matches('.') + "."
}
