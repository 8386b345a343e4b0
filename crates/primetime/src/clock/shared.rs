//! Does this machine's clock agree with the database's, which all go by who share it? Said in the log when that changes.

use std::{sync::Arc, time::Duration};

use store::{Off, SharedClock};
use tokio_util::sync::CancellationToken;

use super::Verdict;
use crate::{ambient, app::App, looking::Looks};

/// A clock that is off by more is the wrong one to plan by, or the database's is.
const LIMIT: Duration = Duration::from_secs(5);
/// Between two questions: a clock that nobody sets goes wrong by milliseconds meanwhile.
const EVERY: Duration = Duration::from_secs(10);

/// What is known of the two clocks.
pub struct Agreement {
    shared: Option<Arc<SharedClock>>,
    /// What follows when they do not agree.
    then: &'static str,
    said: Vec<String>,
}

impl Agreement {
    pub fn new(app: &App, then: &'static str) -> Self {
        Self { shared: app.shared.clone(), then, said: Vec::new() }
    }

    /// Asks the database and the kernel; what is wrong is told once. Whether this machine's clock may be planned by.
    pub async fn look(&mut self) -> bool {
        let mut wrong = Vec::new();
        if let Some(shared) = &self.shared {
            if let Err(error) = shared.look().await {
                tracing::debug!(%error, "the database's clock goes on from its last answer");
            }
            wrong.extend(agrees(shared.off()).err().map(|words| format!("{words}; {}", self.then)));
        }
        let may = wrong.is_empty();
        if let Verdict::Unknown(words) | Verdict::Off(words) = Verdict::of(ambient::kernel_clock()) {
            wrong.push(words);
        }
        for words in wrong.iter().filter(|words| !self.said.contains(words)) {
            tracing::warn!("{words}");
        }
        if wrong.is_empty() && !self.said.is_empty() {
            tracing::info!("this machine's clock is kept, and the database's agrees");
        }
        self.said = wrong;
        may
    }

    /// Looks on until `stop`.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut looks = Looks::new(EVERY, stop);
        while looks.due().await {
            self.look().await;
        }
    }
}

/// Goes by the database's clock until `stop`.
pub async fn follow(shared: Arc<SharedClock>, stop: CancellationToken) {
    let mut looks = Looks::new(EVERY, stop);
    while looks.due().await {
        // Whoever looks after the database says that it is away.
        let _ = shared.look().await;
    }
}

/// In whole seconds, so that what is said once stays the same.
pub fn agrees(off: Off) -> Result<String, String> {
    let Off { by, ahead } = off;
    if by <= LIMIT {
        return Ok(format!("within {} s of the database's", by.as_secs() + 1));
    }
    let side = if ahead { "ahead of" } else { "behind" };
    Err(format!(
        "this machine's clock is {} s {side} the database's: one of the two is wrong; look at what keeps them (chronyc tracking)",
        by.as_secs_f64().round()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_seconds_are_agreement() {
        let off = |ms, ahead| agrees(Off { by: Duration::from_millis(ms), ahead });
        assert_eq!(off(5000, true), Ok("within 6 s of the database's".into()));
        assert!(off(5001, false).unwrap_err().contains("is 5 s behind the database's"));
        assert!(off(7_199_600, true).unwrap_err().contains("is 7200 s ahead of the database's"));
    }
}
