//! What a mail says: for the shop manager first, who knows the shop and not this program; then, for whoever looks after
//! the system, the rest.

use rusqlite::{Connection, OptionalExtension};

use super::news::News;
use super::page::Block;
use super::transport::Mail;
use crate::books::ledger::Case;
use crate::moment::{format_minute, parse_time};
use crate::report::Exit;
use crate::settings::{Environment, Settings};
use crate::text::status::{and_more, since};
use crate::text::{Language, Text, mail as text};

/// How many problems of one kind of news are named.
const NAMED_MAX: usize = 10;

/// What the shop's database says of how things are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// Up to when the job was last without a problem, as far as is known.
    pub good_until: Option<String>,
    /// Orders that are not sent yet; unknown without a database.
    pub orders_waiting: Option<u64>,
}

impl Facts {
    /// Asks the shop's database.
    pub(super) fn of(database: &Connection, command: &str) -> rusqlite::Result<Self> {
        let find = |sql: &str| database.query_row(sql, [command], |row| row.get::<_, String>(0)).optional();
        let run = find(
            "SELECT started_at
             FROM tempostar_runs
             WHERE command = ?1 AND exit_code = 0
             ORDER BY id DESC
             LIMIT 1",
        )?;
        let file = find(
            "SELECT file_time
             FROM tempostar_files
             WHERE command = ?1 AND outcome = 'applied'
             ORDER BY file_time DESC
             LIMIT 1",
        )?;
        let waiting = "SELECT count(*)
                       FROM orders
                       WHERE exported_at IS NULL AND cancelled_at IS NULL AND is_provisional = 0";
        let orders_waiting = database.query_row(waiting, [], |row| row.get(0))?;
        Ok(Self { good_until: run.max(file), orders_waiting: Some(orders_waiting) })
    }
}

/// The mail that tells the news.
pub(super) fn compose(settings: &Settings, news: &News<'_>, facts: &Facts) -> Mail {
    let language = settings.language;
    let mut blocks = Vec::new();
    let paragraph = |blocks: &mut Vec<Block>, said: Text| {
        blocks.push(Block::Paragraph(said.get(language).to_owned()));
    };
    if settings.environment == Environment::Demo {
        paragraph(&mut blocks, text::demo_environment());
    }
    paragraph(&mut blocks, lead(news.command));
    problems(&mut blocks, news, language);
    if news.others > 0 {
        paragraph(&mut blocks, text::others_open(news.others));
    }
    if news.open().next().is_some() {
        blocks.push(heading(text::heading_impact(), language));
        impacts(news, facts).into_iter().for_each(|impact| paragraph(&mut blocks, impact));
        blocks.push(heading(text::heading_to_do(), language));
        blocks.push(to_do(news, language));
    }
    details(&mut blocks, settings, news);
    super::mail(subject(&settings.shop.name, news).get(language), language, &blocks)
}

/// The job's name: in Japanese, and in English.
fn job_name(command: &str) -> Text {
    match command {
        "import-products" => text::job_products(),
        "import-logistics" => text::job_logistics(),
        "import-stock" => text::job_stock(),
        "export-orders" => text::job_orders(),
        other => Text::same(other),
    }
}

/// What the job is there for.
fn lead(command: &str) -> Text {
    match command {
        "import-products" => text::lead_products(),
        "import-logistics" => text::lead_logistics(),
        "import-stock" => text::lead_stock(),
        _ => text::lead_orders(),
    }
}

