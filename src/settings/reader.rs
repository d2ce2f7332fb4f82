//! Reads a TOML tree key by key and collects every problem on the way, each with its line and its key.
//!
//! A getter that meets a wrong value reports it and goes on with the default, so that one run of the program shows
//! all problems. The settings that come of it are thrown away when there was a problem.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt::Display;
use std::ops::{ControlFlow, RangeInclusive};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeInteger, DeString, DeTable, DeValue, Error};

use super::checks::{date, has_drive, is_full_width, local};
use super::names::setting_name;
use crate::problem::Problem;
use crate::text::{Text, settings as text};

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
pub(super) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// Whether what passwords and certificates are kept in is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Secrets {
    Read,
    Unread,
}

pub(super) struct Reader<'t> {
    /// What relative paths start from: the settings file's folder.
    pub folder: PathBuf,
    pub secrets: Secrets,
    file: String,
    root: &'t DeTable<'t>,
    /// Dotted paths of the keys that were asked for; any other key in the file is unknown.
    pub known: BTreeSet<String>,
    problems: Vec<Problem>,
    /// Where each line begins.
    lines: Vec<usize>,
    unknown_keys: usize,
    /// The environment variables that were named as those of passwords.
    pub secret_variables: Vec<String>,
}

/// Of so many slips of one kind each is told: a file of something else can be full of them.
const TOLD_MAX: usize = 100;

/// One entry of a table whose keys are free.
pub(super) struct Entry<T> {
    pub name: String,
    /// What stands behind it; absent if it is wrong (reported already).
    pub value: Option<T>,
    at: usize,
}

impl<'t> Reader<'t> {
    pub(super) fn new(path: &Path, source: &'t str, root: &'t DeTable<'t>, secrets: Secrets) -> Self {
        Self {
            folder: path.parent().map(Path::to_owned).unwrap_or_default(),
            secrets,
            file: path.display().to_string(),
            root,
            known: BTreeSet::new(),
            problems: Vec::new(),
            lines: [0]
                .into_iter()
                .chain(memchr::memchr_iter(b'\n', source.as_bytes()).map(|at| at + 1))
                .collect(),
            unknown_keys: 0,
            secret_variables: Vec::new(),
        }
    }

    /// Reports a problem of this key: at its line, or at its table's line when the key is not there.
    pub(super) fn report(&mut self, key: &str, problem: Problem) {
        self.report_at(key, self.find(key).1, problem);
    }

    /// Reports a problem of one entry of a table with free keys.
    pub(super) fn report_entry<T>(&mut self, table: &str, entry: &Entry<T>, problem: Problem) {
        self.report_at(&format!("{table}.{}", entry.name), Some(entry.at), problem);
    }

    fn report_at(&mut self, key: &str, at: Option<usize>, problem: Problem) {
        let mut problem = problem.in_file(&self.file).in_column(&shown(key));
        problem.line = at.map(|offset| self.lines.partition_point(|begin| *begin <= offset) as u64);
        if let Some(name) = setting_name(key) {
            problem.message = problem.message.inside(|message| text::of_setting(name, message));
        }
        self.problems.push(problem);
    }

