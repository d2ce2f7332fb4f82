//! `generate`: what a package ships beside the binary, made from the command line's own declarations.

use std::fs;
use std::io;
use std::path::Path;

use clap_complete::Shell;

use crate::cli::help;
use crate::text::Language;

/// The name that is typed.
const NAME: &str = "tempostar";

/// What the shell needs to complete our command line.
pub(crate) fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut help::command(Language::En), NAME, &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// Writes a man page for the whole and one for each subcommand: `tempostar.1`, `tempostar-import-stock.1`, …
pub(crate) fn man_pages(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    clap_mangen::generate_to(help::command(Language::En), folder)
}
