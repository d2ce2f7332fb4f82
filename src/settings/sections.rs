//! The settings file's tables, one function each: keys, defaults, and what has to fit together.
//!
//! Where the reader noted a problem, the values here are stand-ins that nobody gets to see.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::TimeDelta;

use super::names::folder_key;
use super::reader::{Reader, Secrets, invisible, variable};
use super::{
    AddOrderLines, AfterImport, Begins, Environment, Ftp, Guard, Inbox, Limits, Login, Logistics, Mail,
    MailTls, Options, Orders, PaymentMethod, ProductGuard, Products, Ready, ReflectWhen, Secret, Server,
    Settings, ShipGuard, Shop, Smtp, Stock, StockFiles, Tls, TlsVersion, Transport, WithoutStatus,
    locale_language,
};
use super::{checks, columns};
use crate::encoding::Encoding;
use crate::file_time::TimeInName;
use crate::job::Job;
use crate::kept;
use crate::owner::or_denied;
use crate::problem::Problem;
use crate::sheet::{EncodingChoice, Naming, Unnamed};
use crate::text::{Language, settings as text};

/// All settings. `chosen` is what `--env` said.
pub(super) fn settings(r: &mut Reader<'_>, path: &Path, chosen: Option<Environment>) -> Settings {
    let written = r.word("environment", Environment::ALL);
    let environment = chosen.unwrap_or(written);
    let language = r.word_if_any("language", Language::ALL);
    let shop = shop(r);
    let products = products(r, &shop.code);
    let stock = stock(r, &shop.code);
    let logistics = logistics(r, &shop.code);
    let orders = orders(r, &shop.code);
    keep_apart(r, &[&products.inbox, &logistics.inbox, &stock.inbox], &orders);
    Settings {
        path: path.to_owned(),
        environment,
        database: local_path(r, "database", "shop.{environment}.db", environment),
        work_dir: local_path(r, "work_dir", "tempostar.d", environment),
        language: language.unwrap_or_else(locale_language),
        options: options(r, logistics.add_order_lines),
        ftp: ftp(r, environment),
        mail: mail(r),
        list: columns::list(r, &logistics.inbox.naming),
        notify: notify(r),
        payment_methods: payment_methods(r),
        product_free_items: product_free_items(r),
        products,
        stock,
        orders,
        schedule: schedule(r),
        limits: limits(r),
        secret_variables: std::mem::take(&mut r.secret_variables),
        logistics,
        shop,
    }
}

fn local_path(r: &mut Reader<'_>, key: &str, default: &str, environment: Environment) -> PathBuf {
    let home = r.home();
    let fill =
        |value: &str| checks::fill(&checks::local(value, &home)?, "{environment}", environment.as_str());
    let path = r.text(key, fill).or_else(|| fill(default).ok());
    r.folder.join(path.unwrap_or_default())
}

fn shop(r: &mut Reader<'_>) -> Shop {
    let code = r.required("shop.code", checks::shop_code).unwrap_or_default();
    let name = r.text("shop.name", checks::any).unwrap_or_else(|| code.clone());
    Shop { name, code, admin_email: addresses(r, "shop.admin_email") }
}

/// Refuses what excludes TEMPOSTAR, by the seed's 利用制限.
fn options(r: &mut Reader<'_>, add_order_lines: AddOrderLines) -> Options {
    const RESERVATION_SALES: &str = "shop.options.reservation_sales";
    const HANPUKAI: &str = "shop.options.hanpukai";
    const DESTINATIONS: &str = "shop.options.multiple_destinations";
    const ORDER: &str = "shop.options.subscription_auth_failure_order";
    const REACTIVATE: &str = "shop.options.subscription_auth_failure_reactivate";
    let multiple_destinations = r.flag(DESTINATIONS, false);
    let subscriptions = r.flag("shop.options.subscriptions", false);
    let excludes_order = r.word(ORDER, &["create", "skip"]) != "create" && subscriptions;
    let excludes_reactivate = r.word(REACTIVATE, &["off", "all", "latest"]) != "off" && subscriptions;
    let excludes_destinations = multiple_destinations && add_order_lines == AddOrderLines::Add;
    for (excludes, key, problem) in [
        (r.flag(RESERVATION_SALES, false), RESERVATION_SALES, text::option_reservation_sales()),
        (r.flag(HANPUKAI, false), HANPUKAI, text::option_hanpukai()),
        (excludes_destinations, DESTINATIONS, text::option_multiple_destinations()),
        (excludes_order, ORDER, text::option_subscription_order()),
        (excludes_reactivate, REACTIVATE, text::option_subscription_reactivate()),
    ] {
        if excludes {
            r.report(key, problem);
        }
    }
    Options { multiple_destinations, subscriptions }
}

