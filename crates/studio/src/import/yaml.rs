//! A YAML file as a tree whose every node knows its place.
//!
//! Built from the parser's events, so that limits hold before memory is taken, and duplicate keys, aliases and tags are
//! seen. Scalars stay text: what they mean is for the schema to say, so that the country `NO` is no boolean.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::{
    place::{Place, Source},
    report::{Report, quote},
};

/// Nesting that the schema needs is ten; more is a mistake or an attack on the stack.
const MAX_DEPTH: usize = 24;
/// Values in one file: some 10,000 episodes in ten languages.
const MAX_NODES: usize = 1_000_000;

/// A value and where it stands.
#[derive(Debug)]
pub(crate) struct Node {
    pub at: Place,
    pub value: Value,
}

#[derive(Debug)]
pub(crate) enum Value {
    /// Text; `plain` when it stands without quotes.
    Scalar {
        text: String,
        plain: bool,
    },
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key of a map, and its value.
#[derive(Debug)]
pub(crate) struct Entry {
    pub key: String,
    pub at: Place,
    pub value: Node,
}

impl Node {
    /// Nothing was written: `key:` alone, `~` or `null`.
    pub fn is_nothing(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true } if matches!(text.as_str(), "" | "~" | "null"))
    }
}

/// Reads one file. `None` when it holds nothing, or when what was wrong has been reported.
pub(crate) fn parse(source: &Source, file: u32, report: &mut Report) -> Option<Node> {
    if report_tabs(source, file, report) {
        report.incomplete = true;
        return None;
    }
    let before = report.has_errors();
    let mut tree = Tree { file, source, stack: Vec::new(), root: None, nodes: 0 };
    let mut parser = Parser::new_from_str(&source.text);
    let mut documents = 0;
    loop {
        let (event, span) = match parser.next_event() {
            None | Some(Ok((Event::StreamEnd, _))) => break,
            Some(Ok(next)) => next,
            Some(Err(error)) => {
                let at = tree.clamp(error.marker().line(), error.marker().col());
                let help = match error.info().contains("unknown anchor") {
                    true => "catalogues have no aliases: a text that begins with `*` needs quotes",
                    false => {
                        "look at the line above too: a missing quote, colon or space often shows one line later"
                    }
                };
                report.error(at, format!("this is not YAML: {}", error.info())).help(help);
                report.incomplete = true;
                return None;
            }
        };
        if let Event::DocumentStart(_) = event {
            documents += 1;
        }
        let at = tree.place(span);
        if documents > 1 {
            report.error(at, "a second document begins here").help("keep one document a file: remove `---`");
            report.incomplete = true;
            return None;
        }
        if tree.take(event, at, report).is_err() {
            report.incomplete = true;
            return None;
        }
    }
    // Duplicate keys were reported on the way, and what comes first is kept: the rest can be checked.
    report.incomplete |= !before && tree.root.is_none() && report.has_errors();
    tree.root
}

fn report_tabs(source: &Source, file: u32, report: &mut Report) -> bool {
    let mut any = false;
    for (line, text) in source.lines() {
        let indent = text.len() - text.trim_start_matches([' ', '\t']).len();
        if let Some(column) = text[..indent].find('\t')
            && indent < text.len()
        {
            any = true;
            let at = Place { file, line, column: column as u32 + 1, len: 1 };
            report
                .error(at, "a tab in the indentation")
                .help("YAML is indented with spaces: use two a level");
        }
    }
    any
}

/// What cannot be read on: it has been reported.
struct Stop;

struct Tree<'s> {
    file: u32,
    source: &'s Source,
    stack: Vec<Open>,
    root: Option<Node>,
    nodes: usize,
}

enum Open {
    List { at: Place, items: Vec<Node> },
    Map { at: Place, entries: Vec<Entry>, index: HashMap<String, Place>, key: Option<Key> },
}

enum Key {
    Good(String, Place),
    /// Reported; its value is read and dropped.
    Bad,
}

