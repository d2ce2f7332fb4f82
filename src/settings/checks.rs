//! What single values must look like: values in, values or problems out.

use chrono::NaiveDate;

use super::pattern::Pattern;
use crate::problem::Problem;
use crate::text::settings as text;

/// Where an FTP server is, as its URL says it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// Host name or IP address, without brackets.
    pub host: String,
    /// Only where the URL names it.
    pub port: Option<u16>,
    /// Only where the URL names it.
    pub user: Option<String>,
}

pub(super) fn any(value: &str) -> Result<String, Problem> {
    Ok(value.to_owned())
}

/// The drive or the backslashes of Windows.
pub(super) fn has_drive(path: &str) -> bool {
    let bytes = path.as_bytes();
    bytes.len() > 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':' && matches!(bytes[2], b'\\' | b'/')
        || path.contains('\\')
}

/// A file or folder of this computer. `home` is what the shell puts in place of `~`.
pub(super) fn local(path: &str, home: &str) -> Result<String, Problem> {
    match path {
        _ if has_drive(path) => Err(text::windows_path()),
        _ if path == "~" || path.starts_with("~/") => Err(text::home_path(home)),
        _ => Ok(path.to_owned()),
    }
}

/// A user ID: TEMPOSTAR's have no full-width characters and no blanks.
pub(super) fn ftp_user(value: &str) -> Result<String, Problem> {
    if value.chars().any(|c| is_full_width(c) || c.is_whitespace()) {
        return Err(text::user_full_width());
    }
    Ok(value.to_owned())
}

/// A host name, or `ftp://[user@]host[:port][/]`; the scheme may be left out there too.
pub(super) fn address(value: &str) -> Result<Address, Problem> {
    if value.contains(char::is_whitespace) {
        return Err(text::url_blank());
    }
    if value.chars().any(is_full_width) {
        return Err(text::url_full_width());
    }
    let authority = without_scheme(value)?;
    let (user, place) = match authority.rsplit_once('@') {
        Some((user, _)) if user.contains(':') => return Err(text::url_password()),
        Some((user, place)) => (Some(user.to_owned()).filter(|user| !user.is_empty()), place),
        None => (None, authority),
    };
    let place = match place.split_once('/') {
        Some((_, path)) if !path.is_empty() => return Err(text::url_path()),
        Some((place, _)) => place,
        None => place,
    };
    let (host, port) = host_and_port(place)?;
    Ok(Address { host, port, user })
}

fn without_scheme(value: &str) -> Result<&str, Problem> {
    let Some((scheme, rest)) = value.split_once("://") else { return Ok(value) };
    // What stands before a later "://" can be a user and a password.
    if scheme.is_empty() || !scheme.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Err(text::url_host());
    }
    match scheme.to_ascii_lowercase().as_str() {
        "ftp" => Ok(rest),
        "ftps" => Err(text::url_ftps()),
        other => Err(text::url_scheme(other)),
    }
}

fn host_and_port(place: &str) -> Result<(String, Option<u16>), Problem> {
    if let Some(bracketed) = place.strip_prefix('[') {
        return ipv6_and_port(bracketed);
    }
    // Without brackets, a port could not be told from its end.
    if place.parse::<std::net::Ipv6Addr>().is_ok() {
        return Ok((place.to_owned(), None));
    }
    let (host, port) = match place.split_once(':') {
        Some((host, digits)) => (host, Some(port(digits)?)),
        None => (place, None),
    };
    let is_label = |label: &str| {
        !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    if host.strip_suffix('.').unwrap_or(host).split('.').all(is_label) {
        Ok((host.to_owned(), port))
    } else {
        Err(text::url_host())
    }
}

fn ipv6_and_port(bracketed: &str) -> Result<(String, Option<u16>), Problem> {
    let (address, after) = bracketed.split_once(']').ok_or_else(text::url_host)?;
    address.parse::<std::net::Ipv6Addr>().map_err(|_| text::url_host())?;
    match after.strip_prefix(':') {
        Some(digits) => Ok((address.to_owned(), Some(port(digits)?))),
        None if after.is_empty() => Ok((address.to_owned(), None)),
        None => Err(text::url_host()),
    }
}

/// A mail server's host name or IP address, without a port.
pub(super) fn mail_host(value: &str) -> Result<String, Problem> {
    match host_and_port(value) {
        Ok((host, None)) => Ok(host),
        _ => Err(text::mail_host(value)),
    }
}

fn port(digits: &str) -> Result<u16, Problem> {
    digits.parse().ok().filter(|port| *port > 0).ok_or_else(text::url_port)
}

/// Full-width letters, digits and signs, as a Japanese keyboard writes them.
pub(super) fn is_full_width(c: char) -> bool {
    matches!(c, '\u{ff01}'..='\u{ff5e}' | '。' | 'ー')
}

/// A shop code: it becomes a part of folder names, and of order numbers, which are split at their first hyphen.
pub(super) fn shop_code(value: &str) -> Result<String, Problem> {
    match value {
        _ if value.contains(char::is_whitespace) => Err(text::shop_code_blank(value)),
        _ if value.chars().any(|c| is_full_width(c) || c.is_alphabetic() && !c.is_ascii()) => {
            Err(text::shop_code_full_width(value))
        }
        _ if value.contains('-') => Err(text::shop_code_hyphen(value)),
        _ if value.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => Ok(value.to_owned()),
        _ => Err(text::shop_code_character(value)),
    }
}

/// One e-mail address. Whether it exists only a mail can tell; this catches slips and header injection.
pub(super) fn email(value: &str) -> Result<String, Problem> {
    let is_plain = value.chars().all(|c| c.is_ascii_graphic() && !matches!(c, ',' | ';' | '<' | '>' | '"'));
    let is_split = value.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty() && !domain.contains('@') && domain.split('.').all(|label| !label.is_empty())
    });
    if is_plain && is_split { Ok(value.to_owned()) } else { Err(text::email(value)) }
}

