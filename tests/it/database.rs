//! The database in trouble: the shop writes all the time, the disk is full, the file is read-only, corrupt, moved away.
//! Each ends with the right exit code and in words; nothing is lost, and the next run does the rest.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior};

use crate::ftp_server::Fault;
use crate::harness::{OUTBOX, PRODUCT_INBOX, Ran, STOCK_INBOX, Shop, SmallDisk};

/// A user that owns nothing.
const NOBODY: u32 = 65534;

const SHEET: &str = "商品コード,在庫数\nA-1,9\n";

fn shop_with_waiting_file() -> Shop {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.put_sheet(STOCK_INBOX, "stock.csv", SHEET);
    shop
}

/// The next run, when the trouble is over, does it all.
#[track_caller]
fn check_the_next_run_does_it(shop: &mut Shop) {
    shop.at("2026-11-24 10:25:00").run(["import-stock", "--json"]).ok().count("changed", 1);
    shop.check_stock("A-1", 9, 0);
    assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0]);
}

#[track_caller]
fn check_nothing_happened(shop: &Shop) {
    shop.check_stock("A-1", 3, 0);
    assert_eq!(shop.remote_files(STOCK_INBOX), ["stock.csv"]);
}

// An older version's database ------------------------------------------------------------------------------------

/// As the first version of this program made it.
const FIRST_SCHEMA: &str = include_str!("../../src/books/schema/001_initial.sql");

#[test]
fn the_user_version_is_the_shops() {
    for theirs in ["0", "3", "12", "-1"] {
        let shop = Shop::new();
        shop.product_in_stock("A-1", 3);
        shop.sql(&format!("PRAGMA user_version = {theirs}"));
        shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nA-1,9\n");
        shop.run(["import-stock"]).ok();
        shop.check_stock("A-1", 9, 0);
        shop.check_rows("PRAGMA user_version", &[theirs]);
    }
}

/// As 0.1 made it.
const SCHEMA_OF_0_1: [&str; 5] = [
    FIRST_SCHEMA,
    include_str!("../../src/books/schema/002_begun_files.sql"),
    include_str!("../../src/books/schema/003_history.sql"),
    include_str!("../../src/books/schema/004_problems.sql"),
    include_str!("../../src/books/schema/005_status.sql"),
];

#[test]
fn a_database_of_0_1_is_migrated_whatever_the_shop_wrote_as_its_version() {
    for (theirs, after) in [("5", "6"), ("0", "0"), ("12", "12")] {
        let shop = Shop::new();
        let old = Connection::open(shop.path("shop.db")).unwrap();
        for step in SCHEMA_OF_0_1 {
            old.execute_batch(step).unwrap();
        }
        old.execute_batch(&format!(
            "PRAGMA user_version = {theirs};
             INSERT INTO tempostar_meta VALUES ('environment', 'demo');
             INSERT INTO products (code) VALUES ('P');
             INSERT INTO skus (code, product_code) VALUES ('P-1', 'P');"
        ))
        .unwrap();
        drop(old);
        shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nP-1,9\n");
        shop.run(["import-stock"]).ok();
        shop.check_stock("P-1", 9, 0);
        // 0.1 looks there, and refuses what is newer than its own.
        shop.check_rows("PRAGMA user_version", &[after]);
    }
}