fn ftp(r: &mut Reader<'_>, environment: Environment) -> Ftp {
    // The other server's files and variables may be on another machine: only what is written here is checked.
    server(r, environment.other().ftp_table());
    Ftp {
        connect_timeout: Duration::from_secs(r.number("ftp.connect_timeout_s", 1..=600, 15)),
        timeout: Duration::from_secs(r.number("ftp.timeout_s", 1..=3600, 30)),
        retries: r.number("ftp.retries", 0..=20, 3),
        server: required_server(r, environment.ftp_table()),
    }
}

/// A server's table as it stands, complete or not, and what it says of the password.
fn server<'t>(r: &mut Reader<'t>, table: &str) -> (Server, [Option<&'t str>; 3]) {
    let [url_key, port_key, user_key] = ["url", "port", "user"].map(|name| format!("{table}.{name}"));
    let address = r.text(&url_key, checks::address);
    let (host, url_port, url_user) =
        address.map_or((None, None, None), |address| (Some(address.host), address.port, address.user));
    let tls = tls(r, table);
    let usual_port = match tls {
        Tls::None => Begins::Explicit.usual_port(),
        Tls::Encrypted { begins, .. } => begins.usual_port(),
    };
    let port = r.number(&port_key, 1..=65535, url_port.unwrap_or(usual_port));
    if let Some(in_url) = url_port.filter(|in_url| *in_url != port) {
        r.report(&port_key, text::port_contradiction(in_url, port));
    }
    let user = r.text(&user_key, checks::ftp_user);
    if user.is_some() && url_user.is_some() && user != url_user {
        r.report(&user_key, text::user_contradiction());
    }
    let (host, user) = (host.unwrap_or_default(), user.or(url_user).unwrap_or_default());
    (Server { host, port, user, password: Secret::new(""), tls }, passwords(r, table))
}

fn required_server(r: &mut Reader<'_>, table: &str) -> Server {
    let (found, passwords) = server(r, table);
    for (key, value) in [("url", &found.host), ("user", &found.user)] {
        let key = format!("{table}.{key}");
        if value.is_empty() && !r.has(&key) {
            r.report(&key, text::missing(&key));
        }
    }
    if let Tls::Encrypted { ca_file: Some(file), .. } = &found.tls {
        check_ca_file(r, &format!("{table}.ca_file"), file);
    }
    Server { password: required_password(r, table, passwords), ..found }
}

fn tls(r: &mut Reader<'_>, table: &str) -> Tls {
    let min_key = format!("{table}.tls_min");
    let min = r.word(&min_key, TlsVersion::ALL);
    let max = r.word(&format!("{table}.tls_max"), TlsVersion::ALL);
    if min > max {
        r.report(&min_key, text::tls_range());
    }
    let ca_file = r.path(&format!("{table}.ca_file"));
    let certificate_sha256 = r.text(&format!("{table}.certificate_sha256"), checks::sha256);
    match r.word(&format!("{table}.tls"), &["explicit", "implicit", "none"]) {
        "none" => Tls::None,
        begins => {
            let begins = begins.parse().unwrap_or(Begins::Explicit);
            Tls::Encrypted { begins, min, max, ca_file, certificate_sha256 }
        }
    }
}

fn check_ca_file(r: &mut Reader<'_>, key: &str, file: &Path) {
    if r.secrets == Secrets::Unread {
        return;
    }
    let shown = file.display().to_string();
    match kept::read(file) {
        Err(error) => {
            r.report(key, or_denied(text::ca_file_unreadable(&shown, &error.to_string()), file, &error));
        }
        Ok(bytes) if !String::from_utf8_lossy(&bytes).contains("-----BEGIN CERTIFICATE-----") => {
            r.report(key, text::ca_file_not_pem(&shown));
        }
        Ok(_) => {}
    }
}

/// The ways to give a password, of which one is enough.
const PASSWORDS: [&str; 3] = ["password_file", "password_env", "password"];

/// What stands behind each of [`PASSWORDS`] in a table. Of several the first is used, and the others are problems.
fn passwords<'t>(r: &mut Reader<'t>, table: &str) -> [Option<&'t str>; 3] {
    let keys = PASSWORDS.map(|name| format!("{table}.{name}"));
    let given: Vec<&String> = keys.iter().filter(|key| r.has(key)).collect();
    for key in given.iter().skip(1) {
        r.report(key, text::password_twice(given[0]));
    }
    let passwords = keys.map(|key| r.raw_text(&key));
    r.secret_variables.extend(passwords[1].map(str::to_owned));
    passwords
}

