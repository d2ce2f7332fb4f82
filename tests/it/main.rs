//! Drives the built binary as cron and the shop do: against a real FTP server (in this process) and a real database.

#[cfg(test)]
#[path = "../support/ftp_server.rs"]
mod ftp_server;
#[cfg(test)]
mod harness;
#[cfg(test)]
#[path = "../support/proxy.rs"]
mod proxy;

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod check_settings;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod crashes;
#[cfg(test)]
mod effects;
#[cfg(test)]
mod embedded_server;
#[cfg(test)]
mod logistics;
#[cfg(test)]
mod misbehaving_server;
#[cfg(test)]
mod orders;
#[cfg(test)]
mod products;
#[cfg(test)]
mod random_kills;
#[cfg(test)]
mod real_servers;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod signals;
#[cfg(test)]
mod stock;
