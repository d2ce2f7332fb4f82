//! A small FTP server in memory (clear text or implicit TLS, IPv4) that can be bent: what it lacks, and how it spells
//! what it says.
//! Unlike the proxy it has names in any encoding, and answers of its own to everything.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use sha2::{Digest, Sha256};
use suppaftp::rustls::pki_types::PrivateKeyDer;
use suppaftp::rustls::{HandshakeKind, ServerConfig, ServerConnection, StreamOwned};

/// How the server differs from a good one.
#[derive(Clone, Debug, Default)]
pub struct Bend {
    /// What is answered, and not done, to commands that begin so.
    pub answers: Vec<(&'static str, &'static str)>,
    /// Commands that begin so are never answered.
    pub hangs_at: Vec<&'static str>,
    /// The first words.
    pub greeting: Option<&'static str>,
    pub listing: Listing,
    /// What is answered to NLST in an empty folder; empty: an empty listing.
    pub empty_folder: &'static str,
    /// What SIZE answers for what is not there; empty: 550.
    pub size_of_nothing: &'static str,
    pub passive: Passive,
    pub has_epsv: bool,
    pub names: Names,
    /// What FEAT offers besides.
    pub features: &'static [&'static str],
    /// Encrypts from the first byte, and wants data connections to resume the session of the control connection.
    pub tls: Option<Arc<ServerConfig>>,
}

/// A self-signed certificate to encrypt with, and its SHA-256.
pub fn implicit_tls() -> (Arc<ServerConfig>, String) {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let sha256 = Sha256::digest(made.cert.der()).iter().map(|byte| format!("{byte:02x}")).collect();
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let config = ServerConfig::builder_with_protocol_versions(&[&suppaftp::rustls::version::TLS12]);
    let config = config.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key);
    (Arc::new(config.unwrap()), sha256)
}

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

impl Bend {
    /// The connection, encrypted if it is to be; and whether that resumed a session.
    fn stream(&self, socket: TcpStream) -> (Box<dyn Stream>, bool) {
        let Some(config) = &self.tls else { return (Box::new(socket), true) };
        let mut connection = ServerConnection::new(Arc::clone(config)).unwrap();
        let mut socket = socket;
        // Who does not speak TLS is cut off by what comes next.
        let _ = connection.complete_io(&mut socket);
        let is_resumed = connection.handshake_kind() == Some(HandshakeKind::Resumed);
        (Box::new(StreamOwned::new(connection, socket)), is_resumed)
    }
}

/// How NLST spells a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Listing {
    #[default]
    Bare,
    Absolute,
    Relative,
    Dotted,
    Windows,
    FoldersMarked,
}

/// What is answered to PASV.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Passive {
    #[default]
    Usual,
    WithoutBrackets,
    Unknown,
}

/// How names travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Names {
    #[default]
    Utf8,
    Cp932,
    /// UTF-8 once OPTS UTF8 ON was said, which FEAT offers.
    Utf8WhenAsked,
}

/// Of any user.
pub const PASSWORD: &str = "bent";

#[derive(Default)]
struct Tree {
    files: BTreeMap<String, Vec<u8>>,
    folders: BTreeSet<String>,
}

/// A running one on 127.0.0.1.
pub struct BentServer {
    port: u16,
    tree: Arc<Mutex<Tree>>,
    log: Arc<Mutex<Vec<String>>>,
    bend: Arc<Mutex<Bend>>,
}

