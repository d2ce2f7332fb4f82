//! What `check-settings` has to say.

texts! {
    // What is checked.
    title_settings() { ja: "設定ファイル", en: "settings file" }
    title_options() { ja: "オプションの併用", en: "options of the shop" }
    title_passwords() { ja: "パスワードの保護", en: "protection of passwords" }
    title_language() { ja: "表示とメールの言語", en: "language" }
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
    title_server_folders() { ja: "ショップのフォルダ", en: "folders of the shop" }
    title_products_inbox() { ja: "商品情報のフォルダ", en: "inbox of products" }
    title_stock_inbox() { ja: "在庫情報のフォルダ", en: "inbox of stock" }
    title_logistics_inbox() { ja: "物流連携のフォルダ", en: "inbox of logistics" }
    title_orders_outbox() { ja: "受注のフォルダ", en: "outbox of orders" }
    title_write_test() { ja: "書き込みテスト", en: "write test" }
    title_orders() { ja: "送信待ちの受注", en: "waiting orders" }
    title_mail() { ja: "エラーメール", en: "error mail" }

    // What was seen where all is well.
    settings_read(path: &str, shop: &str, code: &str, environment: &str) {
        ja: "{path}（店舗: {shop}、ショップコード: {code}、環境: {environment}）",
        en: "{path} (shop {shop}, shop code {code}, environment {environment})",
    }
    settings_readable() {
        ja: "書き方に誤りはありません",
        en: "no slip in it",
    }
    options_fine() {
        ja: "TEMPOSTARと併用できないオプションは使われていません",
        en: "none that excludes TEMPOSTAR",
    }
    passwords_protected() {
        ja: "ほかの利用者からは読めません",
        en: "no other user can read them",
    }
    language_here() {
        ja: "日本語（設定項目 language で変更できます）",
        en: "English (`language` in the settings changes it)",
    }
    disk_free(places: &str) {
        ja: "空き容量 {places}",
        en: "left: {places}",
    }
    work_folder_fine(path: &str) {
        ja: "{path} に書き込めます",
        en: "{path} can be written",
    }
    database_created(path: &str, version: i64) {
        ja: "{path} を新しく作成しました（版 {version}）",
        en: "{path} was created (schema version {version})",
    }
    database_migrated(path: &str, found: i64, version: i64) {
        ja: "{path} を版 {found} から版 {version} に更新しました",
        en: "{path} was migrated from schema version {found} to {version}",
    }
    database_opened(path: &str, version: i64) {
        ja: "{path}（版 {version}）",
        en: "{path} (schema version {version})",
    }
    database_wal() {
        ja: "本システムと同時に読み書きできます（WAL）",
        en: "the shop may read while we write (WAL)",
    }
    database_writable() {
        ja: "書き込めます",
        en: "can be written",
    }
    database_intact() {
        ja: "破損は見つかりませんでした",
        en: "no damage found",
    }
    database_structure_intact(megabytes: &str) {
        ja: "構造に破損は見つかりませんでした（{megabytes} MB）",
        en: "no damage found in its structure ({megabytes} MB)",
    }
    database_intact_so_far(megabytes: &str, seconds: u64) {
        ja: "大きい（{megabytes} MB）ため {seconds} 秒で打ち切りました。そこまでに破損は見つかりませんでした（すべて調べるには sqlite3 の PRAGMA integrity_check をお使いください）",
        en: "no damage found within {seconds} s; the whole of it ({megabytes} MB) takes longer: see sqlite3's `PRAGMA integrity_check`",
    }
    order_free_items(mapped: usize) {
        ja: "受注ファイルに加える列 {mapped} 個",
        en: "columns added to the order files: {mapped}",
    }
    free_items(defined: usize, mapped: usize) {
        ja: "本システムの自由項目 {defined} 個、設定ファイルで割り当てた列 {mapped} 個",
        en: "{defined} defined in the shop, {mapped} columns mapped in the settings",
    }
    payment_methods(count: usize) {
        ja: "{count} 個とも連携できます",
        en: "all {count} are ready",
    }
    payment_methods_listed(count: usize) {
        ja: "登録 {count} 個",
        en: "{count} listed",
    }
    trust_unneeded() {
        ja: "暗号化しない設定のため使いません",
        en: "none needed without encryption",
    }
    trust_pinned() {
        ja: "設定ファイルの certificate_sha256 の証明書だけを信頼します",
        en: "the one of certificate_sha256",
    }
    trust_ca_file(path: &str) {
        ja: "公的な認証局と {path}",
        en: "those of the well-known authorities and of {path}",
    }
    trust_known() {
        ja: "公的な認証局",
        en: "those of the well-known authorities",
    }
    server_resolved(host: &str, addresses: &str) {
        ja: "{host} のアドレスは {addresses} です",
        en: "{host} ({addresses})",
    }
    server_connected(address: &str, milliseconds: u128) {
        ja: "{address} に接続できました（{milliseconds} ミリ秒）",
        en: "{address} answered within {milliseconds} ms",
    }
    server_greeted(greeting: &str) {
        ja: "「{greeting}」と応答がありました",
        en: "{greeting:?}",
    }
    server_encrypted(versions: &str) {
        ja: "TLS {versions} で暗号化されています",
        en: "encrypted with TLS {versions}",
    }
    server_not_encrypted() {
        ja: "暗号化しない設定です（tls = \"none\"）。パスワードもそのまま送られます",
        en: "none, as set (tls = \"none\"); the password travels in clear text",
    }
    server_logged_in(user: &str) {
        ja: "ユーザ「{user}」でログインできました",
        en: "logged in as {user:?}",
    }
    server_listed() {
        ja: "データ接続で一覧を取得できました",
        en: "a listing arrived",
    }
    server_listing_forbidden() {
        ja: "ログイン直後のフォルダの一覧は許可されていません（問題ありません。必要なフォルダは次で確認します）",
        en: "the login's own folder must not be listed, which does not matter; the folders below are what counts",
    }
    server_folders(found: usize, all: usize) {
        ja: "{all} か所のうち {found} か所が使えます",
        en: "{found} of {all} can be used",
    }
    inbox_empty(folder: &str) {
        ja: "{folder}: 取り込み待ちのファイルはありません",
        en: "{folder}: no file waits",
    }
    inbox_waiting(folder: &str, files: usize, bytes: &str) {
        ja: "{folder}: 取り込み待ち {files} ファイル（{bytes} バイト）",
        en: "{folder}: files waiting: {files} ({bytes} bytes)",
    }
    outbox_empty(folder: &str) {
        ja: "{folder}: TEMPOSTARの引き取り待ちはありません",
        en: "{folder}: no file waits for TEMPOSTAR",
    }
    outbox_waiting(folder: &str, files: usize) {
        ja: "{folder}: TEMPOSTARの引き取り待ち {files} ファイル",
        en: "{folder}: files that TEMPOSTAR has not taken: {files}",
    }
    write_test_passed(folder: &str) {
        ja: "{folder} で、書き込み、サイズの確認、名前の変更、削除ができました",
        en: "{folder}: a file was uploaded, measured, renamed and deleted",
    }
    orders_none() {
        ja: "送信待ちの受注はありません",
        en: "none",
    }
    orders_waiting(waiting: u64) {
        ja: "{waiting} 件、すべて送信できます",
        en: "{waiting}, all can be sent",
    }
    orders_held_back(waiting: u64, held_back: usize) {
        ja: "{waiting} 件のうち {held_back} 件は送信できません",
        en: "{held_back} of {waiting} cannot be sent",
    }
    orders_more_reasons(more: usize) {
        ja: "理由の種類はほかに {more} 個あります（tempostar status ですべて見られます）",
        en: "{more} more reasons; `tempostar status` shows them",
    }
    mail_none() {
        ja: "送らない設定です",
        en: "none is sent, as set",
    }
    mail_sendmail(to: &str) {
        ja: "{to} 宛に sendmail で送る設定です（メールの送信はこの版ではまだ行いません）",
        en: "to {to} by sendmail (this version does not send mail yet)",
    }
    mail_smtp(to: &str, host: &str, port: u16) {
        ja: "{to} 宛に {host}（ポート {port}）から送る設定です（メールの送信はこの版ではまだ行いません）",
        en: "to {to} by {host}:{port} (this version does not send mail yet)",
    }

    // Why something was not tried.
    first_mend(title: &str) {
        ja: "先に「{title}」のエラーを直してください",
        en: "first mend “{title}”",
    }
    offline() {
        ja: "--offline のため確認していません",
        en: "not tried because of --offline",
    }

    stopped() {
        ja: "途中で止められたため確認していません",
        en: "stopped before",
    }

    // Who must act.
    who_shop() { ja: "店舗様", en: "the shop" }
    who_savaway() { ja: "SAVAWAY様", en: "SAVAWAY" }
    who_support() { ja: "弊社", en: "support" }

    // The closing lines.
    word_error() { ja: "エラー", en: "error" }
    word_warning() { ja: "注意", en: "warning" }
    word_skipped() { ja: "未確認", en: "not tried" }
    all_well() {
        ja: "すべて正常です。",
        en: "Everything is as it should be.",
    }
    totals(errors: usize, warnings: usize, skipped: usize) {
        ja: "結果: エラー {errors}、注意 {warnings}、未確認 {skipped}",
        en: "Errors: {errors}, warnings: {warnings}, not tried: {skipped}",
    }
    jobs_ready() { ja: "実行できる処理", en: "Can run now" }
    jobs_blocked() { ja: "まだ実行できない処理", en: "Cannot run yet" }
    jobs_untested() { ja: "実行できるかどうか確認していない処理", en: "Not known whether it can run" }
    write_test_left() {
        ja: "FTPサーバに書き込めるかどうかも確認するには、--write-test を付けて実行してください。",
        en: "To find out whether files can be written to the server, too, add --write-test.",
    }
    to_act() { ja: "対応をお願いする方", en: "To be mended by" }
    to_act_count(count: usize) { ja: "{count} 件", en: "{count}" }
    job_import_products() { ja: "商品情報取込（import-products）", en: "import-products" }
    job_import_logistics() { ja: "物流連携取込（import-logistics）", en: "import-logistics" }
    job_import_stock() { ja: "在庫情報取込（import-stock）", en: "import-stock" }
    job_export_orders() { ja: "受注連携（export-orders）", en: "export-orders" }

    // What to do when the server does not do as it should; `names` begins the names of the settings.
    hint_unknown_host(names: &str, key: &str) {
        ja: "設定ファイルの {key}.url が、店舗様から伺った「{names}FTP接続先URL」と1文字も違わないかご確認ください。同じであれば、このコンピュータがインターネットにつながるか（DNS）をご確認ください。",
        en: "compare {key}.url with the {names}FTP接続先URL that the shop was given; if it is the same, check this computer's network and DNS",
    }
    hint_unreachable(names: &str, key: &str) {
        ja: "設定ファイルの {key}.url と {key}.port が、店舗様から伺った「{names}FTP接続先URL」「{names}FTPポート番号」と同じかご確認ください。同じであれば、このコンピュータからそのポートへの通信がファイアウォールで止められていないかご確認ください。それでも続く場合は、サーバの停止についてSAVAWAY様へお問い合わせください。",
        en: "compare {key}.url and {key}.port with the {names}FTP接続先URL and FTPポート番号 that the shop was given; then check the firewall between here and there; then ask SAVAWAY whether the server is down",
    }
    hint_not_ftp(key: &str) {
        ja: "{key}.port がFTP以外（SSHやWebなど）のポートになっていないかご確認ください。FTPのポート番号は通常 21 です。",
        en: "check {key}.port: it may be that of another service (SSH, web); FTP's is usually 21",
    }
    hint_silent(key: &str) {
        ja: "{key}.port が正しいかご確認ください。接続と同時に暗号化を始めるポート（Implicit FTPS、通常 990）には対応していません。FTPのポート番号は通常 21 です。",
        en: "check {key}.port; a port that expects encryption from the start (implicit FTPS, usually 990) is not supported, and FTP's is usually 21",
    }
    hint_tls_required(key: &str) {
        ja: "設定ファイルの {key} を tls = \"explicit\" にしてください。",
        en: "set tls = \"explicit\" in {key}",
    }
    hint_write(setting: &str) {
        ja: "設定ファイルの {setting} が正しければ、このフォルダに書き込み・名前の変更・削除ができるように、SAVAWAY様へご依頼ください。",
        en: "if {setting} in the settings file is right, ask SAVAWAY to let this user write, rename and delete there",
    }
    hint_login(names: &str, key: &str) {
        ja: "{key} の user とパスワードが、店舗様から伺った「{names}FTPユーザID」「{names}FTPパスワード」と同じかご確認ください（テスト用と本番用は別のものです）。同じであれば、店舗様からSAVAWAY様へ、ユーザIDが有効かをお問い合わせいただいてください。",
        en: "compare `user` and the password of {key} with the {names}FTPユーザID and FTPパスワード that the shop was given (demo and production differ); if they are the same, have the shop ask SAVAWAY whether the user is active",
    }
    hint_busy() {
        ja: "書き込みを終えないままのプログラム（本システムの管理画面や一括処理、バックアップ、sqlite3 を開いたままの画面など）を探して、終了してください。どのプログラムかは「fuser -v」や「lsof」で調べられます。",
        en: "look for a program that leaves a transaction open (the shop's application, a batch of it, a backup, a forgotten sqlite3), and end it; `fuser -v` or `lsof` on the file tells which",
    }
    hint_busy_with(holders: &str) {
        ja: "書き込みのロックを持っているのは次のプログラムです: {holders}。書き込みが終わるのを待つか、止まっているようであれば終了してください。",
        en: "the lock is held by {holders}: wait until it has written, or end it if it hangs",
    }
    hint_folder(setting: &str) {
        ja: "設定ファイルの {setting} のフォルダ名をご確認ください。正しければ、このフォルダの作成または権限の設定をSAVAWAY様へご依頼ください。",
        en: "check {setting} in the settings file; if it is right, ask SAVAWAY to make the folder or to open it for this user",
    }
}

