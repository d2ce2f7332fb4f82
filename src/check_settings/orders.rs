//! The orders: do they go with the shop's options, would those that wait go, and were those that went taken?

use std::collections::HashSet;

use anyhow::{Context, Result};
use chrono::TimeDelta;
use rusqlite::{Connection, named_params};

use super::database;
use super::finding::Found;
use super::folders::OUTBOX;
use super::world::World;
use crate::books::{self, batches, runs};
use crate::job::Job;
use crate::jobs::orders::Hold;
use crate::jobs::{Names, orders};
use crate::layout::grouped;
use crate::moment::Moment;
use crate::problem::{Problem, Severity};
use crate::server::Remote;
use crate::settings::ReflectWhen;
use crate::sync::import::join;
use crate::text::{Text, check_settings as say, jobs as say_jobs};

const REASONS_TOLD_MAX: usize = 10;

/// How many waiting orders are judged: ten times as many as a busy shop has in a day.
const JUDGED_MAX: u32 = 20_000;

/// An order that could go and has waited for longer than this was forgotten, or is not meant to go at all.
const WAITING_DAYS_MAX: i64 = 7;

/// Options that were switched off longer ago than this are not held against the shop.
const RECENT_DAYS: i64 = 30;

/// How many waiting orders, and how many sent ones, are held against the options.
const COMPARED_MAX: u32 = 10_000;

/// TEMPOSTAR looks into the outbox every few minutes.
const TAKEN_WITHIN_MIN: i64 = 60;

const FILES_ASKED_MAX: usize = 20;

/// One order, and what it says of the shop's options. Waiting orders and those sent lately, the newest of each.
const OPTIONS_SQL: &str = "
    SELECT CAST(order_no AS TEXT), kind,
           (SELECT count(*) FROM order_shipments AS shipment WHERE shipment.order_no = recent.order_no) > 1
    FROM (SELECT *
          FROM (SELECT order_no, kind
                FROM orders
                WHERE exported_at IS NULL AND cancelled_at IS NULL
                ORDER BY ordered_at DESC, order_no DESC
                LIMIT :at_most)
          UNION ALL
          SELECT *
          FROM (SELECT order_no, kind
                FROM orders
                WHERE exported_at >= :since
                ORDER BY exported_at DESC
                LIMIT :at_most)) AS recent";

/// Orders that cannot be there if the settings tell the truth about the shop's options.
pub(super) fn options(world: &mut World<'_>) -> Result<Found> {
    let settings = world.settings;
    let since = world.clock.now() - TimeDelta::days(RECENT_DAYS);
    let [mut reservation, mut hanpukai, mut subscription, mut several] = [(); 4].map(|()| Names::default());
    let mut compared = 0;
    let mut statement = world.database()?.prepare(OPTIONS_SQL)?;
    let mut rows = statement.query(named_params! { ":since": since, ":at_most": COMPARED_MAX })?;
    while let Some(row) = rows.next()? {
        let order_no: String = row.get(0)?;
        let kind: String = row.get(1)?;
        match kind.as_str() {
            "reservation" => reservation.add(&order_no),
            "hanpukai" => hanpukai.add(&order_no),
            "subscription" if !settings.options.subscriptions => subscription.add(&order_no),
            _ => {}
        }
        if !settings.options.multiple_destinations && row.get(2)? {
            several.add(&order_no);
        }
        compared += 1;
    }
    type Sentence = fn(u64, &str) -> Problem;
    let kinds: [(Names, Sentence); 4] = [
        (reservation, say::orders_by_reservation),
        (hanpukai, say::orders_by_hanpukai),
        (subscription, say::orders_by_subscription),
        (several, say::orders_to_several),
    ];
    let found = kinds.into_iter().filter(|(orders, _)| orders.count() > 0);
    let problems = found.map(|(orders, sentence)| sentence(orders.count(), &orders.told()));
    Ok(Found::ok(say::options_compared(&grouped(compared))).with(problems))
}

/// How many wait, since when, and those that would be held back, by reason. Nothing is sent.
pub(super) fn waiting(world: &mut World<'_>) -> Result<Found> {
    let (database, settings, now) = (world.database()?, world.settings, world.clock.now());
    let waiting = books::orders::count_waiting(database, settings)?;
    let held_back = orders::held_back_of_first(database, settings, now, JUDGED_MAX)?;
    let besides = held_back.iter().map(|(order_no, _)| order_no.as_str()).collect();
    let oldest = books::orders::oldest_waiting(database, settings, &besides)?;
    let mut facts = vec![match (waiting, held_back.len()) {
        (0, _) => say::orders_none(),
        (_, 0) => say::orders_waiting(waiting),
        (_, count) => say::orders_held_back(waiting, count),
    }];
    facts.extend(oldest.as_deref().map(say::orders_oldest));
    facts.extend((waiting > JUDGED_MAX.into()).then(|| say::orders_judged(JUDGED_MAX)));
    let is_any_sendable = usize::try_from(waiting) != Ok(held_back.len());
    let none_goes = (!is_any_sendable && waiting > 0).then(|| say::every_order_held(waiting));
    let mut told_above = told_above(database)?;
    let of_odd = held_back.iter().filter(|(order_no, _)| world.odd_orders.contains(order_no));
    told_above.extend(of_odd.map(|(_, hold)| hold.reason.en.clone()));
    let reasons = by_reason(held_back);
    let more = reasons.len().saturating_sub(REASONS_TOLD_MAX);
    facts.extend((more > 0).then(|| say::orders_more_reasons(more)));
    let fact = Text::joined(&facts, "。", "; ");
    let problems =
        reasons.iter().take(REASONS_TOLD_MAX).map(|(reason, orders)| told(reason, orders, &told_above));
    Ok(Found::ok(fact).with(problems).with(none_goes).with(too_old(oldest.as_deref(), now)))
}

