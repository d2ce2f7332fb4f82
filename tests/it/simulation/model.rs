//! TEMPOSTAR as it is, the shop as it sells, and what must hold between them.

use std::collections::BTreeMap;
use std::fmt;

use super::schedule::{Event, SKUS, Schedule};
use super::site::{Importer, Sent, Site, Stock, StockFile, Way, moment};

/// The balance is drawn up now and then, and in the end.
const STEPS_BETWEEN_BALANCES: usize = 64;

/// How a schedule went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    /// The shop would sell what is not there.
    Oversells { at: i64, sku: &'static str, sellable: i64, left: i64 },
    /// The shop's figure is not that of the newest file.
    WrongFigure { at: i64, sku: &'static str, quantity: i64, figure: i64 },
    /// `reconcile` finds a difference where there is none.
    DoesNotBalance { at: i64, told: String },
    /// All is settled, and the shop's stock is still not TEMPOSTAR's.
    NotSettled { sku: &'static str, quantity: i64, allocated: i64, figure: i64 },
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Oversells { at, sku, sellable, left } => {
                write!(f, "after {at} s the shop would sell {sellable} of {sku}, but {left} are left")
            }
            Self::WrongFigure { at, sku, quantity, figure } => {
                write!(
                    f,
                    "after {at} s the quantity of {sku} is {quantity}, but the newest file says {figure}"
                )
            }
            Self::DoesNotBalance { at, told } => write!(f, "after {at} s reconcile says:\n{told}"),
            Self::NotSettled { sku, quantity, allocated, figure } => {
                write!(
                    f,
                    "in the end {sku} has {quantity}, {allocated} allocated, but TEMPOSTAR has {figure}"
                )
            }
        }
    }
}

/// A schedule that was played to its end, or to its first violation.
pub struct Played {
    pub violation: Option<Violation>,
    /// How often the shop sold.
    pub sales: usize,
}

/// Plays a schedule, lets everything settle, and checks all the time.
pub fn play(schedule: &Schedule, way: Way, importer: Importer) -> Played {
    let mut world = World::new(schedule, way, importer);
    let violation = world.play(schedule).err();
    Played { violation, sales: world.orders.len() }
}

/// The tables after each run of a job.
pub fn trace(schedule: &Schedule, way: Way) -> Vec<String> {
    let mut world = World::new(schedule, way, Importer::Tempostar);
    world.trace = Some(Vec::new());
    let violation = world.play(schedule).err();
    let mut trace = world.trace.unwrap_or_default();
    trace.extend(violation.map(|violation| violation.to_string()));
    trace
}

/// What was planned while something else happened.
#[derive(Clone, Copy, Debug)]
enum Step {
    Planned(Event),
    /// The export notes that a batch was sent.
    Noted(usize),
    /// TEMPOSTAR takes a file of orders from the outbox.
    Taken(usize),
    /// TEMPOSTAR's figures go down by the batch's orders.
    Reflected(usize),
    /// A stock file arrives.
    Arrived(usize),
    /// Somebody cancels an order in TEMPOSTAR.
    CancelledThere(usize),
}

