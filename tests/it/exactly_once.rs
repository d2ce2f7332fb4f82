//! Whatever happens to a shop in the course of its life, an order is sent at most once, each is in one state, and one
//! that was not sent is told of.
//!
//! Random lives: the shop sells, cancels, un-cancels, edits, deletes and uses numbers again, puts an older database
//! back, points to another outbox, shop code or work folder; TEMPOSTAR takes files away or not; runs die anywhere, and
//! the server refuses. Each order has a sign of its own in its note, so that what reached the server is known by
//! content, whatever number it has.
//!
//! `TEMPOSTAR_SIM_SCHEDULES` sets the number of lives, a hundredth of it; `TEMPOSTAR_SIM_SEED` plays one alone.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use fastrand::Rng;

use crate::ftp_server::Fault;
use crate::harness::{Ran, Shop, from_cp932, show};
use crate::simulation::{each, seeds, wish};

const LIVES: u64 = 6;
const EVENTS: usize = 40;
const PLACES_TO_DIE: [&str; 9] = [
    "begun",
    "prepared",
    "chunk",
    "server-uploaded",
    "uploaded",
    "kept",
    "server-renamed",
    "before-sent",
    "sent",
];
/// Values that the settings take in turn.
const SWITCHES: [(&str, [&str; 2]); 3] = [
    ("outbox = ", ["/ordershop/{shop_code}", "/ordershop/other"]),
    ("code = ", ["12345", "67890"]),
    ("work_dir = ", ["tempostar.d", "other.d"]),
];
const WORK_DIR: usize = 2;

struct Life {
    seed: u64,
    shop: Shop,
    rng: Rng,
    now: NaiveDateTime,
    /// How many orders were placed; each has the sign `g<n>` in its note.
    placed: usize,
    switched: [usize; SWITCHES.len()],
    /// Texts of all files that TEMPOSTAR took.
    taken: Vec<String>,
    backup: Option<PathBuf>,
    story: Vec<String>,
}

impl Life {
    fn new(seed: u64) -> Self {
        let shop = Shop::new();
        for folder in ["/ordershop/other", "/ordershop/67890"] {
            shop.make_remote_folder(folder);
        }
        shop.product_in_stock("A-1", 1000);
        shop.payment_method("クレジットカード");
        let now = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap().and_hms_opt(10, 15, 0).unwrap();
        let (rng, story) = (Rng::with_seed(seed), Vec::new());
        let switched = [0; SWITCHES.len()];
        Self { seed, shop, rng, now, placed: 0, switched, taken: Vec::new(), backup: None, story }
    }

    fn live(mut self) -> Self {
        for _ in 0..EVENTS {
            self.now += TimeDelta::minutes(7);
            self.shop.at(&self.stamp());
            self.event();
            self.check_sent_once();
        }
        self.settle();
        self
    }

    fn stamp(&self) -> String {
        self.now.format("%Y-%m-%d %H:%M:%S").to_string()
    }

    fn event(&mut self) {
        let event = self.rng.u32(..100);
        match event {
            0..25 => self.sell(),
            25..47 => drop(self.export()),
            47..57 => self.export_and_die(),
            57..62 => self.export_with_fault(),
            62..68 => self.take(),
            68..72 => self.change_an_order("cancelled_at = '{now}'"),
            72..75 => self.change_an_order("cancelled_at = NULL"),
            75..78 => self.change_an_order("customer_address = customer_address || '1'"),
            78..82 => self.change_an_order("exported_at = CASE order_no % 2 WHEN 0 THEN '' END"),
            82..85 => self.change_an_order("is_provisional = 1 - is_provisional"),
            85..89 => self.delete_an_order(),
            89..91 => self.back_up(),
            91..94 => self.put_back(),
            94..98 => self.switch(),
            _ => self.remove_locks(),
        }
    }

    fn tell(&mut self, what: &str) {
        self.story.push(format!("{} {what}", self.stamp()));
    }

    // The shop -------------------------------------------------------------------------------------------------------

