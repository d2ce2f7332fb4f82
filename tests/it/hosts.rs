//! Hosts that are not as usual: each job does its work there or says what is wrong, and `check-settings` foresees it.
//! Each host is made in a mount namespace of its own, which takes root.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::harness::{LOGISTICS_INBOX, OUTBOX, PRODUCT_INBOX, Ran, STOCK_INBOX, Shop};

/// A shop whose folder can be written while the rest of the host is changed.
struct Host {
    shop: Shop,
    /// Shell commands that make it, in the shop's folder.
    setup: &'static str,
}

impl Host {
    fn new(setup: &'static str) -> Self {
        let shop = Shop::new();
        shop.product_in_stock("A-1", 3);
        shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nA-1,9\n");
        shop.order("1001").line("A-1", 1).insert();
        // Of a file system that is mounted elsewhere, only what the database says of it remains.
        shop.sql("PRAGMA wal_checkpoint(TRUNCATE)");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(shop.path("demo.pass"), mode).unwrap();
        Self { shop, setup }
    }

    #[track_caller]
    fn run(&self, args: &[&str]) -> Ran {
        let wanted = self.shop.command(args);
        let mut command = Command::new("unshare");
        command.args(["--mount", "--propagation", "private", "/bin/sh", "-c"]);
        command.arg(format!("set -e\n{}\nexec \"$0\" \"$@\"", self.setup));
        command.arg(env!("CARGO_BIN_EXE_tempostar")).args(["--config"]);
        command.arg(self.shop.path("tempostar.toml")).args(args);
        command.current_dir(self.shop.path("")).env_clear();
        command.envs(wanted.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        Ran::new(command.output().unwrap()).never_says("panicked")
    }

    /// Each job does its work.
    #[track_caller]
    fn works(&self) {
        self.run(&["check-settings", "--json"]).ok();
        self.run(&["import-stock", "--json"]).ok().no_problem();
        self.run(&["export-orders", "--json"]).ok().no_problem();
        self.run(&["status"]).ok();
        self.shop.check_stock("A-1", 9, 1);
        assert_eq!(self.shop.remote_files(STOCK_INBOX), [""; 0]);
        assert_eq!(self.shop.numbers_in_outbox(), ["12345-1001"]);
    }

    /// Each job says what is wrong, as `check-settings` does, and the next run on a usual host does the work.
    #[track_caller]
    fn is_named(&self, codes: [&str; 2], exit: i32) {
        let foreseen = self.run(&["check-settings", "--json", "--offline"]);
        assert_ne!(foreseen.code, 0, "not foreseen\n{foreseen}");
        for (job, code) in ["import-stock", "export-orders"].into_iter().zip(codes) {
            let ran = self.run(&[job, "--json"]).exits(exit);
            assert_eq!(ran.codes(), [code], "{ran}");
        }
        assert_eq!(self.shop.remote_files(STOCK_INBOX), ["stock.csv"]);
        assert_eq!(self.shop.remote_files(OUTBOX), [""; 0]);
        self.shop.run(["import-stock"]).ok();
        self.shop.run(["export-orders"]).ok();
        self.shop.check_stock("A-1", 9, 1);
        assert_eq!(self.shop.numbers_in_outbox(), ["12345-1001"]);
    }
}

/// Everything can only be read, but for the shop's folder.
const READ_ONLY: &str = "shop=$(pwd)
mount --bind \"$shop\" \"$shop\"
for place in / /tmp /var/tmp /dev/shm /run; do
    mountpoint -q $place && mount -o remount,bind,ro $place
done
test ! -w /tmp && test ! -w /var/tmp
cd /";

/// Shared memory and temporary files have no room left.
const FULL: &str = "shop=$(pwd)
program=$(dirname \"$0\")
mkdir -p /mnt/kept-shop /mnt/kept-program
mount --bind \"$shop\" /mnt/kept-shop
mount --bind \"$program\" /mnt/kept-program
for place in /tmp /var/tmp; do
    mount -t tmpfs -o size=64k tmpfs $place
done
mkdir -p \"$shop\" \"$program\"
mount --bind /mnt/kept-shop \"$shop\"
mount --bind /mnt/kept-program \"$program\"
for place in /tmp /var/tmp; do
    dd if=/dev/zero of=$place/full bs=1k count=128 2>/dev/null || true
done
cd /";

#[test]
#[ignore = "changes the host for its children: as root, cargo test --test it -- --ignored hostile_host"]
fn hostile_host_everything_but_the_shop_s_folder_is_read_only() {
    Host::new(READ_ONLY).works();
}

/// SQLite takes files for what does not fit into its memory.
#[test]
#[ignore = "changes the host for its children: as root, cargo test --test it -- --ignored hostile_host"]
fn hostile_host_large_files_need_no_temporary_folder() {
    let host = Host::new(READ_ONLY);
    let text = "x".repeat(300);
    let rows = (1..=20_000).fold(String::new(), |rows, number| rows + &format!("P-{number},商品,{text}\n"));
    host.shop.put_sheet(PRODUCT_INBOX, "product.csv", &format!("商品コード,商品名,備考\n{rows}"));
    host.run(&["import-products", "--json"]).ok().count("created", 20_000).no_problem();
    let rows = rows.replace(",商品,", ",新しい商品,");
    host.shop.put_sheet(PRODUCT_INBOX, "product_2.csv", &format!("商品コード,商品名,備考\n{rows}"));
    host.run(&["import-products", "--json"]).ok().count("updated", 20_000).no_problem();
    host.works();
}

#[test]
#[ignore = "changes the host for its children: as root, cargo test --test it -- --ignored hostile_host"]
fn hostile_host_temporary_folders_are_full() {
    Host::new(FULL).works();
}

#[test]
#[ignore = "changes the host for its children: as root, cargo test --test it -- --ignored hostile_host"]
fn hostile_host_nothing_may_be_executed_in_the_work_folder() {
    Host::new("mkdir -p tempostar.d; mount --bind tempostar.d tempostar.d; mount -o remount,bind,noexec tempostar.d")
        .works();
}

#[test]
#[ignore = "changes the host for its children: as root, cargo test --test it -- --ignored hostile_host"]
fn hostile_host_folders_of_the_work_folder_are_mounts() {
    for folder in ["archive", "held", "rejects", "spool"] {
        let setup =
            format!("mkdir -p tempostar.d/{folder}; mount --bind tempostar.d/{folder} tempostar.d/{folder}");
        Host::new(String::leak(setup)).works();
    }
}

#[test]
#[ignore = "changes the host for its children: as root, cargo test --test it -- --ignored hostile_host"]
fn hostile_host_everybody_may_write_to_the_work_folder() {
    let host = Host::new("mkdir -p tempostar.d; chmod 0777 tempostar.d");
    host.run(&["check-settings"]).ok().says("0777");
    host.works();
}

#[test]
#[ignore = "changes the host for its children: as root, cargo test --test it -- --ignored hostile_host"]
fn hostile_host_few_files_may_be_open() {
    Host::new("ulimit -n 24").works();
}

#[test]
#[ignore = "changes the host for its children: as root, cargo test --test it -- --ignored hostile_host"]
fn hostile_host_little_memory_and_no_core_files() {
    Host::new("ulimit -c 0; ulimit -v 400000; ulimit -s 1024").works();
}

#[test]
#[ignore = "changes the host for its children: as root, cargo test --test it -- --ignored hostile_host"]
fn hostile_host_no_proc_and_no_sys() {
    Host::new("mount -t tmpfs tmpfs /proc; mount -t tmpfs tmpfs /sys").works();
}

#[test]
#[ignore = "changes the host for its children: as root, cargo test --test it -- --ignored hostile_host"]
fn hostile_host_no_home_and_odd_variables() {
    Host::new(
        "unset HOME; export TZ=America/New_York LC_ALL=xx_YY.nothing TMPDIR=/nowhere SQLITE_TMPDIR=/nowhere",
    )
    .works();
}

#[test]
#[ignore = "changes the host for its children: as root, cargo test --test it -- --ignored hostile_host"]
fn hostile_host_standard_input_is_closed_and_the_mask_is_open() {
    Host::new("exec <&-; umask 000").works();
}

#[test]
#[ignore = "changes the host for its children: as root, cargo test --test it -- --ignored hostile_host"]
fn hostile_host_the_current_folder_is_gone() {
    Host::new("mkdir gone; cd gone; rmdir ../gone").works();
}

#[test]
#[ignore = "changes the host for its children: as root, cargo test --test it -- --ignored hostile_host"]
fn hostile_host_the_first_process_of_a_container() {
    Host::new("exec unshare --pid --fork --mount-proc \"$0\" \"$@\"").works();
}

#[test]
#[ignore = "changes the host for its children: as root, cargo test --test it -- --ignored hostile_host"]
fn hostile_host_the_work_folder_can_only_be_read() {
    let host = Host::new(
        "mkdir -p tempostar.d; mount --bind tempostar.d tempostar.d; mount -o remount,bind,ro tempostar.d",
    );
    host.is_named(["work-dir-unusable", "work-dir-unusable"], 6);
}

#[test]
#[ignore = "changes the host for its children: as root, cargo test --test it -- --ignored hostile_host"]
fn hostile_host_a_folder_of_the_work_folder_can_only_be_read() {
    let host = Host::new(
        "mkdir -p tempostar.d/spool; mount --bind tempostar.d/spool tempostar.d/spool
         mount -o remount,bind,ro tempostar.d/spool",
    );
    host.is_named(["ftp-local-file", "work-dir-unusable"], 6);
}

/// What is held is moved there only after the rows of the others were written, so not every run meets it.
#[test]
#[ignore = "changes the host for its children: as root, cargo test --test it -- --ignored hostile_host"]
fn hostile_host_folders_in_which_nothing_can_be_written_are_foreseen() {
    for folder in ["archive", "held", "rejects"] {
        let setup = format!(
            "mkdir -p tempostar.d/{folder}; mount --bind tempostar.d/{folder} tempostar.d/{folder}
             mount -o remount,bind,ro tempostar.d/{folder}"
        );
        let ran = Host::new(String::leak(setup)).run(&["check-settings", "--json", "--offline"]).exits(6);
        ran.problem("work-dir-unusable", "", &[&format!("tempostar.d/{folder}")]);
    }
}

#[test]
#[ignore = "changes the host for its children: as root, cargo test --test it -- --ignored hostile_host"]
fn hostile_host_the_database_can_only_be_read() {
    let host = Host::new(
        "mkdir -p tempostar.d; shop=$(pwd); mount --bind \"$shop\" \"$shop\"; cd \"$shop\"
         mount --bind tempostar.d tempostar.d; mount -o remount,bind,ro \"$shop\"; cd \"$shop\"",
    );
    let foreseen = host.run(&["check-settings", "--json", "--offline"]);
    assert_ne!(foreseen.code, 0, "{foreseen}");
    for job in ["import-stock", "export-orders"] {
        let ran = host.run(&[job, "--json"]).exits(8);
        assert_eq!(ran.codes().len(), 1, "{ran}");
    }
    host.shop.run(["import-stock"]).ok();
    host.shop.check_stock("A-1", 9, 1);
}

// The power is cut ------------------------------------------------------------------------------------------------

/// An ext4 file system whose disk can be taken away at any moment: what had reached it by then is all that is left.
struct Disk {
    image: std::path::PathBuf,
    at: std::path::PathBuf,
}

impl Disk {
    #[track_caller]
    fn new(shop: &Shop) -> Self {
        let (image, at) = (shop.path("disk.img"), shop.path("disk"));
        fs::create_dir(&at).unwrap();
        fs::File::create(&image).unwrap().set_len(24 << 20).unwrap();
        must("mkfs.ext4", &["-q".as_ref(), image.as_ref()]);
        let disk = Self { image, at };
        disk.mount();
        disk
    }

    #[track_caller]
    fn mount(&self) {
        must("mount", &["-o".as_ref(), "loop".as_ref(), self.image.as_ref(), self.at.as_ref()]);
    }

    /// Cuts the power, and switches on again.
    #[track_caller]
    fn cut(&self) {
        let left = self.image.with_extension("left");
        must("cp", &["--sparse=always".as_ref(), self.image.as_ref(), left.as_ref()]);
        must("umount", &[self.at.as_ref()]);
        fs::rename(&left, &self.image).unwrap();
        self.mount();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.at).status();
    }
}

#[track_caller]
fn must(program: &str, args: &[&Path]) {
    let status = Command::new(program).args(args).status().unwrap();
    assert!(status.success(), "{program} {args:?}: this test needs root");
}

/// A shop whose database and work folder lie on such a disk.
fn shop_on_disk(after_import: &str) -> (Shop, Disk) {
    let mut shop = Shop::new();
    let disk = Disk::new(&shop);
    shop.setting("database = \"shop.db\"", "database = \"disk/shop.db\"");
    shop.setting("work_dir = \"tempostar.d\"", "work_dir = \"disk/work\"");
    let inbox = "inbox = \"/netstock/{shop_code}\"";
    shop.setting(inbox, &format!("{inbox}\nafter_import = \"{after_import}\"\nmax_bad_rows_percent = 50"));
    std::os::unix::fs::symlink("disk/shop.db", shop.path("shop.db")).unwrap();
    shop.many_products_in_stock(800);
    shop.variable("TEMPOSTAR_SLICE_MAX", "300");
    let rows = (1..=800).fold(String::new(), |rows, number| rows + &format!("S-{number:03},9\n"));
    shop.put_sheet(STOCK_INBOX, "stock.csv", &format!("商品コード,在庫数\n{rows}S-001,wrong\n"));
    shop.order("1001").line("S-001", 1).insert();
    (shop, disk)
}

/// Every passage of a job at which a run can die.
fn passages(job: &str) -> Vec<String> {
    let (mut shop, _disk) = shop_on_disk("archive");
    let list = shop.path("passages");
    shop.variable("TEMPOSTAR_PASSAGES", list.to_str().unwrap());
    shop.run([job]);
    let mut seen = std::collections::BTreeMap::<String, u32>::new();
    let names = fs::read_to_string(list).unwrap();
    let numbered = names.lines().map(|name| {
        let count = seen.entry(name.to_owned()).or_default();
        *count += 1;
        format!("{name}:{count}")
    });
    numbered.collect()
}

#[test]
#[ignore = "mounts disks and takes them away: as root, cargo test --test it -- --ignored power_cut"]
fn power_cut_anywhere_in_an_import_loses_nothing() {
    let passages = passages("import-stock");
    assert!(passages.len() > 20, "{passages:?}");
    let mut cuts = 0;
    for after_import in ["archive", "delete"] {
        for passage in &passages {
            let (shop, disk) = shop_on_disk(after_import);
            let died = shop.command(["import-stock"]).env("TEMPOSTAR_CRASH_AT", passage).status().unwrap();
            disk.cut();
            cuts += u32::from(!died.success());
            shop.check_rows("PRAGMA integrity_check", &["ok"]);
            let ran = shop.run(["import-stock", "--json"]);
            assert!(matches!(ran.code, 0 | 3), "{passage}, {after_import}\n{ran}");
            shop.run(["import-stock", "--json"]).ok().no_problem();
            shop.check_rows("SELECT quantity, count(*) FROM stock GROUP BY 1", &["9|800"]);
            shop.check_rows("SELECT outcome FROM tempostar_files", &["applied"]);
            assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0], "{passage}");
            let place = shop.value("SELECT archived_as FROM tempostar_files");
            let copy = shop.path("disk/work/archive").join(format!("{place}.gz"));
            let mut whole = Vec::new();
            let mut unpacking = flate2::read::GzDecoder::new(fs::File::open(copy).unwrap());
            std::io::Read::read_to_end(&mut unpacking, &mut whole).unwrap();
            assert_eq!(whole.iter().filter(|byte| **byte == b'\n').count(), 802, "{passage}");
            let rejects = Command::new("sh")
                .args(["-c", "cat disk/work/rejects/*/stock.csv | grep -c wrong"])
                .current_dir(shop.path(""))
                .output()
                .unwrap();
            assert_ne!(rejects.stdout, b"0\n", "{passage}: the rejected row is lost");
        }
    }
    println!("power cuts in imports: {cuts}");
    assert!(cuts > 40, "{cuts}");
}

