//! The FTP server in the verbs we use.
//!
//! A verb either has happened when it returns, or its error says why not, in words for a person. Two rules stand
//! behind all of them: a server's "226 done" proves nothing, so sizes are compared after every transfer; and a
//! lost connection disproves nothing, so before anything is done again we look whether it was done already.
//!
//! Faults that pass (the network, time-outs, "not now") are tried again on a new connection after growing pauses;
//! what a person must put right (password, certificate, folder) is reported at once. A secure connection is never
//! replaced by a plain one.

mod cause;
mod connection;
mod error;
mod gate;
mod reply;
mod tls;

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Write;
use std::mem;
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use chrono::NaiveDateTime;
use suppaftp::rustls::ClientConfig;

pub use self::cause::ErrorKind;
use self::cause::{Cause, timed_out};
pub use self::connection::Seen;
use self::connection::{Connection, NamesIn};
use self::error::Fault;
pub use self::error::{Error, Step};
pub use self::gate::LoginGate;
use self::reply::Reply;
pub use self::tls::Encryption;
use crate::crash;
use crate::encoding::Encoding;
use crate::interrupt;
use crate::kept::create_file;
use crate::permit::Permit;
use crate::progress::Progress;
use crate::settings::Ftp;
use crate::text::{Text, progress, server as say};

/// The pause before the first retry; each further one is twice as long.
const FIRST_PAUSE_S: f64 = 0.5;
const LONGEST_PAUSE_S: f64 = 10.0;
/// No file system takes longer names, and some servers answer a longer command with nonsense.
const NAME_BYTES_MAX: usize = 255;
/// A name that is not used is shown to this many characters.
const IGNORED_NAME_SHOWN_MAX: usize = 100;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The wanted files, sorted by name.
    pub files: Vec<RemoteFile>,
    /// Names that cannot be used (control characters, neither UTF-8 nor CP932, too long), made fit to be shown. Nothing
    /// was done with them.
    pub ignored: Vec<String>,
    /// Wanted names that are there and no folders, but whose size the server does not tell: mostly files that this
    /// user may not read.
    pub unreadable: Vec<Unreadable>,
}

/// A file that the server lists, but of which it does not tell the size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Without its folder.
    pub name: String,
    /// What the server says instead, fit to be shown.
    pub reply: String,
}

/// A file on the server, as it was when listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteFile {
    /// Without its folder.
    pub name: String,
    pub size: u64,
    /// UTC as the server sees it; some servers say local time, so only good for "has it changed?". `None`: the
    /// server does not tell.
    pub modified: Option<NaiveDateTime>,
}

/// A session with the server: connects on first use, and again after a fault.
///
/// Paths on the server are absolute, or relative to the folder where the login ends up.
pub struct Remote<'a> {
    settings: &'a Ftp,
    connection: Option<Connection<'a>>,
    /// Made on first use; `Some(None)` is plain FTP.
    tls: Option<Option<ClientConfig>>,
    /// Where the login ends up; asked for when the first relative path comes.
    home: Option<String>,
    /// How the server writes names, as the last connection found out.
    names: NamesIn,
    gate: Option<LoginGate>,
    progress: Progress,
}

impl<'a> Remote<'a> {
    pub fn new(ftp: &'a Ftp) -> Self {
        Self {
            settings: ftp,
            connection: None,
            tls: None,
            home: None,
            names: NamesIn::Unknown,
            gate: None,
            progress: Progress::none(),
        }
    }

    /// Waits after a login that was refused.
    #[must_use]
    pub fn behind(self, gate: LoginGate) -> Self {
        Self { gate: Some(gate), ..self }
    }

    /// Shows how far transfers are.
    #[must_use]
    pub fn showing(self, progress: &Progress) -> Self {
        Self { progress: progress.clone(), ..self }
    }

    /// Connects and logs in, with retries. Optional: every verb does it where needed.
    pub fn connect(&mut self) -> Result<(), Error> {
        let server = &self.settings.server;
        let doing = say::connecting(&server.host, server.port);
        self.attempt(&doing, |_| Ok(()))
    }

