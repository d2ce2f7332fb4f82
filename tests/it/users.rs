//! Who runs it: a run by another user leaves nothing that the jobs' user cannot use. As root, because only root can play
//! several users.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{Ran, STOCK_INBOX, Shop};

/// The jobs' user and somebody else: users without a name on any machine.
const CRON: u32 = 61_001;
const OTHER: u32 = 61_002;
const SHARED: u32 = 61_100;

/// A shop whose folder is cron's; nothing has run yet. `None` where the tests' user is not root.
fn new_shop() -> Option<Shop> {
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return None;
    }
    let shop = Shop::new();
    let binary = shop.path("binary");
    assert!(Command::new("cp").arg(env!("CARGO_BIN_EXE_tempostar")).arg(&binary).status().unwrap().success());
    for path in ["", "tempostar.toml", "demo.pass", "binary"] {
        chown(shop.path(path), Some(CRON), Some(CRON)).unwrap();
    }
    fs::set_permissions(shop.path(""), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(shop.path("demo.pass"), fs::Permissions::from_mode(0o644)).unwrap();
    Some(shop)
}

fn run_as(shop: &Shop, user: u32, group: u32, args: &[&str]) -> Ran {
    let prepared = shop.command(args);
    let mut command = Command::new(shop.path("binary"));
    command.args(args).current_dir(shop.path("")).env_clear().uid(user).gid(group);
    command.envs(prepared.get_envs().filter_map(|(name, value)| Some((name, value?))));
    Ran::new(command.output().unwrap()).never_says("panicked")
}

/// Every file and folder of the shop with its owner, but for the server's.
fn owners(folder: &Path) -> Vec<(PathBuf, u32)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        found.push((path.clone(), fs::symlink_metadata(&path).unwrap().uid()));
        if path.is_dir() && !path.ends_with("server") {
            found.extend(owners(&path));
        }
    }
    found.sort();
    found
}

#[track_caller]
fn all_is_crons(shop: &Shop) {
    for (path, owner) in owners(&shop.path("")) {
        assert!(owner == CRON || path.ends_with("server"), "{} is {owner}'s", path.display());
    }
}

#[test]
fn root_in_a_new_folder_leaves_everything_to_the_owner_of_settings_and_folder() {
    for args in [&["check-settings"][..], &["import-stock"], &["import-stock", "--dry-run"]] {
        let Some(shop) = new_shop() else { return };
        shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nA-1,9\n");
        shop.run(args).ok();
        all_is_crons(&shop);
        run_as(&shop, CRON, CRON, &["import-stock"]).ok();
        // And cron's folder stays cron's when root looks in between.
        shop.run(["check-settings", "--write-test"]).ok().says("run by #61001");
        shop.run(["export-orders"]).ok();
        all_is_crons(&shop);
    }
}

#[test]
fn another_user_is_refused_before_anything_is_touched() {
    let Some(shop) = new_shop() else { return };
    let code = "another-users-folder";
    for is_new in [true, false] {
        if !is_new {
            run_as(&shop, CRON, CRON, &["import-stock"]).ok();
            fs::set_permissions(shop.path("tempostar.d"), fs::Permissions::from_mode(0o777)).unwrap();
        }
        fs::set_permissions(shop.path(""), fs::Permissions::from_mode(0o777)).unwrap();
        let before = owners(&shop.path(""));
        for job in ["import-products", "import-logistics", "import-stock", "export-orders"] {
            let ran = run_as(&shop, OTHER, OTHER, &[job, "--json"]).exits(6);
            ran.only_problem(code, "", &["tempostar.d", "#61001", "#61002", "sudo -u #61001 tempostar"]);
        }
        run_as(&shop, OTHER, OTHER, &["import-stock", "--dry-run", "--json"]).exits(6).has_code(code);
        let checked = run_as(&shop, OTHER, OTHER, &["check-settings", "--json"]).exits(6);
        assert_eq!(checked.codes().last().map(String::as_str), Some(code), "{checked}");
        assert_eq!(owners(&shop.path("")), before);
    }
}

