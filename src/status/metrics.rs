//! The state of things as figures, in OpenMetrics, for the textfile collector of Prometheus' node exporter.

use std::fmt::Write as _;
use std::time::UNIX_EPOCH;

use super::{JobState, Status, count};
use crate::moment::Moment;

/// The labels and the value of each figure of one kind.
type Samples = Vec<(String, f64)>;

/// What it is called, what it says, and its figures.
type Metric = (&'static str, &'static str, Samples);

impl Status {
    pub(crate) fn metrics(&self) -> String {
        // These labels every figure has.
        let shop = label("shop", &self.shop_code) + "," + &label("environment", self.environment);
        let mut page = String::new();
        for (name, help, samples) in self.figures().into_iter().chain(self.figures_of_jobs()) {
            // Writing to a String cannot fail.
            let _ = writeln!(page, "# HELP tempostar_{name} {help}\n# TYPE tempostar_{name} gauge");
            for (labels, value) in samples {
                let comma = if labels.is_empty() { "" } else { "," };
                let _ = writeln!(page, "tempostar_{name}{{{shop}{comma}{labels}}} {value}");
            }
        }
        page + "# EOF\n"
    }

    fn figures(&self) -> [Metric; 9] {
        let one = |value: u64| vec![(String::new(), number(value))];
        let (held, refused) = (self.files_held(), count(&self.stopped_files) - self.left_in_inbox());
        let hand_work = self.hand_work.iter();
        let hand_work = hand_work.map(|work| (label("kind", work.key), number(count(&work.names)))).collect();
        let states = self.order_states();
        let states = states.iter().map(|(state, count)| (label("state", state), number(*count))).collect();
        let stock_as_of = self.stock_as_of.map(|time| (String::new(), seconds(time))).into_iter().collect();
        let not_taken = "Order files that TEMPOSTAR has not been seen to have taken.";
        let is_needed = one(self.needs_a_look().into());
        [
            ("needs_attention", "Whether a person has to look (1) or not (0).", is_needed),
            ("problems_open", "Problems that are open.", one(count(&self.cases))),
            ("orders", "Orders by state.", states),
            ("order_files_not_taken", not_taken, one(count(&self.batches))),
            ("files_held", "Files, or rows of one, that are held.", one(held)),
            ("files_refused", "Files that were refused, with no later file of that name.", one(refused)),
            ("hand_work", "Things to be done by hand, by kind.", hand_work),
            ("stock_as_of_timestamp_seconds", "Of when the stock figures are.", stock_as_of),
            (
                "status_timestamp_seconds",
                "When these figures were taken.",
                vec![(String::new(), seconds(self.now))],
            ),
        ]
    }

    fn figures_of_jobs(&self) -> [Metric; 5] {
        type Value = fn(&JobState) -> Option<f64>;
        let of = |name, help, value: Value| (name, help, self.of_jobs(value));
        [
            of("job_overdue", "Whether a job is overdue by its schedule.", |job| {
                Some(f64::from(job.overdue_min.is_some()))
            }),
            of("job_last_run_timestamp_seconds", "When the last run of a job began.", |job| {
                job.last.as_ref().map(|(run, _)| seconds(run.started_at))
            }),
            of("job_last_success_timestamp_seconds", "When the last successful run of a job began.", |job| {
                job.last_success.as_ref().map(|run| seconds(run.started_at))
            }),
            of("job_last_exit_code", "The exit code of the last run of a job, if it has ended.", |job| {
                job.last.as_ref()?.0.end.map(|end| f64::from(end.exit_code))
            }),
            of("newest_file_timestamp_seconds", "When the newest file of a job came.", |job| {
                job.newest_file.map(seconds)
            }),
        ]
    }

    fn of_jobs(&self, value: impl Fn(&JobState) -> Option<f64>) -> Samples {
        self.jobs.iter().filter_map(|job| Some((label("job", job.job.as_str()), value(job)?))).collect()
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
