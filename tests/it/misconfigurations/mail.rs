//! The mail to the shop manager.

use super::site::Site;
use super::{Language, check_healthy, misconfigurations, programs_run};
use crate::smtp_sink::{Answer, Security, SmtpSink, Step};

const LOGIN: (&str, &str) = ("owner", "mail-Pass");

misconfigurations! {
    the_mail_server_is_unknown {
        ja: "メールサーバの名前のつづりが違う",
        en: "the mail server's name is misspelt",
        site: || Site::mailing("host = \"mail.tempostar.invalid\"\nport = 25\ntls = \"none\""),
        finds: error "mail" "mail-unreachable" by [Support] exits 5,
    }
    nobody_listens_at_the_mail_servers_port {
        ja: "メールサーバが止まっているか、ポート番号が違う",
        en: "the mail server is down, or its port is wrong",
        site: || Site::mailing("host = \"localhost\"\nport = 25\ntls = \"none\"").after(|site| {
            let port = site.closed_port();
            site.setting("port = 25\n", &format!("port = {port}\n"));
            site.is_volatile(&port.to_string(), "<port>");
        }),
        finds: error "mail" "mail-unreachable" by [Support] exits 5,
    }
    the_mail_password_is_wrong {
        ja: "メールサーバのパスワードが違う",
        en: "the mail server's password is wrong",
        site: || {
            let sink = SmtpSink::with(Security::StartTls, Some(LOGIN), "PLAIN LOGIN");
            Site::mailing_by(&sink, "starttls", "user = \"owner\"\npassword_file = \"demo.pass\"")
        },
        finds: error "mail" "mail-login-refused" by [Support] exits 6,
    }
    the_mail_server_offers_no_starttls {
        ja: "メールサーバはSTARTTLSに対応していないのに、使う設定になっている",
        en: "the mail server does not offer STARTTLS, the settings demand it",
        site: || Site::mailing_by(&SmtpSink::start(), "starttls", ""),
        finds: error "mail" "mail-starttls-missing" by [Support] exits 6,
    }
    the_mail_server_does_not_speak_tls_at_once {
        ja: "メールサーバのポートは接続と同時の暗号化（tls = \"tls\"）に対応していない",
        en: "the mail server's port does not speak TLS from the start (tls = \"tls\")",
        site: || Site::mailing_by(&SmtpSink::start(), "tls", ""),
        finds: error "mail" "mail-tls-failed" by [Support] exits 6,
    }
    the_mail_servers_certificate_is_not_trusted {
        ja: "メールサーバの証明書を信頼する設定がない",
        en: "the mail server's certificate is not trusted",
        site: || Site::mailing_at(SmtpSink::with(Security::StartTls, None, "").port(), "tls = \"starttls\""),
        finds: error "mail" "mail-tls-failed" by [Support] exits 6,
    }
    the_mail_server_wants_encryption_before_the_login {
        ja: "メールサーバは暗号化してからのログインだけを受け付けるのに、暗号化しない設定になっている",
        en: "the mail server takes a login only once encrypted, the settings say none",
        site: || {
            let sink = SmtpSink::start();
            Site::mailing_by(&sink, "none", "user = \"owner\"\npassword_file = \"demo.pass\"")
        },
        finds: error "mail" "mail-login-unsupported" by [Support] exits 6,
    }
    the_mail_server_refuses_us {
        ja: "メールサーバが、このコンピュータからの接続を拒否する",
        en: "the mail server refuses this computer",
        site: || {
            let sink = SmtpSink::start();
            sink.answer(Step::Greeting, Answer::Refusal("554 5.7.1 Client host rejected"));
            Site::mailing_by(&sink, "none", "")
        },
        finds: error "mail" "mail-refused" by [Support] exits 6,
    }
    the_sender_is_refused {
        ja: "差出人のアドレス（from）がメールサーバに拒否される",
        en: "the mail server refuses the sender (`from`)",
        site: || {
            let sink = SmtpSink::start();
            sink.answer(Step::Sender, Answer::Refusal("553 5.7.1 Sender address rejected: not owned by user"));
            Site::mailing_by(&sink, "none", "")
        },
        with: ["--send-test-mail"],
        finds: error "mail" "mail-sender-refused" by [Support] exits 6,
    }
    the_recipient_is_refused {
        ja: "店舗管理者メールアドレスがメールサーバに拒否される",
        en: "the mail server refuses the shop manager's address",
        site: || {
            let sink = SmtpSink::start();
            sink.answer(Step::Recipient, Answer::Refusal("550 5.1.1 User unknown"));
            Site::mailing_by(&sink, "none", "")
        },
        with: ["--send-test-mail"],
        finds: error "mail" "mail-recipient-refused" by [Shop, Support] exits 6,
    }
    there_is_no_sendmail {
        ja: "sendmailで送る設定なのに、このコンピュータにsendmailがない",
        en: "mail is to go by sendmail, which this computer does not have",
        site: || {
            let mut site = Site::new().but("transport = \"none\"", "transport = \"sendmail\"\nfrom = \"tempostar@hanaya.internal\"");
            site.variable("PATH", "/nowhere");
            site
        },
        with: ["--send-test-mail"],
        finds: error "mail" "mail-sendmail-failed" by [Support] exits 6,
    }
    sendmail_is_missed_without_a_mail {
        ja: "sendmailがないことが、メールを送る前にわかる",
        en: "that there is no sendmail is seen before a mail is sent",
        site: || {
            let mut site = Site::new().but("transport = \"none\"", "transport = \"sendmail\"\nfrom = \"tempostar@hanaya.internal\"");
            site.variable("PATH", "/nowhere");
            site
        },
        finds: error "mail" "mail-sendmail-failed" by [Support] exits 6,
    }
    a_test_mail_without_mail {
        ja: "メールを送らない設定なのに、テストメールを送ろうとした",
        en: "a test mail was asked for, but the settings say that no mail is sent",
        site: Site::new,
        with: ["--send-test-mail"],
        finds: error "mail" "test-mail-none" by [Support] exits 6,
    }
}

