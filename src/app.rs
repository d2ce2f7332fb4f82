//! From the command line to what is printed and the exit code; everything that `main` does, but for printing and
//! exiting. The demo calls this, too.

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use clap::Parser;
use serde_json::{Value, json};

use crate::books::{self, Decider};
use crate::cli::{Cli, Color, Command, Generate, Global, HeldAct, JobCall, LogFormat, help};
use crate::job::Job;
use crate::kept::{self, Readers};
use crate::moment::{Clock, Moment};
use crate::panics::caught;
pub use crate::print::Finished;
use crate::print::{self, Answer, Told};
use crate::problem::{Exit, Failure};
use crate::progress::Progress;
use crate::report::{Changes, Outcome, Report};
use crate::settings::{self, Settings};
use crate::sync::import::Source;
use crate::sync::{self, Approvals, Mode};
use crate::text::{Language, Text, books as books_text, print as say};
use crate::{
    bundle, check_settings, cli, explain, fleet, generate, held, init, interrupt, jobs, log, past_runs,
    reconcile, status, undo,
};

/// Does what the command line says. `args` begins with the program's name.
pub fn run(args: impl IntoIterator<Item = OsString>, clock: &Clock) -> Finished {
    let args: Vec<OsString> = args.into_iter().collect();
    let Ok(cli) = Cli::try_parse_from(&args) else { return usage(&args) };
    let call = Call::begin(&cli, clock);
    log::to_stderr(&cli.global, *clock, call.command, call.run_id.clone());
    match &cli.command {
        Command::Generate(what) => return generated(&call, what),
        Command::Init(options) => return made(&call, options),
        Command::Fleet(options) => return fleet(&call, options),
        _ => {}
    }
    let settings = load(&cli.global, &cli.command);
    let language = match &settings {
        Ok(settings) => settings.language,
        Err(_) => settings::language_despite_problems(cli.global.config.as_deref()),
    };
    language.settle();
    let environment = settings.as_ref().ok().map(|settings| settings.environment.as_str());
    let call = Call { environment, ..call.in_language(language) };
    call.tell_at_bus_error(args.clone());
    call.finish(caught(|| answer(&call, &cli.command, settings)))
}

fn answer(call: &Call<'_>, command: &Command, settings: Result<Settings, Failure>) -> Result<Answer> {
    match (command, settings) {
        (Command::CheckSettings(options), settings) => check(call, settings, options),
        (Command::Explain(options), settings) => {
            explain(call, settings.as_ref().map_err(Clone::clone), &options.code)
        }
        (command, Err(failure)) => Ok(without_settings(call, command, failure)),
        (Command::Status(options), Ok(settings)) => show_status(call, &settings, options),
        (Command::Undo(options), Ok(settings)) => undo(call, &settings, options),
        (Command::Reconcile(options), Ok(settings)) => reconcile(call, &settings, options),
        (Command::Log(options), Ok(settings)) => show_log(call, &settings, options),
        (Command::Held(options), Ok(settings)) => {
            held(call, &settings, options.act.as_ref().unwrap_or(&HeldAct::List))
        }
        (command, Ok(settings)) => match command.job() {
            Some(wanted) => Ok(run_job(call, wanted, &settings)),
            None => Err(Failure::none().into()),
        },
    }
}

/// What every command has.
struct Call<'a> {
    global: &'a Global,
    clock: &'a Clock,
    command: &'static str,
    run_id: String,
    began: Instant,
    started_at: Moment,
    /// That of the locale, before there are settings.
    language: Language,
    /// That of the settings, once there are any.
    environment: Option<&'static str>,
}

impl<'a> Call<'a> {
    fn begin(cli: &'a Cli, clock: &'a Clock) -> Self {
        let started_at = clock.now();
        // Unique among all runs, and in the order of their beginning: `20261124T101500-1a2b3c`.
        let run_id = format!("{}-{:06x}", started_at.stamp(), fastrand::u32(..) & 0x00ff_ffff);
        let (command, language) = (cli.command.name(), settings::locale_language());
        let (began, environment) = (Instant::now(), None);
        Self { global: &cli.global, clock, command, run_id, began, started_at, language, environment }
    }