    /// Makes ready whom we trust, without the network.
    pub fn prepare(&mut self) -> Result<(), Error> {
        let made = self.tls_config().map(drop);
        made.map_err(|cause| self.securing_failed(cause.into()))
    }

    /// Connects and logs in once, without retries; tells what it saw, and at which step it failed. Of a server that
    /// does not greet it finds out what else it may be.
    pub fn probe(&mut self) -> (Seen, Result<(), (Step, Error)>) {
        let mut seen = Seen::default();
        let opened = self.open(&mut seen).map(|connection| self.connection = Some(connection));
        let opened = opened.map_err(|mut fault| {
            if let Some(cause) = self.behind_silence(&seen, &fault) {
                fault.cause = cause;
            }
            // Without a step it is [`Remote::prepare`] that failed.
            (fault.step.unwrap_or(Step::Secure), self.securing_failed(fault))
        });
        (seen, opened)
    }

    fn behind_silence(&self, seen: &Seen, fault: &Fault) -> Option<Cause> {
        let is_silent = matches!(&fault.cause, Cause::Io(error) if timed_out(error));
        let (address, _) = seen
            .connected
            .filter(|_| is_silent && fault.step == Some(Step::Greet) && seen.encryption.is_none())?;
        connection::behind_silence(self.settings, address)
    }

    /// What the server says it can do beyond the basics (FEAT), one a line, in capitals.
    pub fn features(&mut self) -> Result<Vec<String>, Error> {
        self.attempt(&say::asking(), Connection::features)
    }

    /// Whether the server would encrypt, asked on a connection of its own; one that cannot be made is a "no".
    pub fn agrees_to_encrypt(&self) -> bool {
        connection::agrees_to_encrypt(self.settings)
    }

    /// The address that the server announces for data connections and the one that we use instead, where they differ.
    pub fn announced_elsewhere(&mut self) -> Result<Option<(IpAddr, IpAddr)>, Error> {
        self.attempt(&say::opening_data_connection(), Connection::announced_elsewhere)
    }

    /// When a file was changed, as the server tells it (see [`RemoteFile::modified`]); `None`: it does not tell.
    pub fn modified(&mut self, path: &str) -> Result<Option<NaiveDateTime>, Error> {
        self.at(path, &say::measuring(path), Connection::modified)
    }

    /// The files in `folder` whose names are `wanted`. `wanted` is asked only about safe names.
    ///
    /// Folders and files that vanish meanwhile are left out (a server that gives folders a size lists them as files,
    /// and the download tells). A listing cut short by the network can lack files: before
    /// concluding that a file is gone, ask [`Remote::size`].
    pub fn list(&mut self, folder: &str, wanted: &dyn Fn(&str) -> bool) -> Result<Listing, Error> {
        self.at(folder, &say::listing(folder), |server, folder| {
            let Names { safe, ignored, .. } = names_in(server, folder)?;
            let (mut files, mut refused) = (Vec::new(), Vec::new());
            for name in safe.into_iter().filter(|name| wanted(name)) {
                match look_at(server, folder, &name)? {
                    Ok(file) => files.push(file),
                    Err(file) => refused.push(file),
                }
            }
            let unreadable = neither_folders_nor_gone(server, folder, refused)?;
            crash::point("server-listed");
            Ok(Listing { files, ignored, unreadable })
        })
    }

    /// The names of everything in `folder`, but for unsafe ones. Like [`Remote::list`], it can lack names.
    pub fn names(&mut self, folder: &str) -> Result<HashSet<String>, Error> {
        let doing = if folder.is_empty() { say::listing_home() } else { say::listing(folder) };
        self.at(folder, &doing, |server, folder| Ok(names_in(server, folder)?.safe.into_iter().collect()))
    }

    /// The size of a file in bytes; `None`: it is not there.
    pub fn size(&mut self, path: &str) -> Result<Option<u64>, Error> {
        self.at(path, &say::measuring(path), |server, path| Ok(measure(server, path)?.ok()))
    }

