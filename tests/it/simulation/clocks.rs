//! Servers, names, backlogs and clocks at random: the figure that TEMPOSTAR made last wins, and no unit is sold twice; or
//! the run stops and says which clock is wrong.
//!
//! True time goes on from step to step. In each TEMPOSTAR may write a full stock file, the shop may sell, and the two
//! jobs run, by a clock of the shop's computer that is right, or an hour, nine hours or a year off, and goes to and fro.
//! A run with exit code 6 must have changed nothing; then a person sets the clock.

use std::fs::{self, File};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use fastrand::Rng;
use rusqlite::Connection;
use tempfile::TempDir;
use tempostar::app;
use tempostar::moment::{Clock, Moment};

use super::{each, seeds, wish};
use crate::ftp_server::FtpServer;
use crate::harness::{OUTBOX, STOCK_INBOX};
use crate::proxy::{Act, Proxy, Rule};

/// Where nothing else is said; CI plays more.
const CASES: u64 = 16;
const STEPS: usize = 14;
const LAG: TimeDelta = TimeDelta::minutes(10);

/// How the server tells when a file was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Server {
    Utc,
    /// Vsftpd as Debian configures it, in Japan.
    Local,
    Slow(i64),
    /// It has no MDTM.
    Mute,
    /// It answers MDTM with a "yes" that has no time in it.
    Answers250,
}

impl Server {
    fn tells_times(self) -> bool {
        !matches!(self, Self::Mute | Self::Answers250)
    }

    /// What its clock shows, read as UTC.
    fn clock(self, now: Moment) -> Moment {
        match self {
            Self::Local => now + TimeDelta::hours(9),
            Self::Slow(minutes) => now - TimeDelta::minutes(minutes),
            _ => now,
        }
    }
}

/// What TEMPOSTAR calls its files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    Fixed,
    Weekday,
    Number,
    Time,
    Utc,
    DateAndNumber,
}

impl Names {
    fn of(self, at: Moment, number: usize) -> String {
        let stamp = |moment: Moment| moment.digits();
        match self {
            Self::Fixed => "stock.csv".to_owned(),
            Self::Weekday => format!("{}.csv", at.date().format("%a")),
            Self::Number => format!("stock_{number}.csv"),
            Self::Time => format!("stock{}.csv", stamp(at)),
            Self::Utc => {
                let utc = stamp(at - TimeDelta::hours(9));
                format!("stock_{}T{}Z.csv", &utc[..8], &utc[8..])
            }
            Self::DateAndNumber => format!("zaiko_{}_{:04}.csv", &stamp(at)[..8], number + 95),
        }
    }
}

struct World {
    folder: TempDir,
    ftp: FtpServer,
    _proxy: Proxy,
    server: Server,
    names: Names,
    now: Moment,
    /// By so much the shop's clock is ahead.
    wrong: TimeDelta,
    figure: i64,
    written: usize,
    /// What lies in the inbox: the figure of each name, and when it was written.
    lying: Vec<(String, i64, Moment)>,
    /// The newest that was taken.
    taken: Option<(i64, Moment)>,
    /// Units of each order, and when TEMPOSTAR's figure went down by it.
    orders: Vec<(i64, Option<Moment>)>,
    stops: usize,
}

