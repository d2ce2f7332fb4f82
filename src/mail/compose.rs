//! What a mail says: for the shop manager first, who knows the shop and not this program; then, for whoever looks after
//! the system, the rest.

use super::page::{Mail, Page};
use super::plain;
use crate::books::cases::Case;
use crate::cases::News;
use crate::hand_work::{self, HandWork};
use crate::job::Job;
use crate::layout::{as_count, one_line};
use crate::moment::Moment;
use crate::owner::{self, User};
use crate::problem::{self, Ends, Exit, FILE_HELD};
use crate::settings::{Environment, Settings};
use crate::text::jobs::{STALE, held_back, nothing_matches};
use crate::text::status::{and_more, since};
use crate::text::sync::{no_file_for_long, refused as file_refused, rejects_kept};
use crate::text::{Language, Text, hand_work as say, mail as text};

const NAMED_MAX: usize = 10;

const NAMES_MAX: usize = 30;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unsent {
    /// They can go, or are under way.
    pub waiting: u64,
    pub held_back: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Up to when the job was last without a problem, as far as is known.
    pub good_until: Option<Moment>,
    /// The own time of the newest file that was applied.
    pub newest_file: Option<Moment>,
    /// Orders that are not sent yet; unknown without a database.
    pub orders: Option<Unsent>,
}

/// The mail with which `check-settings` tries whether mails arrive.
pub(crate) fn test_mail(settings: &Settings, now: Moment) -> Mail {
    let mut page = Page::new(settings.language);
    page.paragraph(&text::test_mail(&settings.shop.name));
    page.paragraph(&text::test_mail_nothing_to_do());
    page.heading(&text::heading_details());
    page.paragraph(&whereabouts(settings));
    page.paragraph(&text::test_mail_facts(now, &command(settings, "check-settings")));
    page.mail(&text::test_mail_subject(&settings.shop.name))
}

fn begin(settings: &Settings, lead: &Text) -> Page {
    let mut page = Page::new(settings.language);
    if settings.environment == Environment::Demo {
        page.paragraph(&text::demo_environment());
    }
    page.paragraph(lead);
    page
}

pub(crate) fn compose(settings: &Settings, news: &News<'_>, facts: Facts) -> Mail {
    let mut page = begin(settings, &lead(news.job));
    problems(&mut page, news, settings.language);
    if !news.also.is_empty() {
        let also = Text::listed(&news.also.iter().map(|job| job.title()).collect::<Vec<_>>());
        page.paragraph(&text::also_stopped(&also.ja, &also.en));
    }
    if news.others > 0 {
        page.paragraph(&text::others_open(news.others));
    }
    if news.open().next().is_some() {
        page.heading(&text::heading_impact());
        impacts(news, facts).iter().for_each(|impact| page.paragraph(impact));
        page.heading(&text::heading_to_do());
        page.list(to_do(news, settings.language));
    }
    details(&mut page, settings, news);
    page.mail(&subject(&settings.shop.name, news))
}

pub(crate) fn compose_hand_work(settings: &Settings, work: &[HandWork]) -> Mail {
    let mut page = begin(settings, &say::mail_lead());
    for work in work.iter().filter(|work| !work.names.is_empty()) {
        page.heading(&work.sentence);
        let shown = work.names.iter().take(NAMES_MAX).map(|name| one_line(name));
        let more = as_count(work.names.len().saturating_sub(NAMES_MAX));
        let more = (more > 0).then(|| and_more(more).get(settings.language).to_owned());
        page.list(shown.chain(more).collect());
    }
    page.heading(&text::heading_details());
    page.paragraph(&whereabouts(settings));
    for work in work.iter().filter(|work| !work.names.is_empty() && !work.command.is_empty()) {
        let Text { ja, en } = &work.sentence;
        page.paragraph(&say::mail_command_for(ja, en, &command(settings, work.command)));
    }
    page.paragraph(&say::mail_command(&command(settings, "status --all")));
    page.mail(&say::mail_subject(&settings.shop.name, hand_work::count(work)))
}

fn lead(job: Job) -> Text {
    match job {
        Job::Products => text::lead_products(),
        Job::Logistics => text::lead_logistics(),
        Job::Stock => text::lead_stock(),
        Job::Orders => text::lead_orders(),
    }
}

