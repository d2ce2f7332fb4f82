//! The state of things as a person, a program and a monitor read it.

use serde_json::{Map, Value, json};

use super::{JobState, Status, count};
use crate::books::batches::SentBatch;
use crate::books::cases::Case;
use crate::books::files::KnownFile;
use crate::books::orders::OrderState;
use crate::hand_work::{self, HandWork};
use crate::held::held_json;
use crate::layout::{columns, first_names, one_line};
use crate::moment::Moment;
use crate::past_runs::{Fate, figures, run_json};
use crate::text::held::show_it;
use crate::text::jobs::held_back as order_held_back;
use crate::text::{Language, Text, status as text};

impl Status {
    /// On one screen.
    pub(crate) fn text(&self, language: Language) -> String {
        let reasons = self.reasons();
        let verdict = match reasons.is_empty() {
            false => text::needs_a_look(),
            true if self.has_run() => text::all_well(),
            true => text::no_run_so_far(),
        };
        let (ja, en) = (&verdict.ja, &verdict.en);
        let mut lines = vec![text::title(&self.shop_name, self.environment, self.now, ja, en)];
        if !reasons.is_empty() {
            let reasons = Text::joined(&reasons, "、", "; ");
            lines.push(Text { ja: format!("→ {}", reasons.ja), en: format!("→ {}", reasons.en) });
        }
        lines.push(Text::default());
        self.hand_work_lines(&mut lines);
        lines.extend(self.job_lines());
        lines.extend(self.stock_as_of.map(|time| self.stock_line(time)));
        lines.push(Text::default());
        self.problem_lines(&mut lines);
        lines.extend((!self.sees_work_folder).then(text::work_folder_unseen));
        self.order_lines(&mut lines);
        self.file_lines(&mut lines);
        lines.iter().map(|line| one_line(line.get(language)).trim_end().to_owned() + "\n").collect()
    }

    pub(super) fn hand_work_lines(&self, lines: &mut Vec<Text>) {
        if self.hand_work.iter().any(|work| !work.names.is_empty()) {
            lines.push(text::hand_work());
            lines.extend(self.hand_work.iter().flat_map(|work| hand_work_lines(work, self.named_max)));
            lines.push(Text::default());
        }
    }

    fn stock_line(&self, time: Moment) -> Text {
        let ago = ago(time, self.now);
        text::stock_as_of(time, &ago.ja, &ago.en)
    }

    /// One line, as Nagios and its like want it: the state, why, and figures.
    pub(crate) fn for_monitors(&self, language: Language) -> String {
        let waiting = self.orders_waiting;
        let figures = format!(
            " | problems={} waiting={waiting} held_back={} not_taken={} hand_work={}\n",
            self.cases_but_orders().len(),
            self.held_back.len(),
            self.batches.len(),
            hand_work::count(&self.hand_work)
        );
        let reasons: Vec<String> =
            self.reasons().iter().map(|reason| reason.get(language).to_owned()).collect();
        if reasons.is_empty() {
            return text::monitor_ok(self.jobs.len(), waiting).get(language).to_owned() + &figures;
        }
        format!("TEMPOSTAR WARNING - {}{figures}", reasons.join("; "))
    }

    pub(super) fn reasons(&self) -> Vec<Text> {
        let names = |is_it: fn(&JobState) -> bool| {
            let jobs = self.jobs.iter().filter(|job| is_it(job)).map(|job| job.job.as_str());
            jobs.collect::<Vec<_>>().join(", ")
        };
        let (overdue, failed) = (names(|job| job.overdue_min.is_some()), names(JobState::did_not_end_well));
        let no_file = names(|job| job.no_file_for_h.is_some());
        let by_hand = hand_work::count(&self.hand_work);
        let held = self.files_held();
        let cases = self.cases_but_orders();
        let all = [
            (!cases.is_empty()).then(|| text::problems_open(count(&cases))),
            (!overdue.is_empty()).then(|| text::monitor_overdue(&overdue)),
            (!no_file.is_empty()).then(|| text::monitor_no_file(&no_file)),
            (!failed.is_empty()).then(|| text::monitor_failed(&failed)),
            (held > 0).then(|| text::monitor_held(held)),
            (!self.held_back.is_empty()).then(|| text::orders_held_back(count(&self.held_back))),
            (by_hand > 0).then(|| text::monitor_hand_work(by_hand)),
        ];
        all.into_iter().flatten().collect()
    }