#[test]
fn a_database_of_the_first_version_is_migrated_with_all_that_is_in_it() {
    let shop = Shop::new();
    let old = Connection::open(shop.path("shop.db")).unwrap();
    old.execute_batch(FIRST_SCHEMA).unwrap();
    old.execute_batch(
        "PRAGMA user_version = 1;
         INSERT INTO products (code, name) VALUES ('P', '商品'), ('A', NULL);
         INSERT INTO skus (code, product_code, name, handled, option1_code, created_at, updated_at)
         VALUES ('P-2', 'P', '赤', 0, '01', '2026-01-01 00:00:00', '2026-01-02 00:00:00'),
                ('P-1', 'P', NULL, 1, NULL, '2026-01-01 00:00:00', '2026-01-01 00:00:00');
         INSERT INTO stock (sku_code, quantity, allocated) VALUES ('P-1', 5, 2);
         INSERT INTO tempostar_meta VALUES ('environment', 'demo');
         INSERT INTO tempostar_files (id, command, name, sha256, size, file_time, run_id, outcome, decided_at, archived_as)
         VALUES (7, 'import-stock', 'old.csv', 'ab', 1, '2026-11-20 00:00:00', 'r', 'refused', '2026-11-20 00:00:00', 'x');",
    )
    .unwrap();
    drop(old);
    shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nP-1,9\n");
    shop.run(["import-stock"]).ok();
    shop.check_stock("P-1", 9, 0);
    shop.check_rows(
        "SELECT code, product_code, name, handled, option1_code, created_at, updated_at FROM skus",
        &[
            "P-1|P|NULL|1|NULL|2026-01-01 00:00:00|2026-01-01 00:00:00",
            "P-2|P|赤|0|01|2026-01-01 00:00:00|2026-01-02 00:00:00",
        ],
    );
    shop.check_rows("SELECT id, name, outcome FROM tempostar_files WHERE id = 7", &["7|old.csv|refused"]);
    shop.check_sellable("P-1", 9);
    shop.check_rows("PRAGMA foreign_key_check", &[]);
    shop.check_rows("PRAGMA integrity_check", &["ok"]);
}

// The shop goes on selling ---------------------------------------------------------------------------------------

/// How the shop's own writes went.
struct Sold {
    orders: u64,
    slowest: Duration,
}

/// Sells one unit after the other on its own connection, until `is_over`: an order, its line, the allocation.
fn sell(path: &Path, skus: usize, is_over: &AtomicBool) -> rusqlite::Result<Sold> {
    let mut database = Connection::open(path)?;
    database.busy_timeout(Duration::from_secs(5))?;
    let mut sold = Sold { orders: 0, slowest: Duration::ZERO };
    while !is_over.load(Ordering::Relaxed) {
        let began = Instant::now();
        let sale = database.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let order_no = format!("W-{:06}", sold.orders);
        let sku = format!("S-{:03}", 1 + usize::try_from(sold.orders).unwrap() * 7919 % skus);
        sale.execute(
            "INSERT INTO orders (order_no, ordered_at, kind, customer_name, payment_method, is_provisional)
             VALUES (?1, '2026-11-24 10:15:00', 'normal', '山田 太郎', 'クレジットカード', 1)",
            [&order_no],
        )?;
        sale.execute(
            "INSERT INTO order_lines (order_no, line_no, sku_code, quantity) VALUES (?1, 1, ?2, 1)",
            [&order_no, &sku],
        )?;
        sale.execute("UPDATE stock SET allocated = allocated + 1 WHERE sku_code = ?1", [&sku])?;
        sale.commit()?;
        sold.slowest = sold.slowest.max(began.elapsed());
        sold.orders += 1;
        thread::sleep(Duration::from_millis(1));
    }
    Ok(sold)
}

#[test]
fn a_shop_that_sells_all_the_time_and_large_imports_do_not_get_in_each_others_way() {
    const SKUS: usize = 12_000;
    let shop = Shop::new();
    shop.many_products_in_stock(SKUS);
    shop.setting("[stock]\n", "[stock]\nguard.rise_percent = 100\n");
    let (mut stock, mut products) = ("商品コード,在庫数\n".to_owned(), "商品コード,商品名\n".to_owned());
    for number in 1..=SKUS {
        let _ = writeln!(stock, "S-{number:03},{}", 100 + number % 50);
        let _ = writeln!(products, "S-{number:03},改めた名前{number}");
    }
    shop.put_sheet(STOCK_INBOX, "stock.csv", &stock);
    shop.put_sheet(PRODUCT_INBOX, "product.csv", &products);

    let is_over = AtomicBool::new(false);
    let sold = thread::scope(|scope| {
        let seller = scope.spawn(|| sell(&shop.path("shop.db"), SKUS, &is_over));
        let stock = shop.start(&["import-stock", "--json"]);
        let products = shop.start(&["import-products", "--json"]);
        let (stock, products) = (stock.ended(), products.ended());
        is_over.store(true, Ordering::Relaxed);
        stock.ok().count("changed", 12_000);
        products.ok().count("updated", 12_000);
        seller.join().unwrap().expect("the shop could not sell")
    });
    println!("{} orders meanwhile, the slowest took {:?}", sold.orders, sold.slowest);
    // Not a unit of what was sold meanwhile came back.
    shop.check_rows("SELECT sum(allocated) FROM stock", &[&sold.orders.to_string()]);
    shop.check_rows("SELECT count(*) FROM stock WHERE quantity < 100", &["0"]);
    shop.check_rows("SELECT count(*) FROM products WHERE name NOT LIKE '改めた名前%'", &["0"]);
}

