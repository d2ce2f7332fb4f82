//! A server that misbehaves in every way we know: each run ends soon, says what happened, and loses nothing; and the
//! next one, on a healthy server, leaves the state that an undisturbed run would have left.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::harness::scenes::{self, Scene};
use crate::harness::{OUTBOX, Ran, STOCK_INBOX, Shop, show};
use crate::proxy::{Act, DataAct, GREETING, Proxy, Rule};

/// Where the server falls silent, time-outs are a second and there is one retry, so a fault that goes on costs four
/// silences and a pause at most; the rest is for a busy machine.
const ENDS_WITHIN: Duration = Duration::from_secs(15);

/// Cases mostly wait.
const THREADS: usize = 24;

const ALWAYS: usize = usize::MAX;

/// One thing that goes wrong in one scene.
struct Case<'a> {
    scene: &'a Prepared,
    fault: String,
    rules: Vec<Rule>,
    /// Any of these exit codes will do.
    exits: Vec<i32>,
    /// What the run must say, the code of its problem or the server's words; if other exit codes are allowed, only if it
    /// is not the undisturbed run's.
    says: String,
}

impl<'a> Case<'a> {
    /// A fault that the run takes in its stride.
    fn new(scene: &'a Prepared, fault: &str, rules: Vec<Rule>) -> Self {
        Self { scene, fault: fault.to_owned(), rules, exits: vec![0], says: String::new() }
    }

    fn exits(self, exit: i32) -> Self {
        Self { exits: vec![exit], ..self }
    }

    fn says(self, text: &str) -> Self {
        Self { says: text.to_owned(), ..self }
    }
}

/// A scene and the state that an undisturbed run leaves in it.
struct Prepared {
    scene: Scene,
    undisturbed: String,
}

impl Prepared {
    #[track_caller]
    fn new(scene: Scene) -> Self {
        scene.shop.setting(
            "connect_timeout_s = 5\ntimeout_s = 5\nretries = 0",
            "connect_timeout_s = 1\ntimeout_s = 1\nretries = 1",
        );
        let shop = scene.shop.twin();
        shop.run([scene.job]).exits(scene.exit);
        Self { undisturbed: shop.state(), scene }
    }

    /// The commands that an undisturbed run sends.
    fn commands(&self) -> Vec<String> {
        let shop = self.scene.shop.twin();
        let ran = shop.run([self.scene.job, "-vv"]);
        let is_command = |word: &&str| word.len() >= 3 && word.chars().all(|c| c.is_ascii_uppercase());
        let sent = ran.stderr.lines().filter_map(|line| line.strip_prefix("debug: ")?.split(' ').next());
        let mut commands: Vec<String> = sent.filter(is_command).map(str::to_owned).collect();
        commands.extend(["USER", "PASS", "TYPE"].map(str::to_owned));
        if commands.iter().any(|command| matches!(command.as_str(), "NLST" | "RETR" | "STOR")) {
            commands.push("PASV".to_owned());
        }
        commands.sort();
        commands.dedup();
        commands
    }
}

/// What came of all cases.
#[derive(Default)]
struct Figures {
    faults: AtomicUsize,
    outcomes: Mutex<BTreeMap<i32, usize>>,
    slowest: Mutex<(Duration, String)>,
    failures: Mutex<Vec<String>>,
}

