//! `init`: from a mail of the shop, or six answers at a terminal, to a shop that is checked.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::harness::{Ran, Shop};
use crate::terminal::at_a_terminal;

/// A server, and a folder with nothing in it.
fn nothing_yet() -> Shop {
    let shop = Shop::new();
    for file in ["tempostar.toml", "demo.pass"] {
        fs::remove_file(shop.path(file)).unwrap();
    }
    shop
}

/// What the shop mails, with its server's real values.
fn mail(shop: &Shop) -> String {
    format!(
        "お世話になっております。\n\
         ■TEMPOSTAR:テスト用FTP接続先URL：{}\n\
         TEMPOSTAR:テスト用FTPポート番号\t{}\n\
         ＴＥＭＰＯＳＴＡＲ:テスト用FTPユーザID: {}\n\
         テスト用FTPパスワード：{}\n\
         TEMPOSTAR:ショップコード:12345\n\
         店舗名：花と器\n\
         定期オーソリ失敗過去受注有効化フラグ：利用しない\n\
         よろしくお願いいたします。\n",
        shop.ftp.host(),
        shop.ftp.port(),
        shop.ftp.user(),
        shop.ftp.password()
    )
}

fn run(shop: &Shop, args: &[&str]) -> Ran {
    shop.run([&["init"], args].concat())
}

