//! The integration test of a new shop (STEP 5), from end to end: `cargo run --example demo [-- --help | --keep | --serve]`.
//!
//! In a temporary folder it starts an FTP server that plays TEMPOSTAR's, sets up a shop, and walks what the people
//! on duty check before go-live: products appear, stock is set, an order reaches TEMPOSTAR, stock goes down
//! afterwards, and a shipped order gets its three ticks. The story begins an hour ago, so that nobody has to wait
//! for TEMPOSTAR's ten minutes.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};
use chrono::Duration;
use tempostar::app::{self, Finished};
use tempostar::moment::{Clock, Moment};
use tempostar::settings;

use crate::ftp_server::FtpServer;
use crate::screen::Screen;
use crate::shop_side::Shop;
use crate::tempostar_side::Tempostar;

#[path = "../../tests/support/ftp_server.rs"]
mod ftp_server;
mod screen;
mod shop_side;
mod tempostar_side;

/// What happens to the folder at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Afterwards {
    Remove,
    Keep,
    Serve,
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // There is nobody left to tell if stderr is gone, too.
            let _ = writeln!(io::stderr(), "✗ {error:#}");
            ExitCode::FAILURE
        }
    }
}

const HELP: [&str; 2] = [
    "\
TEMPOSTAR連携のデモ: 連携テスト（STEP 5）を、TEMPOSTAR役のFTPサーバを相手に最初から最後まで行います。

使い方: cargo run --example demo [-- オプション]

  （なし）  行って、片付ける
  --keep    店舗のフォルダ（設定ファイルとデータベース）を残す
  --serve   フォルダとFTPサーバを残し、続きを手で試す。Enterキーで終わります
  --help    この説明を表示する",
    "\
TEMPOSTAR demo: the integration test (STEP 5) from end to end, with an FTP server that plays TEMPOSTAR.

Usage: cargo run --example demo [-- OPTION]

  (none)    do it, and tidy up
  --keep    leave the shop's folder: its settings and its database
  --serve   leave the folder, and the FTP server running, to go on by hand; Enter ends it
  --help    show this",
];

fn run() -> Result<bool> {
    let screen = Screen::new(settings::locale_language());
    let afterwards = match std::env::args().nth(1).as_deref() {
        None => Afterwards::Remove,
        Some("--keep") => Afterwards::Keep,
        Some("--serve") => Afterwards::Serve,
        Some("--help" | "-h") => return screen.say(HELP[0], HELP[1]).map(|()| true),
        Some(other) => bail!("{other}\n{}", screen.pick(HELP[0], HELP[1])),
    };
    let folder = tempfile::Builder::new().prefix("tempostar-demo-").tempdir()?;
    let server_folder = folder.path().join("ftp");
    let tempostar = Tempostar::open(&server_folder)?;
    let server = FtpServer::start_tls(&server_folder)?;
    let shop = Shop::set_up(folder.path(), &server)?;
    // The test that takes the picture for the README says when it is.
    let begins =
        settings::test_hook("TEMPOSTAR_NOW").unwrap_or_else(|| Clock::System.now() - Duration::minutes(60));
    let mut demo = Demo { screen, shop, tempostar, server, now: begins, steps: 0 };
    let is_passed = demo.walk()?;
    demo.server.set_clock(None);
    if afterwards != Afterwards::Remove {
        demo.explain_how_to_go_on(&folder.keep(), afterwards)?;
    }
    if afterwards == Afterwards::Serve {
        wait_for_enter()?;
    }
    Ok(is_passed)
}

/// Both sides, and the time in the story.
struct Demo {
    screen: Screen,
    shop: Shop,
    tempostar: Tempostar,
    server: FtpServer,
    now: Moment,
    steps: usize,
}

impl Demo {
    fn walk(&mut self) -> Result<bool> {
        self.screen.say(
            "TEMPOSTAR連携のデモ: 連携テスト（STEP 5）を最初から最後まで行います。",
            "TEMPOSTAR demo: the integration test (STEP 5), from end to end.",
        )?;
        self.screen.say(
            "見出しの右の時刻はデモの中の時計です。1時間前に始まり、待ち時間の分だけ先へ進めます（実際には待ちません）。",
            "The time in each heading is the story's: it begins an hour ago and leaps ahead, so that nobody has to wait.",
        )?;
        self.check_settings()?;
        self.import_products()?;
        self.import_stock()?;
        self.sell()?;
        self.import_stock_that_does_not_know_the_order()?;
        self.export_orders()?;
        self.import_stock_after_the_order()?;
        self.import_logistics()?;
        self.look_at_status()?;
        self.screen.verdict()
    }

    fn check_settings(&mut self) -> Result<()> {
        self.step(0, "設定を確認する", "Check the settings")?;
        let finished = self.run("check-settings")?;
        self.screen.check(
            finished.exit_code == 0,
            "設定、データベース、FTP接続、フォルダに問題がない",
            "settings, database, FTP server and folders are all right",
        )
    }

