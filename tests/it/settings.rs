//! The settings file: every problem at once, each with its place and its remedy.

use crate::ftp_server::Tls;
use crate::harness::{Ran, Shop};

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
    let place = |text, key| shop.setting_place(text, key);
    let ran = refused(&shop)
        .problem("shop-code-full-width", &place("code =", "shop.code"), &["１２３"])
        .problem("settings-not-a-number", &place("retries", "ftp.retries"), &[])
        .problem("settings-unknown-word", &place("reflect_when", "stock.reflect_when"), &["\"tomorrow\""])
        .problem("settings-out-of-range", &place("settle_s", "products.settle_s"), &[]);
    assert_eq!(ran.codes().len(), 4, "{ran}");
}

#[test]
fn an_unknown_key_names_the_nearest_known_one() {
    let shop = Shop::new();
    shop.setting("retries = 0", "retrys = 0");
    let place = shop.setting_place("retrys", "ftp.retrys");
    refused(&shop).only_problem("settings-unknown-key", &place, &["\"retrys\"", "did you mean ftp.retries?"]);
}

#[test]
fn the_japanese_setting_name_stands_in_the_message() {
    let shop = Shop::new();
    let port = format!("port = {}", shop.ftp.port());
    shop.setting(&port, "port = 0");
    let place = shop.setting_place("port = 0", "ftp.demo.port");
    refused(&shop).only_problem("settings-out-of-range", &place, &["TEMPOSTAR:テスト用FTPポート番号"]);
}