    /// An order, with a number that may have been used and is free again.
    fn sell(&mut self) {
        let highest: usize = self
            .shop
            .value("SELECT coalesce(max(CAST(order_no AS INTEGER)), 1000) FROM orders")
            .parse()
            .unwrap();
        let number = highest + 1;
        self.placed += 1;
        let sign = format!("g{}", self.placed);
        self.tell(&format!("order {number} is placed: {sign}"));
        let placed_at = self.stamp();
        let order = self.shop.order(&number.to_string()).line("A-1", 1);
        order.set("customer_note", &sign).set("ordered_at", &placed_at).insert();
    }

    fn pick(&mut self) -> Option<String> {
        let numbers = self.shop.rows("SELECT order_no FROM orders ORDER BY order_no");
        (!numbers.is_empty()).then(|| numbers[self.rng.usize(..numbers.len())].clone())
    }

    fn change_an_order(&mut self, set: &str) {
        let Some(number) = self.pick() else { return };
        let set = set.replace("{now}", &self.stamp());
        self.tell(&format!("order {number}: {set}"));
        self.shop.sql(&format!("UPDATE orders SET {set} WHERE order_no = '{number}'"));
    }

    fn delete_an_order(&mut self) {
        let Some(number) = self.pick() else { return };
        self.tell(&format!("order {number} is deleted"));
        let delete = |table: &str| format!("DELETE FROM {table} WHERE order_no = '{number}';");
        self.shop.sql(&["order_lines", "order_shipments", "orders"].map(delete).concat());
    }

    fn back_up(&mut self) {
        self.tell("the database is copied");
        let copy = self.shop.path(&format!("backup{}.db", self.story.len()));
        self.shop.db().execute("VACUUM INTO ?1", [copy.to_str().unwrap()]).unwrap();
        self.backup = Some(copy);
    }

