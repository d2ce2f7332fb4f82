//! One control connection: from the first packet to QUIT, command by command, without retries.
//!
//! Every socket has its time-outs. After anything but a clean refusal the caller drops the connection: the next
//! command would read a late reply.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr, TcpStream, ToSocketAddrs};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use chrono::NaiveDateTime;
use suppaftp::rustls::ClientConfig;
use suppaftp::types::{FileType, Mode, Response};
use suppaftp::{FtpError, RustlsFtpStream, Status, TlsStream, TransferStream};

use super::cause::{Carried, Cause, DataConnection, TooSlow, timed_out};
use super::error::{Fault, Step};
use super::reply::{Reply, quotable};
use super::tls::{self, Encryption};
use crate::crash;
use crate::encoding::Encoding;
use crate::interrupt;
use crate::problem::Problem;
use crate::settings::{Begins, Ftp, Server, Tls};
use crate::text::server as say;

/// What was seen of the server on the way to a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The addresses that were tried, in this order.
    pub addresses: Vec<SocketAddr>,
    /// The one that answered, and how long that took.
    pub connected: Option<(SocketAddr, Duration)>,
    /// The server's first words, fit to be shown.
    pub greeting: Option<String>,
    /// What was agreed on; `None` without TLS.
    pub encryption: Option<Encryption>,
}

/// How long a polite goodbye may take.
const QUIT_TIMEOUT: Duration = Duration::from_secs(2);
/// A listing longer than this is not one of ours.
const LISTING_BYTES_MAX: u64 = 16 << 20;
/// By how much a file may have grown since it was listed. A download that goes on and on would fill the disk.
const GROWTH_BYTES_MAX: u64 = 64 << 20;
/// So much of a server's first words is looked at.
const GREETING_BYTES_SEEN: usize = 200;
const GREETING_BYTES_MAX: usize = 16 << 10;
/// How long a server that does not greet is given to answer something else.
const SILENCE_LOOKED_AT: Duration = Duration::from_secs(5);
/// With which byte a TLS server begins to answer.
const TLS_ALERT: u8 = 21;
const TLS_HANDSHAKE: u8 = 22;
const CHUNK_BYTES: usize = 64 << 10;
/// Less than this, for as long as the time-out, is no progress.
const BYTES_PER_S_MIN: u64 = 256;
const TRANSFER_STARTS: &[Status] = &[Status::AboutToSend, Status::AlreadyOpen];
/// What a 451 to NLST can mean, too.
const NOTHING_HERE: [&str; 5] = ["no files", "no such", "not found", "empty", "no entries"];
/// bftpd and its like answer 200 where 250 is meant.
const DONE: &[Status] = &[Status::RequestedFileActionOk, Status::CommandOk];

type Transfer = TransferStream<tls::Encrypted>;

/// How a server writes names that are more than ASCII.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum NamesIn {
    /// None has been met yet; we write UTF-8.
    #[default]
    Unknown,
    /// As it was asked to (OPTS UTF8 ON).
    Utf8,
    /// The server was asked, or offers nothing, and its names are no UTF-8.
    Cp932,
}

/// The library's way to write commands.
#[derive(Debug)]
struct Cp932;

impl suppaftp::Encoding for Cp932 {
    fn decode(&self, bytes: &[u8]) -> String {
        Encoding::Cp932.decode(bytes).unwrap_or_else(|_| String::from_utf8_lossy(bytes)).into_owned()
    }

    fn encode(&self, text: &str) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let encoded = Encoding::Cp932.encode(text, &mut bytes);
        encoded.map(|()| bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, text.to_owned()))
    }
}

pub(super) struct Connection<'a> {
    settings: &'a Ftp,
    ftp: RustlsFtpStream,
    /// Where the last CWD went; `None`: still where the login put us.
    folder: Option<String>,
    /// Whether TYPE I has succeeded.
    is_binary: bool,
    /// Whether PASV has succeeded: what is refused after it is the command.
    data_tried: Arc<AtomicBool>,
    watchdog: Option<Watchdog>,
    /// Whether data connections are opened with EPSV.
    is_extended: bool,
    pub(super) names: NamesIn,
    /// NLST, or MLSD where the server lacks it.
    listing: &'static str,
}

impl<'a> Connection<'a> {
    /// Connects, secures, and logs in. What was seen on the way is in `seen`, also when a later step fails.
    pub(super) fn open(
        settings: &'a Ftp,
        tls: Option<&ClientConfig>,
        names: NamesIn,
        seen: &mut Seen,
    ) -> Result<Self, Fault> {
        let Server { host, port, user, password, .. } = &settings.server;
        let logging_in = |cause| {
            Fault::at_step(cause, Step::LogIn, say::logging_in(host, *port, settings.server.shown_user()))
        };

        let data_tried = Arc::new(AtomicBool::new(false));
        let mut approach = Approach::new(settings, seen);
        let ftp = approach.go(tls)?;
        let watchdog = approach.watchdog;
        let mut ftp = passive(ftp, settings, Arc::clone(&data_tried));
        debug("log in");
        within(watchdog.as_ref(), settings.timeout * 2, || ftp.login(user.as_str(), password.reveal()))
            .map_err(|error| logging_in(Cause::of_login(error, settings)))?;
        crash::point("connected");
        let is_extended = seen.connected.is_some_and(|(address, _)| address.ip().to_canonical().is_ipv6());
        let mut connection = Self {
            settings,
            ftp,
            folder: None,
            is_binary: false,
            data_tried,
            is_extended,
            watchdog,
            names: NamesIn::Unknown,
            listing: "NLST",
        };
        match names {
            NamesIn::Unknown => {}
            NamesIn::Utf8 => drop(connection.ask_for_utf8().map_err(logging_in)?),
            NamesIn::Cp932 => connection.write_cp932(),
        }
        Ok(connection)
    }