    fn in_language(&self, language: Language) -> Self {
        Self { language, run_id: self.run_id.clone(), ..*self }
    }

    /// What is printed of an answer, or of what has kept it from being given.
    fn finish(&self, answer: Result<Answer>) -> Finished {
        let answer = answer.unwrap_or_else(|error| self.failed(sync::failure_of(&error)));
        print::finish(&answer, self.global, self.language)
    }

    /// Of a run that ends so the next one writes a mail.
    fn tell_at_bus_error(&self, args: Vec<OsString>) {
        let (clock, run_id, began) = (*self.clock, self.run_id.clone(), self.began);
        let Self { started_at, language, environment, .. } = *self;
        interrupt::at_bus_error(move || {
            Cli::try_parse_from(&args).map_or(Exit::Database.code(), |cli| {
                let call =
                    Call { run_id, began, started_at, language, environment, ..Call::begin(&cli, &clock) };
                call.finish(Err(Failure::of(books_text::disk_full("SIGBUS")).into())).print()
            })
        });
    }

    /// A log between its lines would be unreadable.
    fn progress(&self) -> Progress {
        let Global { quiet, verbose, log_format, .. } = self.global;
        let is_wanted = !quiet && *verbose == 0 && *log_format == LogFormat::Text;
        if is_wanted { Progress::on_stderr(self.language) } else { Progress::none() }
    }

    fn report(&self, job: Job) -> Report {
        let mut report = Report::begin(job, self.run_id.clone(), self.started_at);
        if self.global.json || self.global.verbose > 0 {
            (report.changes, report.kept) = (Changes::all(), Changes::all());
        }
        report
    }

    /// A command that is no job, and could do nothing.
    fn failed(&self, failure: Failure) -> Answer {
        let seconds = format!("{:.1}", self.began.elapsed().as_secs_f64());
        let text = say::failed(self.command, failure.exit.code(), &seconds);
        let text = text.get(self.language);
        let json = self.document(failure.exit, Outcome::Failed);
        self.answer(failure, text.to_owned() + "\n", json)
    }

    fn told(&self, report: &Report) -> Answer {
        print::report(report, self.began.elapsed(), self.language)
    }

    /// Adds the problems to the document.
    fn answer(&self, failure: Failure, text: String, mut json: Value) -> Answer {
        json["exit_code"] = failure.exit.code().into();
        json["problems"] = print::problems_json(&failure.problems, self.language);
        let Failure { exit, problems } = failure;
        let (command, run_id, at) = (self.command, self.run_id.clone(), self.clock.now());
        Answer { command, run_id, exit, at, problems, told: Told::Beside, text, json }
    }

    /// What the JSON document of a command has that is no job.
    fn document(&self, exit: Exit, outcome: Outcome) -> Value {
        json!({
            "command": self.command,
            "run_id": self.run_id,
            "environment": self.environment,
            "outcome": outcome,
            "exit_code": exit.code(),
            "started_at": self.started_at,
            "finished_at": self.clock.now(),
            "dry_run": false,
            "counts": {},
            "files": [],
        })
    }
}

fn load(global: &Global, command: &Command) -> Result<Settings, Failure> {
    let load = if command.only_looks() { settings::load_to_look } else { settings::load };
    load(&settings::find(global.config.as_deref())?, global.env)
}

/// The settings for whoever needs no password, if nothing else is wrong with them.
fn load_to_look(global: &Global) -> Option<Settings> {
    let path = settings::find(global.config.as_deref()).ok()?;
    settings::load_to_look(&path, global.env).ok()
}