/// An order of the shop.
struct Order {
    no: String,
    lines: Vec<(usize, i64)>,
    is_cancelled: bool,
    /// The number of the step in which TEMPOSTAR's figures went down.
    reflected_in: Option<usize>,
    cancelled_there: Cancelled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cancelled {
    No,
    /// As soon as the order is there.
    Wanted,
    Yes,
}

/// A file of orders.
struct Batch {
    sent: Sent,
    members: Vec<usize>,
    is_noted: bool,
}

/// The newest figure of a SKU that the shop has read.
#[derive(Clone, Copy, Debug)]
struct Newest {
    figure: i64,
    written_at: i64,
    /// The number of the step in which it was written.
    written_in: usize,
}

const NOTHING: Newest = Newest { figure: 0, written_at: i64::MIN, written_in: 0 };

struct World {
    site: Site,
    /// What happens next, by time; of one moment first what TEMPOSTAR had to have done by then.
    agenda: BTreeMap<(i64, u8, usize), Step>,
    steps: usize,
    now: i64,
    /// TEMPOSTAR's figures, and which of them no differential file has told yet.
    figures: [i64; SKUS.len()],
    is_changed: [bool; SKUS.len()],
    files: Vec<(StockFile, usize)>,
    arrived: Vec<usize>,
    newest: [Newest; SKUS.len()],
    /// What ever was the newest figure; and of when the files are that named the SKU, and which run took them, without
    /// those undone.
    told: [Vec<Newest>; SKUS.len()],
    heard: [Vec<(String, i64)>; SKUS.len()],
    /// Files that are held, by their numbers here.
    held: Vec<(i64, usize)>,
    runs: Vec<String>,
    are_differential: bool,
    /// Nothing was undone that a later file has confirmed, perhaps.
    may_be_balanced: bool,
    last_arrival: i64,
    orders: Vec<Order>,
    batches: Vec<Batch>,
    lag_s: i64,
    /// Where somebody asked for it.
    trace: Option<Vec<String>>,
}

impl World {
    fn new(schedule: &Schedule, way: Way, importer: Importer) -> Self {
        Self {
            site: Site::new(schedule, way, importer),
            agenda: BTreeMap::new(),
            steps: 0,
            now: -60,
            figures: schedule.start,
            is_changed: [false; SKUS.len()],
            files: Vec::new(),
            arrived: Vec::new(),
            newest: [NOTHING; SKUS.len()],
            told: [const { Vec::new() }; SKUS.len()],
            heard: [const { Vec::new() }; SKUS.len()],
            held: Vec::new(),
            runs: Vec::new(),
            are_differential: schedule.are_differential,
            may_be_balanced: true,
            last_arrival: i64::MIN,
            orders: Vec::new(),
            batches: Vec::new(),
            lag_s: schedule.lag_min * 60,
            trace: None,
        }
    }

    fn plan(&mut self, at: i64, step: Step) {
        let rank = match step {
            Step::Taken(_) => 0,
            Step::Reflected(_) => 1,
            _ => 2,
        };
        self.steps += 1;
        self.agenda.insert((at, rank, self.steps), step);
    }

    /// The shop begins with one full file.
    fn play(&mut self, schedule: &Schedule) -> Result<(), Violation> {
        self.write_and_import();
        self.check()?;
        for &(at, event) in &schedule.events {
            self.plan(at, Step::Planned(event));
        }
        self.work_off()?;
        self.settle()
    }

    fn work_off(&mut self) -> Result<(), Violation> {
        while let Some(((at, ..), step)) = self.agenda.pop_first() {
            self.now = at;
            self.steps += 1;
            self.happen(step);
            self.check()?;
            if self.steps.is_multiple_of(STEPS_BETWEEN_BALANCES) {
                self.check_balance()?;
            }
        }
        self.check_balance()
    }

    /// Whatever happened, nobody lied.
    fn check_balance(&self) -> Result<(), Violation> {
        if !self.may_be_balanced {
            return Ok(());
        }
        match self.site.differences(self.now) {
            told if told.is_empty() => Ok(()),
            told => Err(Violation::DoesNotBalance { at: self.now, told }),
        }
    }

    fn happen(&mut self, step: Step) {
        match step {
            Step::Planned(event) => self.happen_as_planned(event),
            Step::Noted(batch) => self.note_sent(batch),
            Step::Taken(batch) => self.site.take(&self.batches[batch].sent),
            Step::Reflected(batch) => self.reflect(batch),
            Step::Arrived(file) => self.arrived.push(file),
            Step::CancelledThere(order) => self.cancel_there(order),
        }
    }

