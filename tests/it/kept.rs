//! What is kept is on the disk and whole; what is not stops nobody, and is named.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;

use crate::ftp_server::Fault;
use crate::harness::{CUSTOMER, LOGISTICS_INBOX, OUTBOX, STOCK_INBOX, Shop, SmallDisk, cp932};

/// As the harness writes it.
const INBOX: &str = "inbox = \"/netstock/{shop_code}\"";

const ALL: &str = "SELECT quantity, count(*) FROM stock GROUP BY 1 ORDER BY 1";

/// A shop in which six of forty rows of `stock.csv` are written, two at a time, when the run dies.
fn shop_with_begun_file() -> Shop {
    let mut shop = Shop::new();
    shop.many_products_in_stock(40);
    shop.variable("TEMPOSTAR_SLICE_MAX", "2");
    shop.put_sheet(STOCK_INBOX, "stock.csv", &sheet(9));
    shop.run_dying_at("slice-committed:3", ["import-stock"]);
    shop.check_rows(ALL, &["5|34", "9|6"]);
    shop
}

fn sheet(quantity: u32) -> String {
    let rows: String = (1..=40).map(|number| format!("S-{number:03},{quantity}\n")).collect();
    format!("商品コード,在庫数\n{rows}")
}

/// The only copy in the archive.
#[track_caller]
fn the_copy(shop: &Shop) -> PathBuf {
    let copies = shop.work_files_below("archive");
    assert_eq!(copies.len(), 1, "{copies:?}");
    copies.into_iter().next().unwrap()
}

/// What a disk that was full, or a machine that was switched off, makes of a file.
const DAMAGES: [fn(&Path); 4] = [
    |copy| fs::write(copy, b"").unwrap(),
    |copy| {
        let bytes = fs::read(copy).unwrap();
        fs::write(copy, &bytes[..bytes.len() / 2]).unwrap();
    },
    |copy| {
        let mut bytes = fs::read(copy).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(copy, bytes).unwrap();
    },
    |copy| fs::remove_file(copy).unwrap(),
];

#[test]
fn a_damaged_copy_of_a_begun_file_gives_way_to_the_server_s() {
    for damage in DAMAGES {
        let shop = shop_with_begun_file();
        let copy = the_copy(&shop);
        let whole = fs::read(&copy).unwrap();
        damage(&copy);
        let ran = shop.run(["import-stock", "--json"]).ok();
        ran.only_problem("begun-file-finished", "stock.csv", &[]);
        shop.check_rows(ALL, &["9|40"]);
        shop.check_rows("SELECT outcome FROM tempostar_files", &["applied"]);
        assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0]);
        let copies = shop.work_files_below("archive");
        assert!(copies.iter().any(|copy| fs::read(copy).unwrap() == whole), "{copies:?}");
        shop.run(["import-stock", "--json"]).ok().no_problem();
    }
}

#[test]
fn a_begun_file_that_nobody_has_any_more_is_named_once_and_stops_no_later_run() {
    for damage in DAMAGES {
        let shop = shop_with_begun_file();
        let copy = the_copy(&shop);
        damage(&copy);
        shop.take_away(&format!("{STOCK_INBOX}/stock.csv"));
        shop.put_sheet(STOCK_INBOX, "other.csv", "商品コード,在庫数\nS-040,7\n");
        let ran = shop.run(["import-stock", "--json"]).exits(3);
        ran.only_problem(
            "begun-copy-lost",
            "stock.csv",
            &[copy.strip_prefix(shop.path("")).unwrap().to_str().unwrap()],
        );
        shop.check_rows(ALL, &["5|33", "7|1", "9|6"]);
        shop.run(["import-stock", "--json"]).ok().no_problem();
    }
}