    /// Whether another file lies now where this one was listed. One that is gone has not been replaced.
    pub fn is_replaced(&mut self, folder: &str, listed: &RemoteFile) -> Result<bool, Error> {
        let doing = say::measuring(&join(folder, &listed.name));
        let now = self.at(folder, &doing, |server, folder| match look_at(server, folder, &listed.name)? {
            Ok(now) if now.size == 0 && listed.size > 0 => {
                Ok(measure(server, &join(folder, &listed.name))?.ok().map(|_| now))
            }
            now => Ok(now.ok()),
        })?;
        Ok(now.is_some_and(|now| {
            let times = now.modified.zip(listed.modified);
            now.size != listed.size || times.is_some_and(|(now, then)| now != then)
        }))
    }

    /// Downloads a listed file to the local path `to`, which is replaced, readable only by us.
    ///
    /// On an error nothing is left at `to`.
    ///
    /// # Errors
    /// [`ErrorKind::Changed`] if the file is no longer as large as listed, [`ErrorKind::Missing`] if it is gone (or is a
    /// folder), and what else can go wrong.
    pub fn download(&mut self, folder: &str, file: &RemoteFile, to: &Path) -> Result<(), Error> {
        self.download_through(folder, file, to, |local| local).map(drop)
    }

    /// Likewise, with the bytes going through what `begin` makes of the local file, anew for each try.
    pub fn download_through<W: Write>(
        &mut self,
        folder: &str,
        file: &RemoteFile,
        to: &Path,
        begin: impl Fn(File) -> W,
    ) -> Result<W, Error> {
        let path = join(folder, &file.name);
        let progress = self.progress.clone();
        let downloaded = self.at(&path, &say::downloading(&path), |server, path| {
            progress.download(&file.name, file.size);
            fetch(server, path, file.size, to, &begin, &progress)
        });
        if downloaded.is_err() {
            // The first error is the one to tell.
            let _ = fs::remove_file(to);
        }
        crash::point("server-downloaded");
        downloaded
    }

    /// Uploads the local file `from` under the name `to_path`, replacing what is there, and compares sizes.
    ///
    /// Give a temporary name and rename it afterwards: after an error an incomplete file can be left under
    /// `to_path`.
    pub fn upload(&mut self, _: Permit, from: &Path, to_path: &str) -> Result<(), Error> {
        let mut started = false;
        let progress = self.progress.clone();
        self.at(to_path, &say::uploading(to_path), |server, to_path| {
            send(server, from, to_path, &mut started, &progress)
        })?;
        crash::point("server-uploaded");
        Ok(())
    }

    /// Renames (moves) a file.
    ///
    /// Most servers replace an existing `to` without asking: whoever must not lose it looks with
    /// [`Remote::size`] before. A retry first looks whether the lost try has done it: `from` gone and `to` there.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`] if `from` is not there, [`ErrorKind::Forbidden`] or [`ErrorKind::FolderMissing`] (which of them,
    /// servers differ) if the folder of `to` is not there.
    pub fn rename(&mut self, _: Permit, from: &str, to: &str) -> Result<(), Error> {
        let doing = say::renaming(from, to);
        let (from, to) = (self.absolute(from, &doing)?, self.absolute(to, &doing)?);
        let mut started = false;
        self.attempt(&doing, |server| {
            let done = started && measure(server, &from)?.is_err() && measure(server, &to)?.is_ok();
            if done {
                return Ok(());
            }
            server
                .rename(&from, &to, &mut started)
                .or_else(|cause| missing_or_forbidden(server, &from, cause))
                .map_err(|cause| busy_or_folder_missing(server, &to, cause))
        })?;
        crash::point("server-renamed");
        Ok(())
    }

    /// Makes a folder; that it exists already is fine. Its parent must exist.
    pub fn make_folder(&mut self, _: Permit, path: &str) -> Result<(), Error> {
        self.at(path, &say::making_folder(path), |server, path| match server.make_folder(path) {
            // Servers say 550 both for "exists" and for "forbidden".
            Err(cause @ (Cause::Forbidden(_) | Cause::Refused(_) | Cause::Unsupported { .. })) => {
                server.enter(path).map_err(|other| if other.is_transient() { other } else { cause })
            }
            made => made,
        })?;
        crash::point("server-folder-made");
        Ok(())
    }

