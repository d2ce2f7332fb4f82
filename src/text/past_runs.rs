//! What `log` has to say, and how a run is told.

use crate::moment::Moment;

texts! {
    at_work() { ja: "実行中", en: "at work" }
    died() { ja: "途中で停止", en: "stopped midway" }
    at_work_or_died() { ja: "実行中、または途中で停止", en: "still at work, or stopped midway" }
    outcome_ok() { ja: "完了", en: "done" }
    outcome_nothing() { ja: "対象なし", en: "nothing to do" }
    outcome_partial() { ja: "一部未処理", en: "partly done" }
    outcome_held() { ja: "保留", en: "held" }
    outcome_failed(code: u8) { ja: "失敗（終了コード{code}）", en: "failed (exit code {code})" }
    seconds(count: i64) { ja: "{count}秒", en: "{count} s" }
    no_runs(days: u32) { ja: "この{days}日間に実行はありません", en: "no run in the last {days} days" }
    decided(time: Moment, state: &str, state_en: &str, who: &str) {
        ja: "{time} {state}（{who}）", en: "{time} {state_en} by {who}",
    }
    at_terminal(terminal: &str) { ja: "、端末{terminal}", en: "terminal {terminal}" }
}
