//! The log of each step on stderr, for whoever asks.

use std::io::Write;

use crate::cli::{Global, LogFormat};
use crate::layout::visible;
use crate::moment::Clock;
use crate::print;

/// Begins to log. Called more than once (by the demo), the first call counts.
pub(crate) fn to_stderr(global: &Global, clock: Clock, command: &'static str, run_id: String) {
    let level = match global.verbose {
        0 => log::LevelFilter::Warn,
        1 => log::LevelFilter::Info,
        _ => log::LevelFilter::Debug,
    };
    let format = global.log_format;
    let _ = env_logger::Builder::new()
        .filter_module("tempostar", level)
        // It logs passwords.
        .filter_module("suppaftp", log::LevelFilter::Off)
        .format(move |buffer, record| {
            let level = record.level().as_str().to_lowercase();
            let file = record.key_values().get("file".into()).map(|file| file.to_string());
            match format {
                LogFormat::Text => {
                    let place = file.map(|file| file + ": ").unwrap_or_default();
                    let line = format!("{level}: [{run_id}] {place}{}", record.args());
                    writeln!(buffer, "{}", visible(&line))
                }
                LogFormat::Json => {
                    let mut line = print::log_line(clock.now(), &level, &run_id, command);
                    line["message"] = record.args().to_string().into();
                    if let Some(file) = file {
                        line["file"] = file.into();
                    }
                    writeln!(buffer, "{}", visible(&line.to_string()))
                }
            }
        })
        .try_init();
}
