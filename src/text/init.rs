//! What `init` has to say.

texts! {
    // The six questions.
    ask_name() { ja: "店舗名（お知らせに使います。省略可）", en: "name of the shop (for messages; may be left empty)" }
    ask_code(name: &str) { ja: "{name}（半角）", en: "shop code ({name})" }
    ask_email(name: &str) {
        ja: "{name}（エラーメールの宛先。省略可）",
        en: "e-mail address of the shop manager, who gets a mail when something is wrong ({name}; may be left empty)",
    }
    ask_url(name: &str) { ja: "{name}（ホスト名）", en: "host of the FTP server ({name})" }
    ask_user(name: &str) { ja: "{name}（例: 12345_0）", en: "FTP user ({name})" }
    ask_password(name: &str) { ja: "{name}（入力しても表示されません）", en: "FTP password, which is not shown ({name})" }

    // What stands in the settings file besides the answers.
    file_begins() {
        ja: "# tempostarの設定ファイル（「tempostar init」が作成しました）
# 書いていない項目は標準の値になります。すべての項目と説明: tempostar init --sample
# 書き換えたら「tempostar check-settings」で確認してください。

",
        en: "# Settings of tempostar, made by `tempostar init`.
# What does not stand here has its default. All settings with their meaning: tempostar init --sample
# After a change: tempostar check-settings

",
    }
    file_ends() {
        ja: "
# 店舗の決済方法。1つごとに次の5行を、先頭の # を外して書きます。登録のない決済方法の受注は送信されません。
# [[payment_methods]]
# name = \"クレジットカード\"
# card = true
# added_on = 2020-04-01
# ready = true

# 本番環境へ移るとき: environmentを\"production\"にし、[ftp.production]と、いつの受注から送るかを書きます。
# [orders]
# since = \"2026-12-01\"
",
        en: "
# The shop's payment methods: these five lines for each, without the # in front. An order whose method is not listed is
# held back.
# [[payment_methods]]
# name = \"クレジットカード\"
# card = true
# added_on = 2020-04-01
# ready = true

# Going live: set environment to \"production\", and write [ftp.production] and the day of the first orders to be sent.
# [orders]
# since = \"2026-12-01\"
",
    }

    // What is printed.
    written() { ja: "次のファイルとフォルダを作成しました:", en: "made:" }
    left_out(lines: &str) {
        ja: "--fromのファイルの次の行は、設定にない内容のため使いませんでした: {lines}",
        en: "lines of --from that name no setting and were left out: {lines}",
    }
    cron(edit: &str) {
        ja: "下の確認でエラーがなくなったら、「{edit}」でcronに次の行を書き加えてください:",
        en: "once the check below finds nothing wrong, add these lines to cron with `{edit}`:",
    }
    systemd() {
        ja: "systemdで動かす場合は、その代わりに次のコマンドを実行してください:",
        en: "or, for systemd, run these commands instead:",
    }
}

problems! {
    exit Settings, ends WithRun, who [Support];

    Error init_exists = "init-exists" (path: &str) {
        ja: "{path}がすでにあります。何も書き込んでいません。",
        en: "{path} exists already; nothing was written",
        hint_ja: "そのファイルを書き換えてお使いください。別の設定ファイルを作るには、--configで別のフォルダの場所を指定してください。",
        hint_en: "edit that file; to make other settings, name a place in another folder with --config",
    }
    Error init_missing = "init-missing" (keys: &str) {
        ja: "次の項目がわかりません: {keys}", en: "not answered: {keys}",
        hint_ja: "端末で実行すると一つずつお尋ねします。または、「設定名: 値」の行を並べたファイルを--fromに、「項目=値」を--setに指定してください。",
        hint_en: "at a terminal you are asked; else name a file of lines `NAME: VALUE` with --from, or give KEY=VALUE with --set",
    }
    Error init_unknown = "init-unknown" (name: &str) {
        ja: "「{name}」は、ここで指定できる設定ではありません。",
        en: "{name:?} is no setting that can be given here",
        hint_ja: "shop.codeのような項目名か、「TEMPOSTAR:ショップコード」のような初期設定の名前を書いてください。ほかの項目は、作成後に設定ファイルに書き加えてください。",
        hint_en: "write a key such as shop.code, or the name that the shop's screens have for it; add other settings to the file afterwards",
    }
    Error init_unreadable = "init-unreadable" (file: &str, reason: &str) {
        ja: "{file}から読み込めません（{reason}）。", en: "cannot read {file}: {reason}",
        hint_ja: "ファイルの場所と読み取り権限、文字コード（UTF-8）をご確認ください。",
        hint_en: "check its path and permissions, and that it is UTF-8",
    }
    Error init_cannot_write = "init-cannot-write" (path: &str, reason: &str) {
        ja: "{path}を作成できません（{reason}）。", en: "cannot make {path}: {reason}",
        hint_ja: "--configで書き込める場所を指定するか、sudoを付けて実行してください。",
        hint_en: "name a place that you may write with --config, or run this with sudo",
    }
}
