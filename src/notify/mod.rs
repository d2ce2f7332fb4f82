//! The mail to the shop manager.
//!
//! [`transport`] carries a mail to the shop's mail server, or tries whether it would go; [`page`] shows its content as
//! plain text and as HTML.

pub mod page;
pub mod transport;

use chrono::NaiveDateTime;

use self::page::Block;
use self::transport::Mail;
use crate::clock::format_time;
use crate::settings::Settings;
use crate::text::{Language, notify as text};

/// The mail with which `check-settings` tries whether mails arrive.
pub fn test_mail(settings: &Settings, now: NaiveDateTime) -> Mail {
    let language = settings.language;
    let blocks = [
        text::test_mail(&settings.shop.name),
        text::test_mail_nothing_to_do(),
        text::test_mail_facts(&format_time(now), settings.environment.as_str()),
    ];
    let blocks = blocks.map(|text| Block::Paragraph(text.get(language).to_owned()));
    mail(text::test_mail_subject(&settings.shop.name).get(language), language, &blocks)
}

fn mail(subject: &str, language: Language, blocks: &[Block]) -> Mail {
    let html_language = match language {
        Language::Ja => "ja",
        Language::En => "en",
    };
    Mail {
        subject: subject.to_owned(),
        text: page::text(blocks),
        html: page::html(subject, html_language, blocks),
    }
}

#[cfg(test)]
mod tests;
