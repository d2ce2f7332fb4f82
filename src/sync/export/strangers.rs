//! Files of orders in the outbox that this database knows nothing of: a second host with a copy of the database may be
//! sending the same orders.

use std::fs;

use anyhow::Result;

use super::{ExportJob, is_about_the_folder};
use crate::books::batches;
use crate::books::orders;
use crate::permit::Permit;
use crate::server::{Remote, RemoteFile};
use crate::sync::import::join;
use crate::sync::run::Run;
use crate::text::sync as text;

/// How many are read and named.
const READ_MAX: usize = 5;

/// Larger ones are not read.
const SIZE_MAX: u64 = 64 << 20;

/// Looks for them, and notes their orders as known to TEMPOSTAR, so that they are not sent once more.
pub(super) fn look_for_them(
    run: &mut Run<'_>,
    permit: Permit,
    remote: &mut Remote<'_>,
    job: &ExportJob,
) -> Result<()> {
    let listed = remote.names(&run.settings.orders.outbox).map_err(anyhow::Error::from);
    let names = match listed {
        // Whoever sends something there is told what is wrong with the folder.
        Err(error) if is_about_the_folder(&error) => return Ok(()),
        names => names?,
    };
    let mut strangers = Vec::new();
    for name in names {
        let is_ours = is_named_as_ours(&run.settings.orders.file_name, &name);
        if strangers.len() < READ_MAX && is_ours && !batches::is_batch_name_taken(&run.books, &name)? {
            let orders = orders_in(run, remote, job, &name)?;
            if is_worth_telling(run, &orders)? {
                let now = run.clock.now();
                run.books
                    .write(permit, "known-there", |books| orders::note_known_there(books, &orders, now))?;
                strangers.push(name);
            }
        }
    }
    if !strangers.is_empty() {
        run.report.tell(text::unknown_order_files(strangers.len(), &strangers.join(", ")));
    }
    Ok(())
}

/// The numbers of this shop's orders in a file; none in one that is no file of orders.
fn orders_in(run: &Run<'_>, remote: &mut Remote<'_>, job: &ExportJob, name: &str) -> Result<Vec<String>> {
    let folder = &run.settings.orders.outbox;
    let Some(size) = remote.size(&join(folder, name))?.filter(|size| *size <= SIZE_MAX) else {
        return Ok(Vec::new());
    };
    let path = run.spool()?.join("stranger.csv");
    let file = RemoteFile { name: name.to_owned(), size, modified: None };
    // TEMPOSTAR may take it at this very moment.
    let read = match remote.download(folder, &file, &path) {
        Ok(()) => (job.read_back)(run.settings, &path).unwrap_or_default(),
        Err(_) => return Ok(Vec::new()),
    };
    fs::remove_file(&path)?;
    let is_ours = read.shop_code == run.settings.shop.code;
    let numbers = read.orders.into_iter().map(|(number, _)| number);
    Ok(numbers.map(|number| if is_ours { number } else { format!("{}-{number}", read.shop_code) }).collect())
}

/// Whether somebody else sent an order that this database has sent, too, has not sent yet, or does not have. Those that
/// a person marked as sent here are told already.
fn is_worth_telling(run: &Run<'_>, numbers: &[String]) -> Result<bool> {
    for number in numbers {
        if !orders::is_marked_by_hand(&run.books, number)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a name is made as `file_name` says, of any time.
fn is_named_as_ours(file_name: &str, name: &str) -> bool {
    let (before, behind) = file_name.split_once("{timestamp}").unwrap_or((file_name, ""));
    let digits = name.strip_prefix(before).and_then(|rest| rest.strip_suffix(behind));
    digits.is_some_and(|digits| digits.len() == 14 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}
