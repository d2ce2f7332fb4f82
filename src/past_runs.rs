//! `log`: past runs, newest first, with how each ended, how long it took, what it did and who started it; and how a run
//! is told wherever it is shown.

use std::collections::BTreeMap;

use anyhow::Result;
use chrono::TimeDelta;
use serde_json::{Map, Value, json};

use crate::books;
use crate::books::held::{self, Decision, HeldState};
use crate::books::runs::{self, Run, RunEnd};
use crate::job::Job;
use crate::layout::columns;
use crate::moment::{Clock, Moment};
use crate::print::count_labels;
use crate::report::Outcome;
use crate::settings::Settings;
use crate::text::{Language, Text, held as held_text, past_runs as text};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Ended(RunEnd),
    AtWork,
    /// It was killed, or lost its power: nobody noted its end.
    Died,
    /// At work or dead: this user may not see the lock.
    Unknown,
}

/// Which of the last runs were under way when it was asked, and whether their jobs were locked then.
#[derive(Clone, Debug)]
pub(crate) struct UnderWay(BTreeMap<String, Option<bool>>);

impl UnderWay {
    /// A run notes its end before it gives its lock back: what still has no end in a later look, and had no lock in this
    /// one, died.
    pub(crate) fn ask(settings: &Settings) -> Result<Self> {
        let open = books::look(settings, |database| {
            let mut last = Vec::new();
            for job in Job::ALL {
                let open = runs::last_runs(database, *job)?.0.filter(|run| run.end.is_none());
                last.extend(open.map(|run| (run.run_id, *job)));
            }
            Ok(last)
        })?;
        let lock = |(run_id, job)| (run_id, books::is_locked(settings, job));
        Ok(Self(open.into_iter().map(lock).collect()))
    }

    /// What became of a run, as a later look shows it.
    pub(crate) fn fate(&self, run: &Run) -> Fate {
        match (run.end, run.is_last, self.0.get(&run.run_id)) {
            (Some(end), _, _) => Fate::Ended(end),
            (None, false, _) | (None, true, Some(Some(false))) => Fate::Died,
            (None, true, Some(Some(true))) => Fate::AtWork,
            // It began since, if its lock is one of those that are asked for.
            (None, true, None) if run.command.parse::<Job>().is_ok() => Fate::AtWork,
            (None, true, _) => Fate::Unknown,
        }
    }
}

impl Fate {
    pub(crate) fn text(self) -> Text {
        let end = match self {
            Self::Ended(end) => end,
            Self::AtWork => return text::at_work(),
            Self::Died => return text::died(),
            Self::Unknown => return text::at_work_or_died(),
        };
        match end.outcome {
            Outcome::Ok => text::outcome_ok(),
            Outcome::NothingToDo => text::outcome_nothing(),
            Outcome::Partial => text::outcome_partial(),
            Outcome::Held => text::outcome_held(),
            Outcome::Failed | Outcome::Locked => text::outcome_failed(end.exit_code),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Ended(_) => "ended",
            Self::AtWork => "at_work",
            Self::Died => "died",
            Self::Unknown => "unknown",
        }
    }
}

pub(crate) fn figures(run: &Run) -> Text {
    Text::listed(&count_labels(run.counts.iter().map(|(name, count)| (name.as_str(), *count))))
}

/// A run as programs read it.
pub(crate) fn run_json(run: &Run, fate: Fate) -> Value {
    let counts: Map<String, Value> =
        run.counts.iter().map(|(name, count)| (name.clone(), json!(count))).collect();
    json!({
        "run_id": run.run_id,
        "command": run.command,
        "state": fate.word(),
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "duration_s": run.finished_at.map(|end| (end - run.started_at).num_seconds()),
        "started_by": run.started_by,
        "outcome": run.end.map(|end| end.outcome),
        "exit_code": run.end.map(|end| end.exit_code),
        "counts": counts,
    })
}

#[derive(Clone, Debug)]
pub(crate) struct PastRuns {
    environment: &'static str,
    days: u32,
    runs: Vec<(Run, Fate)>,
    /// What people decided about what was held.
    decisions: Vec<Decision>,
}

/// Looks up the runs of the last days. Changes nothing.
pub(crate) fn run(settings: &Settings, clock: &Clock, job: Option<Job>, days: u32) -> Result<PastRuns> {
    let under_way = UnderWay::ask(settings)?;
    let since = clock.now() - TimeDelta::days(i64::from(days));
    let (found, decisions) = books::look(settings, |database| {
        Ok((runs::runs_since(database, job, since)?, held::decisions_since(database, job, since)?))
    })?;
    let runs = found.into_iter().map(|run| (under_way.fate(&run), run)).map(|(fate, run)| (run, fate));
    Ok(PastRuns { environment: settings.environment.as_str(), days, runs: runs.collect(), decisions })
}

impl PastRuns {
    /// One line a run, and one a decision.
    pub(crate) fn text(&self, language: Language) -> String {
        if self.runs.is_empty() && self.decisions.is_empty() {
            return text::no_runs(self.days).get(language).to_owned() + "\n";
        }
        let mut rows: Vec<(Moment, Vec<Text>)> =
            self.runs.iter().map(|(run, fate)| (run.started_at, cells(run, *fate))).collect();
        rows.extend(
            self.decisions.iter().map(|held| (held.decided_at.unwrap_or(held.held_at), cells_of(held))),
        );
        rows.sort_by_key(|(time, _)| std::cmp::Reverse(*time));
        let rows = rows.into_iter().map(|(_, cells)| cells).collect::<Vec<_>>();
        columns(&rows, language).iter().map(|line| line.trim_end().to_owned() + "\n").collect()
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "command": "log",
            "environment": self.environment,
            "runs": self.runs.iter().map(|(run, fate)| run_json(run, *fate)).collect::<Vec<_>>(),
            "decisions": self.decisions,
        })
    }
}

fn cells(run: &Run, fate: Fate) -> Vec<Text> {
    let took = run.finished_at.map(|end| text::seconds((end - run.started_at).num_seconds()));
    vec![
        Text::same(run.started_at.to_string()),
        Text::same(run.command.clone()),
        fate.text(),
        took.unwrap_or_default(),
        Text::same(run.started_by.clone().unwrap_or_else(|| "-".to_owned())),
        Text::same(run.run_id.clone()),
        figures(run),
    ]
}

/// A decision, in the columns of the runs.
fn cells_of(held: &Decision) -> Vec<Text> {
    let who = |who: &Option<String>| Text::same(who.as_deref().unwrap_or("-"));
    vec![
        Text::same(held.decided_at.unwrap_or(held.held_at).to_string()),
        Text::same("held"),
        held_state(held.state),
        Text::default(),
        who(&held.decided_by),
        who(&held.terminal),
        match held.id {
            Some(id) => held_text::heading(id, held.job.as_str(), &held.name),
            None => held_text::order_item(&held.name),
        },
    ]
}

pub(crate) fn held_state(state: HeldState) -> Text {
    match state {
        HeldState::Held => held_text::is_held(),
        HeldState::Approved => held_text::was_approved(),
        HeldState::Discarded => held_text::was_discarded(),
        HeldState::Superseded => held_text::state_superseded(),
    }
}

/// When it was decided about, and by whom where.
pub(crate) fn decided(held: &Decision) -> Option<Text> {
    let (time, state) = (held.decided_at?, held_state(held.state));
    let who = held.decided_by.as_deref().unwrap_or("-");
    let said = text::decided(time, &state.ja, &state.en, who);
    Some(held.terminal.iter().fold(said, |said, terminal| said.followed_by(&text::at_terminal(terminal))))
}
