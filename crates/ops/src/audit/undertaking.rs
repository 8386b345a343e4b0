//! Deeds where no transaction reaches, as among the objects: what is meant stands in the log before anything is done, and what came of it
//! after. Whoever is killed in between leaves the first line without a second: then what is there says how far it came.

use domain::Clock;
use store::Store;

use super::{Deed, Who, words, write};
use crate::OpsError;

/// A deed that is in the log, and is done now.
pub struct Undertaking<'a> {
    store: &'a Store,
    clock: &'a dyn Clock,
    who: &'a str,
    what: &'static str,
}

impl<'a> Undertaking<'a> {
    /// Writes down that `who` is about to do it. `what`: as `image.promote`, and its second line begins with it too; `means`: what is meant,
    /// which is cut where it is long; `why` may be empty, and is not cut.
    ///
    /// # Errors
    /// It is not in the log: nothing may be done.
    pub async fn begin(
        store: &'a Store,
        clock: &'a dyn Clock,
        (who, what): (&'a str, &'static str),
        means: &str,
        why: &str,
    ) -> Result<Self, OpsError> {
        let because = if why.is_empty() { String::new() } else { format!(": {why}") };
        let body = words::fitted(means, because.chars().count()) + &because;
        write(store, &Deed { who: Who::Person(who), what, body: &body }, clock.now()).await?;
        Ok(Self { store, clock, who, what })
    }

    /// Writes down what came of it, or why nothing did. Whatever those words are, they are written: escaped, and cut when they are too many.
    ///
    /// # Errors
    /// The log has only that it was begun.
    pub async fn end(self, came: Result<&str, &str>) -> Result<(), OpsError> {
        let Self { store, clock, who, what } = self;
        let (end, body) = match came {
            Ok(body) => ("done", body),
            Err(body) => ("failed", body),
        };
        let (what, body) = (format!("{what}.{end}"), words::fitted(body, 0));
        write(store, &Deed { who: Who::Person(who), what: &what, body: &body }, clock.now()).await
    }
}
