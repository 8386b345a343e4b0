//! Cue text: keep the tags that WebVTT players know, close them, escape the rest.

use super::{MAX_CUE_BYTES, VttErrorKind};

/// Tags of WebVTT (§4.2.2) that carry over. `c` and `v` may have classes and an annotation.
const TAGS: [&str; 8] = ["b", "i", "u", "c", "v", "lang", "ruby", "rt"];
/// Open tags at one place; deeper nesting is dropped, not shown wrongly.
const MAX_DEPTH: usize = 16;

/// Canonical WebVTT cue text of an author's text. Unknown tags (`<font>`, `<script>`) vanish, their content stays; tags left
/// open are closed; a closing tag without its opening one vanishes. Empty when nothing is left to show.
///
/// # Errors
/// The text is too long, or is once it is escaped: it could be written and not be read again.
pub(super) fn clean(raw: &str) -> Result<String, VttErrorKind> {
    let within = |text: &str| text.len() <= MAX_CUE_BYTES;
    if !within(raw) {
        return Err(VttErrorKind::CueTooLong);
    }
    Some(canonical(raw)).filter(|text| within(text)).ok_or(VttErrorKind::CueTooLong)
}

fn canonical(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut open: Vec<&str> = Vec::new();
    // Control characters go first: what they part (`-`, `->`) may not grow together later.
    let raw: String = raw.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    let mut rest = raw.as_str();
    while let Some(at) = rest.find('<') {
        escape(&rest[..at], &mut out);
        rest = &rest[at..];
        let Some(end) = tag_end(rest) else {
            out.push_str("&lt;");
            rest = &rest[1..];
            continue;
        };
        tag(&rest[1..end], &mut open, &mut out);
        rest = &rest[end + 1..];
    }
    escape(rest, &mut out);
    while let Some(name) = open.pop() {
        close(name, &mut out);
    }
    tidy_lines(&out)
}

/// Where the tag that begins the text ends (the index of `>`), if it looks like a tag at all: "2 < 3" is no tag.
fn tag_end(text: &str) -> Option<usize> {
    let second = text[1..].chars().next()?;
    if !(second.is_ascii_alphanumeric() || second == '/') {
        return None;
    }
    let end = text.find(['>', '\n'])?;
    (text.as_bytes()[end] == b'>' && !text[1..end].contains('<')).then_some(end)
}

fn tag<'a>(inner: &'a str, open: &mut Vec<&'a str>, out: &mut String) {
    if let Some(name) = inner.strip_prefix('/') {
        let name = name.trim().to_ascii_lowercase();
        if let Some(place) = open.iter().rposition(|o| *o == name) {
            // Close what was opened inside it as well: tags must nest.
            for name in open.drain(place..).rev() {
                close(name, out);
            }
        }
        return;
    }
    let (head, annotation) = inner.split_once([' ', '\t']).unwrap_or((inner, ""));
    let mut parts = head.split('.');
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let Some(name) = TAGS.iter().find(|t| **t == name) else { return };
    if open.len() == MAX_DEPTH {
        return;
    }
    out.push('<');
    out.push_str(name);
    // Nothing may end in a hyphen: `<c.a-->` would hold the arrow that may not stand in a cue.
    for class in parts.map(|c| c.trim_end_matches('-')) {
        if !class.is_empty() && class.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)) {
            out.push('.');
            out.push_str(class);
        }
    }
    let annotation = annotation.trim_matches(|c: char| c.is_whitespace() || c == '-');
    if !annotation.is_empty() && (*name == "v" || *name == "lang") {
        out.push(' ');
        escape(annotation, out);
    }
    out.push('>');
    open.push(name);
}

fn close(name: &str, out: &mut String) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

/// `&` that begins a character reference stays; any other `&`, and every `<` and `>`, is escaped (`-->` may not stand in a
/// cue).
fn escape(text: &str, out: &mut String) {
    for (at, c) in text.char_indices() {
        match c {
            '&' if !is_reference(&text[at + 1..]) => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
}

fn is_reference(after: &str) -> bool {
    let name: &str = after.split_once(';').map_or("", |(name, _)| name);
    match name.strip_prefix('#') {
        Some(number) => {
            let digits = number.strip_prefix(['x', 'X']).unwrap_or(number);
            let hex = digits.len() < number.len();
            let digit = |b: u8| if hex { b.is_ascii_hexdigit() } else { b.is_ascii_digit() };
            !digits.is_empty() && digits.len() <= 8 && digits.bytes().all(digit)
        }
        None => ["amp", "lt", "gt", "nbsp", "lrm", "rlm", "quot", "apos"].contains(&name),
    }
}

/// No white at line ends, no empty line: an empty line would end the cue.
fn tidy_lines(text: &str) -> String {
    let lines: Vec<&str> = text.split('\n').map(str::trim).filter(|l| !l.is_empty()).collect();
    let shown = lines.join("\n");
    if shows_anything(&shown) { shown } else { String::new() }
}

fn shows_anything(text: &str) -> bool {
    let mut in_tag = false;
    text.chars().any(|c| match c {
        '<' => {
            in_tag = true;
            false
        }
        '>' => {
            in_tag = false;
            false
        }
        c => !in_tag && !c.is_whitespace(),
    })
}
