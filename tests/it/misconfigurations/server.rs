//! The way to the FTP server.

use std::io::{self, Write};
use std::net::TcpListener;
use std::thread;

use super::misconfigurations;
use super::site::Site;

misconfigurations! {
    the_host_is_unknown {
        ja: "FTP接続先URLのつづりが違う",
        en: "the host name is misspelt",
        site: || Site::new().but("127.0.0.1", "ftp.tempostar.invalid"),
        finds: error "server-name" "ftp-unknown-host" by [Support] exits 5,
    }
    the_port_is_silent {
        ja: "ポート番号が違う（つながるが何も応答しない）",
        en: "the port number is wrong: whoever listens there says nothing",
        site: || Site::new().after(|site| {
            let silent = TcpListener::bind("127.0.0.1:0").unwrap();
            site.moves_to_port(silent.local_addr().unwrap().port());
            site.keep(silent);
        }),
        finds: error "server-greeting" "ftp-timeout" by [Support, Savaway] exits 5,
    }
    nobody_listens_at_the_port {
        ja: "ポート番号が違う（そのポートでは何も動いていない）",
        en: "the port number is wrong: nobody listens there",
        site: || Site::new().at_port(closed_port()),
        finds: error "server-connection" "ftp-unreachable" by [Support, Savaway] exits 5,
    }
    the_port_is_of_an_ssh_server {
        ja: "ポート番号がSSH（SFTP）のものになっている",
        en: "the port is that of an SSH (SFTP) server",
        site: || Site::at_server_that_says(b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"),
        finds: error "server-greeting" "ftp-not-understood" by [Support, Savaway] exits 5,
    }
    the_password_is_wrong {
        ja: "FTPパスワードが違う",
        en: "the password is wrong",
        site: || Site::new().after(|site| site.write("demo.pass", b"wrong")),
        finds: error "server-login" "ftp-login-refused" by [Support, Shop] exits 6,
    }
    the_server_demands_encryption {
        ja: "サーバは暗号化を求めているのに、暗号化しない設定になっている",
        en: "the server demands encryption, the settings say none",
        site: || Site::encrypted().but("tls = \"explicit\"\n", "tls = \"none\"\n"),
        finds: error "server-login" "ftp-tls-required" by [Support] exits 6,
    }
}

impl Site {
    /// At the port is a server that says this to whoever comes, and nothing else.
    #[track_caller]
    fn at_server_that_says(words: &'static [u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        // It ends with the test process.
        thread::spawn(move || {
            for socket in listener.incoming() {
                let mut socket = socket.unwrap();
                // Whoever hangs up does not want to hear it.
                let _ = socket.write_all(words);
                let _ = io::copy(&mut socket, &mut io::sink());
            }
        });
        Self::new().at_port(port)
    }
}

/// A port that was free a moment ago.
fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
