//! The FTP client against a real server in this process, and against scripted ones for what a real one does only on bad days.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use sha2::{Digest, Sha256};
use tempostar::hashing::{Hashing, hex};
use tempostar::permit::Permit;
use tempostar::problem::{Exit, Failure};
use tempostar::server::{ErrorKind, Listing, Remote, RemoteFile};
use tempostar::settings::{Begins, Ftp, Secret, Server, Tls, TlsVersion};

use crate::ftp_server::{Fault as ServerFault, FtpServer, Tls as ServerTls};

fn permit() -> Permit {
    Permit::of_a_real_run()
}

/// A server with a folder `/in`, and a local folder.
struct World {
    server: FtpServer,
    local: TempDir,
    _root: TempDir,
}

impl World {
    fn new(tls: ServerTls) -> Self {
        let root = TempDir::new().unwrap();
        fs::create_dir(root.path().join("in")).unwrap();
        let server = FtpServer::start_with(root.path(), tls).unwrap();
        Self { server, local: TempDir::new().unwrap(), _root: root }
    }

    fn plain() -> Self {
        Self::new(ServerTls::Off)
    }

    fn settings(&self, tls: Tls) -> Ftp {
        settings(self.server.port(), self.server.password(), tls)
    }

    fn put(&self, path: &str, content: &str) {
        fs::write(self.server.root().join(path), content).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.server.root().join(path)).unwrap()
    }

    fn local(&self, name: &str) -> PathBuf {
        self.local.path().join(name)
    }

    fn write_local(&self, name: &str, content: &str) -> PathBuf {
        fs::write(self.local(name), content).unwrap();
        self.local(name)
    }

    /// The SHA-256 that pins the server's certificate.
    fn pin(&self) -> [u8; 32] {
        let hex = self.server.certificate_sha256();
        std::array::from_fn(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap())
    }
}

fn settings(port: u16, password: &str, tls: Tls) -> Ftp {
    let password = Secret::new(password.to_owned());
    let server = Server { host: "127.0.0.1".to_owned(), port, user: "12345_0".to_owned(), password, tls };
    let timeout = Duration::from_secs(5);
    Ftp { connect_timeout: timeout, timeout, retries: 1, server }
}

fn explicit() -> Tls {
    encrypted(Begins::Explicit, None, None)
}

fn pinned(pin: [u8; 32]) -> Tls {
    encrypted(Begins::Explicit, None, Some(pin))
}

fn trusting(ca_file: PathBuf) -> Tls {
    encrypted(Begins::Explicit, Some(ca_file), None)
}

fn encrypted(begins: Begins, ca_file: Option<PathBuf>, certificate_sha256: Option<[u8; 32]>) -> Tls {
    let (min, max) = (TlsVersion::V1_2, TlsVersion::V1_2);
    Tls::Encrypted { begins, min, max, ca_file, certificate_sha256 }
}

fn every(_: &str) -> bool {
    true
}

fn csv(name: &str) -> bool {
    name.ends_with(".csv")
}

/// The one listed file.
#[track_caller]
fn only_file(remote: &mut Remote<'_>) -> RemoteFile {
    let mut files = remote.list("/in", &every).unwrap().files;
    assert_eq!(files.len(), 1, "{files:?}");
    files.remove(0)
}

/// One session of a scripted server: its greeting, and answers by the beginning of the command; else `200 ok`.
/// An empty answer hangs up; `silence` never comes.
#[derive(Clone, Copy)]
struct Session {
    greeting: &'static str,
    answers: &'static [(&'static str, &'static str)],
}

const SILENCE: &str = "silence";
const LOGIN: Session =
    Session { greeting: "220 hello", answers: &[("USER", "331 go on"), ("PASS", "230 in")] };

/// Serves the sessions one after the other, the last one for ever; gives the port and the commands seen.
fn scripted(sessions: &'static [Session]) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    thread::spawn(move || {
        for (number, socket) in listener.incoming().enumerate() {
            let session = sessions[number.min(sessions.len() - 1)];
            let log = Arc::clone(&log);
            thread::spawn(move || serve(session, socket.unwrap(), &log));
        }
    });
    (port, seen)
}

