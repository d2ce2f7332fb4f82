//! The two languages, and a text in both.

use std::fmt;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

words! {
    pub enum Language {
        Ja = "ja",
        En = "en",
    }
}

/// That of whoever reads the log, where nobody hands a language down.
static READER: OnceLock<Language> = OnceLock::new();

impl Language {
    /// Warnings are in this language from now on; what was settled first counts.
    pub(crate) fn settle(self) {
        let _ = READER.set(self);
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    pub ja: String,
    pub en: String,
}

impl Text {
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Ja => &self.ja,
            Language::En => &self.en,
        }
    }

    /// Logs a warning: of what went wrong beside the work.
    pub(crate) fn warn(&self) {
        log::warn!("{}", self.get(READER.get().copied().unwrap_or(Language::En)));
    }

    /// This text, and another one behind it: `order 1001 is held back: its total is wrong`.
    #[must_use]
    pub fn because(self, reason: &Self) -> Self {
        Self { ja: self.ja + ": " + &reason.ja, en: self.en + ": " + &reason.en }
    }

    /// This sentence, and another one behind it.
    #[must_use]
    pub fn followed_by(self, more: &Self) -> Self {
        Self { ja: self.ja + &more.ja, en: self.en + "; " + &more.en }
    }

    /// The sentence in which this text stands.
    pub fn inside(&self, sentence: impl Fn(&str) -> Self) -> Self {
        Self { ja: sentence(&self.ja).ja, en: sentence(&self.en).en }
    }

    /// All of them, with what stands between two in either language.
    pub fn joined(texts: &[Self], ja: &str, en: &str) -> Self {
        let all = |language| texts.iter().map(|text| text.get(language)).collect::<Vec<_>>();
        Self { ja: all(Language::Ja).join(ja), en: all(Language::En).join(en) }
    }

    /// `one, another`
    pub fn listed(texts: &[Self]) -> Self {
        Self::joined(texts, "、", ", ")
    }

    /// This text without its full stop, because something follows in the same sentence.
    #[must_use]
    pub fn going_on(self) -> Self {
        Self { ja: self.ja.trim_end_matches('。').to_owned(), en: self.en }
    }

    /// This text as a line that stands further in.
    #[must_use]
    pub(crate) fn indented(self) -> Self {
        Self { ja: format!("  {}", self.ja), en: format!("  {}", self.en) }
    }

    /// A text that is the same in both languages: a name, a path, a server's reply.
    pub fn same(text: impl Into<String>) -> Self {
        let en: String = text.into();
        Self { ja: en.clone(), en }
    }
}

impl fmt::Display for Text {
    /// English, the language of logs and of error chains.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}