impl Site {
    #[track_caller]
    fn mailing(lines: &str) -> Self {
        let lines = format!("transport = \"smtp\"\nfrom = \"tempostar@hanaya.internal\"\n{lines}");
        Self::new().but("transport = \"none\"", &lines)
    }

    #[track_caller]
    fn mailing_at(port: u16, lines: &str) -> Self {
        Self::mailing(&format!("host = \"localhost\"\nport = {port}\n{lines}"))
            .after(|site| site.is_volatile(&port.to_string(), "<port>"))
    }

    /// The settings trust the server's certificate.
    #[track_caller]
    fn mailing_by(sink: &SmtpSink, tls: &str, lines: &str) -> Self {
        let ca = if tls == "none" { "" } else { "ca_file = \"mail.pem\"\n" };
        Self::new().after(|site| site.write("mail.pem", sink.certificate_pem().as_bytes())).but(
            "transport = \"none\"",
            &format!(
                "transport = \"smtp\"\nfrom = \"tempostar@hanaya.internal\"\nhost = \"localhost\"\nport = {}\n\
                 tls = \"{tls}\"\n{ca}{lines}",
                sink.port()
            ),
        ).after(|site| site.is_volatile(&sink.port().to_string(), "<port>"))
    }
}

#[test]
fn a_mail_server_that_lets_us_in_is_not_blamed_and_gets_no_mail() {
    let plain = SmtpSink::start();
    check_healthy(Site::mailing_by(&plain, "none", ""));
    let encrypted = SmtpSink::with(Security::StartTls, Some(LOGIN), "PLAIN LOGIN");
    let login = "user = \"owner\"\npassword_file = \"mail.pass\"";
    check_healthy(
        Site::mailing_by(&encrypted, "starttls", login).after(|site| site.write_secret("mail.pass", LOGIN.1)),
    );
    check_healthy(Site::mailing_by(&SmtpSink::with(Security::Tls, None, ""), "tls", ""));
    assert_eq!((plain.mails().len(), encrypted.mails().len()), (0, 0));
    assert!(plain.connections() > 0 && encrypted.connections() > 0);
}

#[test]
fn a_test_mail_is_sent_where_one_is_asked_for_and_only_then() {
    let sink = SmtpSink::start();
    let mut site = Site::mailing_by(&sink, "none", "");
    for language in [Language::Ja, Language::En] {
        programs_run(&mut site, &[], language).0.ok();
        let before = sink.mails().len();
        let (ran, document) = programs_run(&mut site, &["--send-test-mail"], language);
        ran.ok();
        let mail = document["checks"].as_array().unwrap().iter().find(|check| check["id"] == "mail").unwrap();
        assert!(mail["message"].as_str().unwrap().contains("owner@hanaya.internal"), "{mail}");
        let mails = sink.mails();
        assert_eq!(mails.len(), before + 1);
        assert_eq!(mails[before].to, ["owner@hanaya.internal"]);
    }
    assert_eq!(sink.mails().len(), 2);
}

#[test]
fn the_mail_server_is_left_alone_offline() {
    let sink = SmtpSink::start();
    Site::mailing_by(&sink, "none", "").run(["check-settings", "--offline"]).ok();
    assert_eq!(sink.connections(), 0);
}
