//! The command line: declarations only. The doc comments are the help text.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Connects a shop's SQLite database with TEMPOSTAR by exchanging CSV files on its FTP server.
///
/// Each call does one thing and ends; let cron call it (see crontab.example).
#[derive(Debug, Parser)]
#[command(
    name = "tempostar",
    version = env!("TEMPOSTAR_VERSION"),
    after_help = "Exit codes: 0 done or nothing to do, 1 internal error, 2 wrong usage, 3 some rows or orders were \
                  rejected or held back, 4 a file was held by the safety guard, 5 FTP server or network failed, 6 \
                  settings, credentials or permissions are wrong, 7 the same job is running already, 8 database \
                  unusable."
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
    /// Print nothing but problems: for cron
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Log each step on stderr; twice: each FTP command
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Form of the log on stderr
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,
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

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create and update products and SKUs from TEMPOSTAR's product files (商品情報取込)
    ImportProducts(Import),
    /// Mark the orders that TEMPOSTAR has shipped (物流連携取込)
    ImportLogistics(Import),
    /// Set the shop's stock to TEMPOSTAR's figures (在庫情報取込)
    ImportStock(ImportStock),
    /// Send each new order to TEMPOSTAR, once (受注連携)
    ExportOrders(Export),
    /// Find out whether everything needed for the jobs works, and say what does not
    CheckSettings(CheckSettings),
    /// Show the last runs and what waits
    Status(Status),
}

impl Command {
    /// Its name, as it is typed.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ImportProducts(_) => "import-products",
            Self::ImportLogistics(_) => "import-logistics",
            Self::ImportStock(_) => "import-stock",
            Self::ExportOrders(_) => "export-orders",
            Self::CheckSettings(_) => "check-settings",
            Self::Status(_) => "status",
        }
    }
}

impl Command {
    /// Whether it is a job that is to change something.
    pub fn has_effects(&self) -> bool {
        match self {
            Self::ImportProducts(import) | Self::ImportLogistics(import) => !import.dry_run,
            Self::ImportStock(stock) => !stock.import.dry_run,
            Self::ExportOrders(export) => !export.dry_run,
            _ => false,
        }
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
    /// Apply files that the safety guard would hold
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

/// Options of `check-settings`.
#[derive(Args, Debug)]
pub struct CheckSettings {
    /// Leave out everything that needs the network
    #[arg(long)]
    pub offline: bool,
    /// Also write, read back, rename and delete a small file on the server
    #[arg(long)]
    pub write_test: bool,
    /// Also send a test mail to the shop manager
    #[arg(long)]
    pub send_test_mail: bool,
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
}
