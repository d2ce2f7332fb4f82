//! An FTP server inside the test process: it plays TEMPOSTAR's, over a folder of the local disk.
//!
//! Included by `#[path]` from unit tests, from `tests/it` and from the demo. What a test wants to put on the server
//! or find there, it writes and reads in the folder; what should go wrong, it asks of [`Faults`].
//!
//! The server offers what the real ones do (libunftp: explicit TLS 1.2, MLSD, SIZE, MDTM, renaming over an existing
//! file) but never demands TLS session reuse, so it cannot show that trouble.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use libunftp::ServerBuilder;
use libunftp::options::{Binder, FtpsRequired, TlsFlags};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;
use unftp_core::auth::{
    AuthenticationError, Authenticator, ChannelEncryptionState, Credentials, DefaultUser, Principal,
};
use unftp_core::storage::{Error, ErrorKind, Fileinfo, Result, StorageBackend};
use unftp_sbe_fs::{Filesystem, Meta};

/// The one user that may log in.
const USER: &str = "12345_0";
/// That user's password; never found in any output by accident.
const PASSWORD: &str = "himitsu#Pass-word";

/// Whether the server speaks TLS (explicit, by `AUTH TLS`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// `AUTH TLS` is refused.
    Off,
    /// Both clear text and TLS are served.
    Offered,
    /// Login and data are refused in clear text.
    Required,
}

/// What goes wrong in one operation on the server's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An upload keeps at most so many bytes, and is answered with “452 disk full”.
    /// With `u64::MAX` the file is complete although the answer is an error.
    PutFailsAfter(u64),
    /// An upload keeps at most so many bytes, and is answered as if all were well.
    PutCutShort(u64),
    /// A download sends so many bytes, and is answered with “451 local error”.
    GetFailsAfter(u64),
    /// A download sends so many bytes, and is answered as if all were well.
    GetCutShort(u64),
    /// A download begins only after so many milliseconds, and is then as it should be.
    GetDelayed(u64),
    /// A download begins only after [`Faults::let_go`], and is then as it should be.
    GetHeld,
    /// An upload is stored only after [`Faults::let_go`], and is then as it should be.
    PutHeld,
    /// A rename is not done and answered with “550 permission denied”.
    RenameRefused,
    /// A rename is done although the answer is “451 local error”.
    RenameDoneButDenied,
    /// A listing is answered with “550 permission denied”; changing into the folder works.
    ListRefused,
    /// A deletion is not done and answered with “550 permission denied”.
    DeleteRefused,
    /// A folder is not created, answered with “550 permission denied”.
    MakeFolderRefused,
    /// The connection is closed before the greeting; the path does not matter.
    ConnectionDropped,
}

impl Fault {
    fn operation(self) -> Operation {
        match self {
            Self::PutFailsAfter(_) | Self::PutCutShort(_) | Self::PutHeld => Operation::Put,
            Self::GetFailsAfter(_) | Self::GetCutShort(_) | Self::GetDelayed(_) | Self::GetHeld => {
                Operation::Get
            }
            Self::RenameRefused | Self::RenameDoneButDenied => Operation::Rename,
            Self::ListRefused => Operation::List,
            Self::DeleteRefused => Operation::Delete,
            Self::MakeFolderRefused => Operation::MakeFolder,
            Self::ConnectionDropped => Operation::Connect,
        }
    }
}

/// The operations that a fault can hit; one at most is used up by each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Connect,
    List,
    Get,
    Put,
    Rename,
    Delete,
    MakeFolder,
}

/// One fault that waits for its operation.
#[derive(Debug)]
struct Armed {
    fault: Fault,
    path_part: String,
    times_left: u32,
}

/// The faults of a running server, to be set and taken back at any time.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    armed: Arc<Mutex<Vec<Armed>>>,
    is_let_go: Arc<AtomicBool>,
}

impl Faults {
    /// The next matching operation fails, the one after it does not.
    pub fn once(&self, fault: Fault) {
        self.times_at(1, fault, "");
    }

