//! The documents are held against the code: settings, commands, exit codes, samples, file formats, SQL, and links.
//!
//! What is generated (`docs/problems.md`, the look-alikes in `docs/formats.md`, the demo's pictures) is rewritten with `UPDATE_DOCS=1`.
#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use clap::{CommandFactory, Parser};
use rusqlite::Connection;
use tempostar::books::Books;
use tempostar::cli::{Cli, help};
use tempostar::encoding::{Encoding, look_alike};
use tempostar::jobs::orders;
use tempostar::problem::{Exit, FILE_HELD, Failure, RETIRED, SERVER_FAILS, Severity};
use tempostar::settings::{self, Settings};
use tempostar::text::{Declared, Language};
use tempostar::{books, text};
use toml::de::{DeTable, DeValue};
use unicode_width::UnicodeWidthStr;

/// The documents whose links, commands and settings are checked.
const DOCUMENTS: [&str; 14] = [
    "README.md",
    "README.ja.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "docs/formats.md",
    "docs/formats.ja.md",
    "docs/database.md",
    "docs/problems.md",
    "docs/operations.md",
    "docs/architecture.md",
    "docs/servers.md",
    "docs/servers.ja.md",
    "docs/diagnosis.md",
    "docs/glossary.md",
];

const JOBS: [&str; 4] = ["import-products", "import-stock", "import-logistics", "export-orders"];

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