/// A folder on the server, with the shop code filled in and without a slash at its end.
pub(super) fn folder(value: &str, shop_code: &str) -> Result<String, Problem> {
    if value.split(['/', '\\']).any(|part| part == "..") {
        return Err(text::folder_parent(value));
    }
    let folder = fill(value, "{shop_code}", shop_code)?;
    let trimmed = folder.trim_end_matches('/');
    Ok(if trimmed.is_empty() { "/".to_owned() } else { trimmed.to_owned() })
}

/// The text with its one placeholder filled in; other braces are refused.
pub(super) fn fill(value: &str, placeholder: &str, filling: &str) -> Result<String, Problem> {
    if value.replace(placeholder, "").contains(['{', '}']) {
        return Err(text::placeholder(placeholder));
    }
    Ok(value.replace(placeholder, filling))
}

pub(super) fn pattern(value: &str) -> Result<Pattern, Problem> {
    without_slash(value).map(Pattern::new)
}

/// The order file's name, with `{timestamp}` still in it.
pub(super) fn file_name(value: &str) -> Result<String, Problem> {
    without_slash(value)?;
    fill(value, "{timestamp}", "")?;
    if value.contains("{timestamp}") { Ok(value.to_owned()) } else { Err(text::file_name_timestamp(value)) }
}

/// A day: `YYYY-MM-DD`.
pub(super) fn date(value: &str) -> Result<NaiveDate, Problem> {
    value.parse().map_err(|_| text::no_date(value))
}

pub(super) fn marker(value: &str) -> Result<String, Problem> {
    without_slash(value)?;
    let ending = value.strip_prefix('.').unwrap_or_default();
    if ending.is_empty() || ending == "." { Err(text::marker(value)) } else { Ok(value.to_owned()) }
}

fn without_slash(value: &str) -> Result<&str, Problem> {
    if value.contains('/') { Err(text::name_slash(value)) } else { Ok(value) }
}