#[test]
#[ignore = "mounts disks and takes them away: as root, cargo test --test it -- --ignored power_cut"]
fn power_cut_anywhere_in_an_export_sends_once() {
    let passages = passages("export-orders");
    assert!(passages.len() > 10, "{passages:?}");
    for passage in &passages {
        let (shop, disk) = shop_on_disk("archive");
        let _ = shop.command(["export-orders"]).env("TEMPOSTAR_CRASH_AT", passage).status().unwrap();
        disk.cut();
        let ran = shop.run(["export-orders", "--json"]);
        assert!(matches!(ran.code, 0 | 3), "{passage}\n{ran}");
        shop.run(["export-orders", "--json"]).ok();
        assert_eq!(shop.numbers_in_outbox(), ["12345-1001"], "{passage}");
        shop.check_rows("SELECT count(*) FROM orders WHERE exported_at IS NOT NULL", &["1"]);
    }
}

// A quota is used up ----------------------------------------------------------------------------------------------

/// A folder that may hold only so much, of everybody, root among them.
struct Quota(std::path::PathBuf);

impl Quota {
    #[track_caller]
    fn at(shop: &Shop) -> Self {
        let (image, disk) = (shop.path("disk.img"), shop.path("disk"));
        fs::create_dir(&disk).unwrap();
        fs::File::create(&image).unwrap().set_len(256 << 20).unwrap();
        must("mkfs.btrfs", &["-q".as_ref(), image.as_ref()]);
        must("mount", &["-o".as_ref(), "loop".as_ref(), image.as_ref(), disk.as_ref()]);
        let quota = Self(disk);
        must("btrfs", &["quota".as_ref(), "enable".as_ref(), quota.0.as_ref()]);
        must("btrfs", &["subvolume".as_ref(), "create".as_ref(), quota.own().as_ref()]);
        quota
    }

