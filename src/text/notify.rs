//! What `notify` has to say: why a mail does not go out, and the mails themselves.

texts! {
    test_mail_subject(shop: &str) {
        ja: "[TEMPOSTAR連携] {shop}: テストメール",
        en: "[TEMPOSTAR link] {shop}: test mail",
    }
    test_mail(shop: &str) {
        ja: "「{shop}」の TEMPOSTAR 連携からのテストメールです。",
        en: "This is a test mail from the link between {shop} and TEMPOSTAR.",
    }
    test_mail_nothing_to_do() {
        ja: "このメールが届いていれば、連携に問題が起きたときのお知らせも、このアドレスに届きます。ご対応は必要ありません。",
        en: "If you read this, you will also be told when the link has a problem. There is nothing to do.",
    }
    test_mail_facts(time: &str, environment: &str) {
        ja: "送信日時: {time}（日本時間） / 環境: {environment} / コマンド: tempostar check-settings --send-test-mail",
        en: "Sent {time} (Japan time) from {environment} by: tempostar check-settings --send-test-mail",
    }
}

problems! {
    error unreachable = "mail-unreachable" (host: &str, port: u16, reason: &str) {
        ja: "メールサーバ {host}（ポート {port}）につながりません（{reason}）",
        en: "the mail server {host}:{port} cannot be reached ({reason})",
        hint_ja: "設定ファイルの［mail］の host と port、ネットワークとファイアウォールをご確認ください。",
        hint_en: "check `host` and `port` in [mail], the network and the firewall",
    }
    error timed_out = "mail-timeout" (host: &str, port: u16, seconds: u64) {
        ja: "{seconds}秒待ちましたが、メールサーバ {host}（ポート {port}）から応答がありませんでした",
        en: "no answer from the mail server {host}:{port} within {seconds} s",
        hint_ja: "設定ファイルの［mail］の port と tls の組み合わせ（例: 587 と starttls、465 と tls）、サーバの状態をご確認ください。",
        hint_en: "check that `port` and `tls` in [mail] fit together (587 with starttls, 465 with tls), and the server",
    }
    error not_understood = "mail-not-understood" (host: &str, port: u16, reason: &str) {
        ja: "メールサーバ {host}（ポート {port}）との通信がうまくいきませんでした（{reason}）",
        en: "the mail server {host}:{port} does not answer as one should ({reason})",
        hint_ja: "設定ファイルの［mail］の port と tls の組み合わせ（例: 587 と starttls、465 と tls）をご確認ください。",
        hint_en: "check that `port` and `tls` in [mail] fit together (587 with starttls, 465 with tls)",
    }
    error starttls_missing = "mail-starttls-missing" (host: &str, port: u16) {
        ja: "メールサーバ {host}（ポート {port}）が暗号化（STARTTLS）に対応していません",
        en: "the mail server {host}:{port} does not offer STARTTLS",
        hint_ja: "port をご確認ください（STARTTLS は多くの場合 587）。サーバが最初から TLS で話すポート（多くの場合 465）であれば tls = \"tls\" と設定してください。",
        hint_en: "check `port` (STARTTLS is mostly on 587); for a port that speaks TLS from the start (mostly 465) set tls = \"tls\"",
    }
    error tls_failed = "mail-tls-failed" (host: &str, port: u16, reason: &str) {
        ja: "メールサーバ {host}（ポート {port}）との通信を暗号化（TLS）できませんでした（{reason}）",
        en: "cannot secure the connection to the mail server {host}:{port} ({reason})",
        hint_ja: "host に証明書と同じサーバ名を書いているか、port と tls の組み合わせが正しいかをご確認ください。社内の認証局などの証明書であれば、その CA 証明書を［mail］の ca_file に指定してください。",
        hint_en: "`host` must be the name in the server's certificate, and `port` and `tls` must fit together; name a CA of your own in `ca_file` of [mail]",
    }
    error ca_file = "mail-ca-file" (path: &str, reason: &str) {
        ja: "［mail］の ca_file（CA証明書のファイル）「{path}」を使えません（{reason}）",
        en: "the CA file {path} in [mail] cannot be used ({reason})",
        hint_ja: "PEM形式（-----BEGIN CERTIFICATE----- で始まるテキスト）のファイルか、読み取り権限があるかをご確認ください。",
        hint_en: "it must be a readable PEM file (text with -----BEGIN CERTIFICATE-----)",
    }
    error login_refused = "mail-login-refused" (user: &str, reply: &str) {
        ja: "メールサーバが、ユーザ「{user}」のログインを拒否しました（サーバの応答: 「{reply}」）",
        en: "the mail server refused the login of {user:?}: {reply:?}",
        hint_ja: "設定ファイルの［mail］の user とパスワードをご確認ください。",
        hint_en: "check `user` and the password in [mail]",
    }
    error login_unsupported = "mail-login-unsupported" (host: &str, port: u16) {
        ja: "メールサーバ {host}（ポート {port}）は、対応できる方式のログイン（PLAIN・LOGIN）を受け付けていません",
        en: "the mail server {host}:{port} offers no login that we know (PLAIN, LOGIN)",
        hint_ja: "暗号化してから受け付けるサーバが多いため、tls と port をご確認ください（例: starttls と 587）。ログインが不要なサーバであれば user とパスワードを消してください。",
        hint_en: "many servers offer it only once encrypted: check `tls` and `port` (starttls with 587); if the server wants no login, remove `user` and the password",
    }
    error sender_refused = "mail-sender-refused" (from: &str, reply: &str) {
        ja: "メールサーバが差出人 {from} を拒否しました（サーバの応答: 「{reply}」）",
        en: "the mail server refused the sender {from}: {reply:?}",
        hint_ja: "設定ファイルの［mail］の from に、このサーバから送れるアドレスを書いてください。ログインが必要なサーバもあります（user とパスワード）。",
        hint_en: "set `from` in [mail] to an address that this server sends for; it may want a login (`user` and the password)",
    }
    error recipient_refused = "mail-recipient-refused" (to: &str, reply: &str) {
        ja: "メールサーバが宛先 {to} を拒否しました（サーバの応答: 「{reply}」）",
        en: "the mail server refused the recipient {to}: {reply:?}",
        hint_ja: "設定ファイルの［shop］の admin_email（店舗管理者メールアドレス）が正しいか、社外へ送るのにログイン（user とパスワード）が必要でないかをご確認ください。",
        hint_en: "check `admin_email` in [shop], and whether the server wants a login (`user` and the password) for addresses outside",
    }
    error refused = "mail-refused" (host: &str, port: u16, reply: &str) {
        ja: "メールサーバ {host}（ポート {port}）に拒否されました（サーバの応答: 「{reply}」）",
        en: "the mail server {host}:{port} refused it: {reply:?}",
        hint_ja: "一時的なものであれば、次回の実行で送り直します。続く場合は、サーバの応答を添えてメールサーバの管理者にお問い合わせください。",
        hint_en: "the next run tries again; if it goes on, show the server's answer to whoever runs the mail server",
    }
    error sendmail = "mail-sendmail-failed" (reason: &str) {
        ja: "このコンピュータの sendmail でメールを送れませんでした（{reason}）",
        en: "this computer's sendmail could not send the mail ({reason})",
        hint_ja: "sendmail（Postfix や msmtp などに付属）が入っていて、PATH から見つかるかをご確認ください。メールサーバへ直接送る場合は transport = \"smtp\" と設定してください。",
        hint_en: "check that a sendmail (part of Postfix, msmtp and others) is installed and in PATH; to send to a mail server directly, set transport = \"smtp\"",
    }
    error bad_address = "mail-bad-address" (address: &str) {
        ja: "メールアドレス {address} は送信に使えません",
        en: "no mail can be sent with the address {address}",
        hint_ja: "設定ファイルの［shop］の admin_email と［mail］の from をご確認ください。",
        hint_en: "check `admin_email` in [shop] and `from` in [mail]",
    }
}
