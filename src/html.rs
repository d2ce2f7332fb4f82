//! A page to look at: one file that needs no other and no network, readable by light and by night, on paper, on a
//! telephone, without colour, and by ear.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::layout::grouped;
use crate::text::{Language, Text, html as text};

const STYLE: &str = include_str!("html/style.css");

words! {
    /// How something is: told by shape, colour and words.
    pub(crate) enum Mark {
        Nothing = "nothing",
        Well = "well",
        Look = "look",
        Bad = "bad",
    }
}

impl Mark {
    /// Its shape, where words beside it say what it means.
    pub(crate) fn shape(self) -> Markup {
        html! { svg.mark.(self.as_str()) viewBox="0 0 16 16" aria-hidden="true" { (self.path()) } }
    }

    /// Its shape, where it stands alone: what it means is said to those who do not see it.
    pub(crate) fn meaning(self, label: &str) -> Markup {
        html! {
            svg.mark.(self.as_str()) viewBox="0 0 16 16" role="img" aria-label=(label) {
                title { (label) }
                (self.path())
            }
        }
    }

    fn path(self) -> Markup {
        html! {
            @match self {
                Self::Nothing => circle cx="8" cy="8" r="1.5" {},
                Self::Well => circle cx="8" cy="8" r="6" {},
                Self::Look => path d="M8 1.5 15 14.5H1z" {},
                Self::Bad => path d="M2 5 5 2 8 5 11 2 14 5 11 8 14 11 11 14 8 11 5 14 2 11 5 8z" {},
            }
        }
    }
}

pub(crate) struct Page {
    pub language: Language,
    pub title: Text,
    /// What matters, in one sentence.
    pub sentence: Text,
    pub mark: Mark,
    pub body: Markup,
}

impl Page {
    pub(crate) fn html(&self) -> String {
        let Self { language, title, sentence, mark, body } = self;
        let (title, sentence) = (title.get(*language), sentence.get(*language).trim_start_matches("→ "));
        let page = html! {
            (DOCTYPE)
            html lang=(language) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (title) }
                    link rel="icon" href="data:,";
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    main {
                        h1 { (title) }
                        p.sentence.(mark.as_str()) { (mark.shape()) strong { (sentence) } }
                        (body)
                    }
                    footer { (text::no_customers_data().get(*language)) }
                }
            }
        };
        page.into_string()
    }
}

/// A part with its heading; nothing where there is nothing in it.
pub(crate) fn section(heading: &str, content: Option<Markup>) -> Markup {
    html! {
        @if let Some(content) = content {
            section { h2 { (heading) } (content) }
        }
    }
}

/// Things, one below the other; none: nothing.
pub(crate) fn list(things: &[String]) -> Option<Markup> {
    let items = html! { ul { @for thing in things { li { (thing) } } } };
    (!things.is_empty()).then_some(items)
}

/// Figures, and beside each a bar of its length.
pub(crate) fn bars(rows: &[(String, u64)]) -> Markup {
    let longest = rows.iter().map(|(_, figure)| *figure).max().unwrap_or(0).max(1);
    html! {
        table.bars {
            @for (label, figure) in rows {
                tr {
                    th scope="row" { (label) }
                    td.figure { (grouped(*figure)) }
                    td.bar {
                        svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" {
                            rect width=(figure * 100 / longest) height="10" {}
                        }
                    }
                }
            }
        }
    }
}
