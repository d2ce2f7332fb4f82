//! What a problem's kind means, for people.

use crate::problem::{Ends, Kind, Severity, Who};
use crate::text::Text;

texts! {
    error_word() { ja: "エラー", en: "error" }
    warning_word() { ja: "注意", en: "warning" }
    note_word() { ja: "お知らせ", en: "note" }
    shop() { ja: "店舗様", en: "the shop" }
    savaway() { ja: "SAVAWAY様", en: "SAVAWAY" }
    support() { ja: "弊社", en: "support" }
    nobody() { ja: "なし", en: "nobody" }
    with_run() { ja: "その実行でのみお知らせします", en: "told by each run that meets it" }
    unseen() {
        ja: "すべてを確認した実行で見つからなくなったとき",
        en: "over when a run that looked at everything does not meet it any more",
    }
    next_run() { ja: "次の実行が始められたとき", en: "over when the next run begins" }
    good_file() {
        ja: "同じ種類の次のファイルを問題なく取り込めたとき（なければ7日後）",
        en: "over with the next file of its series that is applied without it, or after 7 days",
    }
    decided() {
        ja: "承認または破棄されたとき、または新しいファイルに置き換わったとき",
        en: "over when somebody has approved or discarded it, or later files have replaced it",
    }
    in_silence() { ja: "最後に起きてから30時間後", en: "over 30 hours after it last happened" }
}

/// The word for it.
pub fn severity(severity: Severity) -> Text {
    match severity {
        Severity::Note => note_word(),
        Severity::Warning => warning_word(),
        Severity::Error => error_word(),
    }
}

/// What people call them.
pub fn name_of(who: Who) -> Text {
    match who {
        Who::Shop => shop(),
        Who::Savaway => savaway(),
        Who::Support => support(),
    }
}

/// Who should act, in this order.
pub fn who(kind: &Kind) -> Text {
    let names: Vec<Text> = kind.who.iter().copied().map(name_of).collect();
    if names.is_empty() { nobody() } else { Text::joined(&names, "・", ", ") }
}

/// When it is over.
pub fn ends(kind: &Kind) -> Text {
    match kind.ends {
        Ends::WithRun => with_run(),
        Ends::Unseen => unseen(),
        Ends::NextRun => next_run(),
        Ends::GoodFile => good_file(),
        Ends::Decided => decided(),
        Ends::InSilence => in_silence(),
    }
}
