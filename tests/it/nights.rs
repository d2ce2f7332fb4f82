//! Nights of a shop: what happened, and what reaches whom by the morning. Each is played from ten in the evening to six, and
//! tells exactly: the mails to the shop manager, what cron would mail (stderr of the `--quiet` runs, without the hints),
//! the head of `status`, and the exit code of `status --check`.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use mail_parser::MessageParser;

use crate::ftp_server::Fault;
use crate::harness::{LOGISTICS_INBOX, PRODUCT_INBOX, Ran, STOCK_INBOX, Shop, SmallDisk};
use crate::smtp_sink::{Answer, SmtpSink, Step};

/// A shop in which cron runs, and what it printed.
struct Night {
    /// Where database and work folder are, if not in the shop's folder.
    disk: Option<SmallDisk>,
    shop: Shop,
    sink: SmtpSink,
    printed: String,
}

const SUBJECT: &str = "[TEMPOSTAR link] 花と器: ";

impl Night {
    fn begin() -> Self {
        let (shop, sink) = (Shop::new(), SmtpSink::start());
        let mail = format!(
            "transport = \"smtp\"\nhost = \"localhost\"\nport = {}\nfrom = \"tempostar@hanaya.internal\"",
            sink.port()
        );
        shop.setting("transport = \"none\"", &mail);
        shop.many_products_in_stock(40);
        shop.payment_method("銀行振込");
        shop.payment_method("代引き");
        shop.payment_method("クレジットカード");
        let mut night = Self { disk: None, shop, sink, printed: String::new() };
        night.at("24 21:50");
        night.stock("evening.csv", 5);
        night.cron("import-stock");
        night
    }

    /// Day and time.
    fn at(&mut self, time: &str) -> &mut Self {
        self.shop.at(&format!("2026-11-{time}:00"));
        self
    }

    fn cron(&mut self, job: &str) {
        let ran = self.shop.run(["--quiet", job]);
        self.note(&ran);
    }

    fn note(&mut self, ran: &Ran) {
        assert_eq!(ran.stdout, "", "{ran}");
        self.printed += &ran.stderr;
    }

    /// The two frequent jobs at these times.
    fn runs(&mut self, times: &[&str]) -> &mut Self {
        for time in times {
            self.at(time);
            self.cron("import-stock");
            self.cron("export-orders");
        }
        self
    }

    /// A stock file for all 40 SKUs.
    fn stock(&self, name: &str, quantity: i64) {
        let rows: String = (1..=40).map(|number| format!("S-{number:03},{quantity}\n")).collect();
        self.shop.put_sheet(STOCK_INBOX, name, &format!("商品コード,在庫数\n{rows}"));
    }

    fn status_of_order(&self, status: &str) {
        let sheet = format!("ショップ受注番号,受注進捗コード\n12345-1001,{status}\n");
        self.shop.put_sheet(LOGISTICS_INBOX, "status.csv", &sheet);
    }

    /// Database and work folder move to a disk of their own.
    fn moves_to_a_small_disk(&mut self) {
        self.disk = Some(SmallDisk::at(self.shop.path("disk"), "24m"));
        let copy =
            "cp -a shop.db* tempostar.d disk && rm -r shop.db* tempostar.d && ln -s disk/shop.db shop.db";
        let copied = Command::new("sh").args(["-c", copy]).current_dir(self.shop.path("")).status();
        assert!(copied.unwrap().success());
        self.shop.setting("database = \"shop.db\"", "database = \"disk/shop.db\"");
        self.shop.setting("work_dir = \"tempostar.d\"", "work_dir = \"disk/tempostar.d\"");
    }

    fn server_is_down(&self) {
        self.shop.ftp.faults().always(Fault::ConnectionDropped);
    }

    fn server_is_up(&self) {
        self.shop.ftp.faults().clear();
    }

