//! The jobs: one subcommand each, complete in its own file.

mod later;
pub mod logistics;
mod names;
pub mod orders;
pub mod products;
pub mod stock;

pub(crate) use self::names::Names;

use self::logistics::ImportLogistics;
use self::products::ImportProducts;
use self::stock::ImportStock;
use crate::job::Job;
use crate::settings::Settings;
use crate::shelf::Shelf;
use crate::sync::import::ImportJob;

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