impl BentServer {
    /// With these folders, which end without a slash.
    pub fn start(bend: Bend, folders: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let tree = Arc::new(Mutex::new(Tree::default()));
        let (log, bend) = (Arc::default(), Arc::new(Mutex::new(bend)));
        let server = Self { port, tree, log, bend };
        server.tree.lock().unwrap().folders.extend(folders.iter().map(|folder| (*folder).to_owned()));
        let (tree, log, bend) = (Arc::clone(&server.tree), Arc::clone(&server.log), Arc::clone(&server.bend));
        thread::spawn(move || {
            for socket in listener.incoming().map_while(Result::ok) {
                let bend = bend.lock().unwrap().clone();
                let session = Session {
                    bend,
                    tree: Arc::clone(&tree),
                    log: Arc::clone(&log),
                    folder: "/".to_owned(),
                    data: None,
                    renamed: String::new(),
                    is_utf8_asked: false,
                };
                thread::spawn(move || session.serve(socket));
            }
        });
        server
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Behaves otherwise from the next session on.
    pub fn bend(&self, bend: Bend) {
        *self.bend.lock().unwrap() = bend;
    }

    pub fn put(&self, path: &str, content: impl AsRef<[u8]>) {
        self.tree.lock().unwrap().files.insert(path.to_owned(), content.as_ref().to_vec());
    }

    /// The names in a folder, sorted, folders not among them.
    pub fn files(&self, folder: &str) -> Vec<String> {
        let tree = self.tree.lock().unwrap();
        let names = tree.files.keys().filter_map(|path| path.strip_prefix(folder)?.strip_prefix('/'));
        names.filter(|name| !name.contains('/')).map(str::to_owned).collect()
    }

    /// The commands so far, as they were meant.
    pub fn commands(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }
}

struct Session {
    bend: Bend,
    tree: Arc<Mutex<Tree>>,
    log: Arc<Mutex<Vec<String>>>,
    folder: String,
    data: Option<TcpListener>,
    renamed: String,
    is_utf8_asked: bool,
}

impl Session {
    fn serve(mut self, socket: TcpStream) {
        socket.set_nodelay(true).unwrap();
        let mut stream = BufReader::new(self.bend.stream(socket).0);
        let say = |stream: &mut BufReader<Box<dyn Stream>>, text: &str| {
            let stream = stream.get_mut();
            stream.write_all(format!("{text}\r\n").as_bytes()).and_then(|()| stream.flush()).is_ok()
        };
        say(&mut stream, self.bend.greeting.unwrap_or("220 bent"));
        let mut line = Vec::new();
        while stream.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            let command = self.decode(line.trim_ascii_end());
            line.clear();
            self.log.lock().unwrap().push(command.clone());
            if self.bend.hangs_at.iter().any(|begin| command.starts_with(begin)) {
                thread::sleep(Duration::from_secs(20));
                return;
            }
            let canned = self.bend.answers.iter().find(|(begin, _)| command.starts_with(begin));
            let answer = match canned {
                Some((_, answer)) => (*answer).to_owned(),
                None => self.answer(&command, &mut |text| say(&mut stream, text)),
            };
            if !say(&mut stream, &answer) || command == "QUIT" {
                return;
            }
        }
    }

    fn is_cp932(&self) -> bool {
        match self.bend.names {
            Names::Utf8 => false,
            Names::Cp932 => true,
            Names::Utf8WhenAsked => !self.is_utf8_asked,
        }
    }

    fn decode(&self, bytes: &[u8]) -> String {
        match self.is_cp932() {
            true => encoding_rs::SHIFT_JIS.decode_without_bom_handling(bytes).0.into_owned(),
            false => String::from_utf8_lossy(bytes).into_owned(),
        }
    }

    fn encode(&self, text: &str) -> Vec<u8> {
        match self.is_cp932() {
            true => encoding_rs::SHIFT_JIS.encode(text).0.into_owned(),
            false => text.as_bytes().to_vec(),
        }
    }

    fn absolute(&self, path: &str) -> String {
        let path = if path.starts_with('/') { path.to_owned() } else { format!("{}/{path}", self.folder) };
        format!("/{}", path.trim_matches('/').replace("//", "/"))
    }

    fn answer(&mut self, command: &str, say: &mut dyn FnMut(&str) -> bool) -> String {
        let (verb, argument) = command.split_once(' ').unwrap_or((command, ""));
        let path = self.absolute(argument);
        let has = |path: &str| self.tree.lock().unwrap().files.contains_key(path);
        match verb {
            "USER" => "331 password?".to_owned(),
            "PASS" if argument == PASSWORD => "230 hello".to_owned(),
            "PASS" => "530 no".to_owned(),
            "TYPE" | "NOOP" => "200 ok".to_owned(),
            "PBSZ" | "PROT" if self.bend.tls.is_some() => "200 ok".to_owned(),
            "QUIT" => "221 bye".to_owned(),
            "PWD" => format!("257 \"{}\"", self.folder),
            "FEAT" => {
                let utf8 = (self.bend.names == Names::Utf8WhenAsked).then_some("UTF8");
                let lines: String = self
                    .bend
                    .features
                    .iter()
                    .copied()
                    .chain(utf8)
                    .map(|line| format!(" {line}\r\n"))
                    .collect();
                format!("211-Features\r\n{lines}211 end")
            }
            "OPTS" => {
                self.is_utf8_asked = true;
                "200 ok".to_owned()
            }
            "CWD" if path == "/" || self.tree.lock().unwrap().folders.contains(&path) => {
                self.folder = path;
                "250 ok".to_owned()
            }
            "CWD" => "550 no such folder".to_owned(),
            "PASV" if self.bend.passive == Passive::Unknown => "502 no".to_owned(),
            "EPSV" if !self.bend.has_epsv => "502 no".to_owned(),
            "PASV" | "EPSV" => {
                let listener = TcpListener::bind("127.0.0.1:0").unwrap();
                let port = listener.local_addr().unwrap().port();
                self.data = Some(listener);
                let (high, low) = (port >> 8, port & 255);
                match (verb, self.bend.passive) {
                    ("EPSV", _) => format!("229 ok (|||{port}|)"),
                    (_, Passive::WithoutBrackets) => format!("227 Passive 127,0,0,1,{high},{low}"),
                    _ => format!("227 Passive (127,0,0,1,{high},{low})"),
                }
            }
            "NLST" => {
                let listing = self.listing();
                match (listing.is_empty(), self.bend.empty_folder) {
                    (true, answer) if !answer.is_empty() => answer.to_owned(),
                    _ => self.send(&listing, say),
                }
            }
            "MLSD" if self.bend.features.iter().any(|line| line.starts_with("MLST")) => {
                let listing = self.facts();
                self.send(&listing, say)
            }
            "SIZE" if has(&path) => format!("213 {}", self.tree.lock().unwrap().files[&path].len()),
            "SIZE" if !self.bend.size_of_nothing.is_empty() => self.bend.size_of_nothing.to_owned(),
            "MDTM" if has(&path) => "213 20261124010000".to_owned(),
            "RETR" if has(&path) => {
                let content = self.tree.lock().unwrap().files[&path].clone();
                self.send(&content, say)
            }
            "STOR" => self.receive(path, say),
            "RNFR" if has(&path) => {
                self.renamed = path;
                "350 to?".to_owned()
            }
            "RNTO" => {
                let mut tree = self.tree.lock().unwrap();
                let folder = path.rsplit_once('/').unwrap().0;
                if !folder.is_empty() && !tree.folders.contains(folder) {
                    return "550 no such folder".to_owned();
                }
                let content = tree.files.remove(&self.renamed).unwrap();
                tree.files.insert(path, content);
                "250 ok".to_owned()
            }
            "DELE" if has(&path) => {
                self.tree.lock().unwrap().files.remove(&path);
                "250 ok".to_owned()
            }
            "MKD" => {
                self.tree.lock().unwrap().folders.insert(path);
                "257 ok".to_owned()
            }
            "SIZE" | "MDTM" | "RETR" | "RNFR" | "DELE" => "550 no such file".to_owned(),
            _ => "502 no such command".to_owned(),
        }
    }

