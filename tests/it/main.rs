//! Drives the built binary as cron and the shop do: against a real FTP server (in this process) and a real database.

#![cfg(test)]

#[path = "../support/bent_server.rs"]
mod bent_server;
#[path = "../support/ftp_server.rs"]
mod ftp_server;
mod generated;
mod harness;
#[path = "../support/proxy.rs"]
mod proxy;
#[path = "../support/smtp_sink.rs"]
mod smtp_sink;

mod accounts;
mod allocations;
mod always_ends;
mod bad_input;
mod bent_servers;
mod bundle;
mod check_settings;
mod cli;
mod clocks;
mod columns;
mod crashes;
mod database;
mod dry_run;
mod effects;
mod embedded_server;
mod encoding;
mod exactly_once;
mod explain;
mod fleet;
mod formats;
mod ftp_client;
mod held;
mod hosts;
mod in_flight;
mod init;
mod kept;
mod log;
mod logistics;
mod logistics_guard;
mod mail;
mod misbehaving_server;
mod misconfigurations;
mod missing_skus;
mod mutators;
mod nights;
mod older_files;
mod orders;
mod overlap;
mod pages;
mod product_guard;
mod products;
mod random_kills;
mod real_servers;
mod reconcile;
mod repeats;
mod restored_database;
mod rows;
mod samples;
mod security;
mod settings;
mod settings_file;
mod shop_triggers;
mod signals;
mod simulation;
mod slices;
mod status;
mod stock;
mod stock_guard;
mod summaries;
mod terminal;
mod undo;
mod users;