    fn own(&self) -> std::path::PathBuf {
        self.0.join("own")
    }

    #[track_caller]
    fn limit(&self, bytes: &str) {
        must("btrfs", &["qgroup".as_ref(), "limit".as_ref(), bytes.as_ref(), self.own().as_ref()]);
    }
}

impl Drop for Quota {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[test]
#[ignore = "mounts disks with a quota: as root, with btrfs-progs, cargo test --test it -- --ignored used_up_quota"]
fn used_up_quota_of_the_database_or_the_work_folder_is_told_and_loses_nothing() {
    // SQLite maps a file beside the database into memory. Btrfs writes its pages elsewhere when they change, and where
    // it may not, whoever changes them gets SIGBUS.
    let both = [
        ("database = \"shop.db\"", "database = \"disk/own/shop.db\"", 8),
        ("work_dir = \"tempostar.d\"", "work_dir = \"disk/own/work\"", 6),
    ];
    for (line, on_quota, code) in both {
        let shop = Shop::new();
        let quota = Quota::at(&shop);
        shop.setting(line, on_quota);
        if line.starts_with("database") {
            std::os::unix::fs::symlink("disk/own/shop.db", shop.path("shop.db")).unwrap();
        }
        shop.many_products_in_stock(800);
        let rows = (1..=800).fold(String::new(), |rows, number| {
            rows + &format!("S-{number:03},皿{number},{}\n", "備考".repeat(3000))
        });
        shop.put_sheet(PRODUCT_INBOX, "product.csv", &format!("商品コード,商品名,備考\n{rows}"));
        shop.order("1001").line("S-001", 1).insert();
        shop.sql("PRAGMA wal_checkpoint(TRUNCATE)");
        quota.limit("3M");
        let ran = shop.run(["import-products", "--json"]);
        let ran = ran.exits(code);
        assert_eq!(ran.codes().len(), 1, "{ran}");
        ran.never_says("internal").says("quota");
        quota.limit("none");
        shop.run(["import-products", "--json"]).ok().no_problem();
        shop.run(["export-orders", "--json"]).ok();
        shop.check_rows(
            "SELECT count(*) FROM products WHERE name = '皿' || CAST(substr(code, 3) AS INTEGER)",
            &["800"],
        );
        assert_eq!(shop.numbers_in_outbox(), ["12345-1001"]);
        assert_eq!(shop.remote_files(PRODUCT_INBOX), [""; 0]);
    }
}

// Errors of the system --------------------------------------------------------------------------------------------

/// One after the other, each call of these fails once with this error, or so many of them.
const INJECTED: [(&str, &str, usize); 13] = [
    ("fsync", "EIO", usize::MAX),
    ("fdatasync", "EIO", usize::MAX),
    ("rename", "EACCES", usize::MAX),
    ("write", "ENOSPC", usize::MAX),
    ("pwrite64", "ENOSPC", usize::MAX),
    ("pwrite64", "EDQUOT", 6),
    ("pwrite64", "EIO", usize::MAX),
    ("pread64", "EIO", usize::MAX),
    ("ftruncate", "EIO", usize::MAX),
    ("mkdir", "EACCES", usize::MAX),
    ("unlink", "EIO", usize::MAX),
    ("openat", "EMFILE", usize::MAX),
    ("clone3", "EAGAIN", usize::MAX),
];

/// What a signal can interrupt.
const INTERRUPTED: [&str; 11] = [
    "read",
    "write",
    "pread64",
    "pwrite64",
    "openat",
    "fsync",
    "fdatasync",
    "ftruncate",
    "recvfrom",
    "sendto",
    "poll",
];

/// A job at work on something, and what its shop comes to in the end.
struct Traced {
    job: &'static str,
    prepare: fn(&Shop),
    /// Rows, and what they are.
    done: (&'static str, &'static str),
}

const STOCK_OF_ALL: (&str, &str) = ("SELECT quantity, count(*) FROM stock GROUP BY 1", "9|800");

const TRACED: [Traced; 4] = [
    Traced { job: "import-stock", prepare: |_| {}, done: STOCK_OF_ALL },
    Traced { job: "export-orders", prepare: |_| {}, done: STOCK_OF_ALL },
    Traced {
        job: "import-products",
        prepare: |shop| {
            let row = |number| format!("S-{number:03},皿{number},550\n");
            let rows = (1..=800).map(row).collect::<String>();
            shop.put_sheet(PRODUCT_INBOX, "product.csv", &format!("商品コード,商品名,販売価格\n{rows}"));
        },
        done: (
            "SELECT name = '皿' || CAST(substr(code, 3) AS INTEGER), price, count(*) FROM products GROUP BY 1, 2",
            "1|550|800",
        ),
    },
    Traced {
        job: "import-logistics",
        prepare: |shop| {
            shop.run(["export-orders"]).ok();
            let sheet = "ショップ受注番号,受注進捗コード,荷物番号\n12345-1001,800,1234-5678\n";
            shop.put_sheet(LOGISTICS_INBOX, "status.csv", sheet);
        },
        done: (
            "SELECT delivery_status, capture_status, tracking_no FROM orders JOIN order_shipments USING (order_no)",
            "1|1|1234-5678",
        ),
    },
];

impl Traced {
    fn shop(&self) -> Shop {
        let mut shop = Shop::new();
        shop.many_products_in_stock(800);
        shop.variable("TEMPOSTAR_SLICE_MAX", "300");
        let rows = (1..=800).fold(String::new(), |rows, number| rows + &format!("S-{number:03},9\n"));
        shop.put_sheet(STOCK_INBOX, "stock.csv", &format!("商品コード,在庫数\n{rows}"));
        shop.order("1001").line("S-001", 1).insert();
        (self.prepare)(&shop);
        shop
    }

