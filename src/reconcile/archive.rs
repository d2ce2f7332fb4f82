//! The copies in the work folder's archive: does each entry of the ledger have its copy, byte for byte, and each copy
//! its entry?

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::desk::Desk;
use super::line::{Check, Line};
use crate::books;
use crate::books::rows::Ask;
use crate::hashing::Content;
use crate::interrupt;
use crate::job::Job;
use crate::kept::{PACKED, find_copy, is_intact, names_in};
use crate::settings::Environment;
use crate::shelf::ESSENCE;
use crate::text::{Text, reconcile as text};

/// What a copy is worth as evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Evidence {
    Intact,
    Missing,
    Damaged,
    /// A run is about to put it there, or the next one will.
    Pending,
}

/// The copies that the ledger names, and those that lie there.
pub(super) struct Archive {
    root: PathBuf,
    copies: BTreeMap<String, Evidence>,
    unknown: Line,
}

impl Archive {
    pub(super) fn look(desk: &Desk<'_>) -> Result<Self> {
        let root = desk.shelf.archived("");
        let mut archive = Self { root, copies: BTreeMap::new(), unknown: Line::new(Check::CopiesUnknown) };
        archive.look_at_entries(desk)?;
        if desk.month.is_none() {
            archive.look_for_unknown(desk)?;
        }
        Ok(archive)
    }

    /// What the copy of this place is worth.
    pub(super) fn evidence(&self, archived_as: &str) -> Evidence {
        self.copies.get(archived_as).copied().unwrap_or(Evidence::Missing)
    }

    /// Where an intact copy lies.
    pub(super) fn intact(&self, archived_as: &str) -> Option<PathBuf> {
        (self.evidence(archived_as) == Evidence::Intact).then(|| self.root.join(archived_as))
    }

    fn look_at_entries(&mut self, desk: &Desk<'_>) -> Result<()> {
        let sql = format!(
            "SELECT archived_as, size, sha256, NOT is_cleaned_up, ''
             FROM tempostar_files
             WHERE outcome <> 'held' AND {0}
             UNION ALL
             SELECT archived_as, size, sha256, 0, ''
             FROM tempostar_held
             WHERE state IN ('discarded', 'superseded') AND {0}
             UNION ALL
             SELECT archived_as, size, sha256, 0, sha256
             FROM tempostar_batches
             WHERE archived_as IS NOT NULL AND {1}",
            desk.in_month("decided_at"),
            desk.in_month("sent_at"),
        );
        let spool =
            desk.shelf.place("spool").join(format!("{}.{}", Job::Orders, desk.settings.environment.as_str()));
        desk.database.each(&sql, [], |row| {
            interrupt::check()?;
            let (archived_as, sha256, spooled): (String, String, String) =
                (row.get(0)?, row.get(2)?, row.get(4)?);
            let is_unfinished =
                row.get(3)? || (!spooled.is_empty() && spool.join(format!("{spooled}.csv")).exists());
            let is_unfinished = is_unfinished || self.root.join(format!("{archived_as}{ESSENCE}")).exists();
            let found = match examine(&self.root.join(&archived_as), row.get(1)?, &sha256)? {
                Evidence::Missing if is_unfinished => Evidence::Pending,
                found => found,
            };
            self.copies.insert(archived_as, found);
            Ok(())
        })
    }

    /// The folders of imports are both environments' where the work folder is: the other one's ledger knows of copies
    /// that ours does not.
    fn look_for_unknown(&mut self, desk: &Desk<'_>) -> Result<()> {
        let ours = desk.settings.environment;
        let other = match ours {
            Environment::Demo => Environment::Production,
            Environment::Production => Environment::Demo,
        };
        for job in Job::ALL {
            let is_shared = desk.shelf.place(&format!("{job}.{}.lock", other.as_str())).exists();
            let folder = match job {
                Job::Orders => format!("{job}.{}", ours.as_str()),
                _ if is_shared => continue,
                _ => job.to_string(),
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
                    self.unknown.left += 1;
                    if self.copies.contains_key(&place) || is_at_work {
                        self.unknown.right += 1;
                    } else {
                        self.unknown.named.add(|| Text::same(place));
                    }
                }
            }
        }
        Ok(())
    }

    /// Entries without a copy, copies without an entry, copies that are not what was taken or sent.
    pub(super) fn lines(&self) -> Vec<Line> {
        let (mut missing, mut damaged) = (Line::new(Check::CopiesMissing), Line::new(Check::CopiesDamaged));
        for (place, evidence) in &self.copies {
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
        vec![missing, self.unknown.clone(), damaged]
    }
}

fn examine(path: &Path, size: u64, sha256: &str) -> Result<Evidence> {
    let about = || format!("cannot read {}", path.display());
    match find_copy(path) {
        Ok(Some(_)) => {}
        Err(error) if error.kind() != ErrorKind::NotADirectory => return Err(error).with_context(about),
        _ => return Ok(Evidence::Missing),
    }
    let is_intact = is_intact(path, Content { sha256, size: Some(size) }).with_context(about)?;
    Ok(if is_intact { Evidence::Intact } else { Evidence::Damaged })
}