/// Runs the cases side by side, prints the figures, and fails if a case did.
#[track_caller]
fn check_all(title: &str, cases: Vec<Case<'_>>) {
    let (figures, count, next) = (Figures::default(), cases.len(), AtomicUsize::new(0));
    let work = || {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let checked = catch_unwind(AssertUnwindSafe(|| check(case, &figures)));
            if let Err(panic) = checked {
                let text = panic.downcast_ref::<String>().cloned().unwrap_or_default();
                figures
                    .failures
                    .lock()
                    .unwrap()
                    .push(format!("{}, {}: {text}", case.scene.scene.name, case.fault));
            }
        }
    };
    thread::scope(|scope| (0..THREADS).for_each(|_| drop(scope.spawn(work))));
    let failures = figures.failures.lock().unwrap();
    let (slowest, which) = &*figures.slowest.lock().unwrap();
    show(&format!(
        "{title}: {count} cases, {} faults injected, exit codes {:?}, slowest {:.1} s ({which}), {} failed",
        figures.faults.load(Ordering::Relaxed),
        figures.outcomes.lock().unwrap(),
        slowest.as_secs_f64(),
        failures.len(),
    ));
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// Puts a proxy with these rules between the shop and its server.
#[track_caller]
fn before(shop: &Shop, rules: Vec<Rule>) -> Proxy {
    let proxy = Proxy::start(shop.ftp.port(), rules).unwrap();
    let port = |port: u16| format!("port = {port}\n");
    shop.setting(&port(shop.ftp.port()), &port(proxy.port()));
    proxy
}

fn check(case: &Case<'_>, figures: &Figures) {
    let Scene { shop, job, .. } = &case.scene.scene;
    let shop = shop.twin();
    if !case.rules.iter().any(|rule| falls_silent(&rule.act)) {
        // A busy machine must not pass for a silent server.
        shop.setting("connect_timeout_s = 1\ntimeout_s = 1", "connect_timeout_s = 10\ntimeout_s = 10");
    }
    let proxy = before(&shop, case.rules.clone());
    let began = Instant::now();
    let ran = shop.run([job, "--json"]);
    let took = began.elapsed();
    figures.faults.fetch_add(proxy.injected(), Ordering::Relaxed);
    *figures.outcomes.lock().unwrap().entry(ran.code).or_default() += 1;
    let mut slowest = figures.slowest.lock().unwrap_or_else(PoisonError::into_inner);
    *slowest = slowest.clone().max((took, case.fault.clone()));
    drop(slowest);

    assert!(proxy.injected() > 0, "the fault did not happen\n{ran}");
    assert!(took < ENDS_WITHIN, "took {took:?}\n{ran}");
    assert!(case.exits.contains(&ran.code), "one of {:?} was expected\n{ran}", case.exits);
    let is_as_ever = case.exits.len() > 1 && (ran.code == case.scene.scene.exit || ran.code == 0);
    let ran = ran.says(if is_as_ever { "" } else { &case.says });
    proxy.heal();
    check_next_run(case, &shop, &ran);
}

fn falls_silent(act: &Act) -> bool {
    match act {
        Act::Silence | Act::SilenceAfterwards | Act::SwallowData => true,
        // Nor does the embedded server always answer where the data connection was reset.
        Act::Data(act) => matches!(act, DataAct::Stall(_) | DataAct::Throttle(_) | DataAct::Reset(_)),
        _ => false,
    }
}

/// The next run does what was left undone; one that is quite done already does no harm.
fn check_next_run(case: &Case<'_>, shop: &Shop, first: &Ran) {
    let Scene { job, exit, .. } = &case.scene.scene;
    let next = shop.run([job]);
    assert!(next.code == *exit || next.code == 0, "the next run\n{next}\nafter\n{first}");
    assert_eq!(shop.state(), case.scene.undisturbed, "after\n{first}\nand\n{next}");
}

fn rule(command: &str, act: Act, times: usize) -> Rule {
    Rule { command: command.to_owned(), act, skip: 0, times }
}

// Commands and their replies ------------------------------------------------------------------------------------

/// What goes wrong at a command: a title, the act, and the code or the server's words if the run fails by it.
type CommandFault = (&'static str, Act, &'static str);

fn answer(text: &str) -> Act {
    Act::Answer(text.as_bytes().to_vec())
}