#[test]
fn a_run_that_does_not_reach_the_server_leaves_the_begun_file_to_the_next_one() {
    let shop = shop_with_begun_file();
    DAMAGES[0](&the_copy(&shop));
    shop.setting(INBOX, "inbox = \"/nowhere\"");
    let ran = shop.run(["import-stock", "--json"]);
    assert_ne!(ran.code, 0, "{ran}");
    shop.check_rows("SELECT outcome FROM tempostar_files", &["begun"]);
    shop.setting("inbox = \"/nowhere\"", INBOX);
    shop.run(["import-stock", "--json"]).ok().only_problem("begun-file-finished", "stock.csv", &[]);
    shop.check_rows(ALL, &["9|40"]);
}

#[test]
fn a_begun_file_whose_copy_is_damaged_can_be_given_by_hand() {
    let shop = shop_with_begun_file();
    DAMAGES[1](&the_copy(&shop));
    shop.take_away(&format!("{STOCK_INBOX}/stock.csv"));
    shop.write("stock.csv", &cp932(&sheet(9)));
    let ran = shop.run(["import-stock", "--file", "stock.csv", "--json"]).ok();
    ran.only_problem("begun-file-finished", "stock.csv", &[]);
    shop.check_rows(ALL, &["9|40"]);
    shop.run(["import-stock", "--json"]).ok().no_problem();
}

#[test]
fn a_damaged_copy_is_put_right_before_the_server_s_file_goes() {
    for after_import in ["archive", "delete"] {
        let shop = Shop::new();
        shop.product_in_stock("A-1", 3);
        shop.setting(INBOX, &format!("{INBOX}\nafter_import = \"{after_import}\""));
        let content = "商品コード,在庫数\nA-1,9\n";
        shop.put_sheet(STOCK_INBOX, "stock.csv", content);
        shop.run_dying_at("archived", ["import-stock"]);
        let copy = the_copy(&shop);
        let whole = fs::read(&copy).unwrap();
        DAMAGES[0](&copy);
        assert_eq!(shop.remote_files(STOCK_INBOX), ["stock.csv"]);
        shop.run(["import-stock", "--json"]).ok().no_problem();
        assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0]);
        assert_eq!(fs::read(the_copy(&shop)).unwrap(), whole);
    }
}

#[test]
fn a_damaged_copy_of_a_file_that_was_fed_in_again_is_named_once() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.put_sheet(STOCK_INBOX, "stock_20261124101000.csv", "商品コード,在庫数\nA-1,3\n");
    shop.run(["import-stock"]).ok();
    shop.run(["import-stock", "--file", "stock_20261124101000.csv"]).ok();
    DAMAGES[0](&the_copy(&shop));
    shop.put_sheet(STOCK_INBOX, "stock_20261124100000.csv", "商品コード,在庫数\nA-1,8\n");
    assert_eq!(shop.run(["import-stock", "--json"]).exits(3).codes(), ["later-copy-lost", "stale-rows"]);
}

#[test]
fn a_damaged_copy_of_a_later_file_is_named_and_no_fault_of_an_earlier_one() {
    for damage in DAMAGES {
        let shop = Shop::new();
        shop.product_in_stock("A-1", 3);
        shop.put_sheet(STOCK_INBOX, "stock_20261124101000.csv", "商品コード,在庫数\nA-1,3\n");
        shop.run(["import-stock"]).ok();
        damage(&the_copy(&shop));
        shop.put_sheet(STOCK_INBOX, "stock_20261124100000.csv", "商品コード,在庫数\nA-1,8\n");
        let ran = shop.run(["import-stock", "--json"]).exits(3);
        let copy = ["stock_20261124101000.csv", "tempostar.d/archive/import-stock/"];
        let ran = ran.problem("later-copy-lost", "stock_20261124100000.csv", &copy);
        assert_eq!(ran.codes(), ["later-copy-lost", "stale-rows"]);
        assert_eq!(ran.file_outcome("stock_20261124100000.csv"), "applied");
        shop.check_stock("A-1", 3, 0);
        assert_eq!(shop.remote_files(&format!("{STOCK_INBOX}/error")), [""; 0]);
        shop.run(["import-stock", "--json"]).ok().no_problem();
    }
}

