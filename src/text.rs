//! Every sentence that a person reads, in Japanese and in English.
//!
//! A sentence is a function of what it tells about; it gives both languages, and whoever shows it picks one.
//! So no layer below the printing has to know the reader's language, and a sentence cannot exist in one
//! language only: the macros do not compile then.

use crate::problem::{FILE_HELD, Kind, RETIRED, SERVER_FAILS};

pub use crate::language::{Language, Text};

/// A text of two format strings, or of none.
macro_rules! text {
    () => {
        $crate::text::Text::default()
    };
    ($ja:literal, $en:literal) => {
        $crate::text::Text { ja: $crate::text::causes::in_japanese(format!($ja)), en: format!($en) }
    };
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
                text!($ja, $en)
            }
        )*
        /// Name, Japanese and English of every sentence above.
        pub const TEXTS: &[(&str, &str, &str)] = &[$((stringify!($name), $ja, $en)),*];
    };
}

/// The first, or, where it is given, the second.
macro_rules! or_given {
    ($default:expr) => {
        $default
    };
    ($default:expr, $given:expr) => {
        $given
    };
}

/// `[Shop, Savaway]` as a value.
macro_rules! people {
    ([$($who:ident),*]) => { &[$($crate::problem::Who::$who),*] };
}

/// Declares problems: what each is (a stable code, how much it matters, the exit code of a run that it ends, how it is
/// over, who should act), what happened, and what the reader can do about it, if anything:
/// `problems! { exit …, ends …, who […]; severity name = "kebab-code" (arg: Type, …) exit …, ends …, who […] { ja: "…",
/// en: "…", hint_ja: "…", hint_en: "…" } … }`
/// The first line is what holds for the module; a problem says where it differs.
/// Makes of each a function `pub fn name(arg: Type, …) -> Problem` and a static `name::KIND`, and `pub static PROBLEMS`.
macro_rules! problems {
    (
        exit $exit:ident, ends $ends:ident, who $who:tt;
        $($(#[$meta:meta])* $severity:ident $name:ident = $code:literal ( $($arg:ident : $type:ty),* $(,)? )
        $(exit $its_exit:ident $(,)?)? $(ends $its_ends:ident $(,)?)? $(who $its_who:tt)? {
            ja: $ja:literal, en: $en:literal $(, hint_ja: $hint_ja:literal, hint_en: $hint_en:literal)? $(,)?
        })*
    ) => {
        $(
            $(#[$meta])*
            #[doc = concat!("`", $code, "`\n```text\n", $en, "\n```")]
            pub fn $name($($arg: $type),*) -> $crate::problem::Problem {
                $crate::problem::Problem::new(
                    &$name::KIND,
                    text!($ja, $en),
                    text!($($hint_ja, $hint_en)?),
                )
            }
            #[doc = concat!("`", $code, "`")]
            pub mod $name {
                use $crate::problem::{Ends, Exit, Kind, Severity};
                pub static KIND: Kind = Kind {
                    code: $code,
                    severity: Severity::$severity,
                    exit: or_given!(Exit::$exit $(, Exit::$its_exit)?),
                    ends: or_given!(Ends::$ends $(, Ends::$its_ends)?),
                    who: or_given!(people!($who) $(, people!($its_who))?),
                };
            }
        )*
        /// Every problem above, as it is declared.
        pub static PROBLEMS: &[$crate::text::Declared] = &[$($crate::text::Declared {
            kind: &$name::KIND,
            ja: $ja,
            en: $en,
            hint_ja: or_given!("" $(, $hint_ja)?),
            hint_en: or_given!("" $(, $hint_en)?),
        }),*];
    };
}

/// A problem as it is declared: its kind, and its sentences with names for what is filled in.
#[derive(Clone, Copy, Debug)]
pub struct Declared {
    pub kind: &'static Kind,
    /// What happened.
    pub ja: &'static str,
    /// What happened.
    pub en: &'static str,
    /// What to do.
    pub hint_ja: &'static str,
    /// What to do.
    pub hint_en: &'static str,
}

pub mod books;
mod causes;
pub mod check_settings;
pub mod cli;
pub mod explain;
pub mod fleet;
pub mod hand_work;
pub mod held;
pub mod html;
pub mod init;
pub mod job;
pub mod jobs;
pub mod mail;
pub mod owner;
pub mod past_runs;
pub mod print;
pub mod problem;
pub mod progress;
pub mod reconcile;
pub mod server;
pub mod settings;
pub mod sheet;
pub mod status;
pub mod sync;
pub mod undo;

/// Every module with problems, under the heading that it has in the documents.
pub static PROBLEMS: &[(&str, &[Declared])] = &[
    ("Settings", settings::PROBLEMS),
    ("Made by init", init::PROBLEMS),
    ("Found by check-settings", check_settings::PROBLEMS),
    ("The FTP server", server::PROBLEMS),
    ("Runs and files", sync::PROBLEMS),
    ("What a file contains", sheet::PROBLEMS),
    ("Products, stock and orders", jobs::PROBLEMS),
    ("The database", books::PROBLEMS),
    ("Mails", mail::PROBLEMS),
    ("Users and permissions", owner::PROBLEMS),
    ("Asked with explain", explain::PROBLEMS),
    ("Undoing a run", undo::PROBLEMS),
    ("Found by reconcile", reconcile::PROBLEMS),
    ("Held by the guards", held::PROBLEMS),
    ("Package files", print::PROBLEMS),
];

/// Every problem, as it is declared.
fn all_declared() -> impl Iterator<Item = &'static Declared> {
    PROBLEMS.iter().flat_map(|(_, problems)| *problems)
}

/// The codes of all problems.
pub fn codes() -> impl Iterator<Item = &'static str> {
    all_declared().map(|problem| problem.kind.code)
}

/// The problem of this code, as it is declared.
pub fn declared(code: &str) -> Option<&'static Declared> {
    all_declared().find(|problem| problem.kind.code == code)
}

/// The kind of this code; [`RETIRED`] for one that only another version of this program knows.
pub fn kind_of(code: &str) -> &'static Kind {
    let followed = || [&SERVER_FAILS, &FILE_HELD].into_iter().find(|kind| kind.code == code);
    declared(code).map(|problem| problem.kind).or_else(followed).unwrap_or(&RETIRED)
}
