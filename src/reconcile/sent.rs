//! What was sent: the shop's table beside the bytes of the order files, order by order; and the ledger's entry of each
//! file beside what is in it. Where a file's copy is forgotten or no evidence, the ledger's list of its orders stands in.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};

use anyhow::Result;
use rusqlite::{Params, Row, Rows, Statement};

use super::archive::Archive;
use super::desk::{Desk, key};
use super::line::{Check, Line};
use super::orders;
use super::ticks::Ticks;
use super::with::compare_amount;
use crate::books::batches::Batch;
use crate::books::orders::{OrderState, SENT_SQL, state_sql};
use crate::books::rows::Record;
use crate::books::runs;
use crate::interrupt;
use crate::job::Job;
use crate::jobs::orders::amounts;
use crate::sheet::Passing;
use crate::text::reconcile as text;

pub(super) struct Sent {
    /// Orders, their amounts, and their files.
    pub(super) lines: [Line; 3],
    /// The orders in the files, by their states.
    pub(super) states: BTreeMap<OrderState, u64>,
}

pub(super) fn read(desk: &Desk<'_>, archive: &Archive, ticks: Option<&mut Ticks<'_>>) -> Result<Sent> {
    let mut books = Books {
        sent: Line::new(Check::Sent),
        yen: Line::new(Check::Yen),
        taken: Line::new(Check::Taken),
        states: BTreeMap::new(),
        only_in_files: HashSet::new(),
        reported_while_lying: Vec::new(),
        desk,
        archive,
        ticks,
    };
    let which = format!("WHERE state = 'sent' AND {} ORDER BY id", desk.in_month("sent_at"));
    let mut members = desk.database.prepare(&members_sql(desk))?;
    let (_, looked) = runs::last_runs(desk.database, Job::Orders)?;
    let looked = looked.map(|looked| looked.started_at);
    for batch in Batch::all(desk.database, &which, [])? {
        interrupt::check()?;
        books.compare(&batch, &mut members, (batch.id, batch.sent_at, looked))?;
    }
    orders::marked_by_hand(desk, &books.only_in_files, &mut books.sent)?;
    books.reported_while_lying.sort_unstable();
    for (order_no, file) in &books.reported_while_lying {
        books.taken.named.add(|| text::reported_while_lying(order_no, file));
    }
    Ok(Sent { lines: [books.sent, books.yen, books.taken], states: books.states })
}

/// The members of a file, each with all that the shop's table is asked of it. The last is whether TEMPOSTAR reported
/// something of it although its file is held to lie in the outbox, and the outbox was looked at on a later day. (Behind
/// WHEN, SQLite does not look at the rest of an OR or AND that is decided; elsewhere it does.)
fn members_sql(desk: &Desk<'_>) -> String {
    format!(
        "SELECT member.order_no, orders.order_no IS NOT NULL,
                CASE WHEN exported_at = ?2 OR {SENT_SQL} THEN 1 ELSE 0 END,
                orders.total,
                CASE WHEN orders.delivery_status = 1 AND orders.shipped_at >= '{}' THEN 1 ELSE 0 END,
                CASE WHEN exported_at <> ?2 AND {SENT_SQL}
                     THEN nullif(substr(replace(exported_at, '/', '-'), 1, 10), substr(?2, 1, 10)) END,
                {},
                CASE WHEN batch.taken_at IS NULL
                          AND (delivery_status = 1 AND date(shipped_at) < date(?3)
                               OR date(cancelled_in_tempostar_at) < date(?3)) THEN 1 ELSE 0 END
         FROM tempostar_batches AS batch
         CROSS JOIN tempostar_batch_orders AS member ON member.batch_id = batch.id
         LEFT JOIN orders ON orders.order_no = member.order_no
         WHERE batch.id = ?1
         ORDER BY member.order_no",
        Ticks::kept_since(desk),
        state_sql(desk.settings)
    )
}

struct Books<'a, 'b> {
    sent: Line,
    yen: Line,
    taken: Line,
    states: BTreeMap<OrderState, u64>,
    only_in_files: HashSet<String>,
    /// Each with its file.
    reported_while_lying: Vec<(String, String)>,
    desk: &'a Desk<'a>,
    archive: &'a Archive,
    ticks: Option<&'a mut Ticks<'b>>,
}

