//! What `settings` has to say; the setting's name, its file, line and key are put in front by the reader.

texts! {
    /// What is said of a setting that has a name in the shop's set-up screens.
    of_setting(name: &str, message: &str) { ja: "設定「{name}」: {message}", en: "{name}: {message}" }

    // What is wrong with the TOML itself.
    toml_quote() { ja: "閉じる\"がありません", en: "a closing \" is missing" }
    toml_apostrophe() { ja: "閉じる ' がありません", en: "a closing ' is missing" }
    toml_equals() { ja: "項目名の後ろに = がありません", en: "there is no = behind the key" }
    toml_table() { ja: "見出しを閉じる ]がありません", en: "the table's closing ] is missing" }
    toml_array() { ja: "閉じる ]がありません", en: "a closing ] is missing" }
    toml_key() { ja: "項目名に使えない文字があります", en: "a character that cannot stand in a key" }
    toml_no_key() { ja: "= の前に項目名がありません", en: "there is no key in front of the =" }
    toml_flag() { ja: "trueとfalseは小文字で書きます", en: "true and false are written in small letters" }
    toml_zero() {
        ja: "数字の先頭に0は書けません。コードであれば\"で囲みます",
        en: "a number cannot begin with 0; a code belongs in double quotes",
    }
    toml_rest() { ja: "値の後ろに余分な文字があります", en: "something stands behind the value that does not belong there" }
    toml_other() {
        ja: "設定ファイルの書き方（TOML）として読めません",
        en: "this cannot be read as TOML, the format of settings files",
    }
    toml_backslash() {
        ja: "\"の中の \\ は \\\\ と2つ重ねて書きます", en: "inside double quotes a \\ is written twice: \\\\",
    }
}

