//! So many requests a second, and no more.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use domain::Clock;
use governor::{
    Quota, RateLimiter, clock,
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::{InMemoryState, NotKeyed},
};

/// How often one who waits looks again.
const AGAIN: Duration = Duration::from_millis(2);

/// The time of a [`Clock`].
#[derive(Clone)]
pub(crate) struct Time(pub Arc<dyn Clock>);

impl clock::Clock for Time {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::new(u64::try_from(self.0.now().micros()).unwrap_or(0).saturating_mul(1_000))
    }
}

/// Lets something pass at a rate.
pub(crate) struct Pace<C: clock::Clock>(RateLimiter<NotKeyed, InMemoryState, C, NoOpMiddleware<C::Instant>>);

impl<C: clock::Clock> Pace<C> {
    /// So many a second, of which a `burst`-th may come at once.
    pub fn new(rate: NonZeroU32, burst: u32, clock: C) -> Self {
        let burst = NonZeroU32::new(rate.get() / burst).unwrap_or(NonZeroU32::MIN);
        Self(RateLimiter::direct_with_clock(Quota::per_second(rate).allow_burst(burst), clock))
    }

    /// Takes one in, unless there are too many.
    pub fn takes(&self) -> bool {
        self.0.check().is_ok()
    }

    /// Waits until there is room for one, and takes it in.
    pub async fn turn(&self) {
        while !self.takes() {
            tokio::time::sleep(AGAIN).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use domain::{ManualClock, Timestamp};

    use super::*;

    #[test]
    fn what_comes_evenly_passes_and_what_is_too_much_does_not() {
        let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(1_800_000_000)));
        let pace = Pace::new(NonZeroU32::new(50).unwrap(), 10, Time(clock.clone()));
        let mut taken = 0;
        // A hundred a second, for ten seconds.
        for _ in 0..1_000 {
            clock.advance(Duration::from_millis(10));
            taken += u32::from(pace.takes());
        }
        assert!((500..=505).contains(&taken), "{taken}");
        clock.advance(Duration::from_secs(60));
        let at_once = (0..100).filter(|_| pace.takes()).count();
        assert_eq!(at_once, 5, "a quiet minute is not saved up");
    }
}
