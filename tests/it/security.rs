//! What must not be seen is not seen, what must not be written to is not written to, and nothing is taken that is too
//! large.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use crate::ftp_server::{Fault, Tls};
use crate::harness::{CUSTOMER, LOGISTICS_INBOX, OUTBOX, PRODUCT_INBOX, Ran, STOCK_INBOX, Shop, cp932};

const SHEET: &str = "商品コード,在庫数\nA-1,9\n";

fn shop_with_waiting_file() -> Shop {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.put_sheet(STOCK_INBOX, "stock.csv", SHEET);
    shop
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

// Customers' data and passwords ----------------------------------------------------------------------------------

/// A shop in which everything that can be told about orders is told: held back for each kind of reason, changed,
/// shipped, refused, rejected.
fn talkative_shop() -> Shop {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 30);
    shop.order("1001").line("A-1", 1).insert();
    shop.order("1002").line("A-1", 1).set("customer_address", "東京都千代田区千代田1-1 𠮷野家").insert();
    shop.order("1003").line("A-1", 1).set("customer_name", "山田 太郎\u{1F600}").insert();
    shop.order("1004").line("A-1", 1).set("total", 1).insert();
    shop.order("1005").line("A-1", 1).set("payment_method", "知らない方法").insert();
    shop.order("1006").line("A-1", 1).set("customer_name", "").insert();
    shop.order("1007").line("A-1", 1).set("customer_note", "山田 太郎より é").insert();
    shop.order("1008").line("A-1", 1).set("customer_tel", 3).set("ordered_at", "山田 太郎").insert();
    shop.order("1009").line("A-1", 1).set("total", "03-0000-0001").insert();
    shop.order("1010").line("A-1", 1).set_shipment("recipient_address", "").insert();
    shop.order("1011").line("A-1", 1).set_shipment("delivery_date", "100-0001").insert();
    shop.order("1012").line("A-1", 1).set_line("quantity", "taro@customer.example").insert();
    shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nA-1,x\n");
    shop.put_sheet(
        LOGISTICS_INBOX,
        "status.csv",
        "ショップ受注番号,受注進捗コード,出荷日\n12345-1001,800,いつか\n12345-9,800,2026/11/24\n",
    );
    shop.put_sheet(PRODUCT_INBOX, "product.csv", "商品コード,謎\nA-1,1\n");
    shop
}

const COMMANDS: [&[&str]; 10] = [
    &["export-orders", "--dry-run"],
    &["import-products", "--dry-run"],
    &["import-logistics", "--dry-run"],
    &["import-stock", "--dry-run"],
    &["status"],
    &["check-settings", "--offline"],
    &["check-settings", "--write-test"],
    &["import-stock"],
    &["import-logistics"],
    &["export-orders"],
];

const LOGS: [&[&str]; 5] = [
    &[],
    &["-vv"],
    &["-vv", "--json"],
    &["-vv", "--log-format", "json"],
    &["--quiet", "--log-format", "json"],
];

#[test]
fn no_command_shows_a_customer_or_a_password_however_much_it_is_asked_to_tell() {
    let shop = talkative_shop();
    let mut runs = 0;
    for command in COMMANDS {
        for log in LOGS {
            // The harness looks for what must not be seen.
            shop.run(command.iter().chain(log));
            runs += 1;
        }
    }
    assert_eq!(runs, 50);
    let status = shop.run(["status", "--json"]).ok().json();
    let held_back = status["orders"]["held_back"].as_array().unwrap().iter();
    let held_back: Vec<&str> = held_back.map(|order| order["order_no"].as_str().unwrap()).collect();
    let expected = ["1002", "1003", "1004", "1005", "1006", "1009", "1010", "1011", "1012", "1008"];
    assert_eq!(held_back, expected);
}

#[test]
fn no_error_shows_them_either() {
    let faults = [
        Fault::ConnectionDropped,
        Fault::GetFailsAfter(5),
        Fault::ListRefused,
        Fault::PutFailsAfter(5),
        Fault::RenameRefused,
        Fault::MakeFolderRefused,
    ];
    for fault in faults {
        let shop = talkative_shop();
        shop.ftp.faults().always(fault);
        for command in [["import-stock", "-vv"], ["import-logistics", "-vv"], ["export-orders", "-vv"]] {
            shop.run(command);
        }
    }
    for log in LOGS {
        let shop = talkative_shop();
        shop.write("demo.pass", b"another-secret\n");
        let ran = shop.run([&["export-orders"], log].concat()).exits(6);
        ran.says("530").never_says("another-secret");
    }
    let shop = talkative_shop();
    shop.setting("password_file = \"demo.pass\"", "password = \"third-secret\"\nport = 21");
    shop.run(["export-orders", "-vv"]).exits(6).never_says("third-secret");
}