/// The faults of the tables below, in the order of their columns.
fn command_faults() -> Vec<CommandFault> {
    vec![
        ("421", answer("421 closing for tonight\r\n"), "421 closing for tonight"),
        ("450", answer("450 tired now\r\n"), "450 tired now"),
        ("500", answer("500 never heard of it\r\n"), "500 never heard of it"),
        ("550 in three lines", answer("550-computer\r\n says\r\n550 no\r\n"), "550-computer says 550 no"),
        ("connection closed", Act::Cut, "ftp-connection-lost"),
        ("done, then connection closed", Act::CutAfterwards, "ftp-connection-lost"),
        ("silence", Act::Silence, "ftp-timeout"),
        ("done, then silence", Act::SilenceAfterwards, "ftp-timeout"),
        ("done, but 451", Act::AnswerAfterwards(b"451 lost my pen\r\n".to_vec()), "451 lost my pen"),
        ("nonsense", Act::Answer(b"\x00\xff<html>\r\n\r\n".to_vec()), "ftp-not-understood"),
        ("more lines", Act::MoreLines, ""),
    ]
}

/// Those that are tried in every scene, but not in the tables.
fn further_command_faults() -> Vec<CommandFault> {
    let huge = [&b"200-"[..], &vec![b'x'; 10 << 20], b"\r\n200 ok\r\n"].concat();
    vec![
        ("answered, then connection closed", Act::CutAfterReply, "ftp-connection-lost"),
        ("an answer of 10 MB", Act::Answer(huge), "ftp-connection-lost"),
        (
            "an answer in 100 000 lines",
            Act::Answer([b"200-x\r\n".repeat(100_000), b"200 x\r\n".to_vec()].concat()),
            "ftp-connection-lost",
        ),
        ("late", Act::Delay(Duration::from_millis(300)), ""),
    ]
}

/// The exit code of an import at which a command fails for good, in the columns of [`command_faults`].
///
/// What only the cleaning up needs leaves the rows applied: 3. A command that is missing altogether is 6, but for PASV
/// where there is EPSV. 450 and 550 to NLST are ways to say "nothing here".
const IMPORT: &str = "
    GREETING  5 5 5 6  5 5  5 5  5 5 0
    USER      5 5 6 6  5 5  5 5  5 5 0
    PASS      5 5 6 6  5 5  5 5  5 5 0
    TYPE      5 5 6 6  5 5  5 5  5 5 0
    CWD       5 5 6 6  5 5  5 5  5 5 0
    PASV      5 5 0 6  5 5  5 5  5 5 0
    NLST      5 0 0 0  5 5  5 5  5 5 0
    SIZE      5 3 6 3  5 5  5 5  5 5 0
    MDTM      5 0 0 0  5 5  5 5  0 5 0
    RETR      5 5 6 3  5 5  5 5  5 5 0
    RNFR      5 3 6 3  3 3  3 3  3 3 0
    RNTO      5 3 6 3  3 3  3 3  0 3 0
    MKD       5 3 6 3  3 3  3 3  3 3 0
    QUIT      0 0 0 0  0 0  0 0  0 0 0
";

/// The same of an export, which logs in as an import does. Where the server has done what it was asked to, the retry sees that and goes on.
const EXPORT: &str = "
    GREETING  5 5 5 6  5 5  5 5  5 5 0
    PASV      5 5 0 6  5 5  5 5  5 5 0
    STOR      5 5 6 6  5 0  5 0  0 5 0
    SIZE      5 5 6 5  5 5  5 5  5 5 0
    RNFR      5 5 6 6  5 5  5 5  5 5 0
    RNTO      5 5 6 6  5 0  5 0  0 5 0
    QUIT      0 0 0 0  0 0  0 0  0 0 0
";

#[track_caller]
fn cases_of_table<'a>(scene: &'a Prepared, table: &str) -> Vec<Case<'a>> {
    let mut cases = Vec::new();
    for line in table.lines().filter(|line| !line.trim().is_empty()) {
        let (command, exits) = line.trim().split_once(' ').unwrap();
        let exits: Vec<i32> = exits.split_whitespace().map(|exit| exit.parse().unwrap()).collect();
        assert_eq!(exits.len(), command_faults().len(), "{line}");
        for ((title, act, says), exit) in command_faults().into_iter().zip(exits) {
            let case = Case::new(scene, &format!("{command}: {title}"), vec![rule(command, act, ALWAYS)]);
            let says = match exit {
                0 => "",
                // What goes wrong with one file is told of that file.
                3 if says.starts_with("ftp-") => "cannot-clean-up",
                _ => says,
            };
            cases.push(case.exits(exit).says(says));
        }
    }
    cases
}