    /// TYPE I, unless it was sent. A session begins in ASCII, in which line ends change and SIZE is refused; it is the
    /// right one for listings, and a run that finds nothing need not ask for another.
    fn be_binary(&mut self) -> Result<(), Cause> {
        if !self.is_binary {
            debug("TYPE I");
            let done = self.answered(|ftp| ftp.transfer_type(FileType::Binary));
            done.map_err(|error| self.cause_at("TYPE", error))?;
            self.is_binary = true;
        }
        Ok(())
    }

    /// Whether a CWD has taken us away from the folder of the login.
    pub(super) fn has_moved(&self) -> bool {
        self.folder.is_some()
    }

    /// PWD.
    pub(super) fn working_folder(&mut self) -> Result<String, Cause> {
        debug("PWD");
        self.answered(RustlsFtpStream::pwd).map_err(|error| self.cause_at("PWD", error))
    }

    /// CWD, unless we are there.
    pub(super) fn enter(&mut self, folder: &str) -> Result<(), Cause> {
        if self.folder.as_deref() == Some(folder) {
            return Ok(());
        }
        match self.ask(&format!("CWD {folder}"), DONE) {
            Ok(_) => {
                self.folder = Some(folder.to_owned());
                Ok(())
            }
            // 500 is what some say of a folder that is not there.
            Err(Cause::Unsupported { reply, .. }) if reply.code == 500 => {
                Err(Cause::Folder { folder: folder.to_owned(), reply })
            }
            Err(Cause::Forbidden(reply) | Cause::Refused(reply)) => {
                Err(Cause::Folder { folder: folder.to_owned(), reply })
            }
            Err(cause) => Err(cause),
        }
    }

    /// What the server says it can do beyond the basics, in capitals; nothing where it does not know the question.
    pub(super) fn features(&mut self) -> Result<Vec<String>, Cause> {
        debug("FEAT");
        // The library would leave the lines behind the first unread if 211 were expected.
        match self.answered(|ftp| ftp.custom_command("FEAT", &[])) {
            Ok(answer) | Err(FtpError::UnexpectedResponse(answer)) if answer.status == Status::System => {
                let lines = String::from_utf8_lossy(&answer.body).to_ascii_uppercase();
                Ok(lines.lines().map(|line| line.trim().to_owned()).collect())
            }
            Ok(_) | Err(FtpError::UnexpectedResponse(_)) => Ok(Vec::new()),
            Err(error) => Err(self.cause(error)),
        }
    }

    fn offers(&mut self, feature: &str) -> Result<bool, Cause> {
        Ok(self.features()?.iter().any(|line| line.split(' ').next() == Some(feature)))
    }

    /// OPTS UTF8 ON, where the server offers UTF-8 and was not asked yet; gives whether it agreed just now.
    pub(super) fn ask_for_utf8(&mut self) -> Result<bool, Cause> {
        if self.names != NamesIn::Unknown || !self.offers("UTF8")? {
            return Ok(false);
        }
        match self.ask("OPTS UTF8 ON", DONE) {
            Ok(_) => self.names = NamesIn::Utf8,
            Err(Cause::Refused(_) | Cause::Forbidden(_) | Cause::Unsupported { .. }) => return Ok(false),
            Err(cause) => return Err(cause),
        }
        Ok(true)
    }

    /// From now on, names are written in CP932.
    pub(super) fn write_cp932(&mut self) {
        self.ftp.set_encoding(Cp932);
        self.names = NamesIn::Cp932;
    }

    /// The address that the server announces for data connections, where that is another than the one we talk to;
    /// with both. The port that it opens is not used.
    pub(super) fn announced_elsewhere(&mut self) -> Result<Option<(IpAddr, IpAddr)>, Cause> {
        let peer = self.ftp.get_ref().peer_addr().map_err(Cause::Io)?.ip().to_canonical();
        if peer.is_ipv6() || self.is_extended {
            return Ok(None);
        }
        let answer = match self.ask("PASV", &[Status::PassiveMode]) {
            // There may be EPSV.
            Err(Cause::Unsupported { .. }) => return Ok(None),
            Err(Cause::Refused(reply)) if reply.code < 505 => return Ok(None),
            answer => answer?,
        };
        let announced = announced_address(&String::from_utf8_lossy(&answer.body));
        Ok(announced.filter(|announced| *announced != peer).map(|announced| (announced, peer)))
    }

