use std::{sync::Arc, time::Duration};

use domain::{Rng, SeededRng};
use store::Failure;

use crate::{JobError, RunnerLimits};

/// How long a job that failed is put off.
#[derive(Debug, Clone)]
pub(crate) struct Backoff {
    first: Duration,
    longest: Duration,
    spread: Arc<SeededRng>,
}

impl Backoff {
    pub fn new(limits: &RunnerLimits, rng: &dyn Rng) -> Self {
        let mut seed = [0u8; 8];
        rng.fill(&mut seed);
        let spread = Arc::new(SeededRng::new(u64::from_le_bytes(seed)));
        Self { first: limits.backoff, longest: limits.longest_backoff, spread }
    }

    /// What becomes of a job whose `attempt`th attempt failed like that.
    pub fn after(&self, error: &JobError, attempt: u32) -> Failure {
        match error {
            JobError::GiveUp(_) => Failure::GiveUp,
            JobError::Wait(_) => Failure::Wait(self.pause(attempt)),
            JobError::Retry(_) | JobError::Lost => Failure::Retry(self.pause(attempt)),
        }
    }

    /// Doubles with each attempt; up to a quarter more by chance, so that what failed together does not come back together.
    fn pause(&self, attempt: u32) -> Duration {
        let doubled = self.first.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(self.longest);
        let mut byte = [0u8];
        self.spread.fill(&mut byte);
        doubled + doubled * u32::from(byte[0]) / 1024
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_spread_and_end() {
        let backoff = Backoff::new(&RunnerLimits::default(), &SeededRng::new(1));
        for (attempt, least) in [(1, 2), (2, 4), (3, 8), (7, 128), (8, 256), (9, 300), (99, 300)] {
            let Failure::Retry(pause) = backoff.after(&JobError::retry("no"), attempt) else { panic!() };
            let least = Duration::from_secs(least);
            assert!(pause >= least && pause <= least * 5 / 4, "{attempt}: {pause:?}");
        }
        let spread: std::collections::BTreeSet<_> = (0..20).map(|_| backoff.pause(1)).collect();
        assert!(spread.len() > 10);
        assert_eq!(backoff.after(&JobError::give_up("bad"), 1), Failure::GiveUp);
        assert!(matches!(backoff.after(&JobError::wait("full"), 9), Failure::Wait(_)));
    }
}
