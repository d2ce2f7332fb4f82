//! This computer: the work folder, the database, the clock, and what runs.

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process;

use rusqlite::Connection;

use super::misconfigurations;
use super::site::Site;

misconfigurations! {
    the_work_folder_is_a_file {
        ja: "work_dirがフォルダではなくファイル",
        en: "the work folder is a file",
        site: || Site::new().but("work_dir = \"tempostar.d\"", "work_dir = \"demo.pass\""),
        finds: error "work-folder" "work-dir-unusable" by [Support] exits 6,
    }
    the_work_folder_cannot_be_made {
        ja: "work_dirが作れない場所にある",
        en: "the work folder is where none can be made",
        site: || Site::new().but("work_dir = \"tempostar.d\"", "work_dir = \"/proc/tempostar\""),
        finds: error "work-folder" "work-dir-unusable" by [Support] exits 6,
    }
    the_archive_is_a_link {
        ja: "作業フォルダのarchiveをほかの場所へのリンクにしている",
        en: "archive in the work folder is a link to another place",
        site: || Site::new().after(|site| {
            let archive = site.path("tempostar.d/archive");
            let _ = fs::remove_dir_all(&archive);
            symlink(site.path("server"), archive).unwrap();
        }),
        finds: error "work-folder" "work-dir-link" by [Support] exits 6,
    }
    a_lock_is_a_folder {
        ja: "作業フォルダのロックファイルに書き込めない",
        en: "a lock file in the work folder cannot be written",
        site: || Site::new().after(|site| {
            let lock = site.path("tempostar.d/import-stock.demo.lock");
            let _ = fs::remove_file(&lock);
            fs::create_dir(lock).unwrap();
        }),
        finds: error "work-folder" "work-dir-unusable" by [Support] exits 6,
    }
    everybody_can_open_the_work_folder {
        ja: "作業フォルダをほかの利用者も開ける",
        en: "every user of the computer can open the work folder",
        site: || Site::new().after(|site| {
            fs::set_permissions(site.path("tempostar.d"), PermissionsExt::from_mode(0o755)).unwrap();
        }),
        finds: warning "work-folder" "work-dir-open" by [Support] exits 0,
    }
    the_databases_folder_is_not_there {
        ja: "databaseに書いたフォルダがない",
        en: "the database's folder is not there",
        site: || Site::new().but("database = \"shop.db\"", "database = \"data/shop.db\""),
        finds: error "database" "database-folder-missing" by [Support] exits 8,
    }
    the_database_is_a_folder {
        ja: "databaseがファイルではなくフォルダ",
        en: "the database is a folder",
        site: || Site::new().but("database = \"shop.db\"", "database = \"server\""),
        finds: error "database" "database-is-folder" by [Support] exits 8,
    }
    the_database_cannot_be_made {
        ja: "databaseが作れない場所にある",
        en: "the database is where none can be made",
        site: || Site::new().but("database = \"shop.db\"", "database = \"/proc/shop.db\""),
        finds: error "database" "database-cannot-open" by [Support] exits 8,
    }
    a_letter_of_the_database_is_wrong {
        ja: "databaseの名前が1文字違い、空のデータベースができている",
        en: "one letter of the database is wrong, and an empty one was made",
        site: || Site::new().after(|site| {
            site.setting("database = \"shop.db\"", "database = \"shap.db\"");
            site.run(["check-settings", "--offline"]);
        }),
        with: ["--offline"],
        finds: warning "database" "database-strange" by [Support] exits 0,
    }
    the_database_is_not_that_of_the_work_folder {
        ja: "databaseが、work_dirと組になっていない（古い写しなど）",
        en: "the database is not the one that the work folder belongs to, or an older copy",
        site: || Site::new().after(|site| {
            site.sql(&format!("VACUUM INTO '{}'", site.path("old.db").display()));
            fs::set_permissions(site.path("old.db"), PermissionsExt::from_mode(0o660)).unwrap();
            site.order("1001").line("A-1", 1).insert();
            site.run(["export-orders"]).ok();
            site.setting("database = \"shop.db\"", "database = \"old.db\"");
        }),
        with: ["--offline"],
        finds: warning "database" "database-not-of-work-dir" by [Support] exits 0,
    }
    the_database_is_another_file {
        ja: "databaseがSQLiteのデータベースではない",
        en: "the database is a file of another kind",
        site: || Site::new().but("database = \"shop.db\"", "database = \"tempostar.toml\""),
        finds: error "database" "not-a-database" by [Support] exits 8,
    }
    the_database_is_newer {
        ja: "データベースが新しい版のtempostarで使われている",
        en: "a newer tempostar has used the database",
        site: || Site::new().after(|site| site.sql("UPDATE tempostar_meta SET value = '99' WHERE key = 'schema_version'")),
        finds: error "database" "database-newer" by [Support] exits 8,
    }
    the_database_is_another_programs {
        ja: "databaseが別のシステムのデータベース",
        en: "the database is another program's",
        site: || Site::new().but("database = \"shop.db\"", "database = \"other.db\"").after(|site| {
            let other = Connection::open(site.path("other.db")).unwrap();
            other.execute_batch("CREATE TABLE orders (id INTEGER)").unwrap();
        }),
        finds: error "database" "database-foreign" by [Support] exits 8,
    }
    the_database_is_of_demo {
        ja: "デモ環境のデータベースを本番環境で使っている",
        en: "production uses the database of demo",
        site: || Site::new().after(|site| site.goes_to_production()),
        finds: error "database" "wrong-environment" by [Support] exits 6,
    }
    the_database_is_of_production {
        ja: "本番環境のデータベースをデモ環境で使っている",
        en: "demo uses the database of production",
        site: || Site::new().after(|site| {
            site.sql("UPDATE tempostar_meta SET value = 'production' WHERE key = 'environment'");
        }),
        finds: error "database" "wrong-environment" by [Support] exits 6,
    }
    everybody_can_open_the_database {
        ja: "データベースを、ほかの利用者も開ける",
        en: "every user of the computer can open the database",
        site: || Site::new().after(|site| {
            for (name, mode) in [("", 0o755), ("shop.db", 0o644)] {
                fs::set_permissions(site.path(name), PermissionsExt::from_mode(mode)).unwrap();
            }
        }),
        with: ["--offline"],
        finds: warning "database" "database-open" by [Support] exits 0,
    }
    the_database_is_damaged {
        ja: "データベースが壊れている",
        en: "the database is damaged",
        site: || Site::new().after(|site| {
            let rows: Vec<String> =
                (0..2000).map(|n| format!("('P{n:04}', '{}')", "x".repeat(100))).collect();
            let rows = rows.join(", ");
            site.sql(&format!("INSERT INTO products (code, note) VALUES {rows}; PRAGMA wal_checkpoint(TRUNCATE)"));
            let mut bytes = fs::read(site.path("shop.db")).unwrap();
            let page = bytes.windows(5).rposition(|window| window == b"P1500").unwrap() / 4096 * 4096;
            bytes[page..page + 4096].fill(0xa5);
            site.write("shop.db", &bytes);
        }),
        finds: error "database-integrity" "database-corrupt" by [Support] exits 8,
    }
    another_program_keeps_the_database_locked {
        ja: "ほかのプログラムがデータベースをロックしたまま",
        en: "another program keeps the database locked",
        site: || Site::new().after(|site| {
            let other = site.db();
            other.execute_batch("BEGIN IMMEDIATE").unwrap();
            site.keep(other);
            site.variable("TEMPOSTAR_BUSY_TIMEOUT_S", "1");
            let name = fs::read_to_string(format!("/proc/{}/comm", process::id())).unwrap();
            site.is_volatile(&format!("{} ({})", name.trim(), process::id()), "<program>");
        }),
        finds: error "database-write" "database-busy" by [Support] exits 8,
    }
    a_mapped_free_item_is_not_there {
        ja: "割り当て先の自由項目が本システムにない",
        en: "a column is mapped to a free item that the shop does not have",
        site: || Site::new().but("[stock]", "[products.free_items]\n\"予備1\" = 7\n[stock]"),
        finds: warning "free-items" "free-item-undefined" by [Support] exits 0,
    }
    a_mapped_free_item_is_another {
        ja: "自由項目の番号が本システムと違う",
        en: "a column is mapped to another free item than that of its name",
        site: || Site::new().but("[stock]", "[products.free_items]\n\"予備1\" = 7\n[stock]").after(|site| {
            site.sql("INSERT INTO product_free_items VALUES (3, '予備１'), (7, '色')");
        }),
        finds: warning "free-items" "free-item-contradiction" by [Support] exits 0,
    }
    an_order_free_item_takes_a_columns_name {
        ja: "受注の自由項目の列名が、受注ファイルにもとからある列と同じ",
        en: "an order free item has the name of a column that is there already",
        site: || Site::new().after(|site| {
            site.settings(|text| text + "\n[orders.free_items]\n\"受注備考\" = 3\n");
        }),
        finds: error "order-free-items" "order-column-taken" by [Support] exits 6,
    }
    a_payment_method_is_new {
        ja: "2022年5月1日以降に追加した決済方法の設定がSAVAWAY様で済んでいない",
        en: "a payment method was added since May 2022, and SAVAWAY has not set it up",
        site: || Site::new().after(|site| site.payment_method_added_on("新ペイ", "2022-05-01", 0)),
        finds: warning "payment-methods" "payment-method-not-ready" by [Shop, Savaway, Support] exits 0,
    }
    a_payment_method_is_not_listed {
        ja: "受注で使われている決済方法が登録されていない",
        en: "an order uses a payment method that is not listed",
        site: || Site::new().after(|site| {
            site.order("1001").set("payment_method", "代引き").line("A-1", 1).insert();
        }),
        finds: warning "payment-methods" "payment-method-unlisted" by [Support] exits 0,
    }
    no_payment_method_is_listed {
        ja: "受注があるのに、決済方法が1つも登録されていない",
        en: "there are orders, and no payment method is listed",
        site: || Site::new().after(|site| {
            site.order("1001").set("exported_at", "2026-11-24 10:10:00").line("A-1", 1).insert();
            site.sql("DELETE FROM payment_methods");
        }),
        finds: warning "payment-methods" "payment-methods-empty" by [Support] exits 0,
    }
    the_clock_is_years_behind {
        ja: "コンピュータの時計が何年も遅れている",
        en: "the computer's clock is years behind",
        site: || Site::new().after(|site| {
            site.sql("DELETE FROM tempostar_runs");
            site.at("2020-01-01 09:00:00");
        }),
        with: ["--offline"],
        finds: error "clock" "clock-wrong" by [Support] exits 6,
    }
    the_clock_was_put_back {
        ja: "コンピュータの時計が前回の実行より前の時刻を示している",
        en: "the computer's clock shows a time before the last run",
        site: || Site::new().after(|site| {
            site.at("2026-11-24 08:00:00");
        }),
        with: ["--offline"],
        finds: warning "clock" "clock-behind-ledger" by [Support] exits 0,
    }
    cron_does_not_call_a_job {
        ja: "cronが在庫情報取込を呼び出していない（本番環境）",
        en: "cron does not call import-stock any more (production)",
        site: || Site::new().after(|site| {
            site.sql("UPDATE tempostar_meta SET value = 'production' WHERE key = 'environment'");
            site.goes_to_production();
            site.settings(|text| text + "\n[schedule]\nimport-stock = 30\n");
            site.sql("UPDATE tempostar_runs SET started_at = '2026-11-24 08:15:00'");
        }),
        finds: warning "schedule" "job-overdue" by [Support] exits 0,
    }
    cron_has_never_called_a_job {
        ja: "cronに受注連携が登録されていない（本番環境）",
        en: "cron has never called export-orders (production)",
        site: || Site::new().after(|site| {
            site.sql("UPDATE tempostar_meta SET value = 'production' WHERE key = 'environment'");
            site.goes_to_production();
            site.settings(|text| text + "\n[schedule]\nexport-orders = 30\n");
            site.sql("UPDATE tempostar_runs SET started_at = '2026-11-24 08:15:00'");
        }),
        finds: warning "schedule" "job-never-succeeded" by [Support] exits 0,
    }
    a_job_hangs {
        ja: "前回の在庫情報取込が終わらないまま動き続けている",
        en: "a run of import-stock has not ended for hours",
        site: || Site::new().after(|site| {
            site.sql(
                "INSERT INTO tempostar_runs (run_id, command, started_at)
                 VALUES ('20261124T071500-abcdef', 'import-stock', '2026-11-24 07:15:00')",
            );
            let lock = File::create(site.path("shop.db.import-stock.lock")).unwrap();
            lock.lock().unwrap();
            site.keep(lock);
        }),
        finds: warning "running-jobs" "job-runs-long" by [Support] exits 0,
    }
}

impl Site {
    /// What was demo's is production's now.
    fn goes_to_production(&mut self) {
        self.setting("environment = \"demo\"", "environment = \"production\"");
        self.setting("[ftp.demo]", "[ftp.production]");
    }
}