    /// What there is to see in the morning.
    #[track_caller]
    fn told(&self) -> String {
        let mut told = String::new();
        for mail in self.sink.mails() {
            let mail = MessageParser::default().parse(&mail.raw).unwrap();
            let subject = mail.subject().unwrap();
            writeln!(told, "mail: {}", subject.strip_prefix(SUBJECT).unwrap()).unwrap();
        }
        let lines = self.printed.lines().filter(|line| !line.starts_with("  → "));
        lines.for_each(|line| writeln!(told, "cron: {}", self.without_chance(line)).unwrap());
        let status = self.shop.run(["status", "--check"]);
        let code = if status.all().contains("TEMPOSTAR OK") { 0 } else { 3 };
        let status = status.exits(code);
        let mut head = status.stdout.lines().skip(1);
        let verdict = head.next().unwrap().rsplit_once(": ").unwrap().1;
        let reasons = head.next().unwrap().strip_prefix("→ ").map(|reasons| format!(": {reasons}"));
        writeln!(told, "status: {verdict}{}", reasons.unwrap_or_default()).unwrap();
        writeln!(told, "check: {code}").unwrap();
        told
    }

    /// Without ports, run ids and names of temporary files.
    fn without_chance(&self, line: &str) -> String {
        let ports = [self.shop.ftp.port(), self.sink.port()].map(|port| port.to_string());
        let mut line = line.replace(&ports[0], "PORT").replace(&ports[1], "PORT");
        let is_chance =
            |word: &&str| word.len() >= 16 && word.chars().all(|c| c.is_ascii_hexdigit() || "T-".contains(c));
        let words = line.clone();
        for word in words.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').filter(is_chance) {
            line = line.replace(word, "RUN");
        }
        line
    }
}

const NIGHT: [&str; 5] = ["24 22:00", "25 00:00", "25 02:00", "25 04:00", "25 06:00"];

/// One night, and what reaches whom.
type Case = (&'static str, fn(&mut Night), &'static str);

