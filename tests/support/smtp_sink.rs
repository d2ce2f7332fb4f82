//! A mail server inside the test process: it keeps what it is given, and refuses what a test wants refused.
//!
//! Threads and blocking sockets; TLS by rustls with a certificate of its own making.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair};
use suppaftp::rustls::crypto::ring;
use suppaftp::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use suppaftp::rustls::{ServerConfig, ServerConnection, StreamOwned};

/// How the server encrypts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    Plain,
    StartTls,
    Tls,
}

/// A step at which the server can refuse, or say nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Greeting,
    Hello,
    StartTls,
    Login,
    Sender,
    Recipient,
    Data,
    Content,
}

/// What the server answers at a step instead of "yes".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Refusal(&'static str),
    /// It is well, but said only after [`SmtpSink::answer_well`].
    Held,
    Silence,
    Close,
}

/// A mail that the server has taken.
#[derive(Clone, Debug)]
pub struct Received {
    pub from: String,
    pub to: Vec<String>,
    pub raw: Vec<u8>,
    pub was_encrypted: bool,
    pub user: Option<String>,
}

#[derive(Default)]
struct State {
    mails: Vec<Received>,
    answers: Vec<(Step, Answer)>,
    connections: usize,
}

/// The server; its threads end with the process.
pub struct SmtpSink {
    port: u16,
    certificate_pem: String,
    state: Arc<Mutex<State>>,
}

/// What a connection needs to know.
#[derive(Clone)]
struct Rules {
    security: Security,
    login: Option<(&'static str, &'static str)>,
    mechanisms: &'static str,
    tls: Arc<ServerConfig>,
    state: Arc<Mutex<State>>,
}

impl SmtpSink {
    /// A server in clear text that wants no login.
    pub fn start() -> Self {
        Self::with(Security::Plain, None, "")
    }

    /// A server that wants this login by one of these mechanisms ("PLAIN LOGIN"), if any.
    pub fn with(
        security: Security,
        login: Option<(&'static str, &'static str)>,
        mechanisms: &'static str,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (tls, certificate_pem) = tls_config();
        let state = Arc::new(Mutex::new(State::default()));
        let rules = Rules { security, login, mechanisms, tls, state: Arc::clone(&state) };
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let rules = rules.clone();
                thread::spawn(move || {
                    locked(&rules.state).connections += 1;
                    let _ = serve(stream, &rules);
                });
            }
        });
        Self { port, certificate_pem, state }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The certificate that a client must trust.
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// From now on, this is answered at this step.
    pub fn answer(&self, step: Step, answer: Answer) {
        locked(&self.state).answers.push((step, answer));
    }

    /// From now on, all is well again.
    pub fn answer_well(&self) {
        locked(&self.state).answers.clear();
    }

    /// The mails so far.
    pub fn mails(&self) -> Vec<Received> {
        locked(&self.state).mails.clone()
    }

    /// The connections so far.
    pub fn connections(&self) -> usize {
        locked(&self.state).connections
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn tls_config() -> (Arc<ServerConfig>, String) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let chain = vec![CertificateDer::from(certificate.der().to_vec())];
    let private = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .unwrap();
    (Arc::new(config), certificate.pem())
}

/// One connection, encrypted or not.
enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

impl Stream {
    fn secured(self, rules: &Rules) -> io::Result<Self> {
        let Self::Plain(stream) = self else { return Ok(self) };
        let connection = ServerConnection::new(Arc::clone(&rules.tls)).map_err(io::Error::other)?;
        Ok(Self::Tls(Box::new(StreamOwned::new(connection, stream))))
    }

    fn is_encrypted(&self) -> bool {
        matches!(self, Self::Tls(_))
    }
}

struct Session<'a> {
    rules: &'a Rules,
    stream: BufReader<Stream>,
    user: Option<String>,
    from: String,
    to: Vec<String>,
}

fn serve(stream: TcpStream, rules: &Rules) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut stream = Stream::Plain(stream);
    if rules.security == Security::Tls {
        stream = stream.secured(rules)?;
    }
    let mut session =
        Session { rules, stream: BufReader::new(stream), user: None, from: String::new(), to: Vec::new() };
    session.say(Step::Greeting, "220 sink.example ESMTP")?;
    loop {
        let line = session.line()?;
        let command = line.to_ascii_uppercase();
        match command.split([' ', ':']).next().unwrap_or_default() {
            "" => return Ok(()),
            "EHLO" => session.hello()?,
            "STARTTLS" => {
                session.say(Step::StartTls, "220 go on")?;
                session.stream = BufReader::new(session.stream.into_inner().secured(rules)?);
            }
            "AUTH" => session.log_in(&line)?,
            "MAIL" if rules.login.is_some() && session.user.is_none() => {
                session.reply("530 5.7.0 Authentication required")?;
            }
            "MAIL" => {
                session.from = address(&line);
                session.say(Step::Sender, "250 2.1.0 Ok")?;
            }
            "RCPT" => {
                if address(&line).starts_with("nobody@") {
                    session.reply("550 5.1.1 No such user")?;
                } else {
                    session.to.push(address(&line));
                    session.say(Step::Recipient, "250 2.1.5 Ok")?;
                }
            }
            "DATA" => session.take_mail()?,
            "QUIT" => return session.reply("221 2.0.0 Bye"),
            _ => session.reply("502 5.5.2 unknown")?,
        }
    }
}