    fn happen_as_planned(&mut self, event: Event) {
        match event {
            Event::Sell { wanted } => self.sell(&wanted),
            Event::Export { noted_after, taken_after, reflected_after } => {
                self.export(noted_after, taken_after, reflected_after);
            }
            Event::SellElsewhere { sku, quantity } => self.change_figure(sku, -quantity),
            Event::Restock { sku, quantity } => self.change_figure(sku, quantity),
            Event::CancelInShop { pick, in_tempostar_after } => {
                if let Some(order) = self.pick(pick, |order| !order.is_cancelled) {
                    self.orders[order].is_cancelled = true;
                    self.site.cancel(&self.orders[order].no, self.now);
                    if let Some(delay) = in_tempostar_after {
                        self.plan(self.now + delay, Step::CancelledThere(order));
                    }
                }
            }
            Event::CancelInTempostar { pick } => {
                if let Some(order) = self.pick(pick, |order| order.reflected_in.is_some()) {
                    self.cancel_there(order);
                }
            }
            Event::WriteStock { is_full, is_messy, arrives_after } => {
                if let Some(file) = self.write_stock(is_full, is_messy) {
                    let mut arrives = self.now + arrives_after;
                    if self.are_differential {
                        arrives = arrives.max(self.last_arrival);
                        self.last_arrival = arrives;
                    }
                    self.plan(arrives, Step::Arrived(file));
                }
            }
            Event::Import => self.import(),
            Event::Decide { pick, does_approve } if !self.held.is_empty() => {
                let (id, file) = self.held[pick % self.held.len()];
                self.decide(id, file, does_approve);
            }
            Event::Undo { pick } if self.site.is_tempostar() && self.runs.len() > pick + 1 => {
                let run = self.runs.remove(self.runs.len() - 1 - pick);
                self.undo(&run);
            }
            Event::Decide { .. } | Event::Undo { .. } => {}
        }
    }

    fn pick(&self, pick: usize, is_eligible: impl Fn(&Order) -> bool) -> Option<usize> {
        let eligible: Vec<usize> =
            (0..self.orders.len()).filter(|&index| is_eligible(&self.orders[index])).collect();
        (!eligible.is_empty()).then(|| eligible[pick % eligible.len()])
    }

    // The shop ---------------------------------------------------------------------------------------------------

    fn sell(&mut self, wanted: &[i64; SKUS.len()]) {
        let stock = self.site.stock();
        let gets = |sku: usize| wanted[sku].min(stock[sku].sellable);
        let lines: Vec<(usize, i64)> =
            (0..SKUS.len()).map(|sku| (sku, gets(sku))).filter(|&(_, quantity)| quantity > 0).collect();
        if lines.is_empty() {
            return;
        }
        let no = format!("{}", 1001 + self.orders.len());
        self.site.sell(&no, &lines, self.now);
        self.orders.push(Order {
            no,
            lines,
            is_cancelled: false,
            reflected_in: None,
            cancelled_there: Cancelled::No,
        });
    }

    fn export(&mut self, noted_after: i64, taken_after: i64, reflected_after: i64) {
        // A run first finishes what an earlier one left.
        for batch in 0..self.batches.len() {
            self.note_sent(batch);
        }
        let waiting: Vec<usize> = (0..self.orders.len())
            .filter(|index| !self.batches.iter().any(|batch| batch.members.contains(index)))
            .filter(|&index| !self.orders[index].is_cancelled)
            .collect();
        let sent = self.site.export(self.now);
        assert_eq!(sent.is_some(), !waiting.is_empty(), "after {} s: is a batch sent?", self.now);
        if let Some(sent) = sent {
            let batch = self.batches.len();
            self.batches.push(Batch { sent, members: waiting, is_noted: false });
            match noted_after {
                0 => self.note_sent(batch),
                _ => self.plan(self.now + noted_after, Step::Noted(batch)),
            }
            self.plan(self.now + taken_after, Step::Taken(batch));
            self.plan(self.now + reflected_after, Step::Reflected(batch));
        }
        self.trace();
    }

    fn note_sent(&mut self, batch: usize) {
        let batch = &mut self.batches[batch];
        if !batch.is_noted {
            batch.is_noted = true;
            self.site.note_sent(batch.sent.id, self.now);
        }
    }

