//! The balance as a person and a program read it.

use serde_json::{Value, json};

use super::Reconciled;
use super::line::{Line, Named};
use crate::layout::{as_count, columns, grouped, one_line};
use crate::text::status::and_more;
use crate::text::{Language, Text, reconcile as text};

impl Reconciled {
    /// The first sentence says whether all is well.
    pub(crate) fn text(&self, language: Language) -> String {
        let mut lines = vec![self.title(), self.sentence(), Text::default()];
        let cells: Vec<[Text; 4]> = self.lines.iter().map(Line::cells).collect();
        for (shown, line) in columns(&cells, language).into_iter().zip(&self.lines) {
            lines.push(Text::same(shown));
            lines.extend(line.named.lines());
        }
        for (label, named) in self.notes.iter().filter(|(_, named)| named.count > 0) {
            lines.push(Text::default());
            lines.push(text::note(&label.ja, &label.en, named.count));
            lines.extend(named.lines());
        }
        lines.iter().map(|line| one_line(line.get(language)).trim_end().to_owned() + "\n").collect()
    }

    pub(super) fn title(&self) -> Text {
        match self.month {
            None => text::title(&self.shop_name, self.environment, self.now),
            Some(month) => text::title_of_month(&self.shop_name, self.environment, month, self.now),
        }
    }

    pub(super) fn sentence(&self) -> Text {
        match self.lines.iter().filter(|line| line.named.count > 0).count() {
            0 => text::all_balanced(self.lines.len()),
            differing => text::not_balanced(self.lines.len(), differing),
        }
    }

    pub(crate) fn json(&self, language: Language) -> Value {
        let lines = self.lines.iter().map(|line| {
            let [title, left, right] = line.check.texts();
            json!({
                "line": line.check,
                "title": title.get(language),
                "left": { "from": left.get(language), "figure": line.left },
                "right": { "from": right.get(language), "figure": line.right },
                "differences": line.named.count,
                "first": line.named.json(language),
            })
        });
        let notes = self.notes.iter().map(|(label, named)| {
            json!({ "title": label.get(language), "count": named.count, "first": named.json(language) })
        });
        json!({
            "command": "reconcile",
            "environment": self.environment,
            "now": self.now,
            "month": self.month.map(|month| month.to_string()),
            "balances": self.problem().is_none(),
            "lines": lines.collect::<Vec<_>>(),
            "notes": notes.collect::<Vec<_>>(),
        })
    }
}

impl Line {
    /// What stands beside each other: whether it agrees, what is compared, and the two figures.
    pub(super) fn cells(&self) -> [Text; 4] {
        let [title, left, right] = self.check.texts();
        let state = match self.named.count {
            0 => text::balanced(),
            count => text::differs(&grouped(count)),
        };
        let figure = |label: Text, figure: i64| Text::joined(&[label, Text::same(signed(figure))], " ", " ");
        [state, title, figure(left, self.left), figure(right, self.right)]
    }
}

impl Named {
    fn lines(&self) -> Vec<Text> {
        let mut lines = self.first.clone();
        let more = self.count - as_count(self.first.len());
        lines.extend((more > 0).then(|| and_more(more)));
        lines.into_iter().map(Text::indented).collect()
    }

    fn json(&self, language: Language) -> Value {
        self.first.iter().map(|thing| thing.get(language)).collect()
    }
}

/// `-12,480`
fn signed(figure: i64) -> String {
    let sign = if figure < 0 { "-" } else { "" };
    format!("{sign}{}", grouped(figure.unsigned_abs()))
}
