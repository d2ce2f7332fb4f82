//! The door to the shop's database: what can be read of it, and the one way in which it is written.

#[macro_use]
pub(crate) mod rows;

pub(crate) mod allocations;
pub(crate) mod batches;
pub(crate) mod cases;
pub(crate) mod clock;
pub(crate) mod files;
pub(crate) mod forget;
pub(crate) mod held;
pub(crate) mod history;
pub(crate) mod in_flight;
mod listed;
mod look;
pub(crate) mod missing;
mod open;
pub mod orders;
pub(crate) mod runs;
pub(crate) mod staging;
mod writing;

pub use self::held::Decider;
pub(crate) use self::listed::{list, list_in_memory};
pub(crate) use self::look::look;
pub use self::open::{Books, open};
pub(crate) use self::open::{
    IGNORED, WRITERS_TURN, explain, found_version, is_database, is_locked, known_version, lock, meta,
    open_read_only, refusal, set_meta,
};
pub use self::writing::Writing;
