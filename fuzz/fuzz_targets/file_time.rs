//! Any name: its time is a time, and never later than the listing.
#![no_main]

use chrono::{DateTime, NaiveDateTime};
use libfuzzer_sys::fuzz_target;
use tempostar::file_time::{own_time, server_time, time_in_name};
use tempostar::moment::Moment;

fuzz_target!(|data: (i64, i64, &str)| {
    let (modified, listed, name) = data;
    let (Some(modified), Some(listed_at)) = (time(modified), time(listed)) else { return };
    let listed_at = Moment::of_japan(listed_at);
    let in_name = time_in_name(name);
    let told = own_time(name, Some(server_time(modified, listed_at)), listed_at);
    assert!(told <= listed_at, "{name}: {told} is later than {listed_at}");
    if let Some(in_name) = in_name {
        assert_eq!(told, in_name.min(listed_at));
    }
    assert!(own_time(name, None, listed_at) <= listed_at);
});

/// Within the years that FTP knows: MDTM has four digits.
fn time(seconds: i64) -> Option<NaiveDateTime> {
    const YEAR_9999_S: i64 = 253_000_000_000;
    DateTime::from_timestamp(seconds.rem_euclid(YEAR_9999_S), 0).map(|time| time.naive_utc())
}