fn required_password(r: &mut Reader<'_>, table: &str, passwords: [Option<&str>; 3]) -> Secret {
    let keys = PASSWORDS.map(|name| format!("{table}.{name}"));
    let (key, found) = match passwords {
        [None, None, None] => {
            if !keys.iter().any(|key| r.has(key)) {
                r.report(&keys[0], text::password_missing(&keys[0]));
            }
            return Secret::new("");
        }
        [None, None, Some(password)] => (&keys[2], Ok(password.to_owned())),
        _ if r.secrets == Secrets::Unread => return Secret::new(""),
        [Some(path), ..] => {
            let found =
                checks::local(path, &r.home()).and_then(|_| first_line(&r.folder, &r.folder.join(path)));
            (&keys[0], found)
        }
        [None, Some(name), _] => (&keys[1], password_variable(name)),
    };
    let password = found.and_then(|password| match password {
        _ if password.chars().any(char::is_control) => Err(text::password_control_character()),
        _ => invisible(&password).map_or(Ok(password), Err),
    });
    Secret::new(password.map_err(|problem| r.report(key, problem)).unwrap_or_default())
}

/// The name is not shown: it may be the password itself, by mistake.
fn password_variable(name: &str) -> Result<String, Problem> {
    let value = variable(name).and_then(|value| value.into_string().ok());
    value.filter(|value| !value.is_empty()).ok_or_else(text::password_env_missing)
}

/// The file's first line without its line end. The path is not shown, for the same reason.
fn first_line(folder: &Path, path: &Path) -> Result<String, Problem> {
    let start = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let start = fs::canonicalize(start).unwrap_or_else(|_| start.to_owned());
    let bytes = kept::read(path).map_err(|error| {
        let problem = text::password_file_unreadable(&start.display().to_string(), &error.to_string());
        // Of a file that is there, the name is no password.
        or_denied(problem, path, &error)
    })?;
    let content = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    // A Mac of old ended lines with \r alone.
    let line = content.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
    match std::str::from_utf8(line) {
        Ok(password) if password.trim().is_empty() => Err(text::password_file_empty()),
        Ok(password) if password.trim() != password => Err(text::password_file_blank()),
        Ok(password) if is_quoted(password) => Err(text::password_file_quotes()),
        Ok(password) if has_key(password) => Err(text::password_file_key()),
        Ok(password) => Ok(password.to_owned()),
        Err(_) => Err(text::password_file_not_utf8()),
    }
}

fn is_quoted(password: &str) -> bool {
    let inner = |mark: char| password.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
    ['"', '\''].into_iter().any(|mark| inner(mark).is_some())
}

fn has_key(password: &str) -> bool {
    let lower = password.to_lowercase();
    let rest = ["password", "pass", "パスワード"].into_iter().find_map(|word| lower.strip_prefix(word));
    rest.is_some_and(|rest| rest.trim_start().starts_with(['=', ':', '：']))
}

words! {
    enum Way {
        Smtp = "smtp",
        Sendmail = "sendmail",
        None = "none",
    }
}

fn mail(r: &mut Reader<'_>) -> Mail {
    let way = r.word("mail.transport", Way::ALL);
    let way = if r.has("mail") { way } else { Way::None };
    let from = r.text("mail.from", checks::email);
    let smtp = Smtp {
        host: r.text("mail.host", checks::mail_host).unwrap_or_else(|| "localhost".to_owned()),
        port: r.number("mail.port", 1..=65535, 25),
        tls: r.word("mail.tls", MailTls::ALL),
        ca_file: r.path("mail.ca_file"),
        login: mail_login(r, way),
    };
    if let Some(file) = smtp.ca_file.as_deref().filter(|_| way == Way::Smtp) {
        check_ca_file(r, "mail.ca_file", file);
    }
    for key in ["mail.from", "shop.admin_email"] {
        if way != Way::None && !r.has(key) {
            r.report(key, text::missing(key));
        }
    }
    let transport = match way {
        Way::Smtp => Transport::Smtp(smtp),
        Way::Sendmail => Transport::Sendmail,
        Way::None => Transport::None,
    };
    let remind_after_h: u64 = r.number("mail.remind_after_h", 1..=8760, 24);
    Mail { transport, from, remind_after: Duration::from_secs(remind_after_h * 3600) }
}