/// Takes the write lock, and keeps it until it is dropped.
fn write_lock(shop: &Shop) -> Connection {
    let database = shop.db();
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    database
}

#[test]
fn a_short_lock_is_waited_for() {
    let shop = shop_with_waiting_file();
    let lock = write_lock(&shop);
    let run = shop.start(&["import-stock"]);
    thread::sleep(Duration::from_millis(700));
    drop(lock);
    run.ended().ok();
    shop.check_stock("A-1", 9, 0);
}

#[test]
fn a_lock_that_is_never_released_ends_the_run_after_the_time_out() {
    let mut shop = shop_with_waiting_file();
    shop.variable("TEMPOSTAR_BUSY_TIMEOUT_S", "1");
    let lock = write_lock(&shop);
    let began = Instant::now();
    let ran = shop.run(["import-stock", "--json"]).exits(8);
    ran.only_problem("database-busy", "", &["for more than 1 s"]);
    assert!(began.elapsed() >= Duration::from_secs(1));
    drop(lock);
    check_nothing_happened(&shop);
    check_the_next_run_does_it(&mut shop);
}

#[test]
fn a_lock_that_is_taken_while_the_file_is_read_loses_nothing() {
    let mut shop = shop_with_waiting_file();
    shop.variable("TEMPOSTAR_BUSY_TIMEOUT_S", "1");
    let run = shop.start_and_hold(Fault::GetHeld, &["import-stock", "--json"]);
    let lock = write_lock(&shop);
    run.goes_on().exits(8).only_problem("database-busy", "", &[]);
    drop(lock);
    check_nothing_happened(&shop);
    check_the_next_run_does_it(&mut shop);
}

#[test]
fn an_export_finds_its_way_past_a_lock() {
    let mut shop = Shop::new();
    shop.variable("TEMPOSTAR_BUSY_TIMEOUT_S", "1");
    shop.order("1001").line("A-1", 1).insert();
    let lock = write_lock(&shop);
    shop.run(["export-orders", "--json"]).exits(8).only_problem("database-busy", "", &[]);
    drop(lock);
    shop.run(["export-orders"]).ok();
    assert_eq!(shop.numbers_in_outbox(), ["12345-1001"]);
}

// Permissions ----------------------------------------------------------------------------------------------------

/// Runs the binary as somebody whom permissions bind; the shop's folder is theirs.
#[track_caller]
fn run_unprivileged(shop: &Shop, args: &[&str]) -> Ran {
    let mut command = shop.command(args);
    if is_root() {
        let binary = shop.path("tempostar-for-nobody");
        if !binary.exists() {
            // Nobody may not enter the folder where it was built. And not `fs::copy`: while it writes, another test may
            // start a process, which inherits the open file, and a file open for writing cannot be executed.
            let copied =
                Command::new("cp").arg(env!("CARGO_BIN_EXE_tempostar")).arg(&binary).status().unwrap();
            assert!(copied.success());
            give_to_nobody(&shop.path(""));
        }
        let mut theirs = Command::new(&binary);
        theirs.args(args).current_dir(shop.path("")).env_clear();
        theirs.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        theirs.uid(NOBODY).gid(NOBODY);
        command = theirs;
    }
    Ran::new(command.output().unwrap()).never_says("panicked")
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.trim_ascii() == b"0"
}

fn give_to_nobody(path: &Path) {
    chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    if path.is_dir() && !path.ends_with("server") {
        fs::read_dir(path).unwrap().for_each(|entry| give_to_nobody(&entry.unwrap().path()));
    }
}

