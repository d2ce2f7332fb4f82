//! What a setting is called in the shop's own set-up screens, where it has a name there.

use crate::encoding::comparable_name;
use crate::job::Job;

const NAMES: [(&str, &str); 18] = [
    ("shop.code", "TEMPOSTAR:ショップコード"),
    ("shop.admin_email", "店舗管理者メールアドレス"),
    ("shop.options.reservation_sales", "予約販売"),
    ("shop.options.hanpukai", "頒布会"),
    ("shop.options.multiple_destinations", "複数配送先"),
    ("shop.options.subscriptions", "定期販売"),
    ("shop.options.subscription_auth_failure_order", "定期オーソリ失敗受注未作成フラグ"),
    ("shop.options.subscription_auth_failure_reactivate", "定期オーソリ失敗過去受注有効化フラグ"),
    ("ftp.demo.url", "TEMPOSTAR:テスト用FTP接続先URL"),
    ("ftp.demo.port", "TEMPOSTAR:テスト用FTPポート番号"),
    ("ftp.demo.user", "TEMPOSTAR:テスト用FTPユーザID"),
    ("ftp.demo.password", "TEMPOSTAR:テスト用FTPパスワード"),
    ("ftp.production.url", "TEMPOSTAR:FTP接続先URL"),
    ("ftp.production.port", "TEMPOSTAR:FTPポート番号"),
    ("ftp.production.user", "TEMPOSTAR:FTPユーザID"),
    ("ftp.production.password", "TEMPOSTAR:FTPパスワード"),
    ("logistics.add_order_lines", "TEMPOSTAR:物流連携時受注明細追加フラグ"),
    ("orders.free_items", "TEMPOSTAR:受注連携自由項目"),
];

/// Keys that have a name among people only.
const OTHER_NAMES: [(&str, &str); 2] = [("shop.name", "店舗名"), ("shop.name", "ショップ名")];

pub(crate) fn table_of(job: Job) -> &'static str {
    folder_key(job).split('.').next().unwrap_or_default()
}

/// The setting that names a job's folder on the server.
pub(crate) fn folder_key(job: Job) -> &'static str {
    match job {
        Job::Products => "products.inbox",
        Job::Logistics => "logistics.inbox",
        Job::Stock => "stock.inbox",
        Job::Orders => "orders.outbox",
    }
}

/// The Japanese name of the setting with this dotted key.
pub(crate) fn setting_name(key: &str) -> Option<&'static str> {
    let key = match key {
        _ if key.starts_with("orders.free_items.") => "orders.free_items",
        _ if key.starts_with("ftp.") => key.trim_end_matches("_file").trim_end_matches("_env"),
        _ => key,
    };
    NAMES.iter().find(|(named, _)| *named == key).map(|(_, name)| *name)
}

/// The key that a name means: itself, or the setting's Japanese name, however it is typed, and with or without
/// `TEMPOSTAR:`.
pub(crate) fn key_of<'k>(name: &str, keys: &[&'k str]) -> Option<&'k str> {
    let name = comparable_name(name.trim().trim_start_matches(['・', '■', '●', '-', '*']));
    let is_meant = |full: &str| {
        let full = comparable_name(full);
        full == name || full.strip_prefix("tempostar:") == Some(&*name)
    };
    let by_name = NAMES.iter().chain(&OTHER_NAMES).find(|(_, full)| is_meant(full)).map(|(key, _)| *key);
    keys.iter().find(|key| by_name == Some(**key) || **key == name).copied()
}