impl Tree<'_> {
    fn place(&self, span: Span) -> Place {
        let mut place = self.clamp(span.start.line(), span.start.col());
        // A value that goes on below is shown to the end of its first line.
        let end = match span.end.line() == span.start.line() {
            true => span.end.col(),
            false => self.source.line(place.line).chars().count(),
        };
        place.len = end.saturating_sub(span.start.col()).max(1) as u32;
        place
    }

    /// A place inside the file: the parser may point behind its last line.
    fn clamp(&self, line: usize, column: usize) -> Place {
        Place { file: self.file, line: line.max(1) as u32, column: column as u32 + 1, len: 1 }
    }

    fn take(&mut self, event: Event<'_>, at: Place, report: &mut Report) -> Result<(), Stop> {
        match event {
            Event::Alias(_) => {
                report
                    .error(at, "an alias")
                    .help("catalogues have no aliases (`*name`): write the value out");
                return Err(Stop);
            }
            Event::Scalar(_, _, anchor, ref tag) if anchor > 0 || tag.is_some() => {
                return no_marks(at, report);
            }
            Event::SequenceStart(anchor, ref tag) | Event::MappingStart(anchor, ref tag)
                if anchor > 0 || tag.is_some() =>
            {
                return no_marks(at, report);
            }
            Event::Scalar(text, style, ..) => {
                let value = Value::Scalar { text: text.into_owned(), plain: style == ScalarStyle::Plain };
                self.count(at, report)?;
                self.put(Node { at, value }, report);
            }
            Event::SequenceStart(..) => {
                self.open(Open::List { at, items: Vec::new() }, at, report)?;
            }
            Event::MappingStart(..) => {
                let open = Open::Map { at, entries: Vec::new(), index: HashMap::new(), key: None };
                self.open(open, at, report)?;
            }
            Event::SequenceEnd | Event::MappingEnd => match self.stack.pop() {
                Some(Open::List { at, items }) => self.put(Node { at, value: Value::List(items) }, report),
                Some(Open::Map { at, entries, .. }) => {
                    self.put(Node { at, value: Value::Map(entries) }, report);
                }
                None => {}
            },
            _ => {}
        }
        Ok(())
    }

    fn count(&mut self, at: Place, report: &mut Report) -> Result<(), Stop> {
        self.nodes += 1;
        if self.nodes <= MAX_NODES {
            return Ok(());
        }
        report.error(at, format!("more than {MAX_NODES} values in one file")).help("split the file");
        Err(Stop)
    }

    fn open(&mut self, open: Open, at: Place, report: &mut Report) -> Result<(), Stop> {
        self.count(at, report)?;
        if self.stack.len() >= MAX_DEPTH {
            let message = format!("nested more than {MAX_DEPTH} levels deep");
            report.error(at, message).help("no part of a catalogue is: is a bracket not closed?");
            return Err(Stop);
        }
        self.stack.push(open);
        Ok(())
    }

    fn put(&mut self, node: Node, report: &mut Report) {
        match self.stack.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { entries, index, key, .. }) => match key.take() {
                None => *key = Some(read_key(node, index, report)),
                Some(Key::Good(key, at)) => entries.push(Entry { key, at, value: node }),
                Some(Key::Bad) => {}
            },
        }
    }
}

fn no_marks(at: Place, report: &mut Report) -> Result<(), Stop> {
    report.error(at, "an anchor or a tag").help(
        "catalogues have neither anchors (`&name`) nor tags (`!name`): a text that begins so needs quotes",
    );
    Err(Stop)
}

fn read_key(node: Node, index: &mut HashMap<String, Place>, report: &mut Report) -> Key {
    let Value::Scalar { text, .. } = node.value else {
        report.error(node.at, "a key that is no text").help("a key is one word before a colon");
        return Key::Bad;
    };
    if let Some(first) = index.get(&text) {
        report
            .error(node.at, format!("the key {} is written twice", quote(&text)))
            .related("first written here", *first)
            .help("keep one of them");
        return Key::Bad;
    }
    index.insert(text.clone(), node.at);
    Key::Good(text, node.at)
}
