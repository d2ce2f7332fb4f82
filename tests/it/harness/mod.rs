//! A shop to test with, in the shop's own words: [`Shop`] is a folder with settings and (after the first run) a
//! database, an FTP server that plays TEMPOSTAR's, and a clock; [`Ran`] is what one run of the binary did.

mod disks;
mod held;
mod orders;
mod ran;
pub mod scenes;
mod state;

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use chrono::NaiveDateTime;
use rusqlite::types::Value;
use rusqlite::{Connection, Row};
use tempfile::TempDir;

use crate::ftp_server::{FtpServer, Tls};

pub use disks::SmallDisk;
pub use held::{Running, wait_until};
pub use orders::{CUSTOMER, OrderBuilder};
pub use ran::Ran;

/// The inboxes and the outbox of the sample settings.
pub const PRODUCT_INBOX: &str = "/product/export/12345";
pub const STOCK_INBOX: &str = "/netstock/12345";
pub const LOGISTICS_INBOX: &str = "/order/export/12345/orderstatus";
pub const OUTBOX: &str = "/ordershop/12345";

/// The moment at which every test begins, Japan time.
const START: &str = "2026-11-24 10:15:00";

/// In memory where the host has room there: a thousand small shops that flush what they write wait for a disk half of
/// their time. What a disk can do is tested on disks of its own (`power_cuts`, `small_disk`).
pub fn folder() -> TempDir {
    let in_memory = Path::new("/dev/shm");
    let has_room = rustix::fs::statvfs(in_memory).is_ok_and(|disk| disk.f_bavail * disk.f_frsize > 1 << 30);
    if has_room { tempfile::tempdir_in(in_memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

/// A shop with its settings, its FTP server and its clock; everything is gone when it is dropped.
pub struct Shop {
    pub ftp: FtpServer,
    folder: TempDir,
    now: String,
    is_real_time: bool,
    lang: Option<&'static str>,
    variables: Vec<(String, String)>,
}

impl Shop {
    /// A shop that speaks clear text with its server.
    #[track_caller]
    pub fn new() -> Self {
        Self::with_tls(Tls::Off)
    }

    /// A shop whose server has TLS; the settings pin the server's certificate.
    #[track_caller]
    pub fn with_tls(tls: Tls) -> Self {
        let folder = folder();
        let root = folder.path().join("server");
        for inbox in [PRODUCT_INBOX, STOCK_INBOX, LOGISTICS_INBOX, OUTBOX] {
            fs::create_dir_all(root.join(&inbox[1..])).unwrap();
        }
        let ftp = FtpServer::start_with(&root, tls).unwrap();
        let shop = Self {
            ftp,
            folder,
            now: START.to_owned(),
            is_real_time: false,
            lang: None,
            variables: Vec::new(),
        };
        shop.write("tempostar.toml", sample_settings(&shop.ftp, tls).as_bytes());
        shop.set_remote_clock(START);
        shop.write("demo.pass", format!("{}\n", shop.ftp.password()).as_bytes());
        shop
    }

    /// A shop that has sent order 1001, with two of A-1.
    #[track_caller]
    pub fn that_has_sent() -> Self {
        let shop = Self::new();
        shop.product_in_stock("A-1", 10);
        shop.order("1001").line("A-1", 2).insert();
        shop.run(["export-orders"]).ok();
        shop
    }

    // The shop's folder ------------------------------------------------------------------------------------------

    /// A path in the shop's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    #[track_caller]
    pub fn write(&self, name: &str, content: &[u8]) {
        fs::write(self.path(name), content).unwrap();
    }

    /// Changes the text of the settings file.
    #[track_caller]
    pub fn settings(&self, change: impl FnOnce(String) -> String) {
        let before = fs::read_to_string(self.path("tempostar.toml")).unwrap();
        self.write("tempostar.toml", change(before).as_bytes());
    }

    /// Replaces a line of the settings file; it must be there.
    #[track_caller]
    pub fn setting(&self, from: &str, to: &str) {
        self.settings(|text| {
            assert!(text.contains(from), "the settings have no {from:?}:\n{text}");
            text.replacen(from, to, 1)
        });
    }

    /// Where a problem with a key is said to be that stands on the line with this text.
    #[track_caller]
    pub fn setting_place(&self, text: &str, key: &str) -> String {
        let settings = fs::read_to_string(self.path("tempostar.toml")).unwrap();
        let line = settings.lines().position(|line| line.contains(text));
        let line = line.unwrap_or_else(|| panic!("the settings have no {text:?}:\n{settings}")) + 1;
        format!("./tempostar.toml: line {line}: {key}").trim_end_matches(": ").to_owned()
    }

    /// All files below a folder of the work folder, sorted, with the path inside it.
    pub fn work_files_below(&self, folder: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        collect_files(&self.path("tempostar.d").join(folder), &mut found);
        found.sort();
        found
    }

    // TEMPOSTAR's server -----------------------------------------------------------------------------------------

    /// Lays a file on the server, with the shop's present moment as its time.
    #[track_caller]
    pub fn put(&self, path: &str, content: impl AsRef<[u8]>) {
        let on_disk = self.on_server(path);
        fs::create_dir_all(on_disk.parent().unwrap()).unwrap();
        fs::write(on_disk, content).unwrap();
        self.set_remote_time(path, &self.now);
    }

    /// Lays a CP932 sheet into an inbox.
    #[track_caller]
    pub fn put_sheet(&self, inbox: &str, name: &str, text: &str) {
        self.put(&format!("{inbox}/{name}"), cp932(text));
    }

    /// Names of the files (not folders) in a folder of the server, sorted; empty when the folder does not exist.
    pub fn remote_files(&self, folder: &str) -> Vec<String> {
        names_in(&self.on_server(folder))
    }

    #[track_caller]
    pub fn remote_bytes(&self, path: &str) -> Vec<u8> {
        fs::read(self.on_server(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// The text of the only file in the outbox.
    #[track_caller]
    pub fn sent_orders(&self) -> String {
        let files = self.remote_files(OUTBOX);
        assert_eq!(files.len(), 1, "files in the outbox: {files:?}");
        from_cp932(&self.remote_bytes(&format!("{OUTBOX}/{}", files[0])))
    }

    /// The order numbers in all files of the outbox, as often as they stand there for a line of theirs.
    #[track_caller]
    pub fn numbers_in_outbox(&self) -> Vec<String> {
        self.numbers_in(&self.files_of_orders())
    }

    /// TEMPOSTAR takes all files of orders out of the outbox, with these order numbers in them. A run may lay down
    /// another one meanwhile.
    #[track_caller]
    pub fn take_orders(&self) -> Vec<String> {
        let files = self.files_of_orders();
        let numbers = self.numbers_in(&files);
        files.iter().for_each(|name| self.take_away(&format!("{OUTBOX}/{name}")));
        numbers
    }

    fn files_of_orders(&self) -> Vec<String> {
        self.remote_files(OUTBOX).into_iter().filter(|name| name.ends_with(".csv")).collect()
    }

    #[track_caller]
    fn numbers_in(&self, files: &[String]) -> Vec<String> {
        let texts = files.iter().map(|name| from_cp932(&self.remote_bytes(&format!("{OUTBOX}/{name}"))));
        let numbers = |text: String| -> Vec<String> {
            text.lines().skip(1).map(|line| line.split('"').nth(1).unwrap().to_owned()).collect()
        };
        texts.flat_map(numbers).collect()
    }

    /// TEMPOSTAR takes a file away.
    #[track_caller]
    pub fn take_away(&self, path: &str) {
        fs::remove_file(self.on_server(path)).unwrap();
    }

    /// Removes a folder of the server with all that is in it.
    #[track_caller]
    pub fn make_remote_folder(&self, path: &str) {
        fs::create_dir_all(self.on_server(path)).unwrap();
    }

    #[track_caller]
    pub fn remove_remote_folder(&self, path: &str) {
        fs::remove_dir_all(self.on_server(path)).unwrap();
    }

    /// Sets a server file's time of change, given in Japan time.
    #[track_caller]
    pub fn set_remote_time(&self, path: &str, japan_time: &str) {
        let time = system_time(japan_time);
        File::options().write(true).open(self.on_server(path)).unwrap().set_modified(time).unwrap();
    }

    /// What the server takes for the present, in Japan time: it is the shop's otherwise.
    #[track_caller]
    pub fn set_remote_clock(&self, japan_time: &str) {
        self.ftp.set_clock(Some(system_time(japan_time)));
    }

    fn on_server(&self, path: &str) -> PathBuf {
        self.ftp.root().join(path.trim_start_matches('/'))
    }

    // Runs -------------------------------------------------------------------------------------------------------

    /// Moves the clock (Japan time) of the runs to come.
    pub fn at(&mut self, japan_time: &str) -> &mut Self {
        self.now = japan_time.to_owned();
        self.set_remote_clock(japan_time);
        self
    }

    /// The runs to come go by the host's clock.
    pub fn in_real_time(&mut self) {
        self.is_real_time = true;
        self.ftp.set_clock(None);
    }

    /// Sets `LANG` of the runs to come, and leaves `language` out of the settings.
    #[track_caller]
    pub fn language(&mut self, lang: &'static str) {
        self.settings(|text| text.replacen("language = \"en\"\n", "", 1));
        self.lang = Some(lang);
    }

    /// Sets an environment variable of the runs to come.
    pub fn variable(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// Sets an environment variable while `work` runs.
    pub fn variables_once(&mut self, name: &str, value: &str, work: impl FnOnce(&Self)) {
        self.variable(name, value);
        work(self);
        self.variables.pop();
    }

    /// Runs the binary in the shop's folder.
    ///
    /// Whatever it is asked, it must not panic, and neither the password nor a customer must be seen.
    #[track_caller]
    pub fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Ran {
        let output = self.command(args).output().unwrap();
        let ran = Ran::new(output);
        assert!(!ran.all().contains(self.ftp.password()), "the password is shown:\n{ran}");
        for canary in CUSTOMER {
            assert!(!ran.all().contains(canary), "the customer's {canary} is shown:\n{ran}");
        }
        assert!(!ran.all().contains("panicked at"), "a panic:\n{ran}");
        ran
    }

    /// Runs the binary and lets it die at a crash point, as by a power cut.
    #[track_caller]
    pub fn run_dying_at<A: AsRef<OsStr>>(&self, crash_point: &str, args: impl IntoIterator<Item = A>) -> Ran {
        let output = self.command(args).env("TEMPOSTAR_CRASH_AT", crash_point).output().unwrap();
        Ran::new(output).died()
    }

    /// The command that [`Shop::run`] runs, for tests that want to hold it while it works.
    pub fn command<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tempostar"));
        command.args(args).current_dir(self.folder.path()).env_clear().env("PATH", "/usr/bin:/bin");
        if !self.is_real_time {
            command.env("TEMPOSTAR_NOW", &self.now);
        }
        if let Some(lang) = self.lang {
            command.env("LANG", lang);
        }
        command.envs(self.variables.iter().cloned());
        command
    }

    // The database -----------------------------------------------------------------------------------------------

    /// A connection to the shop's database, as the shop's application has it; a first run creates it if need be.
    #[track_caller]
    pub fn db(&self) -> Connection {
        let path = self.path("shop.db");
        if !path.exists() {
            self.run(["import-stock"]);
            assert!(path.exists(), "the first run did not create the database");
        }
        let connection = Connection::open(path).unwrap();
        connection.busy_timeout(Duration::from_secs(10)).unwrap();
        connection
    }

    /// Executes SQL statements as the shop's application would.
    #[track_caller]
    pub fn sql(&self, statements: &str) {
        self.db().execute_batch(statements).unwrap_or_else(|error| panic!("{error}\n{statements}"));
    }

    /// A product with one SKU of the same code, as `import-products` would have left it.
    #[track_caller]
    pub fn product(&self, code: &str) {
        self.db()
            .execute_batch(&format!(
                "BEGIN;
                 INSERT INTO products (code, name, price, published, created_at, updated_at)
                 VALUES ('{code}', '商品{code}', 1100, 1, '{START}', '{START}');
                 INSERT INTO skus (code, product_code, name, handled, created_at, updated_at)
                 VALUES ('{code}', '{code}', '商品{code}', 1, '{START}', '{START}');
                 COMMIT;"
            ))
            .unwrap();
    }

    /// Runs SQL that the schema may refuse; whether it did not.
    pub fn try_sql(&self, statements: &str) -> bool {
        self.db().execute_batch(statements).is_ok()
    }

    /// Products with stock 5 each: `S-001`, `S-002`, … Enough of them, and one bad row is few among many.
    #[track_caller]
    pub fn many_products_in_stock(&self, count: usize) {
        let (mut products, mut skus, mut stock) = (Vec::new(), Vec::new(), Vec::new());
        for number in 1..=count {
            products.push(format!("('S-{number:03}', '商品{number}')"));
            skus.push(format!("('S-{number:03}', 'S-{number:03}', 1)"));
            stock.push(format!("('S-{number:03}', 5, 0)"));
        }
        self.sql(&format!(
            "BEGIN;
             INSERT INTO products (code, name) VALUES {};
             INSERT INTO skus (code, product_code, handled) VALUES {};
             INSERT INTO stock (sku_code, quantity, allocated) VALUES {};
             COMMIT;",
            products.join(", "),
            skus.join(", "),
            stock.join(", ")
        ));
    }

    /// A product with stock, nothing of it allocated.
    #[track_caller]
    pub fn product_in_stock(&self, code: &str, quantity: i64) {
        self.product(code);
        self.sql(&format!(
            "INSERT INTO stock (sku_code, quantity, allocated, as_of, updated_at)
             VALUES ('{code}', {quantity}, 0, '2026-11-24 09:00:00', '2026-11-24 09:00:00')"
        ));
    }

    /// A payment method from before 2022-05-01.
    #[track_caller]
    pub fn payment_method(&self, name: &str) {
        self.payment_method_added_on(name, "2020-04-01", 0);
    }

    #[track_caller]
    pub fn payment_method_added_on(&self, name: &str, date: &str, tempostar_ready: u8) {
        let is_card = u8::from(name == "クレジットカード");
        self.sql(&format!(
            "INSERT OR REPLACE INTO payment_methods (name, is_card, added_on, tempostar_ready)
             VALUES ('{name}', {is_card}, '{date}', {tempostar_ready})"
        ));
    }

    /// An order that a customer places: see [`OrderBuilder`].
    pub fn order(&self, order_no: &str) -> OrderBuilder<'_> {
        OrderBuilder::new(self, order_no)
    }

    /// The first column of the first row, as text (`NULL` for null).
    #[track_caller]
    pub fn value(&self, query: &str) -> String {
        let rows = self.rows(query);
        assert_eq!(rows.len(), 1, "one row expected: {query}\n{rows:#?}");
        rows[0].clone()
    }

    /// The rows of a query, columns joined by `|`, null as `NULL`.
    #[track_caller]
    pub fn rows(&self, query: &str) -> Vec<String> {
        let db = self.db();
        let mut statement = db.prepare(query).unwrap_or_else(|error| panic!("{error}\n{query}"));
        let columns = statement.column_count();
        let rows = statement
            .query_map([], |row| (0..columns).map(|i| row.get::<_, Value>(i)).collect::<Result<Vec<_>, _>>())
            .unwrap();
        rows.map(|row| row.unwrap().iter().map(shown).collect::<Vec<_>>().join("|")).collect()
    }

    /// The rows of a query, written as [`Shop::rows`] writes them.
    #[track_caller]
    pub fn check_rows(&self, query: &str, expected: &[&str]) {
        assert_eq!(self.rows(query), expected, "{query}");
    }

    /// All columns of one row, in their order, as `column: value`.
    #[track_caller]
    pub fn record(&self, table: &str, which: &str) -> Vec<String> {
        let query = format!("SELECT * FROM {table} WHERE {which}");
        let db = self.db();
        let mut statement = db.prepare(&query).unwrap_or_else(|error| panic!("{error}\n{query}"));
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let read = |row: &Row<'_>| (0..columns.len()).map(|i| row.get(i)).collect::<Result<Vec<Value>, _>>();
        let values = statement.query_one([], read).unwrap_or_else(|error| panic!("{error}\n{query}"));
        columns.iter().zip(&values).map(|(column, value)| format!("{column}: {}", shown(value))).collect()
    }

    /// All columns of one row that are not null, one a line; blanks before them do not count.
    #[track_caller]
    pub fn check_record(&self, table: &str, which: &str, expected: &str) {
        let mut found = self.record(table, which);
        found.retain(|line| !line.ends_with(": NULL"));
        let expected: Vec<&str> = expected.lines().map(str::trim_start).collect();
        assert_eq!(found, expected, "{table} where {which}");
    }

    /// All orders count as sent, although none was.
    #[track_caller]
    pub fn mark_all_sent(&self) {
        self.sql("UPDATE orders SET exported_at = '2026-11-24 10:06:00' WHERE exported_at IS NULL");
    }

    /// What the shop believes to have, and what of it is allocated.
    #[track_caller]
    pub fn check_stock(&self, sku: &str, quantity: i64, allocated: i64) {
        let query = format!("SELECT quantity, allocated FROM stock WHERE sku_code = '{sku}'");
        self.check_rows(&query, &[&format!("{quantity}|{allocated}")]);
    }

    /// What the shop would still sell.
    #[track_caller]
    pub fn check_sellable(&self, sku: &str, sellable: i64) {
        let query = format!("SELECT sellable FROM sellable_stock WHERE sku_code = '{sku}'");
        self.check_rows(&query, &[&sellable.to_string()]);
    }

    /// Everything in the tables that the shop's application shares, to see that nothing was written.
    #[track_caller]
    pub fn shop_data(&self) -> String {
        let tables = ["products", "skus", "stock", "orders", "order_shipments", "order_lines"];
        tables.iter().fold(String::new(), |mut all, table| {
            let rows = self.rows(&format!("SELECT * FROM {table} ORDER BY 1, 2"));
            let _ = writeln!(all, "{table}\n{}", rows.join("\n"));
            all
        })
    }
}

/// The settings of a small shop at this server, in clear text or not, without pauses.
fn sample_settings(ftp: &FtpServer, tls: Tls) -> String {
    let tls_lines = match tls {
        Tls::Off => "tls = \"none\"".to_owned(),
        Tls::Offered | Tls::Required => {
            format!("tls = \"explicit\"\ncertificate_sha256 = \"{}\"", ftp.certificate_sha256())
        }
    };
    format!(
        r#"environment = "demo"
database = "shop.db"
work_dir = "tempostar.d"
language = "en"

[shop]
name = "花と器"
code = "12345"
admin_email = "owner@hanaya.internal"

[shop.options]
reservation_sales = false
hanpukai = false
multiple_destinations = false
subscriptions = false

[ftp]
connect_timeout_s = 5
timeout_s = 5
retries = 0

[ftp.demo]
url = "{host}"
port = {port}
user = "{user}"
password_file = "demo.pass"
{tls_lines}

[mail]
transport = "none"

[products]
inbox = "/product/export/{{shop_code}}"
settle_s = 0

[stock]
inbox = "/netstock/{{shop_code}}"
settle_s = 0
reflect_lag_min = 10
reflect_when = "sent"

[logistics]
inbox = "/order/export/{{shop_code}}/orderstatus"
settle_s = 0
add_order_lines = "ignore"

[orders]
outbox = "/ordershop/{{shop_code}}"
file_name = "order{{timestamp}}.csv"
"#,
        host = ftp.host(),
        port = ftp.port(),
        user = ftp.user(),
    )
}

#[track_caller]
fn system_time(japan_time: &str) -> SystemTime {
    let japan = NaiveDateTime::parse_from_str(japan_time, "%Y-%m-%d %H:%M:%S").unwrap();
    let seconds = japan.and_utc().timestamp() - 9 * 3600;
    let length = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 { SystemTime::UNIX_EPOCH - length } else { SystemTime::UNIX_EPOCH + length }
}

/// The bytes of `text` in CP932, lines ended by CRLF as TEMPOSTAR writes them (`\n` inside quotes too).
#[track_caller]
pub fn cp932(text: &str) -> Vec<u8> {
    let crlf = text.replace('\n', "\r\n");
    let (bytes, _, lossy) = encoding_rs::SHIFT_JIS.encode(&crlf);
    assert!(!lossy, "not in CP932: {text}");
    bytes.into_owned()
}

/// The text of CP932 bytes.
#[track_caller]
pub fn from_cp932(bytes: &[u8]) -> String {
    let text = encoding_rs::SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes);
    text.expect("the file is not CP932").into_owned()
}

/// Figures for whoever runs the tests with `--nocapture`.
pub fn show(figures: &str) {
    println!("{figures}");
}

fn names_in(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let files = entries.map(|entry| entry.unwrap()).filter(|entry| entry.path().is_file());
    let mut names: Vec<String> = files.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn collect_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            collect_files(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Blob(bytes) => format!("{bytes:x?}"),
    }
}
