//! The mail to the shop manager: `compose` writes what the news are, `page` lays it out as plain text and as HTML,
//! `transport` carries it; and `alarm` tells a program the same.

pub(crate) mod alarm;
mod compose;
mod page;
mod plain;
pub(crate) mod transport;

pub(crate) use self::compose::{Facts, Unsent, compose, compose_hand_work, test_mail};
