//! `import-logistics` (物流連携取込): what TEMPOSTAR has shipped is marked shipped in the shop.
//!
//! When all destinations of an order are shipped, its three ticks are set: 配送区分 (delivered), 入金区分 (paid) and
//! オーソリ確定 (payment captured), each with its time. A destination's own data (date, tracking number) is stored at
//! once. A row that says what the shop has already changes nothing. Mails to the customer are TEMPOSTAR's business.
//!
//! Changes and cancellations are not linked: an order that TEMPOSTAR has cancelled, or that was shipped although the
//! shop had cancelled it, is reported, because a person has to act.

mod decide;
mod rows;
mod staged;
mod tables;
mod tally;
mod tracking;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::Connection;

use self::decide::{OrderState, decide};
pub use self::rows::missing_columns;
use self::rows::{Columns, Entry, Read, telling};
pub(crate) use self::rows::{Progress, progress_of};
use self::staged::{read_staged, stage};
use self::tables::{Cancellation, Keep, Lookup, OrdersPlan, begin_changes};
use self::tally::Tally;
use super::later::{LaterSheets, Said};
use super::names::{NEAR_MISSES_SOUGHT_MAX, near_misses};
use crate::books::orders::{largest_share_shipped, open_and_shipped};
use crate::books::rows::Ask;
use crate::guards::{self, ShipFacts};
use crate::job::Job;
use crate::moment::Moment;
use crate::problem::Problem;
use crate::report::Counts;
use crate::settings::{Inbox, Settings};
use crate::sheet::Sheet;
use crate::shelf::Shelf;
use crate::sync::Run;
use crate::sync::import::{Comparison, ImportJob, Incoming, Source, import};
use crate::text::jobs as text;

/// Runs the job. What it did and what went wrong is in the report.
pub fn run(run: &mut Run<'_>, source: &Source) -> Result<()> {
    let names =
        ["shipped", "unchanged", "unknown_order", "other_shop", "cancelled", "lines_added", "rejected"];
    run.report.counts = Counts::zero(&names);
    import(run, source, &ImportLogistics::new(run.settings, &run.shelf))
}

/// Hands out what the copy of a file that was applied says of each order, or of a destination of it.
pub(crate) fn read_progress(
    path: &Path,
    name: &str,
    settings: &Settings,
    mut each: impl FnMut(&str, Progress),
) -> Result<()> {
    each_entry(path, name, settings, |entry| {
        each(&entry.order_no, entry.progress);
        Ok(())
    })
}

fn each_entry(
    path: &Path,
    name: &str,
    settings: &Settings,
    mut each: impl FnMut(&Entry) -> Result<()>,
) -> Result<()> {
    let inbox = &settings.logistics.inbox;
    let mut sheet = Sheet::open_named(path, name, inbox.encoding, &inbox.naming)?;
    let columns = Columns::find(sheet.header(), &settings.logistics)?;
    while let Some(row) = sheet.next_row()? {
        if let Ok(Read::Entry(entry)) = columns.read(&row, &settings.shop.code, &settings.logistics) {
            each(&entry)?;
        }
    }
    Ok(())
}

/// Two daily files do not fall into the window of one day because the second came some minutes earlier.
const RHYTHM: TimeDelta = TimeDelta::minutes(15);

pub(super) struct ImportLogistics<'a> {
    settings: &'a Settings,
    later: LaterSheets,
}