    /// Deletes a file; that it is missing is fine.
    pub fn delete(&mut self, _: Permit, path: &str) -> Result<(), Error> {
        self.at(path, &say::deleting(path), |server, path| match server.delete(path) {
            Err(Cause::Forbidden(_)) if measure(server, path)?.is_err() => Ok(()),
            deleted => deleted,
        })?;
        crash::point("server-deleted");
        Ok(())
    }

    /// Says goodbye to the server; takes at most a few seconds, and nothing depends on it.
    pub fn close(self) {
        if let Some(connection) = self.connection {
            connection.quit();
        }
    }

    /// Does `work` at a path, which it gets from the server's root.
    fn at<T>(
        &mut self,
        path: &str,
        doing: &Text,
        mut work: impl FnMut(&mut Connection<'a>, &str) -> Result<T, Cause>,
    ) -> Result<T, Error> {
        let path = self.absolute(path, doing)?;
        self.attempt(doing, |server| work(server, &path))
    }

    /// Does `work`, again on a new connection after faults that pass, at most `retries` times.
    fn attempt<T>(
        &mut self,
        doing: &Text,
        mut work: impl FnMut(&mut Connection<'a>) -> Result<T, Cause>,
    ) -> Result<T, Error> {
        // A server may have hung up while we were busy elsewhere; finding that out is not a try.
        let mut idle_before = self.connection.is_some();
        let mut retries = 0;
        loop {
            if interrupt::is_requested() {
                return Err(Error::interrupted());
            }
            let fault = match self.once(&mut work) {
                Ok(value) => return Ok(value),
                Err(fault) => fault,
            };
            if !fault.cause.leaves_session_usable() {
                self.connection = None;
            }
            if interrupt::is_requested() {
                return Err(Error::interrupted());
            }
            if mem::take(&mut idle_before) && fault.cause.looks_hung_up() {
                continue;
            }
            if !fault.cause.is_transient() || retries == self.settings.retries {
                return Err(fault.into_error(doing, self.settings));
            }
            log::debug!(target: "tempostar::server", "{:?}", fault.cause);
            pause(retries);
            retries += 1;
        }
    }

    fn once<T>(
        &mut self,
        work: &mut impl FnMut(&mut Connection<'a>) -> Result<T, Cause>,
    ) -> Result<T, Fault> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                self.progress.wait(&progress::connecting());
                self.open(&mut Seen::default())?
            }
        };
        let worked = work(&mut connection);
        self.names = connection.names;
        self.connection = Some(connection);
        Ok(worked?)
    }

    fn open(&mut self, seen: &mut Seen) -> Result<Connection<'a>, Fault> {
        let (settings, names) = (self.settings, self.names);
        let tls = self.tls_config()?;
        let tls = tls.cloned();
        let server = &settings.server;
        if let Some(refused) = self.gate.as_ref().and_then(|gate| gate.closed_by(server)) {
            let doing = say::logging_in(&server.host, server.port, server.shown_user());
            return Err(Fault::at_step(Cause::LoginWaits(refused), Step::LogIn, doing));
        }
        let opened = Connection::open(settings, tls.as_ref(), names, seen);
        match (&self.gate, &opened) {
            (Some(gate), Err(Fault { cause: Cause::Login(reply), .. })) if reply.code == 530 => {
                gate.note_refusal(server, &reply.text)
            }
            (Some(gate), Ok(_)) => gate.note_success(),
            _ => {}
        }
        opened
    }

    fn tls_config(&mut self) -> Result<Option<&ClientConfig>, Cause> {
        if self.tls.is_none() {
            self.tls = Some(tls::config(&self.settings.server.tls)?);
        }
        Ok(self.tls.as_ref().and_then(Option::as_ref))
    }

    fn securing_failed(&self, fault: Fault) -> Error {
        let server = &self.settings.server;
        fault.into_error(&say::securing(&server.host, server.port), self.settings)
    }

    /// The path from the server's root, which stays the same whatever folder we are in.
    fn absolute(&mut self, path: &str, doing: &Text) -> Result<String, Error> {
        if path.contains(char::is_control) {
            return Err(Fault::from(Cause::Name(path.to_owned())).into_error(doing, self.settings));
        }
        if !path.is_ascii() && self.names == NamesIn::Unknown {
            self.attempt(doing, Connection::ask_for_utf8)?;
        }
        if path.starts_with('/') {
            return Ok(path.to_owned());
        }
        let home = match &self.home {
            Some(home) => home,
            None => {
                if self.connection.as_ref().is_some_and(Connection::has_moved) {
                    self.connection = None;
                }
                let home = match self.attempt(doing, Connection::working_folder) {
                    // Nearly every login ends up there.
                    Err(error) if error.kind == ErrorKind::Unsupported => "/".to_owned(),
                    home => home?,
                };
                self.home.insert(home)
            }
        };
        Ok(join(home, path))
    }
}