#[test]
fn an_import_survives_whatever_goes_wrong_at_any_command() {
    check_all("import, commands", cases_of_table(&Prepared::new(scenes::stock()), IMPORT));
}

#[test]
fn an_export_survives_whatever_goes_wrong_at_any_command() {
    check_all("export, commands", cases_of_table(&Prepared::new(scenes::orders().with_markers()), EXPORT));
}

#[test]
fn what_goes_wrong_once_is_made_good_within_the_run() {
    let scenes = [(Prepared::new(scenes::stock()), IMPORT), (Prepared::new(scenes::orders()), EXPORT)];
    let mut cases = Vec::new();
    for (scene, table) in &scenes {
        for command in table.split_whitespace().filter(|word| word.len() > 1) {
            for (title, act) in [("421", answer("421 wait\r\n")), ("connection closed", Act::Cut)] {
                let fault = format!("{command}: {title}, once");
                cases.push(Case::new(scene, &fault, vec![rule(command, act, 1)]));
            }
        }
    }
    check_all("once", cases);
}

/// Some 3000 cases: `cargo test --test it -- --ignored every_fault`.
#[test]
#[ignore = "takes four minutes: cargo test --test it -- --ignored every_fault"]
fn every_fault_at_every_command_in_every_scene() {
    let deleting = "after_import = \"delete\"\nreflect_lag";
    let scenes = [
        scenes::products(),
        scenes::logistics(),
        scenes::stock(),
        scenes::refused_stock(),
        scenes::held_stock(),
        scenes::stock().with_markers().with("deleted", "reflect_lag", deleting),
        scenes::orders().with_markers(),
        scenes::orders_interrupted_at("uploaded"),
        scenes::orders_interrupted_at("server-renamed"),
        scenes::orders_whose_file_is_lost(),
        scenes::orders_taken(),
    ];
    let scenes: Vec<Prepared> = scenes.into_iter().map(Prepared::new).collect();
    let mut cases = Vec::new();
    for scene in &scenes {
        let mut commands = scene.commands();
        commands.push(GREETING.to_owned());
        for command in commands {
            for (title, act, says) in command_faults().into_iter().chain(further_command_faults()) {
                for (often, times) in [("always", ALWAYS), ("once", 1)] {
                    let fault = format!("{command}: {title}, {often}");
                    let case = Case::new(scene, &fault, vec![rule(&command, act.clone(), times)]);
                    let is_refusal = title.starts_with('5');
                    cases.push(Case {
                        says: says.to_owned(),
                        exits: if is_refusal { vec![0, 3, 4, 5, 6] } else { vec![0, 3, 4, 5] },
                        ..case
                    });
                }
            }
        }
    }
    check_all("every fault, command and scene", cases);
}

// Data connections ----------------------------------------------------------------------------------------------

/// What goes wrong with the data of a transfer of so many bytes.
fn data_faults(size: usize) -> Vec<(String, DataAct)> {
    let mut faults = Vec::new();
    for after in [0, 1, size / 2, size - 1] {
        faults.push((format!("closed after {after} of {size} bytes"), DataAct::Fin(after)));
        faults.push((format!("reset after {after} of {size} bytes"), DataAct::Reset(after)));
        faults.push((format!("stalled after {after} of {size} bytes"), DataAct::Stall(after)));
    }
    faults
}