    fn listing(&self) -> Vec<u8> {
        let tree = self.tree.lock().unwrap();
        let base = self.folder.trim_end_matches('/');
        let below = |path: &String| {
            let name = path.strip_prefix(base)?.strip_prefix('/')?;
            (!name.contains('/')).then(|| name.to_owned())
        };
        let marked = if self.bend.listing == Listing::FoldersMarked { "/" } else { "" };
        let folders = tree.folders.iter().filter_map(below).map(|name| name + marked);
        let spelled =
            tree.files.keys().filter_map(below).chain(folders).map(|name| match self.bend.listing {
                Listing::Bare | Listing::FoldersMarked => name,
                Listing::Absolute => format!("{base}/{name}"),
                Listing::Relative => format!("{}/{name}", base.rsplit('/').next().unwrap()),
                Listing::Dotted => format!("./{name}"),
                Listing::Windows => format!("C:\\ftp{}\\{name}", base.replace('/', "\\")),
            });
        spelled.flat_map(|name| [self.encode(&name), b"\r\n".to_vec()].concat()).collect()
    }

    /// As MLSD tells them, in no set order and in either case, with the folder itself and the one above.
    fn facts(&self) -> Vec<u8> {
        let tree = self.tree.lock().unwrap();
        let own = format!("type=cdir; {}\r\nType=PDIR; ..\r\n", self.folder).into_bytes();
        let base = self.folder.trim_end_matches('/');
        let below = |path: &String| Some(path.strip_prefix(base)?.strip_prefix('/')?.to_owned());
        let kinds = [
            ("Type=file;Size=1;", tree.files.keys().filter_map(below).collect::<Vec<_>>()),
            ("modify=20261124010000;type=dir;", tree.folders.iter().filter_map(below).collect()),
        ];
        let lines = kinds.iter().flat_map(|(facts, names)| names.iter().map(move |name| (facts, name)));
        let lines = lines.filter(|(_, name)| !name.contains('/'));
        let lines = lines.map(|(facts, name)| [facts.as_bytes(), b" ", &self.encode(name), b"\r\n"].concat());
        [own].into_iter().chain(lines).flatten().collect()
    }

    fn send(&mut self, bytes: &[u8], say: &mut dyn FnMut(&str) -> bool) -> String {
        let Some(listener) = self.data.take() else { return "425 no data connection".to_owned() };
        say("150 here it comes");
        let (mut stream, is_resumed) = self.bend.stream(listener.accept().unwrap().0);
        if !is_resumed {
            return "522 SSL connection failed: session reuse required".to_owned();
        }
        stream.write_all(bytes).and_then(|()| stream.flush()).unwrap();
        drop(stream);
        "226 done".to_owned()
    }

    fn receive(&mut self, path: String, say: &mut dyn FnMut(&str) -> bool) -> String {
        let Some(listener) = self.data.take() else { return "425 no data connection".to_owned() };
        say("150 go on");
        let (mut stream, is_resumed) = self.bend.stream(listener.accept().unwrap().0);
        if !is_resumed {
            return "522 SSL connection failed: session reuse required".to_owned();
        }
        let mut content = Vec::new();
        stream.read_to_end(&mut content).unwrap();
        self.tree.lock().unwrap().files.insert(path, content);
        "226 done".to_owned()
    }
}
