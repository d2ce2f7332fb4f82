//! Whether problems would reach the shop manager by mail.

use super::finding::Found;
use crate::cli::CheckSettings;
use crate::mail::{test_mail, transport};
use crate::moment::Moment;
use crate::problem::Problem;
use crate::settings::{self, Settings, Transport};
use crate::text::{self, check_settings as say};

/// Goes as far as can be tried without a mail; if one was asked for, sends it.
pub(super) fn look(settings: &Settings, options: &CheckSettings, now: Moment) -> Found {
    let program = settings.notify.first().filter(|program| !settings::is_program(program));
    let missing = program.map(|program| text::mail::no_notify_command(program));
    look_at_mail(settings, options, now).with(missing)
}

fn look_at_mail(settings: &Settings, options: &CheckSettings, now: Moment) -> Found {
    let to = &settings.shop.admin_email.join(", ");
    let way = &settings.mail.transport;
    if options.send_test_mail {
        let fact = match way {
            Transport::None => return Found::failed([say::no_test_mail()]),
            Transport::Sendmail => say::test_mail_by_sendmail(to),
            Transport::Smtp(smtp) => say::test_mail_by_smtp(to, &smtp.host, smtp.port),
        };
        let sent = transport::send(settings, &test_mail(settings, now), now);
        return sent.map_or_else(failed, |refused| match refused.is_empty() {
            true => Found::ok(fact),
            false => Found::failed(refused),
        });
    }
    if *way != Transport::None
        && let Err(problem) = transport::check_addresses(settings)
    {
        return failed(problem);
    }
    match way {
        Transport::None => Found::ok(say::mail_none()),
        Transport::Sendmail if settings::sendmail().is_none() => {
            failed(Box::new(text::mail::sendmail("sendmail: not found")))
        }
        Transport::Sendmail => Found::ok(say::mail_sendmail(to)),
        Transport::Smtp(smtp) if options.offline => {
            Found::ok(say::mail_smtp_untried(to, &smtp.host, smtp.port))
        }
        Transport::Smtp(smtp) => {
            let tried = transport::probe(way);
            tried.map_or_else(failed, |()| Found::ok(say::mail_smtp(to, &smtp.host, smtp.port)))
        }
    }
}

#[expect(clippy::boxed_local, reason = "as it comes from the transport")]
fn failed(problem: Box<Problem>) -> Found {
    Found::failed([*problem])
}
