//! `tempostar` connects a shop's SQLite database with TEMPOSTAR by exchanging CSV files on an FTP server.
//!
//! The binary is a thin shell around this library, so that the demo, the benchmarks and the fuzz targets can call
//! what the binary calls. It is not a library for others: nothing here is stable but the command line, the
//! settings, the file formats and the database.
//!
//! Arrows point down: `app` → `check_settings`, `status`, `explain` → `jobs` → `sync` → `notify` → `ledger`, `shop`,
//! `remote` → `settings` → `sheet` → `encoding`. `text` and `report` are what all of them speak. docs/architecture.md
//! says where things are.

#[macro_use]
pub mod text;

pub mod app;
pub mod check_settings;
pub mod cli;
pub mod clock;
mod crash;
pub mod encoding;
pub mod explain;
pub mod file_time;
pub mod generate;
pub mod hashing;
pub mod history;
pub mod interrupt;
pub mod jobs;
pub mod layout;
pub mod ledger;
pub mod lock;
pub mod notify;
pub mod output;
pub mod progress;
pub mod remote;
pub mod report;
pub mod settings;
pub mod sheet;
pub mod shop;
pub mod staging;
pub mod status;
pub mod sync;
pub mod work_dir;