/// The program with its arguments; its path is relative to the settings file, its mere name is looked up in PATH.
fn notify(r: &mut Reader<'_>) -> Vec<String> {
    let mut command = r.texts("notify.command").unwrap_or_default();
    match command.first_mut() {
        Some(program) if program.is_empty() => r.report("notify.command", text::empty()),
        Some(program) if program.contains('/') => match checks::local(program, &r.home()) {
            Ok(local) => *program = r.folder.join(local).display().to_string(),
            Err(problem) => r.report("notify.command", problem),
        },
        _ => {}
    }
    command
}

/// One address or several, as a list or with commas between them.
fn addresses(r: &mut Reader<'_>, key: &str) -> Vec<String> {
    let mut addresses = Vec::new();
    for written in r.texts(key).unwrap_or_default() {
        for address in written.split(',') {
            match checks::email(address.trim()) {
                Ok(address) => addresses.push(address),
                Err(problem) => r.report(key, problem),
            }
        }
    }
    addresses
}

fn mail_login(r: &mut Reader<'_>, way: Way) -> Option<Login> {
    let user = r.text("mail.user", checks::any);
    let passwords = passwords(r, "mail");
    if way != Way::Smtp {
        return None;
    }
    if passwords != [None; 3] && !r.has("mail.user") {
        r.report("mail.user", text::missing("mail.user"));
    }
    user.map(|user| Login { user, password: required_password(r, "mail", passwords) })
}

fn inbox(r: &mut Reader<'_>, table: &str, default: &str, shop_code: &str, every_h: u32) -> Inbox {
    let key = |name: &str| format!("{table}.{name}");
    let settle = Duration::from_secs(r.number(&key("settle_s"), 0..=600, 2));
    let suffix = r.text(&key("marker"), checks::marker).unwrap_or_else(|| ".lock".to_owned());
    Inbox {
        folder: server_folder(r, &key("inbox"), default, shop_code),
        pattern: r.text(&key("pattern"), checks::pattern).unwrap_or_else(|| super::Pattern::new("*.csv")),
        encoding: r.word(&key("encoding"), EncodingChoice::ALL),
        ready: match r.word(&key("ready"), &["stable", "marker"]) {
            "marker" => Ready::Marker { suffix },
            _ => Ready::Stable { settle },
        },
        after_import: r.word(&key("after_import"), AfterImport::ALL),
        time_in_name: r.word(&key("time_in_name"), TimeInName::ALL),
        max_bad_rows_percent: r.number(&key("max_bad_rows_percent"), 0..=100, 5),
        expect_file_every_h: r.number(&key("expect_file_every_h"), 0..=8760, every_h),
        keep_on_server_days: r.number(&key("keep_on_server_days"), 0..=36_500, 30),
        naming: Naming::default(),
    }
}

/// A job refuses another job's files, and moves them away: no file may belong to two of them.
fn keep_apart(r: &mut Reader<'_>, inboxes: &[&Inbox; 3], orders: &Orders) {
    let sent = super::Pattern::new(orders.file_name.replace("{timestamp}", "*"));
    let places = inboxes.iter().map(|inbox| (&inbox.folder, &inbox.pattern)).chain([(&orders.outbox, &sent)]);
    let places: Vec<_> = Job::ALL.iter().map(|job| folder_key(*job)).zip(places).collect();
    for (index, (key, (folder, pattern))) in places.iter().enumerate() {
        let is_shared = |(_, (other, others)): &&(&str, (&String, &super::Pattern))| {
            other == folder && others.overlaps(pattern)
        };
        if let Some((other, _)) = places[..index].iter().find(is_shared) {
            r.report(key, text::folder_shared(folder, other));
        }
    }
}

fn server_folder(r: &mut Reader<'_>, key: &str, default: &str, shop_code: &str) -> String {
    let check = |folder: &str| checks::folder(folder, shop_code);
    r.text(key, check).or_else(|| check(default).ok()).unwrap_or_default()
}

