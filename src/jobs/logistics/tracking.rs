//! Tracking numbers that nobody can follow a parcel by: what a spreadsheet made of them, words, slips of a digit. They are
//! stored as they come, and warned of.

use unicode_normalization::UnicodeNormalization;

use crate::text::{Text, jobs as text};

/// What names a carrier whose numbers of 12 digits end in the rest of the others by 7.
const CARRIERS_7DR: [&str; 13] = [
    "ヤマト",
    "クロネコ",
    "宅急便",
    "ネコポス",
    "yamato",
    "佐川",
    "飛脚",
    "sagawa",
    "郵便",
    "ゆう",
    "レターパック",
    "クリックポスト",
    "japan post",
];

/// Why a tracking number looks wrong. A field may hold several.
pub(super) fn doubt(field: &str, delivery_method: &str) -> Option<Text> {
    field.split([',', '、', '/', ';', '\n']).find_map(|number| doubt_of_one(number, delivery_method))
}

fn doubt_of_one(number: &str, delivery_method: &str) -> Option<Text> {
    let number: String = number.nfkc().filter(|c| !c.is_whitespace() && !"-‐‑–−ー".contains(*c)).collect();
    if is_scientific(&number) {
        Some(text::tracking_scientific())
    } else if number.chars().any(|c| !c.is_ascii_digit()) && !is_of_the_postal_union(&number) {
        Some(text::tracking_letters())
    } else if number.len() == 12 && names_carrier(delivery_method) && !ends_in_7dr(&number) {
        Some(text::tracking_check_digit(delivery_method))
    } else {
        None
    }
}

/// `4.97E+11`
fn is_scientific(number: &str) -> bool {
    let number = number.to_ascii_uppercase();
    number.split_once("E+").is_some_and(|(mantissa, _)| mantissa.parse::<f64>().is_ok())
}

/// `EE123456785JP`: international mail has letters at both ends, and a check digit of its own.
fn is_of_the_postal_union(number: &str) -> bool {
    let bytes = number.as_bytes();
    let (Some((head, rest)), true) = (bytes.split_at_checked(2), bytes.len() == 13) else { return false };
    let (digits, tail) = rest.split_at(9);
    let weighted =
        digits.iter().zip([8, 6, 4, 2, 3, 5, 9, 7]).map(|(digit, weight)| u32::from(digit & 15) * weight);
    let check = match 11 - weighted.sum::<u32>() % 11 {
        10 => 0,
        11 => 5,
        digit => digit,
    };
    head.iter().chain(tail).all(u8::is_ascii_uppercase)
        && digits.iter().all(u8::is_ascii_digit)
        && u32::from(digits[8] & 15) == check
}

fn names_carrier(delivery_method: &str) -> bool {
    let method: String = delivery_method.nfkc().flat_map(char::to_lowercase).collect();
    CARRIERS_7DR.iter().any(|name| method.contains(name))
}

fn ends_in_7dr(number: &str) -> bool {
    let (body, check) = number.split_at(11);
    body.parse::<u64>().is_ok_and(|body| (body % 7).to_string() == check)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_followed_or_doubted() {
        let scientific = Some(text::tracking_scientific());
        let letters = Some(text::tracking_letters());
        let check_digit = |method: &str| Some(text::tracking_check_digit(method));
        for (number, method, expected) in [
            // 12345678901 = 7 × 1763668414 + 3
            ("123456789013", "ヤマト運輸", None),
            ("1234-5678-9013", "クロネコヤマト", None),
            ("１２３４５６７８９０１３", "佐川急便", None),
            ("123456789013, 123456789013", "ゆうパック", None),
            ("", "ヤマト運輸", None),
            ("123456789012", "ヤマト運輸", check_digit("ヤマト運輸")),
            ("1234 5678 9012", "佐川急便", check_digit("佐川急便")),
            ("123456789012", "日本郵便（ゆうパック）", check_digit("日本郵便（ゆうパック）")),
            ("123456789012", "ﾔﾏﾄ運輸", check_digit("ﾔﾏﾄ運輸")),
            ("123456789013/123456789019", "SAGAWA", check_digit("SAGAWA")),
            // Of other carriers and other lengths we know nothing.
            ("123456789012", "宅配便", None),
            ("123456789012", "", None),
            ("12345678901", "ヤマト運輸", None),
            ("1234567890123", "ヤマト運輸", None),
            ("4.97E+11", "", scientific.clone()),
            ("4.97123e+11", "ヤマト運輸", scientific.clone()),
            ("5E+11", "", scientific),
            ("1234567890l3", "ヤマト運輸", letters.clone()),
            ("手渡し", "", letters.clone()),
            ("497.5", "", letters.clone()),
            ("EE123456785JP", "EMS", None),
            ("EE123456789JP", "EMS", letters.clone()),
            ("EE12345678JP", "EMS", letters),
        ] {
            assert_eq!(doubt(number, method), expected, "{number} {method}");
        }
    }
}