#[test]
fn options_that_do_not_go_with_tempostar_are_refused() {
    for (code, option, from, to) in [
        ("option-reservation-sales", "予約販売", "reservation_sales = false", "reservation_sales = true"),
        ("option-hanpukai", "頒布会", "hanpukai = false", "hanpukai = true"),
        (
            "option-subscription-order",
            "定期オーソリ失敗受注未作成フラグ",
            "subscriptions = false",
            "subscriptions = true\nsubscription_auth_failure_order = \"skip\"",
        ),
        (
            "option-subscription-reactivate",
            "定期オーソリ失敗過去受注有効化フラグ",
            "subscriptions = false",
            "subscriptions = true\nsubscription_auth_failure_reactivate = \"all\"",
        ),
    ] {
        let shop = Shop::new();
        shop.setting(from, to);
        let key = to.lines().last().unwrap().split(' ').next().unwrap();
        let place = shop.setting_place(key, &format!("shop.options.{key}"));
        refused(&shop).only_problem(code, &place, &[option]);
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
    let place = shop.setting_place("multiple_destinations", "shop.options.multiple_destinations");
    refused(&shop).only_problem("option-multiple-destinations", &place, &["複数配送先"]);
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
    let place = shop.setting_place("password_env", "ftp.demo.password_env");
    refused(&shop).only_problem("password-env-missing", &place, &[]);
    let password = shop.ftp.password();
    shop.variable("FTP_PASSWORD", password);
    shop.run(["import-stock"]).ok();
    shop.setting("password_env", &format!("password = \"{password}\"\npassword_env"));
    shop.ftp.log().clear();
    let place = shop.setting_place("password = ", "ftp.demo.password");
    refused(&shop).only_problem("password-twice", &place, &["ftp.demo.password_env"]);
}

#[test]
fn the_settings_file_is_found_by_option_and_by_environment() {
    let mut shop = Shop::new();
    std::fs::create_dir(shop.path("elsewhere")).unwrap();
    std::fs::rename(shop.path("tempostar.toml"), shop.path("elsewhere/t.toml")).unwrap();
    std::fs::rename(shop.path("demo.pass"), shop.path("elsewhere/demo.pass")).unwrap();
    let ran = shop.run(["import-stock", "--json"]).exits(6);
    ran.only_problem("settings-file-not-found", "", &["tempostar.toml"]);
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
    shop.write("etc/tempostar/tempostar.toml", settings.replace("花と器", "設置した商店").as_bytes());
    std::fs::copy(shop.path("demo.pass"), shop.path("etc/tempostar/demo.pass")).unwrap();
    shop.run(["status"]).ok().says("花と器");
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
    let ran = shop.run(["import-stock", "--json", "--env", "production"]).exits(6);
    let said = "belongs to demo, but this run is for production";
    ran.only_problem("wrong-environment", "", &["shop.db ", said]);
    shop.setting("database = \"shop.db\"", "database = \"shop.{environment}.db\"");
    shop.run(["import-stock", "--env", "production"]).ok();
    assert!(shop.path("shop.production.db").exists());
}

#[test]
fn the_language_is_the_settings_then_the_locale_then_english() {
    let mut shop = Shop::new();
    let (en, ja) = ("import-stock: nothing to do (", "import-stock: 処理するものはありません（");
    shop.run(["import-stock"]).ok().says(en);
    shop.language("ja_JP.UTF-8");
    shop.run(["import-stock"]).ok().says(ja);
    shop.language("C.UTF-8");
    shop.run(["import-stock"]).ok().says(en);
    shop.setting("environment = \"demo\"\n", "environment = \"demo\"\nlanguage = \"ja\"\n");
    shop.run(["import-stock"]).ok().says(ja);
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
fn what_is_wrong_with_a_settings_file_is_told_in_its_own_language() {
    let shop = Shop::new();
    shop.setting("language = \"en\"", "language = \"ja\"");
    shop.setting("code = \"12345\"", "code = \"１２３４５\"");
    let said = "エラー[shop-code-full-width]: ./tempostar.toml: 8行目: shop.code: 設定「TEMPOSTAR:ショップコード」: ショップコード「１２３４５」に";
    shop.run(["import-stock"]).exits(6).says(said);
}

/// Payment methods and free items as the settings list them.
const LISTED: &str = r#"
[[payment_methods]]
name = "銀行振込"
added_on = 2020-04-01

[[payment_methods]]
name = "新ペイ"
card = true
added_on = "2023-07-01"
ready = true

[product_free_items]
7 = "素材"
50 = "お手入れ"
"#;

fn methods(shop: &Shop) -> Vec<String> {
    shop.rows("SELECT name, is_card, added_on, tempostar_ready FROM payment_methods ORDER BY name")
}

#[test]
fn each_run_lists_the_payment_methods_and_free_items_of_the_settings() {
    let shop = Shop::new();
    shop.settings(|text| text + LISTED);
    shop.run(["import-stock"]).ok();
    assert_eq!(methods(&shop), ["新ペイ|1|2023-07-01|1", "銀行振込|0|2020-04-01|0"]);
    let items = "SELECT number, name FROM product_free_items ORDER BY number";
    assert_eq!(shop.rows(items), ["7|素材", "50|お手入れ"]);

    // The settings win over the application's rows of the same name; its others stay.
    shop.sql(
        "UPDATE payment_methods SET tempostar_ready = 0, added_on = '' WHERE name = '新ペイ';
         INSERT INTO payment_methods (name, added_on) VALUES ('代金引換', '2019-01-01');
         DELETE FROM product_free_items;
         INSERT INTO product_free_items VALUES (3, '素材'), (4, '色'), (7, 'お手入れ');",
    );
    shop.run(["import-stock"]).ok();
    let expected = ["代金引換|0|2019-01-01|0", "新ペイ|1|2023-07-01|1", "銀行振込|0|2020-04-01|0"];
    assert_eq!(methods(&shop), expected);
    assert_eq!(shop.rows(items), ["4|色", "7|素材", "50|お手入れ"]);
}

#[test]
fn a_run_that_finds_the_listed_in_place_fires_no_trigger_of_the_shop() {
    let shop = Shop::new();
    shop.settings(|text| text + LISTED);
    shop.run(["import-stock"]).ok();
    for (table, event) in
        [("payment_methods", "UPDATE"), ("payment_methods", "INSERT"), ("product_free_items", "DELETE")]
    {
        shop.sql(&format!(
            "CREATE TRIGGER {table}_{event} AFTER {event} ON {table} BEGIN SELECT raise(ABORT, 'touched'); END"
        ));
    }
    shop.run(["import-stock"]).ok();
}

#[test]
fn what_must_not_write_judges_as_if_the_settings_methods_were_listed() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 10);
    shop.order("1001").line("A-1", 1).set("payment_method", "銀行振込").insert();
    shop.order("1002").line("A-1", 1).set("payment_method", "謎ペイ").insert();
    shop.settings(|text| text + LISTED);
    let before = methods(&shop);
    shop.run(["export-orders", "--dry-run", "--json"]).exits(3).count("exported", 1).count("held_back", 1);
    let status = shop.run(["status", "--json"]).ok().json();
    assert_eq!(status["orders"]["states"]["held_back"], 1, "{status:#}");
    let checks = shop.run(["check-settings", "--json", "--offline"]).json();
    let orders = checks["checks"].as_array().unwrap().iter().find(|check| check["id"] == "orders").unwrap();
    assert!(orders["message"].as_str().unwrap().contains("謎ペイ"), "{orders}");
    assert!(!orders["message"].as_str().unwrap().contains("銀行振込"), "{orders}");
    assert_eq!(methods(&shop), before, "nothing was written");
    shop.run(["export-orders", "--json"]).exits(3).count("exported", 1);
    assert!(methods(&shop).contains(&"銀行振込|0|2020-04-01|0".to_owned()));
}

