//! What `check-settings` has to say.

use crate::job::Job;
use crate::moment::Moment;

texts! {
    // What is checked.
    title_settings() { ja: "設定ファイル", en: "settings file" }
    title_options() { ja: "オプションの併用", en: "options of the shop" }
    title_sample_values() { ja: "見本の値", en: "sample values" }
    title_passwords() { ja: "パスワードの保護", en: "protection of passwords" }
    title_go_live() { ja: "本番環境の設定", en: "settings of production" }
    title_language() { ja: "表示とメールの言語", en: "language" }
    title_user() { ja: "実行するユーザ", en: "user" }
    title_disk_space() { ja: "ディスクの空き", en: "free disk space" }
    title_work_folder() { ja: "作業フォルダ", en: "work folder" }
    title_database() { ja: "データベース", en: "database" }
    title_database_wal() { ja: "データベースの同時利用", en: "shared use of the database" }
    title_database_write() { ja: "データベースへの書き込み", en: "writing to the database" }
    title_database_integrity() { ja: "データベースの破損", en: "integrity of the database" }
    title_free_items() { ja: "商品の自由項目", en: "product free items" }
    title_order_free_items() { ja: "受注の自由項目", en: "order free items" }
    title_payment_methods() { ja: "決済方法", en: "payment methods" }
    title_server_trust() { ja: "信頼する証明書", en: "trusted certificates" }
    title_server_name() { ja: "FTPサーバの名前", en: "FTP server: name" }
    title_server_connection() { ja: "FTPサーバへの接続", en: "FTP server: connection" }
    title_server_greeting() { ja: "FTPサーバの応答", en: "FTP server: greeting" }
    title_server_encryption() { ja: "通信の暗号化", en: "FTP server: encryption" }
    title_server_login() { ja: "FTPサーバへのログイン", en: "FTP server: login" }
    title_server_listing() { ja: "一覧の取得", en: "FTP server: data connection" }
    title_server_folders() { ja: "店舗のフォルダ", en: "folders of the shop" }
    title_server_kinds() { ja: "フォルダの中身の種類", en: "kinds of files in the folders" }
    title_products_inbox() { ja: "商品情報のフォルダ", en: "inbox of products" }
    title_stock_inbox() { ja: "在庫情報のフォルダ", en: "inbox of stock" }
    title_logistics_inbox() { ja: "物流連携のフォルダ", en: "inbox of logistics" }
    title_orders_outbox() { ja: "受注のフォルダ", en: "outbox of orders" }
    title_write_test() { ja: "書き込みテスト", en: "write test" }
    title_products_file() { ja: "商品情報のファイル", en: "newest product file" }
    title_logistics_file() { ja: "物流連携のファイル", en: "newest logistics file" }
    title_stock_file() { ja: "在庫情報のファイル", en: "newest stock file" }
    title_products_archive() { ja: "取り込んだ商品情報の移動", en: "moving imported product files" }
    title_logistics_archive() { ja: "取り込んだ物流連携の移動", en: "moving imported logistics files" }
    title_stock_archive() { ja: "取り込んだ在庫情報の移動", en: "moving imported stock files" }
    title_server_clock() { ja: "FTPサーバの時計", en: "FTP server: clock" }
    title_orders() { ja: "送信待ちの受注", en: "waiting orders" }
    title_data_shape() { ja: "本システムのデータの形", en: "shape of the shop's data" }
    title_options_data() { ja: "オプションと受注データ", en: "orders and the shop's options" }
    title_allocations() { ja: "在庫引当と受注", en: "allocations and orders" }
    allocations_right() {
        ja: "在庫引当は、TEMPOSTARの在庫数にまだ反映されていない受注の分と合っています",
        en: "as much is allocated as is in orders that TEMPOSTAR's figures cannot know yet",
    }
    title_orders_taken() { ja: "送信済みの受注ファイル", en: "order files that were sent" }
    title_schedule() { ja: "各処理の実行状況", en: "schedule of the jobs" }
    title_running_jobs() { ja: "実行中の処理", en: "jobs at work" }
    title_clock() { ja: "コンピュータの時計", en: "this computer's clock" }
    title_mail() { ja: "エラーメール", en: "error mail" }

    // What was seen where all is well.
    settings_read(path: &str, shop: &str, code: &str, environment: &str) {
        ja: "{path}（店舗: {shop}、ショップコード: {code}、環境: {environment}）",
        en: "{path} (shop {shop}, shop code {code}, environment {environment})",
    }
    settings_readable() { ja: "書き方に誤りはありません", en: "no slip in it" }
    options_fine() { ja: "TEMPOSTARと併用できないオプションは使われていません", en: "none that excludes TEMPOSTAR" }
    no_sample_values() { ja: "残っていません", en: "none is left" }
    passwords_protected() { ja: "ほかの利用者からは読めません", en: "no other user can read them" }
    in_production() { ja: "本番環境で動かす設定です", en: "in use" }
    production_incomplete(keys: &str) {
        ja: "まだ次の設定がありません（STEP 6・7で必要です。デモ環境のテストには要りません）: {keys}",
        en: "STEP 6 and 7 will need these; the tests in demo do not: {keys}",
    }
    production_ready() {
        ja: "そろっています（STEP 8でenvironmentを\"production\"に変えると使われます）",
        en: "complete; they are used once environment is \"production\" (STEP 8)",
    }
    language_here() { ja: "日本語（設定項目languageで変更できます）", en: "English (`language` in the settings changes it)" }
    disk_free(places: &str) { ja: "空き容量{places}", en: "left: {places}" }
    work_folder_fine(path: &str) { ja: "{path}に書き込めます", en: "{path} can be written" }
    database_created(path: &str, version: i64) {
        ja: "{path}を新しく作成しました（版{version}）", en: "{path} was created (schema version {version})",
    }
    database_migrated(path: &str, found: i64, version: i64) {
        ja: "{path}を版{found}から版{version}に更新しました",
        en: "{path} was migrated from schema version {found} to {version}",
    }
    database_opened(path: &str, version: i64) {
        ja: "{path}（版{version}）", en: "{path} (schema version {version})",
    }
    database_wal() { ja: "本システムと同時に読み書きできます（WAL）", en: "the shop may read while we write (WAL)" }
    database_writable() { ja: "書き込めます", en: "can be written" }
    database_intact() { ja: "破損は見つかりませんでした", en: "no damage found" }
    database_structure_intact(megabytes: &str) {
        ja: "構造に破損は見つかりませんでした（{megabytes} MB）",
        en: "no damage found in its structure ({megabytes} MB)",
    }
    database_intact_so_far(megabytes: &str, seconds: u64) {
        ja: "大きい（{megabytes} MB）ため{seconds}秒で打ち切りました。そこまでに破損は見つかりませんでした（すべて調べるにはsqlite3のPRAGMA integrity_checkをお使いください）",
        en: "no damage found within {seconds} s; the whole of it ({megabytes} MB) takes longer: see sqlite3's `PRAGMA integrity_check`",
    }
    order_free_items(mapped: usize) {
        ja: "受注ファイルに加える列{mapped}個", en: "columns added to the order files: {mapped}",
    }
    free_items(defined: usize, mapped: usize) {
        ja: "本システムの自由項目{defined}個、設定ファイルで割り当てた列{mapped}個",
        en: "{defined} defined in the shop, {mapped} columns mapped in the settings",
    }
    payment_methods(count: usize) { ja: "{count}個とも連携できます", en: "all {count} are ready" }
    payment_methods_listed(count: usize) { ja: "登録{count}個", en: "{count} listed" }
    trust_unneeded() { ja: "暗号化しない設定のため使いません", en: "none needed without encryption" }
    trust_pinned() { ja: "設定ファイルのcertificate_sha256の証明書だけを信頼します", en: "the one of certificate_sha256" }
    trust_ca_file(path: &str) { ja: "公的な認証局と{path}", en: "those of the well-known authorities and of {path}" }
    trust_known() { ja: "公的な認証局", en: "those of the well-known authorities" }
    server_resolved(host: &str, addresses: &str) {
        ja: "{host}のアドレスは{addresses}です", en: "{host} ({addresses})",
    }
    server_connected(address: &str, milliseconds: u128) {
        ja: "{address}に接続できました（{milliseconds}ミリ秒）",
        en: "{address} answered within {milliseconds} ms",
    }
    server_greets_encrypted() {
        ja: "サーバの最初の応答は、暗号化を始めた後に届きます（Implicit FTPS）",
        en: "the greeting comes once the connection is encrypted (implicit FTPS)",
    }
    server_greeted(greeting: &str) { ja: "「{greeting}」と応答がありました", en: "{greeting:?}" }
    server_encrypted(version: &str, cipher: &str) {
        ja: "TLS {version}で暗号化されています（{cipher}）", en: "TLS {version} ({cipher})",
    }
    server_encrypted_until(version: &str, cipher: &str, until: &str) {
        ja: "TLS {version}で暗号化されています（{cipher}、証明書の有効期限{until}）",
        en: "TLS {version} ({cipher}; the certificate is valid until {until})",
    }
    server_not_encrypted() {
        ja: "暗号化しない設定です（tls = \"none\"）。パスワードもそのまま送られます",
        en: "none, as set (tls = \"none\"); the password travels in clear text",
    }
    server_logged_in(user: &str) { ja: "ユーザ「{user}」でログインできました", en: "logged in as {user:?}" }
    server_listed() { ja: "データ接続で一覧を取得できました", en: "a listing arrived" }
    server_listing_forbidden() {
        ja: "ログイン直後のフォルダの一覧は許可されていません（問題ありません。必要なフォルダは次で確認します）",
        en: "the login's own folder must not be listed, which does not matter; the folders below are what counts",
    }
    server_folders(found: usize, all: usize) {
        ja: "{all}か所のうち{found}か所が使えます", en: "{found} of {all} can be used",
    }
    kinds_right() { ja: "入れ替わっているフォルダはありません", en: "no two folders are swapped" }
    inbox_empty(folder: &str) { ja: "{folder}: 取り込み待ちのファイルはありません", en: "{folder}: no file waits" }
    inbox_waiting(folder: &str, files: usize, bytes: &str) {
        ja: "{folder}: 取り込み待ち{files}ファイル（{bytes}バイト）",
        en: "{folder}: files waiting: {files} ({bytes} bytes)",
    }
    inbox_waiting_since(folder: &str, files: usize, bytes: &str, oldest: &str) {
        ja: "{folder}: 取り込み待ち{files}ファイル（{bytes}バイト、最も古いもの{oldest}）",
        en: "{folder}: files waiting: {files} ({bytes} bytes, the oldest of {oldest})",
    }
    outbox_waiting_since(folder: &str, files: usize, oldest: &str) {
        ja: "{folder}: TEMPOSTARの引き取り待ち{files}ファイル（最も古いもの{oldest}）",
        en: "{folder}: files that TEMPOSTAR has not taken: {files} (the oldest of {oldest})",
    }
    outbox_empty(folder: &str) {
        ja: "{folder}: TEMPOSTARの引き取り待ちはありません", en: "{folder}: no file waits for TEMPOSTAR",
    }
    outbox_waiting(folder: &str, files: usize) {
        ja: "{folder}: TEMPOSTARの引き取り待ち{files}ファイル",
        en: "{folder}: files that TEMPOSTAR has not taken: {files}",
    }
    write_test_passed(folder: &str) {
        ja: "{folder}で、書き込み、読み戻し、名前の変更、削除ができました",
        en: "{folder}: a file was uploaded, read back, renamed and deleted",
    }
    moving_passed(folder: &str) { ja: "{folder}へ移動できます", en: "files can be moved to {folder}" }
    deleting_passed(folder: &str) { ja: "{folder}から削除できます", en: "files can be deleted from {folder}" }
    moving_half_tried(folder: &str) {
        ja: "{folder}にフォルダを作成できました（取り込み対象の名前に制限がないため、ファイルでは試していません）",
        en: "a folder was made in {folder}; no file was tried there, because any name would be taken for one to import",
    }
    clock_right(seconds: i64) {
        ja: "このコンピュータの時計との差は{seconds}秒です",
        en: "differs by {seconds} s from this computer's",
    }
    clock_of_japan(now: &str) {
        ja: "このコンピュータの時計を今の日本時間とお比べください。{now}で正しければ、サーバの時計も合っています（ファイルの日時を日本時間で知らせるサーバです。そのように扱います）",
        en: "compare this computer's clock with the time in Japan: if it is {now} there, the server's clock is right, too (it tells the times of files in Japan time, and is understood so)",
    }
    clock_untold() {
        ja: "ファイルの日時を知らせないサーバのため、確認できません",
        en: "not known: the server does not tell the times of files",
    }
    no_file_yet() { ja: "まだ届いていません", en: "none has come yet" }
    file_waiting(name: &str, rows: u64) {
        ja: "取り込み待ちの{name}（{rows}行）を試しに読みました",
        en: "{name}, which waits, was read on trial (rows: {rows})",
    }
    file_would_be_refused(name: &str) {
        ja: "取り込み待ちの{name}を試しに読みました。このままでは取り込めません",
        en: "{name}, which waits, was read on trial and would be refused",
    }
    file_would_be_held(name: &str) {
        ja: "取り込み待ちの{name}を試しに読みました。このままでは保留されます",
        en: "{name}, which waits, was read on trial and would be held",
    }
    file_was_refused(name: &str) { ja: "最後に届いた{name}は取り込めませんでした", en: "{name}, which came last, was refused" }
    file_archived(name: &str, rows: u64) {
        ja: "最後に届いた{name}（{rows}行）の写しを読みました",
        en: "the copy of {name}, which came last, was read (rows: {rows})",
    }
    file_not_complete(name: &str) { ja: "{name}はまだ書き込まれている途中です", en: "{name} is still being written" }
    file_too_large_to_look_at(name: &str, megabytes: u64) {
        ja: "{name}は大きい（{megabytes} MB）ため、試しに読むことはしません（--dry-runで試せます）",
        en: "{name} is large ({megabytes} MB) and was not read on trial; --dry-run does that",
    }
    orders_none() { ja: "送信待ちの受注はありません", en: "none" }
    orders_waiting(waiting: u64) { ja: "{waiting}件、すべて送信できます", en: "{waiting}, all can be sent" }
    orders_held_back(waiting: u64, held_back: usize) {
        ja: "{waiting}件のうち{held_back}件は送信できません", en: "{held_back} of {waiting} cannot be sent",
    }
    orders_oldest(ordered_at: &str) {
        ja: "送信できるもののうち最も古いものは{ordered_at}の受注です",
        en: "the oldest that can be sent is of {ordered_at}",
    }
    orders_judged(judged: u32) { ja: "古いものから{judged}件を調べました", en: "looked at the oldest {judged}" }
    options_compared(orders: &str) { ja: "最近の受注{orders}件を調べました", en: "recent orders looked at: {orders}" }
    mend_above() { ja: "上の「注意」を解消すると送信されます。", en: "fix the warning above" }
    taken_unknown() {
        ja: "TEMPOSTARが引き取ったファイルをサーバから消すかどうか、まだわかりません",
        en: "not known yet whether TEMPOSTAR removes what it has taken",
    }
    taken_all() { ja: "引き取られないまま長く残っているファイルはありません", en: "none has been left lying for long" }
    orders_more_reasons(more: usize) {
        ja: "理由の種類はほかに{more}個あります（「tempostar status --all」ですべて見られます）",
        en: "{more} more reasons; `tempostar status --all` shows them",
    }
    no_job_has_run() { ja: "まだ一度も実行されていません", en: "none has run yet" }
    last_successes() { ja: "最後に成功した時刻", en: "last successes" }
    no_job_is_running() { ja: "ありません", en: "none" }
    running_now() { ja: "実行中（開始時刻）", en: "at work, since" }
    clock_shows(now: Moment) {
        ja: "日本時間{now}（タイムゾーンの設定は問いません）",
        en: "{now} in Japan (its time zone does not matter)",
    }
    mail_none() { ja: "送らない設定です", en: "none is sent, as set" }
    mail_sendmail(to: &str) {
        ja: "{to}宛にsendmailで送る設定です（届くかどうかは--send-test-mailで確認できます）",
        en: "to {to} by sendmail (--send-test-mail finds out whether mails arrive)",
    }
    mail_smtp(to: &str, host: &str, port: u16) {
        ja: "{to}宛に{host}（ポート{port}）から送れます（届くかどうかは--send-test-mailで確認できます）",
        en: "to {to} by {host}:{port}, which lets us in (--send-test-mail finds out whether mails arrive)",
    }
    mail_smtp_untried(to: &str, host: &str, port: u16) {
        ja: "{to}宛に{host}（ポート{port}）から送る設定です（--offlineのため接続していません）",
        en: "to {to} by {host}:{port} (not tried because of --offline)",
    }
    test_mail_by_sendmail(to: &str) {
        ja: "{to}宛のテストメールをsendmailに渡しました。届いたことをご確認ください",
        en: "a test mail to {to} was handed to sendmail; see whether it arrives",
    }
    test_mail_by_smtp(to: &str, host: &str, port: u16) {
        ja: "{to}宛のテストメールを{host}（ポート{port}）から送りました。届いたことをご確認ください",
        en: "a test mail to {to} was sent by {host}:{port}; see whether it arrives",
    }

    // Why something was not tried.
    and_more(title: &str, more: usize) { ja: "{title}ほか{more}項目", en: "{title} and {more} more" }
    first_mend(title: &str) { ja: "先に「{title}」のエラーを直してください", en: "first fix “{title}”" }
    offline() { ja: "--offlineが指定されたため", en: "because of --offline" }
    stopped() { ja: "途中で止められたため", en: "stopped before" }

    // Why a file is not taken.
    reason_folder() { ja: "フォルダ", en: "a folder" }
    reason_lone_marker() { ja: "対応するファイルのない目印", en: "a marker without its file" }
    reason_pattern(table: &str, pattern: &str) {
        ja: "{table}.patternの「{pattern}」に合わない名前",
        en: "its name does not fit {table}.pattern, {pattern:?}",
    }
    reason_name() { ja: "使えない文字のある名前", en: "its name has characters that cannot be used" }

    shape_fine() { ja: "すべての行の値を確認しました", en: "every row of the shop's tables was looked at" }
    shape_so_far(seconds: u64, tables: &str) {
        ja: "{seconds}秒ずつ確認しました（最後まで確認できなかった表: {tables}）",
        en: "looked at for {seconds} s each; not to its end: {tables}",
    }
    shape_text() { ja: "文字", en: "text" }
    shape_whole() { ja: "整数", en: "a whole number" }
    shape_number() { ja: "数", en: "a number" }
    shape_flag() { ja: "0か1", en: "0 or 1" }
    shape_time() { ja: "「YYYY-MM-DD HH:MM:SS」の形の日時", en: "a time such as 2026-11-24 10:15:00" }
    shape_day() { ja: "「YYYY-MM-DD」の形の日付", en: "a day such as 2026-11-24" }

    // The closing lines.
    word_skipped() { ja: "未確認", en: "not tried" }
    total_errors(count: usize, count_en: &str) { ja: "エラー{count}件", en: "{count_en}" }
    total_warnings(count: usize, count_en: &str) { ja: "注意{count}件", en: "{count_en}" }
    total_skipped(count: usize) { ja: "未確認{count}件", en: "{count} not tried" }
    all_well(jobs: &str) { ja: "すべて正常です。{jobs}を実行できます。", en: "Everything is ready for {jobs}." }
    jobs_can_run(jobs: &str) { ja: "{jobs}を実行できます。", en: "everything is ready for {jobs}." }
    jobs_cannot_run(jobs: &str) { ja: "{jobs}はまだ実行できません。", en: "{jobs} cannot run yet." }
    jobs_may_run(jobs: &str) { ja: "{jobs}を実行できるかどうかは確認していません。", en: "not known whether {jobs} can run." }
    jobs_ready() { ja: "実行できる処理", en: "Can run now" }
    jobs_untested() { ja: "実行できるかどうか確認していない処理", en: "Not known whether it can run" }
    write_test_left() {
        ja: "FTPサーバに書き込めるかどうかも確認するには、--write-testを付けて実行してください。",
        en: "To find out whether files can be written to the server, too, add --write-test.",
    }
    to_act() { ja: "対応をお願いする方", en: "To be fixed by" }
    to_act_count(count: usize) { ja: "{count}件", en: "{count}" }
    job_import_products() { ja: "商品情報取込（import-products）", en: "import-products" }
    job_import_logistics() { ja: "物流連携取込（import-logistics）", en: "import-logistics" }
    job_import_stock() { ja: "在庫情報取込（import-stock）", en: "import-stock" }
    job_export_orders() { ja: "受注連携（export-orders）", en: "export-orders" }

    // What to do when the server does not do as it should; `names` begins the names of the settings.
    hint_unknown_host(names: &str, key: &str) {
        ja: "設定ファイルの{key}.urlが、店舗様から伺った「{names}FTP接続先URL」と1文字も違わないかご確認ください。同じであれば、このコンピュータがインターネットにつながるか（DNS）をご確認ください。",
        en: "compare {key}.url with the {names}FTP接続先URL that the shop was given; if it is the same, check this computer's network and DNS",
    }
    hint_unreachable(names: &str, key: &str) {
        ja: "設定ファイルの{key}.urlと{key}.portが、店舗様から伺った「{names}FTP接続先URL」「{names}FTPポート番号」と同じかご確認ください。同じであれば、このコンピュータからそのポートへの通信がファイアウォールで止められていないかご確認ください。それでも続く場合は、サーバの停止についてSAVAWAY様へお問い合わせください。",
        en: "compare {key}.url and {key}.port with the {names}FTP接続先URL and FTPポート番号 that the shop was given; then check the firewall between here and there; then ask SAVAWAY whether the server is down",
    }
    hint_not_ftp(key: &str) {
        ja: "{key}.portがFTP以外（SSHやWebなど）のポートになっていないかご確認ください。FTPのポート番号は通常21です。",
        en: "check {key}.port: it may be that of another service (SSH, web); FTP's is usually 21",
    }
    hint_other_service(names: &str, key: &str) {
        ja: "設定ファイルの{key}.portを、店舗様から伺った「{names}FTPポート番号」にしてください。FTPのポート番号は通常21です（22はSSH、25と587はメール、80と443はWebのものです）。",
        en: "set {key}.port to the {names}FTPポート番号 that the shop was given; FTP's is usually 21 (22 is SSH's, 25 and 587 are mail's, 80 and 443 the web's)",
    }
    hint_tls(key: &str, tls: &str, port: u16) {
        ja: "設定ファイルの{key}に、tls = \"{tls}\"とport = {port}を書いてください。",
        en: "set tls = \"{tls}\" and port = {port} in {key}",
    }
    hint_hung_up(key: &str) {
        ja: "接続元のIPアドレスを制限しているサーバは、このように何も応答せずに切断することがあります。{key}.urlと{key}.portが正しければ、このコンピュータのIPアドレスからの接続が許可されているか、SAVAWAY様へお問い合わせください。",
        en: "servers that admit only some IP addresses hang up like this: if {key}.url and {key}.port are right, ask SAVAWAY whether this computer's address is admitted",
    }
    hint_server_busy() {
        ja: "同じFTPユーザで接続しているほかのFTPクライアントを閉じ、数分待ってからもう一度お試しください。続く場合は、サーバの応答を添えてSAVAWAY様へお問い合わせください。",
        en: "close other FTP clients of the same user, wait some minutes and try again; if it goes on, show the server's answer to SAVAWAY",
    }
    hint_tls_refused(key: &str) {
        ja: "{key}.urlと{key}.portが正しいかご確認ください。SAVAWAY様に、暗号化しない接続（FTP）でよいことを確認できた場合に限り、{key}をtls = \"none\"にしてください（パスワードも暗号化されずに送られます）。",
        en: "check {key}.url and {key}.port; only if SAVAWAY confirms that the server is meant to be used without encryption, set tls = \"none\" in {key} (the password then travels in clear text)",
    }
    hint_passive_mode() {
        ja: "サーバの応答を添えて、パッシブモード（PASV）を使えるようにSAVAWAY様へご依頼ください。",
        en: "show the server's answer to SAVAWAY, and ask for passive mode (PASV)",
    }
    hint_newer_tls(key: &str) {
        ja: "サーバがTLS 1.2に対応していないようです。設定ファイルの{key}にtls_max = \"1.3\"の行を加えてください。それでも続く場合は、サーバの対応するTLSのバージョンをSAVAWAY様へお問い合わせください。",
        en: "the server seems not to speak TLS 1.2: add tls_max = \"1.3\" to {key}; if that does not help, ask SAVAWAY which versions of TLS it speaks",
    }
    hint_older_tls(key: &str) {
        ja: "サーバがTLS 1.3に対応していないようです。設定ファイルの{key}からtls_minとtls_maxの行を消してください（TLS 1.2になります）。それでも続く場合は、サーバの対応するTLSのバージョンをSAVAWAY様へお問い合わせください。",
        en: "the server seems not to speak TLS 1.3: delete tls_min and tls_max from {key}, which means TLS 1.2; if that does not help, ask SAVAWAY which versions of TLS it speaks",
    }
    hint_data_connection() {
        ja: "ログインまではできているため、接続先とポート番号は正しく、ファイル転送用の接続（パッシブモードのデータ接続）だけが止められています。このコンピュータからサーバへの、FTPのポート番号以外（通常1024以上）の外向きの通信を、ファイアウォールで許可してください。サーバの使うポート番号の範囲は、SAVAWAY様へお問い合わせください。",
        en: "the login works, so host and port are right, and only the connection for files (the data connection of passive mode) is stopped: let outgoing connections to the server's passive ports (usually 1024 and above) through the firewall, and ask SAVAWAY for their range",
    }
    suspect_swapped() {
        ja: "FTPユーザIDとパスワードが入れ替わっているようです（パスワードが「12345_0」のような形です）。",
        en: "user and password seem to be swapped (the password looks like 12345_0)",
    }
    suspect_same() { ja: "パスワードがFTPユーザIDと同じです。", en: "the password is the same as the user" }
    suspect_blank() { ja: "パスワードの前か後ろに空白があります。", en: "the password begins or ends with a blank" }
    suspect_wide() {
        ja: "FTPユーザIDかパスワードに全角文字が含まれています。",
        en: "user or password contain characters that are not ASCII, such as full-width ones",
    }
    hint_silent(key: &str) {
        ja: "{key}.portが正しいかご確認ください。FTPのポート番号は通常21、接続と同時に暗号化を始めるFTP（tls = \"implicit\"）では通常990です。",
        en: "check {key}.port: FTP's is usually 21, and 990 with encryption from the start (tls = \"implicit\")",
    }
    hint_tls_required(key: &str) {
        ja: "設定ファイルの{key}をtls = \"explicit\"にしてください。", en: "set tls = \"explicit\" in {key}",
    }
    hint_write(setting: &str) {
        ja: "設定ファイルの{setting}が正しければ、このフォルダに書き込み・名前の変更・削除ができるように、SAVAWAY様へご依頼ください。",
        en: "if {setting} in the settings file is right, ask SAVAWAY to let this user write, rename and delete there",
    }
    hint_login(names: &str, key: &str) {
        ja: "{key}のuserとパスワードが、店舗様から伺った「{names}FTPユーザID」「{names}FTPパスワード」と同じかご確認ください（テスト用と本番用は別のものです）。同じであれば、店舗様からSAVAWAY様へ、ユーザIDが有効かをお問い合わせください。",
        en: "compare `user` and the password of {key} with the {names}FTPユーザID and FTPパスワード that the shop was given (demo and production differ); if they are the same, have the shop ask SAVAWAY whether the user is active",
    }
    hint_busy() {
        ja: "書き込みを終えないままのプログラム（本システムの管理画面や一括処理、バックアップ、sqlite3を開いたままの画面など）を探して、終了してください。どのプログラムかは「fuser -v」や「lsof」で調べられます。",
        en: "look for a program that leaves a transaction open (the shop's application, a batch of it, a backup, a forgotten sqlite3), and end it; `fuser -v` or `lsof` on the file tells which",
    }
    hint_busy_with(holders: &str) {
        ja: "書き込みのロックを持っているのは次のプログラムです: {holders}。書き込みが終わるのを待つか、止まっているようであれば終了してください。",
        en: "the lock is held by {holders}: wait until it has written, or end it if it hangs",
    }
    hint_folder(setting: &str) {
        ja: "設定ファイルの{setting}のフォルダ名をご確認ください。正しければ、このフォルダの作成または権限の設定をSAVAWAY様へご依頼ください。",
        en: "check {setting} in the settings file; if it is right, ask SAVAWAY to make the folder or to open it for this user",
    }
}