/// `folder/name`, with one slash.
fn join(folder: &str, name: &str) -> String {
    format!("{}/{name}", folder.trim_end_matches('/'))
}

/// SIZE and MDTM; or what the server says instead: the file is gone, or none, or not for us.
fn look_at(
    server: &mut Connection<'_>,
    folder: &str,
    name: &str,
) -> Result<Result<RemoteFile, Unreadable>, Cause> {
    let (path, name) = (join(folder, name), name.to_owned());
    Ok(match server.measure(&path)? {
        Ok(size) => Ok(RemoteFile { name, size, modified: server.modified(&path)? }),
        Err(reply) => Err(Unreadable { name, reply: reply.text }),
    })
}

/// SIZE is refused for folders, for what is gone, and for what we may not read; only the last is worth telling.
fn neither_folders_nor_gone(
    server: &mut Connection<'_>,
    folder: &str,
    refused: Vec<Unreadable>,
) -> Result<Vec<Unreadable>, Cause> {
    let mut suspects = Vec::new();
    for file in refused {
        match server.enter(&join(folder, &file.name)) {
            Ok(()) => {}
            Err(Cause::Folder { .. }) => suspects.push(file),
            Err(cause) => return Err(cause),
        }
    }
    if !suspects.is_empty() {
        let names = names_in(server, folder)?.safe;
        suspects.retain(|file| names.contains(&file.name));
    }
    Ok(suspects)
}

/// One try of a download.
fn fetch<W: Write>(
    server: &mut Connection<'_>,
    path: &str,
    listed: u64,
    to: &Path,
    begin: &impl Fn(File) -> W,
    progress: &Progress,
) -> Result<W, Cause> {
    let file = create_file(to).map_err(|error| Cause::Local { path: to.display().to_string(), error })?;
    let mut sink = begin(file);
    let size = server
        .retrieve(path, listed, to, &mut progress.watch_written(&mut sink))
        .or_else(|cause| missing_or_forbidden(server, path, cause))
        .or_else(|cause| folder_or_forbidden(server, path, cause))?;
    match server.measure(path)? {
        Ok(now) if now != listed => Err(Cause::Changed { before: listed, now }),
        Ok(now) if now == size => Ok(sink),
        Ok(on_server) => Err(Cause::Incomplete { transferred: size, on_server }),
        Err(reply) => Err(Cause::NotThere { transferred: size, reply }),
    }
}

/// Servers say 550 for both; SIZE tells them apart.
fn missing_or_forbidden<T>(server: &mut Connection<'_>, path: &str, cause: Cause) -> Result<T, Cause> {
    match cause {
        Cause::Forbidden(reply) if measure(server, path)?.is_err() => Err(Cause::Missing(reply)),
        cause => Err(cause),
    }
}

/// Some servers give folders a size. To whoever wants a file, it is not there.
fn folder_or_forbidden<T>(server: &mut Connection<'_>, path: &str, cause: Cause) -> Result<T, Cause> {
    match cause {
        Cause::Forbidden(reply) if server.enter(path).is_ok() => Err(Cause::Missing(reply)),
        cause => Err(cause),
    }
}

