//! The settings file and `check-settings`: every problem at once, each with its place and its remedy.

use crate::ftp_server::Tls;
use crate::harness::{Ran, STOCK_INBOX, Shop};

/// The line of the settings file on which this text stands, 1-based.
#[track_caller]
fn line_of(shop: &Shop, text: &str) -> u64 {
    let settings = std::fs::read_to_string(shop.path("tempostar.toml")).unwrap();
    let index = settings.lines().position(|line| line.contains(text)).expect("the text is not there");
    u64::try_from(index).unwrap() + 1
}

/// Every job refuses to work with these settings.
#[track_caller]
fn refused(shop: &Shop) -> Ran {
    let ran = shop.run(["import-stock", "--json"]).exits(6).outcome("failed");
    assert_eq!(shop.ftp.log().entries(), [""; 0], "settings that are wrong are not used\n{ran}");
    ran
}

#[test]
fn all_problems_are_told_at_once_with_their_lines() {
    let shop = Shop::new();
    shop.setting("code = \"12345\"", "code = \"１２３\"");
    shop.setting("retries = 0", "retries = \"many\"");
    shop.setting("reflect_when = \"sent\"", "reflect_when = \"tomorrow\"");
    shop.setting("settle_s = 0", "settle_s = -1");
    let lines = ["code =", "retries", "reflect_when", "settle_s"].map(|text| line_of(&shop, text));
    refused(&shop)
        .problem(None, Some(lines[0]), Some("shop.code"), &[])
        .problem(None, Some(lines[1]), Some("ftp.retries"), &[])
        .problem(None, Some(lines[2]), Some("stock.reflect_when"), &[])
        .problem(None, Some(lines[3]), Some("products.settle_s"), &[]);
}

#[test]
fn an_unknown_key_names_the_nearest_known_one() {
    let shop = Shop::new();
    shop.setting("retries = 0", "retrys = 0");
    let ran = refused(&shop).problem(None, Some(line_of(&shop, "retrys")), None, &["retrys"]);
    assert!(ran.stdout.contains("retries"), "{ran}");
}

#[test]
fn the_japanese_setting_name_stands_in_the_message() {
    let shop = Shop::new();
    let port = format!("port = {}", shop.ftp.port());
    shop.setting(&port, "port = 0");
    refused(&shop).problem(None, None, Some("ftp.demo.port"), &["TEMPOSTAR:テスト用FTPポート番号"]);
}

#[test]
fn options_that_do_not_go_with_tempostar_are_refused() {
    for (option, from, to) in [
        ("予約販売", "reservation_sales = false", "reservation_sales = true"),
        ("頒布会", "hanpukai = false", "hanpukai = true"),
        (
            "定期オーソリ失敗受注未作成フラグ",
            "subscriptions = false",
            "subscriptions = true\nsubscription_auth_failure_order = \"skip\"",
        ),
        (
            "定期オーソリ失敗過去受注有効化フラグ",
            "subscriptions = false",
            "subscriptions = true\nsubscription_auth_failure_reactivate = \"all\"",
        ),
    ] {
        let shop = Shop::new();
        shop.setting(from, to);
        refused(&shop).problem(None, None, None, &[option]);
    }
}

#[test]
fn several_destinations_do_not_go_with_added_lines_but_go_without() {
    let shop = Shop::new();
    shop.setting("multiple_destinations = false", "multiple_destinations = true");
    shop.run(["import-stock"]).ok();
    let shop = Shop::new();
    shop.setting("multiple_destinations = false", "multiple_destinations = true");
    shop.setting("add_order_lines = \"ignore\"", "add_order_lines = \"add\"");
    refused(&shop).problem(None, None, None, &["複数配送先"]);
}

#[test]
fn subscriptions_with_the_right_flags_are_allowed() {
    let shop = Shop::new();
    shop.setting("subscriptions = false", "subscriptions = true");
    shop.run(["import-stock"]).ok();
}

