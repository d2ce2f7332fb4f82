//! `tempostar` connects a shop's SQLite database with TEMPOSTAR by exchanging CSV files on an FTP server.
//!
//! The binary is a thin shell around this library, so that the demo, the benchmarks and the fuzz targets can call
//! what the binary calls. It is not a library for others: nothing here is stable but the command line, the
//! settings, the file formats and the database.

pub mod encoding;
pub mod remote;
pub mod report;
pub mod settings;
pub mod sheet;
#[macro_use]
pub mod text;
