//! After a login that was refused the next runs wait, longer each time: if every run of cron tried a wrong password
//! again, the server would lock the account. A changed password, user or server ends the wait.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use chrono::TimeDelta;

use crate::hashing::sha256_hex;
use crate::kept::create_file;
use crate::moment::Moment;
use crate::permit::Permit;
use crate::settings::Server;
use crate::text::server as text;

/// How long the first wait is; each further one is twice as long, up to an hour.
const FIRST_WAIT_MIN: i64 = 5;
const LONGEST_WAIT_MIN: i64 = 60;

/// What all jobs of an account know of its last login.
#[derive(Debug)]
pub struct LoginGate {
    place: PathBuf,
    now: Moment,
    /// A dry run has none, and notes nothing.
    permit: Option<Permit>,
}

/// A login that was refused.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    times: u32,
    pub(super) at: Moment,
    pub(super) reply: String,
}

impl Refused {
    pub(super) fn until(&self) -> Moment {
        let minutes = FIRST_WAIT_MIN << self.times.saturating_sub(1).min(4);
        self.at + TimeDelta::minutes(minutes.min(LONGEST_WAIT_MIN))
    }
}

impl LoginGate {
    /// Keeps what it knows in the file at this place.
    pub fn new(place: PathBuf, now: Moment, permit: Option<Permit>) -> Self {
        Self { place, now, permit }
    }

    /// The refusal after which it is still too early.
    pub(super) fn closed_by(&self, server: &Server) -> Option<Refused> {
        // A clock that was set back must not close it for ever.
        self.last(server).filter(|refused| refused.at <= self.now && self.now < refused.until())
    }

    fn last(&self, server: &Server) -> Option<Refused> {
        let content = fs::read_to_string(&self.place).ok()?;
        let mut words = content.trim_end().splitn(4, ' ');
        let (times, at, account, reply) = (words.next()?, words.next()?, words.next()?, words.next()?);
        let at = Moment::of_seconds(at.parse().ok()?)?;
        let refused = Refused { times: times.parse().ok()?, at, reply: reply.to_owned() };
        (account == mark_of(server)).then_some(refused)
    }

    pub(super) fn note_refusal(&self, server: &Server, reply: &str) {
        if self.permit.is_none() {
            return;
        }
        let times = self.last(server).map_or(0, |refused| refused.times) + 1;
        let line = format!("{times} {} {} {reply}\n", self.now.seconds(), mark_of(server));
        // Without it the next run tries again, as if there were no gate.
        let written = create_file(&self.place).and_then(|mut file| file.write_all(line.as_bytes()));
        written.unwrap_or_else(|error| text::cannot_note_refusal(&error.to_string()).warn());
    }

    pub(super) fn note_success(&self) {
        if self.permit.is_some() && self.place.exists() {
            let _ = fs::remove_file(&self.place);
        }
    }
}

/// Tells one account and password from another, and neither of them to anybody.
fn mark_of(server: &Server) -> String {
    let Server { host, port, user, password, .. } = server;
    sha256_hex(format!("{host}\n{port}\n{user}\n{}", password.reveal()).as_bytes())[..8].to_owned()
}
