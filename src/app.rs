//! From the command line to what is printed and the exit code; everything that `main` does, but for printing and
//! exiting. The demo calls this, too.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use clap::Parser;

use crate::check_settings::Colours;
use crate::cli::{Cli, Command, EnvironmentArg, Generate, Global, LogFormat};
use crate::jobs::stock::GuardMode;
use crate::jobs::{logistics, orders, products, stock};
use crate::moment::Clock;
use crate::progress::Progress;
use crate::report::{Exit, Failure, Report, Severity};
use crate::settings::{self, Environment, Settings};
use crate::shelf::RUN_ID_TIME;
use crate::sync::import::Source;
use crate::sync::{self, Mode, Run};
use crate::text::{Language, print as say};
use crate::{check_settings, explain, generate, print, status};

/// What a call leaves to be printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finished {
    /// The result.
    pub stdout: String,
    /// Problems.
    pub stderr: String,
    /// For cron.
    pub exit_code: u8,
}

/// Does what the command line says. `args` begins with the program's name.
pub fn run(args: impl IntoIterator<Item = OsString>, clock: &Clock) -> Finished {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let started = Instant::now();
    let report = Report::begin(cli.command.name(), new_run_id(clock), clock.now());
    log_to_stderr(&cli.global, *clock, report.command, report.run_id.clone());
    if let Command::Generate(what) = &cli.command {
        return generated(&cli.global, what, report);
    }
    let settings = load(&cli.global);
    let language = match &settings {
        Ok(settings) => settings.language,
        Err(_) => settings::language_despite_problems(cli.global.config.as_deref()),
    };
    match (&cli.command, settings) {
        (Command::CheckSettings(options), settings) => {
            let progress = progress(&cli.global, language);
            let checked = check_settings::run(settings, options, &report.run_id, clock, &progress);
            progress.clear();
            finish_checks(&cli.global, report, &checked, clock, language)
        }
        (command, Err(failure)) => {
            let report = without_settings(command, &cli.global, clock, report, failure);
            finish(&cli.global, &report, started, language)
        }
        (Command::Status(options), Ok(settings)) => {
            let extent = if options.all { status::Extent::All } else { status::Extent::First };
            let shown = status::run(&settings, clock, extent);
            finish_status(&cli.global, report, shown, options.check, language)
        }
        (Command::Explain(options), Ok(settings)) => {
            let explained = explain::run(&settings, clock, &options.code);
            finish_explain(&cli.global, report, explained, language)
        }
        (job, Ok(settings)) => {
            let progress = progress(&cli.global, language);
            let report = run_job(job, &settings, clock, report, &progress);
            progress.clear();
            finish(&cli.global, &report, started, language)
        }
    }
}

/// Unique among all runs, and in the order of their beginning: `20261124T101500-1a2b3c`.
fn new_run_id(clock: &Clock) -> String {
    format!("{}-{:06x}", clock.now().format(RUN_ID_TIME), fastrand::u32(..) & 0x00ff_ffff)
}

fn load(global: &Global) -> Result<Settings, Failure> {
    settings::load(&settings::find(global.config.as_deref())?, environment(global))
}

fn without_settings(
    command: &Command,
    global: &Global,
    clock: &Clock,
    mut report: Report,
    failure: Failure,
) -> Report {
    report.fail(failure);
    if command.has_effects() {
        sync::tell_without_settings(global.config.as_deref(), environment(global), clock, &mut report);
    }
    report
}

/// What `--env` says.
fn environment(global: &Global) -> Option<Environment> {
    global.env.map(|environment| match environment {
        EnvironmentArg::Demo => Environment::Demo,
        EnvironmentArg::Production => Environment::Production,
    })
}

/// A log between its lines would be unreadable.
fn progress(global: &Global, language: Language) -> Progress {
    let is_wanted = !global.quiet && global.verbose == 0 && global.log_format == LogFormat::Text;
    if is_wanted { Progress::on_stderr(language) } else { Progress::none() }
}

fn run_job(
    command: &Command,
    settings: &Settings,
    clock: &Clock,
    report: Report,
    progress: &Progress,
) -> Report {
    let source = |files: &[PathBuf]| match files {
        [] => Source::Inbox,
        files => Source::Files(files.to_vec()),
    };
    let run = |is_dry: bool, job: &dyn Fn(&mut Run<'_>) -> Result<()>| {
        let mode = if is_dry { Mode::DryRun } else { Mode::Real };
        sync::run(settings, clock, mode, report.clone(), |run| {
            run.progress = progress.clone();
            job(run)
        })
    };
    match command {
        Command::ImportProducts(options) => {
            run(options.dry_run, &|run| products::run(run, &source(&options.file)))
        }
        Command::ImportLogistics(options) => {
            run(options.dry_run, &|run| logistics::run(run, &source(&options.file)))
        }
        Command::ImportStock(options) => {
            let guard = if options.force { GuardMode::Overrule } else { GuardMode::Watch };
            let import = &options.import;
            run(import.dry_run, &|run| stock::run(run, &source(&import.file), guard))
        }
        Command::ExportOrders(options) => run(options.dry_run, &orders::run),
        Command::CheckSettings(_) | Command::Status(_) | Command::Explain(_) | Command::Generate(_) => report,
    }
}

fn usage(error: &clap::Error) -> Finished {
    let shown = error.render().to_string();
    match error.use_stderr() {
        true => Finished { stderr: shown, exit_code: Exit::Usage.code(), ..Finished::default() },
        false => Finished { stdout: shown, ..Finished::default() },
    }
}