problems! {
    warning password_readable = "password-file-open" (path: &str, mode: &str) {
        ja: "パスワードの書かれたファイル {path} を、このコンピュータのほかの利用者も読めます（権限 {mode}）。",
        en: "{path}, which holds a password, can be read by every user of this computer (mode {mode})",
        hint_ja: "「chmod o-rwx {path}」で、ほかの利用者から読めないようにしてください。",
        hint_en: "run `chmod o-rwx {path}`",
    }
    warning work_folder_open = "work-dir-open" (path: &str, mode: &str) {
        ja: "作業フォルダ {path} を、このコンピュータのほかの利用者も開けます（権限 {mode}）。お客様の情報を含むファイルの控えが置かれます。",
        en: "the work folder {path} is open to every user of this computer (mode {mode}); copies of orders lie in it",
        hint_ja: "「chmod 700 {path}」で、ほかの利用者から開けないようにしてください。",
        hint_en: "run `chmod 700 {path}`",
    }
    warning work_folder_of_another = "work-dir-of-another-user" (path: &str, owner: u32, user: u32) {
        ja: "作業フォルダ {path} は、今このプログラムを実行しているユーザ（番号 {user}）とは別のユーザ（番号 {owner}）のものです。このまま各処理を実行すると、もとのユーザが書き込めないファイルができることがあります。",
        en: "the work folder {path} belongs to user {owner}, and this runs as user {user}: what a job makes in it as this one, that one may not be able to write",
        hint_ja: "cron と同じユーザで実行してください。今後このユーザで動かす場合は「chown -R」で作業フォルダの所有者を変えてください。",
        hint_en: "run this as the user whose cron calls the jobs; if that is this user, hand the folder over with `chown -R`",
    }
    error disk_nearly_full = "disk-nearly-full" (path: &str, free_mb: u64, needed_mb: u64) {
        ja: "{path} のあるディスクの空きが {free_mb} MB しかありません。{needed_mb} MB に満たないと、データベースにもファイルにも書き込めません。",
        en: "the disk of {path} has only {free_mb} MB left; with less than {needed_mb} MB neither the database nor a file can be written",
        hint_ja: "不要なファイルを消すか、database と work_dir を空きのあるディスクに移してください。",
        hint_en: "free some space, or move `database` and `work_dir` to another disk",
    }
    warning disk_small = "disk-small" (path: &str, free_mb: u64, wanted_mb: u64) {
        ja: "{path} のあるディスクの空きが {free_mb} MB です。{wanted_mb} MB 以上をお勧めします。",
        en: "the disk of {path} has {free_mb} MB left; {wanted_mb} MB or more would be safe",
        hint_ja: "大きなファイルが届くと足りなくなるおそれがあります。不要なファイルを消すか、設定ファイルの limits.history_days を短くして控えを減らしてください。",
        hint_en: "a large file could fill it: free some space, or keep fewer copies with a shorter limits.history_days",
    }
    error disk_without_inodes = "disk-without-inodes" (path: &str) {
        ja: "{path} のあるディスクには、ファイルの数の上限に達したため、新しいファイルを作れません。",
        en: "the disk of {path} has no inode left: no file can be made on it, however small",
        hint_ja: "小さなファイルが大量にたまっている場所を探して、不要なものを消してください（df -i で確認できます）。",
        hint_en: "find out where many small files have gathered (`df -i`), and delete what is not needed",
    }
    warning database_on_network = "database-on-network" (path: &str, name: &str) {
        ja: "データベース {path} が、ネットワーク上のディスク（{name}）に置かれています。別のコンピュータからも書き込まれると、データベースが壊れるおそれがあります。",
        en: "the database {path} lies on a network file system ({name}): another computer does not see its locks, and can damage it",
        hint_ja: "データベースを、本システムが動いているコンピュータ自身のディスクに移してください。",
        hint_en: "keep it on a local disk of the computer on which the shop runs",
    }
    error order_column_taken = "order-column-taken" (column: &str) {
        ja: "orders.free_items の列「{column}」は、受注ファイルにすでにある列と同じ名前です。",
        en: "the column {column:?} of orders.free_items has the name of a column that the order file has already",
        hint_ja: "TEMPOSTAR側でカスタマイズした列の名前をご確認のうえ、orders.free_items の列名を直してください。",
        hint_en: "check the name of the column for which TEMPOSTAR was customised, and correct orders.free_items",
    }
    note payment_methods_none_yet = "payment-methods-none-yet" () {
        ja: "決済方法がまだ1つも登録されていません。最初の受注までに登録してください。",
        en: "payment_methods is empty still; list them before the first order",
        hint_ja: "本システムで使っている決済方法の名前と追加日を payment_methods に登録してください。",
        hint_en: "list the shop's payment methods, and the days on which they were added, in payment_methods",
    }
    warning not_wal = "database-not-wal" (mode: &str) {
        ja: "データベースを同時利用に適した方式（WAL）にできません（現在の方式: {mode}）。取り込みの間、本システムが待たされることがあります。",
        en: "the database cannot use WAL (it uses {mode}): the shop may have to wait while we write",
        hint_ja: "データベースをネットワーク上のフォルダではなく、このコンピュータのディスクに置いてください。",
        hint_en: "keep the database on a local disk, not on a network file system",
    }
    warning free_item_undefined = "free-item-undefined" (column: &str, number: u8) {
        ja: "列「{column}」の割り当て先の自由項目 {number} が、本システムに作成されていません。",
        en: "the column {column:?} is mapped to free item {number}, which the shop has not defined",
        hint_ja: "本システムで自由項目 {number} を作成するか、設定ファイルの products.free_items からこの列を消してください。",
        hint_en: "define free item {number} in the shop, or delete the column from products.free_items",
    }
    warning free_item_contradiction = "free-item-contradiction" (column: &str, number: u8, defined: u8) {
        ja: "列「{column}」は設定ファイルで自由項目 {number} に割り当てられていますが、本システムでは自由項目 {defined} の名前です。",
        en: "the column {column:?} is mapped to free item {number}, but the shop calls free item {defined} so",
        hint_ja: "設定ファイルの products.free_items の番号をご確認ください。",
        hint_en: "check the number in products.free_items",
    }
    warning payment_method_not_ready = "payment-method-not-ready" (method: &str, added_on: &str) {
        ja: "決済方法「{method}」は2022年5月1日以降（{added_on}）に追加されていますが、SAVAWAY様での設定が確認されていません。この決済方法の受注は送信されません。",
        en: "the payment method {method:?} was added on {added_on}, on or after 2022-05-01, and its set-up at SAVAWAY is not confirmed: orders paid so are held back",
        hint_ja: "店舗様からSAVAWAY様へ設定をご依頼ください。完了の連絡を受けたら、弊社で payment_methods の tempostar_ready を 1 にしてください。",
        hint_en: "the shop asks SAVAWAY for the set-up; once it is confirmed, support sets `tempostar_ready` to 1 in payment_methods",
    }
    warning payment_method_unlisted = "payment-method-unlisted" (method: &str, orders: u64) {
        ja: "送信待ちの受注 {orders} 件で使われている決済方法「{method}」が payment_methods にありません。これらの受注は送信されません。",
        en: "{orders} waiting orders use the payment method {method:?}, which is not in payment_methods: they are held back",
        hint_ja: "payment_methods に、名前（{method}）と追加日を登録してください。",
        hint_en: "add {method:?} to payment_methods, with the day on which the shop began to offer it",
    }
    warning payment_methods_empty = "payment-methods-empty" () {
        ja: "決済方法が1つも登録されていません。このままでは受注を送信できません。",
        en: "payment_methods is empty: every order would be held back",
        hint_ja: "本システムで使っている決済方法を payment_methods に登録してください。",
        hint_en: "list the shop's payment methods in payment_methods",
    }
    error shop_folders_missing = "shop-folders-missing" (code: &str, folders: &str) {
        ja: "ショップコード「{code}」のフォルダ（{folders}）が、FTPサーバに1つもありません",
        en: "the server has none of the folders of shop {code} ({folders})",
        hint_ja: "設定ファイルの shop.code が、店舗様から伺った「TEMPOSTAR:ショップコード」と同じかご確認ください。同じであれば、これらのフォルダの場所をSAVAWAY様へお問い合わせのうえ、inbox と outbox に設定してください。",
        hint_en: "compare shop.code with the TEMPOSTAR:ショップコード that the shop was given; if it is the same, ask SAVAWAY where the folders are, and set `inbox` and `outbox`",
    }
    error shop_folders_elsewhere = "shop-folders-other-code" (code: &str, parent: &str, names: &str) {
        ja: "ショップコード「{code}」のフォルダが、FTPサーバに1つもありません。「{parent}」の中にあるのは次のものです: {names}",
        en: "the server has none of the folders of shop {code}; in {parent} there are: {names}",
        hint_ja: "この中に店舗様のショップコードがあれば、設定ファイルの shop.code をそれに直してください。なければ、店舗様に「TEMPOSTAR:ショップコード」をご確認ください。",
        hint_en: "if the shop's code is among them, set shop.code to it; else ask the shop for its TEMPOSTAR:ショップコード",
    }
    warning probe_left = "write-test-left" (path: &str) {
        ja: "書き込みテストのファイルが、FTPサーバに残っています: {path}",
        en: "the write test's file is still on the server: {path}",
        hint_ja: "FTPクライアントで削除してください。TEMPOSTARには影響しません。",
        hint_en: "delete it with an FTP client; TEMPOSTAR ignores it",
    }
    warning held_back = "orders-held-back" (count: u64, examples: &str) {
        ja: "受注 {count} 件（{examples}）は送信されません",
        en: "{count} orders ({examples}) are held back",
        hint_ja: "理由を解消すると、次の export-orders で自動的に送信されます。",
        hint_en: "once the reason is mended, the next export-orders sends them",
    }
    error no_test_mail = "test-mail-unavailable" () {
        ja: "テストメールは送信していません。この版の tempostar には、メールを送る機能がまだありません。",
        en: "no test mail was sent: this version of tempostar cannot send mail yet",
        hint_ja: "--send-test-mail を付けずに実行してください。それまでのエラーは、各処理の終了コードと画面の表示（cronのメール）で確認できます。",
        hint_en: "leave --send-test-mail out; until then, errors show in the jobs' exit codes and output, which cron mails",
    }
}