#[test]
fn a_long_name_that_the_archive_has_already_is_shortened() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    let name = format!("{}.csv", "在庫".repeat(41));
    assert_eq!(name.len(), 250);
    for (quantity, time) in [(8, "2026-11-24 10:20:00"), (9, "2026-11-24 10:30:00")] {
        shop.at(time);
        shop.put_sheet(STOCK_INBOX, &name, &format!("商品コード,在庫数\nA-1,{quantity}\n"));
        shop.run(["import-stock", "--json"]).ok().no_problem();
        shop.check_stock("A-1", quantity, 0);
    }
    assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0]);
    let archived = shop.remote_files(&format!("{STOCK_INBOX}/archive"));
    assert_eq!(archived.len(), 2, "{archived:?}");
    assert!(archived.contains(&name));
    let other = archived.iter().find(|other| **other != name).unwrap();
    assert!(other.starts_with("在庫") && other.contains("-20261124T103000-"), "{other}");
    assert!((250..=255).contains(&other.len()), "{} bytes", other.len());
}

#[test]
#[ignore = "mounts a small disk: as root, cargo test --test it -- --ignored small_disk"]
fn small_disk_an_archive_on_another_file_system_keeps_every_copy() {
    for after_import in ["archive", "delete"] {
        let mut shop = Shop::new();
        shop.many_products_in_stock(40);
        shop.variable("TEMPOSTAR_SLICE_MAX", "20");
        shop.setting(INBOX, &format!("{INBOX}\nafter_import = \"{after_import}\""));
        let _disk = SmallDisk::at(shop.path("tempostar.d/archive"), "8m");
        shop.put_sheet(STOCK_INBOX, "in_slices.csv", &sheet(9));
        shop.put_sheet(STOCK_INBOX, "small.csv", "商品コード,在庫数\nS-040,7\n");
        shop.put_sheet(LOGISTICS_INBOX, "shipped.csv", "ショップ受注番号,受注進捗コード\n12345-1001,800\n");
        shop.order("1001").line("S-001", 1).insert();
        shop.run(["import-stock", "--json"]).ok().no_problem();
        shop.check_rows(ALL, &["7|1", "9|39"]);
        assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0]);
        shop.run(["export-orders", "--json"]).ok().no_problem();
        assert_eq!(shop.numbers_in_outbox(), ["12345-1001"]);
        shop.run(["import-logistics"]).ok();
        assert_eq!(shop.remote_files(OUTBOX).len(), 1);
        let copies = shop.work_files_below("archive");
        assert_eq!(copies.len(), 4, "{copies:?}");
        assert!(shop.work_files_below("spool").is_empty());
        let time = fs::metadata(copies.iter().find(|copy| copy.ends_with("small.csv")).unwrap());
        let of_ledger = shop.value("SELECT file_time FROM tempostar_files WHERE name = 'small.csv'");
        let modified = tempostar::moment::Moment::of_system(time.unwrap().modified().unwrap());
        assert_eq!(modified.to_string(), of_ledger);
    }
}

// Large copies are packed -----------------------------------------------------------------------------------------

/// What a copy holds.
pub fn unpacked(copy: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    GzDecoder::new(fs::File::open(copy).unwrap()).read_to_end(&mut bytes).unwrap();
    bytes
}

/// A sheet that is larger than a block of the disk.
fn large_sheet(quantity: u32) -> String {
    let rows: String = (1..=600).map(|number| format!("S-{number:03},{quantity}\n")).collect();
    format!("商品コード,在庫数\n{rows}")
}

