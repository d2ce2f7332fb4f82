//! The stock over thousands of random hours: a model of TEMPOSTAR and of the shop, with the real import between them.
//!
//! TEMPOSTAR has the true figure of each SKU. It takes files of orders over when it likes, lowers its figures within the
//! lag, sells on other channels (beyond zero, too), gets goods, cancels, and writes full or differential stock files
//! that arrive late and out of order. The shop sells what `sellable_stock` says, sends its orders, dies between sending
//! and noting it, and cancels. What must hold after each step, for each SKU, with F the newest file (by its own time)
//! that names it and has been imported:
//!
//! ```text
//! sellable ≤ max(0, left)
//! left     = figure in F − units in orders of the shop that are not cancelled in the shop
//!                          and by which TEMPOSTAR had not lowered that figure yet when it wrote F
//! ```
//!
//! As this holds just before each sale, no sale takes a unit that TEMPOSTAR's figure and the orders on their way do not
//! leave. What other channels sold after F was written is excusable: nobody could know it. An order that is cancelled
//! in the shop is not on its way: that TEMPOSTAR learns of it is hand work. Besides, the quantity is always F's figure;
//! and once all orders are taken over and a last full file is imported, nothing is allocated, sellable is
//! max(0, TEMPOSTAR's figure), and files that come even later change nothing.
//!
//! The other tests show that the simulation can fail, and that its short cuts around the server are none.
//!
//! In every third one files of changed SKUs say that the others are as they were (`files = "differential"`); in two of
//! three the guard holds what would empty the shop, and a person approves, discards, or undoes a run. What was undone
//! is as old as it was before; what is held or discarded, nobody has said. `reconcile` and `status` find nothing amiss.
//!
//! `TEMPOSTAR_SIM_SCHEDULES` sets the number of schedules; `TEMPOSTAR_SIM_SEED` plays one alone.

mod clocks;
mod model;
mod schedule;
mod site;

use std::fmt::Write as _;
use std::thread;

use model::{Played, Violation, play, trace};
use schedule::{Schedule, When};
use site::{Importer, Way};

/// Schedules of each of the two settings, where nothing else is said; CI plays more.
const SCHEDULES: u64 = 150;
/// As many show what a wrong import does.
const SCHEDULES_OF_MUTANTS: u64 = 50;
/// As many go through a server.
const SCHEDULES_BY_FTP: u64 = 5;

const THREADS: u64 = 2;

#[expect(clippy::disallowed_methods, reason = "how much a person wants to test is no setting of the program")]
pub fn wish(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{name} is no number")))
}

pub fn seeds(count: u64) -> Vec<u64> {
    match wish("TEMPOSTAR_SIM_SEED") {
        Some(seed) => vec![seed],
        None => (1..=count).collect(),
    }
}

/// What `of` says about each seed, worked off by all threads.
pub fn each<T: Send>(seeds: &[u64], of: impl Fn(u64) -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS)
            .map(|worker| {
                let mine = seeds.iter().copied().filter(move |seed| seed % THREADS == worker);
                scope.spawn(|| mine.map(&of).collect::<Vec<T>>())
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    })
}

fn violation(schedule: &Schedule, importer: Importer) -> Option<Violation> {
    play(schedule, Way::Shortcut, importer).violation
}

/// All schedules keep to the invariants; the first that does not is told in its shortest form.
fn check_all(when: When, importer: Importer, count: u64) {
    let draw = |seed| Schedule::draw(seed, when, false);
    let played = each(&seeds(count), |seed| {
        let Played { violation, sales, .. } = play(&draw(seed), Way::Shortcut, importer);
        (seed, violation, sales)
    });
    let sales: usize = played.iter().map(|(_, _, sales)| sales).sum();
    assert!(sales > played.len(), "a simulation in which nobody buys shows nothing: {sales} sales");
    if let Some((seed, first, _)) = played.into_iter().find(|(_, violation, _)| violation.is_some()) {
        let shrunk = draw(seed).shrunk(|schedule| violation(schedule, importer).is_some());
        let why = violation(&shrunk, importer).or(first).unwrap();
        panic!("TEMPOSTAR_SIM_SEED={seed}: {why}\n{shrunk}");
    }
}