fn serve(session: Session, socket: std::net::TcpStream, log: &Mutex<Vec<String>>) {
    let mut out = socket.try_clone().unwrap();
    let mut say = |line: &str| {
        if line == SILENCE {
            thread::sleep(Duration::from_secs(60));
        }
        !line.is_empty() && write!(out, "{line}\r\n").is_ok()
    };
    if !say(session.greeting) {
        return;
    }
    for command in BufReader::new(socket).lines() {
        let Ok(command) = command else { return };
        log.lock().unwrap().push(command.clone());
        let scripted =
            session.answers.iter().chain(LOGIN.answers).find(|(verb, _)| command.starts_with(verb));
        if !say(scripted.map_or("200 ok", |(_, answer)| answer)) {
            return;
        }
    }
}

#[test]
fn an_empty_folder_has_no_files() {
    let world = World::plain();
    let settings = world.settings(Tls::None);
    assert_eq!(Remote::new(&settings).list("/in", &every).unwrap(), Listing::default());
}

#[test]
fn a_listing_holds_the_wanted_files_by_name_with_size_and_time() {
    let world = World::plain();
    world.put("in/b.csv", "bb");
    world.put("in/a.csv", "a");
    world.put("in/c.txt", "ccc");
    fs::create_dir(world.server.root().join("in/archive")).unwrap();
    let settings = world.settings(Tls::None);
    let listing = Remote::new(&settings).list("/in", &csv).unwrap();
    let found: Vec<(&str, u64)> = listing.files.iter().map(|f| (f.name.as_str(), f.size)).collect();
    assert_eq!(found, [("a.csv", 1), ("b.csv", 2)]);
    assert!(listing.files.iter().all(|file| file.modified.is_some()));
    assert_eq!(listing.ignored, Vec::<String>::new());
}

#[test]
fn files_travel_both_ways_and_are_renamed_and_deleted() {
    for tls in [ServerTls::Off, ServerTls::Required] {
        let world = World::new(tls);
        let settings = world.settings(if tls == ServerTls::Off { Tls::None } else { pinned(world.pin()) });
        let mut remote = Remote::new(&settings);
        let content = "表,\"①\"\n".repeat(30_000);

        let source = world.write_local("up", &content);
        remote.upload(permit(), &source, "/in/order.tmp").unwrap();
        remote.rename(permit(), "/in/order.tmp", "/in/order.csv").unwrap();
        assert_eq!(world.read("in/order.csv"), content);

        let listed = only_file(&mut remote);
        let downloaded = remote.download_through("/in", &listed, &world.local("down"), Hashing::new).unwrap();
        assert_eq!(fs::read_to_string(world.local("down")).unwrap(), content);
        let (_, size, sha256) = downloaded.finish();
        assert_eq!((size, sha256), (content.len() as u64, hex(&Sha256::digest(&content))));

        remote.make_folder(permit(), "/in/archive").unwrap();
        remote.make_folder(permit(), "/in/archive").unwrap();
        remote.rename(permit(), "/in/order.csv", "/in/archive/order.csv").unwrap();
        assert_eq!(remote.size("/in/order.csv").unwrap(), None);
        assert_eq!(remote.size("/in/archive/order.csv").unwrap(), Some(content.len() as u64));
        remote.delete(permit(), "/in/archive/order.csv").unwrap();
        remote.delete(permit(), "/in/archive/order.csv").unwrap();
        assert_eq!(remote.size("/in/archive/order.csv").unwrap(), None);
        remote.close();
        assert_eq!(world.server.log().entries_of("connect").len(), 1, "one session does for all");
    }
}

#[test]
fn an_empty_file_travels_too() {
    for tls in [ServerTls::Off, ServerTls::Required] {
        let world = World::new(tls);
        let settings = world.settings(if tls == ServerTls::Off { Tls::None } else { pinned(world.pin()) });
        let mut remote = Remote::new(&settings);
        remote.upload(permit(), &world.write_local("empty", ""), "/in/order.lock").unwrap();
        let listed = only_file(&mut remote);
        remote.download("/in", &listed, &world.local("down")).unwrap();
        assert_eq!(fs::read(world.local("down")).unwrap(), b"");
    }
}