    /// Whether something stands under this key, right or wrong.
    pub(super) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// A text as it stands, blanks and all; not empty.
    pub(super) fn raw_text(&mut self, key: &str) -> Option<&'t str> {
        match self.ask(key)? {
            DeValue::String(value) if value.is_empty() => self.refuse(key, text::empty()),
            DeValue::String(value) => Some(value),
            _ => self.refuse(key, text::not_a_text()),
        }
    }

    /// A text of one line that neither begins nor ends with a blank, after a further check.
    pub(super) fn text<T>(&mut self, key: &str, check: impl FnOnce(&str) -> Result<T, Problem>) -> Option<T> {
        let value = self.raw_text(key)?;
        let checked = plain(value).and_then(check);
        checked.map_err(|problem| self.report(key, problem)).ok()
    }

    /// As [`Reader::text`], and reports when nothing stands there.
    pub(super) fn required<T>(
        &mut self,
        key: &str,
        check: impl FnOnce(&str) -> Result<T, Problem>,
    ) -> Option<T> {
        if !self.has(key) {
            self.known.insert(key.to_owned());
            return self.refuse(key, text::missing(&shown(key)));
        }
        self.text(key, check)
    }

    /// A whole number in the range, which must fit into `T`.
    pub(super) fn number<T: TryFrom<u64>>(&mut self, key: &str, range: RangeInclusive<u64>, default: T) -> T {
        let Some(value) = self.ask(key) else { return default };
        let number = whole_number(value, &range).map_err(|problem| self.report(key, problem));
        number.ok().and_then(|number| T::try_from(number).ok()).unwrap_or(default)
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, key: &str, default: bool) -> bool {
        match self.ask(key) {
            None => default,
            Some(DeValue::Boolean(value)) => *value,
            Some(_) => self.refuse(key, text::not_a_flag()).unwrap_or(default),
        }
    }

    /// A file of this computer.
    pub(super) fn path(&mut self, key: &str) -> Option<PathBuf> {
        let home = self.home();
        let path = self.text(key, |path| local(path, &home))?;
        Some(self.folder.join(path))
    }

    /// What the shell puts in place of `~`.
    pub(super) fn home(&self) -> String {
        variable("HOME").map_or_else(|| "/home/…".to_owned(), |home| home.to_string_lossy().into_owned())
    }

    /// A day, with or without quotes.
    pub(super) fn date(&mut self, key: &str) -> Option<NaiveDate> {
        let DeValue::Datetime(written) = self.ask(key)? else { return self.text(key, date) };
        let day = date(&written.to_string());
        day.map_err(|problem| self.report(key, problem)).ok()
    }

    /// The tables of this name (`[[payment_methods]]`), as keys of their own: `payment_methods.#0`.
    pub(super) fn tables(&mut self, key: &str) -> Vec<String> {
        let count = match self.value(key) {
            None => 0,
            Some(DeValue::Array(tables)) if tables.iter().all(|table| table.get_ref().is_table()) => {
                tables.len()
            }
            Some(_) => {
                self.report(key, text::not_tables(key));
                0
            }
        };
        if count == 0 {
            self.known.insert(key.to_owned());
        }
        (0..count).map(|index| numbered(key, index)).collect()
    }

    /// One of the given words; the first of them where nothing stands, or something else.
    pub(super) fn word<T: Copy + Display>(&mut self, key: &str, words: &[T]) -> T {
        self.word_if_any(key, words).unwrap_or(words[0])
    }

    pub(super) fn word_if_any<T: Copy + Display>(&mut self, key: &str, words: &[T]) -> Option<T> {
        let known = || words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ");
        // `tls = true`: it is not the quotation marks that are missing.
        if let Some(DeValue::Boolean(flag)) = self.value(key) {
            self.known.insert(key.to_owned());
            return self.refuse(key, text::unknown_word(&flag.to_string(), &known()));
        }
        self.text(key, |value| {
            let found = words.iter().find(|word| word.to_string() == value);
            found.copied().ok_or_else(|| text::unknown_word(value, &known()))
        })
    }

    /// The names in a table whose keys are free; what stands behind one is `KEY.NAME`.
    pub(super) fn names(&mut self, key: &str) -> Vec<&'t str> {
        self.free_table(key).into_iter().flatten().map(|(name, _)| &**name.get_ref()).collect()
    }

    fn free_table(&mut self, key: &str) -> Option<&'t DeTable<'t>> {
        match self.ask(key)? {
            DeValue::Table(table) => Some(table),
            _ => self.refuse(key, text::not_a_table(key)),
        }
    }

    /// The numbered entries of a table whose keys are free, in the file's order.
    pub(super) fn numbered_entries(&mut self, key: &str, range: RangeInclusive<u64>) -> Vec<Entry<u64>> {
        self.entries(key, |value| whole_number(value, &range))
    }

    /// The entries of a table whose keys are free, each with one text or several.
    pub(super) fn named_entries(&mut self, key: &str) -> Vec<Entry<Vec<String>>> {
        self.entries(key, |value| texts_of(value, |text| plain(text).map(drop)))
    }

    /// One text or several, some of which may be empty.
    pub(super) fn texts(&mut self, key: &str) -> Option<Vec<String>> {
        let value = self.ask(key)?;
        let check = |text: &str| if text.is_empty() { Ok(()) } else { plain(text).map(drop) };
        texts_of(value, check).map_err(|problem| self.report(key, problem)).ok()
    }

    pub(super) fn items(&mut self, key: &str) -> Option<Vec<&'t DeValue<'t>>> {
        match self.ask(key)? {
            DeValue::Array(items) if !items.is_empty() => {
                Some(items.iter().map(|item| item.get_ref()).collect())
            }
            _ => self.refuse(key, text::not_a_field()),
        }
    }

    fn entries<T>(&mut self, key: &str, read: impl Fn(&DeValue<'_>) -> Result<T, Problem>) -> Vec<Entry<T>> {
        let mut entries = Vec::new();
        for (name, value) in self.free_table(key).into_iter().flatten() {
            let read = read(value.get_ref());
            let (value, problem) = read.map_or_else(|p| (None, Some(p)), |value| (Some(value), None));
            let entry = Entry { name: name.get_ref().to_string(), value, at: name.span().start };
            if let Some(problem) = problem {
                self.report_entry(key, &entry, problem);
            }
            entries.push(entry);
        }
        entries.sort_by_key(|entry| entry.at);
        entries
    }

    /// Every problem in the order of the lines, those of the keys that nobody asked for included.
    pub(super) fn finish(mut self) -> Vec<Problem> {
        self.check_keys();
        if let Some(more) = self.unknown_keys.checked_sub(TOLD_MAX).filter(|more| *more > 0) {
            self.problems.push(text::more_problems(more).in_file(&self.file));
        }
        self.problems.sort_by_key(|problem| problem.line.unwrap_or(u64::MAX));
        self.problems
    }

    /// What stands under the keys that are ours, by their dotted paths. Of the others only that they are there: a password
    /// may stand behind a key that is misspelt.
    pub(super) fn without_secrets(&self) -> Map<String, Value> {
        let mut told = Map::new();
        walk(self.root, "", &mut |table, name, value| {
            let key = join(table, name.get_ref());
            let shown = match value {
                _ if name.get_ref() == "password" => HIDDEN.into(),
                // An argument can be somebody's key.
                DeValue::Array(words) if key.ends_with(".command") => {
                    let program = words.first().map(|word| json_of(word.get_ref()));
                    [program.unwrap_or_default(), HIDDEN.into()].into_iter().collect()
                }
                value if self.known.contains(&key) => json_of(value),
                DeValue::Table(_) | DeValue::Array(_) => return ControlFlow::Continue(()),
                _ => HIDDEN.into(),
            };
            told.insert(key, shown);
            ControlFlow::Break(())
        });
        told
    }

    fn check_keys(&mut self) {
        walk(self.root, "", &mut |table, name, value| {
            let key = join(table, name.get_ref());
            let is_known = |below: String| {
                self.known.range(below.clone()..).next().is_some_and(|it| it.starts_with(&below))
            };
            let is_table = is_known(join(&key, ""));
            match value {
                _ if self.known.contains(&key) => {}
                DeValue::Table(_) if is_table => return ControlFlow::Continue(()),
                DeValue::Array(_) if is_known(join(&key, "#")) => return ControlFlow::Continue(()),
                _ if is_table => self.report(&key, text::not_a_table(&key)),
                _ if self.unknown_keys >= TOLD_MAX => self.unknown_keys += 1,
                _ => {
                    self.unknown_keys += 1;
                    let nearest = self.nearest_key(table, name.get_ref());
                    let problem = text::unknown_key(name.get_ref(), &nearest);
                    self.report_at(&key, Some(name.span().start), problem);
                }
            }
            ControlFlow::Break(())
        });
    }

    /// The key that was probably meant: a similar one of the same table, else the same one of another table.
    fn nearest_key(&self, table: &str, name: &str) -> String {
        let other_word = match name {
            "test" | "testing" | "staging" => Some(join(table, "demo")),
            "prod" | "live" | "real" => Some(join(table, "production")),
            _ => None,
        };
        if let Some(key) = other_word.filter(|key| self.known.iter().any(|known| known.starts_with(&**key))) {
            return key;
        }
        let plain = |key: &str| key.to_lowercase().replace('-', "_");
        let likeness = |sibling: &str| {
            let (one, other) = (plain(sibling), plain(name));
            strsim::normalized_damerau_levenshtein(&one, &other).max(strsim::jaro_winkler(&one, &other) - 0.2)
        };
        let best = self
            .siblings(table)
            .into_iter()
            .map(|sibling| (likeness(sibling), sibling))
            .max_by(|one, other| one.0.total_cmp(&other.0));
        let in_path = |known: &str| format!(".{known}.").find(&format!(".{name}."));
        let elsewhere = self.known.iter().find_map(|known| known.get(..in_path(known)? + name.len()));
        match (best, elsewhere) {
            (Some((likeness, sibling)), _) if likeness >= 0.6 => shown(&join(table, sibling)),
            (_, Some(known)) => shown(known),
            (Some((_, sibling)), None) => shown(&join(table, sibling)),
            (None, None) => table.to_owned(),
        }
    }

    fn siblings(&self, table: &str) -> BTreeSet<&str> {
        let prefix = join(table, "");
        self.known.iter().filter_map(|known| known.strip_prefix(&prefix)?.split('.').next()).collect()
    }

    fn ask(&mut self, key: &str) -> Option<&'t DeValue<'t>> {
        self.known.insert(key.to_owned());
        self.value(key)
    }

    fn value(&self, key: &str) -> Option<&'t DeValue<'t>> {
        self.find(key).0
    }

    /// What stands under a key; and where it, or the innermost of its tables that is there, stands.
    fn find(&self, key: &str) -> (Option<&'t DeValue<'t>>, Option<usize>) {
        let in_table = |table: &'t DeTable<'t>, name: &str| {
            table.get_key_value(name).map(|(key, value)| (key.span().start, value.get_ref()))
        };
        let (mut value, mut at): (Option<&'t DeValue<'t>>, _) = (None, None);
        for name in key.split('.') {
            let found = match value {
                None => in_table(self.root, name),
                Some(DeValue::Table(table)) => in_table(table, name),
                Some(DeValue::Array(items)) => {
                    let item = index_of(name).and_then(|index| items.get(index));
                    item.map(|item| (item.span().start, item.get_ref()))
                }
                Some(_) => None,
            };
            let Some((place, inner)) = found else { return (None, at) };
            (value, at) = (Some(inner), Some(place));
        }
        (value, at)
    }

    fn refuse<T>(&mut self, key: &str, problem: Problem) -> Option<T> {
        self.report(key, problem);
        None
    }
}