impl World {
    fn new(server: Server, names: Names) -> Self {
        let folder = crate::harness::folder();
        let root = folder.path().join("server");
        for inbox in [STOCK_INBOX, OUTBOX] {
            fs::create_dir_all(root.join(&inbox[1..])).unwrap();
        }
        let ftp = FtpServer::start(&root).unwrap();
        let answer = match server {
            Server::Mute => Some("502 no such command\r\n"),
            Server::Answers250 => Some("250 fine\r\n"),
            _ => None,
        };
        let rule = |answer: &str| Rule {
            command: "MDTM".to_owned(),
            act: Act::Answer(answer.as_bytes().to_vec()),
            skip: 0,
            times: usize::MAX,
        };
        let proxy = Proxy::start(ftp.port(), answer.map(rule).into_iter().collect()).unwrap();
        let text = format!(
            "environment = \"demo\"\ndatabase = \"shop.db\"\nlanguage = \"en\"\n[shop]\ncode = \"12345\"\n\
             admin_email = \"owner@shop.example\"\n[ftp]\nretries = 0\n[ftp.demo]\nurl = \"127.0.0.1\"\nport = {}\n\
             user = \"{}\"\npassword = \"{}\"\ntls = \"none\"\n[mail]\ntransport = \"none\"\n[stock]\nsettle_s = 0\n\
             [stock.guard]\nzero_percent = 100\n[orders]\nmax_age_days = 0\n",
            proxy.port(),
            ftp.user(),
            ftp.password()
        );
        fs::write(folder.path().join("tempostar.toml"), text).unwrap();
        let world = Self {
            folder,
            ftp,
            _proxy: proxy,
            server,
            names,
            now: "2026-11-24 10:00:00".parse().unwrap(),
            wrong: TimeDelta::zero(),
            figure: 1000,
            written: 0,
            lying: Vec::new(),
            taken: None,
            orders: Vec::new(),
            stops: 0,
        };
        world.run(&["import-stock"]);
        world
            .db()
            .execute_batch(
                "INSERT INTO products (code, name) VALUES ('A-1', '商品');
             INSERT INTO skus (code, product_code) VALUES ('A-1', 'A-1');
             INSERT INTO payment_methods (name, added_on) VALUES ('代金引換', '2020-04-01');",
            )
            .unwrap();
        world
    }

    fn db(&self) -> Connection {
        let db = Connection::open(self.folder.path().join("shop.db")).unwrap();
        db.busy_timeout(Duration::from_secs(10)).unwrap();
        db
    }

    fn path(&self, folder: &str) -> PathBuf {
        self.ftp.root().join(&folder[1..])
    }

    /// What the shop's computer takes for the present.
    fn here(&self) -> Moment {
        self.now + self.wrong
    }

    fn run(&self, command: &[&str]) -> (u8, String) {
        self.ftp.set_clock(Some(self.server.clock(self.now).to_system()));
        let settings = self.folder.path().join("tempostar.toml");
        let args = ["tempostar".into(), "--config".into(), settings.into_os_string()];
        let args = args.into_iter().chain(command.iter().map(Into::into));
        let finished = app::run(args, &Clock::Fixed(self.here()));
        (finished.exit_code, finished.stdout + &finished.stderr)
    }

    /// A file with TEMPOSTAR's figure of now.
    fn write(&mut self) {
        self.written += 1;
        let name = self.names.of(self.now, self.written);
        let path = self.path(STOCK_INBOX).join(&name);
        fs::write(&path, format!("商品コード,在庫数\r\nA-1,{}\r\n", self.figure)).unwrap();
        let time = self.server.clock(self.now).to_system();
        File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
        self.lying.retain(|(other, ..)| *other != name);
        self.lying.push((name, self.figure, self.now));
    }

    fn sell(&mut self, units: i64) {
        if self.sellable() < units {
            return;
        }
        let number = self.orders.len();
        let at = self.here();
        self.db().execute_batch(&format!(
            "BEGIN;
             INSERT INTO orders (order_no, ordered_at, customer_name, customer_kana, customer_zip, customer_address,
                                 customer_tel, customer_email, payment_method, payment_count, device,
                                 subtotal_excl_tax, tax, subtotal_incl_tax, total, created_at, updated_at)
             VALUES ('{number}', '{at}', '山', 'ヤマ', '100-0001', '東京', '03-0000-0001', 'a@b.example', '代金引換',
                     '一括払い', 'P', {units} * 1000, {units} * 100, {units} * 1100, {units} * 1100, '{at}', '{at}');
             INSERT INTO order_shipments (order_no, shipment_no, recipient_name, recipient_kana, recipient_zip,
                                          recipient_address, recipient_tel, delivery_method, total)
             VALUES ('{number}', 1, '山', 'ヤマ', '100-0001', '東京', '03-0000-0001', '宅配便', {units} * 1100);
             INSERT INTO order_lines (order_no, line_no, sku_code, product_name, quantity, unit_price_excl_tax, unit_tax,
                                      unit_price_incl_tax)
             VALUES ('{number}', 1, 'A-1', '商品', {units}, 1000, 100, 1100);
             UPDATE stock SET allocated = allocated + {units};
             COMMIT;"
        )).unwrap();
        self.orders.push((units, None));
    }

