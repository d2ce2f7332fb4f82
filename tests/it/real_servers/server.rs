//! Real servers, each started for one test, in place of the harness' embedded server: the same folder, port and
//! password.
//!
//! They are looked for in the folder that `.ci/real-servers` fills. A server that is not there fails its tests.

use std::fs::{self, Permissions};
use std::net::{TcpListener, TcpStream};
use std::ops::{Deref, DerefMut};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use suppaftp::rustls::pki_types::CertificateDer;
use suppaftp::rustls::pki_types::pem::PemObject;
use tempfile::TempDir;

use crate::harness::Shop;

/// Long enough for a machine that runs all tests at once.
const START_TIMEOUT: Duration = Duration::from_secs(20);
/// The user in whose name the servers touch files when the tests run as root.
/// vsftpd wants one whose home exists.
const SERVER_USER: (&str, &str) = ("daemon", "daemon");

/// Which server; all of them let one user in, with the harness' password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Software {
    /// As shipped, it demands that data connections resume the TLS session.
    Vsftpd,
    /// The same.
    ProFtpd,
    /// Never demands that. Starts only as root.
    PureFtpd,
    /// Debian's heir of BSD's ftpd: no TLS, no UTF8, no MLSD. Needs root to become its user.
    Inetutils,
    /// As set up here, it demands resumed sessions, too.
    Pyftpdlib,
    /// Has neither NLST nor SIZE.
    Aioftp,
}

impl Software {
    /// Whether `/` is the user's own folder there.
    fn hides_the_disk(self) -> bool {
        match self {
            Self::Vsftpd | Self::ProFtpd | Self::PureFtpd => is_root(),
            Self::Inetutils => false,
            Self::Pyftpdlib | Self::Aioftp => true,
        }
    }
}

/// How a server encrypts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    Off,
    /// After AUTH TLS, without which nobody is let in.
    Explicit,
    /// From the first byte.
    Implicit,
}

/// Whose certificate the server shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// Its own, as `openssl req -x509` makes it.
    SelfSigned,
    /// That of the CA in [`Certificate::ca_file`].
    Issued,
}

impl Certificate {
    /// The certificate's file.
    pub fn pem(self) -> PathBuf {
        self.file("pem")
    }

    fn key(self) -> PathBuf {
        self.file("key")
    }

    fn file(self, extension: &str) -> PathBuf {
        let name = match self {
            Self::SelfSigned => "self-signed",
            Self::Issued => "issued",
        };
        unpacked().join("certificates").join(name).with_extension(extension)
    }

    /// What `certificate_sha256` should say.
    pub fn sha256(self) -> String {
        let certificate = CertificateDer::from_pem_slice(&fs::read(self.pem()).unwrap()).unwrap();
        Sha256::digest(certificate).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The CA that issued [`Certificate::Issued`].
    pub fn ca_file() -> PathBuf {
        unpacked().join("certificates/ca.pem")
    }
}

/// How a server is set up.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    pub software: Software,
    pub tls: Tls,
    pub certificate: Certificate,
    /// Lines of the configuration (or arguments, separated by spaces) that override the others.
    pub extra: &'static str,
}

impl Setup {
    pub const fn new(software: Software, tls: Tls) -> Self {
        Self { software, tls, certificate: Certificate::SelfSigned, extra: "" }
    }
}

/// A shop whose FTP server is a real one.
pub struct RealShop {
    /// Dropped first: it serves a folder of the shop.
    _server: RealServer,
    shop: Shop,
}

impl RealShop {
    /// The settings fit the server: its user, and its certificate pinned if it speaks TLS.
    #[track_caller]
    pub fn new(software: Software, tls: Tls) -> Self {
        Self::with(Setup::new(software, tls))
    }

    #[track_caller]
    pub fn with(setup: Setup) -> Self {
        Self::with_variables(setup, &[])
    }

    /// A shop whose server runs with these environment variables.
    #[track_caller]
    pub fn with_variables(setup: Setup, variables: &[(&str, &str)]) -> Self {
        let mut shop = Shop::new();
        shop.ftp.stop();
        let server = RealServer::start(&shop, setup, variables);
        shop.setting(&format!("user = \"{}\"", shop.ftp.user()), &format!("user = \"{}\"", server.login));
        if setup.tls != Tls::Off {
            let begins = if setup.tls == Tls::Implicit { "implicit" } else { "explicit" };
            let pin = setup.certificate.sha256();
            shop.setting("tls = \"none\"", &format!("tls = \"{begins}\"\ncertificate_sha256 = \"{pin}\""));
        }
        if !setup.software.hides_the_disk() {
            let prefix = shop.ftp.root().display().to_string();
            shop.settings(|text| text.replace(" = \"/", &format!(" = \"{prefix}/")));
        }
        Self { _server: server, shop }
    }

