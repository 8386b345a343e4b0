//! Attribute lists (RFC 8216bis §4.2).

use std::fmt::{Display, Write as _};

/// One tag line with an attribute list.
pub(super) struct Line {
    text: String,
    first: bool,
}

impl Line {
    /// Begins `#{tag}:`.
    pub fn new(tag: &str) -> Self {
        Self { text: format!("#{tag}:"), first: true }
    }

    /// An enumerated string, number or resolution: written as it is.
    pub fn bare(mut self, name: &str, value: impl Display) -> Self {
        self.name(name);
        // Writing to a String cannot fail.
        let _ = write!(self.text, "{value}");
        self
    }

    /// A quoted string. It can hold neither a quote nor a line end, and there is no escape: quotes become typographic ones,
    /// control characters a space.
    pub fn quoted(mut self, name: &str, value: &str) -> Self {
        self.name(name);
        self.text.push('"');
        self.text.extend(value.chars().map(|c| match c {
            '"' => '\u{201d}',
            c if c.is_control() || c == '\u{2028}' || c == '\u{2029}' => ' ',
            c => c,
        }));
        self.text.push('"');
        self
    }

    fn name(&mut self, name: &str) {
        if !std::mem::take(&mut self.first) {
            self.text.push(',');
        }
        self.text.push_str(name);
        self.text.push('=');
    }

    /// The line with its end.
    pub fn end(mut self) -> String {
        self.text.push('\n');
        self.text
    }
}