#[test]
fn relative_paths_start_where_the_login_ends_up() {
    let world = World::plain();
    world.put("in/a.csv", "a");
    let settings = world.settings(Tls::None);
    let mut remote = Remote::new(&settings);
    assert_eq!(remote.list("/in", &every).unwrap().files.len(), 1);
    // We are in /in now; `in` still means /in.
    let listing = remote.list("in", &every).unwrap();
    remote.download("in/", &listing.files[0], &world.local("down")).unwrap();
    assert_eq!(remote.size("in/a.csv").unwrap(), Some(1));
}

#[test]
fn a_download_replaces_what_is_there_and_is_private() {
    use std::os::unix::fs::{MetadataExt, symlink};
    let world = World::plain();
    world.put("in/a.csv", "new");
    let precious = world.write_local("precious", "precious");
    symlink(&precious, world.local("down")).unwrap();
    let settings = world.settings(Tls::None);
    let mut remote = Remote::new(&settings);
    let listed = only_file(&mut remote);
    remote.download("/in", &listed, &world.local("down")).unwrap();
    assert_eq!(fs::read_to_string(precious).unwrap(), "precious");
    let metadata = fs::symlink_metadata(world.local("down")).unwrap();
    assert!(metadata.is_file());
    assert_eq!(metadata.mode() & 0o777, 0o600);
}

#[test]
fn a_wrong_password_is_tried_once_and_is_a_matter_of_settings() {
    let world = World::plain();
    let settings = settings(world.server.port(), "wrong-PASS-word", Tls::None);
    let error = Remote::new(&settings).connect().unwrap_err();
    assert_eq!((error.kind, error.exit()), (ErrorKind::Login, Exit::Settings));
    assert_eq!(world.server.log().entries_of("connect").len(), 1);
    assert!(error.to_string().contains("530"), "{error}");
    assert!(error.to_string().contains("12345_0"), "{error}");
    let failure = Failure::from(error);
    assert_eq!(failure.exit, Exit::Settings);
    assert!(!format!("{failure:?} {failure} {settings:?}").contains("wrong-PASS-word"));
}

#[test]
fn a_missing_folder_is_a_matter_of_settings() {
    let world = World::plain();
    let settings = world.settings(Tls::None);
    let mut remote = Remote::new(&settings);
    let error = remote.list("/nowhere", &every).unwrap_err();
    assert_eq!((error.kind, error.exit()), (ErrorKind::FolderMissing, Exit::Settings));
    assert!(error.to_string().contains("/nowhere"), "{error}");
    remote.list("/in", &every).unwrap();
    assert_eq!(world.server.log().entries_of("connect").len(), 1, "the session goes on");
}

#[test]
fn a_forbidden_listing_is_not_an_empty_folder() {
    let world = World::plain();
    world.server.faults().always(ServerFault::ListRefused);
    let settings = world.settings(Tls::None);
    let error = Remote::new(&settings).list("/in", &every).unwrap_err();
    assert_eq!((error.kind, error.exit()), (ErrorKind::Forbidden, Exit::Settings));
}

#[test]
fn a_refused_port_is_retried_and_then_the_networks_fault() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let settings = settings(port, "x", Tls::None);
    let begin = Instant::now();
    let error = Remote::new(&settings).connect().unwrap_err();
    assert_eq!((error.kind, error.exit()), (ErrorKind::Unreachable, Exit::Remote));
    assert!(begin.elapsed() > Duration::from_millis(300), "there is a pause before the retry");
    assert!(error.to_string().contains(&format!("127.0.0.1:{port}")), "{error}");
}

#[test]
fn a_host_without_an_address_is_named() {
    let mut settings = settings(21, "x", Tls::None);
    settings.server.host = "no-such-host.invalid".to_owned();
    settings.retries = 0;
    let error = Remote::new(&settings).connect().unwrap_err();
    assert_eq!((error.kind, error.problem.kind.code), (ErrorKind::Unreachable, "ftp-unknown-host"));
    assert!(error.to_string().contains("no-such-host.invalid"), "{error}");
}

