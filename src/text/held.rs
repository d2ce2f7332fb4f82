//! What `held` has to say, and whoever tells of something that is held.

use crate::moment::Moment;

texts! {
    how(id: i64) {
        ja: "内容は「tempostar held show {id}」で確認できます。正しければ「tempostar held approve {id}」、取り込まないなら「tempostar held discard {id}」を実行してください。",
        en: "`tempostar held show {id}` shows what it would change; then `tempostar held approve {id}` or `tempostar held discard {id}`",
    }
    nothing_held() { ja: "保留しているものはありません", en: "nothing is held" }
    things_held(count: usize) { ja: "保留しているもの: {count}件", en: "held: {count}" }
    item(id: i64, job: &str, name: &str, time: Moment) {
        ja: "{id}  {job}  {name}（{time}から）", en: "{id}  {job}  {name} (since {time})",
    }
    show_it(id: i64) { ja: "→ 内容: tempostar held show {id}", en: "→ tempostar held show {id}" }
    approve_it(id: i64) {
        ja: "→ 正しければ「tempostar held approve {id}」、取り込まないなら「tempostar held discard {id}」",
        en: "→ tempostar held approve {id}, or tempostar held discard {id}",
    }
    order_item(order_no: &str) { ja: "受注{order_no}", en: "order {order_no}" }
    heading(id: i64, job: &str, name: &str) { ja: "保留{id}: {name}（{job}）", en: "held {id}: {name} ({job})" }
    is_held() { ja: "保留中", en: "held" }
    was_approved() { ja: "承認", en: "approved" }
    was_discarded() { ja: "破棄", en: "discarded" }
    state_approved() { ja: "承認済みです", en: "it has been approved" }
    state_discarded() { ja: "破棄済みです", en: "it has been discarded" }
    state_superseded() { ja: "新しいファイルに置き換わりました", en: "later files have replaced it" }
    why() { ja: "理由", en: "why" }
    since() { ja: "保留日時", en: "held since" }
    since_by(time: Moment, run_id: &str) { ja: "{time}（実行{run_id}）", en: "{time}, by run {run_id}" }
    file_time() { ja: "ファイルの日時", en: "file's time" }
    changes() { ja: "変更", en: "changes" }
    changes_of(values: usize, rows: u64) { ja: "{values}項目（{rows}行）", en: "values: {values}, rows: {rows}" }
    at_stake() { ja: "直近30日の売上", en: "sold in 30 days" }
    yen(yen: &str) {
        ja: "{yen}円（これらの商品の受注の合計、税込）",
        en: "{yen} yen (orders of what it changes, tax included)",
    }
    to_capture() { ja: "オーソリ確定の金額", en: "to be captured" }
    yen_of_orders(yen: &str) {
        ja: "{yen}円（入金済みになる受注の合計）", en: "{yen} yen (orders that it would mark as paid)",
    }
    line() { ja: "行", en: "line" }
    code() { ja: "コード", en: "code" }
    name() { ja: "名前", en: "name" }
    column() { ja: "項目", en: "column" }
    before() { ja: "変更前", en: "before" }
    after() { ja: "変更後", en: "after" }
    nothing() { ja: "（なし）", en: "(none)" }
    first_of(shown: usize, all: usize, id: i64) {
        ja: "{all}項目のうち最初の{shown}項目です。すべて見るには: tempostar held show {id} --all",
        en: "the first {shown} of {all}; all of them: tempostar held show {id} --all",
    }
    discarded(id: i64, name: &str) {
        ja: "held: 保留{id}（{name}）を破棄しました。データは何も変わっていません",
        en: "held: {id} ({name}) is discarded; nothing of it was written",
    }
    order_approved(order_no: &str) {
        ja: "held: 受注{order_no}を承認しました。次のexport-ordersで送信します",
        en: "held: order {order_no} is approved; the next export-orders sends it",
    }
}

problems! {
    exit Partial, ends WithRun, who [Support];

    Error unknown_id = "held-unknown" (asked: &str) {
        ja: "「{asked}」という番号の保留も、承認を待っている受注もありません。",
        en: "nothing that waits for a decision is called {asked:?}",
        hint_ja: "「tempostar held」で番号をご確認ください。", hint_en: "`tempostar held` lists what is held",
    }
    Error ambiguous = "held-ambiguous" (id: i64, name: &str, order: &str) exit Usage {
        ja: "{id}は、保留しているファイル{name}の番号でも、承認を待っている受注の番号でもあります。",
        en: "{id} is both the number of a held file ({name}) and of an order that waits for approval",
        hint_ja: "受注は「tempostar held approve {order}」、ファイルは「tempostar held approve file-{id}」と指定してください。",
        hint_en: "for the order: `tempostar held approve {order}`; for the file: `tempostar held approve file-{id}`",
    }
    Error decided = "held-decided" (id: i64) {
        ja: "保留{id}はすでに決まっています", en: "held {id} has been decided about already",
        hint_ja: "「tempostar held」で今の保留をご確認ください。",
        hint_en: "`tempostar held` lists what is held now",
    }
    Error moved_on = "held-moved-on" (id: i64) exit Held, ends Decided, who [Shop] {
        ja: "保留{id}を前に表示したときから、この店舗のデータが変わっています。取り込んでいません。",
        en: "the shop has changed since held {id} was last shown: nothing was applied",
        hint_ja: "今の変更内容をご確認ください。", hint_en: "look at what it would change now",
    }
    Error damaged = "held-damaged" (id: i64, path: &str) who [Support, Savaway] {
        ja: "保留{id}のファイル{path}がないか、壊れています。",
        en: "the file of held {id} is missing or damaged: {path}",
        hint_ja: "同じファイルを受信フォルダに置き直すと、あらためて判定します。この保留は「tempostar held discard {id}」で消せます。",
        hint_en: "put the file into the inbox once more, and it is judged anew; `tempostar held discard {id}` removes this entry",
    }
}
