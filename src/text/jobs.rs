//! What the jobs have to say.

use crate::moment::Moment;
use crate::problem::Kind;

/// Something of a file was left alone, because the shop has later news of it.
pub(crate) static STALE: [&Kind; 3] = [&stale_rows::KIND, &stale_products::KIND, &stale_orders::KIND];

texts! {
    all_stale(time: Moment, newest: Moment) {
        ja: "このファイルは取り込み済みのものより古いため、何も反映していません（このファイルの時刻: {time}、取り込み済みの最新のファイルの時刻: {newest}）",
        en: "nothing of this file was written, because it is older than what was imported before (its time is {time}, that of the newest file imported is {newest})",
    }
    tracking_scientific() { ja: "表計算ソフトで指数表示になっています。", en: "a spreadsheet has shortened it" }
    tracking_letters() { ja: "数字とハイフン以外の文字があります。", en: "it holds more than digits and hyphens" }
    tracking_check_digit(method: &str) {
        ja: "「{method}」の12桁の番号としては、末尾の検査数字が合いません。",
        en: "its last digit, the check digit, does not fit for {method:?}",
    }
    payment_unknown(method: &str) {
        ja: "決済方法「{method}」が登録されていません。", en: "its payment method {method:?} is not listed",
    }
    payment_not_ready(method: &str) {
        ja: "決済方法「{method}」は2022年5月1日以降に追加されたもので、SAVAWAY様での設定が確認されていません。",
        en: "its payment method {method:?} was added on or after 2022-05-01, and its set-up at SAVAWAY is not confirmed",
    }
    reservation() {
        ja: "予約販売の受注はTEMPOSTARと連携できません。",
        en: "reservation sales (予約販売) cannot be linked with TEMPOSTAR",
    }
    hanpukai() {
        ja: "頒布会の受注はTEMPOSTARと連携できません。",
        en: "subscription boxes (頒布会) cannot be linked with TEMPOSTAR",
    }
    several_destinations() {
        ja: "配送先が複数ある受注は「TEMPOSTAR:物流連携時受注明細追加フラグ」が「追加する」のときは連携できません。",
        en: "it has several destinations (複数配送先), which cannot be linked while add_order_lines = \"add\"",
    }
    subtotal_wrong(given: i64, computed: i64) {
        ja: "商品計税抜（{given}円）が明細の合計（{computed}円）と合いません。",
        en: "商品計税抜 is {given} yen, but its lines add up to {computed}",
    }
    tax_wrong(given: i64, computed: i64) {
        ja: "消費税計（{given}円）が明細の消費税の合計（{computed}円）と合いません。",
        en: "消費税計 is {given} yen, but its lines add up to {computed}",
    }
    total_wrong(given: i64, computed: i64) {
        ja: "請求金額（{given}円）が、商品計税込＋配送料計＋決済手数料計－ポイント－クーポン（{computed}円）と合いません。",
        en: "請求金額 is {given} yen, but 商品計税込 + 配送料計 + 決済手数料計 − ポイント − クーポン is {computed}",
    }
    payment_without_day(method: &str) {
        ja: "決済方法「{method}」の追加日（added_on）が日付として読めず、SAVAWAY様での設定も確認されていません。",
        en: "its payment method {method:?} has no readable added_on, and its set-up at SAVAWAY is not confirmed",
    }
    incl_tax_wrong(given: i64, computed: i64) {
        ja: "商品計税込（{given}円）が、商品計税抜＋消費税計（{computed}円）と合いません。",
        en: "商品計税込 is {given} yen, but 商品計税抜 + 消費税計 is {computed}",
    }
    price_wrong(given: i64, computed: i64) {
        ja: "明細の税込単価（{given}円）が、税抜単価＋単品消費税（{computed}円）と合いません。",
        en: "a line's 税込単価 is {given} yen, but 税抜単価 + 単品消費税 is {computed}",
    }
    exported_at_emptied(sent_at: &str) {
        ja: "{sent_at}に送信済みですが、送信日時（exported_at）が消されています。",
        en: "it was sent on {sent_at}, but its exported_at has been emptied",
    }
    number_sent_before(sent_at: &str) {
        ja: "同じ受注番号で内容の異なる受注を{sent_at}に送信済みです。",
        en: "an order of this number was sent on {sent_at} with other content",
    }
    known_in_tempostar() {
        ja: "一度も送信していないのに、TEMPOSTARにはすでに登録されています。",
        en: "TEMPOSTAR has it already, although it was never sent",
    }
    state_unreadable(column: &str) {
        ja: "データベースの列{column}の値を読めません。",
        en: "the database has a value in {column} that cannot be read",
    }
    number_would_change(field: &str) {
        ja: "「{field}」に、そのままでは戻ってこない文字（前後の空白、改行、似た記号など）が含まれています。",
        en: "{field} has characters that would not come back as they are (blanks at its ends, line breaks, look-alikes)",
    }
    too_old(days: u32) {
        ja: "一度も送信されないまま{days}日を過ぎています。",
        en: "it is older than {days} days and was never sent",
    }
    act_mend_order() {
        ja: "店舗のご担当者が受注を直すと、次の実行で送信されます。",
        en: "the shop corrects the order; the next run sends it",
    }
    act_mend_amounts() {
        ja: "店舗のご担当者が金額を直すと、次の実行で送信されます。消費税を税率ごとにまとめて端数処理している場合は、[orders] tax_difference_yenを設定してください。",
        en: "the shop corrects its amounts; the next run sends it; where tax is rounded once per rate, set [orders] tax_difference_yen",
    }
    act_register_payment() {
        ja: "システムのご担当者が、この決済方法を登録してください。設定ファイルの[[payment_methods]]に書きます。登録すると、次の実行で送信されます。受注を直す必要はありません。",
        en: "whoever looks after the system registers the payment method; it is listed under [[payment_methods]] in the settings file; the next run then sends the order, which is right as it is",
    }
    act_set_up_payment() {
        ja: "SAVAWAY様に決済方法の設定をご依頼ください。設定が済んだら、システムのご担当者が設定ファイルの[[payment_methods]]にready = trueと書くと、次の実行で送信されます。受注を直す必要はありません。",
        en: "ask SAVAWAY to set the payment method up; once [[payment_methods]] says ready = true, the next run sends the order; it is right as it is",
    }
    act_enter_by_hand() {
        ja: "この受注は送信しません。TEMPOSTARの画面で処理してください。",
        en: "it is not sent: handle it in TEMPOSTAR's own screens",
    }
    act_mend_data() {
        ja: "店舗システムが書き込んだ値を、システムの担当者が直してください。次の実行で送信されます。",
        en: "have whoever looks after the shop's application fix the value; the next run sends it",
    }
    act_compare_with_sent() {
        ja: "この番号では二度と送信しません。新しい受注であれば別の番号を付けてください。送信後に変更した受注であれば、TEMPOSTARの画面で同じ変更をしてください。",
        en: "it is never sent under this number: give a new order another number; make the change of an old one in TEMPOSTAR, too",
    }
    act_approve(order_no: &str) {
        ja: "今から送信してよいかを、店舗のご担当者がお決めください。送信する場合は「tempostar held approve {order_no}」を実行してください。送信しない場合は、この店舗でキャンセルしてください。まとめて除くには[orders] sinceを、日数を変えるには[orders] max_age_daysを設定します。",
        en: "the shop decides whether it is still to be sent; to send it: `tempostar held approve {order_no}`; else cancel it, or set [orders] since; how old an order may be says [orders] max_age_days",
    }
    act_put_back() {
        ja: "二重に送信しないよう、送信日時を元に戻します。内容を変更した場合は、TEMPOSTARの画面でも同じ変更をしてください。",
        en: "the mark is put back, so that it is not sent twice; if something was changed, change it in TEMPOSTAR, too",
    }
    field_empty(field: &str) { ja: "「{field}」が空です。", en: "{field} is empty" }
    value_wrong(field: &str, value: &str) {
        ja: "「{field}」の値「{value}」を読めません。",
        en: "{field} has the value {value:?}, which cannot be read",
    }
    date_wrong(field: &str) { ja: "「{field}」の日付を読めません。", en: "{field} is not a date that can be read" }
    wrong_type(column: &str, found: &str, found_en: &str) {
        ja: "データベースの列{column}の値の型が正しくありません（{found}）。",
        en: "the database has a value of the wrong type in {column} ({found_en})",
    }
    type_null() { ja: "値なし", en: "none" }
    type_integer() { ja: "整数", en: "a whole number" }
    type_real() { ja: "小数", en: "a fraction" }
    type_text() { ja: "文字", en: "text" }
    type_blob() { ja: "バイナリ", en: "bytes" }
    not_utf_8() { ja: "データベースにUTF-8として読めない文字があります。", en: "the database has a text of it that is not UTF-8" }
    no_lines() { ja: "明細がありません。", en: "it has no lines" }
    no_shipment(shipment_no: i64) {
        ja: "明細の配送先（{shipment_no}番目）がありません。",
        en: "a line goes to shipment {shipment_no}, which it does not have",
    }
    not_encodable(field: &str, character: char, code_point: &str) {
        ja: "「{field}」の文字「{character}」（{code_point}）はTEMPOSTARの文字コードにありません。",
        en: "{field} has the character {character} ({code_point}), which CP932 lacks",
    }
}

