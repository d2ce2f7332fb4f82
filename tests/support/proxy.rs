//! A proxy before an FTP server (clear text, IPv4) that can be told to misbehave: at a command, at its reply, on its
//! data connection. Without rules it changes nothing but the data ports, which become its own.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// The name under which rules know the server's first words, which answer no command.
pub const GREETING: &str = "GREETING";

const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// What goes wrong at a command.
#[derive(Clone, Debug)]
pub enum Act {
    /// The server never hears of it; this is the answer.
    Answer(Vec<u8>),
    /// The server does it, but this is its last answer.
    AnswerAfterwards(Vec<u8>),
    /// The server never hears of it; the connection is closed.
    Cut,
    /// The server does it; the connection is closed instead of its last answer.
    CutAfterwards,
    /// The server does it and says so; then the connection is closed.
    CutAfterReply,
    /// The server never hears of it, and nothing is answered.
    Silence,
    /// The server does it, but its last answer never comes.
    SilenceAfterwards,
    /// All as it should be, but late.
    Delay(Duration),
    /// All as it should be, but with two lines before the last of the reply.
    MoreLines,
    /// At PASV: nobody listens at the port.
    RefuseData,
    /// At PASV: whoever knocks at the port is not answered at all, as before a firewall.
    SwallowData,
    /// At PASV: the address is a private one that is not ours, as behind NAT.
    WrongAddress,
    /// What happens on the data connection of a transfer.
    Data(DataAct),
}

/// What goes wrong on a data connection.
#[derive(Clone, Debug)]
pub enum DataAct {
    /// It is closed as if all were well after so many bytes.
    Fin(usize),
    /// It is reset after so many bytes.
    Reset(usize),
    /// Nothing moves any more after so many bytes.
    Stall(usize),
    /// So many bytes every ten milliseconds.
    Throttle(usize),
    /// The client gets this and nothing of what the server sends.
    Instead(Vec<u8>),
}

/// When something goes wrong.
#[derive(Clone, Debug)]
pub struct Rule {
    /// How the command begins: `RETR`, `SIZE /outbox/`, or [`GREETING`].
    pub command: String,
    pub act: Act,
    /// How many passages are let through before.
    pub skip: usize,
    /// How often it happens.
    pub times: usize,
}

/// A running proxy on 127.0.0.1.
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    server: SocketAddr,
    rules: Mutex<Vec<Rule>>,
    injected: AtomicUsize,
    is_stopped: AtomicBool,
}

impl Proxy {
    /// In front of the server at this port of 127.0.0.1.
    pub fn start(server_port: u16, rules: Vec<Rule>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        listener.set_nonblocking(true)?;
        let shared = Arc::new(Shared {
            server: SocketAddr::from((Ipv4Addr::LOCALHOST, server_port)),
            rules: Mutex::new(rules),
            injected: AtomicUsize::new(0),
            is_stopped: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            while let Some(client) = accept(&listener, &accepting.is_stopped) {
                let shared = Arc::clone(&accepting);
                thread::spawn(move || {
                    // A connection that breaks is what this is about.
                    let _ = Control::open(client, shared).and_then(Control::serve);
                });
            }
        });
        Ok(Self { port, shared })
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// How often something went wrong.
    pub fn injected(&self) -> usize {
        self.shared.injected.load(Ordering::Relaxed)
    }

    /// Nothing goes wrong any more.
    pub fn heal(&self) {
        self.shared.rules().clear();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.is_stopped.store(true, Ordering::Relaxed);
    }
}

impl Shared {
    fn rules(&self) -> MutexGuard<'_, Vec<Rule>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What goes wrong at this command, which may be the turn of a rule.
    fn act(&self, command: &str) -> Option<Act> {
        let mut rules = self.rules();
        for rule in rules.iter_mut().filter(|rule| command.starts_with(&rule.command)) {
            if rule.skip > 0 {
                rule.skip -= 1;
            } else if rule.times > 0 {
                rule.times -= 1;
                self.injected.fetch_add(1, Ordering::Relaxed);
                return Some(rule.act.clone());
            }
        }
        None
    }
}

fn accept(listener: &TcpListener, is_over: &AtomicBool) -> Option<TcpStream> {
    while !is_over.load(Ordering::Relaxed) {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false).ok()?;
                stream.set_nodelay(true).ok()?;
                return Some(stream);
            }
            Err(_) => thread::sleep(LOOK_AGAIN),
        }
    }
    None
}

/// One control connection.
struct Control {
    client: BufReader<TcpStream>,
    server: TcpStream,
    replies: Receiver<Vec<u8>>,
    /// To the thread of the data connection that PASV has prepared.
    data: Option<Sender<Transfer>>,
    /// As long as the session, nobody is let through.
    walls: Vec<Wall>,
    is_over: Arc<AtomicBool>,
    shared: Arc<Shared>,
}

/// A port before which whoever connects waits in vain, as before a firewall that drops what it does not like: its
/// queue is full.
pub struct Wall {
    port: u16,
    _queue: (tokio::net::TcpListener, Vec<TcpStream>),
    _runtime: tokio::runtime::Runtime,
}

