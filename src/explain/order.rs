//! An order: where it is on its way to TEMPOSTAR, and what came back about it. Nothing of the customer's is read.

use anyhow::Result;
use rusqlite::OptionalExtension;
use serde_json::{Value, json};

use super::desk::{Desk, merged, origin_json, origin_text};
use super::show::Page;
use crate::books::history::{self, Event, OrderEvent};
use crate::jobs::orders;
use crate::shelf::Shelf;
use crate::text::{Language, Text, explain as text};

/// An order as the shop and the ledger have it.
#[derive(Clone, Debug)]
pub(super) struct Order {
    order_no: String,
    ordered_at: Option<String>,
    created_at: Option<String>,
    updated_at: Option<String>,
    is_provisional: bool,
    cancelled_at: Option<String>,
    cancelled_in_tempostar_at: Option<String>,
    exported_at: Option<String>,
    ticks: [Tick; 3],
    /// `None`: it is in no file.
    batch: Option<Batch>,
    held_back: Option<Text>,
    shipments: Vec<Shipment>,
    lines: Vec<Line>,
    events: Vec<OrderEvent>,
    work_dir: Shelf,
}

/// 配送区分, 入金区分, オーソリ確定, with their times.
#[derive(Clone, Debug)]
struct Tick {
    is_set: bool,
    at: Option<String>,
}

/// The file that the order is in.
#[derive(Clone, Debug)]
struct Batch {
    file_name: String,
    run_id: String,
    sent_at: Option<String>,
    taken_at: Option<String>,
    /// Where its copy lies, below the work folder's archive.
    archived_as: Option<String>,
    known_updated_at: Option<String>,
}

#[derive(Clone, Debug)]
struct Shipment {
    shipment_no: i64,
    shipped_on: Option<String>,
    delivered_on: Option<String>,
    delivery_method: Option<String>,
    tracking_no: Option<String>,
}

#[derive(Clone, Debug)]
struct Line {
    line_no: i64,
    sku_code: String,
    quantity: i64,
    is_added_by_tempostar: bool,
}

/// How far an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Cancelled,
    Provisional,
    HeldBack,
    Waiting,
    /// In a file that has not arrived yet.
    UnderWay,
    Sent,
    /// Somebody has set `exported_at`.
    MarkedAsSent,
}

impl State {
    fn code(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::Provisional => "provisional",
            Self::HeldBack => "held_back",
            Self::Waiting => "waiting",
            Self::UnderWay => "under_way",
            Self::Sent => "sent",
            Self::MarkedAsSent => "marked_as_sent",
        }
    }
}

/// The order of this number.
pub(super) fn read(desk: &Desk<'_>, order_no: &str) -> Result<Option<Order>> {
    let Some(mut order) = read_order(desk, order_no)? else { return Ok(None) };
    if order.is_unsent() {
        order.held_back =
            orders::held_back_because(desk.database, desk.settings, desk.clock.now(), order_no)?
                .map(|hold| hold.reason);
    }
    order.batch = read_batch(desk, order_no)?;
    order.shipments = read_shipments(desk, order_no)?;
    order.lines = read_lines(desk, order_no)?;
    order.events = history::order_events(desk.database, order_no)?;
    Ok(Some(order))
}

fn read_order(desk: &Desk<'_>, order_no: &str) -> Result<Option<Order>> {
    let found = desk.database.query_row(
        "SELECT ordered_at, created_at, updated_at, is_provisional, cancelled_at, cancelled_in_tempostar_at, exported_at,
                delivery_status, shipped_at, payment_status, paid_at, capture_status, captured_at
         FROM orders
         WHERE order_no = ?1",
        [order_no],
        |row| {
            let tick = |index| Ok::<_, rusqlite::Error>(Tick { is_set: row.get(index)?, at: row.get(index + 1)? });
            Ok(Order {
                order_no: order_no.to_owned(),
                ordered_at: row.get(0)?,
                created_at: row.get(1)?,
                updated_at: row.get(2)?,
                is_provisional: row.get(3)?,
                cancelled_at: row.get(4)?,
                cancelled_in_tempostar_at: row.get(5)?,
                exported_at: row.get(6)?,
                ticks: [tick(7)?, tick(9)?, tick(11)?],
                batch: None,
                held_back: None,
                shipments: Vec::new(),
                lines: Vec::new(),
                events: Vec::new(),
                work_dir: desk.work_dir.clone(),
            })
        },
    );
    Ok(found.optional()?)
}

