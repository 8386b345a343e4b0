//! Why a command stopped, for the person who typed it.

use std::{error::Error, fmt};

/// Words that say what is wrong and what to do; the chain of causes behind them.
#[derive(Debug)]
pub struct Failed {
    message: String,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

impl Failed {
    /// Complete in itself.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), cause: None }
    }

    /// What was being done when `cause` came up.
    pub fn at(doing: impl Into<String>, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { message: doing.into(), cause: Some(cause.into()) }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        let mut next: Option<&dyn Error> = self.cause.as_deref().map(|cause| cause as &dyn Error);
        let mut last = self.message.clone();
        while let Some(cause) = next {
            // Transparent errors repeat their source: say everything once.
            let words = cause.to_string();
            if !last.contains(&words) {
                write!(f, ": {words}")?;
            }
            last = words;
            next = cause.source();
        }
        Ok(())
    }
}

/// Adds what was being done to an error on its way out.
pub trait Doing<T> {
    /// `what` completes "cannot …".
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, Failed>;
}

impl<T, E: Into<Box<dyn Error + Send + Sync>>> Doing<T> for Result<T, E> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, Failed> {
        self.map_err(|error| Failed::at(format!("cannot {}", what()), error))
    }
}