/// Gets the path of a table, a name in it, and what stands behind that.
type Visit<'v, 't> = dyn FnMut(&str, &Spanned<DeString<'t>>, &DeValue<'t>) -> ControlFlow<()> + 'v;

/// Visits what stands in a table of this path; then what stands in that, unless `visit` breaks off.
fn walk<'t>(table: &'t DeTable<'t>, path: &str, visit: &mut Visit<'_, 't>) {
    for (name, value) in table {
        if visit(path, name, value.get_ref()).is_break() {
            continue;
        }
        let key = join(path, name.get_ref());
        match value.get_ref() {
            DeValue::Table(table) => walk(table, &key, visit),
            DeValue::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    item.get_ref().as_table().inspect(|table| walk(table, &numbered(&key, index), visit));
                }
            }
            _ => {}
        }
    }
}

/// In place of what nobody else may read.
const HIDDEN: &str = "…";

/// A value as it is told; of an address with a user in it only what comes behind.
fn json_of(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => match (text.split_once("://"), text.rsplit_once('@')) {
            (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{HIDDEN}@{host}").into(),
            _ => text.as_ref().into(),
        },
        DeValue::Boolean(is) => (*is).into(),
        DeValue::Array(items) => items.iter().map(|item| json_of(item.get_ref())).collect(),
        DeValue::Table(table) => table
            .iter()
            .map(|(name, value)| (name.get_ref().to_string(), json_of(value.get_ref())))
            .collect::<Map<_, _>>()
            .into(),
        DeValue::Integer(number) => number.to_string().into(),
        DeValue::Float(number) => number.to_string().into(),
        DeValue::Datetime(time) => time.to_string().into(),
    }
}

