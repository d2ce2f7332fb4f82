//! The transport against a mail server in this process.

use std::fs;

use mail_parser::MessageParser;

use super::page::{Block, Mail, mail};
use super::test_mail;
use super::transport::{probe, send};
use crate::moment::Moment;
use crate::problem::Problem;
use crate::settings::{Environment, Settings, load};
use crate::text::Language;

#[path = "../../tests/support/smtp_sink.rs"]
pub(crate) mod smtp_sink;

use smtp_sink::{Answer, Security, SmtpSink};

const USER: &str = "mailer";
const PASSWORD: &str = "mail#himitsu";

struct Fixture {
    sink: SmtpSink,
    folder: tempfile::TempDir,
    lines: String,
}

impl Fixture {
    fn new(sink: SmtpSink, lines: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("ca.pem"), sink.certificate_pem()).unwrap();
        Self { sink, folder, lines: lines.to_owned() }
    }

    fn settings(&self) -> Settings {
        let text = format!(
            "[shop]\ncode = \"12345\"\nname = \"サンプル商店\"\nadmin_email = \"owner@shop.example\"\n\
             [ftp.demo]\nurl = \"ftp.example\"\nuser = \"u\"\npassword = \"p\"\n\
             [mail]\nhost = \"localhost\"\nport = {}\nfrom = \"tempostar@shop.example\"\n{}\n",
            self.sink.port(),
            self.lines
        );
        let path = self.folder.path().join("tempostar.toml");
        fs::write(&path, text).unwrap();
        load(&path, Some(Environment::Demo)).unwrap()
    }

    fn send(&self) -> Result<(), Box<Problem>> {
        send(&self.settings(), &hello(), now())
    }

    #[track_caller]
    fn fails(&self, code: &str, says: &str) {
        let error = self.send().unwrap_err();
        assert_eq!(error.kind.code, code, "{error:?}");
        assert!(error.message.en.contains(says), "{}", error.message.en);
        assert!(!format!("{error:?}").contains(PASSWORD), "{error:?}");
    }
}

fn now() -> Moment {
    "2026-11-24 10:15:00".parse().unwrap()
}

fn hello() -> Mail {
    let blocks = [Block::Paragraph("在庫は 10:20 時点のものです。\n.\n".repeat(100))];
    mail("[TEMPOSTAR連携] サンプル商店: 在庫情報の取込に失敗しています", Language::Ja, &blocks)
}

const LOGIN: &str = "user = \"mailer\"\npassword = \"mail#himitsu\"";
const TLS: &str = "ca_file = \"ca.pem\"\ntls = ";

#[test]
fn a_mail_arrives_as_it_was_written() {
    let fixture = Fixture::new(SmtpSink::start(), "");
    fixture.send().unwrap();
    let mails = fixture.sink.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(
        (mails[0].from.as_str(), mails[0].to.as_slice()),
        ("tempostar@shop.example", &["owner@shop.example".to_owned()][..])
    );
    assert!(mails[0].raw.is_ascii(), "whatever lies on the way can carry it");
    let parsed = MessageParser::default().parse(&mails[0].raw).unwrap();
    assert_eq!(parsed.subject(), Some(hello().subject.as_str()));
    assert_eq!(parsed.body_text(0).unwrap().replace("\r\n", "\n"), hello().text);
    assert_eq!(parsed.body_html(0).unwrap().replace("\r\n", "\n"), hello().html);
    assert_eq!(parsed.date().unwrap().to_rfc3339(), "2026-11-24T01:15:00Z");
    assert!(parsed.message_id().is_some());
    assert_eq!(parsed.from().unwrap().first().unwrap().name(), Some("TEMPOSTAR連携"));
}