    /// The next matching operation on a path that contains `path_part` fails. Of a rename, both paths are looked at.
    pub fn once_at(&self, fault: Fault, path_part: &str) {
        self.times_at(1, fault, path_part);
    }

    /// Every matching operation fails until [`Faults::clear`].
    pub fn always(&self, fault: Fault) {
        self.times_at(u32::MAX, fault, "");
    }

    /// Every matching operation on a path that contains `path_part` fails until [`Faults::clear`].
    pub fn always_at(&self, fault: Fault, path_part: &str) {
        self.times_at(u32::MAX, fault, path_part);
    }

    /// The next so many matching operations on a path that contains `path_part` fail.
    pub fn times_at(&self, times: u32, fault: Fault, path_part: &str) {
        locked(&self.armed).push(Armed { fault, path_part: path_part.to_owned(), times_left: times });
    }

    /// The next so many downloads ([`Fault::GetHeld`]) or uploads ([`Fault::PutHeld`]) wait for [`Faults::let_go`].
    pub fn hold(&self, times: u32, fault: Fault) {
        self.is_let_go.store(false, Ordering::SeqCst);
        self.times_at(times, fault, "");
    }

    /// What is held goes on.
    pub fn let_go(&self) {
        self.is_let_go.store(true, Ordering::SeqCst);
    }

    async fn wait_if_held(&self, fault: Option<Fault>) {
        while matches!(fault, Some(Fault::GetHeld | Fault::PutHeld)) && !self.is_let_go.load(Ordering::SeqCst)
        {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Nothing fails any more.
    pub fn clear(&self) {
        locked(&self.armed).clear();
    }

    /// How many faults still wait for their operation; a test asserts 0 to know that its fault happened.
    pub fn waiting(&self) -> usize {
        locked(&self.armed).len()
    }

    fn take(&self, operation: Operation, path: &str) -> Option<Fault> {
        let mut armed = locked(&self.armed);
        let hit =
            armed.iter().position(|a| a.fault.operation() == operation && path.contains(&a.path_part))?;
        let fault = armed[hit].fault;
        armed[hit].times_left -= 1;
        if armed[hit].times_left == 0 {
            armed.remove(hit);
        }
        Some(fault)
    }
}

/// What the server was asked to do, oldest first: `connect`, `login 12345_0 (TLS)`, `login refused x`, `list /a`,
/// `get /a/b.csv`, `put /a/b.csv`, `rename /a/b /a/c`, `delete /a/b`, `make-folder /a`. Attempts are logged, not successes.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    /// All entries up to now.
    pub fn entries(&self) -> Vec<String> {
        locked(&self.0).clone()
    }

    /// The entries that begin with `verb`.
    pub fn entries_of(&self, verb: &str) -> Vec<String> {
        self.entries().into_iter().filter(|entry| entry.starts_with(verb)).collect()
    }

    /// Forgets the entries up to now.
    pub fn clear(&self) {
        locked(&self.0).clear();
    }

    fn add(&self, entry: String) {
        locked(&self.0).push(entry);
    }
}

/// A running FTP server on 127.0.0.1; dropping it stops it.
pub struct FtpServer {
    root: PathBuf,
    tls: Tls,
    address: SocketAddr,
    certificate: Option<Certificate>,
    faults: Faults,
    log: Log,
    clock: ServerClock,
    tls_versions: TlsFlags,
    running: Option<Running>,
    /// While it is stopped: nobody listens there, and nobody else is given the port.
    kept_port: Option<TcpSocket>,
}

/// What the server takes for the present; `None`: the host's clock.
type ServerClock = Arc<Mutex<Option<SystemTime>>>;

impl FtpServer {
    /// Serves `root` in clear text at a free port.
    ///
    /// # Errors
    /// When no port can be bound or the folder does not exist.
    pub fn start(root: &Path) -> io::Result<Self> {
        Self::start_with(root, Tls::Off)
    }

