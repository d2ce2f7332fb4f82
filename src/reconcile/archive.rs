//! The copies in the work folder's archive: does each entry of the ledger have its copy, byte for byte, and each copy
//! its entry?

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::desk::Desk;
use super::line::{Check, Line};
use crate::books;
use crate::books::batches::Batch;
use crate::books::rows::Ask;
use crate::hashing::Content;
use crate::interrupt;
use crate::job::Job;
use crate::kept::{PACKED, find_copy, is_large, names_in, pass_on};
use crate::shelf::ESSENCE;
use crate::text::{Text, reconcile as text};
use crate::threads::both;

/// What a copy is worth as evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Evidence {
    Intact,
    Missing,
    Damaged,
    /// A run is about to put it there, or the next one will.
    Pending,
}

enum Passed<W> {
    /// Here is who has taken them.
    Intact(W),
    Damaged,
    NotThere,
}

impl<W> Passed<W> {
    fn intact(self) -> Option<W> {
        match self {
            Self::Intact(taken) => Some(taken),
            Self::Damaged | Self::NotThere => None,
        }
    }
}

fn pass_on_copy<W: Write + Send + 'static>(
    path: &Path,
    content: Content<'_>,
    to: impl Fn() -> W,
) -> Result<Passed<W>> {
    let about = || format!("cannot read {}", path.display());
    match find_copy(path) {
        Err(error) if error.kind() != ErrorKind::NotADirectory => Err(error).with_context(about),
        Ok(Some(_)) => {
            let taken = pass_on(path, content, to).with_context(about)?;
            Ok(taken.map_or(Passed::Damaged, Passed::Intact))
        }
        Ok(None) | Err(_) => Ok(Passed::NotThere),
    }
}

/// The copies that the ledger names.
pub(super) struct Archive {
    root: PathBuf,
    copies: RefCell<BTreeMap<String, Evidence>>,
}

impl Archive {
    /// Looks at the copies of what came in; those of orders are looked at when they are [read](Self::read_orders).
    pub(super) fn look(desk: &Desk<'_>) -> Result<Self> {
        let archive = Self { root: desk.shelf.archived(""), copies: RefCell::default() };
        let sql = format!(
            "SELECT archived_as, size, sha256, NOT is_cleaned_up
             FROM tempostar_files
             WHERE outcome <> 'held' AND {0}
             UNION ALL
             SELECT archived_as, size, sha256, 0
             FROM tempostar_held
             WHERE state IN ('discarded', 'superseded') AND {0}",
            desk.in_month("decided_at"),
        );
        desk.database.each(&sql, [], |row| {
            interrupt::check()?;
            let (archived_as, sha256): (String, String) = (row.get(0)?, row.get(2)?);
            let content = Content { sha256: &sha256, size: Some(row.get(1)?) };
            let passed = pass_on_copy(&archive.root.join(&archived_as), content, io::sink)?;
            archive.note(&archived_as, &passed, row.get(3)?);
            Ok(())
        })?;
        Ok(archive)
    }

    /// What the copy of this place is worth.
    pub(super) fn evidence(&self, archived_as: &str) -> Evidence {
        self.copies.borrow().get(archived_as).copied().unwrap_or(Evidence::Missing)
    }

    /// Where an intact copy lies.
    pub(super) fn intact(&self, archived_as: &str) -> Option<PathBuf> {
        (self.evidence(archived_as) == Evidence::Intact).then(|| self.root.join(archived_as))
    }

