//! The balance as a page.

use maud::{Markup, html};

use super::Reconciled;
use super::line::{Line, Named};
use crate::html::{Mark, Page, section};
use crate::layout::as_count;
use crate::text::{Language, Text, html as text, status::and_more};

impl Reconciled {
    pub(crate) fn page(&self, language: Language) -> Page {
        let mark = if self.problem().is_none() { Mark::Well } else { Mark::Bad };
        let body = html! {
            table {
                tbody { @for line in &self.lines { (row(line, language)) } }
            }
            @for (label, named) in self.notes.iter().filter(|(_, named)| named.count > 0) {
                @let heading = text::information().because(&label.clone());
                (section(heading.get(language), Some(things(named, language))))
            }
        };
        Page { language, title: self.title(), sentence: self.sentence(), mark, body }
    }
}

fn row(line: &Line, language: Language) -> Markup {
    let [state, title, left, right] = line.cells();
    let mark = if line.named.count == 0 { Mark::Well } else { Mark::Bad };
    html! {
        tr {
            th scope="row" { (mark.meaning(state.get(language))) (title.get(language)) }
            td { (left.get(language)) }
            td { (right.get(language)) }
        }
        @if line.named.count > 0 { tr { td colspan="3" { (things(&line.named, language)) } } }
    }
}

fn things(named: &Named, language: Language) -> Markup {
    let more = named.count - as_count(named.first.len());
    let more = (more > 0).then(|| and_more(more));
    let all: Vec<&Text> = named.first.iter().chain(&more).collect();
    html! { ul { @for thing in all { li { (thing.get(language)) } } } }
}