impl ImportJob for ImportLogistics<'_> {
    fn inbox(&self) -> &Inbox {
        &self.settings.logistics.inbox
    }

    fn key_columns(&self) -> &'static [&'static str] {
        &["ショップ受注番号"]
    }

    fn compare(&self, incoming: &mut Incoming<'_>) -> Result<Comparison> {
        let columns = Columns::find(incoming.sheet.header(), &self.settings.logistics)?;
        let has_orders = incoming.shop.value("SELECT EXISTS (SELECT 1 FROM orders)", [])?;
        let shop_code = self.settings.shop.code.clone();
        let mut tally = Tally { shop_code, has_orders, ..Tally::default() };
        stage(incoming, &columns, &self.settings.logistics, &mut tally)?;
        let said_later = self.said_later(incoming)?;
        let tally = Deciding::begin(incoming, &columns, said_later, tally)?.decide_all()?;
        let unknown_columns = columns.unknown(incoming.sheet.header());
        let plan = Box::new(OrdersPlan::number(incoming.shop)?);
        let telling = telling(incoming.sheet.header(), self.settings);
        let lost = incoming.lost(&telling, self.settings.logistics.guard.ship_percent);
        let held_because = incoming.held_because(&lost, || self.doubts(incoming, tally.shipped))?;
        Ok(Comparison { plan, held_because, telling, ..tally.finish(incoming, unknown_columns) })
    }

    fn code_of<'k>(&self, key: &'k str) -> &'k str {
        key.split_once('-').map_or(key, |(_, order_no)| order_no)
    }
}

impl<'a> ImportLogistics<'a> {
    pub(super) fn new(settings: &'a Settings, shelf: &Shelf) -> Self {
        Self { settings, later: LaterSheets { shelf: shelf.clone(), job: Job::Logistics } }
    }

    /// The destinations of which later files have spoken.
    fn said_later<'b>(&self, incoming: &mut Incoming<'b>) -> Result<Said<'b>> {
        self.later.said(incoming, |path, name, note| {
            each_entry(path, name, self.settings, |entry| {
                note(&entry.order_no, entry.shipment_no.unwrap_or(0))
            })
        })
    }

    /// Why somebody should look first at a file that ships so many orders.
    fn doubts(&self, incoming: &Incoming<'_>, shipped_now: u64) -> Result<Vec<Problem>> {
        let limits = &self.settings.logistics.guard;
        if shipped_now == 0 {
            return Ok(Vec::new());
        }
        let window = TimeDelta::hours(i64::from(limits.window_h)) - RHYTHM;
        let from = incoming.file_time - window;
        let (open_now, shipped_before) = open_and_shipped(incoming.shop, from)?;
        let facts = ShipFacts { shipped: shipped_before + shipped_now, open: open_now + shipped_before };
        let usual = || largest_share_shipped(incoming.shop, from, window, limits.min_orders);
        guards::logistics(facts, limits, usual)
    }
}

/// Decides about the orders that a file names, and keeps what has to be written in temporary tables.
struct Deciding<'a, 'b> {
    shop: &'a Connection,
    columns: &'b Columns,
    file_time: Moment,
    said_later: Said<'a>,
    lookup: Lookup<'a>,
    keep: Keep<'a>,
    /// The first orders that the shop does not have, with their lines.
    unknown: BTreeMap<String, u64>,
    tally: Tally,
}

impl<'a, 'b> Deciding<'a, 'b> {
    fn begin(
        incoming: &Incoming<'a>,
        columns: &'b Columns,
        said_later: Said<'a>,
        tally: Tally,
    ) -> Result<Self> {
        let (shop, file_time) = (incoming.shop, incoming.file_time);
        begin_changes(shop)?;
        let (lookup, keep) = (Lookup::new(shop)?, Keep::new(shop)?);
        Ok(Self { shop, columns, file_time, said_later, lookup, keep, unknown: BTreeMap::new(), tally })
    }

    fn decide_all(mut self) -> Result<Tally> {
        let mut statement = self.shop.prepare("SELECT * FROM temp.logistics_rows ORDER BY order_no, line")?;
        let mut rows = statement.query_map([], read_staged)?.peekable();
        while let Some(first) = rows.next() {
            let mut entries = vec![first?];
            while let Some(Ok(entry)) =
                rows.next_if(|row| matches!(row, Ok(entry) if entry.order_no == entries[0].order_no))
            {
                entries.push(entry);
            }
            let order_no = &entries[0].order_no;
            match self.lookup.order(order_no) {
                Ok(Some(order)) => {
                    let order = order.told_of(order_no, self.file_time, &mut self.said_later)?;
                    self.decide_order(&entries, order)?;
                }
                Ok(None) => self.tell_unknown(&entries)?,
                // A text of it is none, say.
                Err(error) if is_of_a_value(&error) => {
                    let problem = text::order_unreadable(order_no, &error.to_string());
                    self.tally.problems.push(problem.at_line(entries[0].line));
                }
                Err(error) => return Err(error),
            }
        }
        self.tell_near_misses()?;
        Ok(self.tally)
    }

