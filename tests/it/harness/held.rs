//! A run that has come to a transfer and goes on only when the test says so: what happens meanwhile needs no luck with
//! the time that it takes.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{Ran, Shop};
use crate::ftp_server::Fault;

/// Longer than anything that a test does while a run is held.
const SERVER_TIMEOUT_S: u64 = 60;

/// A run that waits for its server, or one that has begun and is not looked at yet.
pub struct Running<'a> {
    shop: &'a Shop,
    child: Child,
}

impl Shop {
    /// Starts a run.
    #[track_caller]
    pub fn start(&self, args: &[&str]) -> Running<'_> {
        let child = self.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        Running { shop: self, child }
    }

    /// Starts a run, and returns when it has come to its first download ([`Fault::GetHeld`]) or upload
    /// ([`Fault::PutHeld`]). Nobody else's is held.
    #[track_caller]
    pub fn start_and_hold(&self, fault: Fault, args: &[&str]) -> Running<'_> {
        self.hold(1, fault);
        let running = self.start(args);
        self.wait_until_held();
        running
    }

    /// The next so many downloads or uploads are held, and the runs to come wait for them.
    #[track_caller]
    pub fn hold(&self, times: u32, fault: Fault) {
        self.settings(|text| {
            text.replace("\ntimeout_s = 5\n", &format!("\ntimeout_s = {SERVER_TIMEOUT_S}\n"))
        });
        self.ftp.faults().hold(times, fault);
    }

    /// Waits until everything that shall be held is.
    #[track_caller]
    pub fn wait_until_held(&self) {
        wait_until("nothing came to be held", || self.ftp.faults().waiting() == 0);
    }
}

impl Running<'_> {
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Sends it a signal, and returns when it has been taken.
    #[track_caller]
    pub fn signal(&self, signal: &str) {
        assert!(Command::new("kill").args([signal, &self.id().to_string()]).status().unwrap().success());
        let is_taken = || {
            let status = fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
            let value = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim();
            value("ShdPnd:").trim_start_matches('0').is_empty() || value("State:").starts_with('Z')
        };
        wait_until("the signal is not taken", is_taken);
    }

    /// What it has done when it has ended by itself.
    #[track_caller]
    pub fn ended(self) -> Ran {
        Ran::new(self.child.wait_with_output().unwrap())
    }

    /// What is held goes on; what it has done then.
    #[track_caller]
    pub fn goes_on(self) -> Ran {
        self.shop.ftp.faults().let_go();
        self.ended()
    }
}

/// Waits for a fact, as long as a very slow machine may take.
#[track_caller]
pub fn wait_until(or_else: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(SERVER_TIMEOUT_S), "{or_else}");
        thread::sleep(Duration::from_millis(2));
    }
}