    /// The names in the current folder, one a line, as bytes.
    pub(super) fn names(&mut self) -> Result<Vec<u8>, Cause> {
        let lacking = match self.list(self.listing) {
            Err(cause @ Cause::Unsupported { .. }) => cause,
            listed => return listed,
        };
        // FEAT names the two commands MLST and MLSD by the first.
        if !self.offers("MLST")? {
            return Err(lacking);
        }
        let listed = self.list("MLSD").map_err(|cause| match cause {
            Cause::Unsupported { .. } => lacking,
            cause => cause,
        })?;
        self.listing = "MLSD";
        Ok(listed)
    }

    /// A bare NLST, or the names that MLSD tells.
    ///
    /// Patterns and path arguments mean something else on each server. 450, 550 and a lone 226 are ways to say
    /// "nothing here"; that the folder exists we know from CWD.
    fn list(&mut self, command: &str) -> Result<Vec<u8>, Cause> {
        let mut stream = match self.open_data(command) {
            Ok(stream) => stream,
            Err(FtpError::UnexpectedResponse(response))
                if says_empty(&response) && self.data_tried.load(Ordering::Relaxed) =>
            {
                let reply = Reply::new(&response, self.settings);
                return if reply.speaks_of_permission() {
                    Err(Cause::Forbidden(reply))
                } else {
                    Ok(Vec::new())
                };
            }
            Err(error) => return Err(self.cause_at(command, error)),
        };
        let mut names = Vec::new();
        let pumped = pump(&mut (&mut stream).take(LISTING_BYTES_MAX), &mut names, u64::MAX, self.pace());
        self.end(stream, pumped.map_err(|(_, error)| error))?;
        Ok(if command == "MLSD" { names_behind_facts(&names) } else { names })
    }

    /// SIZE in bytes, or how the server says that there is no such file.
    pub(super) fn measure(&mut self, path: &str) -> Result<Result<u64, Reply>, Cause> {
        self.be_binary()?;
        match self.ask(&format!("SIZE {path}"), &[Status::File]) {
            Ok(answer) => match (argument(&answer).parse::<i64>(), Reply::new(&answer, self.settings)) {
                (Ok(bytes), reply) => Ok(u64::try_from(bytes).map_err(|_| reply)),
                (Err(_), reply) => Err(Cause::Garbage(reply.text)),
            },
            Err(Cause::Unsupported { reply, .. }) => Err(Cause::SizeUnsupported(reply)),
            Err(Cause::Forbidden(reply)) => Ok(Err(reply)),
            // Other ways to say that there is no such file.
            Err(Cause::Transient(reply) | Cause::Refused(reply)) if matches!(reply.code, 450 | 501) => {
                Ok(Err(reply))
            }
            Err(cause) => Err(cause),
        }
    }

    /// MDTM in UTC; `None` where the server does not know it or says something else.
    pub(super) fn modified(&mut self, path: &str) -> Result<Option<NaiveDateTime>, Cause> {
        // Some answer another "yes" than FTP has for it, with no time in it.
        let yes = [Status::File, Status::CommandOk, Status::RequestedFileActionOk];
        match self.ask(&format!("MDTM {path}"), &yes) {
            Ok(answer) => Ok(parse_time(&argument(&answer))),
            Err(Cause::Transient(reply)) if reply.code != 421 => Ok(None),
            Err(Cause::Forbidden(_) | Cause::Refused(_) | Cause::Unsupported { .. }) => Ok(None),
            Err(cause) => Err(cause),
        }
    }

    /// RETR into `sink`, which sees every chunk; gives the number of bytes.
    pub(super) fn retrieve(
        &mut self,
        path: &str,
        listed: u64,
        local: &Path,
        sink: &mut dyn Write,
    ) -> Result<u64, Cause> {
        self.be_binary()?;
        let mut stream = self.transfer(&format!("RETR {path}"))?;
        let pumped = pump(&mut stream, sink, listed.saturating_add(GROWTH_BYTES_MAX), self.pace());
        self.end_pumped(stream, pumped, (Side::Write, local))
    }

    /// STOR of all of `source`; gives the number of bytes sent. `started` is set once the server has agreed to
    /// take the file: from then on the name may exist there.
    pub(super) fn store(
        &mut self,
        path: &str,
        local: &Path,
        source: &mut dyn Read,
        started: &mut bool,
    ) -> Result<u64, Cause> {
        self.be_binary()?;
        let mut stream = self.transfer(&format!("STOR {path}"))?;
        *started = true;
        // The flush makes the TLS handshake happen for an empty file, too.
        let pumped = pump(source, &mut stream, u64::MAX, self.pace())
            .and_then(|bytes| stream.flush().map(|()| bytes).map_err(|error| (Side::Write, error)));
        self.end_pumped(stream, pumped, (Side::Read, local))
    }

    /// RNFR, RNTO. `started` is set when the second is sent: from then on it may have happened.
    pub(super) fn rename(&mut self, from: &str, to: &str, started: &mut bool) -> Result<(), Cause> {
        self.ask(&format!("RNFR {from}"), &[Status::RequestFilePending])?;
        *started = true;
        self.ask(&format!("RNTO {to}"), DONE).map(drop)
    }

    /// MKD.
    pub(super) fn make_folder(&mut self, path: &str) -> Result<(), Cause> {
        self.ask(&format!("MKD {path}"), &[Status::PathCreated, Status::CommandOk]).map(drop)
    }