fn products(r: &mut Reader<'_>, shop_code: &str) -> Products {
    let free_items = free_items(r, "products.free_items", 50);
    let images: Vec<String> = (1..=columns::IMAGES_MAX).flat_map(columns::image_columns).collect();
    let further = images.iter().chain(free_items.iter().map(|(name, _)| name)).map(String::as_str);
    let naming = columns::naming(r, Job::Products, further, WithoutStatus::Refuse);
    Products {
        inbox: Inbox { naming, ..inbox(r, "products", "/product/export/{shop_code}", shop_code, 0) },
        shop_block: r.text("products.shop_block", checks::any),
        free_items,
        guard: ProductGuard {
            price_fall_percent: r.number("products.guard.price_fall_percent", 0..=100, 50),
            price_rise_percent: r.number("products.guard.price_rise_percent", 0..=1_000_000, 900),
            unpublish_percent: r.number("products.guard.unpublish_percent", 0..=100, 20),
            move_percent: r.number("products.guard.move_percent", 0..=100, 5),
        },
    }
}

fn stock(r: &mut Reader<'_>, shop_code: &str) -> Stock {
    let mut naming = columns::naming(r, Job::Stock, [], WithoutStatus::Refuse);
    if naming.unnamed == Unnamed::Never {
        naming.unnamed =
            Unnamed::IfSecondIsNumber(columns::STOCK_REQUIRED.iter().copied().map(str::to_owned).collect());
    }
    Stock {
        inbox: Inbox { naming, ..inbox(r, "stock", "/netstock/{shop_code}", shop_code, 24) },
        reflect_lag: TimeDelta::minutes(r.number("stock.reflect_lag_min", 0..=1440, 10)),
        reflect_when: r.word("stock.reflect_when", ReflectWhen::ALL),
        files: r.word("stock.files", StockFiles::ALL),
        max_quantity: r.number("stock.max_quantity", 1..=999_999_999_999_999, 999_999),
        guard: Guard {
            zero_percent: r.number("stock.guard.zero_percent", 0..=100, 20),
            unknown_percent: r.number("stock.guard.unknown_percent", 0..=100, 50),
            min_rows: r.number("stock.guard.min_rows", 0..=1_000_000_000, 20),
            window_h: r.number("stock.guard.window_h", 1..=720, 24),
            rise_percent: r.number("stock.guard.rise_percent", 0..=100, 20),
        },
    }
}

fn logistics(r: &mut Reader<'_>, shop_code: &str) -> Logistics {
    let without_status = r.word("logistics.without_status", WithoutStatus::ALL);
    let naming = columns::naming(r, Job::Logistics, [], without_status);
    let shipped = codes(r, "logistics.status.shipped", &["800", "950"]);
    let cancelled = codes(r, "logistics.status.cancelled", &["999"]);
    if let Some(code) = cancelled.iter().find(|code| shipped.contains(code)) {
        r.report("logistics.status.cancelled", text::status_twice(code));
    }
    Logistics {
        inbox: Inbox {
            naming,
            ..inbox(r, "logistics", "/order/export/{shop_code}/orderstatus", shop_code, 72)
        },
        add_order_lines: r
            .word_if_any("logistics.add_order_lines", AddOrderLines::ALL)
            .unwrap_or(AddOrderLines::Ignore),
        shipped,
        cancelled,
        without_status,
        guard: ShipGuard {
            ship_percent: r.number("logistics.guard.ship_percent", 0..=100, 50),
            min_orders: r.number("logistics.guard.min_orders", 0..=1_000_000_000, 20),
            window_h: r.number("logistics.guard.window_h", 1..=720, 24),
        },
    }
}

/// Codes of 受注進捗コード.
fn codes(r: &mut Reader<'_>, key: &str, default: &[&str]) -> Vec<String> {
    r.texts(key).unwrap_or_else(|| default.iter().copied().map(str::to_owned).collect())
}