/// How many schedules a wrong import lets the shop oversell in.
fn oversold(when: When, importer: Importer) -> usize {
    let seeds: Vec<u64> = (1..=SCHEDULES_OF_MUTANTS).collect();
    let violations = each(&seeds, |seed| violation(&Schedule::draw(seed, when, false), importer));
    violations.iter().filter(|violation| matches!(violation, Some(Violation::Oversells { .. }))).count()
}

#[track_caller]
fn check_oversells(importer: Importer, at_least: usize) {
    for when in [When::Sent, When::Taken] {
        let oversold = oversold(when, importer);
        assert!(
            oversold >= at_least,
            "{importer:?}, {when:?}: only {oversold} of {SCHEDULES_OF_MUTANTS} schedules oversell"
        );
    }
}

fn schedules() -> u64 {
    wish("TEMPOSTAR_SIM_SCHEDULES").unwrap_or(SCHEDULES)
}

#[test]
fn the_shop_never_sells_what_is_not_left_when_the_lag_runs_from_the_upload() {
    check_all(When::Sent, Importer::Tempostar, schedules());
}

#[test]
fn the_shop_never_sells_what_is_not_left_when_the_lag_runs_from_the_taking() {
    check_all(When::Taken, Importer::Tempostar, schedules());
}

#[test]
fn the_rule_in_a_few_lines_passes_so_that_its_variants_below_fail_for_what_they_change() {
    for when in [When::Sent, When::Taken] {
        check_all(when, Importer::Control, SCHEDULES_OF_MUTANTS);
    }
}

#[test]
fn a_naive_overwrite_oversells() {
    check_oversells(Importer::NaiveOverwrite, 20);
}

#[test]
fn a_lag_in_the_wrong_direction_oversells() {
    check_oversells(Importer::LagForward, 1);
}

#[test]
fn the_moment_of_reading_in_place_of_the_files_own_time_oversells() {
    check_oversells(Importer::MomentOfReading, 1);
}

#[test]
fn a_late_file_that_overwrites_a_newer_figure_is_noticed() {
    let seeds: Vec<u64> = (1..=SCHEDULES_OF_MUTANTS).collect();
    let wrong = each(&seeds, |seed| {
        violation(&Schedule::draw(seed, When::Sent, false), Importer::LastArrivalWins).is_some()
    });
    assert!(wrong.contains(&true));
}

#[test]
fn a_failing_schedule_is_made_short() {
    let naive = |schedule: &Schedule| violation(schedule, Importer::NaiveOverwrite);
    let failing = (1..).map(|seed| Schedule::draw(seed, When::Sent, false)).find(|one| naive(one).is_some());
    let shrunk = failing.unwrap().shrunk(|schedule| naive(schedule).is_some());
    // Sell, write, import; and something to tell, if it is a differential file that is written.
    assert!(naive(&shrunk).is_some());
    assert!(shrunk.events.len() <= 4, "{shrunk}");
}

#[test]
fn by_way_of_the_server_everything_is_the_same_as_by_the_short_cut() {
    for when in [When::Sent, When::Taken] {
        for seed in seeds(SCHEDULES_BY_FTP) {
            let schedule = Schedule::draw(seed, when, true);
            let (by_ftp, by_shortcut) = (trace(&schedule, Way::Ftp), trace(&schedule, Way::Shortcut));
            if let Some(difference) = first_difference(&by_ftp, &by_shortcut) {
                panic!("{schedule}\n{difference}");
            }
        }
    }
}

fn first_difference(by_ftp: &[String], by_shortcut: &[String]) -> Option<String> {
    let index = (0..by_ftp.len().max(by_shortcut.len())).find(|&i| by_ftp.get(i) != by_shortcut.get(i))?;
    let mut told = String::new();
    for (way, trace) in [("by FTP", by_ftp), ("by short cut", by_shortcut)] {
        let before = trace[..index.min(trace.len())].iter().rfind(|line| line.starts_with("--"));
        let _ = writeln!(told, "{way}: {before:?}: {:?}", trace.get(index));
    }
    Some(told)
}
