//! What is brought to this host, each thing once at a time, while whoever needs it goes on looking after the rest.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::{Clock, Timestamp};

use crate::Clocks;

/// After a failure, before the next try: whoever asks in between hears of that failure.
const AGAIN_AFTER: Duration = Duration::from_secs(5);

/// What is on its way, and what has just failed.
pub struct Arrivals<K> {
    steady: Arc<dyn Clock>,
    known: Arc<Mutex<BTreeMap<K, Known>>>,
}

enum Known {
    Coming,
    Failed { why: String, until: Timestamp },
}

impl<K: Ord + Clone + Send + 'static> Arrivals<K> {
    /// Nothing is on its way.
    pub fn new(clocks: &Clocks) -> Self {
        Self { steady: clocks.steady.clone(), known: Arc::default() }
    }

    /// Begins to `bring` it, unless it is on its way or has just failed; then `Err` says why.
    pub fn expect<F>(&self, what: &K, bring: impl FnOnce() -> F) -> Result<(), String>
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        let now = self.steady.now();
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, known| !matches!(known, Known::Failed { until, .. } if *until <= now));
        match all.get(what) {
            Some(Known::Coming) => return Ok(()),
            Some(Known::Failed { why, .. }) => return Err(why.clone()),
            None => {}
        }
        all.insert(what.clone(), Known::Coming);
        drop(all);
        let (known, steady, what, bringing) =
            (self.known.clone(), self.steady.clone(), what.clone(), bring());
        tokio::spawn(async move {
            let brought = bringing.await;
            let mut all = known.lock().unwrap_or_else(PoisonError::into_inner);
            all.remove(&what);
            if let Err(why) = brought {
                all.insert(what, Known::Failed { why, until: steady.now().plus(AGAIN_AFTER) });
            }
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use domain::ManualClock;
    use tokio::{sync::oneshot, task::yield_now};

    use super::*;

    #[tokio::test]
    async fn it_is_brought_once_at_a_time_and_again_some_seconds_after_a_failure_whatever_the_time_of_day() {
        let clock = Arc::new(ManualClock::new(Timestamp(0)));
        let wall = Arc::new(ManualClock::new(Timestamp::from_seconds(1_800_000_000)));
        let arrivals = Arrivals::new(&Clocks { wall: wall.clone(), steady: clock.clone() });
        let never = async || unreachable!("it is under way, or has just failed");
        let (ends, ended) = oneshot::channel::<Result<(), String>>();
        assert_eq!(arrivals.expect(&"v2", async || ended.await.unwrap()), Ok(()));
        assert_eq!(arrivals.expect(&"v2", never), Ok(()));
        ends.send(Err("the store is away".into())).unwrap();
        let failed = loop {
            match arrivals.expect(&"v2", never) {
                Ok(()) => yield_now().await,
                Err(why) => break why,
            }
        };
        assert_eq!(failed, "the store is away");
        wall.set(Timestamp(0));
        assert_eq!(arrivals.expect(&"v3", async || Ok(())), Ok(()), "another is another");
        clock.advance(AGAIN_AFTER - Duration::from_micros(1));
        assert!(arrivals.expect(&"v2", never).is_err());
        clock.advance(Duration::from_micros(1));
        let (ends, ended) = oneshot::channel::<()>();
        let again = async || {
            ends.send(()).unwrap();
            Ok(())
        };
        assert_eq!(arrivals.expect(&"v2", again), Ok(()));
        ended.await.unwrap();
    }
}
