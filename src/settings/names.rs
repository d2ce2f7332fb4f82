//! What a setting is called in the shop's own set-up screens, where it has a name there.

/// The Japanese name of the setting with this dotted key.
pub(super) fn setting_name(key: &str) -> Option<&'static str> {
    Some(match key {
        "shop.code" => "TEMPOSTAR:ショップコード",
        "shop.admin_email" => "店舗管理者メールアドレス",
        "shop.options.reservation_sales" => "予約販売",
        "shop.options.hanpukai" => "頒布会",
        "shop.options.multiple_destinations" => "複数配送先",
        "shop.options.subscriptions" => "定期販売",
        "shop.options.subscription_auth_failure_order" => "定期オーソリ失敗受注未作成フラグ",
        "shop.options.subscription_auth_failure_reactivate" => "定期オーソリ失敗過去受注有効化フラグ",
        "ftp.demo.url" => "TEMPOSTAR:テスト用FTP接続先URL",
        "ftp.demo.port" => "TEMPOSTAR:テスト用FTPポート番号",
        "ftp.demo.user" => "TEMPOSTAR:テスト用FTPユーザID",
        "ftp.demo.password" | "ftp.demo.password_file" | "ftp.demo.password_env" => {
            "TEMPOSTAR:テスト用FTPパスワード"
        }
        "ftp.production.url" => "TEMPOSTAR:FTP接続先URL",
        "ftp.production.port" => "TEMPOSTAR:FTPポート番号",
        "ftp.production.user" => "TEMPOSTAR:FTPユーザID",
        "ftp.production.password" | "ftp.production.password_file" | "ftp.production.password_env" => {
            "TEMPOSTAR:FTPパスワード"
        }
        "logistics.add_order_lines" => "TEMPOSTAR:物流連携時受注明細追加フラグ",
        "orders.free_items" => "TEMPOSTAR:受注連携自由項目",
        _ if key.starts_with("orders.free_items.") => "TEMPOSTAR:受注連携自由項目",
        _ => return None,
    })
}
