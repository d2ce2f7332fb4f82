//! What `undo` has to say.

texts! {
    scope() {
        ja: "元に戻すのは商品情報と在庫だけです。配送区分・入金区分・オーソリ確定のチェックと、送信した受注は元に戻りません。",
        en: "Only products and stock go back. Ticks, captures and orders that were sent are never undone.",
    }
    kept_heading() {
        ja: "そのまま残すもの（実行が書いた値 → 今の値）",
        en: "kept as it is (what the run wrote → what is there now)",
    }
    changed() { ja: "その後に変更されています", en: "changed since" }
    figure_changed() { ja: "その後に新しい在庫ファイルか店舗が変更しています", en: "set by a newer file or the shop since" }
    sold() { ja: "その後に販売されています", en: "sold since" }
    gone() { ja: "その後に削除されています", en: "deleted since" }
    product_gone() { ja: "商品が削除されています", en: "its product is gone" }
    referred() { ja: "受注や在庫引当など、参照しているものがあります", en: "an order, an allocation or another table refers to it" }
}

problems! {
    exit Usage, ends WithRun, who [];

    Error unknown_run = "undo-unknown-run" (run_id: &str) {
        ja: "実行{run_id}は記録にありません。", en: "the ledger has no run {run_id:?}",
        hint_ja: "実行のIDは「tempostar log」と、「tempostar explain CODE」の履歴に出ています。環境（--env）が正しいかもご確認ください。",
        hint_en: "`tempostar log` lists the runs, and the history that `tempostar explain CODE` shows names them; check the environment (--env), too",
    }
    Error of_logistics = "undo-logistics" (run_id: &str) {
        ja: "実行{run_id}は物流連携の取込です。配送区分・入金区分・オーソリ確定のチェックは元に戻せません。",
        en: "the run {run_id} imported shipping data: ticks and captures are never undone",
        hint_ja: "確定した決済は取り消せないため、受注を1件ずつ確認し、店舗とTEMPOSTARの両方で手作業で直してください。",
        hint_en: "a captured payment cannot be released; look at each order and fix it by hand, in the shop and in TEMPOSTAR",
    }
    Error of_orders = "undo-orders" (run_id: &str) {
        ja: "実行{run_id}は受注の送信です。送信した受注は元に戻せません。",
        en: "the run {run_id} sent orders: they are never called back",
        hint_ja: "TEMPOSTARで受注をキャンセルし、この店舗でも同じようにしてください。",
        hint_en: "cancel the orders in TEMPOSTAR, and in the shop likewise",
    }
    Error nothing_recorded = "undo-nothing-recorded" (run_id: &str, days: u32) {
        ja: "実行{run_id}が変更したものは記録にありません（記録は{days}日間残ります）。",
        en: "nothing is recorded that the run {run_id} changed (changes are kept for {days} days)",
        hint_ja: "元に戻すものはありません。古い実行であれば、バックアップから手作業で直してください。",
        hint_en: "there is nothing to undo; of an old run, fix what is wrong by hand from a backup",
    }
    Error of_first_load = "undo-first-load" (run_id: &str) {
        ja: "実行{run_id}は最初の取り込みです。最初の取り込みでは行ごとの記録を残さないため、元に戻せません。",
        en: "the run {run_id} was a first load, of which rows are not recorded; it cannot be undone",
        hint_ja: "正しいファイルを取り込んでください。", hint_en: "import a file that is right",
    }
    Error without_old_values = "undo-without-old-values" (run_id: &str) {
        ja: "実行{run_id}は、変更前の値を記録しない古い版のtempostarによるため、元に戻せません。",
        en: "the run {run_id} was one of an older tempostar, which did not keep the values of before; it cannot be undone",
        hint_ja: "正しいファイルを取り込むか、バックアップから手作業で直してください。",
        hint_en: "import a file that is right, or fix it by hand from a backup",
    }
    Error unfinished = "undo-unfinished" (run_id: &str, command: &str) {
        ja: "実行{run_id}は途中で止まり、ファイルの一部だけを書き込んでいます。",
        en: "the run {run_id} was interrupted, and a part of its file is written",
        hint_ja: "先に「tempostar {command}」を実行してファイルの取り込みを終え、その後に元に戻してください。",
        hint_en: "run `tempostar {command}` first, which finishes the file, and undo both runs then",
    }
    Error kept = "undo-kept" (count: u64) exit Partial {
        ja: "{count}件は、実行が書いたままではないため、元に戻しませんでした。",
        en: "values that were not undone, because they are not what the run wrote any more: {count}",
        hint_ja: "一覧をご確認のうえ、必要なものは手作業で直してください。",
        hint_en: "look at the list, and fix by hand what must be fixed",
    }
}
