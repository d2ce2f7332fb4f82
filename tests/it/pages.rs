//! The pages of `--html`: one file that needs nothing else, whole or not at all, without customers; and, where there is
//! a browser, what it makes of them.

use std::fs::{self, OpenOptions};
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

use crate::harness::{CUSTOMER, STOCK_INBOX, Shop};
use crate::reconcile::shop;

/// A shop with something of everything: runs of some days, of which some failed; a file refused; an order held back.
fn eventful() -> Shop {
    let mut shop = shop();
    for (day, sheet) in [("26", "商品コード,在庫数\nA-1,7\n"), ("28", "商品コード,数\nA-1,7\n")]
    {
        let now = format!("2026-11-{day} 09:00:00");
        shop.set_remote_clock(&now);
        shop.at(&now);
        shop.put_sheet(STOCK_INBOX, &format!("stock{day}.csv"), sheet);
        shop.run(["import-stock"]);
    }
    shop.set_remote_clock("2026-11-29 09:00:00");
    shop.at("2026-11-29 09:00:00");
    shop.order("1008").set("customer_address", "").line("A-1", 1).insert();
    shop.run(["export-orders"]).exits(3);
    shop.sql("UPDATE orders SET total = total + 1 WHERE order_no = '1004'");
    shop
}

#[track_caller]
fn page(shop: &Shop, arguments: &[&str], exit: i32) -> String {
    shop.run(arguments.iter().copied().chain(["--html", "page.html"])).exits(exit);
    let page = fs::read_to_string(shop.path("page.html")).unwrap();
    for customer in CUSTOMER {
        assert!(!page.contains(customer), "{customer} is on the page");
    }
    for foreign in ["http:", "https:", "src=", "<script", "@import", "url("] {
        assert!(!page.contains(foreign), "{foreign} on the page");
    }
    let mode = fs::metadata(shop.path("page.html")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o644);
    page
}

#[test]
fn the_page_of_the_state_shows_runs_orders_stock_and_what_to_do() {
    let shop = eventful();
    shop.write("page.html", b"the old page");
    let page = page(&shop, &["status"], 0);
    assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">"), "{page}");
    for part in [
        "<strong>somebody should look at this</strong>",
        "<h2>orders held back: 1</h2><ul><li>1008: ",
        "<h2>files held or refused: 1</h2><ul><li>",
        "aria-label=\"2026-11-28: runs: 1, of which something was left out or held: 1\"",
        "aria-label=\"2026-11-24: runs: 2, all well\"",
        "aria-label=\"2026-11-16: no run\"",
        "<th scope=\"row\">held back</th><td class=\"figure\">1</td>",
        "<th scope=\"row\">shipped</th><td class=\"figure\">1</td>",
        "<th scope=\"row\">up to a week</th><td class=\"figure\">3</td>",
        "<th scope=\"row\">none yet</th><td class=\"figure\">1</td>",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    assert_eq!(page.matches("<td><svg class=\"mark").count(), 4 * 14);
    assert_eq!(
        fs::read_dir(shop.path(""))
            .unwrap()
            .filter(|entry| { entry.as_ref().unwrap().file_name().to_string_lossy().contains("page.html") })
            .count(),
        1
    );
}

#[test]
fn the_page_of_the_balance_names_what_differs_in_the_shops_language() {
    let shop = eventful();
    shop.setting("language = \"en\"", "language = \"ja\"");
    let page = page(&shop, &["reconcile"], 3);
    for part in [
        "<html lang=\"ja\">",
        "<strong>11項目のうち1項目に差異があります。確認が必要です</strong>",
        "aria-label=\"差異1件\"",
        "<li>1004: この店舗2751円、TEMPOSTAR 2750円</li>",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
}

#[test]
fn the_page_of_something_held_shows_before_and_after() {
    let shop = shop();
    shop.settings(|text| text.replacen("[stock]\n", "[stock]\nguard.min_rows = 1\n", 1));
    shop.put_sheet(STOCK_INBOX, "empty.csv", "商品コード,在庫数\nA-1,0\nA-2,0\nA-3,0\n");
    shop.run(["import-stock"]).exits(4);
    let before = shop.value("SELECT quantity FROM stock WHERE sku_code = 'A-1'");
    let shown = page(&shop, &["held", "show", "1"], 0);
    for part in [
        "<h1>held 1: empty.csv (import-stock)</h1>",
        "<strong>tempostar held approve 1, or tempostar held discard 1</strong>",
        &format!(
            "<td>2</td><th scope=\"row\">A-1</th><td>皿</td><td>quantity</td><td class=\"figure\">{before}</td>\
             <td class=\"figure\">0</td><td class=\"figure\">-100 %</td>"
        ),
        "<rect class=\"before\" width=\"100\" height=\"4\"></rect><rect y=\"5\" width=\"0\" height=\"5\"></rect>",
    ] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    shop.setting("language = \"en\"", "language = \"ja\"");
    assert!(page(&shop, &["held", "show", "1"], 0).contains("<td>在庫数</td>"));
    shop.setting("language = \"ja\"", "language = \"en\"");
    shop.run(["held", "discard", "1"]).ok();
    assert!(page(&shop, &["held", "show", "1"], 0).contains("<strong>it has been discarded</strong>"));
}

#[test]
fn what_a_shop_is_called_is_text() {
    let shop = shop();
    shop.setting("name = \"花と器\"", "name = \"<b>&\\\"商店\"");
    let page = page(&shop, &["status"], 0);
    assert!(page.contains("<h1>status of &lt;b&gt;&amp;&quot;商店 (demo), "), "{page}");
}

#[test]
fn a_page_that_cannot_be_written_is_told_and_leaves_nothing() {
    let shop = shop();
    for command in ["status", "reconcile"] {
        let ran = shop.run([command, "--html", "nowhere/page.html", "--json"]).exits(2);
        ran.only_problem("cannot-write", "", &["nowhere/page.html", "check the folder"]);
        shop.run([command, "--html", ".", "--json"]).exits(2).has_code("cannot-write");
    }
    let left = fs::read_dir(shop.path(""))
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(".new"));
    assert_eq!(left.count(), 0);
}