    fn job_lines(&self) -> Vec<Text> {
        let rows: Vec<[Text; 4]> = self.jobs.iter().map(|job| job.cells(self.now)).collect();
        let aligned = aligned(&rows);
        aligned
            .into_iter()
            .zip(&self.jobs)
            .flat_map(|(line, job)| job.lines(line, self.now, self.named_max))
            .collect()
    }

    pub(super) fn problem_lines(&self, lines: &mut Vec<Text>) {
        let cases = self.cases_but_orders();
        if cases.is_empty() {
            return;
        }
        lines.push(text::problems_open(count(&cases)));
        lines.extend(self.first(&cases, |case| self.problem(case)));
    }

    /// The open problems without the orders that are held back, which are shown by themselves.
    fn cases_but_orders(&self) -> Vec<&Case> {
        let is_shown = |case: &Case| self.held_back.iter().any(|(order_no, _)| *order_no == case.concerns);
        self.cases.iter().filter(|case| case.kind != &order_held_back::KIND || !is_shown(case)).collect()
    }

    /// An order that is held back, why, and since when, if a run has seen it so.
    fn held_back_order(&self, order_no: &str, reason: &Text) -> Text {
        let is_it = |case: &&Case| case.kind == &order_held_back::KIND && case.concerns == order_no;
        let order = Text::same(order_no).because(reason);
        match self.cases.iter().find(is_it) {
            Some(case) => {
                let order = order.going_on();
                text::since(&order.ja, &order.en, &case.first_seen.to_string())
            }
            None => order,
        }
    }

    /// How many orders are in each state; those that are held back apart.
    pub(super) fn order_states(&self) -> Vec<(&'static str, u64)> {
        let held_back = count(&self.held_back);
        let states = self.states.iter().map(|(state, count)| {
            let apart = if *state == OrderState::Waiting { held_back } else { 0 };
            (state.as_str(), count.saturating_sub(apart))
        });
        states.chain([("held_back", held_back)]).collect()
    }

    fn problem(&self, case: &Case) -> Text {
        let message = case.seen.message.clone().going_on();
        let (code, since, times) = (case.seen.kind.code, case.first_seen, case.times_seen);
        let shown = text::problem(case.job, code, &message.ja, &message.en, since, times);
        let is_unmailed = self.sends_mails && case.mailed_at.is_none();
        if is_unmailed { shown.because(&text::problem_not_mailed()) } else { shown }
    }

    pub(super) fn order_lines(&self, lines: &mut Vec<Text>) {
        lines.push(text::orders_waiting(self.orders_waiting));
        lines.push(text::orders_held_back(count(&self.held_back)));
        lines.extend(
            self.first(&self.held_back, |(order_no, hold)| self.held_back_order(order_no, &hold.reason)),
        );
        lines.push(text::batches_not_taken(count(&self.batches)));
        lines.extend(self.first(&self.batches, |batch: &SentBatch| {
            text::batch_not_taken(&batch.file_name, batch.sent_at, batch.order_count)
        }));
    }

    pub(super) fn file_lines(&self, lines: &mut Vec<Text>) {
        lines.push(text::files_stopped(count(&self.held) + count(&self.stopped_files)));
        lines.extend(self.first(&self.held, |held| {
            let reasons: Vec<Text> = held.verdicts.iter().map(|reason| reason.message.clone()).collect();
            let file = text::file_held(held.file.job, &held.file.name, held.held_at);
            let file = file.because(&Text::joined(&reasons, " ", "; "));
            Text::joined(&[file, show_it(held.id)], " ", " ")
        }));
        lines.extend(self.first(&self.stopped_files, |file| self.stopped_file(file)));
        if let Some(refused) = self.stopped_files.iter().find(|file| !file.is_left_in_inbox()) {
            lines.push(text::rerun(refused.entry.job).indented());
        }
    }