fn data_cases<'a>(scene: &'a Prepared, command: &str, size: usize) -> Vec<Case<'a>> {
    let mut cases = Vec::new();
    for (title, act) in data_faults(size) {
        let always = vec![rule(command, Act::Data(act.clone()), ALWAYS)];
        let says = match (&act, command) {
            (DataAct::Fin(_), _) => "ftp-incomplete",
            (DataAct::Stall(_), _) => "ftp-timeout",
            // Whether the server's verdict comes before the end of the connection is chance.
            (_, "RETR") => "cannot download /netstock/12345/stock.csv: ",
            _ => "cannot upload to /ordershop/12345/",
        };
        cases.push(Case::new(scene, &format!("{command}: data {title}"), always).exits(5).says(says));
        let once = vec![rule(command, Act::Data(act), 1)];
        cases.push(Case::new(scene, &format!("{command}: data {title}, once"), once));
    }
    let slow = vec![rule(command, Act::Data(DataAct::Throttle(size.div_ceil(40))), ALWAYS)];
    cases.push(Case::new(scene, &format!("{command}: data slow"), slow));
    let trickle = vec![rule(command, Act::Data(DataAct::Throttle(1)), ALWAYS)];
    let case = Case::new(scene, &format!("{command}: data trickles"), trickle);
    // What is uploaded slowly lies in the kernel's buffers: it is the server's verdict that does not come in time.
    let code = if command == "RETR" { "ftp-too-slow" } else { "ftp-timeout" };
    cases.push(case.exits(5).says(code));
    cases
}

#[test]
fn a_download_survives_whatever_happens_to_its_data() {
    let scene = Prepared::new(scenes::stock());
    let size = scene.scene.shop.remote_bytes("/netstock/12345/stock.csv").len();
    check_all("download, data", data_cases(&scene, "RETR", size));
}

#[test]
fn an_upload_survives_whatever_happens_to_its_data() {
    let scene = Prepared::new(scenes::orders());
    let shop = scene.scene.shop.twin();
    shop.run([scene.scene.job]).ok();
    let size = shop.remote_bytes(&format!("{OUTBOX}/{}", shop.remote_files(OUTBOX)[0])).len();
    check_all("upload, data", data_cases(&scene, "STOR", size));
}

#[test]
fn data_connections_that_cannot_be_opened_are_tried_again() {
    let scenes = [Prepared::new(scenes::stock()), Prepared::new(scenes::orders())];
    let mut cases = Vec::new();
    for scene in &scenes {
        for skip in [0, 1] {
            let refused = Rule { skip, ..rule("PASV", Act::RefuseData, ALWAYS) };
            let is_hit = skip == 0 || scene.scene.job == "import-stock";
            if is_hit {
                let case = Case::new(scene, &format!("data refused after {skip}"), vec![refused.clone()]);
                cases.push(case.exits(5).says("ftp-data-connection"));
                let once = Rule { times: 1, ..refused };
                cases.push(Case::new(scene, &format!("data refused after {skip}, once"), vec![once]));
            }
        }
        cases.push(Case::new(
            scene,
            "data address behind NAT",
            vec![rule("PASV", Act::WrongAddress, ALWAYS)],
        ));
        for (nonsense, code) in [
            // There is EPSV, too.
            ("227 ok\r\n", ""),
            ("227 (1,2,3)\r\n", ""),
            ("227 (999,1,1,1,999,999)\r\n", ""),
            ("227 (127,0,0,1,0,0)\r\n", "ftp-data-connection"),
        ] {
            let case = Case::new(scene, nonsense.trim(), vec![rule("PASV", answer(nonsense), ALWAYS)]);
            cases.push(if code.is_empty() { case } else { case.exits(5).says(code) });
        }
    }
    check_all("data connection", cases);
}

// Sizes that lie ------------------------------------------------------------------------------------------------