    /// With another work folder than before nobody could know what was sent since.
    fn put_back(&mut self) {
        let Some(copy) = self.backup.clone() else { return };
        self.tell("the copy is put back");
        self.switch_to(WORK_DIR, 0);
        for ending in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(self.shop.path(&format!("shop.db{ending}")));
        }
        fs::copy(copy, self.shop.path("shop.db")).unwrap();
    }

    /// Another work folder only where the first one knows what it has sent.
    fn switch(&mut self) {
        let which = self.rng.usize(..SWITCHES.len());
        if which != WORK_DIR || self.shop.path("tempostar.d/export-orders.demo.last").exists() {
            self.switch_to(which, 1 - self.switched[which]);
        }
    }

    fn switch_to(&mut self, which: usize, value: usize) {
        let (key, values) = SWITCHES[which];
        if self.switched[which] != value {
            self.tell(&format!("{key}{}", values[value]));
            let line = |value: usize| format!("{key}\"{}\"", values[value]);
            self.shop.setting(&line(self.switched[which]), &line(value));
            self.switched[which] = value;
        }
    }

    fn remove_locks(&mut self) {
        self.tell("all locks are removed");
        for folder in [".", "tempostar.d", "other.d"] {
            let Ok(entries) = fs::read_dir(self.shop.path(folder)) else { continue };
            let paths = entries.map(|entry| entry.unwrap().path());
            paths.filter(|path| has_ending(path, "lock")).for_each(|path| fs::remove_file(path).unwrap());
        }
    }

    // Runs -----------------------------------------------------------------------------------------------------------

    fn export(&mut self) -> Ran {
        let ran = self.shop.run(["export-orders", "--json"]);
        self.tell(&format!("export-orders: {} {:?}", ran.code, ran.codes()));
        assert!(matches!(ran.code, 0 | 3 | 5 | 6 | 8), "{}\n{ran}", self.told());
        self.check_states();
        ran
    }

    fn export_and_die(&mut self) {
        let place = PLACES_TO_DIE[self.rng.usize(..PLACES_TO_DIE.len())];
        let ran = self.shop.command(["export-orders"]).env("TEMPOSTAR_CRASH_AT", place).output().unwrap();
        self.tell(&format!("export-orders, to die at {place}: {:?}", ran.status.code()));
    }

    fn export_with_fault(&mut self) {
        let faults = [
            Fault::RenameRefused,
            Fault::RenameDoneButDenied,
            Fault::PutFailsAfter(100),
            Fault::PutFailsAfter(u64::MAX),
            Fault::PutCutShort(100),
            Fault::ListRefused,
            Fault::DeleteRefused,
            Fault::ConnectionDropped,
        ];
        let fault = faults[self.rng.usize(..faults.len())];
        self.tell(&format!("{fault:?}"));
        self.shop.ftp.faults().once(fault);
        self.export();
        self.shop.ftp.faults().clear();
    }

    fn take(&mut self) {
        self.tell("TEMPOSTAR takes all files");
        for path in self.files_of_orders() {
            self.taken.push(text_of(&path));
            fs::remove_file(path).unwrap();
        }
    }

    fn files_of_orders(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for folder in ["12345", "67890", "other"] {
            let folder = self.shop.ftp.root().join("ordershop").join(folder);
            let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
            files.extend(paths.filter(|path| has_ending(path, "csv")));
        }
        files
    }

    // What must hold ---------------------------------------------------------------------------------------------------

    /// How often each sign, and each number of the shop, stands in all files that ever had their name.
    fn sent(&self) -> [BTreeMap<String, usize>; 2] {
        let lying: Vec<String> = self.files_of_orders().iter().map(|path| text_of(path)).collect();
        let mut counts = [BTreeMap::new(), BTreeMap::new()];
        for line in self.taken.iter().chain(&lying).flat_map(|text| text.lines().skip(1)) {
            let fields: Vec<&str> = line.trim_matches('"').split("\",\"").collect();
            let number = fields[0].split_once('-').unwrap().1;
            *counts[0].entry(fields[21].to_owned()).or_default() += 1;
            *counts[1].entry(number.to_owned()).or_default() += 1;
        }
        counts
    }

    fn check_sent_once(&self) {
        for (what, times) in self.sent().into_iter().flatten() {
            assert_eq!(times, 1, "{what} was sent {times} times\n{}", self.told());
        }
    }

    fn check_states(&self) {
        let status = self.shop.run(["status", "--json"]).json();
        let states = status["orders"]["states"].as_object().unwrap();
        let sum: u64 = states.values().map(|count| count.as_u64().unwrap()).sum();
        assert_eq!(
            sum.to_string(),
            self.shop.value("SELECT count(*) FROM orders"),
            "{states:?}\n{}",
            self.told()
        );
    }

    /// Undisturbed runs: what is to be sent then is on the server, or the last run names it.
    fn settle(&mut self) {
        self.switch_to(WORK_DIR, 0);
        let mut last = None;
        for _ in 0..3 {
            self.now += TimeDelta::minutes(7);
            self.shop.at(&self.stamp());
            last = Some(self.export());
            self.check_sent_once();
        }
        let last = last.unwrap();
        let problems = last.json()["problems"].to_string();
        let [signs, _] = self.sent();
        let open = "SELECT customer_note || ' ' || order_no FROM orders
                    WHERE coalesce(cancelled_at, '') = '' AND is_provisional = 0";
        for row in self.shop.rows(open) {
            let (sign, number) = row.split_once(' ').unwrap();
            let is_told = problems.contains(&format!("order {number} is held back"));
            assert!(
                signs.contains_key(sign) || is_told,
                "order {number} ({sign}) is neither sent nor told of: {last}\n{}",
                self.told()
            );
        }
    }

    fn told(&self) -> String {
        format!("TEMPOSTAR_SIM_SEED={}\n{}", self.seed, self.story.join("\n"))
    }
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|found| found == ending)
}

fn text_of(path: &Path) -> String {
    from_cp932(&fs::read(path).unwrap())
}

#[test]
fn no_life_of_a_shop_sends_an_order_twice_or_drops_one_in_silence() {
    let lives = wish("TEMPOSTAR_SIM_SCHEDULES").map_or(LIVES, |schedules| schedules.div_ceil(100).max(LIVES));
    let lived = each(&seeds(lives), |seed| {
        let life = Life::new(seed).live();
        (life.placed, life.sent()[0].len())
    });
    let (placed, sent) = lived.iter().fold((0, 0), |sum, life| (sum.0 + life.0, sum.1 + life.1));
    show(&format!("{} lives: {placed} orders placed, {sent} sent once", lived.len()));
    assert!(sent * 2 > placed, "{sent} of {placed} orders were sent");
}
