//! The jobs: one subcommand each, complete in its own file.

pub mod logistics;
mod names;
pub mod orders;
pub mod products;
pub mod stock;

pub(crate) use self::names::Names;
