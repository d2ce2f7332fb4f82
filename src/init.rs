//! `init`: from six answers to a settings file that says what differs from the defaults, its password files and its
//! folders. Nothing that is there already is touched.

mod answers;
mod schedule;
mod terminal;

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use self::answers::Answers;
use self::schedule::Schedule;
pub(crate) use self::schedule::UNITS;
use crate::cli;
use crate::owner::User;
use crate::problem::Failure;
use crate::settings::{self, Environment, Settings};
use crate::text::{Language, init as say};

/// Every setting that there is.
pub(crate) const SAMPLE: &str = include_str!("../examples/tempostar.toml");

pub(crate) struct Made {
    pub(crate) path: PathBuf,
    pub(crate) language: Language,
    /// Files and folders.
    pub(crate) written: Vec<String>,
    /// The lines of `--from` that name no setting.
    left_out: Vec<usize>,
    schedule: Schedule,
}

/// Asks, and writes. `config` is where the settings file is to be.
///
/// # Errors
/// All that is wrong with the answers, or what is in the way; nothing has been written then.
pub(crate) fn run(
    options: &cli::Init,
    config: Option<&Path>,
    environment: Option<Environment>,
) -> Result<Made, Failure> {
    let is_of_machine =
        User::ours().is_root() && (options.user.is_some() || settings::has_place_for_machine());
    let path = settings::place_for_new(config, is_of_machine);
    let data = match settings::is_installed(&path) {
        true => settings::installed_data(),
        // `.` where the path is a name alone.
        false => Path::new(".").join(folder_of(&path)),
    };
    let user = User::to_work_as(options.user.as_deref(), &data)?;
    let mut answers = Answers::gather(options, environment)?;
    refuse_to_overwrite(&path, &answers)?;
    terminal::ask(&mut answers)?;
    answers.complete(settings::is_installed(&path));
    let checked = answers.check(&path)?;
    let written = write(&path, &answers, &checked, user).map_err(|(place, error)| {
        Failure::of(say::init_cannot_write(&place.display().to_string(), &error.to_string()))
    })?;
    let schedule = Schedule::new(&path, [folder_of(&checked.database), &checked.work_dir], user);
    Ok(Made { path, language: checked.language, written, left_out: answers.left_out, schedule })
}

fn refuse_to_overwrite(path: &Path, answers: &Answers) -> Result<(), Failure> {
    let passwords = answers.password_files().map(|(name, _)| path.with_file_name(name));
    let in_the_way = [path.to_owned()].into_iter().chain(passwords).find(|place| place.exists());
    in_the_way.map_or(Ok(()), |place| Err(Failure::of(say::init_exists(&place.display().to_string()))))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

type Failed = (PathBuf, io::Error);

/// The settings file comes last: where it is not there, `init` can be run again.
fn write(path: &Path, answers: &Answers, checked: &Settings, user: User) -> Result<Vec<String>, Failed> {
    let mut written = Vec::new();
    let data = folder_of(&checked.database);
    for (folder, mode) in [(folder_of(path), 0o750), (data, 0o770)] {
        make_folder(folder, mode, user, &mut written)?;
    }
    // What a package has made for any user's data, or root for this very shop.
    let is_empty = fs::read_dir(data).is_ok_and(|mut found| found.next().is_none());
    if is_empty {
        user.take(data).map_err(|error| (data.to_owned(), error))?;
    }
    for (name, password) in answers.password_files() {
        make_file(&path.with_file_name(name), &format!("{password}\n"), 0o600, user, &mut written)?;
    }
    make_folder(&checked.work_dir, 0o700, user, &mut written)?;
    make_file(path, &answers.settings_text(), 0o640, user, &mut written)?;
    Ok(written)
}

fn make_folder(folder: &Path, mode: u32, user: User, written: &mut Vec<String>) -> Result<(), Failed> {
    if folder.as_os_str().is_empty() || folder.exists() {
        return Ok(());
    }
    let made = DirBuilder::new().recursive(true).mode(mode).create(folder);
    made.and_then(|()| user.take(folder)).map_err(|error| (folder.to_owned(), error))?;
    written.push(folder.display().to_string());
    Ok(())
}

fn make_file(
    path: &Path,
    content: &str,
    mode: u32,
    user: User,
    written: &mut Vec<String>,
) -> Result<(), Failed> {
    let make = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
        file.write_all(content.as_bytes())?;
        user.take(path)
    };
    make().map_err(|error| (path.to_owned(), error))?;
    written.push(path.display().to_string());
    Ok(())
}

impl Made {
    /// What was written, and what cron needs; `check-settings` follows.
    pub(crate) fn text(&self) -> String {
        let written = say::written().get(self.language).to_owned() + "\n";
        let places: String = self.written.iter().map(|place| format!("  {place}\n")).collect();
        let left_out: Vec<String> = self.left_out.iter().map(usize::to_string).collect();
        let left_out = match left_out.is_empty() {
            true => String::new(),
            false => say::left_out(&left_out.join(", ")).get(self.language).to_owned() + "\n",
        };
        let schedule = &self.schedule;
        let (cron, systemd) = (say::cron(&schedule.edit()), say::systemd());
        let [cron, systemd] = [&cron, &systemd].map(|heading| heading.get(self.language));
        let (lines, commands) = (schedule.crontab(), schedule.systemd());
        format!("{written}{places}{left_out}\n{cron}\n{lines}\n{systemd}\n{commands}\n")
    }
}
