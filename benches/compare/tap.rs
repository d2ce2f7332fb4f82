//! A proxy before the control connection of an FTP server that notes what passes: how often the client asks and then
//! waits, for how long, and, as far as it is in clear text, for what. Data connections go to the server directly.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// What passed since the last look.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// How often the client waited for the server: for the greeting, after each command, in a TLS handshake.
    pub turns: u32,
    /// How long it waited, from its asking to the last byte before it went on. What the client itself does on a data
    /// connection meanwhile is in it.
    pub waited: Duration,
    /// The commands, without arguments; no longer readable after AUTH.
    pub commands: Vec<String>,
    /// A turn that is not over yet: when it began, and when the last of the answer came.
    open: Option<(Instant, Instant)>,
    is_secret: bool,
}

impl Heard {
    fn ask(&mut self, bytes: &[u8]) {
        // Two packets in a row are one question; without an answer between them nobody has waited.
        if self.open.is_none_or(|(asked, answered)| answered > asked) {
            self.close();
            self.turns += 1;
            self.open = Some((Instant::now(), Instant::now()));
        }
        if !self.is_secret {
            let text = String::from_utf8_lossy(bytes);
            let words = text.lines().filter_map(|line| line.split_whitespace().next());
            self.commands.extend(words.map(str::to_owned));
            self.is_secret = self.commands.iter().any(|word| word == "AUTH");
        }
    }

    fn answer(&mut self) {
        if let Some((_, answered)) = &mut self.open {
            *answered = Instant::now();
        }
    }

    fn close(&mut self) {
        if let Some((asked, answered)) = self.open.take() {
            self.waited += answered - asked;
        }
    }
}

#[derive(Clone)]
pub struct Tap {
    port: u16,
    heard: Arc<Mutex<Heard>>,
}

impl Tap {
    /// Lives as long as the process.
    pub fn start(server_port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let tap = Self { port: listener.local_addr()?.port(), heard: Arc::default() };
        let listening = tap.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                // Whoever hangs up hangs up.
                let _ = listening.connect(client, server_port);
            }
        });
        Ok(tap)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// What passed since the last call. The client has ended by now.
    pub fn take(&self) -> Heard {
        let mut heard = std::mem::take(&mut *self.heard());
        heard.close();
        heard
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connect(&self, client: TcpStream, server_port: u16) -> io::Result<()> {
        self.heard().ask(b"(connect)");
        let server = TcpStream::connect((Ipv4Addr::LOCALHOST, server_port))?;
        for stream in [&client, &server] {
            stream.set_nodelay(true)?;
        }
        let (to_server, to_client) = (server.try_clone()?, client.try_clone()?);
        let (up, down) = (self.clone(), self.clone());
        thread::spawn(move || carry(client, to_server, |bytes| up.heard().ask(bytes)));
        thread::spawn(move || carry(server, to_client, |_| down.heard().answer()));
        Ok(())
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, note: impl Fn(&[u8])) {
    let mut chunk = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut chunk) {
        note(&chunk[..read]);
        if to.write_all(&chunk[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