    fn tell_near_misses(&mut self) -> Result<()> {
        let full = |order_no: &str| format!("{}-{order_no}", self.tally.shop_code);
        let sought = self.unknown.keys().cloned().collect();
        let near = near_misses(self.shop, "orders", "order_no", sought)?;
        let told = near.iter().map(|(order_no, ours)| {
            text::near_miss(&full(order_no), &full(ours)).at_line(self.unknown[order_no])
        });
        let told: Vec<Problem> = told.collect();
        self.tally.problems.extend(told);
        Ok(())
    }

    fn tell_unknown(&mut self, entries: &[Entry]) -> Result<()> {
        let (order_no, tally) = (&entries[0].order_no, &mut self.tally);
        if self.unknown.len() < NEAR_MISSES_SOUGHT_MAX {
            self.unknown.insert(order_no.clone(), entries[0].line);
        }
        tally.unknown_orders.add(&format!("{}-{order_no}", tally.shop_code));
        tally.rows_unknown += u64::try_from(entries.len())?;
        Ok(())
    }

    fn decide_order(&mut self, entries: &[Entry], mut order: OrderState) -> Result<()> {
        let (order_no, tally) = (&entries[0].order_no, &mut self.tally);
        if !order.is_sent {
            tally.never_sent.add(order_no);
            return self.keep.never_sent(order_no);
        }
        let contradicted = order.contradicted(entries);
        if !contradicted.is_empty() {
            tally.contradicted.add(order_no);
        }
        if order.is_stale {
            tally.stale.add(order_no);
        }
        let is_shipped = |entry: &&Entry| entry.progress == Progress::Shipped;
        let shipped: Vec<&Entry> = entries.iter().filter(is_shipped).collect();
        if shipped.is_empty() {
            return match contradicted.is_empty() && !order.is_stale {
                true => self.note_unshipped(entries, &order),
                false => Ok(()),
            };
        }
        if order.is_cancelled {
            tally.shipped_but_cancelled.add(order_no);
            return self.keep.shipped_anyway(order_no, &shipped);
        }
        if shipped.iter().any(|entry| entry.added.is_some()) {
            order.lines = self.lookup.lines(order_no)?;
        }
        let decision = decide(&order, &shipped, &contradicted, self.columns, self.file_time);
        tally.count(&decision, &order, entries.len() as u64);
        tally.tell_odd_tracking(order_no, &decision, &order, &shipped);
        self.keep.decision(order_no, &decision, &shipped)?;
        tally.problems.extend(decision.problems);
        Ok(())
    }

    fn note_unshipped(&mut self, entries: &[Entry], order: &OrderState) -> Result<()> {
        let (order_no, tally) = (&entries[0].order_no, &mut self.tally);
        let Some(cancelled) = entries.iter().find(|entry| entry.progress == Progress::Cancelled) else {
            tally.not_shipped_yet += 1;
            return Ok(());
        };
        tally.cancelled += 1;
        if !order.is_cancelled_in_tempostar {
            self.keep.cancellation(order_no, Cancellation::New, cancelled.line)?;
            if !order.is_cancelled {
                tally.newly_cancelled.add(order_no);
            }
        }
        Ok(())
    }
}

/// Whether a value in the database is what cannot be read, and not the database itself.
fn is_of_a_value(error: &anyhow::Error) -> bool {
    use rusqlite::Error::{FromSqlConversionFailure, InvalidColumnType, Utf8Error};
    let cause = error.downcast_ref::<rusqlite::Error>();
    matches!(cause, Some(FromSqlConversionFailure(..) | InvalidColumnType(..) | Utf8Error(..)))
}