    /// DELE.
    pub(super) fn delete(&mut self, path: &str) -> Result<(), Cause> {
        self.ask(&format!("DELE {path}"), DONE).map(drop)
    }

    /// QUIT; whatever happens, the session is over.
    pub(super) fn quit(mut self) {
        debug("QUIT");
        // A server that does not say goodbye has still done all we asked.
        let _ = self.ftp.get_ref().set_read_timeout(Some(QUIT_TIMEOUT));
        let _ = self.ftp.get_ref().set_write_timeout(Some(QUIT_TIMEOUT));
        if self.ftp.quit().is_err() {
            cut(&self.ftp);
        }
    }

    fn ask(&mut self, command: &str, expected: &[Status]) -> Result<Response, Cause> {
        debug(command);
        self.answered(|ftp| ftp.custom_command(command, expected))
            .map_err(|error| self.cause_at(command, error))
    }

    /// Does what the server answers with one reply, within the time-out.
    fn answered<T>(
        &mut self,
        work: impl FnOnce(&mut RustlsFtpStream) -> Result<T, FtpError>,
    ) -> Result<T, FtpError> {
        within(self.watchdog.as_ref(), self.settings.timeout, || work(&mut self.ftp))
    }

    /// PASV or EPSV, the data connection, and the command: two replies and a handshake.
    fn open_transfer(&mut self, command: &str) -> Result<Transfer, FtpError> {
        let limit = self.settings.timeout * 3 + self.settings.connect_timeout;
        within(self.watchdog.as_ref(), limit, || self.ftp.custom_data_command(command, TRANSFER_STARTS))
            .map(|(_, stream)| stream)
    }

    fn transfer(&mut self, command: &str) -> Result<Transfer, Cause> {
        self.open_data(command).map_err(|error| self.cause_at(command, error))
    }

    /// Sends a command that transfers something. Where PASV is refused, or its answer makes no sense, EPSV may do.
    fn open_data(&mut self, command: &str) -> Result<Transfer, FtpError> {
        debug(command);
        self.data_tried.store(false, Ordering::Relaxed);
        let error = match self.open_transfer(command) {
            Ok(stream) => return Ok(stream),
            Err(error) => error,
        };
        let is_passive_refused = matches!(&error, FtpError::UnexpectedResponse(answer)
            if matches!(answer.status.code(), 227 | 500..=504) && !self.data_tried.load(Ordering::Relaxed));
        if self.is_extended || !is_passive_refused {
            return Err(error);
        }
        debug("EPSV instead of PASV");
        self.ftp.set_mode(Mode::ExtendedPassive);
        match self.open_transfer(command) {
            Err(FtpError::UnexpectedResponse(_)) if !self.data_tried.load(Ordering::Relaxed) => {
                self.ftp.set_mode(Mode::Passive);
                Err(error)
            }
            opened => {
                self.is_extended = true;
                opened
            }
        }
    }

    /// What an error means at this command; a server may lack it altogether.
    fn cause_at(&self, command: &str, error: FtpError) -> Cause {
        let is_data = ["NLST", "MLSD", "RETR", "STOR"].iter().any(|verb| command.starts_with(verb));
        let refused = if is_data && !self.data_tried.load(Ordering::Relaxed) { "PASV" } else { command };
        match self.cause(error) {
            Cause::Refused(reply) if matches!(reply.code, 500 | 502 | 504) => {
                let command = refused.split(' ').next().unwrap_or_default().to_owned();
                Cause::Unsupported { command, reply }
            }
            cause => cause,
        }
    }

    fn cause(&self, error: FtpError) -> Cause {
        Cause::of(error, self.settings)
    }

    fn pace(&self) -> Pace {
        Pace::of(self.settings.timeout)
    }

    /// Closes the data connection and reads the server's verdict.
    ///
    /// If the transfer itself failed, the verdict tells why ("452 disk full" behind a broken pipe). After a
    /// time-out nobody waits for it a second time.
    fn end<T>(&mut self, stream: Transfer, outcome: io::Result<T>) -> Result<T, Cause> {
        match outcome {
            Ok(value) => {
                let finished = within(self.watchdog.as_ref(), self.settings.timeout, || stream.finish());
                finished.map(|()| value).map_err(|error| self.cause(error))
            }
            Err(error) if timed_out(&error) => {
                cut(&self.ftp);
                Err(Cause::Io(error))
            }
            Err(error) => match stream.finish() {
                Err(FtpError::UnexpectedResponse(response)) => {
                    Err(self.cause(FtpError::UnexpectedResponse(response)))
                }
                _ => Err(Cause::Io(error)),
            },
        }
    }

    /// Likewise; one side of the copy is this local file.
    fn end_pumped(
        &mut self,
        stream: Transfer,
        pumped: Result<u64, (Side, io::Error)>,
        (local, path): (Side, &Path),
    ) -> Result<u64, Cause> {
        match pumped {
            Err((side, error)) if side == local => {
                cut(&self.ftp);
                Err(Cause::Local { path: path.display().to_string(), error })
            }
            pumped => self.end(stream, pumped.map_err(|(_, error)| error)),
        }
    }
}