    /// The first of these, and how many more there are; all of them if that is wanted.
    fn first<T>(&self, things: &[T], show: impl Fn(&T) -> Text) -> Vec<Text> {
        let most = self.named_max;
        let mut lines: Vec<Text> = things.iter().take(most).map(|thing| show(thing).indented()).collect();
        if things.len() > most {
            lines.push(text::and_more(count(&things[most..])).indented());
        }
        lines
    }

    fn stopped_file(&self, file: &KnownFile) -> Text {
        let shown = if file.is_left_in_inbox() {
            text::file_held(file.entry.job, &file.entry.name, file.decided_at)
        } else {
            text::file_refused(file.entry.job, &file.entry.name, file.decided_at, &self.copy_of(file))
        };
        file.reason.as_ref().map_or(shown.clone(), |reason| shown.because(reason))
    }

    fn copy_of(&self, file: &KnownFile) -> String {
        let copy = self.work_dir.copy(&file.entry.archived_as);
        copy.unwrap_or_else(|| self.work_dir.archived(&file.entry.archived_as)).display().to_string()
    }

    pub(crate) fn json(&self, language: Language) -> Value {
        let held_back = self.held_back.iter();
        let states = self.order_states().into_iter();
        let states: Map<String, Value> =
            states.map(|(state, count)| (state.to_owned(), count.into())).collect();
        let hand_work: Map<String, Value> = self
            .hand_work
            .iter()
            .map(|work| (work.key.to_owned(), hand_work_json(work, self.named_max, language)))
            .collect();
        json!({
            "command": "status",
            "environment": self.environment,
            "now": self.now,
            "needs_a_look": self.needs_a_look(),
            "reasons": self.reasons().iter().map(|reason| reason.get(language)).collect::<Vec<_>>(),
            "stock_as_of": self.stock_as_of,
            "jobs": self.jobs.iter().map(JobState::json).collect::<Vec<_>>(),
            "problems": self.cases.iter().map(|case| case_json(case, language)).collect::<Vec<_>>(),
            "work_folder_seen": self.sees_work_folder,
            "orders": {
                "waiting": self.orders_waiting,
                "held_back": held_back.map(|(order_no, hold)| json!({
                    "order_no": order_no,
                    "reason": hold.reason.get(language),
                    "act": hold.act.text(order_no).get(language),
                })).collect::<Vec<_>>(),
                "states": states,
                "files_not_taken": self.batches.iter().map(|batch| &batch.file_name).collect::<Vec<_>>(),
                "outbox": self.batches.iter().map(|batch| json!({
                    "name": batch.file_name,
                    "sent_at": batch.sent_at,
                    "orders": batch.order_count,
                })).collect::<Vec<_>>(),
            },
            "files": self.stopped_files.iter().map(|file| json!({
                "command": file.entry.job,
                "name": file.entry.name,
                "outcome": if file.is_left_in_inbox() { "held" } else { "refused" },
                "decided_at": file.decided_at,
                "reason": file.reason.as_ref().map(|reason| reason.get(language)),
                "copy": (!file.is_left_in_inbox()).then(|| self.copy_of(file)),
            })).collect::<Vec<_>>(),
            "held": self.held.iter().map(|held| held_json(held, language)).collect::<Vec<_>>(),
            "hand_work": hand_work,
        })
    }
}

fn case_json(case: &Case, language: Language) -> Value {
    json!({
        "command": case.job,
        "code": case.seen.kind,
        "severity": case.seen.kind.severity,
        "concerns": case.concerns,
        "message": case.seen.message.get(language),
        "hint": case.seen.hint.get(language),
        "first_seen": case.first_seen,
        "last_seen": case.last_seen,
        "times_seen": case.times_seen,
        "mailed_at": case.mailed_at,
        "run_id": case.seen.run_id,
    })
}

