//! Servers that differ from what we hope for: each works, or the right check and the right exit code name what is
//! wrong; and what is wrong with one file never holds up the others.

use std::thread;

use mail_parser::MessageParser;

use crate::bent_server::{Bend, BentServer, Listing, Names, PASSWORD, Passive, implicit_tls};
use crate::harness::{LOGISTICS_INBOX, OUTBOX, PRODUCT_INBOX, Ran, STOCK_INBOX, Shop, cp932};
use crate::smtp_sink::SmtpSink;

pub const FOLDERS: [&str; 10] = [
    "/product",
    "/product/export",
    PRODUCT_INBOX,
    "/netstock",
    STOCK_INBOX,
    "/order",
    "/order/export/12345",
    LOGISTICS_INBOX,
    "/ordershop",
    OUTBOX,
];

/// A shop at a bent server, with one order to send and a file in each inbox.
struct Site {
    shop: Shop,
    server: BentServer,
}

impl Site {
    fn new(bend: Bend) -> Self {
        let (shop, server) = (Shop::new(), BentServer::start(bend, &FOLDERS));
        shop.setting(&format!("port = {}", shop.ftp.port()), &format!("port = {}", server.port()));
        shop.setting("timeout_s = 5\nretries", "timeout_s = 1\nretries");
        shop.write("demo.pass", PASSWORD.as_bytes());
        shop.product_in_stock("A-1", 10);
        shop.payment_method("代金引換");
        shop.order("1001").line("A-1", 2).insert();
        server.put(&format!("{PRODUCT_INBOX}/p.csv"), cp932("商品コード,商品名\nB-1,皿\n"));
        server.put(&format!("{STOCK_INBOX}/s.csv"), cp932("商品コード,在庫数\nA-1,7\n"));
        server.put(
            &format!("{LOGISTICS_INBOX}/l.csv"),
            cp932("ショップ受注番号,受注進捗コード\n12345-1001,800\n"),
        );
        Self { shop, server }
    }

    fn run(&self, job: &str) -> Ran {
        self.shop.run([job, "--json"])
    }

    /// Everything goes its way, twice.
    #[track_caller]
    fn works(&self, what: &str) {
        let checked = self.run("check-settings");
        assert_eq!(checked.code, 0, "{what}\n{checked}");
        for _ in 0..2 {
            for job in ["export-orders", "import-products", "import-logistics", "import-stock"] {
                let ran = self.run(job);
                assert_eq!((ran.code, ran.codes()), (0, Vec::new()), "{what}: {job}\n{ran}");
            }
        }
        let archived =
            |inbox: &str| (self.server.files(inbox), self.server.files(&format!("{inbox}/archive")));
        for (inbox, name) in [(PRODUCT_INBOX, "p.csv"), (STOCK_INBOX, "s.csv"), (LOGISTICS_INBOX, "l.csv")] {
            assert_eq!(archived(inbox), (Vec::new(), vec![name.to_owned()]), "{what}");
        }
        assert_eq!(self.server.files(OUTBOX), ["order20261124101500.csv"], "{what}");
        self.shop.check_rows("SELECT quantity FROM stock", &["7"]);
        self.shop.check_rows("SELECT name FROM products WHERE code = 'B-1'", &["皿"]);
        self.shop.check_rows("SELECT delivery_status FROM orders", &["1"]);
    }
}

/// Each in a site of its own, several at a time.
#[track_caller]
fn for_each<T: Sync>(cases: &[(&str, T)], check: impl Fn(&str, &T) + Sync) {
    for some in cases.chunks(8) {
        thread::scope(|scope| {
            for (what, case) in some {
                scope.spawn(|| check(what, case));
            }
        });
    }
}

fn good() -> Bend {
    Bend { has_epsv: true, features: &["MDTM", "SIZE", "MLST type*;size*;"], ..Bend::default() }
}

fn answering(answers: &[(&'static str, &'static str)]) -> Bend {
    Bend { answers: answers.to_vec(), ..good() }
}