/// Cuts the session when an answer takes longer than it may: a server that lets a byte pass now and then never trips a
/// socket's time-out.
struct Watchdog {
    /// From now on so long; `None`: it may sleep.
    orders: Sender<Option<Duration>>,
    has_bitten: Arc<AtomicBool>,
}

impl Watchdog {
    /// `None`: there is no thread to be had, and the socket's time-outs have to do.
    fn of(socket: &TcpStream) -> Option<Self> {
        let socket = socket.try_clone().ok()?;
        let (orders, given) = mpsc::channel();
        let has_bitten = Arc::new(AtomicBool::new(false));
        let bitten = Arc::clone(&has_bitten);
        thread::Builder::new().spawn(move || watch(&socket, &given, &bitten)).ok()?;
        Some(Self { orders, has_bitten })
    }
}

fn watch(socket: &TcpStream, given: &Receiver<Option<Duration>>, bitten: &AtomicBool) {
    let mut limit = None;
    loop {
        let order = match limit {
            None => given.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(limit) => given.recv_timeout(limit),
        };
        match order {
            Ok(order) => limit = order,
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {
                bitten.store(true, Ordering::Relaxed);
                let _ = socket.shutdown(Shutdown::Both);
                return;
            }
        }
    }
}

/// Does the work, which must be done in that time.
fn within<T>(
    watchdog: Option<&Watchdog>,
    limit: Duration,
    work: impl FnOnce() -> Result<T, FtpError>,
) -> Result<T, FtpError> {
    let Some(watchdog) = watchdog else { return work() };
    // One that has bitten listens no more.
    let _ = watchdog.orders.send(Some(limit));
    let done = work();
    let _ = watchdog.orders.send(None);
    match done {
        Err(_) if watchdog.has_bitten.load(Ordering::Relaxed) => {
            Err(FtpError::ConnectionError(io::ErrorKind::TimedOut.into()))
        }
        done => done,
    }
}

/// Ends a session that is out of step, so that nothing waits for a late reply.
fn cut(ftp: &RustlsFtpStream) {
    // It may be cut already; there is nobody to tell.
    let _ = ftp.get_ref().shutdown(Shutdown::Both);
}

fn debug(step: &str) {
    log::debug!(target: "tempostar::server", "{step}");
}

/// The way from the first packet to where a user may log in: connection, greeting and encryption, the last two in the
/// order of the settings.
struct Approach<'a> {
    settings: &'a Ftp,
    seen: &'a mut Seen,
    /// Once there is a socket to be watched.
    watchdog: Option<Watchdog>,
}

impl<'a> Approach<'a> {
    fn new(settings: &'a Ftp, seen: &'a mut Seen) -> Self {
        Self { settings, seen, watchdog: None }
    }

    fn within<T>(&self, limit: Duration, work: impl FnOnce() -> Result<T, FtpError>) -> Result<T, FtpError> {
        within(self.watchdog.as_ref(), limit, work)
    }

    fn go(&mut self, tls: Option<&ClientConfig>) -> Result<RustlsFtpStream, Fault> {
        let Server { host, port, tls: setting, .. } = &self.settings.server;
        let connecting = |cause| {
            let step = match &cause {
                Cause::UnknownHost(_) => Step::Resolve,
                Cause::Unreachable(_) => Step::Connect,
                _ => Step::Greet,
            };
            Fault::at_step(cause, step, say::connecting(host, *port))
        };
        let securing = |cause| Fault::at_step(cause, Step::Secure, say::securing(host, *port));

        debug("connect");
        let socket = self.dial().map_err(connecting)?;
        self.watchdog = Watchdog::of(&socket);
        match tls.map(tls::Connector::new) {
            Some(connector) if matches!(setting, Tls::Encrypted { begins: Begins::Implicit, .. }) => {
                debug("TLS");
                let mut stream = self.encrypt(&connector, socket).map_err(securing)?;
                self.greet_encrypted(&mut stream).map_err(connecting)?;
                self.secure_at_once(connector.having(stream)).map_err(securing)
            }
            Some(connector) => {
                let ftp = self.greet(socket).map_err(connecting)?;
                debug("AUTH TLS");
                self.secure(ftp, connector).map_err(securing)
            }
            None => self.greet(socket).map_err(connecting),
        }
    }

    /// Tries each of the host's addresses.
    fn dial(&mut self) -> Result<TcpStream, Cause> {
        let Ftp { connect_timeout, timeout, server: Server { host, port, .. }, .. } = self.settings;
        let mut failure = Cause::UnknownHost(io::ErrorKind::NotFound.into());
        for address in (bare(host), *port).to_socket_addrs().map_err(Cause::UnknownHost)? {
            self.seen.addresses.push(address);
            let began = Instant::now();
            match connect(address, *connect_timeout, *timeout) {
                Ok(socket) => {
                    self.seen.connected = Some((address, began.elapsed()));
                    return Ok(socket);
                }
                Err(error) => failure = Cause::Unreachable(error),
            }
        }
        Err(failure)
    }

