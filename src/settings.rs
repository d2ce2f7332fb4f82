//! The settings file: raw TOML in, checked [`Settings`] or all problems at once out.
//!
//! This is the only reader of the settings file and of the environment. Whoever holds a [`Settings`] need not check
//! anything again: what could be wrong without asking the server or the database was refused here.

#![expect(clippy::result_large_err, reason = "settings are read once; a problem's size does not matter here")]

mod checks;
pub mod columns;
mod names;
mod pattern;
mod reader;
mod sections;

use std::collections::BTreeMap;
use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use chrono::{NaiveDate, TimeDelta};
use rustix::fs::{Access, access};
use serde_json::{Map, Value};
use toml::de::DeTable;

pub(crate) use self::names::{folder_key, key_of, setting_name, table_of};
pub use self::pattern::Pattern;
use self::reader::{Reader, Secrets, variable};
use crate::encoding::{BYTE_ORDER_MARK, Encoding};
use crate::file_time::TimeInName;
use crate::job::Job;
use crate::kept;
use crate::layout::one_line;
use crate::moment::Moment;
use crate::owner;
use crate::problem::{Exit, Failure, Problem};
use crate::sheet::{EncodingChoice, Naming};
use crate::text::{Language, settings as text};

words! {
    /// Which of the two FTP servers, and whose data.
    pub enum Environment {
        /// TEMPOSTAR's test environment (テスト用).
        Demo = "demo",
        /// The real one (本番環境).
        Production = "production",
    }
}

impl Environment {
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Demo => Self::Production,
            Self::Production => Self::Demo,
        }
    }

    /// The table of its FTP server in the settings file.
    pub(crate) fn ftp_table(self) -> &'static str {
        match self {
            Self::Demo => "ftp.demo",
            Self::Production => "ftp.production",
        }
    }
}

/// Everything that the settings file says, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub path: PathBuf,
    /// The active environment: `--env`, else the file's.
    pub environment: Environment,
    pub database: PathBuf,
    /// The folder for archive, rejects, spool and locks; it may not exist yet.
    pub work_dir: PathBuf,
    /// The reader's language: the file's, else that of the locale.
    pub language: Language,
    pub shop: Shop,
    pub options: Options,
    /// The active environment's FTP server, and how to talk to it.
    pub ftp: Ftp,
    pub mail: Mail,
    /// The program that is told of problems, with its arguments; empty: none.
    pub notify: Vec<String>,
    pub products: Products,
    pub stock: Stock,
    pub logistics: Logistics,
    pub orders: Orders,
    /// What the columns of TEMPOSTAR's own list of orders are called.
    pub list: Naming,
    /// Those that each run lists in the shop's database; whatever else is listed there stays.
    pub payment_methods: Vec<PaymentMethod>,
    /// Likewise: the number (1 to 50) and the name of a product free item.
    pub product_free_items: Vec<(u8, String)>,
    /// Minutes without a success after which a job is overdue; others are not watched.
    pub schedule: BTreeMap<Job, u32>,
    pub limits: Limits,
    /// The environment variables that hold passwords: no program that we start needs them.
    pub secret_variables: Vec<String>,
}

impl Settings {
    /// Where a job's files come from; orders come from nowhere.
    pub fn inbox(&self, job: Job) -> Option<&Inbox> {
        match job {
            Job::Products => Some(&self.products.inbox),
            Job::Logistics => Some(&self.logistics.inbox),
            Job::Stock => Some(&self.stock.inbox),
            Job::Orders => None,
        }
    }

    /// How many hours may pass without a file of a job, if more have since its newest.
    pub fn hours_without_file(&self, job: Job, newest: Moment, now: Moment) -> Option<u32> {
        let hours = self.inbox(job)?.expect_file_every_h;
        (hours > 0 && now - newest > TimeDelta::hours(i64::from(hours))).then_some(hours)
    }

    /// The settings file's path, wherever one stands.
    pub(crate) fn full_path(&self) -> PathBuf {
        std::path::absolute(&self.path).unwrap_or_else(|_| self.path.clone())
    }