fn orders(r: &mut Reader<'_>, shop_code: &str) -> Orders {
    let file_name = r.text("orders.file_name", checks::file_name);
    let file_name = file_name.unwrap_or_else(|| "order{timestamp}.csv".to_owned());
    let marker = r.text("orders.marker", checks::marker);
    if let Some(marker) = marker.as_deref().filter(|marker| is_ending_of(marker, &file_name)) {
        r.report("orders.marker", text::marker_is_file(marker));
    }
    let encoding = r.word("orders.encoding", Encoding::ALL);
    let free_items = free_items(r, "orders.free_items", 36);
    let columns = columns::sent(r, encoding, &free_items);
    Orders {
        outbox: server_folder(r, "orders.outbox", "/ordershop/{shop_code}", shop_code),
        encoding,
        free_items,
        naming: columns::naming_of(&columns),
        columns,
        since: r.date("orders.since"),
        max_age_days: r.number("orders.max_age_days", 0..=36_500, 30),
        tax_difference_yen: r.number("orders.tax_difference_yen", 0..=100_000, 0),
        unshipped_after_days: r.number("orders.unshipped_after_days", 0..=36_500, 14),
        file_name,
        marker,
    }
}

fn is_ending_of(marker: &str, file_name: &str) -> bool {
    let extension = file_name.rsplit_once('.').map_or("", |(_, extension)| extension);
    marker.trim_start_matches('.').eq_ignore_ascii_case(extension)
}

/// CSV column → free item number, in the file's order, each number once.
fn free_items(r: &mut Reader<'_>, key: &str, number_max: u8) -> Vec<(String, u8)> {
    let mut items: Vec<(String, u8)> = Vec::new();
    for entry in r.numbered_entries(key, 1..=u64::from(number_max)) {
        if entry.name.trim().is_empty() || entry.name.chars().any(char::is_control) {
            r.report_entry(key, &entry, text::free_item_name());
        }
        let Some(number) = entry.value.and_then(|number| u8::try_from(number).ok()) else { continue };
        if let Some((other, _)) = items.iter().find(|(_, taken)| *taken == number) {
            r.report_entry(key, &entry, text::free_item_twice(number, other));
        }
        items.push((entry.name, number));
    }
    items
}

fn payment_methods(r: &mut Reader<'_>) -> Vec<PaymentMethod> {
    let mut methods: Vec<PaymentMethod> = Vec::new();
    for table in r.tables("payment_methods") {
        let key = |name: &str| format!("{table}.{name}");
        let name = r.required(&key("name"), checks::any).unwrap_or_default();
        if methods.iter().any(|other| other.name == name && !name.is_empty()) {
            r.report(&key("name"), text::payment_method_twice(&name));
        }
        let method = PaymentMethod {
            name,
            is_card: r.flag(&key("card"), false),
            added_on: r.date(&key("added_on")),
            is_ready: r.flag(&key("ready"), false),
        };
        if !method.is_ready && !r.has(&key("added_on")) {
            r.report(&key("added_on"), text::payment_method_day());
        }
        methods.push(method);
    }
    methods
}

/// Free item (1 to 50) and its name.
fn product_free_items(r: &mut Reader<'_>) -> Vec<(u8, String)> {
    let mut items: Vec<(u8, String)> = Vec::new();
    for written in r.names("product_free_items") {
        let key = format!("product_free_items.{written}");
        let name = r.text(&key, checks::any);
        let Some(number) = written.parse().ok().filter(|number| (1..=50).contains(number)) else {
            r.report(&key, text::free_item_number(written));
            continue;
        };
        let Some(name) = name else { continue };
        if let Some((other, _)) = items.iter().find(|(_, taken)| *taken == name) {
            r.report(&key, text::free_item_name_twice(&name, *other));
        }
        // `1` and `01`.
        if let Some((_, other)) = items.iter().find(|(taken, _)| *taken == number) {
            r.report(&key, text::free_item_twice(number, other));
        }
        items.push((number, name));
    }
    items
}

fn schedule(r: &mut Reader<'_>) -> BTreeMap<Job, u32> {
    let mut minutes = BTreeMap::new();
    for job in Job::ALL.iter().copied() {
        let key = format!("schedule.{job}");
        let limit = r.number(&key, 1..=525_600, 0);
        if r.has(&key) {
            minutes.insert(job, limit);
        }
    }
    minutes
}

fn limits(r: &mut Reader<'_>) -> Limits {
    Limits {
        max_file_bytes: r.number("limits.max_file_mb", 1..=1_000_000, 512_u64) * 1024 * 1024,
        history_days: r.number("limits.history_days", 1..=36_500, 90),
        run_max_min: r.number("limits.run_max_min", 1..=10_080, 60),
        order_copies_days: r.number("limits.order_copies_days", 1..=36_500, 30),
    }
}
