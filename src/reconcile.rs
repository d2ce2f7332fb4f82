//! `reconcile` (照合): do the books balance? Each line sets two figures beside each other that came about independently:
//! what the shop's tables say, and what the bytes of the archived files or the ledger say. A file whose copy is lost or
//! damaged is no evidence; that alone is a difference of its own line. Reads only, and never a customer's data.

mod archive;
mod desk;
mod html;
mod line;
mod orders;
mod repair;
mod sent;
mod show;
mod stock;
mod ticks;
mod with;

use anyhow::Result;
use rusqlite::Connection;

use self::archive::Archive;
use self::desk::Desk;
use self::line::{Line, Named};
pub(crate) use self::repair::repair;
use self::ticks::Ticks;
use crate::books;
use crate::books::orders::count_states_of_unsent;
use crate::cli;
use crate::moment::{Clock, Moment, Month};
use crate::problem::Problem;
use crate::settings::Settings;
use crate::shelf::Shelf;
use crate::text::{Text, reconcile as text};

#[derive(Clone, Debug)]
pub(crate) struct Reconciled {
    shop_name: String,
    environment: &'static str,
    now: Moment,
    /// What was sent and came in this month only; without what is of today: states, ticks and stock.
    month: Option<Month>,
    lines: Vec<Line>,
    /// What is worth knowing, and no difference.
    notes: Vec<(Text, Named)>,
}

pub(crate) fn run(settings: &Settings, clock: &Clock, wanted: &cli::Reconcile) -> Result<Reconciled> {
    // One snapshot: jobs go on meanwhile.
    books::look(settings, |database| read(database, settings, clock, wanted))
}

fn read(
    database: &Connection,
    settings: &Settings,
    clock: &Clock,
    wanted: &cli::Reconcile,
) -> Result<Reconciled> {
    let (now, month) = (clock.now(), wanted.month);
    let desk = Desk { database, settings, now, shelf: Shelf::at(&settings.work_dir), month };
    let archive = Archive::look(&desk)?;
    let (mut lines, mut notes) = (Vec::new(), Vec::new());
    let mut ticks = month.is_none().then(|| Ticks::begin(&desk, &archive)).transpose()?;
    let sent = sent::read(&desk, &archive, ticks.as_mut())?;
    lines.extend(sent.lines);
    if let Some(ticks) = ticks {
        let mut states = count_states_of_unsent(database, settings)?;
        sent.states.into_iter().for_each(|(state, count)| *states.entry(state).or_default() += count);
        lines.insert(0, orders::all(&desk, &states)?);
        let shipped = orders::shipped(&desk, &states)?;
        let stock = stock::read(&desk, &archive)?;
        lines.extend([shipped, ticks.finish()?, stock.figures, stock.allocations]);
        let days = settings.orders.unshipped_after_days;
        notes.push((text::open_for_long(days), orders::open_for_long(&desk, days)?));
        notes.push((text::not_named_for_long(stock::UNNAMED_DAYS), stock.unnamed));
    }
    lines.extend(archive.lines(&desk)?);
    if let Some(list) = &wanted.with {
        lines.extend(with::lines(&desk, list)?);
    }
    let (shop_name, environment) = (settings.shop.name.clone(), settings.environment.as_str());
    Ok(Reconciled { shop_name, environment, now, month, lines, notes })
}

impl Reconciled {
    pub(crate) fn problem(&self) -> Option<Problem> {
        let differing: Vec<Text> =
            self.lines.iter().filter(|line| line.named.count > 0).map(Line::in_short).collect();
        (!differing.is_empty()).then(|| text::books_differ().because(&Text::listed(&differing)))
    }
}
