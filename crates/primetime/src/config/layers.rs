//! Where values come from: flag over environment over file over default.

use std::{collections::BTreeMap, fmt, fs, path::Path, path::PathBuf};

use super::keys::{self, KEYS, PREFIX};

/// Where a value was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Nowhere: it is the default.
    Default,
    /// In this file.
    File(PathBuf),
    /// In this environment variable.
    Variable(String),
    /// On the command line.
    Flag(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Default => f.write_str("default"),
            Source::File(path) => write!(f, "file {}", path.display()),
            Source::Variable(name) => write!(f, "environment {name}"),
            Source::Flag(flag) => write!(f, "flag {flag}"),
        }
    }
}

/// A value as text, and where it was said.
#[derive(Debug, Clone)]
pub struct Said {
    /// As it would be written in the environment; lists with commas.
    pub text: String,
    /// Where.
    pub source: Source,
}

/// What is wrong with the configuration. Each says what to do.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ConfigError {
    /// A key that does not exist.
    #[error(
        "{source_name}: there is no key `{key}`; did you mean `{nearest}`? `primetime config print` lists all"
    )]
    Unknown {
        /// Where it was said.
        source_name: String,
        /// As it was written.
        key: String,
        /// The nearest that exists.
        nearest: String,
    },
    /// A value of the wrong kind.
    #[error("{source_name}: `{key}` is `{text}`, but should be {expected}")]
    Value {
        /// Where it was said.
        source_name: String,
        /// Which.
        key: String,
        /// What was said.
        text: String,
        /// What would do.
        expected: String,
    },
    /// The file cannot be read or is no TOML.
    #[error("configuration file {path}: {reason}")]
    File {
        /// Which.
        path: String,
        /// Why, with line and column where there is one.
        reason: String,
    },
}

/// Every key's value after the layers are laid over each other.
#[derive(Debug, Clone)]
pub struct Layers(BTreeMap<&'static str, Said>);

impl Layers {
    /// All defaults.
    pub fn defaults() -> Self {
        let said = |default: &str| Said { text: default.to_owned(), source: Source::Default };
        Self(KEYS.iter().map(|key| (key.name, said(key.default))).collect())
    }

    /// Lays one value over what is there.
    pub fn set(&mut self, key: &str, text: String, source: Source) -> Result<(), ConfigError> {
        let known = keys::find(key).map_err(|nearest| {
            let nearest = match &source {
                Source::Variable(_) => nearest.variable(),
                _ => nearest.name.to_owned(),
            };
            let key = match &source {
                Source::Variable(name) => name.clone(),
                _ => key.to_owned(),
            };
            ConfigError::Unknown { source_name: source.to_string(), key, nearest }
        })?;
        self.0.insert(known.name, Said { text, source });
        Ok(())
    }

    /// Lays a TOML file over what is there.
    pub fn file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let wrong = |reason: String| ConfigError::File { path: path.display().to_string(), reason };
        let text = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| wrong(error.to_string()))?;
        self.table(path, "", table)
    }

    fn table(&mut self, path: &Path, prefix: &str, table: toml::Table) -> Result<(), ConfigError> {
        for (name, value) in table {
            let key = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
            let text = match value {
                toml::Value::Table(inner) => {
                    self.table(path, &key, inner)?;
                    continue;
                }
                toml::Value::String(text) => text,
                toml::Value::Array(list) => {
                    let words: Vec<_> =
                        list.iter().map(|v| v.as_str().map_or(v.to_string(), str::to_owned)).collect();
                    words.join(",")
                }
                other => other.to_string(),
            };
            self.set(&key, text, Source::File(path.to_owned()))?;
        }
        Ok(())
    }

    /// Lays the environment's `PRIMETIME_…` variables over what is there; others are not looked at.
    pub fn environment(
        &mut self,
        variables: impl Iterator<Item = (String, String)>,
    ) -> Result<(), ConfigError> {
        for (name, text) in variables.filter(|(name, _)| name.starts_with(PREFIX)) {
            let key = KEYS.iter().find(|key| key.variable() == name).map(|key| key.name);
            let as_key = || name[PREFIX.len()..].to_ascii_lowercase();
            self.set(key.unwrap_or(&as_key()), text, Source::Variable(name.clone()))?;
        }
        Ok(())
    }

    /// What was said last of this key. Every key has something: its default, at least.
    pub fn said(&self, key: &'static str) -> Said {
        self.0.get(key).cloned().unwrap_or(Said { text: String::new(), source: Source::Default })
    }
}
