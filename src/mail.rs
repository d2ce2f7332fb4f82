//! The mail to the shop manager: about problems only, one when a problem begins, a reminder, one when it is over.
//!
//! `news` finds what is to be told, `compose` writes it, `page` shows it as plain text and as HTML, `transport`
//! carries it. Which problems there are the ledger knows, or, when the database cannot be used, `aside`.
//!
//! A mail goes out after the run's record, with no lock held but that of the mail itself. That it cannot be sent
//! changes nothing of the run; the next run of any job tries again.

pub(crate) mod aside;
mod compose;
mod news;
mod page;
pub(crate) mod transport;

use anyhow::Result;
use chrono::NaiveDateTime;
use rusqlite::Connection;

use self::aside::Aside;
use self::compose::{Facts, compose};
use self::news::News;
use self::page::Block;
use self::transport::Mail;
use crate::books;
use crate::books::ledger::{self, Case};
use crate::lock::Lock;
use crate::moment::{Clock, format_time};
use crate::report::Problem;
use crate::settings::{Settings, Transport};
use crate::shelf::WorkDir;
use crate::text::{Language, mail as text};

/// Where the problems are kept.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Store<'a> {
    /// In the shop's database. No transaction is open.
    Ledger(&'a Connection),
    /// In a file of the work folder, because the database cannot be used.
    Aside(&'a Aside, &'a WorkDir),
}

/// Tells the shop manager what is to be told after a run of this job. What hindered it is a problem to be shown.
pub(crate) fn tell(settings: &Settings, store: Store<'_>, command: &str, clock: &Clock) -> Option<Problem> {
    if settings.mail.transport == Transport::None {
        return None;
    }
    match tell_all(settings, store, command, clock) {
        Ok(problem) => problem,
        Err(error) => {
            log::warn!("cannot tell whether a mail is due: {error:#}");
            None
        }
    }
}

fn tell_all(settings: &Settings, store: Store<'_>, command: &str, clock: &Clock) -> Result<Option<Problem>> {
    let now = clock.now();
    let remind_after = settings.mail.remind_after;
    if news::next(&store.cases()?, command, now, remind_after).is_none() {
        return Ok(None);
    }
    // Another run is at it, and looks again before it ends.
    let Some(_lock) = store.lock(settings)? else { return Ok(None) };
    loop {
        let cases = store.cases()?;
        let Some(news) = news::next(&cases, command, now, remind_after) else { return Ok(None) };
        let mail = compose(settings, &news, &store.facts(&news));
        match transport::send(settings, &mail, now) {
            Ok(()) => {
                log::info!("mailed {:?}", mail.subject);
                store.mark_mailed(&cases, &news, now)?;
            }
            Err(error) => {
                store.mark_failed(&cases, &news)?;
                let mut problem = text::not_sent().because(&error.problem.message);
                problem.hint = error.problem.hint;
                return Ok(Some(problem));
            }
        }
    }
}

impl Store<'_> {
    /// One at a time mails what is kept there. `None`: another run does.
    fn lock(self, settings: &Settings) -> Result<Option<Lock>> {
        match self {
            Self::Ledger(_) => books::lock(settings, "mail"),
            Self::Aside(_, work_dir) => work_dir.lock("mail", settings.environment.as_str()),
        }
    }

    fn cases(self) -> Result<Vec<Case>> {
        match self {
            Self::Ledger(database) => ledger::cases(database),
            Self::Aside(aside, _) => aside.cases(),
        }
    }

    fn facts(self, news: &News<'_>) -> Facts {
        match self {
            Self::Ledger(database) => Facts::of(database, news.command).unwrap_or_default(),
            Self::Aside(..) => Facts::default(),
        }
    }

    fn mark_mailed(self, cases: &[Case], news: &News<'_>, now: NaiveDateTime) -> Result<()> {
        let now = format_time(now);
        match self {
            Self::Ledger(database) => ledger::mark_mailed(database, news.told(), &now),
            Self::Aside(aside, _) => aside.keep(&changed(cases, news, |case| {
                case.mailed_at = Some(now.clone());
                case.mail_failures = 0;
            })),
        }
    }

    fn mark_failed(self, cases: &[Case], news: &News<'_>) -> Result<()> {
        match self {
            Self::Ledger(database) => ledger::mark_mail_failed(database, news.told()),
            Self::Aside(aside, _) => aside.keep(&changed(cases, news, |case| case.mail_failures += 1)),
        }
    }
}

/// The cases, with those changed that the news tell of.
fn changed(cases: &[Case], news: &News<'_>, change: impl Fn(&mut Case)) -> Vec<Case> {
    let mut cases = cases.to_vec();
    for case in &mut cases {
        if news.told().any(|told| told == case) {
            change(case);
        }
    }
    cases
}

/// The mail with which `check-settings` tries whether mails arrive.
pub(crate) fn test_mail(settings: &Settings, now: NaiveDateTime) -> Mail {
    let language = settings.language;
    let blocks = [
        text::test_mail(&settings.shop.name),
        text::test_mail_nothing_to_do(),
        text::test_mail_facts(&format_time(now), settings.environment.as_str()),
    ];
    let blocks = blocks.map(|text| Block::Paragraph(text.get(language).to_owned()));
    mail(text::test_mail_subject(&settings.shop.name).get(language), language, &blocks)
}

fn mail(subject: &str, language: Language, blocks: &[Block]) -> Mail {
    let html_language = match language {
        Language::Ja => "ja",
        Language::En => "en",
    };
    Mail {
        subject: subject.to_owned(),
        text: page::text(blocks),
        html: page::html(subject, html_language, blocks),
    }
}

#[cfg(test)]
mod tests;