#[track_caller]
fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_database_that_may_not_be_written() {
    let mut shop = shop_with_waiting_file();
    set_mode(&shop.path("shop.db"), 0o444);
    let ran = run_unprivileged(&shop, &["import-stock", "--json"]).exits(8);
    ran.only_problem("database-read-only", "", &["shop.db belongs to nobody (mode 0444)", "chmod u+rwX /"]);
    check_nothing_happened(&shop);
    // Looking is allowed.
    run_unprivileged(&shop, &["status"]).ok();
    run_unprivileged(&shop, &["import-stock", "--dry-run"]).ok();
    set_mode(&shop.path("shop.db"), 0o660);
    for side in ["shop.db-wal", "shop.db-shm"].iter().filter(|side| shop.path(side).exists()) {
        let ran = run_unprivileged(&shop, &["import-stock", "--json"]).exits(8);
        ran.only_problem("database-read-only", "", &["(mode 0444)"]);
        set_mode(&shop.path(side), 0o660);
    }
    check_the_next_run_does_it(&mut shop);
}

/// A monitor's user may read the settings and the database, and nothing else.
#[test]
fn whoever_may_only_read_settings_and_database_sees_how_things_are() {
    let shop = shop_with_waiting_file();
    shop.run(["import-stock"]).ok();
    shop.order("1001").line("A-1", 1).insert();
    run_unprivileged(&shop, &["--version"]).ok();
    let shut = [
        ("demo.pass", 0),
        ("tempostar.d", 0),
        ("shop.db.import-stock.lock", 0),
        ("shop.db", 0o440),
        ("", 0o555),
    ];
    let modes = shut.map(|(name, _)| fs::metadata(shop.path(name)).unwrap().permissions());
    shut.iter().for_each(|(name, mode)| set_mode(&shop.path(name), *mode));
    let look = |args: &[&str]| {
        let ran = run_unprivileged(&shop, args).ok();
        assert!(!shop.path("shop.db-shm").exists() && !shop.path("shop.db-wal").exists());
        ran
    };
    look(&["status"])
        .says("orders waiting to be sent: 1\n")
        .says("in the work folder, which this user may not read");
    assert_eq!(look(&["status", "--json"]).json()["work_folder_seen"], false);
    look(&["explain", "1001"]).says("waits; the next export-orders sends it");
    look(&["log"]).says("import-stock  done ");
    // While the shop's application has the database open, its commits are seen at once.
    set_mode(&shop.path(""), 0o755);
    set_mode(&shop.path("shop.db"), 0o660);
    let open = shop.db();
    open.execute_batch("INSERT INTO orders (order_no, ordered_at) VALUES ('1002', '2026-11-24 10:00:00')")
        .unwrap();
    assert!(fs::metadata(shop.path("shop.db-wal")).unwrap().len() > 0);
    for (name, mode) in [("shop.db", 0o440), ("shop.db-wal", 0o440), ("shop.db-shm", 0o440), ("", 0o555)] {
        set_mode(&shop.path(name), mode);
    }
    let states = run_unprivileged(&shop, &["status", "--json"]).ok().json()["orders"]["states"].clone();
    assert_eq!(states["waiting"].as_u64().unwrap() + states["held_back"].as_u64().unwrap(), 2, "{states}");
    // Nobody knows whether a run works whose lock may not be looked at.
    open.execute_batch("UPDATE tempostar_runs SET outcome = NULL, exit_code = NULL").unwrap();
    run_unprivileged(&shop, &["status"]).ok().says("still at work, or stopped midway");
    for ((name, _), mode) in shut.iter().zip(modes).rev() {
        fs::set_permissions(shop.path(name), mode).unwrap();
    }
}

#[test]
fn a_database_that_may_not_be_read() {
    let mut shop = shop_with_waiting_file();
    set_mode(&shop.path("shop.db"), 0);
    for command in [&["import-stock"][..], &["status"], &["import-stock", "--dry-run"]] {
        let ran = run_unprivileged(&shop, &[command, &["--json"]].concat()).exits(8);
        ran.only_problem("database-cannot-open", "", &["shop.db"]);
    }
    set_mode(&shop.path("shop.db"), 0o660);
    check_the_next_run_does_it(&mut shop);
}

