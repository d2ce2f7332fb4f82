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

pub(super) struct Desk<'a> {
    pub(super) database: &'a Connection,
    pub(super) settings: &'a Settings,
    pub(super) clock: &'a Clock,
    pub(super) work_dir: Shelf,
}

impl Desk<'_> {
    /// Where the copy of this place in the archive lies, if this user may see it.
    pub(super) fn copy(&self, archived_as: &str) -> Option<String> {
        self.work_dir.copy(archived_as).map(|copy| copy.display().to_string())
    }
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

pub(super) fn origin_json(origin: &Origin, desk: &Desk<'_>) -> Value {
    json!({
        "at": origin.at,
        "run_id": origin.run_id,
        "command": origin.job,
        "file": origin.file,
        "file_time": origin.file_time,
        "line": origin.line,
        "undoes": origin.undoes,
        "copy": desk.copy(&origin.archived_as),
    })
}

/// Both objects' members in one.
pub(super) fn merged(mut one: Value, other: Value) -> Value {
    if let (Some(members), Value::Object(more)) = (one.as_object_mut(), other) {
        members.extend(more);
    }
    one
}
