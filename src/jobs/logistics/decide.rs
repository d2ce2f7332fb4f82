//! What a logistics file means for one order. Computes only: values in, a decision out.

use anyhow::Result;

use super::rows::{AddedLine, Columns, Entry, Name};
use crate::encoding::{comparable_name, look_alikes};
use crate::jobs::later::Said;
use crate::moment::Moment;
use crate::problem::Problem;
use crate::text::jobs as text;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct OrderState {
    pub(super) is_sent: bool,
    pub(super) is_cancelled: bool,
    pub(super) is_cancelled_in_tempostar: bool,
    pub(super) ticks: Ticks,
    pub(super) shipments: Vec<ShipmentState>,
    pub(super) lines: Vec<LineState>,
    /// A newer file has spoken of it, or of one of its destinations.
    pub(super) is_stale: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ticks {
    pub(super) is_delivered: bool,
    pub(super) is_paid: bool,
    pub(super) is_captured: bool,
    pub(super) shipped_at: Option<String>,
    pub(super) paid_at: Option<String>,
    pub(super) captured_at: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ShipmentState {
    pub(super) shipment_no: i64,
    pub(super) shipped_on: Option<String>,
    pub(super) delivered_on: Option<String>,
    pub(super) tracking_no: Option<String>,
    pub(super) delivery_method: Option<String>,
    /// When TEMPOSTAR shipped it. What the shop's application writes into the other columns says nothing of that.
    pub(super) shipped_in_tempostar_at: Option<String>,
    /// The own time of the file that said something new of it last.
    pub(super) as_of: Option<String>,
    /// One without lines is nothing that could be shipped.
    pub(super) has_lines: bool,
    /// A newer file has spoken of it.
    pub(super) is_stale: bool,
}

impl ShipmentState {
    fn is_meant(&self, row: &Entry) -> bool {
        row.shipment_no.is_none_or(|number| number == self.shipment_no)
    }

    /// Whether rows say of it both that it is shipped and that it is not, or is cancelled.
    fn is_contradicted(&self, rows: &[Entry]) -> bool {
        let mut said = rows.iter().filter(|row| self.is_meant(row)).map(|row| row.progress);
        said.next().is_some_and(|first| said.any(|other| other != first))
    }
}

impl OrderState {
    /// The same, with what a file of this time cannot know better.
    pub(super) fn told_of(
        mut self,
        order_no: &str,
        file_time: Moment,
        said_later: &mut Said<'_>,
    ) -> Result<Self> {
        for shipment in &mut self.shipments {
            let as_of = shipment.as_of.as_deref().and_then(|as_of| as_of.parse::<Moment>().ok());
            let is_newer = as_of.is_some_and(|as_of| as_of > file_time);
            shipment.is_stale = is_newer || said_later.has(order_no, shipment.shipment_no)?;
        }
        self.is_stale =
            self.shipments.iter().any(|shipment| shipment.is_stale) || said_later.has(order_no, 0)?;
        Ok(self)
    }

    pub(super) fn shipment(&self, number: i64) -> Option<&ShipmentState> {
        self.shipments.iter().find(|shipment| shipment.shipment_no == number)
    }

    /// The destinations of which the file says two things at once: it changes nothing of them.
    pub(super) fn contradicted(&self, rows: &[Entry]) -> Vec<i64> {
        let contradicted = self.shipments.iter().filter(|shipment| shipment.is_contradicted(rows));
        contradicted.map(|shipment| shipment.shipment_no).collect()
    }

    /// Everything that can be shipped.
    fn is_shipped(&self, shipments: &[ShipmentState]) -> bool {
        let has_lines = shipments.iter().any(|shipment| shipment.has_lines);
        let mut counted = shipments.iter().filter(|shipment| shipment.has_lines || !has_lines);
        counted.all(|shipment| shipment.shipped_in_tempostar_at.is_some())
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LineState {
    pub(super) sku_code: String,
    pub(super) options: String,
    pub(super) quantity: i64,
}

#[derive(Debug, Default)]
pub(super) struct Decision {
    pub(super) ticks: Option<Ticks>,
    pub(super) shipments: Vec<ShipmentState>,
    pub(super) lines: Vec<(i64, AddedLine)>,
    /// TEMPOSTAR had cancelled it, and ships it after all.
    pub(super) is_revived: bool,
    pub(super) problems: Vec<Problem>,
}

impl Decision {
    pub(super) fn changes_anything(&self) -> bool {
        self.ticks.is_some() || !self.shipments.is_empty() || !self.lines.is_empty() || self.is_revived
    }
}

/// What the rows of a shipped order change. Computes only.
pub(super) fn decide(
    order: &OrderState,
    rows: &[&Entry],
    contradicted: &[i64],
    columns: &Columns,
    file_time: Moment,
) -> Decision {
    let is_revived = order.is_cancelled_in_tempostar && !order.is_stale;
    let mut decision = Decision { is_revived, ..Decision::default() };
    let mut shipments = order.shipments.clone();
    let may_change =
        |shipment: &&mut ShipmentState| !contradicted.contains(&shipment.shipment_no) && !shipment.is_stale;
    for shipment in shipments.iter_mut().filter(may_change) {
        let mine: Vec<&Entry> = rows.iter().filter(|row| shipment.is_meant(row)).copied().collect();
        if !mine.is_empty() {
            update_shipment(shipment, &mine, columns, file_time);
        }
    }
    decision.problems.extend(missing_shipments(order, rows));
    let paid_at = if order.is_stale { None } else { paid_at(rows) }.or_else(|| order.ticks.paid_at.clone());
    let ticks = match contradicted.is_empty() && order.is_shipped(&shipments) {
        true => tick(&order.ticks, rows, paid_at, file_time),
        // The day of payment is told with the first part, perhaps, and not with the last.
        false => Ticks { paid_at, ..order.ticks.clone() },
    };
    decision.ticks = (ticks != order.ticks).then_some(ticks);
    let both = shipments.into_iter().zip(&order.shipments);
    decision.shipments = both.filter(|(new, old)| new != *old).map(|(new, _)| new).collect();
    if contradicted.is_empty() && !order.is_stale {
        add_lines(order, rows, &mut decision);
    }
    decision
}

/// A row without a date still says that the destination is shipped: as of the file's own day, then. Of several rows
/// about one destination the last one that says something counts.
fn update_shipment(shipment: &mut ShipmentState, rows: &[&Entry], columns: &Columns, file_time: Moment) {
    let told = rows.iter().rev().find_map(|row| row.shipped_at);
    let shipped_on = told.map(|time| time.date().to_string()).or_else(|| shipment.shipped_on.take());
    shipment.shipped_on = shipped_on.or_else(|| Some(file_time.date().to_string()));
    shipment.shipped_in_tempostar_at.get_or_insert_with(|| told.unwrap_or(file_time).to_string());
    if columns.has(Name::Delivered) {
        shipment.delivered_on =
            rows.iter().rev().find_map(|row| row.delivered_on).map(|date| date.to_string());
    }
    if columns.has(Name::TrackingNo) {
        shipment.tracking_no = all_of(rows.iter().filter_map(|row| row.tracking_no.as_deref()));
    }
    if columns.has(Name::DeliveryMethod) {
        let told = rows.iter().rev().filter_map(|row| row.delivery_method.clone());
        shipment.delivery_method = told.into_iter().find(|method| !method.is_empty());
    }
}

/// A destination's parcels, each once: `1111, 2222`.
fn all_of<'a>(numbers: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut all: Vec<&str> = Vec::new();
    for number in numbers.filter(|number| !number.is_empty()) {
        if !all.contains(&number) {
            all.push(number);
        }
    }
    (!all.is_empty()).then(|| all.join(", "))
}

fn paid_at(rows: &[&Entry]) -> Option<String> {
    rows.iter().rev().find_map(|row| row.paid_at).map(|time| time.to_string())
}

fn missing_shipments(order: &OrderState, rows: &[&Entry]) -> Vec<Problem> {
    let is_missing = |number: &i64| !order.shipments.iter().any(|shipment| shipment.shipment_no == *number);
    rows.iter()
        .filter_map(|row| Some((row, row.shipment_no.filter(is_missing)?)))
        .map(|(row, number)| text::no_such_shipment(&row.order_no, number).at_line(row.line))
        .collect()
}

/// The three ticks of an order of which everything is shipped. A tick that is set keeps its time, but for the day of
/// payment, of which TEMPOSTAR knows better.
fn tick(ticks: &Ticks, rows: &[&Entry], paid_at: Option<String>, file_time: Moment) -> Ticks {
    let shipped_at = rows.iter().filter_map(|row| row.shipped_at).max().unwrap_or(file_time).to_string();
    let keep_or = |is_set: bool, old: &Option<String>, new: &str| match old {
        Some(old) if is_set => Some(old.clone()),
        _ => Some(new.to_owned()),
    };
    Ticks {
        is_delivered: true,
        is_paid: true,
        is_captured: true,
        paid_at: paid_at.or_else(|| Some(shipped_at.clone())),
        captured_at: keep_or(ticks.is_captured, &ticks.captured_at, &shipped_at),
        shipped_at: keep_or(ticks.is_delivered, &ticks.shipped_at, &shipped_at),
    }
}

/// Lines that TEMPOSTAR has and the shop has not, each once. A line is told by SKU and options.
fn add_lines(order: &OrderState, rows: &[&Entry], decision: &mut Decision) {
    let mut known = order.lines.clone();
    for row in rows {
        let Some(added) = &row.added else { continue };
        let same: Vec<i64> =
            known.iter().filter(|line| is_same_line(line, added)).map(|line| line.quantity).collect();
        if !same.is_empty() {
            if let Some(theirs) = added.quantity.filter(|theirs| !agrees(&same, *theirs)) {
                let ours = same.iter().sum();
                let problem = text::line_differs(&row.order_no, &added.sku_code, ours, theirs);
                decision.problems.push(problem.at_line(row.line));
            }
            continue;
        }
        if order.shipments.len() > 1 {
            decision.problems.push(text::lines_and_destinations(&row.order_no).at_line(row.line));
            return;
        }
        let Some(quantity) = added.quantity else {
            decision
                .problems
                .push(text::line_incomplete().at_line(row.line).in_column(Name::Quantity.as_str()));
            continue;
        };
        known.push(LineState { sku_code: added.sku_code.clone(), options: added.options.clone(), quantity });
        let shipment_no = order.shipments.first().map_or(1, |shipment| shipment.shipment_no);
        decision.lines.push((shipment_no, added.clone()));
    }
}

/// TEMPOSTAR shows a SKU's lines one by one, or as one.
fn agrees(ours: &[i64], theirs: i64) -> bool {
    ours.contains(&theirs) || ours.iter().sum::<i64>() == theirs
}

/// What we sent comes back as it could be sent: with look-alikes, on one line.
fn is_same_line(ours: &LineState, theirs: &AddedLine) -> bool {
    look_alikes(&ours.sku_code) == look_alikes(&theirs.sku_code)
        && same_options(&ours.options, &theirs.options)
}

/// Options that one side leaves out do not make another line.
fn same_options(ours: &str, theirs: &str) -> bool {
    let comparable = |options: &str| comparable_name(&look_alikes(options));
    ours.is_empty() || theirs.is_empty() || comparable(ours) == comparable(theirs)
}
