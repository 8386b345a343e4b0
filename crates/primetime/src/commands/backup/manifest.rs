//! What a backup consists of: `manifest.jsonl`, a line for each part, the last one a hash over those before.

use std::{collections::BTreeMap, fs, path::Path};

use objects::Key;
use serde::{Deserialize, Serialize};

use crate::failed::{Doing, Failed};

pub const NAME: &str = "manifest.jsonl";
/// The format of backups. One that is newer is refused.
const FORMAT: u32 = 3;
/// What is not in it is written in a format before: the versions before read it too.
const WITHOUT_TAGS: u32 = 2;
const WITHOUT_GOLDEN: u32 = 1;
/// Bytes of a manifest: some 150 for each of ten million objects.
const MAX_BYTES: u64 = 2 << 30;

/// A line. Hashes are BLAKE3, hexadecimal.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Line {
    Head { format: u32, version: String, at: i64 },
    Part(Part),
    End { blake3: String },
}

/// A part and where it belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    pub what: What,
    pub bytes: u64,
    pub blake3: String,
}

/// Where a part belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The dump of the database.
    Database,
    /// `editions/current`, which changes.
    Current,
    /// `takedowns/current`, which changes too.
    Takedowns,
    /// `images/golden/catalogue`, which changes as well. Format 1 took it for an object.
    Golden,
    /// A tag of container images, `oci/tags/…`, which changes too. Formats before had none.
    Announced(String),
    /// Any other object: it lies under its key.
    Object(String),
    /// A file of the folder `keys`.
    Key(String),
    /// A file of the folder `secrets`.
    Secret(String),
}

/// A backup's parts.
#[derive(Debug, Default)]
pub struct Manifest {
    /// When it was made, in microseconds since 1970.
    pub at: i64,
    pub parts: Vec<Part>,
}

impl Manifest {
    /// The objects and what is known of them.
    pub fn objects(&self) -> BTreeMap<&str, &Part> {
        let mut objects = BTreeMap::new();
        for part in &self.parts {
            if let What::Object(key) = &part.what {
                objects.insert(key.as_str(), part);
            }
        }
        objects
    }

    /// As it is written.
    pub fn to_text(&self) -> Result<String, Failed> {
        let least = |part: &Part| match part.what {
            What::Announced(_) => FORMAT,
            What::Golden => WITHOUT_TAGS,
            _ => WITHOUT_GOLDEN,
        };
        let format = self.parts.iter().map(least).max().unwrap_or(WITHOUT_GOLDEN);
        let head = Line::Head { format, version: env!("CARGO_PKG_VERSION").to_owned(), at: self.at };
        let mut text = json(&head)?;
        for part in &self.parts {
            text.push_str(&json(&Line::Part(part.clone()))?);
        }
        let end = json(&Line::End { blake3: blake3::hash(text.as_bytes()).to_hex().to_string() })?;
        Ok(text + &end)
    }

    /// Reads a backup's manifest and checks it against its own hash; `None` when there is none.
    pub fn read(dir: &Path) -> Result<Option<Self>, Failed> {
        let path = dir.join(NAME);
        let doing = || format!("read {}", path.display());
        match fs::metadata(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).doing(doing),
            Ok(meta) if meta.len() > MAX_BYTES => {
                return Err(Failed::new(format!("{} is too large", path.display())));
            }
            Ok(_) => {}
        }
        let text = fs::read_to_string(&path).doing(doing)?;
        let damaged = |why: &str| {
            Failed::new(format!(
                "{} is damaged, or was cut short ({why}): use another backup",
                path.display()
            ))
        };
        let body = text.trim_end_matches('\n').rsplit_once('\n').map_or(0, |(body, _)| body.len() + 1);
        let mut manifest = Self::default();
        let mut whole = false;
        for (n, line) in text.lines().enumerate() {
            match serde_json::from_str(line).map_err(|_| damaged(&format!("line {}", n + 1)))? {
                Line::Head { format, at, .. } if n == 0 => {
                    if format > FORMAT {
                        return Err(Failed::new(
                            "the backup was made by a newer version: restore it with that",
                        ));
                    }
                    manifest.at = at;
                }
                Line::Part(part) if n > 0 && !whole => {
                    part.check().map_err(|why| damaged(&format!("line {}: {why}", n + 1)))?;
                    manifest.parts.push(part);
                }
                Line::End { blake3 } if !whole && n > 0 => {
                    if blake3::hash(&text.as_bytes()[..body]).to_hex().as_str() != blake3 {
                        return Err(damaged("its hash"));
                    }
                    whole = true;
                }
                _ => return Err(damaged(&format!("line {}", n + 1))),
            }
        }
        if whole { Ok(Some(manifest)) } else { Err(damaged("its end")) }
    }
}

impl Part {
    /// Names come from outside: none may lead out of the folder that they belong in.
    fn check(&self) -> Result<(), &'static str> {
        if self.blake3.len() != 64
            || !self.blake3.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase())
        {
            return Err("no hash");
        }
        let plain = |name: &str| {
            let word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
            !name.is_empty() && !name.starts_with('.') && name.bytes().all(word)
        };
        match &self.what {
            What::Database | What::Current | What::Takedowns | What::Golden => Ok(()),
            What::Announced(key) => match key.parse::<Key>() {
                // What else is announced has a line of its own, and is verified by it.
                Ok(key) if key.of_tag().is_some() => Ok(()),
                _ => Err("no tag's key"),
            },
            What::Object(key) => key.parse::<Key>().map(drop).map_err(|_| "no object's key"),
            What::Key(name) | What::Secret(name) if plain(name) => Ok(()),
            _ => Err("no name of a file"),
        }
    }
}

fn json(line: &Line) -> Result<String, Failed> {
    Ok(serde_json::to_string(line).doing(|| "write the manifest".into())? + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_is_announced_tags_alone_come_unverified() {
        let check =
            |key: &str| Part { what: What::Announced(key.into()), bytes: 1, blake3: "0".repeat(64) }.check();
        assert_eq!(check("oci/tags/primetime/newest"), Ok(()));
        for key in
            ["takedowns/current", "editions/current", "images/golden/catalogue", "oci/under-way", "../x"]
        {
            assert_eq!(check(key), Err("no tag's key"), "{key}");
        }
    }
}