/// Pure-FTPd says 451, "not now", when the folder of a new name is not there: no waiting helps.
fn busy_or_folder_missing(server: &mut Connection<'_>, to: &str, cause: Cause) -> Cause {
    match (&cause, to.rsplit_once('/')) {
        (Cause::Transient(_), Some((folder, _))) if !folder.is_empty() => match server.enter(folder) {
            Err(missing @ Cause::Folder { .. }) => missing,
            _ => cause,
        },
        _ => cause,
    }
}

/// One try of an upload. `started`: an earlier try may have put the file there; if it is whole, that will do.
fn send(
    server: &mut Connection<'_>,
    from: &Path,
    to: &str,
    started: &mut bool,
    progress: &Progress,
) -> Result<(), Cause> {
    let local = |error| Cause::Local { path: from.display().to_string(), error };
    let source = File::open(from).map_err(local)?;
    let size = source.metadata().map_err(local)?.len();
    progress.upload(size);
    let mut source = progress.watch(source);
    if *started && measure(server, to)?.is_ok_and(|there| there == size) {
        return Ok(());
    }
    let transferred = match server.store(to, from, &mut source, started) {
        // ProFTPD, as shipped, lets nobody write over what an interrupted upload left.
        Err(cause @ Cause::Forbidden(_)) if measure(server, to)?.is_ok() => {
            server.delete(to).map_err(|other| if other.is_transient() { other } else { cause })?;
            server.store(to, from, &mut source, started)?
        }
        stored => stored?,
    };
    match server.measure(to)? {
        Ok(on_server) if on_server == transferred => Ok(()),
        Ok(on_server) => Err(Cause::Incomplete { transferred, on_server }),
        Err(reply) => Err(Cause::NotThere { transferred, reply }),
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Names {
    encoding: Encoding,
    safe: Vec<String>,
    ignored: Vec<String>,
}

/// The names in a folder. How the server writes them is found out on the way.
fn names_in(server: &mut Connection<'_>, folder: &str) -> Result<Names, Cause> {
    server.enter(folder)?;
    let mut listing = server.names()?;
    if str::from_utf8(&listing).is_err() && server.ask_for_utf8()? {
        listing = server.names()?;
    }
    let names = sort_names(&listing);
    if names.encoding == Encoding::Cp932 {
        server.write_cp932();
    }
    Ok(names)
}

/// SIZE of what may not be there: some servers say 0 then, and only a listing tells that from an empty file.
fn measure(server: &mut Connection<'_>, path: &str) -> Result<Result<u64, Reply>, Cause> {
    match (server.measure(path)?, path.rsplit_once('/')) {
        (Ok(0), Some((folder, name))) => match names_in(server, if folder.is_empty() { "/" } else { folder })
        {
            Ok(names) if names.safe.iter().any(|listed| listed == name) => Ok(Ok(0)),
            Ok(_) | Err(Cause::Folder { .. }) => Ok(Err(Reply::of_none())),
            Err(cause) => Err(cause),
        },
        (measured, _) => Ok(measured),
    }
}

/// The names of a listing, sorted, each once; "." and ".." are nobody's files.
///
/// They are CP932 if one of them is no UTF-8, and none is UTF-8 beyond ASCII.
fn sort_names(listing: &[u8]) -> Names {
    let lines = || listing.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let is_wide_utf8 = |line: &[u8]| !line.is_ascii() && str::from_utf8(line).is_ok();
    let is_cp932 = str::from_utf8(listing).is_err() && !lines().any(is_wide_utf8);
    let encoding = if is_cp932 { Encoding::Cp932 } else { Encoding::Utf8 };
    let mut names = Names { encoding, safe: Vec::new(), ignored: Vec::new() };
    for line in lines() {
        match names.encoding.decode(line).ok().as_deref().and_then(safe_name) {
            Some("" | "." | "..") => {}
            Some(name) => names.safe.push(name.to_owned()),
            None => names.ignored.push(shown(line)),
        }
    }
    names.safe.sort_unstable();
    names.safe.dedup();
    names
}

/// What stands behind the last separator, whatever a server puts before it; nothing, if it marks a folder.
fn safe_name(line: &str) -> Option<&str> {
    let name = line.rsplit(['/', '\\']).next().unwrap_or(line);
    (!name.contains(char::is_control) && name.len() <= NAME_BYTES_MAX).then_some(name)
}

fn shown(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    let printable = name.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c });
    printable.take(IGNORED_NAME_SHOWN_MAX).collect()
}