fn without_settings(call: &Call<'_>, command: &Command, failure: Failure) -> Answer {
    let Some(wanted) = command.job() else { return call.failed(failure) };
    let mut report = call.report(wanted.job);
    report.fail(failure);
    if !wanted.dry_run {
        let (config, environment) = (call.global.config.as_deref(), call.global.env);
        sync::tell_without_settings(config, environment, call.clock, &mut report);
    }
    call.told(&report)
}

fn run_job(call: &Call<'_>, wanted: JobCall<'_>, settings: &Settings) -> Answer {
    let mut report = call.report(wanted.job);
    if let Err(failure) = settings.settle_user() {
        // Nothing of it is kept or mailed: that would be a file, too.
        report.fail(failure);
        return call.told(&report);
    }
    let progress = call.progress();
    let source = match wanted.files {
        [] => Source::Inbox,
        files => Source::Files(files.to_vec()),
    };
    let mode = if wanted.dry_run { Mode::DryRun } else { Mode::Real };
    let report = sync::run(settings, call.clock, mode, report, |run| {
        run.progress = progress.clone();
        if wanted.force {
            run.approvals = Approvals::HeldNow(decider());
        }
        jobs::run(wanted.job, run, &source)
    });
    progress.clear();
    call.told(&report)
}

fn undo(call: &Call<'_>, settings: &Settings, options: &cli::Undo) -> Result<Answer> {
    let job = undo::job_of(settings, &options.run)?;
    settings.settle_user()?;
    let mode = if options.dry_run { Mode::DryRun } else { Mode::Real };
    let report = Report { undoes: Some(options.run.clone()), ..call.report(job) };
    let report = sync::run(settings, call.clock, mode, report, |run| undo::run(run, &options.run));
    Ok(call.told(&report))
}

fn check(
    call: &Call<'_>,
    settings: Result<Settings, Failure>,
    options: &cli::CheckSettings,
) -> Result<Answer> {
    let progress = call.progress();
    // Where only a password is wrong, the rest can be looked at.
    let but_secrets = settings.as_ref().err().and_then(|_| load_to_look(call.global));
    let checked = check_settings::run(settings, but_secrets, options, &call.run_id, call.clock, &progress);
    progress.clear();
    let failure = Failure { exit: checked.exit(), problems: checked.problems() };
    let outcome = if failure.exit == Exit::Ok { Outcome::Ok } else { Outcome::Failed };
    let mut document = call.document(failure.exit, outcome);
    document["environment"] = checked.environment.into();
    (document["checks"], document["jobs"]) = checked.json(call.language);
    let mut text = checked.text(call.language, is_coloured(call.global.color));
    if let Some(file) = &options.bundle {
        text += &write_bundle(call, file, &document)?;
        document["bundle"] = file.display().to_string().into();
    }
    Ok(Answer { told: Told::Within, ..call.answer(failure, text, document) })
}

/// What the support needs, beside the checks' own result; says what is in it.
fn write_bundle(call: &Call<'_>, file: &Path, checks: &Value) -> Result<String, Failure> {
    let path = settings::find(call.global.config.as_deref())?;
    let settings = load_to_look(call.global);
    let mut bundle = bundle::collect(&path, settings.as_ref(), call.clock, call.language);
    bundle["check_settings"] = checks.clone();
    publish(file, &format!("{bundle:#}\n"), Readers::ThisUser)?;
    Ok(format!("\n{}\n", say::bundle_written(&file.display().to_string()).get(call.language)))
}

fn is_coloured(wanted: Color) -> bool {
    match wanted {
        Color::Always => true,
        Color::Auto => io::stdout().is_terminal() && !settings::colours_unwanted(),
        Color::Never => false,
    }
}