    fn import_products(&mut self) -> Result<()> {
        self.step(5, "商品連携: TEMPOSTARで登録した商品が現れる", "Products registered in TEMPOSTAR appear")?;
        let (products, skus) = (self.shop.products()?, self.shop.skus()?);
        self.tempostar.export_products(self.now)?;
        let finished = self.run("import-products")?;
        self.screen.change(&products, &self.shop.products()?)?;
        self.screen.change(&skus, &self.shop.skus()?)?;
        let is_zero_kept = self.shop.holds(
            "SELECT count(*) = 1 FROM products WHERE code = '0012' AND name = '髙砂の表札① ～檜～' AND price = 5500",
        )?;
        let has_skus = self.shop.holds("SELECT count(*) = 4 FROM skus WHERE product_code = 'A-1'")?;
        let has_free_items = self.shop.holds(
            "SELECT count(*) = 1 FROM products WHERE code = 'A-1' AND free_item_1 = '単独で洗う' AND free_item_2 = '綿100％'",
        )?;
        let has_line_break =
            self.shop.holds("SELECT instr(note, char(10)) > 0 FROM products WHERE code = '0012'")?;
        let is_named = format!("{}{}", finished.stdout, finished.stderr).contains("モール専用メモ");
        self.screen.check(finished.exit_code == 0, "取込が正常に終わった", "the import went well")?;
        self.screen.check(
            is_zero_kept,
            "コードの先頭の0と「髙」「①」「～」「表」がそのまま入った",
            "leading zeros and 髙 ① ～ 表 arrived as they were",
        )?;
        self.screen.check(
            has_skus,
            "色とサイズごとに4つのSKUができた",
            "one SKU for each colour and size: four",
        )?;
        self.screen.check(has_free_items, "自由項目が入った", "the free items are filled")?;
        self.screen.check(has_line_break, "改行を含む備考がそのまま入った", "a note kept its line break")?;
        self.screen.check(is_named, "取り込み先のない列が報告された", "a column without a home is named")
    }

    fn import_stock(&mut self) -> Result<()> {
        self.step(5, "在庫連携: 在庫が設定される", "Stock is set")?;
        let stock = self.shop.stock()?;
        self.tempostar.export_stock(self.now)?;
        self.run("import-stock")?;
        self.screen.change(&stock, &self.shop.stock()?)?;
        self.check_figures("A-1-RED", (10, 0, 10))?;
        self.check_figures("0012", (3, 0, 3))?;
        self.check_figures("A-1-NAVY-L", (-1, 0, 0))
    }

    fn sell(&mut self) -> Result<()> {
        self.step(10, "ユーザウェブで商品が購入される", "A customer buys in the shop")?;
        let stock = self.shop.stock()?;
        self.shop.sell(self.now)?;
        self.screen.change(&stock, &self.shop.stock()?)?;
        self.screen.table(&self.shop.orders()?)?;
        self.check_figures("A-1-RED", (10, 2, 8))
    }

    fn import_stock_that_does_not_know_the_order(&mut self) -> Result<()> {
        self.step(
            1,
            "入れ違い: 受注をまだ知らない在庫ファイルが届く",
            "Crossing: a stock file arrives that cannot know the order yet",
        )?;
        self.tempostar.export_stock(self.now)?;
        self.run("import-stock")?;
        self.screen.say(
            "  （売れた分は引当に残ります。上書きすると、同じ商品を二度売ってしまいます）",
            "  (What was sold stays allocated; else the shop would sell it twice)",
        )?;
        self.check_figures("A-1-RED", (10, 2, 8))
    }

    fn export_orders(&mut self) -> Result<()> {
        self.step(1, "受注連携: 受注がTEMPOSTARへ届く", "The order reaches TEMPOSTAR")?;
        self.run("export-orders")?;
        let (name, rows) = self.tempostar.look_at_orders()?;
        self.screen
            .say(&format!("\n  送信箱のファイル: {name}"), &format!("\n  the file in the outbox: {name}"))?;
        self.screen.table(&rows)?;
        let is_sent =
            self.shop.holds("SELECT exported_at IS NOT NULL FROM orders WHERE order_no = '1001'")?;
        self.screen.check(is_sent, "受注が送信済みになった", "the order is marked as sent")?;
        let before = self.tempostar.look_at_orders()?.0;
        self.run("export-orders")?;
        let is_alone = self.tempostar.look_at_orders()?.0 == before;
        self.screen.check(is_alone, "もう一度実行しても二重に送らない", "a second run does not send it again")
    }

    fn import_stock_after_the_order(&mut self) -> Result<()> {
        self.step(
            15,
            "在庫連携: TEMPOSTARが受注を受け取り、本システムの在庫が減る",
            "TEMPOSTAR takes the order over, and the shop's stock goes down",
        )?;
        let stock = self.shop.stock()?;
        self.tempostar.take_orders()?;
        self.tempostar.export_stock(self.now)?;
        let is_taken = self.tempostar.taken() == ["12345-1001"];
        self.screen.check(
            is_taken,
            "TEMPOSTARに受注 12345-1001 が反映された",
            "TEMPOSTAR has the order 12345-1001",
        )?;
        self.run("import-stock")?;
        self.screen.change(&stock, &self.shop.stock()?)?;
        self.check_figures("A-1-RED", (8, 0, 8))?;
        self.check_figures("0012", (2, 0, 2))
    }

