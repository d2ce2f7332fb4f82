//! The state of things as a page.

use anyhow::Result;
use chrono::{Datelike, NaiveDate, TimeDelta};
use maud::{Markup, html};

use super::{Status, count};
use crate::books;
use crate::books::orders::OrderState;
use crate::books::rows::Ask;
use crate::books::runs;
use crate::html::{Mark, Page, bars, list, section};
use crate::job::Job;
use crate::moment::Moment;
use crate::past_runs::{Fate, UnderWay};
use crate::problem::Exit;
use crate::settings::Settings;
use crate::text::{Language, Text, html as text, status as say};

/// How many days the runs are shown of, today included.
const DAYS: i64 = 14;

/// What the page shows beside what the text says.
struct Seen {
    /// Of each job its runs: on which day, and how each went.
    runs: Vec<(Job, Vec<(NaiveDate, Mark)>)>,
    /// How many SKUs have a figure of at most this age.
    ages: [u64; 5],
}

impl Status {
    pub(crate) fn page(&self, settings: &Settings) -> Result<Page> {
        let seen = self.look(settings)?;
        let language = settings.language;
        let mark = if self.needs_a_look() { Mark::Look } else { Mark::Well };
        let sentence = if self.needs_a_look() { say::needs_a_look() } else { say::all_well() };
        let title = say::title(&self.shop_name, self.environment, self.now, &sentence.ja, &sentence.en);
        Ok(Page { language, title, sentence, mark, body: self.body(&seen, language) })
    }

    fn look(&self, settings: &Settings) -> Result<Seen> {
        let running = UnderWay::ask(settings)?;
        let since = Moment::midnight(self.now.date() - TimeDelta::days(DAYS - 1));
        books::look(settings, |database| {
            let of_job = |job: &Job| {
                let runs = runs::runs_since(database, Some(*job), since)?;
                let marks = runs.iter().map(|run| (run.started_at.date(), mark_of(running.fate(run))));
                Ok((*job, marks.collect()))
            };
            let runs = Job::ALL.iter().map(of_job).collect::<Result<_>>()?;
            let mut ages = [0; 5];
            let limits = [TimeDelta::hours(1), TimeDelta::days(1), TimeDelta::days(7)];
            let [hour, day, week] = limits.map(|age| self.now - age);
            database.each(
                "SELECT CASE
                            WHEN stock.as_of >= ?1 THEN 0
                            WHEN stock.as_of >= ?2 THEN 1
                            WHEN stock.as_of >= ?3 THEN 2
                            WHEN stock.as_of IS NOT NULL THEN 3
                            ELSE 4
                        END,
                        count(*)
                 FROM skus
                 LEFT JOIN stock ON stock.sku_code = skus.code
                 GROUP BY 1",
                [hour, day, week],
                |row| {
                    ages[row.get::<_, usize>(0)?] = row.get(1)?;
                    Ok(())
                },
            )?;
            Ok(Seen { runs, ages })
        })
    }

    fn body(&self, seen: &Seen, language: Language) -> Markup {
        let said = |text: Text| text.get(language).to_owned();
        let reasons: Vec<String> = self.reasons().into_iter().map(said).collect();
        let mut work = Vec::new();
        self.hand_work_lines(&mut work);
        self.problem_lines(&mut work);
        self.order_lines(&mut work);
        self.file_lines(&mut work);
        let labels = [
            text::within_an_hour(),
            text::within_a_day(),
            text::within_a_week(),
            text::older(),
            text::never(),
        ];
        let ages: Vec<_> = labels.map(said).into_iter().zip(seen.ages).collect();
        html! {
            (section(&said(text::what_to_look_at()), list(&reasons)))
            @for (heading, things) in groups(&work, language) { (section(&heading, list(&things))) }
            (section(&said(text::runs(DAYS)), Some(self.runs(seen, language))))
            (section(&said(text::orders_by_state()), Some(bars(&self.order_rows(language)))))
            (section(&said(text::stock_age()), Some(bars(&ages))))
        }
    }

    fn order_rows(&self, language: Language) -> Vec<(String, u64)> {
        let held_back = count(&self.held_back);
        let mut rows = Vec::new();
        for (state, orders) in &self.states {
            let is_waiting = *state == OrderState::Waiting;
            let orders = if is_waiting { orders.saturating_sub(held_back) } else { *orders };
            rows.push((state.title().get(language).to_owned(), orders));
            if is_waiting {
                rows.push((text::held_back().get(language).to_owned(), held_back));
            }
        }
        rows
    }

    fn runs(&self, seen: &Seen, language: Language) -> Markup {
        let days: Vec<NaiveDate> =
            (0..DAYS).rev().map(|ago| self.now.date() - TimeDelta::days(ago)).collect();
        let key =
            [(Mark::Well, text::key_well()), (Mark::Look, text::key_look()), (Mark::Bad, text::key_bad())];
        html! {
            table.runs {
                thead {
                    tr {
                        th scope="col" { (text::job().get(language)) }
                        @for day in &days { th scope="col" { time datetime=(day) { (day.day()) } } }
                    }
                }
                tbody {
                    @for (job, runs) in &seen.runs {
                        tr {
                            th scope="row" { (job.title().get(language)) }
                            @for day in &days { td { (cell(runs, *day, language)) } }
                        }
                    }
                }
            }
            p.key { @for (mark, label) in key { span { (mark.shape()) (label.get(language)) } } }
        }
    }
}

/// The text's lines: those that stand at the edge head those that are indented; what is indented twice goes on.
fn groups(lines: &[Text], language: Language) -> Vec<(String, Vec<String>)> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for line in lines.iter().map(|line| line.get(language)) {
        match (line.strip_prefix("  "), groups.last_mut()) {
            (Some(thing), Some((_, things))) => match (thing.starts_with("  "), things.last_mut()) {
                (true, Some(last)) => *last = format!("{last}: {}", thing.trim_start()),
                _ => things.push(thing.to_owned()),
            },
            _ => groups.push((line.to_owned(), Vec::new())),
        }
    }
    groups
}

/// The worst of a day's runs.
fn cell(runs: &[(NaiveDate, Mark)], day: NaiveDate, language: Language) -> Markup {
    let of_day = || runs.iter().filter(|(date, _)| *date == day).map(|(_, mark)| *mark);
    let (all, worst) = (of_day().count(), of_day().max().unwrap_or(Mark::Nothing));
    let alike = of_day().filter(|mark| *mark == worst).count();
    let label = match worst {
        Mark::Nothing => text::no_run(),
        Mark::Well => text::runs_well(all),
        Mark::Look => text::runs_left_out(all, alike),
        Mark::Bad => text::runs_failed(all, alike),
    };
    worst.meaning(&format!("{day}: {}", label.get(language)))
}

fn mark_of(fate: Fate) -> Mark {
    match fate {
        Fate::Ended(end) if end.exit_code == Exit::Ok.code() => Mark::Well,
        Fate::Ended(end) if [Exit::Partial.code(), Exit::Held.code()].contains(&end.exit_code) => Mark::Look,
        Fate::Ended(_) | Fate::Died => Mark::Bad,
        Fate::AtWork | Fate::Unknown => Mark::Well,
    }
}