fn subject(shop: &str, news: &News<'_>) -> Text {
    let job = news.job.title();
    let begun = |is_it: fn(&Case) -> bool| news.begun.iter().any(|case| is_it(case));
    let sentence = if begun(|case| case.kind == &file_refused::KIND) {
        text::subject_failing
    } else if begun(|case| case.kind == &FILE_HELD) {
        text::subject_held
    } else if begun(|case| !has_left_something_out(case)) {
        text::subject_failing
    } else if !news.begun.is_empty() && !begun(|case| case.kind != &no_file_for_long::KIND) {
        text::subject_no_file
    } else if !news.begun.is_empty() {
        text::subject_partial
    } else if !news.going_on.is_empty() {
        text::subject_failing_still
    } else if news.others > 0 {
        text::subject_over_partly
    } else {
        text::subject_over
    };
    sentence(shop, &job.ja, &job.en)
}

/// Whether the run went on with it.
fn has_left_something_out(case: &Case) -> bool {
    [Exit::Ok, Exit::Partial].iter().any(|exit| exit.code() == case.seen.exit_code)
}

fn problems(page: &mut Page, news: &News<'_>, language: Language) {
    section(page, &text::heading_begun(), &news.begun, begun, language);
    section(page, &text::heading_going_on(), &news.going_on, going_on, language);
    section(page, &text::heading_over(), &news.over, over, language);
    if !news.over.is_empty() && news.open().next().is_none() && news.others == 0 {
        // Of logistics, it was that very file.
        let is_about_files = |case: &&Case| case.kind.ends == Ends::GoodFile && case.job != Job::Logistics;
        let job = news.job.title();
        page.paragraph(&match news.over.iter().any(is_about_files) {
            true => text::file_over(),
            false => text::over_now(&job.ja, &job.en),
        });
    }
}

/// The first cases, one a line, and how many more there are.
fn section(page: &mut Page, title: &Text, cases: &[&Case], show: fn(&Case) -> Text, language: Language) {
    if cases.is_empty() {
        return;
    }
    page.heading(title);
    let shown = cases.iter().take(NAMED_MAX).map(|case| show(case));
    let more = cases.len().saturating_sub(NAMED_MAX) as u64;
    let more = (more > 0).then(|| and_more(more));
    page.list(shown.chain(more).map(|said| said.get(language).to_owned()).collect());
}

fn begun(case: &Case) -> Text {
    let message = plain::message(case);
    since(&message.ja, &message.en, &case.first_seen.minute())
}

fn going_on(case: &Case) -> Text {
    let message = plain::message(case);
    text::going_on(&message.ja, &message.en, &case.first_seen.minute(), case.times_seen)
}

fn over(case: &Case) -> Text {
    let (message, to) = (plain::message(case), case.ended_at.unwrap_or(case.last_seen));
    text::over(&message.ja, &message.en, &case.first_seen.minute(), &to.minute())
}

/// What the open problems mean for the shop.
fn impacts(news: &News<'_>, facts: Facts) -> Vec<Text> {
    let mut all: Vec<Text> = Vec::new();
    for case in news.open() {
        let impact = impact(case, facts);
        if !all.contains(&impact) {
            all.push(impact);
        }
    }
    all
}

/// Whether the run did everything else. A refused file, or one that is all too old, is more than that: what is in it did
/// not come in. An order that is held back is one of those that wait.
fn is_about_itself_only(case: &Case) -> bool {
    let is_waiting_order = case.job == Job::Orders && !case.concerns.is_empty();
    let of_a_file = [&file_refused::KIND, &no_file_for_long::KIND];
    let is_of_a_file = of_a_file.contains(&case.kind) || STALE.contains(&case.kind);
    has_left_something_out(case) && !is_of_a_file && !is_waiting_order
}

fn impact(case: &Case, facts: Facts) -> Text {
    if case.kind == &rejects_kept::KIND {
        return text::impact_rows();
    }
    if case.kind == &nothing_matches::KIND {
        return match case.job {
            Job::Stock => text::impact_figures_kept(),
            _ => text::impact_nothing_came(),
        };
    }
    if is_about_itself_only(case) {
        return text::impact_nothing_else();
    }
    let Some(orders) = facts.orders else { return text::impact_unknown() };
    let since = |known: fn(&str) -> Text, never: fn() -> Text| {
        let good_until =
            if case.kind == &no_file_for_long::KIND { facts.newest_file } else { facts.good_until };
        good_until.map_or_else(never, |time| known(&time.minute()))
    };
    match case.job {
        Job::Orders if !case.concerns.is_empty() => text::impact_held_back(orders.held_back),
        Job::Orders if orders.waiting == 0 => text::impact_no_orders(),
        Job::Orders => text::impact_orders(orders.waiting),
        Job::Stock => since(text::impact_stock, text::impact_stock_never),
        Job::Products => since(text::impact_products, text::impact_products_never),
        Job::Logistics => since(text::impact_logistics, text::impact_logistics_never),
    }
}

