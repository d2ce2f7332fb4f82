//! The mails to the shop manager: when one goes out, and what it says.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;

use mail_parser::MessageParser;

use crate::ftp_server::Fault;
use crate::harness::{CUSTOMER, LOGISTICS_INBOX, PRODUCT_INBOX, STOCK_INBOX, Shop, wait_until};
use crate::smtp_sink::{Answer, Security, SmtpSink, Step};

/// A shop that mails, in Japanese, and the server that takes the mails.
struct Mailing {
    shop: Shop,
    sink: SmtpSink,
    read: usize,
}

/// One mail as its reader sees it.
struct Read {
    subject: String,
    text: String,
    html: String,
}

impl Mailing {
    fn new() -> Self {
        Self::with("ja", SmtpSink::start(), "")
    }

    fn with(language: &str, sink: SmtpSink, lines: &str) -> Self {
        let shop = Shop::new();
        shop.setting("language = \"en\"", &format!("language = \"{language}\""));
        let mail = format!(
            "transport = \"smtp\"\nhost = \"localhost\"\nport = {}\nfrom = \"tempostar@hanaya.internal\"\n{lines}",
            sink.port()
        );
        shop.setting("transport = \"none\"", &mail);
        shop.write("mail-ca.pem", sink.certificate_pem().as_bytes());
        Self { shop, sink, read: 0 }
    }

    /// The mails since the last look. Whatever they tell, neither a password nor a customer is in them.
    #[track_caller]
    fn new_mails(&mut self) -> Vec<Read> {
        let all = self.sink.mails();
        let new = all[self.read..].iter().map(|mail| {
            assert_eq!(mail.to, ["owner@hanaya.internal"]);
            let parsed = MessageParser::default().parse(&mail.raw).unwrap();
            let read = Read {
                subject: parsed.subject().unwrap().to_owned(),
                text: parsed.body_text(0).unwrap().replace("\r\n", "\n"),
                html: parsed.body_html(0).unwrap().into_owned(),
            };
            if read.subject.contains("連携") {
                check_part_of_the_shop(&read.text);
            }
            for secret in CUSTOMER.into_iter().chain([self.shop.ftp.password(), "mail#himitsu"]) {
                let all = format!("{}{}{}", read.subject, read.text, read.html);
                assert!(!all.contains(secret), "{secret} is in a mail:\n{}", read.text);
            }
            read
        });
        let new = new.collect();
        self.read = all.len();
        new
    }

    #[track_caller]
    fn one_mail(&mut self) -> Read {
        let mut new = self.new_mails();
        assert_eq!(new.len(), 1, "mails: {:?}", new.iter().map(|mail| &mail.subject).collect::<Vec<_>>());
        new.remove(0)
    }

    #[track_caller]
    fn no_mail(&mut self) {
        let new = self.new_mails();
        assert!(new.is_empty(), "a mail: {}\n{}", new[0].subject, new[0].text);
    }

    fn server_is_down(&self) {
        self.shop.ftp.faults().always(Fault::ConnectionDropped);
    }

    /// What passes by itself is told when a second run fails by it.
    #[track_caller]
    fn fails_twice(&mut self) {
        self.shop.run(["import-stock"]).exits(5);
        self.no_mail();
        self.shop.run(["import-stock"]).exits(5);
    }

    fn server_is_up(&self) {
        self.shop.ftp.faults().clear();
    }
}

/// What stands above the details is for whoever knows the shop and not the system: no command, no path, no key, and no
/// English sentence.
#[track_caller]
fn check_part_of_the_shop(text: &str) {
    let (shop, details) = text.split_once("■ 詳しい情報").unwrap_or((text, ""));
    for mark in ["tempostar ", "--", "`", " /", "./", "[["] {
        assert!(!shop.contains(mark), "{mark:?} is told to the shop manager:\n{text}");
    }
    let words: Vec<&str> = shop.split(|c: char| !c.is_ascii_alphanumeric() && c != ' ').collect();
    let is_sentence = |words: &&&str| {
        words.split_whitespace().filter(|word| word.chars().all(|c| c.is_ascii_lowercase())).count() > 1
    };
    assert_eq!(words.iter().find(is_sentence), None, "English is told to the shop manager:\n{text}");
    if !details.is_empty() {
        let facts = ["コンピュータ: ", "ユーザ: ", "環境: demo", "設定ファイル: /", "tempostar --config /"];
        facts
            .iter()
            .for_each(|fact| assert!(details.contains(fact), "{fact:?} is not in the details:\n{text}"));
    }
}

impl Read {
    #[track_caller]
    fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(
                self.text.contains(word),
                "{word:?} is not in the mail:\n{}\n{}",
                self.subject,
                self.text
            );
        }
        self
    }

    #[track_caller]
    fn never_says(self, word: &str) -> Self {
        assert!(!self.text.contains(word), "{word:?} is in the mail:\n{}\n{}", self.subject, self.text);
        self
    }

    #[track_caller]
    fn about(self, subject: &str) -> Self {
        assert_eq!(self.subject, format!("[TEMPOSTAR連携] 花と器: {subject}"), "\n{}", self.text);
        self
    }
}

const FAILING: &str = "在庫情報の取込に失敗しています";
const OVER: &str = "在庫情報の取込の問題は解決しました";

#[test]
fn a_job_that_fails_all_day_sends_one_mail_in_the_morning_and_one_in_the_evening() {
    let mut mailing = Mailing::new();
    mailing.shop.run(["import-stock"]).ok();
    mailing.server_is_down();
    for hour in 9..18 {
        for minute in [0, 10, 20, 30, 40, 50] {
            mailing.shop.at(&format!("2026-11-25 {hour:02}:{minute:02}:00"));
            mailing.shop.run(["import-stock", "--quiet"]).exits(5);
            if (hour, minute) == (9, 10) {
                let words = [
                    "テスト環境",
                    "2026-11-25 09:00から",
                    "在庫はまだ一度も取り込まれていません。",
                    "まずは何もしなくて構いません",
                    "終了コード5",
                    "--env demo import-stock",
                ];
                mailing.one_mail().about(FAILING).says(&words);
            }
        }
    }
    mailing.no_mail();
    mailing.server_is_up();
    mailing.shop.at("2026-11-25 18:00:00").run(["import-stock"]).ok();
    mailing
        .one_mail()
        .about(OVER)
        .says(&["2026-11-25 09:00から2026-11-25 18:00まで", "ご対応は必要ありません"]);
    mailing.shop.at("2026-11-25 18:10:00").run(["import-stock"]).ok();
    mailing.no_mail();
}

