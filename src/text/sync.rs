//! What `sync` has to say: the frame of a run, and what becomes of files.

use crate::job::Job;
use crate::moment::Moment;

texts! {
    // What is logged, because it changes nothing of what the run is for.
    cannot_forget(why: &str) {
        ja: "古い実行とファイルの記録を消せませんでした（{why}）",
        en: "cannot forget old runs and files: {why}",
    }
    cannot_note_end(why: &str) { ja: "実行の終わりを記録できませんでした（{why}）", en: "cannot note the end of the run: {why}" }
    cannot_remove(path: &str, why: &str) { ja: "{path}を削除できませんでした（{why}）", en: "cannot remove {path}: {why}" }
    cannot_read_copy(path: &str, why: &str) { ja: "写し{path}を読めませんでした（{why}）", en: "cannot read {path}: {why}" }
    cannot_tell(why: &str) {
        ja: "メールを送るべきかどうかがわかりませんでした（{why}）",
        en: "cannot tell whether a mail is due: {why}",
    }
    cannot_remember(why: &str) {
        ja: "問題を記録できず、お知らせもできませんでした（{why}）",
        en: "cannot remember problems, and so tells nobody: {why}",
    }
    cannot_note_lock_out(why: &str) {
        ja: "前の実行が終わっていないことを記録できませんでした（{why}）",
        en: "cannot note that the job is locked out: {why}",
    }
}

