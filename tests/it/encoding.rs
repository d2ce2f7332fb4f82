//! Texts survive the way in and the way out, character by character; what cannot be kept is said, never guessed.

use std::collections::BTreeSet;

use tempostar::encoding::look_alike;

use crate::harness::{OUTBOX, PRODUCT_INBOX, Shop, cp932, from_cp932};

/// Every character that CP932 has, as one and two bytes, with what it is; control characters aside.
fn all_of_cp932() -> Vec<(Vec<u8>, char)> {
    let singles = (0x20..=0x7E_u8).chain(0xA1..=0xDF).map(|byte| vec![byte]);
    let leads = (0x81..=0x9F_u8).chain(0xE0..=0xFC);
    let pairs = leads.flat_map(|lead| (0x40..=0xFC_u8).map(move |trail| vec![lead, trail]));
    let decoded = singles.chain(pairs).filter_map(|bytes| {
        let text =
            encoding_rs::SHIFT_JIS.decode_without_bom_handling_and_without_replacement(&bytes)?.into_owned();
        let mut characters = text.chars();
        let character = characters.next().filter(|_| characters.next().is_none())?;
        Some((bytes, character))
    });
    decoded.collect()
}

/// A character that a shop drew itself (外字).
fn is_private(character: char) -> bool {
    ('\u{E000}'..='\u{F8FF}').contains(&character)
}

// The way in -----------------------------------------------------------------------------------------------------

#[test]
fn every_character_of_cp932_comes_in() {
    let shop = Shop::new();
    let all = all_of_cp932();
    assert!(all.len() > 9_000, "{}", all.len());
    let mut sheet = cp932("商品コード,商品名\n");
    let mut expected = Vec::new();
    for (number, characters) in all.chunks(40).enumerate() {
        sheet.extend(format!("\"P-{number:04}\",\"").bytes());
        // Something at both ends, since what counts here are characters, not blanks around a name.
        sheet.push(b'<');
        for (bytes, character) in characters {
            sheet.extend(bytes);
            if *character == '"' {
                sheet.push(b'"');
            }
        }
        sheet.extend(b">\"\r\n");
        let name: String = characters.iter().map(|(_, character)| character).collect();
        expected.push(format!("P-{number:04}|<{name}>"));
    }
    shop.put(&format!("{PRODUCT_INBOX}/all.csv"), sheet);
    shop.run(["import-products", "--json"]).ok().count("rejected", 0);
    assert_eq!(shop.rows("SELECT code, name FROM products ORDER BY code"), expected);
}

#[test]
fn second_bytes_that_look_like_a_backslash_or_a_bar_stand_before_quotes_and_commas() {
    let shop = Shop::new();
    let texts: Vec<(Vec<u8>, char)> =
        all_of_cp932().into_iter().filter(|(bytes, _)| matches!(bytes[..], [_, 0x5C | 0x7C])).collect();
    assert!(
        texts.iter().any(|(_, c)| *c == '表') && texts.iter().any(|(_, c)| *c == 'ポ'),
        "{}",
        texts.len()
    );
    let mut sheet = cp932("商品コード,商品名,メーカー\n");
    for (number, (bytes, _)) in texts.iter().enumerate() {
        // Quoted, with a doubled quote behind it, and bare.
        sheet.extend(format!("P-{number:03},\"").bytes());
        sheet.extend([bytes, b"\"\"\",".as_slice(), bytes, b"\r\n"].concat());
    }
    shop.put(&format!("{PRODUCT_INBOX}/p.csv"), sheet);
    shop.run(["import-products", "--json"]).ok().count("rejected", 0);
    let expected: Vec<String> =
        texts.iter().map(|(_, character)| format!("{character}\"|{character}")).collect();
    assert_eq!(shop.rows("SELECT name, maker FROM products ORDER BY code"), expected);
}

/// The file is refused, and the problem names place and bytes.
#[track_caller]
fn refused(bytes: &[u8], line: u64, shown: &str) {
    let shop = Shop::new();
    shop.put(&format!("{PRODUCT_INBOX}/p.csv"), bytes);
    let ran = shop.run(["import-products", "--json"]).exits(3);
    let place = format!("p.csv: line {line}: 商品名");
    let ran = ran.refused("undecodable", &place, &[&format!("the bytes {shown} are no character")]);
    assert_eq!(ran.file_outcome("p.csv"), "refused");
    shop.check_rows("SELECT count(*) FROM products", &["0"]);
}