fn subject(shop: &str, news: &News<'_>) -> Text {
    let job = job_name(news.command);
    let exits = || news.begun.iter().map(|case| case.seen.exit_code);
    let is_partial = |code: u8| code == Exit::Partial.code() || code == Exit::Ok.code();
    let sentence = if news.begun.iter().any(|case| case.kind == "file-refused") {
        text::subject_failing
    } else if exits().any(|code| code == Exit::Held.code()) {
        text::subject_held
    } else if exits().any(|code| !is_partial(code)) {
        text::subject_failing
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

fn heading(said: Text, language: Language) -> Block {
    Block::Heading(said.get(language).to_owned())
}

fn problems(blocks: &mut Vec<Block>, news: &News<'_>, language: Language) {
    section(blocks, text::heading_begun(), &news.begun, begun, language);
    section(blocks, text::heading_going_on(), &news.going_on, going_on, language);
    section(blocks, text::heading_over(), &news.over, over, language);
    if !news.over.is_empty() && news.open().next().is_none() && news.others == 0 {
        // Of logistics, it was that very file.
        let is_about_files = |case: &&Case| {
            matches!(case.kind.as_str(), "file-refused" | "rejects-kept")
                && case.command != "import-logistics"
        };
        let job = job_name(news.command);
        let end = match news.over.iter().any(is_about_files) {
            true => text::file_over(),
            false => text::over_now(&job.ja, &job.en),
        };
        blocks.push(Block::Paragraph(end.get(language).to_owned()));
    }
}

/// The first cases, one a line, and how many more there are.
fn section(
    blocks: &mut Vec<Block>,
    title: Text,
    cases: &[&Case],
    show: fn(&Case) -> Text,
    language: Language,
) {
    if cases.is_empty() {
        return;
    }
    blocks.push(heading(title, language));
    let shown = cases.iter().take(NAMED_MAX).map(|case| show(case));
    let more = cases.len().saturating_sub(NAMED_MAX) as u64;
    let more = (more > 0).then(|| and_more(more));
    blocks.push(Block::List(shown.chain(more).map(|said| said.get(language).to_owned()).collect()));
}

fn begun(case: &Case) -> Text {
    let message = case.seen.message.clone().going_on();
    since(&message.ja, &message.en, &moment(&case.first_seen))
}

fn going_on(case: &Case) -> Text {
    let message = case.seen.message.clone().going_on();
    text::going_on(&message.ja, &message.en, &moment(&case.first_seen), case.times_seen)
}

fn over(case: &Case) -> Text {
    let (message, to) = (case.seen.message.clone().going_on(), case.ended_at.as_deref().unwrap_or_default());
    text::over(&message.ja, &message.en, &moment(&case.first_seen), &moment(to))
}

/// `2026-11-24 10:15`
fn moment(time: &str) -> String {
    parse_time(time).map_or_else(|| time.to_owned(), format_minute)
}

/// What the open problems mean for the shop.
fn impacts(news: &News<'_>, facts: &Facts) -> Vec<Text> {
    let mut all: Vec<Text> = Vec::new();
    for case in news.open() {
        let impact = impact(case, facts);
        if !all.contains(&impact) {
            all.push(impact);
        }
    }
    all
}

/// Whether the run did everything else. A refused file is more than that: what is in it did not come in. An order that is
/// held back is one of those that wait.
fn is_about_itself_only(case: &Case) -> bool {
    let is_done = [Exit::Ok, Exit::Partial].iter().any(|exit| exit.code() == case.seen.exit_code);
    let is_waiting_order = case.command == "export-orders" && !case.concerns.is_empty();
    is_done && case.kind != "file-refused" && !is_waiting_order
}

fn impact(case: &Case, facts: &Facts) -> Text {
    let good_until = facts.good_until.as_deref().map(moment);
    match (case.command.as_str(), case.kind.as_str(), good_until) {
        (_, "rejects-kept", _) => text::impact_rows(),
        _ if is_about_itself_only(case) => text::impact_nothing_else(),
        ("export-orders", ..) => facts.orders_waiting.map_or_else(text::impact_unknown, text::impact_orders),
        _ if facts.orders_waiting.is_none() => text::impact_unknown(),
        ("import-stock", _, Some(time)) => text::impact_stock(&time),
        ("import-stock", _, None) => text::impact_stock_never(),
        ("import-products", _, Some(time)) => text::impact_products(&time),
        ("import-products", _, None) => text::impact_products_never(),
        ("import-logistics", _, Some(time)) => text::impact_logistics(&time),
        ("import-logistics", _, None) => text::impact_logistics_never(),
        _ => text::impact_unknown(),
    }
}

/// What to do, and who: each once.
fn to_do(news: &News<'_>, language: Language) -> Block {
    let mut items: Vec<String> = Vec::new();
    let mut add = |item: &str| {
        if !item.is_empty() && !items.iter().any(|known| known == item) {
            items.push(item.to_owned());
        }
    };
    for case in news.open() {
        let who = Who::of(case);
        add(who.sentence().get(language));
        if who.is_of_the_shop() {
            add(case.seen.hint.get(language));
        }
    }
    Block::List(items)
}

/// Who can do something about a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    /// Nobody, for now.
    Nobody,
    /// Somebody of the shop, who looks at what TEMPOSTAR wrote.
    ShopFile,
    /// Somebody of the shop, who looks at the order.
    ShopOrder,
    /// Whoever looks after the system.
    Support,
}

impl Who {
    fn of(case: &Case) -> Self {
        match case.kind.as_str() {
            "server" => Self::Nobody,
            "file-refused" | "rejects-kept" | "file-held" => Self::ShopFile,
            "order-held-back" | "more-orders-held-back" | "shipped-but-cancelled" | "orders-lost" => {
                Self::ShopOrder
            }
            _ => Self::Support,
        }
    }

    fn sentence(self) -> Text {
        match self {
            Self::Nobody => text::who_wait(),
            Self::ShopFile => text::who_file(),
            Self::ShopOrder => text::who_order(),
            Self::Support => text::who_support(),
        }
    }

    /// Whether what there is to do is something for this reader (else for whoever looks after the system).
    fn is_of_the_shop(self) -> bool {
        matches!(self, Self::ShopFile | Self::ShopOrder)
    }
}

fn details(blocks: &mut Vec<Block>, settings: &Settings, news: &News<'_>) {
    let language = settings.language;
    blocks.push(heading(text::heading_details(), language));
    let mut items: Vec<String> = Vec::new();
    for case in news.told() {
        let seen = &case.seen;
        let hint = match case.is_open() && !Who::of(case).is_of_the_shop() {
            true => seen.hint.clone(),
            false => Text::default(),
        };
        let item = text::detail(&seen.code, seen.exit_code, &seen.run_id, &hint.ja, &hint.en);
        let item = item.get(language).trim_end().to_owned();
        if !items.contains(&item) && items.len() < NAMED_MAX {
            items.push(item);
        }
    }
    blocks.push(Block::List(items));
    rows(blocks, news, language);
    let path = settings.path.display().to_string();
    let command = text::detail_command(news.command, settings.environment.as_str(), &path);
    for said in [command, text::japan_time()] {
        blocks.push(Block::Paragraph(said.get(language).to_owned()));
    }
}

fn rows(blocks: &mut Vec<Block>, news: &News<'_>, language: Language) {
    let rows: Vec<Vec<String>> = news
        .open()
        .flat_map(|case| &case.seen.rows)
        .take(NAMED_MAX)
        .map(|row| {
            let reason = row.reason.get(language).to_owned();
            vec![row.file.clone(), row.line.to_string(), row.column.clone(), reason]
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    let header = [text::column_file(), text::column_line(), text::column_name(), text::column_reason()];
    let header = header.map(|name| name.get(language).to_owned()).to_vec();
    blocks.push(Block::Paragraph(text::rows_rejected().get(language).to_owned()));
    blocks.push(Block::Table(header, rows));
}
