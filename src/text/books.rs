//! What `shop` has to say: the database as a whole.

problems! {
    exit Database, ends Unseen, who [Support];

    Error database_missing_folder = "database-folder-missing" (path: &str) {
        ja: "データベースを置くフォルダがありません: {path}",
        en: "the database's folder does not exist: {path}",
        hint_ja: "フォルダを作成するか、設定ファイルのdatabaseを直してください。",
        hint_en: "create the folder, or correct `database` in the settings file",
    }
    Error database_cannot_open = "database-cannot-open" (path: &str, reason: &str) {
        ja: "データベースを開けません: {path}（{reason}）", en: "cannot open the database {path} ({reason})",
        hint_ja: "設定ファイルのdatabaseが正しいファイルを指しているか、読み書きの権限があるかをご確認ください。",
        hint_en: "check that `database` in the settings file names the right file and that this user may read and write it",
    }
    Error database_is_folder = "database-is-folder" (path: &str) {
        ja: "データベースの場所がファイルではなくフォルダになっています: {path}",
        en: "the database is a folder, not a file: {path}",
        hint_ja: "設定ファイルのdatabaseにはファイルの名前を書いてください。",
        hint_en: "name a file in `database` in the settings file",
    }
    Error not_a_database = "not-a-database" (path: &str) {
        ja: "SQLiteのデータベースではありません: {path}", en: "this is not an SQLite database: {path}",
        hint_ja: "設定ファイルのdatabaseを直してください。このファイルには何も書き込んでいません。",
        hint_en: "correct `database` in the settings file; nothing was written to this file",
    }
    Error database_newer = "database-newer" (path: &str, found: i64, known: i64) {
        ja: "データベースの版（{found}）が、このプログラムの知る版（{known}）より新しくなっています: {path}",
        en: "the database {path} has schema version {found}, newer than this program's {known}",
        hint_ja: "新しい版のtempostarをお使いください。古い版では何も書き込みません。",
        hint_en: "use the newer tempostar; this one writes nothing to it",
    }
    Error database_foreign = "database-foreign" (path: &str, table: &str) {
        ja: "データベース{path}には、tempostarが作ったものではない表「{table}」があります。",
        en: "the database {path} has a table {table} that tempostar did not make",
        hint_ja: "空のデータベースを指定すると、tempostarが表を作成します。データはそこへ移してください。",
        hint_en: "name an empty database: tempostar creates its tables; then move the data there",
    }
    Error database_not_migrated = "database-not-migrated" (path: &str) {
        ja: "データベース{path}はまだ新しい版に更新されていません。--dry-runでは更新できません。",
        en: "the database {path} is of an older version, and --dry-run may not migrate it",
        hint_ja: "一度--dry-runなしで実行するか、check-settingsを実行してください。",
        hint_en: "run once without --dry-run, or run check-settings",
    }
    Error wrong_environment = "wrong-environment" (path: &str, stamped: &str, wanted: &str) exit Settings {
        ja: "データベース{path}は{stamped}環境のものですが、{wanted}環境で実行されました。",
        en: "the database {path} belongs to {stamped}, but this run is for {wanted}",
        hint_ja: "--envまたは設定ファイルのenvironment、databaseをご確認ください。databaseに{{environment}}を入れると環境ごとに分かれます。",
        hint_en: "check --env, or `environment` and `database` in the settings file; with {{environment}} in `database` each environment gets its own",
    }
    Error database_busy = "database-busy" (seconds: u64) {
        ja: "ほかのプログラムがデータベースを使用中で、{seconds}秒待っても書き込めませんでした。",
        en: "another program kept the database locked for more than {seconds} s",
        hint_ja: "次の実行で再び試みます。続く場合は、書き込みを終えないままのプログラムを探してください。",
        hint_en: "the next run tries again; if it goes on, look for a program that leaves a transaction open",
    }
    Error database_read_only = "database-read-only" (reason: &str) {
        ja: "データベースに書き込めません（{reason}）。", en: "the database cannot be written ({reason})",
        hint_ja: "ファイルとフォルダの権限、ディスクの状態をご確認ください。",
        hint_en: "check the permissions of the file and of its folder, and the disk",
    }
    Error disk_full = "database-disk-full" (reason: &str) {
        ja: "ディスクに空きがないため、データベースに書き込めません（{reason}）。",
        en: "the disk is full: the database cannot be written ({reason})",
        hint_ja: "空きを作るか、使用量の上限（クォータ）を上げてください。何も失われていません。次の実行で続きから行います。",
        hint_en: "free some space, or raise the quota; nothing is lost, the next run goes on from here",
    }
    Error database_corrupt = "database-corrupt" (reason: &str) {
        ja: "データベースが壊れています（{reason}）。", en: "the database is corrupt ({reason})",
        hint_ja: "バックアップから戻してください。`sqlite3 FILE 'PRAGMA integrity_check'`で詳しく調べられます。",
        hint_en: "restore it from a backup; `sqlite3 FILE 'PRAGMA integrity_check'` tells more",
    }
    Error database_unexpected = "database-unexpected" (reason: &str) {
        ja: "データベースの中身が、tempostarの想定と異なります（{reason}）。",
        en: "the database does not hold what it should ({reason})",
        hint_ja: "ほかのプログラムがtempostarの表や列を変えていないか、値の種類がdocs/database.mdのとおりかをご確認ください。check-settingsでも調べられます。",
        hint_en: "check whether another program changed a table, or wrote a value of a wrong kind (docs/database.md); check-settings looks deeper",
    }
    Error database_restless = "database-restless" (path: &str) ends WithRun {
        ja: "データベース{path}は、読み取りのたびに書き換えられていました。",
        en: "the database {path} was written each time that it was read",
        hint_ja: "しばらく待ってからもう一度実行してください。続く場合は、このユーザがデータベースのグループに入っているかをご確認ください。",
        hint_en: "wait a moment and run it again; if it goes on, let this user be in the database's group",
    }
    Error database_replaced = "database-replaced" (path: &str) {
        ja: "実行中に、データベースのファイルが移動されたか、別のファイルに置き換えられました: {path}",
        en: "the database was moved or replaced while this run was at work: {path}",
        hint_ja: "正しいファイルがこの場所にあることをご確認ください。取り込みの途中だったファイルは、次の実行で改めて処理します。",
        hint_en: "make sure that the right file is there; what was under way is done again by the next run",
    }
    Error database_folder_unwritable = "database-folder-unwritable" (folder: &str, reason: &str) {
        ja: "データベースのあるフォルダに書き込めません: {folder}（{reason}）",
        en: "cannot write to the database's folder {folder} ({reason})",
        hint_ja: "SQLiteはデータベースの隣に作業用のファイルを作ります。このユーザがフォルダに書き込めるようにしてください。",
        hint_en: "SQLite keeps files of its own beside the database: let this user write to the folder",
    }
    Error database_error = "database-error" (reason: &str) {
        ja: "データベースの処理に失敗しました（{reason}）。", en: "the database failed ({reason})",
        hint_ja: "データベースのファイルと、ディスクの空き、使用量の上限（クォータ）をご確認ください。",
        hint_en: "check the database file, and what is free on its disk and of its quota",
    }
    Error batch_taken_over = "batch-taken-over" () exit Locked, ends WithRun, who [Support] {
        ja: "別の実行が同じ受注ファイルを処理しているか、ロックファイルが削除されたため、送信を中止しました。二重送信はしていません。",
        en: "another run is working on the same order file, or somebody removed the lock file: this run stops, and nothing is sent twice",
        hint_ja: "実行中のロックファイル（*.lock）は削除しないでください。次の実行が続きを処理します。",
        hint_en: "never remove a *.lock file while a run is at work; the next run carries on",
    }
}
