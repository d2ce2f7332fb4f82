//! The settings file.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::misconfigurations;
use super::site::Site;

misconfigurations! {
    the_settings_file_is_not_there {
        ja: "設定ファイルの場所が違う",
        en: "there is no settings file at the path",
        site: Site::new,
        with: ["--config", "nowhere.toml"],
        finds: error "settings" "settings-file-missing" by [Support] exits 6,
    }
    a_folder_is_named_as_the_settings_file {
        ja: "設定ファイルの代わりにフォルダを指定している",
        en: "a folder is named as the settings file",
        site: Site::new,
        with: ["--config", "server"],
        finds: error "settings" "settings-file-is-folder" by [Support] exits 6,
    }
    the_settings_file_is_saved_as_shift_jis {
        ja: "設定ファイルをShift_JISで保存した",
        en: "the settings file was saved as Shift_JIS",
        site: || Site::new().after(|site| site.write("sjis.toml", b"[shop]\nname = \"\x83T\x83\x93\"\n")),
        with: ["--config", "sjis.toml"],
        finds: error "settings" "settings-file-not-utf8" by [Support] exits 6,
    }
    a_key_is_misspelt {
        ja: "設定項目の名前が間違っている",
        en: "a key is misspelt",
        site: || Site::new().but("retries = 0", "retrys = 0"),
        finds: error "settings" "settings-unknown-key" by [Support] exits 6,
        mended_by: "retrys = 0" => "retries = 0",
    }
    a_key_stands_twice {
        ja: "同じ設定項目を2回書いている",
        en: "a key stands there twice",
        site: || Site::new().but("retries = 0", "retries = 0\nretries = 3"),
        finds: error "settings" "settings-duplicate-key" by [Support] exits 6,
    }
    a_text_lacks_its_quotes {
        ja: "文字の値が\"で囲まれていない",
        en: "a text lacks its quotation marks",
        site: || Site::new().but("code = \"12345\"", "code = shop12345"),
        finds: error "settings" "settings-syntax-unquoted" by [Support] exits 6,
    }
    a_quotation_mark_is_not_closed {
        ja: "閉じる\"がない",
        en: "a quotation mark is not closed",
        site: || Site::new().but("code = \"12345\"", "code = \"12345"),
        finds: error "settings" "settings-syntax" by [Support] exits 6,
    }
    a_sign_is_full_width {
        ja: "= を全角の「＝」で書いている",
        en: "the equals sign is full-width",
        site: || Site::new().but("code = \"12345\"", "code ＝ \"12345\""),
        finds: error "settings" "settings-syntax-full-width" by [Support] exits 6,
    }
    the_quotation_marks_are_curly {
        ja: "\"を全角の引用符「“”」で書いている",
        en: "the quotation marks are curly ones",
        site: || Site::new().but("code = \"12345\"", "code = “12345”"),
        finds: error "settings" "settings-syntax-full-width" by [Support] exits 6,
    }
    a_required_setting_is_missing {
        ja: "FTPユーザIDの行がない",
        en: "the user ID is not there",
        site: || Site::new().after(|site| {
            let user = format!("user = \"{}\"\n", site.ftp.user());
            site.setting(&user, "");
        }),
        finds: error "settings" "settings-missing" by [Support] exits 6,
    }
    the_environment_is_written_in_japanese {
        ja: "environmentを日本語で書いている",
        en: "the environment is written in Japanese",
        site: || Site::new().but("environment = \"demo\"", "environment = \"テスト\""),
        finds: error "settings" "settings-unknown-word" by [Support] exits 6,
        mended_by: "environment = \"テスト\"" => "environment = \"demo\"",
    }
    a_flag_is_in_quotes {
        ja: "true / falseを\"で囲んでいる",
        en: "true or false stands in quotation marks",
        site: || Site::new().but("hanpukai = false", "hanpukai = \"false\""),
        finds: error "settings" "settings-not-true-or-false" by [Support] exits 6,
        mended_by: "hanpukai = \"false\"" => "hanpukai = false",
    }
    the_port_is_in_quotes {
        ja: "ポート番号を\"で囲んでいる",
        en: "the port stands in quotation marks",
        site: || Site::new().after(|site| {
            let port = site.ftp.port();
            site.setting(&format!("port = {port}"), &format!("port = \"{port}\""));
        }),
        finds: error "settings" "settings-quoted-number" by [Support] exits 6,
    }
    the_port_is_full_width {
        ja: "ポート番号を全角で書いている",
        en: "the port is written with full-width digits",
        site: || Site::new().after(|site| {
            let port = site.ftp.port();
            site.setting(&format!("port = {port}"), "port = ２１");
        }),
        finds: error "settings" "settings-syntax-full-width" by [Support] exits 6,
    }
    the_port_is_too_large {
        ja: "ポート番号の桁が多い",
        en: "the port is above 65535",
        site: || Site::new().after(|site| {
            let port = site.ftp.port();
            site.setting(&format!("port = {port}"), "port = 210000");
        }),
        finds: error "settings" "settings-out-of-range" by [Support] exits 6,
    }
    the_host_ends_with_a_blank {
        ja: "FTP接続先URLの後ろに空白がある",
        en: "the host ends with a blank",
        site: || Site::new().but("url = \"127.0.0.1\"", "url = \"127.0.0.1 \""),
        finds: error "settings" "settings-blank-around" by [Support] exits 6,
    }
    the_host_holds_a_blank {
        ja: "FTP接続先URLの途中に空白がある",
        en: "the host holds a blank",
        site: || Site::new().but("url = \"127.0.0.1\"", "url = \"ftp. tempostar.example\""),
        finds: error "settings" "ftp-url-blank" by [Support] exits 6,
    }
    the_host_is_full_width {
        ja: "FTP接続先URLに全角文字がある",
        en: "the host holds a full-width character",
        site: || Site::new().but("url = \"127.0.0.1\"", "url = \"ftp．tempostar.example\""),
        finds: error "settings" "ftp-url-full-width" by [Support] exits 6,
    }
    the_url_is_of_a_web_page {
        ja: "FTP接続先URLにWebページのURLを書いている",
        en: "the URL is that of a web page",
        site: || Site::new().but("url = \"127.0.0.1\"", "url = \"https://127.0.0.1\""),
        finds: error "settings" "ftp-url-scheme" by [Support] exits 6,
    }
    the_url_is_of_implicit_ftps {
        ja: "FTP接続先URLがftps:// で始まる",
        en: "the URL begins with ftps://",
        site: || Site::new().but("url = \"127.0.0.1\"", "url = \"ftps://127.0.0.1\""),
        finds: error "settings" "ftp-url-ftps" by [Support] exits 6,
    }
    the_url_has_a_folder {
        ja: "FTP接続先URLにフォルダまで書いている",
        en: "the URL names a folder",
        site: || Site::new().but("url = \"127.0.0.1\"", "url = \"ftp://127.0.0.1/netstock\""),
        finds: error "settings" "ftp-url-path" by [Support] exits 6,
    }
    the_url_holds_the_password {
        ja: "FTP接続先URLにパスワードまで書いている",
        en: "the URL holds the password",
        site: || Site::new().but("url = \"127.0.0.1\"", "url = \"ftp://12345_0:Geheim@127.0.0.1\""),
        finds: error "settings" "ftp-url-password" by [Support] exits 6,
    }
    the_user_ends_with_a_blank {
        ja: "FTPユーザIDの後ろに空白がある",
        en: "the user ID ends with a blank",
        site: || Site::new().after(|site| {
            let user = site.ftp.user().to_owned();
            site.setting(&format!("user = \"{user}\""), &format!("user = \"{user} \""));
        }),
        finds: error "settings" "settings-blank-around" by [Support] exits 6,
    }
    the_user_is_full_width {
        ja: "FTPユーザIDを全角で書いている",
        en: "the user ID is written with full-width characters",
        site: || Site::new().after(|site| {
            let user = site.ftp.user().to_owned();
            site.setting(&format!("user = \"{user}\""), "user = \"１２３４５＿０\"");
        }),
        finds: error "settings" "ftp-user-full-width" by [Support] exits 6,
    }
    the_shop_code_is_full_width {
        ja: "ショップコードを全角で書いている",
        en: "the shop code is written with full-width digits",
        site: || Site::new().but("code = \"12345\"", "code = \"１２３４５\""),
        finds: error "settings" "shop-code-full-width" by [Support] exits 6,
    }
    the_shop_code_has_a_hyphen {
        ja: "ショップコードに受注番号の一部まで書いている",
        en: "the shop code holds a part of an order number",
        site: || Site::new().but("code = \"12345\"", "code = \"12345-1001\""),
        finds: error "settings" "shop-code-hyphen" by [Support] exits 6,
    }
    the_shop_code_is_a_number {
        ja: "ショップコードを\"で囲んでいない",
        en: "the shop code is not in quotation marks",
        site: || Site::new().but("code = \"12345\"", "code = 12345"),
        finds: error "settings" "settings-not-a-text" by [Support] exits 6,
    }
    the_mail_address_is_none {
        ja: "店舗管理者メールアドレスが正しくない",
        en: "the shop manager's mail address is none",
        site: || Site::new().but("owner@hanaya.internal", "owner＠shop.example"),
        finds: error "settings" "email-address" by [Support] exits 6,
    }
    no_password_is_set {
        ja: "FTPパスワードの行がない",
        en: "no password is set",
        site: || Site::new().but("password_file = \"demo.pass\"\n", ""),
        finds: error "settings" "password-missing" by [Support] exits 6,
    }
    the_password_stands_where_the_file_should {
        ja: "password_fileにパスワードそのものを書いている",
        en: "the password itself stands in password_file",
        site: || Site::new().but("password_file = \"demo.pass\"", "password_file = \"Geheim\""),
        finds: error "settings" "password-file-unreadable" by [Support] exits 6,
    }
    the_password_file_is_empty {
        ja: "パスワードのファイルが空",
        en: "the password file is empty",
        site: || Site::new().after(|site| site.write("demo.pass", b"\r\n")),
        finds: error "settings" "password-file-empty" by [Support] exits 6,
    }
    the_password_ends_with_a_blank {
        ja: "パスワードの後ろに空白がある",
        en: "the password in the file ends with a blank",
        site: || Site::new().after(|site| {
            let password = format!("{} \r\n", site.ftp.password());
            site.write("demo.pass", password.as_bytes());
        }),
        finds: error "settings" "password-file-blank" by [Support] exits 6,
    }
    the_password_file_is_utf_16 {
        ja: "パスワードのファイルをUTF-16（メモ帳の「Unicode」）で保存した",
        en: "the password file was saved as UTF-16 (Notepad's “Unicode”)",
        site: || Site::new().after(|site| site.write("demo.pass", b"\xff\xfeG\0e\0h\0e\0i\0m\0")),
        finds: error "settings" "password-file-not-utf8" by [Support] exits 6,
    }
    the_password_is_set_twice {
        ja: "パスワードを2か所に書いている",
        en: "the password is set in two ways",
        site: || Site::new()
            .but("password_file = \"demo.pass\"", "password_file = \"demo.pass\"\npassword_env = \"FTP_PASSWORD\""),
        finds: error "settings" "password-twice" by [Support] exits 6,
    }
    the_passwords_variable_is_not_set {
        ja: "パスワードの環境変数が設定されていない",
        en: "the variable that should hold the password is not set",
        site: || Site::new().but("password_file = \"demo.pass\"", "password_env = \"FTP_PASSWORD\""),
        finds: error "settings" "password-env-missing" by [Support] exits 6,
    }
    the_fingerprint_is_cut_off {
        ja: "証明書のSHA-256の値が途中で切れている",
        en: "the certificate's SHA-256 is cut off",
        site: || Site::new().but("tls = \"none\"", "certificate_sha256 = \"0f0f0f\""),
        finds: error "settings" "certificate-sha256" by [Support] exits 6,
    }
    the_ca_file_is_not_there {
        ja: "認証局の証明書ファイルがない",
        en: "the CA certificate's file is not there",
        site: || Site::encrypted().after(|site| {
            let pin = format!("certificate_sha256 = \"{}\"", site.ftp.certificate_sha256());
            site.setting(&pin, "ca_file = \"ca.pem\"");
        }),
        finds: error "settings" "ca-file-unreadable" by [Support] exits 6,
    }
    two_jobs_share_a_folder {
        ja: "商品情報と在庫情報のフォルダが同じ",
        en: "products and stock have the same inbox",
        site: || Site::new().but("inbox = \"/netstock/{shop_code}\"", "inbox = \"/product/export/{shop_code}\""),
        finds: error "settings" "server-folder-shared" by [Support] exits 6,
    }
    a_free_item_is_above_50 {
        ja: "商品の自由項目の番号が50を超えている",
        en: "a product free item is above 50",
        site: || Site::new().but("[stock]", "[products.free_items]\n\"予備1\" = 51\n[stock]"),
        finds: error "settings" "settings-out-of-range" by [Support] exits 6,
    }
    a_free_item_is_mapped_twice {
        ja: "商品の自由項目の番号を2つの列に割り当てている",
        en: "two columns are mapped to one product free item",
        site: || Site::new().but("[stock]", "[products.free_items]\n\"予備1\" = 1\n\"予備2\" = 1\n[stock]"),
        finds: error "settings" "free-item-twice" by [Support] exits 6,
    }
    the_order_files_have_all_the_same_name {
        ja: "受注ファイルの名前に{timestamp}がない",
        en: "the order file's name lacks {timestamp}",
        site: || Site::new().but("order{timestamp}.csv", "order.csv"),
        finds: error "settings" "file-name-timestamp" by [Support] exits 6,
    }
    the_marker_overwrites_the_order_file {
        ja: "目印ファイルの拡張子が受注ファイルと同じ",
        en: "the marker has the order file's ending",
        site: || Site::new().but("file_name =", "marker = \".csv\"\nfile_name ="),
        finds: error "settings" "marker-is-the-file" by [Support] exits 6,
    }
    everybody_can_read_the_password {
        ja: "パスワードのファイルをほかの利用者も読める",
        en: "every user of the computer can read the password",
        site: || Site::new().after(|site| open_to_everybody(site, "demo.pass")),
        finds: warning "passwords" "password-file-open" by [Support] exits 0,
    }
    a_flag_is_the_english_word {
        ja: "trueの代わりにyesと書いている",
        en: "a flag is written as yes",
        site: || Site::new().but("hanpukai = false", "hanpukai = no"),
        finds: error "settings" "settings-syntax-flag" by [Support] exits 6,
        mended_by: "hanpukai = no" => "hanpukai = false",
    }
    a_flag_is_the_japanese_word {
        ja: "true・falseを日本語で書いている",
        en: "a flag is written in Japanese",
        site: || Site::new().but("hanpukai = false", "hanpukai = いいえ"),
        finds: error "settings" "settings-syntax-flag" by [Support] exits 6,
        mended_by: "hanpukai = いいえ" => "hanpukai = false",
    }
    a_flag_is_in_capitals {
        ja: "true・falseを大文字で書いている",
        en: "a flag is written in capitals",
        site: || Site::new().but("hanpukai = false", "hanpukai = FALSE"),
        finds: error "settings" "settings-syntax-flag" by [Support] exits 6,
        mended_by: "hanpukai = FALSE" => "hanpukai = false",
    }
    a_percentage_has_its_sign {
        ja: "割合に %を付けている",
        en: "a percentage has its sign",
        site: || Site::new().but("settle_s = 0", "max_bad_rows_percent = 20%\nsettle_s = 0"),
        finds: error "settings" "settings-syntax-percent" by [Support] exits 6,
        mended_by: "max_bad_rows_percent = 20%" => "max_bad_rows_percent = 20",
    }
    seconds_have_their_unit {
        ja: "秒数に単位を付けている",
        en: "seconds have their unit",
        site: || Site::new().but("settle_s = 0", "settle_s = 2秒"),
        finds: error "settings" "settings-syntax-percent" by [Support] exits 6,
        mended_by: "settle_s = 2秒" => "settle_s = 2",
    }
    tls_is_true {
        ja: "tlsにtrueと書いている",
        en: "tls is true",
        site: || Site::new().but("tls = \"none\"", "tls = true"),
        finds: error "settings" "settings-unknown-word" by [Support] exits 6,
        mended_by: "tls = true" => "tls = \"none\"",
    }
    the_password_file_is_in_the_home_folder {
        ja: "password_fileを ~ で書いている",
        en: "the password file is written with ~",
        site: || Site::new().but("password_file = \"demo.pass\"", "password_file = \"~/demo.pass\""),
        finds: error "settings" "path-of-home" by [Support] exits 6,
    }
    the_database_is_a_path_of_windows {
        ja: "databaseにWindowsのファイルの場所を書いている",
        en: "the database is a path of Windows",
        site: || Site::new().but("database = \"shop.db\"", "database = 'C:\\shop\\shop.db'"),
        finds: error "settings" "path-of-windows" by [Support] exits 6,
    }
    a_backslash_of_windows_breaks_the_file {
        ja: "Windowsの場所の \\ で設定ファイルが読めない",
        en: "the backslashes of a Windows path break the file",
        site: || Site::new().but("password_file = \"demo.pass\"", "password_file = \"C:\\shop\\demo.pass\""),
        finds: error "settings" "path-of-windows" by [Support] exits 6,
    }
    the_user_holds_what_nobody_sees {
        ja: "FTPユーザIDに、目に見えない文字が入っている",
        en: "the user ID holds a character that cannot be seen",
        site: || Site::new().after(|site| {
            let user = site.ftp.user().to_owned();
            site.setting(&format!("user = \"{user}\""), &format!("user = \"{user}\u{200b}\""));
        }),
        finds: error "settings" "settings-invisible-character" by [Support] exits 6,
    }
    the_password_file_has_quotation_marks {
        ja: "パスワードファイルの中身を\"で囲んでいる",
        en: "the password stands in quotation marks",
        site: || Site::new().after(|site| site.write_secret("demo.pass", "\"Geheim\"\n")),
        finds: error "settings" "password-file-quotes" by [Support] exits 6,
    }
    the_password_file_has_a_key {
        ja: "パスワードファイルに「password=」と書いている",
        en: "the password file begins with password=",
        site: || Site::new().after(|site| site.write_secret("demo.pass", "password = Geheim\n")),
        finds: error "settings" "password-file-key" by [Support] exits 6,
    }
    the_password_file_has_what_nobody_sees {
        ja: "パスワードファイルに、目に見えない文字が入っている",
        en: "the password holds a character that cannot be seen",
        site: || Site::new().after(|site| site.write_secret("demo.pass", "Ge\u{200b}heim\n")),
        finds: error "settings" "settings-invisible-character" by [Support] exits 6,
    }
    everybody_can_change_the_settings {
        ja: "設定ファイルを、ほかの利用者も書き換えられる",
        en: "every user of the computer can change the settings",
        site: || Site::new().after(|site| {
            fs::set_permissions(site.path("tempostar.toml"), PermissionsExt::from_mode(0o666)).unwrap();
        }),
        finds: warning "passwords" "settings-writable" by [Support] exits 0,
    }
    the_shop_is_still_called_as_in_the_sample {
        ja: "店舗名が見本のまま",
        en: "the shop's name is still the sample's",
        site: || Site::new().but("name = \"花と器\"", "name = \"サンプル商店\""),
        finds: warning "samples" "sample-values" by [Support] exits 0,
    }
    the_manager_is_still_the_samples {
        ja: "店舗管理者メールアドレスが見本のまま",
        en: "the manager's address is still the sample's",
        site: || Site::new().but("owner@hanaya.internal", "owner@shop.example"),
        finds: warning "samples" "sample-values" by [Support] exits 0,
    }
    the_manager_is_at_a_domain_for_examples {
        ja: "店舗管理者メールアドレスが例のためのドメイン",
        en: "the manager's address is at a domain for examples",
        site: || Site::new().but("owner@hanaya.internal", "shop@Mail.Example.com"),
        finds: warning "samples" "sample-values" by [Support] exits 0,
    }
    everybody_can_read_the_settings_with_a_password {
        ja: "パスワードの書かれた設定ファイルをほかの利用者も読める",
        en: "every user can read the settings file, and it holds a password",
        site: || Site::new().after(|site| {
            let password = format!("password = \"{}\"", site.ftp.password());
            site.setting("password_file = \"demo.pass\"", &password);
            open_to_everybody(site, "tempostar.toml");
        }),
        finds: warning "passwords" "password-file-open" by [Support] exits 0,
    }
    production_is_a_copy_of_demo {
        ja: "本番用のFTP接続情報がテスト用と同じ",
        en: "the FTP settings of production are those of demo",
        site: || Site::new()
            .but("database = \"shop.db\"", "database = \"shop.{environment}.db\"")
            .after(|site| {
                site.sql(&format!("VACUUM INTO '{}'", site.path("shop.demo.db").display()));
                let mode = PermissionsExt::from_mode(0o660);
                fs::set_permissions(site.path("shop.demo.db"), mode).unwrap();
                site.has_production(|demo| demo);
            }),
        finds: warning "go-live" "environments-same-server" by [Support, Shop] exits 0,
    }
    both_environments_have_one_database {
        ja: "デモ環境と本番環境のデータベースが同じ",
        en: "demo and production have the same database",
        site: || Site::new().after(|site| site.has_production(|demo| demo.replace("user = \"", "user = \"9"))),
        finds: warning "go-live" "environments-same-database" by [Support] exits 0,
    }
}

fn open_to_everybody(site: &Site, name: &str) {
    fs::set_permissions(site.path(name), PermissionsExt::from_mode(0o644)).unwrap();
}

impl Site {
    /// Has FTP settings of production, made from those of demo.
    fn has_production(&mut self, change: impl FnOnce(String) -> String) {
        self.settings(|text| {
            let demo = text.split("[ftp.demo]\n").nth(1).unwrap().split("\n[").next().unwrap().to_owned();
            format!("{text}\n[ftp.production]\n{}\n", change(demo))
        });
    }
}
