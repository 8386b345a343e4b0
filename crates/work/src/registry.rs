use std::{collections::BTreeMap, pin::Pin, sync::Arc};

use domain::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use store::NewJob;

use crate::{JobContext, JobError};

/// A kind of job and what it needs to know. Payloads stay readable by the version before: new fields have defaults.
pub trait Job: Serialize + DeserializeOwned + Send + 'static {
    /// Its name in the database.
    const KIND: &'static str;
    /// Attempts before it is given up.
    const MOST_ATTEMPTS: u32 = 5;

    /// This job, ready to be enqueued. While one of its kind and `dedup` is unfinished, no other is added; a lower
    /// `priority` goes first.
    fn new_job(
        &self,
        dedup: impl Into<String>,
        priority: i64,
        run_after: Timestamp,
    ) -> Result<NewJob, serde_json::Error> {
        Ok(NewJob {
            kind: Self::KIND,
            dedup: dedup.into(),
            payload: serde_json::to_string(self)?,
            priority,
            run_after,
            most_attempts: Self::MOST_ATTEMPTS,
        })
    }
}

/// How a handler ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The runner is to mark the job done.
    Done,
    /// The handler has marked it done, in the transaction that holds what it did.
    Completed,
}

type Run = Pin<Box<dyn Future<Output = Result<Outcome, JobError>> + Send>>;
type Handler = Arc<dyn Fn(&str, JobContext) -> Result<Run, serde_json::Error> + Send + Sync>;

/// The kinds of jobs that a process can do.
#[derive(Clone, Default)]
pub struct Registry(BTreeMap<&'static str, Handler>);

impl Registry {
    /// Adds a kind and who does it.
    ///
    /// # Panics
    /// When the kind is there already: two owners are a mistake of the program.
    pub fn register<J, F, R>(&mut self, handler: F)
    where
        J: Job,
        F: Fn(J, JobContext) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Outcome, JobError>> + Send + 'static,
    {
        let erased: Handler = Arc::new(move |payload, context| {
            let job: J = serde_json::from_str(payload)?;
            Ok(Box::pin(handler(job, context)) as Run)
        });
        assert!(self.0.insert(J::KIND, erased).is_none(), "two handlers for jobs of kind {}", J::KIND);
    }

    /// The kinds, by name.
    pub fn kinds(&self) -> Vec<&'static str> {
        self.0.keys().copied().collect()
    }

    pub(crate) fn get(&self, kind: &str) -> Option<Handler> {
        self.0.get(kind).cloned()
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Registry").field(&self.kinds()).finish()
    }
}
