//! What `explain` has to say.

use crate::moment::Moment;

texts! {
    // A SKU.
    sku_heading(code: &str, name: &str, product: &str) {
        ja: "SKU {code}「{name}」（商品{product}）", en: "SKU {code} “{name}” (product {product})",
    }
    sellable() { ja: "販売可能数", en: "sellable" }
    quantity() { ja: "在庫数", en: "quantity" }
    allocated() { ja: "在庫引当", en: "allocated" }
    quantity_as_of(quantity: i64, as_of: &str) {
        ja: "{quantity}（TEMPOSTARの数。{as_of}時点のファイルによる）",
        en: "{quantity} (TEMPOSTAR's figure, by a file as of {as_of})",
    }
    not_handled() { ja: "この店舗では取り扱わないSKUです（取扱いフラグ）", en: "the shop does not handle it (取扱いフラグ)" }
    no_stock_yet() { ja: "在庫ファイルにまだ一度も出てきていません", en: "no stock file has named it yet" }
    negative() { ja: "TEMPOSTARの在庫数がマイナスです", en: "TEMPOSTAR's figure is below 0" }
    zero() { ja: "TEMPOSTARの在庫数が0です", en: "TEMPOSTAR's figure is 0" }
    all_allocated() {
        ja: "すべて在庫引当です（受注済みで、TEMPOSTARの在庫数にまだ反映されていない分）",
        en: "all of it is allocated: sold here, and not in TEMPOSTAR's figure yet",
    }
    order_no(order_no: &str) { ja: "受注{order_no}", en: "order {order_no}" }
    pieces(quantity: &str) { ja: "{quantity}個", en: "× {quantity}" }
    unsent_part() { ja: "未送信", en: "not sent yet" }
    provisional_part() { ja: "仮受注のため未送信", en: "provisional (仮受注), not sent" }
    sent_part(sent: &str, file: &str, until: &str) {
        ja: "{sent}送信。{file}のファイルには未反映とみなします（{until}以降のファイルで引当から外れます）",
        en: "sent {sent}, too late for the file of {file} (files from {until} on have it)",
    }
    lay_there_part(sent: &str, lying: &str, until: &str) {
        ja: "{sent}送信。{lying}にはまだサーバに残っていました（{until}以降のファイルで引当から外れます）",
        en: "sent {sent}, lay in the outbox until {lying} (files from {until} on have it)",
    }
    added_part(sent: &str) {
        ja: "{sent}送信の後にこの店舗で追加されました（TEMPOSTARには手作業で入れてください）",
        en: "added in the shop after the order was sent {sent} (to be entered in TEMPOSTAR by hand)",
    }
    untaken_part(sent: &str) {
        ja: "{sent}送信。TEMPOSTARはまだ受け取っていません",
        en: "sent {sent}, not seen to be taken by TEMPOSTAR",
    }
    taken_part(taken: &str, file: &str, until: &str) {
        ja: "{taken}受け取りを確認。{file}のファイルには未反映とみなします（{until}以降のファイルで引当から外れます）",
        en: "taken {taken}, too late for the file of {file} (files from {until} on have it)",
    }
    more_orders(count: usize) {
        ja: "ほか{count}件の受注（--jsonで全件を見られます）",
        en: "and {count} more orders (all of them with --json)",
    }
    allocation_differs(explained: i64, allocated: i64) {
        ja: "受注の合計は{explained}個ですが、在庫引当は{allocated}個です。送信後のキャンセルなどによる差です。このSKUが在庫ファイルに次に出てきたときに計算し直します。",
        en: "The orders make {explained}, the allocation is {allocated}: orders cancelled after they were sent, for example. The next stock file that names the SKU computes it anew.",
    }
    stock_history() {
        ja: "在庫の履歴（新しい順。取り込み後の店舗の受注は、ここには出ず、在庫引当に含まれます）",
        en: "history of the stock, newest first (what the shop has sold since is in the allocation, not here)",
    }
    quantity_moved(figures: &str) { ja: "在庫数{figures}", en: "quantity {figures}" }
    allocated_moved(figures: &str) { ja: "引当{figures}", en: "allocated {figures}" }
    sellable_figure(sellable: i64) { ja: "販売可能{sellable}", en: "sellable {sellable}" }
    from_line(file: &str, line: u64, run_id: &str) {
        ja: "{file} {line}行目（実行{run_id}）", en: "{file} line {line} (run {run_id})",
    }
    from_undo(undone: &str, run_id: &str) {
        ja: "実行{undone}の取り消し（実行{run_id}）", en: "undo of the run {undone} (run {run_id})",
    }
    from_first_load(file: &str, run_id: &str) {
        ja: "最初の取り込み{file}（実行{run_id}。最初の取り込みでは行ごとの履歴を残しません）",
        en: "first load: {file} (run {run_id}; a first load has no history of its rows)",
    }
    older_changes(count: usize) {
        ja: "ほか、これより古い変更が{count}件あります（--jsonで全件を見られます）",
        en: "and {count} older (all of them with --json)",
    }
    no_changes(days: u32) {
        ja: "変更の記録はありません（記録は{days}日間残ります）",
        en: "no change is recorded (they are kept for {days} days)",
    }

    // A product.
    product_heading(code: &str, name: &str) { ja: "商品{code}「{name}」", en: "product {code} “{name}”" }
    created() { ja: "作成", en: "created" }
    updated() { ja: "更新", en: "updated" }
    removed() { ja: "作成の取り消し", en: "creation undone" }
    missing_since(since: &str) {
        ja: "TEMPOSTARの商品ファイル（全件）に、{since}から出てきていません。削除は連携しません。",
        en: "TEMPOSTAR's full product files have not named it since {since}; deletions are not linked",
    }
    skus(count: usize) { ja: "SKU {count}件", en: "its SKUs: {count}" }
    more_skus(count: usize) {
        ja: "ほか{count}件（--jsonで全件を見られます）", en: "and {count} more (all of them with --json)",
    }
    catalogue_history() { ja: "商品情報の履歴（新しい順）", en: "history of the product data, newest first" }

    // An order.
    ordered() { ja: "受注日時", en: "ordered" }
    entered() { ja: "登録日時", en: "entered" }
    state() { ja: "状態", en: "state" }
    cancelled_before_sending() {
        ja: "送信前にキャンセルされたため、送信しません",
        en: "cancelled before it was sent; it will not be sent",
    }
    provisional() { ja: "仮受注のため、まだ送信しません", en: "provisional (仮受注): not an order yet, is not sent" }
    held_back() { ja: "送信していません", en: "held back" }
    waiting() { ja: "送信待ち（次のexport-ordersで送信します）", en: "waits; the next export-orders sends it" }
    under_way() {
        ja: "送信の途中です（次のexport-ordersが続きを行います）",
        en: "under way: its file is fixed; the next export-orders brings it to its end",
    }
    sent(time: &str) { ja: "{time}に送信済み", en: "sent {time}" }
    marked_as_sent(time: &str) {
        ja: "{time}に送信済みとされています（tempostarが送った記録はありません）",
        en: "marked as sent as of {time}, but tempostar has not sent it",
    }
    in_file() { ja: "受注ファイル", en: "in the file" }
    file_and_run(file: &str, run_id: &str) { ja: "{file}（実行{run_id}）", en: "{file} (run {run_id})" }
    copy() { ja: "写し", en: "copy" }
    no_copy() { ja: "なし（保存期間が過ぎたか、移動されました）", en: "none (forgotten after history_days, or moved)" }
    taken() { ja: "TEMPOSTARの受け取り", en: "taken by TEMPOSTAR" }
    seen_taken(time: &str) { ja: "{time}にサーバからなくなっているのを確認", en: "seen gone from the outbox at {time}" }
    not_seen_taken() {
        ja: "まだ確認していません（最後に見たときはサーバに残っていました）",
        en: "not seen yet: it lay in the outbox at the last look",
    }
    cancelled() { ja: "キャンセル", en: "cancelled" }
    cancelled_both(here: &str, there: &str) {
        ja: "この店舗{here}、TEMPOSTAR {there}", en: "here {here}, in TEMPOSTAR {there}",
    }
    cancelled_here_only(here: &str) {
        ja: "この店舗{here}（連携しません。TEMPOSTARでもキャンセルしてください）",
        en: "here {here} (not linked: cancel it in TEMPOSTAR, too)",
    }
    cancelled_but_shipped(here: &str) {
        ja: "この店舗{here}（ただし、TEMPOSTARで出荷済みです）",
        en: "here {here}, but TEMPOSTAR has shipped it",
    }
    cancelled_there_only(there: &str) {
        ja: "TEMPOSTAR {there}（連携しません。この店舗でもキャンセルしてください）",
        en: "in TEMPOSTAR {there} (not linked: cancel it in the shop, too)",
    }
    changed() { ja: "変更", en: "changed" }
    changed_since(time: &str) {
        ja: "送信後にこの店舗で変更されています（{time}）。連携しないため、TEMPOSTARでも変更してください",
        en: "in the shop after it was sent, {time} (not linked: change it in TEMPOSTAR, too)",
    }
    changed_after_shipping(time: &str) {
        ja: "送信後にこの店舗で変更されています（{time}、出荷済み）",
        en: "in the shop after it was sent, {time} (it is shipped)",
    }
    delivery_status() { ja: "配送区分", en: "delivered (配送区分)" }
    payment_status() { ja: "入金区分", en: "paid (入金区分)" }
    capture_status() { ja: "オーソリ確定", en: "captured (オーソリ確定)" }
    ticked(time: &str) { ja: "チェックあり{time}", en: "yes {time}" }
    not_ticked() { ja: "チェックなし", en: "no" }
    shipments() { ja: "配送先", en: "destinations" }
    shipment(number: i64) { ja: "{number}番目", en: "no. {number}" }
    not_shipped() { ja: "未出荷", en: "not shipped" }
    shipped_on(day: &str) { ja: "{day}出荷", en: "shipped {day}" }
    tracking_no(number: &str) { ja: "荷物番号{number}", en: "tracking no. {number}" }
    lines() { ja: "明細", en: "lines" }
    added_by_tempostar() { ja: "TEMPOSTARで追加", en: "added by TEMPOSTAR" }
    order_history() { ja: "物流連携取込の履歴（古い順）", en: "history of import-logistics, oldest first" }
    event_shipment(number: i64) { ja: "配送先{number}の出荷情報を保存", en: "data of destination {number} stored" }
    event_shipped_anyway() { ja: "この店舗でキャンセル済みの受注を出荷", en: "shipped, although the shop had cancelled it" }
    event_line(number: i64) { ja: "明細{number}を追加", en: "line {number} added" }
    event_ticked() { ja: "配送区分・入金区分・オーソリ確定にチェック", en: "the three ticks set" }
    event_cancelled() { ja: "TEMPOSTARでキャンセル", en: "cancelled in TEMPOSTAR" }
    event_revived() { ja: "TEMPOSTARでキャンセルの取り消し", en: "TEMPOSTAR's cancellation taken back" }

    // A file.
    file_heading(name: &str) { ja: "ファイル「{name}」", en: "file {name}" }
    came() { ja: "取り込んだ日時", en: "taken" }
    run() { ja: "実行", en: "run" }
    size() { ja: "大きさ", en: "size" }
    bytes(count: &str) { ja: "{count}バイト", en: "{count} bytes" }
    rows() { ja: "行数", en: "rows" }
    row_figures(rows: &str, applied: &str, unchanged: &str, unknown: &str, rejected: &str, held: &str) {
        ja: "{rows}行（反映{applied}、変更なし{unchanged}、店舗にないもの{unknown}、不備{rejected}、保留{held}）",
        en: "{rows}: {applied} applied, {unchanged} unchanged, {unknown} unknown, {rejected} rejected, {held} held",
    }
    rows_left_alone(rows: &str) { ja: "、ほか{rows}行は見送り", en: "{rows} left alone" }
    applied() { ja: "取り込み済み", en: "applied" }
    refused() { ja: "取り込めませんでした", en: "refused" }
    begun() { ja: "途中まで取り込み済み（次の実行が続きを行います）", en: "a part is applied; the next run does the rest" }
    file_sent() { ja: "送信済み", en: "sent" }
    file_waiting() {
        ja: "受信フォルダで待っています（まだ書き込みの途中か、印のファイルがありません）",
        en: "waits in the inbox: it is still being written, or its marker is missing",
    }
    undone() { ja: "取り消し", en: "undone" }
    undone_by(run_id: &str) { ja: "実行{run_id}が元に戻しました", en: "by the run {run_id}" }
    held_copy() { ja: "保留中の写し", en: "held copy" }
    rejects() { ja: "不備のあった行", en: "rejected rows" }
    on_server() { ja: "サーバ上", en: "on the server" }
    in_inbox() { ja: "受信フォルダに残っています", en: "still in the inbox" }
    decided() { ja: "判断", en: "decided" }
    contents() { ja: "内容", en: "contents" }
    orders_and_lines(orders: &str, lines: &str) {
        ja: "受注{orders}件、明細{lines}行", en: "orders: {orders}, lines: {lines}",
    }

    // A run.
    run_heading(run_id: &str, command: &str) { ja: "実行{run_id}（{command}）", en: "run {run_id} ({command})" }
    began() { ja: "開始", en: "began" }
    ended() { ja: "終了", en: "ended" }
    started_by() { ja: "実行した人", en: "started by" }
    unknown_user() { ja: "不明", en: "unknown" }
    figures() { ja: "結果", en: "figures" }
    files() { ja: "ファイル", en: "files" }
    problems() { ja: "問題", en: "problems" }
    undo() { ja: "元に戻すには", en: "to undo it" }
    how_to_undo(command: &str) {
        ja: "{command}（--dry-runを付けると、何が元に戻るかだけを示します）",
        en: "{command} (with --dry-run it only shows what would go back)",
    }

    // A problem's code.
    kind_heading(code: &str) { ja: "問題のコード{code}", en: "problem {code}" }
    meaning() { ja: "意味", en: "means" }
    to_do() { ja: "対処", en: "what to do" }
    severity() { ja: "重さ", en: "severity" }
    exit_code() { ja: "終了コード", en: "exit code" }
    who_acts() { ja: "対応", en: "who acts" }
    how_it_ends() { ja: "解消", en: "ends" }
    now() { ja: "現在", en: "now" }
    not_open() { ja: "起きていません（記録にもありません）", en: "not open, and no run on record has told of it" }
    last_told(time: Moment, run_id: &str) {
        ja: "起きていません（最後は{time}、実行{run_id}）",
        en: "not open; last told {time} by the run {run_id}",
    }
    open_now() { ja: "現在起きているもの", en: "open now" }
    server_fails() { ja: "FTPサーバまたはネットワークの障害", en: "the FTP server or the network fails, in whatever way" }
    see_the_problem() {
        ja: "次の実行で自動的に再試行します。続く場合は、下に示すメッセージをご確認ください。",
        en: "the next run tries again; if it goes on, see the message below",
    }
    something_held() { ja: "ファイルを保留しています", en: "a file is held" }
    see_held() {
        ja: "「tempostar held」で内容を確認し、承認または破棄してください。",
        en: "`tempostar held` shows it; approve it or discard it",
    }
}

problems! {
    exit Partial, ends WithRun, who [];

    Error unknown_code = "unknown-code" (code: &str) {
        ja: "「{code}」というSKU、商品、受注、ファイル、実行、問題のコードはありません。",
        en: "there is no SKU, product, order, file, run or problem {code:?}",
        hint_ja: "1文字ずつご確認ください（先頭の0や大文字・小文字も区別します）。環境（--env）が正しいかもご確認ください。",
        hint_en: "check it character by character (leading zeros and upper case count), and the environment (--env)",
    }
    Error unknown_code_similar = "unknown-code-similar" (code: &str, similar: &str) {
        ja: "「{code}」というSKU、商品、受注、ファイル、実行、問題のコードはありません。",
        en: "there is no SKU, product, order, file, run or problem {code:?}",
        hint_ja: "似たものがあります: {similar}", hint_en: "similar ones: {similar}",
    }
}
