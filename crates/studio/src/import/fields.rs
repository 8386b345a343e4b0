//! Reading a node as the schema wants it; what is not so is reported, and reading goes on.

use std::str::FromStr;

use super::{
    place::Place,
    report::{Report, quote},
    yaml::{Entry, Node, Value},
};

/// A map whose keys are all known.
pub(crate) struct Fields<'n> {
    pub at: Place,
    what: &'static str,
    entries: &'n [Entry],
}

impl<'n> Fields<'n> {
    /// `what` names the thing in messages (`a title`); `known` are all keys it may have.
    pub fn of(node: &'n Node, what: &'static str, known: &[&str], report: &mut Report) -> Option<Self> {
        let Value::Map(entries) = &node.value else {
            let message = format!("{what} is a map of keys and values, this is {}", kind(node));
            report.error(node.at, message).help(format!("its keys: {}", names(known)));
            return None;
        };
        for entry in entries {
            if !known.contains(&entry.key.as_str()) {
                let message = format!("{what} has no key {}", quote(&entry.key));
                let help = nearest(&entry.key, known.iter().copied());
                let help = help.unwrap_or_else(|| format!("its keys: {}", names(known)));
                report.error(entry.at, message).help(help);
            }
        }
        // A block map begins at its first key: pointing at the first key's whole width reads best.
        let at = entries.first().map_or(node.at, |entry| entry.at);
        Some(Self { at, what, entries })
    }

    /// The value of a key that may be left out.
    pub fn get(&self, key: &str, report: &mut Report) -> Option<&'n Node> {
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        if entry.value.is_nothing() {
            report.error(entry.at, format!("`{key}` has no value")).help(
                "give it one or remove the key; a value that begins with `#` needs quotes, else it is a comment",
            );
            return None;
        }
        Some(&entry.value)
    }

    /// The value of a key that must be there.
    pub fn need(&self, key: &str, report: &mut Report) -> Option<&'n Node> {
        if !self.has(key) {
            report.error(self.at, format!("{} needs `{key}`", self.what)).help(format!("add `{key}:` to it"));
        }
        self.get(key, report)
    }

    pub fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|entry| entry.key == key)
    }

    /// Where a key stands, for messages about it; the map itself when it is not there.
    pub fn place(&self, key: &str) -> Place {
        self.entries.iter().find(|entry| entry.key == key).map_or(self.at, |entry| entry.at)
    }
}

/// What a node is, in words.
pub(crate) fn kind(node: &Node) -> &'static str {
    match &node.value {
        _ if node.is_nothing() => "nothing",
        Value::Scalar { .. } => "a text",
        Value::List(_) => "a list",
        Value::Map(_) => "a map",
    }
}

fn names(known: &[&str]) -> String {
    known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
}

/// "did you mean", when something known is near.
pub(crate) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
    // Long words are not compared: the distance costs the product of both lengths.
    if word.len() > 64 {
        return None;
    }
    let distance = |key: &str| strsim::damerau_levenshtein(word, key);
    let (distance, key) = known.into_iter().map(|key| (distance(key), key)).min()?;
    (distance <= 1 + key.len() / 4).then(|| format!("did you mean `{key}`?"))
}

/// The entries of a map with free keys.
pub(crate) fn map<'n>(node: &'n Node, example: &str, report: &mut Report) -> Option<&'n [Entry]> {
    match &node.value {
        Value::Map(entries) => Some(entries),
        _ => {
            wrong(node, "a map", example, report);
            None
        }
    }
}

/// The items of a list.
pub(crate) fn list<'n>(node: &'n Node, example: &str, report: &mut Report) -> &'n [Node] {
    match &node.value {
        Value::List(items) => items,
        _ => {
            wrong(node, "a list", example, report);
            &[]
        }
    }
}

/// A text.
pub(crate) fn text<'n>(node: &'n Node, example: &str, report: &mut Report) -> Option<&'n str> {
    match &node.value {
        Value::Scalar { text, .. } if !node.is_nothing() => Some(text),
        _ => {
            wrong(node, "a text", example, report);
            None
        }
    }
}

fn wrong(node: &Node, wanted: &str, example: &str, report: &mut Report) {
    report
        .error(node.at, format!("{wanted} is wanted here, this is {}", kind(node)))
        .help(format!("as in `{example}`"));
}

/// A value of the domain; its own error says what to do.
pub(crate) fn value<T>(node: &Node, example: &str, report: &mut Report) -> Option<T>
where
    T: FromStr,
    T::Err: std::fmt::Display,
{
    let text = text(node, example, report)?;
    match text.parse() {
        Ok(value) => Some(value),
        Err(error) => {
            report.error(node.at, error.to_string());
            None
        }
    }
}

/// A whole number within `range`.
pub(crate) fn number(node: &Node, range: std::ops::RangeInclusive<i64>, report: &mut Report) -> Option<i64> {
    let (least, most) = (range.start(), range.end());
    let text = text(node, &least.to_string(), report)?;
    match text.parse::<i64>() {
        Ok(number) if range.contains(&number) => return Some(number),
        Ok(number) => report.error(node.at, format!("{number} is not between {least} and {most}")),
        Err(_) => report
            .error(node.at, format!("{} is no whole number", quote(text)))
            .help(format!("write one from {least} to {most}, in digits")),
    };
    None
}

/// `true` or `false`.
pub(crate) fn flag(node: &Node, report: &mut Report) -> Option<bool> {
    match text(node, "true", report)? {
        "true" => Some(true),
        "false" => Some(false),
        other => {
            report.error(node.at, format!("{} is neither `true` nor `false`", quote(other)));
            None
        }
    }
}

/// One of a few words.
pub(crate) fn choice<T: Copy>(node: &Node, choices: &[(&str, T)], report: &mut Report) -> Option<T> {
    let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
    let text = text(node, words.first().copied().unwrap_or_default(), report)?;
    if let Some((_, value)) = choices.iter().find(|(word, _)| *word == text) {
        return Some(*value);
    }
    let added = report.error(node.at, format!("{} is not one of {}", quote(text), names(&words)));
    if let Some(help) = nearest(text, words) {
        added.help(help);
    }
    None
}
