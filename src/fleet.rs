//! `fleet`: many shops, one line each, the worst first: for whoever looks after all of them.

use std::path::PathBuf;
use std::thread;

use serde_json::{Value, json};

use crate::layout::columns;
use crate::moment::{Clock, Moment};
use crate::panics::caught;
use crate::problem::Failure;
use crate::settings::{self, Environment};
use crate::status::{self, NAMED_MAX, Summary};
use crate::sync::failure_of;
use crate::text::status::no_run_so_far;
use crate::text::{Language, Text, fleet as text};

#[derive(Debug)]
pub(crate) struct Fleet(Vec<Shop>);

#[derive(Debug)]
struct Shop {
    settings: PathBuf,
    found: Result<Summary, Failure>,
}

words! {
    /// How a shop is; the worst first.
    enum ShopState {
        /// Its settings or its database cannot be read.
        Unreadable = "unreadable" => text::unreadable,
        NeedsALook = "needs_a_look" => text::needs_a_look,
        Ok = "ok" => text::ok,
    }
}

/// Looks at the shops of these settings files. Changes nothing.
pub(crate) fn run(files: &[PathBuf], environment: Option<Environment>, clock: &Clock) -> Fleet {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let share = files.len().div_ceil(workers).max(1);
    let mut shops: Vec<Shop> = thread::scope(|scope| {
        let look = |share| scope.spawn(move || look_at(share, environment, clock));
        let looks: Vec<_> = files.chunks(share).map(look).collect();
        looks.into_iter().flat_map(|look| look.join().unwrap_or_default()).collect()
    });
    let oldest = |shop: &Shop| shop.found.as_ref().ok().and_then(|found| found.oldest_problem);
    // Whose oldest problem is unknown comes behind those whose is known.
    shops.sort_by_key(|shop| (shop.state(), oldest(shop).is_none(), oldest(shop), shop.settings.clone()));
    Fleet(shops)
}

fn look_at(files: &[PathBuf], environment: Option<Environment>, clock: &Clock) -> Vec<Shop> {
    let shop = |file: &PathBuf| {
        let found = caught(|| {
            let settings = settings::load_to_look(file, environment)?;
            Ok(status::run(&settings, clock, NAMED_MAX)?.summary())
        });
        Shop { settings: file.clone(), found: found.map_err(|error| failure_of(&error)) }
    };
    files.iter().map(shop).collect()
}

impl Fleet {
    pub(crate) fn needs_a_look(&self) -> bool {
        self.0.iter().any(|shop| shop.state() != ShopState::Ok)
    }

    pub(crate) fn text(&self, language: Language) -> String {
        let details: Vec<Vec<Text>> =
            self.0.iter().filter_map(|shop| Some(shop.details(shop.found.as_ref().ok()?))).collect();
        let mut details = columns(&details, language).into_iter();
        let row = |shop: &Shop| {
            let rest = match shop.found {
                Ok(_) => Text::same(details.next().unwrap_or_default()),
                Err(_) => Text::joined(&shop.reasons(), "、", "; "),
            };
            vec![shop.state().text(), Text::same(shop.settings.display().to_string()), rest]
        };
        let rows: Vec<Vec<Text>> = self.0.iter().map(row).collect();
        columns(&rows, language).iter().map(|line| line.trim_end().to_owned() + "\n").collect()
    }

    pub(crate) fn json(&self, language: Language) -> Value {
        json!({
            "command": "fleet",
            "needs_a_look": self.needs_a_look(),
            "shops": self.0.iter().map(|shop| shop.json(language)).collect::<Vec<_>>(),
        })
    }
}

impl Shop {
    fn state(&self) -> ShopState {
        match &self.found {
            Err(_) => ShopState::Unreadable,
            Ok(found) if found.reasons.is_empty() => ShopState::Ok,
            Ok(_) => ShopState::NeedsALook,
        }
    }

    fn reasons(&self) -> Vec<Text> {
        match &self.found {
            Ok(found) => found.reasons.clone(),
            Err(failure) => {
                failure.problems.iter().take(1).map(|problem| problem.located_message()).collect()
            }
        }
    }

    /// What its line says of a shop that could be looked at.
    fn details(&self, found: &Summary) -> Vec<Text> {
        let mut reasons = self.reasons();
        if reasons.is_empty() && !found.has_run {
            reasons.push(no_run_so_far());
        }
        let name = format!("{} ({})", found.shop, found.environment);
        let since = found.oldest_problem.map(|time: Moment| text::since(time));
        vec![Text::same(name), since.unwrap_or_default(), Text::joined(&reasons, "、", "; ")]
    }

    fn json(&self, language: Language) -> Value {
        let found = self.found.as_ref().ok();
        json!({
            "settings": self.settings,
            "state": self.state(),
            "shop": found.map(|found| &found.shop),
            "environment": found.map(|found| found.environment),
            "reasons": self.reasons().iter().map(|reason| reason.get(language)).collect::<Vec<_>>(),
            "has_run": found.map(|found| found.has_run),
            "oldest_problem": found.and_then(|found| found.oldest_problem),
            "jobs_overdue": found.map(|found| found.jobs_overdue),
            "files_held": found.map(|found| found.files_held),
            "orders_waiting": found.map(|found| found.orders_waiting),
            "orders_held_back": found.map(|found| found.orders_held_back),
            "hand_work": found.map(|found| found.hand_work),
        })
    }
}
