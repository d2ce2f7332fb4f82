//! What `notify` has to say: why a mail does not go out, and the mails themselves.

use crate::moment::Moment;

texts! {
    test_mail_subject(shop: &str) {
        ja: "[TEMPOSTAR連携] {shop}: テストメール", en: "[TEMPOSTAR link] {shop}: test mail",
    }
    test_mail(shop: &str) {
        ja: "「{shop}」のTEMPOSTAR連携からのテストメールです。",
        en: "This is a test mail from the link between {shop} and TEMPOSTAR.",
    }
    test_mail_nothing_to_do() {
        ja: "このメールが届いていれば、連携に問題が起きたときのお知らせも、このアドレスに届きます。ご対応は必要ありません。",
        en: "If you read this, you will also be told when the link has a problem. There is nothing to do.",
    }
    test_mail_facts(time: Moment, command: &str) {
        ja: "{time}（日本時間）に送信: {command} --send-test-mail",
        en: "Sent {time} (Japan time) by: {command} --send-test-mail",
    }
    subject_failing(shop: &str, job: &str, job_en: &str) {
        ja: "[TEMPOSTAR連携] {shop}: {job}に失敗しています",
        en: "[TEMPOSTAR link] {shop}: the {job_en} fails",
    }
    subject_held(shop: &str, job: &str, job_en: &str) {
        ja: "[TEMPOSTAR連携] {shop}: {job}を保留しています",
        en: "[TEMPOSTAR link] {shop}: the {job_en} is on hold",
    }
    subject_partial(shop: &str, job: &str, job_en: &str) {
        ja: "[TEMPOSTAR連携] {shop}: {job}で確認が必要なデータがあります",
        en: "[TEMPOSTAR link] {shop}: the {job_en} left something out",
    }
    subject_no_file(shop: &str, job: &str, job_en: &str) {
        ja: "[TEMPOSTAR連携] {shop}: {job}の新しいファイルが届いていません",
        en: "[TEMPOSTAR link] {shop}: no new file for the {job_en}",
    }
    subject_failing_still(shop: &str, job: &str, job_en: &str) {
        ja: "[TEMPOSTAR連携] {shop}: {job}の問題が続いています",
        en: "[TEMPOSTAR link] {shop}: the {job_en} still has a problem",
    }
    subject_over(shop: &str, job: &str, job_en: &str) {
        ja: "[TEMPOSTAR連携] {shop}: {job}の問題は解決しました",
        en: "[TEMPOSTAR link] {shop}: the {job_en} works again",
    }
    subject_over_partly(shop: &str, job: &str, job_en: &str) {
        ja: "[TEMPOSTAR連携] {shop}: {job}の問題の一部が解決しました",
        en: "[TEMPOSTAR link] {shop}: a problem of the {job_en} is over, another is not",
    }
    demo_environment() {
        ja: "【テスト環境（demo）からのお知らせです。本番の店舗の商品・在庫・受注には関係ありません。】",
        en: "[This is about the test environment (demo), not about the products, stock and orders of the real shop.]",
    }
    lead_products() {
        ja: "TEMPOSTARの商品情報をこの店舗に取り込む処理についてのお知らせです。",
        en: "This is about bringing TEMPOSTAR's products into the shop.",
    }
    lead_logistics() {
        ja: "TEMPOSTARで出荷した受注をこの店舗で出荷済みにする処理についてのお知らせです。",
        en: "This is about marking the orders in the shop that TEMPOSTAR has shipped.",
    }
    lead_stock() {
        ja: "TEMPOSTARの在庫数をこの店舗の在庫に反映する処理についてのお知らせです。",
        en: "This is about bringing TEMPOSTAR's stock into the shop.",
    }
    lead_orders() {
        ja: "この店舗の新しい受注をTEMPOSTARへ送る処理についてのお知らせです。",
        en: "This is about sending the shop's new orders to TEMPOSTAR.",
    }
    heading_begun() { ja: "何が起きているか", en: "What happened" }
    heading_going_on() { ja: "続いている問題", en: "What is still wrong" }
    heading_over() { ja: "解決した問題", en: "What is over" }
    heading_impact() { ja: "お店への影響", en: "What it means for the shop" }
    heading_to_do() { ja: "していただきたいこと", en: "What to do" }
    heading_details() { ja: "詳しい情報（システムのご担当者向け）", en: "Details for whoever looks after the system" }
    going_on(message: &str, message_en: &str, time: &str, times: u64) {
        ja: "{message}（{time}から、{times}回の実行で確認）",
        en: "{message_en} (since {time}, seen by {times} runs)",
    }
    over(message: &str, message_en: &str, from: &str, to: &str) {
        ja: "{message}（{from}から{to}まで）", en: "{message_en} (from {from} to {to})",
    }
    over_now(job: &str, job_en: &str) {
        ja: "{job}は正常に戻りました。ご対応は必要ありません。",
        en: "The {job_en} is as it should be again. There is nothing to do.",
    }
    file_over() {
        ja: "後から届いたファイルを取り込みました。取り込めなかったファイルや行にしかない内容は、取り込まれていないままです。",
        en: "A later file was imported. What was only in the file or the rows that were left out has not come in.",
    }
    also_stopped(jobs: &str, jobs_en: &str) {
        ja: "同じ原因で、次の処理も止まっています: {jobs}。", en: "The same also stops: {jobs_en}.",
    }
    others_open(count: usize) {
        ja: "ほかに{count}件の問題が続いています（前にお知らせしたものです）。",
        en: "Problems that you were told of before and that are still there: {count}.",
    }
    japan_time() { ja: "時刻はすべて日本時間です。", en: "All times are Japan time." }
    impact_stock(time: &str) {
        ja: "在庫は{time}時点のものです。それより後のTEMPOSTARでの在庫の変動は、直るまで反映されません。売り切れた商品がこの店舗で売れてしまうおそれがあります。",
        en: "The stock is as of {time}. What has changed in TEMPOSTAR since is not known here until this is fixed: the shop may sell what is sold out.",
    }
    impact_stock_never() { ja: "在庫はまだ一度も取り込まれていません。", en: "No stock has been imported so far." }
    impact_products(time: &str) {
        ja: "商品情報は{time}時点のものです。それより後にTEMPOSTARで登録・変更した商品は、直るまで反映されません。今の商品はそのまま販売できます。",
        en: "The products are as of {time}. What was created or changed in TEMPOSTAR since does not show here until this is fixed; the shop goes on selling.",
    }
    impact_products_never() { ja: "商品情報はまだ一度も取り込まれていません。", en: "No products have been imported so far." }
    impact_logistics(time: &str) {
        ja: "{time}より後にTEMPOSTARで出荷済みになった受注は、直るまで配送区分・入金区分・オーソリ確定が変わりません。失われるものはありません。",
        en: "Orders that TEMPOSTAR has shipped since {time} are not marked as shipped here until this is fixed. Nothing is lost.",
    }
    impact_logistics_never() {
        ja: "出荷の情報はまだ一度も取り込まれていません。TEMPOSTARで出荷済みの受注も、この店舗では出荷済みになりません。",
        en: "No shipping data has been imported so far: orders that TEMPOSTAR has shipped are not marked as shipped here.",
    }
    impact_orders(count: u64) {
        ja: "TEMPOSTARへの送信を待っている受注が{count}件あり、送信されるまで出荷されません。受注はこの店舗のデータベースに残っており、失われていません。直ると自動で送信します。",
        en: "Orders that wait to be sent to TEMPOSTAR, which does not ship them before: {count}. None is lost: they are in the shop's database, and go once this is fixed.",
    }
    impact_no_orders() {
        ja: "送信を待っている受注は、今のところありません。これから入る受注は、直るまでTEMPOSTARへ送信されません。",
        en: "No order waits to be sent so far. New ones are not sent to TEMPOSTAR until this is fixed.",
    }
    impact_held_back(count: u64) {
        ja: "送信を保留している受注が{count}件あり、送信されるまで出荷されません。受注はこの店舗のデータベースに残っており、失われていません。解決すると次の実行で送信します。ほかの受注は通常どおり送信しています。",
        en: "Orders that are held back, and not shipped before they are sent: {count}. None is lost: they are in the shop's database, and go with the next run once this is settled. All others go as usual.",
    }
    impact_rows() {
        ja: "ほかの行は取り込み済みです。取り込めなかった行の内容だけが、前のままになっています。どの行かは、下の詳しい情報にあります。",
        en: "All other rows were imported. Only what these rows are about is as it was before: the details below name them.",
    }
    impact_nothing_came() {
        ja: "このファイルからは何も取り込まれていません。店舗のデータは前のままです。",
        en: "Nothing of this file came in. The shop's data is as it was before.",
    }
    impact_figures_kept() {
        ja: "この店舗の在庫は前のままです。店舗にないSKUの在庫数は記録しておき、そのSKUを登録したときに在庫に入ります。",
        en: "The shop's stock is as it was before. The figures of SKUs that the shop does not have are kept, and are their stock as soon as the shop has them.",
    }
    impact_nothing_else() { ja: "このほかは、通常どおり処理しています。", en: "Everything else is done as usual." }
    impact_unknown() {
        ja: "直るまで、この処理は行われません。データが失われることはありません。",
        en: "Until this is fixed, the job does not work. Nothing is lost.",
    }
    who_wait() {
        ja: "まずは何もしなくて構いません。次の実行で自動的に再試行し、直ったらお知らせします。長く続く場合は、システムのご担当者へこのメールを転送してください。",
        en: "Nothing for now: the next run tries again, and you will be told when it works. If it goes on, forward this mail to whoever looks after the system.",
    }
    who_support() {
        ja: "システムのご担当者（この連携を設定した方）へ、このメールを転送してください。",
        en: "Forward this mail to whoever set this link up.",
    }
    who_file() {
        ja: "店舗のご担当者が、TEMPOSTARが出力したファイルの内容をご確認ください。",
        en: "Somebody of the shop should check what TEMPOSTAR wrote into the file.",
    }
    who_decides() {
        ja: "店舗のご担当者が、TEMPOSTARが出力したファイルの内容を確認し、取り込んでよいか、取り込まないかをお決めください。",
        en: "Somebody of the shop should check what TEMPOSTAR wrote into the file, and decide whether it is to be imported or not.",
    }
    who_order() {
        ja: "店舗のご担当者が、この店舗の管理画面で受注の内容をご確認ください。",
        en: "Somebody of the shop should look into the order in the shop's own administration.",
    }
    column_file() { ja: "ファイル", en: "file" }
    column_line() { ja: "行", en: "line" }
    column_name() { ja: "列", en: "column" }
    column_reason() { ja: "理由", en: "reason" }
    rows_rejected() { ja: "取り込めなかった行（最初の数件）:", en: "The first rows that were left out:" }
    who_savaway() {
        ja: "SAVAWAY様（TEMPOSTAR）へお問い合わせください。その際は、下の詳しい情報をお伝えください。",
        en: "Ask SAVAWAY, who run TEMPOSTAR, and give them the details below.",
    }
    who_does_the_rest() {
        ja: "承認・破棄や設定の変更など、システムの操作が必要なときは、システムのご担当者へこのメールを転送してご依頼ください（操作の方法は下の詳しい情報にあります）。",
        en: "To approve or discard a file, or to have a setting changed, forward this mail to whoever looks after the system, and say which: the details below say how.",
    }
    // What happened, for whoever does not know the system.
    plain_server() {
        ja: "TEMPOSTARのFTPサーバとの通信に失敗しています",
        en: "TEMPOSTAR's FTP server cannot be reached, or breaks off",
    }
    plain_server_full() { ja: "TEMPOSTARのFTPサーバの空き容量が足りません", en: "TEMPOSTAR's FTP server is full" }
    plain_login() {
        ja: "TEMPOSTARのFTPサーバにログインできません（ユーザIDかパスワードが受け付けられません）",
        en: "TEMPOSTAR's FTP server refuses the user or the password",
    }
    plain_server_refuses() {
        ja: "TEMPOSTARのFTPサーバが、連携に必要な操作を受け付けません",
        en: "TEMPOSTAR's FTP server refuses what the link needs",
    }
    plain_settings() {
        ja: "連携の設定か、連携を動かしているコンピュータに問題があり、処理を行えません",
        en: "something is wrong with the link's settings, or with the computer that it runs on, and it cannot work",
    }
    plain_disk() {
        ja: "連携を動かしているコンピュータのディスクに空きがなく、処理を行えません",
        en: "the disk of the computer that the link runs on is full, and it cannot work",
    }
    plain_database() {
        ja: "この店舗のデータベースを使えないため、処理を行えません",
        en: "the shop's database cannot be used, and so the link cannot work",
    }
    plain_locked() {
        ja: "前の処理が終わらないため、新しい処理を始められません",
        en: "an earlier run does not come to its end, and so no new one can begin",
    }
    plain_internal() { ja: "連携のプログラムに内部エラーが起きました", en: "the link's program met an internal error" }
    detail(code: &str, exit_code: u8, run_id: &str, message: &str, message_en: &str) {
        ja: "{code}（終了コード{exit_code}、実行{run_id}）: {message}",
        en: "{code} (exit code {exit_code}, run {run_id}): {message_en}",
    }
    whereabouts(host: &str, user: &str, settings: &str, environment: &str) {
        ja: "コンピュータ: {host}、ユーザ: {user}、環境: {environment}、設定ファイル: {settings}",
        en: "Host: {host}; user: {user}; environment: {environment}; settings file: {settings}",
    }
    detail_command(command: &str) { ja: "もう一度実行するには: {command}", en: "To run it again: {command}" }
}