#[test]
fn a_pair_that_is_cut_in_half_refuses_the_file() {
    let sheet = cp932("商品コード,商品名\nA-1,皿\nA-2,鉢");
    refused(&sheet[..sheet.len() - 1], 3, "94");
    // In the middle of the file the next byte is a quote, which must not be swallowed.
    let mut sheet = cp932("商品コード,商品名\nA-1,\"皿");
    sheet.pop();
    sheet.extend(b"\"\r\nA-2,x\r\n");
    refused(&sheet, 2, "8E");
}

#[test]
fn bytes_that_are_no_character_refuse_the_file() {
    for (bytes, shown) in
        [([0x80_u8].as_slice(), "80"), (&[0xA0], "A0"), (&[0xFF], "FF"), (&[0x81, 0xFF], "81 FF")]
    {
        let mut sheet = cp932("商品コード,商品名\nA-1,皿\nA-2,");
        sheet.extend(bytes);
        sheet.extend(b"\r\n");
        refused(&sheet, 3, shown);
    }
    let mut utf8 = "商品コード,商品名\nA-1,".as_bytes().to_vec();
    utf8.extend([0xF0, 0x9F, 0x98]);
    utf8.extend(b"\n");
    let shop = Shop::new();
    shop.put(&format!("{PRODUCT_INBOX}/p_utf8.csv"), utf8);
    let ran = shop.run(["import-products", "--json"]).exits(3);
    ran.refused("undecodable", "p_utf8.csv: line 2: 商品名", &["the bytes F0 9F 98 ", "UTF-8"]);
}

#[test]
fn a_pair_across_the_border_of_a_buffer_is_one_character() {
    // Whatever the size of a buffer, some of these pairs lie across its border.
    let shop = Shop::new();
    let name = |number: usize| "表".repeat(1_000 + number % 3) + &"x".repeat(number % 2);
    let rows: String = (0..300).map(|number| format!("P-{number:03},{}\n", name(number))).collect();
    shop.put_sheet(PRODUCT_INBOX, "p.csv", &format!("商品コード,商品名\n{rows}"));
    shop.run(["import-products", "--json"]).ok().count("created", 300);
    let expected: Vec<String> = (0..300).map(name).collect();
    assert_eq!(shop.rows("SELECT name FROM products ORDER BY code"), expected);
}

#[test]
fn a_nul_byte_rejects_its_row() {
    let shop = Shop::new();
    let good: String = (1..30).map(|number| format!("P-{number:02},皿\n")).collect();
    shop.put_sheet(PRODUCT_INBOX, "p.csv", &format!("商品コード,商品名\n{good}Z-1,鉢\0\n"));
    let ran = shop.run(["import-products", "--json"]).exits(3);
    ran.count("created", 29).count("rejected", 1).problem("nul-byte", "p.csv: line 31", &[]);
    shop.check_rows("SELECT count(*) FROM products WHERE code = 'Z-1'", &["0"]);
}

#[test]
fn a_lone_carriage_return_ends_a_line() {
    let shop = Shop::new();
    shop.setting("[products]\n", "[products]\nmax_bad_rows_percent = 50\n");
    let sheet = cp932("商品コード,商品名,販売価格\nA-1,皿,1\n\"A-2\",\"一\n二\",2\nA-3,鉢,x\n");
    let sheet: Vec<u8> = sheet.into_iter().filter(|byte| *byte != b'\n').collect();
    shop.put(&format!("{PRODUCT_INBOX}/p.csv"), sheet);
    let ran = shop.run(["import-products", "--json"]).exits(3);
    ran.problem("not-a-whole-number", "p.csv: line 5: 販売価格", &["\"x\""]);
    shop.check_rows("SELECT code, name, price FROM products ORDER BY code", &["A-1|皿|1", "A-2|一\r二|2"]);
}