/// A SHA-256 as people copy it: 64 hexadecimal digits, with or without colons.
pub(super) fn sha256(value: &str) -> Result<[u8; 32], Problem> {
    let digits =
        value.chars().filter(|c| *c != ':').map(|c| c.to_digit(16).and_then(|digit| digit.try_into().ok()));
    let digits: Option<Vec<u8>> = digits.collect();
    let digits: [u8; 64] = digits.and_then(|digits| digits.try_into().ok()).ok_or_else(text::fingerprint)?;
    Ok(std::array::from_fn(|at| digits[2 * at] << 4 | digits[2 * at + 1]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code<T: std::fmt::Debug>(result: Result<T, Problem>) -> &'static str {
        result.map_or_else(|problem| problem.kind.code, |value| panic!("accepted: {value:?}"))
    }

    #[test]
    fn a_host_or_an_ftp_url_is_an_address() {
        for (value, host, port, user) in [
            ("ftp.example", "ftp.example", None, None),
            ("127.0.0.1:2121", "127.0.0.1", Some(2121), None),
            ("ftp://ftp.example/", "ftp.example", None, None),
            ("FTP://12345_0@ftp.example:21/", "ftp.example", Some(21), Some("12345_0")),
            ("ftp://[::1]:2121", "::1", Some(2121), None),
            ("2001:db8::7", "2001:db8::7", None, None),
        ] {
            let expected = Address { host: host.into(), port, user: user.map(Into::into) };
            assert_eq!(address(value), Ok(expected), "{value}");
        }
    }

    #[test]
    fn each_slip_in_a_url_is_named() {
        for (value, expected) in [
            ("ftp example", "ftp-url-blank"),
            ("ftp.example\u{3000}", "ftp-url-blank"),
            ("ｆｔｐ.example", "ftp-url-full-width"),
            ("ftps://ftp.example", "ftp-url-ftps"),
            ("http://ftp.example", "ftp-url-scheme"),
            ("sftp://ftp.example", "ftp-url-scheme"),
            ("ftp.example/stock", "ftp-url-path"),
            ("ftp://user:geheim@ftp.example", "ftp-url-password"),
            ("user:geheim://x@ftp.example", "ftp-url-host"),
            ("ftp.example:0", "ftp-url-port"),
            ("ftp.example:65536", "ftp-url-port"),
            ("ftp.example:", "ftp-url-port"),
            ("ftp://", "ftp-url-host"),
            ("ftp..example", "ftp-url-host"),
            ("ftp://[::1", "ftp-url-host"),
        ] {
            assert_eq!(code(address(value)), expected, "{value}");
        }
    }

    #[test]
    fn a_shop_code_is_safe_in_folder_names_and_order_numbers() {
        assert_eq!(shop_code("0012345_0"), Ok("0012345_0".to_owned()));
        for (value, expected) in [
            ("１２３", "shop-code-full-width"),
            ("店", "shop-code-full-width"),
            ("1 2", "shop-code-blank"),
            ("12-3", "shop-code-hyphen"),
            ("../x", "shop-code-character"),
            ("a/b", "shop-code-character"),
            ("a\0", "shop-code-character"),
        ] {
            assert_eq!(code(shop_code(value)), expected, "{value}");
        }
    }

    #[test]
    fn an_email_address_has_two_parts_and_no_surprises() {
        assert!(email("owner@shop.example").is_ok() && email("root@localhost").is_ok());
        for value in [
            "owner",
            "@shop",
            "owner@",
            "a@b@c",
            "a b@c",
            "a@b..c",
            "a@b\r\nBcc: x@y",
            "店@b",
            "a@b,c@d",
            "<a@b>",
        ] {
            assert_eq!(code(email(value)), "email-address", "{value}");
        }
    }

    #[test]
    fn a_folder_cannot_leave_its_place() {
        assert_eq!(folder("/netstock/{shop_code}/", "7"), Ok("/netstock/7".to_owned()));
        assert_eq!(folder("/", "7"), Ok("/".to_owned()));
        assert_eq!(folder("stock", "7"), Ok("stock".to_owned()));
        assert_eq!(code(folder("/a/../b", "7")), "server-folder-parent");
        assert_eq!(code(folder("/a/{shop}", "7")), "settings-placeholder");
    }

    #[test]
    fn names_and_markers_are_checked() {
        assert!(file_name("order{timestamp}.csv").is_ok() && marker(".lock").is_ok());
        assert_eq!(code(file_name("order.csv")), "file-name-timestamp");
        assert_eq!(code(file_name("o/{timestamp}")), "name-slash");
        assert_eq!(code(file_name("{timestamp}{x}")), "settings-placeholder");
        assert_eq!(code(pattern("a/*.csv")), "name-slash");
        assert_eq!(code(marker("lock")), "marker");
        assert_eq!(code(marker(".")), "marker");
    }

    #[test]
    fn a_fingerprint_has_64_hexadecimal_digits() {
        assert_eq!(sha256(&"0f:".repeat(32)), Ok([15; 32]));
        assert_eq!(sha256(&"A0".repeat(32)), Ok([160; 32]));
        for value in ["", "0f", &"0g".repeat(32), &"0".repeat(63), &"0".repeat(65)] {
            assert_eq!(code(sha256(value)), "certificate-sha256", "{value}");
        }
    }

    proptest! {
        #[test]
        fn no_url_makes_a_check_show_a_password(before in "[a-z:/@]{0,6}", after in "[a-z:/@.]{0,12}") {
            // Whatever stands around it, the password is either refused without being shown, or it is the host.
            let value = format!("{before}user:Geheim@{after}");
            if let Err(problem) = address(&value) {
                prop_assert!(!format!("{problem:?}").to_lowercase().contains("geheim"), "{problem:?}");
            }
        }

        #[test]
        fn what_is_accepted_as_a_host_has_only_host_characters(value in "\\PC{0,20}") {
            if let Ok(found) = address(&value) {
                prop_assert!(!found.host.is_empty());
                prop_assert!(found.host.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:".contains(c)));
            }
        }
    }
}