    /// Serves `root` at a free port, refusing clear text.
    ///
    /// # Errors
    /// As [`FtpServer::start`].
    pub fn start_tls(root: &Path) -> io::Result<Self> {
        Self::start_with(root, Tls::Required)
    }

    /// Serves `root` at a free port.
    ///
    /// # Errors
    /// As [`FtpServer::start`].
    pub fn start_with(root: &Path, tls: Tls) -> io::Result<Self> {
        // A wrong folder is told here, not at the first login.
        Filesystem::new(root)?;
        let mut server = Self {
            root: root.to_owned(),
            tls,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            certificate: if tls == Tls::Off { None } else { Some(Certificate::create()?) },
            faults: Faults::default(),
            log: Log::default(),
            clock: ServerClock::default(),
            tls_versions: TlsFlags::V1_2,
            running: None,
            kept_port: None,
        };
        server.restart()?;
        Ok(server)
    }

    /// Shows another certificate (PEM, whole chain) from now on, at another port; its fingerprint is no longer known.
    ///
    /// # Errors
    /// As [`FtpServer::start`].
    pub fn present(&mut self, certificate_pem: &str, key_pem: &str) -> io::Result<()> {
        self.certificate = Some(Certificate::write(certificate_pem, key_pem, String::new())?);
        self.restart_elsewhere()
    }

    /// Speaks TLS 1.3 only from now on, at another port.
    ///
    /// # Errors
    /// As [`FtpServer::start`].
    pub fn speak_tls_1_3_only(&mut self) -> io::Result<()> {
        self.tls_versions = TlsFlags::V1_3;
        self.restart_elsewhere()
    }

    /// Another test may take the port as soon as it is free.
    fn restart_elsewhere(&mut self) -> io::Result<()> {
        self.stop();
        self.address.set_port(0);
        self.restart()
    }

    /// Serves the folder again at the same port with the same certificate, after [`FtpServer::stop`]: what a client
    /// sees when the server was away for a while. The log and the faults go on.
    ///
    /// # Errors
    /// When the port was taken meanwhile.
    pub fn restart(&mut self) -> io::Result<()> {
        self.stop();
        self.kept_port = None;
        let (running, address) = serve(self.service(), self.address.port())?;
        self.running = Some(running);
        self.address = address;
        Ok(())
    }

    fn service(&self) -> Service {
        Service {
            root: self.root.clone(),
            tls: self.tls,
            certificate_files: self.certificate.as_ref().map(Certificate::files),
            faults: self.faults.clone(),
            log: self.log.clone(),
            clock: Arc::clone(&self.clock),
            tls_versions: self.tls_versions,
        }
    }

    /// From now on, uploaded files get this time.
    pub fn set_clock(&self, now: Option<SystemTime>) {
        *locked(&self.clock) = now;
    }

    /// The address to connect to; always `127.0.0.1`.
    pub fn host(&self) -> String {
        self.address.ip().to_string()
    }

    /// The port of control connections.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The user that may log in.
    pub fn user(&self) -> &'static str {
        USER
    }

    /// The user's password.
    pub fn password(&self) -> &'static str {
        PASSWORD
    }

    /// The served folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The self-signed certificate (for `localhost` and 127.0.0.1, not a CA); empty without TLS.
    pub fn certificate_pem(&self) -> &str {
        self.certificate.as_ref().map_or("", |certificate| &certificate.pem)
    }

    /// SHA-256 of the certificate's DER form, lower-case hex without separators; empty without TLS.
    pub fn certificate_sha256(&self) -> &str {
        self.certificate.as_ref().map_or("", |certificate| &certificate.sha256)
    }

    /// What shall go wrong.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// What clients asked for.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Closes the port and every connection; nothing answers any more.
    pub fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            let _ = running.stop.send(());
            // The port is closed when the thread has ended.
            let _ = running.thread.join();
            self.kept_port = keep_port(self.address).ok();
        }
    }
}