#[test]
fn servers_that_spell_things_otherwise_work() {
    let cases = [
        ("nothing bent", good()),
        ("absolute names", Bend { listing: Listing::Absolute, ..good() }),
        ("relative names", Bend { listing: Listing::Relative, ..good() }),
        ("dotted names", Bend { listing: Listing::Dotted, ..good() }),
        ("Windows names", Bend { listing: Listing::Windows, ..good() }),
        ("folders marked", Bend { listing: Listing::FoldersMarked, ..good() }),
        ("227 without brackets", Bend { passive: Passive::WithoutBrackets, ..good() }),
        ("EPSV only", Bend { passive: Passive::Unknown, ..good() }),
        ("PASV only", Bend { has_epsv: false, ..good() }),
        ("PASV 500", answering(&[("PASV", "500 what?")])),
        ("PASV 501", answering(&[("PASV", "501 no")])),
        ("empty folder 450", Bend { empty_folder: "450 No files found", ..good() }),
        ("empty folder 550", Bend { empty_folder: "550 No files found", ..good() }),
        ("empty folder 226", Bend { empty_folder: "226 Transfer done", ..good() }),
        ("empty folder 451", Bend { empty_folder: "451 No files found", ..good() }),
        ("absent 450", Bend { size_of_nothing: "450 no such file", ..good() }),
        ("absent 501", Bend { size_of_nothing: "501 no such file", ..good() }),
        ("absent 213 -1", Bend { size_of_nothing: "213 -1", ..good() }),
        ("absent 213 0", Bend { size_of_nothing: "213 0", ..good() }),
        ("no MDTM", answering(&[("MDTM", "502 no")])),
        ("MDTM 500", answering(&[("MDTM", "500 what?")])),
        ("MDTM 550", answering(&[("MDTM", "550 no")])),
        ("MDTM 450", answering(&[("MDTM", "450 later")])),
        ("MDTM 250", answering(&[("MDTM", "250 20261124010000")])),
        ("MDTM 200", answering(&[("MDTM", "200 ok")])),
        ("MDTM of words", answering(&[("MDTM", "213 yesterday")])),
        ("no FEAT", answering(&[("FEAT", "502 no")])),
        ("FEAT 500", answering(&[("FEAT", "500 what?")])),
        ("no PWD", answering(&[("PWD", "502 no")])),
        ("no MLSD", answering(&[("MLSD", "502 no"), ("MLST", "502 no")])),
        ("no NLST, but MLSD", answering(&[("NLST", "502 no")])),
        (
            "NLST 500, MLSD of CP932 names",
            Bend { names: Names::Cp932, ..answering(&[("NLST", "500 what?")]) },
        ),
        ("no LIST", answering(&[("LIST", "502 no")])),
        ("no EPSV, no FEAT", Bend { has_epsv: false, ..answering(&[("FEAT", "502 no")]) }),
        ("MKD 550", answering(&[("MKD /ordershop", "550 exists")])),
        ("CP932 names", Bend { names: Names::Cp932, ..good() }),
        ("UTF-8 when asked", Bend { names: Names::Utf8WhenAsked, ..good() }),
        (
            "OPTS refused",
            Bend { names: Names::Cp932, features: &["UTF8"], ..answering(&[("OPTS", "501 no")]) },
        ),
    ];
    for_each(&cases, |what, bend| Site::new(bend.clone()).works(what));
}

/// A site whose server encrypts from the first byte; the settings know its certificate.
fn encrypting(bend: Bend) -> Site {
    let (config, sha256) = implicit_tls();
    let site = Site::new(Bend { tls: Some(config), ..bend });
    let trusted = format!("tls = \"implicit\"\ncertificate_sha256 = \"{sha256}\"");
    site.shop.setting("tls = \"none\"", &trusted);
    site
}

#[test]
fn a_server_of_implicit_ftps_works() {
    let cases = [
        ("as it should be", good()),
        ("EPSV only", Bend { passive: Passive::Unknown, ..good() }),
        (
            "a greeting of several lines",
            Bend { greeting: Some("220-bent\r\n 220 wait\r\n220-now\r\n220 hello"), ..good() },
        ),
    ];
    for_each(&cases, |what, bend| {
        let site = encrypting(bend.clone());
        site.works(what);
        let protected = site.server.commands().iter().filter(|command| *command == "PROT P").count();
        assert!(protected > 0, "{what}");
    });
}