#[test]
fn a_problem_that_lasts_is_mailed_again_after_a_day() {
    let mut mailing = Mailing::new();
    mailing.server_is_down();
    mailing.fails_twice();
    mailing.one_mail().about(FAILING);
    mailing.shop.at("2026-11-25 10:10:00").run(["import-stock"]).exits(5);
    mailing.no_mail();
    mailing.shop.at("2026-11-25 10:20:00").run(["import-stock"]).exits(5);
    mailing.one_mail().about("在庫情報の取込の問題が続いています").says(&["2026-11-24 10:15から、4回"]);
    mailing.shop.at("2026-11-25 10:30:00").run(["import-stock"]).exits(5);
    mailing.no_mail();
}

#[test]
fn a_server_that_comes_and_goes_does_not_flood() {
    let mut mailing = Mailing::new();
    for minute in 0..6 {
        mailing.server_is_down();
        mailing.shop.at(&format!("2026-11-24 11:{minute}0:00"));
        for _ in 0..2 {
            mailing.shop.run(["import-stock"]).exits(5);
        }
        mailing.server_is_up();
        mailing.shop.at(&format!("2026-11-24 11:{minute}5:00")).run(["import-stock"]).ok();
    }
    let subjects: Vec<String> = mailing.new_mails().into_iter().map(|mail| mail.subject).collect();
    assert_eq!(subjects.len(), 4, "{subjects:#?}");
    mailing.server_is_down();
    mailing.shop.at("2026-11-24 12:00:00").run(["import-stock"]).exits(5);
    mailing.no_mail();
    mailing.shop.at("2026-11-24 13:00:00").run(["import-stock"]).exits(5);
    mailing.one_mail().about(FAILING).says(&["2026-11-24 12:00から"]);
}

#[test]
fn a_mail_that_does_not_go_out_changes_nothing_and_is_tried_again_by_any_job() {
    let mut mailing = Mailing::new();
    mailing.sink.answer(Step::Recipient, Answer::Refusal("451 4.3.0 Try again later"));
    mailing.server_is_down();
    mailing.shop.run(["import-stock"]).exits(5).never_says("メール");
    mailing
        .shop
        .run(["import-stock"])
        .exits(5)
        .says("メールを送れませんでした")
        .says("451 4.3.0 Try again later");
    // A quiet run says it once.
    assert_eq!(mailing.shop.run(["import-stock", "--quiet"]).exits(5).all(), "");
    mailing.no_mail();
    mailing.server_is_up();
    mailing.shop.run(["import-products", "--json"]).ok().outcome("nothing_to_do");
    mailing.no_mail();
    mailing.sink.answer_well();
    mailing.shop.run(["import-products"]).ok().never_says("メール");
    mailing.one_mail().about(FAILING);
    mailing.shop.run(["import-stock"]).ok();
    mailing.one_mail().about(OVER);
}

#[test]
fn what_is_over_before_a_mail_goes_out_is_told_in_one() {
    let mut mailing = Mailing::new();
    mailing.sink.answer(Step::Greeting, Answer::Close);
    mailing.server_is_down();
    mailing.fails_twice();
    mailing.server_is_up();
    mailing.shop.at("2026-11-24 10:25:00").run(["import-stock"]).ok().says("メールを送れませんでした");
    mailing.sink.answer_well();
    mailing.shop.run(["import-stock"]).ok();
    mailing.one_mail().about(OVER).says(&["2026-11-24 10:15から2026-11-24 10:25まで"]);
    mailing.shop.run(["import-stock"]).ok();
    mailing.no_mail();
}

#[test]
fn a_problem_that_ends_while_its_mail_is_under_way_is_told_to_be_over() {
    let mut mailing = Mailing::new();
    mailing.shop.run(["import-stock"]).ok();
    mailing.server_is_down();
    mailing.shop.run(["import-stock"]).exits(5);
    mailing.sink.answer(Step::Recipient, Answer::Held);
    let mut first = mailing.shop.command(["import-stock"]).spawn().unwrap();
    let ended = "SELECT count(*) FROM tempostar_runs WHERE exit_code = 5";
    wait_until("the first run does not end", || mailing.shop.value(ended) == "2");
    mailing.server_is_up();
    mailing.shop.at("2026-11-24 10:25:00").run(["import-stock"]).ok();
    assert!(mailing.sink.mails().is_empty(), "the mail is under way");
    mailing.sink.answer_well();
    assert_eq!(first.wait().unwrap().code(), Some(5));
    let mut mails = mailing.new_mails();
    assert_eq!(mails.len(), 2, "who mails looks again before it ends");
    mails.pop().unwrap().about(OVER).says(&["2026-11-24 10:15から2026-11-24 10:25まで"]);
    mails.pop().unwrap().about(FAILING);
    mailing.shop.run(["import-products"]).ok();
    mailing.no_mail();
}

#[test]
fn a_dry_run_and_status_mail_nothing() {
    let mut mailing = Mailing::new();
    mailing.shop.run(["import-stock"]).ok();
    mailing.server_is_down();
    mailing.shop.run(["import-stock", "--dry-run"]).exits(5);
    mailing.shop.run(["status"]).ok();
    mailing.shop.run(["check-settings"]).exits(5);
    mailing.no_mail();
}

#[test]
fn rejected_rows_are_one_problem_with_a_table_however_many_files_have_them() {
    let mut mailing = Mailing::new();
    mailing.shop.many_products_in_stock(40);
    let sheet = |first: &str| {
        let rows: String = (2..=40).map(|number| format!("S-{number:03},6\n")).collect();
        format!("商品コード,在庫数\n{first}\n{rows}")
    };
    for minute in [20, 30, 40] {
        mailing.shop.at(&format!("2026-11-24 10:{minute}:00"));
        mailing.shop.put_sheet(STOCK_INBOX, &format!("stock_10{minute}.csv"), &sheet("S-001,<b>x</b>"));
        mailing.shop.run(["import-stock"]).exits(3);
        if minute == 20 {
            let mail = mailing.one_mail().about("在庫情報の取込で確認が必要なデータがあります");
            let row = "ファイル: stock_1020.csv / 行: 2 / 列: 在庫数 / 理由: 「<b>x</b>」";
            let mail = mail.says(&[
                row,
                "ほかの行は取り込み済みです",
                "--file",
                "rejects-kept（終了コード3、実行2026",
            ]);
            assert!(
                mail.html
                    .contains("<td>stock_1020.csv</td><td>2</td><td>在庫数</td><td>「&lt;b&gt;x&lt;/b&gt;」"),
                "{}",
                mail.html
            );
            assert!(!mail.html.contains("<b>x"), "{}", mail.html);
        }
    }
    mailing.no_mail();
    mailing.shop.at("2026-11-24 10:50:00");
    mailing.shop.run(["import-stock"]).ok();
    mailing.no_mail();
    mailing.shop.put_sheet(STOCK_INBOX, "stock_1050.csv", &sheet("S-001,6"));
    mailing.shop.run(["import-stock"]).ok();
    mailing.one_mail().about(OVER);
}