/// A socket that is bound to the address but does not listen.
fn keep_port(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // Connections of the past linger for a while.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

impl Drop for FtpServer {
    fn drop(&mut self) {
        self.stop();
    }
}

impl fmt::Debug for FtpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FtpServer({}, {})", self.address, self.root.display())
    }
}

/// A fresh self-signed certificate, in the files that libunftp wants to read.
struct Certificate {
    pem: String,
    sha256: String,
    folder: tempfile::TempDir,
}

impl Certificate {
    fn create() -> io::Result<Self> {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).map_err(io::Error::other)?;
        let hash = Sha256::digest(made.cert.der());
        let sha256 = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        Self::write(&made.cert.pem(), &made.signing_key.serialize_pem(), sha256)
    }

    fn write(pem: &str, key_pem: &str, sha256: String) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("certificate.pem"), pem)?;
        std::fs::write(folder.path().join("key.pem"), key_pem)?;
        Ok(Self { pem: pem.to_owned(), sha256, folder })
    }

    fn files(&self) -> (PathBuf, PathBuf) {
        (self.folder.path().join("certificate.pem"), self.folder.path().join("key.pem"))
    }
}

/// What each connection is served with.
struct Service {
    root: PathBuf,
    tls: Tls,
    certificate_files: Option<(PathBuf, PathBuf)>,
    faults: Faults,
    log: Log,
    clock: ServerClock,
    tls_versions: TlsFlags,
}

/// The thread that serves, and the way to end it.
struct Running {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

fn serve(service: Service, port: u16) -> io::Result<(Running, SocketAddr)> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", port))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    // One thread on purpose: with several, libunftp sometimes reads the client's TLS hello as a command, because it
    // switches to TLS from another task than the one that reads. The interval keeps that window closed.
    let runtime = tokio::runtime::Builder::new_current_thread().event_interval(1000).enable_all().build()?;
    let (stop, stopped) = oneshot::channel();
    let thread = std::thread::spawn(move || {
        runtime.spawn(accept(service, listener));
        let _ = runtime.block_on(stopped);
        runtime.shutdown_background();
    });
    Ok((Running { stop, thread }, address))
}

/// An accept loop of our own, because libunftp's does not tell which port it got.
async fn accept(service: Service, listener: std::net::TcpListener) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    while let Ok((connection, _)) = listener.accept().await {
        service.log.add("connect".to_owned());
        if service.faults.take(Operation::Connect, "").is_none() {
            service.spawn(connection);
        }
    }
}

impl Service {
    fn spawn(&self, connection: TcpStream) {
        // Else Nagle's algorithm and delayed acknowledgements cost 40 ms at every data command.
        let _ = connection.set_nodelay(true);
        let (root, faults, log) = (self.root.clone(), self.faults.clone(), self.log.clone());
        let clock = Arc::clone(&self.clock);
        let Ok(files) = Filesystem::new(root).map(Arc::new) else { return };
        let (storage_log, storage_root) = (log.clone(), self.root.clone());
        let storage = move || Disk {
            root: storage_root.clone(),
            files: files.clone(),
            faults: faults.clone(),
            log: storage_log.clone(),
            clock: Arc::clone(&clock),
        };
        let mut builder = ServerBuilder::with_authenticator(Box::new(storage), Arc::new(OneUser(log)))
            .greeting("FTP server of the tests")
            .binder(AnyPort);
        if let Some((certificate, key)) = &self.certificate_files {
            let resumption = TlsFlags::RESUMPTION_SESS_ID | TlsFlags::RESUMPTION_TICKETS;
            builder =
                builder.ftps(certificate.clone(), key.clone()).ftps_tls_flags(self.tls_versions | resumption);
        }
        if self.tls == Tls::Required {
            builder = builder.ftps_required(FtpsRequired::All, FtpsRequired::All);
        }
        if let Ok(server) = builder.build() {
            tokio::spawn(server.service(connection));
        }
    }
}

