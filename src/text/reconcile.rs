//! What `reconcile` has to say.

use chrono::NaiveDate;

use crate::moment::{Moment, Month};

texts! {
    title(shop: &str, environment: &str, now: Moment) {
        ja: "{shop}（{environment}）の照合: {now}", en: "reconciliation of {shop} ({environment}), {now}",
    }
    title_of_month(shop: &str, environment: &str, month: Month, now: Moment) {
        ja: "{shop}（{environment}）の{month}の照合: {now}",
        en: "reconciliation of {shop} ({environment}) for {month}, {now}",
    }
    all_balanced(count: usize) { ja: "→ {count}項目すべて一致しています", en: "→ everything agrees ({count} lines)" }
    not_balanced(count: usize, differing: usize) {
        ja: "→ {count}項目のうち{differing}項目に差異があります。確認が必要です",
        en: "→ {differing} of {count} lines differ; somebody should look at them",
    }
    balanced() { ja: "一致", en: "agrees" }
    differs(count: &str) { ja: "差異{count}件", en: "differences: {count}" }
    note(label: &str, label_en: &str, count: u64) {
        ja: "参考: {label}: {count}件", en: "for information: {label_en}: {count}",
    }

    // What is compared.
    orders() { ja: "受注", en: "orders" }
    sent() { ja: "送信した受注", en: "orders sent" }
    yen() { ja: "請求金額（円）", en: "totals (yen)" }
    taken() { ja: "TEMPOSTARが受け取った受注", en: "orders taken" }
    shipped() { ja: "出荷", en: "shipping" }
    ticks() { ja: "配送区分のチェック", en: "ticks (配送区分)" }
    stock() { ja: "在庫数", en: "stock figures" }
    allocations() { ja: "在庫引当", en: "allocations" }
    copies_missing() { ja: "写しの有無", en: "copies of files" }
    copies_unknown() { ja: "記録のない写し", en: "copies without a record" }
    copies_damaged() { ja: "写しの内容", en: "content of the copies" }
    only_here() { ja: "受注一覧にない受注", en: "orders only here" }
    only_there() { ja: "受注一覧だけの受注", en: "orders only in the list" }
    list_amounts() { ja: "受注一覧の請求金額（円）", en: "totals in the list (yen)" }
    list_progress() { ja: "受注一覧の受注進捗コード", en: "progress in the list" }

    // Where the figures come from.
    order_table() { ja: "受注テーブル", en: "order table" }
    all_states() { ja: "状態ごとの合計", en: "sum of the states" }
    order_files() { ja: "受注ファイル", en: "order files" }
    taken_and_lying() { ja: "受け取り済みと未受け取りの合計", en: "taken and not taken yet" }
    shipped_cancelled_open() { ja: "出荷、キャンセル、未出荷の合計", en: "shipped, cancelled and open" }
    shipping_files() { ja: "物流連携ファイル", en: "shipping files" }
    stock_table() { ja: "在庫テーブル", en: "stock table" }
    stock_files() { ja: "最新の在庫ファイル", en: "newest stock files" }
    on_their_way() { ja: "未反映の受注", en: "orders on their way" }
    ledger() { ja: "取込・送信の記録", en: "ledger" }
    archive() { ja: "作業フォルダ", en: "work folder" }
    equal() { ja: "記録と同じもの", en: "as the ledger has them" }
    list() { ja: "受注一覧", en: "list" }

    // What differs.
    states_differ(orders: i64, states: i64) {
        ja: "受注は{orders}件、状態ごとの合計は{states}件です",
        en: "orders: {orders}, in all states: {states}",
    }
    not_in_table(order_no: &str, file: &str) {
        ja: "{order_no}: {file}で送信しましたが、受注テーブルにありません",
        en: "{order_no}: was sent in {file}, and is not in the order table",
    }
    not_marked(order_no: &str, file: &str) {
        ja: "{order_no}: {file}で送信しましたが、exported_atがありません",
        en: "{order_no}: was sent in {file}, and has no exported_at",
    }
    sent_on_another_day(order_no: &str, day: &str, file: &str, sent: NaiveDate) {
        ja: "{order_no}: exported_atは{day}ですが、{file}の送信は{sent}です",
        en: "{order_no}: its exported_at is of {day}, and {file} was sent on {sent}",
    }
    not_in_file(order_no: &str, file: &str) {
        ja: "{order_no}: 送信済みですが、{file}の写しにありません",
        en: "{order_no}: is marked as sent, and is not in {file}",
    }
    not_in_ledger(order_no: &str, file: &str) {
        ja: "{order_no}: {file}の写しにありますが、このファイルで送信した記録がありません",
        en: "{order_no}: is in {file}, and the ledger does not say so",
    }
    in_no_file(order_no: &str) {
        ja: "{order_no}: exported_atがありますが、送信した記録がありません",
        en: "{order_no}: has an exported_at, and was sent in no file",
    }
    amounts_differ(order_no: &str, here: i64, there: i64) {
        ja: "{order_no}: この店舗{here}円、TEMPOSTAR {there}円",
        en: "{order_no}: {here} yen here, {there} yen in TEMPOSTAR",
    }
    count_differs(file: &str, noted: i64, found: i64) {
        ja: "{file}: 記録では{noted}件、写しでは{found}件です",
        en: "{file}: {noted} by the ledger, {found} found",
    }
    taken_before_sent(file: &str) {
        ja: "{file}: 記録では、送信より前に受け取られています",
        en: "{file}: was taken before it was sent, by the ledger",
    }
    reported_while_lying(order_no: &str, file: &str) {
        ja: "{order_no}: 出荷またはキャンセルされていますが、{file}はまだ受け取られていません",
        en: "{order_no}: is shipped or cancelled in TEMPOSTAR, and {file} was not seen to be taken",
    }
    not_arrived(order_no: &str) {
        ja: "{order_no}: exported_atがありますが、受注ファイルは送信の途中です",
        en: "{order_no}: has an exported_at, and its file is still under way",
    }
    tick_without_file(order_no: &str) {
        ja: "{order_no}: 配送区分にチェックがありますが、出荷済みとする物流連携ファイルがありません",
        en: "{order_no}: is ticked, and no shipping file says that it is shipped",
    }
    cancellation_without_file(order_no: &str) {
        ja: "{order_no}: TEMPOSTARでのキャンセルの印がありますが、キャンセルとする物流連携ファイルがありません",
        en: "{order_no}: is marked as cancelled in TEMPOSTAR, and no shipping file says so",
    }
    cancellation_lost(order_no: &str, file: &str) {
        ja: "{order_no}: TEMPOSTARでキャンセルされたと{file}にありましたが、その印が消えています",
        en: "{order_no}: was cancelled in TEMPOSTAR according to {file}, and is not marked so any more",
    }
    tick_lost(order_no: &str, file: &str) {
        ja: "{order_no}: {file}で付けたチェック（配送区分・入金区分・オーソリ確定）が外れています",
        en: "{order_no}: was ticked by {file}, and is not ticked any more",
    }
    figure_differs(sku: &str, here: i64, there: i64, file: &str) {
        ja: "{sku}: 在庫テーブルは{here}、{file}は{there}です",
        en: "{sku}: {here} in the stock table, {there} in {file}",
    }
    kept_figure_differs(sku: &str, here: i64, there: i64, file: &str) {
        ja: "{sku}（店舗にないSKU）: 控えた在庫数は{here}、{file}は{there}です",
        en: "{sku}: {here} kept for a SKU that the shop does not have, {there} in {file}",
    }
    no_stock_row(sku: &str, there: i64, file: &str) {
        ja: "{sku}: {file}は{there}ですが、在庫テーブルにありません",
        en: "{sku}: {there} in {file}, and not in the stock table",
    }
    allocation_differs(sku: &str, allocated: i64, units: i64) {
        ja: "{sku}: 在庫引当は{allocated}、未反映の受注は{units}です",
        en: "{sku}: {allocated} allocated, {units} in orders on their way",
    }
    copy_damaged(place: &str) {
        ja: "{place}: 取り込みまたは送信のときと内容が違います", en: "{place}: is not what was taken or sent",
    }
    only_in_list(order_no: &str) {
        ja: "{order_no}: 受注一覧にありますが、この店舗から送信していません",
        en: "{order_no}: is in the list, and was not sent from here",
    }
    not_in_list(order_no: &str) {
        ja: "{order_no}: TEMPOSTARが受け取りましたが、受注一覧にありません",
        en: "{order_no}: was taken by TEMPOSTAR, and is not in the list",
    }
    shipped_here(order_no: &str, code: &str) {
        ja: "{order_no}: この店舗では出荷済み、TEMPOSTARでは{code}です",
        en: "{order_no}: shipped here, {code} in TEMPOSTAR",
    }
    cancelled_here(order_no: &str, code: &str) {
        ja: "{order_no}: この店舗ではキャンセル済み（TEMPOSTAR）、受注一覧では{code}です",
        en: "{order_no}: cancelled in TEMPOSTAR by what came here, {code} in the list",
    }
    open_here(order_no: &str, code: &str) {
        ja: "{order_no}: この店舗では未出荷、TEMPOSTARでは{code}です",
        en: "{order_no}: not shipped here, {code} in TEMPOSTAR",
    }

    // For information.
    open_for_long(days: u32) {
        ja: "TEMPOSTARが受け取り、{days}日を過ぎても出荷されていない受注",
        en: "orders that were sent more than {days} days ago and are not shipped",
    }
    not_named_for_long(days: i64) {
        ja: "{days}日以上、在庫ファイルに出てきていないSKU",
        en: "SKUs that no stock file has named for {days} days",
    }
}

problems! {
    exit Partial, ends WithRun, who [Shop, Support];

    Error list_argument = "list-argument" (path: &str, reason: &str) exit Usage {
        ja: "--withで指定されたファイルを読めません: {path}（{reason}）",
        en: "cannot read the file given with --with: {path} ({reason})",
        hint_ja: "ファイルの名前と権限をご確認ください。", hint_en: "check its name and permissions",
    }
    Error books_differ = "books-differ" () {
        ja: "照合に差異があります", en: "the books do not balance",
        hint_ja: "「tempostar reconcile」で、どの受注、SKU、ファイルかをご確認ください。それぞれの意味と対応はdocs/operations.mdの「Do the books balance?」にあります。",
        hint_en: "`tempostar reconcile` names the orders, SKUs and files; docs/operations.md says under “Do the books balance?” what each line means and what to do",
    }
}