    /// Sets who may do what with a file or a folder of the server; its user is not the owner.
    #[track_caller]
    pub fn set_mode(&self, path: &str, mode: u32) {
        chmod(&self.shop.ftp.root().join(&path[1..]), mode);
    }
}

impl Deref for RealShop {
    type Target = Shop;

    fn deref(&self) -> &Shop {
        &self.shop
    }
}

impl DerefMut for RealShop {
    fn deref_mut(&mut self) -> &mut Shop {
        &mut self.shop
    }
}

/// A running server; dropping it stops it.
struct RealServer {
    /// `None`: one for each session, which ends with its connection.
    process: Option<Child>,
    /// Configuration and logs.
    folder: TempDir,
    login: &'static str,
}

impl RealServer {
    #[track_caller]
    fn start(shop: &Shop, setup: Setup, variables: &[(&str, &str)]) -> Self {
        let (root, port) = (shop.ftp.root(), shop.ftp.port());
        let folder = tempfile::tempdir().unwrap();
        // The server's user is not ours: let it in, and write where TEMPOSTAR's would.
        chmod(folder.path(), 0o755);
        chmod(root.parent().unwrap(), 0o755);
        open_tree(root);
        // vsftpd refuses to serve a folder that its user could change.
        chmod(root, 0o755);
        let place = Place { folder: folder.path(), root, port, password: shop.ftp.password() };
        let (mut command, login) = match setup.software {
            Software::Vsftpd => (place.vsftpd(setup), "ftp"),
            Software::ProFtpd => (place.proftpd(setup), shop.ftp.user()),
            Software::PureFtpd => (place.pure_ftpd(setup), shop.ftp.user()),
            Software::Inetutils => (place.inetutils(setup), shop.ftp.user()),
            Software::Pyftpdlib => (place.python("pyftpdlib", setup), shop.ftp.user()),
            Software::Aioftp => (place.python("aioftp", setup), shop.ftp.user()),
        };
        let log = fs::File::create(folder.path().join("output.log")).unwrap();
        command
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        let process = match setup.software {
            Software::Inetutils => serve_each(port, command),
            _ => Some(command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"))),
        };
        let mut server = Self { process, folder, login };
        server.wait_until_it_answers(port);
        server
    }

    #[track_caller]
    fn wait_until_it_answers(&mut self, port: u16) {
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let has_ended =
                self.process.as_mut().is_some_and(|process| process.try_wait().unwrap().is_some());
            assert!(
                !has_ended && started.elapsed() < START_TIMEOUT,
                "the server does not start:\n{}",
                fs::read_to_string(self.folder.path().join("output.log")).unwrap_or_default()
            );
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for RealServer {
    fn drop(&mut self) {
        // It may have ended by itself; its sessions end with their connections.
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// What inetd does: a process for each connection, with that as its input and output. Goes on until all tests end.
fn serve_each(port: u16, mut command: Command) -> Option<Child> {
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            let socket = OwnedFd::from(socket);
            command.stdin(socket.try_clone().unwrap()).stdout(socket);
            let mut session = command.spawn().unwrap();
            // Nor does the parent keep the connection open.
            command.stdin(Stdio::null()).stdout(Stdio::null());
            thread::spawn(move || session.wait());
        }
    });
    None
}

/// What a server is started with.
struct Place<'a> {
    /// For its configuration and logs.
    folder: &'a Path,
    /// What it serves.
    root: &'a Path,
    port: u16,
    password: &'a str,
}

impl Place<'_> {
    /// The anonymous user with a list of passwords: the only user that vsftpd lets in without PAM. Without its
    /// sandbox, which forbids system calls that newer kernels and libraries make.
    fn vsftpd(&self, setup: Setup) -> Command {
        let passwords = self.write("passwords", &format!("{}\n", self.password));
        fs::create_dir(self.folder.join("empty")).unwrap();
        let yes_no = |is_yes: bool| if is_yes { "YES" } else { "NO" };
        let required = yes_no(setup.tls != Tls::Off);
        let config = format!(
            "listen=YES\nlisten_address=127.0.0.1\nlisten_port={port}\nbackground=NO\n\
             run_as_launching_user={unprivileged}\nseccomp_sandbox=NO\n\
             anonymous_enable=YES\nlocal_enable=NO\nftp_username={user}\nanon_root={served}\n\
             secure_email_list_enable=YES\nemail_password_file={passwords}\n\
             write_enable=YES\nanon_upload_enable=YES\nanon_mkdir_write_enable=YES\nanon_other_write_enable=YES\n\
             anon_world_readable_only=NO\nanon_umask=022\nallow_writeable_chroot=YES\n\
             secure_chroot_dir={folder}/empty\nconnect_from_port_20=NO\n\
             xferlog_enable=YES\nvsftpd_log_file={folder}/vsftpd.log\nlog_ftp_protocol=YES\n\
             ssl_enable={required}\nimplicit_ssl={implicit}\nallow_anon_ssl=YES\nforce_anon_logins_ssl={required}\n\
             force_anon_data_ssl={required}\nrsa_cert_file={certificate}\nrsa_private_key_file={key}\n\
             ssl_ciphers=HIGH\nrequire_ssl_reuse=YES\n{extra}\n",
            port = self.port,
            unprivileged = yes_no(!is_root()),
            user = user().0,
            served = self.root.display(),
            passwords = passwords.display(),
            folder = self.folder.display(),
            implicit = yes_no(setup.tls == Tls::Implicit),
            certificate = setup.certificate.pem().display(),
            key = setup.certificate.key().display(),
            extra = setup.extra,
        );
        let config = self.write("vsftpd.conf", &config);
        let mut command = program("usr/sbin/vsftpd");
        command.arg(config);
        command
    }

