//! What happens when: a schedule is drawn from a seed, and then is a plain list, so that one that fails can be printed,
//! replayed and made shorter.

use std::fmt;

use fastrand::Rng;

/// The SKUs of every schedule.
pub const SKUS: [&str; 3] = ["A-1", "B-1", "0012"];

/// All times are multiples of this: so the exact borders (sent just at the file's time less the lag) occur often.
const TICK_S: i64 = 30;

/// From when on an order counts as known to TEMPOSTAR: `stock.reflect_when`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Sent,
    Taken,
}

impl When {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Taken => "taken",
        }
    }
}

/// What happens at one moment. Delays are in seconds from that moment.
#[derive(Clone, Copy, Debug)]
pub enum Event {
    /// A customer of the shop wants so many of these; gets what the shop believes to have.
    Sell { wanted: [i64; SKUS.len()] },
    /// `export-orders`: the file has its name at once; that it was sent is noted `noted_after` (a run that died in
    /// between, and the next one); TEMPOSTAR takes it, and has reduced its figures, after these times.
    Export { noted_after: i64, taken_after: i64, reflected_after: i64 },
    /// A mall sells, whatever the figure.
    SellElsewhere { sku: usize, quantity: i64 },
    /// Goods arrive.
    Restock { sku: usize, quantity: i64 },
    /// An order is cancelled in the shop; and by hand in TEMPOSTAR, too, if somebody thinks of it.
    CancelInShop { pick: usize, in_tempostar_after: Option<i64> },
    /// An order is cancelled in TEMPOSTAR only.
    CancelInTempostar { pick: usize },
    /// TEMPOSTAR writes its figures of now; the file arrives later. `is_messy`: one SKU twice, and an unknown one.
    WriteStock { is_full: bool, is_messy: bool, arrives_after: i64 },
    /// `import-stock`.
    Import,
    /// A person decides about a file that is held.
    Decide { pick: usize, does_approve: bool },
    /// A person undoes one of the last runs of `import-stock`.
    Undo { pick: usize },
}

/// A shop's few hours.
#[derive(Clone)]
pub struct Schedule {
    pub seed: u64,
    pub when: When,
    pub lag_min: i64,
    /// `stock.files`: files of changed SKUs only say that the others are as they were. Then they arrive in order.
    pub are_differential: bool,
    /// `stock.guard.zero_percent`, of three SKUs; 100: nothing is held.
    pub zero_percent: i64,
    /// TEMPOSTAR's figures at the beginning.
    pub start: [i64; SKUS.len()],
    /// Seconds since the beginning, ascending.
    pub events: Vec<(i64, Event)>,
}

impl Schedule {
    /// The schedule of this seed. `are_runs_whole`: no run dies between the rename and its note.
    pub fn draw(seed: u64, when: When, are_runs_whole: bool) -> Self {
        let mut rng = Rng::with_seed(seed);
        let lag_min = [1, 2, 5, 10][rng.usize(..4)];
        let start = [0; SKUS.len()].map(|_| rng.i64(0..=8));
        let mut now = 0;
        let events = (0..rng.usize(20..60)).map(|_| {
            now += TICK_S * rng.i64(0..=8);
            (now, draw_event(&mut rng, when, lag_min * 60, are_runs_whole))
        });
        let events = events.collect();
        let schedule =
            Self { seed, when, lag_min, are_differential: false, zero_percent: 100, start, events };
        schedule.with_people()
    }

    /// The same, with somebody who decides and undoes; and in every third one TEMPOSTAR writes changed SKUs only.
    fn with_people(mut self) -> Self {
        let mut rng = Rng::with_seed(self.seed ^ 0x9e37_79b9);
        self.are_differential = rng.u32(..3) == 0;
        self.zero_percent = [100, 34, 67][rng.usize(..3)];
        for _ in 0..rng.usize(..6) {
            let at = rng.usize(..self.events.len());
            let event = match rng.u32(..4) {
                0 => Event::Undo { pick: rng.usize(..3) },
                _ => Event::Decide { pick: rng.usize(..100), does_approve: rng.u32(..3) > 0 },
            };
            self.events.insert(at, (self.events[at].0, event));
        }
        self
    }

    /// The shortest schedule that still fails which dropping single events leads to.
    pub fn shrunk(mut self, fails: impl Fn(&Self) -> bool) -> Self {
        let mut index = self.events.len();
        while index > 0 {
            index -= 1;
            let mut shorter = self.clone();
            shorter.events.remove(index);
            if fails(&shorter) {
                self = shorter;
                index = index.min(self.events.len());
            }
        }
        self
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, when, lag_min, are_differential, zero_percent, start, events } = self;
        writeln!(
            f,
            "seed {seed}, reflect_when {when:?}, lag {lag_min} min, differential {are_differential}, zero_percent \
             {zero_percent}, figures {start:?}"
        )?;
        for (at, event) in events {
            writeln!(f, "{at:>6} s  {event:?}")?;
        }
        Ok(())
    }
}

fn draw_event(rng: &mut Rng, when: When, lag_s: i64, are_runs_whole: bool) -> Event {
    match rng.u32(..100) {
        0..32 => Event::Sell { wanted: [0; SKUS.len()].map(|_| (rng.i64(-3..=4)).max(0)) },
        32..46 => draw_export(rng, when, lag_s, are_runs_whole),
        46..53 => Event::SellElsewhere { sku: rng.usize(..SKUS.len()), quantity: rng.i64(1..=3) },
        53..60 => Event::Restock { sku: rng.usize(..SKUS.len()), quantity: rng.i64(1..=6) },
        60..65 => {
            let in_tempostar_after = rng.bool().then(|| ticks(rng, 40));
            Event::CancelInShop { pick: rng.usize(..100), in_tempostar_after }
        }
        65..69 => Event::CancelInTempostar { pick: rng.usize(..100) },
        69..84 => {
            let longest = if rng.u32(..4) == 0 { 100 } else { 4 };
            let arrives_after = ticks(rng, longest);
            Event::WriteStock { is_full: rng.bool(), is_messy: rng.u32(..5) == 0, arrives_after }
        }
        _ => Event::Import,
    }
}

/// With `sent` TEMPOSTAR needs the lag at most; with `taken` it may leave the file lying as long as it likes, and only
/// then needs the lag at most. Often it needs just as long as it may.
fn draw_export(rng: &mut Rng, when: When, lag_s: i64, are_runs_whole: bool) -> Event {
    let up_to_lag = |rng: &mut Rng| match rng.u32(..3) {
        0 => lag_s,
        _ => ticks(rng, lag_s / TICK_S),
    };
    let noted_after = if are_runs_whole || rng.u32(..4) > 0 { 0 } else { ticks(rng, 10) };
    let (taken_after, reflected_after) = match when {
        When::Sent => {
            let reflected_after = up_to_lag(rng);
            (TICK_S * rng.i64(0..=reflected_after / TICK_S), reflected_after)
        }
        When::Taken => {
            let taken_after = ticks(rng, 120);
            (taken_after, taken_after + up_to_lag(rng))
        }
    };
    Event::Export { noted_after, taken_after, reflected_after }
}

fn ticks(rng: &mut Rng, most: i64) -> i64 {
    TICK_S * rng.i64(0..=most)
}