problems! {
    exit Settings, ends Unseen, who [Support];

    // The file as a whole.
    Error file_not_given = "settings-file-not-found" (places: &str) {
        ja: "設定ファイルが見つかりません。次の場所を探しました: {places}",
        en: "no settings file; looked for {places}",
        hint_ja: "「tempostar init」で作成するか、--configで設定ファイルの場所を指定してください。",
        hint_en: "make one with `tempostar init`, or name the file with --config",
    }
    Error file_missing = "settings-file-missing" () {
        ja: "指定された設定ファイルがありません。", en: "the settings file does not exist",
        hint_ja: "--configまたは環境変数TEMPOSTAR_CONFIGに書いた場所と名前をご確認ください。",
        hint_en: "check the path given with --config or TEMPOSTAR_CONFIG",
    }
    Error file_is_folder = "settings-file-is-folder" () {
        ja: "設定ファイルとして指定された場所はフォルダです。", en: "this is a folder, not a settings file",
        hint_ja: "フォルダの中の設定ファイル（tempostar.tomlなど）まで指定してください。",
        hint_en: "name the file inside it",
    }
    Error file_unreadable = "settings-file-unreadable" (reason: &str) {
        ja: "設定ファイルを読み込めません（{reason}）。", en: "cannot read the settings file: {reason}",
        hint_ja: "実行するユーザに、このファイルの読み取り権限があるかご確認ください。",
        hint_en: "let the user who runs this read the file",
    }
    Error file_not_utf8 = "settings-file-not-utf8" () {
        ja: "文字コードがUTF-8ではありません。この行に読み取れない文字があります。",
        en: "not UTF-8 from this line on",
        hint_ja: "設定ファイルを文字コード「UTF-8」で保存し直してください。",
        hint_en: "save the file as UTF-8",
    }
    Error syntax = "settings-syntax" (column: usize, detail: &str, detail_en: &str) {
        ja: "{column}文字目の書き方が正しくありません（{detail}）。", en: "column {column}: {detail_en}",
        hint_ja: "「項目名 = 値」の形になっているか、文字が\"で囲まれているか、[ ]が閉じているかをご確認ください。",
        hint_en: "write `key = value`, text in double quotes, and close every bracket",
    }
    Error syntax_unquoted = "settings-syntax-unquoted" (column: usize) {
        ja: "{column}文字目: 値が\"で囲まれていません。", en: "column {column}: text without quotes",
        hint_ja: "文字の値は前後を半角の\"で囲んでください。", hint_en: "put the value in double quotes",
    }
    Error syntax_flag = "settings-syntax-flag" (written: &str, meaning: &str) {
        ja: "「{written}」という値は使えません。", en: "{written} is not a possible value",
        hint_ja: "はい・いいえはtrue・falseと書きます。{written}を{meaning}に書き換えてください。",
        hint_en: "yes and no are true and false: write {meaning} in place of {written}",
    }
    Error syntax_percent = "settings-syntax-percent" (written: &str, number: &str) {
        ja: "「{written}」に数字以外の文字が付いています。", en: "{written} is more than a number",
        hint_ja: "単位を付けずに、{number}と書いてください。", hint_en: "write {number}, without the unit",
    }
    Error windows_path = "path-of-windows" () {
        ja: "Windowsのファイルの場所（C:\\ など）が書かれています。",
        en: "this is a path of Windows, with a drive or backslashes",
        hint_ja: "このコンピュータでの場所を、/home/shop/demo.passのように / で区切って書いてください。ファイルがまだWindowsのコンピュータにある場合は、先にこのコンピュータへ移してください。",
        hint_en: "write the path on this computer, with slashes, as in /home/shop/demo.pass; a file that lies on a computer with Windows still has to be copied here first",
    }
    Error home_path = "path-of-home" (home: &str) {
        ja: "~ はここでは使えません。", en: "~ means nothing here",
        hint_ja: "~ の代わりに{home}と書いてください。", hint_en: "write {home} in place of ~",
    }
    Error invisible = "settings-invisible-character" (code: &str) {
        ja: "値に、目に見えない文字（{code}）が入っています。Webページやメールから写したときに入ることがあります。",
        en: "holds a character that cannot be seen ({code}), as a copy from a web page or mail may",
        hint_ja: "値をすべて消し、写さずにキーボードで入力し直してください。",
        hint_en: "delete the whole value and type it instead of pasting it",
    }
    Error syntax_full_width = "settings-syntax-full-width" (column: usize) {
        ja: "{column}文字目に全角の文字（または全角の空白・引用符）が入っています。",
        en: "column {column}: a full-width character, blank or quotation mark",
        hint_ja: "項目名、=、\"、数字、空白は、すべて半角で書いてください。",
        hint_en: "write keys, =, quotation marks, numbers and blanks with ordinary (half-width) characters",
    }
    Error syntax_duplicate = "settings-duplicate-key" (column: usize) {
        ja: "{column}文字目: 同じ項目がすでに書かれています。",
        en: "column {column}: this key stands here a second time",
        hint_ja: "どちらか一方を残し、もう一方を消してください。", hint_en: "keep one of the two",
    }

    // Keys and kinds of values.
    Error unknown_key = "settings-unknown-key" (name: &str, nearest: &str) {
        ja: "「{name}」という設定項目はありません。", en: "there is no setting {name:?}",
        hint_ja: "「{nearest}」の間違いではありませんか。", hint_en: "did you mean {nearest}?",
    }
    Error more_problems = "settings-more-problems" (more: usize) {
        ja: "設定ファイルの誤りがほかに{more}件あります。", en: "more slips in the settings file: {more}",
        hint_ja: "指定したファイルがtempostarの設定ファイルかご確認ください。",
        hint_en: "is this file the settings file of tempostar?",
    }
    Error missing = "settings-missing" (key: &str) {
        ja: "必須の設定が書かれていません。", en: "is required and not set",
        hint_ja: "設定ファイルに{key}を書き加えてください。", hint_en: "set {key}",
    }
    Error not_a_table = "settings-not-a-table" (key: &str) {
        ja: "ここには値ではなく、設定のまとまりを書きます。", en: "must be a table, not a value",
        hint_ja: "[{key}]という行の下に設定項目を並べてください。",
        hint_en: "write a line [{key}] and the settings below it",
    }
    Error not_tables = "settings-not-tables" (key: &str) {
        ja: "ここには、[[ ]]の見出しで始まる設定のまとまりを書きます。",
        en: "must be a list of tables, each under a heading of its own",
        hint_ja: "1つごとに[[{key}]]という行（[ ]は二重）を書き、その下に設定項目を並べてください。",
        hint_en: "write a line [[{key}]], in double brackets, and the settings below it, once for each",
    }
    Error not_a_text = "settings-not-a-text" () {
        ja: "値が文字として書かれていません。", en: "must be a text",
        hint_ja: "値の前後を半角の\"で囲んでください（先頭の0もそのまま残ります）。",
        hint_en: "put the value in double quotes",
    }
    Error not_a_number = "settings-not-a-number" () {
        ja: "値が整数ではありません。", en: "must be a whole number",
        hint_ja: "半角数字だけを、\"で囲まずに書いてください。", hint_en: "write digits without quotes",
    }
    Error quoted_number = "settings-quoted-number" (number: u64) {
        ja: "値が数字ではなく文字（\"{number}\"）として書かれています。",
        en: "is the text \"{number}\", and must be a whole number",
        hint_ja: "前後の\"を外して{number}と書いてください。", hint_en: "write {number} without quotes",
    }
    Error not_a_flag = "settings-not-true-or-false" () {
        ja: "値がtrueでもfalseでもありません。", en: "must be true or false",
        hint_ja: "true（はい）かfalse（いいえ）を、\"で囲まずに書いてください。",
        hint_en: "write true or false without quotes",
    }
    Error out_of_range = "settings-out-of-range" (number: &str, min: u64, max: u64) {
        ja: "{number}は使える範囲にありません。", en: "{number} is out of range",
        hint_ja: "{min}から{max}までの整数を書いてください。",
        hint_en: "write a whole number from {min} to {max}",
    }
    Error unknown_word = "settings-unknown-word" (word: &str, words: &str) {
        ja: "「{word}」という値は使えません。", en: "{word:?} is not a possible value",
        hint_ja: "次のどれかを書いてください: {words}", hint_en: "write one of: {words}",
    }
    Error empty = "settings-empty" () {
        ja: "値が空です。", en: "is empty",
        hint_ja: "値を書くか、この行を消してください。", hint_en: "write a value, or delete the line",
    }
    Error blank_around = "settings-blank-around" () {
        ja: "値の前か後ろに空白が入っています。", en: "has a blank at its beginning or end",
        hint_ja: "前後の空白（全角の空白も含みます）を消してください。", hint_en: "delete the blank",
    }
    Error control_character = "settings-control-character" () {
        ja: "値に改行やタブなどの制御文字が入っています。",
        en: "holds a line break, tab or other control character",
        hint_ja: "制御文字を消し、1行で書いてください。",
        hint_en: "delete it and write the value in one line",
    }
    Error placeholder = "settings-placeholder" (placeholder: &str) {
        ja: "波かっこの使い方が正しくありません。", en: "holds braces that mean nothing here",
        hint_ja: "ここで使えるのは{placeholder}だけです。", hint_en: "only {placeholder} is filled in here",
    }

    // The shop.
    Error shop_code_full_width = "shop-code-full-width" (code: &str) {
        ja: "ショップコード「{code}」に全角文字が入っています。",
        en: "the shop code {code:?} holds full-width characters",
        hint_ja: "ご契約時に案内されたショップコードを半角で書いてください。",
        hint_en: "write it with ordinary letters and digits",
    }
    Error shop_code_blank = "shop-code-blank" (code: &str) {
        ja: "ショップコード「{code}」に空白が入っています。", en: "the shop code {code:?} holds a blank",
        hint_ja: "空白を消してください。", hint_en: "delete the blank",
    }
    Error shop_code_hyphen = "shop-code-hyphen" (code: &str) {
        ja: "ショップコード「{code}」にハイフンが入っています。受注番号と区別できなくなります。",
        en: "the shop code {code:?} holds a hyphen, which separates it from the order number",
        hint_ja: "ご契約時に案内されたショップコードだけを書いてください。",
        hint_en: "write the shop code alone, as it stands in the contract",
    }
    Error shop_code_character = "shop-code-character" (code: &str) {
        ja: "ショップコード「{code}」に使えない文字が入っています。",
        en: "the shop code {code:?} holds a character that cannot stand in a folder name",
        hint_ja: "半角の英字、数字、_ だけで書いてください。", hint_en: "use letters, digits and _ only",
    }
    Error email = "email-address" (address: &str) {
        ja: "「{address}」はメールアドレスとして正しくありません。",
        en: "{address:?} is not an e-mail address",
        hint_ja: "owner@shop.exampleのような形の、半角のアドレスを1つだけ書いてください。",
        hint_en: "write one address such as owner@shop.example",
    }

    // Options of the shop that exclude TEMPOSTAR.
    Error option_reservation_sales = "option-reservation-sales" () who [Shop, Support] {
        ja: "TEMPOSTAR連携と併用できないオプションです。「利用しない」（false）でなければなりません。",
        en: "cannot be used together with TEMPOSTAR: must be 利用しない (false)",
        hint_ja: "予約販売の利用をやめ、reservation_sales = falseにしてください。",
        hint_en: "stop using 予約販売 and set reservation_sales = false",
    }
    Error option_hanpukai = "option-hanpukai" () who [Shop, Support] {
        ja: "TEMPOSTAR連携と併用できないオプションです。「利用しない」（false）でなければなりません。",
        en: "cannot be used together with TEMPOSTAR: must be 利用しない (false)",
        hint_ja: "頒布会の利用をやめ、hanpukai = falseにしてください。",
        hint_en: "stop using 頒布会 and set hanpukai = false",
    }
    Error option_multiple_destinations = "option-multiple-destinations" () who [Shop, Support] {
        ja: "「TEMPOSTAR:物流連携時受注明細追加フラグ」が「追加する」のときは併用できません。",
        en: "cannot be used while TEMPOSTAR:物流連携時受注明細追加フラグ is 追加する",
        hint_ja: "logistics.add_order_linesを\"ignore\"にするか、複数配送先の利用をやめてmultiple_destinations = falseにしてください。",
        hint_en: "set logistics.add_order_lines = \"ignore\", or stop using 複数配送先 and set multiple_destinations = false",
    }
    Error option_subscription_order = "option-subscription-order" () who [Shop, Support] {
        ja: "定期販売を利用する場合は「作成する」でなければなりません。",
        en: "must be 作成する while 定期販売 is used",
        hint_ja: "本システムの設定を「作成する」に変え、ここには\"create\"と書いてください。",
        hint_en: "change it in the shop and write \"create\" here",
    }
    Error option_subscription_reactivate = "option-subscription-reactivate" () who [Shop, Support] {
        ja: "定期販売を利用する場合は「利用しない」でなければなりません。",
        en: "must be 利用しない while 定期販売 is used",
        hint_ja: "本システムの設定を「利用しない」に変え、ここには\"off\"と書いてください。",
        hint_en: "change it in the shop and write \"off\" here",
    }

    // The FTP server. A URL can hold a password: it is never shown.
    Error url_blank = "ftp-url-blank" () {
        ja: "接続先URLに空白が入っています。", en: "the URL holds a blank",
        hint_ja: "空白（全角の空白も含みます）を消してください。", hint_en: "delete the blank",
    }
    Error url_full_width = "ftp-url-full-width" () {
        ja: "接続先URLに全角文字が入っています。", en: "the URL holds full-width characters",
        hint_ja: "英数字と記号をすべて半角で書いてください。",
        hint_en: "write it with ordinary letters, digits and dots",
    }
    Error user_full_width = "ftp-user-full-width" () {
        ja: "ユーザIDに全角文字か空白が入っています。",
        en: "the user ID holds a full-width character or a blank",
        hint_ja: "ご契約時に案内されたユーザIDを、半角で、空白を入れずに書いてください。",
        hint_en: "write it with ordinary (half-width) characters and without blanks",
    }
    Error url_ftps = "ftp-url-ftps" () {
        ja: "接続先URLがftps:// で始まっています。暗号化の方式はURLではなくtlsに書きます。",
        en: "the URL begins with ftps://; how the connection is encrypted is said by tls instead",
        hint_ja: "ホスト名だけを書き、ポート番号が21ならtls = \"explicit\"、990ならtls = \"implicit\"と指定してください。",
        hint_en: "write the host name alone, and tls = \"explicit\" for port 21 or tls = \"implicit\" for port 990",
    }
    Error url_scheme = "ftp-url-scheme" (scheme: &str) {
        ja: "接続先URLが{scheme}:// で始まっていますが、FTPサーバのURLではありません。",
        en: "the URL begins with {scheme}://, and must be that of an FTP server",
        hint_ja: "FTPサーバのホスト名、またはftp:// で始まるURLを書いてください。",
        hint_en: "write the FTP server's host name, or a URL that begins with ftp://",
    }
    Error url_path = "ftp-url-path" () {
        ja: "接続先URLにフォルダ名が付いています。", en: "the URL holds a path",
        hint_ja: "ホスト名より後ろを消してください。フォルダはinboxとoutboxに書きます。",
        hint_en: "delete what follows the host name; folders belong to inbox and outbox",
    }
    Error url_password = "ftp-url-password" () {
        ja: "接続先URLにパスワードが書かれています。", en: "the URL holds a password",
        hint_ja: "URLからパスワードを消し、password_fileで指定してください。",
        hint_en: "delete it from the URL and use password_file",
    }
    Error url_port = "ftp-url-port" () {
        ja: "接続先URLのポート番号が正しくありません。", en: "the URL's port is not a number from 1 to 65535",
        hint_ja: "URLからポート番号を消し、portに書いてください。",
        hint_en: "delete it from the URL and set port",
    }
    Error url_host = "ftp-url-host" () {
        ja: "接続先URLがホスト名として正しくありません。", en: "the URL does not hold a host name",
        hint_ja: "ご契約時に案内されたホスト名（例: ftp.example）をそのまま書いてください。",
        hint_en: "write the host name, such as ftp.example",
    }
    Error mail_host = "mail-host" (host: &str) {
        ja: "「{host}」はメールサーバのホスト名として正しくありません。",
        en: "{host:?} is not a mail server's host name",
        hint_ja: "ホスト名だけを半角で書いてください。ポート番号はportに書きます。",
        hint_en: "write the host name alone; the port belongs to port",
    }
    Error port_contradiction = "ftp-port-contradiction" (in_url: u16, port: u16) {
        ja: "ポート番号が、接続先URLでは{in_url}、portでは{port}になっています。",
        en: "the URL says port {in_url}, and port says {port}",
        hint_ja: "正しい番号をportに書き、URLからは消してください。",
        hint_en: "set port to the right one and delete it from the URL",
    }
    Error user_contradiction = "ftp-user-contradiction" () {
        ja: "ユーザIDが、接続先URLとuserで異なります。", en: "the URL and user name different users",
        hint_ja: "正しいユーザIDをuserに書き、URLからは消してください。",
        hint_en: "set user to the right one and delete it from the URL",
    }
    Error tls_range = "tls-range" () {
        ja: "tls_minがtls_maxより新しい版になっています（書かれていないものは1.2とみなします）。",
        en: "tls_min is above tls_max (either is 1.2 where it is not set)",
        hint_ja: "tls_minとtls_maxの両方を書き、tls_minをtls_max以下にしてください。",
        hint_en: "set both, with tls_min not above tls_max",
    }
    Error ca_file_unreadable = "ca-file-unreadable" (file: &str, reason: &str) {
        ja: "認証局の証明書ファイル{file}を読み込めません（{reason}）。",
        en: "cannot read the CA certificate {file}: {reason}",
        hint_ja: "ファイルの場所と読み取り権限をご確認ください。", hint_en: "check its path and permissions",
    }
    Error ca_file_not_pem = "ca-file-not-pem" (file: &str) {
        ja: "{file}は証明書のファイル（PEM形式）ではありません。",
        en: "{file} holds no certificate in PEM format",
        hint_ja: "「-----BEGIN CERTIFICATE-----」で始まる部分のあるファイルを指定してください。",
        hint_en: "name a file that holds “-----BEGIN CERTIFICATE-----”",
    }
    Error fingerprint = "certificate-sha256" () {
        ja: "証明書のSHA-256の値が正しくありません。", en: "is not the SHA-256 of a certificate",
        hint_ja: "check-settingsが表示する64桁の16進数を書いてください（: で区切ってもかまいません）。",
        hint_en: "write the 64 hexadecimal digits that check-settings shows; colons are allowed",
    }

    // Passwords: neither a value nor a name is shown, because people put the password into the wrong one.
    Error password_missing = "password-missing" (key: &str) {
        ja: "パスワードが設定されていません。", en: "no password is set",
        hint_ja: "パスワードを1行目に書いたファイルを作り、その名前を{key}に書いてください。",
        hint_en: "write it into the first line of a file and name the file in {key}",
    }
    Error password_twice = "password-twice" (other: &str) {
        ja: "パスワードが{other}でも指定されています。", en: "the password is also given by {other}",
        hint_ja: "password_file、password_env、passwordのうち1つだけを残してください。",
        hint_en: "keep one of password_file, password_env and password",
    }
    Error password_file_unreadable = "password-file-unreadable" (folder: &str, reason: &str) {
        ja: "この行に書かれたパスワードファイルを読み込めません（{reason}）。探した場所: {folder}",
        en: "cannot read the password file that this line names, starting from {folder}: {reason}",
        hint_ja: "パスワードそのものではなく、パスワードを書いたファイルの名前を書き、読み取り権限をご確認ください。",
        hint_en: "name the file that holds the password, not the password, and check the file's permissions",
    }
    Error password_file_empty = "password-file-empty" () {
        ja: "パスワードファイルの1行目が空です。", en: "the password file's first line is empty",
        hint_ja: "ファイルの1行目にパスワードを書いてください。",
        hint_en: "write the password into its first line",
    }
    Error password_file_blank = "password-file-blank" () {
        ja: "パスワードファイルの1行目の前か後ろに、空白が入っています。",
        en: "the password file's first line begins or ends with a blank",
        hint_ja: "空白（全角の空白も含みます）を消してください。空白もパスワードの一部である場合は、password_fileの代わりにpassword = \"…\"と書いてください。",
        hint_en: "delete the blank; if it belongs to the password, write password = \"…\" instead of password_file",
    }
    Error password_file_not_utf8 = "password-file-not-utf8" () {
        ja: "パスワードファイルの文字コードがUTF-8ではありません。", en: "the password file is not UTF-8",
        hint_ja: "ファイルを文字コード「UTF-8」で作り直し、1行目にパスワードだけを書いてください。",
        hint_en: "save it as UTF-8, with the password alone in the first line",
    }
    Error password_file_quotes = "password-file-quotes" () {
        ja: "パスワードファイルの1行目が引用符で囲まれています。引用符もパスワードの一部とみなされます。",
        en: "the password file's first line stands in quotation marks, which would be part of the password",
        hint_ja: "前後の引用符を消してください。引用符もパスワードの一部である場合は、password_fileの代わりに、設定ファイルにpassword = '…' と書いてください。",
        hint_en: "delete the quotation marks; if they belong to the password, write password = '…' into the settings instead of password_file",
    }
    Error password_file_key = "password-file-key" () {
        ja: "パスワードファイルの1行目が「password =」などで始まっています。",
        en: "the password file's first line begins with the word password and a sign",
        hint_ja: "1行目にはパスワードだけを書いてください。そこまでがパスワードの一部である場合は、password_fileの代わりに、設定ファイルにpassword = '…' と書いてください。",
        hint_en: "write the password alone; if that belongs to it, write password = '…' into the settings instead of password_file",
    }
    Error password_control_character = "password-control-character" () {
        ja: "パスワードに改行やタブなどの制御文字が入っています。",
        en: "the password holds a line break, tab or other control character",
        hint_ja: "案内されたパスワードだけを、もう一度書いてください。",
        hint_en: "write it again, and nothing else",
    }
    Error password_env_missing = "password-env-missing" () {
        ja: "この行に書かれた環境変数が設定されていないか、空です。",
        en: "the environment variable that this line names is not set, or empty",
        hint_ja: "パスワードそのものではなく環境変数の名前を書き、cronの環境でも設定されているかご確認ください。",
        hint_en: "name the variable, not the password, and see that cron sets it too",
    }

    // Folders, files, markers, free items.
    Error folder_parent = "server-folder-parent" (folder: &str) {
        ja: "フォルダ「{folder}」に .. が入っています。", en: "the folder {folder:?} holds “..”",
        hint_ja: ".. を使わずに、サーバ上のフォルダの場所を書いてください。",
        hint_en: "write the folder's path on the server without it",
    }
    Error folder_shared = "server-folder-shared" (folder: &str, other: &str) {
        ja: "{other}と同じフォルダ「{folder}」の、同じ名前のファイルを扱う設定になっています。",
        en: "takes the same files of the folder {folder:?} as {other}",
        hint_ja: "ほかの処理のファイルは取り込めず、errorフォルダへ移されてしまいます。フォルダを分けるか、pattern（例: \"stock*.csv\"）でファイル名を分けてください。",
        hint_en: "each would refuse the other's files and move them away: use another folder, or tell the files apart by `pattern` (such as \"stock*.csv\")",
    }
    Error name_slash = "name-slash" (name: &str) {
        ja: "「{name}」に / が入っています。", en: "{name:?} holds a slash",
        hint_ja: "フォルダを含めず、名前だけを書いてください。", hint_en: "write a name without folders",
    }
    Error marker = "marker" (marker: &str) {
        ja: "「{marker}」は目印ファイルの拡張子として使えません。",
        en: "{marker:?} cannot be a marker's ending",
        hint_ja: ".lockのように、ピリオドで始まる文字を書いてください。",
        hint_en: "write an ending with a dot, such as .lock",
    }
    Error marker_is_file = "marker-is-the-file" (marker: &str) {
        ja: "目印ファイルの拡張子「{marker}」が受注ファイルの拡張子と同じです。受注ファイルが上書きされてしまいます。",
        en: "the marker {marker:?} has the ending of the order file and would overwrite it",
        hint_ja: ".lockのように、file_nameと異なる拡張子を書いてください。",
        hint_en: "write another ending, such as .lock",
    }
    Error no_date = "settings-date" (value: &str) {
        ja: "「{value}」は日付として読めません。", en: "{value:?} is no date",
        hint_ja: "\"2026-12-01\"のように、年-月-日で書いてください。",
        hint_en: "write year-month-day, as \"2026-12-01\"",
    }
    Error file_name_timestamp = "file-name-timestamp" (name: &str) {
        ja: "ファイル名「{name}」に{{timestamp}}がありません。ファイルどうしを区別できなくなります。",
        en: "the file name {name:?} lacks {{timestamp}}, which tells the files apart",
        hint_ja: "order{{timestamp}}.csvのように書いてください。",
        hint_en: "write, for example, order{{timestamp}}.csv",
    }
    Error free_item_twice = "free-item-twice" (number: u8, other: &str) {
        ja: "自由項目{number}は「{other}」でも使われています。",
        en: "free item {number} is also used for {other:?}",
        hint_ja: "自由項目の番号は、1つの列だけに割り当ててください。",
        hint_en: "give each free item to one column",
    }
    Error free_item_number = "free-item-number" (number: &str) {
        ja: "「{number}」は商品の自由項目の番号ではありません。",
        en: "{number:?} is no product free item's number",
        hint_ja: "1 = \"素材\"のように、1から50までの番号を左に、名前を右に書いてください。",
        hint_en: "write a number from 1 to 50 on the left and the name on the right, as in 1 = \"素材\"",
    }
    Error free_item_name_twice = "free-item-name-twice" (name: &str, other: u8) {
        ja: "「{name}」は自由項目{other}の名前でもあります。",
        en: "{name:?} is also the name of free item {other}",
        hint_ja: "自由項目には、それぞれ違う名前を付けてください。",
        hint_en: "give each free item a name of its own",
    }
    Error payment_method_twice = "payment-method-twice" (name: &str) {
        ja: "決済方法「{name}」がすでに書かれています。",
        en: "the payment method {name:?} stands here a second time",
        hint_ja: "どちらか一方の[[payment_methods]]を消してください。",
        hint_en: "delete one of the two [[payment_methods]]",
    }
    Error payment_method_day = "payment-method-day" () {
        ja: "この決済方法をいつ追加したかが書かれていません。",
        en: "does not say when the shop began to offer this payment method",
        hint_ja: "added_on = 2020-04-01のように、追加した日を書いてください。SAVAWAY様での設定が済んでいれば、代わりにready = trueと書けます。",
        hint_en: "write that day, as in added_on = 2020-04-01; if SAVAWAY has confirmed its set-up, ready = true will do",
    }
    Error free_item_name = "free-item-name" () {
        ja: "列名が空か、列名に制御文字が入っています。",
        en: "the column's name is empty or holds a control character",
        hint_ja: "CSVファイルの見出しにある列名を書いてください。",
        hint_en: "write the column's name as it stands in the CSV header",
    }
    Error not_texts = "settings-not-texts" () {
        ja: "値が、文字でも、1つ以上の文字の並びでもありません。",
        en: "must be a text, or a list of texts with at least one in it",
        hint_ja: "値を1つずつ\"で囲んでください。2つ以上なら、[\"1つめ\", \"2つめ\"]のように並べます。",
        hint_en: "put each text in double quotes; several as a list: [\"first\", \"second\"]",
    }
    Error unknown_column = "settings-unknown-column" (name: &str, nearest: &str) {
        ja: "「{name}」という列は、この種類のファイルにありません。",
        en: "this kind of file has no column {name:?}",
        hint_ja: "「{nearest}」の間違いではありませんか。左にはtempostarでの列名（docs/formats.md）、右にはファイルでの列名を書きます。",
        hint_en: "did you mean {nearest:?}? Our name (docs/formats.md) stands on the left, the file's on the right",
    }
    Error column_named_twice = "settings-column-twice" (name: &str) {
        ja: "列「{name}」が2回書かれています。", en: "the column {name:?} is named twice",
        hint_ja: "どちらか一方を消してください。", hint_en: "remove one of the two",
    }
    Error header_lacks = "settings-header-lacks" (name: &str) {
        ja: "必須の列「{name}」がありません。", en: "the required column {name:?} is missing",
        hint_ja: "見出し行のないファイルの列名を、左の列から順にすべて並べてください。",
        hint_en: "list what the columns of a file without a header line are, from left to right",
    }
    Error status_twice = "settings-status-twice" (code: &str) {
        ja: "コード「{code}」は、出荷済み（shipped）にも書かれています。",
        en: "the code {code:?} stands in `shipped`, too",
        hint_ja: "どちらか一方から消してください。", hint_en: "remove it from one of the two",
    }
    Error not_a_field = "settings-order-column" () {
        ja: "受注ファイルの列の書き方が正しくありません。", en: "is not a list of columns",
        hint_ja: "列名、別の名前で書く列（nameとfrom）、決まった値の列（nameとvalue）を、[ ]の中に並べてください。書き方はdocs/formats.mdにあります。",
        hint_en: "list names, columns under another name (`name` and `from`) and constants (`name` and `value`) in [ ]; docs/formats.md shows how",
    }
    Error unknown_order_column = "settings-unknown-order-column" (name: &str, nearest: &str) {
        ja: "「{name}」という列は受注ファイルにありません。", en: "an order file has no column {name:?}",
        hint_ja: "「{nearest}」の間違いではありませんか。使える列名はdocs/formats.mdと[orders.free_items]にあります。",
        hint_en: "did you mean {nearest:?}? docs/formats.md and [orders.free_items] have the names",
    }
    Error order_number_not_sent = "settings-order-number-not-sent" (name: &str) {
        ja: "「{name}」の列がありません。", en: "the column {name:?} is missing",
        hint_ja: "受注番号のない受注は、TEMPOSTARからの出荷の連絡と結びつけられません。{name}を加えてください（別の名前でもかまいません）。",
        hint_en: "without it no answer of TEMPOSTAR finds its order: add {name} (under another name, if you like)",
    }
    Error order_column_not_encodable = "settings-not-encodable" (text: &str, encoding: &str) {
        ja: "「{text}」には、{encoding}で書けない文字があります。",
        en: "{text:?} has a character that {encoding} lacks",
        hint_ja: "その文字を別の文字に置き換えるか、[orders] encoding = \"utf-8\"としてください。",
        hint_en: "replace it, or set encoding = \"utf-8\" in [orders]",
    }
}
