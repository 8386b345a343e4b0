use std::{ops::Range, path::PathBuf, sync::Arc};

/// Where something stands in the sources: what an error points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// Index in [`Sources`].
    pub file: u32,
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1, in characters.
    pub column: u32,
    /// In characters, on that line; at least 1.
    pub len: u32,
}

/// One file that was read.
#[derive(Debug)]
pub(crate) struct Source {
    /// As it is named in reports: the folder as the caller gave it, and the name in it.
    pub path: PathBuf,
    pub text: Arc<str>,
    lines: Vec<Range<usize>>,
}

impl Source {
    pub fn new(path: PathBuf, text: String) -> Self {
        let mut lines = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let shown = line.trim_end_matches(['\n', '\r']);
            lines.push(start..start + shown.len());
            start += line.len();
        }
        Self { path, text: text.into(), lines }
    }

    /// A line without its end, counted from 1; empty past the end of the file.
    pub fn line(&self, number: u32) -> &str {
        let index = (number as usize).wrapping_sub(1);
        self.lines.get(index).and_then(|range| self.text.get(range.clone())).unwrap_or_default()
    }

    pub fn lines(&self) -> impl Iterator<Item = (u32, &str)> {
        (1u32..).zip(self.lines.iter().map(|range| &self.text[range.clone()]))
    }
}

/// The files of one import, in the order of their names.
#[derive(Debug, Default)]
pub(crate) struct Sources(pub Vec<Source>);

impl Sources {
    pub fn get(&self, place: Place) -> Option<&Source> {
        self.0.get(place.file as usize)
    }
}