#[test]
fn a_silent_server_is_given_up_after_the_time_out() {
    for answers in [&[][..], &[("USER", SILENCE)], &[("CWD", SILENCE)]] {
        let greeting = if answers.is_empty() { SILENCE } else { "220 hello" };
        let (port, _) = scripted(Box::leak(Box::new([Session { greeting, answers }])));
        let mut settings = settings(port, "x", Tls::None);
        settings.timeout = Duration::from_secs(1);
        settings.retries = 0;
        let begin = Instant::now();
        let error = Remote::new(&settings).list("/in", &every).unwrap_err();
        assert_eq!((error.kind, error.exit()), (ErrorKind::Timeout, Exit::Remote), "{error}");
        assert!(begin.elapsed() < Duration::from_secs(4), "{:?}", begin.elapsed());
    }
}

#[test]
fn a_silent_data_connection_is_given_up_after_the_time_out() {
    let world = World::plain();
    world.put("in/a.csv", "a");
    let mut settings = world.settings(Tls::None);
    settings.timeout = Duration::from_secs(1);
    settings.retries = 0;
    let mut remote = Remote::new(&settings);
    let listed = only_file(&mut remote);
    world.server.faults().once(ServerFault::GetDelayed(20_000));
    let begin = Instant::now();
    let error = remote.download("/in", &listed, &world.local("down")).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Timeout, "{error}");
    assert!(begin.elapsed() < Duration::from_secs(4), "{:?}", begin.elapsed());
    assert!(!world.local("down").exists());
}

#[test]
fn not_now_at_the_greeting_or_login_is_tried_again() {
    const BUSY: Session = Session { greeting: "421 too many", answers: &[] };
    const LATER: Session = Session { greeting: "220 hello", answers: &[("PASS", "421 later")] };
    let (port, seen) = scripted(&[BUSY, LATER, LOGIN]);
    let mut settings = settings(port, "x", Tls::None);
    settings.retries = 2;
    Remote::new(&settings).connect().unwrap();
    assert_eq!(*seen.lock().unwrap(), ["USER 12345_0", "PASS x", "USER 12345_0", "PASS x"]);
}