#[test]
fn every_way_to_a_server_works_and_the_password_goes_only_where_it_may() {
    for (security, tls) in [(Security::StartTls, "\"starttls\""), (Security::Tls, "\"tls\"")] {
        for mechanisms in ["PLAIN LOGIN", "LOGIN"] {
            let sink = SmtpSink::with(security, Some((USER, PASSWORD)), mechanisms);
            let fixture = Fixture::new(sink, &format!("{TLS}{tls}\n{LOGIN}"));
            probe(&fixture.settings().mail.transport).unwrap();
            assert_eq!(fixture.sink.mails().len(), 0);
            fixture.send().unwrap();
            let mail = &fixture.sink.mails()[0];
            assert!(mail.was_encrypted, "{security:?}");
            assert_eq!(mail.user.as_deref(), Some(USER), "{security:?} {mechanisms}");
        }
    }
}

#[test]
fn every_refusal_says_at_which_step_and_what_the_server_answered() {
    let cases = [
        (smtp_sink::Step::Greeting, "mail-refused"),
        (smtp_sink::Step::Hello, "mail-refused"),
        (smtp_sink::Step::Sender, "mail-sender-refused"),
        (smtp_sink::Step::Recipient, "mail-recipient-refused"),
        (smtp_sink::Step::Data, "mail-refused"),
        (smtp_sink::Step::Content, "mail-refused"),
    ];
    for (at, code) in cases {
        let fixture = Fixture::new(SmtpSink::start(), "");
        fixture.sink.answer(at, Answer::Refusal("554 5.7.1 Go away"));
        fixture.fails(code, "\"554 5.7.1 Go away\"");
        assert_eq!(fixture.sink.mails().len(), 0);
    }
}

#[test]
fn a_server_that_hangs_up_is_silent_or_is_not_there_is_told() {
    let fixture = Fixture::new(SmtpSink::start(), "");
    fixture.sink.answer(smtp_sink::Step::Greeting, Answer::Close);
    fixture.fails("mail-not-understood", "does not answer");
    fixture.sink.answer_well();
    fixture.sink.answer(smtp_sink::Step::Recipient, Answer::Silence);
    fixture.fails("mail-timeout", "within 1 s");
    assert_eq!(fixture.sink.connections(), 2);
    let mut settings = fixture.settings();
    if let crate::settings::Transport::Smtp(smtp) = &mut settings.mail.transport {
        smtp.port = 1;
    }
    let error = send(&settings, &hello(), now()).unwrap_err();
    assert_eq!(error.kind.code, "mail-unreachable");
}

#[test]
fn a_wrong_password_and_a_missing_login_are_told_apart() {
    let sink = || SmtpSink::with(Security::Plain, Some((USER, PASSWORD)), "PLAIN");
    Fixture::new(sink(), "user = \"mailer\"\npassword = \"wrong\"")
        .fails("mail-login-refused", "535 5.7.8 Error: authentication failed");
    Fixture::new(sink(), "").fails("mail-sender-refused", "530 5.7.0 Authentication required");
    Fixture::new(SmtpSink::start(), LOGIN).fails("mail-login-unsupported", "no login that we know");
}

#[test]
fn encryption_is_never_left_out() {
    Fixture::new(SmtpSink::start(), &format!("{TLS}\"starttls\""))
        .fails("mail-starttls-missing", "does not offer STARTTLS");
    let sink = || SmtpSink::with(Security::Tls, None, "");
    Fixture::new(sink(), "tls = \"tls\"").fails("mail-tls-failed", "UnknownIssuer");
    let sink = || SmtpSink::with(Security::StartTls, None, "");
    Fixture::new(sink(), "tls = \"starttls\"").fails("mail-tls-failed", "UnknownIssuer");
    Fixture::new(SmtpSink::start(), &format!("{TLS}\"tls\"")).fails("mail-tls-failed", "");
}

#[test]
fn a_test_mail_says_that_there_is_nothing_to_do() {
    let fixture = Fixture::new(SmtpSink::start(), "");
    let mut settings = fixture.settings();
    settings.language = Language::Ja;
    send(&settings, &test_mail(&settings, now()), now()).unwrap();
    let mails = fixture.sink.mails();
    let parsed = MessageParser::default().parse(&mails[0].raw).unwrap();
    assert_eq!(parsed.subject(), Some("[TEMPOSTAR連携] サンプル商店: テストメール"));
    assert!(parsed.body_text(0).unwrap().contains("ご対応は必要ありません"));
}
