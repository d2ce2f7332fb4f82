//! The settings file, table by table: what is accepted and what it comes to, and what is refused, at which line.
//! What is wrong is told by the binary; what is right is read by what the binary calls.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use chrono::TimeDelta;
use proptest::prelude::*;
use serde_json::Value;
use tempfile::TempDir;
use tempostar::problem::Failure;
use tempostar::settings::{Begins, Environment, Settings, Tls, TlsVersion, Transport, load};

const SAMPLE: &str = include_str!("../../examples/tempostar.toml");
const MINIMAL: &str = r#"
[shop]
code = "12345"
[ftp.demo]
url = "ftp.example"
user = "12345_0"
password = "Geheim"
"#;

fn folder_with(settings: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tempostar.toml");
    fs::write(&path, settings).unwrap();
    (folder, path)
}

fn read(settings: &str) -> Result<Settings, Failure> {
    let (_folder, path) = folder_with(settings);
    load(&path, None)
}

#[track_caller]
fn good(settings: &str) -> Settings {
    read(settings).unwrap()
}

/// What the binary says of the settings file at this place.
#[track_caller]
fn problems_at(path: &Path, variables: &[(&str, &str)]) -> Vec<Value> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tempostar"));
    command.args(["import-stock", "--json", "--config"]).arg(path).env_clear();
    let output = command.envs(variables.iter().copied()).output().unwrap();
    let said = String::from_utf8([output.stdout.as_slice(), &output.stderr].concat()).unwrap();
    assert_eq!(output.status.code(), Some(6), "{said}");
    assert!(!said.to_lowercase().contains("geheim"), "a password is shown: {said}");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let problems = document["problems"].as_array().unwrap().clone();
    assert!(problems.iter().all(|problem| problem["file"] == *path.to_str().unwrap()), "{said}");
    problems
}

#[track_caller]
fn problems(settings: &str) -> Vec<Value> {
    let (_folder, path) = folder_with(settings);
    problems_at(&path, &[])
}

/// What a problem says behind the settings file's path.
fn message(problem: &Value) -> &str {
    problem["message"].as_str().unwrap().split_once("/tempostar.toml: ").unwrap().1
}

/// Code, line and key of a problem.
fn place(problem: &Value) -> (&str, u64, &str) {
    let text = |name| problem[name].as_str().unwrap_or_default();
    (text("code"), problem["line"].as_u64().unwrap_or(0), text("column"))
}

#[track_caller]
fn check_places(settings: &str, expected: &[(&str, u64, &str)]) {
    assert_eq!(problems(settings).iter().map(place).collect::<Vec<_>>(), expected);
}

/// One line more in one of the minimal file's tables or at its top.
fn with_line(table: &str, line: &str) -> String {
    if table.is_empty() {
        format!("{line}{MINIMAL}")
    } else {
        MINIMAL.replace(table, &format!("{table}\n{line}"))
    }
}

#[test]
fn a_minimal_file_gets_the_defaults_of_the_contract() {
    let (folder, path) = folder_with(MINIMAL);
    let settings = load(&path, None).unwrap();
    assert_eq!(settings.environment, Environment::Demo);
    assert_eq!(settings.database, folder.path().join("shop.demo.db"));
    assert_eq!(settings.work_dir, folder.path().join("tempostar.d"));
    assert_eq!(settings.shop.name, "12345");
    assert_eq!(settings.ftp.server.port, 21);
    assert_eq!(settings.ftp.server.password.reveal(), "Geheim");
    let (min, max) = (TlsVersion::V1_2, TlsVersion::V1_2);
    let tls = Tls::Encrypted { begins: Begins::Explicit, min, max, ca_file: None, certificate_sha256: None };
    assert_eq!(settings.ftp.server.tls, tls);
    assert_eq!(settings.mail.transport, Transport::None);
    assert_eq!(settings.stock.inbox.folder, "/netstock/12345");
    assert_eq!(settings.stock.inbox.max_bad_rows_percent, 5);
    assert_eq!(settings.stock.reflect_lag, TimeDelta::minutes(10));
    assert_eq!(settings.orders.marker, None);
    assert_eq!(settings.limits.max_file_bytes, 512 * 1024 * 1024);
    assert!(settings.schedule.is_empty() && settings.products.free_items.is_empty());
}

