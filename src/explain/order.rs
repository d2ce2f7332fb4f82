//! An order: where it is on its way to TEMPOSTAR, and what came back about it. Nothing of the customer's is read.

use anyhow::Result;
use rusqlite::Row;
use serde::Serialize;
use serde_json::{Value, json};

use super::desk::{Desk, merged, origin_json, origin_text};
use super::facts::{Facts, or_dash};
use crate::books::batches::{Batch, batch_with};
use crate::books::history::{self, Event, OrderEvent};
use crate::books::orders::{CANCELLED_AT_SQL, SENT_AT_SQL};
use crate::books::rows::{Cells, Record, Shown};
use crate::jobs::orders;
use crate::layout::value;
use crate::text::{Text, explain as text};

record! {
    struct Order of "orders" {
        pub ordered_at: Shown,
        pub created_at: Shown,
        pub updated_at: Shown,
        pub is_provisional: bool = "is_provisional IS 1",
        pub cancelled_at: Option<String> = CANCELLED_AT_SQL,
        pub cancelled_in_tempostar_at: Option<String>,
        pub exported_at: Option<String> = SENT_AT_SQL,
        pub delivery_status: bool = "delivery_status IS 1",
        pub shipped_at: Shown,
        pub payment_status: bool = "payment_status IS 1",
        pub paid_at: Shown,
        pub capture_status: bool = "capture_status IS 1",
        pub captured_at: Shown,
        /// Its `updated_at` when it was sent, but for what we have written since.
        pub known_updated_at: Shown = "(SELECT known_updated_at
                                                 FROM tempostar_batch_orders AS member
                                                 WHERE member.order_no = orders.order_no)",
    }
}

record! {
    #[derive(Serialize)]
    struct Shipment of "order_shipments" {
        pub shipment_no: i64,
        pub shipped_on: Shown,
        pub delivered_on: Shown,
        pub delivery_method: Shown,
        pub tracking_no: Shown,
    }
}

