//! A link of so many bytes a second and so much delay each way, in front of an FTP server on this machine: a proxy for
//! its control connection and, by rewriting what PASV and EPSV answer, for its data connections.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

pub struct Link {
    port: u16,
}

#[derive(Clone, Copy)]
struct Quality {
    bytes_per_s: u64,
    delay: Duration,
}

/// At most so many chunks are under way.
const UNDER_WAY_MAX: usize = 64;

impl Link {
    /// Lives as long as the process.
    pub fn start(server_port: u16, bytes_per_s: u64, delay: Duration) -> io::Result<Self> {
        let quality = Quality { bytes_per_s, delay };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                // Whoever hangs up hangs up.
                let _ = connect(client, server_port, quality, Rewriting::DataPorts);
            }
        });
        Ok(Self { port })
    }

    pub fn port(&self) -> u16 {
        self.port
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rewriting {
    Nothing,
    DataPorts,
}

/// Carries bytes both ways, in threads of their own. A connection costs one way there and back before it stands.
fn connect(client: TcpStream, server_port: u16, quality: Quality, rewriting: Rewriting) -> io::Result<()> {
    let server = TcpStream::connect((Ipv4Addr::LOCALHOST, server_port))?;
    for stream in [&client, &server] {
        stream.set_nodelay(true)?;
    }
    let (to_server, from_server) = (server.try_clone()?, server);
    let (to_client, from_client) = (client.try_clone()?, client);
    let handshake = 2 * quality.delay;
    carry(from_client, to_server, quality, handshake, Rewriting::Nothing);
    carry(from_server, to_client, quality, handshake, rewriting);
    Ok(())
}

/// Bytes, and when they come out at the other end.
type Arriving = (Instant, Vec<u8>);

fn carry(from: TcpStream, to: TcpStream, quality: Quality, handshake: Duration, rewriting: Rewriting) {
    let (sender, receiver) = mpsc::sync_channel(UNDER_WAY_MAX);
    thread::spawn(move || deliver(to, &receiver));
    thread::spawn(move || {
        let began = Instant::now() + handshake;
        let _ = match rewriting {
            Rewriting::Nothing => take_in(from, &sender, quality, began),
            Rewriting::DataPorts => take_in_replies(from, &sender, quality, began),
        };
    });
}

fn deliver(mut to: TcpStream, receiver: &Receiver<Arriving>) {
    for (at, bytes) in receiver {
        thread::sleep(at.saturating_duration_since(Instant::now()));
        if to.write_all(&bytes).is_err() {
            return;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

fn take_in(
    mut from: TcpStream,
    sender: &SyncSender<Arriving>,
    quality: Quality,
    began: Instant,
) -> io::Result<()> {
    let mut free_at = began;
    let mut chunk = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut chunk)?;
        if read == 0 {
            // The end takes its time, too.
            thread::sleep(free_at.saturating_duration_since(Instant::now()));
            return Ok(());
        }
        let took = Duration::from_secs(1) * u32::try_from(read).unwrap_or(u32::MAX)
            / u32::try_from(quality.bytes_per_s).unwrap_or(u32::MAX);
        free_at = free_at.max(Instant::now()) + took;
        if sender.send((free_at + quality.delay, chunk[..read].to_vec())).is_err() {
            return Ok(());
        }
    }
}

fn take_in_replies(
    from: TcpStream,
    sender: &SyncSender<Arriving>,
    quality: Quality,
    began: Instant,
) -> io::Result<()> {
    let mut lines = BufReader::new(from);
    let mut line = String::new();
    while {
        line.clear();
        lines.read_line(&mut line)? > 0
    } {
        if let Some(port) = data_port(&line) {
            line = rewritten(&line, data_link(port, quality)?);
        }
        let at = began.max(Instant::now()) + quality.delay;
        if sender.send((at, line.clone().into_bytes())).is_err() {
            break;
        }
    }
    Ok(())
}

/// A port of ours for one connection to that port of the server's.
fn data_link(server_port: u16, quality: Quality) -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        if let Ok((client, _)) = listener.accept() {
            let _ = connect(client, server_port, quality, Rewriting::Nothing);
        }
    });
    Ok(port)
}

/// The port in `227 … (127,0,0,1,4,5)` or `229 … (|||1029|)`.
fn data_port(reply: &str) -> Option<u16> {
    let inside = reply.split_once('(')?.1.split_once(')')?.0;
    if reply.starts_with("229") {
        return inside.trim_matches('|').parse().ok();
    }
    let numbers: Vec<u16> = inside.split(',').filter_map(|number| number.trim().parse().ok()).collect();
    match numbers[..] {
        [_, _, _, _, high, low] if reply.starts_with("227") => Some(high * 256 + low),
        _ => None,
    }
}

fn rewritten(reply: &str, port: u16) -> String {
    if reply.starts_with("229") {
        format!("229 Entering Extended Passive Mode (|||{port}|)\r\n")
    } else {
        format!("227 Entering Passive Mode (127,0,0,1,{},{})\r\n", port / 256, port % 256)
    }
}
