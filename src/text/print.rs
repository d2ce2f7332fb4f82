//! What `output` has to say: summaries and the labels of figures.

texts! {
    cannot_print(reason: &str) {
        ja: "エラー: 結果を標準出力に書き込めません（{reason}）。処理そのものの結果は「tempostar status」でご確認ください。",
        en: "error: the result cannot be written to standard output ({reason}); `tempostar status` tells how the run ended",
    }
    bundle_written(file: &str) {
        ja: "サポート用の情報を{file}に書き出しました。内容: この確認の結果、設定（パスワードを除く）、プログラムのバージョン、statusの内容、表の定義と行数、各種類の最新ファイルの列名。商品・受注・お客様のデータの行は含みません。",
        en: "written for the support: {file}. In it: the result of these checks, the settings without passwords, the program's version, what `status` shows, the tables' definitions and numbers of rows, the column names of the newest file of each kind. No rows of products, orders or customers.",
    }
    nothing_to_do(command: &str, seconds: &str) {
        ja: "{command}: 処理するものはありません（{seconds}秒）",
        en: "{command}: nothing to do ({seconds} s)",
    }
    done(command: &str, figures: &str, seconds: &str) {
        ja: "{command}: {figures}（{seconds}秒）", en: "{command}: {figures} ({seconds} s)",
    }
    would_be_done(command: &str, figures: &str, seconds: &str) {
        ja: "{command}を実行すると: {figures}（{seconds}秒）",
        en: "{command} would end with: {figures} ({seconds} s)",
    }
    failed(command: &str, code: u8, seconds: &str) {
        ja: "{command}: 失敗しました（終了コード{code}、{seconds}秒）",
        en: "{command}: failed (exit code {code}, {seconds} s)",
    }
    stopped(command: &str, seconds: &str) {
        ja: "{command}: 途中で止められました（{seconds}秒）",
        en: "{command}: stopped by a signal ({seconds} s)",
    }
    before_that() { ja: "それまでに終えたものは有効です", en: "what was done before stands" }
    locked(command: &str) {
        ja: "{command}: 別の実行が動いているため、何もしませんでした",
        en: "{command}: another run is at work, nothing done",
    }
    dry_run(summary: &str) {
        ja: "【試行: 何も書き込んでいません】 {summary}", en: "[dry run, nothing was written] {summary}",
    }
    // Arguments that end in `_en` are a figure with its noun, in the singular where English wants it.
    files_and_rows(files: &str, files_en: &str, rows: &str, rows_en: &str) {
        ja: "{files}ファイル、{rows}行", en: "{files_en}, {rows_en}",
    }
    files_refused(n: &str, n_en: &str) { ja: "取り込めなかったファイル{n}", en: "{n_en} refused" }
    files_held(n: &str, n_en: &str) {
        ja: "保留したファイル{n}（何も書き込んでいません）",
        en: "{n_en} held by the guards (nothing of it written)",
    }
    files_waiting(n: &str, n_en: &str) { ja: "次回に回したファイル{n}", en: "{n_en} left to the next run" }
    files_known(n: &str, n_en: &str) {
        ja: "取り込み済みのため片付けたファイル{n}", en: "{n_en} applied before and put away now",
    }
    // What a dry run would change.
    new_row() { ja: "新規", en: "new" }
    removed_row() { ja: "削除", en: "taken away" }
    more_changes(n: &str) {
        ja: "ほか{n}件（-vか--jsonで全件を見られます）", en: "and {n} more (all of them with -v or --json)",
    }
    no_change() { ja: "変更なし", en: "no change" }
    count_created(n: &str) { ja: "新規{n}", en: "{n} created" }
    count_updated(n: &str) { ja: "更新{n}", en: "{n} updated" }
    count_changed(n: &str) { ja: "変更{n}", en: "{n} changed" }
    count_unknown(n: &str, n_en: &str) { ja: "店舗にないSKU {n}", en: "{n_en}" }
    count_stale(n: &str) { ja: "新しい数があるため見送り{n}", en: "{n} older than the shop's" }
    count_rejected(n: &str) { ja: "不備{n}", en: "{n} rejected" }
    count_shipped(n: &str) { ja: "出荷{n}", en: "{n} shipped" }
    count_never_sent(n: &str) { ja: "送信していない受注{n}", en: "{n} never sent" }
    count_contradicted(n: &str, n_en: &str) { ja: "行どうしが矛盾する受注{n}", en: "{n_en} with rows that contradict each other" }
    count_shipped_but_cancelled(n: &str) { ja: "店舗でキャンセル済みの出荷{n}", en: "{n} shipped, but cancelled here" }
    count_not_shipped_yet(n: &str) { ja: "未出荷{n}", en: "{n} not shipped yet" }
    count_unknown_order(n: &str, n_en: &str) { ja: "店舗にない受注{n}", en: "{n_en}" }
    count_other_shop(n: &str) { ja: "別店舗の受注{n}", en: "{n} of another shop" }
    count_cancelled(n: &str) { ja: "キャンセル{n}", en: "{n} cancelled" }
    count_lines_added(n: &str, n_en: &str) { ja: "追加明細{n}", en: "{n_en} added" }
    count_skus_created(n: &str, n_en: &str) { ja: "新規SKU {n}", en: "{n_en} created" }
    count_skus_updated(n: &str, n_en: &str) { ja: "更新SKU {n}", en: "{n_en} updated" }
    count_exported(n: &str, n_en: &str) { ja: "送信した受注{n}", en: "{n_en} sent" }
    count_products_undone(n: &str, n_en: &str) { ja: "元に戻した商品{n}", en: "{n_en} put back" }
    count_skus_undone(n: &str, n_en: &str) { ja: "元に戻したSKU {n}", en: "{n_en} put back" }
    count_stock_undone(n: &str, n_en: &str) { ja: "元に戻した在庫{n}", en: "stock of {n_en} put back" }
    count_held(n: &str, n_en: &str) { ja: "保留した行{n}", en: "{n_en} held by the guards" }
    count_repaired(n: &str, n_en: &str) { ja: "計算し直した在庫引当{n}", en: "{n_en} computed anew" }
    count_kept(n: &str) { ja: "そのまま{n}", en: "{n} not put back" }
    count_lines(n: &str, n_en: &str) { ja: "明細{n}", en: "{n_en}" }
    count_held_back(n: &str) { ja: "送信していない受注{n}", en: "{n} held back" }
}

problems! {
    exit Usage, ends WithRun, who [Support];

    Warning more_of_a_kind = "more-of-a-kind" (code: &str, more: usize) exit Partial, who [] {
        ja: "同じ種類の問題（{code}）がほかに{more}件あります。",
        en: "more problems of the same kind ({code}): {more}",
        hint_ja: "示したものから直してください。残りは次の実行で示します。",
        hint_en: "fix these first; later runs show the others",
    }
    Error cannot_write = "cannot-write" (path: &str, reason: &str) {
        ja: "{path}に書き込めません（{reason}）。", en: "cannot write to {path} ({reason})",
        hint_ja: "フォルダの場所と権限をご確認ください。", hint_en: "check the folder and its permissions",
    }
    Error not_over_database = "not-over-a-database" (path: &str) {
        ja: "{path}はデータベースです。上書きしませんでした。", en: "{path} is a database, and was not overwritten",
        hint_ja: "別のファイル名を指定してください。", hint_en: "name another file",
    }
}