    fn greet(&mut self, socket: TcpStream) -> Result<RustlsFtpStream, Cause> {
        is_ftp(&socket, self.settings)?;
        let ftp = self
            .within(self.settings.timeout, || RustlsFtpStream::connect_with_stream(socket))
            .map_err(|error| Cause::of_connecting(error, self.settings))?;
        self.note_greeting(ftp.get_welcome_msg().unwrap_or_default().as_bytes())?;
        Ok(ftp)
    }

    fn note_greeting(&mut self, words: &[u8]) -> Result<(), Cause> {
        let greeting = quotable(words, self.settings.server.secret());
        if greeting.split([' ', '/']).any(|word| matches!(word, "SMTP" | "ESMTP")) {
            return Err(Cause::OtherService(Box::new(say::mail_server(&greeting))));
        }
        self.seen.greeting = Some(greeting);
        Ok(())
    }

    /// The handshake with a server that expects it from the start. One that greets in clear text does not.
    fn encrypt(&mut self, connector: &tls::Connector, socket: TcpStream) -> Result<tls::Encrypted, Cause> {
        let settings = self.settings;
        let connecting = |error| Cause::of_connecting(error, settings);
        let mut stream = connector.begin(bare(&settings.server.host), socket).map_err(connecting)?;
        let mut words = [0; GREETING_BYTES_SEEN];
        let read = stream.get_ref().peek(&mut words).map_err(Cause::Io)?;
        match words[..read].first() {
            None | Some(&(TLS_HANDSHAKE | TLS_ALERT)) => {}
            Some(b'0'..=b'9') => {
                // It may have answered our first bytes already, too.
                let line = words[..read].split(|byte| *byte == b'\n').next().unwrap_or_default();
                let words = quotable(line, settings.server.secret());
                return Err(Cause::OtherService(Box::new(say::not_implicit(&words))));
            }
            Some(_) => return Err(unexpected(&words[..read], settings)),
        }
        let completing = || tls::Connector::complete(&mut stream).map_err(FtpError::ConnectionError);
        self.seen.encryption = self.within(settings.timeout * 4, completing).map_err(connecting)?;
        Ok(stream)
    }

    /// The greeting of a server that was encrypted before.
    fn greet_encrypted(&mut self, stream: &mut tls::Encrypted) -> Result<(), Cause> {
        let settings = self.settings;
        let reading = || read_greeting(stream.mut_ref()).map_err(FtpError::ConnectionError);
        let words = self.within(settings.timeout, reading).map_err(|error| Cause::of(error, settings))?;
        let code = words.get(..3).and_then(|code| str::from_utf8(code).ok());
        match code.and_then(|code| code.parse().ok()) {
            Some(220) => self.note_greeting(&words),
            Some(code) => {
                let refused = FtpError::UnexpectedResponse(Response::new(Status::from(code), words));
                Err(Cause::of(refused, settings))
            }
            None => Err(unexpected(&words, settings)),
        }
    }

    /// The library says AUTH TLS before it takes an encrypted connection (or else dials by itself, without a time-out):
    /// to somebody who agrees to everything.
    fn secure_at_once(&mut self, connector: tls::Connector) -> Result<RustlsFtpStream, Cause> {
        let (stand_in, mut agreeing) = UnixStream::pair().map_err(Cause::Io)?;
        agreeing.write_all(b"220 \r\n234 \r\n").map_err(Cause::Io)?;
        let stand_in = TcpStream::from(OwnedFd::from(stand_in));
        let ftp = RustlsFtpStream::connect_with_stream(stand_in);
        self.secure(ftp.map_err(|error| Cause::of(error, self.settings))?, connector)
    }

    /// AUTH TLS, handshake, PBSZ, PROT. There is no way back to plain text from here.
    fn secure(&mut self, ftp: RustlsFtpStream, connector: tls::Connector) -> Result<RustlsFtpStream, Cause> {
        let settings = self.settings;
        let handshake = connector.handshake();
        let securing = || ftp.into_secure(connector, bare(&settings.server.host));
        let secured = self.within(settings.timeout * 4, securing).map_err(|error| {
            // The library would give the words of a failed handshake only.
            let error = handshake.failure().map_or(error, FtpError::ConnectionError);
            match Cause::of_connecting(error, settings) {
                Cause::Transient(reply) if reply.code == 421 => Cause::Transient(reply),
                Cause::Refused(reply) | Cause::Forbidden(reply) | Cause::Transient(reply) => {
                    Cause::TlsRefused(reply)
                }
                cause => cause,
            }
        })?;
        if let Some(encryption) = handshake.encryption() {
            self.seen.encryption = Some(encryption);
        }
        Ok(secured)
    }
}

fn passive(ftp: RustlsFtpStream, settings: &Ftp, data_tried: Arc<AtomicBool>) -> RustlsFtpStream {
    let (connect_timeout, timeout) = (settings.connect_timeout, settings.timeout);
    let is_ipv6 = ftp.get_ref().peer_addr().is_ok_and(|peer| peer.ip().to_canonical().is_ipv6());
    let mut ftp = ftp.passive_stream_builder(move |address| {
        data_tried.store(true, Ordering::Relaxed);
        connect(address, connect_timeout, timeout).map_err(|error| {
            FtpError::ConnectionError(io::Error::new(
                error.kind(),
                Carried(DataConnection { address, error }),
            ))
        })
    });
    // PASV is the one form that every IPv4 server knows; with the peer's own address in place of the announced
    // one it is as good as EPSV behind NAT, and cannot be led astray. IPv6 has only EPSV.
    ftp.set_passive_nat_workaround(true);
    if is_ipv6 {
        ftp.set_mode(Mode::ExtendedPassive);
    }
    ftp
}

