//! A week in minutes: the week's own time, run through faster than the machine's.

use std::sync::Arc;

use domain::{Clock, Timestamp};

/// Minutes of a week.
pub const WEEK: usize = 7 * 24 * 60;

/// Which instant of the week it is.
#[derive(Clone)]
pub struct WeekClock {
    real: Arc<dyn Clock>,
    began: Timestamp,
    start: Timestamp,
    /// The minute of the week at which it began.
    from: usize,
    /// Seconds of the week in one of the machine's.
    pub times: f64,
}

impl WeekClock {
    /// The week of `start`, at its minute `from` now; all of it would last `seconds` of the machine's.
    pub fn begin(real: Arc<dyn Clock>, start: Timestamp, from: usize, seconds: f64) -> Self {
        let began = real.now();
        Self { real, began, start, from, times: (WEEK * 60) as f64 / seconds }
    }

    /// Now, in the week.
    pub fn now(&self) -> Timestamp {
        Timestamp(self.start.micros() + 60_000_000 * self.from as i64 + self.passed())
    }

    /// The minute of the week, with its fraction; more than [`WEEK`] when it is over.
    pub fn minute(&self) -> f64 {
        self.from as f64 + self.passed() as f64 / 60e6
    }

    fn passed(&self) -> i64 {
        let real = self.real.now().since(self.began);
        (real.as_micros() as f64 * self.times) as i64
    }
}
