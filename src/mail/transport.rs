//! Carries a mail: to an SMTP server, step by step, so that a failure says which step and what the server answered; or
//! to the host's own sendmail.
//!
//! Neither may keep a run for long: every read and write has a time-out, and the whole of it a deadline.

use std::error::Error;
use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::Chain;
use lettre::Address;
use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt};
use lettre::transport::smtp::extension::ClientId;

use super::page::Mail;
use crate::moment::Moment;
use crate::problem::Problem;
use crate::settings::{self, Login, MailTls, Settings, Smtp, Transport};
use crate::text::mail as text;
use crate::threads;

/// For connecting, and for every read and write.
const TIMEOUT: Duration = Duration::from_secs(if cfg!(feature = "test-hooks") { 3 } else { 10 });

/// For all of it: a server that trickles must not keep a run.
const DEADLINE: Duration = Duration::from_secs(40);

/// As whom we write; the address is the settings'.
const SENDER_NAME: &str = "TEMPOSTAR連携";

/// Sends a mail to the shop manager: to everybody of them whom the server takes. Gives those whom it refused.
///
/// # Errors
/// When it went to nobody: what the reader is told, with the server's own reply. The mail may have gone out nevertheless,
/// if the server was too slow to say so.
pub(crate) fn send(settings: &Settings, mail: &Mail, now: Moment) -> Result<Vec<Problem>, Box<Problem>> {
    match &settings.mail.transport {
        Transport::None => Ok(Vec::new()),
        Transport::Sendmail => {
            let message = message(settings, mail, now)?;
            let secrets = settings.secret_variables.clone();
            let timed_out = |limit: Duration| text::sendmail(&format!("no end within {} s", limit.as_secs()));
            within_deadline(timed_out, move || send_by_sendmail(&message, &secrets).map(|()| Vec::new()))
        }
        Transport::Smtp(smtp) => {
            let message = message(settings, mail, now)?;
            let (server, timed_out) = (smtp.clone(), |limit| server_timed_out(smtp, limit));
            within_deadline(timed_out, move || send_by_smtp(&server, &message))
        }
    }
}

/// Connects, encrypts and logs in as [`send`] would; sends nothing. Of sendmail, nothing can be tried without a mail.
pub(crate) fn probe(transport: &Transport) -> Result<(), Box<Problem>> {
    let Transport::Smtp(smtp) = transport else { return Ok(()) };
    let (server, timed_out) = (smtp.clone(), |limit| server_timed_out(smtp, limit));
    within_deadline(timed_out, move || {
        // The server has taken us; how it says good-bye does not matter.
        let _ = connect(&server)?.quit();
        Ok(())
    })
}

fn server_timed_out(server: &Smtp, limit: Duration) -> Problem {
    text::timed_out(&server.host, server.port, limit.as_secs())
}

/// Waits for the work no longer than the deadline; what is late then ends with the process.
fn within_deadline<T: Send + 'static>(
    timed_out: impl Fn(Duration) -> Problem,
    work: impl FnOnce() -> Result<T, Box<Problem>> + Send + 'static,
) -> Result<T, Box<Problem>> {
    if !threads::are_to_be_had() {
        // Then each read and write has its time-out, but not the whole.
        return work();
    }
    let (done, wait) = mpsc::channel();
    thread::spawn(move || done.send(work()));
    wait.recv_timeout(DEADLINE).unwrap_or_else(|_| Err(Box::new(timed_out(DEADLINE))))
}

// The message ----------------------------------------------------------------------------------------------------