/// A command as it can be copied, whatever the folder.
pub fn command(settings: &str, environment: &str, command: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+@".contains(c);
    let settings = match settings.chars().all(is_plain) {
        true => settings.to_owned(),
        false => format!("'{}'", settings.replace('\'', "'\\''")),
    };
    format!("tempostar --config {settings} --env {environment} {command}")
}

problems! {
    exit Settings, ends WithRun, who [Support];

    Warning not_sent = "mail-not-sent" () {
        ja: "店舗管理者へのメールを送れませんでした。次の実行で送り直します",
        en: "the mail to the shop manager did not go out; the next run tries again",
        hint_ja: "設定ファイルの[mail]をご確認ください。「tempostar check-settings --send-test-mail」で試せます。",
        hint_en: "check [mail] in the settings file; `tempostar check-settings --send-test-mail` tries it",
    }
    Warning not_notified = "notify-failed" (command: &str, reason: &str) {
        ja: "[notify]のコマンド「{command}」が失敗しました（{reason}）。処理の結果には影響しません",
        en: "the command {command} of [notify] failed ({reason}); that changes nothing of the run",
        hint_ja: "コマンドを単独で実行し、標準入力からJSONを1つ受け取って10秒以内に終了コード0で終わるかをご確認ください。",
        hint_en: "run it by itself: it gets one JSON object on its standard input, and must end with exit code 0 within 10 s",
    }
    Error no_notify_command = "notify-command" (command: &str) {
        ja: "[notify]のコマンド「{command}」がないか、実行できません",
        en: "the command {command} of [notify] is not there, or cannot be executed",
        hint_ja: "設定ファイルの[notify] commandの場所と、このユーザに実行の権限があるかをご確認ください。",
        hint_en: "check `command` in [notify], and that this user may execute it",
    }
    Error unreachable = "mail-unreachable" (host: &str, port: u16, reason: &str) exit Remote {
        ja: "メールサーバ{host}（ポート{port}）につながりません（{reason}）",
        en: "the mail server {host}:{port} cannot be reached ({reason})",
        hint_ja: "設定ファイルの[mail]のhostとport、ネットワークとファイアウォールをご確認ください。",
        hint_en: "check `host` and `port` in [mail], the network and the firewall",
    }
    Error timed_out = "mail-timeout" (host: &str, port: u16, seconds: u64) exit Remote {
        ja: "{seconds}秒待ちましたが、メールサーバ{host}（ポート{port}）から応答がありませんでした",
        en: "no answer from the mail server {host}:{port} within {seconds} s",
        hint_ja: "設定ファイルの[mail]のportとtlsの組み合わせ（例: 587とstarttls、465とtls）、サーバの状態をご確認ください。",
        hint_en: "check that `port` and `tls` in [mail] fit together (587 with starttls, 465 with tls), and the server",
    }
    Error not_understood = "mail-not-understood" (host: &str, port: u16, reason: &str) {
        ja: "メールサーバ{host}（ポート{port}）との通信がうまくいきませんでした（{reason}）",
        en: "the mail server {host}:{port} does not answer as one should ({reason})",
        hint_ja: "設定ファイルの[mail]のportとtlsの組み合わせ（例: 587とstarttls、465とtls）をご確認ください。",
        hint_en: "check that `port` and `tls` in [mail] fit together (587 with starttls, 465 with tls)",
    }
    Error starttls_missing = "mail-starttls-missing" (host: &str, port: u16) {
        ja: "メールサーバ{host}（ポート{port}）が暗号化（STARTTLS）に対応していません",
        en: "the mail server {host}:{port} does not offer STARTTLS",
        hint_ja: "portをご確認ください（STARTTLSは多くの場合587）。サーバが最初からTLSで話すポート（多くの場合465）であればtls = \"tls\"と設定してください。",
        hint_en: "check `port` (STARTTLS is mostly on 587); for a port that speaks TLS from the start (mostly 465) set tls = \"tls\"",
    }
    Error tls_failed = "mail-tls-failed" (host: &str, port: u16, reason: &str) {
        ja: "メールサーバ{host}（ポート{port}）との通信を暗号化（TLS）できませんでした（{reason}）",
        en: "cannot secure the connection to the mail server {host}:{port} ({reason})",
        hint_ja: "hostに証明書と同じサーバ名を書いているか、portとtlsの組み合わせが正しいかをご確認ください。社内の認証局などの証明書であれば、そのCA証明書を[mail]のca_fileに指定してください。",
        hint_en: "`host` must be the name in the server's certificate, and `port` and `tls` must fit together; name a CA of your own in `ca_file` of [mail]",
    }
    Error ca_file = "mail-ca-file" (path: &str, reason: &str) {
        ja: "[mail]のca_file（CA証明書のファイル）「{path}」を使えません（{reason}）",
        en: "the CA file {path} in [mail] cannot be used ({reason})",
        hint_ja: "PEM形式（-----BEGIN CERTIFICATE----- で始まるテキスト）のファイルか、読み取り権限があるかをご確認ください。",
        hint_en: "it must be a readable PEM file (text with -----BEGIN CERTIFICATE-----)",
    }
    Error login_refused = "mail-login-refused" (user: &str, reply: &str) {
        ja: "メールサーバが、ユーザ「{user}」のログインを拒否しました（サーバの応答: 「{reply}」）",
        en: "the mail server refused the login of {user:?}: {reply:?}",
        hint_ja: "設定ファイルの[mail]のuserとパスワードをご確認ください。",
        hint_en: "check `user` and the password in [mail]",
    }
    Error login_unsupported = "mail-login-unsupported" (host: &str, port: u16) {
        ja: "メールサーバ{host}（ポート{port}）は、対応できる方式のログイン（PLAIN・LOGIN）を受け付けていません",
        en: "the mail server {host}:{port} offers no login that we know (PLAIN, LOGIN)",
        hint_ja: "暗号化してから受け付けるサーバが多いため、tlsとportをご確認ください（例: starttlsと587）。ログインが不要なサーバであればuserとパスワードを消してください。",
        hint_en: "many servers offer it only once encrypted: check `tls` and `port` (starttls with 587); if the server wants no login, remove `user` and the password",
    }
    Error sender_refused = "mail-sender-refused" (from: &str, reply: &str) {
        ja: "メールサーバが差出人{from}を拒否しました（サーバの応答: 「{reply}」）",
        en: "the mail server refused the sender {from}: {reply:?}",
        hint_ja: "設定ファイルの[mail]のfromに、このサーバから送れるアドレスを書いてください。ログインが必要なサーバもあります（userとパスワード）。",
        hint_en: "set `from` in [mail] to an address that this server sends for; it may want a login (`user` and the password)",
    }
    Error recipient_refused = "mail-recipient-refused" (to: &str, reply: &str) who [Shop, Support] {
        ja: "メールサーバが宛先{to}を拒否しました（サーバの応答: 「{reply}」）",
        en: "the mail server refused the recipient {to}: {reply:?}",
        hint_ja: "設定ファイルの[shop]のadmin_email（店舗管理者メールアドレス）が正しいか、社外へ送るのにログイン（userとパスワード）が必要でないかをご確認ください。",
        hint_en: "check `admin_email` in [shop], and whether the server wants a login (`user` and the password) for addresses outside",
    }
    Error refused = "mail-refused" (host: &str, port: u16, reply: &str) {
        ja: "メールサーバ{host}（ポート{port}）に拒否されました（サーバの応答: 「{reply}」）",
        en: "the mail server {host}:{port} refused it: {reply:?}",
        hint_ja: "一時的なものであれば、次回の実行で送り直します。続く場合は、サーバの応答を添えてメールサーバの管理者にお問い合わせください。",
        hint_en: "the next run tries again; if it goes on, show the server's answer to whoever runs the mail server",
    }
    Error sendmail = "mail-sendmail-failed" (reason: &str) {
        ja: "このコンピュータのsendmailでメールを送れませんでした（{reason}）",
        en: "this computer's sendmail could not send the mail ({reason})",
        hint_ja: "sendmail（Postfixやmsmtpなどに付属）が入っていて、PATHから見つかるかをご確認ください。メールサーバへ直接送る場合はtransport = \"smtp\"と設定してください。",
        hint_en: "check that a sendmail (part of Postfix, msmtp and others) is installed and in PATH; to send to a mail server directly, set transport = \"smtp\"",
    }
    Error bad_address = "mail-bad-address" (address: &str) {
        ja: "メールアドレス{address}は送信に使えません", en: "no mail can be sent with the address {address}",
        hint_ja: "設定ファイルの[shop]のadmin_emailと[mail]のfromをご確認ください。",
        hint_en: "check `admin_email` in [shop] and `from` in [mail]",
    }
}