    fn sellable(&self) -> i64 {
        self.db().query_row("SELECT sellable FROM sellable_stock", [], |row| row.get(0)).unwrap()
    }

    /// TEMPOSTAR takes all files of orders, and its figure goes down at once.
    fn take_orders(&mut self) {
        for file in fs::read_dir(self.path(OUTBOX)).unwrap().map(|file| file.unwrap().path()) {
            if file.extension().is_some_and(|extension| extension == "csv") {
                let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
                for line in text.lines().skip(1) {
                    let number: usize = line.split('"').nth(1).unwrap()["12345-".len()..].parse().unwrap();
                    let (units, reflected) = &mut self.orders[number];
                    assert_eq!(*reflected, None, "sent twice");
                    (self.figure, *reflected) = (self.figure - *units, Some(self.now));
                }
                fs::remove_file(file).unwrap();
            }
        }
    }

    fn stock(&self) -> Option<(i64, i64)> {
        let sql = "SELECT quantity, allocated FROM stock";
        self.db().query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).ok()
    }

    /// Runs a job; `false`: it stopped and said that a clock is wrong.
    fn run_job(&mut self, job: &str) -> Result<bool, String> {
        let before = self.stock();
        let (exit, said) = self.run(&[job]);
        match exit {
            0 | 3 => Ok(true),
            6 if said.contains("clock") => {
                self.stops += 1;
                match self.stock() == before {
                    true => Ok(false),
                    false => Err(format!("{job} stopped for a clock, and has changed the stock\n{said}")),
                }
            }
            _ => Err(format!("{job} ended with {exit}\n{said}")),
        }
    }

    fn import(&mut self) -> Result<bool, String> {
        if !self.run_job("import-stock")? {
            return Ok(false);
        }
        for (_, figure, at) in self.lying.drain(..) {
            if self.taken.is_none_or(|(_, newest)| newest <= at) {
                self.taken = Some((figure, at));
            }
        }
        self.check()?;
        Ok(true)
    }

    fn check(&self) -> Result<(), String> {
        let (Some((figure, at)), Some((quantity, allocated))) = (self.taken, self.stock()) else {
            return Ok(());
        };
        if quantity != figure {
            return Err(format!("the stock is {quantity}, but the newest file, of {at}, says {figure}"));
        }
        let unknown = |reflected: &Option<Moment>| reflected.is_none_or(|reflected| reflected > at);
        let on_their_way: i64 =
            self.orders.iter().filter(|(_, reflected)| unknown(reflected)).map(|(units, _)| units).sum();
        match allocated >= on_their_way {
            true => Ok(()),
            false => Err(format!("{allocated} allocated, but the file of {at} lacks {on_their_way}")),
        }
    }
}

fn errors(rng: &mut Rng) -> Vec<TimeDelta> {
    let hours = |hours: i64| TimeDelta::hours(hours);
    let kinds =
        [hours(0), hours(1), hours(-1), hours(9), hours(-9), TimeDelta::days(400), TimeDelta::days(-400)];
    let wrong = kinds[rng.usize(..kinds.len())];
    (0..STEPS)
        .map(|step| match step {
            0..=3 => hours(0),
            _ if rng.bool() => wrong,
            _ => hours(0),
        })
        .collect()
}