#[test]
fn a_copy_that_is_packed_while_it_arrives_is_whole_and_leaves_nothing_behind() {
    // In a thread, from 128 KiB on; a note to each row makes it as long.
    let large = |quantity: u32, note: &str| {
        let row = |number| format!("S-{number:03},{quantity},{}\n", note.repeat(100));
        format!("商品コード,在庫数,備考\n{}", (1..=600).map(row).collect::<String>())
    };
    let mut shop = Shop::new();
    shop.many_products_in_stock(600);
    shop.put_sheet(STOCK_INBOX, "s1.csv", &large(9, "注文の備考"));
    shop.run(["import-stock", "--dry-run"]).ok();
    assert!(shop.work_files_below("spool").is_empty());
    shop.run(["import-stock"]).ok();
    assert_eq!(unpacked(&the_copy(&shop)), cp932(&large(9, "注文の備考")));
    // Of what is held nothing is packed: the whole shop would be empty.
    shop.put_sheet(STOCK_INBOX, "s2.csv", &large(0, "在庫の備考"));
    shop.at("2026-11-24 11:00:00").run(["import-stock"]).exits(4);
    assert!(shop.work_files_below("spool").is_empty());
    // The same bytes once more: the copy that lies there is not packed again.
    fs::write(shop.path("s1.csv"), cp932(&large(9, "注文の備考"))).unwrap();
    shop.run(["import-stock", "--file", "s1.csv"]);
    shop.run(["held", "approve", "1"]).ok();
    assert!(shop.work_files_below("spool").is_empty());
    let copies = shop.work_files_below("archive");
    let is_copy_of = |name: &str, content: &str| {
        let of_name = copies.iter().filter(|copy| copy.ends_with(name));
        of_name.map(|copy| unpacked(copy)).all(|bytes| bytes == cp932(content))
    };
    assert!(copies.iter().any(|copy| copy.ends_with("s2.csv.gz")), "{copies:?}");
    assert!(
        is_copy_of("s1.csv.gz", &large(9, "注文の備考")) && is_copy_of("s2.csv.gz", &large(0, "在庫の備考"))
    );
}

#[test]
fn a_large_copy_is_packed_and_read_again_under_its_name() {
    let mut shop = Shop::new();
    shop.many_products_in_stock(600);
    shop.put_sheet(STOCK_INBOX, "stock.csv", &large_sheet(9));
    shop.run(["import-stock", "--json"]).ok().no_problem();
    let copy = the_copy(&shop);
    assert!(copy.ends_with("stock.csv.gz"), "{}", copy.display());
    assert_eq!(unpacked(&copy), cp932(&large_sheet(9)));
    let (packed, whole) = (fs::metadata(&copy).unwrap().len(), large_sheet(9).len() as u64);
    assert!(packed * 2 < whole, "{packed} of {whole} bytes");
    assert!(shop.work_files_below("spool").is_empty());
    let shown = shop.run(["explain", "S-001", "--json"]).ok();
    assert!(shown.all().contains("/stock.csv.gz\""), "{shown}");
    let by_ledger = copy.with_extension("");
    for (minute, argument) in [copy.as_path(), &by_ledger, Path::new("stock.csv")].into_iter().enumerate() {
        shop.sql("UPDATE stock SET quantity = 1");
        shop.at(&format!("2026-11-24 10:2{minute}:00"));
        let ran =
            shop.run(["import-stock".as_ref(), "--json".as_ref(), "--file".as_ref(), argument.as_os_str()]);
        ran.ok().no_problem();
        shop.check_rows(ALL, &["9|600"]);
        shop.check_rows("SELECT DISTINCT name FROM tempostar_files", &["stock.csv"]);
    }
    shop.run(["reconcile"]).ok();
    shop.run(["check-settings"]).ok();
    // An older file is compared with it.
    shop.sql("UPDATE stock SET as_of = NULL");
    shop.put_sheet(STOCK_INBOX, "stock_20261124090000.csv", "商品コード,在庫数\nS-001,4\n");
    shop.run(["import-stock"]).ok();
    shop.check_rows(ALL, &["9|600"]);
}

