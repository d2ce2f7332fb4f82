//! Options of the shop that exclude TEMPOSTAR.

use super::misconfigurations;
use super::site::Site;

misconfigurations! {
    the_shop_sells_by_subscription_box {
        ja: "頒布会を利用している",
        en: "the shop uses hanpukai (subscription boxes)",
        site: || Site::new().but("hanpukai = false", "hanpukai = true"),
        finds: error "options" "option-hanpukai" by [Shop, Support] exits 6,
    }
}
