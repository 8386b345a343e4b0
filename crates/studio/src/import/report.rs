use std::{
    collections::HashSet,
    fmt::{self, Write},
    path::PathBuf,
};

use unicode_width::UnicodeWidthChar;

use super::place::{Place, Sources};

/// More findings than this are counted, not kept: nobody reads on, and hostile input must not fill the memory.
const MAX_KEPT: usize = 1_000;
/// Columns of a source line that an excerpt shows.
const EXCERPT: usize = 96;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Nothing is imported.
    Error,
    /// Imported all the same.
    Warning,
}

/// A place in a source file, with the line it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The file, as the caller named its folder.
    pub file: PathBuf,
    /// Counted from 1; 0 when the whole file is meant.
    pub line: u32,
    /// Counted from 1, in characters; 0 when the whole file is meant.
    pub column: u32,
    /// The part of the line around the column, control characters escaped.
    shown: String,
    /// Terminal columns before the caret, and carets.
    caret: (usize, usize),
}

impl Excerpt {
    fn of(sources: &Sources, place: Place) -> Option<Self> {
        let source = sources.get(place)?;
        let (shown, caret) = cut(source.line(place.line), place.column as usize - 1, place.len as usize);
        Some(Self { file: source.path.clone(), line: place.line, column: place.column, shown, caret })
    }

    fn whole(file: PathBuf) -> Self {
        Self { file, line: 0, column: 0, shown: String::new(), caret: (0, 0) }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            return writeln!(f, "  --> {}", self.file.display());
        }
        let number = self.line.to_string();
        let gutter = " ".repeat(number.len());
        writeln!(f, "  --> {}:{}:{}", self.file.display(), self.line, self.column)?;
        writeln!(f, "{gutter} |")?;
        writeln!(f, "{number} | {}", self.shown)?;
        writeln!(f, "{gutter} | {}{}", " ".repeat(self.caret.0), "^".repeat(self.caret.1))
    }
}

/// Cuts what is shown of `line` around `len` characters at `column` (from 0), and says where the carets go.
fn cut(line: &str, column: usize, len: usize) -> (String, (usize, usize)) {
    let skip = if column > EXCERPT * 2 / 3 { column - EXCERPT / 3 } else { 0 };
    let mut shown = String::new();
    if skip > 0 {
        shown.push('…');
    }
    let mut columns = shown.chars().count();
    let (mut before, mut under) = (columns, 0);
    for (index, char) in line.chars().enumerate().skip(skip) {
        if columns >= EXCERPT {
            shown.push('…');
            break;
        }
        let width = match char.width() {
            // Control and invisible characters (a right-to-left override, say) are spelled out.
            Some(width) if !is_invisible(char) => {
                shown.push(char);
                width
            }
            _ => {
                let spelled = if char == '\t' { "→".to_owned() } else { char.escape_default().to_string() };
                shown.push_str(&spelled);
                spelled.chars().count()
            }
        };
        columns += width;
        if index < column {
            before = columns;
        } else if index < column + len {
            under += width;
        }
    }
    (shown, (before, under.max(1)))
}

fn is_invisible(char: char) -> bool {
    matches!(char, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// One thing that was found wrong, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How grave.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Where; absent when no file is to blame.
    pub at: Option<Excerpt>,
    /// Another place that has to do with it: where a duplicate was first written.
    pub related: Option<(String, Excerpt)>,
    /// What to do.
    pub help: Option<String>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        writeln!(f, "{word}: {}", self.message)?;
        if let Some(at) = &self.at {
            at.write(f)?;
        }
        if let Some((what, at)) = &self.related {
            writeln!(f, "  note: {what}")?;
            at.write(f)?;
        }
        if let Some(help) = &self.help {
            writeln!(f, "  = {help}")?;
        }
        Ok(())
    }
}

/// Everything that is wrong with a catalogue. Its `Display` is the report for the person at the terminal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ImportErrors {
    /// In the order of files and lines.
    pub findings: Vec<Finding>,
    /// Errors found beyond those kept.
    pub more: usize,
}