#[test]
fn a_transfer_whose_size_is_wrong_afterwards_does_not_count() {
    let (import, export) = (Prepared::new(scenes::stock()), Prepared::new(scenes::orders()));
    let size = |skip, times, reply: &str| Rule { skip, ..rule("SIZE", answer(reply), times) };
    let cases = vec![
        // Size at listing, size when it should be ready, size after the download, size before it is put away.
        Case::new(&import, "grows between two listings", vec![size(0, 1, "213 10\r\n")]).says("not-ready"),
        Case::new(&import, "grows after the second look", vec![size(2, 1, "213 999999\r\n")])
            .says("not-ready"),
        Case::new(&import, "was smaller all the time", vec![size(0, 2, "213 10\r\n")]).says("not-ready"),
        Case::new(&import, "is replaced while we read it", vec![size(3, 1, "213 7\r\n")])
            .says("file-replaced"),
        Case::new(
            &import,
            "disappears before the download",
            vec![rule("RETR", answer("550 gone\r\n"), 1), size(2, 1, "550 gone\r\n")],
        )
        .says("file-vanished"),
        Case::new(
            &import,
            "disappears before its size is asked for",
            vec![
                rule("SIZE", answer("550 gone\r\n"), 1),
                Rule { skip: 1, ..rule("NLST", Act::Data(DataAct::Instead(Vec::new())), 1) },
            ],
        ),
        Case::new(&import, "is never to be measured", vec![size(0, ALWAYS, "550 not for you\r\n")])
            .exits(3)
            .says("550 not for you"),
        Case::new(&import, "a size that is no number", vec![size(0, ALWAYS, "213 many\r\n")])
            .exits(5)
            .says("213 many"),
        Case::new(&export, "too small after the upload", vec![size(0, ALWAYS, "213 10\r\n")])
            .exits(5)
            .says("but the file on the server has 10"),
        Case::new(&export, "too small after the upload, once", vec![size(0, 1, "213 10\r\n")]),
        Case::new(&export, "gone after the upload", vec![size(0, ALWAYS, "550 where?\r\n")])
            .exits(5)
            .says("550 where?"),
    ];
    check_all("sizes", cases);
}

/// That SIZE knows neither name is no proof that TEMPOSTAR has taken a file: then its orders would be lost.
#[test]
fn a_size_that_is_refused_does_not_make_an_upload_pass_for_taken() {
    let scenes = ["uploaded", "server-renamed"].map(|at| Prepared::new(scenes::orders_interrupted_at(at)));
    let never = || vec![rule("SIZE", answer("550 not for you\r\n"), ALWAYS)];
    let cases = scenes.iter().map(|scene| Case::new(scene, "is never to be measured", never())).collect();
    check_all("resumed exports", cases);
}

/// Ready, downloaded, and then replaced by a file of the same size: the new one must not be put away unread.
#[test]
fn a_file_that_is_replaced_while_the_old_one_is_read_is_not_lost() {
    let scene = scenes::stock();
    let shop = &scene.shop;
    let late = Rule { skip: 1, ..rule("MDTM", Act::Delay(Duration::from_millis(700)), 1) };
    let proxy = before(shop, vec![late]);
    let path = "/netstock/12345/stock.csv";
    let mut newer = shop.remote_bytes(path);
    let figure = newer.windows(8).position(|bytes| bytes == b"S-002,2,").unwrap() + 6;
    newer[figure] = b'8';
    thread::scope(|scope| {
        let run = scope.spawn(|| shop.run([scene.job, "--json"]));
        while proxy.injected() == 0 {
            thread::sleep(Duration::from_millis(10));
        }
        shop.put(path, &newer);
        shop.set_remote_time(path, "2026-11-24 10:14:30");
        run.join().unwrap().ok().problem("file-replaced", "stock.csv", &[]);
    });
    shop.check_stock("S-002", 2, 0);
    shop.set_remote_time(path, "2026-11-24 10:15:00");
    shop.run([scene.job]).ok();
    shop.check_stock("S-002", 8, 0);
}

// Listings ------------------------------------------------------------------------------------------------------