#[test]
fn the_password_may_come_from_the_environment_or_the_file_but_only_from_one_place() {
    let mut shop = Shop::new();
    shop.setting("password_file = \"demo.pass\"", "password_env = \"FTP_PASSWORD\"");
    // The value is not shown: people write the password itself there.
    refused(&shop).problem(None, Some(line_of(&shop, "password_env")), Some("ftp.demo.password_env"), &[]);
    let password = shop.ftp.password();
    shop.variable("FTP_PASSWORD", password);
    shop.run(["import-stock"]).ok();
    shop.setting("password_env", &format!("password = \"{password}\"\npassword_env"));
    shop.ftp.log().clear();
    refused(&shop);
}

#[test]
fn the_settings_file_is_found_by_option_and_by_environment() {
    let mut shop = Shop::new();
    std::fs::create_dir(shop.path("elsewhere")).unwrap();
    std::fs::rename(shop.path("tempostar.toml"), shop.path("elsewhere/t.toml")).unwrap();
    std::fs::rename(shop.path("demo.pass"), shop.path("elsewhere/demo.pass")).unwrap();
    shop.run(["import-stock"]).exits(6);
    shop.run(["import-stock", "--config", "elsewhere/t.toml"]).ok();
    assert!(shop.path("elsewhere/shop.db").exists(), "paths are relative to the settings file");
    shop.variable("TEMPOSTAR_CONFIG", "elsewhere/t.toml");
    shop.run(["import-stock"]).ok();
}

#[test]
fn the_settings_file_of_an_installation_counts_last() {
    let shop = Shop::new();
    // In place of the machine's own /etc, which the tests must leave alone.
    std::fs::create_dir_all(shop.path("etc/tempostar")).unwrap();
    let settings = std::fs::read_to_string(shop.path("tempostar.toml")).unwrap();
    shop.write("etc/tempostar/tempostar.toml", settings.replace("サンプル商店", "設置した商店").as_bytes());
    std::fs::copy(shop.path("demo.pass"), shop.path("etc/tempostar/demo.pass")).unwrap();
    shop.run(["status"]).ok().says("サンプル商店");
    std::fs::remove_file(shop.path("tempostar.toml")).unwrap();
    shop.run(["import-stock"]).ok();
    shop.run(["status"]).ok().says("設置した商店");
}

#[test]
fn a_database_belongs_to_one_environment() {
    let shop = Shop::new();
    let production = std::fs::read_to_string(shop.path("tempostar.toml"))
        .unwrap()
        .lines()
        .skip_while(|line| *line != "[ftp.demo]")
        .take_while(|line| !line.is_empty())
        .map(|line| line.replace("[ftp.demo]", "[ftp.production]") + "\n")
        .collect::<String>();
    shop.settings(|text| text + &production);
    shop.run(["import-stock"]).ok();
    shop.run(["import-stock", "--env", "production"]).exits(6).says("demo").says("production");
    shop.setting("database = \"shop.db\"", "database = \"shop.{environment}.db\"");
    shop.run(["import-stock", "--env", "production"]).ok();
    assert!(shop.path("shop.production.db").exists());
}

#[test]
fn the_language_is_the_settings_then_the_locale_then_english() {
    let mut shop = Shop::new();
    shop.remove_remote_folder(STOCK_INBOX);
    let is_japanese = |ran: &Ran| ran.all().contains("フォルダ");
    assert!(!is_japanese(&shop.run(["import-stock"]).exits(6)));
    shop.language("ja_JP.UTF-8");
    assert!(is_japanese(&shop.run(["import-stock"]).exits(6)));
    shop.language("C.UTF-8");
    assert!(!is_japanese(&shop.run(["import-stock"]).exits(6)));
    shop.setting("environment = \"demo\"\n", "environment = \"demo\"\nlanguage = \"ja\"\n");
    assert!(is_japanese(&shop.run(["import-stock"]).exits(6)));
}

// check-settings -------------------------------------------------------------------------------------------------

