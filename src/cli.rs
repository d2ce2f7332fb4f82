//! The command line: declarations only. The doc comments are the help text.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum, value_parser};
use clap_complete::Shell;

use crate::job::Job;
use crate::moment::Month;

/// What stands below the help: each code once more in the README, with what to do.
const EXIT_CODES: &str = "\
Exit codes:
  0    done, or nothing to do
  1    internal error
  2    wrong usage
  3    done, but some rows, files or orders were rejected, refused or held back
  4    a guard held something in this run: tempostar held
  5    the FTP server or the network failed, after all retries: just run again
  6    settings, credentials or permissions are wrong
  7    the same job is running already
  8    the database cannot be used
  130  stopped by Ctrl-C; the next run goes on from there
  143  stopped by SIGTERM; likewise

Examples:
  tempostar check-settings                  is everything ready?
  tempostar import-stock --dry-run          what would change?
  tempostar --quiet import-stock            as cron calls it
  tempostar status                          the last runs, and what waits
  tempostar explain A-1-RED                 why is this SKU at 0?
  tempostar log                             past runs, newest first

`tempostar COMMAND --help` shows more of each command.";

/// What `--help` of each subcommand ends with.
mod examples {
    pub(super) const IMPORT_PRODUCTS: &str = "\
Never deletes a product. A column without a home in the shop is named in the report.

Examples:
  tempostar import-products --dry-run              what would change?
  tempostar import-products
  tempostar import-products --file product.csv     instead of the inbox

Exit codes: 0 done; 3 some rows or files were rejected or refused; the others: tempostar --help";
    pub(super) const IMPORT_LOGISTICS: &str = "\
Sets 配送区分, 入金区分 and オーソリ確定 when all of an order is shipped. Never cancels an order, and never mails a \
customer.

Examples:
  tempostar import-logistics --dry-run             what would change?
  tempostar import-logistics
  tempostar import-logistics --file status.csv     instead of the inbox

Exit codes: 0 done; 3 some rows or files were rejected or refused; the others: tempostar --help";
    pub(super) const IMPORT_STOCK: &str = "\
Computes the allocation (在庫引当) of each SKU in the file anew, so that no unit is sold twice. A file that would empty \
the shop, or is another shop's, is held (exit code 4): look at it with `tempostar held`.

Examples:
  tempostar import-stock --dry-run                 what would change?
  tempostar --quiet import-stock                   as cron calls it
  tempostar import-stock --force                   when what is held is right
  tempostar import-stock --file stock.csv          instead of the inbox

Exit codes: 0 done; 3 some rows or files were rejected or refused; 4 a file was held; the others: tempostar --help";
    pub(super) const EXPORT_ORDERS: &str = "\
Before the first time, mark the orders that TEMPOSTAR must not get: docs/database.md, “Going live”.

Examples:
  tempostar export-orders --dry-run                what would be sent?
  tempostar --quiet export-orders                  as cron calls it

Exit codes: 0 done; 3 some orders were held back; the others: tempostar --help";
    pub(super) const CHECK_SETTINGS: &str = "\
Changes nothing in the shop's data.

Examples:
  tempostar check-settings
  tempostar check-settings --offline               without the network
  tempostar --env production check-settings --write-test

Exit codes: 0 all is well, perhaps with warnings; 5 only the network is at fault; 8 only the database is; else 6";
    pub(super) const INIT: &str = "\
Asks for the shop code, the FTP access of the test environment and the shop manager's address, writes what differs from
the defaults, prints the lines for cron, and checks. Whatever is there already stays as it is.

Examples:
  tempostar init                             asks at the terminal
  tempostar init --from answers.txt          from a mail of the shop
  tempostar init --sample                    every setting with its meaning

Exit codes: as check-settings; 6 also when something is in the way or an answer is wrong";
    pub(super) const STATUS: &str = "\
Reads the database only; does not talk to the server.

Examples:
  tempostar status
  tempostar --quiet status --check                 for a monitor
  tempostar --quiet status --html /var/www/tempostar.html

Exit codes: 0; 3 with --check when a person has to look; the others: tempostar --help";
    pub(super) const HELD: &str = "\
Examples:
  tempostar held                             what is held, and why
  tempostar held show 3                      what it would change
  tempostar held approve 3                   apply just what was shown
  tempostar held approve 1001                let an order of unusual age go
  tempostar held discard 3                   do not apply it

Exit codes: 0 done; 3 nothing of this name is held; 4 the shop has changed since it was shown; the others: \
tempostar --help";
    pub(super) const EXPLAIN: &str = "\
Reads the settings and the database only; does not talk to the server, and shows no customer's data.

Examples:
  tempostar explain A-1-RED                  a SKU: what its stock is made of
  tempostar explain A-1                      a product: its SKUs
  tempostar explain 1001                     an order: sent when, shipped when
  tempostar explain 12345-1001               likewise, as TEMPOSTAR writes it
  tempostar explain stock_1015.csv           a file: what became of it
  tempostar explain 20261124T101500-1a2b3c   a run: how it ended, its files
  tempostar explain ftp-login-refused        a problem's code: what to do
  tempostar explain A-1-RED --json           with the whole history

Exit codes: 0 found; 3 there is nothing of this name; the others: tempostar --help";
    pub(super) const UNDO: &str = "\
A value that is not what the run wrote any more stays, and is named with the reason. Ticks, captures and orders that were \
sent are never undone. Units that were sold meanwhile stay sold. An undo is a run itself, and can be undone.

Examples:
  tempostar undo 20261124T101500-1a2b3c --dry-run    what would go back?
  tempostar undo 20261124T101500-1a2b3c

Exit codes: 0 undone; 2 the run cannot be undone; 3 some values stay as they are; the others: tempostar --help";
    pub(super) const RECONCILE: &str = "\
Compares the shop's tables with the files that were exchanged, and both with the ledger. Reads only (but with --repair); \
does not talk to the server, and shows no customer's data.

Examples:
  tempostar reconcile
  tempostar --quiet reconcile                once a day, as cron calls it
  tempostar reconcile --month 2026-11        what was sent in that month
  tempostar reconcile --with list.csv        beside TEMPOSTAR's list of orders
  tempostar reconcile --repair               compute wrong allocations anew

Exit codes: 0 everything agrees; 3 something differs; the others: tempostar --help";
    pub(super) const FLEET: &str = "\
Reads the settings files and the databases only. A shop that cannot be read stands first, with the reason.

Examples:
  tempostar fleet /etc/tempostar/shops/*.toml
  tempostar fleet --check shop1.toml shop2.toml    for a monitor
  tempostar fleet shop1.toml --json                with all figures

Exit codes: 0; 3 with --check when a shop is to be looked at; the others: tempostar --help";
    pub(super) const LOG: &str = "\
Reads the database only. A run that was killed, or lost its power, is told as stopped midway.

Examples:
  tempostar log                              the last seven days
  tempostar log --job import-stock --days 1
  tempostar log --json                       with all figures

Exit codes: 0; the others: tempostar --help";
}

/// Connects a shop's SQLite database with TEMPOSTAR by exchanging CSV files on its FTP server.
///
/// Each call does one thing and ends; let cron call it (see crontab.example).
#[derive(Debug, Parser)]
#[command(
    name = "tempostar",
    version = env!("TEMPOSTAR_VERSION"),
    after_help = EXIT_CODES
)]
pub struct Cli {
    /// Settings shared by all subcommands.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options that every subcommand takes.
#[derive(Args, Debug)]
pub struct Global {
    /// Settings file [default: $TEMPOSTAR_CONFIG, ./tempostar.toml, /etc/tempostar/tempostar.toml]
    #[arg(long, global = true, value_name = "PATH")]
    pub config: Option<PathBuf>,
    /// Which FTP settings and which database to use, instead of `environment` in the settings file
    #[arg(long, global = true, value_name = "ENVIRONMENT")]
    pub env: Option<EnvironmentArg>,
    /// Print one JSON document instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// Print nothing but problems, no progress either: for cron
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Log each step on stderr, with the run's id; twice: each FTP command
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Form of the log and of the problems on stderr
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,
    /// Colours in what is printed; auto: at a terminal, unless `NO_COLOR` is set
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

/// `--env`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EnvironmentArg {
    /// The test environment (テスト用)
    Demo,
    /// The production environment (本番環境)
    Production,
}

/// `--log-format`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

/// `--color`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// At a terminal
    Auto,
    /// In pipes and files, too
    Always,
    /// Nowhere
    Never,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create and update products and SKUs from TEMPOSTAR's product files (商品情報取込)
    #[command(after_help = examples::IMPORT_PRODUCTS)]
    ImportProducts(Import),
    /// Mark the orders that TEMPOSTAR has shipped (物流連携取込)
    #[command(after_help = examples::IMPORT_LOGISTICS)]
    ImportLogistics(Import),
    /// Set the shop's stock to TEMPOSTAR's figures (在庫情報取込)
    #[command(after_help = examples::IMPORT_STOCK)]
    ImportStock(ImportStock),
    /// Send each new order to TEMPOSTAR, once (受注連携)
    #[command(after_help = examples::EXPORT_ORDERS)]
    ExportOrders(Export),
    /// Make the settings, the password file and the folders of a new shop, and check them (初期設定)
    #[command(after_help = examples::INIT)]
    Init(Init),
    /// Find out whether everything needed for the jobs works, and say what does not
    #[command(after_help = examples::CHECK_SETTINGS)]
    CheckSettings(CheckSettings),
    /// Show the last runs and what waits
    #[command(after_help = examples::STATUS)]
    Status(Status),
    /// Show what is known of a SKU, a product, an order, a file, a run or a problem's code
    #[command(after_help = examples::EXPLAIN)]
    Explain(Explain),
    /// Take back what one run did to products and stock, as far as it still stands
    #[command(after_help = examples::UNDO)]
    Undo(Undo),
    /// Find out whether the shop's tables and the files that were exchanged agree (照合)
    #[command(after_help = examples::RECONCILE)]
    Reconcile(Reconcile),
    /// Show past runs, newest first: how each ended, how long it took, who started it, what it did
    #[command(after_help = examples::LOG)]
    Log(Log),
    /// List, show, approve or discard what the guards hold
    #[command(after_help = examples::HELD)]
    Held(Held),
    /// Show many shops, one line each, the worst first
    #[command(after_help = examples::FLEET)]
    Fleet(Fleet),
    /// Make what a package ships beside the binary: shell completions and man pages
    #[command(hide = true, subcommand)]
    Generate(Generate),
}

impl Command {
    /// Its name, as it is typed.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ImportProducts(_) => Job::Products.as_str(),
            Self::ImportLogistics(_) => Job::Logistics.as_str(),
            Self::ImportStock(_) => Job::Stock.as_str(),
            Self::ExportOrders(_) => Job::Orders.as_str(),
            Self::Init(_) => "init",
            Self::CheckSettings(_) => "check-settings",
            Self::Status(_) => "status",
            Self::Explain(_) => "explain",
            Self::Undo(_) => "undo",
            Self::Reconcile(_) => "reconcile",
            Self::Log(_) => "log",
            Self::Held(_) => "held",
            Self::Fleet(_) => "fleet",
            Self::Generate(_) => "generate",
        }
    }

    /// Which job it is, if it is one.
    pub fn job(&self) -> Option<Job> {
        match self {
            Self::ImportProducts(_) => Some(Job::Products),
            Self::ImportLogistics(_) => Some(Job::Logistics),
            Self::ImportStock(_) => Some(Job::Stock),
            Self::ExportOrders(_) => Some(Job::Orders),
            Self::CheckSettings(_)
            | Self::Status(_)
            | Self::Explain(_)
            | Self::Undo(_)
            | Self::Reconcile(_)
            | Self::Init(_)
            | Self::Log(_)
            | Self::Held(_)
            | Self::Fleet(_)
            | Self::Generate(_) => None,
        }
    }

    /// Whether it only reads the settings and the database, and needs no password.
    pub fn only_looks(&self) -> bool {
        matches!(self, Self::Status(_) | Self::Explain(_) | Self::Log(_) | Self::Reconcile(_) | Self::Held(_))
    }

    /// Whether it is a job that is to change something.
    pub fn has_effects(&self) -> bool {
        let is_dry_run = match self {
            Self::ImportProducts(import) | Self::ImportLogistics(import) => import.dry_run,
            Self::ImportStock(stock) => stock.import.dry_run,
            Self::ExportOrders(export) => export.dry_run,
            _ => false,
        };
        self.job().is_some() && !is_dry_run
    }
}

/// Options of every import.
#[derive(Args, Debug)]
pub struct Import {
    /// Change nothing, neither here nor on the server; print what would change
    #[arg(long)]
    pub dry_run: bool,
    /// Take this local file instead of the inbox; may be repeated. A file that was applied before is applied again. The
    /// name alone of a file that was applied or refused means its newest copy in the work folder's archive
    #[arg(long, value_name = "PATH")]
    pub file: Vec<PathBuf>,
}

/// Options of `import-stock`.
#[derive(Args, Debug)]
pub struct ImportStock {
    /// Options of every import.
    #[command(flatten)]
    pub import: Import,
    /// Approve all that is held now; a file that this run meets for the first time is judged as always
    #[arg(long)]
    pub force: bool,
}

/// Options of `export-orders`.
#[derive(Args, Debug)]
pub struct Export {
    /// Send nothing; print what would be sent and what would be held back
    #[arg(long)]
    pub dry_run: bool,
}

/// Options of `init`.
#[derive(Args, Debug)]
pub struct Init {
    /// Take the answers from this file (-: standard input): lines NAME: VALUE with the names of the shop's 初期設定
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// An answer, by settings key or name; may be repeated. A password is safer in the file of --from
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Who will run the jobs; root makes the files for this user
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
    /// Print a settings file with every setting and its meaning, and make nothing
    #[arg(long, conflicts_with_all = ["from", "set", "user"])]
    pub sample: bool,
}

/// Options of `check-settings`.
#[derive(Args, Debug, Default)]
pub struct CheckSettings {
    /// Leave out everything that needs the network
    #[arg(long)]
    pub offline: bool,
    /// Also write, read back, rename, move and delete a small file on the server, and compare its clock with ours
    #[arg(long)]
    pub write_test: bool,
    /// Also send a test mail to the shop manager
    #[arg(long)]
    pub send_test_mail: bool,
    /// Also write what the support needs into this file, without passwords, rows or customers' data
    #[arg(long, value_name = "FILE")]
    pub bundle: Option<PathBuf>,
}

/// Options of `status`.
#[derive(Args, Debug)]
pub struct Status {
    /// Exit with 3 if a problem is open, something is held, or a job is overdue by the schedule in the settings; the first line is for monitors (Nagios)
    #[arg(long)]
    pub check: bool,
    /// Name everything that there is to do by hand, not only the first ten of each kind
    #[arg(long)]
    pub all: bool,
    /// Also write figures to this file, in OpenMetrics, for the textfile collector of Prometheus' node exporter
    #[arg(long, value_name = "FILE")]
    pub metrics: Option<PathBuf>,
    /// Also write it as a page to look at: one HTML file, without customers' data
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

/// Options of `explain`.
#[derive(Args, Debug)]
pub struct Explain {
    /// A SKU's or product's code, an order's number, a file's name, a run's id, or a problem's code
    #[arg(value_name = "CODE")]
    pub code: String,
}

/// Options of `undo`.
#[derive(Args, Debug)]
pub struct Undo {
    /// The run's id, as `log`, `explain` and --json show it
    #[arg(value_name = "RUN")]
    pub run: String,
    /// Change nothing; print what would go back and what would stay
    #[arg(long)]
    pub dry_run: bool,
}

/// Options of `reconcile`.
#[derive(Args, Debug)]
pub struct Reconcile {
    /// Only what was sent and came in this month
    #[arg(long, value_name = "YYYY-MM")]
    pub month: Option<Month>,
    /// Also compare with this CSV file: TEMPOSTAR's own list of orders, as its screen exports it
    #[arg(long, value_name = "FILE")]
    pub with: Option<PathBuf>,
    /// Also write it as a page to look at: one HTML file, without customers' data
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// First compute anew the allocations that orders do not account for: a run that can be undone
    #[arg(long, conflicts_with = "month")]
    pub repair: bool,
}

/// Options of `log`.
#[derive(Args, Debug)]
pub struct Log {
    /// Only the runs of this job
    #[arg(long, value_parser = PossibleValuesParser::new(Job::ALL.iter().map(|job| job.as_str())).try_map(|job| job.parse::<Job>()))]
    pub job: Option<Job>,
    /// How many days back; runs older than `history_days` are forgotten
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = value_parser!(u32).range(1..=3650))]
    pub days: u32,
}

/// Options of `held`.
#[derive(Args, Debug)]
pub struct Held {
    /// What to do; `list` where nothing is said.
    #[command(subcommand)]
    pub act: Option<HeldAct>,
}

/// What `held` does.
#[derive(Debug, Subcommand)]
pub enum HeldAct {
    /// List what waits for a decision
    List,
    /// Show what it would change now
    Show {
        /// Its number
        id: String,
        /// All of it, not only the first 20 values
        #[arg(long)]
        all: bool,
        /// Also write it as a page to look at: one HTML file, without customers' data
        #[arg(long, value_name = "FILE")]
        html: Option<PathBuf>,
    },
    /// Apply it, if it would still change just what was shown last; or let an order of unusual age go
    Approve {
        /// Its number, or the order's
        id: String,
    },
    /// Let it go without applying it
    Discard {
        /// Its number
        id: String,
    },
}

/// Options of `fleet`.
#[derive(Args, Debug)]
pub struct Fleet {
    /// The settings files of the shops
    #[arg(required = true, value_name = "SETTINGS")]
    pub settings: Vec<PathBuf>,
    /// Exit with 3 if any shop is to be looked at, or cannot be read
    #[arg(long)]
    pub check: bool,
}

/// What `generate` makes.
#[derive(Debug, Subcommand)]
pub enum Generate {
    /// Print what the shell needs to complete the command line
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Write the man pages into a folder
    Man {
        /// The folder; it is made if need be
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
    },
}