#[test]
fn a_database_whose_owner_shares_no_group_is_not_touched() {
    let Some(shop) = new_shop() else { return };
    run_as(&shop, CRON, CRON, &["import-stock"]).ok();
    let give = |owner: u32, group: u32, mode: u32| {
        chown(shop.path("shop.db"), Some(owner), Some(group)).unwrap();
        fs::set_permissions(shop.path("shop.db"), fs::Permissions::from_mode(mode)).unwrap();
    };
    give(OTHER, OTHER, 0o660);
    let ran = run_as(&shop, CRON, CRON, &["import-stock", "--json"]).exits(6);
    ran.only_problem("another-users-database", "", &["shop.db", "#61002", "#61001", "sudo -u #61002"]);
    // A group in which both are, by the folder or as the first group, is right.
    give(OTHER, SHARED, 0o660);
    run_as(&shop, CRON, SHARED, &["import-stock"]).ok();
    chown(shop.path(""), Some(CRON), Some(SHARED)).unwrap();
    fs::set_permissions(shop.path(""), fs::Permissions::from_mode(0o2775)).unwrap();
    give(CRON, SHARED, 0o660);
    shop.run(["import-stock"]).ok();
    assert_eq!(fs::metadata(shop.path("shop.db")).unwrap().uid(), CRON);
}

#[test]
fn a_refused_permission_names_place_owner_mode_user_and_the_command() {
    let Some(shop) = new_shop() else { return };
    run_as(&shop, CRON, CRON, &["import-stock"]).ok();
    fs::set_permissions(shop.path("tempostar.d"), fs::Permissions::from_mode(0o500)).unwrap();
    fs::remove_file(shop.path("tempostar.d/import-stock.demo.lock")).unwrap();
    let said = ["tempostar.d belongs to #61001 (mode 0500), and this is run by #61001", "chmod u+rwX /"];
    run_as(&shop, CRON, CRON, &["import-stock", "--json"]).exits(6).only_problem(
        "work-dir-unusable",
        "",
        &said,
    );
    fs::set_permissions(shop.path("tempostar.d"), fs::Permissions::from_mode(0o700)).unwrap();

    chown(shop.path("demo.pass"), Some(0), Some(0)).unwrap();
    fs::set_permissions(shop.path("demo.pass"), fs::Permissions::from_mode(0o600)).unwrap();
    let place = shop.setting_place("password_file", "ftp.demo.password_file");
    let said = ["demo.pass belongs to root (mode 0600), and this is run by #61001", "sudo chown #61001 /"];
    let ran = run_as(&shop, CRON, CRON, &["import-stock", "--json"]).exits(6);
    ran.only_problem("password-file-unreadable", &place, &said);
}

#[test]
fn what_a_user_may_not_read_is_not_called_damaged() {
    let Some(shop) = new_shop() else { return };
    shop.settings(|text| text.replacen("[stock]\n", "[stock]\nguard.min_rows = 1\n", 1));
    run_as(&shop, CRON, CRON, &["export-orders"]).ok();
    shop.product_in_stock("A-1", 9);
    shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nA-1,0\n");
    run_as(&shop, CRON, CRON, &["import-stock"]).exits(4);
    fs::set_permissions(shop.path("shop.db"), fs::Permissions::from_mode(0o644)).unwrap();
    // Somebody has the database open: what is beside it is there.
    let shops = shop.db();
    shops.execute_batch("BEGIN; SELECT * FROM stock").unwrap();
    let ran = run_as(&shop, OTHER, OTHER, &["held", "show", "1", "--json"]).exits(6);
    ran.only_problem(
        "local-disk",
        "",
        &["cannot read ./tempostar.d/held/", "Permission denied", "nothing is lost"],
    );
    run_as(&shop, CRON, CRON, &["held", "show", "1"]).ok();
}
