//! Files applied earlier whose own time is later than that of the file at hand: it came late, or somebody feeds it in
//! once more, and what they said stands, even where that was what the shop had already. (Where it was not, `as_of` tells.)

use std::path::Path;

use anyhow::Result;
use rusqlite::{Connection, Statement};

use crate::books::files;
use crate::books::rows::Ask;
use crate::job::Job;
use crate::sheet::Refusal;
use crate::shelf::Shelf;
use crate::sync::import::Incoming;
use crate::text::jobs as text;

/// Where their copies are.
pub(super) struct LaterSheets {
    pub(super) shelf: Shelf,
    pub(super) job: Job,
}

/// Whether we know what all of them said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    All,
    /// A copy is lost, which is told: better no change than an old value.
    NotAll,
}

impl LaterSheets {
    /// Hands out the copy and the name of each.
    pub(super) fn each(
        &self,
        incoming: &mut Incoming<'_>,
        mut read: impl FnMut(&Path, &str) -> Result<()>,
    ) -> Result<Known> {
        let mut known = Known::All;
        for later in files::applied_later(incoming.shop, self.job, incoming.file_time)? {
            let copy = self.shelf.intact_copy(&later.archived_as, later.content());
            let is_read = match copy.map(|path| read(&path, &later.name)) {
                None => false,
                // The settings were others then, and called its columns otherwise.
                Some(Err(error)) if Refusal::of(&error).is_some() => false,
                Some(read) => read.map(|()| true)?,
            };
            if !is_read {
                let copy = self.shelf.archived(&later.archived_as).display().to_string();
                let lost = text::later_copy_lost(&later.name, &copy);
                if !incoming.problems.contains(&lost) {
                    incoming.problems.push(lost);
                }
                known = Known::NotAll;
            }
        }
        Ok(known)
    }

    /// Notes of what they spoke. `read` hands out each thing: its code, and which part of it, 0 being all.
    pub(super) fn said<'a>(
        &self,
        incoming: &mut Incoming<'a>,
        read: impl Fn(&Path, &str, &mut dyn FnMut(&str, i64) -> Result<()>) -> Result<()>,
    ) -> Result<Said<'a>> {
        let shop: &'a Connection = incoming.shop;
        shop.begin_table("said_later", "code TEXT, part INTEGER, PRIMARY KEY (code, part)")?;
        let mut note = shop.prepare("INSERT OR IGNORE INTO temp.said_later VALUES (?1, ?2)")?;
        let mut is_any = false;
        let known = self.each(incoming, |path, name| {
            is_any = true;
            read(path, name, &mut |code, part| Ok(note.execute((code, part)).map(drop)?))
        })?;
        let sql = "SELECT 1 FROM temp.said_later WHERE code = ?1 AND part IN (0, ?2)";
        Ok(Said { known, ask: is_any.then(|| shop.prepare(sql)).transpose()? })
    }
}

/// Of what later files spoke.
pub(super) struct Said<'a> {
    known: Known,
    ask: Option<Statement<'a>>,
}

impl Said<'_> {
    pub(super) fn has(&mut self, code: &str, part: i64) -> Result<bool> {
        let Some(ask) = &mut self.ask else { return Ok(self.known == Known::NotAll) };
        Ok(self.known == Known::NotAll || ask.exists((code, part))?)
    }
}