#[test]
fn a_product_free_item_of_the_settings_takes_its_column() {
    let shop = Shop::new();
    shop.settings(|text| text + LISTED);
    shop.put_sheet(crate::harness::PRODUCT_INBOX, "product.csv", "商品コード,商品名,素材\nA-1,皿,陶器\n");
    shop.run(["import-products", "--json"]).ok().no_problem();
    assert_eq!(shop.value("SELECT free_item_7 FROM products"), "陶器");
}

#[test]
fn each_slip_in_the_lists_is_told_with_its_line() {
    let shop = Shop::new();
    shop.settings(|text| text + "\n[[payment_methods]]\nname = \"銀行\"\nadded_on = 2020-13-01x\n");
    refused(&shop).has_code("settings-syntax");
    let shop = Shop::new();
    shop.settings(|text| {
        text + r#"
[[payment_methods]]
name = "銀行振込"
added_on = 2020-04-01T10:00:00

[[payment_methods]]
name = "銀行振込"   # again
redy = true

[product_free_items]
51 = "素材"
1 = "色"
2 = "色"   # too
"#
    });
    let place = |text, key| shop.setting_place(text, key);
    let ran = refused(&shop)
        .problem("settings-date", &place("10:00:00", "payment_methods.added_on"), &["2020-04-01T10:00:00"])
        .problem("payment-method-twice", &place("# again", "payment_methods.name"), &["銀行振込"])
        .problem("settings-unknown-key", &place("redy", "payment_methods.redy"), &["payment_methods.ready"])
        .problem("free-item-number", &place("51 =", "product_free_items.51"), &["1 to 50"])
        .problem("free-item-name-twice", &place("# too", "product_free_items.2"), &["free item 1"]);
    assert!(ran.codes().contains(&"payment-method-day".to_owned()), "{ran}");
    assert_eq!(ran.codes().len(), 6, "{ran}");
}

#[test]
fn a_single_bracket_and_a_list_that_is_none_are_told() {
    for (text, code, says) in [
        (
            "[payment_methods]\nname = \"銀行振込\"",
            "settings-not-tables",
            "[[payment_methods]], in double brackets",
        ),
        ("[[payment_method]]\nname = \"銀行振込\"", "settings-unknown-key", "did you mean payment_methods?"),
        ("[[product_free_items]]\n1 = \"色\"", "settings-not-a-table", "[product_free_items]"),
    ] {
        let shop = Shop::new();
        shop.settings(|settings| format!("{settings}\n{text}\n"));
        let ran = refused(&shop).has_code(code).says(says);
        assert_eq!(ran.codes().len(), 1, "{ran}");
    }
}