/// Plays a case; gives how often it stopped for a clock.
fn play(seed: u64) -> Result<usize, String> {
    let mut rng = Rng::with_seed(seed);
    let servers =
        [Server::Utc, Server::Local, Server::Slow(17), Server::Slow(187), Server::Mute, Server::Answers250];
    let server = servers[rng.usize(..servers.len())];
    let names = [Names::Fixed, Names::Weekday, Names::Number, Names::Time, Names::Utc, Names::DateAndNumber];
    let names = names[rng.usize(..names.len())];
    let errors = errors(&mut rng);
    let mut world = World::new(server, names);
    let told = |error: String, world: &World| {
        format!(
            "TEMPOSTAR_SIM_SEED={seed}: {server:?}, {names:?}, off by {}, at {}: {error}",
            world.wrong, world.now
        )
    };
    for wrong in errors {
        world.wrong = wrong;
        // Days of the week say nothing of their order where no time is told.
        let is_backlog = rng.u32(..4) == 0 && (server.tells_times() || names != Names::Weekday);
        for _ in 0..if is_backlog { rng.u32(2..5) } else { 1 } {
            let minutes = if is_backlog { rng.i64(20..300) } else { rng.i64(5..40) };
            world.now = world.now + TimeDelta::minutes(minutes);
            world.figure += rng.i64(-5..10);
            world.write();
        }
        world.now = world.now + TimeDelta::seconds(rng.i64(5..120));
        (|| {
            world.import()?;
            if rng.bool() {
                world.sell(rng.i64(1..4));
            }
            world.run_job("export-orders")?;
            world.now = world.now + TimeDelta::seconds(rng.i64(5..LAG.num_seconds() - 130));
            world.take_orders();
            world.check()
        })()
        .map_err(|error: String| told(error, &world))?;
    }
    world.settle().map_err(|error| told(error, &world))?;
    Ok(world.stops)
}

impl World {
    /// The clock is set, a person has looked, and all is as TEMPOSTAR has it.
    fn settle(&mut self) -> Result<(), String> {
        self.wrong = TimeDelta::zero();
        self.run(&["check-settings", "--write-test"]);
        for _ in 0..3 {
            self.now = self.now + TimeDelta::minutes(30);
            for job in ["export-orders", "import-stock"] {
                let (exit, said) = self.run(&[job]);
                if exit == 6 {
                    return Err(format!("{job} does not go on with a clock that is right\n{said}"));
                }
            }
            self.take_orders();
            self.now = self.now + TimeDelta::minutes(30);
            self.write();
        }
        self.now = self.now + TimeDelta::minutes(1);
        self.import()?;
        match self.stock() {
            Some((quantity, 0)) if quantity == self.figure => Ok(()),
            stock => Err(format!("in the end the stock is {stock:?}, but TEMPOSTAR has {}", self.figure)),
        }
    }
}

/// How long the long test plays where nothing else is said.
const SECONDS: u64 = 180;

/// Plays these cases; how many there were, and in how many of them a run stopped for a clock.
#[track_caller]
fn check_cases(seeds: &[u64]) -> usize {
    let played = each(seeds, play);
    let wrong: Vec<&String> = played.iter().filter_map(|case| case.as_ref().err()).collect();
    assert!(wrong.is_empty(), "{} of {} cases: {wrong:#?}", wrong.len(), seeds.len());
    played.iter().filter(|case| matches!(case, Ok(1..))).count()
}

#[test]
#[ignore = "minutes: cargo test --test it -- --ignored many_servers_and_clocks"]
fn many_servers_and_clocks_for_as_long_as_there_is_time() {
    let began = Instant::now();
    let bound = Duration::from_secs(wish("TEMPOSTAR_SIM_SECONDS").unwrap_or(SECONDS));
    // The others begin with 1.
    let (first, mut next) = (1001, 1001);
    while began.elapsed() < bound {
        check_cases(&(next..next + 20).collect::<Vec<u64>>());
        next += 20;
    }
    crate::harness::show(&format!("{} cases in {} s", next - first, began.elapsed().as_secs()));
}

#[test]
fn whatever_server_and_clock_the_newest_figure_wins_or_the_run_stops_and_says_which_clock_is_wrong() {
    // Each goes through a server, and takes as long as many schedules.
    let seeds = seeds(wish("TEMPOSTAR_SIM_SCHEDULES").map_or(CASES, |schedules| (schedules / 20).max(CASES)));
    let stopped = check_cases(&seeds);
    crate::harness::show(&format!("{} cases, in {stopped} of them a run stopped for a clock", seeds.len()));
    assert!(stopped > 0 || seeds.len() < 10, "no clock was ever found to be wrong");
}