#[test]
fn an_ascii_header_over_rows_of_cp932_is_cp932() {
    let shop = Shop::new();
    shop.setting("[products]\n", "[products]\nfree_items = { \"memo\" = 1 }\n");
    let ascii_rows = "A-0,plain\n".repeat(3_000);
    shop.put_sheet(PRODUCT_INBOX, "p.csv", &format!("商品コード,memo\n{ascii_rows}A-1,皿\n"));
    shop.run(["import-products"]).ok();
    shop.check_rows("SELECT free_item_1 FROM products ORDER BY code", &["plain", "皿"]);
}

// The way out ----------------------------------------------------------------------------------------------------

/// The values of a column in the only file in the outbox, which is CP932.
#[track_caller]
fn sent_column(shop: &Shop, column: &str) -> Vec<String> {
    let text = shop.sent_orders();
    let mut rows = text.strip_suffix("\r\n").unwrap().split("\r\n").map(|row| {
        row[1..row.len() - 1].split("\",\"").map(|field| field.replace("\"\"", "\"")).collect::<Vec<_>>()
    });
    let index = rows.next().unwrap().iter().position(|name| name == column).unwrap();
    rows.map(|row| row[index].clone()).collect()
}

#[test]
fn every_character_of_cp932_goes_out() {
    let shop = Shop::new();
    // A quote beside a comma would look like the border of a field to this test's own reading.
    let all: BTreeSet<char> =
        all_of_cp932().into_iter().map(|(_, c)| c).filter(|c| !is_private(*c) && *c != ',').collect();
    let all: Vec<char> = all.into_iter().collect();
    let addresses: Vec<String> =
        all.chunks(250).map(|chunk| chunk.iter().collect::<String>() + ".").collect();
    for (number, address) in (1000..).zip(&addresses) {
        shop.order(&number.to_string()).line("A-1", 1).set("customer_address", address).insert();
    }
    shop.run(["export-orders", "--json"]).ok().no_problem();
    assert_eq!(sent_column(&shop, "注文者住所"), addresses);
}

#[test]
fn every_look_alike_of_the_table_is_used_in_names_too() {
    let shop = Shop::new();
    let all = || ('\0'..=char::MAX).filter_map(|c| Some((c, look_alike(c)?)));
    let written: String = all().map(|(missing, _)| format!("あ{missing}い")).collect();
    let expected: String = all().map(|(_, instead)| format!("あ{instead}い")).collect();
    shop.order("1001")
        .line("A-1", 1)
        .set("customer_name", &written)
        .set("customer_note", "か\u{3099}き\u{3099} は\u{309A}\u{FE0F}")
        .insert();
    shop.run(["export-orders", "--json"]).ok().no_problem();
    assert_eq!(sent_column(&shop, "注文者名"), [expected]);
    assert_eq!(sent_column(&shop, "受注備考"), ["がぎ ぱ"]);
}

#[test]
fn a_note_goes_out_with_geta_marks_and_a_warning_that_names_order_field_and_character() {
    let shop = Shop::new();
    let order = shop.order("1001").line("A-1", 1).set("customer_note", "é😀é").set("shop_note", "𠮷");
    order.set_shipment("message", "ñ").set_line("message", "\u{E758}").insert();
    let mut ran = shop.run(["export-orders", "--json"]).ok().count("exported", 1);
    for (field, words) in [
        ("受注備考", &["(é U+00E9, 😀 U+1F600"][..]),
        ("社内備考", &["(𠮷 U+20BB7)"]),
        ("配送毎連絡", &["(ñ U+00F1)"]),
        ("商品連絡", &["(\u{E758} U+E758)"]),
    ] {
        ran = ran.problem("characters-replaced", "", &[&["order 1001:", field][..], words].concat());
        let sent = if field == "受注備考" { "〓〓〓" } else { "〓" };
        assert_eq!(sent_column(&shop, field), [sent], "{field}");
    }
}

