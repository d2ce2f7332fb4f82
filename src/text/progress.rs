//! What `progress` shows while a run is at work.

texts! {
    connecting() { ja: "FTPサーバに接続しています", en: "connecting to the FTP server" }
    settling() { ja: "ファイルの大きさが変わらないことを確かめています", en: "waiting for the files' sizes to settle" }
    checking() { ja: "確認しています", en: "checking" }
    downloading(name: &str) { ja: "{name}を受信しています", en: "downloading {name}" }
    uploading() { ja: "受注ファイルを送信しています", en: "uploading the order file" }
    reading(name: &str) { ja: "{name}を読み込んでいます（行）", en: "reading {name} (rows)" }
    writing(name: &str) { ja: "{name}の変更を書き込んでいます", en: "writing the changes of {name}" }
    choosing() { ja: "送信する受注を選んでいます", en: "choosing the orders to be sent" }
}
