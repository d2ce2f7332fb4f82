//! What is known of a thing, each fact said once: a line of the page for people, and a member of the object for programs.

use serde_json::{Map, Value};

use super::show::Page;
use crate::text::Text;

/// Facts under a heading, from top to bottom.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    page: Page,
    members: Map<String, Value>,
}

impl Facts {
    pub(super) fn about(heading: Text) -> Self {
        let mut facts = Self::default();
        facts.page.heading(heading);
        facts
    }

    /// For programs only.
    pub(super) fn member(&mut self, key: &str, value: impl Into<Value>) {
        self.members.insert(key.to_owned(), value.into());
    }

    /// For people only.
    pub(super) fn note(&mut self, note: Text) {
        self.page.note(note);
    }

    /// For people only.
    pub(super) fn line(&mut self, label: Text, shown: Text) {
        self.page.fact(label, shown);
    }

    /// For both; people see nothing where there is nothing.
    pub(super) fn fact(&mut self, key: &str, value: impl Into<Value>, label: Text, shown: Option<Text>) {
        self.member(key, value);
        if let Some(shown) = shown {
            self.line(label, shown);
        }
    }

    /// For both: objects, which are rows under a title.
    pub(super) fn table(&mut self, key: &str, title: Text, rows: Vec<(Value, Vec<Text>)>) {
        if !rows.is_empty() {
            self.note(title);
        }
        self.rows(key, rows, usize::MAX, |_| Text::default());
    }

    /// Likewise, of which people see so many at most, and how many more there are.
    pub(super) fn rows(
        &mut self,
        key: &str,
        rows: Vec<(Value, Vec<Text>)>,
        most: usize,
        more: impl Fn(usize) -> Text,
    ) {
        let (objects, mut cells): (Vec<Value>, Vec<Vec<Text>>) = rows.into_iter().unzip();
        let left = cells.len().saturating_sub(most);
        cells.truncate(most);
        self.member(key, objects);
        self.page.table(cells);
        if left > 0 {
            self.note(more(left));
        }
    }

    pub(super) fn show(&self, page: &mut Page) {
        page.append(self.page.clone());
    }

    pub(super) fn json(&self) -> Value {
        self.members.clone().into()
    }
}

/// What is there, or a dash.
pub(super) fn or_dash(value: &Option<String>) -> Text {
    Text::same(value.as_deref().unwrap_or("-"))
}
