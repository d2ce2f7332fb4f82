//! Problems have a life: each begins, continues, and ends. Here is decided what of a run's report is one (`life`), it is
//! kept in the ledger or, without a database, aside (`store`), and what is due to be told is found (`news`).
//!
//! One problem is what has one kind, at one job, about one thing. A server that fails in several ways all day is one
//! problem (`Kind::followed_as`), and so are all files of one series (`stock_1.csv`, `stock_2.csv`) that are refused, or
//! have rejected rows, one after the other. Logistics files tell of different orders each, so that each of them is a
//! problem by itself.
//!
//! How one ends its kind says (`Ends`). A run that failed, was locked out, or only took files by hand, has not looked:
//! what it does not see may be there still. A run that was interrupted is no problem.

mod aside;
mod life;
mod news;
mod store;

pub(crate) use self::aside::Aside;
pub(crate) use self::news::{News, next as next_news};
pub(crate) use self::store::{Store, end_decided, keep_aside, note};