/// What stands in the settings, what is said of it, and what stands there when the hint was followed to the letter.
const MENDED: [(&str, &str, &str, &str); 9] = [
    ("hanpukai = false", "hanpukai = no", "write false in place of no", "hanpukai = false"),
    ("hanpukai = false", "hanpukai = いいえ", "write false in place of いいえ", "hanpukai = false"),
    ("hanpukai = false", "hanpukai = \"no\"", "write true or false without quotes", "hanpukai = false"),
    ("settle_s = 0", "max_bad_rows_percent = 20%", "write 20, without the unit", "max_bad_rows_percent = 20"),
    ("settle_s = 0", "max_bad_rows_percent = 20 %  # of a hundred", "write 20,", "max_bad_rows_percent = 20"),
    ("tls = \"none\"", "tls = true", "write one of: \"explicit\", \"implicit\", \"none\"", "tls = \"none\""),
    ("tls = \"none\"", "tls = none", "put the value in double quotes", "tls = \"none\""),
    ("[ftp.demo]", "[ftp.test]", "did you mean ftp.demo?", "[ftp.demo]"),
    ("\"demo.pass\"", "\"~/demo.pass\"", "write /home/shop in place of ~", "\"/home/shop/demo.pass\""),
];

#[test]
fn each_hint_followed_to_the_letter_makes_it_well() {
    for (right, wrong, hint, mended) in MENDED {
        let mut shop = Shop::new();
        let home = shop.path("").display().to_string();
        let home = home.trim_end_matches('/');
        shop.variable("HOME", home);
        shop.setting(right, wrong);
        let ran = refused(&shop).says(&hint.replace("/home/shop", home));
        assert!(!ran.all().contains("expected"), "the parser's own words\n{ran}");
        shop.setting(wrong, &mended.replace("/home/shop", home));
        shop.run(["import-stock"]).ok();
    }
}

#[test]
fn what_only_looks_strange_is_taken_as_it_is_meant() {
    // Lines that end as on a Mac of old, in the settings and in the password file.
    let shop = Shop::new();
    shop.settings(|text| text.replace('\n', "\r"));
    shop.write("demo.pass", format!("{}\r\r", shop.ftp.password()).as_bytes());
    shop.run(["import-stock"]).ok();
    // An IPv6 address without brackets: nothing answers there, but it is one.
    let shop = Shop::new();
    shop.setting("url = \"127.0.0.1\"", "url = \"::1\"");
    shop.run(["import-stock", "--json"]).exits(5);
}

#[test]
fn no_words_of_the_parser_reach_a_person() {
    for line in [
        "x = [1,, 2]",
        "x = 2026-99-99",
        "x = nan1",
        "x = {a = 1",
        "x = \"\\q\"",
        "x = 1.2.3",
        "= 3",
        "[[x]",
        "x = +",
    ] {
        let shop = Shop::new();
        shop.settings(|text| format!("{line}\n{text}"));
        let ran = shop.run(["import-stock"]).exits(6);
        for word in ["expected", "invalid", "unexpected", "`"] {
            let told = ran.stderr.replace("`key = value`", "");
            assert!(!told.contains(word), "{line}: {word}\n{ran}");
        }
    }
}

#[test]
fn a_missing_password_does_not_hide_what_else_can_be_looked_at() {
    let shop = Shop::new();
    shop.db();
    std::fs::remove_file(shop.path("demo.pass")).unwrap();
    shop.sql("UPDATE tempostar_meta SET value = 'production' WHERE key = 'environment'");
    let before = shop.ftp.log().entries();
    let ran = shop.run(["check-settings", "--json"]).exits(6);
    assert_eq!(ran.codes(), ["password-file-unreadable", "wrong-environment"], "{ran}");
    let document = ran.json();
    let status = |id: &str| {
        let checks = document["checks"].as_array().unwrap();
        checks.iter().find(|check| check["id"] == id).unwrap()["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(status("work-folder"), "ok");
    for id in ["server-name", "server-login", "mail"] {
        assert_eq!(status(id), "skipped", "{id}");
    }
    assert_eq!(shop.ftp.log().entries(), before);
}