#[track_caller]
fn read(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Compares a generated document with what it should be, or rewrites it.
#[track_caller]
fn check_generated(name: &str, expected: &str) {
    #[expect(clippy::disallowed_methods, reason = "a switch for whoever runs the tests, not a setting")]
    let is_update = std::env::var_os("UPDATE_DOCS").is_some();
    if is_update {
        fs::write(path(name), expected).unwrap();
    }
    let found = fs::read_to_string(path(name)).unwrap_or_default();
    let line = found.lines().zip(expected.lines()).position(|(found, expected)| found != expected);
    let line = line.unwrap_or_else(|| found.lines().count().min(expected.lines().count())) + 1;
    let how = "run UPDATE_DOCS=1 cargo test --test documents";
    assert!(found == expected, "{name} is stale from line {line} on: {how}");
}

/// The contents of the fenced blocks of a language.
fn blocks(document: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in document.lines() {
        match (&mut open, line.trim_start().strip_prefix("```")) {
            (None, Some(of)) => open = Some((of.to_owned(), String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some((_, content)), None) => {
                content.push_str(line);
                content.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a fenced block is not closed");
    blocks.into_iter().filter(|(of, _)| of == language).map(|(_, content)| content).collect()
}

/// The document without its fenced blocks.
fn prose(document: &str) -> String {
    let mut is_inside = false;
    let keep = |line: &&str| {
        let is_fence = line.trim_start().starts_with("```");
        is_inside ^= is_fence;
        !is_inside && !is_fence
    };
    document.lines().filter(keep).collect::<Vec<_>>().join("\n")
}

/// The cells of the table rows in a text, without those between header and body.
fn table_rows(text: &str) -> Vec<Vec<&str>> {
    let rows = text.lines().filter_map(|line| line.strip_prefix('|')?.trim_end().strip_suffix('|'));
    let rows = rows.filter(|row| !row.starts_with("---"));
    rows.map(|row| row.split('|').map(str::trim).collect()).collect()
}

fn in_backticks(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

// Settings.

/// Every key of the sample, those behind a `#` included, with its value as it is written there.
fn sample_settings() -> BTreeMap<String, String> {
    let sample = read("examples/tempostar.toml");
    let is_key =
        |line: &str| line.split_once(" = ").is_some_and(|(key, _)| key.is_ascii() && !key.contains(' '));
    let is_wanted = |line: &&str| is_key(line) || line.starts_with("[[");
    let uncomment = |line| str::strip_prefix(line, "# ").filter(is_wanted).unwrap_or(line);
    let everything = sample.lines().map(uncomment).collect::<Vec<_>>().join("\n");
    let mut keys = BTreeMap::new();
    collect_settings(DeTable::parse(&everything).unwrap().get_ref(), "", &everything, &mut keys);
    keys
}

fn collect_settings(table: &DeTable<'_>, path: &str, source: &str, keys: &mut BTreeMap<String, String>) {
    for (name, value) in table {
        let name = name.get_ref();
        let key = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
        match value.get_ref() {
            DeValue::Table(inner) if !key.ends_with("free_items") && !key.ends_with(".columns") => {
                collect_settings(inner, &key, source, keys);
            }
            DeValue::Array(tables) if tables.iter().all(|table| table.get_ref().is_table()) => {
                for table in tables {
                    let DeValue::Table(inner) = table.get_ref() else { panic!("{key} is no table") };
                    collect_settings(inner, &key, source, keys);
                }
            }
            _ => drop(keys.insert(key, source[value.span()].to_owned())),
        }
    }
}

/// Every key of the README's tables of settings, with the default that it names.
fn readme_settings() -> BTreeMap<String, String> {
    let readme = read("README.md");
    let settings = readme.split("\n## Settings\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let mut keys = BTreeMap::new();
    for section in settings.split("\n### ").skip(1) {
        let (heading, body) = section.split_once('\n').unwrap();
        let tables = in_backticks(heading);
        let tables = if tables.is_empty() { vec!["[]"] } else { tables };
        for row in table_rows(body).iter().filter(|row| row[0].starts_with('`')) {
            for table in &tables {
                let table = table.trim_matches(['[', ']']);
                let key = row[0].trim_matches('`');
                let key = if table.is_empty() { key.to_owned() } else { format!("{table}.{key}") };
                assert!(keys.insert(key.clone(), row[1].to_owned()).is_none(), "{key} stands there twice");
            }
        }
    }
    keys
}

#[test]
fn every_settings_key_stands_in_the_sample_and_in_the_readme() {
    let (sample, readme) = (sample_settings(), readme_settings());
    let keys = |settings: &BTreeMap<String, String>| settings.keys().cloned().collect::<BTreeSet<_>>();
    assert!(sample.len() > 60);
    assert_eq!(keys(&readme), keys(&sample));
}

#[test]
fn the_readme_names_the_defaults_of_the_sample() {
    let sample = sample_settings();
    for (key, default) in readme_settings() {
        if default.starts_with('`') {
            assert_eq!(default.trim_matches('`'), sample[&key], "{key}");
        } else {
            assert!(["–", "required", "see below"].contains(&default.as_str()), "{key}: {default:?}");
        }
    }
}

#[test]
fn every_name_of_a_setting_in_the_shop_stands_in_both_readmes() {
    let sample = read("examples/tempostar.toml");
    let ends = |c: char| c.is_whitespace() || matches!(c, ':' | '（');
    let names: BTreeSet<&str> =
        sample.split("TEMPOSTAR:").skip(1).filter_map(|rest| rest.split(ends).next()).collect();
    assert!(names.len() > 8, "{names:?}");
    for readme in ["README.md", "README.ja.md"] {
        let content = read(readme);
        for name in &names {
            assert!(content.contains(&format!("TEMPOSTAR:{name}")), "{readme}: {name}");
        }
    }
}

#[test]
fn every_settings_file_in_the_documents_is_accepted() {
    let mut count = 0;
    for document in DOCUMENTS {
        for block in blocks(&read(document), "toml") {
            let (_folder, loaded) = load(&block);
            loaded.unwrap_or_else(|failure| panic!("{document}: {failure}\n{block}"));
            count += 1;
        }
    }
    let (_folder, loaded) = load(&read("examples/tempostar.toml"));
    loaded.unwrap_or_else(|failure| panic!("the sample: {failure}"));
    assert!(count > 0, "the README shows no settings file");
}

/// Settings in a folder of their own, with the password files that they name.
fn load(source: &str) -> (tempfile::TempDir, Result<Settings, Failure>) {
    let folder = tempfile::tempdir().unwrap();
    for password in ["demo.pass", "production.pass"] {
        fs::write(folder.path().join(password), "Geheim\n").unwrap();
    }
    let file = folder.path().join("tempostar.toml");
    let unindented: String = source.lines().map(|line| line.trim_start().to_owned() + "\n").collect();
    fs::write(&file, unindented).unwrap();
    let loaded = settings::load(&file, None);
    (folder, loaded)
}

// Commands and exit codes.

#[track_caller]
fn check_command(line: &str) -> Cli {
    Cli::try_parse_from(line.split_whitespace()).unwrap_or_else(|error| panic!("{line}\n{error}"))
}

#[test]
fn every_command_in_the_documents_is_one() {
    let mut count = 0;
    for document in DOCUMENTS {
        for block in blocks(&read(document), "console") {
            for line in block.lines().filter_map(|line| line.trim().strip_prefix("$ ")) {
                check_command(line);
                count += 1;
            }
        }
    }
    assert!(count > 5, "{count}");
}

#[test]
fn every_subcommand_and_option_stands_in_the_readme() {
    let readme = read("README.md");
    let command = Cli::command();
    for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
        let name = subcommand.get_name();
        assert!(readme.contains(&format!("\n| `{name}` |")), "{name} is not in the table of jobs");
        assert!(readme.contains(&format!("\n### `{name}`\n")), "{name} is not explained");
    }
    for option in command.get_arguments().filter_map(clap::Arg::get_long) {
        assert!(readme.contains(&format!("`--{option}")), "--{option}");
    }
}

#[test]
fn every_subcommand_stands_in_the_crontab() {
    let crontab = read("crontab.example");
    for subcommand in Cli::command().get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
        assert!(
            crontab.contains(&format!("tempostar {}", subcommand.get_name()))
                || crontab.contains(&format!("tempostar --quiet {}", subcommand.get_name())),
            "{}",
            subcommand.get_name()
        );
    }
}

#[test]
fn every_line_of_the_crontab_is_quiet_and_off_the_full_hour() {
    let crontab = read("crontab.example");
    let is_entry = |line: &&str| line.starts_with(|c: char| c.is_ascii_digit() || c == '*');
    let mut seen = BTreeSet::new();
    for line in crontab.lines().filter(is_entry) {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (schedule, command) = fields.split_at(5);
        let first_minute = schedule[0].split(['-', '/', ',']).next().unwrap().parse::<u32>();
        assert!(first_minute.is_ok_and(|minute| (1..60).contains(&minute)), "{line}");
        assert!(!line.contains('%'), "cron takes % for a line break: {line}");
        let called = check_command(&command.join(" "));
        assert!(called.global.quiet, "{line}");
        seen.insert(called.command.name());
    }
    assert_eq!(seen, BTreeSet::from(JOBS).union(&BTreeSet::from(["reconcile"])).copied().collect());
    for variable in ["PATH=", "MAILTO=", "CONTENT_TYPE=", "TEMPOSTAR_CONFIG="] {
        assert!(crontab.lines().any(|line| line.starts_with(variable)), "{variable}");
    }
    let set = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        lines.map(str::to_owned).collect()
    };
    assert_eq!(set(&crontab), set(&read("crontab.ja.example")));
}

/// The help's examples: two spaces, the command, and what it is for behind more spaces.
#[test]
fn every_example_in_the_help_is_a_command() {
    let [ja, en] = [Language::Ja, Language::En].map(help::command);
    let of_both = |command| clap::Command::get_subcommands(command).chain([command]);
    for command in of_both(&ja).chain(of_both(&en)).filter(|command| !command.is_hide_set()) {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let lines = help.lines().filter(|line| line.starts_with("  tempostar "));
        let mut count = 0;
        for line in lines {
            check_command(line.trim_start().split("   ").next().unwrap());
            assert!(line.width() <= 80, "{command}: too wide: {line}");
            count += 1;
        }
        assert!(count > 1, "{command}");
    }
}

/// Every command, with the words that call it.
fn all_commands<'c>(command: &'c clap::Command, of: &str) -> Vec<(String, &'c clap::Command)> {
    let inner = command.get_subcommands().flat_map(|inner| {
        let of = format!("{of} {}", inner.get_name());
        all_commands(inner, of.trim_start())
    });
    std::iter::once((of.to_owned(), command)).chain(inner).collect()
}

#[test]
fn every_command_and_option_is_explained_in_both_languages_and_nothing_else_is() {
    let (mut pages, mut options) = (BTreeSet::new(), BTreeSet::new());
    let commands = help::command(Language::Ja);
    for (of, command) in all_commands(&commands, "") {
        pages.insert(of.clone());
        assert!(command.get_about().is_some(), "{of}");
        for argument in command.get_arguments() {
            let id = argument.get_id().as_str();
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains(is_japanese), "{of} {id}: {help}");
            options.extend([format!("{of} {id}"), id.to_owned()]);
        }
    }
    assert_eq!(text::cli::PAGES.iter().map(|page| page.of.to_owned()).collect::<BTreeSet<_>>(), pages);
    for (of, _) in text::cli::OPTIONS {
        assert!(options.contains(*of), "no option {of}");
    }
}

/// The arguments behind the program's name, as the examples for systemd and Kubernetes write them.
fn check_called(arguments: &str) -> &'static str {
    let called = check_command(&format!("tempostar {}", arguments.replace(',', "")));
    assert!(called.global.quiet, "{arguments}");
    called.command.name()
}

#[test]
fn the_systemd_examples_call_every_job() {
    let service = read("examples/systemd/tempostar@.service");
    let start = service.lines().find_map(|line| line.strip_prefix("ExecStart=/usr/bin/tempostar ")).unwrap();
    for job in JOBS {
        assert_eq!(check_called(&start.replace("%i", job)), job);
        let timer = read(&format!("examples/systemd/tempostar-{job}.timer"));
        assert!(timer.contains(&format!("\nUnit=tempostar@{job}.service\n")), "{job}");
        assert!(read("docs/operations.md").contains(&format!("tempostar-{job}.timer")), "{job}");
    }
}

#[test]
fn the_kubernetes_example_is_right() {
    let example = read("examples/kubernetes/cronjob.yaml");
    let settings = example.split("  tempostar.toml: |\n").nth(1).unwrap().split("---").next().unwrap();
    let (_folder, loaded) = load(&settings.replace("/secrets/ftp-password", "production.pass"));
    loaded.unwrap_or_else(|failure| panic!("{failure}"));
    let arguments = example.lines().find_map(|line| line.trim().strip_prefix("args: [")).unwrap();
    assert_eq!(check_called(arguments.trim_end_matches(']')), "import-stock");
    for job in JOBS {
        assert!(example.contains(job), "{job}");
    }
}

#[test]
fn every_exit_code_stands_in_both_readmes() {
    for (readme, heading) in [("README.md", "Exit codes"), ("README.ja.md", "困ったとき")] {
        check_exit_codes(readme, heading);
    }
}

#[track_caller]
fn check_exit_codes(readme: &str, heading: &str) {
    let content = read(readme);
    let section = content.split(&format!("\n## {heading}\n")).nth(1).unwrap().split("\n## ").next().unwrap();
    let codes = table_rows(section).into_iter().flat_map(|row| row[0].split(", "));
    let told: Vec<u8> = codes.filter_map(|code| code.parse().ok()).collect();
    let all = [
        Exit::Ok,
        Exit::Internal,
        Exit::Usage,
        Exit::Partial,
        Exit::Held,
        Exit::Remote,
        Exit::Settings,
        Exit::Locked,
        Exit::Database,
        Exit::Interrupted,
        Exit::Terminated,
    ];
    assert_eq!(told, all.map(Exit::code), "{readme}");
    // Does not compile when there is one more: then it belongs into the list above, too.
    match Exit::Ok {
        Exit::Ok | Exit::Internal | Exit::Usage | Exit::Partial | Exit::Held | Exit::Remote => {}
        Exit::Settings | Exit::Locked | Exit::Database | Exit::Interrupted | Exit::Terminated => {}
    }
}

// Links.

/// The anchors of a document's headings, as they are shown on the web.
fn anchors(document: &str) -> BTreeSet<String> {
    let headings = prose(document);
    let headings = headings.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| -> String {
        let kept = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(anchor).collect()
}

#[test]
fn every_link_between_the_documents_leads_somewhere() {
    for document in DOCUMENTS {
        let content = read(document);
        let folder = path(document).parent().unwrap().to_owned();
        for link in prose(&content).split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.starts_with("https://") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { path(document) } else { folder.join(file) };
            assert!(target.exists(), "{document}: {link}");
            if !anchor.is_empty() {
                let target = fs::read_to_string(&target).unwrap();
                assert!(anchors(&target).contains(anchor), "{document}: no heading for {link}");
            }
        }
    }
}

// Problems.

#[test]
fn the_list_of_problems_is_complete_and_up_to_date() {
    let mut document = String::from(
        "# All problems\n\n\
         Generated from the program's own sentences; do not edit. Each problem has a stable code, which messages and\n\
         `--json` show, and which `tempostar explain CODE` explains. Words in *italics* are filled in. Behind → stands what to\n\
         do. Below the code: how much it matters, the exit code of a run that ends by it, who needs to act, and when it is\n\
         over. A run that goes on with an error exits with 3.\n",
    );
    for (heading, problems) in text::PROBLEMS.iter().filter(|(_, problems)| !problems.is_empty()) {
        writeln!(document, "\n## {heading}").unwrap();
        for Declared { kind, ja, en, hint_ja, hint_en } in *problems {
            writeln!(document, "\n### {}\n", kind.code).unwrap();
            let exit = if kind.severity == Severity::Error { kind.exit.code() } else { 0 };
            let facts =
                [text::problem::severity(kind.severity), text::problem::who(kind), text::problem::ends(kind)];
            let [severity, who, ends] = &facts;
            writeln!(
                document,
                "{}, exit code {exit}; who needs to act: {}; {}",
                severity.en, who.en, ends.en
            )
            .unwrap();
            writeln!(document, "／{}、終了コード {exit}。対応: {}。解消: {}\n", severity.ja, who.ja, ends.ja)
                .unwrap();
            for (message, hint) in [(en, hint_en), (ja, hint_ja)] {
                let arrow = if hint.is_empty() { "" } else { " → " };
                writeln!(document, "- {}{arrow}{}", shown(message), shown(hint)).unwrap();
            }
        }
    }
    check_generated("docs/problems.md", &document);
}

/// Every module of sentences, with what its macros listed.
fn all_texts() -> Vec<(&'static str, &'static str, &'static str)> {
    let mut all: Vec<(&str, &str, &str)> = Vec::new();
    for problem in text::PROBLEMS.iter().flat_map(|(_, problems)| *problems) {
        all.push((problem.kind.code, problem.ja, problem.en));
        all.push((problem.kind.code, problem.hint_ja, problem.hint_en));
    }
    for texts in [
        text::check_settings::TEXTS,
        text::cli::TEXTS,
        text::explain::TEXTS,
        text::html::TEXTS,
        text::init::TEXTS,
        text::fleet::TEXTS,
        text::hand_work::TEXTS,
        text::held::TEXTS,
        text::job::TEXTS,
        text::jobs::TEXTS,
        text::mail::TEXTS,
        text::owner::TEXTS,
        text::past_runs::TEXTS,
        text::print::TEXTS,
        text::problem::TEXTS,
        text::progress::TEXTS,
        text::reconcile::TEXTS,
        text::server::TEXTS,
        text::settings::TEXTS,
        text::status::TEXTS,
        text::sync::TEXTS,
        text::undo::TEXTS,
    ] {
        all.extend(texts);
    }
    for page in text::cli::PAGES {
        let said = [page.about, page.more, page.exits]
            .into_iter()
            .chain(page.examples.iter().map(|(_, what)| *what));
        all.extend(said.map(|said| (page.of, said.ja, said.en)));
    }
    all.extend(text::cli::OPTIONS.iter().map(|(of, said)| (*of, said.ja, said.en)));
    all
}

fn is_japanese(c: char) -> bool {
    matches!(c, 'ぁ'..='ん' | 'ァ'..='ヶ' | '一'..='龠')
}

fn placeholders(format: &str) -> Vec<&str> {
    let mut found: Vec<&str> = format
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split(['}', ':']).next())
        .filter(|name| !name.is_empty())
        // What English says otherwise in the singular is handed over twice.
        .map(|name| name.strip_suffix("_en").unwrap_or(name))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[test]
fn every_sentence_exists_in_both_languages_and_says_the_same_things() {
    for (name, ja, en) in all_texts() {
        assert_eq!(ja.is_empty(), en.is_empty(), "{name}: only one language");
        assert_eq!(placeholders(ja), placeholders(en), "{name}: different figures\n{ja}\n{en}");
        // Figures alone are in no language.
        let has_words =
            ja.split('{').any(|part| part.rsplit('}').next().unwrap().contains(char::is_alphanumeric));
        assert!(!has_words || ja.chars().any(is_japanese), "{name}: not Japanese: {ja}");
    }
}

#[test]
fn every_module_with_problems_is_listed() {
    let has_problems = |file: PathBuf| fs::read_to_string(file).unwrap().contains("\nproblems! {");
    let files = fs::read_dir(path("src/text")).unwrap().map(|entry| entry.unwrap().path());
    assert_eq!(files.filter(|file| has_problems(file.clone())).count(), text::PROBLEMS.len());
}

#[test]
fn no_two_problems_have_the_same_code() {
    let mut seen = BTreeSet::new();
    let declared = text::PROBLEMS.iter().flat_map(|(_, problems)| *problems).map(|problem| problem.kind);
    for code in declared.chain([&SERVER_FAILS, &FILE_HELD, &RETIRED]).map(|kind| kind.code) {
        assert!(seen.insert(code), "{code}");
        assert!(code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{code}");
    }
}

/// A format string as Markdown: its arguments in italics, or in angle brackets inside code.
fn shown(format: &str) -> String {
    let mut shown = String::new();
    let mut rest = format;
    let mut is_code = false;
    while let Some(character) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("{{").or_else(|| rest.strip_prefix("}}")) {
            shown.push(character);
            rest = after;
        } else if let Some(argument) = rest.strip_prefix('{') {
            let (argument, after) = argument.split_once('}').unwrap();
            let name = argument.split(':').next().unwrap();
            let quote = if argument.ends_with('?') { "\"" } else { "" };
            let name = if is_code { format!("<{name}>") } else { format!("*{name}*") };
            write!(shown, "{quote}{name}{quote}").unwrap();
            rest = after;
        } else {
            is_code ^= character == '`';
            if !is_code && matches!(character, '*' | '<' | '[') {
                shown.push('\\');
            }
            shown.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    shown
}

// File formats.

#[test]
fn the_table_of_look_alikes_is_up_to_date() {
    let document = read("docs/formats.md");
    let (begin, end) = ("<!-- generated: look-alikes -->\n", "<!-- end -->\n");
    let (before, rest) = document.split_once(begin).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    let mut table = String::from("| missing in CP932 | written as |\n|---|---|\n");
    for (missing, replacement) in ('\0'..=char::MAX).filter_map(|c| Some((c, look_alike(c)?))) {
        let replacement: Vec<String> = replacement.chars().map(named).collect();
        let replacement = if replacement.is_empty() { "nothing".to_owned() } else { replacement.join(" ") };
        writeln!(table, "| {} | {replacement} |", named(missing)).unwrap();
    }
    check_generated("docs/formats.md", &format!("{before}{begin}{table}{end}{after}"));
}

/// `〜 U+301C`; only the code point where there is nothing to be seen.
fn named(character: char) -> String {
    let is_visible = !character.is_whitespace()
        && !matches!(character, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}');
    let seen = if is_visible { format!("{character} ") } else { String::new() };
    format!("{seen}U+{:04X}", u32::from(character))
}

#[test]
fn every_column_of_a_product_file_is_documented_with_its_kind() {
    let formats = read("docs/formats.md");
    let documented: BTreeSet<(String, String, String)> = table_rows(&formats)
        .into_iter()
        .filter(|row| row.len() == 3)
        .map(|row| (row[0].to_owned(), row[1].to_owned(), row[2].to_owned()))
        .collect();
    let source = include_str!("../src/jobs/products/columns.rs");
    let columns = source.lines().filter_map(|line| line.strip_prefix("    (\"")?.strip_suffix("),"));
    let mut count = 0;
    for column in columns {
        let parts: Vec<&str> =
            column.split(['"', ',']).map(str::trim).filter(|part| !part.is_empty()).collect();
        let kind = match parts[2] {
            "Kind::Text" => "text",
            "Kind::Amount" => "amount",
            "Kind::Decimal" => "decimal",
            "Kind::Flag" => "flag",
            "Kind::Date" => "date",
            "Kind::Moment" => "date and time",
            other => panic!("{other}"),
        };
        let row = (parts[0].to_owned(), parts[1].to_owned(), kind.to_owned());
        assert!(documented.contains(&row), "{row:?}");
        count += 1;
    }
    assert_eq!(count, 37);
}

#[test]
fn the_columns_of_an_order_file_are_those_of_the_sample() {
    let sample = fs::read(path("examples/sheets/order.csv")).unwrap();
    let sample = Encoding::Cp932.decode(&sample).unwrap();
    let header = sample.lines().next().unwrap().replace('"', "");
    let formats = read("docs/formats.md");
    assert!(blocks(&formats, "").iter().any(|block| block.trim_end() == header), "{header}");
}

// The database.

fn database() -> (tempfile::TempDir, Settings, Books) {
    let (folder, settings) = load(&blocks(&read("README.md"), "toml")[0]);
    let settings = settings.unwrap();
    let database = books::open(&settings).unwrap();
    (folder, settings, database)
}

#[test]
fn every_table_and_column_of_the_shop_is_documented() {
    let (_folder, _, database) = database();
    let document = read("docs/database.md");
    let columns: Vec<(String, String)> = database
        .prepare(
            "SELECT item.name, col.name
             FROM sqlite_schema AS item
             JOIN pragma_table_info(item.name) AS col
             WHERE item.type IN ('table', 'view') AND item.name NOT LIKE 'tempostar_%'",
        )
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert!(columns.len() > 150);
    for (table, column) in &columns {
        let section = document.split(&format!("\n### `{table}`\n")).nth(1);
        let section = section.unwrap_or_else(|| panic!("no section {table}")).split("\n##").next().unwrap();
        let is_inside_a_range = |name: &str| {
            name.strip_prefix("free_item_")
                .and_then(|number| number.parse::<u32>().ok())
                .is_some_and(|number| number > 1)
        };
        let is_named = in_backticks(section).contains(&column.as_str());
        assert!(is_named || is_inside_a_range(column), "{table}.{column}");
    }
}

/// Runs one block of SQL, queries included.
#[track_caller]
fn run(database: &Connection, sql: &str) {
    database.execute_batch(sql).unwrap_or_else(|error| panic!("{error}\n{sql}"));
}

#[track_caller]
fn check_count(database: &Connection, sql: &str, expected: i64) {
    let found: i64 = database.query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(found, expected, "{sql}");
}

#[test]
fn the_sql_in_the_documents_does_what_it_says() {
    let (_folder, settings, database) = database();
    let now = "2026-12-02 00:00:00".parse().unwrap();
    run(
        &database,
        "INSERT INTO products (code) VALUES ('A-1');
         INSERT INTO skus (code, product_code) VALUES ('A-1-RED', 'A-1');
         INSERT INTO stock (sku_code, quantity) VALUES ('A-1-RED', 10);",
    );
    let sellable = "SELECT sellable FROM sellable_stock WHERE sku_code = 'A-1-RED'";
    let sql = blocks(&read("docs/database.md"), "sql");
    let has = |needle: &str| sql.iter().filter(|block| block.contains(needle)).count();
    for needle in ["INSERT INTO orders", "SET cancelled_at", "SET exported_at"] {
        assert_eq!(has(needle), 1, "{needle}");
    }
    for block in &sql {
        run(&database, block);
        if block.contains("INSERT INTO orders") {
            check_count(&database, sellable, 8);
            assert_eq!(books::orders::count_waiting(&database, &settings).unwrap(), 1);
            assert_eq!(orders::held_back(&database, &settings, now).unwrap(), []);
        } else if block.contains("SET cancelled_at") {
            check_count(&database, sellable, 10);
            assert_eq!(books::orders::count_waiting(&database, &settings).unwrap(), 0);
            run(
                &database,
                "INSERT INTO orders (order_no, ordered_at)
                 VALUES ('old', '2026-11-30 23:59:59'), ('new', '2026-12-01 00:00:00');",
            );
        }
    }
    // The last block marks the orders from before the start.
    assert_eq!(books::orders::count_waiting(&database, &settings).unwrap(), 1);
    check_count(
        &database,
        "SELECT count(*) FROM orders WHERE order_no = 'old' AND exported_at = ordered_at",
        1,
    );
}

#[test]
fn cancelling_a_sent_order_leaves_the_allocation_to_the_next_stock_file() {
    let (_folder, _, database) = database();
    let sql = blocks(&read("docs/database.md"), "sql");
    let block = |needle: &str| sql.iter().find(|block| block.contains(needle)).unwrap();
    run(
        &database,
        "INSERT INTO products (code) VALUES ('A-1');
         INSERT INTO skus (code, product_code) VALUES ('A-1-RED', 'A-1');
         INSERT INTO stock (sku_code, quantity) VALUES ('A-1-RED', 10);",
    );
    run(&database, block("INSERT INTO orders"));
    run(&database, "UPDATE orders SET exported_at = '2026-11-24 10:00:00'");
    run(&database, block("SET cancelled_at"));
    check_count(&database, "SELECT sellable FROM sellable_stock WHERE sku_code = 'A-1-RED'", 8);
    check_count(&database, "SELECT count(*) FROM orders WHERE cancelled_at IS NOT NULL", 1);
}

// The picture of the demo.

#[test]
fn the_pictures_of_the_demo_are_those_of_a_run() {
    let demo = demo();
    let start = |(lang, name)| {
        let mut demo = Command::new(&demo);
        demo.env("LC_ALL", lang).env("TEMPOSTAR_NOW", "2026-12-01 10:00:00").stdout(Stdio::piped());
        (demo.spawn().unwrap(), name)
    };
    let demos = [("en_US.UTF-8", "docs/demo.svg"), ("ja_JP.UTF-8", "docs/demo.ja.svg")].map(start);
    for (demo, name) in demos {
        let ran = demo.wait_with_output().unwrap();
        assert!(ran.status.success(), "{name}: {ran:?}");
        check_generated(name, &picture(&told(&String::from_utf8(ran.stdout).unwrap())));
    }
}

/// The demo, as it is now: `cargo test` has built it, but `cargo test --test documents` has not.
fn demo() -> PathBuf {
    let demo = std::env::current_exe().unwrap().parent().unwrap().with_file_name("examples").join("demo");
    let built = fs::metadata(&demo).and_then(|demo| demo.modified()).ok();
    if built < newest(&path("src")).max(newest(&path("examples/demo"))) {
        let mut build = Command::new(env!("CARGO"));
        assert!(
            build.args(["build", "--quiet", "--locked", "--example", "demo"]).status().unwrap().success()
        );
    }
    demo
}

/// When anything in a folder was changed last.
fn newest(folder: &Path) -> Option<SystemTime> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let changed = |entry: PathBuf| match entry.is_dir() {
        true => newest(&entry),
        false => fs::metadata(&entry).unwrap().modified().ok(),
    };
    entries.filter_map(changed).max()
}

/// The headings, the commands, the first line of what each says, and what was checked.
fn told(said: &str) -> Vec<String> {
    let lines: Vec<&str> = said.lines().collect();
    let is_told = |at: usize| match lines[at] {
        line if line.starts_with("── ") => at > 0,
        line if line.starts_with("  $ ") => true,
        line if line.starts_with("  ✓ ") || line.starts_with("✓ ") => true,
        _ => at > 0 && lines[at - 1].starts_with("  $ "),
    };
    let told = (0..lines.len()).filter(|at| is_told(*at)).map(|at| lines[at]);
    told.filter(|line| !line.contains("tempostar-demo-")).map(without_duration).collect()
}

/// How long a run took differs from one to the next.
fn without_duration(line: &str) -> String {
    let behind = line.rfind(['（', '(']).filter(|_| line.ends_with("秒）") || line.ends_with(" s)"));
    line[..behind.unwrap_or(line.len())].trim_end().to_owned()
}

/// A terminal, drawn.
fn picture(lines: &[String]) -> String {
    let escaped = |line: &str| line.replace('&', "&amp;").replace('<', "&lt;");
    let (width, height) = (900, 20 * lines.len() + 20);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"monospace\" \
         font-size=\"14\">\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#1b1f24\"/>\n"
    );
    for (row, line) in lines.iter().enumerate() {
        let (colour, indent) = match line.trim_start().chars().next() {
            Some('─') => ("#6cb6ff", 14),
            Some('$') => ("#ffffff", 30),
            Some('✓') => ("#6bc46d", 30),
            _ => ("#adbac7", 46),
        };
        let (y, line) = (20 * row + 25, escaped(line.trim().trim_end_matches('─')));
        writeln!(svg, "<text x=\"{indent}\" y=\"{y}\" fill=\"{colour}\">{line}</text>").unwrap();
    }
    svg + "</svg>\n"
}

// The code.

#[test]
fn the_architecture_names_every_module_and_every_dependency() {
    let architecture = prose(&read("docs/architecture.md"));
    let named: BTreeSet<&str> = in_backticks(&architecture).into_iter().collect();
    let library = read("src/lib.rs");
    let modules = library.lines().filter_map(|line| {
        line.trim_start_matches("pub(crate) ")
            .trim_start_matches("pub ")
            .strip_prefix("mod ")
            .map(|name| name.trim_end_matches(';').to_owned())
    });
    let manifest = read("Cargo.toml");
    let section = manifest.split("\n[dependencies]\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let dependencies = section.lines().map(|line| line.split(" = ").next().unwrap().to_owned());
    for name in modules.chain(dependencies) {
        assert!(named.contains(name.as_str()), "docs/architecture.md does not name {name}");
    }
}

// Words.

/// The sentences of a file of texts in one language, each with its line.
fn sentences<'s>(source: &'s str, languages: &[&str]) -> Vec<(usize, &'s str)> {
    let mut found = Vec::new();
    for (index, line) in source.lines().enumerate() {
        for language in languages {
            let mut rest = line;
            while let Some((before, after)) = rest.split_once(language) {
                let is_name = before.ends_with(|c: char| c.is_ascii_alphanumeric());
                let end = after.match_indices('"').find(|(at, _)| !after[..*at].ends_with('\\'));
                rest = after;
                if let Some((end, _)) = end.filter(|_| !is_name) {
                    found.push((index + 1, &after[..end]));
                }
            }
        }
    }
    found
}

const JAPANESE: (&[&str], &[&str]) =
    (&["ja: \"", "hint_ja: \""], &["README.ja.md", "docs/formats.ja.md", "docs/servers.ja.md"]);
const ENGLISH: (&[&str], &[&str]) = (&["en: \"", "hint_en: \""], &["README.md"]);

/// What is written for people: where it stands, and the sentence.
fn written((languages, documents): (&[&str], &[&str])) -> Vec<(String, String)> {
    let mut written = Vec::new();
    for entry in fs::read_dir(path("src/text")).unwrap() {
        let name = format!("src/text/{}", entry.unwrap().file_name().to_str().unwrap());
        let source = read(&name);
        let all = sentences(&source, languages);
        assert!(!all.is_empty(), "{name} has no sentences");
        written.extend(all.into_iter().map(|(line, said)| (format!("{name}:{line}"), said.to_owned())));
    }
    for name in documents {
        let prose = prose(&read(name));
        written.extend(prose.lines().map(|line| ((*name).to_owned(), line.to_owned())));
    }
    written
}

#[test]
fn one_thing_has_one_word() {
    let glossary = read("docs/glossary.md");
    let written = [written(JAPANESE), written(ENGLISH)].concat();
    let mut wrong = Vec::new();
    for row in table_rows(&glossary).iter().skip(1) {
        let [_, _, _, not, but] = row[..] else { panic!("{row:?}") };
        let listed = |cell| str::split(cell, ", ").filter(|word| !word.is_empty()).collect::<Vec<_>>();
        let (not, but) = (listed(not), listed(but));
        for (place, sentence) in &written {
            let sentence = but.iter().fold(sentence.clone(), |sentence, word| sentence.replace(word, ""));
            if let Some(word) = not.iter().find(|word| holds_word(&sentence, word)) {
                wrong.push(format!("{place}: {word}: {sentence}"));
            }
        }
    }
    assert!(wrong.is_empty(), "not as docs/glossary.md has it:\n{}", wrong.join("\n"));
}

/// Latin words count as a whole, Japanese ones anywhere.
fn holds_word(sentence: &str, word: &str) -> bool {
    let is_apart = |c: Option<char>| !c.is_some_and(|c| c.is_ascii_alphanumeric());
    sentence.match_indices(word).any(|(at, _)| {
        let (before, after) = (&sentence[..at], &sentence[at + word.len()..]);
        !word.is_ascii() || is_apart(before.chars().last()) && is_apart(after.chars().next())
    })
}

#[test]
fn japanese_has_no_blanks_beside_latin() {
    let is_japanese = |c: char| matches!(c, 'ぁ'..='ん' | 'ァ'..='ー' | '一'..='龠' | '々');
    let is_latin = |c: char| c.is_ascii_alphanumeric() || matches!(c, '`' | '{' | '}');
    for (place, sentence) in written(JAPANESE) {
        let characters: Vec<char> = sentence.chars().collect();
        for around in characters.windows(3) {
            let [before, ' ', after] = *around else { continue };
            let is_wrong = is_japanese(before) && (is_latin(after) || is_japanese(after))
                || is_latin(before) && is_japanese(after);
            // TEMPOSTAR's columns have names of their own.
            let is_column = sentence.contains("項目1 ") || sentence.contains("ヘッダ Title");
            assert!(!is_wrong || is_column, "{place}: a blank between {before} and {after}: {sentence}");
        }
    }
}