#[test]
fn the_sample_is_accepted_and_says_the_defaults() {
    let (folder, path) = folder_with(SAMPLE);
    fs::write(folder.path().join("demo.pass"), "Geheim\r\nignored\n").unwrap();
    let sample = load(&path, None).unwrap();
    // Besides what is required: what is absent by default, and so cannot be equal.
    let given = r#"
        language = "ja"
        [shop]
        name = "サンプル商店"
        code = "12345"
        admin_email = "owner@shop.example"
        [ftp.demo]
        url = "ftp.example"
        user = "12345_0"
        password = "Geheim"
        [mail]
        from = "tempostar@shop.example"
        [schedule]
        import-stock = 30
    "#;
    fs::write(&path, given).unwrap();
    assert_eq!(sample, load(&path, None).unwrap());
}

#[test]
fn the_environment_picks_the_server_and_the_other_ones_files_are_left_alone() {
    let both = r#"
        environment = "demo"
        shop.code = "1"
        ftp.demo = { url = "demo.example", user = "d", password_file = "not-on-this-machine" }
        ftp.production = { url = "real.example", user = "p", password = "Geheim", port = 2121 }
    "#;
    let (folder, path) = folder_with(both);
    let settings = load(&path, Some(Environment::Production)).unwrap();
    assert_eq!(settings.database, folder.path().join("shop.production.db"));
    assert_eq!((settings.ftp.server.host.as_str(), settings.ftp.server.port), ("real.example", 2121));
    assert_eq!(problems(both)[0]["code"], "password-file-unreadable");
}

#[test]
fn the_other_environments_table_may_be_incomplete_but_not_wrong() {
    good(&format!("{MINIMAL}[ftp.production]\nurl = \"ftp.example\""));
    check_places(
        &format!("{MINIMAL}[ftp.production]\nurl = \"http://x\"\nport = 0"),
        &[("ftp-url-scheme", 9, "ftp.production.url"), ("settings-out-of-range", 10, "ftp.production.port")],
    );
}

#[test]
fn all_problems_are_reported_at_once_in_the_order_of_their_lines() {
    let settings = r#"
enviroment = "demo"
[shop]
code = 12345
[ftp.demo]
port = "21"
user = " 12345_0"
password_file = "Geheim"
[stock]
reflect_when = "late"
[stock.guard]
zero_percent = 101
min_rows = -1
"#;
    check_places(
        settings,
        &[
            ("settings-unknown-key", 2, "enviroment"),
            ("settings-not-a-text", 4, "shop.code"),
            ("settings-missing", 5, "ftp.demo.url"),
            ("settings-quoted-number", 6, "ftp.demo.port"),
            ("settings-blank-around", 7, "ftp.demo.user"),
            ("password-file-unreadable", 8, "ftp.demo.password_file"),
            ("settings-unknown-word", 10, "stock.reflect_when"),
            ("settings-out-of-range", 12, "stock.guard.zero_percent"),
            ("settings-out-of-range", 13, "stock.guard.min_rows"),
        ],
    );
}

#[test]
fn an_empty_file_lacks_what_is_required() {
    check_places(
        "",
        &[
            ("settings-missing", 0, "shop.code"),
            ("settings-missing", 0, "ftp.demo.url"),
            ("settings-missing", 0, "ftp.demo.user"),
            ("password-missing", 0, "ftp.demo.password_file"),
        ],
    );
}

#[test]
fn a_problem_names_the_japanese_setting_and_what_to_do() {
    let hyphen = MINIMAL.replace("12345\"", "12-345\"");
    let told = "4行目: shop.code: 設定「TEMPOSTAR:ショップコード」: \
                ショップコード「12-345」にハイフンが入っています。受注番号と区別できなくなります。";
    let problem = &problems(&format!("\nlanguage = \"ja\"{hyphen}"))[0];
    assert_eq!(message(problem), told);
    assert_eq!(problems(&hyphen)[0]["hint"], "write the shop code alone, as it stands in the contract");
}

#[test]
fn an_unknown_key_names_the_nearest_known_one() {
    for (table, line, nearest) in [
        ("", "enviroment = 1", "environment"),
        ("[shop]", "Code = 1", "shop.code"),
        ("[ftp.demo]", "passwort = \"Geheim\"", "ftp.demo.password"),
        ("[ftp.demo]", "password-file = \"Geheim\"", "ftp.demo.password_file"),
        ("[ftp.demo]", "reflect_lag_min = 1", "stock.reflect_lag_min"),
        ("[ftp.demo]", "stock.settle_s = 0", "stock"),
        ("", "[ftp.prod]\nurl = \"x\"", "ftp.production"),
        ("", "[schedul]\nimport-stock = 1", "schedule"),
        ("", "[schedule]\nimport_stock = 1", "schedule.import-stock"),
    ] {
        let found = problems(&with_line(table, line));
        assert_eq!((found.len(), place(&found[0]).0), (1, "settings-unknown-key"), "{line}: {found:?}");
        assert_eq!(found[0]["hint"], format!("did you mean {nearest}?"), "{line}");
    }
}

