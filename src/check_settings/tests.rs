//! Misconfigurations built for real, against a server in this process: each is one error of the right check.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use tempfile::TempDir;
use unicode_width::UnicodeWidthStr;

use super::ladder::{NO_JOB, WRITING};
use super::*;
use crate::server::tests::ftp_server::{Fault, FtpServer, Tls};
use crate::settings;
use crate::text::Language;

const RUN: &str = "20261124T101500-abcdef";
const FOLDERS: [&str; 4] =
    ["product/export/12345", "netstock/12345", "order/export/12345/orderstatus", "ordershop/12345"];

/// A shop that is set up well.
struct Shop {
    server: FtpServer,
    folder: TempDir,
    settings: String,
    clock: Clock,
}

impl Shop {
    fn new() -> Self {
        Self::with_tls(Tls::Off)
    }

    fn with_tls(tls: Tls) -> Self {
        let folder = TempDir::new().unwrap();
        let root = folder.path().join("server");
        for inbox in FOLDERS {
            fs::create_dir_all(root.join(inbox)).unwrap();
        }
        let server = FtpServer::start_with(&root, tls).unwrap();
        let settings = format!(
            "database = \"shop.db\"\nlanguage = \"ja\"\n\
             [shop]\ncode = \"12345\"\nname = \"サンプル商店\"\n[shop.options]\n\
             [ftp]\nconnect_timeout_s = 1\ntimeout_s = 1\nretries = 0\n\
             [ftp.demo]\nurl = \"127.0.0.1\"\nport = {}\nuser = \"{}\"\npassword_file = \"demo.pass\"\n{}\n\
             [products]\n[stock]\ninbox = \"/netstock/{{shop_code}}\"\n\
             [orders]\noutbox = \"/ordershop/{{shop_code}}\"\n",
            server.port(),
            server.user(),
            match tls {
                Tls::Off => "tls = \"none\"".to_owned(),
                _ => format!("certificate_sha256 = \"{}\"", server.certificate_sha256()),
            },
        );
        let now: crate::moment::Moment = "2026-11-24 10:15:00".parse().unwrap();
        let seconds = (now - chrono::Duration::hours(9)).seconds();
        server.set_clock(UNIX_EPOCH + std::time::Duration::from_secs(seconds as u64));
        let clock = Clock::Fixed(now);
        let shop = Self { server, folder, settings, clock };
        shop.write("demo.pass", shop.server.password().as_bytes());
        fs::set_permissions(shop.path("demo.pass"), PermissionsExt::from_mode(0o600)).unwrap();
        shop.sql("INSERT INTO payment_methods (name, added_on) VALUES ('銀行振込', '2019-04-01')");
        shop
    }

    /// The same shop with this text of its settings replaced.
    #[track_caller]
    fn but(mut self, from: &str, to: &str) -> Self {
        assert!(self.settings.contains(from), "{from:?} is not in the settings");
        self.settings = self.settings.replacen(from, to, 1);
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, content: &[u8]) {
        fs::write(self.path(name), content).unwrap();
    }

    fn loaded(&self) -> Result<Settings, Failure> {
        self.write("tempostar.toml", self.settings.as_bytes());
        settings::load(&self.path("tempostar.toml"), None)
    }

    fn sql(&self, statements: &str) {
        crate::books::open(&self.loaded().unwrap()).unwrap().execute_batch(statements).unwrap();
    }

    fn checked(&self) -> Checked {
        self.checked_with(&CheckSettings { offline: false, write_test: false, send_test_mail: false })
    }

    fn offline(&self) -> Checked {
        self.checked_with(&CheckSettings { offline: true, write_test: false, send_test_mail: false })
    }

    fn write_test(&self) -> Checked {
        self.checked_with(&CheckSettings { offline: false, write_test: true, send_test_mail: false })
    }

