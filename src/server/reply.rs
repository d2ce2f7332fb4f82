//! A server's reply, fit to be judged and to be shown.

use suppaftp::types::Response;

use crate::layout::one_line;
use crate::settings::Ftp;

/// The longest part of a server's reply that is shown, in characters.
pub(super) const REPLY_SHOWN_MAX: usize = 300;

/// A reply of the server that we did not hope for.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) code: u32,
    /// Fit to be shown.
    pub(super) text: String,
}

impl Reply {
    pub(super) fn new(response: &Response, ftp: &Ftp) -> Self {
        Self { code: code_of(response), text: quotable(&response.body, ftp.server.secret()) }
    }

    /// Of a server that tells the size of what is not there.
    pub(super) fn of_none() -> Self {
        Self { code: 213, text: "213 0".to_owned() }
    }

    /// The words of the reply tell more than its code, which is 550 for most things.
    pub(super) fn speaks_of(&self, words: &[&str]) -> bool {
        let text = self.text.to_ascii_lowercase();
        words.iter().any(|word| text.contains(word))
    }

    pub(super) fn speaks_of_permission(&self) -> bool {
        self.speaks_of(&["denied", "permission", "not allowed", "forbidden"])
    }
}

/// suppaftp gives 0 for codes that it does not know, such as 522.
fn code_of(response: &Response) -> u32 {
    match response.status.code() {
        0 => response
            .body
            .get(..3)
            .and_then(|digits| str::from_utf8(digits).ok())
            .and_then(|digits| digits.parse().ok())
            .unwrap_or(0),
        code => code,
    }
}

/// Server text as we show it: one line, no control characters, not too long, and never with the password,
/// which an odd server may echo.
pub(super) fn quotable(bytes: &[u8], password: &str) -> String {
    let mut text = String::from_utf8_lossy(bytes).into_owned();
    if !password.is_empty() {
        text = text.replace(password, "…");
    }
    let text = one_line(&text);
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(REPLY_SHOWN_MAX).collect()
}
