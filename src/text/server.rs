//! What `remote` has to say.

use crate::moment::Moment;

texts! {
    cannot_note_refusal(why: &str) {
        ja: "ログインを拒否されたことを記録できませんでした（{why}）",
        en: "cannot note that the login was refused: {why}",
    }
    connecting(host: &str, port: u16) {
        ja: "FTPサーバ{host}（ポート{port}）に接続できませんでした",
        en: "cannot connect to the FTP server {host}:{port}",
    }
    securing(host: &str, port: u16) {
        ja: "FTPサーバ{host}（ポート{port}）との通信を暗号化（TLS）できませんでした",
        en: "cannot secure the connection to the FTP server {host}:{port}",
    }
    logging_in(host: &str, port: u16, user: &str) {
        ja: "FTPサーバ{host}（ポート{port}）にユーザ「{user}」でログインできませんでした",
        en: "cannot log in to the FTP server {host}:{port} as {user:?}",
    }
    listing(folder: &str) {
        ja: "FTPサーバのフォルダ「{folder}」の一覧を取得できませんでした",
        en: "cannot list the folder {folder} on the server",
    }
    listing_home() {
        ja: "FTPサーバにログインした直後のフォルダの一覧を取得できませんでした",
        en: "cannot list the folder on the server in which the login ends up",
    }
    opening_data_connection() {
        ja: "FTPサーバとのファイル転送用の接続（パッシブモード）を準備できませんでした",
        en: "cannot prepare a data connection (passive mode)",
    }
    measuring(path: &str) {
        ja: "FTPサーバのファイル「{path}」のサイズを確認できませんでした",
        en: "cannot get the size of {path} on the server",
    }
    downloading(path: &str) { ja: "FTPサーバのファイル「{path}」をダウンロードできませんでした", en: "cannot download {path}" }
    uploading(path: &str) { ja: "FTPサーバの「{path}」へアップロードできませんでした", en: "cannot upload to {path}" }
    renaming(from: &str, to: &str) {
        ja: "FTPサーバのファイル「{from}」を「{to}」へ移動できませんでした",
        en: "cannot rename {from} to {to}",
    }
    making_folder(path: &str) {
        ja: "FTPサーバにフォルダ「{path}」を作成できませんでした",
        en: "cannot make the folder {path} on the server",
    }
    deleting(path: &str) { ja: "FTPサーバのファイル「{path}」を削除できませんでした", en: "cannot delete {path}" }
    asking() { ja: "FTPサーバの機能を確認できませんでした", en: "cannot ask the FTP server what it can do" }
    login_waits(since: Moment, until: Moment) {
        ja: "アカウントがロックされないように、{until}まではログインを試みません（{since}に拒否されました）。",
        en: "so that the account is not locked, the login is not tried again before {until} (it was refused at {since})",
    }
    certificate_self_signed() { ja: "サーバが自分で発行した証明書（自己署名）です", en: "it is self-signed" }
    certificate_of_unknown_issuer() {
        ja: "公的な認証局の発行した証明書ではありません", en: "no well-known authority has issued it",
    }
    certificate_of_unknown_issuer_alone() {
        ja: "公的な認証局の発行した証明書ではないか、サーバが中間証明書を送っていません",
        en: "no well-known authority has issued it, or the server does not send the certificates in between",
    }
    certificate_of_a_ca() {
        ja: "サーバ用ではなく認証局（CA）用として作られた自己署名の証明書のため、ca_fileでは信頼できません",
        en: "it is self-signed and made as a CA's, which `ca_file` cannot help",
    }
    hint_pin(fingerprint: &str) {
        ja: "接続先のサーバ名が正しいか、まずご確認ください。サーバの管理者に証明書を確かめたうえで、certificate_sha256 = \"{fingerprint}\"と設定してください（この証明書だけを信頼します）。",
        en: "check the host name first; once the server's owner has confirmed the certificate, trust exactly this one with certificate_sha256 = \"{fingerprint}\"",
    }
}

