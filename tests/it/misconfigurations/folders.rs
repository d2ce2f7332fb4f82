//! The inboxes and the outbox.

use super::misconfigurations;
use super::site::Site;
use crate::harness::STOCK_INBOX;

misconfigurations! {
    the_inbox_of_stock_is_missing {
        ja: "在庫情報のフォルダがサーバにない",
        en: "the inbox of stock is missing",
        site: || Site::new().after(|site| site.remove_remote_folder(STOCK_INBOX)),
        finds: error "stock-inbox" "ftp-folder-missing" by [Support, Savaway] exits 6,
    }
}