    fn proftpd(&self, setup: Setup) -> Command {
        let (user, group) = user();
        let hash = output_of(Command::new("openssl").args(["passwd", "-6", self.password]));
        let (uid, gid) = (output_of(id().args(["-u", &user])), output_of(id().args(["-g", &user])));
        let home = self.root.display();
        let users = self.write("users", &format!("12345_0:{hash}:{uid}:{gid}::{home}:/bin/false\n"));
        fs::set_permissions(&users, Permissions::from_mode(0o600)).unwrap();
        let tls = match setup.tls {
            Tls::Off => String::new(),
            Tls::Explicit | Tls::Implicit => format!(
                "TLSEngine on\nTLSLog {folder}/tls.log\nTLSProtocol TLSv1.2 TLSv1.3\n\
                 TLSRSACertificateFile {certificate}\nTLSRSACertificateKeyFile {key}\nTLSRequired on\n{implicit}",
                folder = self.folder.display(),
                certificate = setup.certificate.pem().display(),
                key = setup.certificate.key().display(),
                implicit = if setup.tls == Tls::Implicit { "TLSOptions UseImplicitSSL\n" } else { "" },
            ),
        };
        let config = format!(
            "ModulePath {modules}\nLoadModule mod_tls.c\n\
             ServerName tests\nServerType standalone\nDefaultServer on\n\
             DefaultAddress 127.0.0.1\nPort {port}\nSocketBindTight on\nUseIPv6 off\nUseReverseDNS off\n\
             User {user}\nGroup {group}\nUmask 022\n\
             PidFile {folder}/pid\nScoreboardFile {folder}/scoreboard\nDelayTable none\n\
             <IfModule mod_delay.c>\nDelayEngine off\n</IfModule>\n\
             WtmpLog off\nTransferLog none\nSystemLog {folder}/proftpd.log\n\
             AuthOrder mod_auth_file.c\nAuthUserFile {users}\nRequireValidShell off\n{home}\n\
             AllowOverwrite on\n{extra}\n{tls}",
            modules = unpacked().join("root/usr/lib/proftpd").display(),
            port = self.port,
            folder = self.folder.display(),
            users = users.display(),
            home = if is_root() { "DefaultRoot ~" } else { "DefaultChdir ~" },
            extra = setup.extra,
        );
        let config = self.write("proftpd.conf", &config);
        let mut command = program("usr/sbin/proftpd");
        command.arg("--nodaemon").arg("--config").arg(config);
        command
    }

    fn pure_ftpd(&self, setup: Setup) -> Command {
        assert!(is_root(), "Pure-FTPd starts only as root: run .ci/real-servers as root");
        let users = self.folder.join("users.pdb");
        let (user, _) = user();
        let (uid, gid) = (output_of(id().args(["-u", &user])), output_of(id().args(["-g", &user])));
        let hash = output_of(Command::new("openssl").args(["passwd", "-6", self.password]));
        let home = self.root.display();
        // A line of pure-pw's own format; the empty fields are limits.
        let line = format!("12345_0:{hash}:{uid}:{gid}::{home}/./::::::::::::\n");
        let passwords = self.write("users", &line);
        let made =
            program("usr/bin/pure-pw").arg("mkdb").arg(&users).arg("-f").arg(passwords).output().unwrap();
        assert!(made.status.success(), "pure-pw: {made:?}");
        let level = match setup.tls {
            Tls::Off => "0",
            Tls::Explicit => "2",
            Tls::Implicit => panic!("Pure-FTPd has none"),
        };
        let pem =
            [setup.certificate.pem(), setup.certificate.key()].map(|path| fs::read_to_string(path).unwrap());
        let pem = self.write("both.pem", &pem.concat());
        let mut command = program("usr/sbin/pure-ftpd");
        command.args(["-S", &format!("127.0.0.1,{}", self.port)]);
        command.args(["-l", &format!("puredb:{}", users.display())]);
        command.args(["-E", "-A", "-H", "-U", "133:022", "-P", "127.0.0.1", "-Y", level, "-2"]).arg(pem);
        command.arg("-g").arg(self.folder.join("pid"));
        command.args(setup.extra.split_whitespace());
        command
    }

