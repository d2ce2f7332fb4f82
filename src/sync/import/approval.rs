//! A person's approval of what the guards hold.

use anyhow::Result;
use rusqlite::Connection;

use super::plan::{Plan, fingerprint};
use crate::books::Decider;
use crate::problem::Problem;
use crate::text::held as text;

/// Somebody's leave to apply what the guards hold.
#[derive(Clone, Debug)]
pub(super) struct Approval {
    /// The number of what is held; none where an earlier version left it in the inbox.
    pub(super) id: Option<i64>,
    pub(super) by: Decider,
    /// A hash of what it would change as they were shown it; `None`: whatever that is.
    pub(super) shown: Option<String>,
}

impl Approval {
    /// What is told if the file would change something else now.
    pub(super) fn moved_on(&self, plan: &dyn Plan, shop: &Connection) -> Result<Option<Problem>> {
        let (Some(id), Some(shown)) = (self.id, &self.shown) else { return Ok(None) };
        let is_other = fingerprint(plan, shop)? != *shown;
        Ok(is_other.then(|| text::moved_on(id)))
    }
}
