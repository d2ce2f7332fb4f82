//! Runs that are killed at any moment, while the shop sells, TEMPOSTAR lays down stock files and takes orders away:
//! in the end every order has been on the server exactly once, and every file has been applied exactly once.

use std::collections::BTreeMap;
use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use fastrand::Rng;

use crate::harness::{OUTBOX, STOCK_INBOX, Shop, cp932, show};

const SKUS: usize = 8;
const LONGEST_LIFE_MS: u64 = 150;

/// The shop, and what a perfect sync would make of all that happened.
struct World {
    shop: Shop,
    chance: Rng,
    now: NaiveDateTime,
    orders: usize,
    files: usize,
    /// Numbers of the orders that TEMPOSTAR took, as often as it took them.
    taken: Vec<String>,
    /// The newest figure of each SKU.
    figures: BTreeMap<String, i64>,
}

impl World {
    fn new(seed: u64) -> Self {
        let shop = Shop::new();
        shop.many_products_in_stock(SKUS);
        let figures = (1..=SKUS).map(|number| (sku(number), 5)).collect();
        let now = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap().and_hms_opt(10, 15, 0).unwrap();
        Self { shop, chance: Rng::with_seed(seed), now, orders: 0, files: 0, taken: Vec::new(), figures }
    }

    /// A minute passes.
    fn tick(&mut self) {
        self.now += TimeDelta::minutes(1);
        self.shop.at(&self.now.format("%Y-%m-%d %H:%M:%S").to_string());
    }

    /// Something happens, or nothing.
    fn event(&mut self) {
        match self.chance.u8(..5) {
            0 | 1 => self.sell(),
            2 => self.lay_down_stock(),
            3 => self.take_orders(),
            _ => {}
        }
    }

    fn sell(&mut self) {
        self.orders += 1;
        let sku = sku(self.chance.usize(1..=SKUS));
        self.shop.order(&format!("{:05}", self.orders)).line(&sku, 1).insert();
    }

    /// Some SKUs get a figure that no other file gives them; the file is complete when it has its name.
    fn lay_down_stock(&mut self) {
        self.files += 1;
        let figure = i64::try_from(1000 + self.files).unwrap();
        let mut sheet = "商品コード,在庫数\n".to_owned();
        for number in 1..=SKUS {
            if self.chance.bool() || number == self.files % SKUS + 1 {
                sheet += &format!("{},{figure}\n", sku(number));
                self.figures.insert(sku(number), figure);
            }
        }
        let name = format!("stock_{}.csv", self.now.format("%Y%m%d%H%M%S"));
        let folder = self.shop.ftp.root().join(&STOCK_INBOX[1..]);
        let hidden = folder.join(format!("{name}.{}.part", self.files));
        fs::write(&hidden, cp932(&sheet)).unwrap();
        // Two in one second: the later one gets a name of its own.
        let target = folder.join(&name);
        let target = if target.exists() { folder.join(name.replace(".csv", "_2.csv")) } else { target };
        fs::rename(hidden, target).unwrap();
    }

    fn take_orders(&mut self) {
        self.taken.extend(self.shop.take_orders());
    }

    /// A run that is killed after a random time, if it has not ended by then. Gives whether it was killed.
    fn run_and_kill(&mut self) -> bool {
        let job = if self.chance.bool() { "export-orders" } else { "import-stock" };
        let life = Duration::from_millis(self.chance.u64(0..=LONGEST_LIFE_MS));
        let mut child = self.shop.command([job]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(life / 2);
        self.event();
        thread::sleep(life / 2);
        let has_ended = child.try_wait().unwrap().is_some();
        child.kill().unwrap();
        child.wait().unwrap();
        !has_ended
    }

    /// Undisturbed runs until all is done.
    fn settle(&mut self) {
        for _ in 0..2 {
            self.tick();
            self.shop.run(["export-orders"]).ok();
            self.shop.run(["import-stock"]).ok();
            self.take_orders();
        }
    }

    #[track_caller]
    fn check(&mut self) {
        self.taken.sort();
        let orders: Vec<String> = (1..=self.orders).map(|number| format!("12345-{number:05}")).collect();
        assert_eq!(self.taken, orders, "orders that reached TEMPOSTAR");
        let shop = &self.shop;
        shop.check_rows("SELECT count(*) FROM orders WHERE exported_at IS NULL", &["0"]);
        shop.check_rows("SELECT count(*) FROM tempostar_batches WHERE state <> 'sent'", &["0"]);
        let applied =
            "SELECT count(*), count(DISTINCT sha256), min(outcome), max(outcome), min(is_cleaned_up)
                       FROM tempostar_files";
        shop.check_rows(applied, &[&format!("{0}|{0}|applied|applied|1", self.files)]);
        let figures: Vec<String> =
            self.figures.iter().map(|(sku, figure)| format!("{sku}|{figure}")).collect();
        assert_eq!(shop.rows("SELECT sku_code, quantity FROM stock ORDER BY 1"), figures);
        assert_eq!(shop.remote_files(OUTBOX), [""; 0]);
        assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0]);
        assert_eq!(shop.remote_files(&format!("{STOCK_INBOX}/archive")).len(), self.files);
        let batches: usize = shop.value("SELECT count(*) FROM tempostar_batches").parse().unwrap();
        assert_eq!(shop.work_files_below("archive").len(), self.files + batches);
        assert!(shop.work_files_below("spool").is_empty(), "{:?}", shop.work_files_below("spool"));
    }

    /// Long after, nothing is on its way any more.
    #[track_caller]
    fn check_allocation(&mut self) {
        self.now += TimeDelta::hours(1);
        self.tick();
        let rows: String = self.figures.iter().map(|(sku, figure)| format!("{sku},{figure}\n")).collect();
        let name = format!("stock_{}.csv", self.now.format("%Y%m%d%H%M%S"));
        self.shop.put_sheet(STOCK_INBOX, &name, &format!("商品コード,在庫数\n{rows}"));
        self.shop.run(["import-stock"]).ok();
        self.shop.check_rows("SELECT DISTINCT allocated FROM stock", &["0"]);
    }
}

fn sku(number: usize) -> String {
    format!("S-{number:03}")
}

#[track_caller]
fn kill_and_check(kills: usize, seed: u64) {
    let mut world = World::new(seed);
    let (mut runs, mut killed) = (0, 0);
    while killed < kills {
        world.tick();
        world.event();
        runs += 1;
        killed += usize::from(world.run_and_kill());
    }
    world.settle();
    world.check();
    world.check_allocation();
    show(&format!(
        "{runs} runs, {killed} of them killed at work; {} orders arrived once, {} stock files were applied once",
        world.orders, world.files
    ));
}

#[test]
fn runs_killed_at_random_moments_lose_and_double_nothing() {
    kill_and_check(30, 20_261_124);
}

#[test]
#[ignore = "takes two minutes: cargo test --test it -- --ignored five_hundred"]
fn five_hundred_kills_at_random_moments_lose_and_double_nothing() {
    kill_and_check(500, 4);
}
