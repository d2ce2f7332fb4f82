//! Any bytes as a sheet: it is refused, or each of its rows is read, cell by cell, and rejected rows come back as a
//! sheet again.
#![no_main]

use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;

use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;
use tempostar::sheet::{EncodingChoice, Refusal, RejectsWriter, Row, Sheet};
use tempostar::text::Language;

thread_local! {
    static FOLDER: RefCell<TempDir> = RefCell::new(tempfile::tempdir_in("/dev/shm").unwrap());
}

fuzz_target!(|data: &[u8]| {
    let Some((choice, content)) = data.split_first() else { return };
    let folder = FOLDER.with_borrow(|folder| folder.path().to_owned());
    let path = folder.join("sheet.csv");
    fs::write(&path, content).unwrap();
    let encoding =
        [EncodingChoice::Auto, EncodingChoice::Cp932, EncodingChoice::Utf8][usize::from(choice % 3)];
    let opened = match choice & 4 {
        0 => Sheet::open(&path, "sheet.csv", encoding),
        _ => Sheet::open_named(&path, "sheet.csv", encoding, &stock_naming()),
    };
    match opened {
        Ok(mut sheet) => read_all(&mut sheet, folder.join("rejects.csv")),
        Err(error) => assert!(Refusal::of(&error).is_some(), "not a refusal: {error:#}"),
    }
});

/// Names for files of two columns that begin with a row.
fn stock_naming() -> Naming {
    let names = ["商品コード", "在庫数"].map(str::to_owned).to_vec();
    Naming { unnamed: Unnamed::IfSecondIsNumber(names), ..Naming::default() }
}

/// Reads every cell as everything, and rejects the rows that are wrong.
fn read_all(sheet: &mut Sheet, path: PathBuf) {
    let _ = fs::remove_file(&path);
    let mut rejects = RejectsWriter::new(path, Language::Ja);
    let mut lines = 0;
    while let Some(row) = sheet.next_row().expect("a sheet that was opened can be read to its end") {
        assert!(row.line() > lines, "lines go up");
        lines = row.line();
        read_row(&row, &mut rejects);
    }
    let rejected = rejects.rows();
    if let Some(path) = rejects.finish().unwrap() {
        check_rejects(&path, rejected);
    }
}

fn read_row(row: &Row<'_>, rejects: &mut RejectsWriter) {
    let names = row.header().names().to_vec();
    let mut problem = row.check().err();
    for name in names.iter().take(20) {
        let Some(column) = row.header().optional(name) else { continue };
        problem = problem.or(row.text(column).err());
        problem = problem.or(row.code(column).err());
        problem = problem.or(row.whole_number(column).err());
        problem = problem.or(row.decimal(column).err());
        problem = problem.or(row.flag(column).err());
        problem = problem.or(row.date(column).err());
        problem = problem.or(row.date_time(column).err());
    }
    if let Some(problem) = problem {
        rejects.reject(row, &problem).unwrap();
    }
}

/// What a person is told to correct and feed back can be fed back.
fn check_rejects(path: &std::path::Path, rejected: u64) {
    match Sheet::open(path, "rejects.csv", EncodingChoice::Auto) {
        Ok(mut sheet) => {
            let mut rows = 0;
            while sheet.next_row().unwrap().is_some() {
                rows += 1;
            }
            assert!(rows <= rejected, "{rows} rows of {rejected}");
        }
        Err(error) => assert!(Refusal::of(&error).is_some(), "not a refusal: {error:#}"),
    }
}
