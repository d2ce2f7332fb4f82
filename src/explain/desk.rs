//! What explaining needs, and how the origin of a change is shown.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::books::history::Origin;
use crate::moment::Clock;
use crate::settings::Settings;
use crate::shelf::Shelf;
use crate::text::{Text, explain as text};

/// How many changes of one thing the text shows; the JSON document has all.
pub(super) const CHANGES_SHOWN_MAX: usize = 10;

/// What explaining needs.
pub(super) struct Desk<'a> {
    pub(super) database: &'a Connection,
    pub(super) settings: &'a Settings,
    pub(super) clock: &'a Clock,
    pub(super) work_dir: Shelf,
}

/// `stock.csv line 12 (run …)`
pub(super) fn origin_text(origin: &Origin) -> Text {
    if let Some(undone) = &origin.undoes {
        return text::from_undo(undone, &origin.run_id);
    }
    match origin.line {
        Some(line) => text::from_line(&origin.file, line, &origin.run_id),
        None => text::from_first_load(&origin.file, &origin.run_id),
    }
}

pub(super) fn origin_json(origin: &Origin, work_dir: &Shelf) -> Value {
    json!({
        "at": origin.at,
        "run_id": origin.run_id,
        "command": origin.job,
        "file": origin.file,
        "file_time": origin.file_time,
        "line": origin.line,
        "undoes": origin.undoes,
        "copy": work_dir.copy(&origin.archived_as).map(|copy| copy.display().to_string()),
    })
}

/// Both objects' members in one.
pub(super) fn merged(mut one: Value, other: Value) -> Value {
    if let (Some(members), Value::Object(more)) = (one.as_object_mut(), other) {
        members.extend(more);
    }
    one
}