#[test]
fn the_database_keeps_no_customer_in_the_ledger() {
    let shop = talkative_shop();
    for command in COMMANDS {
        shop.run(command);
    }
    for table in
        ["tempostar_runs", "tempostar_files", "tempostar_batches", "tempostar_batch_orders", "tempostar_meta"]
    {
        let rows = shop.rows(&format!("SELECT * FROM {table}")).join("\n");
        assert!(CUSTOMER.iter().all(|canary| !rows.contains(canary)), "{table}\n{rows}");
        assert!(!rows.contains(shop.ftp.password()), "{table}\n{rows}");
    }
}

#[test]
fn other_users_see_no_secret_in_the_list_of_processes() {
    let shop = shop_with_waiting_file();
    let run = shop.start_and_hold(Fault::GetHeld, &["import-stock"]);
    for file in ["cmdline", "environ", "comm"] {
        let shown = fs::read(format!("/proc/{}/{file}", run.id())).unwrap();
        let shown = String::from_utf8_lossy(&shown).into_owned();
        assert!(!shown.is_empty(), "{file}");
        assert!(!shown.contains(shop.ftp.password()), "{file}: {shown}");
    }
    run.goes_on().ok();
}

#[test]
fn a_password_file_that_others_can_read_is_warned_about() {
    let shop = Shop::new();
    for (bits, is_warned) in [(0o600, false), (0o400, false), (0o640, false), (0o644, true), (0o604, true)] {
        fs::set_permissions(shop.path("demo.pass"), fs::Permissions::from_mode(bits)).unwrap();
        let ran = shop.run(["check-settings", "--offline", "--json"]);
        assert_eq!(ran.codes().contains(&"password-file-open".to_owned()), is_warned, "{bits:o}\n{ran}");
    }
}

// Files and folders ----------------------------------------------------------------------------------------------

/// Runs the binary with a umask that takes nothing away.
#[track_caller]
fn run_with_open_umask(shop: &Shop, args: &[&str]) -> Ran {
    let command = shop.command(args);
    let mut shell = Command::new("sh");
    shell.args(["-c", "umask 000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_tempostar")]).args(args);
    shell.current_dir(shop.path("")).env_clear();
    shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    Ran::new(shell.output().unwrap())
}

#[track_caller]
fn check_private(folder: &Path) {
    assert_eq!(mode(folder), 0o700, "{}", folder.display());
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            check_private(&path);
        } else {
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
    }
}

#[test]
fn everything_in_the_work_folder_is_for_its_owner_only_whatever_the_umask() {
    let mut shop = Shop::new();
    run_with_open_umask(&shop, &["import-stock"]).ok();
    shop.many_products_in_stock(40);
    let rows = (1..=40).fold(String::new(), |rows, number| rows + &format!("S-{number:03},6\n"));
    shop.put_sheet(STOCK_INBOX, "stock.csv", &format!("商品コード,在庫数\nS-001,x\n{rows}"));
    shop.order("1001").line("S-001", 1).insert();
    shop.variables_once("TEMPOSTAR_CRASH_AT", "server-downloaded", |shop| {
        run_with_open_umask(shop, &["import-stock"]).died();
    });
    shop.variables_once("TEMPOSTAR_CRASH_AT", "prepared", |shop| {
        run_with_open_umask(shop, &["export-orders"]).died();
    });
    assert_eq!(shop.work_files_below("spool").len(), 2);
    check_private(&shop.path("tempostar.d"));
    run_with_open_umask(&shop, &["import-stock"]).exits(3);
    run_with_open_umask(&shop, &["export-orders"]).ok();
    assert_eq!(shop.work_files_below("archive").len(), 2);
    assert_eq!(shop.work_files_below("rejects").len(), 1);
    check_private(&shop.path("tempostar.d"));
}

#[test]
fn the_database_is_not_for_everybody_whatever_the_umask() {
    let mut shop = Shop::new();
    shop.variables_once("TEMPOSTAR_CRASH_AT", "server-listed", |shop| {
        // A run that dies leaves SQLite's own files behind.
        run_with_open_umask(shop, &["import-stock"]).died();
    });
    let files = ["shop.db", "shop.db-wal", "shop.db-shm", "shop.db.import-stock.lock"];
    for file in files {
        assert_eq!(mode(&shop.path(file)) & 0o007, 0, "{file}: {:o}", mode(&shop.path(file)));
    }
}