/// The members of a file, by the shop's table.
struct InTable {
    orders: Digest,
    /// Whether all of them are there, and marked as sent, on the file's day.
    is_as_sent: bool,
}

/// A member of a file, by the ledger, and what the shop's table says of it.
struct Member<'a> {
    order_no: &'a str,
    is_in_table: bool,
    is_sent: bool,
    total: Option<i64>,
    /// The day of its `exported_at`, where that is not its file's.
    other_day: Option<&'a str>,
}

impl<'a> Member<'a> {
    fn of(row: &'a Row<'_>) -> Result<Self> {
        Ok(Self {
            order_no: row.get_ref(0)?.as_str()?,
            is_in_table: row.get(1)?,
            is_sent: row.get(2)?,
            total: row.get_ref(3)?.as_i64().ok(),
            other_day: row.get_ref(5)?.as_str_or_null()?,
        })
    }

    const fn is_as_sent(&self) -> bool {
        self.is_in_table && self.is_sent && self.other_day.is_none()
    }
}

impl Books<'_, '_> {
    /// Goes through the file and through its members at once. Only where they differ are they compared one by one.
    fn compare(
        &mut self,
        batch: &Batch,
        members: &mut Statement<'_>,
        which: impl Params + Copy,
    ) -> Result<()> {
        let (desk, archive) = (self.desk, self.archive);
        let (name, settings) = (&batch.file_name, desk.settings);
        let shop_code = batch.place.as_ref().map_or(&settings.shop.code, |place| &place.shop_code);
        let prefix = || format!("{shop_code}-");
        let digest =
            || amounts(name, settings, Digest { prefix: prefix(), ..Digest::default() }, Digest::add);
        let go_through = || self.go_through(members.query(which)?, batch);
        let (file, table) = archive.read_orders(desk, batch, digest, go_through)?;
        let file = file.map(Passing::finish).transpose()?;
        match &file {
            None if table.is_as_sent => self.sent.are_both(table.orders.count),
            Some(file) if table.is_as_sent && file.is(&table.orders) => {
                self.sent.are_both(file.count);
                self.yen.are_both(file.amount);
            }
            None => self.compare_each(members.query(which)?, None, batch)?,
            Some(_) => {
                let numbers = || {
                    amounts(name, settings, Numbers { prefix: prefix(), ..Numbers::default() }, Numbers::add)
                };
                let (numbers, ()) = archive.read_orders(desk, batch, numbers, || Ok(()))?;
                let numbers = numbers.map(Passing::finish).transpose()?.map(Numbers::sorted);
                self.compare_each(members.query(which)?, numbers.as_ref(), batch)?;
            }
        }
        self.compare_head(batch, file.map_or(table.orders.count, |file| file.count));
        Ok(())
    }

    /// Notes what each member is, whether or not it is in the file.
    fn go_through(&mut self, mut rows: Rows<'_>, batch: &Batch) -> Result<InTable> {
        let mut table = InTable { orders: Digest::default(), is_as_sent: true };
        while let Some(row) = rows.next()? {
            let member = Member::of(row)?;
            table.orders.add(member.order_no, member.total);
            table.is_as_sent &= member.is_as_sent();
            if let (true, Some(ticks)) = (row.get(4)?, &mut self.ticks) {
                ticks.note(member.order_no)?;
            }
            if member.is_in_table {
                *self.states.entry(row.get(6)?).or_default() += 1;
            }
            if row.get(7)? {
                self.reported_while_lying.push((member.order_no.to_owned(), batch.file_name.clone()));
            }
        }
        Ok(table)
    }

    fn compare_each(&mut self, mut rows: Rows<'_>, file: Option<&Numbers>, batch: &Batch) -> Result<()> {
        let mut at = 0;
        while let Some(row) = rows.next()? {
            let member = Member::of(row)?;
            let in_file = match file {
                Some(file) => self.pass(file, &mut at, member.order_no, batch),
                None => InFile::Unknown,
            };
            self.compare_member(&member, in_file, batch);
        }
        while let Some(number) = file.and_then(|file| file.number(at)) {
            self.only_in_file(number, batch);
            at += 1;
        }
        Ok(())
    }