fn show_status(call: &Call<'_>, settings: &Settings, options: &cli::Status) -> Result<Answer> {
    let named_max = if options.all { usize::MAX } else { status::NAMED_MAX };
    let status = status::run(settings, call.clock, named_max)?;
    if let Some(path) = &options.html {
        publish(path, &status.page(settings)?.html(), Readers::Everybody)?;
    }
    if let Some(path) = &options.metrics {
        publish(path, &status.metrics(), Readers::Everybody)?;
    }
    let exit = if options.check && status.needs_a_look() { Exit::Partial } else { Exit::Ok };
    let text = match options.check {
        true => status.for_monitors(call.language) + &status.text(call.language),
        false => status.text(call.language),
    };
    let (command, run_id, at) = (call.command, call.run_id.clone(), call.clock.now());
    let json = status.json(call.language);
    Ok(Answer { command, run_id, exit, at, problems: Vec::new(), told: Told::Beside, text, json })
}

/// Writes a file that somebody has asked for; never over a database, whoever's it is.
fn publish(file: &Path, content: &str, readers: Readers) -> Result<(), Failure> {
    let shown = file.display().to_string();
    if books::is_database(file) {
        return Err(Failure::of(say::not_over_database(&shown)));
    }
    let cannot_write = |error: io::Error| Failure::of(say::cannot_write(&shown, &error.to_string()));
    kept::publish(file, content.as_bytes(), readers).map_err(cannot_write)
}

/// Has no settings of its own.
fn fleet(call: &Call<'_>, options: &cli::Fleet) -> Finished {
    call.finish(caught(|| {
        let fleet = fleet::run(&options.settings, call.global.env, call.clock);
        let exit = if options.check && fleet.needs_a_look() { Exit::Partial } else { Exit::Ok };
        let (text, json) = (fleet.text(call.language), fleet.json(call.language));
        Ok(call.answer(Failure { exit, problems: Vec::new() }, text, json))
    }))
}

/// What a problem's code means is told without a shop, too.
fn explain(call: &Call<'_>, settings: Result<&Settings, Failure>, asked: &str) -> Result<Answer> {
    let language = call.language;
    let explained = settings.map_err(Into::into).and_then(|it| explain::run(it, call.clock, asked));
    let explained = explained.or_else(|error| explain::without_shop(asked, language).ok_or(error))?;
    let failure = explained.problem().map_or_else(Failure::none, Failure::of);
    Ok(call.answer(failure, explained.text(language), explained.json()))
}

fn reconcile(call: &Call<'_>, settings: &Settings, options: &cli::Reconcile) -> Result<Answer> {
    let language = call.language;
    let repaired = if options.repair { Some(repair(call, settings)?) } else { None };
    if let Some(answer) = repaired.as_ref().filter(|answer| answer.exit != Exit::Ok) {
        return Ok(answer.clone());
    }
    let reconciled = reconcile::run(settings, call.clock, options)?;
    if let Some(path) = &options.html {
        publish(path, &reconciled.page(language).html(), Readers::Everybody)?;
    }
    let failure = reconciled.problem().map_or_else(Failure::none, Failure::of);
    let (mut text, mut json) = (reconciled.text(language), reconciled.json(language));
    if let Some(repaired) = repaired {
        text = repaired.text + "\n" + &text;
        (json["run_id"], json["repair"]) = (repaired.json["run_id"].clone(), repaired.json);
    }
    Ok(Answer { told: Told::Within, ..call.answer(failure, text, json) })
}

/// Computes wrong allocations anew.
fn repair(call: &Call<'_>, settings: &Settings) -> Result<Answer> {
    settings.settle_user()?;
    let report = Report { repairs: true, ..call.report(Job::Stock) };
    let report = sync::run(settings, call.clock, Mode::Real, report, reconcile::repair);
    Ok(call.told(&report))
}

fn show_log(call: &Call<'_>, settings: &Settings, options: &cli::Log) -> Result<Answer> {
    let runs = past_runs::run(settings, call.clock, options.job, options.days)?;
    Ok(call.answer(Failure::none(), runs.text(call.language), runs.json()))
}

/// Whoever is at work, and where they sit.
fn decider() -> Decider {
    let terminal = || std::fs::read_link("/proc/self/fd/0").ok();
    let terminal = std::io::stdin().is_terminal().then(terminal).flatten();
    Decider { name: settings::user(), terminal: terminal.map(|path| path.display().to_string()) }
}