/// Passive ports from the system, so that servers of parallel tests never want the same one.
#[derive(Debug)]
struct AnyPort;

#[async_trait]
impl Binder for AnyPort {
    async fn bind(&mut self, local: IpAddr, _: RangeInclusive<u16>) -> io::Result<TcpSocket> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::new(local, 0))?;
        Ok(socket)
    }
}

/// Lets [`USER`] in.
#[derive(Debug)]
struct OneUser(Log);

#[async_trait]
impl Authenticator for OneUser {
    async fn authenticate(
        &self,
        username: &str,
        credentials: &Credentials,
    ) -> std::result::Result<Principal, AuthenticationError> {
        if username != USER || credentials.password.as_deref() != Some(PASSWORD) {
            self.0.add(format!("login refused {username}"));
            return Err(AuthenticationError::BadPassword);
        }
        let channel = match credentials.command_channel_security {
            ChannelEncryptionState::Tls => "TLS",
            ChannelEncryptionState::Plaintext => "clear text",
        };
        self.0.add(format!("login {username} ({channel})"));
        Ok(Principal { username: username.to_owned() })
    }
}

/// The folder, with faults.
#[derive(Debug)]
struct Disk {
    root: PathBuf,
    files: Arc<Filesystem>,
    faults: Faults,
    log: Log,
    clock: ServerClock,
}

impl Disk {
    fn fault(&self, operation: Operation, verb: &str, paths: &str) -> Option<Fault> {
        self.log.add(format!("{verb} {paths}"));
        self.faults.take(operation, paths)
    }

    /// Gives a file the time at which it was written, by the server's clock.
    fn stamp(&self, path: &Path) -> io::Result<()> {
        let Some(now) = *locked(&self.clock) else { return Ok(()) };
        let path = self.root.join(path.strip_prefix("/").unwrap_or(path));
        std::fs::File::options().write(true).open(path)?.set_modified(now)
    }
}

#[async_trait]
impl StorageBackend<DefaultUser> for Disk {
    type Metadata = Meta;

    fn supported_features(&self) -> u32 {
        StorageBackend::<DefaultUser>::supported_features(&*self.files)
    }

    async fn metadata<P: AsRef<Path> + Send + fmt::Debug>(
        &self,
        user: &DefaultUser,
        path: P,
    ) -> Result<Self::Metadata> {
        self.files.metadata(user, path).await
    }

    async fn list<P: AsRef<Path> + Send + fmt::Debug>(
        &self,
        user: &DefaultUser,
        path: P,
    ) -> Result<Vec<Fileinfo<PathBuf, Self::Metadata>>> {
        match self.fault(Operation::List, "list", &shown(&path)) {
            Some(_) => Err(refused()),
            None => self.files.list(user, path).await,
        }
    }

    async fn get<P: AsRef<Path> + Send + fmt::Debug>(
        &self,
        user: &DefaultUser,
        path: P,
        start: u64,
    ) -> Result<Box<dyn AsyncRead + Send + Sync + Unpin>> {
        let fault = self.fault(Operation::Get, "get", &shown(&path));
        if let Some(Fault::GetDelayed(delay_ms)) = fault {
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
        }
        self.faults.wait_if_held(fault).await;
        let file = self.files.get(user, path, start).await?;
        Ok(match fault {
            Some(Fault::GetCutShort(bytes)) => Box::new(file.take(bytes)),
            Some(Fault::GetFailsAfter(bytes)) => Box::new(file.take(bytes).chain(ReadError)),
            _ => file,
        })
    }