    /// Reads the copy of a file of orders, if it is to have one, while something else is done: `to` takes its bytes, and is
    /// given back if they are intact.
    pub(super) fn read_orders<W: Write + Send + 'static, T>(
        &self,
        desk: &Desk<'_>,
        batch: &Batch,
        to: impl Fn() -> W + Sync,
        meanwhile: impl FnOnce() -> Result<T>,
    ) -> Result<(Option<W>, T)> {
        let Some(archived_as) = &batch.archived_as else { return Ok((None, meanwhile()?)) };
        let spool = format!("spool/{}.{}", Job::Orders, desk.settings.environment.as_str());
        let is_spooled = desk.shelf.place(&spool).join(format!("{}.csv", batch.sha256)).exists();
        let content = Content { sha256: &batch.sha256, size: Some(batch.size) };
        let path = self.root.join(archived_as);
        let (passed, done) = match is_large(content) {
            true => both(|| pass_on_copy(&path, content, &to), meanwhile),
            false => (pass_on_copy(&path, content, to), meanwhile()),
        };
        let (passed, done) = (passed?, done?);
        self.note(archived_as, &passed, is_spooled);
        Ok((passed.intact(), done))
    }

    fn note<W>(&self, archived_as: &str, passed: &Passed<W>, is_unfinished: bool) {
        let is_pending = || is_unfinished || self.root.join(format!("{archived_as}{ESSENCE}")).exists();
        let evidence = match passed {
            Passed::Intact(_) => Evidence::Intact,
            Passed::Damaged => Evidence::Damaged,
            Passed::NotThere if is_pending() => Evidence::Pending,
            Passed::NotThere => Evidence::Missing,
        };
        self.copies.borrow_mut().insert(archived_as.to_owned(), evidence);
    }

    /// The folders of imports are both environments' where the work folder is: the other one's ledger knows of copies
    /// that ours does not.
    fn unknown(&self, desk: &Desk<'_>) -> Result<Line> {
        let mut unknown = Line::new(Check::CopiesUnknown);
        let ours = desk.settings.environment;
        for job in Job::ALL {
            let is_shared = desk.shelf.place(&format!("{job}.{}.lock", ours.other().as_str())).exists();
            let folder = match job {
                Job::Orders => format!("{job}.{}", ours.as_str()),
                Job::Products | Job::Logistics | Job::Stock if is_shared => continue,
                Job::Products | Job::Logistics | Job::Stock => job.to_string(),
            };
            let is_at_work = books::is_locked(desk.settings, *job) != Some(false);
            let names = |folder: PathBuf| {
                names_in(&folder).with_context(|| format!("cannot read {}", folder.display()))
            };
            for batch in names(self.root.join(&folder))? {
                for name in names(self.root.join(&folder).join(&batch))? {
                    let name = name.strip_suffix(PACKED).unwrap_or(&name);
                    // What stays of an old copy, or one that is being written.
                    if name.strip_suffix(".new").unwrap_or(name).ends_with(ESSENCE) || name.starts_with('.') {
                        continue;
                    }
                    let place = format!("{folder}/{batch}/{name}");
                    unknown.left += 1;
                    if self.copies.borrow().contains_key(&place) || is_at_work {
                        unknown.right += 1;
                    } else {
                        unknown.named.add(|| Text::same(place));
                    }
                }
            }
        }
        Ok(unknown)
    }

    /// Entries without a copy, copies without an entry, copies that are not what was taken or sent.
    pub(super) fn lines(&self, desk: &Desk<'_>) -> Result<[Line; 3]> {
        let (mut missing, mut damaged) = (Line::new(Check::CopiesMissing), Line::new(Check::CopiesDamaged));
        for (place, evidence) in &*self.copies.borrow() {
            if matches!(evidence, Evidence::Damaged | Evidence::Intact) {
                missing.both();
            }
            match evidence {
                Evidence::Pending => {}
                Evidence::Missing => {
                    missing.left += 1;
                    missing.named.add(|| Text::same(place));
                }
                Evidence::Damaged => {
                    damaged.left += 1;
                    damaged.named.add(|| text::copy_damaged(place));
                }
                Evidence::Intact => damaged.both(),
            }
        }
        let unknown = match desk.month {
            None => self.unknown(desk)?,
            Some(_) => Line::new(Check::CopiesUnknown),
        };
        Ok([missing, unknown, damaged])
    }
}
