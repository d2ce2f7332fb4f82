//! `explain`: what is known of whatever has a name. For a SKU: what its figures consist of, why it cannot be sold, and which
//! run, file and line set them; for an order: where it is on its way, and what came back about it; for a file, a run, and a
//! problem's code: what became of it, and what to do. Reads only, and never shows a customer's data.

mod desk;
mod facts;
mod file;
mod kind;
mod order;
mod product;
mod run;
pub(crate) mod show;
mod sku;

use anyhow::Result;
use rusqlite::Connection;
use serde_json::{Value, json};

use self::desk::Desk;
use self::facts::Facts;
use self::show::Page;
use crate::books;
use crate::books::rows::Ask;
use crate::moment::Clock;
use crate::past_runs::UnderWay;
use crate::problem::Problem;
use crate::settings::Settings;
use crate::shelf::Shelf;
use crate::text::{Language, codes, explain as text};

/// How many similar codes are named when there is none like the one asked for.
const SIMILAR_MAX: usize = 5;

#[derive(Clone, Debug, Default)]
pub(crate) struct Explained {
    asked: String,
    environment: Option<&'static str>,
    sku: Option<Facts>,
    product: Option<Facts>,
    order: Option<Facts>,
    files: Vec<Facts>,
    run: Option<Facts>,
    problem: Option<Facts>,
    /// Names that are similar, where nothing was found.
    similar: Vec<String>,
}

pub(crate) fn run(settings: &Settings, clock: &Clock, asked: &str) -> Result<Explained> {
    let under_way = UnderWay::ask(settings)?;
    books::look(settings, |database| read(database, settings, clock, &under_way, asked.trim()))
}

/// What a problem's code means, where there is no shop to look at.
pub(crate) fn without_shop(asked: &str, language: Language) -> Option<Explained> {
    let kind = kind::find(asked.trim())?;
    let problem = Some(kind::meaning(kind, language));
    Some(Explained { asked: asked.to_owned(), problem, ..Explained::default() })
}

fn read(
    database: &Connection,
    settings: &Settings,
    clock: &Clock,
    under_way: &UnderWay,
    asked: &str,
) -> Result<Explained> {
    let desk = Desk { database, settings, clock, work_dir: Shelf::at(&settings.work_dir) };
    let mut order = order::read(&desk, asked)?;
    if let (None, Some(order_no)) = (&order, asked.strip_prefix(&format!("{}-", settings.shop.code))) {
        order = order::read(&desk, order_no)?;
    }
    let explained = Explained {
        asked: asked.to_owned(),
        environment: Some(settings.environment.as_str()),
        sku: sku::read(&desk, asked)?,
        product: product::read(&desk, asked)?,
        order,
        files: file::read(&desk, asked)?,
        run: run::read(&desk, under_way, asked)?,
        problem: kind::read(&desk, asked)?,
        similar: Vec::new(),
    };
    let similar = if explained.all().next().is_some() { Vec::new() } else { similar(database, asked)? };
    Ok(Explained { similar, ..explained })
}

/// How alike a word and a code must be, from 0 to 1.
const ALIKE_MIN: f64 = 0.7;

/// Names that begin with what was asked for, whatever its case; of files, that contain it; and codes of problems that are
/// almost it.
fn similar(database: &Connection, asked: &str) -> Result<Vec<String>> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let sql =
        "SELECT * FROM (SELECT code FROM skus WHERE code LIKE ?1 ESCAPE '\\' ORDER BY code LIMIT ?3)
         UNION
         SELECT * FROM (SELECT code FROM products WHERE code LIKE ?1 ESCAPE '\\' ORDER BY code LIMIT ?3)
         UNION
         SELECT * FROM (SELECT order_no FROM orders WHERE order_no LIKE ?1 ESCAPE '\\' ORDER BY order_no LIMIT ?3)
         UNION
         SELECT * FROM (SELECT name FROM tempostar_files WHERE name LIKE ?2 ESCAPE '\\' ORDER BY id DESC LIMIT ?3)
         UNION
         SELECT * FROM (SELECT file_name FROM tempostar_batches WHERE file_name LIKE ?2 ESCAPE '\\' ORDER BY id DESC LIMIT ?3)
         UNION
         SELECT * FROM (SELECT run_id FROM tempostar_runs WHERE run_id LIKE ?1 ESCAPE '\\' ORDER BY id DESC LIMIT ?3)
         ORDER BY 1
         LIMIT ?3";
    let escaped = asked.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let params = (format!("{escaped}%"), format!("%{escaped}%"), SIMILAR_MAX);
    let mut names: Vec<String> = database.column(sql, params)?;
    let alike = |code: &str| strsim::normalized_damerau_levenshtein(code, &asked.to_lowercase());
    let mut codes: Vec<&str> = codes().filter(|code| alike(code) >= ALIKE_MIN).collect();
    codes.sort_by(|one, other| alike(other).total_cmp(&alike(one)));
    names.extend(codes.into_iter().map(str::to_owned));
    names.truncate(SIMILAR_MAX);
    Ok(names)
}

impl Explained {
    /// All that is known, in the order in which people are shown it.
    fn all(&self) -> impl Iterator<Item = &Facts> {
        let of_the_shop = [&self.order, &self.sku, &self.product].into_iter().flatten();
        of_the_shop.chain(&self.files).chain(&self.run).chain(&self.problem)
    }

    pub(crate) fn problem(&self) -> Option<Problem> {
        if self.all().next().is_some() {
            return None;
        }
        Some(match self.similar.is_empty() {
            true => text::unknown_code(&self.asked),
            false => text::unknown_code_similar(&self.asked, &self.similar.join(", ")),
        })
    }

    /// For a person; empty when nothing was found.
    pub(crate) fn text(&self, language: Language) -> String {
        let mut page = Page::default();
        self.all().for_each(|facts| facts.show(&mut page));
        page.text(language)
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "command": "explain",
            "environment": self.environment,
            "asked": self.asked,
            "sku": self.sku.as_ref().map(Facts::json),
            "product": self.product.as_ref().map(Facts::json),
            "order": self.order.as_ref().map(Facts::json),
            "files": self.files.iter().map(Facts::json).collect::<Vec<_>>(),
            "run": self.run.as_ref().map(Facts::json),
            "problem": self.problem.as_ref().map(Facts::json),
            "similar": self.similar,
        })
    }
}
