//! What `status` has to say.

use crate::job::Job;
use crate::moment::Moment;

texts! {
    title(shop: &str, environment: &str, now: Moment, verdict: &str, verdict_en: &str) {
        ja: "{shop}（{environment}）の状況（{now}）: {verdict}",
        en: "status of {shop} ({environment}), {now}: {verdict_en}",
    }
    overdue(minutes: u32) {
        ja: "予定より遅れています: {minutes}分以上、成功していません",
        en: "overdue: no success for more than {minutes} minutes",
    }
    all_well() { ja: "確認が必要なことはありません", en: "all is well" }
    no_run_so_far() { ja: "まだ一度も実行されていません", en: "no job has run so far" }
    needs_a_look() { ja: "確認が必要です", en: "somebody should look at this" }
    hand_work() { ja: "手作業が必要なもの", en: "to do by hand" }
    monitor_hand_work(count: u64) { ja: "手作業が必要なもの: {count}件", en: "to do by hand: {count}" }
    monitor_no_file(names: &str) { ja: "新しいファイルが届いていない処理: {names}", en: "no new file for: {names}" }
    newest_file(time: Moment, ago: &str, ago_en: &str) {
        ja: "最新のファイルは{time}（{ago}）", en: "newest file {time} ({ago_en})",
    }
    no_file_for_long(hours: u32) {
        ja: "{hours}時間以上、新しいファイルが届いていません", en: "no new file for more than {hours} hours",
    }
    stock_as_of(time: Moment, ago: &str, ago_en: &str) {
        ja: "在庫数は{time}時点（{ago}）", en: "stock figures as of {time} ({ago_en})",
    }
    never_run() { ja: "まだ実行されていません", en: "has never run" }
    minutes_ago(n: i64) { ja: "{n}分前", en: "{n} min ago" }
    hours_ago(n: i64) { ja: "{n}時間前", en: "{n} h ago" }
    days_ago(n: i64) { ja: "{n}日前", en: "{n} d ago" }
    last_success(time: Moment, ago: &str, ago_en: &str) {
        ja: "最後の成功は{time}（{ago}）", en: "last success {time} ({ago_en})",
    }
    no_success() { ja: "成功した実行はまだありません", en: "no run has succeeded yet" }
    files_waiting(count: u64, names: &str) {
        ja: "受信フォルダで待っているファイル: {count}件（{names}）",
        en: "files that wait in the inbox: {count} ({names})",
    }
    problems_open(count: u64) { ja: "未解決の問題: {count}件", en: "open problems: {count}" }
    problem(command: Job, code: &str, message: &str, message_en: &str, time: Moment, times: u64) {
        ja: "{command}: [{code}] {message}（{time}から、{times}回）",
        en: "{command}: [{code}] {message_en} (since {time}, runs: {times})",
    }
    work_folder_unseen() {
        ja: "データベースを使えなかった実行の問題は作業フォルダにありますが、このユーザは読み取れません",
        en: "problems of runs that could not use the database are in the work folder, which this user may not read",
    }
    since(message: &str, message_en: &str, time: &str) {
        ja: "{message}（{time}から）", en: "{message_en} (since {time})",
    }
    problem_not_mailed() { ja: "まだメールで知らせていません", en: "not mailed yet" }
    rerun(command: Job) {
        ja: "取り込めなかったファイルは「tempostar {command} --file FILE」で、写しからもう一度処理できます",
        en: "a refused file can be processed again from its copy: tempostar {command} --file NAME",
    }
    batch_not_taken(name: &str, time: Moment, orders: u64) {
        ja: "{name}（{time}に送信、受注{orders}件）", en: "{name} (sent {time}, orders: {orders})",
    }
    monitor_ok(jobs: usize, waiting: u64) {
        ja: "TEMPOSTAR OK - 問題なし（処理{jobs}、送信待ちの受注{waiting}件）",
        en: "TEMPOSTAR OK - jobs: {jobs}, orders waiting: {waiting}",
    }
    monitor_overdue(names: &str) { ja: "遅れている処理: {names}", en: "overdue: {names}" }
    monitor_failed(names: &str) { ja: "正常に終わっていない処理: {names}", en: "did not end well: {names}" }
    monitor_held(count: u64) { ja: "保留中のファイル: {count}件", en: "files held: {count}" }
    orders_waiting(count: u64) { ja: "送信待ちの受注: {count}件", en: "orders waiting to be sent: {count}" }
    orders_held_back(count: u64) { ja: "送信を保留している受注: {count}件", en: "orders held back: {count}" }
    batches_not_taken(count: u64) {
        ja: "TEMPOSTARがまだ受け取っていない受注ファイル: {count}件",
        en: "order files not picked up yet: {count}",
    }
    files_stopped(count: u64) { ja: "保留または取り込めなかったファイル: {count}件", en: "files held or refused: {count}" }
    file_held(command: Job, name: &str, time: Moment) {
        ja: "{name}（{command}、{time}から保留）", en: "{time} {command} held {name}",
    }
    file_refused(command: Job, name: &str, time: Moment, copy: &str) {
        ja: "{name}（{command}、{time}に不可、写し: {copy}）",
        en: "{time} {command} refused {name} (copy: {copy})",
    }
    and_more(count: u64) { ja: "ほか{count}件", en: "and {count} more" }
}
