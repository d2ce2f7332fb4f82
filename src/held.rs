//! `held`: what the guards hold is listed, shown as before → after, and approved or discarded by a person; and so are orders
//! of unusual age. Showing only reads.

mod html;

use std::collections::{HashMap, HashSet};

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::{Connection, OptionalExtension};
use serde_json::{Value, json};

use crate::books::held::{self, Held, HeldState};
use crate::books::rows::Ask;
use crate::books::{self, Decider};
use crate::cases;
use crate::explain::show::Page;
use crate::job::Job;
use crate::jobs::importing;
use crate::jobs::orders::{Act, held_back};
use crate::jobs::products::tempostars_name;
use crate::layout::grouped;
use crate::moment::{Clock, Moment};
use crate::problem::{Exit, Failure};
use crate::report::{Change, Report};
use crate::settings::Settings;
use crate::sync::import::{self, ImportJob};
use crate::sync::{self, Mode, Run};
use crate::text::{Language, Text, held as text};

pub(crate) const CHANGES_SHOWN: usize = 20;

/// Of how many days' orders it is told what is at stake.
const STAKE_DAYS: i64 = 30;

/// What waits for a decision.
#[derive(Debug)]
pub(crate) struct Listed {
    environment: &'static str,
    held: Vec<Held>,
    /// Orders of unusual age, with the reason.
    orders: Vec<(String, Text)>,
}

#[derive(Debug)]
pub(crate) struct Shown {
    environment: &'static str,
    held: Held,
    seen: Seen,
}

/// What something held would change; nothing where it has been decided about.
#[derive(Debug, Default)]
struct Seen {
    changes: Vec<Seeing>,
    rows: u64,
    at_stake_yen: i64,
}

/// One value that would change.
#[derive(Debug)]
struct Seeing {
    change: Change,
    /// What it is called; can be empty.
    name: String,
    /// Where the file says so; `None`: it is not said by one line.
    line: Option<u64>,
}

pub(crate) enum Approved {
    Run(Box<Report>),
    Order(String),
}

pub(crate) fn list(settings: &Settings, clock: &Clock) -> Result<Listed> {
    books::look(settings, |database| {
        Ok(Listed {
            environment: settings.environment.as_str(),
            held: held::held_now(database)?,
            orders: waiting_orders(database, settings, clock)?,
        })
    })
}

/// The orders that wait for somebody to approve them, with the reason.
fn waiting_orders(database: &Connection, settings: &Settings, clock: &Clock) -> Result<Vec<(String, Text)>> {
    let orders = held_back(database, settings, clock.now())?.into_iter();
    let waiting = orders.filter(|(_, hold)| hold.act == Act::Approve);
    Ok(waiting.map(|(order_no, hold)| (order_no, hold.reason)).collect())
}

/// Shows what something held would change now. Changes nothing.
pub(crate) fn show(settings: &Settings, clock: &Clock, report: Report, asked: &str) -> Result<Shown> {
    let held = find(settings, asked)?.ok_or_else(|| Failure::of(text::unknown_id(asked)))?;
    let (mut seen, job) = (Seen::default(), held.file.job);
    if held.state == HeldState::Held {
        let report = sync::run(settings, clock, Mode::DryRun, Report { job, ..report }, |run| {
            let Some(job) = importing(job, settings, &run.shelf) else { return Ok(()) };
            seen = look(run, job.as_ref(), &held)?;
            Ok(())
        });
        if report.exit != Exit::Ok {
            return Err(Failure { exit: report.exit, problems: report.problems }.into());
        }
    }
    Ok(Shown { environment: settings.environment.as_str(), held, seen })
}

fn look(run: &Run<'_>, job: &dyn ImportJob, held: &Held) -> Result<Seen> {
    let (changes, rows, lines) = import::look(run, job, held)?;
    let at_stake_yen = at_stake(run, held.file.job, &changes.shown)?;
    // The allocation is computed when the file is written.
    let shown = changes.shown.into_iter().filter(|change| change.column != "allocated");
    let seeing = |change: Change| -> Result<Seeing> {
        let line = lines.get(change.about()).copied().filter(|line| *line > 0);
        Ok(Seeing { name: name_of(&run.books, &change)?, line, change })
    };
    Ok(Seen { changes: shown.map(seeing).collect::<Result<_>>()?, rows, at_stake_yen })
}