fn message(settings: &Settings, mail: &Mail, now: Moment) -> Result<Message, Box<Problem>> {
    let from = address(settings.mail.from.as_deref())?;
    let to = addressees(settings)?;
    // lettre would read the addresses back from the header, and loses a quoted one.
    let envelope = Envelope::new(Some(from.clone()), to.clone());
    let envelope = envelope.map_err(|error| Box::new(text::bad_address(&error.to_string())))?;
    // Holiday notices and the like need not answer.
    let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
    let automatic = HeaderValue::new(automatic, "auto-generated".to_owned());
    let built = to
        .into_iter()
        .fold(Message::builder(), |builder, to| builder.to(Mailbox::new(None, to)))
        .envelope(envelope)
        .from(Mailbox::new(Some(SENDER_NAME.to_owned()), from))
        .date(now.to_system())
        .message_id(None)
        .subject(mail.subject.as_str())
        .raw_header(automatic)
        .multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()));
    built.map_err(|error| Box::new(text::bad_address(&error.to_string())))
}

fn addressees(settings: &Settings) -> Result<Vec<Address>, Box<Problem>> {
    settings.shop.admin_email.iter().map(|to| address(Some(to))).collect()
}

/// Whether a mail can be addressed as the settings want it.
pub(crate) fn check_addresses(settings: &Settings) -> Result<(), Box<Problem>> {
    address(settings.mail.from.as_deref())?;
    addressees(settings).map(drop)
}

fn address(written: Option<&str>) -> Result<Address, Box<Problem>> {
    let written = written.unwrap_or_default();
    // Japanese carriers have given out addresses with dots where only a quoted name may have them.
    let quoted = || {
        let (name, domain) = written.rsplit_once('@')?;
        Address::new(format!("\"{name}\""), domain).ok()
    };
    written.parse().ok().or_else(quoted).ok_or_else(|| Box::new(text::bad_address(written)))
}

// sendmail -------------------------------------------------------------------------------------------------------

/// It inherits our environment, but for the passwords: it may run programs of its own, and write the mail's addressee a
/// report with it.
fn send_by_sendmail(message: &Message, secrets: &[String]) -> Result<(), Box<Problem>> {
    let failed = |reason: &str| Box::new(text::sendmail(reason.trim()));
    let mut command = Command::new(settings::sendmail().unwrap_or_else(|| "sendmail".into()));
    command.arg("-i");
    if let Some(from) = message.envelope().from() {
        command.arg("-f").arg(from);
    }
    command.arg("--").args(message.envelope().to().iter().map(ToString::to_string));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    secrets.iter().for_each(|name| {
        command.env_remove(name);
    });
    let mut child = command.spawn().map_err(|error| failed(&error.to_string()))?;
    let written = child.stdin.take().map_or(Ok(()), |mut pipe| pipe.write_all(&message.formatted()));
    let output = child.wait_with_output().map_err(|error| failed(&error.to_string()))?;
    match output.status.success() {
        true => written.map_err(|error| failed(&error.to_string())),
        false => Err(failed(&format!("{} ({})", String::from_utf8_lossy(&output.stderr), output.status))),
    }
}

// SMTP -----------------------------------------------------------------------------------------------------------

fn send_by_smtp(server: &Smtp, message: &Message) -> Result<Vec<Problem>, Box<Problem>> {
    let mut connection = connect(server)?;
    let envelope = message.envelope();
    let from = envelope.from().cloned();
    let shown = from.as_ref().map(ToString::to_string).unwrap_or_default();
    connection.command(MailFrom::new(from, Vec::new())).map_err(|error| match error.status() {
        Some(_) => Box::new(text::sender_refused(&shown, &reply(&error))),
        None => Box::new(explain(server, &error)),
    })?;
    let mut refused = Vec::new();
    for to in envelope.to() {
        if let Err(error) = connection.command(Rcpt::new(to.clone(), Vec::new())) {
            if error.status().is_none() {
                return Err(Box::new(explain(server, &error)));
            }
            refused.push(text::recipient_refused(to.as_ref(), &reply(&error)));
        }
    }
    if refused.len() == envelope.to().len() {
        return Err(Box::new(refused.remove(0)));
    }
    let in_content = |error| Box::new(explain(server, &error));
    connection.command(Data).map_err(in_content)?;
    connection.message(&message.formatted()).map_err(in_content)?;
    // The server has taken it; how it says good-bye does not matter.
    let _ = connection.quit();
    Ok(refused)
}