fn mode(shop: &Shop, name: &str) -> u32 {
    fs::metadata(shop.path(name)).unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_mail_of_the_shop_becomes_settings_that_are_checked() {
    let shop = nothing_yet();
    shop.write("mail.txt", mail(&shop).as_bytes());
    let ran = run(&shop, &["--from", "mail.txt", "--set", "ftp.demo.tls=none"]).ok();
    let expected = [
        "environment = \"demo\"",
        "language = \"ja\"",
        "[shop]",
        "name = \"花と器\"",
        "code = \"12345\"  # TEMPOSTAR:ショップコード",
        "[shop.options]",
        "subscription_auth_failure_reactivate = \"off\"  # 定期オーソリ失敗過去受注有効化フラグ",
        "[ftp.demo]",
        "url = \"127.0.0.1\"  # TEMPOSTAR:テスト用FTP接続先URL",
        &format!("port = {}  # TEMPOSTAR:テスト用FTPポート番号", shop.ftp.port()),
        &format!("user = \"{}\"  # TEMPOSTAR:テスト用FTPユーザID", shop.ftp.user()),
        "password_file = \"demo.pass\"  # TEMPOSTAR:テスト用FTPパスワード",
        "tls = \"none\"",
    ];
    let settings = fs::read_to_string(shop.path("tempostar.toml")).unwrap();
    let lines: Vec<&str> =
        settings.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    assert_eq!(lines, expected);
    assert_eq!(fs::read_to_string(shop.path("demo.pass")).unwrap(), format!("{}\n", shop.ftp.password()));
    assert_eq!((mode(&shop, "demo.pass"), mode(&shop, "tempostar.d")), (0o600, 0o700));
    // What was not understood is told by its line, never with what it holds; the check says the rest, in Japanese.
    ran.says("使いませんでした: 1, 9\n")
        .says("  ./tempostar.toml\n")
        .says(&format!(
            "TEMPOSTAR_CONFIG={}\n",
            fs::canonicalize(shop.path("tempostar.toml")).unwrap().display()
        ))
        .says("3-59/10 * * * *  tempostar --quiet import-stock\n")
        .says("1-59/4 * * * *   tempostar --quiet export-orders\n")
        .says(&units(&shop))
        .says("ユーザ「");
    // And the jobs run with it.
    shop.run(["import-stock"]).ok();
}

/// What makes the units those of this shop, for whoever runs the tests.
fn units(shop: &Shop) -> String {
    let folder = fs::canonicalize(shop.path("")).unwrap();
    let folder = folder.display();
    let id = |option: &str| {
        let told = std::process::Command::new("id").arg(option).output().unwrap().stdout;
        String::from_utf8(told).unwrap()
    };
    format!(
        "[Service]\nUser={}Group={}Environment=TEMPOSTAR_CONFIG={folder}/tempostar.toml\nExecStart=\nExecStart={} \
         --quiet %i\nReadWritePaths={folder} {folder}/tempostar.d\nEND\n",
        id("-nu"),
        id("-g"),
        env!("CARGO_BIN_EXE_tempostar")
    )
}

#[test]
fn nothing_that_is_there_is_overwritten() {
    for there in ["tempostar.toml", "demo.pass"] {
        let shop = nothing_yet();
        shop.write("mail.txt", mail(&shop).as_bytes());
        shop.write(there, b"mine");
        run(&shop, &["--from", "mail.txt", "--json"]).exits(6).only_problem("init-exists", "", &[there]);
        assert_eq!(fs::read(shop.path(there)).unwrap(), b"mine");
        let left: Vec<bool> = ["tempostar.toml", "demo.pass", "tempostar.d"]
            .iter()
            .map(|name| shop.path(name).exists())
            .collect();
        assert_eq!(left.iter().filter(|is_there| **is_there).count(), 1, "{there}");
    }
}

#[test]
fn what_is_wrong_or_missing_is_told_at_once_and_nothing_is_written() {
    let shop = nothing_yet();
    let text =
        mail(&shop).replace("コード:12345", "コード:１２３４５").replace("127.0.0.1", "http://127.0.0.1");
    shop.write("mail.txt", text.as_bytes());
    let ran = run(&shop, &["--from", "mail.txt", "--json"]).exits(6);
    let mut codes = ran.codes();
    codes.sort_unstable();
    assert_eq!(codes, ["ftp-url-scheme", "shop-code-full-width"], "{ran}");
    run(&shop, &["--set", "shop.code=12345", "--json"]).exits(6).only_problem(
        "init-missing",
        "",
        &["ftp.demo.url, ftp.demo.user, ftp.demo.password"],
    );
    run(&shop, &["--set", "stock.inbox=/x", "--json"]).exits(6).only_problem(
        "init-unknown",
        "",
        &["stock.inbox"],
    );
    run(&shop, &["--from", "none.txt", "--json"]).exits(6).only_problem("init-unreadable", "", &["none.txt"]);
    for name in ["tempostar.toml", "demo.pass", "tempostar.d"] {
        assert!(!shop.path(name).exists(), "{name}");
    }
}

#[test]
fn the_access_of_production_alone_makes_settings_for_production() {
    let shop = nothing_yet();
    shop.write("mail.txt", mail(&shop).replace("テスト用", "").as_bytes());
    let ran = run(&shop, &["--from", "mail.txt", "--set", "ftp.production.tls=none", "--json"]).ok();
    let document = ran.json();
    assert_eq!(document["environment"], "production");
    let written = ["./production.pass", "./tempostar.d", "./tempostar.toml"];
    assert_eq!(document["written"], serde_json::json!(written));
}

#[test]
fn a_quotation_mark_and_a_backslash_in_an_answer_stay_what_they_are() {
    let shop = nothing_yet();
    shop.write("mail.txt", mail(&shop).as_bytes());
    run(
        &shop,
        &["--from", "mail.txt", "--set", "ftp.demo.tls=none", "--set", r#"shop.name=a"b\c"#, "--quiet"],
    )
    .ok();
    let status = shop.run(["status"]).ok();
    assert!(status.stdout.contains(r#"a"b\c"#), "{status}");
}

#[test]
fn a_person_at_a_terminal_is_asked_six_questions_again_where_an_answer_is_wrong() {
    let shop = nothing_yet();
    let (host, user, password) = (shop.ftp.host(), shop.ftp.user(), shop.ftp.password());
    let host = format!("{host}:{}", shop.ftp.port());
    let typed = format!("花と器\n12-345\n12345\n\n{host}\n{user}\n{password}\n");
    let ran =
        at_a_terminal(&shop, &["init", "--config", "./tempostar.toml", "--set", "ftp.demo.tls=none"], &typed)
            .ok();
    let asked = ran.stdout.matches("shop code (TEMPOSTAR:ショップコード): ").count();
    assert_eq!(asked, 2, "{ran}");
    let settings = fs::read_to_string(shop.path("tempostar.toml")).unwrap();
    assert!(settings.contains("name = \"花と器\"\ncode = \"12345\"  #"), "{settings}");
    assert!(settings.contains("language = \"en\""), "{settings}");
    assert_eq!(fs::read_to_string(shop.path("demo.pass")).unwrap(), format!("{password}\n"));
    ran.says("holds a hyphen").says("✓").never_says(password);
}

#[test]
fn the_sample_that_is_printed_is_the_whole_one() {
    let shop = nothing_yet();
    let sample = run(&shop, &["--sample"]).ok().stdout;
    assert_eq!(sample, include_str!("../../examples/tempostar.toml"));
    run(&shop, &["--sample", "--from", "x"]).exits(2);
}

#[test]
fn root_makes_the_settings_of_the_machine_only_where_there_is_a_place_for_them() {
    let shop = nothing_yet();
    let answers = ["--set", "shop.code=12345", "--set", "ftp.demo.url=127.0.0.1", "--set", "ftp.demo.user=u"];
    let answers = [&answers[..], &["--set", "ftp.demo.password=p", "--from", "/dev/null"]].concat();
    run(&shop, &answers);
    assert!(shop.path("tempostar.toml").exists());
    // Where the tests run, what begins with /etc lies here.
    fs::create_dir_all(shop.path("etc/tempostar")).unwrap();
    run(&shop, &answers);
    assert_eq!(shop.path("etc/tempostar/tempostar.toml").exists(), rustix::process::getuid().is_root());
}