#[test]
fn a_server_of_implicit_ftps_is_trusted_as_any_other_and_judged_by_its_greeting() {
    let site = encrypting(good());
    site.shop.setting("certificate_sha256", "# certificate_sha256");
    site.run("import-stock").exits(6).problem("ftp-certificate-untrusted", "", &["certificate_sha256 = "]);
    assert_eq!(site.server.commands(), [""; 0]);
    for (greeting, exit, code) in [
        ("421 too many", 5, "ftp-server-busy"),
        ("220 mail.example ESMTP Postfix", 5, "ftp-port-of-mail"),
        ("hello", 5, "ftp-not-understood"),
    ] {
        let site = encrypting(Bend { greeting: Some(greeting), ..good() });
        site.run("import-stock").exits(exit).problem(code, "", &[greeting]);
        assert_eq!(site.server.commands(), [""; 0], "{greeting}");
    }
}

#[test]
fn a_server_that_does_not_encrypt_from_the_start_is_told_the_password_by_nobody() {
    let site = Site::new(good());
    site.shop.setting("tls = \"none\"", "tls = \"implicit\"");
    let before = site.server.commands().len();
    let told = ["220 ", "set tls = \"explicit\""];
    site.run("import-stock").exits(6).problem("ftp-port-without-tls", "", &told);
    let heard = site.server.commands().split_off(before);
    assert!(heard.iter().all(|command| !command.starts_with("PASS")), "{heard:?}");
}

#[test]
fn a_command_that_is_missing_is_named_by_every_job_and_by_check_settings() {
    let imports = ["import-products", "import-logistics", "import-stock"].as_slice();
    let all = ["import-products", "import-logistics", "import-stock", "export-orders"].as_slice();
    let export = ["export-orders"].as_slice();
    let lacks = |command: &'static str, answer: &'static str| answering(&[(command, answer)]);
    let no_list = |answer| Bend { features: &["SIZE"], ..lacks("NLST", answer) };
    let no_passive = || Bend { passive: Passive::Unknown, has_epsv: false, ..good() };
    let cases = [
        ("NLST 502", (no_list("502 no"), all, "NLST")),
        ("NLST 500", (no_list("500 no"), all, "NLST")),
        ("no MLSD either", (answering(&[("NLST", "504 no"), ("MLSD", "500 no")]), all, "NLST")),
        ("RETR 502", (lacks("RETR", "502 no"), imports, "RETR")),
        ("STOR 502", (lacks("STOR", "502 no"), export, "STOR")),
        ("STOR 504", (lacks("STOR", "504 no"), export, "STOR")),
        ("TYPE 504", (lacks("TYPE I", "504 no"), all, "TYPE")),
        ("no PASV, no EPSV", (no_passive(), all, "PASV")),
        ("RNFR 502", (lacks("RNFR", "502 no"), imports, "RNFR")),
        ("RNFR 500", (lacks("RNFR", "500 no"), imports, "RNFR")),
    ];
    for_each(&cases, |what, (bend, jobs, command)| {
        let site = Site::new(bend.clone());
        let checks = ["check-settings", "--write-test", "--json"].as_slice();
        for called in jobs.iter().map(|job| vec![*job, "--json"]).chain([checks.to_vec()]) {
            let ran = site.shop.run(&called).exits(6);
            let named = ran.json()["problems"].as_array().unwrap().iter().any(|problem| {
                problem["code"] == "ftp-command-unsupported"
                    && problem["message"].as_str().unwrap().contains(command)
            });
            assert!(named, "{what}: {called:?}\n{ran}");
        }
    });
}

