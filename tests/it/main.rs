//! Drives the built binary as cron and the shop do: against a real FTP server (in this process) and a real database.

#[cfg(test)]
#[path = "../support/ftp_server.rs"]
mod ftp_server;
#[cfg(test)]
mod harness;

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod database;
#[cfg(test)]
mod effects;
#[cfg(test)]
mod embedded_server;
#[cfg(test)]
mod logistics;
#[cfg(test)]
mod orders;
#[cfg(test)]
mod overlap;
#[cfg(test)]
mod products;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod security;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod signals;
#[cfg(test)]
mod stock;