#[test]
fn a_value_where_a_table_belongs_is_named() {
    check_places(&with_line("", "schedule = 5"), &[("settings-not-a-table", 1, "schedule")]);
    check_places(
        &with_line("", "orders.free_items = [1]"),
        &[("settings-not-a-table", 1, "orders.free_items")],
    );
    check_places(
        &format!("{MINIMAL}[[stock]]\nsettle_s = 0\n[[stock.guard]]\nmin_rows = 1"),
        &[("settings-not-a-table", 8, "stock")],
    );
}

#[test]
fn what_one_of_several_tables_lacks_is_named_as_it_is_written() {
    let found = problems(&format!("{MINIMAL}[[payment_methods]]\nready = true"));
    assert_eq!(
        found.iter().map(place).collect::<Vec<_>>(),
        [("settings-missing", 8, "payment_methods.name")]
    );
    assert_eq!(found[0]["hint"], "set payment_methods.name");
}

#[test]
fn wrong_toml_is_located_and_never_quoted() {
    for (line, code) in [
        ("password = Geheim", "settings-syntax-unquoted"),
        ("password = \"Geheim", "settings-syntax"),
        ("password \"Geheim\"", "settings-syntax"),
        ("password = \"Geheim\" x", "settings-syntax"),
        ("user = \"again\"", "settings-duplicate-key"),
    ] {
        let found = problems(&MINIMAL.replace("password = \"Geheim\"", line));
        assert_eq!(place(&found[0]), (code, 7, ""), "{line}: {found:?}");
    }
    let problem = &problems("[shop]\nname = サンプル")[0];
    assert!(message(problem).starts_with("line 2: column 8: "), "{problem:?}");
}

#[test]
fn exactly_one_password_is_needed() {
    let two = MINIMAL.replace("password =", "password_env = \"Geheim\"\npassword =");
    check_places(
        &two,
        &[("password-env-missing", 7, "ftp.demo.password_env"), ("password-twice", 8, "ftp.demo.password")],
    );
    let none = MINIMAL.replace("password = \"Geheim\"", "");
    check_places(&none, &[("password-missing", 4, "ftp.demo.password_file")]);
    let number = MINIMAL.replace("\"Geheim\"", "1234");
    check_places(&number, &[("settings-not-a-text", 7, "ftp.demo.password")]);
    let line_break = MINIMAL.replace("Geheim", "Geheim\\nQUIT");
    check_places(&line_break, &[("password-control-character", 7, "ftp.demo.password")]);
}

#[test]
fn a_password_comes_from_the_first_line_of_a_file() {
    let (folder, path) = folder_with(&MINIMAL.replace("password = \"Geheim\"", "password_file = \"p\""));
    let file = folder.path().join("p");
    for (content, expected) in [
        (&b"Geheim 1\r\nsecond\n"[..], Ok("Geheim 1")),
        (b"Geheim \n", Err("password-file-blank")),
        ("Geheim\u{3000}".as_bytes(), Err("password-file-blank")),
        (b" \n", Err("password-file-empty")),
        (b"\xef\xbb\xbfGeheim", Ok("Geheim")),
        (b"", Err("password-file-empty")),
        (b"\nGeheim", Err("password-file-empty")),
        (b"\x82\xa0", Err("password-file-not-utf8")),
        (b"Geheim\0", Err("password-control-character")),
    ] {
        fs::write(&file, content).unwrap();
        match expected {
            Ok(password) => {
                assert_eq!(load(&path, None).unwrap().ftp.server.password.reveal(), password, "{content:?}")
            }
            Err(code) => assert_eq!(place(&problems_at(&path, &[])[0]).0, code, "{content:?}"),
        }
    }
    // Whoever writes quotes around it means the blanks.
    let quoted = good(&MINIMAL.replace("Geheim", " Geheim "));
    assert_eq!(quoted.ftp.server.password.reveal(), " Geheim ");
}

#[test]
fn no_password_is_shown_by_debug() {
    let settings = good(&format!(
        "{}[mail]\nfrom = \"a@b\"\nuser = \"u\"\npassword = \"Geheim2\"",
        with_line("[shop]", "admin_email = \"a@b\"")
    ));
    let shown = format!("{settings:?}");
    assert!(!shown.contains("Geheim") && shown.contains("password: \"…\""), "{shown}");
}