fn connect(server: &Smtp) -> Result<SmtpConnection, Box<Problem>> {
    let hello = ClientId::default();
    let parameters = match server.tls {
        MailTls::None => None,
        MailTls::StartTls | MailTls::Tls => Some(tls_parameters(server)?),
    };
    let from_the_start = parameters.as_ref().filter(|_| server.tls == MailTls::Tls);
    let address = (server.host.as_str(), server.port);
    let mut connection = SmtpConnection::connect(address, Some(TIMEOUT), &hello, from_the_start, None)
        .map_err(|error| Box::new(explain(server, &error)))?;
    if let Some(parameters) = parameters.filter(|_| server.tls == MailTls::StartTls) {
        if !connection.can_starttls() {
            return Err(Box::new(text::starttls_missing(&server.host, server.port)));
        }
        let secured = connection.starttls(&parameters, &hello);
        secured.map_err(|error| Box::new(explain(server, &error)))?;
    }
    if let Some(login) = &server.login {
        log_in(server, &mut connection, login)?;
    }
    Ok(connection)
}

fn tls_parameters(server: &Smtp) -> Result<TlsParameters, Box<Problem>> {
    let mut builder = TlsParameters::builder(server.host.clone());
    if let Some(path) = &server.ca_file {
        let unusable = |reason: String| Box::new(text::ca_file(&path.display().to_string(), &reason));
        let pem = std::fs::read(path).map_err(|error| unusable(error.to_string()))?;
        let certificate = Certificate::from_pem(&pem).map_err(|error| unusable(innermost(&error)))?;
        builder = builder.add_root_certificate(certificate);
    }
    let built = builder.build_rustls();
    built.map_err(|error| Box::new(text::tls_failed(&server.host, server.port, &innermost(&error))))
}

fn log_in(server: &Smtp, connection: &mut SmtpConnection, login: &Login) -> Result<(), Box<Problem>> {
    let credentials = Credentials::new(login.user.clone(), login.password.reveal().to_owned());
    let mechanisms = [Mechanism::Plain, Mechanism::Login];
    if connection.server_info().get_auth_mechanism(&mechanisms).is_none() {
        return Err(Box::new(text::login_unsupported(&server.host, server.port)));
    }
    connection.auth(&mechanisms, &credentials).map(drop).map_err(|error| match error.status() {
        Some(_) => Box::new(text::login_refused(&login.user, &reply(&error))),
        None => Box::new(explain(server, &error)),
    })
}

/// What an error means, at whatever step.
fn explain(server: &Smtp, error: &smtp::Error) -> Problem {
    let (host, port) = (server.host.as_str(), server.port);
    if error.status().is_some() {
        return text::refused(host, port, &reply(error));
    }
    let reason = innermost(error);
    match io_kind(error) {
        Some(io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock) => server_timed_out(server, TIMEOUT),
        _ if is_about_tls(server, error) => text::tls_failed(host, port, &reason),
        _ if error.is_response() || error.is_client() => text::not_understood(host, port, &reason),
        _ => text::unreachable(host, port, &reason),
    }
}

/// The server's own words, with their number.
fn reply(error: &smtp::Error) -> String {
    let code = error.status().map(|code| code.to_string()).unwrap_or_default();
    format!("{code} {}", error.source().map(ToString::to_string).unwrap_or_default()).trim().to_owned()
}

/// The error that was first: what lies around it only says in which part of the library it came up.
fn innermost(error: &(dyn Error + 'static)) -> String {
    Chain::new(error).last().map(ToString::to_string).unwrap_or_default()
}

fn io_kind(error: &smtp::Error) -> Option<io::ErrorKind> {
    Chain::new(error).find_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind)
}

/// rustls's errors travel as "invalid data".
fn is_about_tls(server: &Smtp, error: &smtp::Error) -> bool {
    let is_invalid_data = io_kind(error) == Some(io::ErrorKind::InvalidData);
    error.is_tls() || server.tls != MailTls::None && is_invalid_data
}