problems! {
    exit Partial, ends Unseen, who [Support];

    Note locked = "locked" (job: Job) exit Locked, ends WithRun, who [] {
        ja: "{job}は別の実行がまだ動いています。今回は何もしません。",
        en: "another run of {job} is still at work; this one does nothing",
    }
    Error locked_for_long = "locked-for-long" (job: Job, time: Moment) exit Locked, ends NextRun {
        ja: "{job}の前の実行が終わらないため、{time}から実行できていません。",
        en: "{job} has been locked out since {time}: an earlier run of it does not end",
        hint_ja: "動いたままのtempostarのプロセスを調べてください。止まっているようであれば終了させてください（確定していない書き込みは取り消され、失われるものはありません）。",
        hint_en: "look for the tempostar process that is still at work; if it hangs, end it: what is not committed rolls back, nothing is lost",
    }
    Error interrupted = "interrupted" () exit Interrupted, ends WithRun {
        ja: "途中で停止の指示を受けたため、終了しました。", en: "stopped by a signal",
        hint_ja: "確定していない書き込みは取り消されています。大きなファイルでは書き込み済みの行が残り、次の実行が残りを書き込みます。",
        hint_en: "what was not committed has been rolled back; of a large file, the rows written so far stay, and the next run writes the others",
    }
    Error run_too_long = "run-too-long" () exit Remote, ends Unseen {
        ja: "実行の制限時間が過ぎたため、途中で終了しました。",
        en: "stopped, because the run's time was over",
        hint_ja: "サーバが極端に遅くないかご確認ください。続きは次の実行で行います。大量のファイルを処理するために時間が必要な場合は、設定ファイルの[limits] run_max_min（分）を大きくしてください。",
        hint_en: "is the server extremely slow? The next run goes on from there; if there really is so much to do, raise run_max_min (minutes) in [limits]",
    }
    Error work_dir_unusable = "work-dir-unusable" (path: &str, reason: &str) exit Settings {
        ja: "作業フォルダに書き込めません: {path}（{reason}）",
        en: "cannot write to the work folder: {path} ({reason})",
        hint_ja: "権限とディスクの空きを確認するか、設定ファイルのwork_dirを直してください。",
        hint_en: "check its permissions and the disk, or correct `work_dir` in the settings file",
    }
    Error work_dir_link = "work-dir-link" (path: &str) exit Settings {
        ja: "作業フォルダの中の{path}がシンボリックリンクになっています。お客様の情報がほかの場所に置かれないように、リンクの先は使いません。",
        en: "{path} in the work folder is a symbolic link, which is not followed: customers' data could end up elsewhere",
        hint_ja: "リンクを消してください（必要なフォルダは自動で作られます）。置き場所を変える場合は、設定ファイルのwork_dirを直してください。",
        hint_en: "delete the link (what is needed is made anew); to have the files elsewhere, change `work_dir` in the settings file",
    }
    Error local_disk = "local-disk" (reason: &str) exit Settings {
        ja: "作業フォルダのファイルを読み書きできません（{reason}）。",
        en: "a file of the work folder cannot be read or written ({reason})",
        hint_ja: "作業フォルダの権限とディスクの空きをご確認ください。何も失われていません。",
        hint_en: "check the work folder's permissions and the disk's free space; nothing is lost",
    }
    Error internal = "internal" (reason: &str) exit Internal {
        ja: "プログラムの内部エラーです（{reason}）。", en: "internal error: {reason}",
        hint_ja: "このメッセージを添えて開発元へお知らせください。確定していない書き込みは取り消されています。",
        hint_en: "please report this message; what was not committed has been rolled back",
    }
    Error file_argument = "file-argument" (path: &str, reason: &str) exit Usage, ends WithRun {
        ja: "--fileで指定されたファイルを読めません: {path}（{reason}）",
        en: "cannot read the file given with --file: {path} ({reason})",
        hint_ja: "ファイルの名前と権限をご確認ください。前に取り込んだファイルや取り込めなかったファイルは、名前だけを指定すると作業フォルダのarchiveにある写しを使います。",
        hint_en: "check its name and permissions; of a file that was taken before, its name alone means the copy in the work folder's archive",
    }
    Warning no_file_for_long = "no-new-file" (kind: &str, kind_en: &str, newest: Moment, hours: u32)
        who [Shop, Savaway] {
        ja: "TEMPOSTARから新しい{kind}が{hours}時間以上届いていません。最新は{newest}のものです",
        en: "{kind_en} has not come from TEMPOSTAR for more than {hours} hours; the newest is of {newest}",
        hint_ja: "店舗のご担当者が、TEMPOSTARの管理画面で、ファイルの出力が止まっていないかをご確認ください。わからなければ、SAVAWAY様へお問い合わせください。もともと間が空くファイルであれば、設定のexpect_file_every_hを大きくします。",
        hint_en: "somebody of the shop should see in TEMPOSTAR whether it still writes these files; if that does not show, ask SAVAWAY; where they come more seldom, raise `expect_file_every_h`",
    }
    Error refused = "file-refused" (rows: u64) ends GoodFile, who [Shop, Savaway] {
        ja: "このファイルは取り込みませんでした（{rows}行）。データは何も変わっていません。",
        en: "this file was refused (rows: {rows}); nothing of it was written",
        hint_ja: "このファイルは、サーバの受信フォルダの中のerrorフォルダへ移します。直したものを同じ名前で受信フォルダに置くと、取り込みます。",
        hint_en: "the file goes to the folder error in the inbox; a corrected one is taken under the same name",
    }
    Error refused_before = "file-refused-before" () ends WithRun, who [Shop, Savaway] {
        ja: "このファイルは、前回の実行で取り込まないと判断したものです",
        en: "an earlier run refused this file",
        hint_ja: "サーバのerrorフォルダへ移します。直したものを同じ名前でもう一度置けば取り込みます。",
        hint_en: "it is moved to the folder error on the server; a corrected one is taken under the same name",
    }
    Error too_many_bad_rows = "too-many-bad-rows" (bad: u64, rows: u64, percent: u32)
        ends WithRun, who [Shop, Savaway] {
        ja: "{rows}行のうち{bad}行に誤りがあり、許容範囲（{percent}%）を超えたため、ファイル全体を取り込みませんでした。",
        en: "{bad} of {rows} rows wrong, more than the {percent} % that are tolerated: the whole file is refused",
        hint_ja: "ファイルを直してもう一度置いてください。許容範囲はmax_bad_rows_percentで変えられます。",
        hint_en: "correct the file and upload it again; `max_bad_rows_percent` sets what is tolerated",
    }
    Error refused_by_shop = "row-refused-by-shop" (code: &str, reason: &str) ends WithRun, who [Support] {
        ja: "{code}: データベースに本システムが設けたトリガーまたは制約により、書き込めませんでした（{reason}）",
        en: "{code}: a trigger or constraint of the shop's does not let it be written ({reason})",
        hint_ja: "本システムのトリガーまたは制約をご確認のうえ、保存した行を--fileで取り込み直してください。",
        hint_en: "look at that trigger or constraint of the shop's application, then feed the row back with --file",
    }
    Error more_bad_rows = "more-bad-rows" (more: u64) ends WithRun, who [Shop, Savaway] {
        ja: "ほかにも{more}行に誤りがあります。", en: "more rows that are wrong: {more}",
        hint_ja: "全件は作業フォルダのrejectsにあります。",
        hint_en: "all of them are in the folder rejects of the work folder",
    }
    Error rejects_kept = "rejects-kept" (rows: u64, path: &str) ends GoodFile, who [Shop, Savaway] {
        ja: "誤りのある{rows}行を取り込まず、保存しました: {path}",
        en: "rejected rows ({rows}) were kept in {path}",
        hint_ja: "このファイルを直して、同じコマンドの--fileに指定すると取り込めます。",
        hint_en: "correct that file and feed it back with --file",
    }
    Note unknown_columns = "unknown-columns" (names: &str, count: usize) ends WithRun {
        ja: "取り込み先のない列が{count}列あります: {names}",
        en: "columns without a home in the shop ({count}): {names}",
        hint_ja: "取り込むには、商品の自由項目の番号と名前を、設定ファイルの[product_free_items]に1 = \"素材\"のように書いてください。列名と違う名前の自由項目に入れるには、[products.free_items]に書きます。",
        hint_en: "to take them, write free items of these names with their numbers into [product_free_items] of the settings file, as in 1 = \"素材\"; [products.free_items] maps a column to a free item of another name",
    }
    Note not_ready = "not-ready" () ends WithRun, who [] {
        ja: "まだ転送の途中のようです。次の実行で取り込みます。",
        en: "still being uploaded, it seems; the next run takes it",
    }
    Note vanished = "file-vanished" () ends WithRun, who [] {
        ja: "一覧にありましたが、取得するときにはなくなっていたか、ファイルではありませんでした。",
        en: "was listed, but was gone or no file when it was to be downloaded",
    }
    Error file_too_large = "file-too-large" (size_mb: u64, limit_mb: u64) {
        ja: "ファイルが大きすぎます（{size_mb} MB、上限{limit_mb} MB）。取り込んでいません。",
        en: "the file is too large ({size_mb} MB, the limit is {limit_mb} MB); it was not taken",
        hint_ja: "正しいファイルであれば、設定ファイルの[limits] max_file_mbを大きくしてください。",
        hint_en: "if it is right, raise max_file_mb in [limits]",
    }
    Warning ignored_name = "ignored-name" (name: &str) {
        ja: "扱えない名前のファイルがあります: {name}",
        en: "a file on the server has a name that cannot be used: {name}",
        hint_ja: "名前を変えて置き直してください。", hint_en: "rename it",
    }
    Error unreadable = "file-unreadable" (reply: &str) {
        ja: "サーバの一覧にありますが、サイズを確認できないため取り込めません（サーバの応答: 「{reply}」）。",
        en: "is listed on the server, but cannot be taken, because the server does not tell its size: {reply:?}",
        hint_ja: "このFTPユーザにファイルを読む権限があるか、SIZEコマンドを使えるかをSAVAWAY様へご確認ください。名前に「?」があるときは、サーバが名前を正しく伝えていません。名前を半角英数字に変えるようご依頼ください。",
        hint_en: "ask SAVAWAY whether this FTP user may read the file and use the SIZE command; a name with ? in it is one that the server cannot tell: ask for one of ASCII letters and digits",
    }
    Warning more_ignored_names = "more-ignored-names" (more: usize) {
        ja: "扱えない名前のファイルがほかに{more}件あります。",
        en: "more files on the server with names that cannot be used: {more}",
        hint_ja: "接続先のフォルダが正しいか確認し、名前を変えて置き直してください。",
        hint_en: "check that the folder is the right one, and rename them",
    }
    Note replaced_meanwhile = "file-replaced" () ends WithRun, who [] {
        ja: "取り込んでいる間に、サーバで新しいファイルに置き換えられました。新しいものは次の実行で取り込みます。",
        en: "was replaced on the server by another file meanwhile; the next run takes that one",
    }
    Error cannot_clean_up = "cannot-clean-up" () {
        ja: "処理は終わりましたが、サーバのファイルを片付けられませんでした",
        en: "is dealt with, but cannot be put away on the server",
        hint_ja: "次の実行で再び試みます。二重に取り込むことはありません。続く場合は、FTPユーザに移動と削除の権限があるか、SAVAWAY様へご確認ください。",
        hint_en: "the next run tries again, and applies nothing twice; if it goes on, ask SAVAWAY whether this FTP user may rename and delete",
    }
    Warning cannot_sweep = "cannot-sweep" (path: &str) who [Support, Savaway] {
        ja: "サーバの古いファイル{path}を削除できません",
        en: "the old file {path} cannot be deleted on the server",
        hint_ja: "FTPユーザに削除の権限があるか、SAVAWAY様へご確認ください。削除しない場合は、設定ファイルのkeep_on_server_daysを0にしてください。",
        hint_en: "ask SAVAWAY whether this FTP user may delete files; to keep them, set keep_on_server_days = 0",
    }
    Warning batch_taken_unseen = "batch-taken-unseen" (name: &str) ends InSilence {
        ja: "前回の実行が途中で止まったため、受注ファイル{name}をサーバで確認できませんでした。TEMPOSTARが受け取ったものとして扱います。",
        en: "an earlier run was interrupted while {name} was being renamed, and the server has it no more: it counts as taken by TEMPOSTAR",
        hint_ja: "このファイルの受注がTEMPOSTARに登録されているかご確認ください。ファイルの写しは作業フォルダのarchiveにあります。",
        hint_en: "check in TEMPOSTAR that its orders are there; a copy lies in the work folder's archive",
    }
    Error not_reconciled = "not-reconciled" (chosen: u64, written: u64) exit Internal {
        ja: "受注ファイルの検算が合わないため送信していません（選んだ行{chosen}、書いた行{written}）。",
        en: "the order file does not add up and was not sent ({chosen} lines chosen, {written} written)",
        hint_ja: "開発元へお知らせください。", hint_en: "please report this",
    }
    Error database_restored = "database-restored" (files: usize, orders: usize) ends InSilence {
        ja: "データベースに記録のない送信済みの受注ファイルが、作業フォルダに{files}件ありました。データベースが古いバックアップから復元されたようです。その受注{orders}件を送信済みに戻しました。",
        en: "the database had forgotten order files that were sent ({files}): it seems to have been put back from an older copy. Their orders ({orders}) count as sent again",
        hint_ja: "受注が二重に送信されることはありません。バックアップより後に取り込んだ商品・物流のファイルは、作業フォルダのarchiveにある写しを--fileに指定して、もう一度取り込んでください。",
        hint_en: "no order is sent twice; import the files of products and shipping that came since that copy once more, with --file, from the work folder's archive",
    }
    Error orders_lost = "orders-lost" (count: usize, numbers: &str, folder: &str) ends InSilence, who [Shop] {
        ja: "TEMPOSTARへ送信した受注のうち{count}件が、データベースにありません: {numbers}",
        en: "orders that were sent to TEMPOSTAR are missing in the database ({count}): {numbers}",
        hint_ja: "復元したバックアップより後に入った受注です。送信したファイルの写しが{folder}にあります。それを見て登録し直してください。",
        hint_en: "they came after the copy that the database was put back from; enter them again from the copies of the files in {folder}",
    }
    Error database_behind = "database-behind" (name: &str, place: &str) exit Database {
        ja: "受注ファイル{name}は送信した記録が作業フォルダにありますが、データベースには記録がなく、写しもありません。受注が二重に送信されないように、停止しました。",
        en: "the work folder knows that {name} was sent, but the database does not, and there is no copy of it: stopped, because orders might be sent twice",
        hint_ja: "データベースが古いバックアップから復元されていないかご確認ください。TEMPOSTARにある受注のexported_atを設定してから、{place}を空のファイルにすると再開します。",
        hint_en: "has the database been put back from an older copy? Set exported_at of the orders that TEMPOSTAR has, then empty the file {place}",
    }
    Note begun_finished = "begun-file-finished" () ends WithRun, who [] {
        ja: "前回の実行が取り込みの途中で止まっていたため、残りを取り込みました。",
        en: "an interrupted run had written a part of this file; the rest is written now",
    }
    Error begun_copy_lost = "begun-copy-lost" (copy: &str) ends InSilence {
        ja: "前回の実行が取り込みの途中で止まっており、続きに必要な写し（{copy}）がないか、壊れています。サーバの受信フォルダにも残っていません。一部の行だけが取り込まれています。",
        en: "an interrupted run had written a part of this file, its copy ({copy}) is missing or damaged, and the inbox has it no more: the other rows are not written",
        hint_ja: "同じファイルを--fileで取り込むか、TEMPOSTARからもう一度出力してください。",
        hint_en: "feed the same file in with --file, or have TEMPOSTAR export it once more",
    }
    Error work_folder_foreign = "work-folder-foreign" (place: &str) exit Settings {
        ja: "データベースには送信済みの受注ファイルの記録がありますが、作業フォルダにはその記録（{place}）がありません。受注が二重に送信されないように、停止しました。",
        en: "the database knows of order files that were sent, but the work folder does not ({place} is missing): stopped, because orders might be sent twice",
        hint_ja: "work_dirが以前と同じフォルダかご確認ください。フォルダが失われ、かつデータベースをバックアップから復元していない場合に限り、空のファイル{place}を作成すると再開します。",
        hint_en: "is work_dir the folder of the earlier runs? Only if that folder is lost, and the database was not put back from a backup, create the empty file {place} to go on",
    }
    Error batch_elsewhere = "batch-elsewhere" (name: &str, there: &str, here: &str) exit Settings {
        ja: "受注ファイル{name}は{there}への送信途中ですが、設定のサーバは{here}に変わっています。届いたかどうかを確認できないため、停止しました。",
        en: "the order file {name} was on its way to {there}, but the settings now name {here}: whether it arrived cannot be seen, so nothing is sent",
        hint_ja: "設定を{there}に戻してexport-ordersを一度実行し、終わってから{here}に変更してください。",
        hint_en: "set the server back to {there}, run export-orders once, then change it to {here}",
    }
    Error unknown_order_files = "unknown-order-files" (count: usize, names: &str) {
        ja: "送信フォルダに、このデータベースの記録にない受注ファイルが{count}件あります: {names}",
        en: "order files in the outbox that this database knows nothing of ({count}): {names}",
        hint_ja: "別のコンピュータが同じ店舗のデータベースの写しで動いていないかご確認ください。動いていれば、片方を止めてください。同じ受注が二重に届くおそれがあります。",
        hint_en: "is a second computer at work with a copy of this shop's database? Stop one of the two: the same orders may arrive twice",
    }
    Error orders_not_marked = "orders-not-marked" (count: u64, names: &str, why: &str) {
        ja: "送信した受注のうち{count}件を、この店舗のデータベースで送信済みにできません: {names}（本システムのトリガか制約が、送信日時（exported_at）の書き込みを拒んでいます: {why}）",
        en: "orders that were sent, but cannot be marked as sent in the shop's database ({count}): {names} (a trigger or constraint of the shop's does not let exported_at be written: {why})",
        hint_ja: "二重に送信することはありません。トリガか制約を直すと、次の実行で送信済みになります。それまで、これらの受注の在庫引当は残ります。",
        hint_en: "they are not sent twice; once the trigger or constraint lets it, the next run marks them; until then their units stay allocated",
    }
    Error every_name_exists = "every-name-exists" (tried: u32) exit Remote {
        ja: "サーバは、試した{tried}個のファイル名がすべて送信フォルダにあると答えています。",
        en: "the server says that each of {tried} file names is taken in the outbox",
        hint_ja: "サーバのSIZEコマンドの応答が正しいか、サーバの管理者にお問い合わせください。受注は次の実行で送信します。",
        hint_en: "ask whoever runs the server whether its answers to SIZE are right; the next run tries again",
    }
    Error file_of_another_kind = "file-of-another-kind" (found: &str, found_en: &str, wanted: &str, wanted_en: &str, job: &str)
        ends GoodFile, who [Savaway, Support] {
        ja: "これは{wanted}ではなく、{found}です。取り込んでいません。",
        en: "its header is that of {found_en}, not of {wanted_en}: nothing of it was taken",
        hint_ja: "フォルダの設定（inbox）か--fileの指定をご確認ください。この種類のファイルは「tempostar {job}」のものです。",
        hint_en: "check the inbox in the settings, or the file behind --file; such files are those of `tempostar {job}`",
    }
    Error clock_before_release = "clock-impossible" (now: Moment, written_on: &str) exit Settings {
        ja: "このコンピュータの時計が{now}を示していますが、このプログラムはそれより後（{written_on}）に作られたものです。何も処理していません。",
        en: "this computer's clock shows {now}, but this program was made later, on {written_on}; nothing was done",
        hint_ja: "このコンピュータの時計を合わせてください（NTPの利用をお勧めします）。",
        hint_en: "set this computer's clock, best by NTP",
    }
    Error clock_behind = "clock-behind" (now: Moment, newest: Moment) exit Settings {
        ja: "このコンピュータの時計は{now}を示していますが、それより先の時刻（{newest}）に処理した記録があります。このコンピュータの時計が遅れています。何も処理していません。",
        en: "this computer's clock shows {now}, but something was done at {newest}: this computer's clock is behind; nothing was done",
        hint_ja: "このコンピュータの時計を合わせてください。今の時計が正しく、以前の時計が進んでいた場合は、「tempostar check-settings --write-test」を一度実行してください。",
        hint_en: "set this computer's clock; if it is right now and was ahead before, run `tempostar check-settings --write-test` once",
    }
    Error clock_ahead_of_us = "clock-behind-server" (now: Moment, later: Moment) exit Settings {
        ja: "このコンピュータの時計は{now}を示していますが、サーバのファイルは名前も日時も{later}です。このコンピュータの時計が遅れています。何も処理していません。",
        en: "this computer's clock shows {now}, but both the name and the time of a file on the server say {later}: this computer's clock is behind; nothing was done",
        hint_ja: "このコンピュータの時計を合わせてください。", hint_en: "set this computer's clock",
    }
    Error clock_ahead = "clock-ahead" (now: Moment, there: Moment, newest: Moment) exit Settings {
        ja: "このコンピュータの時計は{now}を示していますが、FTPサーバでは{there}です（前回の処理は{newest}）。このコンピュータの時計が正しくありません。何も処理していません。",
        en: "this computer's clock shows {now}, but it is {there} on the FTP server (the last run was at {newest}): this computer's clock is wrong; nothing was done",
        hint_ja: "このコンピュータの時計を合わせてください。正しい場合は、「tempostar check-settings --write-test」を一度実行してください。",
        hint_en: "set this computer's clock; if it is right, run `tempostar check-settings --write-test` once",
    }
    Error clock_leapt = "clock-leapt" (now: Moment, newest: Moment) exit Settings {
        ja: "このコンピュータの時計は{now}を示していますが、前回の処理は{newest}です。時計が正しいかどうかをサーバで確かめられないため、何も処理していません。",
        en: "this computer's clock shows {now}, but the last run was at {newest}, and the server tells no time to compare with: nothing was done",
        hint_ja: "このコンピュータの時計をご確認ください。正しい場合は、「tempostar check-settings --write-test」を一度実行してください。",
        hint_en: "check this computer's clock; if it is right, run `tempostar check-settings --write-test` once",
    }
    Error clocks_moved_apart = "clocks-moved-apart" (now: Moment, there: Moment) exit Settings {
        ja: "このコンピュータの時計は{now}を示していますが、FTPサーバでは、以前の差から数えると{there}です。このコンピュータの時計か、サーバの時計が変わりました。",
        en: "this computer's clock shows {now}, but by the server's clock, as it was to this one before, it is {there}: one of the two was changed",
        hint_ja: "まずこのコンピュータの時計をご確認ください。正しければサーバの時計（または時間帯）が変わっています。「tempostar check-settings --write-test」を一度実行すると、その差を覚え直します。",
        hint_en: "check this computer's clock first; if it is right, the server's clock or zone was changed: run `tempostar check-settings --write-test` once, which measures it anew",
    }
    Error server_clock_moved = "server-clock-moved" (now: Moment, there: Moment)
        exit Settings, who [Savaway, Support] {
        ja: "FTPサーバの時計が変わりました。以前の差から数えると{there}ですが、このコンピュータの時計（自動同期済み）は{now}です。",
        en: "the server's clock was changed: as it was to this computer's before, it is {there} there, but this computer's, which is synchronised, shows {now}",
        hint_ja: "「tempostar check-settings --write-test」を一度実行すると、サーバの時計との差を覚え直します。",
        hint_en: "run `tempostar check-settings --write-test` once, which measures the server's clock anew",
    }
    Warning future_stamps = "future-stamps" (count: usize) ends WithRun {
        ja: "データベースに未来の日時が{count}件あり、現在の日時に直しました。",
        en: "moments that have not come yet stood in the database ({count}); they are now's",
        hint_ja: "以前、このコンピュータの時計が進んでいたようです。在庫は次の在庫ファイルで正しくなります。",
        hint_en: "this computer's clock was ahead for some time, it seems; the next stock file sets the figures right",
    }
}