#[test]
fn a_file_that_cannot_be_fetched_is_told_and_left_and_the_others_are_taken() {
    let at = "RETR /netstock/12345/a.csv";
    let cases = [
        ("RETR 450", (answering(&[(at, "450 locked")]), "ftp-server-busy")),
        ("RETR 451", (answering(&[(at, "451 local error")]), "ftp-server-busy")),
        ("RETR 550", (answering(&[(at, "550 no access")]), "ftp-forbidden")),
        ("RETR 551", (answering(&[(at, "551 no")]), "ftp-refused")),
        ("RETR 426", (answering(&[(at, "426 broken")]), "ftp-server-busy")),
        ("RETR hangs", (Bend { hangs_at: vec![at], ..good() }, "ftp-timeout")),
        ("RETR of nonsense", (answering(&[(at, "221 bye")]), "ftp-not-understood")),
    ];
    for_each(&cases, |what, (bend, code)| {
        let site = Site::new(bend.clone());
        site.server.put(&format!("{STOCK_INBOX}/a.csv"), cp932("商品コード,在庫数\nA-1,3\n"));
        let ran = site.run("import-stock").exits(3);
        let ran = ran.problem(code, "a.csv", &[]);
        assert_eq!(
            (ran.file_outcome("a.csv"), ran.file_outcome("s.csv")),
            ("waiting".to_owned(), "applied".to_owned()),
            "{what}"
        );
        site.shop.check_rows("SELECT quantity FROM stock", &["7"]);
        assert_eq!(site.server.files(STOCK_INBOX), ["a.csv"], "{what}");
        assert_eq!(site.server.files(&format!("{STOCK_INBOX}/archive")), ["s.csv"], "{what}");
        // Once it can be fetched it is.
        site.server.bend(good());
        site.run("import-stock").ok();
        assert_eq!(site.server.files(STOCK_INBOX), [""; 0], "{what}");
    });
}

#[test]
fn a_file_that_cannot_be_moved_is_told_and_the_others_are_taken() {
    let at = "RNFR /netstock/12345/a.csv";
    let cases = [
        ("RNFR 450", answering(&[(at, "450 busy")])),
        ("RNFR 550", answering(&[(at, "550 no")])),
        ("RNFR 553", answering(&[(at, "553 no")])),
        ("RNTO 450", answering(&[("RNTO /netstock/12345/archive/a.csv", "450 busy")])),
        ("RNTO 553", answering(&[("RNTO /netstock/12345/archive/a.csv", "553 name not allowed")])),
        ("SIZE 450", answering(&[("SIZE /netstock/12345/archive/a.csv", "451 busy")])),
        ("RNFR hangs", Bend { hangs_at: vec![at], ..good() }),
    ];
    for_each(&cases, |what, bend| {
        let site = Site::new(bend.clone());
        site.server.put(&format!("{STOCK_INBOX}/a.csv"), cp932("商品コード,在庫数\nA-1,3\n"));
        for _ in 0..2 {
            let ran = site.run("import-stock").exits(3);
            ran.only_problem("cannot-clean-up", "a.csv", &[]);
            site.shop.check_rows("SELECT quantity FROM stock", &["7"]);
            assert_eq!(site.server.files(STOCK_INBOX), ["a.csv"], "{what}");
        }
        site.server.bend(good());
        site.run("import-stock").ok();
        assert_eq!(site.server.files(&format!("{STOCK_INBOX}/archive")), ["a.csv", "s.csv"], "{what}");
    });
}

/// pyftpdlib writes ? for each byte that is no UTF-8, and then knows no such file.
#[test]
fn a_name_that_the_server_cannot_tell_is_named_and_the_others_are_taken() {
    let site = Site::new(answering(&[("SIZE /netstock/12345/??.csv", "550 is not retrievable")]));
    site.server.put(&format!("{STOCK_INBOX}/??.csv"), cp932("商品コード,在庫数\nA-1,3\n"));
    let ran = site.run("import-stock").exits(3);
    ran.only_problem("file-unreadable", "??.csv", &["550 is not retrievable"]).says("a name with ? in it");
    site.shop.check_rows("SELECT quantity FROM stock", &["7"]);
}

#[test]
fn what_concerns_the_session_ends_the_run() {
    let cases = [
        ("421", answering(&[("RETR /netstock/12345/a.csv", "421 too many")])),
        ("data port", answering(&[("PASV", "425 no ports")])),
        ("no other file", answering(&[("RETR /netstock/12345/", "450 locked")])),
    ];
    for_each(&cases, |what, bend| {
        let site = Site::new(bend.clone());
        site.server.put(&format!("{STOCK_INBOX}/a.csv"), cp932("商品コード,在庫数\nA-1,3\n"));
        let ran = site.run("import-stock");
        assert_eq!(ran.code, 5, "{what}\n{ran}");
        site.shop.check_rows("SELECT quantity FROM stock", &["10"]);
    });
}

