//! The way to the FTP server: name, connection, greeting, login, data connection.

use std::io::{self, Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use super::site::Site;
use super::{Language, check_healthy, misconfigurations, programs_run};
use crate::bent_server::{Bend, BentServer, PASSWORD, implicit_tls};
use crate::bent_servers::FOLDERS;
use crate::ftp_server::Fault;
use crate::harness::STOCK_INBOX;
use crate::proxy::{Act, DataAct, GREETING, Wall};

misconfigurations! {
    the_host_is_unknown {
        ja: "FTP接続先URLのつづりが違う",
        en: "the host name is misspelt",
        site: || Site::new().but("127.0.0.1", "ftp.tempostar.internal"),
        finds: error "server-name" "ftp-unknown-host" by [Support] exits 5,
    }
    nobody_listens_at_the_port {
        ja: "ポート番号が違う（そのポートでは何も動いていない）",
        en: "the port number is wrong: nobody listens there",
        site: || Site::new().after(|site| {
            let port = site.closed_port();
            site.moves_to_port(port);
        }),
        finds: error "server-connection" "ftp-unreachable" by [Support, Savaway] exits 5,
    }
    the_firewall_swallows_the_connection {
        ja: "FTPのポートへの通信がファイアウォールで止められている",
        en: "a firewall swallows what goes to the port",
        site: || Site::new().after(|site| {
            let wall = Wall::build().unwrap();
            site.moves_to_port(wall.port());
            site.keep(wall);
        }),
        finds: error "server-connection" "ftp-timeout" by [Support, Savaway] exits 5,
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
    the_port_is_of_an_ssh_server {
        ja: "ポート番号がSSH（SFTP）のものになっている",
        en: "the port is that of an SSH (SFTP) server",
        site: || Site::at_server_that_says("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"),
        finds: error "server-greeting" "ftp-port-of-ssh" by [Support] exits 6,
    }
    the_port_is_of_a_web_server {
        ja: "ポート番号がWebサーバのものになっている",
        en: "the port is that of a web server",
        site: || Site::at_server_that_answers("HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n"),
        finds: error "server-greeting" "ftp-port-of-web" by [Support] exits 6,
    }
    the_port_is_of_a_mail_server {
        ja: "ポート番号がメールサーバのものになっている",
        en: "the port is that of a mail server",
        site: || Site::at_server_that_says("220 mail.example ESMTP Postfix\r\n"),
        finds: error "server-greeting" "ftp-port-of-mail" by [Support] exits 6,
    }
    the_port_wants_tls_from_the_start {
        ja: "接続と同時に暗号化を始めるサーバ（Implicit FTPS、通常ポート990）なのに、tls = \"explicit\"になっている",
        en: "the server encrypts from the start (implicit FTPS, usually port 990), the settings say tls = \"explicit\"",
        site: || Site::at_server_of_implicit_ftps().but("tls = \"implicit\"", "tls = \"explicit\""),
        finds: error "server-greeting" "ftp-port-of-tls" by [Support] exits 6,
        mended_by: "tls = \"explicit\"" => "tls = \"implicit\"",
    }
    the_server_greets_before_it_encrypts {
        ja: "接続の後に暗号化を始めるサーバなのに、tls = \"implicit\"になっている",
        en: "the server greets before it encrypts, the settings say tls = \"implicit\"",
        site: || Site::encrypted().but("tls = \"explicit\"", "tls = \"implicit\""),
        finds: error "server-encryption" "ftp-port-without-tls" by [Support] exits 6,
        mended_by: "tls = \"implicit\"" => "tls = \"explicit\"",
    }
    the_port_is_of_implicit_ftps {
        ja: "ポート番号がImplicit FTPSのもの（990）なのに、tls = \"explicit\"になっている（接続せずに確認）",
        en: "the port is implicit FTPS's (990), the settings say tls = \"explicit\" (checked without a connection)",
        site: || Site::encrypted().at_port(990),
        with: ["--offline"],
        finds: warning "settings" "ftp-port-and-tls" by [Support] exits 0,
        mended_by: "tls = \"explicit\"" => "tls = \"implicit\"",
    }
    the_port_is_of_explicit_ftps {
        ja: "ポート番号が通常のFTPのもの（21）なのに、tls = \"implicit\"になっている（接続せずに確認）",
        en: "the port is FTP's usual one (21), the settings say tls = \"implicit\" (checked without a connection)",
        site: || Site::encrypted().at_port(21).but("tls = \"explicit\"", "tls = \"implicit\""),
        with: ["--offline"],
        finds: warning "settings" "ftp-port-and-tls" by [Support] exits 0,
        mended_by: "port = 21" => "port = 990",
    }
    the_port_is_of_something_unknown {
        ja: "ポート番号がFTPではない別のサービスのものになっている",
        en: "the port is that of some other service",
        site: || Site::at_server_that_says("* hello, this is the stock ticker\r\n"),
        finds: error "server-greeting" "ftp-not-understood" by [Support, Savaway] exits 5,
    }
    the_server_hangs_up_without_a_word {
        ja: "サーバが、このコンピュータのIPアドレスからの接続を許可していない（何も応答せず切断）",
        en: "the server does not admit this computer's IP address: it hangs up without a word",
        site: || Site::new().after(|site| site.ftp.faults().always(Fault::ConnectionDropped)),
        finds: error "server-greeting" "ftp-connection-lost" by [Support, Savaway] exits 5,
    }
    too_many_connections {
        ja: "サーバの同時接続数の上限に達している",
        en: "too many connections to the server at the same time",
        site: || Site::behind_proxy(GREETING, says("421 Too many connections, try again later")),
        finds: error "server-greeting" "ftp-server-busy" by [Support, Savaway] exits 5,
    }
    too_many_sessions_of_the_user {
        ja: "同じFTPユーザIDでの同時接続数の上限に達している",
        en: "too many sessions of the same user at the same time",
        site: || Site::behind_proxy("PASS", says("530 Sorry, the maximum number of clients (3) for this user are already connected.")),
        finds: error "server-login" "ftp-server-busy" by [Support, Savaway] exits 5,
    }
    the_password_is_wrong {
        ja: "FTPパスワードが違う",
        en: "the password is wrong",
        site: || Site::new().after(|site| site.write("demo.pass", b"wrong")),
        finds: error "server-login" "ftp-login-refused" by [Support, Shop] exits 6,
    }
    the_user_is_wrong {
        ja: "FTPユーザIDが違う",
        en: "the user is wrong",
        site: || Site::new().but("user = \"12345_0\"", "user = \"12345_1\""),
        finds: error "server-login" "ftp-login-refused" by [Support, Shop] exits 6,
    }
    user_and_password_are_swapped {
        ja: "FTPユーザIDとFTPパスワードが入れ替わっている",
        en: "user and password are swapped",
        site: || Site::new().after(|site| {
            let (user, password) = (site.ftp.user(), site.ftp.password());
            site.setting(&format!("user = {user:?}"), &format!("user = {password:?}"));
            site.write("demo.pass", user.as_bytes());
        }),
        finds: error "server-login" "ftp-login-refused" by [Support, Shop] exits 6,
    }
    the_password_is_the_user {
        ja: "FTPパスワードにFTPユーザIDを書いている",
        en: "the user stands where the password should",
        site: || Site::new().after(|site| site.write("demo.pass", site.ftp.user().as_bytes())),
        finds: error "server-login" "ftp-login-refused" by [Support, Shop] exits 6,
    }
    the_password_is_full_width {
        ja: "FTPパスワードに全角文字が混ざっている",
        en: "the password has a full-width character in it",
        site: || Site::new().after(|site| site.write("demo.pass", "ｈimitsu".as_bytes())),
        finds: error "server-login" "ftp-login-refused" by [Support, Shop] exits 6,
    }
    the_password_of_the_other_environment {
        ja: "テスト用の接続先に、本番用のFTPユーザIDとパスワードを書いている",
        en: "the login of production stands in demo",
        site: || Site::new().but("user = \"12345_0\"", "user = \"12345_9\"").after(|site| {
            site.write("demo.pass", b"of-production");
        }),
        finds: error "server-login" "ftp-login-refused" by [Support, Shop] exits 6,
    }
    the_data_port_is_refused {
        ja: "データ接続（パッシブモード）のポートが閉じている",
        en: "the port of the data connection is closed",
        site: || Site::behind_proxy("PASV", Act::RefuseData),
        finds: error "server-listing" "ftp-data-connection" by [Support, Savaway] exits 5,
    }
    the_firewall_swallows_data_connections {
        ja: "データ接続（パッシブモード）のポートがファイアウォールで止められている",
        en: "a firewall swallows data connections",
        site: || Site::behind_proxy("PASV", Act::SwallowData),
        finds: error "server-listing" "ftp-data-connection" by [Support, Savaway] exits 5,
    }
    nothing_comes_over_the_data_connection {
        ja: "データ接続は開くが、データが届かない",
        en: "the data connection opens, but nothing comes over it",
        site: || Site::behind_proxy("NLST", Act::Data(DataAct::Stall(0))),
        finds: error "server-listing" "ftp-timeout" by [Support, Savaway] exits 5,
    }
    passive_mode_is_forbidden {
        ja: "サーバがパッシブモードを許可していない",
        en: "the server does not allow passive mode",
        site: || Site::behind_proxy("PASV", says("530 PASV is not allowed")),
        finds: error "server-listing" "ftp-refused" by [Support, Savaway] exits 5,
    }
    the_server_does_not_know_size {
        ja: "サーバがファイルサイズの確認（SIZE）に対応していない",
        en: "the server does not know SIZE",
        site: || Site::behind_proxy("SIZE", says("502 Command not implemented")).after(|site| {
            site.put_sheet(STOCK_INBOX, "stock20261124100000.csv", "商品コード,在庫数\nA-1,1\n");
        }),
        finds: error "server-folders" "ftp-size-unsupported" by [Support, Savaway] exits 6,
    }
}

impl Site {
    /// At the port is a server that says this to whoever comes, and nothing else.
    #[track_caller]
    fn at_server_that_says(words: &'static str) -> Self {
        Self::at_server(move |mut socket| {
            socket.write_all(words.as_bytes())?;
            io::copy(&mut socket, &mut io::sink())
        })
    }

    /// At the port is a server that waits until somebody says something, answers this and hangs up.
    #[track_caller]
    fn at_server_that_answers(words: &'static str) -> Self {
        Self::at_server(move |mut socket| {
            let read = socket.read(&mut [0; 4096])?;
            socket.write_all(words.as_bytes())?;
            Ok(read as u64)
        })
    }

    /// At the port is a server that agrees to AUTH TLS, and then answers this.
    #[track_caller]
    pub fn at_server_that_answers_tls_with(answer: impl AsRef<[u8]> + Clone + Send + 'static) -> Self {
        let site = Self::at_server(move |mut socket| {
            socket.write_all(b"220 hello\r\n")?;
            let _ = socket.read(&mut [0; 4096])?;
            socket.write_all(b"234 go on\r\n")?;
            let _ = socket.read(&mut [0; 4096])?;
            socket.write_all(answer.as_ref())?;
            io::copy(&mut socket, &mut io::sink())
        });
        site.but("tls = \"none\"", "tls = \"explicit\"")
    }

    /// At a server that encrypts from the start, as the settings say.
    #[track_caller]
    fn at_server_of_implicit_ftps() -> Self {
        let (config, sha256) = implicit_tls();
        let server = BentServer::start(Bend { tls: Some(config), ..Bend::default() }, &FOLDERS);
        let site = Self::new().at_port(server.port());
        site.write_secret("demo.pass", PASSWORD);
        site.but("tls = \"none\"", &format!("tls = \"implicit\"\ncertificate_sha256 = \"{sha256}\""))
    }

    #[track_caller]
    fn at_server(serve: impl Fn(std::net::TcpStream) -> io::Result<u64> + Clone + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        // It ends with the test process.
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                // Whoever hangs up does not want to hear it.
                let serve = serve.clone();
                thread::spawn(move || serve(socket).unwrap_or(0));
            }
        });
        Self::new().at_port(port)
    }
}