/// What to do, and who: each once.
fn to_do(news: &News<'_>, language: Language) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    let mut add = |item: &str| {
        if !item.is_empty() && !items.iter().any(|known| known == item) {
            items.push(item.to_owned());
        }
    };
    for case in news.open() {
        let who = Who::of(case);
        let (hint, has_more) = match who.is_of_the_shop() {
            true => plain::hint(case, language),
            false => (String::new(), false),
        };
        // Each reason for which an order is held back names its own person, and so does a file that does not come.
        let names_a_person = [&held_back::KIND, &no_file_for_long::KIND].contains(&case.kind);
        if hint.is_empty() || !names_a_person {
            add(who.sentence().get(language));
        }
        add(&hint);
        if has_more {
            add(text::who_does_the_rest().get(language));
        }
    }
    items
}

/// Who can do something about a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Nobody,
    /// Somebody of the shop, who looks at what TEMPOSTAR wrote.
    ShopFile,
    /// Somebody of the shop, who decides about what is held.
    ShopHeld,
    /// Somebody of the shop, who looks at the order.
    ShopOrder,
    /// Whoever runs TEMPOSTAR.
    Savaway,
    /// Whoever looks after the system.
    Support,
}

impl Who {
    fn of(case: &Case) -> Self {
        let first = case.seen.kind.who.first().or(case.kind.who.first());
        match (case.kind.exit, case.kind.ends, first) {
            (.., Some(problem::Who::Savaway)) => Self::Savaway,
            (Exit::Remote, ..) => Self::Nobody,
            (Exit::Held, ..) => Self::ShopHeld,
            (_, Ends::GoodFile, _) => Self::ShopFile,
            (Exit::Partial, _, Some(problem::Who::Shop)) => Self::ShopOrder,
            _ => Self::Support,
        }
    }

    fn sentence(self) -> Text {
        match self {
            Self::Nobody => text::who_wait(),
            Self::ShopFile => text::who_file(),
            Self::ShopHeld => text::who_decides(),
            Self::ShopOrder => text::who_order(),
            Self::Savaway => text::who_savaway(),
            Self::Support => text::who_support(),
        }
    }

    /// Whether what there is to do is something for this reader (else for whoever looks after the system).
    fn is_of_the_shop(self) -> bool {
        !matches!(self, Self::Nobody | Self::Support)
    }
}

fn full_path(settings: &Settings) -> String {
    settings.full_path().display().to_string()
}

/// A command that can be copied as it is.
fn command(settings: &Settings, of: &str) -> String {
    text::command(&full_path(settings), settings.environment.as_str(), of)
}

/// Where it runs, and as whom.
fn whereabouts(settings: &Settings) -> Text {
    let (host, user) = (owner::host(), User::ours().name());
    text::whereabouts(&host, &user, &full_path(settings), settings.environment.as_str())
}

/// For whoever looks after the system: everything, as it was met.
fn details(page: &mut Page, settings: &Settings, news: &News<'_>) {
    page.heading(&text::heading_details());
    let mut items: Vec<String> = Vec::new();
    for item in news.told().map(|case| detail(settings, case)) {
        if !items.contains(&item) && items.len() < NAMED_MAX {
            items.push(item);
        }
    }
    page.list(items);
    rows(page, news, settings.language);
    page.paragraph(&whereabouts(settings));
    page.paragraph(&text::detail_command(&command(settings, news.job.as_str())));
    page.paragraph(&text::japan_time());
}

fn detail(settings: &Settings, case: &Case) -> String {
    let (seen, language) = (&case.seen, settings.language);
    let Text { ja, en } = &seen.message;
    let said = text::detail(seen.kind.code, seen.exit_code, &seen.run_id, ja, en).get(language).to_owned();
    let hint = ["「", "`"].iter().fold(seen.hint.get(language).to_owned(), |hint, quote| {
        hint.replace(&format!("{quote}tempostar "), &format!("{quote}{}", command(settings, "")))
    });
    if case.is_open() && !hint.is_empty() { format!("{said} → {hint}") } else { said }
}

fn rows(page: &mut Page, news: &News<'_>, language: Language) {
    let rows = news.open().flat_map(|case| &case.seen.rows).take(NAMED_MAX).map(|row| {
        let reason = row.reason.get(language).to_owned();
        vec![row.file.clone(), row.line.to_string(), row.column.clone(), reason]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    if !rows.is_empty() {
        page.paragraph(&text::rows_rejected());
        let header = [text::column_file(), text::column_line(), text::column_name(), text::column_reason()];
        page.table(&header, rows);
    }
}
