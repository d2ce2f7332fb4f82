//! Slips of the hand in the settings, each found before anything is connected; many say to the letter what to write instead.

use super::misconfigurations;
use super::site::Site;

misconfigurations! {
    a_switch_is_yes {
        ja: "オプションをyesと書いている",
        en: "an option is written as yes",
        site: || Site::new().but("multiple_destinations = false", "multiple_destinations = yes"),
        finds: error "settings" "settings-syntax-flag" by [Support] exits 6,
        mended_by: "multiple_destinations = yes" => "multiple_destinations = true",
    }
    a_switch_is_shinai {
        ja: "オプションを「しない」と書いている",
        en: "an option is written as しない",
        site: || Site::new().but("hanpukai = false", "hanpukai = しない"),
        finds: error "settings" "settings-syntax-flag" by [Support] exits 6,
        mended_by: "hanpukai = しない" => "hanpukai = false",
    }
    a_switch_is_off {
        ja: "オプションをoffと書いている",
        en: "an option is written as off",
        site: || Site::new().but("hanpukai = false", "hanpukai = off"),
        finds: error "settings" "settings-syntax-flag" by [Support] exits 6,
        mended_by: "hanpukai = off" => "hanpukai = false",
    }
    a_switch_is_a_number {
        ja: "オプションを0と書いている",
        en: "an option is written as 0",
        site: || Site::new().but("hanpukai = false", "hanpukai = 0"),
        finds: error "settings" "settings-not-true-or-false" by [Support] exits 6,
        mended_by: "hanpukai = 0" => "hanpukai = false",
    }
    minutes_have_their_unit {
        ja: "分数に単位を付けている",
        en: "minutes have their unit",
        site: || Site::new().but("reflect_lag_min = 10", "reflect_lag_min = 10分"),
        finds: error "settings" "settings-syntax-percent" by [Support] exits 6,
        mended_by: "reflect_lag_min = 10分" => "reflect_lag_min = 10",
    }
    a_percentage_has_a_full_width_sign {
        ja: "割合に全角の％を付けている",
        en: "a percentage has a full-width sign",
        site: || Site::new().but("settle_s = 0\nreflect", "max_bad_rows_percent = 20％\nsettle_s = 0\nreflect"),
        finds: error "settings" "settings-syntax-percent" by [Support] exits 6,
        mended_by: "= 20％" => "= 20",
    }
    a_percentage_is_above_100 {
        ja: "割合が100を超えている",
        en: "a percentage is above 100",
        site: || Site::new().but("settle_s = 0\nreflect", "max_bad_rows_percent = 120\nsettle_s = 0\nreflect"),
        finds: error "settings" "settings-out-of-range" by [Support] exits 6,
        mended_by: "max_bad_rows_percent = 120" => "max_bad_rows_percent = 100",
    }
    a_time_out_is_zero {
        ja: "待ち時間を0にしている",
        en: "a time-out is 0",
        site: || Site::new().but("\ntimeout_s = 2\n", "\ntimeout_s = 0\n"),
        finds: error "settings" "settings-out-of-range" by [Support] exits 6,
        mended_by: "\ntimeout_s = 0\n" => "\ntimeout_s = 1\n",
    }
    retries_are_in_quotes {
        ja: "回数を\"で囲んでいる",
        en: "the number of retries stands in quotation marks",
        site: || Site::new().but("retries = 0", "retries = \"0\""),
        finds: error "settings" "settings-quoted-number" by [Support] exits 6,
        mended_by: "retries = \"0\"" => "retries = 0",
    }
    a_number_has_a_fraction {
        ja: "整数の設定に小数を書いている",
        en: "a whole number has a fraction",
        site: || Site::new().but("retries = 0", "retries = 1.5"),
        finds: error "settings" "settings-not-a-number" by [Support] exits 6,
    }
    the_language_is_jp {
        ja: "languageをjpと書いている",
        en: "the language is written as jp",
        site: || Site::new().but("environment = \"demo\"", "language = \"jp\"\nenvironment = \"demo\""),
        finds: error "settings" "settings-unknown-word" by [Support] exits 6,
        mended_by: "language = \"jp\"" => "language = \"ja\"",
    }
    the_encoding_is_sjis {
        ja: "文字コードをsjisと書いている",
        en: "the encoding is written as sjis",
        site: || Site::new().but("settle_s = 0\nreflect", "encoding = \"sjis\"\nsettle_s = 0\nreflect"),
        finds: error "settings" "settings-unknown-word" by [Support] exits 6,
        mended_by: "encoding = \"sjis\"" => "encoding = \"cp932\"",
    }
    the_encoding_is_utf8 {
        ja: "文字コードをutf8と書いている",
        en: "the encoding is written as utf8",
        site: || Site::new().but("settle_s = 0\nreflect", "encoding = \"utf8\"\nsettle_s = 0\nreflect"),
        finds: error "settings" "settings-unknown-word" by [Support] exits 6,
        mended_by: "encoding = \"utf8\"" => "encoding = \"utf-8\"",
    }
    lines_are_added_in_japanese {
        ja: "物流連携時受注明細追加フラグを日本語で書いている",
        en: "add_order_lines is written in Japanese",
        site: || Site::new().but("add_order_lines = \"ignore\"", "add_order_lines = \"追加しない\""),
        finds: error "settings" "settings-unknown-word" by [Support] exits 6,
        mended_by: "add_order_lines = \"追加しない\"" => "add_order_lines = \"ignore\"",
    }
    the_reflection_is_another_word {
        ja: "reflect_whenに別の言葉を書いている",
        en: "reflect_when is another word",
        site: || Site::new().but("reflect_when = \"sent\"", "reflect_when = \"upload\""),
        finds: error "settings" "settings-unknown-word" by [Support] exits 6,
        mended_by: "reflect_when = \"upload\"" => "reflect_when = \"sent\"",
    }
    files_are_to_be_moved {
        ja: "after_importにmoveと書いている",
        en: "after_import is move",
        site: || Site::new().but("settle_s = 0\nreflect", "after_import = \"move\"\nsettle_s = 0\nreflect"),
        finds: error "settings" "settings-unknown-word" by [Support] exits 6,
        mended_by: "after_import = \"move\"" => "after_import = \"archive\"",
    }
    a_file_is_ready_by_its_size {
        ja: "readyにsizeと書いている",
        en: "ready is size",
        site: || Site::new().but("settle_s = 0\nreflect", "ready = \"size\"\nsettle_s = 0\nreflect"),
        finds: error "settings" "settings-unknown-word" by [Support] exits 6,
        mended_by: "ready = \"size\"" => "ready = \"stable\"",
    }
    the_tls_version_is_old {
        ja: "tls_maxに古い版を書いている",
        en: "tls_max is an old version",
        site: || Site::new().but("tls = \"none\"", "tls = \"none\"\ntls_max = \"1.1\""),
        finds: error "settings" "settings-unknown-word" by [Support] exits 6,
        mended_by: "tls_max = \"1.1\"" => "tls_max = \"1.2\"",
    }
    the_tls_version_is_a_number {
        ja: "tls_maxを\"で囲んでいない",
        en: "tls_max is not in quotation marks",
        site: || Site::new().but("tls = \"none\"", "tls = \"none\"\ntls_max = 1.2"),
        finds: error "settings" "settings-not-a-text" by [Support] exits 6,
    }
    tls_min_is_above_tls_max {
        ja: "tls_minだけを1.3にしている",
        en: "only tls_min is 1.3",
        site: || Site::new().but("tls = \"none\"", "tls = \"none\"\ntls_min = \"1.3\""),
        finds: error "settings" "tls-range" by [Support] exits 6,
    }
    the_first_day_has_slashes {
        ja: "sinceを / で区切っている",
        en: "since is written with slashes",
        site: || Site::new().but("[orders]\n", "[orders]\nsince = \"2026/12/01\"\n"),
        finds: error "settings" "settings-date" by [Support] exits 6,
    }
    the_database_is_in_the_home_folder {
        ja: "databaseに ~ を書いている",
        en: "the database is written with ~",
        site: || Site::new().but("database = \"shop.db\"", "database = \"~/shop.db\""),
        finds: error "settings" "path-of-home" by [Support] exits 6,
    }
    the_work_folder_is_a_path_of_windows {
        ja: "work_dirにWindowsの場所を書いている",
        en: "the work folder is a path of Windows",
        site: || Site::new().but("work_dir = \"tempostar.d\"", "work_dir = 'C:\\tempostar'"),
        finds: error "settings" "path-of-windows" by [Support] exits 6,
    }
    the_shop_code_holds_a_blank {
        ja: "ショップコードに空白がある",
        en: "the shop code holds a blank",
        site: || Site::new().but("code = \"12345\"", "code = \"123 45\""),
        finds: error "settings" "shop-code-blank" by [Support] exits 6,
    }
    the_shop_code_holds_a_slash {
        ja: "ショップコードに / が付いている",
        en: "the shop code holds a slash",
        site: || Site::new().but("code = \"12345\"", "code = \"12345/\""),
        finds: error "settings" "shop-code-character" by [Support] exits 6,
    }
    the_address_is_full_width {
        ja: "メールアドレスの＠が全角になっている",
        en: "the address has a full-width at sign",
        site: || Site::new().but("owner@hanaya.internal", "owner＠hanaya.internal"),
        finds: error "settings" "email-address" by [Support] exits 6,
    }
    the_address_lacks_its_domain {
        ja: "メールアドレスに@以降がない",
        en: "the address lacks its domain",
        site: || Site::new().but("owner@hanaya.internal", "owner@"),
        finds: error "settings" "email-address" by [Support] exits 6,
    }
    an_inbox_leaves_its_folder {
        ja: "inboxに .. を書いている",
        en: "an inbox leaves its folder by ..",
        site: || Site::new().but("inbox = \"/netstock/{shop_code}\"", "inbox = \"/netstock/../x\""),
        finds: error "settings" "server-folder-parent" by [Support] exits 6,
    }
    an_inbox_has_an_unknown_placeholder {
        ja: "inboxに{code}と書いている",
        en: "an inbox has a placeholder that means nothing",
        site: || Site::new().but("inbox = \"/netstock/{shop_code}\"", "inbox = \"/netstock/{code}\""),
        finds: error "settings" "settings-placeholder" by [Support] exits 6,
    }
    a_pattern_has_a_folder {
        ja: "patternにフォルダ名を書いている",
        en: "a pattern names a folder",
        site: || Site::new().but("settle_s = 0\nreflect", "pattern = \"stock/*.csv\"\nsettle_s = 0\nreflect"),
        finds: error "settings" "name-slash" by [Support] exits 6,
    }
    a_value_is_empty {
        ja: "値が空のままになっている",
        en: "a value is empty",
        site: || Site::new().but("url = \"127.0.0.1\"", "url = \"\""),
        finds: error "settings" "settings-empty" by [Support] exits 6,
    }
    the_url_ends_with_a_dot_too_many {
        ja: "FTP接続先URLに . が続いている",
        en: "the host has two dots in a row",
        site: || Site::new().but("url = \"127.0.0.1\"", "url = \"127.0..0.1\""),
        finds: error "settings" "ftp-url-host" by [Support] exits 6,
    }
    the_urls_port_is_a_word {
        ja: "FTP接続先URLのポートが数字でない",
        en: "the URL's port is no number",
        site: || Site::new().but("url = \"127.0.0.1\"", "url = \"ftp://127.0.0.1:ftp\""),
        finds: error "settings" "ftp-url-port" by [Support] exits 6,
    }
    the_password_variable_is_empty_quotes {
        ja: "passwordを空のままにしている",
        en: "the password is empty",
        site: || Site::new().but("password_file = \"demo.pass\"", "password = \"\""),
        finds: error "settings" "settings-empty" by [Support] exits 6,
    }
    a_section_is_a_value {
        ja: "[schedule]を値として書いている",
        en: "a table is written as a value",
        site: || Site::new().but("environment = \"demo\"", "schedule = 30\nenvironment = \"demo\""),
        finds: error "settings" "settings-not-a-table" by [Support] exits 6,
    }
    a_job_is_misspelt_in_the_schedule {
        ja: "[schedule]の処理の名前が違う",
        en: "a job is misspelt in [schedule]",
        site: || Site::new().but("[mail]\n", "[schedule]\nimport_stock = 30\n[mail]\n"),
        finds: error "settings" "settings-unknown-key" by [Support] exits 6,
        mended_by: "import_stock = 30" => "import-stock = 30",
    }
    a_bracket_is_not_closed {
        ja: "見出しの ]がない",
        en: "a table's bracket is not closed",
        site: || Site::new().but("[mail]\n", "[mail\n"),
        finds: error "settings" "settings-syntax" by [Support] exits 6,
    }
    there_is_no_equals_sign {
        ja: "= を : と書いている",
        en: "a colon stands in place of the equals sign",
        site: || Site::new().but("retries = 0", "retries: 0"),
        finds: error "settings" "settings-syntax" by [Support] exits 6,
    }
}
