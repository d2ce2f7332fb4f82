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
        let (objects, cells): (Vec<Value>, Vec<Vec<Text>>) = rows.into_iter().unzip();
        self.member(key, objects);
        if !cells.is_empty() {
            self.page.note(title);
            self.page.table(cells);
        }
    }

    pub(super) fn show(&self, page: &mut Page) {
        page.append(self.page.clone());
    }

    pub(super) fn json(&self) -> Value {
        self.members.clone().into()
    }
}