/// The answer of a server that does not do it.
fn says(reply: &str) -> Act {
    Act::Answer(format!("{reply}\r\n").into_bytes())
}

// What looks odd and is none of anybody's business.

#[test]
fn a_server_without_mlsd_is_not_blamed() {
    check_healthy(Site::behind_proxy("FEAT", says("211-Features:\r\n SIZE\r\n MDTM\r\n211 End")));
}

#[test]
fn a_server_that_does_not_know_the_question_for_features_is_not_blamed() {
    check_healthy(Site::behind_proxy("FEAT", says("502 Command not implemented")));
}

#[test]
fn a_server_that_greets_late_is_not_blamed() {
    check_healthy(Site::behind_proxy(GREETING, Act::Delay(Duration::from_secs(1))));
}

#[test]
fn a_server_that_says_much_is_not_blamed() {
    for command in [GREETING, "USER", "PASS", "TYPE", "CWD", "STOR", "RNFR"] {
        check_healthy(Site::behind_proxy(command, Act::MoreLines));
    }
}

#[test]
fn an_address_that_cannot_be_reached_is_told_and_not_blamed() {
    let mut site = Site::behind_proxy("PASV", Act::WrongAddress);
    for language in [Language::Ja, Language::En] {
        let (ran, document) = programs_run(&mut site, &["--write-test"], language);
        assert_eq!(document["problems"][0]["severity"], "note", "{ran}");
        ran.ok().only_problem("ftp-passive-address", "", &["10.255.255.1"]);
    }
}