/// A folder outside of the work folder, with a file in it that must stay as it is.
fn outside(shop: &Shop) -> std::path::PathBuf {
    let outside = shop.path("outside");
    // As the folder of a run that began long ago is called.
    fs::create_dir_all(outside.join("20200101T000000-1a2b3c")).unwrap();
    for name in ["stock.csv", "import-stock.demo.lock", "20200101T000000-1a2b3c/letter.txt"] {
        fs::write(outside.join(name), "not ours").unwrap();
    }
    outside
}

#[track_caller]
fn check_outside_is_untouched(shop: &Shop) {
    let outside = shop.path("outside");
    let mut names: Vec<_> = fs::read_dir(&outside)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["20200101T000000-1a2b3c", "import-stock.demo.lock", "stock.csv"]);
    for name in ["stock.csv", "import-stock.demo.lock", "20200101T000000-1a2b3c/letter.txt"] {
        assert_eq!(fs::read(outside.join(name)).unwrap(), b"not ours", "{name}");
    }
}

#[test]
fn a_folder_of_the_work_folder_that_is_a_link_is_not_followed() {
    for link in ["spool", "spool/import-stock.demo", "archive", "archive/import-stock", "rejects"] {
        let mut shop = Shop::new();
        shop.many_products_in_stock(40);
        let rows = (1..=40).fold(String::new(), |rows, number| rows + &format!("S-{number:03},6\n"));
        shop.put_sheet(STOCK_INBOX, "stock.csv", &format!("商品コード,在庫数\nS-001,x\n{rows}"));
        let path = shop.path("tempostar.d").join(link);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let _ = fs::remove_dir_all(&path);
        symlink(outside(&shop), &path).unwrap();
        let ran = shop.run(["import-stock", "--json"]).exits(6);
        ran.problem("work-dir-link", "", &[&format!("tempostar.d/{link}")]);
        check_outside_is_untouched(&shop);

        fs::remove_file(&path).unwrap();
        shop.at("2026-11-24 10:25:00").run(["import-stock"]);
        shop.check_rows("SELECT count(*) FROM stock WHERE quantity = 6", &["40"]);
        assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0], "{link}");
        assert_eq!(shop.work_files_below("archive").len(), 1, "{link}");
    }
}

#[test]
fn a_file_of_the_work_folder_that_is_a_link_is_not_followed() {
    for (link, target) in [
        ("spool/import-stock.demo/stock.csv", "stock.csv"),
        ("spool/import-stock.demo/folder", "20200101T000000-1a2b3c"),
        ("import-stock.demo.lock", "import-stock.demo.lock"),
        ("import-stock.demo.lock", "new"),
    ] {
        let shop = shop_with_waiting_file();
        let path = shop.path("tempostar.d").join(link);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let _ = fs::remove_file(&path);
        symlink(outside(&shop).join(target), &path).unwrap();
        let ran = shop.run(["import-stock", "--json"]);
        check_outside_is_untouched(&shop);
        match ran.code {
            0 => shop.check_stock("A-1", 9, 0),
            _ => drop(ran.exits(6).only_problem("work-dir-link", "", &[link])),
        }
    }
}

#[test]
fn a_link_where_the_copy_of_a_file_belongs_is_replaced() {
    let shop = shop_with_waiting_file();
    shop.run_dying_at("committed", ["import-stock"]);
    let copy = shop.path("tempostar.d/archive").join(shop.value("SELECT archived_as FROM tempostar_files"));
    fs::create_dir_all(copy.parent().unwrap()).unwrap();
    symlink(outside(&shop).join("stock.csv"), &copy).unwrap();
    shop.run(["import-stock"]).ok();
    check_outside_is_untouched(&shop);
    assert!(!copy.is_symlink());
    assert_eq!(fs::read(&copy).unwrap(), cp932(SHEET));
}

#[test]
fn forgetting_what_is_old_follows_no_link() {
    for link in ["rejects", "archive", "archive/import-stock"] {
        let mut shop = shop_with_waiting_file();
        shop.run(["import-stock"]).ok();
        let path = shop.path("tempostar.d").join(link);
        let _ = fs::rename(&path, shop.path("aside"));
        symlink(outside(&shop), &path).unwrap();
        shop.at("2027-11-24 10:15:00").run(["import-products"]).ok();
        check_outside_is_untouched(&shop);
    }
}

#[test]
fn what_a_person_keeps_beside_the_rejected_rows_stays_there() {
    let mut shop = shop_with_waiting_file();
    fs::create_dir_all(shop.path("tempostar.d/rejects/20200101T000000-1a2b3c")).unwrap();
    fs::create_dir_all(shop.path("tempostar.d/rejects/2020 my corrections")).unwrap();
    shop.write("tempostar.d/rejects/0-note.txt", b"a note");
    shop.run(["import-stock"]).ok();
    shop.at("2027-11-24 10:15:00").run(["import-stock"]).ok();
    assert!(!shop.path("tempostar.d/rejects/20200101T000000-1a2b3c").exists());
    assert!(shop.path("tempostar.d/rejects/2020 my corrections").exists());
    assert!(shop.path("tempostar.d/rejects/0-note.txt").exists());
}

