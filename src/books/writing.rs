//! A transaction in which the changes of a file are written, together with the ledger's entry.

use anyhow::Result;
use rusqlite::{Params, Transaction};

use crate::crash;
use crate::moment::Moment;

/// The transaction, and what is stamped on the changes.
#[derive(Clone, Copy)]
pub struct Writing<'a> {
    pub(crate) transaction: &'a Transaction<'a>,
    pub(crate) file_time: Moment,
    pub(crate) now: Moment,
    /// Under which number of the history changes are recorded; `None`: they are not.
    pub(crate) history: Option<i64>,
}

impl Writing<'_> {
    pub(crate) fn execute(&self, sql: &str, parameters: impl Params) -> Result<()> {
        self.transaction.prepare_cached(sql)?.execute(parameters)?;
        crash::point("changed");
        Ok(())
    }
}