    fn import_logistics(&mut self) -> Result<()> {
        self.step(20, "物流連携: TEMPOSTARで「出荷済み」にする", "TEMPOSTAR ships")?;
        let orders = self.shop.orders()?;
        self.tempostar.ship(self.now)?;
        self.run("import-logistics")?;
        self.screen.change(&orders, &self.shop.orders()?)?;
        for (column, name) in [
            ("delivery_status", "配送区分"),
            ("payment_status", "入金区分"),
            ("capture_status", "オーソリ確定"),
        ] {
            let is_ticked =
                self.shop.holds(&format!("SELECT {column} = 1 FROM orders WHERE order_no = '1001'"))?;
            self.screen.check(
                is_ticked,
                &format!("{name}にチェックが入った"),
                &format!("{name} ({column}) is ticked"),
            )?;
        }
        Ok(())
    }

    fn look_at_status(&mut self) -> Result<()> {
        self.step(1, "状態を見る", "Look at the status")?;
        // As cron would meanwhile: each run looks whether TEMPOSTAR has taken what was sent.
        self.run("export-orders")?;
        let is_seen = self.shop.holds("SELECT min(taken_at) IS NOT NULL FROM tempostar_batches")?;
        self.screen.check(
            is_seen,
            "TEMPOSTARが受注ファイルを受け取ったことを確認した",
            "the shop has seen that TEMPOSTAR took the file of orders",
        )?;
        let finished = self.run("status")?;
        let is_tidy = finished.exit_code == 0 && self.tempostar.waiting()? == 0;
        self.screen.check(is_tidy, "待っているファイルも受注もない", "no file and no order is waiting")
    }

    fn step(&mut self, minutes_later: i64, ja: &str, en: &str) -> Result<()> {
        self.now = self.now + Duration::minutes(minutes_later);
        // What is uploaded is of that moment, too.
        self.server.set_clock(Some(self.now.to_system()));
        self.steps += 1;
        self.screen.step(self.steps, &self.now.minute()[11..], ja, en)
    }

    /// What the built binary would do at this moment of the story.
    fn run(&self, command: &str) -> Result<Finished> {
        let settings_file = self.shop.settings_file();
        let args = ["tempostar", command, "--config"].map(OsString::from);
        let args = args.into_iter().chain([settings_file.clone().into_os_string()]);
        let finished = app::run(args, &Clock::Fixed(self.now));
        self.screen.command(
            &format!("tempostar {command}"),
            &finished.stdout,
            &finished.stderr,
            finished.exit_code,
        )?;
        Ok(finished)
    }

    fn check_figures(&mut self, sku: &str, expected: (i64, i64, i64)) -> Result<()> {
        let is_right = self.shop.figures(sku)? == expected;
        let (quantity, allocated, sellable) = expected;
        self.screen.check(
            is_right,
            &format!("{sku}: 在庫 {quantity}、引当 {allocated}、販売可能 {sellable}"),
            &format!("{sku}: stock {quantity}, allocated {allocated}, sellable {sellable}"),
        )
    }

    fn explain_how_to_go_on(&self, folder: &Path, afterwards: Afterwards) -> Result<()> {
        let settings = self.shop.settings_file().display().to_string();
        let database = self.shop.database_file().display().to_string();
        let folder = folder.display();
        self.screen.say(
            &format!("\nフォルダを残しました: {folder}\n続きを手で試すには（別の端末の、このフォルダで）:\n"),
            &format!(
                "\nThe folder stays: {folder}\nTo go on by hand, in another terminal and in this folder:\n"
            ),
        )?;
        let mut commands = vec![
            format!("export TEMPOSTAR_CONFIG={settings}"),
            "cargo run -- status".to_owned(),
            "cargo run -- explain A-1-RED".to_owned(),
            "cargo run -- import-products --file examples/sheets/product.csv".to_owned(),
            format!("sqlite3 -box {database} 'SELECT * FROM sellable_stock'"),
        ];
        if afterwards == Afterwards::Serve {
            commands.push(format!("cp examples/sheets/stock.csv {folder}/ftp/netstock/12345/"));
            commands.push("cargo run -- import-stock".to_owned());
            commands.push("cargo run -- check-settings".to_owned());
        }
        for command in commands {
            self.screen.say(&format!("  {command}"), &format!("  {command}"))?;
        }
        match afterwards {
            Afterwards::Serve => self.screen.say(
                "\nFTPサーバは動いています。Enterキーで終わります。",
                "\nThe FTP server is up; press Enter to end it.",
            ),
            _ => self.screen.say(
                "\nFTPサーバも残すには --serve を付けてください。",
                "\nWith --serve the FTP server stays up as well.",
            ),
        }
    }
}

/// Until Enter is pressed; without a terminal, until the process is ended from outside.
fn wait_for_enter() -> Result<()> {
    if io::stdin().read_line(&mut String::new())? == 0 {
        loop {
            std::thread::park();
        }
    }
    Ok(())
}
