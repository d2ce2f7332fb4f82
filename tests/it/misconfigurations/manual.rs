//! `docs/diagnosis.md`: what support staff see and do at each misconfiguration, written by the cases themselves.

use std::collections::HashMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use tempostar::check_settings;
use tempostar::text::{Language as Reader, Text};

use super::{Case, GROUPS, Language, Seen, Status};

const FILE: &str = "docs/diagnosis.md";
const HOW: &str = "run UPDATE_DOCS=1 cargo test --test it misconfigurations";

const INTRODUCTION: &str = "\
# 設定の誤りと check-settings の表示 / What is wrong when check-settings says so

<!-- Written by the tests (tests/it/misconfigurations); do not edit. -->

`tempostar check-settings` で見つかる設定の誤りの一覧です。どれも実際に設定を誤らせて試した結果で、表示される文面は
このとおりです（`<port>` のような部分は環境によって変わります）。画面の ✗（エラー）か !（注意）の行の見出しから、
下の章を探してください。– （未確認）の行は、その前のエラーを直すと確認できるようになります。

Each of these mistakes was made for real in a test; this is what `tempostar check-settings` shows then (what differs
from shop to shop stands as `<port>`). Look for the chapter named like the line with ✗ (error) or ! (warning). Lines
with – (not tried) follow from an error above them.

「弊社」は本システムと tempostar の設定を担当するサポート、「店舗様」は店舗の管理者、「SAVAWAY様」は TEMPOSTAR の運営元
です。 “Support” is whoever runs the shop's platform and this program.
";

/// Holds the case's piece against what was seen now.
#[track_caller]
pub fn check(case: &Case, seen: &[Seen; 2]) {
    let piece = piece(case, seen);
    #[expect(clippy::disallowed_methods, reason = "a switch for whoever runs the tests, not a setting")]
    if std::env::var_os("UPDATE_DOCS").is_some() {
        rewrite(case, &piece);
    }
    let _guard = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let found = pieces(&read()).remove(&title(case)).unwrap_or_default();
    assert_eq!(found.trim_end(), piece.trim_end(), "{FILE} is stale: {HOW}");
}

/// Tests run at the same time, in one process.
static WRITING: Mutex<()> = Mutex::new(());

fn rewrite(case: &Case, piece: &str) {
    let _guard = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let mut pieces = pieces(&read());
    pieces.insert(title(case), piece.to_owned());
    fs::write(path(), document(&pieces)).unwrap();
}

fn path() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE)
}

fn read() -> String {
    fs::read_to_string(path()).unwrap_or_default()
}

/// What stands behind each title.
fn pieces(document: &str) -> HashMap<String, String> {
    let mut pieces = HashMap::new();
    for piece in document.split("\n### ").skip(1) {
        let piece = piece.split("\n## ").next().unwrap_or_default();
        let (title, body) = piece.split_once('\n').unwrap_or((piece, ""));
        pieces.insert(title.to_owned(), body.trim().to_owned());
    }
    pieces
}

fn document(pieces: &HashMap<String, String>) -> String {
    let mut document = INTRODUCTION.to_owned();
    let chapters: Vec<(&str, Text)> = check_settings::titles().collect();
    document +=
        "\n| 誤り / mistake | 確認項目 / check | コード / code | 対応 / who acts |\n|---|---|---|---|\n";
    for (check, _) in &chapters {
        for case in cases(check) {
            let (title, who) = (title(case), case.who(Language::Ja));
            writeln!(document, "| {title} | `{check}` | `{}` | {who} |", case.code).unwrap();
        }
    }
    for (check, chapter) in &chapters {
        if cases(check).next().is_some() {
            let (ja, en) = (chapter.get(Reader::Ja), chapter.get(Reader::En));
            writeln!(document, "\n## {ja} / {en} (`{check}`)").unwrap();
        }
        for case in cases(check) {
            let title = title(case);
            let piece = pieces.get(&title).map_or("", String::as_str);
            writeln!(document, "\n### {title}\n\n{}", piece.trim()).unwrap();
        }
    }
    document
}

fn cases(check: &str) -> impl Iterator<Item = &'static Case> {
    GROUPS.iter().copied().flatten().filter(move |case| case.check == check)
}

fn title(case: &Case) -> String {
    format!("{} / {}", case.ja, case.en)
}

fn piece(case: &Case, [ja, en]: &[Seen; 2]) -> String {
    let status = match case.status {
        Status::Error => "エラー / error",
        Status::Warning => "注意 / warning",
    };
    let with: String = case.with.iter().map(|option| format!(" · `{option}`")).collect();
    let stopped = match &ja.stopped[..] {
        [] => "–".to_owned(),
        jobs => jobs.iter().map(|job| format!("`{job}`")).collect::<Vec<_>>().join(" "),
    };
    let code = case.code;
    let mut piece =
        format!("`{code}` · {status} · 終了コード / exit code {}{with}\n\n| | |\n|---|---|\n", case.exit);
    for (heading, text) in [
        ("表示", &ja.message),
        ("対応", &ja.hint),
        ("shown", &en.message),
        ("to do", &en.hint),
        ("止まる処理 / jobs that cannot run", &stopped),
    ] {
        writeln!(piece, "| {heading} | {} |", cell(text)).unwrap();
    }
    piece
}

/// Text as a table's cell shows it.
fn cell(text: &str) -> String {
    let escaped: String = text.chars().fold(String::new(), |escaped, c| match c {
        '|' | '<' | '*' => escaped + "\\" + &c.to_string(),
        '\n' => escaped + "<br>",
        c => escaped + &c.to_string(),
    });
    escaped.trim().to_owned()
}

/// The order, the table at the beginning, the headings, and pieces of cases that are no more.
#[test]
fn the_manual_has_every_misconfiguration_in_its_place_and_no_other() {
    let _guard = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let found = read();
    #[expect(clippy::disallowed_methods, reason = "a switch for whoever runs the tests, not a setting")]
    if std::env::var_os("UPDATE_DOCS").is_none() {
        assert_eq!(found, document(&pieces(&found)), "{FILE} is stale: {HOW}");
    }
}

#[test]
fn every_misconfiguration_is_found_by_a_check_that_there_is() {
    let known: Vec<&str> = check_settings::titles().map(|(id, _)| id).collect();
    for case in GROUPS.iter().copied().flatten() {
        assert!(known.contains(&case.check), "{}: {}", case.en, case.check);
    }
}