problems! {
    exit Settings, ends WithRun, who [Support];

    Warning shape_wrong = "data-wrong-type" (place: &str, holds: &str, holds_en: &str, count: u64, keys: &str) {
        ja: "{place}の値が{holds}でない行が{count}件あります: {keys}",
        en: "rows whose {place} is not {holds_en}: {count} ({keys})",
        hint_ja: "本システムが{place}に{holds}だけを書くように直し、これらの行の値を訂正してください。それまで、そのような受注は保留されます。",
        hint_en: "have the shop's application write {holds_en} into {place}, and correct these rows; until then, such orders are held back",
    }
    Warning shape_empty = "data-empty-text" (place: &str, count: u64, keys: &str) {
        ja: "{place}の値が空の文字（''）の行が{count}件あります: {keys}",
        en: "rows with empty text in {place}: {count} ({keys})",
        hint_ja: "本システムが、値のないときは{place}に '' ではなくNULLを、「いいえ」のときは0を書くように直してください。「値なし」「いいえ」として扱われます。",
        hint_en: "have the shop's application write NULL for nothing, or 0 for no, into {place}; empty text is taken as that",
    }
    Warning shape_orphans = "data-without-parent" (table: &str, parent: &str, count: u64, keys: &str) {
        ja: "{table}に、{parent}に親の行がない行が{count}件あります: {keys}",
        en: "rows of {table} without their row in {parent}: {count} ({keys})",
        hint_ja: "不要な行であれば{table}から削除し、必要な行であれば{parent}の行を戻してください。連携の対象にはなりません。",
        hint_en: "delete them from {table}, or put the rows of {parent} back; no job uses them",
    }
    Warning port_of_other_tls = "ftp-port-and-tls" (port: u16, tls: &str, usual: &str, usual_port: u16, key: &str) {
        ja: "ポート番号{port}は、通常tls = \"{usual}\"のサーバのものですが、{key}ではtls = \"{tls}\"となっています。",
        en: "port {port} is usually that of servers with tls = \"{usual}\", but {key} says tls = \"{tls}\"",
        hint_ja: "どちらかを直してください: {key}をtls = \"{usual}\"にするか、port = {usual_port}にします。",
        hint_en: "correct one of the two: set tls = \"{usual}\" or port = {usual_port} in {key}",
    }
    Warning password_readable = "password-file-open" (path: &str, mode: &str) {
        ja: "パスワードの書かれたファイル{path}を、このコンピュータのほかの利用者も読めます（権限{mode}）。",
        en: "{path}, which holds a password, can be read by every user of this computer (mode {mode})",
        hint_ja: "「chmod o-rwx {path}」で、ほかの利用者から読めないようにしてください。",
        hint_en: "run `chmod o-rwx {path}`",
    }
    Warning orders_without_allocation = "orders-without-allocation" (count: u64, skus: &str) {
        ja: "受注があるのに在庫引当（stock.allocated）が足りないSKUが{count}件あります: {skus}",
        en: "SKUs with orders that nothing is allocated for ({count}): {skus}",
        hint_ja: "このままでは、同じ在庫を二度販売するおそれがあります。「tempostar reconcile --repair」で計算し直せます。続くようであれば、受注の登録と在庫引当の加算が同じトランザクションで行われているかをご確認ください。",
        hint_en: "they may be sold twice: `tempostar reconcile --repair` computes the allocation anew; if it happens again, see that the shop's application adds to `stock.allocated` in the transaction that writes the order",
    }
    Warning allocations_without_orders = "allocations-without-orders" (count: u64, skus: &str) {
        ja: "受注がないのに在庫引当（stock.allocated）が残っているSKUが{count}件あります: {skus}",
        en: "SKUs with an allocation that no order accounts for ({count}): {skus}",
        hint_ja: "その数だけ販売できません。「tempostar reconcile --repair」で計算し直せます。続くようであれば、登録されなかった受注の在庫引当が取り消されているかをご確認ください。",
        hint_en: "so much of them cannot be sold: `tempostar reconcile --repair` computes the allocation anew; if it happens again, see that the shop's application takes back what it allocated for an order that was not placed",
    }
    Warning environments_same_server = "environments-same-server" (host: &str, user: &str)
        who [Support, Shop] {
        ja: "デモ環境（[ftp.demo]）と本番環境（[ftp.production]）のFTP接続情報が同じです（{host}、ユーザID {user}）。テストの受注が、本番のTEMPOSTARに取り込まれるおそれがあります。",
        en: "[ftp.demo] and [ftp.production] name the same server and user ({host}, {user}): orders of a test could reach the real TEMPOSTAR",
        hint_ja: "店舗様に「TEMPOSTAR:テスト用FTP接続先URL・ユーザID」と「TEMPOSTAR:FTP接続先URL・ユーザID」をご確認のうえ、写し間違えているほうを直してください。",
        hint_en: "ask the shop for both, and correct the one that was copied from the other",
    }
    Warning environments_same_database = "environments-same-database" (path: &str) {
        ja: "デモ環境と本番環境のデータベースが同じです（{path}）。デモ環境で使ったデータベースは、本番環境では使えません。",
        en: "demo and production have the same database, {path}; one that was used for demo is refused in production",
        hint_ja: "設定ファイルのdatabaseに{{environment}}を入れて（例: \"shop.{{environment}}.db\"）、環境ごとに分けてください。",
        hint_en: "put {{environment}} into `database` (such as \"shop.{{environment}}.db\"), so that each has its own",
    }
    Warning database_open = "database-open" (path: &str, mode: &str) {
        ja: "データベース{path}を、このコンピュータのほかの利用者も開けます（権限{mode}）。お客様の情報が入っています。",
        en: "the database {path} is open to every user of this computer (mode {mode}); it holds customers' data",
        hint_ja: "「chmod 660 {path}」で、本システムと同じユーザとグループだけが開けるようにしてください。",
        hint_en: "run `chmod 660 {path}`, so that only the owner and the group of the shop's application can open it",
    }
    Warning work_folder_open = "work-dir-open" (path: &str, mode: &str) {
        ja: "作業フォルダ{path}を、このコンピュータのほかの利用者も開けます（権限{mode}）。お客様の情報を含むファイルの写しが置かれます。",
        en: "the work folder {path} is open to every user of this computer (mode {mode}); copies of orders lie in it",
        hint_ja: "「chmod 700 {path}」で、ほかの利用者から開けないようにしてください。",
        hint_en: "run `chmod 700 {path}`",
    }
    Error disk_nearly_full = "disk-nearly-full" (path: &str, free_mb: u64, needed_mb: u64) {
        ja: "{path}のあるディスクの空きが{free_mb} MBしかありません。{needed_mb} MBに満たないと、データベースにもファイルにも書き込めません。",
        en: "the disk of {path} has only {free_mb} MB left; with less than {needed_mb} MB neither the database nor a file can be written",
        hint_ja: "不要なファイルを消すか、databaseとwork_dirを空きのあるディスクに移してください。",
        hint_en: "free some space, or move `database` and `work_dir` to another disk",
    }
    Warning disk_small = "disk-small" (path: &str, free_mb: u64, wanted_mb: u64) {
        ja: "{path}のあるディスクの空きが{free_mb} MBです。{wanted_mb} MB以上をお勧めします。",
        en: "the disk of {path} has {free_mb} MB left; {wanted_mb} MB or more would be safe",
        hint_ja: "大きなファイルが届くと足りなくなるおそれがあります。不要なファイルを消すか、設定ファイルのlimits.history_daysを短くして写しを減らしてください。",
        hint_en: "a large file could fill it: free some space, or keep fewer copies with a shorter limits.history_days",
    }
    Error disk_without_inodes = "disk-without-inodes" (path: &str) {
        ja: "{path}のあるディスクには、ファイルの数の上限に達したため、新しいファイルを作れません。",
        en: "the disk of {path} has no inode left: no file can be made on it, however small",
        hint_ja: "小さなファイルが大量にたまっている場所を探して、不要なものを消してください（df -iで確認できます）。",
        hint_en: "find out where many small files have gathered (`df -i`), and delete what is not needed",
    }
    Warning database_on_network = "database-on-network" (path: &str, name: &str) {
        ja: "データベース{path}が、ネットワーク上のディスク（{name}）に置かれています。別のコンピュータからも書き込まれると、データベースが壊れるおそれがあります。",
        en: "the database {path} lies on a network file system ({name}): another computer does not see its locks, and can damage it",
        hint_ja: "データベースを、本システムが動いているコンピュータ自身のディスクに移してください。",
        hint_en: "keep it on a local disk of the computer on which the shop runs",
    }
    Error order_column_taken = "order-column-taken" (column: &str) {
        ja: "orders.free_itemsの列「{column}」は、受注ファイルにすでにある列と同じ名前です。",
        en: "the column {column:?} of orders.free_items has the name of a column that the order file has already",
        hint_ja: "TEMPOSTAR側でカスタマイズした列の名前をご確認のうえ、orders.free_itemsの列名を直してください。",
        hint_en: "check the name of the column for which TEMPOSTAR was customised, and correct orders.free_items",
    }
    Note stricter_defaults = "stricter-defaults" (keys: &str) who [] {
        ja: "バージョン0.1より厳しくなった既定値があります: {keys}",
        en: "defaults that are stricter than those of version 0.1: {keys}",
        hint_ja: "このままでよければ、何もする必要はありません。変える場合は設定ファイルに書いてください（docs/guards.md）。",
        hint_en: "nothing need be done if they are right; else set them in the settings file (docs/guards.md)",
    }
    Note payment_methods_none_yet = "payment-methods-none-yet" () who [] {
        ja: "決済方法がまだ1つも登録されていません。最初の受注までに登録してください。",
        en: "no payment method is listed yet; list them before the first order",
        hint_ja: "本システムで使っている決済方法ごとに、設定ファイルの末尾に[[payment_methods]]の行を書き、その下にname = \"クレジットカード\"、card = true、added_on = 2020-04-01のように名前、カードかどうか、追加日を並べてください。",
        hint_en: "for each of the shop's payment methods, add a line [[payment_methods]] at the end of the settings file, and below it its name, whether it is a card, and the day on which it was added: name = \"クレジットカード\", card = true, added_on = 2020-04-01",
    }
    Warning sample_values = "sample-values" (keys: &str) {
        ja: "見本のままの値か、例のためのドメイン（example.comなど）があります: {keys}",
        en: "what the sample says, or a domain for examples (such as example.com): {keys}",
        hint_ja: "店舗の値に書き換えてください。", hint_en: "write the shop's own values",
    }
    Warning settings_writable = "settings-writable" (path: &str, mode: &str) {
        ja: "設定ファイル{path}を、このコンピュータのほかの利用者も書き換えられます（権限{mode}）。",
        en: "every user of this computer can change the settings file {path} (mode {mode})",
        hint_ja: "「chmod o-w {path}」を実行してください。", hint_en: "run `chmod o-w {path}`",
    }
    Warning database_strange = "database-strange" (path: &str, work_dir: &str) {
        ja: "データベース{path}は空ですが、作業フォルダ{work_dir}はすでに使われています。本システムのデータベースではないかもしれません。",
        en: "the database {path} is empty, although the work folder {work_dir} has been in use: it may not be the shop's",
        hint_ja: "設定ファイルのdatabaseが、本システムの使っているファイルと同じかご確認ください。違っていたらdatabaseを直し、{path}を消してください。",
        hint_en: "compare `database` in the settings with the file that the shop's application uses; if it is another one, correct `database` and delete {path}",
    }
    Warning not_wal = "database-not-wal" (mode: &str) {
        ja: "データベースを同時利用に適した方式（WAL）にできません（現在の方式: {mode}）。取り込みの間、本システムが待たされることがあります。",
        en: "the database cannot use WAL (it uses {mode}): the shop may have to wait while we write",
        hint_ja: "データベースをネットワーク上のフォルダではなく、このコンピュータのディスクに置いてください。",
        hint_en: "keep the database on a local disk, not on a network file system",
    }
    Warning free_item_undefined = "free-item-undefined" (column: &str, number: u8) {
        ja: "列「{column}」の割り当て先の自由項目{number}が、本システムに作成されていません。",
        en: "the column {column:?} is mapped to free item {number}, which the shop has not defined",
        hint_ja: "設定ファイルの[product_free_items]に、{number} = \"{column}\"のように番号と名前を書くか、products.free_itemsからこの列を消してください。",
        hint_en: "write its number and name into [product_free_items] of the settings file, as in {number} = \"{column}\", or delete the column from products.free_items",
    }
    Warning free_item_contradiction = "free-item-contradiction" (column: &str, number: u8, defined: u8) {
        ja: "列「{column}」は設定ファイルで自由項目{number}に割り当てられていますが、本システムでは自由項目{defined}の名前です。",
        en: "the column {column:?} is mapped to free item {number}, but the shop calls free item {defined} so",
        hint_ja: "設定ファイルのproducts.free_itemsの番号をご確認ください。",
        hint_en: "check the number in products.free_items",
    }
    Warning payment_method_not_ready = "payment-method-not-ready" (method: &str, added_on: &str)
        who [Shop, Savaway, Support] {
        ja: "決済方法「{method}」は2022年5月1日以降（{added_on}）に追加されていますが、SAVAWAY様での設定が確認されていません。この決済方法の受注は送信されません。",
        en: "the payment method {method:?} was added on {added_on}, on or after 2022-05-01, and its set-up at SAVAWAY is not confirmed: orders paid so are held back",
        hint_ja: "店舗様からSAVAWAY様へ設定をご依頼ください。完了の連絡を受けたら、弊社で設定ファイルの[[payment_methods]]のこの決済方法にready = trueと書いてください。",
        hint_en: "the shop asks SAVAWAY for the set-up; once it is confirmed, support writes ready = true below this method's [[payment_methods]] in the settings file",
    }
    Warning payment_method_unlisted = "payment-method-unlisted" (method: &str, orders: u64) {
        ja: "送信待ちの受注{orders}件で使われている決済方法「{method}」が登録されていません。これらの受注は送信されません。",
        en: "the payment method {method:?} of waiting orders ({orders}) is not listed: they are held back",
        hint_ja: "設定ファイルの末尾に[[payment_methods]]の行を書き、その下にname = \"{method}\"と、追加日（added_on = 2020-04-01のように）を書いてください。",
        hint_en: "add a line [[payment_methods]] at the end of the settings file, and below it name = \"{method}\" and the day on which the shop began to offer it, as in added_on = 2020-04-01",
    }
    Warning payment_methods_empty = "payment-methods-empty" () {
        ja: "決済方法が1つも登録されていません。このままでは受注を送信できません。",
        en: "no payment method is listed: every order would be held back",
        hint_ja: "本システムで使っている決済方法ごとに、設定ファイルの末尾に[[payment_methods]]の行を書き、その下にname = \"クレジットカード\"、card = true、added_on = 2020-04-01のように名前、カードかどうか、追加日を並べてください。",
        hint_en: "for each of the shop's payment methods, add a line [[payment_methods]] at the end of the settings file, and below it its name, whether it is a card, and the day on which it was added: name = \"クレジットカード\", card = true, added_on = 2020-04-01",
    }
    Warning encryption_unused = "ftp-encryption-unused" (key: &str) {
        ja: "サーバは暗号化に対応していますが、暗号化しない設定です。パスワードも受注のお客様の情報も、暗号化されずに送られます。",
        en: "the server offers encryption, the settings say none: the password and the customers' data travel in clear text",
        hint_ja: "設定ファイルの{key}をtls = \"explicit\"にしてください。",
        hint_en: "set tls = \"explicit\" in {key}",
    }
    Warning certificate_expires = "ftp-certificate-expires" (on: &str, days: i64) who [Savaway, Support] {
        ja: "サーバの証明書の有効期限が近づいています（{on}、あと{days}日）。期限を過ぎると接続できなくなります。",
        en: "the server's certificate expires on {on}, in {days} days; after that no job can connect",
        hint_ja: "証明書の更新予定をSAVAWAY様へご確認ください。更新されれば、設定の変更は必要ありません。",
        hint_en: "ask SAVAWAY when it will be renewed; nothing has to be changed here then",
    }
    Warning pinned_certificate_expires = "ftp-pinned-certificate-expires" (on: &str, days: i64, key: &str)
        who [Savaway, Support] {
        ja: "サーバの証明書の有効期限が近づいています（{on}、あと{days}日）。証明書が更新されると、certificate_sha256と合わなくなり接続できません。",
        en: "the server's certificate expires on {on}, in {days} days; a new one will not be that of `certificate_sha256`, and no job can connect",
        hint_ja: "証明書の更新予定をSAVAWAY様へご確認ください。更新されたら、check-settingsに表示される新しい値を、確かめたうえで{key}.certificate_sha256に設定してください。",
        hint_en: "ask SAVAWAY when it will be renewed; then set {key}.certificate_sha256 to the new value, which check-settings shows, once it is confirmed",
    }
    Note address_of_nat = "ftp-passive-address" (announced: &str, used: &str) who [] {
        ja: "サーバがデータ接続用に知らせるアドレス（{announced}）が、接続先のアドレス（{used}）と違います（ルータの内側のアドレスなど）。接続先のアドレスを使うため、問題なく動作します。",
        en: "for data connections the server announces the address {announced} (inside its router, perhaps); {used}, with which we talk, is used instead, and works",
        hint_ja: "ご対応は必要ありません。", hint_en: "nothing to do",
    }
    Error shop_folders_missing = "shop-folders-missing" (code: &str, folders: &str)
        who [Support, Shop, Savaway] {
        ja: "ショップコード「{code}」のフォルダ（{folders}）が、FTPサーバに1つもありません",
        en: "the server has none of the folders of shop {code} ({folders})",
        hint_ja: "設定ファイルのshop.codeが、店舗様から伺った「TEMPOSTAR:ショップコード」と同じかご確認ください。同じであれば、これらのフォルダの場所をSAVAWAY様へお問い合わせのうえ、inboxとoutboxに設定してください。",
        hint_en: "compare shop.code with the TEMPOSTAR:ショップコード that the shop was given; if it is the same, ask SAVAWAY where the folders are, and set `inbox` and `outbox`",
    }
    Error shop_folders_elsewhere = "shop-folders-other-code" (code: &str, parent: &str, names: &str)
        who [Support, Shop, Savaway] {
        ja: "ショップコード「{code}」のフォルダが、FTPサーバに1つもありません。「{parent}」の中にあるのは次のものです: {names}",
        en: "the server has none of the folders of shop {code}; in {parent} there are: {names}",
        hint_ja: "この中に店舗様のショップコードがあれば、設定ファイルのshop.codeをそれに直してください。なければ、店舗様に「TEMPOSTAR:ショップコード」をご確認ください。",
        hint_en: "if the shop's code is among them, set shop.code to it; else ask the shop for its TEMPOSTAR:ショップコード",
    }
    Warning marker_missing = "inbox-marker-missing" (file: &str, marker: &str, files: usize) {
        ja: "「{file}」など{files}ファイルが、目印のファイル（「{marker}」など）がないため取り込まれません。",
        en: "files that are not taken because they have no marker: {files}, such as {file}, which lacks {marker}",
        hint_ja: "TEMPOSTARが目印のファイルを置かない設定であれば、設定ファイルのreadyを\"stable\"にしてください。置く設定であれば、markerの値（拡張子）をご確認ください。",
        hint_en: "if TEMPOSTAR writes no markers, set ready = \"stable\"; if it does, check the ending in `marker`",
    }
    Warning file_waits_long = "inbox-file-waits" (file: &str, since: &str) {
        ja: "「{file}」が{since}から取り込まれずに残っています。",
        en: "{file} has waited since {since} and was not imported",
        hint_ja: "まだ取り込みを始めていなければ問題ありません（開始するとまとめて取り込まれます）。始めていれば、cronなどの定期実行が動いているかを「tempostar status」でご確認ください。",
        hint_en: "that is fine as long as the imports have not begun (the first one takes it); else see with `tempostar status` whether the job runs",
    }
    Warning inbox_file_unreadable = "inbox-file-unreadable" (file: &str, reply: &str) who [Savaway, Support] {
        ja: "「{file}」の読み取りが許可されていません（サーバの応答: 「{reply}」）。取り込まれません。",
        en: "{file} may not be read, and is not imported: {reply:?}",
        hint_ja: "このFTPユーザが読み取れるように、SAVAWAY様へご依頼ください。",
        hint_en: "ask SAVAWAY to let this user read it",
    }
    Warning no_name_matches = "inbox-pattern" (names: &str, table: &str) {
        ja: "ファイルはありますが、取り込み対象の名前のものがありません。あるファイル: {names}",
        en: "there are files, but none of a name that is taken; there are: {names}",
        hint_ja: "取り込むべきファイルであれば、設定ファイルの{table}.patternをその名前に合わせてください。",
        hint_en: "if they should be imported, set {table}.pattern to fit",
    }
    Warning database_not_of_folder = "database-not-of-work-dir" (path: &str, work_dir: &str, file: &str) {
        ja: "作業フォルダ{work_dir}から最後に送った受注ファイル{file}を、データベース{path}は知りません。別のデータベースか、古い写しから戻したものと考えられます。",
        en: "the database {path} does not know {file}, the last order file that was sent with the work folder {work_dir}: it is another database, or was put back from an older copy",
        hint_ja: "設定ファイルのdatabaseとwork_dirが組になっているかご確認ください。写しから戻した場合は、次のexport-ordersが、送ったことを作業フォルダから取り込み直します。",
        hint_en: "check that `database` and `work_dir` belong together; after a restore, the next export-orders takes up from the work folder what was sent",
    }
    Warning inbox_of_folders = "inbox-only-folders" (folder: &str, names: &str, setting: &str, deeper: &str) {
        ja: "{folder}には、ファイルではなくフォルダだけがあります: {names}",
        en: "there are no files in {folder}, only folders: {names}",
        hint_ja: "ファイルの置かれるフォルダがそのうちの1つであれば、設定ファイルを{setting} = \"{deeper}\"のように直してください。",
        hint_en: "if the files come into one of these, set {setting} = \"{deeper}\", or whichever it is",
    }
    Note names_not_taken = "inbox-names-not-taken" (names: &str, names_en: &str) {
        ja: "取り込まれないもの: {names}", en: "not taken by any job: {names_en}",
        hint_ja: "取り込むべきファイルがあれば、設定かファイルの名前を直してください。不要なものは削除してかまいません。",
        hint_en: "correct the settings or the name of what should be taken; what is not needed can be deleted",
    }
    Error folders_swapped = "folders-swapped" (one: &str, other: &str, folder: &str, other_folder: &str, found: &str, found_en: &str, file: &str) {
        ja: "{one}と{other}のフォルダが入れ替わっているようです。{folder}にあるのは{found}です（{file}）。",
        en: "the folders of {one} and {other} seem to be swapped: {file} in {folder} is {found_en}",
        hint_ja: "設定ファイルを{one} = \"{other_folder}\"、{other} = \"{folder}\"に直してください。",
        hint_en: "set {one} = \"{other_folder}\" and {other} = \"{folder}\"",
    }
    Warning outbox_strangers = "outbox-foreign-files" (folder: &str, names: &str) {
        ja: "{folder}に、このデータベースから送ったものではないファイルがあります: {names}",
        en: "files lie in {folder} that were not sent from this database: {names}",
        hint_ja: "別のコンピュータや、データベースの写しからも受注を送っていないかご確認ください（同じ受注が二重に送られます）。手で置いたファイルであれば、TEMPOSTARに取り込ませてよいかご確認ください。",
        hint_en: "is another computer, or a copy of this database, sending orders, too? Then they go twice; if somebody put the files there by hand, make sure that TEMPOSTAR is meant to take them",
    }
    Note files_put_aside = "inbox-error-files" (folder: &str, files: usize) {
        ja: "取り込めなかったファイルが{folder}に{files}個あります。",
        en: "files that could not be imported lie in {folder}: {files}",
        hint_ja: "理由は「tempostar status」で確認できます。不要になったら、FTPクライアントで削除してください。",
        hint_en: "`tempostar status` says why; once they are no longer needed, delete them with an FTP client",
    }
    Note unfinished_files = "folder-unfinished-files" (folder: &str, names: &str) {
        ja: "{folder}に、書き込み途中の名前のファイルがあります: {names}",
        en: "files of unfinished uploads lie in {folder}: {names}",
        hint_ja: "しばらくしても残っている場合は、途中で切れた書き込みの残りです。FTPクライアントで削除してかまいません。",
        hint_en: "those that stay are left over from uploads that broke off, and can be deleted with an FTP client",
    }
    Error probe_size_of_nothing = "write-test-size-of-nothing" (path: &str) who [Savaway, Support] {
        ja: "サーバが、存在しないファイル{path}のサイズを答えました。ファイルの有無を判断できません。",
        en: "the server tells a size of {path}, which does not exist: nobody can tell what is there",
        hint_ja: "SAVAWAY様に、存在しないファイルへのSIZEコマンドにエラーを返す設定をご依頼ください。",
        hint_en: "ask SAVAWAY to have SIZE refused for files that do not exist",
    }
    Error probe_not_listed = "write-test-not-listed" (folder: &str) who [Savaway, Support] {
        ja: "{folder}に書き込んだファイルが、一覧に見つからないか、別のサイズになっていました。",
        en: "a file that was uploaded to {folder} is not in its listing, or there with another size",
        hint_ja: "サーバの一覧（NLST）とSIZEコマンドについて、SAVAWAY様へお問い合わせください。",
        hint_en: "ask SAVAWAY about the server's listings (NLST) and the command SIZE",
    }
    Error probe_not_renamed = "write-test-not-renamed" (folder: &str) who [Savaway, Support] {
        ja: "{folder}で名前の変更（移動）に成功したと応答がありましたが、新しい名前のファイルがないか、古い名前のものが残っています。",
        en: "the server said that a file in {folder} was renamed, but its new name is not there, or its old one still is",
        hint_ja: "サーバの名前の変更（RNFR・RNTO）について、SAVAWAY様へお問い合わせください。",
        hint_en: "ask SAVAWAY about renaming on that server (RNFR and RNTO)",
    }
    Error probe_altered = "write-test-altered" (folder: &str) who [Savaway, Support] {
        ja: "{folder}に書き込んだファイルを読み戻すと、内容が変わっていました。",
        en: "a file that was uploaded to {folder} came back with another content",
        hint_ja: "サーバが改行や文字コードを変換している可能性があります。バイナリ転送のままファイルを保存するよう、SAVAWAY様へお問い合わせください。",
        hint_en: "the server seems to convert line ends or characters: ask SAVAWAY to keep files as they are sent (TYPE I)",
    }
    Warning moving_untried = "archive-untried" (folder: &str) who [Savaway, Support] {
        ja: "{folder}への書き込みが許可されていないため、取り込んだファイルを移動できるかどうかを確認できませんでした",
        en: "whether imported files can be moved away was not found out, because {folder} may not be written",
        hint_ja: "このFTPユーザが{folder}のファイルを移動・削除できるか、SAVAWAY様へご確認ください。移動できないと、取り込み済みのファイルがサーバに残り続けます。",
        hint_en: "ask SAVAWAY whether this user may move and delete files in {folder}; if not, imported files stay on the server",
    }
    Warning clock_ahead = "server-clock-ahead" (minutes: i64, now: &str) who [Support, Savaway] {
        ja: "FTPサーバの時計が、このコンピュータの時計（日本時間{now}）より{minutes}分進んでいます。在庫の引当が正しく計算されないことがあります。",
        en: "the server's clock is {minutes} min ahead of this computer's ({now} in Japan): the allocation of stock can go wrong",
        hint_ja: "まず、このコンピュータの時計が正しいか（時刻の自動同期が有効か）をご確認ください。正しければ、SAVAWAY様へお問い合わせください。",
        hint_en: "check this computer's clock (and that it is kept by NTP) first; if it is right, ask SAVAWAY",
    }
    Warning clock_behind = "server-clock-behind" (minutes: i64, now: &str) who [Support, Savaway] {
        ja: "FTPサーバの時計が、このコンピュータの時計（日本時間{now}）より{minutes}分遅れています。在庫の引当が正しく計算されないことがあります。",
        en: "the server's clock is {minutes} min behind this computer's ({now} in Japan): the allocation of stock can go wrong",
        hint_ja: "まず、このコンピュータの時計が正しいか（時刻の自動同期が有効か）をご確認ください。正しければ、SAVAWAY様へお問い合わせください。",
        hint_en: "check this computer's clock (and that it is kept by NTP) first; if it is right, ask SAVAWAY",
    }
    Warning clock_of_another_zone = "server-clock-zone" (ahead: &str, now: &str) who [Support, Savaway] {
        ja: "FTPサーバが、ファイルの日時を世界標準時（UTC）でも日本時間でもない時刻（UTC{ahead}）で知らせているか、このコンピュータの時計（日本時間{now}）が違っています。ファイル名に日時のない在庫ファイルで、引当が正しく計算されないことがあります。",
        en: "the server tells the times of files neither in UTC nor in Japan time, but in that of UTC{ahead}, or this computer's clock ({now} in Japan) is wrong: with stock files that have no time in their names, the allocation can go wrong",
        hint_ja: "まず、このコンピュータの時計が正しいかご確認ください。正しければ、ファイルの日時（MDTM）を世界標準時で知らせるように、SAVAWAY様へご依頼ください。できない場合は、在庫ファイルの名前に日時を含めてください。",
        hint_en: "check this computer's clock first; if it is right, ask SAVAWAY to have the times of files (MDTM) told in UTC, or let the names of stock files hold their time",
    }
    Warning probe_left = "write-test-left" (path: &str) {
        ja: "書き込みテストのファイルが、FTPサーバに残っています: {path}",
        en: "the write test's file is still on the server: {path}",
        hint_ja: "FTPクライアントで削除してください。TEMPOSTARには影響しません。",
        hint_en: "delete it with an FTP client; TEMPOSTAR ignores it",
    }
    Note every_order_held = "every-order-held" (waiting: u64) {
        ja: "送信待ちの受注{waiting}件は、すべて保留されるため送信されません。",
        en: "none of the orders that wait ({waiting}) will be sent: all are held back",
    }
    Warning held_back = "orders-held-back" (count: u64, examples: &str) who [Shop, Support] {
        ja: "受注{count}件（{examples}）は送信されません",
        en: "orders that are held back: {count} ({examples})",
        hint_ja: "理由を解消すると、次のexport-ordersで自動的に送信されます。",
        hint_en: "once the reason is fixed, the next export-orders sends them",
    }
    Warning rows_would_be_rejected = "rows-would-be-rejected" (rows: u64) who [Shop, Savaway] {
        ja: "誤りのある行が{rows}行あり、その行は取り込まれません（ほかの行は取り込まれます）。最初の数行は次のとおりです。",
        en: "rows that are wrong and would be left out, while the others are taken: {rows}; the first of them:",
        hint_ja: "TEMPOSTARのデータを直してください。各処理を実行すると、誤りのある行だけのファイルが作業フォルダのrejectsに作られます。",
        hint_en: "correct the data in TEMPOSTAR; the job writes all these rows to a file in `rejects` of the work folder",
    }
    Note optional_columns_missing = "optional-columns-missing" (count: usize, names: &str)
        who [Shop, Savaway] {
        ja: "取り込める列のうち、次の{count}列はファイルにありません（本システムの値がそのまま残ります）: {names}",
        en: "columns that could be taken and are not in the file, so that the shop's values stay ({count}): {names}",
    }
    Note column_line = "column-names" (header: &str, column: &str, nearest: &str, table: &str, line: &str)
        who [Support] {
        ja: "「{column}」の列がありません。ファイルの見出し: {header}。近い名前: {nearest}",
        en: "there is no column {column}; the file has: {header}; the nearest names: {nearest}",
        hint_ja: "「{column}」に当たる列が別の名前で入っている場合は、設定ファイルの[{table}]に次の行を書いてください（違う列の場合は、その列名に書き換えます）: {line}",
        hint_en: "if the file has {column} under another name, write this line into [{table}] of the settings file (with that name, if it is another one): {line}",
    }
    Warning job_overdue = "job-overdue" (job: Job, last: Moment, minutes: u32) {
        ja: "{job}が{last}を最後に成功していません（設定ファイルの[schedule]では{minutes}分以内）。",
        en: "{job} succeeded last at {last}; [schedule] wants that every {minutes} minutes",
        hint_ja: "cronに{job}が登録され、動いているかご確認ください（crontab.example）。動いている場合は「tempostar status」で最後の結果をご確認ください。",
        hint_en: "see whether cron calls {job} (crontab.example); if it does, `tempostar status` shows how it ended",
    }
    Warning job_never_succeeded = "job-never-succeeded" (job: Job, minutes: u32) {
        ja: "{job}はまだ一度も成功していません（設定ファイルの[schedule]では{minutes}分以内）。",
        en: "{job} has never succeeded; [schedule] wants that every {minutes} minutes",
        hint_ja: "cronに{job}が登録されているかご確認ください（crontab.example）。動いている場合は「tempostar status」で最後の結果をご確認ください。",
        hint_en: "see whether cron calls {job} (crontab.example); if it does, `tempostar status` shows how it ended",
    }
    Warning job_runs_long = "job-runs-long" (job: Job, since: Moment, minutes: i64) {
        ja: "{job}が{since}から{minutes}分間動き続けています。終わるまで、cronが次に呼び出しても何もしません。",
        en: "{job} has been at work for {minutes} minutes, since {since}; until it ends, cron's further calls do nothing",
        hint_ja: "「ps」でこのプログラムが動いているか確認し、止まっているようであれば終了してください（確定していない書き込みは取り消され、次の実行で続きから行います）。",
        hint_en: "look at it with `ps`, and end it if it hangs: what is under way is rolled back, and the next run goes on from there",
    }
    Error clock_before_release = "clock-wrong" (now: Moment, written_on: &str) {
        ja: "このコンピュータの時計が{now}を示していますが、このプログラムはそれより後（{written_on}）に作られたものです。",
        en: "this computer's clock shows {now}, but this program was made later, on {written_on}",
        hint_ja: "時計を合わせてください（NTPの利用をお勧めします）。時計がずれていると、在庫の引当と、どのファイルが新しいかの判断を誤ります。",
        hint_en: "set the clock, best by NTP: with a wrong one, allocations and which file is newer are reckoned wrongly",
    }
    Warning clock_behind_ledger = "clock-behind-ledger" (now: Moment, newest: Moment) {
        ja: "このコンピュータの時計は{now}を示していますが、それより先の時刻（{newest}）に実行した記録があります。",
        en: "this computer's clock shows {now}, but a run is on record at {newest}",
        hint_ja: "時計を合わせてください（NTPの利用をお勧めします）。時計がずれていると、在庫の引当と、どのファイルが新しいかの判断を誤ります。",
        hint_en: "set the clock, best by NTP: with a wrong one, allocations and which file is newer are reckoned wrongly",
    }
    Warning orders_waiting_long = "orders-waiting-long" (ordered_at: &str, days: i64) {
        ja: "送信待ちの受注に、{days}日前（{ordered_at}）のものがあります。次のexport-ordersですべてTEMPOSTARへ送信されます。",
        en: "an order that was placed {days} days ago ({ordered_at}) still waits; the next export-orders sends it, and all others, to TEMPOSTAR",
        hint_ja: "TEMPOSTARのご利用開始前の受注であれば、送信しないものを送信済みにしてください（docs/database.mdの「Going live」にSQLがあります）。そうでなければ、cronにexport-ordersが登録されているかご確認ください。",
        hint_en: "if it is from before TEMPOSTAR, mark those that must not be sent (docs/database.md, “Going live”, has the SQL); else see whether cron calls export-orders",
    }
    Warning orders_by_reservation = "orders-by-reservation" (count: u64, examples: &str) who [Shop, Support] {
        ja: "予約販売の受注が{count}件あります（{examples}）。予約販売はTEMPOSTAR連携と併用できません。",
        en: "reservations (予約販売) among the orders: {count} ({examples}); they cannot be used together with TEMPOSTAR",
        hint_ja: "本システムの「予約販売」を「利用しない」に変え、これらの受注はTEMPOSTARに手で登録してください。",
        hint_en: "set 予約販売 to 利用しない in the shop, and enter these orders in TEMPOSTAR by hand",
    }
    Warning orders_by_hanpukai = "orders-by-hanpukai" (count: u64, examples: &str) who [Shop, Support] {
        ja: "頒布会の受注が{count}件あります（{examples}）。頒布会はTEMPOSTAR連携と併用できません。",
        en: "orders of hanpukai (頒布会): {count} ({examples}); they cannot be used together with TEMPOSTAR",
        hint_ja: "本システムの「頒布会」を「利用しない」に変え、これらの受注はTEMPOSTARに手で登録してください。",
        hint_en: "set 頒布会 to 利用しない in the shop, and enter these orders in TEMPOSTAR by hand",
    }
    Warning orders_by_subscription = "orders-by-subscription" (count: u64, examples: &str)
        who [Shop, Support] {
        ja: "定期販売の受注が{count}件ありますが（{examples}）、設定ファイルでは「定期販売」を利用しないことになっています。",
        en: "subscriptions (定期販売) among the orders: {count} ({examples}); the settings say that the shop has none",
        hint_ja: "設定ファイルのshop.optionsにsubscriptions = trueと書いてください。本システムの「定期オーソリ失敗受注未作成フラグ」は「作成する」、「定期オーソリ失敗過去受注有効化フラグ」は「利用しない」でなければなりません。",
        hint_en: "write subscriptions = true in shop.options; in the shop, 定期オーソリ失敗受注未作成フラグ must be 作成する, and 定期オーソリ失敗過去受注有効化フラグ 利用しない",
    }
    Warning orders_to_several = "orders-to-several-destinations" (count: u64, examples: &str)
        who [Shop, Support] {
        ja: "配送先が複数ある受注が{count}件ありますが（{examples}）、設定ファイルでは「複数配送先」を利用しないことになっています。",
        en: "orders with several destinations (複数配送先): {count} ({examples}); the settings say that the shop has none",
        hint_ja: "設定ファイルのshop.optionsにmultiple_destinations = trueと書いてください。その場合「TEMPOSTAR:物流連携時受注明細追加フラグ」（logistics.add_order_lines）は「追加しない」（\"ignore\"）でなければなりません。",
        hint_en: "write multiple_destinations = true in shop.options; TEMPOSTAR:物流連携時受注明細追加フラグ (logistics.add_order_lines) must then be \"ignore\"",
    }
    Warning files_not_taken = "order-files-not-taken" (count: u64, oldest: &str, names: &str)
        who [Savaway, Shop] {
        ja: "TEMPOSTARに引き取られていない受注ファイルが{count}個あります（最も古いものは{oldest}に送信）: {names}",
        en: "order files that TEMPOSTAR has not taken: {count}, the oldest sent at {oldest}: {names}",
        hint_ja: "TEMPOSTARの受注取込（自動取込の設定、取込エラー）をSAVAWAY様・店舗様でご確認ください。引き取られるまで、これらの受注はTEMPOSTARに届いていません。",
        hint_en: "look in TEMPOSTAR whether it takes orders in automatically, and for errors there; until then these orders have not reached it",
    }
    Error no_test_mail = "test-mail-none" () {
        ja: "テストメールは送信していません。メールを送らない設定（[mail]のtransport = \"none\"、または[mail]なし）です。",
        en: "no test mail was sent: the settings say that no mail is sent (transport = \"none\" in [mail], or no [mail])",
        hint_ja: "問題のお知らせをメールで受け取る場合は、設定ファイルに[mail]を書いてください（例: examples/tempostar.toml）。",
        hint_en: "to be told of problems by mail, write a [mail] table as in examples/tempostar.toml",
    }
}