/// What was sold of what would change; or what would be captured.
fn at_stake(run: &Run<'_>, job: Job, changes: &[Change]) -> Result<i64> {
    let mut sales = Sales::since(&run.books, run.clock.now() - TimeDelta::days(STAKE_DAYS))?;
    let staked = changes.iter().filter(|change| change.is_tick() || job != Job::Logistics);
    let codes: HashSet<&str> = staked.map(Change::about).collect();
    codes.into_iter().try_fold(0_i64, |all, code| {
        let yen = match job {
            Job::Logistics => amount_of(&run.books, code)?,
            Job::Products | Job::Stock | Job::Orders => sales.take(code),
        };
        Ok(all.saturating_add(yen))
    })
}

fn find(settings: &Settings, asked: &str) -> Result<Option<Held>> {
    let Ok(id) = asked.strip_prefix("file-").unwrap_or(asked).parse() else { return Ok(None) };
    held::find(&*books::open_read_only(settings)?, id)
}

fn name_of(database: &Connection, change: &Change) -> Result<String> {
    let sql = match change.table {
        "products" => "SELECT name FROM products WHERE code = ?1",
        "stock" | "skus" => {
            "SELECT coalesce(nullif(skus.name, ''), products.name)
             FROM skus
             LEFT JOIN products ON products.code = skus.product_code
             WHERE skus.code = ?1"
        }
        _ => return Ok(String::new()),
    };
    let name: Option<Option<String>> =
        database.prepare_cached(sql)?.query_row([&change.code], |row| row.get(0)).optional()?;
    Ok(name.flatten().unwrap_or_default())
}