/// Whether the server would encrypt; asked on a connection of its own. Pure-FTPd says in FEAT that it would, and then
/// refuses.
pub(super) fn agrees_to_encrypt(settings: &Ftp) -> bool {
    let mut seen = Seen::default();
    let mut approach = Approach::new(settings, &mut seen);
    approach.go(None).is_ok_and(|mut ftp| {
        approach.within(settings.timeout, || ftp.custom_command("AUTH TLS", &[Status::AuthOk])).is_ok()
    })
}

/// Looks at the first words without taking them: the library does not tell what it did not understand.
fn is_ftp(socket: &TcpStream, settings: &Ftp) -> Result<(), Cause> {
    let mut words = [0; GREETING_BYTES_SEEN];
    let read = socket.peek(&mut words).map_err(Cause::Io)?;
    let words = &words[..read];
    if words.first().is_none_or(u8::is_ascii_digit) {
        return Ok(());
    }
    Err(unexpected(words, settings))
}

fn unexpected(words: &[u8], settings: &Ftp) -> Cause {
    let shown = quotable(words, settings.server.secret());
    match service_of(words) {
        Some(problem) => Cause::OtherService(Box::new(problem(&shown))),
        None => Cause::Garbage(shown),
    }
}

/// Up to the end of the line that ends a reply; of what is none, the first line.
#[expect(clippy::unbuffered_bytes, reason = "rustls has them in memory")]
fn read_greeting(stream: &mut impl Read) -> io::Result<Vec<u8>> {
    let has_code = |line: &[u8]| line.len() > 3 && line[..3].iter().all(u8::is_ascii_digit);
    let mut words = Vec::new();
    for byte in stream.bytes().take(GREETING_BYTES_MAX) {
        words.push(byte?);
        let Some(lines) = words.strip_suffix(b"\n") else { continue };
        let last = lines.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        if !has_code(lines) || has_code(last) && last[3] != b'-' {
            return Ok(words);
        }
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}

/// What to say of a service, and of its words.
type Sentence = fn(&str) -> Problem;

fn service_of(words: &[u8]) -> Option<Sentence> {
    let services: [(&[u8], Sentence); 4] = [
        (b"SSH-", say::ssh_server),
        (b"HTTP/", say::web_server),
        (b"+OK", say::mail_server),
        (b"* OK", say::mail_server),
    ];
    services.into_iter().find(|(beginning, _)| words.starts_with(beginning)).map(|(_, problem)| problem)
}

/// What a server that does not greet answers to whoever begins with TLS: servers of HTTPS and of implicit FTPS wait
/// for that, and a web server says that it is one. `None`: nothing that we know.
pub(super) fn behind_silence(settings: &Ftp, address: SocketAddr) -> Option<Cause> {
    let timeout = settings.timeout.min(SILENCE_LOOKED_AT);
    let mut socket = connect(address, settings.connect_timeout, timeout).ok()?;
    socket.write_all(&tls::hello(bare(&settings.server.host))?).ok()?;
    let mut answer = [0; GREETING_BYTES_SEEN];
    let read = socket.read(&mut answer).ok()?;
    let answer = &answer[..read];
    if matches!(answer.first()?, &TLS_HANDSHAKE | &TLS_ALERT) {
        return Some(Cause::OtherService(Box::new(say::tls_at_once())));
    }
    let words = quotable(answer, settings.server.secret());
    service_of(answer).map(|problem| Cause::OtherService(Box::new(problem(&words))))
}

/// An IPv6 address as URLs write it, without its brackets.
fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

fn connect(address: SocketAddr, connect_timeout: Duration, timeout: Duration) -> io::Result<TcpStream> {
    let socket = TcpStream::connect_timeout(&address, connect_timeout)?;
    socket.set_read_timeout(Some(timeout))?;
    socket.set_write_timeout(Some(timeout))?;
    socket.set_nodelay(true)?;
    Ok(socket)
}

fn says_empty(response: &Response) -> bool {
    let words = String::from_utf8_lossy(&response.body).to_ascii_lowercase();
    match response.status {
        Status::RequestFileActionIgnored | Status::FileUnavailable | Status::ClosingDataConnection => true,
        // "Local error" is one; "no files" is none.
        Status::ActionAborted => NOTHING_HERE.iter().any(|said| words.contains(said)),
        _ => false,
    }
}

/// `type=file;size=7; s.csv`, a line of MLSD. The folder itself and the one above have types of their own.
fn names_behind_facts(listing: &[u8]) -> Vec<u8> {
    let name = |line: &[u8]| {
        let (facts, name) = line.split_at(line.iter().position(|byte| *byte == b' ')?);
        let facts = String::from_utf8_lossy(facts).to_ascii_lowercase();
        let is_inside = !facts.contains("type=cdir;") && !facts.contains("type=pdir;");
        is_inside.then(|| name[1..].to_owned())
    };
    listing.split(|byte| *byte == b'\n').filter_map(name).collect::<Vec<_>>().join(&b'\n')
}

/// What follows the code on the last line of an answer.
fn argument(answer: &Response) -> String {
    let text = String::from_utf8_lossy(&answer.body);
    let last = text.lines().next_back().unwrap_or_default();
    last.get(4..).unwrap_or_default().trim().to_owned()
}

/// The address in `227 Entering Passive Mode (192,0,2,1,4,5)`.
fn announced_address(answer: &str) -> Option<IpAddr> {
    let is_apart = |c: char| !c.is_ascii_digit() && c != ',';
    let numbers = answer.split(is_apart).find(|part| part.matches(',').count() == 5)?;
    let numbers: Vec<u8> = numbers.split(',').map_while(|number| number.parse().ok()).collect();
    let [a, b, c, d, _, _] = numbers[..] else { return None };
    Some(Ipv4Addr::new(a, b, c, d).into())
}

/// `YYYYMMDDHHMMSS`, with or without a fraction.
fn parse_time(text: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(text.get(..14)?, "%Y%m%d%H%M%S").ok()
}

/// Which end of a copy failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Read,
    Write,
    /// The network's, whichever end that is.
    Pace,
}

