//! Something held as a page.

use maud::{Markup, html};

use super::{Seeing, Shown};
use crate::html::{Mark, Page};
use crate::layout::as_count;
use crate::text::{Language, Text, held as text, status::and_more};

/// A browser must not choke on a whole shop.
const CHANGES_MAX: usize = 5000;

impl Shown {
    pub(crate) fn page(&self, language: Language) -> Page {
        let changes = &self.seen.changes;
        let sentence = self.decided().unwrap_or_else(|| text::approve_it(self.held.id));
        let mark = if self.decided().is_none() { Mark::Look } else { Mark::Nothing };
        let header =
            [text::line(), text::code(), text::name(), text::column(), text::before(), text::after()];
        let body = html! {
            table.facts {
                @for (label, value) in self.facts() {
                    tr { th scope="row" { (label.get(language)) } td { (value.get(language)) } }
                }
            }
            @if !changes.is_empty() {
                table.changes {
                    thead { tr { @for cell in &header { th scope="col" { (cell.get(language)) } } th {} th {} } }
                    tbody { @for change in changes.iter().take(CHANGES_MAX) { (row(change, language)) } }
                }
            }
            @if changes.len() > CHANGES_MAX {
                p { (and_more(as_count(changes.len() - CHANGES_MAX)).get(language)) }
            }
        };
        Page { language, title: self.title(), sentence, mark, body }
    }
}

fn row(seeing: &Seeing, language: Language) -> Markup {
    let cells = seeing.cells();
    let cell = |at: usize| cells.get(at).map_or("", |cell: &Text| cell.get(language));
    let figures = !seeing.change.old.is_string() && !seeing.change.new.is_string();
    html! {
        tr {
            td { (cell(0)) }
            th scope="row" { (cell(1)) }
            td { (cell(2)) }
            td { (cell(3)) }
            td.figure[figures] { (cell(4)) }
            td.figure[figures] { (cell(6)) }
            td.figure { (cell(7)) }
            td.bar { (picture(seeing)) }
        }
    }
}

/// Before and after as two bars, the longer of which is as long as there is room.
fn picture(seeing: &Seeing) -> Markup {
    let figures = seeing.percent().and_then(|_| seeing.change.old.as_u64().zip(seeing.change.new.as_u64()));
    html! {
        @if let Some((old, new)) = figures {
            @let longest = old.max(new).max(1);
            svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" {
                rect.before width=(share(old, longest)) height="4" {}
                rect y="5" width=(share(new, longest)) height="5" {}
            }
        }
    }
}

fn share(figure: u64, longest: u64) -> u64 {
    u64::try_from(u128::from(figure) * 100 / u128::from(longest)).unwrap_or(100)
}
