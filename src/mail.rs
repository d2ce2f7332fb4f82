//! The mail to the shop manager: `compose` writes what the news are, `page` lays it out as plain text and as HTML,
//! `transport` carries it.

mod compose;
mod page;
pub(crate) mod transport;

pub(crate) use self::compose::{Facts, Unsent, compose, compose_hand_work, test_mail};
