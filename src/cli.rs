//! The command line: declarations only. What the help says stands in `text::cli`.

pub mod help;

use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum, value_parser};
use clap_complete::Shell;

use crate::job::Job;
use crate::moment::Month;
use crate::settings::Environment;

#[derive(Debug, Parser)]
#[command(name = "tempostar", version = env!("TEMPOSTAR_VERSION"))]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Args, Debug)]
pub struct Global {
    #[arg(long, global = true, value_name = "PATH")]
    pub config: Option<PathBuf>,
    #[arg(long, global = true, value_name = "ENVIRONMENT", value_parser = one_of::<Environment>(Environment::ALL.iter().map(|one| one.as_str())))]
    pub env: Option<Environment>,
    #[arg(long, global = true)]
    pub json: bool,
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

fn one_of<T>(words: impl Iterator<Item = &'static str>) -> impl TypedValueParser<Value = T>
where
    T: FromStr<Err = anyhow::Error> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(words).try_map(|word| word.parse::<T>())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    ImportProducts(Import),
    ImportLogistics(Import),
    ImportStock(ImportStock),
    ExportOrders(Export),
    Init(Init),
    CheckSettings(CheckSettings),
    Status(Status),
    Explain(Explain),
    Undo(Undo),
    Reconcile(Reconcile),
    Log(Log),
    Held(Held),
    Fleet(Fleet),
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

    /// The job that it runs, if it runs one.
    pub fn job(&self) -> Option<JobCall<'_>> {
        match self {
            Self::ImportProducts(options) => Some(options.call(Job::Products)),
            Self::ImportLogistics(options) => Some(options.call(Job::Logistics)),
            Self::ImportStock(options) => {
                Some(JobCall { force: options.force, ..options.import.call(Job::Stock) })
            }
            Self::ExportOrders(options) => {
                Some(JobCall { job: Job::Orders, dry_run: options.dry_run, files: &[], force: false })
            }
            Self::Init(_)
            | Self::CheckSettings(_)
            | Self::Status(_)
            | Self::Explain(_)
            | Self::Undo(_)
            | Self::Reconcile(_)
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
}

#[derive(Clone, Copy, Debug)]
pub struct JobCall<'a> {
    pub job: Job,
    pub dry_run: bool,
    /// None: what lies on the server.
    pub files: &'a [PathBuf],
    /// Whether what the guards would keep is approved.
    pub force: bool,
}

#[derive(Args, Debug)]
pub struct Import {
    #[arg(long)]
    pub dry_run: bool,
    #[arg(long, value_name = "PATH")]
    pub file: Vec<PathBuf>,
}

impl Import {
    fn call(&self, job: Job) -> JobCall<'_> {
        JobCall { job, dry_run: self.dry_run, files: &self.file, force: false }
    }
}

#[derive(Args, Debug)]
pub struct ImportStock {
    #[command(flatten)]
    pub import: Import,
    #[arg(long)]
    pub force: bool,
}

#[derive(Args, Debug)]
pub struct Export {
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Args, Debug)]
pub struct Init {
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
    #[arg(long, conflicts_with_all = ["from", "set", "user"])]
    pub sample: bool,
}

#[derive(Args, Debug, Default)]
pub struct CheckSettings {
    #[arg(long)]
    pub offline: bool,
    #[arg(long)]
    pub write_test: bool,
    #[arg(long)]
    pub send_test_mail: bool,
    #[arg(long, value_name = "FILE")]
    pub bundle: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct Status {
    #[arg(long)]
    pub check: bool,
    #[arg(long)]
    pub all: bool,
    #[arg(long, value_name = "FILE")]
    pub metrics: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct Explain {
    #[arg(value_name = "CODE")]
    pub code: String,
}

#[derive(Args, Debug)]
pub struct Undo {
    #[arg(value_name = "RUN")]
    pub run: String,
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Args, Debug)]
pub struct Reconcile {
    #[arg(long, value_name = "YYYY-MM")]
    pub month: Option<Month>,
    #[arg(long, value_name = "FILE")]
    pub with: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    #[arg(long, conflicts_with = "month")]
    pub repair: bool,
}

#[derive(Args, Debug)]
pub struct Log {
    #[arg(long, value_parser = one_of::<Job>(Job::ALL.iter().map(|job| job.as_str())))]
    pub job: Option<Job>,
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = value_parser!(u32).range(1..=3650))]
    pub days: u32,
}

#[derive(Args, Debug)]
pub struct Held {
    #[command(subcommand)]
    pub act: Option<HeldAct>,
}

#[derive(Debug, Subcommand)]
pub enum HeldAct {
    List,
    Show {
        id: String,
        #[arg(long)]
        all: bool,
        #[arg(long, value_name = "FILE")]
        html: Option<PathBuf>,
    },
    Approve {
        id: String,
    },
    Discard {
        id: String,
    },
}

#[derive(Args, Debug)]
pub struct Fleet {
    #[arg(required = true, value_name = "SETTINGS")]
    pub settings: Vec<PathBuf>,
    #[arg(long)]
    pub check: bool,
}

#[derive(Debug, Subcommand)]
pub enum Generate {
    Completions {
        shell: Shell,
    },
    Man {
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
    },
    Units {
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
    },
}
