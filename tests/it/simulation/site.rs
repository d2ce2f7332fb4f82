//! The shop's side of a simulation: a folder, a database, and `tempostar` itself, called as the binary calls it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use chrono::TimeDelta;
use rusqlite::{Connection, Params, params};
use tempfile::TempDir;
use tempostar::app::Finished;
use tempostar::job::Job;
use tempostar::jobs::stock;
use tempostar::moment::{Clock, Moment};
use tempostar::problem::Exit;
use tempostar::report::Report;
use tempostar::settings::{self, Settings};
use tempostar::sync::import::Source;
use tempostar::sync::{self, Mode};
use tempostar::{app, books};

use super::schedule::{SKUS, Schedule, When};
use crate::ftp_server::FtpServer;
use crate::harness::{OUTBOX, STOCK_INBOX, folder};

/// Seconds since the beginning as the moment that they mean in Japan.
pub fn moment(at: i64) -> Moment {
    "2026-11-24 09:00:00".parse::<Moment>().unwrap() + TimeDelta::seconds(at)
}

fn stamp(at: i64) -> String {
    moment(at).to_string()
}

/// How files and orders travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By an FTP server, with the real `export-orders` and the real look into the outbox.
    Ftp,
    /// Stock files by `--file`; what `export-orders` and the look into the outbox would note is noted by
    /// [`Site::export`], [`Site::note_sent`] and [`Site::watch`]. The schedules that go both ways show that this is
    /// the same.
    Shortcut,
}

/// What applies stock files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Importer {
    /// `tempostar import-stock`.
    Tempostar,
    /// The rule of the design once more, in a few lines: the control of those below.
    Control,
    /// The figure is all that counts.
    NaiveOverwrite,
    /// The lag added to the file's time instead of taken from it.
    LagForward,
    /// The moment of reading in place of the file's own time.
    MomentOfReading,
    /// Whatever arrives last is right.
    LastArrivalWins,
}

/// What the shop has of a SKU.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stock {
    pub quantity: i64,
    pub allocated: i64,
    pub sellable: i64,
}

/// A file of TEMPOSTAR's that has arrived.
#[derive(Clone, Debug)]
pub struct StockFile {
    pub name: String,
    /// Seconds since the beginning.
    pub written_at: i64,
    /// SKU code and figure.
    pub rows: Vec<(&'static str, i64)>,
}

/// A batch of orders that the shop has sent.
#[derive(Clone, Debug)]
pub struct Sent {
    pub id: i64,
    pub file_name: String,
}

/// The shop of one schedule.
pub struct Site {
    pub db: Connection,
    folder: TempDir,
    ftp: Option<FtpServer>,
    settings: Settings,
    importer: Importer,
    when: When,
    lag: TimeDelta,
    /// Files of orders that TEMPOSTAR has taken ([`Way::Shortcut`]).
    taken: Vec<i64>,
}

impl Site {
    pub fn new(schedule: &Schedule, way: Way, importer: Importer) -> Self {
        let folder = folder();
        let ftp = (way == Way::Ftp).then(|| start_server(folder.path()));
        let settings = settings_of(folder.path(), ftp.as_ref(), schedule.when, schedule.lag_min);
        let settings =
            if importer == Importer::Tempostar { with_people(folder.path(), schedule) } else { settings };
        fs::write(folder.path().join("shop.db"), empty_database()).unwrap();
        let db = Connection::open(folder.path().join("shop.db")).unwrap();
        db.set_prepared_statement_cache_capacity(32);
        let lag = TimeDelta::minutes(schedule.lag_min);
        let site = Self { db, folder, ftp, settings, importer, when: schedule.when, lag, taken: Vec::new() };
        for sku in SKUS {
            execute(&site.db, "INSERT INTO products (code, name) VALUES (?1, '商品')", [sku]);
            execute(&site.db, "INSERT INTO skus (code, product_code) VALUES (?1, ?1)", [sku]);
        }
        site
    }