record! {
    #[derive(Serialize)]
    struct Line of "order_lines" {
        pub line_no: i64,
        pub sku_code: Shown,
        /// As it stands there: `2個`, if that does.
        pub quantity: Value => (|row: &Row<'_>| row.told(2), "quantity"),
        pub added_by: String = "iif(added_by = 'tempostar', 'tempostar', 'shop')",
    }
}

pub(super) fn read(desk: &Desk<'_>, order_no: &str) -> Result<Option<Facts>> {
    let database = desk.database;
    let Some(order) = Order::first(database, "WHERE order_no = ?1", [order_no])? else { return Ok(None) };
    let batch = batch_with(database, order_no)?;
    let mut facts = Facts::about(text::order_no(order_no));
    facts.member("order_no", order_no);
    facts.fact("ordered_at", order.ordered_at.as_deref(), text::ordered(), Some(or_dash(&order.ordered_at)));
    let entered = (order.created_at != order.ordered_at).then(|| or_dash(&order.created_at));
    facts.fact("created_at", order.created_at.as_deref(), text::entered(), entered);
    facts.member("updated_at", order.updated_at.as_deref());
    state(&mut facts, desk, order_no, &order, batch.as_ref())?;
    if let Some(batch) = &batch {
        on_its_way(&mut facts, desk, batch);
    }
    let events = history::order_events(database, order_no)?;
    hand_work(&mut facts, &order, batch.is_some(), &events);
    ticks(&mut facts, &order);
    let shipments = Shipment::all(database, "WHERE order_no = ?1 ORDER BY shipment_no", [order_no])?;
    facts.table("shipments", text::shipments(), shipments.iter().map(Shipment::shown).collect());
    let lines = Line::all(database, "WHERE order_no = ?1 ORDER BY line_no", [order_no])?;
    facts.table("lines", text::lines(), lines.iter().map(Line::shown).collect());
    facts.table("history", text::order_history(), events.iter().map(|event| shown(event, desk)).collect());
    Ok(Some(facts))
}

fn state(
    facts: &mut Facts,
    desk: &Desk<'_>,
    order_no: &str,
    order: &Order,
    batch: Option<&Batch>,
) -> Result<()> {
    let is_unsent = order.exported_at.is_none() && order.cancelled_at.is_none() && !order.is_provisional;
    let held_back = match is_unsent {
        true => orders::held_back_because(desk.database, desk.settings, desk.clock.now(), order_no)?,
        false => None,
    };
    let (state, shown) = match (batch, &order.exported_at, &held_back) {
        (Some(_), Some(at), _) => ("sent", text::sent(at)),
        (Some(Batch { sent_at: None, .. }), None, _) => ("under_way", text::under_way()),
        // Somebody has set it.
        (None, Some(at), _) => ("marked_as_sent", text::marked_as_sent(at)),
        _ if order.cancelled_at.is_some() => ("cancelled", text::cancelled_before_sending()),
        _ if order.is_provisional => ("provisional", text::provisional()),
        (_, None, Some(hold)) => ("held_back", text::held_back().because(&hold.reason)),
        (_, None, None) => ("waiting", text::waiting()),
    };
    facts.fact("state", state, text::state(), Some(shown));
    facts.member(
        "held_back_because",
        held_back.map(|hold| hold.reason.get(desk.settings.language).to_owned()),
    );
    facts.member("exported_at", order.exported_at.as_deref());
    facts.member("batch", Value::Null);
    Ok(())
}

/// The file that it is in.
fn on_its_way(facts: &mut Facts, desk: &Desk<'_>, batch: &Batch) {
    let copy = batch.archived_as.as_deref().and_then(|place| desk.copy(place));
    let json = json!({
        "file": batch.file_name,
        "run_id": batch.run_id,
        "sent_at": batch.sent_at,
        "taken_at": batch.taken_at,
        "copy": copy,
    });
    let shown = text::file_and_run(&batch.file_name, &batch.run_id);
    facts.fact("batch", json, text::in_file(), Some(shown));
    if batch.sent_at.is_some() {
        facts.line(text::copy(), copy.map_or_else(text::no_copy, Text::same));
        facts.line(text::taken(), taken(batch));
    }
}

/// Whether TEMPOSTAR was seen to have taken a file of orders.
pub(super) fn taken(batch: &Batch) -> Text {
    batch.taken_at.map_or_else(text::not_seen_taken, |taken| text::seen_taken(&taken.to_string()))
}

/// Neither changes nor cancellations are linked. Whether it has changed is judged as `status` does.
fn hand_work(facts: &mut Facts, order: &Order, is_in_file: bool, events: &[OrderEvent]) {
    let is_changed = is_in_file && order.known_updated_at != order.updated_at;
    facts.member("changed_since_sent", is_changed);
    facts.member("cancelled_at", order.cancelled_at.as_deref());
    facts.member("cancelled_in_tempostar_at", order.cancelled_in_tempostar_at.as_deref());
    let cancelled = match (&order.cancelled_at, &order.cancelled_in_tempostar_at) {
        (Some(here), Some(there)) => Some(text::cancelled_both(here, there)),
        (Some(here), None) if events.iter().any(OrderEvent::is_shipped_anyway) => {
            Some(text::cancelled_but_shipped(here))
        }
        (Some(here), None) if order.exported_at.is_some() => Some(text::cancelled_here_only(here)),
        (Some(here), None) => Some(Text::same(here)),
        (None, Some(there)) => Some(text::cancelled_there_only(there)),
        (None, None) => None,
    };
    if let Some(cancelled) = cancelled {
        facts.line(text::cancelled(), cancelled);
    }
    if is_changed && order.cancelled_at.is_none() {
        let at = order.updated_at.as_deref().unwrap_or("-");
        let is_shipped = order.delivery_status;
        let changed = if is_shipped { text::changed_after_shipping(at) } else { text::changed_since(at) };
        facts.line(text::changed(), changed);
    }
}

/// 配送区分, 入金区分, オーソリ確定, with their times.
fn ticks(facts: &mut Facts, order: &Order) {
    for (key, label, is_set, at) in [
        ("delivery_status", text::delivery_status(), order.delivery_status, &order.shipped_at),
        ("payment_status", text::payment_status(), order.payment_status, &order.paid_at),
        ("capture_status", text::capture_status(), order.capture_status, &order.captured_at),
    ] {
        let shown = if is_set { text::ticked(at.as_deref().unwrap_or_default()) } else { text::not_ticked() };
        facts.fact(key, json!({ "set": is_set, "at": at }), label, Some(shown));
    }
}

impl Shipment {
    fn shown(&self) -> (Value, Vec<Text>) {
        let shipped = self.shipped_on.as_ref().map_or_else(text::not_shipped, |day| text::shipped_on(day));
        let tracking_no = text::tracking_no(self.tracking_no.as_deref().unwrap_or("-"));
        let cells =
            vec![text::shipment(self.shipment_no), shipped, or_dash(&self.delivery_method), tracking_no];
        (json!(self), cells)
    }
}

impl Line {
    fn shown(&self) -> (Value, Vec<Text>) {
        let added = match self.added_by.as_str() {
            "tempostar" => text::added_by_tempostar(),
            _ => Text::default(),
        };
        let number = Text::same(self.line_no.to_string());
        (json!(self), vec![number, or_dash(&self.sku_code), text::pieces(&value(&self.quantity)), added])
    }
}

/// One thing that a file did to it.
fn shown(event: &OrderEvent, desk: &Desk<'_>) -> (Value, Vec<Text>) {
    let number = (event.number > 0).then_some(event.number);
    let json = merged(origin_json(&event.origin, desk), json!({ "event": event.event, "number": number }));
    let what = match event.event {
        Event::Shipment if event.is_shipped_anyway() => text::event_shipped_anyway(),
        Event::Shipment => text::event_shipment(event.number),
        Event::Line => text::event_line(event.number),
        Event::Ticked => text::event_ticked(),
        Event::Cancelled => text::event_cancelled(),
        Event::Revived => text::event_revived(),
    };
    (json, vec![Text::same(event.origin.at.to_string()), what, origin_text(&event.origin)])
}