    fn import(&mut self) {
        let arrived = std::mem::take(&mut self.arrived);
        let files: Vec<StockFile> = arrived.iter().map(|&file| self.files[file].0.clone()).collect();
        self.site.import(&files, self.now);
        let (run, held) = match self.site.is_tempostar() {
            true => (self.site.last_run(), self.site.held()),
            false => (String::new(), Vec::new()),
        };
        // A run that finds nothing leaves nothing to undo; by the short cut there is none.
        if !arrived.is_empty() {
            self.note_run(run.clone());
        }
        let mut arrived = arrived;
        // Of one moment, in the order of their names.
        arrived.sort_by_key(|file| (self.files[*file].0.written_at, *file));
        for file in arrived {
            let name = &self.files[file].0.name;
            match held.iter().find(|(_, held)| held == name) {
                Some((id, _)) => self.held.push((*id, file)),
                // Held, and superseded by one that came with it.
                None if self.site.is_tempostar() && self.site.was_held(name) => {}
                None => self.learn(file, &run),
            }
        }
        // Others may have been superseded, too.
        self.held.retain(|(id, _)| held.iter().any(|(held, _)| held == id));
        self.trace();
    }

    fn note_run(&mut self, run: String) {
        if self.runs.last() != Some(&run) {
            self.runs.push(run);
        }
    }

    fn decide(&mut self, id: i64, file: usize, does_approve: bool) {
        self.held.retain(|(held, _)| *held != id);
        if let Some(run) = self.site.decide(id, does_approve, self.now) {
            self.learn(file, &run);
            self.note_run(run);
        }
        self.trace();
    }

    /// What goes back is as old as it was then, also where a later file has said the same as the run.
    fn undo(&mut self, run: &str) {
        if self.site.undo(run, self.now) {
            // What a later file has said, too, differs from that file now.
            self.may_be_balanced &= self.heard.iter().all(|heard| {
                heard.iter().all(|(by, _)| by != run) || heard.last().is_some_and(|(by, _)| by == run)
            });
            for ((sku, as_of), stock) in self.site.as_of().into_iter().enumerate().zip(self.site.stock()) {
                self.heard[sku].retain(|(by, _)| by != run);
                // A file of changed SKUs has confirmed the others.
                let is_it =
                    |newest: &&Newest| Some(newest.written_at) <= as_of && newest.figure == stock.quantity;
                self.newest[sku] = self.told[sku].iter().rev().find(is_it).copied().unwrap_or(NOTHING);
            }
        }
        self.trace();
    }

    /// What the shop can know from now on.
    fn learn(&mut self, file: usize, run: &str) {
        let (file, written_in) = &self.files[file];
        for &(code, figure) in &file.rows {
            let Some(sku) = SKUS.iter().position(|known| *known == code) else { continue };
            let newest_heard = self.heard[sku].iter().map(|(_, at)| *at).max().unwrap_or(i64::MIN);
            if file.written_at >= newest_heard {
                let (written_at, written_in) = (file.written_at, *written_in);
                self.newest[sku] = Newest { figure, written_at, written_in };
                self.told[sku].push(self.newest[sku]);
            }
            self.heard[sku].push((run.to_owned(), file.written_at));
        }
    }

    // TEMPOSTAR --------------------------------------------------------------------------------------------------

    fn change_figure(&mut self, sku: usize, by: i64) {
        self.figures[sku] += by;
        self.is_changed[sku] = true;
    }

    fn reflect(&mut self, batch: usize) {
        for order in self.batches[batch].members.clone() {
            self.orders[order].reflected_in = Some(self.steps);
            for (sku, quantity) in self.orders[order].lines.clone() {
                self.change_figure(sku, -quantity);
            }
            if self.orders[order].cancelled_there == Cancelled::Wanted {
                self.plan(self.now + 60, Step::CancelledThere(order));
            }
        }
    }

    fn cancel_there(&mut self, order: usize) {
        let is_there = self.orders[order].reflected_in.is_some();
        match self.orders[order].cancelled_there {
            Cancelled::Yes => {}
            _ if !is_there => self.orders[order].cancelled_there = Cancelled::Wanted,
            _ => {
                self.orders[order].cancelled_there = Cancelled::Yes;
                for (sku, quantity) in self.orders[order].lines.clone() {
                    self.change_figure(sku, quantity);
                }
            }
        }
    }

