//! What `fleet` has to say.

use crate::moment::Moment;

texts! {
    ok() { ja: "正常", en: "well" }
    needs_a_look() { ja: "要確認", en: "to be looked at" }
    unreadable() { ja: "確認できず", en: "cannot be read" }
    since(time: Moment) { ja: "{time}から", en: "since {time}" }
}