    // The shop's application -------------------------------------------------------------------------------------

    /// The stock of each SKU; all have some.
    pub fn stock(&self) -> [Stock; SKUS.len()] {
        let sql = "SELECT stock.sku_code, quantity, allocated, sellable
                   FROM stock
                   JOIN sellable_stock ON sellable_stock.sku_code = stock.sku_code";
        let mut found = [Stock::default(); SKUS.len()];
        let mut query = self.db.prepare_cached(sql).unwrap();
        let mut rows = query.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let code: String = row.get(0).unwrap();
            let sku = SKUS.iter().position(|known| *known == code).unwrap();
            let [quantity, allocated, sellable] = [1, 2, 3].map(|column| row.get(column).unwrap());
            found[sku] = Stock { quantity, allocated, sellable };
        }
        found
    }

    /// An order that TEMPOSTAR would accept, and its allocation, in one transaction.
    pub fn sell(&self, order_no: &str, lines: &[(usize, i64)], at: i64) {
        let transaction = self.db.unchecked_transaction().unwrap();
        let units: i64 = lines.iter().map(|(_, quantity)| quantity).sum();
        execute(&transaction, "INSERT INTO orders (order_no, ordered_at, customer_name, customer_kana, customer_zip,
                                     customer_address, customer_tel, customer_email, payment_method, payment_count,
                                     device, subtotal_excl_tax, tax, subtotal_incl_tax, total, created_at, updated_at)
                 VALUES (?1, ?2, '山田 太郎', 'ヤマダ タロウ', '100-0001',
                         '東京都千代田区千代田1-1', '03-0000-0001', 'taro@customer.example', '代金引換', '一括払い',
                         'P', ?3 * 1000, ?3 * 100, ?3 * 1100, ?3 * 1100, ?2, ?2)",
                params![order_no, stamp(at), units],);
        execute(&transaction, "INSERT INTO order_shipments (order_no, shipment_no, recipient_name, recipient_kana, recipient_zip,
                                              recipient_address, recipient_tel, delivery_method, total)
                 VALUES (?1, 1, '山田 太郎', 'ヤマダ タロウ', '100-0001',
                         '東京都千代田区千代田1-1', '03-0000-0001', '宅配便', ?2 * 1100)",
                params![order_no, units],);
        for (line_no, &(sku, quantity)) in (1..).zip(lines) {
            execute(
                &transaction,
                "INSERT INTO order_lines (order_no, line_no, sku_code, product_name, quantity,
                                              unit_price_excl_tax, unit_tax, unit_price_incl_tax)
                     VALUES (?1, ?2, ?3, '商品', ?4, 1000, 100, 1100)",
                params![order_no, line_no, SKUS[sku], quantity],
            );
            execute(
                &transaction,
                "UPDATE stock SET allocated = allocated + ?2 WHERE sku_code = ?1",
                params![SKUS[sku], quantity],
            );
        }
        transaction.commit().unwrap();
    }

    pub fn cancel(&self, order_no: &str, at: i64) {
        let sql = "UPDATE orders SET cancelled_at = ?2 WHERE order_no = ?1";
        execute(&self.db, sql, [order_no, &stamp(at)]);
    }

    // Files of stock ---------------------------------------------------------------------------------------------

    /// Lays files where `import-stock` looks, in the order of their arrival, and runs it.
    pub fn import(&mut self, files: &[StockFile], at: i64) {
        self.watch(at, self.when == When::Taken);
        if self.importer != Importer::Tempostar {
            return self.import_otherwise(files, at);
        }
        let paths: Vec<PathBuf> = files.iter().map(|file| self.inbox().join(&file.name)).collect();
        for (path, file) in paths.iter().zip(files) {
            fs::write(path, text_of(file)).unwrap();
            let written = File::options().write(true).open(path).unwrap();
            written.set_modified(moment(at).to_system()).unwrap();
        }
        match &self.ftp {
            Some(_) => self.run("import-stock", at),
            None if paths.is_empty() => {}
            None => self.import_files(paths, at),
        }
    }

    fn inbox(&self) -> PathBuf {
        match &self.ftp {
            Some(ftp) => ftp.root().join(&STOCK_INBOX[1..]),
            None => self.folder.path().to_owned(),
        }
    }

    /// What differs by `reconcile`, or by what `status` says of the allocations; empty: nothing.
    pub fn differences(&self, at: i64) -> String {
        if self.importer != Importer::Tempostar {
            return String::new();
        }
        let finished = self.finished(&["reconcile"], at);
        if finished.exit_code != 0 {
            return finished.stdout + &finished.stderr;
        }
        let status = self.finished(&["status"], at).stdout;
        let is_told = |line: &&str| line.contains("allocat");
        status.lines().filter(is_told).collect::<Vec<_>>().join("\n")
    }

    /// Files that are held: number and name.
    pub fn held(&self) -> Vec<(i64, String)> {
        let sql = "SELECT id, name FROM tempostar_held WHERE state = 'held' ORDER BY id";
        let mut query = self.db.prepare_cached(sql).unwrap();
        query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    }

    pub fn was_held(&self, name: &str) -> bool {
        let sql = "SELECT EXISTS (SELECT 1 FROM tempostar_held WHERE name = ?1)";
        self.db.prepare_cached(sql).unwrap().query_row([name], |row| row.get(0)).unwrap()
    }

    /// Somebody decides; the run that has applied it, if one has.
    pub fn decide(&self, id: i64, does_approve: bool, at: i64) -> Option<String> {
        let act = if does_approve { "approve" } else { "discard" };
        let decide = || self.finished(&["held", act, &id.to_string()], at);
        let mut finished = decide();
        if finished.exit_code == 4 {
            // The shop has moved on; they look again.
            finished = decide();
        }
        assert_eq!(finished.exit_code, 0, "{act} {id}\n{}{}", finished.stdout, finished.stderr);
        does_approve.then(|| self.last_run())
    }

    pub fn last_run(&self) -> String {
        let sql = "SELECT run_id FROM tempostar_runs WHERE command = 'import-stock' ORDER BY id DESC LIMIT 1";
        self.db.prepare_cached(sql).unwrap().query_row([], |row| row.get(0)).unwrap()
    }

    /// Somebody undoes a run; `false`: it changed nothing that can go back.
    pub fn undo(&self, run_id: &str, at: i64) -> bool {
        let finished = self.finished(&["undo", run_id], at);
        match finished.exit_code {
            0 | 3 => true,
            2 => false,
            code => panic!("undo {run_id}: {code}\n{}{}", finished.stdout, finished.stderr),
        }
    }

    /// Of when the figures are, in seconds since the beginning.
    pub fn as_of(&self) -> [Option<i64>; SKUS.len()] {
        let sql = "SELECT unixepoch(as_of) - unixepoch(?2) FROM stock WHERE sku_code = ?1";
        let mut query = self.db.prepare_cached(sql).unwrap();
        SKUS.map(|sku| query.query_row([sku, &stamp(0)], |row| row.get(0)).unwrap())
    }

    pub fn is_tempostar(&self) -> bool {
        self.importer == Importer::Tempostar
    }

    /// What the binary does.
    #[track_caller]
    fn run(&self, command: &str, at: i64) {
        let finished = self.finished(&["--quiet", command], at);
        let is_held = command == "import-stock" && finished.exit_code == 4;
        // A file that comes late can be too old as a whole.
        let is_told = |line: &str| line.starts_with("  → ") || line.starts_with("warning[stale-rows]");
        let is_well = finished.exit_code == 0 && finished.stderr.lines().all(is_told);
        assert!(is_held || is_well, "{}", finished.stderr);
    }

    fn finished(&self, arguments: &[&str], at: i64) -> Finished {
        if let Some(ftp) = &self.ftp {
            ftp.set_clock(Some(moment(at).to_system()));
        }
        let settings = self.folder.path().join("tempostar.toml");
        let args = ["tempostar".into(), "--config".into(), settings.into_os_string()];
        let arguments = arguments.iter().map(Into::into);
        app::run(args.into_iter().chain(arguments), &Clock::Fixed(moment(at)))
    }

    /// What the binary does with `import-stock --file …`, once command line and settings are read: reading them each time
    /// would be half of the work.
    #[track_caller]
    fn import_files(&self, paths: Vec<PathBuf>, at: i64) {
        let clock = Clock::Fixed(moment(at));
        let run_id = format!("run-{at}-{}", fastrand::u64(..));
        let report = Report::begin(Job::Stock, run_id, clock.now());
        let report = sync::run(&self.settings, &clock, Mode::Real, report, |run| {
            stock::run(run, &Source::Files(paths))
        });
        assert!(matches!(report.exit, Exit::Ok | Exit::Held), "{:#?}", report.problems);
    }

    fn import_otherwise(&self, files: &[StockFile], at: i64) {
        let mut files = files.to_vec();
        if self.importer != Importer::LastArrivalWins {
            files.sort_by_key(|file| file.written_at);
        }
        for file in files {
            let own_time = moment(file.written_at);
            let known_until = match self.importer {
                Importer::LagForward => own_time + self.lag,
                Importer::MomentOfReading => moment(at) - self.lag,
                _ => own_time - self.lag,
            };
            for (sku, figure) in file.rows {
                self.set_stock(sku, figure, own_time, known_until);
            }
        }
    }

    fn set_stock(&self, sku: &str, figure: i64, own_time: Moment, known_until: Moment) {
        if !SKUS.contains(&sku) {
            return;
        }
        let allocated: i64 = match self.importer {
            Importer::NaiveOverwrite => 0,
            _ => self.in_flight(sku, known_until),
        };
        let are_later_figures_kept = self.importer != Importer::LastArrivalWins;
        execute(
            &self.db,
            "INSERT INTO stock (sku_code, quantity, allocated, as_of)
                 VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (sku_code) DO UPDATE
                 SET quantity = excluded.quantity, allocated = excluded.allocated, as_of = excluded.as_of
                 WHERE as_of <= excluded.as_of OR NOT ?5",
            params![sku, figure, allocated, own_time, are_later_figures_kept],
        );
    }

    fn in_flight(&self, sku: &str, known_until: Moment) -> i64 {
        let sql = "SELECT coalesce(sum(line.quantity), 0)
                   FROM order_lines AS line
                   JOIN orders ON orders.order_no = line.order_no
                   LEFT JOIN tempostar_batch_orders AS member ON member.order_no = orders.order_no
                   LEFT JOIN tempostar_batches AS batch ON batch.id = member.batch_id
                   WHERE line.sku_code = ?1 AND cancelled_at IS NULL
                     AND (exported_at IS NULL
                          OR coalesce(CASE ?2 WHEN 'sent' THEN exported_at ELSE taken_at END, '9999') > ?3)";
        let mut query = self.db.prepare_cached(sql).unwrap();
        let parameters = [sku, self.when.as_str(), &known_until.to_string()];
        query.query_row(parameters, |row| row.get(0)).unwrap()
    }

    // Files of orders --------------------------------------------------------------------------------------------

    /// `export-orders`, up to the moment at which its file has its name in the outbox. [`Way::Ftp`] notes at once that
    /// it was sent. `None`: no order waits.
    pub fn export(&mut self, at: i64) -> Option<Sent> {
        self.watch(at, true);
        if self.ftp.is_some() {
            self.run("export-orders", at);
            return self.lying_since(at);
        }
        let transaction = self.db.unchecked_transaction().unwrap();
        execute(
            &transaction,
            "INSERT INTO tempostar_batches
                     (file_name, state, sha256, size, order_count, line_count, run_id, prepared_at)
                 VALUES ((SELECT 'order' || count(*) || '.csv' FROM tempostar_batches),
                         'uploaded', '', 0, 0, 0, '', ?1)",
            [stamp(at)],
        );
        let id = transaction.last_insert_rowid();
        let members = execute(
            &transaction,
            "INSERT INTO tempostar_batch_orders (order_no, batch_id)
                 SELECT order_no, ?1
                 FROM orders
                 WHERE exported_at IS NULL AND cancelled_at IS NULL
                   AND order_no NOT IN (SELECT order_no FROM tempostar_batch_orders)",
            [id],
        );
        if members == 0 {
            return None;
        }
        let sql = "UPDATE tempostar_batches SET order_count = ?2 WHERE id = ?1";
        execute(&transaction, sql, params![id, i64::try_from(members).unwrap()]);
        transaction.commit().unwrap();
        Some(Sent { id, file_name: String::new() })
    }

    fn lying_since(&self, at: i64) -> Option<Sent> {
        let sql = "SELECT id, file_name FROM tempostar_batches WHERE sent_at = ?1 ORDER BY id DESC LIMIT 1";
        let mut query = self.db.prepare(sql).unwrap();
        let mut sent =
            query.query_map([stamp(at)], |row| Ok(Sent { id: row.get(0)?, file_name: row.get(1)? })).unwrap();
        sent.next().map(Result::unwrap)
    }

    /// Notes that a batch was sent, as the end of `export-orders` does.
    pub fn note_sent(&self, batch: i64, at: i64) {
        if self.ftp.is_some() {
            return;
        }
        let transaction = self.db.unchecked_transaction().unwrap();
        let sql = "UPDATE tempostar_batches SET state = 'sent', sent_at = ?2 WHERE id = ?1";
        execute(&transaction, sql, params![batch, stamp(at)]);
        let sql = "UPDATE orders
                   SET exported_at = ?2
                   WHERE order_no IN (SELECT order_no FROM tempostar_batch_orders WHERE batch_id = ?1)";
        execute(&transaction, sql, params![batch, stamp(at)]);
        transaction.commit().unwrap();
    }

    /// TEMPOSTAR takes a file of orders away.
    pub fn take(&mut self, sent: &Sent) {
        match &self.ftp {
            Some(ftp) => fs::remove_file(ftp.root().join(&OUTBOX[1..]).join(&sent.file_name)).unwrap(),
            None => self.taken.push(sent.id),
        }
    }

    /// The look into the outbox: which files has TEMPOSTAR taken?
    fn watch(&self, at: i64, is_due: bool) {
        if self.ftp.is_some() || !(is_due || self.was_any_taken()) {
            return;
        }
        for batch in &self.taken {
            let sql = "UPDATE tempostar_batches
                       SET taken_at = ?2
                       WHERE id = ?1 AND taken_at IS NULL AND state = 'sent'";
            execute(&self.db, sql, params![batch, stamp(at)]);
        }
        if self.was_any_taken() {
            let sql =
                "UPDATE tempostar_batches SET seen_lying_at = ?1 WHERE taken_at IS NULL AND state = 'sent'";
            execute(&self.db, sql, [stamp(at)]);
        }
    }

    fn was_any_taken(&self) -> bool {
        let sql = "SELECT EXISTS (SELECT 1 FROM tempostar_batches WHERE taken_at IS NOT NULL)";
        self.db.prepare_cached(sql).unwrap().query_row([], |row| row.get(0)).unwrap()
    }

    // To compare -------------------------------------------------------------------------------------------------

    /// Everything that decides what is sellable.
    pub fn everything(&self) -> Vec<String> {
        let mut rows = Vec::new();
        for sql in [
            "SELECT concat_ws('|', 'stock', sku_code, quantity, allocated, as_of) FROM stock ORDER BY 1",
            "SELECT concat_ws('|', 'order', order_no, exported_at, cancelled_at) FROM orders ORDER BY 1",
            "SELECT concat_ws('|', 'batch', batch.state, sent_at, taken_at, seen_lying_at, order_no)
             FROM tempostar_batches AS batch
             JOIN tempostar_batch_orders ON batch_id = batch.id
             ORDER BY batch.id, order_no",
        ] {
            let mut query = self.db.prepare(sql).unwrap();
            let found = query.query_map([], |row| row.get::<_, String>(0)).unwrap();
            rows.extend(found.map(Result::unwrap));
        }
        rows
    }
}

