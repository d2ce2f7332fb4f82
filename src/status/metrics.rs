//! The state of things as figures, in OpenMetrics, for the textfile collector of Prometheus' node exporter.

use std::fmt::Write as _;
use std::time::UNIX_EPOCH;

use super::{Status, count};
use crate::moment::Moment;

/// One kind of figure, with the labels and values of each of it.
type Samples = Vec<(String, f64)>;

impl Status {
    /// The whole file.
    pub(crate) fn metrics(&self) -> String {
        let one = |value: u64| vec![(String::new(), number(value))];
        // An earlier version left held files in the inbox.
        let left = self.stopped_files.iter().filter(|file| file.is_held).count();
        let (held, refused) = (self.held.len() + left, self.stopped_files.len() - left);
        let hand_work = self.hand_work.iter();
        let hand_work = hand_work.map(|work| (label("kind", work.key), number(count(&work.names)))).collect();
        let states = self.order_states();
        let states = states.iter().map(|(state, count)| (label("state", state), number(*count))).collect();
        let mut page = Page {
            shop: label("shop", &self.shop_code) + "," + &label("environment", self.environment),
            text: String::new(),
        };
        page.add(
            "needs_attention",
            "Whether a person has to look (1) or not (0).",
            one(self.needs_a_look().into()),
        );
        page.add("problems_open", "Problems that are open.", one(count(&self.cases)));
        page.add("orders", "Orders by state.", states);
        page.add(
            "order_files_not_taken",
            "Order files that TEMPOSTAR has not been seen to have taken.",
            one(count(&self.batches)),
        );
        page.add("files_held", "Files, or rows of one, that are held.", one(held as u64));
        page.add(
            "files_refused",
            "Files that were refused, with no later file of that name.",
            one(refused as u64),
        );
        page.add("hand_work", "Things to be done by hand, by kind.", hand_work);
        self.add_jobs(&mut page);
        page.add(
            "stock_as_of_timestamp_seconds",
            "Of when the stock figures are.",
            self.stock_as_of.map(|time| (String::new(), seconds(time))).into_iter().collect(),
        );
        page.add(
            "status_timestamp_seconds",
            "When these figures were taken.",
            vec![(String::new(), seconds(self.now))],
        );
        page.text + "# EOF\n"
    }

    fn add_jobs(&self, page: &mut Page) {
        page.add(
            "job_overdue",
            "Whether a job is overdue by its schedule.",
            self.of_jobs(|job| Some(f64::from(job.overdue_min.is_some()))),
        );
        page.add(
            "job_last_run_timestamp_seconds",
            "When the last run of a job began.",
            self.of_jobs(|job| job.last.as_ref().map(|(run, _)| seconds(run.started_at))),
        );
        page.add(
            "job_last_success_timestamp_seconds",
            "When the last successful run of a job began.",
            self.of_jobs(|job| job.last_success.as_ref().map(|run| seconds(run.started_at))),
        );
        page.add(
            "job_last_exit_code",
            "The exit code of the last run of a job, if it has ended.",
            self.of_jobs(|job| job.last.as_ref()?.0.end.map(|end| f64::from(end.exit_code))),
        );
        page.add(
            "newest_file_timestamp_seconds",
            "When the newest file of a job came.",
            self.of_jobs(|job| job.newest_file.map(seconds)),
        );
    }

    fn of_jobs(&self, value: impl Fn(&super::JobState) -> Option<f64>) -> Samples {
        self.jobs.iter().filter_map(|job| Some((label("job", job.job.as_str()), value(job)?))).collect()
    }
}

struct Page {
    /// The labels that every figure has.
    shop: String,
    text: String,
}

impl Page {
    fn add(&mut self, name: &str, help: &str, samples: Samples) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "# HELP tempostar_{name} {help}\n# TYPE tempostar_{name} gauge");
        for (labels, value) in samples {
            let comma = if labels.is_empty() { "" } else { "," };
            let _ = writeln!(self.text, "tempostar_{name}{{{}{comma}{labels}}} {value}", self.shop);
        }
    }
}

fn label(name: &str, value: &str) -> String {
    format!("{name}=\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

fn seconds(time: Moment) -> f64 {
    time.to_system().duration_since(UNIX_EPOCH).map_or(0.0, |since| number(since.as_secs()))
}

#[expect(clippy::cast_precision_loss, reason = "counts and seconds are far below 2^53")]
fn number(count: u64) -> f64 {
    count as f64
}
