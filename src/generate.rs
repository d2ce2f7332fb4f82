//! `generate`: what a package ships beside the binary, made from what the program itself goes by: the command line, the
//! sample of the settings, the units.

use std::path::Path;
use std::{fs, io};

use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::cli::help;
use crate::init::{SAMPLE, UNITS};
use crate::text::Language;
use crate::text::cli::{ENVIRONMENT, Entry, FILES, HEADINGS, Page, sample_about, sample_more};

const NAME: &str = "tempostar";

/// What the shell needs to complete our command line.
pub(crate) fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut help::command(Language::En), NAME, &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// Writes the units, as a package brings them.
pub(crate) fn units(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    UNITS.iter().try_for_each(|(name, unit)| fs::write(folder.join(name), unit))
}

/// Writes a page for the whole, one for each command and one for the settings file: `tempostar.1`,
/// `tempostar-import-stock.1`, `tempostar.toml.5`, …, and all of them in Japanese into `ja`.
pub(crate) fn man_pages(folder: &Path) -> io::Result<()> {
    for (language, folder) in [(Language::En, folder.to_owned()), (Language::Ja, folder.join("ja"))] {
        fs::create_dir_all(&folder)?;
        let mut whole = help::command(language).disable_help_subcommand(true);
        whole.build();
        write_pages(&whole, "", &folder, language)?;
        fs::write(folder.join("tempostar.toml.5"), settings_page(language)?)?;
    }
    Ok(())
}

fn write_pages(command: &Command, of: &str, folder: &Path, language: Language) -> io::Result<()> {
    let Some(page) = help::page(of) else { return Ok(()) };
    let man = Man::new(command.clone()).source(format!("{NAME} {}", env!("TEMPOSTAR_VERSION")));
    fs::write(folder.join(man.get_filename()), command_page(&man, command, page, language)?)?;
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
        write_pages(inner, format!("{of} {}", inner.get_name()).trim_start(), folder, language)?;
    }
    Ok(())
}

fn command_page(man: &Man, command: &Command, page: &Page, language: Language) -> io::Result<Vec<u8>> {
    let mut shown = Vec::new();
    man.render_title(&mut shown)?;
    let mut name = Roff::new();
    left(&mut name);
    let about = page.about.get(language).lines().next().unwrap_or_default();
    let called = command.get_display_name().unwrap_or(NAME);
    name.control("SH", ["NAME"]).text([roman(format!("{called} - {about}"))]);
    name.to_writer(&mut shown)?;
    man.render_synopsis_section(&mut shown)?;
    man.render_description_section(&mut shown)?;
    let mut more = Roff::new();
    paragraph(&mut more, page.more.get(language));
    more.to_writer(&mut shown)?;
    man.render_options_section(&mut shown)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut shown)?;
    }
    let mut rest = Roff::new();
    if !page.examples.is_empty() {
        rest.control("SH", ["EXAMPLES"]).control("nf", []);
        for line in help::examples(page, language).lines() {
            rest.text([roman(line)]);
        }
        rest.control("fi", []);
    }
    exit_status(&mut rest, page.exits.get(language));
    entries(&mut rest, "FILES", FILES, language);
    entries(&mut rest, "ENVIRONMENT", ENVIRONMENT, language);
    rest.control("SH", ["SEE ALSO"])
        .text([roman("tempostar(1), tempostar.toml(5), /usr/share/doc/tempostar")]);
    rest.to_writer(&mut shown)?;
    Ok(headed(shown, language))
}

/// Japanese has few places at which a line can be stretched, and commands are not to be split.
fn left(roff: &mut Roff) {
    roff.control("ad", ["l"]).control("nh", []);
}

fn paragraph(roff: &mut Roff, text: &str) {
    if !text.is_empty() {
        roff.control("PP", []).text([roman(text)]);
    }
}

/// One a line where there are several lines; else a sentence.
fn exit_status(roff: &mut Roff, exits: &str) {
    if exits.is_empty() {
        return;
    }
    roff.control("SH", ["EXIT STATUS"]);
    for line in exits.lines() {
        match line.trim_start().split_once("  ") {
            Some((code, meaning)) => entry(roff, code, meaning.trim_start()),
            None => drop(roff.text([roman(line)])),
        }
    }
}

fn entries(roff: &mut Roff, heading: &str, entries: &[Entry], language: Language) {
    roff.control("SH", [heading]);
    entries.iter().for_each(|(name, meaning)| entry(roff, name, meaning.get(language)));
}

fn entry(roff: &mut Roff, name: &str, meaning: &str) {
    roff.control("TP", []).text([bold(name)]).text([roman(meaning)]);
}

/// The headings are clap's; whoever reads Japanese looks for those of Japanese pages.
fn headed(page: Vec<u8>, language: Language) -> Vec<u8> {
    let page = help::translated(&String::from_utf8_lossy(&page), language);
    let translated = |page: String, (en, ja): &(&str, &str)| {
        page.replace(&format!(".SH {en}\n"), &format!(".SH {ja}\n"))
            .replace(&format!(".SH \"{en}\"\n"), &format!(".SH {ja}\n"))
    };
    match language {
        Language::En => page,
        Language::Ja => HEADINGS.iter().fold(page, translated),
    }
    .into_bytes()
}

/// `tempostar.toml(5)`: the sample, whose comments say in both languages what each key means.
fn settings_page(language: Language) -> io::Result<Vec<u8>> {
    let mut roff = Roff::new();
    roff.control("TH", ["tempostar.toml", "5", "", NAME]);
    left(&mut roff);
    roff.control("SH", ["NAME"]).text([roman(format!("tempostar.toml - {}", sample_about().get(language)))]);
    roff.control("SH", ["DESCRIPTION"]).text([roman(sample_more().get(language))]);
    roff.control("SH", ["SETTINGS"]);
    let settings = SAMPLE.split_once("\n\n").map_or(SAMPLE, |(_, settings)| settings);
    let mut comment = String::new();
    for line in settings.lines() {
        let bare = line.strip_prefix("# ").unwrap_or(line);
        if bare.starts_with('[') {
            roff.control("SS", [bare]);
            paragraph(&mut roff, &of_language(&comment, language));
        } else if let Some((setting, meaning)) = setting(bare) {
            entry(&mut roff, setting, &of_language(meaning, language));
        } else if !line.is_empty() {
            comment = format!("{comment} {}", bare.trim_start_matches('#').trim_start());
            continue;
        }
        comment.clear();
    }
    entries(&mut roff, "FILES", FILES, language);
    roff.control("SH", ["SEE ALSO"]).text([roman("tempostar(1), /usr/share/doc/tempostar")]);
    let mut shown = Vec::new();
    roff.to_writer(&mut shown)?;
    Ok(headed(shown, language))
}

/// `key = value`, and what the comment behind it says.
fn setting(line: &str) -> Option<(&str, &str)> {
    let (setting, meaning) = line.split_once(" # ").unwrap_or((line, ""));
    let (key, _) = setting.split_once(" = ")?;
    let is_key = (key.is_ascii() || key.starts_with('"')) && !key.contains(' ');
    is_key.then_some((setting.trim_end(), meaning.trim()))
}

/// A comment of the sample is `Japanese / English`, or the same for both.
fn of_language(comment: &str, language: Language) -> String {
    let (ja, en) = comment.split_once(" / ").unwrap_or((comment, comment));
    let said = if language == Language::Ja { ja } else { en };
    said.replace("★", "").trim().to_owned()
}