/// Needs no settings: packages are made where there are none.
fn generated(global: &Global, what: &Generate, mut report: Report) -> Finished {
    let folder = match what {
        Generate::Completions { shell } => {
            return Finished { stdout: generate::completions(*shell), ..Finished::default() };
        }
        Generate::Man { folder } => folder,
    };
    let Err(error) = generate::man_pages(folder) else { return Finished::default() };
    let problem = say::cannot_write(&folder.display().to_string(), &error.to_string());
    report.fail(Failure::new(Exit::Usage, problem));
    let language = settings::language_despite_problems(global.config.as_deref());
    Finished {
        stderr: problems(global, &report, language),
        exit_code: report.exit.code(),
        ..Finished::default()
    }
}

fn finish(global: &Global, report: &Report, started: Instant, language: Language) -> Finished {
    let mut stdout = match global.json {
        true => format!("{:#}", print::json(report, language)),
        false => print::summary(report, started.elapsed(), language),
    };
    stdout.push('\n');
    if global.quiet {
        stdout.clear();
    }
    Finished { stdout, stderr: problems(global, report, language), exit_code: report.exit.code() }
}

fn problems(global: &Global, report: &Report, language: Language) -> String {
    let least = if global.quiet { Severity::Warning } else { Severity::Note };
    match global.log_format {
        LogFormat::Text => print::problems(&report.problems, least, language),
        LogFormat::Json => {
            let shown = report.problems.iter().filter(|problem| problem.severity >= least);
            shown.map(|problem| format!("{}\n", print::problem_log(report, problem, language))).collect()
        }
    }
}

/// The log of each step, for whoever asks. Called more than once (by the demo), the first call counts.
fn log_to_stderr(global: &Global, clock: Clock, job: &'static str, run_id: String) {
    let level = match global.verbose {
        0 => log::LevelFilter::Warn,
        1 => log::LevelFilter::Info,
        _ => log::LevelFilter::Debug,
    };
    let format = global.log_format;
    let _ = env_logger::Builder::new()
        .filter_module("tempostar", level)
        // It logs passwords.
        .filter_module("suppaftp", log::LevelFilter::Off)
        .format(move |buffer, record| {
            use std::io::Write;
            let level = record.level().as_str().to_lowercase();
            let file = record.key_values().get("file".into()).map(|file| file.to_string());
            match format {
                LogFormat::Text => {
                    let place = file.map(|file| file + ": ").unwrap_or_default();
                    writeln!(buffer, "{level}: [{run_id}] {place}{}", record.args())
                }
                LogFormat::Json => {
                    let mut line = print::log_line(clock.now(), &level, &run_id, job);
                    line["message"] = record.args().to_string().into();
                    if let Some(file) = file {
                        line["file"] = file.into();
                    }
                    writeln!(buffer, "{line}")
                }
            }
        })
        .try_init();
}

fn finish_checks(
    global: &Global,
    mut report: Report,
    checked: &check_settings::Checked,
    clock: &Clock,
    language: Language,
) -> Finished {
    report.environment = checked.environment;
    report.exit = checked.exit();
    report.problems = checked.problems();
    report.finished_at = clock.now();
    let exit_code = report.exit.code();
    if !global.quiet && !global.json {
        return Finished { stdout: checked.text(language, colours()), exit_code, ..Finished::default() };
    }
    let stdout = match global.quiet {
        true => String::new(),
        false => format!("{:#}\n", checks_json(&report, checked, language)),
    };
    Finished { stdout, stderr: problems(global, &report, language), exit_code }
}

fn checks_json(report: &Report, checked: &check_settings::Checked, language: Language) -> serde_json::Value {
    let mut document = print::json(report, language);
    let (checks, jobs) = checked.json(language);
    if report.exit == Exit::Ok {
        document["outcome"] = "ok".into();
    }
    document["checks"] = checks;
    document["jobs"] = jobs;
    document
}

fn colours() -> Colours {
    match std::io::stdout().is_terminal() && !settings::colours_unwanted() {
        true => Colours::Ansi,
        false => Colours::Plain,
    }
}

fn finish_status(
    global: &Global,
    mut report: Report,
    shown: Result<status::Status, Failure>,
    is_check: bool,
    language: Language,
) -> Finished {
    match shown {
        Err(failure) => {
            report.fail(failure);
            finish(global, &report, Instant::now(), language)
        }
        Ok(status) => {
            let exit = if is_check && status.needs_a_look() { Exit::Partial } else { Exit::Ok };
            let stdout = match (global.quiet, global.json) {
                (true, _) => String::new(),
                (false, true) => format!("{:#}\n", status.json(language)),
                (false, false) if is_check => status.for_monitors(language) + &status.text(language),
                (false, false) => status.text(language),
            };
            Finished { stdout, exit_code: exit.code(), ..Finished::default() }
        }
    }
}

fn finish_explain(
    global: &Global,
    mut report: Report,
    explained: Result<explain::Explained, Failure>,
    language: Language,
) -> Finished {
    let explained = match explained {
        Ok(explained) => explained,
        Err(failure) => {
            report.fail(failure);
            return finish(global, &report, Instant::now(), language);
        }
    };
    if let Some(problem) = explained.problem() {
        report.partial(problem);
    }
    let stdout = match (global.quiet, global.json) {
        (true, _) => String::new(),
        (false, true) => format!("{:#}\n", explain_json(&report, &explained, language)),
        (false, false) => explained.text(language),
    };
    Finished { stdout, stderr: problems(global, &report, language), exit_code: report.exit.code() }
}

fn explain_json(report: &Report, explained: &explain::Explained, language: Language) -> serde_json::Value {
    let mut document = explained.json(language);
    let problems = report.problems.iter().map(|problem| print::problem_json(problem, language));
    document["exit_code"] = report.exit.code().into();
    document["problems"] = problems.collect();
    document
}