#[test]
fn a_url_and_its_neighbours_must_agree() {
    let with_url = |url: &str| MINIMAL.replace("ftp.example", url);
    let settings = good(&with_url("ftp://12345_0@ftp.example:2121/"));
    assert_eq!(settings.ftp.server.port, 2121);
    let user_in_url = with_url("ftp://12345_0@ftp.example").replace("user = \"12345_0\"", "");
    assert_eq!(good(&user_in_url).ftp.server.user, "12345_0");
    check_places(
        &with_url("ftp://other@ftp.example:2121").replace("user =", "port = 21\nuser ="),
        &[("ftp-port-contradiction", 6, "ftp.demo.port"), ("ftp-user-contradiction", 7, "ftp.demo.user")],
    );
    check_places(&with_url("ftp://u:Geheim@ftp.example"), &[("ftp-url-password", 5, "ftp.demo.url")]);
}

#[test]
fn tls_settings_must_make_sense() {
    check_places(&with_line("[ftp.demo]", "tls_min = \"1.3\""), &[("tls-range", 5, "ftp.demo.tls_min")]);
    check_places(
        &with_line("[ftp.demo]", "ca_file = \"/does/not/exist.pem\"\ncertificate_sha256 = \"12\""),
        &[
            ("ca-file-unreadable", 5, "ftp.demo.ca_file"),
            ("certificate-sha256", 6, "ftp.demo.certificate_sha256"),
        ],
    );
    let (_folder, path) = folder_with(&with_line("[ftp.demo]", "ca_file = \"tempostar.toml\""));
    assert_eq!(problems_at(&path, &[])[0]["code"], "ca-file-not-pem");
    assert_eq!(good(&with_line("[ftp.demo]", "tls = \"none\"")).ftp.server.tls, Tls::None);
    let port_of = |lines: &str| good(&with_line("[ftp.demo]", lines)).ftp.server.port;
    assert_eq!(port_of("tls = \"implicit\""), 990);
    assert_eq!(port_of("tls = \"implicit\"\nport = 21"), 21);
    assert_eq!(port_of("tls = \"explicit\""), 21);
}

#[test]
fn options_that_exclude_tempostar_are_refused() {
    let options = "[shop.options]
reservation_sales = true
hanpukai = true
multiple_destinations = true
subscriptions = true
subscription_auth_failure_order = \"skip\"
subscription_auth_failure_reactivate = \"latest\"
[logistics]
add_order_lines = \"add\"
";
    check_places(
        &format!("{options}{MINIMAL}"),
        &[
            ("option-reservation-sales", 2, "shop.options.reservation_sales"),
            ("option-hanpukai", 3, "shop.options.hanpukai"),
            ("option-multiple-destinations", 4, "shop.options.multiple_destinations"),
            ("option-subscription-order", 6, "shop.options.subscription_auth_failure_order"),
            ("option-subscription-reactivate", 7, "shop.options.subscription_auth_failure_reactivate"),
        ],
    );
}

#[test]
fn options_that_only_together_exclude_tempostar_are_accepted_alone() {
    good(&format!("[shop.options]\nmultiple_destinations = true\n{MINIMAL}"));
    good(&format!("[logistics]\nadd_order_lines = \"add\"\n{MINIMAL}"));
    good(&format!("[shop.options]\nsubscriptions = true\n{MINIMAL}"));
    good(&format!("[shop.options]\nsubscription_auth_failure_order = \"skip\"\n{MINIMAL}"));
}

#[test]
fn mail_needs_both_addresses_unless_it_is_switched_off() {
    good(&format!("{MINIMAL}[mail]\ntransport = \"none\""));
    check_places(
        &format!("{MINIMAL}[mail]\nhost = \"localhost\""),
        &[("settings-missing", 2, "shop.admin_email"), ("settings-missing", 8, "mail.from")],
    );
    let mail = "[mail]\ntransport = \"sendmail\"\nfrom = \"a@b\"\nremind_after_h = 2";
    let settings = good(&format!("{}{mail}", with_line("[shop]", "admin_email = \"a@b\"")));
    assert_eq!(settings.mail.transport, Transport::Sendmail);
    assert_eq!(settings.mail.remind_after, Duration::from_secs(7200));
}

#[test]
fn a_mail_login_is_whole_or_absent() {
    let base = format!("{}[mail]\nfrom = \"a@b\"\n", with_line("[shop]", "admin_email = \"a@b\""));
    check_places(&format!("{base}user = \"u\""), &[("password-missing", 9, "mail.password_file")]);
    check_places(&format!("{base}password = \"Geheim\""), &[("settings-missing", 9, "mail.user")]);
}