    fn checked_with(&self, options: &CheckSettings) -> Checked {
        let checked = run(self.loaded(), options, RUN, &self.clock, &Progress::none());
        assert!(!format!("{checked:?}").contains(self.server.password()), "the password is shown");
        checked
    }
}

impl Checked {
    #[track_caller]
    fn check(&self, id: &str) -> &Check {
        self.checks.iter().find(|check| check.id == id).unwrap_or_else(|| panic!("no check {id}"))
    }

    fn ids(&self, status: Status) -> Vec<&'static str> {
        self.checks.iter().filter(|check| check.status == status).map(|check| check.id).collect()
    }

    fn ready(&self) -> Vec<Job> {
        let jobs = self.jobs().into_iter().filter(|(_, readiness)| *readiness == Readiness::Ready);
        jobs.map(|(job, _)| job).collect()
    }

    /// The one error, its check and its exit code, and no warning.
    #[track_caller]
    fn only_error(&self, id: &str, code: &str, exit: Exit) -> &Finding {
        let shown = self.text(Language::En, Colours::Plain);
        assert_eq!(self.ids(Status::Error), [id], "{shown}");
        assert_eq!(self.ids(Status::Warning), Vec::<&str>::new(), "{shown}");
        let findings = &self.check(id).findings;
        assert_eq!(findings.len(), 1, "{shown}");
        assert_eq!((findings[0].problem.kind.code, self.exit()), (code, exit), "{shown}");
        &findings[0]
    }

    #[track_caller]
    fn only_warning(&self, id: &str, code: &str) -> &Finding {
        let shown = self.text(Language::En, Colours::Plain);
        assert_eq!(self.ids(Status::Warning), [id], "{shown}");
        assert_eq!(self.ids(Status::Error), Vec::<&str>::new(), "{shown}");
        assert_eq!(self.exit(), Exit::Ok);
        let findings = &self.check(id).findings;
        assert_eq!(findings.iter().map(|f| f.problem.kind.code).collect::<Vec<_>>(), [code], "{shown}");
        &findings[0]
    }
}

#[test]
fn a_shop_that_is_set_up_well_has_no_errors_and_no_warnings() {
    for tls in [Tls::Off, Tls::Required] {
        let checked = Shop::with_tls(tls).write_test();
        let shown = checked.text(Language::Ja, Colours::Plain);
        assert!(checked.checks.iter().all(|check| check.status == Status::Ok), "{shown}");
        assert_eq!((checked.exit(), checked.ready()), (Exit::Ok, Job::ALL.to_vec()));
        assert!(shown.contains("\nすべて正常です。商品情報取込（import-products）、"), "{shown}");
    }
}