problems! {
    exit Partial, ends WithRun, who [Shop, Savaway];

    Note unknown_skus = "unknown-skus" (count: u64, names: &str) who [Support] {
        ja: "この店舗にないSKUが{count}件ありました: {names}",
        en: "SKUs that the shop does not have ({count}): {names}",
        hint_ja: "数量は控えておき、商品を取り込んだときに在庫に入ります。TEMPOSTARだけで扱う商品であれば問題ありません。",
        hint_en: "their figures are kept until the products are imported; nothing to do if the shop does not sell them",
    }
    Warning near_miss = "near-miss" (found: &str, ours: &str) who [Shop, Savaway] {
        ja: "「{found}」はこの店舗にありませんが、「{ours}」はあります。",
        en: "the shop does not have {found:?}, but it has {ours:?}",
        hint_ja: "表計算ソフトで保存して先頭の0が消えていないか、全角・半角や大文字・小文字が変わっていないかをご確認ください。コードは文字どおりに比べます。",
        hint_en: "codes are compared exactly: did a spreadsheet drop zeros, or change width or case?",
    }
    Warning nothing_matches = "nothing-matches" () ends GoodFile, who [Shop, Savaway, Support] {
        ja: "このファイルの行は、すべてこの店舗にないものでした。",
        en: "nothing in this file matches what the shop has",
        hint_ja: "別の店舗のファイルでないか、コードの書き方が変わっていないか、商品の取り込みが済んでいるかをご確認ください。",
        hint_en: "check that it is this shop's file, that its codes are written as the shop's are, and that the products are imported",
    }
    Warning stale_rows = "stale-rows" (count: u64) ends GoodFile, who [Support] {
        ja: "より新しいファイルで更新済みのSKUが{count}件あり、古い数値では上書きしませんでした。",
        en: "SKUs that have a figure from a later file already, and were left alone: {count}",
        hint_ja: "古いファイルが遅れて届いただけであれば、ご対応は必要ありません。TEMPOSTARが今出力したファイルであれば、サーバかこのコンピュータの時計が合っていません。「tempostar check-settings --write-test」でご確認ください。",
        hint_en: "if an old file has come late, there is nothing to do; if TEMPOSTAR has just written it, the server's clock or this computer's is wrong; `tempostar check-settings --write-test` looks",
    }
    Warning lines_not_counted = "lines-not-counted" (count: u64, names: &str) who [Support] {
        ja: "数量が1以上の整数でない明細を持つ未送信の受注が{count}件あります。その明細は在庫引当に含めていません: {names}",
        en: "orders not sent yet with lines whose quantity is no whole number from 1 up ({count}); these lines are not in the allocation: {names}",
        hint_ja: "受注の明細の数量をご確認ください。", hint_en: "check the quantities in these orders' lines",
    }
    Error later_copy_lost = "later-copy-lost" (later: &str, copy: &str) ends GoodFile, who [Shop, Support] {
        ja: "このファイルより新しい{later}を取り込み済みですが、その写し（{copy}）がないか、壊れています。新しい数値を古い数値で上書きしないように、このファイルの数値は反映しませんでした。",
        en: "{later}, which is newer, was applied before, but its copy ({copy}) is missing or damaged: nothing of this older file was written, so that no newer figure is lost",
        hint_ja: "TEMPOSTARから在庫をもう一度出力してください。新しいファイルを取り込めば、数値はそろいます。",
        hint_en: "have TEMPOSTAR export the stock once more: a newer file puts the figures right",
    }
    Error guard_zero = "guard-zero" (zeroed: u64, sellable: u64, percent: u64, limit: u32)
        exit Held, ends Decided, who [Shop, Savaway] {
        ja: "このファイルを取り込むと、販売可能な{sellable} SKUのうち{zeroed} SKU（{percent}%）が販売できなくなります（上限{limit}%）。取り込みを保留しました。",
        en: "this file would make {zeroed} of the {sellable} sellable SKUs unsellable ({percent} %, the limit is {limit} %): held, nothing of it was written",
        hint_ja: "TEMPOSTARの在庫が正しいかご確認ください。", hint_en: "check the stock in TEMPOSTAR",
    }
    Error guard_rise = "guard-rise" (risen: u64, in_stock: u64, percent: u64, limit: u32)
        exit Held, ends Decided, who [Shop, Savaway] {
        ja: "このファイルを取り込むと、在庫のある{in_stock} SKUのうち{risen} SKU（{percent}%）の在庫数が10倍を超えて増えます（上限{limit}%）。取り込みを保留しました。",
        en: "this file would raise the figure of {risen} of the {in_stock} SKUs in stock by more than 10 times ({percent} %, the limit is {limit} %): held, nothing of it was written",
        hint_ja: "TEMPOSTARの在庫が正しいかご確認ください。", hint_en: "check the stock in TEMPOSTAR",
    }
    Error guard_ship = "guard-ship" (shipped: u64, open: u64, percent: u64, limit: u32)
        exit Held, ends Decided, who [Shop, Savaway] {
        ja: "このファイルを取り込むと、未出荷の受注{open}件のうち{shipped}件（{percent}%）が出荷済み・入金済み・オーソリ確定になります（上限{limit}%）。取り込みを保留しました。",
        en: "this file would mark {shipped} of the {open} open orders as shipped, paid and captured ({percent} %, the limit is {limit} %): held, nothing of it was written",
        hint_ja: "オーソリ確定は取り消せません。本当に出荷したか、TEMPOSTARの受注進捗をご確認ください。",
        hint_en: "a capture cannot be taken back: check in TEMPOSTAR that these orders have left",
    }
    Error quantity_too_large = "quantity-too-large" (quantity: i64, limit: i64) {
        ja: "在庫数{quantity}は大きすぎます（上限{limit}）。別の列のコードが入っていないでしょうか。",
        en: "{quantity} is too large for a figure (the limit is {limit}): is it a code from another column?",
        hint_ja: "正しい数であれば、[stock] max_quantityを大きくしてください。",
        hint_en: "if it is right, raise `max_quantity` in [stock]",
    }
    Error guard_unknown = "guard-unknown" (unknown: u64, rows: u64, percent: u64, limit: u32)
        exit Held, ends Decided, who [Shop, Savaway] {
        ja: "このファイルの{rows}行のうち{unknown}行（{percent}%）が、この店舗にないSKUです（上限{limit}%）。取り込みを保留しました。",
        en: "{unknown} of this file's {rows} rows ({percent} %, the limit is {limit} %) name SKUs that the shop does not have: held, nothing of it was written",
        hint_ja: "別の店舗のファイルでないか、商品の取り込みが済んでいるかご確認ください。",
        hint_en: "check that it is this shop's file and that the products are imported",
    }
    Error guard_price = "guard-price" (count: u64, codes: &str) exit Held, ends Decided, who [Shop, Savaway] {
        ja: "販売価格の変わり方が大きすぎる商品が{count}商品あります: {codes}。これらの商品の行だけを保留しました。ほかの行は取り込みます。",
        en: "products whose price would change too much ({count}): {codes}; their rows are held, the file's others go on",
        hint_ja: "TEMPOSTARの販売価格が正しいかご確認ください。", hint_en: "check the prices in TEMPOSTAR",
    }
    Error guard_prices = "guard-prices" (wrong: u64, changed: u64, codes: &str)
        exit Held, ends Decided, who [Shop, Savaway] {
        ja: "販売価格の変わる{changed}商品のうち{wrong}商品で、変わり方が大きすぎます: {codes}。列がずれているおそれがあるため、価格の変わる商品の行をすべて保留しました。ほかの行は取り込みます。",
        en: "of the {changed} products whose price would change, {wrong} would change too much: {codes}; the column may be mixed up, so the rows of all products whose price would change are held; the file's others go on",
        hint_ja: "TEMPOSTARの販売価格が正しいかご確認ください。", hint_en: "check the prices in TEMPOSTAR",
    }
    Error guard_name = "guard-name" (count: u64, codes: &str) exit Held, ends Decided, who [Shop, Savaway] {
        ja: "商品名が空になる、文字化けする、または商品コードになる商品が{count}商品あります: {codes}。これらの商品の行だけを保留しました。ほかの行は取り込みます。",
        en: "products whose name would be emptied, garbled, or replaced by the code ({count}): {codes}; their rows are held, the file's others go on",
        hint_ja: "TEMPOSTARの商品名が正しいかご確認ください。", hint_en: "check the names in TEMPOSTAR",
    }
    Error guard_unpublish = "guard-unpublish" (hidden: u64, published: u64, percent: u64, limit: u32)
        exit Held, ends Decided, who [Shop, Savaway] {
        ja: "このファイルを取り込むと、掲載中の{published}商品のうち{hidden}商品（{percent}%）が非掲載になるか、商品名を失います（上限{limit}%）。取り込みを保留しました。",
        en: "this file would unpublish {hidden} of the {published} published products, or leave them without a name ({percent} %, the limit is {limit} %): held, nothing of it was written",
        hint_ja: "TEMPOSTARの掲載フラグと商品名が正しいかご確認ください。",
        hint_en: "check 掲載フラグ and 商品名 in TEMPOSTAR",
    }
    Error guard_move = "guard-move" (moved: u64, rows: u64, percent: u64, limit: u32)
        exit Held, ends Decided, who [Shop, Savaway] {
        ja: "このファイルの{rows}行のうち{moved}行（{percent}%）で、SKUが別の商品に移るか、商品名のない商品や余分なSKUができます（上限{limit}%）。取り込みを保留しました。",
        en: "{moved} of this file's {rows} rows ({percent} %, the limit is {limit} %) would move a SKU to another product, or make a product without a name or a SKU too many: held, nothing of it was written",
        hint_ja: "商品コードとSKUコードの列がそろっているか、ずれていないかをご確認ください。",
        hint_en: "check that 商品コード and SKUコード are both there and belong together",
    }
    Error guard_names = "guard-names" (mixed: u64, known: u64) exit Held, ends Decided, who [Shop, Savaway] {
        ja: "このファイルの{known}商品のうち{mixed}商品の商品名が、別の商品と同じ名前になります。取り込みを保留しました。",
        en: "this file would call {mixed} of its {known} products as other products are called: held, nothing of it was written",
        hint_ja: "商品名の列がずれていないかご確認ください。",
        hint_en: "check that 商品名 stands in the rows that it belongs to",
    }
    Error guard_columns = "guard-columns" (names: &str) exit Held, ends Decided, who [Shop, Savaway] {
        ja: "前回のファイルにあった列がありません: {names}。ないまま取り込むと、別の値を書き込むことになります。取り込みを保留しました。",
        en: "the file lacks columns that the last one had: {names}; without them other values would be written than those that they say: held, nothing of it was written",
        hint_ja: "TEMPOSTARの出力項目が変わっていないかご確認ください。",
        hint_en: "check which columns TEMPOSTAR writes",
    }
    Error guard_shuffled = "guard-shuffled" (changed: u64) exit Held, ends Decided, who [Shop, Savaway] {
        ja: "このファイルを取り込むと{changed} SKUの在庫数が変わりますが、同じ数が別のSKUに並び替わっているように見えます。取り込みを保留しました。",
        en: "this file would change the figures of {changed} SKUs, but they look like the same figures at other SKUs: held, nothing of it was written",
        hint_ja: "在庫数の列がずれていないか、並べ替えられていないかをご確認ください。",
        hint_en: "check that 在庫数 has not slipped, and was not sorted by itself",
    }
    Error guard_made_up = "guard-made-up" (changed: u64) exit Held, ends Decided, who [Shop, Savaway] {
        ja: "このファイルを取り込むと{changed} SKUの在庫数が変わりますが、すべて同じ数になるか、行の番号になります。取り込みを保留しました。",
        en: "this file would change the figures of {changed} SKUs, all of them to the same one, or to the numbers of their rows: held, nothing of it was written",
        hint_ja: "在庫数の列に別の値が入っていないかご確認ください。", hint_en: "check that 在庫数 holds the stock",
    }
    Error guard_fall = "guard-fall" (fallen: u64, of: u64) exit Held, ends Decided, who [Shop, Savaway] {
        ja: "このファイルで変わる10以上の在庫数{of}件のうち{fallen}件が、10分の1以下になります。取り込みを保留しました。",
        en: "of the {of} figures of 10 and more that this file changes, {fallen} would fall to a tenth or less: held, nothing of it was written",
        hint_ja: "TEMPOSTARの在庫が正しいか、最後の桁が落ちていないかをご確認ください。",
        hint_en: "check the stock in TEMPOSTAR, and whether the last digit was lost",
    }
    Error guard_shrunk = "guard-shrunk" (rows: u64, known: u64) exit Held, ends Decided, who [Shop, Savaway] {
        ja: "このファイルは{rows}行しかありません（在庫のあるSKUは{known}）。[stock] files = \"full\"では、すべてのSKUが書かれているはずです。取り込みを保留しました。",
        en: "this file has only {rows} rows, and the shop has stock of {known} SKUs; with [stock] files = \"full\" it should name all of them: held, nothing of it was written",
        hint_ja: "ファイルが途中で切れていないかご確認ください。変わったSKUだけのファイルが届く場合は、[stock] filesを\"auto\"か\"differential\"にしてください。",
        hint_en: "check that it is whole; where TEMPOSTAR writes changed SKUs only, set [stock] files to \"auto\" or \"differential\"",
    }
    Error guard_strangers = "guard-strangers" (created: u64, known: u64, products: u64)
        exit Held, ends Decided, who [Shop, Savaway] {
        ja: "このファイルの商品は、この店舗のものではないようです（新規{created}、既存{known}。店舗の商品は{products}）。取り込みを保留しました。",
        en: "this file's products do not seem to be this shop's (new {created}, known {known}; the shop has {products}): held, nothing of it was written",
        hint_ja: "別の店舗のファイルでないかご確認ください。", hint_en: "check that it is this shop's file",
    }
    Warning rows_disagree = "rows-disagree" (count: u64, codes: &str) {
        ja: "同じ商品の行で商品の内容が異なるものが{count}商品あります。最後の行を採用しました: {codes}",
        en: "products whose rows disagree about them ({count}); the last row was taken: {codes}",
        hint_ja: "TEMPOSTARの商品ファイルをご確認ください。", hint_en: "check the product file in TEMPOSTAR",
    }
    Note skus_moved = "skus-moved" (count: u64, names: &str) {
        ja: "別の商品に移ったSKUが{count}件あります: {names}",
        en: "SKUs that have moved to another product ({count}): {names}",
        hint_ja: "商品を組み替えていない場合は、TEMPOSTARの商品コードをご確認ください。",
        hint_en: "nothing to do if the products were rearranged; else check 商品コード in TEMPOSTAR",
    }
    Warning mapped_column_missing = "mapped-column-missing" (names: &str) who [Support] {
        ja: "[products.free_items]に書かれた列がファイルにありません: {names}",
        en: "columns that [products.free_items] maps are not in the file: {names}",
        hint_ja: "設定ファイルの列名、またはTEMPOSTARの出力項目をご確認ください。",
        hint_en: "check the names in the settings file, or the columns that TEMPOSTAR writes",
    }
    Error negative = "negative-number" (number: i64) {
        ja: "「{number}」は使えません。0以上の整数だけが使えます。", en: "\"{number}\" is below 0",
        hint_ja: "0以上の整数を入力してください。", hint_en: "use a whole number from 0 up",
    }
    Error below_one = "number-below-one" (number: i64) {
        ja: "「{number}」は使えません。1以上の整数だけが使えます。", en: "\"{number}\" is below 1",
        hint_ja: "1以上の整数を入力してください。", hint_en: "use a whole number from 1 up",
    }
    Error bad_progress = "bad-progress-code" (value: &str) {
        ja: "「{value}」は受注進捗コードとして読めません。", en: "{value:?} is no progress code",
        hint_ja: "半角数字のコード（例: 600、800、999）だけが使えます。TEMPOSTARの出力をご確認ください。",
        hint_en: "a code is made of the digits 0-9 (as 600, 800 or 999); check what TEMPOSTAR writes",
    }
    Error status_missing = "status-missing" (found: &str) ends GoodFile, who [Savaway, Support] {
        ja: "受注進捗コードの列がないため、出荷済みかどうかわかりません。ファイルにある列: {found}",
        en: "without this column it does not say which orders were shipped; found: {found}",
        hint_ja: "TEMPOSTARの出力項目に受注進捗コードを加えてください。出荷済みの受注だけのファイルである場合は、設定ファイルの[logistics]にwithout_status = \"shipped\"と書いてください（オーソリ確定は元に戻せません）。",
        hint_en: "add 受注進捗コード to the export in TEMPOSTAR; if the file holds shipped orders only, set without_status = \"shipped\" in [logistics] (a capture cannot be taken back)",
    }
    Warning unknown_orders = "unknown-orders" (count: u64, names: &str) {
        ja: "この店舗にない受注が{count}件ありました: {names}",
        en: "orders that the shop does not have ({count}): {names}",
        hint_ja: "受注番号をご確認ください。", hint_en: "check the order numbers",
    }
    Note other_shop = "other-shop" (count: u64, names: &str) {
        ja: "別の店舗の受注が{count}件ありました: {names}", en: "orders of another shop ({count}): {names}",
        hint_ja: "この店舗のショップコードでない受注は取り込みません。",
        hint_en: "orders without this shop's code are left alone",
    }
    Error bad_order_number = "bad-order-number" (value: &str) {
        ja: "「{value}」は「ショップコード-受注番号」の形ではありません。",
        en: "{value:?} is not of the form shop code-order number",
        hint_ja: "ショップ受注番号をご確認ください。", hint_en: "check ショップ受注番号",
    }
    Warning cancelled_there = "cancelled-in-tempostar" (count: u64, names: &str) who [Shop] {
        ja: "TEMPOSTARでキャンセルされた受注が{count}件あります: {names}",
        en: "orders newly cancelled in TEMPOSTAR ({count}): {names}",
        hint_ja: "キャンセルは自動連携しません。この店舗でもキャンセルの処理をしてください。",
        hint_en: "cancellations are not linked: cancel them in the shop, too",
    }
    Error shipped_but_cancelled = "shipped-but-cancelled" (count: u64, names: &str)
        ends InSilence, who [Shop] {
        ja: "この店舗でキャンセル済みなのに、TEMPOSTARで出荷された受注が{count}件あります: {names}",
        en: "orders cancelled in the shop, but shipped by TEMPOSTAR ({count}): {names}",
        hint_ja: "荷物を止められるか、配送会社にご確認ください（荷物番号はTEMPOSTARにあります）。配送区分・入金区分・オーソリ確定は変更していません。",
        hint_en: "ask the carrier whether the parcels can be stopped (TEMPOSTAR has their tracking numbers); the shop's orders were left as they are",
    }
    Error never_sent = "order-never-sent" (count: u64, names: &str) ends InSilence, who [Shop] {
        ja: "この店舗から送信していないのに、TEMPOSTARの物流連携ファイルにある受注が{count}件あります: {names}",
        en: "orders that were never sent from here, but are in TEMPOSTAR's file ({count}): {names}",
        hint_ja: "TEMPOSTARに手作業で登録した受注と思われます。二重にならないよう送信を止め、配送区分などは変更していません。",
        hint_en: "somebody entered them in TEMPOSTAR, it seems: they are held back, so that they do not arrive twice, and were not ticked",
    }
    Error contradicted = "order-contradicted" (count: u64, names: &str) ends GoodFile, who [Savaway, Shop] {
        ja: "同じ配送先の受注進捗コードが行によって異なる受注が{count}件あります。その配送先は変更していません: {names}",
        en: "orders of which rows of this file contradict each other about a destination ({count}); nothing of it was changed: {names}",
        hint_ja: "TEMPOSTARで受注の状況を確認し、正しいファイルをもう一度出力してください。",
        hint_en: "look into these orders in TEMPOSTAR, and have the file written anew",
    }
    Warning stale_products = "stale-products" (count: u64, names: &str) ends GoodFile, who [Support] {
        ja: "より新しいファイルで更新済みの商品が{count}件あり、古い内容では上書きしませんでした: {names}",
        en: "products that a later file has set already, which were left alone ({count}): {names}",
        hint_ja: "古いファイルが遅れて届いただけであれば、ご対応は必要ありません。TEMPOSTARが今出力したファイルであれば、サーバかこのコンピュータの時計が合っていません。「tempostar check-settings --write-test」でご確認ください。",
        hint_en: "if an old file has come late, there is nothing to do; if TEMPOSTAR has just written it, the server's clock or this computer's is wrong; `tempostar check-settings --write-test` looks",
    }
    Warning stale_orders = "stale-orders" (count: u64, names: &str) ends GoodFile, who [Support] {
        ja: "より新しいファイルで更新済みの配送先がある受注が{count}件あり、古い内容では上書きしませんでした: {names}",
        en: "orders with destinations of which a newer file has spoken, which were left alone ({count}): {names}",
        hint_ja: "古いファイルが遅れて届いただけであれば、ご対応は必要ありません。TEMPOSTARが今出力したファイルであれば、サーバかこのコンピュータの時計が合っていません。「tempostar check-settings --write-test」でご確認ください。",
        hint_en: "if an old file has come late, there is nothing to do; if TEMPOSTAR has just written it, the server's clock or this computer's is wrong; `tempostar check-settings --write-test` looks",
    }
    Error order_unreadable = "order-unreadable" (order_no: &str, reason: &str) ends InSilence, who [Support] {
        ja: "受注{order_no}の値を読めません（{reason}）。この受注は変更していません。",
        en: "order {order_no} has a value that cannot be read ({reason}); it was left alone",
        hint_ja: "データベースの値を直して、ファイルをもう一度取り込んでください。",
        hint_en: "fix the value in the database, and import the file once more",
    }
    Error lines_and_destinations = "added-lines-several-destinations" (order_no: &str)
        ends InSilence, who [Shop] {
        ja: "受注{order_no}は配送先が複数あるため、TEMPOSTARで追加された明細を取り込めません。",
        en: "order {order_no} has several destinations: the lines that TEMPOSTAR added cannot be taken over",
        hint_ja: "「TEMPOSTAR:物流連携時受注明細追加フラグ」の「追加する」は複数配送先と併用できません。明細は手作業で追加してください。",
        hint_en: "adding lines and several destinations exclude each other; add the lines by hand",
    }
    Warning line_differs = "added-line-differs" (order_no: &str, sku: &str, ours: i64, theirs: i64)
        who [Shop] {
        ja: "受注{order_no}の商品{sku}の数量が異なります（この店舗{ours}、TEMPOSTAR {theirs}）。変更していません。",
        en: "order {order_no}: {sku} has quantity {ours} here, but {theirs} in TEMPOSTAR; left as it is",
        hint_ja: "受注の変更は自動連携しません。手作業で合わせてください。",
        hint_en: "changes of orders are not linked: fix it by hand",
    }
    Warning odd_tracking = "odd-tracking-number" (order_no: &str, number: &str) who [Shop] {
        ja: "受注{order_no}の荷物番号「{number}」は正しくないようです（そのまま記録しました）",
        en: "order {order_no}: the tracking number {number:?} looks wrong; stored as it is",
        hint_ja: "TEMPOSTARの荷物番号をご確認ください。直すと、次のファイルで置き換わります。",
        hint_en: "check the number in TEMPOSTAR; once it is fixed there, the next file replaces it",
    }
    Warning odd_tracking_more = "odd-tracking-numbers" (count: u64, told: usize) who [Shop] {
        ja: "正しくないような荷物番号は全部で{count}件あります（上に示したのは最初の{told}件です）。",
        en: "tracking numbers that look wrong: {count} in all, of which the first {told} are named above",
        hint_ja: "TEMPOSTARの荷物番号の列、または倉庫のファイルが表計算ソフトで変わっていないかご確認ください。",
        hint_en: "check the column in TEMPOSTAR: has a spreadsheet changed the warehouse's file?",
    }
    Error line_incomplete = "added-line-incomplete" () {
        ja: "追加する明細の数量がありません。", en: "a line to be added has no quantity",
        hint_ja: "TEMPOSTARの物流連携ファイルに「数量」を出力してください。",
        hint_en: "have TEMPOSTAR write 数量 into the logistics file",
    }
    Error no_such_shipment = "no-such-shipment" (order_no: &str, shipment_no: i64)
        ends InSilence, who [Shop] {
        ja: "受注{order_no}に{shipment_no}番目の配送先はありません。この行は取り込んでいません。",
        en: "order {order_no} has no shipment {shipment_no}; the row was left out",
        hint_ja: "配送番号をご確認ください。", hint_en: "check 配送番号",
    }
    Error held_back = "order-held-back" (order_no: &str) ends Unseen, who [Shop] {
        ja: "受注{order_no}を送信していません", en: "order {order_no} is held back",
        hint_ja: "受注を直すと、次の実行で送信されます。", hint_en: "fix the order; the next run sends it",
    }
    Error more_held_back = "more-orders-held-back" (more: usize) ends Unseen, who [Shop] {
        ja: "ほかにも{more}件の受注を送信していません。", en: "{more} more orders are held back",
        hint_ja: "全件は「tempostar status --json」で確認できます。",
        hint_en: "`tempostar status --json` lists all of them",
    }
    Warning geta = "characters-replaced" (order_no: &str, field: &str, characters: &str) {
        ja: "受注{order_no}の「{field}」で、TEMPOSTARの文字コードにない文字（{characters}）を〓に置き換えました。",
        en: "order {order_no}: characters that CP932 lacks were replaced by 〓 in {field} ({characters})",
        hint_ja: "必要であればTEMPOSTARの画面で補ってください。",
        hint_en: "complete the text in TEMPOSTAR if it matters",
    }
}