fn address(line: &str) -> String {
    line.split(['<', '>']).nth(1).unwrap_or_default().to_owned()
}

impl Session<'_> {
    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }

    fn reply(&mut self, reply: &str) -> io::Result<()> {
        self.stream.get_mut().write_all(format!("{reply}\r\n").as_bytes())?;
        self.stream.get_mut().flush()
    }

    /// Answers well, or as the test wants it.
    fn say(&mut self, step: Step, well: &str) -> io::Result<()> {
        let answer = || locked(&self.rules.state).answers.iter().find(|(at, _)| *at == step).cloned();
        match answer() {
            None => self.reply(well),
            Some((_, Answer::Refusal(reply))) => self.reply(reply),
            Some((_, Answer::Held)) => {
                while answer().is_some() {
                    thread::sleep(Duration::from_millis(2));
                }
                self.reply(well)
            }
            Some((_, Answer::Close)) => Err(io::ErrorKind::ConnectionAborted.into()),
            Some((_, Answer::Silence)) => {
                thread::sleep(Duration::from_secs(60));
                Err(io::ErrorKind::TimedOut.into())
            }
        }
    }

    fn hello(&mut self) -> io::Result<()> {
        let is_encrypted = self.stream.get_ref().is_encrypted();
        let mut lines = vec!["sink.example".to_owned(), "8BITMIME".to_owned()];
        if self.rules.security == Security::StartTls && !is_encrypted {
            lines.push("STARTTLS".to_owned());
        } else if self.rules.login.is_some() {
            lines.push(format!("AUTH {}", self.rules.mechanisms));
        }
        let last = lines.len() - 1;
        let reply: Vec<String> = lines
            .iter()
            .enumerate()
            .map(|(index, line)| format!("250{}{line}", if index == last { ' ' } else { '-' }))
            .collect();
        self.say(Step::Hello, &reply.join("\r\n"))
    }

    fn log_in(&mut self, line: &str) -> io::Result<()> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let given = match words[1].to_ascii_uppercase().as_str() {
            "PLAIN" => {
                let given = from_base64(words[2]);
                let parts: Vec<&str> = given.split('\0').collect();
                (parts[1].to_owned(), parts[2].to_owned())
            }
            _ => {
                self.reply("334 VXNlciBOYW1lAA==")?;
                let user = from_base64(&self.line()?);
                self.reply("334 UGFzc3dvcmQA")?;
                (user, from_base64(&self.line()?))
            }
        };
        if self.rules.login.is_some_and(|(user, password)| given == (user.to_owned(), password.to_owned())) {
            self.user = Some(given.0);
            return self.say(Step::Login, "235 2.7.0 Authentication successful");
        }
        self.reply("535 5.7.8 Error: authentication failed")
    }

    fn take_mail(&mut self) -> io::Result<()> {
        let answered = locked(&self.rules.state).answers.iter().any(|(at, _)| *at == Step::Data);
        self.say(Step::Data, "354 End data with <CR><LF>.<CR><LF>")?;
        if answered {
            return Ok(());
        }
        let mut raw = Vec::new();
        loop {
            let mut line = Vec::new();
            if self.stream.read_until(b'\n', &mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if line == b".\r\n" {
                break;
            }
            raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
        let is_refused = locked(&self.rules.state).answers.iter().any(|(at, _)| *at == Step::Content);
        if !is_refused {
            let mail = Received {
                from: self.from.clone(),
                to: std::mem::take(&mut self.to),
                raw,
                was_encrypted: self.stream.get_ref().is_encrypted(),
                user: self.user.clone(),
            };
            locked(&self.rules.state).mails.push(mail);
        }
        self.say(Step::Content, "250 2.0.0 Ok: queued as SINK")
    }
}

fn from_base64(text: &str) -> String {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let mut bytes = Vec::new();
    for chunk in text.trim_end_matches('=').as_bytes().chunks(4) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 6 | u32::from(value(*byte)));
        let bits = bits << (6 * (4 - chunk.len()));
        bytes.extend_from_slice(&bits.to_be_bytes()[1..chunk.len()]);
    }
    String::from_utf8(bytes).unwrap()
}

/// What only one of the crates that include this file needs is not unused.
const _: fn(&SmtpSink, &Received) = |sink, mail| {
    let _ = (sink.connections(), &mail.from, &mail.user, Answer::Silence, Answer::Held);
};