#[test]
fn a_refused_file_is_a_problem_until_a_good_one_comes() {
    let mut mailing = Mailing::new();
    mailing.shop.product("A-1");
    mailing.shop.put_sheet(PRODUCT_INBOX, "product_1.csv", "コード\nA-1\n");
    mailing.shop.run(["import-products"]).exits(3);
    let words = [
        "product_1.csv",
        "商品コード",
        "店舗のご担当者が",
        "column-missing（終了コード3",
        "errorフォルダへ移します。直したものを同じ名前で",
    ];
    let mail = mailing.one_mail().about("商品情報の取込に失敗しています").says(&words);
    mail.never_says("通常どおり処理しています");
    mailing.shop.run(["import-products"]).ok();
    mailing.no_mail();
    mailing.shop.put_sheet(PRODUCT_INBOX, "product_2.csv", "コード\nA-1\n");
    mailing.shop.run(["import-products"]).exits(3);
    mailing.no_mail();
    for name in ["product_4.csv", "product_5.csv"] {
        mailing.shop.put_sheet(PRODUCT_INBOX, name, "コード\nA-1\n");
    }
    mailing.shop.at("2026-11-25 10:20:00").run(["import-products"]).exits(3);
    mailing.one_mail().about("商品情報の取込の問題が続いています").says(&["コード、product_5.csv"]);
    mailing.shop.put_sheet(PRODUCT_INBOX, "product_3.csv", "商品コード,商品名\nA-1,皿\n");
    mailing.shop.run(["import-products"]).ok();
    mailing.one_mail().about("商品情報の取込の問題は解決しました");
}

#[test]
fn each_refused_logistics_file_is_a_problem_until_it_is_taken() {
    let mut mailing = Mailing::new();
    mailing.shop.setting("[logistics]\n", "[logistics]\nexpect_file_every_h = 0\n");
    for name in ["status_1.csv", "status_2.csv"] {
        mailing.shop.put_sheet(LOGISTICS_INBOX, name, "番号\n1\n");
        mailing.shop.run(["import-logistics"]).exits(3);
        mailing.one_mail().about("物流連携の取込に失敗しています").says(&[name]);
    }
    mailing
        .shop
        .write("status_1.csv", &crate::harness::cp932("ショップ受注番号,受注進捗コード\n12345-1001,800\n"));
    mailing.shop.run(["import-logistics", "--file", "status_1.csv"]).ok();
    let mail = mailing.one_mail().about("物流連携の取込の問題の一部が解決しました");
    mail.says(&["status_1.csv", "ほかに1件の問題が続いています"]).never_says("status_2.csv");
    mailing.shop.at("2026-12-02 10:15:00").run(["import-logistics"]).ok();
    mailing.no_mail();
    assert_eq!(mailing.shop.value("SELECT count(*) FROM tempostar_problems WHERE ended_at IS NULL"), "0");
}