/// What there is to do, and below it to what; nothing where nothing is to be done.
fn hand_work_lines(work: &HandWork, named_max: usize) -> Vec<Text> {
    if work.names.is_empty() {
        return Vec::new();
    }
    let shown = first_names(&work.names, named_max);
    let command = Text::same(format!("tempostar {}", work.command));
    let sentence =
        if work.command.is_empty() { work.sentence.clone() } else { work.sentence.clone().because(&command) };
    vec![sentence.indented(), Text::same(shown).indented().indented()]
}

fn hand_work_json(work: &HandWork, named_max: usize, language: Language) -> Value {
    let named = &work.names[..work.names.len().min(named_max)];
    let mut json =
        json!({ "count": count(&work.names), "first": named, "what": work.sentence.get(language) });
    if !work.command.is_empty() {
        json["command"] = format!("tempostar {}", work.command).into();
    }
    json
}

impl JobState {
    /// What stands beside each other: the job, when it last ran, how that ended, what it did.
    fn cells(&self, now: Moment) -> [Text; 4] {
        let command = Text::same(self.job.as_str());
        match &self.last {
            None => [command, text::never_run(), Text::default(), Text::default()],
            Some((last, fate)) => [command, moment(last.started_at, now), fate.text(), figures(last)],
        }
    }

    /// Its line, and below it what is not as it should be.
    fn lines(&self, line: Text, now: Moment, named_max: usize) -> Vec<Text> {
        let waiting = self.last.as_ref().map(|(last, _)| last.waiting_files.as_slice()).unwrap_or_default();
        let mut lines = vec![line];
        lines.extend(self.success_line(now).map(Text::indented));
        lines.extend(self.overdue_min.map(|minutes| text::overdue(minutes).indented()));
        lines.extend(self.newest_file.map(|time| self.file_line(time, now).indented()));
        if !waiting.is_empty() {
            let named = waiting[..waiting.len().min(named_max)].join(", ");
            lines.push(text::files_waiting(count(waiting), &named).indented());
        }
        lines
    }

    /// When its newest file came, and whether that is too long ago.
    fn file_line(&self, time: Moment, now: Moment) -> Text {
        let ago = ago(time, now);
        let line = text::newest_file(time, &ago.ja, &ago.en);
        match self.no_file_for_h {
            Some(hours) => line.because(&text::no_file_for_long(hours)),
            None => line,
        }
    }

    /// Nothing when the last run was a success.
    fn success_line(&self, now: Moment) -> Option<Text> {
        let (last, _) = self.last.as_ref()?;
        match &self.last_success {
            Some(success) if success.run_id == last.run_id => None,
            Some(success) => {
                let ago = ago(success.started_at, now);
                Some(text::last_success(success.started_at, &ago.ja, &ago.en))
            }
            None => Some(text::no_success()),
        }
    }

    fn json(&self) -> Value {
        json!({
            "command": self.job,
            "last_run": self.last.as_ref().map(|(last, fate)| run_json(last, *fate)),
            "last_success": self.last_success.as_ref().map(|run| run_json(run, run.end.map_or(Fate::Unknown, Fate::Ended))),
            "overdue": self.overdue_min.is_some(),
            "newest_file": self.newest_file,
            "no_file_for_long": self.no_file_for_h.is_some(),
            "files_waiting": self.last.as_ref().map(|(last, _)| &last.waiting_files),
        })
    }
}

/// `2026-11-24 10:15:00 (5 min ago)`
fn moment(time: Moment, now: Moment) -> Text {
    let ago = ago(time, now);
    Text { ja: format!("{time}（{}）", ago.ja), en: format!("{time} ({})", ago.en) }
}

fn ago(time: Moment, now: Moment) -> Text {
    let minutes = (now - time).num_minutes().max(0);
    match minutes {
        0..=119 => text::minutes_ago(minutes),
        120..=2879 => text::hours_ago(minutes / 60),
        _ => text::days_ago(minutes / 1440),
    }
}

fn aligned(rows: &[[Text; 4]]) -> Vec<Text> {
    let (ja, en) = (columns(rows, Language::Ja), columns(rows, Language::En));
    ja.into_iter().zip(en).map(|(ja, en)| Text { ja, en }).collect()
}
