//! The columns of a series' last file without which another value would be written. The series is what a file's name says
//! in letters.

use anyhow::Result;
use rusqlite::{Connection, Transaction};

use crate::books;
use crate::job::Job;

fn key(job: Job, name: &str) -> String {
    let letters: String = name.chars().filter(|letter| letter.is_alphabetic()).collect();
    format!("columns_{job}_{letters}")
}

pub(super) fn of_last(books: &Connection, job: Job, name: &str) -> Result<Vec<String>> {
    let kept = books::meta(books, &key(job, name))?;
    Ok(kept.and_then(|kept| serde_json::from_str(&kept).ok()).unwrap_or_default())
}

/// Notes them, if they have changed.
pub(super) fn note(books: &Transaction<'_>, job: Job, name: &str, telling: &[String]) -> Result<()> {
    if of_last(books, job, name)? != telling {
        books::set_meta(books, &key(job, name), &serde_json::to_string(telling)?)?;
    }
    Ok(())
}