#[test]
fn a_folder_of_the_database_that_may_not_be_written() {
    let mut shop = shop_with_waiting_file();
    fs::create_dir(shop.path("data")).unwrap();
    fs::rename(shop.path("shop.db"), shop.path("data/shop.db")).unwrap();
    std::os::unix::fs::symlink("data/shop.db", shop.path("shop.db")).unwrap();
    shop.setting("database = \"shop.db\"", "database = \"data/shop.db\"");
    set_mode(&shop.path("data"), 0o555);
    let ran = run_unprivileged(&shop, &["import-stock", "--json"]).exits(8);
    ran.only_problem("database-folder-unwritable", "", &["/data (Permission denied"]);
    set_mode(&shop.path("data"), 0o755);
    check_nothing_happened(&shop);
    check_the_next_run_does_it(&mut shop);
}

#[test]
fn a_work_folder_that_may_not_be_written() {
    let mut shop = shop_with_waiting_file();
    fs::create_dir_all(shop.path("tempostar.d")).unwrap();
    fs::remove_dir_all(shop.path("tempostar.d")).unwrap();
    fs::create_dir(shop.path("tempostar.d")).unwrap();
    set_mode(&shop.path("tempostar.d"), 0o555);
    let ran = run_unprivileged(&shop, &["import-stock", "--json"]).exits(6);
    ran.only_problem("work-dir-unusable", "", &["tempostar.d"]);
    check_nothing_happened(&shop);
    set_mode(&shop.path("tempostar.d"), 0o700);
    check_the_next_run_does_it(&mut shop);
}

#[test]
fn a_work_folder_that_is_a_file() {
    let shop = Shop::new();
    shop.write("tempostar.d", b"a letter");
    let ran = shop.run(["import-stock", "--json"]).exits(6);
    ran.only_problem("work-dir-unusable", "", &["tempostar.d"]);
    assert_eq!(fs::read(shop.path("tempostar.d")).unwrap(), b"a letter");
    assert!(!shop.path("shop.db").exists());
}

// Full disks -----------------------------------------------------------------------------------------------------

/// A shop with 3000 SKUs, a file that changes all of them, and its database on a small disk.
fn shop_on_small_disk() -> (Shop, SmallDisk) {
    let shop = Shop::new();
    let disk = SmallDisk::at(shop.path("disk"), "20m");
    shop.setting("database = \"shop.db\"", "database = \"disk/shop.db\"");
    std::os::unix::fs::symlink("disk/shop.db", shop.path("shop.db")).unwrap();
    shop.many_products_in_stock(3000);
    let rows = (1..=3000).fold(String::new(), |rows, number| rows + &format!("S-{number:03},9\n"));
    shop.put_sheet(STOCK_INBOX, "stock.csv", &format!("商品コード,在庫数\n{rows}"));
    (shop, disk)
}

#[test]
#[ignore = "mounts a small disk: as root, cargo test --test it -- --ignored small_disk"]
fn small_disk_a_full_disk_below_the_database_loses_nothing() {
    let mut failures = 0;
    for spare_kib in [0, 8, 40, 64, 100, 160, 240] {
        let (mut shop, disk) = shop_on_small_disk();
        shop.sql("PRAGMA wal_checkpoint(TRUNCATE)");
        disk.leave_only(spare_kib);
        let ran = shop.run(["import-stock", "--json"]);
        disk.resize("20m");
        shop.check_rows("PRAGMA integrity_check", &["ok"]);
        if ran.code != 0 {
            failures += 1;
            let ran = ran.exits(8);
            assert_eq!(ran.codes(), ["database-disk-full"], "{ran}");
            shop.check_rows("SELECT quantity, count(*) FROM stock GROUP BY 1", &["5|3000"]);
            assert_eq!(shop.remote_files(STOCK_INBOX), ["stock.csv"]);
        }
        shop.at("2026-11-24 10:25:00").run(["import-stock"]).ok();
        shop.check_rows("SELECT quantity, count(*) FROM stock GROUP BY 1", &["9|3000"]);
        assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0]);
    }
    assert!(failures >= 3, "the disk was full in {failures} of 7 cases");
}