/// A peer that lets a byte pass now and then never trips a socket's time-out; the job would be at it for days, and hold
/// its lock.
struct Pace {
    time_out: Duration,
    since: Instant,
    bytes: u64,
}

impl Pace {
    fn of(time_out: Duration) -> Self {
        Self { time_out, since: Instant::now(), bytes: 0 }
    }

    /// Looks back each time the time-out is over.
    fn note(&mut self, bytes: usize) -> io::Result<()> {
        self.bytes += bytes as u64;
        let elapsed = self.since.elapsed();
        if elapsed < self.time_out {
            return Ok(());
        }
        if self.bytes < elapsed.as_secs().saturating_mul(BYTES_PER_S_MIN) {
            return Err(io::Error::new(io::ErrorKind::TimedOut, Carried(TooSlow { bytes: self.bytes })));
        }
        *self = Self::of(self.time_out);
        Ok(())
    }
}

/// Copies to the end and tells the ends apart, which `io::copy` does not.
///
/// A TLS peer that hangs up without saying so (`UnexpectedEof`) ends the copy like any other end: the caller
/// compares sizes anyway, and some servers never say so.
fn pump(
    from: &mut dyn Read,
    to: &mut dyn Write,
    bytes_max: u64,
    mut pace: Pace,
) -> Result<u64, (Side, io::Error)> {
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut total = 0;
    loop {
        if interrupt::is_requested() {
            return Err((Side::Read, io::ErrorKind::Interrupted.into()));
        }
        match from.read(&mut chunk) {
            Ok(0) => return Ok(total),
            Ok(read) => {
                to.write_all(&chunk[..read]).map_err(|error| (Side::Write, error))?;
                pace.note(read).map_err(|error| (Side::Pace, error))?;
                total += read as u64;
                if total > bytes_max {
                    let endless = "the server sends far more than the file's size";
                    return Err((Side::Read, io::Error::new(io::ErrorKind::FileTooLarge, endless)));
                }
                crash::point("chunk");
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(total),
            Err(error) => return Err((Side::Read, error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_with_and_without_a_fraction() {
        let expected = NaiveDateTime::parse_from_str("2026-11-24 01:15:00", "%Y-%m-%d %H:%M:%S").ok();
        assert_eq!(parse_time("20261124011500"), expected);
        assert_eq!(parse_time("20261124011500.123"), expected);
    }

    #[test]
    fn the_announced_address_is_found_in_every_form() {
        let expected = Some(IpAddr::from([10, 0, 0, 7]));
        for answer in
            ["227 Entering Passive Mode (10,0,0,7,4,5).\r\n", "227 =10,0,0,7,4,5", "227 ok 10,0,0,7,4,5"]
        {
            assert_eq!(announced_address(answer), expected, "{answer}");
        }
        for answer in ["227 ok", "227 (10,0,0,7,4)", "227 (300,0,0,7,4,5)"] {
            assert_eq!(announced_address(answer), None, "{answer}");
        }
    }

    #[test]
    fn a_download_that_goes_on_and_on_is_cut_off() {
        let pace = || Pace::of(Duration::from_secs(30));
        let endless = pump(&mut io::repeat(b'x'), &mut io::sink(), 1 << 20, pace());
        assert!(matches!(endless, Err((Side::Read, error)) if error.kind() == io::ErrorKind::FileTooLarge));
        let just_so = pump(&mut io::repeat(b'x').take(1 << 20), &mut io::sink(), 1 << 20, pace());
        assert!(matches!(just_so, Ok(bytes) if bytes == 1 << 20));
    }

    #[test]
    fn what_is_no_time_is_no_time() {
        for text in ["", "2026", "00000000000000", "20261324011500", "2026年11月24日 10時"] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }

    #[test]
    fn brackets_around_an_address_are_dropped() {
        assert_eq!([bare("[::1]"), bare("::1"), bare("ftp.example")], ["::1", "::1", "ftp.example"]);
    }
}