#[test]
fn free_items_keep_the_files_order_and_are_used_once() {
    let settings = good(&format!("{MINIMAL}[products.free_items]\n\"予備\" = 50\n\"b.c\" = 1"));
    assert_eq!(settings.products.free_items, [("予備".to_owned(), 50), ("b.c".to_owned(), 1)]);
    check_places(
        &format!("{MINIMAL}[orders.free_items]\n\"z\" = 3\n\"a\" = 3\n\"b\" = 37\n\"\" = 4\n\"c\" = \"5\""),
        &[
            ("free-item-twice", 10, "orders.free_items.a"),
            ("settings-out-of-range", 11, "orders.free_items.b"),
            ("free-item-name", 12, "orders.free_items."),
            ("settings-quoted-number", 13, "orders.free_items.c"),
        ],
    );
    check_places(
        &format!("{MINIMAL}[product_free_items]\n1 = \"素材\"\n01 = \"色\""),
        &[("free-item-twice", 9, "product_free_items.1")],
    );
}

#[test]
fn the_name_of_a_free_item_s_column_can_be_written_in_the_order_file() {
    let items = format!("{MINIMAL}[orders.free_items]\n\"〜のし\" = 1\n\"𠮷\" = 2\n");
    let found = problems(&items);
    assert_eq!(
        found.iter().map(place).collect::<Vec<_>>(),
        [("settings-not-encodable", 10, "orders.free_items.𠮷")]
    );
    let said = "line 10: orders.free_items.𠮷: TEMPOSTAR:受注連携自由項目: \"𠮷\" has a character that CP932 (Shift_JIS) lacks";
    assert_eq!(message(&found[0]), said);
    good(&(items + "[orders]\nencoding = \"utf-8\"\n"));
}

#[test]
fn a_marker_cannot_overwrite_the_order_file() {
    check_places(
        &format!("{MINIMAL}[orders]\nmarker = \".CSV\""),
        &[("marker-is-the-file", 9, "orders.marker")],
    );
}

#[test]
fn braces_that_nobody_fills_in_are_refused() {
    check_places(&with_line("", "database = \"{env}.db\""), &[("settings-placeholder", 1, "database")]);
    check_places(
        &format!("{MINIMAL}[stock]\ninbox = \"/{{shop}}\""),
        &[("settings-placeholder", 9, "stock.inbox")],
    );
}

#[test]
fn a_file_that_cannot_be_read_is_a_settings_failure() {
    let (folder, path) = folder_with("");
    assert_eq!(
        place(&problems_at(&folder.path().join("none.toml"), &[])[0]),
        ("settings-file-missing", 0, "")
    );
    assert_eq!(place(&problems_at(folder.path(), &[])[0]), ("settings-file-is-folder", 0, ""));
    fs::write(&path, b"[shop]\nname = \"\x8f\xa4\x93X\"\n").unwrap();
    assert_eq!(place(&problems_at(&path, &[])[0]), ("settings-file-not-utf8", 2, ""));
}

#[test]
fn the_first_locale_variable_that_is_set_decides_the_language() {
    let (_folder, path) = folder_with("");
    let language = |variables: &[(&str, &str)]| match message(&problems_at(&path, variables)[0]) {
        "shop.code: TEMPOSTAR:ショップコード: is required and not set" => "en",
        "shop.code: 設定「TEMPOSTAR:ショップコード」: 必須の設定が書かれていません。" => {
            "ja"
        }
        other => panic!("{other}"),
    };
    assert_eq!(language(&[]), "en");
    assert_eq!(language(&[("LANG", "ja_JP.UTF-8")]), "ja");
    assert_eq!(language(&[("LC_ALL", "C"), ("LANG", "ja_JP.UTF-8")]), "en");
    assert_eq!(language(&[("LC_ALL", ""), ("LC_MESSAGES", "ja"), ("LANG", "C")]), "ja");
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_do_no_harm() {
    good(&format!("\u{feff}{}", MINIMAL.replace('\n', "\r\n")));
}

proptest! {
    #[test]
    fn no_file_makes_the_reader_panic_or_pass_without_the_required(source in "(\\PC|\n|[\\[\\]=\"a-z.]){0,60}") {
        prop_assert!(!read(&source).unwrap_err().problems.is_empty());
    }

    #[test]
    fn a_damaged_sample_is_never_quoted_with_its_password(at in 0..MINIMAL.len(), with in "\\PC?") {
        let mut damaged: Vec<char> = MINIMAL.chars().collect();
        damaged.splice(at..=at, with.chars());
        let damaged: String = damaged.into_iter().collect();
        if let Err(failure) = read(&damaged) {
            let shown = format!("{failure:?}");
            prop_assert!(!shown.contains("Gehei") && !shown.contains("eheim"), "{}", shown);
        }
    }
}