impl fmt::Display for ImportErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        if self.more > 0 {
            writeln!(f, "{} more are not shown.", self.more)?;
        }
        let total = self.findings.len() + self.more;
        let plural = if total == 1 { "" } else { "s" };
        write!(f, "{total} error{plural}: nothing was imported")
    }
}

/// Collects findings while a catalogue is read.
#[derive(Debug, Default)]
pub(crate) struct Report {
    found: Vec<(Option<Place>, Pending)>,
    errors: usize,
    more: usize,
    seen: HashSet<(u32, u32, u32, String)>,
    /// Set when a file could not be read to its end, so that what it defines is unknown.
    pub incomplete: bool,
}

#[derive(Debug)]
struct Pending {
    severity: Severity,
    message: String,
    file: Option<PathBuf>,
    related: Option<(String, Place)>,
    help: Option<String>,
}

/// Lets the finding that was just made be completed.
pub(crate) struct Added<'r>(Option<&'r mut Pending>);

impl Added<'_> {
    pub fn help(mut self, help: impl Into<String>) -> Self {
        if let Some(pending) = &mut self.0 {
            pending.help = Some(help.into());
        }
        self
    }

    pub fn related(mut self, what: impl Into<String>, place: Place) -> Self {
        if let Some(pending) = &mut self.0 {
            pending.related = Some((what.into(), place));
        }
        self
    }
}

impl Report {
    pub fn error(&mut self, place: Place, message: impl Into<String>) -> Added<'_> {
        self.add(Severity::Error, Some(place), None, message.into())
    }

    pub fn warning(&mut self, place: Place, message: impl Into<String>) -> Added<'_> {
        self.add(Severity::Warning, Some(place), None, message.into())
    }

    /// About a whole file or folder.
    pub fn file_error(&mut self, file: PathBuf, message: impl Into<String>) -> Added<'_> {
        self.add(Severity::Error, None, Some(file), message.into())
    }

    fn add(
        &mut self,
        severity: Severity,
        place: Option<Place>,
        file: Option<PathBuf>,
        message: String,
    ) -> Added<'_> {
        if let Some(place) = place
            && !self.seen.insert((place.file, place.line, place.column, message.clone()))
        {
            return Added(None);
        }
        if severity == Severity::Error {
            self.errors += 1;
        }
        if self.found.len() >= MAX_KEPT {
            self.more += usize::from(severity == Severity::Error);
            return Added(None);
        }
        self.found.push((place, Pending { severity, message, file, related: None, help: None }));
        Added(self.found.last_mut().map(|(_, pending)| pending))
    }

    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// The findings by file and line: errors when there is one, else the warnings.
    pub fn finish(mut self, sources: &Sources) -> Result<Vec<Finding>, ImportErrors> {
        self.found.sort_by_key(|(place, _)| place.map(|p| (p.file, p.line, p.column)));
        if self.errors > 0 {
            // Whoever has errors to mend is not helped by warnings between them.
            self.found.retain(|(_, pending)| pending.severity == Severity::Error);
        }
        let findings = self.found.into_iter().map(|(place, pending)| Finding {
            severity: pending.severity,
            at: match place {
                Some(place) => Excerpt::of(sources, place),
                None => pending.file.map(Excerpt::whole),
            },
            message: printable(pending.message),
            related: pending.related.and_then(|(what, place)| Some((what, Excerpt::of(sources, place)?))),
            help: pending.help.map(printable),
        });
        let findings = findings.collect();
        if self.errors > 0 { Err(ImportErrors { findings, more: self.more }) } else { Ok(findings) }
    }
}

/// Messages quote what the file says; no byte of it may steer the terminal.
fn printable(text: String) -> String {
    if !text.chars().any(|c| c.is_control() || is_invisible(c)) {
        return text;
    }
    let mut out = String::new();
    for char in text.chars() {
        match char.is_control() || is_invisible(char) {
            true => out.extend(char.escape_default()),
            false => out.push(char),
        }
    }
    out
}

/// A text from a file as a message quotes it: short, in backquotes.
pub(crate) fn quote(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut out = String::from("`");
    for (index, char) in text.chars().enumerate() {
        if index == LONGEST {
            out.push('…');
            break;
        }
        out.push(char);
    }
    let _ = out.write_char('`');
    out
}
