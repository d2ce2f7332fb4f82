//! A server that answers anything at all: a listing, a download and a rename end, with an error that says something,
//! and a listed name never leads out of a folder.
#![no_main]

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::{Duration, Instant};

use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;
use tempostar::permit::Permit;
use tempostar::server::{Remote, RemoteFile};
use tempostar::settings::{Ftp, Secret, Server, Tls};

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir_in("/dev/shm").unwrap());

fuzz_target!(|data: &[u8]| {
    let control = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = control.local_addr().unwrap().port();
    let replies: Vec<Vec<u8>> = data.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect();
    let is_over = Arc::new(AtomicBool::new(false));
    let server = thread::spawn({
        let is_over = Arc::clone(&is_over);
        move || serve(&control, replies, &is_over)
    });
    let ftp = Ftp {
        connect_timeout: Duration::from_millis(100),
        timeout: Duration::from_millis(25),
        retries: 0,
        server: Server {
            host: "127.0.0.1".to_owned(),
            port,
            user: "user".to_owned(),
            password: Secret::new("canary-of-a-password"),
            tls: Tls::None,
        },
    };
    ask(&ftp);
    is_over.store(true, Ordering::Relaxed);
    // Wakes the server, which waits for another connection.
    let _ = TcpStream::connect(("127.0.0.1", port));
    server.join().unwrap();
});

fn ask(ftp: &Ftp) {
    let mut remote = Remote::new(ftp);
    match remote.list("/inbox", &|_| true) {
        Ok(listing) => {
            for file in &listing.files {
                assert!(!file.name.contains(['/', '\\', '\n', '\r', '\0']), "{:?}", file.name);
                assert!(!matches!(file.name.as_str(), "" | "." | ".."), "{:?}", file.name);
            }
            let file = RemoteFile { name: "a.csv".to_owned(), size: 3, modified: None };
            tell(remote.download("/inbox", &file, &FOLDER.path().join("a.csv")).map(drop));
            tell(remote.rename(Permit::of_a_real_run(), "/inbox/a.csv", "/inbox/archive/a.csv"));
        }
        Err(error) => tell(Err(error)),
    }
    // A relative path asks where the login ended up.
    tell(remote.size("a.csv").map(drop));
}

fn tell(result: Result<(), tempostar::server::Error>) {
    if let Err(error) = result {
        let told = &error.problem.message;
        assert!(!told.en.is_empty() && !told.ja.is_empty());
        assert!(!told.en.contains("canary-of-a-password") && !told.en.contains('\u{1b}'), "{told}");
    }
}

/// Answers each line with the next reply, until there is none left. `PASV` and `EPSV` are answered rightly, with the
/// next reply on the data connection, unless the reply begins with a digit.
fn serve(control: &TcpListener, replies: Vec<Vec<u8>>, is_over: &AtomicBool) {
    let mut replies = replies.into_iter();
    while let Ok((stream, _)) = control.accept() {
        if is_over.load(Ordering::Relaxed) {
            return;
        }
        let _ = stream.set_read_timeout(Some(Duration::from_millis(40)));
        let _ = stream.set_nodelay(true);
        let _ = converse(stream, &mut replies);
    }
}

fn converse(mut stream: TcpStream, replies: &mut impl Iterator<Item = Vec<u8>>) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?);
    say(&mut stream, &replies.next()?)?;
    loop {
        let mut line = String::new();
        match lines.read_line(&mut line) {
            Ok(0) | Err(_) => return Some(()),
            Ok(_) => {}
        }
        let reply = replies.next()?;
        if line.starts_with("PASV") && !reply.first().is_some_and(u8::is_ascii_digit) {
            let data = TcpListener::bind("127.0.0.1:0").ok()?;
            let port = data.local_addr().ok()?.port();
            say(&mut stream, format!("227 here (127,0,0,1,{},{})", port >> 8, port & 255).as_bytes())?;
            thread::spawn(move || send_data(&data, &reply));
        } else {
            say(&mut stream, &reply)?;
        }
    }
}

fn say(stream: &mut TcpStream, reply: &[u8]) -> Option<()> {
    stream.write_all(reply).and_then(|()| stream.write_all(b"\r\n")).ok()
}

/// To a client that comes at once, or to nobody.
fn send_data(listener: &TcpListener, bytes: &[u8]) {
    let _ = listener.set_nonblocking(true);
    let began = Instant::now();
    while began.elapsed() < Duration::from_millis(40) {
        if let Ok((mut stream, _)) = listener.accept() {
            let _ = stream.set_nonblocking(false);
            let _ = stream.write_all(bytes);
            return;
        }
        thread::sleep(Duration::from_micros(200));
    }
}
