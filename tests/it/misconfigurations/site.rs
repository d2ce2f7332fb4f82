//! A shop in which everything works, to break one thing in it.

use std::any::Any;
use std::fs;
use std::io;
use std::net::Ipv4Addr;
use std::ops::{Deref, DerefMut};
use std::os::unix::fs::PermissionsExt;

use tokio::net::TcpSocket;

use crate::ftp_server::{FtpServer, Tls};
use crate::harness::Shop;
use crate::proxy::{Act, Proxy, Rule};

/// A shop that is set up well, with whatever was put beside it; everything is gone when it is dropped.
pub struct Site {
    shop: Shop,
    /// Values that change from run to run, and what the manual says instead.
    volatile: Vec<(String, &'static str)>,
    /// Servers, locks and the like that must live as long.
    _kept: Vec<Box<dyn Any>>,
}

impl Site {
    /// In clear text.
    #[track_caller]
    pub fn new() -> Self {
        Self::with(Tls::Off)
    }

    /// With TLS, the server's certificate pinned.
    #[track_caller]
    pub fn encrypted() -> Self {
        Self::with(Tls::Required)
    }

    #[track_caller]
    pub fn with(tls: Tls) -> Self {
        let shop = Shop::with_tls(tls);
        shop.set_remote_clock("2026-11-24 10:15:00");
        shop.setting("connect_timeout_s = 5\ntimeout_s = 5\n", "connect_timeout_s = 2\ntimeout_s = 2\n");
        shop.payment_method("銀行振込");
        fs::set_permissions(shop.path("demo.pass"), PermissionsExt::from_mode(0o600)).unwrap();
        let folder = shop.path("").display().to_string().trim_end_matches('/').to_owned();
        let volatile = vec![(folder, "<folder>"), (shop.ftp.port().to_string(), "<port>")];
        Self { shop, volatile, _kept: Vec::new() }
    }

    /// The same, with this text of its settings replaced.
    #[track_caller]
    pub fn but(self, from: &str, to: &str) -> Self {
        self.shop.setting(from, to);
        self
    }

    /// The same, with something done to it.
    pub fn after(mut self, work: impl FnOnce(&mut Self)) -> Self {
        work(&mut self);
        self
    }

    /// The same, at another port than that of the shop's own server.
    #[track_caller]
    pub fn at_port(self, port: u16) -> Self {
        self.after(|site| site.moves_to_port(port))
    }

    #[track_caller]
    pub fn moves_to_port(&mut self, port: u16) {
        let own = format!("port = {}", self.shop.ftp.port());
        self.shop.setting(&own, &format!("port = {port}"));
        self.is_volatile(&port.to_string(), "<port>");
    }

    /// The same in clear text, with a proxy before the server, at which this happens whenever the command comes.
    #[track_caller]
    pub fn behind_proxy(command: &str, act: Act) -> Self {
        let mut site = Self::new();
        let rule = Rule { command: command.to_owned(), act, skip: 0, times: usize::MAX };
        let proxy = Proxy::start(site.ftp.port(), vec![rule]).unwrap();
        site.moves_to_port(proxy.port());
        site.keep(proxy);
        site
    }

    /// A file that only its owner can read.
    #[track_caller]
    pub fn write_secret(&self, name: &str, content: &str) {
        self.shop.write(name, content.as_bytes());
        fs::set_permissions(self.shop.path(name), PermissionsExt::from_mode(0o600)).unwrap();
    }

    /// A port at which nobody listens as long as the site is there.
    #[track_caller]
    pub fn closed_port(&mut self) -> u16 {
        let taken = TcpSocket::new_v4().unwrap();
        taken.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let port = taken.local_addr().unwrap().port();
        self.keep(taken);
        port
    }

    /// Changes the server in a way for which it moves to another port.
    #[track_caller]
    pub fn restart_server(&mut self, change: impl FnOnce(&mut FtpServer) -> io::Result<()>) {
        let before = self.shop.ftp.port();
        change(&mut self.shop.ftp).unwrap();
        let now = self.shop.ftp.port();
        self.shop.setting(&format!("port = {before}"), &format!("port = {now}"));
        self.is_volatile(&now.to_string(), "<port>");
    }

    /// Keeps something alive (a listener, a lock) for as long as the site.
    pub fn keep(&mut self, thing: impl Any) {
        self._kept.push(Box::new(thing));
    }

    /// In the manual, `placeholder` stands for this value.
    pub fn is_volatile(&mut self, value: &str, placeholder: &'static str) {
        self.volatile.push((value.to_owned(), placeholder));
    }

    /// The text, with placeholders for what changes from run to run.
    pub fn steady(&self, text: &str) -> String {
        let text = replace_windows(text, 64, "<fingerprint>", |c| c.chars().all(|c| c.is_ascii_hexdigit()));
        let text = replace_windows(&text, 22, "<run>", is_run_id);
        let text = self.volatile.iter().fold(text, |text, (value, stands_in)| text.replace(value, stands_in));
        NUMBERS.iter().fold(text, |text, (before, stands_in)| without_numbers(&text, before, stands_in))
    }
}

impl Deref for Site {
    type Target = Shop;

    fn deref(&self) -> &Shop {
        &self.shop
    }
}

impl DerefMut for Site {
    fn deref_mut(&mut self) -> &mut Shop {
        &mut self.shop
    }
}

/// `20261124T101500-1a2b3c`
fn is_run_id(text: &str) -> bool {
    let shape = |c: char| if c.is_ascii_digit() { '0' } else { c };
    text.chars().take(16).map(shape).eq("00000000T000000-".chars())
        && text.chars().skip(16).all(|c| c.is_ascii_hexdigit())
}

/// Puts `placeholder` in place of every piece of so many bytes that is meant.
fn replace_windows(text: &str, bytes: usize, placeholder: &str, is_meant: impl Fn(&str) -> bool) -> String {
    let (mut replaced, mut rest) = (String::new(), text);
    while let Some(next) = rest.chars().next() {
        let is_found = rest.get(..bytes).is_some_and(&is_meant);
        match is_found {
            true => replaced += placeholder,
            false => replaced.push(next),
        }
        rest = &rest[if is_found { bytes } else { next.len_utf8() }..];
    }
    replaced
}

/// Numbers that nobody knows beforehand, or that another version of the schema changes: what stands before each, and
/// what the manual says instead.
const NUMBERS: [(&str, &str); 7] = [
    // The ports of data connections.
    ("127.0.0.1:", "<port>"),
    ("newer than this program's ", "<n>"),
    ("このプログラムの知る版（", "<n>"),
    // The schema's version grows.
    (".db（版 ", "<n>"),
    (".db (schema version ", "<n>"),
    // Where SQLite found the damage.
    ("Tree ", "<n>"),
    (" page ", "<n>"),
];

/// Puts `placeholder` in place of every number that follows `before`.
fn without_numbers(text: &str, before: &str, placeholder: &str) -> String {
    let mut parts = text.split(before);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        let number = if rest.len() < part.len() { placeholder } else { "" };
        text + before + number + rest
    })
}