#[test]
#[ignore = "mounts a small disk: as root, cargo test --test it -- --ignored small_disk"]
fn small_disk_an_export_on_a_full_disk_sends_once() {
    for spare_kib in [0, 16, 64, 100] {
        let shop = Shop::new();
        let disk = SmallDisk::at(shop.path("disk"), "20m");
        shop.setting("database = \"shop.db\"", "database = \"disk/shop.db\"");
        std::os::unix::fs::symlink("disk/shop.db", shop.path("shop.db")).unwrap();
        shop.order("1001").line("A-1", 1).insert();
        shop.sql("PRAGMA wal_checkpoint(TRUNCATE)");
        disk.leave_only(spare_kib);
        let ran = shop.run(["export-orders", "--json"]);
        match ran.code {
            0 => assert_eq!(ran.codes(), [""; 0], "{ran}"),
            _ => assert_eq!((ran.code, ran.codes()), (8, vec!["database-disk-full".to_owned()]), "{ran}"),
        }
        disk.resize("20m");
        shop.run(["export-orders"]).ok();
        assert_eq!(shop.numbers_in_outbox(), ["12345-1001"], "{ran}");
    }
}

#[test]
#[ignore = "mounts a small disk: as root, cargo test --test it -- --ignored small_disk"]
fn small_disk_a_full_work_folder_loses_nothing() {
    let mut shop = Shop::new();
    let disk = SmallDisk::at(shop.path("tempostar.d"), "64k");
    shop.product_in_stock("A-1", 3);
    let padding = "x".repeat(200);
    let rows = (0..1000).fold(String::new(), |rows, _| rows + "A-1,9," + &padding + "\n");
    shop.put_sheet(STOCK_INBOX, "stock.csv", &format!("商品コード,在庫数,備考\n{rows}"));
    let ran = shop.run(["import-stock", "--json"]).exits(6);
    ran.only_problem("ftp-local-file", "", &["tempostar.d", "No space left on device"]);
    check_nothing_happened(&shop);
    disk.resize("8m");
    check_the_next_run_does_it(&mut shop);
}

#[test]
#[ignore = "mounts a small disk: as root, cargo test --test it -- --ignored small_disk"]
fn small_disk_check_settings_says_that_it_is_full_and_nothing_else() {
    for (setting, small, exit) in [
        ("work_dir = \"tempostar.d\"", "work_dir = \"disk/work\"", 6),
        ("database = \"shop.db\"", "database = \"disk/shop.db\"", 8),
    ] {
        let shop = Shop::new();
        let disk = SmallDisk::at(shop.path("disk"), "4m");
        set_mode(&shop.path("demo.pass"), 0o600);
        shop.setting(setting, small);
        let ran = shop.run(["check-settings", "--json", "--offline"]).exits(exit);
        let document = ran.json();
        let codes: Vec<&str> = document["problems"]
            .as_array()
            .unwrap()
            .iter()
            .map(|problem| problem["code"].as_str().unwrap())
            .collect();
        assert_eq!(codes, ["disk-nearly-full"], "{ran}");
        disk.resize("100m");
        shop.run(["check-settings", "--offline"]).ok().says("500 MB or more would be safe");
    }
}

#[test]
#[ignore = "mounts a small disk: as root, cargo test --test it -- --ignored small_disk"]
fn small_disk_a_file_of_orders_that_has_no_room_waits() {
    let mut shop = Shop::new();
    let disk = SmallDisk::at(shop.path("tempostar.d"), "24k");
    for number in 1..=100 {
        shop.order(&format!("{number:04}")).line("A-1", 1).insert();
    }
    let ran = shop.run(["export-orders", "--json"]).exits(6);
    ran.only_problem("local-disk", "", &["tempostar.d", "No space left on device"]);
    assert_eq!(shop.remote_files(OUTBOX), [""; 0]);
    disk.resize("8m");
    shop.at("2026-11-24 10:25:00").run(["export-orders", "--json"]).ok().count("exported", 100);
    assert_eq!(shop.sent_orders().lines().count(), 101);
}

// Damage ---------------------------------------------------------------------------------------------------------

