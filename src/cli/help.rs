//! What is said of the command line: the help, and what is wrong with a call. Its sentences stand in `text::cli`.

use std::ffi::OsString;
use std::path::Path;

use clap::error::{ContextKind, ErrorKind};
use clap::{Arg, Command, CommandFactory};

use super::Cli;
use crate::layout::{padded, widest};
use crate::text::cli::{self as say, Both, CLAPS, OPTIONS, PAGES, Page};
use crate::text::{Language, Text};

/// The command line with its help in a language.
pub fn command(language: Language) -> Command {
    explained(Cli::command(), "", language)
}

/// A command with its help, and what belongs to it with theirs.
fn explained(command: Command, of: &str, language: Language) -> Command {
    let Some(page) = page(of) else { return command };
    command
        .about(page.about.get(language))
        .after_help(after_help(page, language))
        .mut_args(|arg| described(arg, of, language))
        .mut_subcommands(|inner| {
            let of = format!("{of} {}", inner.get_name());
            explained(inner, of.trim_start(), language)
        })
}

/// What there is to say of a command, such as `held show`.
pub(crate) fn page(of: &str) -> Option<&'static Page> {
    PAGES.iter().find(|page| page.of == of)
}

/// An option with what it means to this command; many mean the same to all.
fn described(arg: Arg, of: &str, language: Language) -> Arg {
    let everywhere = arg.get_id().as_str();
    let here = format!("{of} {everywhere}");
    let named =
        |name: &str| OPTIONS.iter().find(|(of, _)| *of == name).map(|(_, meaning)| meaning.get(language));
    let Some(meaning) = named(&here).or_else(|| named(everywhere)) else { return arg };
    if !arg.get_action().takes_values() {
        return arg.help(meaning);
    }
    let values = arg.get_possible_values();
    let values = values.iter().map(|value| value.get_name()).collect::<Vec<_>>().join(", ");
    let default = arg.get_default_values().iter().find_map(|value| value.to_str()).unwrap_or_default();
    let behind = [(values.as_str(), say::values as fn(&str) -> Text), (default, say::default)];
    let behind = behind.into_iter().filter(|(words, _)| !words.is_empty());
    let behind: String = behind.map(|(words, say)| format!(" {}", say(words).get(language))).collect();
    arg.help(format!("{meaning}{behind}")).hide_possible_values(true).hide_default_value(true)
}

fn after_help(page: &Page, language: Language) -> String {
    let headed = |heading: &str, gap: &str, text: String| match text.is_empty() {
        true => text,
        false => format!("{heading}{gap}{text}"),
    };
    let gap = if page.exits.en.contains('\n') { "\n" } else { " " };
    let parts = [
        page.more.get(language).to_owned(),
        headed(say::examples().get(language), "\n", examples(page, language)),
        headed(say::exit_codes().get(language), gap, page.exits.get(language).to_owned()),
    ];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// What can be typed, a line each, and behind it what for.
pub(crate) fn examples(page: &Page, language: Language) -> String {
    let width = widest(page.examples.iter().map(|(typed, _)| *typed)) + 3;
    let line = |(typed, what): &(&str, Both)| format!("  {}{}", padded(typed, width), what.get(language));
    page.examples.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Where a call says that its settings are, before it is understood.
pub(crate) fn config_of(args: &[OsString]) -> Option<&Path> {
    let apart = args.iter().skip_while(|arg| *arg != "--config").nth(1);
    let joined = args.iter().find_map(|arg| arg.to_str()?.strip_prefix("--config="));
    apart.map(Path::new).or(joined.map(Path::new))
}

/// The help that was asked for, or what is wrong with the call.
pub(crate) fn said(error: &clap::Error, args: &[OsString], language: Language) -> String {
    match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            translated(&error.render().to_string(), language)
        }
        _ => what_is_wrong(error, called(args), language),
    }
}

/// What `clap` writes by itself is English.
pub(crate) fn translated(said: &str, language: Language) -> String {
    match language {
        Language::En => said.to_owned(),
        Language::Ja => CLAPS.iter().fold(said.to_owned(), |said, (en, ja)| said.replace(en, ja)),
    }
}

fn what_is_wrong(error: &clap::Error, called: &str, language: Language) -> String {
    let of = |kind| {
        error.get(kind).map(|named| named.to_string().replace("...", "")).filter(|named| !named.is_empty())
    };
    let argument = of(ContextKind::InvalidArg).unwrap_or_default();
    let what = match (error.kind(), of(ContextKind::InvalidValue), of(ContextKind::PriorArg)) {
        (ErrorKind::UnknownArgument, ..) => say::unknown_argument(&argument),
        (ErrorKind::InvalidValue | ErrorKind::ValueValidation, Some(value), _) => {
            say::invalid_value(&argument, &value)
        }
        (ErrorKind::InvalidValue, None, _) => say::no_value(&argument),
        (ErrorKind::ArgumentConflict, _, Some(other)) if other == argument => say::twice(&argument),
        (ErrorKind::ArgumentConflict, _, Some(other)) => say::conflict(&argument, &other),
        (ErrorKind::MissingRequiredArgument, ..) => say::missing(&argument),
        // What it names as the command is the program.
        (ErrorKind::MissingSubcommand, ..) => say::missing(&translated("<COMMAND>", language)),
        _ => match of(ContextKind::InvalidSubcommand) {
            Some(name) => say::unknown_command(&name),
            None => say::misused(),
        },
    };
    let suggested =
        [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue];
    let more = [
        // The best guess is the last.
        suggested
            .into_iter()
            .find_map(of)
            .map(|names| say::did_you_mean(names.rsplit(", ").next().unwrap_or(&names))),
        of(ContextKind::ValidValue).map(|values| say::possible_values(&values)),
        Some(say::see_help(format!("tempostar {called}").trim_end())),
    ];
    let lines = more.iter().flatten().map(|line| format!("  → {}\n", line.get(language)));
    say::error(what.get(language)).get(language).to_owned() + "\n" + &lines.collect::<String>()
}

/// The command that was meant, if any can be made out.
fn called(args: &[OsString]) -> &str {
    args.iter().filter_map(|arg| arg.to_str()).find(|arg| page(arg).is_some()).unwrap_or_default()
}
