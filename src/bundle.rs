//! The support bundle (`check-settings --bundle`): what somebody from afar needs to know to help, in one JSON file. It holds
//! how things are made, never what is in them: no password, no row of a table or a file, and of the shop's own tables no
//! text but their definitions.

use std::path::Path;

use anyhow::Result;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::books::files::FileEntry;
use crate::books::rows::Ask;
use crate::books::{self, files};
use crate::job::Job;
use crate::moment::Clock;
use crate::print;
use crate::settings::{self, Settings, columns};
use crate::sheet::Sheet;
use crate::shelf::Shelf;
use crate::status;
use crate::sync::failure_of;
use crate::text::Language;

/// So many columns of a file are named.
const COLUMNS_MAX: usize = 200;

/// Collects it. What cannot be had says why in its place: somebody needs help because something does not work.
pub(crate) fn collect(path: &Path, settings: Option<&Settings>, clock: &Clock, language: Language) -> Value {
    let of_shop = |part: &dyn Fn(&Settings) -> Result<Value>| match settings.map(part) {
        None => Value::Null,
        Some(Ok(found)) => found,
        Some(Err(error)) => json!({ "error": format!("{error:#}") }),
    };
    json!({
        "program": { "version": env!("CARGO_PKG_VERSION"), "sqlite": rusqlite::version() },
        "machine": { "system": std::env::consts::OS, "processor": std::env::consts::ARCH, "user": settings::user() },
        "settings_file": path.display().to_string(),
        "settings": settings::without_secrets(path),
        "status": of_shop(&|settings| Ok(state(settings, clock, language))),
        "tables": of_shop(&|settings| books::look(settings, tables)),
        "newest_files": of_shop(&|settings| books::look(settings, |database| newest_files(database, settings))),
    })
}

fn state(settings: &Settings, clock: &Clock, language: Language) -> Value {
    match status::run(settings, clock, status::NAMED_MAX) {
        Ok(status) => status.json(language),
        Err(error) => print::problems_json(&failure_of(&error).problems, language),
    }
}

/// How each table, view, index and trigger is defined, and how many rows each table has.
fn tables(database: &Connection) -> Result<Value> {
    let sql = "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name";
    let found = database.all(sql, [], |row| {
        let (kind, name, sql): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let quoted = name.replace('"', "\"\"");
        let count = || database.value::<i64>(&format!("SELECT count(*) FROM \"{quoted}\""), []).ok();
        let rows = (kind == "table").then(count).flatten();
        Ok(json!({ "type": kind, "name": name, "sql": sql, "rows": rows }))
    })?;
    Ok(found.into())
}

/// Of each import the newest file that was taken: its size and its columns.
fn newest_files(database: &Connection, settings: &Settings) -> Result<Value> {
    let shelf = Shelf::at(&settings.work_dir);
    let mut found = Vec::new();
    for job in [Job::Products, Job::Logistics, Job::Stock] {
        let (Some(inbox), Some(FileEntry { name, archived_as, .. })) =
            (settings.inbox(job), files::newest_file(database, job)?)
        else {
            continue;
        };
        let sheet = Sheet::open_named(&shelf.archived(&archived_as), &name, inbox.encoding, &inbox.naming);
        found.push(match sheet {
            Ok(sheet) => json!({
                "job": job,
                "name": name,
                "encoding": sheet.encoding(),
                "columns": column_names(job, &sheet),
            }),
            Err(error) => json!({ "job": job, "name": name, "error": format!("{error:#}") }),
        });
    }
    Ok(found.into())
}

/// The names; but only their number where none of them is known: the first line of such a file may be a row.
fn column_names(job: Job, sheet: &Sheet) -> Value {
    let header = sheet.header();
    match columns::known(job).any(|name| header.optional(name).is_some()) {
        true => header.names().iter().take(COLUMNS_MAX).cloned().collect(),
        false => header.names().len().into(),
    }
}