/// The check of this id.
#[track_caller]
fn statuses(ran: &Ran) -> Vec<(String, String)> {
    let document = ran.json();
    let checks = document["checks"].as_array().unwrap_or_else(|| panic!("no checks\n{ran}"));
    let text = |check: &serde_json::Value, key: &str| check[key].as_str().unwrap().to_owned();
    checks
        .iter()
        .map(|check| {
            assert!(!text(check, "title").is_empty(), "a check has no title\n{ran}");
            let needs_hint = matches!(check["status"].as_str(), Some("warning" | "error"));
            assert!(!needs_hint || !text(check, "hint").is_empty(), "no hint: {check}");
            (text(check, "id"), text(check, "status"))
        })
        .collect()
}

#[test]
fn check_settings_is_content_with_a_good_shop() {
    for tls in [Tls::Off, Tls::Required] {
        let shop = Shop::with_tls(tls);
        let ran = shop.run(["check-settings", "--json"]).ok();
        let statuses = statuses(&ran);
        assert!(statuses.iter().all(|(_, status)| status != "error"), "{ran}");
        // At least: settings, database, login, four folders.
        assert!(statuses.iter().filter(|(_, status)| status == "ok").count() >= 7, "{ran}");
    }
}

#[test]
fn check_settings_names_the_folder_that_is_missing() {
    let shop = Shop::new();
    shop.remove_remote_folder(STOCK_INBOX);
    shop.run(["check-settings"]).exits(6).says(STOCK_INBOX);
}

#[test]
fn check_settings_tells_a_wrong_password() {
    let shop = Shop::new();
    shop.write("demo.pass", b"wrong-one\n");
    shop.run(["check-settings"]).exits(6).says("530").never_says("wrong-one");
    assert_eq!(shop.ftp.log().entries_of("login refused").len(), 1, "one try: more could lock the user out");
}

#[test]
fn check_settings_warns_of_a_payment_method_that_is_not_confirmed() {
    let shop = Shop::new();
    shop.payment_method_added_on("新ペイ", "2022-05-01", 0);
    let ran = shop.run(["check-settings", "--json"]).ok();
    assert!(statuses(&ran).iter().any(|(_, status)| status == "warning"), "{ran}");
    assert!(ran.stdout.contains("新ペイ"), "{ran}");
}

#[test]
fn check_settings_offline_never_connects() {
    let shop = Shop::new();
    let ran = shop.run(["check-settings", "--offline", "--json"]).ok();
    assert_eq!(shop.ftp.log().entries(), [""; 0]);
    assert!(statuses(&ran).iter().any(|(_, status)| status == "skipped"), "{ran}");
}

#[test]
fn check_settings_shows_the_fingerprint_of_a_certificate_that_it_cannot_trust() {
    let shop = Shop::with_tls(Tls::Required);
    let pin = format!("certificate_sha256 = \"{}\"\n", shop.ftp.certificate_sha256());
    shop.setting(&pin, "");
    let ran = shop.run(["check-settings"]).exits(6);
    let shown = ran.all().to_lowercase().replace(':', "");
    assert!(shown.contains(shop.ftp.certificate_sha256()), "{ran}");
}

#[test]
fn a_certificate_file_is_trusted() {
    let shop = Shop::with_tls(Tls::Required);
    let pin = format!("certificate_sha256 = \"{}\"\n", shop.ftp.certificate_sha256());
    shop.write("ca.pem", shop.ftp.certificate_pem().as_bytes());
    shop.setting(&pin, "ca_file = \"ca.pem\"\n");
    shop.run(["import-stock"]).ok();
}

#[test]
fn clear_text_is_never_a_way_out() {
    let shop = Shop::new();
    shop.setting("tls = \"none\"", "tls = \"explicit\"");
    shop.run(["import-stock"]).exits(6).says("TLS");
    assert_eq!(shop.ftp.log().entries_of("login"), [""; 0], "the password went out in clear text");
}

#[test]
fn what_is_wrong_with_a_settings_file_is_told_in_its_own_language() {
    let shop = Shop::new();
    shop.setting("language = \"en\"", "language = \"ja\"");
    shop.setting("code = \"12345\"", "code = \"１２３４５\"");
    shop.run(["import-stock"]).exits(6).says("ショップコード").says("エラー");
}