fn read_batch(desk: &Desk<'_>, order_no: &str) -> Result<Option<Batch>> {
    let found = desk.database.query_row(
        "SELECT batch.file_name, batch.run_id, batch.sent_at, batch.taken_at, batch.archived_as, member.known_updated_at
         FROM tempostar_batch_orders AS member
         JOIN tempostar_batches AS batch ON batch.id = member.batch_id
         WHERE member.order_no = ?1",
        [order_no],
        |row| {
            Ok(Batch {
                file_name: row.get(0)?,
                run_id: row.get(1)?,
                sent_at: row.get(2)?,
                taken_at: row.get(3)?,
                archived_as: row.get(4)?,
                known_updated_at: row.get(5)?,
            })
        },
    );
    Ok(found.optional()?)
}

fn read_shipments(desk: &Desk<'_>, order_no: &str) -> Result<Vec<Shipment>> {
    let mut statement = desk.database.prepare(
        "SELECT shipment_no, shipped_on, delivered_on, delivery_method, tracking_no
         FROM order_shipments
         WHERE order_no = ?1
         ORDER BY shipment_no",
    )?;
    let rows = statement.query_map([order_no], |row| {
        Ok(Shipment {
            shipment_no: row.get(0)?,
            shipped_on: row.get(1)?,
            delivered_on: row.get(2)?,
            delivery_method: row.get(3)?,
            tracking_no: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn read_lines(desk: &Desk<'_>, order_no: &str) -> Result<Vec<Line>> {
    let mut statement = desk.database.prepare(
        "SELECT line_no, coalesce(sku_code, '-'), quantity, added_by = 'tempostar'
         FROM order_lines
         WHERE order_no = ?1
         ORDER BY line_no",
    )?;
    let rows = statement.query_map([order_no], |row| {
        Ok(Line {
            line_no: row.get(0)?,
            sku_code: row.get(1)?,
            quantity: row.get(2)?,
            is_added_by_tempostar: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

impl Order {
    fn is_unsent(&self) -> bool {
        self.exported_at.is_none() && self.cancelled_at.is_none() && !self.is_provisional
    }

    fn state(&self) -> State {
        match (&self.batch, &self.exported_at) {
            (Some(_), Some(_)) => State::Sent,
            (Some(_), None) => State::UnderWay,
            (None, Some(_)) => State::MarkedAsSent,
            (None, None) if self.cancelled_at.is_some() => State::Cancelled,
            (None, None) if self.is_provisional => State::Provisional,
            (None, None) if self.held_back.is_some() => State::HeldBack,
            (None, None) => State::Waiting,
        }
    }

    fn state_text(&self) -> Text {
        let exported_at = self.exported_at.as_deref().unwrap_or("-");
        match self.state() {
            State::Cancelled => text::cancelled_before_sending(),
            State::Provisional => text::provisional(),
            State::HeldBack => text::held_back().because(self.held_back.as_ref().unwrap_or(&Text::default())),
            State::Waiting => text::waiting(),
            State::UnderWay => text::under_way(),
            State::Sent => text::sent(exported_at),
            State::MarkedAsSent => text::marked_as_sent(exported_at),
        }
    }

    /// Whether the shop has changed it since it was sent, as `status` judges it.
    fn is_changed_since(&self) -> bool {
        let known = self.batch.as_ref().map(|batch| &batch.known_updated_at);
        known.is_some_and(|known| *known != self.updated_at)
    }

    pub(super) fn show(&self, page: &mut Page) {
        let time = |time: &Option<String>| Text::same(time.as_deref().unwrap_or("-"));
        page.heading(text::order_heading(&self.order_no));
        page.fact(text::ordered(), time(&self.ordered_at));
        if self.created_at != self.ordered_at {
            page.fact(text::entered(), time(&self.created_at));
        }
        page.fact(text::state(), self.state_text());
        if let Some(batch) = &self.batch {
            batch.show(page, &self.work_dir);
        }
        self.show_hand_work(page);
        self.show_ticks(page);
        page.note(text::shipments());
        page.table(self.shipments.iter().map(Shipment::row).collect());
        page.note(text::lines());
        page.table(self.lines.iter().map(Line::row).collect());
        if !self.events.is_empty() {
            page.note(text::order_history());
            page.table(self.events.iter().map(event_row).collect());
        }
    }

    /// Neither changes nor cancellations are linked.
    fn show_hand_work(&self, page: &mut Page) {
        let is_sent = self.exported_at.is_some();
        match (&self.cancelled_at, &self.cancelled_in_tempostar_at) {
            (Some(here), Some(there)) => page.fact(text::cancelled(), text::cancelled_both(here, there)),
            (Some(here), None) if self.events.iter().any(OrderEvent::is_shipped_anyway) => {
                page.fact(text::cancelled(), text::cancelled_but_shipped(here))
            }
            (Some(here), None) if is_sent => page.fact(text::cancelled(), text::cancelled_here_only(here)),
            (Some(here), None) => page.fact(text::cancelled(), Text::same(&**here)),
            (None, Some(there)) => page.fact(text::cancelled(), text::cancelled_there_only(there)),
            (None, None) => {}
        }
        if self.is_changed_since() && self.cancelled_at.is_none() {
            page.fact(
                text::changed(),
                match self.ticks[0].is_set {
                    true => text::changed_after_shipping(self.updated_at.as_deref().unwrap_or("-")),
                    false => text::changed_since(self.updated_at.as_deref().unwrap_or("-")),
                },
            );
        }
    }

    fn show_ticks(&self, page: &mut Page) {
        let labels = [text::delivery_status(), text::payment_status(), text::capture_status()];
        for (label, tick) in labels.into_iter().zip(&self.ticks) {
            let time = Text::same(tick.at.as_deref().unwrap_or_default());
            page.fact(label, if tick.is_set { text::ticked(&time.en) } else { text::not_ticked() });
        }
    }

    pub(super) fn json(&self, language: Language) -> Value {
        let [delivery, payment, capture] = &self.ticks;
        let tick = |tick: &Tick| json!({ "set": tick.is_set, "at": tick.at });
        let event = |event: &OrderEvent| {
            let number = (event.number > 0).then_some(event.number);
            merged(
                origin_json(&event.origin, &self.work_dir),
                json!({ "event": event.event, "number": number }),
            )
        };
        json!({
            "order_no": self.order_no,
            "ordered_at": self.ordered_at,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "state": self.state().code(),
            "held_back_because": self.held_back.as_ref().map(|reason| reason.get(language).to_owned()),
            "exported_at": self.exported_at,
            "batch": self.batch.as_ref().map(|batch| batch.json(&self.work_dir)),
            "changed_since_sent": self.is_changed_since(),
            "cancelled_at": self.cancelled_at,
            "cancelled_in_tempostar_at": self.cancelled_in_tempostar_at,
            "delivery_status": tick(delivery),
            "payment_status": tick(payment),
            "capture_status": tick(capture),
            "shipments": self.shipments.iter().map(Shipment::json).collect::<Vec<_>>(),
            "lines": self.lines.iter().map(Line::json).collect::<Vec<_>>(),
            "history": self.events.iter().map(event).collect::<Vec<_>>(),
        })
    }
}

impl Batch {
    fn copy(&self, work_dir: &Shelf) -> Option<String> {
        let copy = work_dir.copy(self.archived_as.as_ref()?);
        copy.map(|copy| copy.display().to_string())
    }

    fn show(&self, page: &mut Page, work_dir: &Shelf) {
        page.fact(text::in_file(), text::file_and_run(&self.file_name, &self.run_id));
        if self.sent_at.is_none() {
            return;
        }
        let copy = self.copy(work_dir).map_or_else(text::no_copy, Text::same);
        page.fact(text::copy(), copy);
        let taken = self.taken_at.as_ref().map_or_else(text::not_seen_taken, |taken| text::seen_taken(taken));
        page.fact(text::taken(), taken);
    }

    fn json(&self, work_dir: &Shelf) -> Value {
        json!({
            "file": self.file_name,
            "run_id": self.run_id,
            "sent_at": self.sent_at,
            "taken_at": self.taken_at,
            "copy": self.copy(work_dir),
        })
    }
}

impl Shipment {
    fn row(&self) -> Vec<Text> {
        let or_dash = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
        let shipped = self.shipped_on.as_ref().map_or_else(text::not_shipped, |day| text::shipped_on(day));
        vec![
            text::shipment(self.shipment_no),
            shipped,
            Text::same(or_dash(&self.delivery_method)),
            text::tracking_no(&or_dash(&self.tracking_no)),
        ]
    }

    fn json(&self) -> Value {
        json!({
            "shipment_no": self.shipment_no,
            "shipped_on": self.shipped_on,
            "delivered_on": self.delivered_on,
            "delivery_method": self.delivery_method,
            "tracking_no": self.tracking_no,
        })
    }
}

impl Line {
    fn row(&self) -> Vec<Text> {
        let added = if self.is_added_by_tempostar { text::added_by_tempostar() } else { Text::default() };
        vec![
            Text::same(self.line_no.to_string()),
            Text::same(&*self.sku_code),
            text::pieces(self.quantity),
            added,
        ]
    }

    fn json(&self) -> Value {
        json!({
            "line_no": self.line_no,
            "sku_code": self.sku_code,
            "quantity": self.quantity,
            "added_by": if self.is_added_by_tempostar { "tempostar" } else { "shop" },
        })
    }
}

fn event_row(event: &OrderEvent) -> Vec<Text> {
    let what = match event.event {
        Event::Shipment if event.is_shipped_anyway() => text::event_shipped_anyway(),
        Event::Shipment => text::event_shipment(event.number),
        Event::Line => text::event_line(event.number),
        Event::Ticked => text::event_ticked(),
        Event::Cancelled => text::event_cancelled(),
        Event::Revived => text::event_revived(),
    };
    vec![Text::same(event.origin.at.to_string()), what, origin_text(&event.origin)]
}
