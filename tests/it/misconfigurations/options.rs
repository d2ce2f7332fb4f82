//! Options of the shop that exclude TEMPOSTAR: in the settings, and in the orders.

use super::misconfigurations;
use super::site::Site;

misconfigurations! {
    the_shop_sells_by_reservation {
        ja: "予約販売を利用している",
        en: "the shop uses yoyaku hanbai (reservation sales)",
        site: || Site::new().but("reservation_sales = false", "reservation_sales = true"),
        finds: error "options" "option-reservation-sales" by [Shop, Support] exits 6,
    }
    the_shop_sells_by_subscription_box {
        ja: "頒布会を利用している",
        en: "the shop uses hanpukai (subscription boxes)",
        site: || Site::new().but("hanpukai = false", "hanpukai = true"),
        finds: error "options" "option-hanpukai" by [Shop, Support] exits 6,
    }
    several_destinations_and_added_lines {
        ja: "複数配送先を利用していて、受注明細追加フラグが「追加する」になっている",
        en: "the shop uses several destinations, and lines are added",
        site: || Site::new()
            .but("multiple_destinations = false", "multiple_destinations = true")
            .but("add_order_lines = \"ignore\"", "add_order_lines = \"add\""),
        finds: error "options" "option-multiple-destinations" by [Shop, Support] exits 6,
    }
    orders_of_failed_payments_are_not_made {
        ja: "定期販売を利用していて、定期オーソリ失敗受注未作成フラグが「作成しない」になっている",
        en: "the shop sells subscriptions, and makes no order when a payment fails",
        site: || Site::new()
            .but("subscriptions = false", "subscriptions = true\nsubscription_auth_failure_order = \"skip\""),
        finds: error "options" "option-subscription-order" by [Shop, Support] exits 6,
    }
    past_orders_come_alive {
        ja: "定期販売を利用していて、定期オーソリ失敗過去受注有効化フラグが「利用しない」になっていない",
        en: "the shop sells subscriptions, and past orders come alive again",
        site: || Site::new()
            .but("subscriptions = false", "subscriptions = true\nsubscription_auth_failure_reactivate = \"latest\""),
        finds: error "options" "option-subscription-reactivate" by [Shop, Support] exits 6,
    }
    there_are_reservations {
        ja: "予約販売の受注がデータベースにある",
        en: "reservations are among the orders",
        site: || Site::new().after(|site| {
            site.order("1001").set("kind", "reservation").line("A-1", 1).insert();
        }),
        finds: warning "options-data" "orders-by-reservation" by [Shop, Support] exits 0,
    }
    there_are_subscription_boxes {
        ja: "頒布会の受注がデータベースにある",
        en: "orders of hanpukai are among the orders",
        site: || Site::new().after(|site| {
            site.order("1001").set("kind", "hanpukai").line("A-1", 1).insert();
        }),
        finds: warning "options-data" "orders-by-hanpukai" by [Shop, Support] exits 0,
    }
    there_are_subscriptions {
        ja: "定期販売を利用しない設定なのに、定期販売の受注がある",
        en: "subscriptions are among the orders of a shop that has none by its settings",
        site: || Site::new().after(|site| {
            site.order("1001").set("kind", "subscription").line("A-1", 1).insert();
        }),
        finds: warning "options-data" "orders-by-subscription" by [Shop, Support] exits 0,
    }
    there_are_orders_to_several_destinations {
        ja: "複数配送先を利用しない設定なのに、配送先が複数ある受注がある",
        en: "an order has several destinations, and the settings say that there are none",
        site: || Site::new().after(|site| {
            site.order("1001").line("A-1", 1).shipment("山田 太郎").line("A-1", 1).insert();
        }),
        finds: warning "options-data" "orders-to-several-destinations" by [Shop, Support] exits 0,
    }
}
