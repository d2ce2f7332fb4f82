//! What a process costs: time by the wall clock, time of the processor, memory.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike};

/// GNU time: it tells the memory of one process and those that it starts.
pub const TIME: &str = "/usr/bin/time";

#[derive(Clone, Copy, Debug, Default)]
pub struct Measured {
    pub wall: Duration,
    /// User and system.
    pub cpu: Duration,
    /// The largest process's, in KiB.
    pub memory_kib: u64,
}

/// Runs a program to its end. A failure is an error, with what it said.
pub fn measure(folder: &Path, program: &mut Command) -> Result<Measured> {
    let noted = folder.join("time");
    let mut timed = Command::new(TIME);
    timed.args(["-f", "%M", "-o"]).arg(&noted).arg(program.get_program()).args(program.get_args());
    for (name, value) in program.get_envs() {
        timed.env(name, value.unwrap_or_default());
    }
    timed.stdin(Stdio::null());
    let cpu = children_cpu()?;
    let began = Instant::now();
    let ended = timed.output().with_context(|| format!("cannot run {TIME}; install GNU time"))?;
    let wall = began.elapsed();
    if !ended.status.success() {
        let said = [ended.stdout, ended.stderr].concat();
        bail!("{:?} failed: {}", program.get_program(), String::from_utf8_lossy(&said));
    }
    let memory_kib = fs::read_to_string(&noted)?.trim().parse().with_context(|| format!("{TIME}: no KiB"))?;
    Ok(Measured { wall, cpu: children_cpu()? - cpu, memory_kib })
}

/// What processes that this one started, and those that they started, have used of the processor up to now. (GNU time
/// would say it in hundredths of a second.)
pub fn children_cpu() -> Result<Duration> {
    let used = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let duration = |time: TimeVal| Duration::from_micros(time.num_microseconds().unsigned_abs());
    Ok(duration(used.user_time()) + duration(used.system_time()))
}

/// The middle one of each figure.
pub fn medians(measured: &[Measured]) -> Measured {
    Measured {
        wall: median(measured.iter().map(|one| one.wall)),
        cpu: median(measured.iter().map(|one| one.cpu)),
        memory_kib: measured.iter().map(|one| one.memory_kib).max().unwrap_or_default(),
    }
}

pub fn median<T: Ord + Copy + Default>(values: impl Iterator<Item = T>) -> T {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}
