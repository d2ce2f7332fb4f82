//! What starts the jobs: lines for cron and units for systemd, for this program, these settings and this user.

use std::fs;
use std::path::{Path, PathBuf};

use crate::owner::User;

const CRONTAB: &str = include_str!("../../crontab.example");

/// Where a package puts the units.
const INSTALLED: &str = "/usr/lib/systemd/system/tempostar@.service";

/// The units: one for every job, and a timer for each.
pub(crate) const UNITS: [(&str, &str); 5] = [
    ("tempostar@.service", include_str!("../../examples/systemd/tempostar@.service")),
    ("tempostar-export-orders.timer", include_str!("../../examples/systemd/tempostar-export-orders.timer")),
    (
        "tempostar-import-logistics.timer",
        include_str!("../../examples/systemd/tempostar-import-logistics.timer"),
    ),
    (
        "tempostar-import-products.timer",
        include_str!("../../examples/systemd/tempostar-import-products.timer"),
    ),
    ("tempostar-import-stock.timer", include_str!("../../examples/systemd/tempostar-import-stock.timer")),
];

/// What the jobs are started with.
pub(super) struct Schedule {
    program: PathBuf,
    settings: PathBuf,
    /// Of the database and the work folder.
    data: Vec<PathBuf>,
    user: User,
}

impl Schedule {
    pub(super) fn new(settings: &Path, data: [&Path; 2], user: User) -> Self {
        let full = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let program = std::env::current_exe().unwrap_or_else(|_| "/usr/bin/tempostar".into());
        let mut data = data.map(full).to_vec();
        data.dedup();
        Self { program, settings: full(settings), data, user }
    }

    /// The command with which the lines are added.
    pub(super) fn edit(&self) -> String {
        format!("sudo crontab -u {} -e", self.user.name())
    }

    /// The lines of the example.
    pub(super) fn crontab(&self) -> String {
        let jobs = CRONTAB.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit()));
        let folder = self.program.parent().filter(|folder| *folder != Path::new("/usr/bin"));
        let folder = folder.map(|folder| format!("{}:", folder.display())).unwrap_or_default();
        let head = format!("PATH={folder}/usr/bin:/bin\nTEMPOSTAR_CONFIG={}\n", self.settings.display());
        head + &jobs.map(|line| format!("{line}\n")).collect::<String>()
    }

    /// Commands that bring the units, make them those of this shop, and have them run.
    pub(super) fn systemd(&self) -> String {
        let (program, settings) = (self.program.display(), self.settings.display());
        let bring = match Path::new(INSTALLED).exists() {
            true => String::new(),
            false => format!("sudo {program} generate units /etc/systemd/system\n"),
        };
        let user = self.user.name();
        let (user, group) = (user.trim_start_matches('#'), self.user.group);
        let data: Vec<String> = self.data.iter().map(|folder| folder.display().to_string()).collect();
        let used = self.data.iter().chain([&self.settings, &self.program]);
        let is_at_home = |path: &&PathBuf| path.starts_with("/home") || path.starts_with("/root");
        let home = if used.clone().any(|path| is_at_home(&path)) { "ProtectHome=no\n" } else { "" };
        let timers: Vec<&str> =
            UNITS.iter().map(|(name, _)| *name).filter(|name| name.ends_with(".timer")).collect();
        format!(
            "{bring}sudo install -d /etc/systemd/system/tempostar@.service.d\n\
             sudo tee /etc/systemd/system/tempostar@.service.d/settings.conf <<'END'\n\
             [Service]\n\
             User={user}\n\
             Group={group}\n\
             Environment=TEMPOSTAR_CONFIG={settings}\n\
             ExecStart=\n\
             ExecStart={program} --quiet %i\n\
             ReadWritePaths={}\n{home}\
             END\n\
             sudo systemctl daemon-reload\n\
             sudo systemctl enable --now {}\n",
            data.join(" "),
            timers.join(" ")
        )
    }
}
