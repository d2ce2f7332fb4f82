//! The inboxes and the outbox, what lies in them, and whether they may be written.

use super::misconfigurations;
use super::site::Site;
use crate::ftp_server::Fault;
use crate::harness::{LOGISTICS_INBOX, OUTBOX, PRODUCT_INBOX, STOCK_INBOX};
use crate::proxy::{Act, DataAct};

/// As long as what the write test sends.
const PROBE_BYTES: usize = 308;

misconfigurations! {
    the_shop_code_is_another_shops {
        ja: "ショップコードが違う（別の店舗のもの）",
        en: "the shop code is another shop's",
        site: || Site::new().but("code = \"12345\"", "code = \"54321\""),
        finds: error "server-folders" "shop-folders-other-code" by [Support, Shop, Savaway] exits 6,
    }
    there_are_no_folders_at_all {
        ja: "TEMPOSTAR側で、店舗のフォルダがまだ用意されていない",
        en: "TEMPOSTAR has not made the shop's folders yet",
        site: || Site::new().after(|site| {
            for folder in ["/product", "/netstock", "/order", "/ordershop"] {
                site.remove_remote_folder(folder);
            }
        }),
        finds: error "server-folders" "shop-folders-missing" by [Support, Shop, Savaway] exits 6,
    }
    the_inbox_of_products_is_missing {
        ja: "商品情報のフォルダがサーバにない",
        en: "the inbox of products is missing",
        site: || Site::new().after(|site| site.remove_remote_folder(PRODUCT_INBOX)),
        finds: error "products-inbox" "ftp-folder-missing" by [Support, Savaway] exits 6,
    }
    the_inbox_of_logistics_is_missing {
        ja: "物流連携のフォルダがサーバにない",
        en: "the inbox of logistics is missing",
        site: || Site::new().after(|site| site.remove_remote_folder(LOGISTICS_INBOX)),
        finds: error "logistics-inbox" "ftp-folder-missing" by [Support, Savaway] exits 6,
    }
    the_inbox_of_stock_is_missing {
        ja: "在庫情報のフォルダがサーバにない",
        en: "the inbox of stock is missing",
        site: || Site::new().after(|site| site.remove_remote_folder(STOCK_INBOX)),
        finds: error "stock-inbox" "ftp-folder-missing" by [Support, Savaway] exits 6,
    }
    the_outbox_is_missing {
        ja: "受注のフォルダがサーバにない",
        en: "the outbox of orders is missing",
        site: || Site::new().after(|site| site.remove_remote_folder(OUTBOX)),
        finds: error "orders-outbox" "ftp-folder-missing" by [Support, Savaway] exits 6,
    }
    an_inbox_is_misspelt {
        ja: "在庫情報のフォルダ名のつづりが違う",
        en: "the inbox of stock is misspelt",
        site: || Site::new().but("inbox = \"/netstock/", "inbox = \"/netstok/"),
        finds: error "stock-inbox" "ftp-folder-missing" by [Support, Savaway] exits 6,
    }
    an_inbox_may_not_be_opened {
        ja: "商品情報のフォルダを開く権限がない",
        en: "the inbox of products may not be opened",
        site: || Site::behind_proxy("CWD /product", says("550 Permission denied")),
        finds: error "products-inbox" "ftp-folder-missing" by [Support, Savaway] exits 6,
    }
    an_inbox_may_not_be_listed {
        ja: "物流連携のフォルダの一覧を取得する権限がない",
        en: "the inbox of logistics may not be listed",
        site: || Site::new().after(|site| {
            site.ftp.faults().always_at(Fault::ListRefused, "orderstatus");
        }),
        finds: error "logistics-inbox" "ftp-forbidden" by [Support, Savaway] exits 6,
    }
    a_file_may_not_be_read {
        ja: "在庫情報のファイルを読み取る権限がない",
        en: "a stock file may not be read",
        site: || Site::behind_proxy("SIZE /netstock", says("550 Permission denied")).after(|site| {
            site.put_sheet(STOCK_INBOX, "stock20261124100000.csv", SHEET);
        }),
        finds: warning "stock-inbox" "inbox-file-unreadable" by [Savaway, Support] exits 0,
    }
    no_marker_comes {
        ja: "TEMPOSTARは目印のファイルを置かないのに、待つ設定（ready = \"marker\"）になっている",
        en: "the settings wait for markers (ready = \"marker\") that TEMPOSTAR does not write",
        site: || Site::new().but("settle_s = 0\nreflect", "ready = \"marker\"\nreflect").after(|site| {
            site.put_sheet(STOCK_INBOX, "stock20261124095500.csv", SHEET);
            site.set_remote_time(&format!("{STOCK_INBOX}/stock20261124095500.csv"), "2026-11-24 09:55:00");
        }),
        finds: warning "stock-inbox" "inbox-marker-missing" by [Support] exits 0,
    }
    the_pattern_fits_no_file {
        ja: "取り込むファイルの名前（pattern）が実際の名前と違う",
        en: "`pattern` does not fit the names of the files",
        site: || Site::new().after(|site| site.put_sheet(STOCK_INBOX, "stock20261124100000.txt", SHEET)),
        finds: warning "stock-inbox" "inbox-pattern" by [Support] exits 0,
    }
    an_inbox_is_one_folder_too_high {
        ja: "取り込み元のフォルダが1つ上になっている（中には店舗のフォルダだけがある）",
        en: "an inbox is one folder too high: only folders lie in it",
        site: || Site::new().but("\"/netstock/{shop_code}\"", "\"/netstock\""),
        finds: warning "stock-inbox" "inbox-only-folders" by [Support] exits 0,
        mended_by: "\"/netstock\"" => "\"/netstock/{shop_code}\"",
    }
    two_inboxes_are_swapped {
        ja: "商品情報と在庫情報のフォルダが入れ替わっている",
        en: "the inboxes of products and stock are swapped",
        site: || Site::new().after(|site| {
            site.setting("\"/netstock/{shop_code}\"", "\"/x\"");
            site.setting("\"/product/export/{shop_code}\"", "\"/netstock/12345\"");
            site.setting("\"/x\"", "\"/product/export/12345\"");
            site.product_in_stock("A-1", 3);
            site.put_sheet(STOCK_INBOX, "stock.csv", SHEET);
            site.put_sheet(PRODUCT_INBOX, "product.csv", "商品コード,商品名,販売価格\nA-1,皿,1200\n");
        }),
        finds: error "server-kinds" "folders-swapped" by [Support] exits 6,
    }
    an_inbox_and_the_outbox_are_swapped {
        ja: "在庫情報と受注のフォルダが入れ替わっている",
        en: "the inbox of stock and the outbox are swapped",
        site: || Site::new().after(|site| {
            site.setting("\"/netstock/{shop_code}\"", "\"/x\"");
            site.setting("\"/ordershop/{shop_code}\"", "\"/netstock/12345\"");
            site.setting("\"/x\"", "\"/ordershop/12345\"");
            site.product_in_stock("A-1", 3);
            site.put_sheet(STOCK_INBOX, "stock.csv", SHEET);
        }),
        finds: error "server-kinds" "folders-swapped" by [Support] exits 6,
    }
    foreign_files_lie_in_the_outbox {
        ja: "受注のフォルダに、別のコンピュータから送られたファイルがある",
        en: "files of another computer lie in the outbox",
        site: || Site::new().after(|site| {
            site.put_sheet(OUTBOX, "order20261124093000.csv", "ショップ受注番号,注文者名,請求金額\n12345-900,山田,1100\n");
        }),
        finds: warning "orders-outbox" "outbox-foreign-files" by [Support] exits 0,
    }
    the_import_does_not_run {
        ja: "取り込みが動いておらず、ファイルが1日以上残っている",
        en: "the import does not run: a file has waited for more than a day",
        site: || Site::new().after(|site| {
            site.product_in_stock("A-1", 3);
            site.put_sheet(STOCK_INBOX, "stock.csv", SHEET);
            site.set_remote_time(&format!("{STOCK_INBOX}/stock.csv"), "2026-11-22 18:00:00");
        }),
        finds: warning "stock-inbox" "inbox-file-waits" by [Support] exits 0,
    }
    the_outbox_may_not_be_written {
        ja: "受注のフォルダに書き込む権限がない",
        en: "the outbox may not be written",
        site: || Site::behind_proxy("STOR /ordershop", says("553 Permission denied")),
        with: ["--write-test"],
        finds: error "write-test" "ftp-forbidden" by [Support, Savaway] exits 6,
    }
    nothing_may_be_renamed_in_the_outbox {
        ja: "受注のフォルダで名前を変える権限がない",
        en: "nothing may be renamed in the outbox",
        site: || Site::new().after(|site| site.ftp.faults().always(Fault::RenameRefused)),
        with: ["--write-test"],
        finds: error "write-test" "ftp-forbidden" by [Support, Savaway] exits 6,
    }
    the_server_is_full {
        ja: "FTPサーバの空き容量がない",
        en: "there is no room on the server",
        site: || Site::new().after(|site| site.ftp.faults().always(Fault::PutFailsAfter(3))),
        with: ["--write-test"],
        finds: error "write-test" "ftp-server-full" by [Savaway, Support] exits 5,
    }
    the_server_alters_files {
        ja: "サーバがファイルの内容（改行など）を変換する",
        en: "the server alters files (line ends and the like)",
        site: || Site::behind_proxy("RETR", Act::Data(DataAct::Instead(vec![b'?'; PROBE_BYTES]))),
        with: ["--write-test"],
        finds: error "write-test" "write-test-altered" by [Savaway, Support] exits 6,
    }
    the_server_tells_a_size_of_what_is_not_there {
        ja: "サーバが、存在しないファイルのサイズを答える",
        en: "the server tells a size of a file that is not there",
        site: || Site::behind_proxy("SIZE /ordershop", says("213 5")),
        with: ["--write-test"],
        finds: error "write-test" "write-test-size-of-nothing" by [Savaway, Support] exits 6,
    }
    the_server_only_says_that_it_renames {
        ja: "サーバが、名前の変更に成功したと答えるだけで、実際には変えない",
        en: "the server says that it renames, and does not",
        site: || Site::behind_proxy("RNTO /ordershop", says("250 done")),
        with: ["--write-test"],
        finds: error "write-test" "write-test-not-renamed" by [Savaway, Support] exits 6,
    }
    files_arrive_cut_short {
        ja: "書き込んだファイルが途中で切れる",
        en: "uploaded files are cut short",
        site: || Site::new().after(|site| site.ftp.faults().always(Fault::PutCutShort(10))),
        with: ["--write-test"],
        finds: error "write-test" "ftp-incomplete" by [Support] exits 5,
    }
    no_archive_can_be_made {
        ja: "在庫情報のフォルダにarchiveフォルダを作る権限がない",
        en: "no archive can be made in the inbox of stock",
        site: || Site::new().after(|site| site.ftp.faults().always_at(Fault::MakeFolderRefused, "netstock")),
        with: ["--write-test"],
        finds: error "stock-archive" "ftp-forbidden" by [Support, Savaway] exits 6,
    }
    no_file_can_be_moved_to_the_archive {
        ja: "商品情報のフォルダからファイルを移動する権限がない",
        en: "no file can be moved out of the inbox of products",
        site: || Site::new().after(|site| site.ftp.faults().always_at(Fault::RenameRefused, "/product/")),
        with: ["--write-test"],
        finds: error "products-archive" "ftp-forbidden" by [Support, Savaway] exits 6,
    }
    an_inbox_may_not_be_written {
        ja: "在庫情報のフォルダに書き込む権限がなく、取り込み後の移動を試せない",
        en: "the inbox of stock may not be written, so that moving cannot be tried",
        site: || Site::behind_proxy("STOR /netstock", says("553 Permission denied")),
        with: ["--write-test"],
        finds: warning "stock-archive" "archive-untried" by [Savaway, Support] exits 0,
    }
    the_servers_clock_is_ahead {
        ja: "FTPサーバの時計が進んでいる",
        en: "the server's clock is ahead",
        site: || Site::new().after(|site| site.set_remote_clock("2026-11-24 10:22:00")),
        with: ["--write-test"],
        finds: warning "server-clock" "server-clock-ahead" by [Support, Savaway] exits 0,
    }
    the_servers_clock_is_behind {
        ja: "FTPサーバの時計が遅れている（または、このコンピュータの時計が進んでいる）",
        en: "the server's clock is behind (or this computer's is ahead)",
        site: || Site::new().after(|site| site.set_remote_clock("2026-11-24 09:58:00")),
        with: ["--write-test"],
        finds: warning "server-clock" "server-clock-behind" by [Support, Savaway] exits 0,
    }
    the_server_tells_the_time_of_another_zone {
        ja: "FTPサーバが、ファイルの日時を日本時間でも世界標準時でもない時刻で知らせる",
        en: "the server tells the times of files in the time of another zone",
        site: || Site::new().after(|site| site.set_remote_clock("2026-11-24 02:15:00")),
        with: ["--write-test"],
        finds: warning "server-clock" "server-clock-zone" by [Support, Savaway] exits 0,
    }
    this_computer_takes_japan_time_for_utc {
        ja: "このコンピュータの時計が、ちょうど9時間進んでいる",
        en: "this computer's clock is exactly nine hours ahead: it takes the time in Japan for UTC",
        site: || Site::new().after(|site| site.set_remote_clock("2026-11-24 01:15:00")),
        with: ["--write-test"],
        finds: warning "server-clock" "server-clock-behind" by [Support, Savaway] exits 0,
    }
}

const SHEET: &str = "商品コード,在庫数\nA-1,1\n";

/// The answer of a server that does not do it.
fn says(reply: &str) -> Act {
    Act::Answer(format!("{reply}\r\n").into_bytes())
}