    /// See [`owner::settle`].
    pub(crate) fn settle_user(&self) -> Result<(), Failure> {
        owner::settle(&self.work_dir, &self.database, &self.path)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shop {
    /// As people call it; the shop code where it has no name.
    pub name: String,
    /// TEMPOSTAR:ショップコード: ASCII letters, digits and `_`.
    pub code: String,
    /// 店舗管理者メールアドレス; there is one unless the mail's transport is [`Transport::None`].
    pub admin_email: Vec<String>,
}

/// The options of the shop's platform; what excludes TEMPOSTAR was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// 複数配送先
    pub multiple_destinations: bool,
    /// 定期販売
    pub subscriptions: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ftp {
    pub connect_timeout: Duration,
    /// For every read and write, on control and data connections.
    pub timeout: Duration,
    /// How often a transient failure is tried again.
    pub retries: u32,
    /// The active environment's.
    pub server: Server,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Host name or IP address, an IPv6 address without brackets.
    pub host: String,
    /// 1 to 65535.
    pub port: u16,
    pub user: String,
    pub password: Secret,
    pub tls: Tls,
}

impl Server {
    /// Whether the password looks like a user of TEMPOSTAR (`12345_0`) and the user does not: then the secret is what
    /// stands as `user`.
    pub fn seems_swapped(&self) -> bool {
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let is_user = |text: &str| {
            text.split_once('_').is_some_and(|(code, number)| is_number(code) && is_number(number))
        };
        is_user(self.password.reveal()) && !is_user(&self.user)
    }

    /// What must never be shown.
    pub fn secret(&self) -> &str {
        if self.seems_swapped() { &self.user } else { self.password.reveal() }
    }

    /// The user, unless that is the secret.
    pub fn shown_user(&self) -> &str {
        if self.seems_swapped() { "…" } else { &self.user }
    }
}

/// Whether and how the connection is encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tls {
    /// Clear text.
    None,
    /// Control connection and data connections.
    Encrypted {
        begins: Begins,
        /// The oldest version to accept.
        min: TlsVersion,
        /// The newest version to offer; not older than `min`.
        max: TlsVersion,
        /// A CA to trust besides the well-known ones: a PEM file that could be read.
        ca_file: Option<PathBuf>,
        /// The one certificate to trust.
        certificate_sha256: Option<[u8; 32]>,
    },
}

words! {
    /// When the encryption of a connection begins.
    pub enum Begins {
        /// Once the server has greeted (AUTH TLS).
        Explicit = "explicit",
        /// With the first byte.
        Implicit = "implicit",
    }
}

impl Begins {
    /// The port of servers that want it so.
    pub fn usual_port(self) -> u16 {
        match self {
            Self::Explicit => 21,
            Self::Implicit => 990,
        }
    }
}

words! {
    pub enum TlsVersion {
        V1_2 = "1.2",
        V1_3 = "1.3",
    }
}

/// A password, which no log and no message can show by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(password: impl Into<String>) -> Self {
        Self(password.into())
    }

    /// The password itself, for the server it belongs to.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"…\"")
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub transport: Transport,
    /// The sender; there is one unless the transport is [`Transport::None`].
    pub from: Option<String>,
    /// After how long a problem that is still open is mailed again.
    pub remind_after: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transport {
    None,
    /// The host's own `sendmail`.
    Sendmail,
    Smtp(Smtp),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Smtp {
    /// Host name or IP address.
    pub host: String,
    /// 1 to 65535.
    pub port: u16,
    pub tls: MailTls,
    /// A CA to trust besides the well-known ones: a PEM file that could be read.
    pub ca_file: Option<PathBuf>,
    /// Absent: no authentication.
    pub login: Option<Login>,
}

words! {
    /// How the connection to the SMTP server is encrypted.
    pub enum MailTls {
        /// Clear text.
        None = "none",
        /// STARTTLS, required.
        StartTls = "starttls",
        /// TLS from the start.
        Tls = "tls",
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    pub user: String,
    pub password: Secret,
}

/// A folder on the server out of which files are imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inbox {
    /// Absolute, or relative to the login's folder; without a slash at its end.
    pub folder: String,
    pub pattern: Pattern,
    pub encoding: EncodingChoice,
    pub ready: Ready,
    pub after_import: AfterImport,
    pub time_in_name: TimeInName,
    /// Above this share of bad rows, in percent (0 to 100), the whole file is refused.
    pub max_bad_rows_percent: u32,
    /// Once a file has come, it is a problem when none comes for so many hours; 0: it never is.
    pub expect_file_every_h: u32,
    /// What we have put away on the server is deleted after so many days; 0: never.
    pub keep_on_server_days: u32,
    pub naming: Naming,
}

/// When a file in an inbox is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ready {
    /// When its size has not changed for this long.
    Stable {
        /// May be zero.
        settle: Duration,
    },
    /// When a file of the same stem and this ending lies beside it.
    Marker {
        /// With its leading dot.
        suffix: String,
    },
}