    async fn put<P: AsRef<Path> + Send + fmt::Debug, R: AsyncRead + Send + Sync + Unpin + 'static>(
        &self,
        user: &DefaultUser,
        mut input: R,
        path: P,
        start: u64,
    ) -> Result<u64> {
        let fault = self.fault(Operation::Put, "put", &shown(&path));
        self.faults.wait_if_held(fault).await;
        let (kept, fails) = match fault {
            Some(Fault::PutFailsAfter(bytes)) => (bytes, true),
            Some(Fault::PutCutShort(bytes)) => (bytes, false),
            _ => {
                let path = path.as_ref();
                let written = self.files.put(user, input, path, start).await?;
                self.stamp(path)?;
                return Ok(written);
            }
        };
        // All of it is read in any case: the client shall learn of the fault from the answer, not from a reset.
        let mut content = Vec::new();
        input.read_to_end(&mut content).await?;
        content.truncate(usize::try_from(kept).unwrap_or(usize::MAX));
        let written = self.files.put(user, io::Cursor::new(content), path, start).await?;
        if fails { Err(ErrorKind::InsufficientStorageSpaceError.into()) } else { Ok(written) }
    }

    async fn del<P: AsRef<Path> + Send + fmt::Debug>(&self, user: &DefaultUser, path: P) -> Result<()> {
        match self.fault(Operation::Delete, "delete", &shown(&path)) {
            Some(_) => Err(refused()),
            None => self.files.del(user, path).await,
        }
    }

    async fn mkd<P: AsRef<Path> + Send + fmt::Debug>(&self, user: &DefaultUser, path: P) -> Result<()> {
        match self.fault(Operation::MakeFolder, "make-folder", &shown(&path)) {
            Some(_) => Err(refused()),
            None => self.files.mkd(user, path).await,
        }
    }

    async fn rename<P: AsRef<Path> + Send + fmt::Debug>(
        &self,
        user: &DefaultUser,
        from: P,
        to: P,
    ) -> Result<()> {
        match self.fault(Operation::Rename, "rename", &format!("{} {}", shown(&from), shown(&to))) {
            Some(Fault::RenameDoneButDenied) => {
                self.files.rename(user, from, to).await?;
                Err(ErrorKind::LocalError.into())
            }
            Some(_) => Err(refused()),
            None => self.files.rename(user, from, to).await,
        }
    }

    async fn rmd<P: AsRef<Path> + Send + fmt::Debug>(&self, user: &DefaultUser, path: P) -> Result<()> {
        self.files.rmd(user, path).await
    }

    async fn cwd<P: AsRef<Path> + Send + fmt::Debug>(&self, user: &DefaultUser, path: P) -> Result<()> {
        self.files.cwd(user, path).await
    }
}

fn refused() -> Error {
    ErrorKind::PermissionDenied.into()
}

fn shown(path: &impl AsRef<Path>) -> String {
    path.as_ref().display().to_string()
}

/// A poisoned lock only means that another thread of a failing test panicked.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The end of a file that cannot be read any further.
struct ReadError;

impl AsyncRead for ReadError {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Err(io::Error::other("injected read error")))
    }
}

// Each includer uses a part of this; what the others use is not dead code.
const _: () = {
    let _ = (FtpServer::start, FtpServer::start_tls, FtpServer::restart);
    let _ = (FtpServer::host, FtpServer::port, FtpServer::user, FtpServer::password, FtpServer::root);
    let _ = (FtpServer::certificate_pem, FtpServer::certificate_sha256);
    let _ = (FtpServer::faults, FtpServer::log, FtpServer::stop, FtpServer::set_clock);
    let _ = (FtpServer::present, FtpServer::speak_tls_1_3_only);
    let _ =
        (Faults::once, Faults::once_at, Faults::always, Faults::always_at, Faults::clear, Faults::waiting);
    let _ = (Log::entries, Log::entries_of, Log::clear);
    let _ =
        (Tls::Offered, Fault::PutFailsAfter, Fault::PutCutShort, Fault::GetFailsAfter, Fault::GetCutShort);
    let _ = (Fault::RenameRefused, Fault::RenameDoneButDenied, Fault::ListRefused, Fault::DeleteRefused);
    let _ = (Fault::MakeFolderRefused, Fault::ConnectionDropped, Fault::GetDelayed);
    let _ = (Fault::GetHeld, Fault::PutHeld, Faults::hold, Faults::let_go);
};