#[test]
fn the_rungs_have_names_of_their_own_and_stand_on_earlier_ones() {
    let mut below = vec!["settings", "options"];
    for rung in LADDER {
        assert!(!below.contains(&rung.id), "{} twice", rung.id);
        assert!(rung.after.iter().all(|id| below.contains(id)), "{}", rung.id);
        assert!(rung.id.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", rung.id);
        below.push(rung.id);
    }
}

#[test]
fn everything_waits_for_the_settings_file() {
    let checked = Shop::new().but("retries", "retrys").checked();
    checked.only_error("settings", "settings-unknown-key", Exit::Settings);
    assert_eq!(checked.ids(Status::Skipped).len(), checked.checks.len() - 1);
    assert_eq!(checked.check("orders").fact.ja, "先に「設定ファイル」のエラーを直してください");
    assert_eq!((checked.environment, checked.ready()), (None, vec![]));
}

#[test]
fn an_option_that_excludes_tempostar_is_no_fault_of_the_file_and_the_shop_must_act() {
    let checked = Shop::new().but("[shop.options]\n", "[shop.options]\nhanpukai = true\n").checked();
    let finding = checked.only_error("options", "option-hanpukai", Exit::Settings);
    assert_eq!(finding.who, [Who::Shop, Who::Support]);
    assert!(show::hint(finding).ja.starts_with("店舗様・弊社: 頒布会の利用をやめ"));
    assert_eq!(checked.check("settings").status, Status::Ok);
    assert_eq!(checked.check("database").fact.en, "first mend “options of the shop”");
}

#[test]
fn a_password_that_everybody_can_read_is_named() {
    let shop = Shop::new();
    fs::set_permissions(shop.path("demo.pass"), PermissionsExt::from_mode(0o644)).unwrap();
    let checked = shop.checked();
    let finding = checked.only_warning("passwords", "password-file-open");
    assert!(finding.problem.message.en.contains("demo.pass, which holds a password"));
    assert!(finding.problem.message.en.ends_with("(mode 0644)"));
}

#[test]
fn a_settings_file_is_a_secret_only_when_it_holds_a_password() {
    let password = "password_file = \"demo.pass\"";
    let shop = Shop::new();
    let written = format!("password = {:?}", shop.server.password());
    let shop = shop.but(password, &written);
    let checked = shop.checked();
    let finding = checked.only_warning("passwords", "password-file-open");
    assert!(finding.problem.message.en.contains("tempostar.toml"));
}

#[test]
fn a_work_folder_that_cannot_be_made_stops_every_job() {
    let shop = Shop::new().but("[shop]", "work_dir = \"demo.pass\"\n[shop]");
    let checked = shop.write_test();
    checked.only_error("work-folder", "work-dir-unusable", Exit::Settings);
    let files = ["products-file", "logistics-file", "stock-file"];
    assert_eq!(checked.ids(Status::Skipped), [&WRITING[..], &files].concat());
    assert_eq!(checked.ready(), Vec::<Job>::new());
}

#[test]
fn a_work_folder_is_left_as_it_was_found() {
    let shop = Shop::new();
    shop.write_test();
    let mode = fs::metadata(shop.path("tempostar.d")).unwrap().permissions().mode() & 0o777;
    let left: Vec<_> =
        fs::read_dir(shop.path("tempostar.d")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!((mode, left), (0o700, vec!["spool".into()]));
    assert_eq!(fs::read_dir(shop.path("tempostar.d/spool/check-settings")).unwrap().count(), 0);

    fs::set_permissions(shop.path("tempostar.d"), PermissionsExt::from_mode(0o755)).unwrap();
    shop.checked().only_warning("work-folder", "work-dir-open");
}

#[test]
fn a_database_that_is_none_is_the_databases_fault_alone() {
    let shop = Shop::new();
    for side in ["shop.db", "shop.db-wal", "shop.db-shm"] {
        let _ = fs::remove_file(shop.path(side));
    }
    shop.write("shop.db", &[b'x'; 4096]);
    let checked = shop.checked();
    checked.only_error("database", "not-a-database", Exit::Database);
    assert_eq!(checked.check("server-login").status, Status::Ok);
    assert_eq!(checked.check("orders").fact.en, "first mend “database”");
}

#[test]
fn the_other_environments_database_is_a_matter_of_settings() {
    let shop = Shop::new();
    let shop =
        shop.but("[shop]", "environment = \"production\"\n[shop]").but("[ftp.demo]", "[ftp.production]");
    shop.checked().only_error("database", "wrong-environment", Exit::Settings);
}

#[test]
fn a_damaged_database_is_found() {
    let shop = Shop::new();
    let rows =
        (0..2000).map(|n| format!("('P{n:04}', '{}')", "x".repeat(100))).collect::<Vec<_>>().join(", ");
    shop.sql(&format!("INSERT INTO products (code, note) VALUES {rows}; PRAGMA wal_checkpoint(TRUNCATE);"));
    let mut bytes = fs::read(shop.path("shop.db")).unwrap();
    let page = bytes.windows(5).rposition(|window| window == b"P1500").unwrap() / 4096 * 4096;
    bytes[page..page + 4096].fill(0xa5);
    shop.write("shop.db", &bytes);
    let checked = shop.checked();
    checked.only_error("database-integrity", "database-corrupt", Exit::Database);
    assert_eq!(checked.check("payment-methods").status, Status::Skipped);
}

#[test]
fn what_was_done_to_the_database_is_said() {
    let shop = Shop::new().but("shop.db", "new.db");
    let version = crate::books::known_version();
    for told in [
        format!("new.db was created (schema version {version})"),
        format!("new.db (schema version {version})"),
    ] {
        let checked = shop.checked();
        assert!(checked.check("database").fact.en.ends_with(&told), "{checked:?}");
    }
}

#[test]
fn the_shops_data_is_not_touched() {
    let shop = Shop::new();
    let all = |table: &str| {
        let database = crate::books::open(&shop.loaded().unwrap()).unwrap();
        let mut statement = database.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| {
            (0..columns)
                .map(|i| row.get::<_, rusqlite::types::Value>(i))
                .collect::<rusqlite::Result<Vec<_>>>()
        });
        rows.unwrap().map(Result::unwrap).collect::<Vec<_>>()
    };
    let tables = ["payment_methods", "orders", "tempostar_meta", "tempostar_runs", "tempostar_files"];
    let before = tables.map(all);
    shop.write_test();
    assert_eq!(tables.map(all), before);
}

#[test]
fn free_items_of_the_settings_are_compared_with_the_shops() {
    let mapped = |line: &str| Shop::new().but("[stock]", &format!("[products.free_items]\n{line}\n[stock]"));
    let undefined = mapped("\"予備1\" = 7").checked();
    let finding = undefined.only_warning("free-items", "free-item-undefined");
    assert!(finding.problem.message.ja.contains("列「予備1」の割り当て先の自由項目 7"));

    let shop = mapped("\"予備1\" = 7");
    shop.sql("INSERT INTO product_free_items VALUES (3, '予備1'), (7, '色')");
    shop.checked().only_warning("free-items", "free-item-contradiction");

    let shop = mapped("\"予備1\" = 7");
    shop.sql("INSERT INTO product_free_items VALUES (7, '備考')");
    assert_eq!(shop.checked().check("free-items").status, Status::Ok);
}

#[test]
fn payment_methods_since_may_2022_need_savaway() {
    let shop = Shop::new();
    shop.sql(
        "INSERT INTO payment_methods (name, added_on, tempostar_ready)
         VALUES ('前日', '2022-04-30', 0), ('当日', '2022-05-01', 0), ('設定済', '2024-01-01', 1), ('不明', NULL, 0)",
    );
    let checked = shop.checked();
    let finding = checked.only_warning("payment-methods", "payment-method-not-ready");
    assert!(finding.problem.message.ja.starts_with("決済方法「当日」は"));
    assert!(finding.who.contains(&Who::Savaway));
}

#[test]
fn a_shop_without_payment_methods_is_warned() {
    let shop = Shop::new();
    shop.sql("DELETE FROM payment_methods");
    let checked = shop.checked();
    assert_eq!(checked.ids(Status::Warning), Vec::<&str>::new(), "before the first order there is time");
    assert_eq!(checked.check("payment-methods").findings[0].problem.kind.code, "payment-methods-none-yet");
    shop.sql("INSERT INTO orders (order_no, cancelled_at) VALUES ('1', '2026-11-24 10:00:00')");
    shop.checked().only_warning("payment-methods", "payment-methods-empty");
}

#[test]
fn waiting_orders_that_would_be_held_back_are_told_by_reason() {
    let shop = Shop::new();
    shop.sql(
        "INSERT INTO orders (order_no, ordered_at, payment_method, kind)
         VALUES ('1001', '2026-11-24 10:00:00', '代引き', 'normal'), ('1002', '2026-11-24 10:01:00', '代引き', 'normal'),
                ('1003', '2026-11-24 10:02:00', '銀行振込', 'hanpukai')",
    );
    let checked = shop.checked();
    // Each reason is told where its root is; the orders check has none of its own here.
    assert_eq!(checked.ids(Status::Warning), ["payment-methods", "options-data"]);
    let unlisted = &checked.check("payment-methods").findings[0].problem;
    assert_eq!(unlisted.kind.code, "payment-method-unlisted");
    assert!(unlisted.message.en.starts_with("2 waiting orders use the payment method \"代引き\""));
    let orders = checked.check("orders");
    assert_eq!(orders.fact.ja, "3 件のうち 3 件は送信できません");
    let told: Vec<&str> = orders.findings.iter().map(|f| f.problem.message.ja.as_str()).collect();
    assert!(told[0].starts_with("受注 2 件（1001, 1002）は送信されません: 支払方法「代引き」が"), "{told:?}");
    assert!(told[1].starts_with("受注 1 件（1003）は送信されません: 頒布会の受注は"), "{told:?}");
    assert_eq!(checked.exit(), Exit::Ok);
}

#[test]
fn waiting_files_are_counted_without_markers_and_folders() {
    let shop = Shop::new().but("[stock]", "[stock]\nready = \"marker\"\npattern = \"*\"");
    let inbox = shop.server.root().join("netstock/12345");
    for (name, content) in [("a.csv", "12345"), ("b.csv", "1234567"), ("a.lock", "")] {
        fs::write(inbox.join(name), content).unwrap();
    }
    fs::create_dir(inbox.join("archive")).unwrap();
    let fact = shop.checked().check("stock-inbox").fact.en.clone();
    assert!(fact.starts_with("/netstock/12345: files waiting: 2 (12 bytes, the oldest of 2"), "{fact}");
}

#[test]
fn the_server_is_left_alone_offline() {
    let shop = Shop::new();
    let checked = shop.offline();
    assert_eq!(shop.server.log().entries(), Vec::<String>::new());
    let skipped = checked.ids(Status::Skipped);
    assert_eq!((skipped.first(), skipped.len()), (Some(&"server-name"), 11));
    assert!(skipped.iter().all(|id| checked.check(id).fact == say::offline()));
    assert!(checked.jobs().iter().all(|(_, readiness)| *readiness == Readiness::Untested));
    assert_eq!(checked.exit(), Exit::Ok);
}

#[test]
fn nothing_is_written_to_the_server_unless_asked() {
    let shop = Shop::new();
    let checked = shop.checked();
    assert!(shop.server.log().entries().iter().all(|entry| !entry.starts_with("put")));
    assert!(
        checked.text(Language::Ja, Colours::Plain).ends_with("--write-test を付けて実行してください。\n")
    );
}

#[test]
fn the_write_test_leaves_nothing_and_its_name_is_no_order_files() {
    let shop = Shop::new();
    assert_eq!(shop.write_test().check("write-test").status, Status::Ok);
    let put = shop.server.log().entries_of("put");
    assert_eq!(put.len(), 4, "one in each folder");
    assert!(put[0].ends_with(&format!("/ordershop/12345/tempostar-check-{RUN}.tmp")), "{put:?}");
    assert_eq!(fs::read_dir(shop.server.root().join("ordershop/12345")).unwrap().count(), 0);
}

#[test]
fn a_file_of_the_write_test_that_cannot_be_deleted_is_named() {
    let shop = Shop::new();
    shop.server.faults().always(Fault::DeleteRefused);
    let checked = shop.write_test();
    let findings = &checked.check("write-test").findings;
    let codes: Vec<&str> = findings.iter().map(|finding| finding.problem.kind.code).collect();
    assert_eq!(codes, ["ftp-forbidden", "write-test-left"]);
    assert!(findings[1].problem.message.en.contains(&format!("tempostar-check-{RUN}-renamed.tmp")));
}

#[test]
fn a_test_mail_without_mail_is_refused_and_stops_no_job() {
    let options = CheckSettings { offline: false, write_test: false, send_test_mail: true };
    let checked = Shop::new().checked_with(&options);
    checked.only_error("mail", "test-mail-none", Exit::Settings);
    assert_eq!(checked.ready(), Job::ALL);
}

#[test]
fn the_exit_code_tells_network_and_database_from_the_rest() {
    let with = |exits: &[Exit]| {
        let finding = |exit: &Exit| Finding { exit: *exit, ..Finding::of(say::no_test_mail()) };
        let found = Found::failed(exits.iter().map(finding).collect());
        Checked { environment: None, checks: vec![check("x", Text::default(), NO_JOB, found)], stopped: None }
            .exit()
    };
    assert_eq!(with(&[]), Exit::Ok);
    assert_eq!(with(&[Exit::Remote, Exit::Remote]), Exit::Remote);
    assert_eq!(with(&[Exit::Database]), Exit::Database);
    assert_eq!(with(&[Exit::Remote, Exit::Database]), Exit::Settings);
    assert_eq!(with(&[Exit::Settings, Exit::Remote]), Exit::Settings);
}

#[test]
fn facts_stand_in_one_column_in_both_languages() {
    let checked = Shop::new().but("tls = \"none\"", "tls = \"explicit\"").checked();
    for language in [Language::Ja, Language::En] {
        let text = checked.text(language, Colours::Plain);
        let column = |line: &str| {
            let (before, after) = line.split_once("  ").unwrap_or_else(|| panic!("no fact: {line}"));
            before.width() + 2 + (after.len() - after.trim_start().len())
        };
        let rows = text.lines().filter(|line| line.starts_with(['✓', '!', '✗', '–']));
        let columns: Vec<usize> = rows.map(column).collect();
        assert!(
            columns.len() > 20 && columns.iter().all(|found| *found == columns[0]),
            "{columns:?}\n{text}"
        );
    }
}

#[test]
fn many_checks_that_wait_for_the_same_thing_are_one_line() {
    let checked = Shop::new().but("retries", "retrys").checked();
    let text = checked.text(Language::Ja, Colours::Plain);
    let skipped: Vec<&str> = text.lines().filter(|line| line.starts_with('–')).collect();
    let count = checked.checks.len() - 2;
    assert_eq!(skipped.len(), 1, "{text}");
    assert!(skipped[0].starts_with(&format!("– オプションの併用 ほか{count}項目  未確認: 先に")), "{text}");
}

#[test]
fn colours_are_there_only_where_wanted() {
    let checked = Shop::new().offline();
    assert!(!checked.text(Language::Ja, Colours::Plain).contains('\x1b'));
    assert!(checked.text(Language::Ja, Colours::Ansi).contains("\x1b[32m✓ 設定ファイル\x1b[0m"));
}

#[test]
fn what_the_shops_data_holds_cannot_break_the_lines() {
    let shop = Shop::new();
    shop.sql("INSERT INTO payment_methods (name, added_on) VALUES ('悪い' || char(10, 27) || '[31m', '2023-01-01')");
    let text = shop.checked().text(Language::Ja, Colours::Plain);
    assert!(text.contains("決済方法「悪い  [31m」"), "{text}");
}

#[test]
fn programs_find_the_same_as_people() {
    let shop = Shop::new();
    fs::remove_dir(shop.server.root().join("netstock/12345")).unwrap();
    let checked = shop.checked();
    let (checks, jobs) = checked.json(Language::Ja);
    let stock = checks.as_array().unwrap().iter().find(|check| check["id"] == "stock-inbox").unwrap();
    let keys: Vec<&String> = stock.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "title", "status", "message", "hint"]);
    assert_eq!((&stock["title"], &stock["status"]), (&"在庫情報のフォルダ".into(), &"error".into()));
    assert!(stock["hint"].as_str().unwrap().starts_with("弊社・SAVAWAY様: 設定ファイルの stock.inbox"));
    assert_eq!((&jobs["import-stock"], &jobs["export-orders"]), (&"blocked".into(), &"ready".into()));
    assert_eq!(checked.problems()[0].hint.ja, stock["hint"]);
}