fn join(table: &str, name: &str) -> String {
    if table.is_empty() { name.to_owned() } else { format!("{table}.{name}") }
}

/// One of the tables that a key names.
fn numbered(key: &str, index: usize) -> String {
    format!("{key}.#{index}")
}

fn index_of(name: &str) -> Option<usize> {
    name.strip_prefix('#')?.parse().ok()
}

/// A key without the numbers of its tables: `payment_methods.name`.
fn shown(key: &str) -> String {
    key.split('.').filter(|name| index_of(name).is_none()).collect::<Vec<_>>().join(".")
}

fn plain(value: &str) -> Result<&str, Problem> {
    if let Some(problem) = invisible(value) {
        return Err(problem);
    }
    match value {
        _ if value.chars().any(char::is_control) => Err(text::control_character()),
        _ if value.trim().is_empty() => Err(text::empty()),
        _ if value.trim() != value => Err(text::blank_around()),
        _ => Ok(value),
    }
}

/// One text, or a list of at least one.
fn texts_of(
    value: &DeValue<'_>,
    check: impl Fn(&str) -> Result<(), Problem>,
) -> Result<Vec<String>, Problem> {
    let text = |value: &DeValue<'_>| match value {
        DeValue::String(text) => check(text).map(|()| text.to_string()),
        _ => Err(text::not_texts()),
    };
    match value {
        DeValue::Array(values) if values.is_empty() => Err(text::not_texts()),
        DeValue::Array(values) => values.iter().map(|value| text(value.get_ref())).collect(),
        value => Ok(vec![text(value)?]),
    }
}

