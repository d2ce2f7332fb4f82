//! What `output` has to say: summaries and the labels of figures.

texts! {
    nothing_to_do(command: &str) {
        ja: "{command}: 処理するものはありません。",
        en: "{command}: nothing to do",
    }
    failed(command: &str) {
        ja: "{command}: 失敗しました。",
        en: "{command}: failed",
    }
    locked(command: &str) {
        ja: "{command}: 別の実行が動いています。",
        en: "{command}: another run is at work",
    }
    dry_run(summary: &str) {
        ja: "【試行: 何も書き込んでいません】 {summary}",
        en: "[dry run, nothing was written] {summary}",
    }
    /// `files_en` and `rows_en` are a figure with its noun, in the singular where English wants it.
    files_and_rows(command: &str, files: &str, files_en: &str, rows: &str, rows_en: &str, figures: &str, seconds: &str) {
        ja: "{command}: {files} ファイル、{rows} 行: {figures}（{seconds} 秒）",
        en: "{command}: {files_en}, {rows_en}: {figures} ({seconds} s)",
    }
    figures_only(command: &str, figures: &str, seconds: &str) {
        ja: "{command}: {figures}（{seconds} 秒）",
        en: "{command}: {figures} ({seconds} s)",
    }
    no_change() { ja: "変更なし", en: "no change" }
    error_word() { ja: "エラー", en: "error" }
    warning_word() { ja: "注意", en: "warning" }
    note_word() { ja: "お知らせ", en: "note" }
    count_refused(n: &str) { ja: "取り込めなかったファイル {n}", en: "files refused: {n}" }
    count_created(n: &str) { ja: "新規 {n}", en: "{n} created" }
    count_updated(n: &str) { ja: "更新 {n}", en: "{n} updated" }
    count_changed(n: &str) { ja: "変更 {n}", en: "{n} changed" }
    count_unchanged(n: &str) { ja: "変更なし {n}", en: "{n} unchanged" }
    count_unknown(n: &str) { ja: "店舗にない SKU {n}", en: "{n} unknown" }
    count_stale(n: &str) { ja: "更新済み {n}", en: "{n} stale" }
    count_rejected(n: &str) { ja: "不備 {n}", en: "{n} rejected" }
    count_shipped(n: &str) { ja: "出荷 {n}", en: "{n} shipped" }
    count_not_shipped_yet(n: &str) { ja: "未出荷 {n}", en: "{n} not shipped yet" }
    count_unknown_order(n: &str) { ja: "店舗にない受注 {n}", en: "{n} unknown orders" }
    count_other_shop(n: &str) { ja: "別店舗の受注 {n}", en: "{n} of another shop" }
    count_cancelled(n: &str) { ja: "キャンセル {n}", en: "{n} cancelled" }
    count_lines_added(n: &str) { ja: "追加明細 {n}", en: "{n} lines added" }
    count_skus_created(n: &str) { ja: "新規 SKU {n}", en: "{n} SKUs created" }
    count_skus_updated(n: &str) { ja: "更新 SKU {n}", en: "{n} SKUs updated" }
    count_exported(n: &str) { ja: "送信した受注 {n}", en: "{n} exported" }
    count_lines(n: &str) { ja: "明細 {n}", en: "{n} lines" }
    count_held_back(n: &str) { ja: "送信していない受注 {n}", en: "{n} held back" }
}