fn too_old(oldest: Option<&str>, now: Moment) -> Option<Problem> {
    let days = (now - oldest?.parse::<Moment>().ok()?).num_days();
    let problem = || say::orders_waiting_long(oldest.unwrap_or_default(), days);
    (days >= WAITING_DAYS_MAX).then(problem)
}

/// Reasons of which an earlier check is the root: it has named the orders, and who must act.
fn told_above(database: &Connection) -> Result<HashSet<String>> {
    let mut told = vec![say_jobs::reservation(), say_jobs::hanpukai()];
    told.extend(database::unlisted(database)?.iter().map(|(method, _)| say_jobs::payment_unknown(method)));
    told.extend(database::not_ready(database)?.iter().map(|(method, _)| say_jobs::payment_not_ready(method)));
    told.push(say_jobs::several_destinations());
    Ok(told.into_iter().map(|reason| reason.en).collect())
}

/// The orders of each reason, the reason of most orders first.
fn by_reason(held_back: Vec<(String, Hold)>) -> Vec<(Hold, Names)> {
    let mut reasons: Vec<(Hold, Names)> = Vec::new();
    for (order_no, reason) in held_back {
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, orders)) => orders.add(&order_no),
            None => {
                let mut orders = Names::default();
                orders.add(&order_no);
                reasons.push((reason, orders));
            }
        }
    }
    reasons.sort_by_key(|(_, orders)| std::cmp::Reverse(orders.count()));
    reasons
}

fn told(hold: &Hold, orders: &Names, told_above: &HashSet<String>) -> Problem {
    let mut problem = say::held_back(orders.count(), &orders.told());
    problem.message = problem.message.because(&hold.reason);
    problem.hint = hold.act.text(orders.told().split(", ").next().unwrap_or_default());
    if told_above.contains(&hold.reason.en) {
        problem.severity = Severity::Note;
        problem.hint = say::mend_above();
    }
    problem
}

/// Files of orders that TEMPOSTAR should have taken by now. Whether it removes them at all differs from server to
/// server: unless the settings count on it, or it has been seen once, a file that lies there means nothing.
pub(super) fn taken(world: &mut World<'_>) -> Result<Found> {
    let (settings, now) = (world.settings, world.clock.now());
    let is_outbox_known = world.has_passed(OUTBOX);
    let database = world.database.as_deref().context("no database")?;
    let removes = settings.stock.reflect_when == ReflectWhen::Taken || batches::has_any_been_taken(database)?;
    if !removes {
        return Ok(Found::ok(say::taken_unknown()));
    }
    let within = TimeDelta::minutes(TAKEN_WITHIN_MIN).max(settings.stock.reflect_lag * 2);
    // Where the server does not say what is there now, the last export has looked into the outbox.
    let looked_at = match is_outbox_known {
        true => Some(now),
        false => runs::last_runs(database, Job::Orders)?.1.map(|run| run.started_at),
    };
    let Some(looked_at) = looked_at else { return Ok(Found::ok(say::taken_all())) };
    let sent = batches::sent_batches(database)?.into_iter().map(|batch| (batch.file_name, batch.sent_at));
    let mut late: Vec<_> = sent.filter(|(_, sent_at)| *sent_at < looked_at - within).collect();
    if is_outbox_known {
        late = still_there(&mut world.remote, &settings.orders.outbox, late)?;
    }
    let Some((_, oldest)) = late.first().cloned() else { return Ok(Found::ok(say::taken_all())) };
    let mut names = Names::default();
    late.iter().for_each(|(name, _)| names.add(name));
    Ok(Found::failed([say::files_not_taken(names.count(), &oldest.to_string(), &names.told())]))
}

/// The oldest of these files that lie in the outbox now.
fn still_there(
    remote: &mut Remote<'_>,
    outbox: &str,
    files: Vec<(String, Moment)>,
) -> Result<Vec<(String, Moment)>> {
    let mut lying = Vec::new();
    for (name, sent_at) in files.into_iter().take(FILES_ASKED_MAX) {
        if remote.size(&join(outbox, &name))?.is_some() {
            lying.push((name, sent_at));
        }
    }
    Ok(lying)
}