    /// A file with TEMPOSTAR's figures of now; none of nothing.
    fn write_stock(&mut self, is_full: bool, is_messy: bool) -> Option<usize> {
        let named: Vec<usize> = (0..SKUS.len()).filter(|&sku| is_full || self.is_changed[sku]).collect();
        let first = *named.first()?;
        let mut rows: Vec<(&'static str, i64)> =
            named.iter().map(|&sku| (SKUS[sku], self.figures[sku])).collect();
        if is_messy {
            rows.insert(0, (SKUS[first], self.figures[first] + 3));
            rows.insert(1, ("ELSEWHERE", 9));
        }
        if !is_full {
            self.is_changed = [false; SKUS.len()];
        }
        let name = format!("stock{}-{:03}.csv", moment(self.now).digits(), self.files.len());
        self.files.push((StockFile { name, written_at: self.now, rows }, self.steps));
        Some(self.files.len() - 1)
    }

    // What must hold ---------------------------------------------------------------------------------------------

    fn check(&self) -> Result<(), Violation> {
        for (sku, stock) in self.site.stock().into_iter().enumerate() {
            let (at, code, left, figure) =
                (self.now, SKUS[sku], self.left(sku).max(0), self.newest[sku].figure);
            if stock.sellable > left {
                return Err(Violation::Oversells { at, sku: code, sellable: stock.sellable, left });
            }
            if stock.quantity != figure {
                return Err(Violation::WrongFigure { at, sku: code, quantity: stock.quantity, figure });
            }
        }
        Ok(())
    }

    /// What is left of a SKU, as far as the shop could know: the formula of this module's head.
    fn left(&self, sku: usize) -> i64 {
        let newest = self.newest[sku];
        let on_their_way = self
            .orders
            .iter()
            .filter(|order| !order.is_cancelled)
            .filter(|order| order.reflected_in.is_none_or(|step| step > newest.written_in))
            .flat_map(|order| &order.lines)
            .filter(|line| line.0 == sku)
            .map(|line| line.1);
        newest.figure - on_their_way.sum::<i64>()
    }

    /// The last orders go, TEMPOSTAR takes and reflects them all, and writes a last full file. Then nothing is allocated
    /// any more; and files that come even later change nothing.
    fn settle(&mut self) -> Result<(), Violation> {
        let stragglers: Vec<usize> = (0..2).filter_map(|_| self.straggler()).collect();
        self.now += 60;
        self.export(0, 0, self.lag_s);
        self.work_off()?;
        // The look into the outbox.
        self.now += 60;
        self.import();
        self.now += self.lag_s;
        self.steps += 1;
        self.write_and_import();
        self.check_settled()?;
        self.now += 60;
        self.arrived = stragglers;
        self.import();
        self.check_settled()?;
        self.check_balance()
    }

    fn straggler(&mut self) -> Option<usize> {
        self.now += 30;
        self.steps += 1;
        self.write_stock(true, false)
    }

    /// And whatever is held is looked at, the oldest first.
    fn write_and_import(&mut self) {
        let file = self.write_stock(true, false);
        self.arrived.extend(file);
        self.import();
        while let Some(&(id, file)) = self.held.first() {
            self.decide(id, file, true);
        }
    }

    fn check_settled(&self) -> Result<(), Violation> {
        self.check()?;
        for (sku, stock) in self.site.stock().into_iter().enumerate() {
            let (code, figure, Stock { quantity, allocated, sellable }) =
                (SKUS[sku], self.figures[sku], stock);
            if (quantity, allocated, sellable) != (figure, 0, figure.max(0)) {
                return Err(Violation::NotSettled { sku: code, quantity, allocated, figure });
            }
        }
        Ok(())
    }

    fn trace(&mut self) {
        if let Some(trace) = &mut self.trace {
            trace.push(format!("-- after {} s", self.now));
            trace.extend(self.site.everything());
        }
    }
}