/// What is not a note: the table, its column, and TEMPOSTAR's name of it.
const EXACT_COLUMNS: [(&str, &str, &str); 21] = [
    ("orders", "customer_name", "注文者名"),
    ("orders", "customer_kana", "注文者名カナ"),
    ("orders", "customer_zip", "注文者郵便番号"),
    ("orders", "customer_address", "注文者住所"),
    ("orders", "customer_tel", "注文者電話番号"),
    ("orders", "customer_fax", "注文者FAX番号"),
    ("orders", "customer_email", "注文者メールアドレス"),
    ("orders", "payment_count", "支払回数名"),
    ("orders", "device", "デバイスタイプ"),
    ("order_shipments", "recipient_name", "配送先名"),
    ("order_shipments", "recipient_kana", "配送先名カナ"),
    ("order_shipments", "recipient_zip", "配送先郵便番号"),
    ("order_shipments", "recipient_address", "配送先住所"),
    ("order_shipments", "recipient_tel", "配送先電話番号"),
    ("order_shipments", "recipient_fax", "配送先FAX番号"),
    ("order_shipments", "delivery_method", "配送方法名"),
    ("order_shipments", "delivery_time", "配送時間名"),
    ("order_shipments", "tracking_no", "荷物番号"),
    ("order_lines", "sku_code", "商品コード"),
    ("order_lines", "product_name", "商品名"),
    ("order_lines", "options", "項目選択肢"),
];

#[test]
fn a_missing_character_anywhere_else_holds_the_order_back_and_names_order_field_and_code_point() {
    let shop = Shop::new();
    for (table, column, field) in EXACT_COLUMNS {
        shop.order(field).line("A-1", 1).insert();
        shop.sql(&format!("UPDATE {table} SET {column} = 'x𠮷' WHERE order_no = '{field}'"));
    }
    let mut ran = shop.run(["export-orders", "--json"]).exits(3).count("exported", 0).count("held_back", 21);
    assert_eq!(ran.codes(), ["order-held-back"; 21], "{ran}");
    for (_, _, field) in EXACT_COLUMNS {
        let said = format!("order {field} is held back: {field} has the character 𠮷 (U+20BB7)");
        ran = ran.problem("order-held-back", "", &[&said]);
    }
    // Mended, all go.
    for (table, column, _) in EXACT_COLUMNS {
        shop.sql(&format!("UPDATE {table} SET {column} = replace({column}, '𠮷', '吉')"));
    }
    shop.run(["export-orders", "--json"]).ok().count("exported", 21).no_problem();
}

#[test]
fn a_character_that_users_define_is_read_and_sent_as_it_is() {
    let shop = Shop::new();
    shop.put(
        &format!("{PRODUCT_INBOX}/p.csv"),
        [cp932("商品コード,商品名\nA-1,"), vec![0xF0, 0x40, b'\r', b'\n']].concat(),
    );
    shop.run(["import-products"]).ok();
    shop.check_rows("SELECT hex(name) FROM products", &["EE8080"]);
    shop.order("1001").line("A-1", 1).set("customer_name", "\u{E000}").insert();
    // Beyond what CP932 has.
    shop.order("1002").line("A-1", 1).set("customer_name", "\u{E758}").insert();
    let ran = shop.run(["export-orders", "--json"]).exits(3).count("exported", 1).count("held_back", 1);
    ran.only_problem("order-held-back", "", &["order 1002", "注文者名", "(U+E758)"]);
    let bytes = shop.remote_bytes(&format!("{OUTBOX}/{}", shop.remote_files(OUTBOX)[0]));
    assert!(bytes.windows(4).any(|bytes| bytes == [b'"', 0xF0, 0x40, b'"']), "{bytes:02X?}");
}

#[test]
fn what_we_write_is_what_we_would_read() {
    let shop = Shop::new();
    shop.order("1001")
        .line("A-1", 1)
        .set("customer_note", "①㈱髙﨑～∥―－￥ \"引用\", 表,\t\0\u{2028}終")
        .insert();
    shop.run(["export-orders"]).ok();
    let files = shop.remote_files(OUTBOX);
    let bytes = shop.remote_bytes(&format!("{OUTBOX}/{}", files[0]));
    assert!(
        from_cp932(&bytes).contains("\"①㈱髙﨑～∥―－￥ \"\"引用\"\", 表,   終\""),
        "{}",
        from_cp932(&bytes)
    );
}