#[test]
fn a_damaged_packed_copy_gives_way_to_the_server_s() {
    for damage in DAMAGES {
        let mut shop = Shop::new();
        shop.many_products_in_stock(600);
        shop.variable("TEMPOSTAR_SLICE_MAX", "200");
        shop.put_sheet(STOCK_INBOX, "stock.csv", &large_sheet(9));
        shop.run_dying_at("slice-committed:2", ["import-stock"]);
        shop.check_rows(ALL, &["5|200", "9|400"]);
        let copy = the_copy(&shop);
        assert!(copy.ends_with("stock.csv.gz"), "{}", copy.display());
        damage(&copy);
        shop.run(["import-stock", "--json"]).ok().only_problem("begun-file-finished", "stock.csv", &[]);
        shop.check_rows(ALL, &["9|600"]);
    }
}

#[test]
fn a_begun_file_is_finished_from_its_packed_copy() {
    let mut shop = Shop::new();
    shop.many_products_in_stock(600);
    shop.variable("TEMPOSTAR_SLICE_MAX", "200");
    shop.put_sheet(STOCK_INBOX, "stock.csv", &large_sheet(9));
    shop.run_dying_at("slice-committed:2", ["import-stock"]);
    shop.take_away(&format!("{STOCK_INBOX}/stock.csv"));
    shop.run(["import-stock", "--json"]).ok().only_problem("begun-file-finished", "stock.csv", &[]);
    shop.check_rows(ALL, &["9|600"]);
    assert_eq!(unpacked(&the_copy(&shop)), cp932(&large_sheet(9)));
}

#[test]
fn a_database_put_back_is_taught_by_packed_order_files() {
    let mut shop = Shop::new();
    for number in 1001..=1030 {
        shop.order(&number.to_string()).line("A-1", 1).insert();
    }
    let backup = shop.path("backup.db");
    shop.db().execute("VACUUM INTO ?1", [backup.to_str().unwrap()]).unwrap();
    shop.run(["export-orders"]).ok();
    assert!(the_copy(&shop).to_string_lossy().ends_with(".csv.gz"));
    for ending in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(shop.path(&format!("shop.db{ending}")));
    }
    fs::copy(&backup, shop.path("shop.db")).unwrap();
    let ran = shop.at("2026-11-24 11:00:00").run(["export-orders", "--json"]).exits(3);
    ran.only_problem("database-restored", "", &["sent (1)", "orders (30)"]);
    assert_eq!(shop.numbers_in_outbox().len(), 30);
    shop.run(["export-orders", "--json"]).ok().no_problem();
    shop.check_rows(
        "SELECT archived_as LIKE 'export-orders.demo/1/order%.csv' FROM tempostar_batches",
        &["1"],
    );
}

// What is old goes ------------------------------------------------------------------------------------------------

#[test]
fn an_old_copy_of_orders_gives_way_to_what_a_restored_database_must_know() {
    let mut shop = Shop::new();
    for number in 1001..=1030 {
        shop.order(&number.to_string()).line("A-1", 1).insert();
    }
    let backup = shop.path("backup.db");
    shop.db().execute("VACUUM INTO ?1", [backup.to_str().unwrap()]).unwrap();
    shop.run(["export-orders"]).ok();
    let copy = the_copy(&shop);
    let name = copy.file_stem().unwrap().to_string_lossy().into_owned();
    shop.at("2026-12-24 10:14:00").run(["export-orders"]).ok();
    assert_eq!(the_copy(&shop), copy, "it is not 30 days old");
    shop.at("2026-12-24 10:16:00").run(["export-orders", "--json"]).ok().no_problem();
    let essence = the_copy(&shop);
    assert_eq!(essence.file_name().unwrap().to_string_lossy(), format!("{name}.sent"));
    let content = fs::read_to_string(&essence).unwrap();
    assert!(content.contains("\"1001\"") && content.contains("fingerprint"), "{content}");
    for personal in CUSTOMER {
        assert!(!content.contains(personal), "{personal} in {content}");
    }
    shop.run(["reconcile"]).ok();
    shop.run(["explain", "1001"]).ok();
    shop.check_rows("SELECT archived_as FROM tempostar_batches", &["NULL"]);
    shop.take_orders();
    for ending in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(shop.path(&format!("shop.db{ending}")));
    }
    fs::copy(&backup, shop.path("shop.db")).unwrap();
    let ran = shop.at("2026-12-24 11:00:00").run(["export-orders", "--json"]).exits(3);
    ran.only_problem("database-restored", "", &["sent (1)", "orders (30)"]);
    assert_eq!(shop.numbers_in_outbox(), [""; 0], "sent twice");
    shop.check_rows(
        "SELECT file_name, state, sent_at, archived_as FROM tempostar_batches",
        &[&format!("{name}|sent|2026-11-24 10:15:00|NULL")],
    );
    shop.check_rows("SELECT DISTINCT exported_at FROM orders", &["2026-11-24 10:15:00"]);
    shop.run(["export-orders", "--json"]).ok().no_problem();
}

