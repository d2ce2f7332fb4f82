//! tests
#[cfg(test)]
#[path = "../support/ftp_server.rs"]
mod ftp_server;

#[cfg(test)]
mod embedded_server;