#[test]
fn the_work_folder_itself_may_be_a_link() {
    let shop = Shop::new();
    fs::create_dir(shop.path("large-disk")).unwrap();
    symlink("large-disk", shop.path("tempostar.d")).unwrap();
    shop.product_in_stock("A-1", 3);
    shop.put_sheet(STOCK_INBOX, "stock.csv", SHEET);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 9, 0);
}

#[test]
fn a_dry_run_that_fails_leaves_nothing_in_the_work_folder() {
    let shop = shop_with_waiting_file();
    shop.put_sheet(STOCK_INBOX, "stock2.csv", SHEET);
    shop.ftp.faults().once_at(Fault::GetFailsAfter(5), "stock2.csv");
    shop.run(["import-stock", "--dry-run"]).exits(3);
    assert!(shop.work_files_below("spool").is_empty(), "{:?}", shop.work_files_below("spool"));
}

// TLS ------------------------------------------------------------------------------------------------------------

/// Without the pin by which the sample trusts its server.
#[track_caller]
fn without_pin(shop: &Shop) {
    shop.settings(|text| {
        text.lines()
            .filter(|line| !line.starts_with("certificate_sha256"))
            .map(|line| format!("{line}\n"))
            .collect()
    });
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused_before_the_password_is_sent() {
    for tls in [Tls::Offered, Tls::Required] {
        let shop = Shop::with_tls(tls);
        shop.order("1001").line("A-1", 1).insert();
        without_pin(&shop);
        shop.ftp.log().clear();
        let ran = shop.run(["export-orders", "--json"]).exits(6);
        ran.only_problem("ftp-certificate-untrusted", "", &[shop.ftp.certificate_sha256()]);
        assert_eq!(shop.ftp.log().entries_of("login"), [""; 0]);
        assert_eq!(shop.remote_files(OUTBOX), [""; 0]);
    }
}

#[test]
fn a_server_without_tls_is_refused_before_the_password_is_sent() {
    for setting in ["tls = \"explicit\"", ""] {
        let shop = Shop::new();
        shop.order("1001").line("A-1", 1).insert();
        shop.setting("tls = \"none\"\n\n[mail]", &format!("{setting}\n\n[mail]"));
        shop.ftp.log().clear();
        shop.run(["export-orders", "--json"]).exits(6).only_problem("ftp-tls-refused", "", &[]);
        assert_eq!(shop.ftp.log().entries_of("login"), [""; 0], "{setting}");
    }
}

// Sizes ----------------------------------------------------------------------------------------------------------

#[test]
fn a_file_given_by_hand_is_bounded_too() {
    let shop = shop_with_waiting_file();
    shop.settings(|text| text + "[limits]\nmax_file_mb = 1\n");
    shop.write("large.csv", &[SHEET.as_bytes(), &vec![b'\n'; 1024 * 1024]].concat());
    let ran = shop.run(["import-stock", "--json", "--file", "large.csv"]).exits(3);
    ran.only_problem("file-too-large", "large.csv", &["the limit is 1 MB"]);
    let ran = shop.run(["import-stock", "--json", "--file", "/dev/zero"]).exits(2);
    ran.only_problem("file-argument", "", &["/dev/zero (not a regular file)"]);
    assert!(shop.work_files_below("spool").is_empty());
    shop.check_stock("A-1", 3, 0);
}

#[test]
fn a_record_without_end_is_refused_within_bounded_memory() {
    let shop = shop_with_waiting_file();
    let mut sheet = b"\"code\",\"quantity\"\r\n\"".to_vec();
    sheet.resize(80 << 20, b'x');
    shop.write("endless.csv", &sheet);
    let command = shop.command(["--help"]);
    let mut shell = Command::new("sh");
    // All of it would not fit: 60 MiB besides the program itself and what SQLite and the threads reserve.
    shell.args(["-c", "ulimit -d 61440; exec \"$0\" import-stock --json --file endless.csv"]);
    shell.arg(env!("CARGO_BIN_EXE_tempostar")).current_dir(shop.path("")).env_clear();
    shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let ran = Ran::new(shell.output().unwrap()).exits(3);
    ran.only_problem("record-too-long", "endless.csv: line 2", &[]);
    shop.check_stock("A-1", 3, 0);
}
