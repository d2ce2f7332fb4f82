//! What a shop has come to, in a form that can be compared: the same work must lead to the same state, however often
//! it was interrupted.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::{Shop, collect_files};

/// What the ledger says, but for the run that said it.
const LEDGER: [(&str, &str); 7] = [
    (
        "held",
        "SELECT command, name, sha256, file_time, held_at, archived_as, verdicts, shown, state, decided_at
         FROM tempostar_held
         ORDER BY id",
    ),
    (
        "files",
        "SELECT command, name, sha256, size, file_time, outcome, decided_at, reason_en, archived_as, is_cleaned_up
         FROM tempostar_files
         ORDER BY command, name, sha256, id",
    ),
    (
        "batches",
        "SELECT id, file_name, state, sha256, size, order_count, line_count, prepared_at, sent_at, taken_at, archived_as
         FROM tempostar_batches
         ORDER BY id",
    ),
    (
        "history of stock",
        "SELECT sku_code, file.file_name, line, old_quantity, old_allocated, old_as_of, quantity, allocated
         FROM tempostar_stock_history
         JOIN tempostar_history_files AS file ON file.id = history_file_id
         ORDER BY sku_code, file.id",
    ),
    (
        "history of products",
        "SELECT kind, code, file.file_name, line, is_new, changes
         FROM tempostar_catalogue_history
         JOIN tempostar_history_files AS file ON file.id = history_file_id
         ORDER BY kind, code, file.id",
    ),
    (
        "history of orders",
        "SELECT order_no, event, number, file.file_name, line
         FROM tempostar_order_history
         JOIN tempostar_history_files AS file ON file.id = history_file_id
         ORDER BY order_no, event, number, file.id",
    ),
    ("batch orders", "SELECT order_no, batch_id FROM tempostar_batch_orders ORDER BY 1"),
];

impl Shop {
    /// Another shop that is in the same state: settings, database, work folder, the server's files and their times.
    #[track_caller]
    pub fn twin(&self) -> Self {
        let twin = Self::new();
        let port = |shop: &Self| format!("port = {}\n", shop.ftp.port());
        let settings = fs::read_to_string(self.path("tempostar.toml")).unwrap();
        twin.write("tempostar.toml", settings.replacen(&port(self), &port(&twin), 1).as_bytes());
        if self.path("shop.db").exists() {
            // A run that died leaves a WAL.
            self.rows("PRAGMA wal_checkpoint(TRUNCATE)");
            fs::copy(self.path("shop.db"), twin.path("shop.db")).unwrap();
        }
        copy_tree(self.ftp.root(), twin.ftp.root());
        copy_tree(&self.path("tempostar.d"), &twin.path("tempostar.d"));
        Self { now: self.now.clone(), variables: self.variables.clone(), ..twin }
    }

    /// All that counts: the shop's tables, the ledger without its runs, the server's files and folders, the archive,
    /// and what is left in the spool.
    #[track_caller]
    pub fn state(&self) -> String {
        let mut state = self.shop_data();
        for (name, query) in LEDGER {
            let _ = writeln!(state, "{name}\n{}", self.rows(query).join("\n"));
        }
        state += &tree("server", self.ftp.root());
        state += &tree("archive", &self.path("tempostar.d/archive"));
        state += &tree("held", &self.path("tempostar.d/held"));
        state += &tree("spool", &self.path("tempostar.d/spool"));
        state
    }
}

/// Each file below a folder, with size and content in short; in the archive with its time, too.
fn tree(title: &str, folder: &Path) -> String {
    let mut files = Vec::new();
    collect_files(folder, &mut files);
    files.sort();
    let mut listed = format!("{title}\n");
    for file in files {
        let content = fs::read(&file).unwrap();
        let sum = content.iter().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
        let name = file.strip_prefix(folder).unwrap().display().to_string();
        let is_copy = title == "archive" && !name.starts_with("export-orders");
        let time = is_copy.then(|| fs::metadata(&file).unwrap().modified().unwrap());
        let _ = writeln!(listed, "  {name} {} bytes {sum:x} {time:?}", content.len());
    }
    listed
}

fn copy_tree(from: &Path, to: &Path) {
    let Ok(entries) = fs::read_dir(from) else { return };
    fs::create_dir_all(to).unwrap();
    for entry in entries.map(|entry| entry.unwrap()) {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy_tree(&source, &target);
        } else {
            let time = fs::metadata(&source).unwrap().modified().unwrap();
            fs::copy(&source, &target).unwrap();
            fs::File::options().write(true).open(&target).unwrap().set_modified(time).unwrap();
        }
    }
}