    /// It takes its user from the system's list, for which it gets another one to read.
    fn inetutils(&self, setup: Setup) -> Command {
        assert!(is_root(), "inetutils-ftpd becomes its user only as root: run .ci/real-servers as root");
        let (user, group) = user();
        let (uid, gid) = (output_of(id().args(["-u", &user])), output_of(id().args(["-g", &user])));
        let hash = output_of(Command::new("openssl").args(["passwd", "-6", self.password]));
        let home = self.root.display();
        let users = format!("12345_0:{hash}:{uid}:{gid}::{home}:/bin/sh\n{user}:x:{uid}:{gid}::/:/bin/sh\n");
        let mut command = program("usr/sbin/ftpd");
        command.args(["--auth", "default"]).args(setup.extra.split_whitespace());
        command.env("LD_PRELOAD", library("libnss_wrapper.so"));
        command.env("NSS_WRAPPER_PASSWD", self.write("users", &users));
        command.env("NSS_WRAPPER_GROUP", self.write("groups", &format!("{group}:x:{gid}:\n")));
        command
    }

    fn python(&self, software: &str, setup: Setup) -> Command {
        let (user, _) = user();
        let interpreter = unpacked().join("python/bin/python");
        assert!(interpreter.exists(), "{} is missing: run .ci/real-servers", interpreter.display());
        let mut command = Command::new(interpreter);
        // Names on the disk are UTF-8, whatever the tests' locale is.
        command.env("PYTHONUTF8", "1");
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/python_servers.py")).arg(software);
        command.arg("--root").arg(self.root).args(["--user", "12345_0", "--password", self.password]);
        command.args(["--port", &self.port.to_string()]);
        command.args(["--uid", &output_of(id().args(["-u", &user]))]);
        command.args(["--gid", &output_of(id().args(["-g", &user]))]);
        if setup.tls != Tls::Off {
            command.arg("--certificate").arg(setup.certificate.pem());
            command.arg("--key").arg(setup.certificate.key());
        }
        command.args(setup.extra.split_whitespace());
        command
    }

    fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.join(name);
        fs::write(&path, content).unwrap();
        path
    }
}

/// A program of the unpacked packages, with their libraries.
fn program(path: &str) -> Command {
    let root = unpacked().join("root");
    let program = root.join(path);
    assert!(program.exists(), "{} is missing: run .ci/real-servers", program.display());
    let mut command = Command::new(program);
    command.env("LD_LIBRARY_PATH", libraries().map(|folder| folder.display().to_string()).join(":"));
    command
}

fn libraries() -> [PathBuf; 2] {
    let triplet = format!("{}-linux-gnu", std::env::consts::ARCH);
    ["root/usr/lib", "root/lib"].map(|folder| unpacked().join(folder).join(&triplet))
}

fn library(name: &str) -> PathBuf {
    libraries()[0].join(name)
}

/// The folder that `.ci/real-servers` fills.
#[expect(clippy::disallowed_methods, reason = "that folder is the tests' setting, not the program's")]
fn unpacked() -> PathBuf {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/real-servers");
    std::env::var_os("TEMPOSTAR_REAL_SERVERS").map_or_else(default, PathBuf::from)
}

pub fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// The user and the group that touch the served files.
fn user() -> (String, String) {
    if is_root() {
        (SERVER_USER.0.to_owned(), SERVER_USER.1.to_owned())
    } else {
        (output_of(id().arg("-un")), output_of(id().arg("-gn")))
    }
}

fn id() -> Command {
    Command::new("id")
}

#[track_caller]
fn output_of(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn open_tree(folder: &Path) {
    chmod(folder, 0o777);
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            open_tree(&entry);
        }
    }
}

fn chmod(folder: &Path, mode: u32) {
    fs::set_permissions(folder, Permissions::from_mode(mode)).unwrap();
}