/// The statements are few, and are run thousands of times.
#[track_caller]
fn execute(db: &Connection, sql: &str, parameters: impl Params) -> usize {
    db.prepare_cached(sql).unwrap().execute(parameters).unwrap()
}

/// Two files are never the same, byte for byte: a copy of one is as old as that one.
fn text_of(file: &StockFile) -> String {
    let at = stamp(file.written_at);
    let row = |(sku, figure): &(&str, i64)| format!("\"{sku}\",\"{figure}\",\"{at}\"\r\n");
    let rows: String = file.rows.iter().map(row).collect();
    format!("\"商品コード\",\"在庫数\",\"更新日時\"\r\n{rows}")
}

fn start_server(folder: &Path) -> FtpServer {
    let root = folder.join("server");
    for inbox in [STOCK_INBOX, OUTBOX] {
        fs::create_dir_all(root.join(&inbox[1..])).unwrap();
    }
    FtpServer::start(&root).unwrap()
}

fn settings_of(folder: &Path, ftp: Option<&FtpServer>, when: When, lag_min: i64) -> Settings {
    let ftp = match ftp {
        Some(ftp) => format!(
            "url = \"{}\"\nport = {}\nuser = \"{}\"\npassword = \"{}\"",
            ftp.host(),
            ftp.port(),
            ftp.user(),
            ftp.password()
        ),
        None => "url = \"127.0.0.1\"\nport = 9\nuser = \"nobody\"\npassword = \"none\"".to_owned(),
    };
    let text = format!(
        r#"environment = "demo"
database = "shop.db"
work_dir = "tempostar.d"
language = "en"
[shop]
name = "花と器"
code = "12345"
admin_email = "owner@hanaya.internal"
[ftp]
retries = 0
[ftp.demo]
{ftp}
tls = "none"
[mail]
transport = "none"
[products]
inbox = "/product/export/{{shop_code}}"
[logistics]
inbox = "/order/export/{{shop_code}}/orderstatus"
[stock]
inbox = "/netstock/{{shop_code}}"
settle_s = 0
encoding = "utf-8"
reflect_lag_min = {lag_min}
reflect_when = "{}"
[orders]
outbox = "/ordershop/{{shop_code}}"
"#,
        when.as_str()
    );
    let path = folder.join("tempostar.toml");
    fs::write(&path, text).unwrap();
    settings::load(&path, None).unwrap()
}

/// The settings, with those of the stock's guard and of the kind of its files.
fn with_people(folder: &Path, schedule: &Schedule) -> Settings {
    let path = folder.join("tempostar.toml");
    let files = if schedule.are_differential { "differential" } else { "auto" };
    let text = fs::read_to_string(&path).unwrap();
    let text = text.replace("settle_s = 0\n", &format!("settle_s = 0\nfiles = \"{files}\"\n"));
    let guard = format!(
        "[stock.guard]\nmin_rows = 1\nunknown_percent = 100\nzero_percent = {}\n",
        schedule.zero_percent
    );
    fs::write(&path, text + &guard).unwrap();
    settings::load(&path, None).unwrap()
}

/// The bytes of a database in which nothing has happened yet.
fn empty_database() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let folder = folder();
        let db = books::open(&settings_of(folder.path(), None, When::Sent, 10)).unwrap();
        execute(&db, "INSERT INTO payment_methods (name, added_on) VALUES ('代金引換', '2020-04-01')", []);
        drop(db);
        fs::read(folder.path().join("shop.db")).unwrap()
    })
}
