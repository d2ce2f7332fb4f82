//! Every sentence that a person reads, in Japanese and in English.
//!
//! A sentence is a function of what it tells about; it gives both languages, and whoever shows it picks one.
//! So no layer below the printing has to know the reader's language, and a sentence cannot exist in one
//! language only: the macros do not compile then.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The reader's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// 日本語
    Ja,
    /// English
    En,
}

/// One text in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// 日本語
    pub ja: String,
    /// English
    pub en: String,
}

impl Text {
    /// The text in the given language.
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

/// Declares sentences: `texts! { name(arg: Type, …) { ja: "… {arg} …", en: "… {arg} …" } … }` makes a function
/// `pub fn name(arg: Type, …) -> Text` of each, and `pub const TEXTS`, the list that the tests walk.
/// Arguments are names and figures; a text that is itself translated is put behind with [`Text::because`].
macro_rules! texts {
    ($($(#[$meta:meta])* $name:ident ( $($arg:ident : $type:ty),* $(,)? ) { ja: $ja:literal, en: $en:literal $(,)? })*) => {
        $(
            $(#[$meta])*
            #[doc = concat!("```text\n", $en, "\n```")]
            pub fn $name($($arg: $type),*) -> $crate::text::Text {
                $crate::text::Text { ja: format!($ja), en: format!($en) }
            }
        )*
        /// Name, Japanese and English of every sentence above.
        pub const TEXTS: &[(&str, &str, &str)] = &[$((stringify!($name), $ja, $en)),*];
    };
}

/// Declares problems: a stable code, what happened, and what the reader can do about it:
/// `problems! { severity name = "kebab-code" (arg: Type, …) { ja: "…", en: "…", hint_ja: "…", hint_en: "…" } … }`
/// makes a function `pub fn name(arg: Type, …) -> Problem` of each, and `pub const PROBLEMS`.
/// `severity` is one of `error`, `warning`, `note`.
macro_rules! problems {
    ($($(#[$meta:meta])* $severity:ident $name:ident = $code:literal ( $($arg:ident : $type:ty),* $(,)? ) {
        ja: $ja:literal, en: $en:literal, hint_ja: $hint_ja:literal, hint_en: $hint_en:literal $(,)?
    })*) => {
        $(
            $(#[$meta])*
            #[doc = concat!("`", $code, "`\n```text\n", $en, "\n```")]
            pub fn $name($($arg: $type),*) -> $crate::report::Problem {
                $crate::report::Problem::$severity(
                    $code,
                    $crate::text::Text { ja: format!($ja), en: format!($en) },
                    $crate::text::Text { ja: format!($hint_ja), en: format!($hint_en) },
                )
            }
        )*
        /// Code, Japanese, English, and both hints of every problem above.
        pub const PROBLEMS: &[(&str, &str, &str, &str, &str)] = &[$(($code, $ja, $en, $hint_ja, $hint_en)),*];
    };
}

pub mod books;
pub mod check_settings;
pub mod encoding;
pub mod explain;
pub mod jobs;
pub mod mail;
pub mod print;
pub mod progress;
pub mod server;
pub mod settings;
pub mod sheet;
pub mod status;
pub mod sync;

#[cfg(test)]
mod tests {
    use super::*;

    /// Every module of sentences, with what its macros listed.
    fn all_texts() -> Vec<(&'static str, &'static str, &'static str)> {
        let mut all: Vec<(&str, &str, &str)> = Vec::new();
        let lists = [
            check_settings::PROBLEMS,
            encoding::PROBLEMS,
            explain::PROBLEMS,
            jobs::PROBLEMS,
            mail::PROBLEMS,
            print::PROBLEMS,
            server::PROBLEMS,
            settings::PROBLEMS,
            sheet::PROBLEMS,
            books::PROBLEMS,
            sync::PROBLEMS,
        ];
        for problems in lists {
            for (code, ja, en, hint_ja, hint_en) in problems {
                all.push((code, ja, en));
                all.push((code, hint_ja, hint_en));
            }
        }
        for texts in [
            check_settings::TEXTS,
            explain::TEXTS,
            jobs::TEXTS,
            mail::TEXTS,
            print::TEXTS,
            progress::TEXTS,
            server::TEXTS,
            settings::TEXTS,
            status::TEXTS,
        ] {
            all.extend(texts);
        }
        all
    }

    fn placeholders(format: &str) -> Vec<&str> {
        let mut found: Vec<&str> = format
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split(['}', ':']).next())
            .filter(|name| !name.is_empty())
            // What English says otherwise in the singular is handed over twice.
            .map(|name| name.strip_suffix("_en").unwrap_or(name))
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    #[test]
    fn every_sentence_exists_in_both_languages_and_says_the_same_things() {
        for (name, ja, en) in all_texts() {
            assert_eq!(ja.is_empty(), en.is_empty(), "{name}: only one language");
            assert_eq!(placeholders(ja), placeholders(en), "{name}: different figures\n{ja}\n{en}");
            let is_japanese = |c: char| matches!(c, 'ぁ'..='ん' | 'ァ'..='ヶ' | '一'..='龠');
            assert!(ja.is_empty() || ja.chars().any(is_japanese), "{name}: not Japanese: {ja}");
        }
    }
}