problems! {
    exit Settings, ends Unseen, who [Support, Savaway];

    Error unknown_host = "ftp-unknown-host" (reason: &str) exit Remote, who [Support] {
        ja: "接続先のアドレスが見つかりません（{reason}）", en: "the host name has no address ({reason})",
        hint_ja: "設定ファイルの[ftp]のurl（FTP接続先URL）のつづりと、このコンピュータのネットワーク接続をご確認ください。",
        hint_en: "check the spelling of `url` in the [ftp] settings, and this computer's network and DNS",
    }
    Error unreachable = "ftp-unreachable" (reason: &str) exit Remote {
        ja: "サーバにつながりません（{reason}）", en: "the server cannot be reached ({reason})",
        hint_ja: "次回の実行で自動的に再試行します。続く場合は、url（接続先）とport（ポート番号）の設定、ネットワークとファイアウォールをご確認ください。",
        hint_en: "the next run tries again; if it goes on, check `url`, `port`, the network and the firewall",
    }
    Error timed_out = "ftp-timeout" (seconds: u64) exit Remote {
        ja: "{seconds}秒待ちましたが、サーバから応答がありませんでした",
        en: "no answer from the server within {seconds} s",
        hint_ja: "次回の実行で自動的に再試行します。続く場合は、サーバの状態とファイアウォールを確認し、必要ならtimeout_sを大きくしてください。",
        hint_en: "the next run tries again; if it goes on, check the server and the firewall, or raise `timeout_s`",
    }
    Error too_slow = "ftp-too-slow" (bytes: u64, seconds: u64) exit Remote {
        ja: "転送が遅すぎるため打ち切りました（{seconds}秒で{bytes}バイト）",
        en: "given up, because too little was transferred ({bytes} bytes in {seconds} s)",
        hint_ja: "次回の実行で自動的に再試行します。続く場合は、回線とサーバの状態をご確認ください。",
        hint_en: "the next run tries again; if it goes on, check the line and the server",
    }
    Error connection_lost = "ftp-connection-lost" (reason: &str) exit Remote {
        ja: "通信が途中で切れました（{reason}）", en: "the connection broke ({reason})",
        hint_ja: "次回の実行で自動的に再試行します。続く場合は、ネットワークとサーバの状態をご確認ください。",
        hint_en: "the next run tries again; if it goes on, check the network and the server",
    }
    Error data_connection = "ftp-data-connection" (address: &str, reason: &str) exit Remote {
        ja: "ファイル転送用の接続（{address}）を開けませんでした（{reason}）",
        en: "the data connection to {address} cannot be opened ({reason})",
        hint_ja: "パッシブモードで使うポートへの外向きの通信が、ファイアウォールで止められていないかご確認ください。",
        hint_en: "check that the firewall allows outgoing connections to the server's passive ports",
    }
    Error not_understood = "ftp-not-understood" (answer: &str) exit Remote {
        ja: "サーバの応答を解釈できませんでした（応答: 「{answer}」）",
        en: "the server's answer makes no sense here: {answer:?}",
        hint_ja: "接続先とポート番号がFTPサーバのものかご確認ください。正しい場合は、次回の実行で自動的に再試行します。",
        hint_en: "check that `url` and `port` are those of an FTP server; if they are, the next run tries again",
    }
    Error ssh_server = "ftp-port-of-ssh" (words: &str) exit Remote, who [Support] {
        ja: "FTPサーバではなく、SSH（SFTP）のサーバです（サーバの応答: 「{words}」）",
        en: "an SSH (SFTP) server answers there, and its answer makes no sense here: {words:?}",
        hint_ja: "portをFTPのポート番号（通常21）にしてください。",
        hint_en: "set `port` to FTP's, which is usually 21",
    }
    Error web_server = "ftp-port-of-web" (words: &str) exit Remote, who [Support] {
        ja: "FTPサーバではなく、Webサーバです（サーバの応答: 「{words}」）",
        en: "a web server answers there, and its answer makes no sense here: {words:?}",
        hint_ja: "portをFTPのポート番号（通常21）にしてください。",
        hint_en: "set `port` to FTP's, which is usually 21",
    }
    Error mail_server = "ftp-port-of-mail" (words: &str) exit Remote, who [Support] {
        ja: "FTPサーバではなく、メールサーバです（サーバの応答: 「{words}」）",
        en: "a mail server answers there, and its answer makes no sense here: {words:?}",
        hint_ja: "portをFTPのポート番号（通常21）にしてください。",
        hint_en: "set `port` to FTP's, which is usually 21",
    }
    Error tls_at_once = "ftp-port-of-tls" () exit Remote, who [Support] {
        ja: "接続と同時に暗号化を始めるサーバ（Implicit FTPSやHTTPS）ですが、設定ではそうなっていません",
        en: "the server there expects encryption from the start (implicit FTPS or HTTPS), and the settings do not",
        hint_ja: "Implicit FTPSのサーバであれば、tls = \"implicit\"と設定してください。そうでなければ、portをFTPのポート番号（通常21）にしてください。",
        hint_en: "set tls = \"implicit\" if this is an FTP server; if not, set `port` to FTP's, which is usually 21",
    }
    Error not_implicit = "ftp-port-without-tls" (words: &str) who [Support] {
        ja: "設定では接続と同時に暗号化を始めることになっていますが（tls = \"implicit\"）、サーバは暗号化せずに応答しました（サーバの応答: 「{words}」）",
        en: "tls = \"implicit\" means encryption from the start, but the server there answers without it: {words:?}",
        hint_ja: "tls = \"explicit\"と設定してください。", hint_en: "set tls = \"explicit\"",
    }
    Error busy = "ftp-server-busy" (reply: &str) exit Remote {
        ja: "サーバが一時的に処理を受け付けませんでした（サーバの応答: 「{reply}」）",
        en: "the server could not do it for now: {reply:?}",
        hint_ja: "次回の実行で自動的に再試行します。続く場合は、サーバの応答を添えてTEMPOSTARのサポートへお問い合わせください。",
        hint_en: "the next run tries again; if it goes on, show the server's answer to TEMPOSTAR's support",
    }
    Error server_full = "ftp-server-full" (reply: &str) exit Remote, who [Savaway, Support] {
        ja: "FTPサーバの空き容量が足りません（サーバの応答: 「{reply}」）",
        en: "there is no room on the server: {reply:?}",
        hint_ja: "SAVAWAY様にFTPサーバの空きをご確認ください。archiveやerrorフォルダの不要なファイルを削除しても空きができます。",
        hint_en: "ask SAVAWAY about the room on the server; deleting what is no longer needed from its archive and error folders makes some, too",
    }
    Error tls_refused = "ftp-tls-refused" (reply: &str) who [Support] {
        ja: "サーバが暗号化通信（AUTH TLS）に対応していません（サーバの応答: 「{reply}」）",
        en: "the server refuses AUTH TLS: {reply:?}",
        hint_ja: "接続先とポート番号をご確認ください。暗号化なしでよいことを確認できた場合に限り、tls = \"none\"と設定してください（パスワードも暗号化されずに送られます）。",
        hint_en: "check `url` and `port`; only if the server is meant to be used without encryption, set tls = \"none\" (the password then travels unencrypted)",
    }
    Error tls_failed = "ftp-tls-failed" (reason: &str) who [Support] {
        ja: "暗号化通信（TLS）の開始に失敗しました（{reason}）", en: "the TLS handshake failed ({reason})",
        hint_ja: "サーバの対応するTLSのバージョンに合わせてtls_minとtls_maxを設定してください（例: tls_max = \"1.3\"）。接続先とポート番号もご確認ください。",
        hint_en: "set `tls_min` and `tls_max` to what the server speaks (for instance tls_max = \"1.3\"), and check `url` and `port`",
    }
    Error tls_too_old = "ftp-tls-too-old" (reason: &str) who [Savaway] {
        ja: "サーバは、安全でない古い版の暗号化（TLS 1.0か1.1）にしか対応していません（{reason}）",
        en: "the server speaks only TLS 1.0 or 1.1, which are no longer safe ({reason})",
        hint_ja: "サーバの管理者に、TLS 1.2に対応するようご依頼ください。設定ファイルでは解決できません。",
        hint_en: "have the server's owner enable TLS 1.2; no setting helps",
    }
    Error tls_ciphers = "ftp-tls-no-common-cipher" (reason: &str) who [Savaway] {
        ja: "サーバと共通して使える安全な暗号方式がありません（{reason}）。サーバが、鍵交換にRSAを使う古い方式にしか対応していないことが考えられます",
        en: "no safe cipher is known to both sides ({reason}); the server may know only old ones that exchange keys by RSA",
        hint_ja: "サーバの管理者に、TLS 1.2のECDHEの暗号方式を有効にするようご依頼ください。tls_minとtls_maxを変えても解決しません。",
        hint_en: "have the server's owner enable ciphers with ECDHE (TLS 1.2); `tls_min` and `tls_max` do not help",
    }
    Error tls_required = "ftp-tls-required" (reply: &str) who [Support] {
        ja: "サーバが暗号化通信（TLS）を求めています（サーバの応答: 「{reply}」）",
        en: "the server demands encryption: {reply:?}",
        hint_ja: "設定ファイルの[ftp]でtls = \"explicit\"と設定してください。",
        hint_en: "set tls = \"explicit\" in the [ftp] settings",
    }
    Error session_reuse = "ftp-tls-session-reuse" (reply: &str) {
        ja: "サーバが、転送用の接続でも同じ暗号化セッションを使い続けること（TLSセッションの再利用）を求めています（サーバの応答: 「{reply}」）",
        en: "the server demands that its TLS session is reused for the data connection: {reply:?}",
        hint_ja: "tls_minとtls_maxをどちらも\"1.2\"にしてください（既定値です）。それでも続く場合は、サーバの応答を添えてTEMPOSTARのサポートへお問い合わせください。",
        hint_en: "set both `tls_min` and `tls_max` to \"1.2\" (the default); if it goes on, show the server's answer to TEMPOSTAR's support",
    }
    Error certificate_untrusted = "ftp-certificate-untrusted" (fingerprint: &str) {
        ja: "サーバの証明書を信頼できません（証明書のSHA-256: {fingerprint}）",
        en: "the server's certificate is not trusted (its SHA-256 is {fingerprint})",
        hint_ja: "接続先のサーバ名が正しいか、まずご確認ください。サーバの管理者に証明書を確かめたうえで、発行元のCA証明書をca_fileに指定するか、この証明書だけを信頼する場合はcertificate_sha256 = \"{fingerprint}\"と設定してください。",
        hint_en: "check the host name first; once the server's owner has confirmed the certificate, either name its CA in `ca_file`, or trust exactly this certificate with certificate_sha256 = \"{fingerprint}\"",
    }
    Error certificate_expired = "ftp-certificate-expired" (on: &str, fingerprint: &str)
        who [Savaway, Support] {
        ja: "サーバの証明書の有効期限が、{on}に切れています（証明書のSHA-256: {fingerprint}）",
        en: "the server's certificate has expired on {on} (its SHA-256 is {fingerprint})",
        hint_ja: "サーバの管理者に、証明書の更新を依頼してください。更新までの間だけ使う場合は、証明書を確かめたうえでcertificate_sha256 = \"{fingerprint}\"と設定してください。",
        hint_en: "have the server's owner renew it; to go on until then, once the owner has confirmed the certificate, set certificate_sha256 = \"{fingerprint}\"",
    }
    Error certificate_not_valid_yet = "ftp-certificate-not-valid-yet" (from: &str) {
        ja: "サーバの証明書は、{from}から有効になるものです",
        en: "the server's certificate is valid only from {from} on",
        hint_ja: "このコンピュータの日時が正しいかご確認ください。正しい場合は、サーバの管理者へお問い合わせください。",
        hint_en: "check this computer's clock; if it is right, ask the server's owner",
    }
    Error certificate_of_another_host = "ftp-certificate-other-host" (host: &str, names: &str, fingerprint: &str) {
        ja: "サーバの証明書は「{host}」のものではなく、「{names}」のものです（証明書のSHA-256: {fingerprint}）",
        en: "the server's certificate is not for {host}, but for {names} (its SHA-256 is {fingerprint})",
        hint_ja: "接続先（url）が正しいサーバ名かご確認ください。正しいことをサーバの管理者に確かめられた場合は、certificate_sha256 = \"{fingerprint}\"と設定すると、この証明書だけを信頼します。",
        hint_en: "check the host name in `url`; if the server's owner confirms that host and certificate are right, set certificate_sha256 = \"{fingerprint}\"",
    }
    Error certificate_changed = "ftp-certificate-not-pinned" (fingerprint: &str) {
        ja: "サーバの証明書が、設定（certificate_sha256）のものと違います（サーバの証明書のSHA-256: {fingerprint}）",
        en: "the server's certificate is not the one in `certificate_sha256` (its SHA-256 is {fingerprint})",
        hint_ja: "サーバの証明書が更新された可能性があります。必ずサーバの管理者に確かめたうえで、certificate_sha256 = \"{fingerprint}\"に書き換えるか、certificate_sha256の代わりにca_fileを設定してください。",
        hint_en: "the server may have a new certificate: ask its owner, then set certificate_sha256 = \"{fingerprint}\", or use `ca_file` instead",
    }
    Error ca_file = "ftp-ca-file" (path: &str, reason: &str) who [Support] {
        ja: "CA証明書のファイル（ca_file）「{path}」を使えません（{reason}）",
        en: "the CA file {path} cannot be used ({reason})",
        hint_ja: "PEM形式（-----BEGIN CERTIFICATE----- で始まるテキスト）のファイルか、読み取り権限があるかをご確認ください。",
        hint_en: "it must be a readable PEM file (text with -----BEGIN CERTIFICATE-----)",
    }
    Error login_refused = "ftp-login-refused" (reply: &str) who [Support, Shop] {
        ja: "サーバがログインを拒否しました（サーバの応答: 「{reply}」）",
        en: "the server refused the login: {reply:?}",
        hint_ja: "user（FTPユーザID）とパスワードの設定をご確認ください。テスト環境と本番環境では別のものを使います。",
        hint_en: "check `user` and the password; demo and production have different ones",
    }
    Error password_expired = "ftp-password-expired" (reply: &str) who [Support, Shop] {
        ja: "FTPのパスワードの有効期限が切れています（サーバの応答: 「{reply}」）",
        en: "the FTP password has expired: {reply:?}",
        hint_ja: "TEMPOSTAR側で新しいパスワードを設定し、設定ファイルのパスワードを書き換えてください。",
        hint_en: "have a new password set at TEMPOSTAR, and write it into the settings",
    }
    Error account_locked = "ftp-account-locked" (reply: &str) who [Savaway, Support] {
        ja: "FTPのアカウントがロックされています（サーバの応答: 「{reply}」）",
        en: "the FTP account is locked: {reply:?}",
        hint_ja: "SAVAWAY様へロックの解除を依頼し、設定ファイルのuser（FTPユーザID）とパスワードをご確認ください。",
        hint_en: "ask SAVAWAY to unlock it, and check `user` and the password in the settings",
    }
    Error folder_missing = "ftp-folder-missing" (folder: &str, reply: &str) {
        ja: "フォルダ「{folder}」がないか、開く権限がありません（サーバの応答: 「{reply}」）",
        en: "the folder {folder} does not exist or must not be opened: {reply:?}",
        hint_ja: "設定ファイルのinbox・outboxのフォルダ名とショップコードをご確認ください。正しい場合は、サーバにフォルダを用意してもらってください。",
        hint_en: "check the folder in `inbox` or `outbox` and the shop code; if they are right, have the folder made on the server",
    }
    Error file_missing = "ftp-file-missing" (reply: &str) exit Remote, who [Support] {
        ja: "ファイルがサーバにありません（サーバの応答: 「{reply}」）",
        en: "the file is not on the server: {reply:?}",
        hint_ja: "ほかの人やプログラムが移動または削除していないかご確認ください。",
        hint_en: "check whether somebody or another program has moved or deleted it",
    }
    Error forbidden = "ftp-forbidden" (reply: &str) {
        ja: "サーバに許可されませんでした（サーバの応答: 「{reply}」）",
        en: "the server does not allow it: {reply:?}",
        hint_ja: "フォルダがあるか、このFTPユーザに読み書きの権限があるかを、サーバの管理者にご確認ください。",
        hint_en: "ask the server's owner whether the folder exists and this user may read and write there",
    }
    Error refused = "ftp-refused" (reply: &str) exit Remote {
        ja: "サーバに拒否されました（サーバの応答: 「{reply}」）", en: "the server refused it: {reply:?}",
        hint_ja: "サーバの応答を添えてTEMPOSTARのサポートへお問い合わせください。",
        hint_en: "show the server's answer to TEMPOSTAR's support",
    }
    Error size_unsupported = "ftp-size-unsupported" (reply: &str) {
        ja: "サーバがファイルサイズの確認（SIZE）に対応していないため、転送が完全かどうかを確かめられません（サーバの応答: 「{reply}」）",
        en: "the server does not know SIZE, so that no transfer can be verified: {reply:?}",
        hint_ja: "SIZEコマンドを使えるようにできるか、サーバの管理者にお問い合わせください。",
        hint_en: "ask the server's owner to allow the SIZE command",
    }
    Error command_unsupported = "ftp-command-unsupported" (command: &str, reply: &str) {
        ja: "サーバが、連携に必要なコマンド（{command}）に対応していません（サーバの応答: 「{reply}」）",
        en: "the server does not know {command}, which the exchange needs: {reply:?}",
        hint_ja: "{command}コマンドを使えるようにできるか、サーバの管理者にお問い合わせください。",
        hint_en: "ask the server's owner to allow the command {command}",
    }
    Error incomplete = "ftp-incomplete" (transferred: u64, on_server: u64) exit Remote, who [Support] {
        ja: "転送したサイズ（{transferred}バイト）とサーバ上のサイズ（{on_server}バイト）が一致しません",
        en: "{transferred} bytes were transferred, but the file on the server has {on_server}",
        hint_ja: "次回の実行で自動的に再試行します。続く場合は、サーバの空き容量とネットワークをご確認ください。",
        hint_en: "the next run tries again; if it goes on, check the room on the server and the network",
    }
    Error vanished = "ftp-file-vanished" (transferred: u64, reply: &str) exit Remote, who [Support] {
        ja: "{transferred}バイトを転送しましたが、直後に確認するとファイルがサーバにありませんでした（サーバの応答: 「{reply}」）",
        en: "{transferred} bytes were transferred, but the file is not on the server afterwards: {reply:?}",
        hint_ja: "ほかの人やプログラムが同時に移動または削除していないかご確認ください。",
        hint_en: "check whether somebody or another program moves or deletes it at the same time",
    }
    Error changed = "ftp-file-changed" (before: u64, now: u64) exit Remote, who [Support] {
        ja: "ダウンロード中にファイルのサイズが{before}バイトから{now}バイトに変わりました",
        en: "the file changed from {before} to {now} bytes meanwhile",
        hint_ja: "まだ書き込み中のファイルと考えられます。次回の実行で取り込みます。続く場合はsettle_sを大きくしてください。",
        hint_en: "it is probably still being written: the next run takes it; if it goes on, raise `settle_s`",
    }
    Error bad_name = "ftp-bad-name" (name: &str) who [Support] {
        ja: "名前{name:?}には、FTPで使えない文字が含まれています",
        en: "the name {name:?} contains characters that FTP cannot carry",
        hint_ja: "改行などの制御文字を取り除いてください。",
        hint_en: "remove line breaks and other control characters",
    }
    Error local_file = "ftp-local-file" (path: &str, reason: &str) who [Support] {
        ja: "このコンピュータのファイル「{path}」を読み書きできません（{reason}）",
        en: "the local file {path} cannot be read or written ({reason})",
        hint_ja: "work_dirのフォルダの権限と、ディスクの空き容量をご確認ください。",
        hint_en: "check the permissions of `work_dir` and the room on the disk",
    }
}