/// A character without width: nobody sees it, and every comparison does.
pub(super) fn invisible(value: &str) -> Option<Problem> {
    let is_invisible = |c: &char| matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}');
    value.chars().find(is_invisible).map(|c| text::invisible(&format!("U+{:04X}", u32::from(c))))
}

fn whole_number(value: &DeValue<'_>, range: &RangeInclusive<u64>) -> Result<u64, Problem> {
    match value {
        DeValue::Integer(number) => in_range(number, range),
        DeValue::String(quoted) => {
            Err(quoted.trim().parse().map_or_else(|_| text::not_a_number(), text::quoted_number))
        }
        _ => Err(text::not_a_number()),
    }
}

fn in_range(number: &DeInteger<'_>, range: &RangeInclusive<u64>) -> Result<u64, Problem> {
    let out_of_range =
        |shown: &dyn Display| text::out_of_range(&shown.to_string(), *range.start(), *range.end());
    match u64::from_str_radix(number.as_str(), number.radix()) {
        Ok(value) if range.contains(&value) => Ok(value),
        Ok(value) => Err(out_of_range(&value)),
        Err(_) => Err(out_of_range(number)),
    }
}

/// What is wrong with the TOML itself: at most one problem a line, because one slip often causes several.
/// The `toml` crate's own display quotes the line, which may hold a password; only its message is used.
pub(super) fn syntax_problems(path: &Path, source: &str, errors: &[Error]) -> Vec<Problem> {
    let file = path.display().to_string();
    let mut problems: Vec<Problem> = Vec::new();
    for error in errors.iter().take(TOLD_MAX) {
        let at = error.span().map_or(source.len(), |span| span.start);
        let (line, column) = line_and_column(source, at);
        if problems.iter().all(|problem| problem.line != Some(line)) {
            let written = source.split('\n').nth(line as usize - 1).unwrap_or_default();
            let slip = common_slip(written);
            let full_width = || full_width_column(written).map(text::syntax_full_width);
            let problem = slip.or_else(full_width).unwrap_or_else(|| syntax_problem(error.message(), column));
            problems.push(problem.in_file(&file).at_line(line));
        }
    }
    if errors.len() > TOLD_MAX {
        problems.push(text::more_problems(errors.len() - TOLD_MAX).in_file(&file));
    }
    problems
}