    fn run(&self, shop: &Shop, options: &[&str]) -> Ran {
        let wanted = shop.command([self.job, "--json"]);
        let mut command = Command::new("strace");
        command.args(["-f", "-y", "-qq", "-o", "trace"]).args(options).arg(env!("CARGO_BIN_EXE_tempostar"));
        command.args([self.job, "--json"]).current_dir(shop.path("")).env_clear();
        command.envs(wanted.get_envs().filter_map(|(name, value)| Some((name, value?))));
        Ran::new(command.output().unwrap()).never_says("panicked")
    }

    /// The numbers of a call at which it fails: all, or so many of them.
    fn numbers(&self, call: &str, most: usize) -> impl Iterator<Item = usize> {
        let shop = self.shop();
        self.run(&shop, &["-e", &format!("trace={call}")]).ok();
        let calls = fs::read_to_string(shop.path("trace")).unwrap();
        let calls = calls.lines().filter(|line| line.contains(&format!("{call}("))).count();
        (1..=calls).step_by(calls.div_ceil(most).max(1))
    }

    /// A call fails; the next runs do what is left.
    #[track_caller]
    fn fails(&self, call: &str, error: &str, number: usize) -> (Ran, String) {
        let shop = self.shop();
        let inject = format!("inject={call}:error={error}:when={number}");
        let ran = self.run(&shop, &["-e", &format!("trace={call}"), "-e", &inject]);
        let trace = fs::read_to_string(shop.path("trace")).unwrap();
        let failed = trace.lines().find(|line| line.contains("(INJECTED)")).unwrap_or_default();
        let what = format!("{}: number {number}: {failed}", self.job);
        for job in [self.job, "import-stock", "export-orders"] {
            shop.run([job]);
        }
        shop.check_rows(self.done.0, &[self.done.1]);
        shop.check_rows(STOCK_OF_ALL.0, &[STOCK_OF_ALL.1]);
        for inbox in [STOCK_INBOX, PRODUCT_INBOX, LOGISTICS_INBOX] {
            assert_eq!(shop.remote_files(inbox), [""; 0], "{what}\n{ran}");
        }
        assert_eq!(shop.numbers_in_outbox(), ["12345-1001"], "{what}\n{ran}");
        (ran, what)
    }
}

#[test]
#[ignore = "takes minutes, and strace: cargo test --test it -- --ignored error_of_the_system"]
fn error_of_the_system_anywhere_loses_nothing_and_is_told() {
    let (mut cases, mut failed) = (0, 0);
    for (traced, most) in TRACED.iter().zip([usize::MAX, usize::MAX, 4, 4]) {
        for (call, error, of_call) in INJECTED {
            for number in traced.numbers(call, most.min(of_call)) {
                let (ran, what) = traced.fails(call, error, number);
                // 127: a library could not be loaded.
                assert!(matches!(ran.code, 0 | 1 | 3 | 5 | 6 | 8 | 127), "{what}\n{ran}");
                if !matches!(ran.code, 0 | 1 | 127) {
                    assert!(!ran.codes().is_empty(), "{what}\n{ran}");
                    failed += 1;
                }
                cases += 1;
            }
        }
    }
    println!("errors of the system: {cases} cases, {failed} of them ended the run with a problem");
}

#[test]
#[ignore = "takes minutes, and strace: cargo test --test it -- --ignored error_of_the_system"]
fn error_of_the_system_that_only_interrupts_loses_nothing_and_is_told() {
    for traced in &TRACED {
        for call in INTERRUPTED {
            for number in traced.numbers(call, 4) {
                let (ran, what) = traced.fails(call, "EINTR", number);
                assert!(matches!(ran.code, 0 | 1 | 5 | 6 | 8 | 127), "{what}\n{ran}");
                assert!(matches!(ran.code, 0 | 127) || ran.codes().len() == 1, "{what}\n{ran}");
            }
        }
    }
}
