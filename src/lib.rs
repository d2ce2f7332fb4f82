//! `tempostar` connects a shop's SQLite database with TEMPOSTAR by exchanging CSV files on an FTP server.
//!
//! The binary is a thin shell around this library, so that the demo, the benchmarks and the fuzz targets can call
//! what the binary calls. It is not a library for others: nothing here is stable but the command line, the
//! settings, the file formats and the database.
//!
//! Arrows point down: `app` → `check_settings`, `status`, `explain`, `reconcile` → `jobs` → `sync` → `mail` → `books`, `server`,
//! `shelf` → `settings` → `sheet` → `encoding`. `text` and `report` are what all of them speak. docs/architecture.md
//! says where things are.

// What looks public is used by the demo, the tests, the benchmarks or the fuzz targets.
#![cfg_attr(not(test), warn(unreachable_pub))]

#[macro_use]
pub mod words;
#[macro_use]
pub mod text;
#[macro_use]
pub mod books;

pub mod app;
pub(crate) mod bundle;
pub(crate) mod cases;
pub mod check_settings;
pub mod cli;
mod crash;
pub mod encoding;
pub(crate) mod explain;
pub mod file_time;
pub(crate) mod fleet;
pub(crate) mod generate;
pub(crate) mod guards;
pub(crate) mod hand_work;
pub mod hashing;
pub(crate) mod held;
pub(crate) mod html;
pub(crate) mod init;
pub mod interrupt;
pub mod job;
pub mod jobs;
mod kept;
pub mod language;
pub(crate) mod layout;
pub(crate) mod lock;
mod log;
pub(crate) mod mail;
pub mod moment;
pub(crate) mod owner;
pub mod panics;
pub(crate) mod past_runs;
pub mod permit;
pub(crate) mod print;
pub mod problem;
pub(crate) mod progress;
pub(crate) mod reconcile;
pub mod report;
pub mod server;
pub mod settings;
pub mod sheet;
pub(crate) mod shelf;
pub(crate) mod status;
pub mod sync;
mod threads;
pub(crate) mod undo;