#[test]
fn no_customer_is_in_a_mail_even_if_a_file_has_one_in_the_wrong_column() {
    let mut mailing = Mailing::new();
    mailing.shop.product_in_stock("A-1", 9);
    for number in 1..=30 {
        mailing.shop.order(&format!("1{number:03}")).line("A-1", 1).insert();
    }
    let good: String = (2..=30).map(|number| format!("12345-1{number:03},800,2026/11/24\n")).collect();
    let bad = "12345-1001,800,山田 太郎「taro@customer.example」03-0000-0001\n";
    let sheet = format!("ショップ受注番号,受注進捗コード,出荷日\n{good}{bad}");
    mailing.shop.put_sheet(LOGISTICS_INBOX, "status.csv", &sheet);
    let output = mailing.shop.command(["import-logistics"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    mailing
        .one_mail()
        .about("物流連携の取込で確認が必要なデータがあります")
        .says(&["行: 31 / 列: 出荷日 / 理由: 「…」"]);
    let problems = mailing.shop.rows("SELECT * FROM tempostar_problems").join("\n");
    assert!(CUSTOMER.iter().all(|canary| !problems.contains(canary)), "{problems}");
}

#[test]
fn orders_held_back_are_mailed_once_together_and_say_that_none_is_lost() {
    let mut mailing = Mailing::new();
    mailing.shop.product_in_stock("A-1", 9);
    mailing.shop.payment_method_added_on("新ペイ", "2024-04-01", 0);
    for number in ["1001", "1002"] {
        mailing.shop.order(number).line("A-1", 1).set("payment_method", "新ペイ").insert();
    }
    mailing.shop.run(["export-orders"]).exits(3);
    let words = [
        "受注1001",
        "受注1002",
        "新ペイ",
        "受注が2件あり、送信されるまで出荷されません",
        "失われていません",
        "SAVAWAY様に",
    ];
    // The reason says who acts; another person beside would only confuse.
    let mail = mailing.one_mail().about("受注の送信で確認が必要なデータがあります").says(&words);
    mail.never_says("管理画面で受注の内容をご確認ください");
    mailing.shop.run(["export-orders"]).exits(3);
    mailing.no_mail();
    mailing.shop.order("1003").line("A-1", 1).set("payment_method", "新ペイ").insert();
    mailing.shop.run(["export-orders"]).exits(3);
    mailing.one_mail().says(&["受注1003", "ほかに2件の問題が続いています"]).never_says("受注1001");
    mailing.shop.sql("UPDATE orders SET cancelled_at = '2026-11-24 10:20:00' WHERE order_no = '1002'");
    mailing.shop.run(["export-orders"]).exits(3);
    mailing
        .one_mail()
        .about("受注の送信の問題の一部が解決しました")
        .says(&["受注1002"])
        .never_says("受注1001");
    mailing.shop.payment_method_added_on("新ペイ", "2024-04-01", 1);
    mailing.shop.run(["export-orders"]).ok();
    mailing.one_mail().about("受注の送信の問題は解決しました").says(&["受注1001", "受注1003"]);
}

#[test]
fn a_failed_run_and_one_by_hand_do_not_end_what_they_did_not_look_at() {
    let mut mailing = Mailing::new();
    mailing.shop.many_products_in_stock(40);
    let rows: String = (1..=40).map(|number| format!("S-{number:03},0\n")).collect();
    mailing.shop.put_sheet(STOCK_INBOX, "stock.csv", &format!("商品コード,在庫数\n{rows}"));
    mailing.shop.run(["import-stock"]).exits(4);
    mailing.one_mail().about("在庫情報の取込を保留しています").says(&["40 SKU", "--env demo held show 1"]);
    mailing.server_is_down();
    mailing.fails_twice();
    mailing.one_mail().about(FAILING).says(&["ほかに1件の問題が続いています"]);
    mailing.shop.write("few.csv", &crate::harness::cp932("商品コード,在庫数\nS-001,4\n"));
    mailing.shop.run(["import-stock", "--file", "few.csv"]).ok();
    mailing.no_mail();
    mailing.server_is_up();
    mailing.shop.run(["import-stock"]).ok();
    mailing
        .one_mail()
        .about("在庫情報の取込の問題の一部が解決しました")
        .says(&["ほかに1件の問題が続いています"]);
    mailing.shop.run(["import-stock", "--force"]).ok();
    mailing.one_mail().about(OVER).says(&["ご対応は必要ありません"]);
}

#[test]
fn being_locked_out_is_no_problem_but_for_more_than_an_hour_it_is() {
    let mut mailing = Mailing::new();
    mailing.shop.run(["import-stock"]).ok();
    let lock =
        File::options().write(true).open(mailing.shop.path("tempostar.d/import-stock.demo.lock")).unwrap();
    lock.lock().unwrap();
    for minute in ["10:20", "10:30", "11:20"] {
        mailing.shop.at(&format!("2026-11-24 {minute}:00"));
        assert_eq!(mailing.shop.run(["import-stock", "--quiet"]).exits(7).all(), "");
    }
    mailing.no_mail();
    mailing.shop.at("2026-11-24 11:30:00").run(["import-stock", "--quiet"]).exits(7).says("10:20:00");
    mailing.one_mail().about(FAILING).says(&["locked-for-long", "2026-11-24 10:20:00から"]);
    mailing.shop.at("2026-11-24 11:40:00").run(["import-stock"]).exits(7);
    mailing.no_mail();
    lock.unlock().unwrap();
    // The run that locked them out ends now, and began before all of them.
    mailing.shop.at("2026-11-24 10:15:00").run(["import-stock"]).ok();
    mailing.one_mail().about(OVER).says(&["2026-11-24 11:30から2026-11-24 11:40まで"]);
    lock.lock().unwrap();
    mailing.shop.at("2026-11-24 13:50:00").run(["import-stock"]).exits(7);
    mailing.no_mail();
}

#[test]
fn a_database_that_cannot_be_used_is_told_once_and_when_it_is_back() {
    let mut mailing = Mailing::new();
    mailing.shop.run(["export-orders"]).ok();
    fs::rename(mailing.shop.path("shop.db"), mailing.shop.path("kept.db")).unwrap();
    mailing.shop.write("shop.db", b"this is not a database at all, but long enough to be looked at");
    for minute in [20, 30, 40] {
        mailing.shop.at(&format!("2026-11-24 10:{minute}:00"));
        mailing.shop.run(["export-orders"]).exits(8).says("SQLiteのデータベースではありません");
    }
    let words = ["not-a-database", "システムのご担当者", "データが失われることはありません"];
    mailing.one_mail().about("受注の送信に失敗しています").says(&words);
    mailing.shop.at("2026-11-25 10:30:00").run(["export-orders"]).exits(8);
    mailing.one_mail().about("受注の送信の問題が続いています");
    fs::rename(mailing.shop.path("kept.db"), mailing.shop.path("shop.db")).unwrap();
    mailing.shop.at("2026-11-25 10:40:00").run(["export-orders"]).ok();
    mailing.one_mail().about("受注の送信の問題は解決しました").says(&["2026-11-24 10:20から"]);
    mailing.shop.run(["export-orders"]).ok();
    mailing.no_mail();
}

#[test]
fn a_work_folder_that_cannot_be_used_is_told_once_and_when_it_is_back() {
    let mut mailing = Mailing::new();
    mailing.shop.run(["import-stock"]).ok();
    fs::rename(mailing.shop.path("tempostar.d"), mailing.shop.path("kept")).unwrap();
    mailing.shop.write("tempostar.d", b"not a folder");
    for _ in 0..3 {
        mailing.shop.run(["import-stock"]).exits(6);
    }
    mailing.one_mail().about(FAILING).says(&["work-dir-unusable", "システムのご担当者"]);
    fs::remove_file(mailing.shop.path("tempostar.d")).unwrap();
    fs::rename(mailing.shop.path("kept"), mailing.shop.path("tempostar.d")).unwrap();
    mailing.shop.run(["import-stock"]).ok();
    mailing.one_mail().about(OVER);
}

#[test]
fn settings_that_are_wrong_are_told_if_they_say_how_to_mail() {
    let mut mailing = Mailing::new();
    mailing.shop.setting("code = \"12345\"", "code = \"1 2\"");
    for _ in 0..3 {
        mailing.shop.run(["import-stock"]).exits(6);
    }
    mailing.one_mail().about(FAILING).says(&["shop-code", "終了コード6"]);
    mailing.shop.setting("code = \"1 2\"", "code = \"12345\"");
    mailing.shop.run(["status", "--check"]).exits(3).says("1 2").says("3回");
    mailing.shop.run(["import-stock"]).ok();
    mailing.one_mail().about(OVER);
    mailing.shop.setting("from = \"tempostar@hanaya.internal\"", "from = \"tempostar\"");
    mailing.shop.run(["import-stock"]).exits(6);
    mailing.no_mail();
}

#[test]
fn what_concerns_one_order_does_not_alarm_about_all_of_them() {
    let mut mailing = Mailing::new();
    mailing.shop.product_in_stock("A-1", 9);
    mailing.shop.order("1001").line("A-1", 1).insert();
    mailing.shop.run(["export-orders"]).ok();
    mailing.shop.sql("UPDATE orders SET cancelled_at = '2026-11-24 10:16:00'");
    mailing.shop.put_sheet(
        LOGISTICS_INBOX,
        "status.csv",
        "ショップ受注番号,受注進捗コード\n12345-1001,800\n",
    );
    mailing.shop.run(["import-logistics"]).exits(3);
    // And that alone: it cannot be cancelled in TEMPOSTAR any more, so there is no hand work.
    mailing
        .one_mail()
        .about("物流連携の取込で確認が必要なデータがあります")
        .says(&["1001", "このほかは、通常どおり処理しています。"])
        .never_says("直るまで");
}

#[test]
fn english_readers_get_english() {
    let mut mailing = Mailing::with("en", SmtpSink::start(), "");
    mailing.server_is_down();
    mailing.shop.run(["export-orders"]).ok();
    mailing.fails_twice();
    let mail =
        mailing.one_mail().says(&["This is about the test environment", "What to do", "Nothing for now"]);
    assert_eq!(mail.subject, "[TEMPOSTAR link] 花と器: the stock import fails");
    assert!(mail.html.contains("<html lang=\"en\">"), "{}", mail.html);
    mailing.server_is_up();
    mailing.shop.product("A-1");
    mailing.shop.put_sheet(STOCK_INBOX, "other.csv", "商品コード,在庫数\nB-1,1\n");
    mailing.shop.run(["import-stock"]).ok();
    // In whole sentences.
    let words = [
        "・Check that it is this shop's file, ",
        " imported.\n",
        "The figures of SKUs that the shop does not have are kept",
    ];
    mailing.new_mails().pop().unwrap().says(&words).never_says("done as usual");
}

#[test]
fn orders_under_way_to_a_full_server_are_told_to_wait() {
    let mut mailing = Mailing::new();
    mailing.shop.product_in_stock("A-1", 9);
    mailing.shop.order("1001").line("A-1", 1).insert();
    mailing.shop.ftp.faults().always(Fault::PutFailsAfter(10));
    mailing.shop.run(["export-orders"]).exits(5);
    mailing.shop.run(["export-orders"]).exits(5);
    let words = [
        "TEMPOSTARのFTPサーバの空き容量が足りません",
        "送信を待っている受注が1件あり、送信されるまで出荷されません。",
        "SAVAWAY様（TEMPOSTAR）へお問い合わせください。",
    ];
    mailing.one_mail().about("受注の送信に失敗しています").says(&words);
    mailing.server_is_up();
    mailing.shop.run(["export-orders"]).ok();
    mailing.one_mail().about("受注の送信の問題は解決しました");
}

#[test]
fn what_the_system_says_in_english_is_told_in_japanese() {
    let work_dir = |shop: &Shop| shop.write("tempostar.d", b"not a folder");
    let lock = |shop: &Shop| {
        fs::create_dir_all(shop.path("tempostar.d/import-stock.demo.lock")).unwrap();
    };
    let port = |shop: &Shop| shop.setting(&format!("port = {}", shop.ftp.port()), "port = 1");
    let host = |shop: &Shop| shop.setting("url = \"127.0.0.1\"", "url = \"ftp.shop.invalid\"");
    let server = |shop: &Shop| shop.ftp.faults().always(Fault::ConnectionDropped);
    type Case = (&'static str, fn(&Shop));
    let cases: [Case; 5] = [
        ("（同じ名前のファイルかフォルダがすでにあります: os error 17）", work_dir),
        ("（ファイルではなくフォルダです: os error 21）", lock),
        ("（接続を拒否されました: os error 111）", port),
        ("（サーバの名前が見つかりません）", host),
        ("（応答の前に接続を切られました）", server),
    ];
    for (words, spoil) in cases {
        let shop = Shop::new();
        shop.setting("language = \"en\"", "language = \"ja\"");
        spoil(&shop);
        let ran = shop.run(["import-stock"]);
        assert!(ran.code > 4, "{ran}");
        ran.says(words);
    }
}

#[test]
fn a_mail_goes_encrypted_and_with_a_login_or_by_sendmail() {
    let login = "user = \"mailer\"\npassword = \"mail#himitsu\"\nca_file = \"mail-ca.pem\"";
    for (security, tls) in [(Security::StartTls, "starttls"), (Security::Tls, "tls")] {
        for mechanisms in ["PLAIN LOGIN", "LOGIN"] {
            let sink = SmtpSink::with(security, Some(("mailer", "mail#himitsu")), mechanisms);
            let mut mailing = Mailing::with("ja", sink, &format!("tls = \"{tls}\"\n{login}"));
            mailing.server_is_down();
            mailing.fails_twice();
            mailing.one_mail().about(FAILING);
            let mail = &mailing.sink.mails()[0];
            assert_eq!(
                (mail.was_encrypted, mail.user.as_deref()),
                (true, Some("mailer")),
                "{tls} {mechanisms}"
            );
        }
    }
    let mut mailing = Mailing::new();
    mailing.shop.setting("transport = \"smtp\"", "transport = \"sendmail\"");
    mailing.server_is_down();
    mailing.shop.run(["import-stock"]).exits(5);
    mailing.shop.run(["import-stock"]).exits(5).says("sendmailでメールを送れませんでした");
    let folder = mailing.shop.path("bin");
    fs::create_dir(&folder).unwrap();
    mailing.shop.write("bin/sendmail", b"#!/bin/sh\necho \"$@\" > sent.args\ncat > sent.eml\n");
    fs::set_permissions(folder.join("sendmail"), fs::Permissions::from_mode(0o755)).unwrap();
    mailing.shop.variable("PATH", &format!("{}:/usr/bin:/bin", folder.display()));
    mailing.shop.run(["import-stock"]).exits(5).never_says("sendmail");
    let raw = fs::read(mailing.shop.path("sent.eml")).unwrap();
    let parsed = MessageParser::default().parse(&raw).unwrap();
    assert_eq!(parsed.subject(), Some(&*format!("[TEMPOSTAR連携] 花と器: {FAILING}")));
    let args = fs::read_to_string(mailing.shop.path("sent.args")).unwrap();
    assert_eq!(args.trim(), "-i -f tempostar@hanaya.internal -- owner@hanaya.internal");
}

#[test]
fn a_carriers_address_with_dots_in_wrong_places_is_quoted() {
    let sink = SmtpSink::start();
    let mailing = Mailing::with("ja", sink, "");
    mailing.shop.setting("owner@hanaya.internal", "a..b.@docomo.example");
    mailing.shop.run(["check-settings", "--send-test-mail"]).ok();
    let mails = mailing.sink.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, ["\"a..b.\"@docomo.example"]);
}

// What nobody's run fails by ---------------------------------------------------------------------------------------

#[test]
fn a_file_that_does_not_come_is_mailed_once_and_when_it_comes() {
    let mut mailing = Mailing::new();
    mailing.shop.product_in_stock("A-1", 3);
    mailing.shop.at("2026-11-24 10:20:00").put_sheet(
        STOCK_INBOX,
        "stock_1.csv",
        "商品コード,在庫数\nA-1,9\n",
    );
    mailing.shop.run(["import-stock"]).ok();
    mailing.no_mail();
    mailing.shop.at("2026-11-25 10:30:00").run(["import-stock"]).ok();
    mailing
        .one_mail()
        .about("在庫情報の取込の新しいファイルが届いていません")
        .says(&[
            "新しい在庫ファイルが24時間以上届いていません。最新は2026-11-24 10:20:00のものです",
            "在庫は2026-11-24 10:20時点のものです。",
            "店舗のご担当者が、TEMPOSTARの管理画面で、ファイルの出力が",
            "no-new-file",
        ])
        .never_says("通常どおり処理しています");
    mailing.shop.at("2026-11-25 10:40:00").run(["import-stock"]).ok();
    mailing.no_mail();
    mailing.shop.at("2026-11-25 12:00:00").put_sheet(
        STOCK_INBOX,
        "stock_2.csv",
        "商品コード,在庫数\nA-1,8\n",
    );
    mailing.shop.run(["import-stock"]).ok();
    mailing.one_mail().about(OVER);
    // Runs that found nothing bring no products.
    mailing.shop.setting("[products]\n", "[products]\nexpect_file_every_h = 24\n");
    mailing.shop.put_sheet(PRODUCT_INBOX, "product_1.csv", "商品コード,商品名\nA-1,皿\n");
    for time in ["2026-11-25 12:10:00", "2026-11-26 11:50:00"] {
        mailing.shop.at(time).run(["import-products"]).ok();
    }
    mailing.no_mail();
    mailing.shop.at("2026-11-26 12:30:00").run(["import-products"]).ok();
    let mail = mailing.one_mail().about("商品情報の取込の新しいファイルが届いていません");
    mail.says(&["商品情報は2026-11-25 12:00時点のものです。"]);
}

#[test]
fn a_busy_database_is_mailed_from_the_second_run_on_and_a_refused_login_says_so() {
    let mut mailing = Mailing::new();
    mailing.shop.run(["import-stock"]).ok();
    mailing.shop.variable("TEMPOSTAR_BUSY_TIMEOUT_S", "1");
    let database = mailing.shop.db();
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    mailing.shop.at("2026-11-24 10:20:00").run(["import-stock"]).exits(8);
    mailing.no_mail();
    mailing.shop.at("2026-11-24 10:30:00").run(["import-stock"]).exits(8);
    mailing.one_mail().about(FAILING).says(&["database-busy", "この店舗のデータベースを使えない"]);
    database.execute_batch("ROLLBACK").unwrap();
    mailing.shop.at("2026-11-24 10:40:00").run(["import-stock"]).ok();
    mailing.one_mail().about(OVER);
    mailing.shop.write("demo.pass", b"wrong");
    mailing.shop.at("2026-11-24 10:50:00").run(["import-stock"]).exits(6);
    let words = ["ftp-login-refused", "ユーザIDかパスワードが受け付けられません"];
    mailing.one_mail().about(FAILING).says(&words);
}

#[test]
fn what_is_to_be_done_by_hand_is_mailed_once_a_day_together() {
    let mut mailing = Mailing::new();
    mailing.shop.product_in_stock("A-1", 9);
    for number in ["1001", "1002", "1003"] {
        mailing.shop.order(number).line("A-1", 1).insert();
    }
    mailing.shop.run(["export-orders"]).ok();
    mailing.no_mail();
    let sheet = "ショップ受注番号,受注進捗コード\n12345-1001,999\n";
    mailing.shop.at("2026-11-24 11:00:00").put_sheet(LOGISTICS_INBOX, "status.csv", sheet);
    mailing.shop.sql("UPDATE orders SET cancelled_at = '2026-11-24 10:50:00' WHERE order_no = '1002'");
    mailing.shop.run(["import-logistics"]).ok();
    let path = mailing.shop.path("tempostar.toml").canonicalize().unwrap();
    mailing.one_mail().about("手作業が必要なものが2件あります").says(&[
        "TEMPOSTARでキャンセルされた受注が1件あります（キャンセルは連携しません。商品は出荷されませんので、この店舗でもキャンセルしてください）\n\n・1001\n",
        "送信後にこの店舗でキャンセルされた受注が1件あります（キャンセルは連携しません。このままでは出荷されますので、TEMPOSTARでもキャンセルしてください）\n\n・1002\n",
        &format!("tempostar --config {} --env demo status --all", path.display()),
    ]);
    mailing.shop.sql("UPDATE orders SET updated_at = '2026-11-24 11:30:00' WHERE order_no = '1003'");
    mailing.shop.at("2026-11-25 10:59:59").run(["export-orders"]).ok();
    mailing.no_mail();
    mailing.shop.at("2026-11-25 11:00:00").run(["export-orders"]).ok();
    mailing.one_mail().about("手作業が必要なものが3件あります").says(&["・1003\n"]);
    mailing.shop.sql("UPDATE orders SET cancelled_at = '2026-11-25 12:00:00' WHERE order_no = '1001'");
    mailing.shop.sql("UPDATE orders SET cancelled_in_tempostar_at = cancelled_at, delivery_status = 1");
    mailing.shop.at("2026-11-26 12:00:00").run(["export-orders"]).ok();
    mailing.no_mail();
}

#[test]
fn one_cause_is_one_mail_however_many_jobs_it_stops() {
    let mut mailing = Mailing::new();
    mailing.shop.order("1001").line("A-1", 1).insert();
    mailing.server_is_down();
    mailing.shop.run(["import-stock"]).exits(5);
    mailing.no_mail();
    mailing.shop.run(["export-orders"]).exits(5);
    mailing
        .one_mail()
        .about("受注の送信に失敗しています")
        .says(&["同じ原因で、次の処理も止まっています: 在庫情報の取込。"]);
    for job in ["import-stock", "import-products", "import-logistics", "export-orders"] {
        mailing.shop.at("2026-11-24 10:25:00").run([job]).exits(5);
    }
    mailing.no_mail();
    mailing.server_is_up();
    mailing.shop.at("2026-11-24 10:30:00").run(["export-orders"]).ok();
    mailing.one_mail().about("受注の送信の問題は解決しました");
    for job in ["import-stock", "import-products", "import-logistics"] {
        mailing.shop.run([job]).ok();
    }
    mailing.no_mail();
    // Without a usable database, too.
    mailing.shop.setting("database = \"shop.db\"", "database = \"no/shop.db\"");
    for job in ["import-stock", "import-products", "import-logistics", "export-orders"] {
        mailing.shop.run([job]).exits(8);
    }
    mailing.one_mail().about(FAILING).says(&["database-folder-missing"]);
    mailing.shop.setting("database = \"no/shop.db\"", "database = \"shop.db\"");
    for job in ["import-stock", "import-products", "import-logistics", "export-orders"] {
        mailing.shop.run([job]).ok();
    }
    mailing.one_mail().about(OVER);
}

#[test]
fn one_failure_that_passes_is_not_mailed() {
    let mut mailing = Mailing::new();
    mailing.server_is_down();
    mailing.shop.run(["import-stock"]).exits(5);
    mailing.server_is_up();
    mailing.shop.at("2026-11-24 10:25:00").run(["import-stock"]).ok();
    mailing.no_mail();
}

#[test]
fn a_quiet_run_prints_a_problem_that_lasts_once_and_when_a_reminder_is_due() {
    let mut shop = Shop::new();
    shop.order("1001").line("A-1", 1).set("total", 1).insert();
    let mut quiet = |time: &str| {
        let ran = shop.at(time).run(["--quiet", "export-orders"]).exits(3);
        assert_eq!(ran.stdout, "");
        !ran.stderr.is_empty()
    };
    assert!(quiet("2026-11-24 10:16:00"));
    assert!(!quiet("2026-11-24 10:20:00"));
    assert!(!quiet("2026-11-25 10:15:59"));
    assert!(quiet("2026-11-25 10:16:00"));
    assert!(!quiet("2026-11-25 10:20:00"));
    shop.run(["export-orders"]).exits(3).says("1001");
    shop.order("1002").line("A-1", 1).set("total", 1).insert();
    shop.run(["--quiet", "export-orders"]).exits(3).says("1002").never_says("1001");

    shop.ftp.faults().always(Fault::ConnectionDropped);
    shop.run(["--quiet", "import-stock"]).exits(5).says("FTP");
    assert_eq!(shop.run(["--quiet", "import-stock", "--log-format", "json"]).exits(5).all(), "");
    // A file of the same series that is refused again is nothing new; one of another is.
    shop.ftp.faults().clear();
    for (name, is_told) in [("stock_1.csv", true), ("stock_2.csv", false), ("zaiko.csv", true)] {
        shop.put_sheet(STOCK_INBOX, name, "商品コード,数\nA-1,9\n");
        let ran = shop.run(["--quiet", "import-stock"]).exits(3);
        assert_eq!(!ran.stderr.is_empty(), is_told, "{name}: {}", ran.stderr);
    }
    // Nor are the rows that are rejected again.
    for (name, is_told) in [("rows_1.csv", true), ("rows_2.csv", false)] {
        shop.put_sheet(STOCK_INBOX, name, "商品コード,在庫数\nA-1,x\nB-1,1\n");
        let ran = shop.run(["--quiet", "import-stock"]).exits(3);
        assert_eq!(ran.stderr.contains("line 2"), is_told, "{name}: {}", ran.stderr);
    }
}

// The server that carries them -------------------------------------------------------------------------------------

#[test]
fn a_test_mail_arrives_as_it_was_written_and_says_that_there_is_nothing_to_do() {
    let mut mailing = Mailing::new();
    mailing.shop.run(["check-settings", "--send-test-mail"]).ok();
    mailing.one_mail().about("テストメール").says(&["ご対応は必要ありません"]);
    let mail = &mailing.sink.mails()[0];
    assert_eq!(mail.from, "tempostar@hanaya.internal");
    assert!(mail.raw.is_ascii(), "whatever lies on the way can carry it");
    let parsed = MessageParser::default().parse(&mail.raw).unwrap();
    assert_eq!(parsed.date().unwrap().to_rfc3339(), "2026-11-24T01:15:00Z");
    assert!(parsed.message_id().is_some());
    assert_eq!(parsed.from().unwrap().first().unwrap().name(), Some("TEMPOSTAR連携"));
}

/// The test mail fails for this reason, and none arrives.
#[track_caller]
fn test_mail_fails(mailing: &Mailing, exit: i32, code: &str, says: &str) {
    let ran = mailing.shop.run(["check-settings", "--send-test-mail", "--json"]).exits(exit);
    ran.problem(code, "", &[says]).never_says("mail#himitsu");
    assert_eq!(mailing.sink.mails().len(), 0);
}

#[test]
fn every_refusal_says_at_which_step_and_what_the_server_answered() {
    for (at, code) in [
        (Step::Greeting, "mail-refused"),
        (Step::Hello, "mail-refused"),
        (Step::Sender, "mail-sender-refused"),
        (Step::Recipient, "mail-recipient-refused"),
        (Step::Data, "mail-refused"),
        (Step::Content, "mail-refused"),
    ] {
        let mailing = Mailing::with("en", SmtpSink::start(), "");
        mailing.sink.answer(at, Answer::Refusal("554 5.7.1 Go away"));
        test_mail_fails(&mailing, 6, code, "\"554 5.7.1 Go away\"");
    }
}

#[test]
fn a_server_that_hangs_up_or_is_silent_is_told() {
    let mailing = Mailing::with("en", SmtpSink::start(), "");
    mailing.sink.answer(Step::Greeting, Answer::Close);
    test_mail_fails(&mailing, 6, "mail-not-understood", "does not answer");
    mailing.sink.answer_well();
    mailing.sink.answer(Step::Recipient, Answer::Silence);
    test_mail_fails(&mailing, 5, "mail-timeout", "within 3 s");
}

#[test]
fn a_missing_login_is_told() {
    let sink = SmtpSink::with(Security::Plain, Some(("mailer", "mail#himitsu")), "PLAIN");
    let mailing = Mailing::with("en", sink, "");
    test_mail_fails(&mailing, 6, "mail-sender-refused", "530 5.7.0 Authentication required");
}

// Several people, and programs ---------------------------------------------------------------------------------------

#[test]
fn several_people_get_the_mail_and_one_whom_the_server_refuses_hinders_nobody() {
    let mailing = Mailing::new();
    let addresses =
        "admin_email = [\"owner@hanaya.internal\", \"tencho@hanaya.internal, nobody@hanaya.internal\"]";
    mailing.shop.setting("admin_email = \"owner@hanaya.internal\"", addresses);
    mailing.server_is_down();
    mailing.shop.run(["import-stock"]).exits(5);
    mailing
        .shop
        .run(["import-stock"])
        .exits(5)
        .says("[mail-recipient-refused]")
        .says("nobody@hanaya.internal");
    let to: Vec<Vec<String>> = mailing.sink.mails().into_iter().map(|mail| mail.to).collect();
    assert_eq!(to, [["owner@hanaya.internal", "tencho@hanaya.internal"]]);
    mailing.shop.run(["import-stock"]).exits(5);
    assert_eq!(mailing.sink.mails().len(), 1);
    mailing.shop.run(["check-settings", "--send-test-mail"]).says("nobody@hanaya.internal");
    mailing.shop.setting("nobody@hanaya.internal", "tencho");
    mailing.shop.run(["import-stock"]).exits(6).says("[email-address]").says("「tencho」");
}

/// A shop that mails nobody and has a command that keeps what it is told.
fn shop_with_alarm(script: &str) -> Shop {
    let shop = Shop::new();
    shop.write("alarm", format!("#!/bin/sh\n{script}\n").as_bytes());
    fs::set_permissions(shop.path("alarm"), PermissionsExt::from_mode(0o755)).unwrap();
    shop.settings(|text| text + "[notify]\ncommand = [\"./alarm\", \"told.jsonl\"]\n");
    shop
}

fn told(shop: &Shop) -> Vec<serde_json::Value> {
    let lines = fs::read_to_string(shop.path("told.jsonl")).unwrap_or_default();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_command_is_told_of_each_problem_that_begins_and_ends() {
    let mut shop = shop_with_alarm("cat >> \"$1\"; env > environment");
    shop.setting("password_file = \"demo.pass\"", "password_env = \"SHOP_PASSWORD\"");
    let password = shop.ftp.password().to_owned();
    shop.variable("SHOP_PASSWORD", &password);
    shop.order("1001").line("A-1", 1).set("total", 1).insert();
    shop.run(["export-orders"]).exits(3).never_says("notify");
    shop.run(["export-orders"]).exits(3);
    let begun = told(&shop);
    assert_eq!(begun.len(), 1, "{begun:#?}");
    let settings = shop.path("tempostar.toml").canonicalize().unwrap();
    for (key, value) in [
        ("event", "begins"),
        ("code", "order-held-back"),
        ("severity", "error"),
        ("job", "export-orders"),
        ("concerns", "1001"),
        ("since", "2026-11-24 10:15:00"),
        ("shop", "花と器"),
        ("shop_code", "12345"),
        ("environment", "demo"),
        ("settings", settings.to_str().unwrap()),
    ] {
        assert_eq!(begun[0][key], value, "{key}: {begun:#?}");
    }
    assert_eq!(begun[0]["until"], serde_json::Value::Null);
    assert_eq!(begun[0]["who"], serde_json::json!(["shop"]));
    shop.sql("UPDATE orders SET cancelled_at = '2026-11-24 10:20:00'");
    shop.at("2026-11-24 10:25:00").run(["export-orders"]).ok();
    shop.run(["export-orders"]).ok();
    let ended = told(&shop);
    assert_eq!(ended.len(), 2, "{ended:#?}");
    assert_eq!((&ended[1]["event"], &ended[1]["until"]), (&"ends".into(), &"2026-11-24 10:25:00".into()));
    let environment = fs::read_to_string(shop.path("environment")).unwrap();
    assert!(environment.contains("PATH=") && !environment.contains("SHOP_PASSWORD"), "{environment}");
}

#[test]
fn a_command_is_told_once_while_the_mail_does_not_go_out() {
    let mailing = Mailing::new();
    mailing.shop.write("alarm", b"#!/bin/sh\ncat >> told.jsonl\n");
    fs::set_permissions(mailing.shop.path("alarm"), PermissionsExt::from_mode(0o755)).unwrap();
    mailing.shop.settings(|text| text + "[notify]\ncommand = \"./alarm\"\n");
    mailing.sink.answer(Step::Greeting, Answer::Close);
    mailing.server_is_down();
    for _ in 0..4 {
        mailing.shop.run(["import-stock"]).exits(5);
    }
    mailing.server_is_up();
    mailing.shop.run(["import-stock"]).ok();
    mailing.sink.answer_well();
    mailing.shop.run(["import-stock"]).ok();
    let events: Vec<_> = told(&mailing.shop).iter().map(|told| told["event"].clone()).collect();
    assert_eq!(events, ["begins", "ends"]);
}

#[test]
fn a_command_that_fails_is_told_and_changes_nothing() {
    let shop = shop_with_alarm("exit 3");
    shop.order("1001").line("A-1", 1).set("total", 1).insert();
    let ran = shop.run(["--quiet", "export-orders"]).exits(3);
    ran.says("warning[notify-failed]: ").says("alarm of [notify] failed (exit status: 3)");
    shop.run(["--quiet", "export-orders"]).exits(3).never_says("notify");
    shop.run(["check-settings"]).never_says("[notify]");
    fs::remove_file(shop.path("alarm")).unwrap();
    shop.run(["check-settings"]).exits(6).says("alarm of [notify] is not there, or cannot be executed");
    shop.settings(|text| text.replace("[\"./alarm\", \"told.jsonl\"]", "[]"));
    shop.run(["export-orders"]).exits(6).says("notify.command");
}

#[test]
fn a_command_that_does_not_end_is_ended_with_all_that_it_has_started() {
    let shop = shop_with_alarm("sleep 600 & echo $! > child; wait");
    shop.order("1001").line("A-1", 1).set("total", 1).insert();
    shop.order("1002").line("A-1", 1).set("total", 1).insert();
    let began = std::time::Instant::now();
    shop.run(["export-orders"]).exits(3).says("failed (no end within 10 s)");
    assert!(began.elapsed().as_secs() < 120, "{:?}", began.elapsed());
    let child = fs::read_to_string(shop.path("child")).unwrap();
    let is_over = || {
        let state = fs::read_to_string(format!("/proc/{}/stat", child.trim())).unwrap_or_default();
        state.is_empty() || state.contains(") Z ")
    };
    // Killed is not gone yet on a machine that is busy.
    wait_until("the command's child outlives it", is_over);
}

#[test]
fn a_file_of_which_nothing_matches_makes_no_figure_newer_and_its_figures_are_kept() {
    let mut mailing = Mailing::new();
    mailing.shop.product_in_stock("A-1", 9);
    mailing.shop.at("2026-11-24 12:00:00");
    mailing.shop.put_sheet(STOCK_INBOX, "same.csv", "商品コード,在庫数\nA-1,9\n");
    mailing.shop.run(["import-stock"]).ok();
    mailing.shop.at("2026-11-24 13:00:00");
    mailing.shop.put_sheet(STOCK_INBOX, "other.csv", "商品コード,在庫数\nX-1,4\n");
    mailing.shop.run(["import-stock"]).ok().says("nothing-matches");
    let told = ["この店舗の在庫は前のままです", "店舗にないSKUの在庫数は記録しておき"];
    mailing.one_mail().says(&told).never_says("何も取り込まれていません");
    mailing.shop.check_rows("SELECT sku_code, quantity FROM tempostar_unknown_stock", &["X-1|4"]);
    let status = mailing.shop.run(["status", "--json"]).ok().json();
    assert_eq!(status["stock_as_of"], "2026-11-24 12:00:00", "{status:#}");
    mailing.server_is_down();
    mailing.fails_twice();
    mailing.one_mail().about(FAILING).says(&["在庫は2026-11-24 12:00時点のものです"]);
}
