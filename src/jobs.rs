//! The jobs: one subcommand each, complete in its own file.

mod later;
pub mod logistics;
mod names;
pub mod orders;
pub mod products;
pub mod stock;

pub(crate) use self::names::Names;

use anyhow::Result;

use self::logistics::ImportLogistics;
use self::products::ImportProducts;
use self::stock::ImportStock;
use crate::job::Job;
use crate::settings::Settings;
use crate::shelf::Shelf;
use crate::sync::Run;
use crate::sync::import::{ImportJob, Source};

/// Does a job; `source` is where an import's files come from.
pub(crate) fn run(job: Job, run: &mut Run<'_>, source: &Source) -> Result<()> {
    match job {
        Job::Products => products::run(run, source),
        Job::Logistics => logistics::run(run, source),
        Job::Stock => stock::run(run, source),
        Job::Orders => orders::run(run),
    }
}

/// What takes a job's files; `None`: it takes none.
pub(crate) fn importing<'a>(
    job: Job,
    settings: &'a Settings,
    shelf: &Shelf,
) -> Option<Box<dyn ImportJob + 'a>> {
    match job {
        Job::Products => Some(Box::new(ImportProducts::new(settings, shelf))),
        Job::Logistics => Some(Box::new(ImportLogistics::new(settings, shelf))),
        Job::Stock => Some(Box::new(ImportStock::new(settings, shelf))),
        Job::Orders => None,
    }
}