#[test]
fn what_an_import_put_away_on_the_server_goes_after_keep_on_server_days() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    // Weeks without a file are no news here.
    shop.setting(INBOX, &format!("{INBOX}\nexpect_file_every_h = 0"));
    let good = |quantity: u32| format!("商品コード,在庫数\nA-1,{quantity}\n");
    shop.put_sheet(STOCK_INBOX, "a.csv", &good(8));
    shop.put_sheet(STOCK_INBOX, "b.csv", &good(9));
    shop.put_sheet(STOCK_INBOX, "bad.csv", "what,ever\n1,2\n");
    shop.run(["import-stock"]).exits(3);
    let (archive, error) = (format!("{STOCK_INBOX}/archive"), format!("{STOCK_INBOX}/error"));
    shop.put_sheet(&archive, "somebody_s.csv", &good(1));
    // Somebody has put another one in its place.
    shop.put_sheet(&archive, "b.csv", &good(100));
    shop.at("2026-12-24 10:14:00").run(["import-stock", "--json"]).ok();
    assert_eq!(shop.remote_files(&archive), ["a.csv", "b.csv", "somebody_s.csv"]);
    shop.at("2026-12-24 10:16:00").run(["import-stock", "--dry-run"]).ok();
    assert_eq!(shop.remote_files(&error), ["bad.csv"]);
    shop.setting(INBOX, &format!("{INBOX}\nkeep_on_server_days = 0"));
    shop.run(["import-stock"]).ok();
    assert_eq!(shop.remote_files(&error), ["bad.csv"]);
    shop.setting("keep_on_server_days = 0", "keep_on_server_days = 30");
    shop.run(["import-stock", "--json"]).ok().no_problem();
    assert_eq!(shop.remote_files(&archive), ["b.csv", "somebody_s.csv"]);
    assert_eq!(shop.remote_files(&error), [""; 0]);
    shop.check_rows("SELECT count(*) FROM tempostar_files WHERE put_as IS NOT NULL", &["0"]);
}

#[test]
fn a_server_that_deletes_nothing_is_named_and_asked_again() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    // Weeks without a file are no news here.
    shop.setting(INBOX, &format!("{INBOX}\nexpect_file_every_h = 0"));
    shop.put_sheet(STOCK_INBOX, "a.csv", "商品コード,在庫数\nA-1,8\n");
    shop.run(["import-stock"]).ok();
    shop.ftp.faults().once_at(Fault::DeleteRefused, "a.csv");
    shop.at("2026-12-24 10:16:00");
    let ran = shop.run(["import-stock", "--json"]);
    ran.only_problem("cannot-sweep", "", &[&format!("{STOCK_INBOX}/archive/a.csv"), "keep_on_server_days"]);
    shop.run(["import-stock", "--json"]).ok().no_problem();
    assert_eq!(shop.remote_files(&format!("{STOCK_INBOX}/archive")), [""; 0]);
}