fn pause(retries_so_far: u32) {
    let pause = pause_s(retries_so_far, fastrand::f64());
    log::debug!(target: "tempostar::server", "trying again in {pause:.1} s");
    interrupt::sleep(Duration::from_secs_f64(pause));
}

/// Half a second, one, two, … up to ten; ± a quarter, so that several shops do not come back in step. `chance` is
/// from 0 to 1.
fn pause_s(retries_so_far: u32, chance: f64) -> f64 {
    let growing = FIRST_PAUSE_S * 2_f64.powi(retries_so_far.min(16) as i32);
    (growing * (0.75 + chance / 2.0)).min(LONGEST_PAUSE_S)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_is_what_stands_behind_the_last_separator() {
        let listing =
            b"b.csv\r\na.csv\n.\r\n..\r\n../../etc/passwd\r\n/in/c.csv\r\n./d.csv\r\nC:\\in\\e.csv\r\narchive/\r\nb.csv\r\n\r\nz\x07.csv";
        let names = sort_names(listing);
        assert_eq!(names.safe, ["a.csv", "b.csv", "c.csv", "d.csv", "e.csv", "passwd"]);
        assert_eq!((names.ignored, names.encoding), (vec!["z\u{fffd}.csv".to_owned()], Encoding::Utf8));
    }

    #[test]
    fn names_are_cp932_where_they_are_no_utf_8() {
        let names = sort_names(b"a.csv\r\n/in/\x83\x5c\x8D\xDD\x8C\xC9.csv\r\n\xFF.csv");
        assert_eq!(
            (names.safe, names.encoding),
            (vec!["a.csv".to_owned(), "ソ在庫.csv".to_owned()], Encoding::Cp932)
        );
        assert_eq!(names.ignored, ["\u{fffd}.csv"]);
        let mixed = sort_names(
            "在庫.csv\n".as_bytes().iter().chain(b"\x83\x5c.csv").copied().collect::<Vec<u8>>().as_slice(),
        );
        assert_eq!((mixed.safe, mixed.encoding), (vec!["在庫.csv".to_owned()], Encoding::Utf8));
        assert_eq!(mixed.ignored, ["\u{fffd}\\.csv"]);
    }

    #[test]
    fn a_name_longer_than_any_file_system_takes_is_ignored() {
        let (longest, too_long) = ("x".repeat(255), "y".repeat(256));
        let names = sort_names(format!("{longest}\n{too_long}").as_bytes());
        assert_eq!(names.safe, [longest]);
        assert_eq!(names.ignored, [&too_long[..100]]);
    }

    #[test]
    fn pauses_grow_to_ten_seconds() {
        let middle: Vec<f64> = (0..6).map(|retry| pause_s(retry, 0.5)).collect();
        assert_eq!(middle, [0.5, 1.0, 2.0, 4.0, 8.0, 10.0]);
        assert_eq!((pause_s(1, 0.0), pause_s(1, 1.0), pause_s(u32::MAX, 1.0)), (0.75, 1.25, 10.0));
    }

    #[test]
    fn paths_are_joined_with_one_slash() {
        assert_eq!([join("/in", "a"), join("/in/", "a"), join("/", "a")], ["/in/a", "/in/a", "/a"]);
    }

    proptest! {
        #[test]
        fn no_listing_gives_a_name_that_leaves_its_folder(
            listing in prop::collection::vec(any::<u8>(), 0..300),
            path in "(/|\\./|\\.\\./|in|[a-c.\\\\\r\n])*",
        ) {
            for bytes in [listing.as_slice(), path.as_bytes()] {
                for name in sort_names(bytes).safe {
                    prop_assert!(!name.contains(['/', '\\', '\0', '\r', '\n']), "{name:?}");
                    prop_assert!(!matches!(name.as_str(), "" | "." | ".."));
                }
            }
        }
    }
}
