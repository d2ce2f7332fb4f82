//! What `status` has to say.

texts! {
    title(shop: &str, environment: &str, now: &str) {
        ja: "{shop}（{environment}）の状況: {now}",
        en: "status of {shop} ({environment}), {now}",
    }
    overdue(minutes: u32) {
        ja: "予定より遅れています: {minutes} 分以上、成功していません",
        en: "overdue: no success for more than {minutes} minutes",
    }
    never_run(command: &str) {
        ja: "{command}: まだ実行されていません",
        en: "{command}: has never run",
    }
    last_run(command: &str, time: &str, outcome: &str, code: &str) {
        ja: "{command}: 最終実行 {time} {outcome}（終了コード {code}）",
        en: "{command}: last run {time} {outcome} (exit code {code})",
    }
    still_running(command: &str, time: &str) {
        ja: "{command}: {time} に開始、実行中または途中で停止",
        en: "{command}: began {time}, still at work or stopped midway",
    }
    last_success(time: &str) {
        ja: "最終成功 {time}",
        en: "last success {time}",
    }
    no_success() {
        ja: "成功した実行はまだありません",
        en: "no run has succeeded yet",
    }
    orders_waiting(count: u64) {
        ja: "送信待ちの受注: {count} 件",
        en: "orders waiting to be sent: {count}",
    }
    orders_held_back(count: u64) {
        ja: "送信していない受注: {count} 件",
        en: "orders held back: {count}",
    }
    batches_not_taken(count: u64) {
        ja: "TEMPOSTAR がまだ受け取っていない受注ファイル: {count} 件",
        en: "files of orders that TEMPOSTAR was not seen to have taken: {count}",
    }
    files_stopped(count: u64) {
        ja: "保留または取り込めなかったファイル: {count} 件",
        en: "files held or refused: {count}",
    }
    file_held(command: &str, name: &str, time: &str) {
        ja: "{time} {command} 保留 {name}",
        en: "{time} {command} held {name}",
    }
    file_refused(command: &str, name: &str, time: &str, copy: &str) {
        ja: "{time} {command} 不可 {name}（写し: {copy}）",
        en: "{time} {command} refused {name} (copy: {copy})",
    }
    products_missing(count: u64) {
        ja: "手作業: TEMPOSTAR の最新の商品ファイルにない商品が {count} 件あります（削除は連携しません。不要であれば、この店舗でも削除してください）",
        en: "to do by hand: products missing from TEMPOSTAR's newest full file: {count} (deletions are not linked; delete them here, too)",
    }
    orders_changed(count: u64) {
        ja: "手作業: 送信後にこの店舗で変更された受注が {count} 件あります（変更は連携しません。TEMPOSTAR でも変更してください）",
        en: "to do by hand: orders changed in the shop after they were sent: {count} (change them in TEMPOSTAR, too)",
    }
    orders_cancelled(count: u64) {
        ja: "手作業: 送信後にこの店舗でキャンセルされた受注が {count} 件あります（キャンセルは連携しません。TEMPOSTAR でもキャンセルしてください）",
        en: "to do by hand: orders cancelled in the shop after they were sent: {count} (cancel them in TEMPOSTAR, too)",
    }
    orders_cancelled_in_tempostar(count: u64) {
        ja: "手作業: TEMPOSTAR でキャンセルされた受注が {count} 件あります（キャンセルは連携しません。この店舗でもキャンセルしてください）",
        en: "to do by hand: orders cancelled in TEMPOSTAR: {count} (cancel them in the shop, too)",
    }
    and_more(count: u64) {
        ja: "ほか {count} 件",
        en: "and {count} more",
    }
}