impl Wall {
    pub fn build() -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _inside = runtime.enter();
            let socket = tokio::net::TcpSocket::new_v4()?;
            socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
            socket.listen(0)?
        };
        let address = listener.local_addr()?;
        let moment = Duration::from_millis(50);
        // A queue of none holds one or two.
        let queue = (0..8).map_while(|_| TcpStream::connect_timeout(&address, moment).ok()).collect();
        Ok(Self { port: address.port(), _queue: (listener, queue), _runtime: runtime })
    }

    pub fn port(&self) -> u16 {
        self.port
    }
}

/// Whether the session goes on.
#[derive(PartialEq, Eq)]
enum Next {
    GoOn,
    Close,
}

impl Control {
    fn open(client: TcpStream, shared: Arc<Shared>) -> io::Result<Self> {
        let server = TcpStream::connect(shared.server)?;
        server.set_nodelay(true)?;
        let (sender, replies) = mpsc::channel();
        let from_server = server.try_clone()?;
        thread::spawn(move || read_replies(from_server, &sender));
        let is_over = Arc::new(AtomicBool::new(false));
        Ok(Self {
            client: BufReader::new(client),
            server,
            replies,
            data: None,
            walls: Vec::new(),
            is_over,
            shared,
        })
    }

    fn serve(mut self) -> io::Result<()> {
        let mut next = self.pass(GREETING)?;
        while next == Next::GoOn {
            let mut line = Vec::new();
            if self.client.read_until(b'\n', &mut line)? == 0 {
                break;
            }
            next = self.pass(&String::from_utf8_lossy(&line))?;
        }
        Ok(())
    }

    /// One command, from the client's line to the last reply.
    fn pass(&mut self, command: &str) -> io::Result<Next> {
        let act = self.shared.act(command);
        match &act {
            Some(Act::Answer(answer)) => return self.say(answer),
            Some(Act::Cut) => return Ok(Next::Close),
            Some(Act::Silence) => return self.wait_until_client_leaves(),
            Some(Act::Delay(delay)) => thread::sleep(*delay),
            _ => {}
        }
        if command != GREETING {
            self.start_data(command, &act);
            self.server.write_all(command.as_bytes())?;
        }
        loop {
            let Some(reply) = self.next_reply() else { return Ok(Next::Close) };
            if reply.first() == Some(&b'1') {
                self.say(&reply)?;
                continue;
            }
            return self.end(command, &reply, act);
        }
    }

    fn end(&mut self, command: &str, reply: &[u8], act: Option<Act>) -> io::Result<Next> {
        match act {
            Some(Act::AnswerAfterwards(answer)) => self.say(&answer),
            Some(Act::CutAfterwards) => Ok(Next::Close),
            Some(Act::SilenceAfterwards) => self.wait_until_client_leaves(),
            Some(Act::CutAfterReply) => self.say(reply).map(|_| Next::Close),
            Some(Act::MoreLines) if !command.starts_with("PASV") => {
                let code = String::from_utf8_lossy(&reply[..3]).into_owned();
                let lines = format!("{code}-A word of our sponsor:\r\n 42 is not the answer.\r\n");
                self.say(&[lines.as_bytes(), reply].concat())
            }
            act if command.starts_with("PASV") => {
                let rewritten = self.prepare_data(reply, act.as_ref())?;
                self.say(&rewritten)
            }
            _ => self.say(reply),
        }
    }

    fn say(&mut self, bytes: &[u8]) -> io::Result<Next> {
        self.client.get_mut().write_all(bytes)?;
        Ok(Next::GoOn)
    }