// In a browser -----------------------------------------------------------------------------------------------------

/// What the browser prints; and nothing went wrong in it.
#[track_caller]
fn browser(shop: &Shop, arguments: &[&str]) -> String {
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr"])
        .args(["--allow-file-access-from-files", "--virtual-time-budget=2000"])
        .args(arguments)
        .current_dir(shop.path(""))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(!said.contains("CONSOLE"), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

/// The page in a frame of this width tells how wide it is.
#[track_caller]
fn width_in(shop: &Shop, frame: u32) -> u32 {
    let html = format!(
        "<body><iframe id=f width={frame} height=600 style='border:0' src=page.html></iframe><script>
         onload = () => {{ document.title = f.contentDocument.documentElement.scrollWidth }}</script>"
    );
    shop.write("frame.html", html.as_bytes());
    let dom = browser(shop, &["--dump-dom", &url(shop, "frame.html")]);
    let title = dom.split("<title>").nth(1).and_then(|rest| rest.split('<').next());
    title.and_then(|title| title.parse().ok()).unwrap_or_else(|| panic!("{dom}"))
}

fn url(shop: &Shop, name: &str) -> String {
    format!("file://{}", shop.path(name).display())
}

/// Where a person looks at the pictures afterwards.
fn keep(picture: &Path, name: &str) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
    fs::create_dir_all(&folder).unwrap();
    fs::copy(picture, folder.join(name)).unwrap();
}

#[test]
#[ignore = "needs Chromium"]
fn pages_in_a_browser_are_as_wide_as_a_telephone_and_say_nothing_on_the_console() {
    let shop = eventful();
    for (command, exit) in [("status", 0), ("reconcile", 3)] {
        for language in ["ja", "en"] {
            shop.settings(|text| {
                text.replacen("language = \"en\"", &format!("language = \"{language}\""), 1).replacen(
                    "language = \"ja\"",
                    &format!("language = \"{language}\""),
                    1,
                )
            });
            page(&shop, &[command], exit);
            for frame in [360, 1280] {
                assert!(width_in(&shop, frame) <= frame, "{command} is too wide for {frame}");
            }
            for (scheme, dark) in [("dark", "0"), ("light", "1")] {
                let picture = format!("{command}-{language}-{scheme}.png");
                let window = ["--window-size=500,1600", &format!("--screenshot={picture}")];
                let mode = format!("--blink-settings=preferredColorScheme={dark}");
                browser(&shop, &[window[0], window[1], &mode, &url(&shop, "page.html")]);
                let bytes = fs::read(shop.path(&picture)).unwrap();
                assert!(bytes.len() > 20_000, "{picture} is blank: {} bytes", bytes.len());
                keep(&shop.path(&picture), &picture);
            }
        }
    }
}

#[test]
fn what_is_asked_for_never_takes_the_place_of_a_database_or_of_what_is_no_file() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    for command in ["status", "reconcile"] {
        shop.run([command, "--html", "shop.db", "--json"]).exits(2).only_problem(
            "not-over-a-database",
            "",
            &["shop.db is a database, and was not overwritten"],
        );
    }
    shop.run(["check-settings", "--offline", "--bundle", "shop.db"]).exits(2);
    shop.check_stock("A-1", 3, 0);

    let pipe = shop.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut end = OpenOptions::new().read(true).write(true).open(&pipe).unwrap();
    shop.run(["status", "--metrics", "pipe"]).ok();
    assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
    let mut begins = [0; 6];
    end.read_exact(&mut begins).unwrap();
    assert_eq!(&begins, b"# HELP");
}