fn held(call: &Call<'_>, settings: &Settings, act: &HeldAct) -> Result<Answer> {
    let (clock, language) = (call.clock, call.language);
    let answer = |text: String, json: Value| call.answer(Failure::none(), text, json);
    let done = |text: Text| {
        let document = call.document(Exit::Ok, Outcome::Ok);
        answer(text.get(language).to_owned() + "\n", document)
    };
    // The job is that of what is asked for.
    let report = call.report(Job::Stock);
    match act {
        HeldAct::List => {
            let listed = held::list(settings, clock)?;
            Ok(answer(listed.text(language), listed.json(language)))
        }
        HeldAct::Show { id, all, html } => {
            let most = if *all { usize::MAX } else { held::CHANGES_SHOWN };
            let shown = held::show(settings, clock, report, id)?;
            if let Some(path) = html {
                publish(path, &shown.page(language).html(), Readers::Everybody)?;
            }
            Ok(answer(shown.text(language, most), shown.json(language)))
        }
        HeldAct::Discard { id } => Ok(done(held::discard(settings, clock, id, &decider())?)),
        HeldAct::Approve { id } => match held::approve(settings, clock, report.clone(), id, &decider())? {
            held::Approved::Order(order_no) => Ok(done(crate::text::held::order_approved(&order_no))),
            held::Approved::Run(ran) => {
                let mut answer = call.told(&ran);
                answer.json["command"] = call.command.into();
                answer.json["job"] = ran.job.as_str().into();
                if ran.outcome() == Outcome::Held {
                    let shown = held::show(settings, clock, report, id)?;
                    answer.text += &shown.text(language, held::CHANGES_SHOWN);
                    answer.json["held"] = shown.json(language);
                }
                Ok(answer)
            }
        },
    }
}

/// The help that was asked for, or what is wrong with the call, in the language of the settings.
fn usage(args: &[OsString]) -> Finished {
    let language = settings::language_despite_problems(help::config_of(args));
    let Err(error) = help::command(language).try_get_matches_from(args) else { return Finished::default() };
    let shown = help::said(&error, args, language);
    match error.use_stderr() {
        true => Finished { stderr: shown, exit_code: Exit::Usage.code(), ..Finished::default() },
        false => Finished { stdout: shown, ..Finished::default() },
    }
}

/// Makes the settings, and checks them.
fn made(call: &Call<'_>, options: &cli::Init) -> Finished {
    if options.sample {
        return Finished { stdout: init::SAMPLE.to_owned(), ..Finished::default() };
    }
    let (mut language, global) = (call.language, call.global);
    let made = caught(|| {
        let made = init::run(options, global.config.as_deref(), global.env)?;
        language = made.language;
        let (settings, options) = (settings::load(&made.path, None), cli::CheckSettings::default());
        let mut checked = check(&call.in_language(language), settings, &options)?;
        checked.json["written"] = made.written.clone().into();
        Ok(Answer { text: made.text() + &checked.text, ..checked })
    });
    call.in_language(language).finish(made)
}

/// Needs no settings: packages are made where there are none.
fn generated(call: &Call<'_>, what: &Generate) -> Finished {
    let (folder, written) = match what {
        Generate::Completions { shell } => {
            return Finished { stdout: generate::completions(*shell), ..Finished::default() };
        }
        Generate::Man { folder } => (folder, generate::man_pages(folder)),
        Generate::Units { folder } => (folder, generate::units(folder)),
    };
    let Err(error) = written else { return Finished::default() };
    let problem = say::cannot_write(&folder.display().to_string(), &error.to_string());
    let language = settings::language_despite_problems(call.global.config.as_deref());
    let finished = call.in_language(language).finish(Err(Failure::of(problem).into()));
    Finished { stdout: String::new(), ..finished }
}
