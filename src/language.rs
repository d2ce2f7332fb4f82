//! The two languages, and a text in both.

use std::fmt;

use serde::{Deserialize, Serialize};

words! {
    /// The reader's language.
    pub enum Language {
        Ja = "ja",
        En = "en",
    }
}

/// One text in both languages.
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