/// The same numbers in every run of the test.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

/// Damages bytes here and there, a page, or the file's end.
fn damage(sound: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = sound.to_vec();
    match random.below(4) {
        0 => {
            let page = random.below(bytes.len() / 4096) * 4096;
            bytes[page..page + 4096]
                .iter_mut()
                .for_each(|byte| *byte = u8::try_from(random.below(256)).unwrap());
        }
        1 => bytes.truncate(random.below(bytes.len())),
        how => {
            for _ in 0..if how == 2 { 4 } else { 200 } {
                let at = random.below(bytes.len());
                bytes[at] ^= u8::try_from(1 + random.below(255)).unwrap();
            }
        }
    }
    bytes
}

#[test]
fn a_damaged_database_is_never_taken_for_a_sound_one() {
    let shop = Shop::new();
    shop.many_products_in_stock(300);
    for number in 1..=20 {
        shop.order(&format!("{number:04}")).line("S-001", 1).insert();
    }
    shop.sql("PRAGMA wal_checkpoint(TRUNCATE)");
    let sound = fs::read(shop.path("shop.db")).unwrap();
    let rows = (1..=300).fold(String::new(), |rows, number| rows + &format!("S-{number:03},9\n"));
    shop.write("stock.csv", format!("商品コード,在庫数\n{rows}").as_bytes());

    let mut random = Random(20_261_124);
    let mut by_code = std::collections::BTreeMap::new();
    for case in 0..120 {
        for leftover in ["shop.db-wal", "shop.db-shm"] {
            let _ = fs::remove_file(shop.path(leftover));
        }
        shop.write("shop.db", &damage(&sound, &mut random));
        let command: &[&str] = match case % 4 {
            0 => &["status", "--json"],
            1 => &["check-settings", "--offline", "--json"],
            _ => &["import-stock", "--file", "stock.csv", "--json"],
        };
        let ran = shop.run(command);
        // A stamp of the other environment or a row that is not there can be what the damage looks like.
        assert!(matches!(ran.code, 0 | 3 | 4 | 6 | 8), "case {case}\n{ran}");
        *by_code.entry((command[0], ran.code)).or_insert(0) += 1;
        if command[0] == "import-stock" && ran.code == 0 {
            check_what_was_written(&shop, &ran, case);
        }
    }
    println!("{by_code:?}");
    assert!(by_code[&("import-stock", 8)] >= 20, "{by_code:?}");
}

/// The run said that all went well: then what the file says is what the shop reads.
#[track_caller]
fn check_what_was_written(shop: &Shop, ran: &Ran, case: usize) {
    let counts = &ran.json()["counts"];
    if counts["unknown"] != 0 {
        // The damage hit a code: nobody can tell.
        return;
    }
    let read = shop.db().query_row(
        "SELECT count(*) FROM stock WHERE quantity = 9 AND sku_code BETWEEN 'S-001' AND 'S-300'",
        [],
        |row| row.get::<_, i64>(0),
    );
    if read.as_ref().is_ok_and(|read| *read == 300) {
        return;
    }
    // Damage that SQLite does not meet on its way can be found by its check of the whole file alone.
    let checked = shop.run(["check-settings", "--offline"]);
    assert_eq!(checked.code, 8, "case {case}: {read:?}\n{ran}\n{checked}");
}

#[test]
fn one_text_that_is_not_utf_8_does_not_stop_the_other_orders() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).insert();
    shop.order("1002").line("A-1", 1).insert();
    shop.sql("UPDATE orders SET customer_name = CAST(x'8e52' AS TEXT) WHERE order_no = '1001'");
    let ran = shop.run(["export-orders", "--json"]).exits(3).count("exported", 1).count("held_back", 1);
    let said = "order 1001 is held back: the database has a text of it that is not UTF-8";
    ran.only_problem("order-held-back", "", &[said]);
    shop.run(["status"]).says("  1001: the database has a text of it that is not UTF-8");
}