#[track_caller]
fn play(nights: &[Case]) {
    let mut wrong = String::new();
    for (name, play, expected) in nights {
        let mut night = Night::begin();
        play(&mut night);
        let told = night.told();
        if told != *expected {
            write!(wrong, "-- {name}\n{told}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn nights_of_the_server() {
    play(&[
        (
            "nothing happens",
            |night| {
                night.runs(&NIGHT);
            },
            "\
status: all is well
check: 0
",
        ),
        (
            "the server is down for a minute",
            |night| {
                night.server_is_down();
                night.runs(&NIGHT[..1]).server_is_up();
                night.runs(&NIGHT[1..]);
            },
            "\
cron: error[ftp-connection-lost]: cannot connect to the FTP server 127.0.0.1:PORT: the connection broke (connection closed before the response)
status: all is well
check: 0
",
        ),
        (
            "the server is down from midnight to four",
            |night| {
                night.runs(&NIGHT[..1]).server_is_down();
                night.runs(&NIGHT[1..4]).server_is_up();
                night.runs(&NIGHT[4..]);
            },
            "\
mail: the stock import fails
mail: the stock import works again
cron: error[ftp-connection-lost]: cannot connect to the FTP server 127.0.0.1:PORT: the connection broke (connection closed before the response)
status: all is well
check: 0
",
        ),
        (
            "the server is down for a day and more",
            |night| {
                night.server_is_down();
                night.runs(&NIGHT).runs(&["25 14:00", "25 21:00", "25 22:00"]);
            },
            "\
mail: the stock import fails
cron: error[ftp-connection-lost]: cannot connect to the FTP server 127.0.0.1:PORT: the connection broke (connection closed before the response)
cron: error[ftp-connection-lost]: cannot connect to the FTP server 127.0.0.1:PORT: the connection broke (connection closed before the response)
status: somebody should look at this: open problems: 1; no new file for: import-stock; did not end well: import-stock
check: 3
",
        ),
        (
            "the server is down for all four jobs",
            |night| {
                night.server_is_down();
                night.runs(&NIGHT[..2]);
                night.cron("import-products");
                night.cron("import-logistics");
                night.server_is_up();
                night.runs(&NIGHT[2..]);
                night.cron("import-products");
                night.cron("import-logistics");
            },
            "\
mail: the stock import fails
mail: the stock import works again
cron: error[ftp-connection-lost]: cannot connect to the FTP server 127.0.0.1:PORT: the connection broke (connection closed before the response)
cron: error[ftp-connection-lost]: cannot connect to the FTP server 127.0.0.1:PORT: the connection broke (connection closed before the response)
cron: error[ftp-connection-lost]: cannot connect to the FTP server 127.0.0.1:PORT: the connection broke (connection closed before the response)
status: all is well
check: 0
",
        ),
        (
            "the server comes and goes",
            |night| {
                for time in NIGHT {
                    night.server_is_down();
                    night.runs(&[time]).server_is_up();
                    night.runs(&[time]);
                }
            },
            "\
cron: error[ftp-connection-lost]: cannot connect to the FTP server 127.0.0.1:PORT: the connection broke (connection closed before the response)
cron: error[ftp-connection-lost]: cannot connect to the FTP server 127.0.0.1:PORT: the connection broke (connection closed before the response)
cron: error[ftp-connection-lost]: cannot connect to the FTP server 127.0.0.1:PORT: the connection broke (connection closed before the response)
cron: error[ftp-connection-lost]: cannot connect to the FTP server 127.0.0.1:PORT: the connection broke (connection closed before the response)
cron: error[ftp-connection-lost]: cannot connect to the FTP server 127.0.0.1:PORT: the connection broke (connection closed before the response)
status: all is well
check: 0
",
        ),
        (
            "the password was changed",
            |night| {
                night.runs(&NIGHT[..1]);
                night.shop.write("demo.pass", b"old\n");
                night.runs(&NIGHT[1..]);
            },
            "\
mail: the stock import fails
cron: error[ftp-login-refused]: cannot log in to the FTP server 127.0.0.1:PORT as \"12345_0\": the server refused the login: \"530 Authentication failed\"
status: somebody should look at this: open problems: 1; did not end well: import-stock
check: 3
",
        ),
        (
            "the password was changed, and mended",
            |night| {
                night.shop.write("demo.pass", b"old\n");
                night.runs(&NIGHT[..3]);
                let password = format!("{}\n", night.shop.ftp.password());
                night.shop.write("demo.pass", password.as_bytes());
                night.runs(&NIGHT[3..]);
            },
            "\
mail: the stock import fails
mail: the stock import works again
cron: error[ftp-login-refused]: cannot log in to the FTP server 127.0.0.1:PORT as \"12345_0\": the server refused the login: \"530 Authentication failed\"
status: all is well
check: 0
",
        ),
        (
            "a folder may not be listed",
            |night| {
                night.shop.remove_remote_folder(STOCK_INBOX);
                night.runs(&NIGHT);
            },
            "\
mail: the stock import fails
cron: error[ftp-folder-missing]: cannot list the folder /netstock/12345 on the server: the folder /netstock/12345 does not exist or must not be opened: \"550 File not found\"
status: somebody should look at this: open problems: 1; did not end well: import-stock
check: 3
",
        ),
        (
            "the server's disk is full",
            |night| {
                night.shop.order("1001").line("S-001", 1).insert();
                night.shop.ftp.faults().always(Fault::PutFailsAfter(10));
                night.runs(&NIGHT[..3]).server_is_up();
                night.runs(&NIGHT[3..]);
            },
            "\
mail: the sending of orders fails
mail: the sending of orders works again
cron: error[ftp-server-full]: cannot upload to /ordershop/12345/RUN.1.tmp: there is no room on the server: \"452 Insufficient storage space\"
status: all is well
check: 0
",
        ),
        (
            "the mail server is down, too",
            |night| {
                night.server_is_down();
                night.sink.answer(Step::Greeting, Answer::Close);
                night.runs(&NIGHT[..3]);
                night.sink.answer_well();
                night.server_is_up();
                night.runs(&NIGHT[3..]);
            },
            "\
mail: the stock import works again
cron: error[ftp-connection-lost]: cannot connect to the FTP server 127.0.0.1:PORT: the connection broke (connection closed before the response)
cron: warning[mail-not-sent]: the mail to the shop manager did not go out; the next run tries again: the mail server localhost:PORT does not answer as one should (incomplete response)
status: all is well
check: 0
",
        ),
    ]);
}

#[test]
fn nights_of_files() {
    play(&[
        (
            "no stock file since yesterday",
            |night| {
                night.runs(&NIGHT).runs(&["25 21:00", "25 22:00", "25 23:00"]);
            },
            "\
mail: no new file for the stock import
cron: warning[no-new-file]: a stock file has not come from TEMPOSTAR for more than 24 hours; the newest is of 2026-11-24 21:50:00
status: somebody should look at this: open problems: 1; no new file for: import-stock
check: 3
",
        ),
        (
            "no stock file since yesterday, and then one",
            |night| {
                night.runs(&["25 22:00"]).stock("late.csv", 4);
                night.runs(&["25 23:00"]);
            },
            "\
mail: no new file for the stock import
mail: the stock import works again
cron: warning[no-new-file]: a stock file has not come from TEMPOSTAR for more than 24 hours; the newest is of 2026-11-24 21:50:00
status: all is well
check: 0
",
        ),
        (
            "a file is held",
            |night| {
                night.runs(&NIGHT[..1]).stock("zero.csv", 0);
                night.runs(&NIGHT[1..]);
            },
            "\
mail: the stock import is on hold
cron: error[guard-zero]: zero.csv: this file would make 40 of the 40 sellable SKUs unsellable (100 %, the limit is 20 %): held, nothing of it was written
status: somebody should look at this: open problems: 1; files held: 1
check: 3
",
        ),
        (
            "a file is held, and somebody approves it",
            |night| {
                night.stock("zero.csv", 0);
                night.runs(&NIGHT[..3]);
                night.shop.run(["held", "approve", "1"]).ok();
                night.runs(&NIGHT[3..]);
            },
            "\
mail: the stock import is on hold
mail: the stock import works again
cron: error[guard-zero]: zero.csv: this file would make 40 of the 40 sellable SKUs unsellable (100 %, the limit is 20 %): held, nothing of it was written
status: all is well
check: 0
",
        ),
        (
            "a file is held, and a later one says it better",
            |night| {
                night.stock("zero.csv", 0);
                night.runs(&NIGHT[..2]).stock("right.csv", 4);
                night.runs(&NIGHT[2..]);
            },
            "\
mail: the stock import is on hold
mail: the stock import works again
cron: error[guard-zero]: zero.csv: this file would make 40 of the 40 sellable SKUs unsellable (100 %, the limit is 20 %): held, nothing of it was written
status: all is well
check: 0
",
        ),
        (
            "a file lacks a column, and the next one has it",
            |night| {
                night.shop.put_sheet(STOCK_INBOX, "stock_1.csv", "商品コード,数\nS-001,9\n");
                night.runs(&NIGHT[..2]).stock("stock_2.csv", 4);
                night.runs(&NIGHT[2..]);
            },
            "\
mail: the stock import fails
mail: the stock import works again
cron: error[column-missing]: stock_1.csv: line 1: 在庫数: a required column is missing; found: 商品コード, 数
cron: error[file-refused]: stock_1.csv: this file was refused (rows: 0); nothing of it was written
status: all is well
check: 0
",
        ),
        (
            "a row is wrong",
            |night| {
                let rows: String = (2..=40).map(|number| format!("S-{number:03},4\n")).collect();
                let sheet = format!("商品コード,在庫数\nS-001,x\n{rows}");
                night.shop.put_sheet(STOCK_INBOX, "stock_1.csv", &sheet);
                night.runs(&NIGHT);
            },
            "\
mail: the stock import left something out
cron: error[not-a-whole-number]: stock_1.csv: line 2: 在庫数: \"x\" is not a whole number
cron: error[rejects-kept]: stock_1.csv: rejected rows (1) were kept in ./tempostar.d/rejects/RUN/stock_1.csv
status: somebody should look at this: open problems: 1
check: 3
",
        ),
        (
            "a web page lies in the inbox",
            |night| {
                let page = "<!DOCTYPE html><html><body>503 Service Unavailable</body></html>\n";
                night.shop.put(&format!("{STOCK_INBOX}/stock.csv"), page);
                night.runs(&NIGHT);
            },
            "\
mail: the stock import fails
cron: error[file-is-html]: stock.csv: this is no CSV file, but HTML (a web page)
cron: error[file-refused]: stock.csv: this file was refused (rows: 0); nothing of it was written
status: somebody should look at this: open problems: 1
check: 3
",
        ),
        (
            "a product file lies in the stock's inbox",
            |night| {
                let sheet = "商品コード,SKUコード,商品名,販売価格\nS-001,S-001,皿,1200\n";
                night.shop.put_sheet(STOCK_INBOX, "product.csv", sheet);
                night.runs(&NIGHT);
            },
            "\
mail: the stock import fails
cron: error[file-of-another-kind]: product.csv: its header is that of a product file, not of a stock file: nothing of it was taken
cron: error[file-refused]: product.csv: this file was refused (rows: 0); nothing of it was written
status: somebody should look at this: open problems: 1
check: 3
",
        ),
        (
            "a file of another shop",
            |night| {
                let rows: String = (1..=10).map(|number| format!("X-{number:03},4\n")).collect();
                night.shop.put_sheet(STOCK_INBOX, "other.csv", &format!("商品コード,在庫数\n{rows}"));
                night.runs(&NIGHT);
            },
            "\
mail: the stock import left something out
cron: warning[nothing-matches]: other.csv: nothing in this file matches what the shop has
status: somebody should look at this: open problems: 1
check: 3
",
        ),
        (
            "the server's clock is set back, and every file looks old",
            |night| {
                night.runs(&NIGHT[..1]);
                for (at, server) in [("25 00:00", "24 18:00"), ("25 02:00", "24 20:00")] {
                    night.stock("stock.csv", 4);
                    let file = format!("{STOCK_INBOX}/stock.csv");
                    night.shop.set_remote_time(&file, &format!("2026-11-{server}:00"));
                    night.runs(&[at]);
                }
                night.stock("stock.csv", 3);
                night.runs(&NIGHT[3..]);
            },
            "\
mail: the stock import left something out
mail: the stock import works again
cron: warning[stale-rows]: stock.csv: nothing of this file was written, because it is older than what was imported before (its time is 2026-11-24 18:00:00, that of the newest file imported is 2026-11-24 21:50:00): SKUs that have a figure from a later file already, and were left alone: 40
status: all is well
check: 0
",
        ),
        (
            "a logistics file without the status",
            |night| {
                night.shop.put_sheet(LOGISTICS_INBOX, "status.csv", "ショップ受注番号\n12345-1001\n");
                night.runs(&NIGHT);
                night.cron("import-logistics");
            },
            "\
mail: the shipping import fails
cron: error[status-missing]: status.csv: line 1: 受注進捗コード: without this column it does not say which orders were shipped; found: ショップ受注番号
cron: error[file-refused]: status.csv: this file was refused (rows: 0); nothing of it was written
status: somebody should look at this: open problems: 1; did not end well: import-logistics
check: 3
",
        ),
        (
            "a product file with a price that is none",
            |night| {
                let sheet = "商品コード,商品名,販売価格\nS-001,皿,千円\n";
                night.shop.put_sheet(PRODUCT_INBOX, "product.csv", sheet);
                night.runs(&NIGHT);
                night.cron("import-products");
            },
            "\
mail: the product import fails
cron: error[not-a-whole-number]: product.csv: line 2: 販売価格: \"千円\" is not a whole number
cron: error[too-many-bad-rows]: product.csv: 1 of 1 rows wrong, more than the 5 % that are tolerated: the whole file is refused
cron: error[file-refused]: product.csv: this file was refused (rows: 1); nothing of it was written
status: somebody should look at this: open problems: 1; did not end well: import-products
check: 3
",
        ),
    ]);
}

#[test]
fn nights_of_orders() {
    play(&[
        (
            "an order is cancelled in TEMPOSTAR",
            |night| {
                night.shop.order("1001").line("S-001", 1).insert();
                night.runs(&NIGHT[..2]).status_of_order("999");
                night.cron("import-logistics");
                night.runs(&NIGHT[2..]);
            },
            "\
mail: to do by hand: 1
cron: warning[cancelled-in-tempostar]: status.csv: orders newly cancelled in TEMPOSTAR (1): 1001
status: somebody should look at this: to do by hand: 1
check: 3
",
        ),
        (
            "an order is cancelled in the shop after it was sent",
            |night| {
                night.shop.order("1001").line("S-001", 1).insert();
                night.runs(&NIGHT[..2]);
                night.shop.sql("UPDATE orders SET cancelled_at = '2026-11-25 00:30:00'");
                night.runs(&NIGHT[2..]);
            },
            "\
mail: to do by hand: 1
status: somebody should look at this: to do by hand: 1
check: 3
",
        ),
        (
            "a payment method is unknown",
            |night| {
                night.shop.order("1001").line("S-001", 1).set("payment_method", "新ペイ").insert();
                night.runs(&NIGHT);
            },
            "\
mail: the sending of orders left something out
cron: error[order-held-back]: order 1001 is held back: its payment method \"新ペイ\" is not listed
status: somebody should look at this: did not end well: export-orders; orders held back: 1
check: 3
",
        ),
        (
            "a payment method is unknown, and listed by somebody",
            |night| {
                night.shop.order("1001").line("S-001", 1).set("payment_method", "新ペイ").insert();
                night.runs(&NIGHT[..3]);
                night.shop.payment_method("新ペイ");
                night.runs(&NIGHT[3..]);
            },
            "\
mail: the sending of orders left something out
mail: the sending of orders works again
cron: error[order-held-back]: order 1001 is held back: its payment method \"新ペイ\" is not listed
status: all is well
check: 0
",
        ),
        (
            "the amounts of three orders are wrong",
            |night| {
                for number in ["1001", "1002", "1003"] {
                    night.shop.order(number).line("S-001", 1).set("total", 1).insert();
                }
                night.runs(&NIGHT);
            },
            "\
mail: the sending of orders left something out
cron: error[order-held-back]: order 1001 is held back: 請求金額 is 1 yen, but 商品計税込 + 配送料計 + 決済手数料計 − ポイント − クーポン is 1650
cron: error[order-held-back]: order 1002 is held back: 請求金額 is 1 yen, but 商品計税込 + 配送料計 + 決済手数料計 − ポイント − クーポン is 1650
cron: error[order-held-back]: order 1003 is held back: 請求金額 is 1 yen, but 商品計税込 + 配送料計 + 決済手数料計 − ポイント − クーポン is 1650
status: somebody should look at this: did not end well: export-orders; orders held back: 3
check: 3
",
        ),
        (
            "an order is not shipped for two weeks",
            |night| {
                night.shop.order("1001").line("S-001", 1).insert();
                night.runs(&NIGHT[..1]);
                night.shop.sql("UPDATE orders SET exported_at = '2026-11-01 10:00:00'");
                night.runs(&NIGHT[1..]);
            },
            "\
mail: to do by hand: 1
status: somebody should look at this: to do by hand: 1
check: 3
",
        ),
        (
            "an order is too old to be sent",
            |night| {
                let order = night.shop.order("1001").line("S-001", 1);
                order.set("ordered_at", "2026-09-01 10:00:00").insert();
                night.runs(&NIGHT[..3]);
                night.shop.run(["held", "approve", "1001"]).ok();
                night.runs(&NIGHT[3..]);
            },
            "\
mail: the sending of orders left something out
mail: the sending of orders works again
cron: error[order-held-back]: order 1001 is held back: it is older than 30 days and was never sent
status: all is well
check: 0
",
        ),
        (
            "an order is shipped that the shop has cancelled",
            |night| {
                night.shop.order("1001").line("S-001", 1).insert();
                night.runs(&NIGHT[..2]);
                night.shop.sql("UPDATE orders SET cancelled_at = '2026-11-25 00:30:00'");
                night.status_of_order("800");
                night.cron("import-logistics");
                night.runs(&NIGHT[2..]);
            },
            "\
mail: the shipping import left something out
cron: error[shipped-but-cancelled]: status.csv: orders cancelled in the shop, but shipped by TEMPOSTAR (1): 1001
status: somebody should look at this: open problems: 1; did not end well: import-logistics
check: 3
",
        ),
    ]);
}

#[test]
fn nights_of_the_computer() {
    play(&[
        (
            "a run is killed, and the next one carries on",
            |night| {
                night.stock("stock.csv", 4);
                night.at(NIGHT[0]).shop.run_dying_at("committed", ["import-stock"]);
                night.runs(&NIGHT[1..]);
            },
            "\
status: all is well
check: 0
",
        ),
        (
            "the last run is killed",
            |night| {
                night.runs(&NIGHT[..4]).stock("stock.csv", 4);
                night.at(NIGHT[4]).shop.run_dying_at("committed", ["import-stock"]);
            },
            "\
status: somebody should look at this: did not end well: import-stock
check: 3
",
        ),
        (
            "a run hangs all night and locks the others out",
            |night| {
                night.stock("stock.csv", 4);
                night.at(NIGHT[0]).shop.hold(1, Fault::GetHeld);
                let running = night.shop.start(&["--quiet", "import-stock"]);
                night.shop.wait_until_held();
                for time in ["22:10", "22:20", "23:30", "23:40"] {
                    let mut command = night.shop.command(["--quiet", "import-stock"]);
                    let output = command.env("TEMPOSTAR_NOW", format!("2026-11-24 {time}:00")).output();
                    night.printed += &Ran::new(output.unwrap()).exits(7).stderr;
                }
                running.goes_on().ok();
                night.runs(&NIGHT[4..]);
            },
            "\
mail: the stock import fails
mail: the stock import works again
cron: error[locked-for-long]: import-stock has been locked out since 2026-11-24 22:10:00: an earlier run of it does not end
status: all is well
check: 0
",
        ),
        (
            "the clock is days behind",
            |night| {
                night.runs(&NIGHT[..1]);
                for time in ["21 22:10", "21 22:20", "21 22:30"] {
                    night.shop.at(&format!("2026-11-{time}:00"));
                    night.shop.set_remote_clock("2026-11-25 00:00:00");
                    night.cron("import-stock");
                }
                night.runs(&NIGHT[1..]);
            },
            "\
mail: the stock import fails
mail: the stock import works again
cron: error[clock-behind]: this computer's clock shows 2026-11-21 22:10:00, but something was done at 2026-11-24 22:00:00: this computer's clock is behind; nothing was done
status: all is well
check: 0
",
        ),
        (
            "the settings are broken by a slip",
            |night| {
                night.runs(&NIGHT[..1]);
                night.shop.setting("code = \"12345\"", "code = \"1 2\"");
                night.runs(&NIGHT[1..3]);
                night.shop.setting("code = \"1 2\"", "code = \"12345\"");
                night.runs(&NIGHT[3..]);
            },
            "\
mail: the stock import fails
mail: the stock import works again
cron: error[shop-code-blank]: ./tempostar.toml: line 8: shop.code: TEMPOSTAR:ショップコード: the shop code \"1 2\" holds a blank
cron: error[shop-code-blank]: ./tempostar.toml: line 8: shop.code: TEMPOSTAR:ショップコード: the shop code \"1 2\" holds a blank
status: all is well
check: 0
",
        ),
        (
            "the settings cannot be read at all",
            |night| {
                let good = fs::read(night.shop.path("tempostar.toml")).unwrap();
                night.shop.write("tempostar.toml", b"[shop\n");
                night.runs(&NIGHT[..2]);
                night.shop.write("tempostar.toml", &good);
                night.runs(&NIGHT[2..]);
            },
            "\
cron: error[settings-syntax]: ./tempostar.toml: line 1: column 6: the table's closing ] is missing
cron: error[settings-syntax]: ./tempostar.toml: line 1: column 6: the table's closing ] is missing
status: all is well
check: 0
",
        ),
        (
            "root runs what is another user's",
            |night| {
                let folder = night.shop.path("");
                let cron = Command::new("chown").args(["-R", "61001"]).arg(&folder).status().unwrap();
                if cron.success() {
                    fs::set_permissions(&folder, PermissionsExt::from_mode(0o755)).unwrap();
                }
                night.runs(&NIGHT);
            },
            "\
status: all is well
check: 0
",
        ),
        (
            "the database has moved",
            |night| {
                night.shop.setting("database = \"shop.db\"", "database = \"no/shop.db\"");
                night.runs(&NIGHT[..3]);
                night.shop.setting("database = \"no/shop.db\"", "database = \"shop.db\"");
                night.runs(&NIGHT[3..]);
            },
            "\
mail: the stock import fails
mail: the stock import works again
cron: error[database-folder-missing]: the database's folder does not exist: ./no
cron: error[database-folder-missing]: the database's folder does not exist: ./no
status: all is well
check: 0
",
        ),
        (
            "the work folder cannot be written",
            |night| {
                fs::rename(night.shop.path("tempostar.d"), night.shop.path("elsewhere")).unwrap();
                night.shop.write("tempostar.d", b"");
                night.runs(&NIGHT[..3]);
                fs::remove_file(night.shop.path("tempostar.d")).unwrap();
                fs::rename(night.shop.path("elsewhere"), night.shop.path("tempostar.d")).unwrap();
                night.runs(&NIGHT[3..]);
            },
            "\
mail: the stock import fails
mail: the stock import works again
cron: error[work-dir-unusable]: cannot write to the work folder: ./tempostar.d (File exists (os error 17))
cron: error[work-dir-unusable]: cannot write to the work folder: ./tempostar.d (File exists (os error 17))
status: all is well
check: 0
",
        ),
    ]);
}

#[test]
#[ignore = "mounts a disk, as root; .ci/run runs it"]
fn a_night_on_a_small_disk() {
    play(&[(
        "the computer's disk is full",
        |night| {
            night.moves_to_a_small_disk();
            night.runs(&NIGHT[..1]).stock("stock.csv", 4);
            night.shop.order("1001").line("S-001", 1).insert();
            let filler = night.shop.path("disk/filler");
            let mut file = fs::File::create(&filler).unwrap();
            while file.write_all(&[0; 4096]).is_ok() {}
            night.runs(&NIGHT[1..4]);
            drop(file);
            fs::remove_file(filler).unwrap();
            night.runs(&NIGHT[4..]);
            night.shop.check_rows("SELECT quantity FROM stock WHERE sku_code = 'S-001'", &["4"]);
            assert_eq!(night.shop.numbers_in_outbox(), ["12345-1001"]);
        },
        "\
mail: the stock import fails
mail: the stock import works again
cron: error[database-disk-full]: the disk is full: the database cannot be written (disk I/O error)
cron: error[database-disk-full]: the disk is full: the database cannot be written (disk I/O error)
status: all is well
check: 0
",
    )]);
}