/// What people write behind a `=`, and what it should be. A value that is none of these is not shown.
fn common_slip(line: &str) -> Option<Problem> {
    let (_, value) = line.split_once('=')?;
    let value = value.split('#').next().unwrap_or_default().trim();
    match value.to_ascii_lowercase().as_str() {
        "yes" | "on" | "true" | "はい" | "する" => return Some(text::syntax_flag(value, "true")),
        "no" | "off" | "false" | "いいえ" | "しない" => return Some(text::syntax_flag(value, "false")),
        _ => {}
    }
    let number = value.trim_end_matches(['%', '％', '分', '秒', '日', '円']);
    if number != value && !number.is_empty() && number.trim().bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(text::syntax_percent(value, number.trim()));
    }
    if has_drive(value.trim_start_matches('"')) {
        return Some(text::windows_path());
    }
    let is_bare_word =
        value.starts_with(|c: char| c.is_alphabetic() && !is_full_width(c)) && !value.contains(['"', '\'']);
    is_bare_word.then(|| text::syntax_unquoted(line.chars().take_while(|c| *c != '=').count() + 3))
}

fn syntax_problem(message: &str, column: usize) -> Problem {
    match message {
        "duplicate key" => text::syntax_duplicate(column),
        _ if message.starts_with("string values must be quoted") => text::syntax_unquoted(column),
        _ => {
            let detail = syntax_detail(message);
            text::syntax(column, &detail.ja, &detail.en)
        }
    }
}

/// The `toml` crate's commonest messages in plain words, and in Japanese.
fn syntax_detail(message: &str) -> Text {
    type Slip = (&'static str, fn() -> Text);
    let known: [Slip; 11] = [
        ("invalid basic string", text::toml_quote),
        ("invalid literal string", text::toml_apostrophe),
        ("key with no value", text::toml_equals),
        ("unclosed table", text::toml_table),
        ("unclosed array", text::toml_array),
        ("invalid unquoted key", text::toml_key),
        ("unquoted keys cannot be empty", text::toml_no_key),
        ("invalid boolean", text::toml_flag),
        ("unexpected leading zero", text::toml_zero),
        ("unexpected key or value", text::toml_rest),
        ("missing escaped value", text::toml_backslash),
    ];
    let found = known.iter().find(|(beginning, _)| message.starts_with(beginning));
    found.map_or_else(text::toml_other, |(_, told)| told())
}

/// The column (in characters, 1-based) of the first full-width character that stands neither in quotes nor in a comment:
/// whoever writes Japanese easily leaves the keyboard in the wrong mode.
fn full_width_column(line: &str) -> Option<usize> {
    let mut is_quoted = false;
    for (index, c) in line.chars().enumerate() {
        match c {
            '"' => is_quoted = !is_quoted,
            '#' if !is_quoted => return None,
            '\u{3000}' | '“' | '”' | '‘' | '’' if !is_quoted => return Some(index + 1),
            c if !is_quoted && is_full_width(c) => return Some(index + 1),
            _ => {}
        }
    }
    None
}

/// Line and column (in characters) of a byte offset, both 1-based.
pub(super) fn line_and_column(source: &str, offset: usize) -> (u64, usize) {
    let before = source.get(..offset).unwrap_or(source);
    let line = before.matches('\n').count() as u64 + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}