#[test]
fn japanese_names_are_imported_archived_rejected_and_shown() {
    for names in [Names::Utf8, Names::Cp932, Names::Utf8WhenAsked] {
        let site = Site::new(Bend { names, ..good() });
        // The second byte of ソ is a backslash in CP932.
        site.server.put(&format!("{STOCK_INBOX}/在庫ソ.csv"), cp932("商品コード,在庫数\nA-1,5\n"));
        site.server.put(&format!("{STOCK_INBOX}/壊れた表.csv"), b"x");
        let ran = site.run("import-stock").exits(3);
        let ran = ran.refused("header-only", "壊れた表.csv", &[]);
        assert_eq!(ran.file_outcome("在庫ソ.csv"), "applied", "{names:?}");
        assert_eq!(site.server.files(STOCK_INBOX), [""; 0], "{names:?}");
        assert_eq!(site.server.files(&format!("{STOCK_INBOX}/archive")), ["s.csv", "在庫ソ.csv"]);
        assert_eq!(site.server.files(&format!("{STOCK_INBOX}/error")), ["壊れた表.csv"]);
        site.shop.run(["check-settings"]).ok();
        let asked = site.server.commands().iter().filter(|command| *command == "OPTS UTF8 ON").count();
        assert_eq!(asked > 0, names == Names::Utf8WhenAsked, "{names:?}");
    }
}

#[test]
fn after_a_refused_login_the_next_runs_wait_and_the_account_is_not_locked() {
    let mut site = Site::new(good());
    site.shop.write("demo.pass", b"wrong");
    let tries =
        |site: &Site| site.server.commands().iter().filter(|command| command.starts_with("PASS")).count();
    let mut logins = tries(&site);
    // Five minutes after the first refusal, ten after the second, …, an hour at most.
    for (time, is_tried) in [
        ("10:15:00", true),
        ("10:19:59", false),
        ("10:20:00", true),
        ("10:29:59", false),
        ("10:30:00", true),
        ("10:50:00", true),
        ("11:30:00", true),
        ("12:29:59", false),
        ("12:30:00", true),
        ("13:30:00", true),
    ] {
        site.shop.at(&format!("2026-11-24 {time}"));
        logins += usize::from(is_tried);
        let ran = site.run("import-stock").exits(6).only_problem("ftp-login-refused", "", &["530 no"]);
        assert_eq!(tries(&site), logins, "{time}\n{ran}");
    }
    // All jobs share the account; and each says until when it waits.
    let ran = site.run("export-orders").exits(6);
    ran.only_problem(
        "ftp-login-refused",
        "",
        &["not tried again before 2026-11-24 14:30:00 (it was refused at 2026-11-24 13:30:00)", "530 no"],
    );
    site.run("import-stock");
    assert_eq!(tries(&site), logins);
    // A changed password ends the wait, and the next refusal begins anew.
    site.shop.write("demo.pass", PASSWORD.as_bytes());
    site.run("import-stock").ok();
    site.shop.write("demo.pass", b"wrong");
    site.run("import-stock").exits(6);
    site.shop.at("2026-11-24 13:35:00");
    site.run("import-stock").exits(6);
    assert_eq!(tries(&site), logins + 3);
}

#[test]
fn an_expired_password_and_a_locked_account_have_their_own_words() {
    for (answer, code) in [
        ("530 Password has expired", "ftp-password-expired"),
        ("530 Account locked", "ftp-account-locked"),
        ("530 User cannot log in", "ftp-login-refused"),
    ] {
        let (site, sink) = (Site::new(answering(&[("PASS", answer)])), SmtpSink::start());
        let mail = format!(
            "transport = \"smtp\"\nhost = \"localhost\"\nport = {}\nfrom = \"t@hanaya.internal\"",
            sink.port()
        );
        site.shop.setting("transport = \"none\"", &mail);
        site.run("import-stock").exits(6).only_problem(code, "", &[answer]);
        let mails = sink.mails();
        let mail = MessageParser::default().parse(&mails[0].raw).unwrap().body_text(0).unwrap().into_owned();
        assert!(mail.contains("TEMPOSTAR's FTP server refuses the user or the password"), "{mail}");
        // Also while it waits.
        site.run("import-stock").exits(6).only_problem(code, "", &["not tried again before", answer]);
    }
}