fn amount_of(database: &Connection, order_no: &str) -> Result<i64> {
    let sql = "SELECT CAST(coalesce(total, 0) AS INTEGER) FROM orders WHERE order_no = ?1";
    Ok(database.prepare_cached(sql)?.query_row([order_no], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// What was sold of each SKU, in yen, and which of them belong to which product.
struct Sales {
    yen: HashMap<String, i64>,
    skus: HashMap<String, Vec<String>>,
}

impl Sales {
    fn since(database: &Connection, since: Moment) -> Result<Self> {
        let sql = "SELECT CAST(line.sku_code AS TEXT), coalesce(skus.product_code, ''),
                    CAST(sum(line.quantity * line.unit_price_incl_tax) AS INTEGER)
             FROM orders
             JOIN order_lines AS line USING (order_no)
             LEFT JOIN skus ON skus.code = line.sku_code
             WHERE orders.ordered_at >= ?1 AND orders.cancelled_at IS NULL AND line.sku_code IS NOT NULL
             GROUP BY 1";
        let mut sales = Self { yen: HashMap::new(), skus: HashMap::new() };
        database.each(sql, [since], |row| {
            let (sku_code, product_code): (String, String) = (row.get(0)?, row.get(1)?);
            sales.yen.insert(sku_code.clone(), row.get(2)?);
            sales.skus.entry(product_code).or_default().push(sku_code);
            Ok(())
        })?;
        Ok(sales)
    }

    /// What was sold of a SKU, or of a product's, once.
    fn take(&mut self, code: &str) -> i64 {
        let of_product = self.skus.remove(code).unwrap_or_default();
        let codes = of_product.iter().map(String::as_str).chain([code]);
        codes.filter_map(|code| self.yen.remove(code)).fold(0, i64::saturating_add)
    }
}

/// Applies what is held, then and there, by a run of its job; or lets an order go.
pub(crate) fn approve(
    settings: &Settings,
    clock: &Clock,
    report: Report,
    asked: &str,
    by: &Decider,
) -> Result<Approved> {
    let refused = |problem| Err(Failure::of(problem).into());
    match (find(settings, asked)?, order_asked_for(settings, clock, asked)?) {
        // No run, and nothing to mail: only the one who asks has to know.
        (Some(held), None) if held.state != HeldState::Held => refused(text::decided(held.id)),
        (Some(held), None) => {
            let (id, job) = (held.id, held.file.job);
            let report = sync::run(settings, clock, Mode::Real, Report { job, ..report }, |run| {
                let Some(job) = importing(job, settings, &run.shelf) else { return Ok(()) };
                let approved = import::approve(run, job.as_ref(), id, by)?;
                approved.ok_or_else(|| Failure::of(text::decided(id)).into())
            });
            Ok(Approved::Run(Box::new(report)))
        }
        (None, Some(order_no)) => {
            sync::decide(settings, Job::Orders, |run| held::approve_order(run, &order_no, by, clock.now()))?;
            Ok(Approved::Order(order_no))
        }
        (Some(held), Some(order_no)) => {
            let order = format!("{}-{order_no}", settings.shop.code);
            refused(text::ambiguous(held.id, &held.file.name, &order))
        }
        (None, None) => refused(text::unknown_id(asked)),
    }
}

/// The order of this number, with or without the shop code before it, if it waits to be approved.
fn order_asked_for(settings: &Settings, clock: &Clock, asked: &str) -> Result<Option<String>> {
    let database = books::open_read_only(settings)?;
    let bare = asked.strip_prefix(&format!("{}-", settings.shop.code));
    let is_it = |order_no: &String| order_no == asked || Some(order_no.as_str()) == bare;
    Ok(waiting_orders(&database, settings, clock)?.into_iter().map(|(order_no, _)| order_no).find(is_it))
}

/// Lets something held go without applying it.
pub(crate) fn discard(settings: &Settings, clock: &Clock, asked: &str, by: &Decider) -> Result<Text> {
    let held = find(settings, asked)?.ok_or_else(|| Failure::of(text::unknown_id(asked)))?;
    sync::release(settings, &held.file, |database| {
        if !held::decide(database, held.id, HeldState::Discarded, by, clock.now())? {
            return Err(Failure::of(text::decided(held.id)).into());
        }
        cases::end_decided(database, held.file.job, clock.now())
    })?;
    Ok(text::discarded(held.id, &held.file.name))
}

// What is shown ------------------------------------------------------------------------------------------------------

impl Listed {
    pub(crate) fn text(&self, language: Language) -> String {
        let mut page = Page::default();
        match self.held.len() + self.orders.len() {
            0 => page.heading(text::nothing_held()),
            count => page.heading(text::things_held(count)),
        }
        for held in &self.held {
            let file = &held.file;
            page.note(text::item(held.id, file.job.as_str(), &file.name, held.held_at));
            held.verdicts.iter().for_each(|reason| page.note(reason.message.clone()));
            page.note(text::show_it(held.id));
        }
        for (order_no, reason) in &self.orders {
            page.note(text::order_item(order_no).because(reason));
            page.note(Act::Approve.text(order_no));
        }
        page.text(language)
    }

    pub(crate) fn json(&self, language: Language) -> Value {
        let orders = self.orders.iter();
        json!({
            "command": "held",
            "environment": self.environment,
            "held": self.held.iter().map(|held| held_json(held, language)).collect::<Vec<_>>(),
            "orders": orders.map(|(order_no, reason)| json!({
                "order_no": order_no,
                "reason": reason.get(language),
            })).collect::<Vec<_>>(),
        })
    }
}

pub(crate) fn held_json(held: &Held, language: Language) -> Value {
    let reason =
        |reason: &held::Reason| json!({ "code": reason.kind, "message": reason.message.get(language) });
    json!({
        "id": held.id,
        "job": held.file.job,
        "name": held.file.name,
        "sha256": held.file.sha256,
        "file_time": held.file.file_time,
        "held_at": held.held_at,
        "run_id": held.file.run_id,
        "state": held.state,
        "reasons": held.verdicts.iter().map(reason).collect::<Vec<_>>(),
    })
}

impl Shown {
    fn title(&self) -> Text {
        let Held { id, file, .. } = &self.held;
        text::heading(*id, file.job.as_str(), &file.name)
    }

    /// Why, since when, and what it would come to.
    fn facts(&self) -> Vec<(Text, Text)> {
        let Held { file, held_at, verdicts, .. } = &self.held;
        let mut facts: Vec<(Text, Text)> =
            verdicts.iter().map(|reason| (text::why(), reason.message.clone())).collect();
        facts.push((text::since(), text::since_by(*held_at, &file.run_id)));
        facts.push((text::file_time(), Text::same(file.file_time.to_string())));
        if self.decided().is_some() {
            return facts;
        }
        let Seen { changes, rows, at_stake_yen } = &self.seen;
        facts.push((text::changes(), text::changes_of(changes.len(), *rows)));
        if *at_stake_yen > 0 {
            let yen = grouped(at_stake_yen.unsigned_abs());
            facts.push(match file.job {
                Job::Logistics => (text::to_capture(), text::yen_of_orders(&yen)),
                Job::Products | Job::Stock | Job::Orders => (text::at_stake(), text::yen(&yen)),
            });
        }
        facts
    }

    fn decided(&self) -> Option<Text> {
        match self.held.state {
            HeldState::Held => None,
            HeldState::Approved => Some(text::state_approved()),
            HeldState::Discarded => Some(text::state_discarded()),
            HeldState::Superseded => Some(text::state_superseded()),
        }
    }

    pub(crate) fn text(&self, language: Language, most: usize) -> String {
        let id = self.held.id;
        let mut page = Page::default();
        page.heading(self.title());
        self.facts().into_iter().for_each(|(label, value)| page.fact(label, value));
        if let Some(decided) = self.decided() {
            page.note(decided);
            return page.text(language);
        }
        let changes = &self.seen.changes;
        let header = [text::line(), text::code(), text::name(), text::column(), text::before()];
        let header = header.into_iter().chain([Text::default(), text::after()]).collect();
        let rows = changes.iter().take(most).map(Seeing::cells);
        if !changes.is_empty() {
            page.table(std::iter::once(header).chain(rows).collect());
        }
        if changes.len() > most {
            page.note(text::first_of(most, changes.len(), id));
        }
        page.note(text::approve_it(id));
        page.text(language)
    }

    pub(crate) fn json(&self, language: Language) -> Value {
        let mut json = held_json(&self.held, language);
        json["command"] = "held".into();
        json["environment"] = self.environment.into();
        json["rows"] = self.seen.rows.into();
        json["at_stake_yen"] = self.seen.at_stake_yen.into();
        json["changes"] = self.seen.changes.iter().map(Seeing::json).collect();
        json
    }
}

impl Seeing {
    fn cells(&self) -> Vec<Text> {
        let Change { table, code, column, old, new, .. } = &self.change;
        let name = tempostars_name(table, column).unwrap_or(column);
        let value = |value: &Value| match value {
            Value::Null => text::nothing(),
            Value::String(value) => Text::same(value),
            other => Text::same(other.to_string()),
        };
        let percent = self.percent().map_or_else(String::new, |percent| format!("{percent:+} %"));
        vec![
            Text::same(self.line.map_or_else(String::new, |line| line.to_string())),
            Text::same(code),
            Text::same(&self.name),
            Text { ja: name.to_owned(), en: column.clone() },
            value(old),
            Text::same("→"),
            value(new),
            Text::same(percent),
        ]
    }

    fn json(&self) -> Value {
        let Change { table, code, column, old, new, .. } = &self.change;
        json!({
            "table": table,
            "code": code,
            "name": self.name,
            "column": column,
            "old": old,
            "new": new,
            "percent": self.percent(),
            "line": self.line,
        })
    }

    /// By how much a price or a quantity changes; `None`: it is none, or was 0.
    fn percent(&self) -> Option<i64> {
        if !["price", "list_price", "cost", "quantity"].contains(&self.change.column.as_str()) {
            return None;
        }
        let (old, new) = (i128::from(self.change.old.as_i64()?), i128::from(self.change.new.as_i64()?));
        i64::try_from(((new - old) * 100).checked_div(old.abs())?).ok()
    }
}
