//! What whoever looks again and again says in its log: what is news at once, what stays as it is once a minute.

use std::{
    collections::BTreeMap,
    error::Error,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use domain::Timestamp;
use web::problem::chain;

/// Between two lines that say the same.
const AGAIN_AFTER: Duration = Duration::from_secs(60);

/// What was said last of each matter.
#[derive(Debug, Default)]
pub struct News(Mutex<BTreeMap<&'static str, (String, Timestamp)>>);

impl News {
    /// Is it to be said?
    pub fn is(&self, matter: &'static str, why: &str, now: Timestamp) -> bool {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if said.get(matter).is_some_and(|(last, at)| last == why && now.since(*at) < AGAIN_AFTER) {
            return false;
        }
        said.insert(matter, (why.to_owned(), now));
        true
    }

    /// Warns of an error, unless it was said lately.
    pub fn tell<T, E: Error + 'static>(&self, done: Result<T, E>, matter: &'static str, now: Timestamp) {
        match done {
            Ok(_) => self.well(matter),
            Err(error) => {
                if self.is(matter, &chain(&error), now) {
                    tracing::warn!(error = &error as &(dyn Error + 'static), "{matter}");
                }
            }
        }
    }

    /// The matter is well: whatever comes up next is news.
    pub fn well(&self, matter: &'static str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(matter);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_as_it_is_is_said_once_a_minute() {
        let (news, at) = (News::default(), |s| Timestamp(0).plus(Duration::from_secs(s)));
        let said = [
            ("a", "full", 0, true),
            ("a", "full", 1, false),
            ("b", "full", 1, true),
            ("a", "away", 2, true),
            ("a", "full", 3, true),
            ("a", "full", 62, false),
            ("a", "full", 63, true),
        ];
        for (matter, why, s, expected) in said {
            assert_eq!(news.is(matter, why, at(s)), expected, "{matter} {why} {s}");
        }
        news.well("a");
        assert!(news.is("a", "full", at(64)) && !news.is("a", "full", at(65)));
    }
}