#[test]
fn retries_end_and_the_last_answer_is_told() {
    const BUSY: Session = Session { greeting: "421 too many sessions", answers: &[] };
    let (port, _) = scripted(&[BUSY]);
    let settings = settings(port, "x", Tls::None);
    let error = Remote::new(&settings).connect().unwrap_err();
    assert_eq!((error.kind, error.exit()), (ErrorKind::Busy, Exit::Remote));
    assert!(error.to_string().contains(r#""421 too many sessions""#), "{error}");
}

#[test]
fn a_server_that_hung_up_while_we_were_busy_is_connected_again_without_a_retry() {
    const IDLE: Session = Session { greeting: "220 hello", answers: &[("SIZE", "421 idle too long")] };
    const GOODBYE: Session = Session { greeting: "220 hello", answers: &[("SIZE", "")] };
    const FINE: Session = Session { greeting: "220 hello", answers: &[("SIZE", "213 7")] };
    for sessions in [&[IDLE, FINE], &[GOODBYE, FINE]] {
        let (port, _) = scripted(sessions);
        let mut settings = settings(port, "x", Tls::None);
        settings.retries = 0;
        let mut remote = Remote::new(&settings);
        remote.connect().unwrap();
        assert_eq!(remote.size("/a").unwrap(), Some(7));
    }
}

#[test]
fn what_does_not_speak_ftp_is_said_so() {
    const SSH: Session = Session { greeting: "SSH-2.0-OpenSSH_9.2", answers: &[] };
    let (port, _) = scripted(&[SSH]);
    let settings = settings(port, "x", Tls::None);
    let error = Remote::new(&settings).connect().unwrap_err();
    assert_eq!((error.kind, error.exit()), (ErrorKind::Protocol, Exit::Remote), "{error}");
}

#[test]
fn a_server_without_size_is_refused_because_nothing_could_be_verified() {
    const NO_SIZE: Session = Session { greeting: "220 hello", answers: &[("SIZE", "502 unknown")] };
    let (port, _) = scripted(&[NO_SIZE]);
    let settings = settings(port, "x", Tls::None);
    let error = Remote::new(&settings).size("/a").unwrap_err();
    assert_eq!((error.kind, error.exit()), (ErrorKind::Unsupported, Exit::Settings));
}

#[test]
fn a_rename_whose_answer_was_lost_is_looked_at_and_not_done_twice() {
    const CUT: Session = Session { greeting: "220 hello", answers: &[("RNFR", "350 go on"), ("RNTO", "")] };
    const DONE: Session = Session {
        greeting: "220 hello",
        answers: &[("SIZE /a", "550 no such file"), ("SIZE /b", "213 5"), ("RNFR", "550 no such file")],
    };
    let (port, seen) = scripted(&[CUT, DONE]);
    let settings = settings(port, "x", Tls::None);
    Remote::new(&settings).rename(permit(), "/a", "/b").unwrap();
    assert_eq!(seen.lock().unwrap().iter().filter(|c| c.starts_with("RNFR")).count(), 1);
}

#[test]
fn a_rename_that_was_done_although_the_server_said_no_counts() {
    let world = World::plain();
    world.put("in/a.csv", "a");
    world.server.faults().once(ServerFault::RenameDoneButDenied);
    let settings = world.settings(Tls::None);
    Remote::new(&settings).rename(permit(), "/in/a.csv", "/in/b.csv").unwrap();
    assert_eq!(world.read("in/b.csv"), "a");
    assert_eq!(world.server.log().entries_of("rename").len(), 1);
}

#[test]
fn a_missing_source_is_not_a_rename_done() {
    let world = World::plain();
    world.put("in/b.csv", "somebody else's");
    let settings = world.settings(Tls::None);
    let error = Remote::new(&settings).rename(permit(), "/in/a.csv", "/in/b.csv").unwrap_err();
    assert_eq!(error.kind, ErrorKind::Missing, "{error}");
}

#[test]
fn not_now_is_no_reason_to_wait_when_the_folder_is_missing_or_forbidden() {
    const NO_FOLDER: Session = Session {
        greeting: "220 hello",
        answers: &[
            ("RNFR", "350 go on"),
            ("RNTO", "451 Rename/move failure: No such file or directory"),
            ("CWD", "550 Can't change directory"),
        ],
    };
    const FORBIDDEN: Session = Session {
        greeting: "220 hello",
        answers: &[
            ("RNFR", "350 go on"),
            ("RNTO", "451 Rename/move failure: Permission denied"),
            ("SIZE", "213 5"),
        ],
    };
    for (session, kind) in [(&[NO_FOLDER], ErrorKind::FolderMissing), (&[FORBIDDEN], ErrorKind::Forbidden)] {
        let (port, seen) = scripted(session);
        let settings = settings(port, "x", Tls::None);
        let error = Remote::new(&settings).rename(permit(), "/in/a.csv", "/in/archive/a.csv").unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert_eq!(seen.lock().unwrap().iter().filter(|c| c.starts_with("RNTO")).count(), 1);
    }
}

#[test]
fn refused_changes_are_told_with_the_servers_words() {
    let world = World::plain();
    world.put("in/a.csv", "a");
    for fault in [ServerFault::RenameRefused, ServerFault::DeleteRefused, ServerFault::MakeFolderRefused] {
        world.server.faults().once(fault);
    }
    let settings = world.settings(Tls::None);
    let mut remote = Remote::new(&settings);
    for result in [
        remote.rename(permit(), "/in/a.csv", "/in/b.csv"),
        remote.delete(permit(), "/in/a.csv"),
        remote.make_folder(permit(), "/in/archive"),
    ] {
        let error = result.unwrap_err();
        assert_eq!((error.kind, error.exit()), (ErrorKind::Forbidden, Exit::Settings));
        assert!(error.to_string().contains("550"), "{error}");
    }
    assert_eq!(world.server.faults().waiting(), 0);
}

#[test]
fn a_short_download_is_noticed_and_fetched_again() {
    for fault in [ServerFault::GetCutShort(3), ServerFault::GetFailsAfter(3)] {
        let world = World::plain();
        world.put("in/a.csv", "0123456789");
        let settings = world.settings(Tls::None);
        let mut remote = Remote::new(&settings);
        let listed = only_file(&mut remote);
        world.server.faults().once(fault);
        remote.download("/in", &listed, &world.local("down")).unwrap();
        assert_eq!(fs::read_to_string(world.local("down")).unwrap(), "0123456789");
        assert_eq!(world.server.faults().waiting(), 0);
    }
}

#[test]
fn a_download_that_stays_short_fails_and_leaves_nothing() {
    let world = World::plain();
    world.put("in/a.csv", "0123456789");
    let settings = world.settings(Tls::None);
    let mut remote = Remote::new(&settings);
    let listed = only_file(&mut remote);
    world.server.faults().always(ServerFault::GetCutShort(3));
    let error = remote.download("/in", &listed, &world.local("down")).unwrap_err();
    assert_eq!((error.kind, error.exit()), (ErrorKind::Incomplete, Exit::Remote));
    assert!(!world.local("down").exists());
}

#[test]
fn a_file_that_grew_since_the_listing_is_left_for_the_next_run() {
    let world = World::plain();
    world.put("in/a.csv", "half");
    let settings = world.settings(Tls::None);
    let mut remote = Remote::new(&settings);
    let listed = only_file(&mut remote);
    world.put("in/a.csv", "half and half");
    let error = remote.download("/in", &listed, &world.local("down")).unwrap_err();
    assert_eq!((error.kind, error.exit()), (ErrorKind::Changed, Exit::Remote));
    assert_eq!(world.server.log().entries_of("get").len(), 1);
}

#[test]
fn a_file_that_vanished_since_the_listing_is_missing() {
    let world = World::plain();
    world.put("in/a.csv", "a");
    let settings = world.settings(Tls::None);
    let mut remote = Remote::new(&settings);
    let listed = only_file(&mut remote);
    fs::remove_file(world.server.root().join("in/a.csv")).unwrap();
    let error = remote.download("/in", &listed, &world.local("down")).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Missing, "{error}");
}

#[test]
fn a_short_upload_is_noticed_and_sent_again() {
    let world = World::plain();
    let source = world.write_local("up", "0123456789");
    world.server.faults().once(ServerFault::PutCutShort(3));
    let settings = world.settings(Tls::None);
    Remote::new(&settings).upload(permit(), &source, "/in/order.tmp").unwrap();
    assert_eq!(world.read("in/order.tmp"), "0123456789");
    assert_eq!(world.server.log().entries_of("put").len(), 2);
}

#[test]
fn a_server_that_stays_full_is_told() {
    let world = World::plain();
    let source = world.write_local("up", "0123456789");
    world.server.faults().always(ServerFault::PutFailsAfter(3));
    let settings = world.settings(Tls::None);
    let error = Remote::new(&settings).upload(permit(), &source, "/in/order.tmp").unwrap_err();
    assert_eq!((error.problem.kind.code, error.exit()), ("ftp-server-full", Exit::Remote), "{error}");
    assert_eq!(world.server.log().entries_of("put").len(), 2);
}

#[test]
fn a_missing_local_file_is_a_local_fault() {
    let world = World::plain();
    let settings = world.settings(Tls::None);
    let error = Remote::new(&settings).upload(permit(), &world.local("none"), "/in/order.tmp").unwrap_err();
    assert_eq!((error.kind, error.exit()), (ErrorKind::Local, Exit::Settings));
    assert_eq!(world.server.log().entries_of("put"), Vec::<String>::new());
}

#[test]
fn a_name_with_a_line_break_never_reaches_the_server() {
    let (port, seen) = scripted(&[LOGIN]);
    let settings = settings(port, "x", Tls::None);
    let error = Remote::new(&settings).delete(permit(), "/a\r\nDELE /b").unwrap_err();
    assert_eq!((error.kind, error.exit()), (ErrorKind::Name, Exit::Settings));
    assert_eq!(*seen.lock().unwrap(), Vec::<String>::new());
}

#[test]
fn an_untrusted_certificate_is_refused_and_its_fingerprint_told() {
    let world = World::new(ServerTls::Required);
    let settings = world.settings(explicit());
    let error = Remote::new(&settings).connect().unwrap_err();
    assert_eq!((error.kind, error.exit()), (ErrorKind::Certificate, Exit::Settings), "{error}");
    for text in [&error.problem.hint.ja, &error.problem.hint.en] {
        assert!(text.contains(world.server.certificate_sha256()), "{text}");
        assert!(text.contains("ca_file") && text.contains("certificate_sha256"), "{text}");
    }
    assert_eq!(world.server.log().entries_of("connect").len(), 1);
    assert_eq!(world.server.log().entries_of("login"), Vec::<String>::new(), "the password was not sent");
}

#[test]
fn the_pinned_certificate_is_trusted_and_no_other() {
    let world = World::new(ServerTls::Required);
    let right = world.settings(pinned(world.pin()));
    Remote::new(&right).connect().unwrap();
    let wrong = world.settings(pinned([7; 32]));
    let error = Remote::new(&wrong).connect().unwrap_err();
    assert_eq!((error.kind, error.problem.kind.code), (ErrorKind::Certificate, "ftp-certificate-not-pinned"));
    assert!(error.to_string().contains(world.server.certificate_sha256()), "{error}");
}

#[test]
fn a_certificate_in_the_ca_file_is_trusted() {
    let world = World::new(ServerTls::Required);
    let ca_file = world.write_local("ca.pem", world.server.certificate_pem());
    Remote::new(&world.settings(trusting(ca_file))).connect().unwrap();
}

#[test]
fn an_unusable_ca_file_is_named() {
    let world = World::new(ServerTls::Required);
    for ca_file in [world.local("none.pem"), world.write_local("empty.pem", "no certificate")] {
        let settings = world.settings(trusting(ca_file.clone()));
        let error = Remote::new(&settings).connect().unwrap_err();
        assert_eq!((error.problem.kind.code, error.exit()), ("ftp-ca-file", Exit::Settings));
        assert!(error.to_string().contains(&*ca_file.to_string_lossy()), "{error}");
    }
}

#[test]
fn a_server_without_tls_is_refused_and_never_sees_the_password() {
    for answer in ["502 unknown", "530 log in first", "431 no certificate"] {
        let answers = Box::leak(Box::new([("AUTH", answer)]));
        let (port, seen) = scripted(Box::leak(Box::new([Session { greeting: "220 hello", answers }])));
        let settings = settings(port, "x", explicit());
        let error = Remote::new(&settings).connect().unwrap_err();
        assert_eq!((error.kind, error.exit()), (ErrorKind::Tls, Exit::Settings), "{error}");
        assert_eq!(*seen.lock().unwrap(), ["AUTH TLS"]);
    }
    let world = World::plain();
    let settings = world.settings(explicit());
    let error = Remote::new(&settings).connect().unwrap_err();
    assert_eq!((error.kind, error.exit()), (ErrorKind::Tls, Exit::Settings), "{error}");
}

#[test]
fn a_server_that_demands_tls_is_said_so() {
    let world = World::new(ServerTls::Required);
    let settings = world.settings(Tls::None);
    let error = Remote::new(&settings).connect().unwrap_err();
    assert_eq!((error.kind, error.exit()), (ErrorKind::Tls, Exit::Settings), "{error}");
}

#[test]
fn tls_versions_that_do_not_meet_are_a_matter_of_settings() {
    let world = World::new(ServerTls::Required);
    let (min, max) = (TlsVersion::V1_3, TlsVersion::V1_3);
    let (begins, ca_file) = (Begins::Explicit, None);
    let tls = Tls::Encrypted { begins, min, max, ca_file, certificate_sha256: Some(world.pin()) };
    let settings = world.settings(tls);
    let error = Remote::new(&settings).connect().unwrap_err();
    assert_eq!((error.problem.kind.code, error.exit()), ("ftp-tls-failed", Exit::Settings), "{error}");
}

#[test]
fn many_transfers_in_one_secure_session_work() {
    let world = World::new(ServerTls::Required);
    let settings = world.settings(pinned(world.pin()));
    let mut remote = Remote::new(&settings);
    let source = world.write_local("up", "abc");
    for number in 0..20 {
        remote.upload(permit(), &source, &format!("/in/{number}.csv")).unwrap();
    }
    assert_eq!(remote.list("/in", &every).unwrap().files.len(), 20);
    assert_eq!(world.server.log().entries_of("connect").len(), 1);
}
