//! Any bytes as a settings file: settings, or problems that each say something; and never the password.
#![no_main]

use std::cell::RefCell;
use std::fs;

use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;
use tempostar::settings;

thread_local! {
    static FOLDER: RefCell<TempDir> = RefCell::new(tempfile::tempdir_in("/dev/shm").unwrap());
}

const PASSWORD: &str = "canary-of-a-password";

fuzz_target!(|data: &[u8]| {
    let folder = FOLDER.with_borrow(|folder| folder.path().to_owned());
    fs::write(folder.join("demo.pass"), PASSWORD).unwrap();
    let path = folder.join("tempostar.toml");
    fs::write(&path, data).unwrap();
    match settings::load(&path, None) {
        Ok(settings) => assert!(!format!("{settings:?}").contains(PASSWORD)),
        Err(failure) => {
            assert!(!failure.problems.is_empty());
            for problem in &failure.problems {
                let told = problem.located_message();
                assert!(!told.ja.is_empty() && !told.en.is_empty());
                assert!(!told.en.contains(PASSWORD), "{told}");
            }
        }
    }
});
