//! What stands on the pages beside what the commands say.

use crate::books::orders::OrderState;
use crate::text::Text;

texts! {
    no_customers_data() { ja: "このページにお客様の情報はありません。", en: "There is no customer's data on this page." }
    what_to_look_at() { ja: "確認が必要なこと", en: "What to look at" }
    runs(days: i64) { ja: "この{days}日間の実行", en: "Runs of the last {days} days" }
    job() { ja: "処理", en: "job" }
    no_run() { ja: "実行なし", en: "no run" }
    runs_well(runs: usize) { ja: "{runs}回、すべて正常", en: "runs: {runs}, all well" }
    runs_left_out(runs: usize, partly: usize) {
        ja: "{runs}回、うち一部未処理または保留{partly}回",
        en: "runs: {runs}, of which something was left out or held: {partly}",
    }
    runs_failed(runs: usize, failed: usize) {
        ja: "{runs}回、うち失敗{failed}回", en: "runs: {runs}, of which failed: {failed}",
    }
    key_well() { ja: "正常", en: "all well" }
    key_look() { ja: "一部未処理または保留", en: "something left out or held" }
    key_bad() { ja: "失敗", en: "failed" }
    stock_age() { ja: "在庫数がいつのファイルのものか（SKUの数）", en: "Age of the stock figures (SKUs)" }
    within_an_hour() { ja: "1時間以内", en: "up to an hour" }
    within_a_day() { ja: "1日以内", en: "up to a day" }
    within_a_week() { ja: "1週間以内", en: "up to a week" }
    older() { ja: "それより前", en: "older" }
    never() { ja: "まだない", en: "none yet" }
    orders_by_state() { ja: "受注", en: "Orders" }
    provisional() { ja: "仮受注", en: "provisional" }
    cancelled_before_sending() { ja: "送信前にキャンセル", en: "cancelled before sending" }
    before_since() { ja: "連携開始より前", en: "of before the start" }
    waiting() { ja: "送信待ち", en: "waiting" }
    held_back() { ja: "保留", en: "held back" }
    under_way() { ja: "送信の途中", en: "under way" }
    lying() { ja: "送信済み、未受け取り", en: "sent, not taken yet" }
    taken() { ja: "受け取り済み、未出荷", en: "taken, not shipped" }
    shipped() { ja: "出荷済み", en: "shipped" }
    cancelled_there() { ja: "TEMPOSTARでキャンセル", en: "cancelled in TEMPOSTAR" }
    information() { ja: "参考", en: "For information" }
}

impl OrderState {
    /// What people call it.
    pub(crate) fn title(self) -> Text {
        match self {
            Self::Provisional => provisional(),
            Self::CancelledBeforeSending => cancelled_before_sending(),
            Self::BeforeSince => before_since(),
            Self::Waiting => waiting(),
            Self::UnderWay => under_way(),
            Self::Lying => lying(),
            Self::Taken => taken(),
            Self::Shipped => shipped(),
            Self::CancelledThere => cancelled_there(),
        }
    }
}