    /// The server's next reply; `None`: one of the two has hung up.
    fn next_reply(&mut self) -> Option<Vec<u8>> {
        loop {
            match self.replies.recv_timeout(4 * LOOK_AGAIN) {
                Ok(reply) => return Some(reply),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) if self.client_has_left() => return None,
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    fn client_has_left(&self) -> bool {
        let client = self.client.get_ref();
        let left = client.set_nonblocking(true).is_err()
            || match client.peek(&mut [0]) {
                Ok(bytes) => bytes == 0,
                Err(error) => error.kind() != io::ErrorKind::WouldBlock,
            };
        left || client.set_nonblocking(false).is_err()
    }

    fn wait_until_client_leaves(&mut self) -> io::Result<Next> {
        io::copy(&mut self.client, &mut io::sink())?;
        Ok(Next::Close)
    }

    /// Opens a port of our own in place of the server's, and gives the reply that names it.
    fn prepare_data(&mut self, reply: &[u8], act: Option<&Act>) -> io::Result<Vec<u8>> {
        let Some(server) = passive_port(reply) else { return Ok(reply.to_vec()) };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = match act {
            Some(Act::SwallowData) => {
                let wall = Wall::build()?;
                let port = wall.port();
                self.walls.push(wall);
                port
            }
            _ => listener.local_addr()?.port(),
        };
        let host = if matches!(act, Some(Act::WrongAddress)) { "10,255,255,1" } else { "127,0,0,1" };
        let lines = if matches!(act, Some(Act::MoreLines)) { "227-A word of our sponsor:\r\n" } else { "" };
        let rewritten =
            format!("{lines}227 Entering Passive Mode ({host},{},{})\r\n", port / 256, port % 256);
        if matches!(act, Some(Act::RefuseData)) {
            return Ok(rewritten.into_bytes());
        }
        if matches!(act, Some(Act::SwallowData)) {
            return Ok(rewritten.into_bytes());
        }
        listener.set_nonblocking(true)?;
        let (sender, transfer) = mpsc::channel();
        self.data = Some(sender);
        let is_over = Arc::clone(&self.is_over);
        thread::spawn(move || {
            let Some(client) = accept(&listener, &is_over) else { return };
            let Ok(transfer) = transfer.recv() else { return };
            // A connection that breaks is what this is about.
            let _ = transfer.run(client, server, &is_over);
        });
        Ok(rewritten.into_bytes())
    }

    fn start_data(&mut self, command: &str, act: &Option<Act>) {
        let direction = match command.get(..4) {
            Some("RETR" | "NLST" | "MLSD") => Direction::Down,
            Some("STOR") => Direction::Up,
            _ => return,
        };
        let act = match act {
            Some(Act::Data(act)) => Some(act.clone()),
            _ => None,
        };
        if let Some(data) = self.data.take() {
            let _ = data.send(Transfer { direction, act });
        }
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        let _ = self.server.shutdown(Shutdown::Both);
        let _ = self.client.get_ref().shutdown(Shutdown::Both);
    }
}

/// Reads whole replies, of several lines too, until the server hangs up.
fn read_replies(server: TcpStream, replies: &Sender<Vec<u8>>) {
    let mut server = BufReader::new(server);
    let mut reply = Vec::new();
    loop {
        let begin = reply.len();
        match server.read_until(b'\n', &mut reply) {
            Ok(read) if read > 0 => {}
            _ => return,
        }
        let line = &reply[begin..];
        let is_last = line.len() >= 4 && line[..3].iter().all(u8::is_ascii_digit) && line[3] == b' ';
        if is_last && replies.send(std::mem::take(&mut reply)).is_err() {
            return;
        }
    }
}

/// The port in `227 Entering Passive Mode (127,0,0,1,4,5)`.
fn passive_port(reply: &[u8]) -> Option<SocketAddr> {
    let reply = String::from_utf8_lossy(reply);
    let numbers = reply.split_once('(')?.1.split_once(')')?.0;
    let numbers: Vec<u16> = numbers.split(',').filter_map(|number| number.trim().parse().ok()).collect();
    let [.., high, low] = numbers[..] else { return None };
    Some(SocketAddr::from((Ipv4Addr::LOCALHOST, high * 256 + low)))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Down,
    Up,
}

/// What happens on one data connection.
struct Transfer {
    direction: Direction,
    act: Option<DataAct>,
}

impl Transfer {
    fn run(&self, mut client: TcpStream, server: SocketAddr, is_over: &AtomicBool) -> io::Result<()> {
        let mut server = TcpStream::connect(server)?;
        server.set_nodelay(true)?;
        let (from, to) = match self.direction {
            Direction::Down => (&mut server, &mut client),
            Direction::Up => (&mut client, &mut server),
        };
        match &self.act {
            None => io::copy(from, to).map(drop),
            Some(DataAct::Throttle(bytes)) => copy_slowly(from, to, *bytes),
            Some(DataAct::Fin(bytes)) => {
                io::copy(&mut from.take(*bytes as u64), to)?;
                to.shutdown(Shutdown::Write)?;
                // Unread bytes would make a reset of it.
                io::copy(from, &mut io::sink()).map(drop)
            }
            Some(DataAct::Instead(bytes)) => {
                to.write_all(bytes)?;
                to.shutdown(Shutdown::Write)?;
                io::copy(from, &mut io::sink()).map(drop)
            }
            Some(DataAct::Stall(bytes)) => {
                io::copy(&mut from.take(*bytes as u64), to)?;
                while !is_over.load(Ordering::Relaxed) {
                    thread::sleep(LOOK_AGAIN);
                }
                Ok(())
            }
            Some(DataAct::Reset(bytes)) => {
                io::copy(&mut from.take(*bytes as u64), to)?;
                reset(client)?;
                reset(server)
            }
        }
    }
}

fn copy_slowly(from: &mut TcpStream, to: &mut TcpStream, bytes: usize) -> io::Result<()> {
    let mut chunk = vec![0; bytes];
    loop {
        let read = from.read(&mut chunk)?;
        if read == 0 {
            return Ok(());
        }
        to.write_all(&chunk[..read])?;
        thread::sleep(Duration::from_millis(10));
    }
}

/// Closes a connection with RST instead of FIN.
fn reset(stream: TcpStream) -> io::Result<()> {
    tokio::net::TcpSocket::from_std_stream(stream).set_zero_linger()
}
