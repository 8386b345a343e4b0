//! What a driver must do: be the hands and the eyes of the controller on real hosts.

use std::collections::BTreeMap;

use super::{Action, Counts, Observation};

/// Why a host did not do it.
#[derive(Debug, thiserror::Error)]
pub enum DriverError {
    /// A controller with a newer lease has been here.
    #[error("a newer controller (lease {newest}) has taken over from lease {fence}")]
    Fenced {
        /// Of the one who asked.
        fence: i64,
        /// The newest seen.
        newest: i64,
    },
    /// The host could not, or did not answer.
    #[error("{what}")]
    Failed {
        /// What was wanted, and what to do.
        what: String,
        /// Why not.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
}

impl DriverError {
    /// In words alone.
    pub fn new(what: impl Into<String>) -> Self {
        Self::Failed { what: what.into(), source: None }
    }
}

/// Hands and eyes on hosts. Every call must end by itself, soon: a host that does not answer is left out of the observation,
/// and the controller looks again. The first implementations are the local one and the one of these tests.
pub trait Driver: Send + Sync {
    /// What there is of a service: its instances, the hosts that answer, the migration. Without the judge's window.
    fn observe(&self, service: &str) -> impl Future<Output = Result<Observation, DriverError>> + Send;

    /// What these instances of the last observation have counted, by name, each asked once and all at the same time. Those that do not
    /// answer soon are left out: however many they are, whoever asks has an answer in time.
    fn counted(&self, service: &str, names: &[&str])
    -> impl Future<Output = BTreeMap<String, Counts>> + Send;

    /// Does it, once or again, and returns when it is under way.
    ///
    /// # Errors
    /// [`DriverError::Fenced`] when somebody has acted with a greater `fence`: nothing was done.
    fn act(
        &self,
        service: &str,
        fence: i64,
        action: &Action,
    ) -> impl Future<Output = Result<(), DriverError>> + Send;
}