    /// Goes on in the file to where this order stands, or would.
    fn pass(&mut self, file: &Numbers, at: &mut usize, order_no: &str, batch: &Batch) -> InFile {
        while let Some(number) = file.number(*at) {
            match number.cmp(order_no) {
                Ordering::Less => self.only_in_file(number, batch),
                Ordering::Equal => {
                    *at += 1;
                    return InFile::Yes(file.amount(*at - 1));
                }
                Ordering::Greater => break,
            }
            *at += 1;
        }
        InFile::No
    }

    fn compare_member(&mut self, member: &Member<'_>, in_file: InFile, batch: &Batch) {
        let Member { order_no, is_in_table, is_sent, total, other_day } = *member;
        let file = &batch.file_name;
        self.sent.left += i64::from(is_sent);
        self.sent.right += i64::from(in_file != InFile::No);
        match (is_in_table, is_sent) {
            (false, _) => self.sent.named.add(|| text::not_in_table(order_no, file)),
            (true, false) => self.sent.named.add(|| text::not_marked(order_no, file)),
            (true, true) if in_file == InFile::No => {
                self.sent.named.add(|| text::not_in_file(order_no, file))
            }
            (true, true) => {}
        }
        if let (Some(day), Some(sent_at)) = (other_day, batch.sent_at) {
            self.sent.named.add(|| text::sent_on_another_day(order_no, day, file, sent_at.date()));
        }
        if let (true, InFile::Yes(Some(amount))) = (is_in_table, in_file) {
            compare_amount(&mut self.yen, order_no, total, amount);
        }
    }

    fn only_in_file(&mut self, number: &str, batch: &Batch) {
        self.sent.right += 1;
        self.only_in_files.insert(number.to_owned());
        self.sent.named.add(|| text::not_in_ledger(number, &batch.file_name));
    }

    /// The file's entry says how many orders it has, and when it was sent and taken.
    fn compare_head(&mut self, batch: &Batch, found: i64) {
        let told = i64::try_from(batch.order_count).unwrap_or(i64::MAX);
        self.taken.left += found;
        self.taken.right += told;
        if found != told {
            self.taken.named.add(|| text::count_differs(&batch.file_name, told, found));
        }
        if batch.taken_at.is_some_and(|taken_at| Some(taken_at) < batch.sent_at) {
            self.taken.named.add(|| text::taken_before_sent(&batch.file_name));
        }
    }
}

/// Whether an order is in the file of which the ledger says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum InFile {
    /// With this 請求金額.
    Yes(Option<i64>),
    No,
    /// There is no copy to look into.
    Unknown,
}

/// Orders with their amounts, in whatever order they stand: two are the same only if all their orders are.
#[derive(Default)]
struct Digest {
    prefix: String,
    count: i64,
    amount: i64,
    sum: u64,
}

impl Digest {
    fn add(&mut self, number: &str, amount: Option<i64>) {
        let number = number.strip_prefix(&*self.prefix).unwrap_or(number);
        self.count += 1;
        self.amount += amount.unwrap_or(0);
        self.sum = self.sum.wrapping_add(key(&(number, amount)));
    }

    const fn is(&self, other: &Self) -> bool {
        self.count == other.count && self.sum == other.sum
    }
}

/// The orders in a file, sorted by number; a million of them in some 30 MB.
#[derive(Default)]
struct Numbers {
    prefix: String,
    text: String,
    orders: Vec<(u32, u32, Option<i64>)>,
}

impl Numbers {
    fn add(&mut self, number: &str, amount: Option<i64>) {
        let begin = as_place(self.text.len());
        self.text.push_str(number.strip_prefix(&*self.prefix).unwrap_or(number));
        self.orders.push((begin, as_place(self.text.len()), amount));
    }

    fn sorted(mut self) -> Self {
        let slice = |order: &(u32, u32, Option<i64>)| &self.text[order.0 as usize..order.1 as usize];
        self.orders.sort_unstable_by(|one, other| slice(one).cmp(slice(other)));
        self
    }

    fn slice(&self, order: &(u32, u32, Option<i64>)) -> &str {
        &self.text[order.0 as usize..order.1 as usize]
    }

    fn number(&self, at: usize) -> Option<&str> {
        self.orders.get(at).map(|order| self.slice(order))
    }

    fn amount(&self, at: usize) -> Option<i64> {
        self.orders.get(at).and_then(|order| order.2)
    }
}

/// A file has no 4 GB of numbers: a run sends no more orders than that.
fn as_place(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