#[test]
fn what_is_strange_in_a_listing_is_left_alone_and_does_not_stop_the_rest() {
    let scene = Prepared::new(scenes::stock());
    let garbage: Vec<u8> = (0..1_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let long = "x".repeat(100_000);
    let mut cases = Vec::new();
    for (title, listing) in [
        ("out of the folder", b"../../stock.csv\r\n..\\stock.csv\r\n../stock.csv\r\nstock.csv\r\n".to_vec()),
        ("absolute", b"/etc/stock.csv\r\n/netstock/12345/stock.csv\r\n".to_vec()),
        ("very long", format!("{long}.csv\r\n{long}\r\nstock.csv").into_bytes()),
        ("twice", b"stock.csv\nstock.csv\n\n\n.\n..\n".to_vec()),
        ("garbage", [garbage, b"\r\nstock.csv\r\n".to_vec()].concat()),
        ("not UTF-8", b"\xff\xfe.csv\r\nstock.csv\r\n".to_vec()),
    ] {
        let fault = format!("listing: {title}");
        cases.push(Case::new(
            &scene,
            &fault,
            vec![rule("NLST", Act::Data(DataAct::Instead(listing)), ALWAYS)],
        ));
    }
    let gone = b"gone.csv\r\n-rf.csv\r\n--help.csv\r\nstock.csv\r\n".to_vec();
    let always_gone = vec![rule("NLST", Act::Data(DataAct::Instead(gone)), ALWAYS)];
    cases.push(
        Case::new(&scene, "listing: files that are not there", always_gone)
            .exits(3)
            .says("550 File not found"),
    );
    for empty in ["450 No files\r\n", "550 No files\r\n", "226 No files\r\n"] {
        cases.push(Case::new(&scene, empty.trim(), vec![rule("NLST", answer(empty), ALWAYS)]));
    }
    let cut = |act| vec![rule("NLST", Act::Data(act), ALWAYS)];
    cases.push(Case::new(&scene, "listing closed at once", cut(DataAct::Fin(0))));
    cases.push(Case::new(&scene, "listing closed in the middle", cut(DataAct::Fin(5))));
    cases.push(Case::new(&scene, "listing stalls", cut(DataAct::Stall(5))).exits(5).says("ftp-timeout"));
    check_all("listings", cases);
}

#[test]
fn names_with_spaces_japanese_or_a_hyphen_are_taken_and_folders_and_temporary_files_are_not() {
    let shop = Shop::new();
    shop.many_products_in_stock(4);
    let names = ["-rf.csv", "a b.csv", "stock;rm.csv", "在庫.csv"];
    for (number, name) in names.iter().enumerate() {
        shop.put_sheet(STOCK_INBOX, name, &format!("商品コード,在庫数\nS-{:03},77\n", number + 1));
    }
    for left in ["folder.csv/inside.txt", ".hidden", "stock.csv.tmp", "stock.csv.filepart"] {
        shop.put(&format!("{STOCK_INBOX}/{left}"), "x");
    }
    shop.run(["import-stock"]).ok();
    shop.check_rows("SELECT DISTINCT quantity FROM stock", &["77"]);
    assert_eq!(shop.remote_files(STOCK_INBOX), [".hidden", "stock.csv.filepart", "stock.csv.tmp"]);
    assert_eq!(shop.remote_files(&format!("{STOCK_INBOX}/archive")), names);
}

#[test]
fn a_listing_of_nonsense_does_not_flood_the_report() {
    let shop = scenes::stock().shop;
    let nonsense = b"a\x07b\r\n".repeat(5000);
    let _proxy = before(&shop, vec![rule("NLST", Act::Data(DataAct::Instead(nonsense)), 1)]);
    let ran = shop.run(["import-stock", "--json"]).ok();
    assert!(ran.stderr.len() < 10_000, "{ran}");
    ran.problem("more-ignored-names", "", &["be used: 4980\n"]);
}

// Names that are taken, and overwriting that is forbidden ---------------------------------------------------------

#[test]
fn a_name_that_is_taken_in_the_archive_is_avoided() {
    let shop = scenes::stock().shop;
    shop.put(&format!("{STOCK_INBOX}/archive/stock.csv"), "last week's");
    shop.run(["import-stock"]).ok();
    assert_eq!(shop.remote_bytes(&format!("{STOCK_INBOX}/archive/stock.csv")), b"last week's");
    assert_eq!(shop.remote_files(&format!("{STOCK_INBOX}/archive")).len(), 2);
}

/// ProFTPD, as shipped, refuses STOR where a file lies.
#[test]
fn what_an_interrupted_upload_left_is_removed_where_it_must_not_be_overwritten() {
    let scene = Prepared::new(scenes::orders_interrupted_at("server-uploaded"));
    let refused = rule("STOR", answer("550 Overwrite permission denied\r\n"), 1);
    check_all("overwriting", vec![Case::new(&scene, "STOR over a file refused", vec![refused])]);
}

// Servers that are none -----------------------------------------------------------------------------------------

#[test]
fn whatever_listens_at_the_port_instead_is_told() {
    let scene = Prepared::new(scenes::stock());
    let mut cases = Vec::new();
    for (greeting, code) in [
        ("SSH-2.0-OpenSSH_9.2p1\r\n", "ftp-port-of-ssh"),
        ("HTTP/1.1 400 Bad Request\r\n\r\n", "ftp-port-of-web"),
        ("\u{16}\u{3}\r\n", "ftp-not-understood"),
        ("hello\r\n", "ftp-not-understood"),
    ] {
        let case = Case::new(&scene, greeting.trim(), vec![rule(GREETING, answer(greeting), ALWAYS)]);
        cases.push(case.exits(5).says(code));
    }
    cases.push(
        Case::new(&scene, "nobody speaks", vec![rule(GREETING, Act::Silence, ALWAYS)])
            .exits(5)
            .says("ftp-timeout"),
    );
    check_all("no FTP server", cases);
}

#[test]
fn a_port_where_nobody_listens_is_told_and_the_next_run_does_it() {
    for scene in [scenes::stock(), scenes::orders()] {
        let mut scene = Prepared::new(scene).scene;
        scene.shop.ftp.stop();
        let ran = scene.shop.run([scene.job, "--json"]).exits(5);
        ran.only_problem("ftp-unreachable", "", &["127.0.0.1:", "Connection refused"]);
        scene.shop.ftp.restart().unwrap();
        scene.shop.run([scene.job]).ok();
    }
}

#[test]
fn a_wrong_password_is_tried_once_and_a_busy_server_again() {
    let shop = scenes::stock().shop;
    shop.setting("retries = 0", "retries = 3");
    shop.write("demo.pass", b"wrong\n");
    shop.ftp.log().clear();
    shop.run(["import-stock", "--json"]).exits(6).only_problem("ftp-login-refused", "", &["12345_0", "530"]);
    assert_eq!(shop.ftp.log().entries_of("login"), ["login refused 12345_0"]);
    shop.write("demo.pass", shop.ftp.password().as_bytes());
    let proxy = before(&shop, vec![rule("PASS", answer("421 too many\r\n"), 3)]);
    shop.run(["import-stock"]).ok();
    assert_eq!(proxy.injected(), 3);
}

#[test]
fn the_same_again_counts_as_new_where_no_time_is_told_and_the_first_was_seen_to_be_gone() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 10);
    let _proxy = before(&shop, vec![rule("MDTM", Act::Answer(b"502 no\r\n".to_vec()), usize::MAX)]);
    shop.order("1001").line("A-1", 1).insert();
    shop.run(["export-orders"]).ok();
    let sheet = "商品コード,在庫数\nA-1,9\n";
    shop.put_sheet(STOCK_INBOX, "stock.csv", sheet);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 9, 1);
    // TEMPOSTAR says the same again, and knows the order by now.
    shop.at("2026-11-24 11:00:00").put_sheet(STOCK_INBOX, "stock.csv", sheet);
    let ran = shop.run(["import-stock", "--json"]).ok();
    assert_eq!(ran.file_outcome("stock.csv"), "applied");
    shop.check_stock("A-1", 9, 0);
    // One that cannot be taken away is the same as before.
    shop.at("2026-11-24 11:10:00").put_sheet(STOCK_INBOX, "stock.csv", sheet);
    shop.sql("UPDATE tempostar_files SET is_gone = 0");
    let ran = shop.run(["import-stock", "--json"]).ok();
    assert_eq!(ran.file_outcome("stock.csv"), "already_applied");
}
