//! What there is to do by hand.

texts! {
    held(count: u64) {
        ja: "保留しているファイルが{count}件あります（内容を確認し、正しければ承認し、誤っていれば破棄します）",
        en: "files held: {count} (look at what each would change; approve it if that is right, discard it if not)",
    }
    orders_cancelled_in_tempostar(count: u64) {
        ja: "TEMPOSTARでキャンセルされた受注が{count}件あります（キャンセルは連携しません。商品は出荷されませんので、この店舗でもキャンセルしてください）",
        en: "orders cancelled in TEMPOSTAR: {count} (not linked, and nothing is shipped: cancel them in the shop, too)",
    }
    orders_cancelled(count: u64) {
        ja: "送信後にこの店舗でキャンセルされた受注が{count}件あります（キャンセルは連携しません。このままでは出荷されますので、TEMPOSTARでもキャンセルしてください）",
        en: "orders cancelled in the shop after they were sent: {count} (not linked: they are shipped unless somebody cancels them in TEMPOSTAR, too)",
    }
    orders_changed(count: u64) {
        ja: "送信後にこの店舗で変更された受注が{count}件あります（変更は連携しません。このままでは変更前の内容で出荷されますので、TEMPOSTARでも変更してください）",
        en: "orders changed in the shop after they were sent: {count} (not linked: they are shipped as they were unless somebody changes them in TEMPOSTAR, too)",
    }
    orders_unshipped(count: u64) {
        ja: "送信してから長く出荷されていない受注が{count}件あります（TEMPOSTARで出荷の状況をご確認ください）",
        en: "orders sent long ago and not shipped yet: {count} (see in TEMPOSTAR what has become of them)",
    }
    orders_without_allocation(count: u64) {
        ja: "受注があるのに在庫引当が足りないSKUが{count}件あります（売り越しのおそれがあります。在庫引当を計算し直してください）",
        en: "SKUs with orders that nothing is allocated for: {count} (they may be sold twice: have their allocation computed anew)",
    }
    allocations_without_orders(count: u64) {
        ja: "受注がないのに在庫引当が残っているSKUが{count}件あります（その数だけ販売できません。在庫引当を計算し直してください）",
        en: "SKUs with an allocation that no order accounts for: {count} (so much of them cannot be sold: have it computed anew)",
    }
    products_missing(count: u64) {
        ja: "TEMPOSTARの最新の商品ファイルにない商品が{count}件あります（削除は連携しません。不要であれば、この店舗でも削除してください）",
        en: "products missing from TEMPOSTAR's newest full file: {count} (not linked: delete them in the shop, too, if they are no longer needed)",
    }
    skus_missing(count: u64) {
        ja: "TEMPOSTARの最新の商品ファイルまたは在庫ファイルにないSKUが{count}件あります（在庫数は古いままです。取り扱いをやめたものであれば、この店舗でも削除してください）",
        en: "SKUs missing from TEMPOSTAR's newest full product or stock file: {count} (their figures are old: delete them in the shop, too, if they are no longer sold)",
    }
    mail_subject(shop: &str, count: u64) {
        ja: "[TEMPOSTAR連携] {shop}: 手作業が必要なものが{count}件あります",
        en: "[TEMPOSTAR link] {shop}: to do by hand: {count}",
    }
    mail_lead() {
        ja: "TEMPOSTARとこの店舗の間で連携しないため、店舗のご担当者の手作業が必要なものをお知らせします。残っている間、1日に1回お送りします。",
        en: "The following is not linked between TEMPOSTAR and the shop: somebody of the shop has to do it by hand. This mail comes once a day as long as there is any of it.",
    }
    mail_command(command: &str) { ja: "全件を見るには: {command}", en: "All of it: {command}" }
    mail_command_for(what: &str, what_en: &str, command: &str) {
        ja: "{what}: {command}", en: "{what_en}: {command}",
    }
}
