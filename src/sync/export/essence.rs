//! The copy of a file of orders holds names and addresses, and is kept for some weeks only. What stays of it in the work
//! folder is what a database put back from a backup must be taught: which orders were sent, and what they said.

use std::path::Path;

use anyhow::{Context, Result};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::ReadBack;
use crate::books::batches;
use crate::interrupt;
use crate::kept;
use crate::moment::Moment;
use crate::permit::Permit;
use crate::shelf::ESSENCE;
use crate::sync::run::Run;

/// So many copies are replaced by one run.
const REPLACED_MAX: usize = 100;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Essence {
    pub(super) sha256: String,
    pub(super) size: u64,
    sent_at: String,
    pub(super) sent: ReadBack,
}

impl Essence {
    pub(super) fn read(path: &Path) -> Result<Self> {
        let bytes = kept::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_slice(&bytes).with_context(|| format!("cannot read {}", path.display()))
    }

    pub(super) fn sent_at(&self) -> Result<Moment> {
        self.sent_at.parse().with_context(|| format!("{:?} is no time", self.sent_at))
    }
}

pub(super) fn replace_old_copies(run: &Run<'_>, permit: Permit) -> Result<()> {
    let days = TimeDelta::days(i64::from(run.settings.limits.order_copies_days));
    for copy in batches::old_copies(&run.books, run.clock.now() - days, REPLACED_MAX)? {
        if interrupt::is_requested() {
            break;
        }
        let (Some(archived_as), Some(sent_at)) = (copy.archived_as, copy.sent_at) else { continue };
        let orders = batches::members(&run.books, copy.id)?;
        let shop_code = copy.place.map(|place| place.shop_code).unwrap_or_default();
        let sent = ReadBack { shop_code, orders, lines: copy.line_count };
        let sha256 = copy.sha256.clone();
        let essence = Essence { sha256, size: copy.size, sent_at: sent_at.to_string(), sent };
        let place = format!("archive/{}{ESSENCE}", archived_as);
        run.shelf.keep(permit, &place, &serde_json::to_vec(&essence)?)?;
        run.shelf.forget_copy(permit, &archived_as)?;
        run.books.write(permit, "copy-forgotten", |books| batches::forget_copy(books, &copy.sha256))?;
    }
    Ok(())
}