#[test]
fn a_table_that_somebody_dropped_is_the_databases_fault() {
    let shop = shop_with_waiting_file();
    shop.sql("PRAGMA foreign_keys = OFF; DROP VIEW sellable_stock; DROP TABLE stock");
    let ran = shop.run(["import-stock", "--json"]).exits(8);
    ran.only_problem("database-unexpected", "", &["no such table: "]);
    assert_eq!(shop.remote_files(STOCK_INBOX), ["stock.csv"]);
}

#[test]
fn a_trigger_of_the_shop_that_refuses_is_told_with_its_reason() {
    let mut shop = shop_with_waiting_file();
    shop.sql(
        "CREATE TRIGGER nothing_at_night BEFORE UPDATE ON stock
         BEGIN SELECT RAISE(ABORT, 'stock is frozen for the stocktaking'); END",
    );
    let ran = shop.run(["import-stock", "--json"]).exits(8);
    ran.only_problem(
        "database-unexpected",
        "stock.csv: line 2",
        &["A-1: stock is frozen for the stocktaking"],
    );
    check_nothing_happened(&shop);
    shop.sql("DROP TRIGGER nothing_at_night");
    check_the_next_run_does_it(&mut shop);
}

#[test]
fn a_log_left_by_a_crash_is_taken_over() {
    for (crash_point, quantity) in [("before-committed", 3), ("committed", 9)] {
        let mut shop = shop_with_waiting_file();
        shop.run_dying_at(crash_point, ["import-stock"]);
        // As after a power cut: the index of the log is gone, the log itself is there.
        assert!(shop.path("shop.db-wal").exists(), "{crash_point}");
        fs::remove_file(shop.path("shop.db-shm")).unwrap();
        shop.at("2026-11-24 10:25:00").run(["status"]).ok();
        shop.check_stock("A-1", quantity, 0);
        shop.run(["import-stock"]).ok();
        shop.check_stock("A-1", 9, 0);
        shop.check_rows("PRAGMA integrity_check", &["ok"]);
    }
}

#[test]
fn a_log_of_garbage_is_not_applied() {
    let mut shop = shop_with_waiting_file();
    shop.sql("PRAGMA wal_checkpoint(TRUNCATE)");
    shop.write("shop.db-wal", &[0x5a; 20_000]);
    check_the_next_run_does_it(&mut shop);
    shop.check_rows("PRAGMA integrity_check", &["ok"]);
}

// Moved away -----------------------------------------------------------------------------------------------------

/// A run that is at work while somebody does this to the database.
#[track_caller]
fn run_while(shop: &Shop, meanwhile: impl FnOnce()) -> Ran {
    let run = shop.start_and_hold(Fault::GetHeld, &["import-stock", "--json"]);
    meanwhile();
    run.goes_on()
}

#[test]
fn a_database_that_is_replaced_while_a_run_is_at_work_does_not_lose_the_file() {
    let mut shop = shop_with_waiting_file();
    shop.sql("PRAGMA wal_checkpoint(TRUNCATE)");
    fs::copy(shop.path("shop.db"), shop.path("backup.db")).unwrap();
    let ran = run_while(&shop, || {
        fs::rename(shop.path("shop.db"), shop.path("old.db")).unwrap();
        for leftover in ["wal", "shm"] {
            fs::rename(shop.path(&format!("shop.db-{leftover}")), shop.path(&format!("old.db-{leftover}")))
                .unwrap();
        }
        fs::rename(shop.path("backup.db"), shop.path("shop.db")).unwrap();
    });
    ran.exits(8).only_problem("database-replaced", "", &["shop.db"]);
    check_nothing_happened(&shop);
    check_the_next_run_does_it(&mut shop);
}

#[test]
fn a_database_that_is_moved_away_while_a_run_is_at_work_is_not_made_anew() {
    let mut shop = shop_with_waiting_file();
    let ran = run_while(&shop, || {
        fs::rename(shop.path("shop.db"), shop.path("old.db")).unwrap();
    });
    ran.exits(8).only_problem("database-replaced", "", &["shop.db"]);
    assert!(!shop.path("shop.db").exists());
    assert_eq!(shop.remote_files(STOCK_INBOX), ["stock.csv"]);
    fs::rename(shop.path("old.db"), shop.path("shop.db")).unwrap();
    check_the_next_run_does_it(&mut shop);
}