words! {
    /// What becomes of an imported file on the server; a copy always stays in the work folder.
    pub enum AfterImport {
        /// It moves to the inbox's `archive` folder.
        Archive = "archive",
        Delete = "delete",
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Products {
    pub inbox: Inbox,
    /// The mall's block whose columns override the common ones.
    pub shop_block: Option<String>,
    /// CSV column → product free item (1 to 50, each once), in the file's order.
    pub free_items: Vec<(String, u8)>,
    /// When rows, or a file, look wrong.
    pub guard: ProductGuard,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProductGuard {
    /// By how much a price may fall, in percent (0 to 100); 100: by all of it.
    pub price_fall_percent: u32,
    /// By how much a price may rise, in percent; 0: by any amount.
    pub price_rise_percent: u32,
    /// Share of the published products that a file may unpublish or leave without a name, in percent; 100: all.
    pub unpublish_percent: u32,
    /// Share of a file's rows that may name SKUs of other products, or products without a name, in percent; 100: all.
    pub move_percent: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stock {
    pub inbox: Inbox,
    /// TEMPOSTAR's time to turn an order into its stock figure.
    pub reflect_lag: TimeDelta,
    pub reflect_when: ReflectWhen,
    /// What a file that does not name a SKU says of it.
    pub files: StockFiles,
    /// A larger figure rejects its row.
    pub max_quantity: i64,
    pub guard: Guard,
}

words! {
    /// From when an order counts as known to TEMPOSTAR, but for the lag.
    pub enum ReflectWhen {
        /// From its upload.
        Sent = "sent",
        /// From when its file was seen gone from the outbox.
        Taken = "taken",
    }
}

words! {
    /// What a stock file that does not name a SKU says of it.
    pub enum StockFiles {
        /// Nothing: it may be a slice, or a file of before.
        Auto = "auto",
        /// Nothing: each file names all SKUs.
        Full = "full",
        /// That its figure has not changed.
        Differential = "differential",
    }
}

/// The safety guard of stock files; a limit of 100 percent is switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guard {
    /// Share of sellable SKUs that would become unsellable, in percent (0 to 100).
    pub zero_percent: u32,
    /// Share of rows whose SKU the shop does not have, in percent (0 to 100).
    pub unknown_percent: u32,
    /// Fewer rows are not looked at.
    pub min_rows: u64,
    /// All files of so many hours count together.
    pub window_h: u32,
    /// Share of SKUs whose figure grows by more than 10 times and more than 100, in percent (0 to 100).
    pub rise_percent: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logistics {
    pub inbox: Inbox,
    /// TEMPOSTAR:物流連携時受注明細追加フラグ
    pub add_order_lines: AddOrderLines,
    /// The codes of 受注進捗コード that mean shipped.
    pub shipped: Vec<String>,
    /// And those that mean cancelled.
    pub cancelled: Vec<String>,
    /// What a file without 受注進捗コード is.
    pub without_status: WithoutStatus,
    pub guard: ShipGuard,
}

/// The safety guard of logistics files; a limit of 100 percent is switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShipGuard {
    /// Share of the open orders that would be shipped, in percent (0 to 100).
    pub ship_percent: u32,
    /// Fewer open orders are not looked at.
    pub min_orders: u64,
    /// All files of so many hours count together.
    pub window_h: u32,
}

words! {
    /// What becomes of a logistics file that does not say how far its orders are.
    pub enum WithoutStatus {
        /// It is refused: a tick cannot be taken back.
        Refuse = "refuse",
        /// Every row of it is shipped.
        Shipped = "shipped",
    }
}

words! {
    /// What becomes of lines that TEMPOSTAR added to an order.
    pub enum AddOrderLines {
        /// 追加する
        Add = "add",
        /// They are left out.
        Ignore = "ignore",
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orders {
    /// The folder on the server: absolute, or relative to the login's folder; without a slash at its end.
    pub outbox: String,
    /// With `{timestamp}` (`YYYYMMDDHHMMSS`) still in it.
    pub file_name: String,
    pub encoding: Encoding,
    /// The ending of the empty file that follows an order file, with its dot; absent: none follows.
    pub marker: Option<String>,
    /// CSV column → order free item (1 to 36, each once), in the file's order.
    pub free_items: Vec<(String, u8)>,
    /// What stands in a row, from left to right.
    pub columns: Vec<OrderField>,
    /// What that makes of TEMPOSTAR's names, for reading the files back.
    pub naming: Naming,
    /// Orders placed before are never sent.
    pub since: Option<NaiveDate>,
    /// An order that is older and was never sent waits for somebody's approval; 0: at any age it goes.
    pub max_age_days: u32,
    /// By how much 消費税計 may differ from the sum of its lines.
    pub tax_difference_yen: i64,
    /// An order that was sent and not shipped for so many days is looked into by somebody; 0: by nobody.
    pub unshipped_after_days: u32,
}

impl Orders {
    /// Whether TEMPOSTAR's column stands in the file, under whatever name.
    pub fn sends(&self, column: &str) -> bool {
        self.columns
            .iter()
            .any(|field| matches!(&field.content, FieldContent::Column(name) if name == column))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderField {
    pub name: String,
    pub content: FieldContent,
}

/// What stands in a column of a file of orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldContent {
    /// What TEMPOSTAR's column of this name has.
    Column(String),
    /// One of [`Orders::free_items`].
    FreeItem(usize),
    Constant(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentMethod {
    /// As the orders name it.
    pub name: String,
    pub is_card: bool,
    /// Since when the shop has offered it; there is a day unless it is ready.
    pub added_on: Option<NaiveDate>,
    /// Whether SAVAWAY has set it up.
    pub is_ready: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A larger file is refused before its download.
    pub max_file_bytes: u64,
    /// How many days history and archived files are kept.
    pub history_days: u32,
    pub run_max_min: u32,
    /// For how long the copies of order files are kept.
    pub order_copies_days: u32,
}

/// Where a shop that is installed on this machine has its settings.
const INSTALLED: &str = "/etc/tempostar/tempostar.toml";

/// Where the settings file is: `--config`, else `$TEMPOSTAR_CONFIG`, else `./tempostar.toml`, else
/// `/etc/tempostar/tempostar.toml`. Only the latter two are looked at; [`load`] says what is wrong with the others.
pub fn find(config: Option<&Path>) -> Result<PathBuf, Failure> {
    find_in(config, &["./tempostar.toml", INSTALLED])
}

/// The tests must not meet a shop that is installed on the machine where they run.
fn on_this_machine(place: &str) -> PathBuf {
    let is_foreign =
        cfg!(feature = "test-hooks") && place.starts_with('/') && !Path::new(place).starts_with("/tmp");
    PathBuf::from(if is_foreign { place.trim_start_matches('/') } else { place })
}

/// Where the data of a shop that is installed on this machine lie.
pub(crate) fn installed_data() -> PathBuf {
    on_this_machine("/var/lib/tempostar")
}

/// Whether this is the place of a shop that is installed on this machine.
pub(crate) fn is_installed(path: &Path) -> bool {
    path == on_this_machine(INSTALLED)
}

/// Where a settings file is to be made that [`find`] will find: here, or that of this machine.
pub(crate) fn place_for_new(config: Option<&Path>, is_of_machine: bool) -> PathBuf {
    let otherwise =
        if is_of_machine { on_this_machine(INSTALLED) } else { PathBuf::from("./tempostar.toml") };
    find_in(config, &[]).unwrap_or(otherwise)
}

/// Whether there is a place for the settings of this machine: a package has made it.
pub(crate) fn has_place_for_machine() -> bool {
    on_this_machine(INSTALLED).parent().is_some_and(Path::is_dir)
}

/// Where the host's own sendmail is. cron's PATH often lacks its folder.
pub(crate) fn sendmail() -> Option<PathBuf> {
    let path = variable("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin", "/usr/lib"].map(on_this_machine));
    folders.map(|folder| folder.join("sendmail")).find(|program| program.is_file())
}

/// Whether a program is there and can be executed: at its path, or in PATH.
pub(crate) fn is_program(name: &str) -> bool {
    let is_one = |path: &Path| path.is_file() && access(path, Access::EXEC_OK).is_ok();
    let path = variable("PATH").unwrap_or_default();
    match name.contains('/') {
        true => is_one(Path::new(name)),
        false => std::env::split_paths(&path).any(|folder| is_one(&folder.join(name))),
    }
}

/// Checks what is to become a settings file; passwords may stand in it. It has no lines yet that a problem could name.
pub(crate) fn check_text(path: &Path, source: &str) -> Result<Settings, Failure> {
    let placeless = |problem| Problem { file: None, line: None, ..problem };
    check(path, source, None, Secrets::Read).map_err(|failure| Failure {
        problems: failure.problems.into_iter().map(placeless).collect(),
        ..failure
    })
}

fn find_in(config: Option<&Path>, places: &[&str]) -> Result<PathBuf, Failure> {
    let named = || variable("TEMPOSTAR_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from);
    let existing = || places.iter().map(|place| on_this_machine(place)).find(|place| place.exists());
    let found = config.map(Path::to_owned).or_else(named).or_else(existing);
    found.ok_or_else(|| {
        let looked_at = [&["--config", "TEMPOSTAR_CONFIG"], places].concat().join(", ");
        Failure::of(text::file_not_given(&looked_at))
    })
}

/// Reads and checks the settings file. `environment` is what `--env` said.
///
/// # Errors
/// Every problem of the file at once, in the order of its lines, with [`Exit::Settings`].
pub fn load(path: &Path, environment: Option<Environment>) -> Result<Settings, Failure> {
    read_and_check(path, environment, Secrets::Read)
}

/// The same for a command that talks to nobody: files and variables with passwords and certificates are left unread.
pub fn load_to_look(path: &Path, environment: Option<Environment>) -> Result<Settings, Failure> {
    read_and_check(path, environment, Secrets::Unread)
}

fn read_and_check(
    path: &Path,
    environment: Option<Environment>,
    secrets: Secrets,
) -> Result<Settings, Failure> {
    let read = read_text(path).map_err(|problem| Failure::of(problem.in_file(&path.display().to_string())));
    check(path, &read?, environment, secrets)
}

/// As much of a settings file with problems as is needed to tell somebody of them: how to mail, to whom, and where the
/// work folder is. `None` when the problems concern that very part. Nothing else of it may be used.
pub fn load_to_tell(config: Option<&Path>, environment: Option<Environment>) -> Option<Settings> {
    let path = find(config).ok()?;
    let source = read_text(&path).ok()?;
    let (root, _) = DeTable::parse_recoverable(&source);
    let mut reader = Reader::new(&path, &source, root.get_ref(), Secrets::Read);
    let settings = sections::settings(&mut reader, &path, environment);
    let is_needed = |problem: &Problem| {
        let key = problem.column.as_deref().unwrap_or_default();
        let names = ["environment", "work_dir", "language", "shop.name", "shop.admin_email"];
        key == "mail" || key.starts_with("mail.") || names.contains(&key)
    };
    (!reader.finish().iter().any(is_needed)).then_some(settings)
}

/// What a settings file says, without passwords, for somebody else's eyes; nothing where it cannot be read at all.
pub(crate) fn without_secrets(path: &Path) -> Map<String, Value> {
    let source = read_text(path).unwrap_or_default();
    let (root, _) = DeTable::parse_recoverable(&source);
    let mut reader = Reader::new(path, &source, root.get_ref(), Secrets::Unread);
    let _ = sections::settings(&mut reader, path, None);
    reader.without_secrets()
}

fn read_text(path: &Path) -> Result<String, Problem> {
    if path.is_dir() {
        return Err(text::file_is_folder());
    }
    let bytes = kept::read(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => text::file_missing(),
        _ => owner::or_denied(text::file_unreadable(&error.to_string()), path, &error),
    })?;
    // Windows' editor begins UTF-8 files with a byte order mark; a Mac of old ended lines with \r alone.
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&bytes);
    let bytes = match bytes.contains(&b'\n') {
        true => bytes.to_vec(),
        false => bytes.iter().map(|byte| if *byte == b'\r' { b'\n' } else { *byte }).collect(),
    };
    String::from_utf8(bytes).map_err(|error| {
        let (good, _) = error.as_bytes().split_at(error.utf8_error().valid_up_to());
        text::file_not_utf8().at_line(good.iter().filter(|byte| **byte == b'\n').count() as u64 + 1)
    })
}

fn check(
    path: &Path,
    source: &str,
    environment: Option<Environment>,
    secrets: Secrets,
) -> Result<Settings, Failure> {
    let refused = |problems| Failure { exit: Exit::Settings, problems };
    let (root, errors) = DeTable::parse_recoverable(source);
    if !errors.is_empty() {
        return Err(refused(reader::syntax_problems(path, source, &errors)));
    }
    let mut reader = Reader::new(path, source, root.get_ref(), secrets);
    let settings = sections::settings(&mut reader, path, environment);
    let problems = reader.finish();
    if problems.is_empty() { Ok(settings) } else { Err(refused(problems)) }
}

/// The language in which to tell what is wrong with a settings file: its own, if at least that can be read in it, else
/// that of the locale.
pub fn language_despite_problems(config: Option<&Path>) -> Language {
    let source = find(config).ok().and_then(|path| kept::read(&path).ok()).unwrap_or_default();
    let source = String::from_utf8_lossy(&source);
    let (root, _) = DeTable::parse_recoverable(source.trim_start_matches('\u{feff}'));
    let written = root.get_ref().get("language").and_then(|value| value.get_ref().as_str());
    written.and_then(|word| word.parse().ok()).unwrap_or_else(locale_language)
}

/// The language of the locale, for what is said before there are settings, and without a `language` in them.
pub fn locale_language() -> Language {
    let names = ["LC_ALL", "LC_MESSAGES", "LANG"];
    let locale = names.into_iter().filter_map(variable).find(|value| !value.is_empty());
    match locale {
        Some(locale) if locale.to_string_lossy().starts_with("ja") => Language::Ja,
        _ => Language::En,
    }
}

/// Whether the user asked programs for plain text (`NO_COLOR`, see <https://no-color.org>).
pub fn colours_unwanted() -> bool {
    variable("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// Who started this process, as the environment says; before `sudo`, if it was called by that.
pub fn user() -> Option<String> {
    let names = ["SUDO_USER", "LOGNAME", "USER"];
    let named = names.into_iter().filter_map(variable).filter_map(|name| name.into_string().ok());
    named.map(|name| one_line(&name)).find(|name| !name.is_empty())
}

/// What a test wants to be otherwise, by the variable that it sets for that. An ordinary build does not ask.
pub fn test_hook<T: FromStr>(name: &str) -> Option<T> {
    cfg!(feature = "test-hooks").then(|| variable(name)?.to_str()?.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = include_str!("../examples/tempostar.toml");

    #[test]
    fn every_key_stands_in_the_sample_and_no_other() {
        let is_key =
            |line: &str| line.split_once(" = ").is_some_and(|(key, _)| key.is_ascii() && !key.contains(' '));
        let is_wanted = |line: &&str| is_key(line) || line.starts_with("[[");
        let uncomment = |line: &'static str| line.strip_prefix("# ").filter(is_wanted).unwrap_or(line);
        let everything = SAMPLE.lines().map(uncomment).collect::<Vec<_>>().join("\n");
        let root = DeTable::parse(&everything).unwrap();
        let mut in_sample = std::collections::BTreeSet::new();
        collect_keys(root.get_ref(), "", &mut in_sample);

        let mut reader = Reader::new(Path::new("tempostar.toml"), &everything, root.get_ref(), Secrets::Read);
        sections::settings(&mut reader, Path::new("tempostar.toml"), None);
        reader.known.retain(|key| !key.starts_with("product_free_items."));
        assert_eq!(in_sample, reader.known);
    }

    fn collect_keys(table: &DeTable<'_>, path: &str, keys: &mut std::collections::BTreeSet<String>) {
        for (name, value) in table {
            let key = if path.is_empty() {
                name.get_ref().to_string()
            } else {
                format!("{path}.{}", name.get_ref())
            };
            match value.get_ref() {
                toml::de::DeValue::Table(inner)
                    if !key.ends_with("free_items") && !key.ends_with(".columns") =>
                {
                    collect_keys(inner, &key, keys)
                }
                toml::de::DeValue::Array(tables) if tables.iter().all(|table| table.get_ref().is_table()) => {
                    for (index, table) in tables.iter().enumerate() {
                        let table = table.get_ref().as_table().unwrap();
                        collect_keys(table, &format!("{key}.#{index}"), keys);
                    }
                }
                _ => drop(keys.insert(key)),
            }
        }
    }
}
