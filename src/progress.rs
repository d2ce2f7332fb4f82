//! What a person at a terminal sees of a run that takes a while: one line on stderr, which is gone when the run ends.
//!
//! Nothing is drawn in the first half second, nor anywhere but on a terminal: what cron mails has no such lines.

use std::io::{self, IsTerminal, Read, Write};
use std::thread;
use std::time::Duration;

use console::Term;
use indicatif::{ProgressBar, ProgressBarIter, ProgressDrawTarget, ProgressStyle, TermLike};

use crate::layout::{one_line, visible};
use crate::text::{Language, Text, progress as text};
use crate::threads;

/// A run that is quicker than this shows nothing.
const SILENT_FOR: Duration = Duration::from_millis(500);

/// How often the line is drawn while nothing arrives.
const TICK: Duration = Duration::from_millis(200);

/// How often a second it is drawn at most.
const DRAWN_HZ: u8 = 10;

/// How a line looks.
const BYTES: &str = "{spinner} {msg} {bar:24} {bytes}/{total_bytes} {eta}";
const ROWS: &str = "{spinner} {msg} {bar:24} {human_pos}/{human_len} {eta}";
const TIME: &str = "{spinner} {msg} {elapsed}";

/// Where a run says how far it is. Clones show the same line.
#[derive(Clone, Debug, Default)]
pub struct Progress(Option<Shown>);

#[derive(Clone, Debug)]
struct Shown {
    bar: ProgressBar,
    language: Language,
}

impl Progress {
    pub fn none() -> Self {
        Self(None)
    }

    /// On stderr, if that is a terminal.
    pub fn on_stderr(language: Language) -> Self {
        match io::stderr().is_terminal() && threads::are_to_be_had() {
            true => Self::on(Box::new(Term::stderr()), SILENT_FOR, language),
            false => Self::none(),
        }
    }

    /// Nothing is drawn before `silent_for` is over; on a line that is finished by then, nothing at all.
    fn on(term: Box<dyn TermLike>, silent_for: Duration, language: Language) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let late = bar.clone();
        thread::spawn(move || {
            thread::sleep(silent_for);
            late.set_draw_target(ProgressDrawTarget::term_like_with_hz(term, DRAWN_HZ));
        });
        bar.enable_steady_tick(TICK);
        Self(Some(Shown { bar, language }))
    }

    /// From here on, a file of so many bytes is being downloaded.
    pub fn download(&self, name: &str, bytes: u64) {
        self.begin(&text::downloading(name), BYTES, Some(bytes));
    }

    /// From here on, a file of orders of so many bytes is being uploaded.
    pub fn upload(&self, bytes: u64) {
        self.begin(&text::uploading(), BYTES, Some(bytes));
    }

    /// From here on, a file of so many rows is being read.
    pub fn read(&self, name: &str, rows: u64) {
        self.begin(&text::reading(name), ROWS, Some(rows));
    }

    /// From here on, something is done of which nobody knows how long it takes.
    pub fn wait(&self, for_what: &Text) {
        self.begin(for_what, TIME, None);
    }

    fn begin(&self, what: &Text, template: &str, length: Option<u64>) {
        let Some(Shown { bar, language }) = &self.0 else { return };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.progress_chars("=> "));
        bar.reset();
        match length {
            Some(length) => bar.set_length(length),
            None => bar.unset_length(),
        }
        bar.set_message(visible(&one_line(what.get(*language))));
    }

    /// So far: bytes or rows.
    pub fn advance_to(&self, position: u64) {
        if let Some(Shown { bar, .. }) = &self.0 {
            bar.set_position(position);
        }
    }

    /// Nothing is shown any more: something else is about to be printed.
    pub fn clear(&self) {
        if let Some(Shown { bar, .. }) = &self.0 {
            bar.finish_and_clear();
        }
    }

    /// Bytes that are shown while they are read.
    pub fn watch<R: Read>(&self, from: R) -> ProgressBarIter<R> {
        self.bar().wrap_read(from)
    }

    /// Likewise while they are written.
    pub fn watch_written<W: Write>(&self, to: W) -> ProgressBarIter<W> {
        self.bar().wrap_write(to)
    }

    fn bar(&self) -> ProgressBar {
        self.0.as_ref().map_or_else(ProgressBar::hidden, |shown| shown.bar.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Seek;

    use super::*;

    fn draw(silent_for: Duration, language: Language) -> String {
        let mut paper = tempfile::tempfile().unwrap();
        let term = Term::read_write_pair(paper.try_clone().unwrap(), paper.try_clone().unwrap());
        let progress = Progress::on(Box::new(term), silent_for, language);
        progress.download("stock\u{1b}.csv", 2048);
        let copied = io::copy(&mut progress.watch(&[7_u8; 1024][..]), &mut io::sink()).unwrap();
        assert_eq!(copied, 1024);
        thread::sleep(TICK * 3);
        progress.read("stock.csv", 2000);
        progress.advance_to(1000);
        // What comes too soon after another drawing is left to the next tick.
        thread::sleep(TICK * 3);
        progress.clear();
        paper.rewind().unwrap();
        io::read_to_string(paper).unwrap()
    }

    #[test]
    fn nothing_is_drawn_before_its_time() {
        assert_eq!(draw(Duration::from_secs(60), Language::En), "");
    }

    #[test]
    fn file_and_figures_are_drawn_and_cleared() {
        let drawn = draw(Duration::ZERO, Language::En);
        assert!(drawn.contains("downloading stock .csv"), "{drawn:?}");
        assert!(drawn.contains("reading stock.csv (rows)") && drawn.contains("1,000/2,000"), "{drawn:?}");
        assert!(drawn.ends_with("\r\u{1b}[2K"), "{drawn:?}");
        assert!(draw(Duration::ZERO, Language::Ja).contains("stock.csvを読み込んでいます（行）"));
    }
}
