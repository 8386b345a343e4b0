use std::sync::Arc;

use domain::Clock;

/// The two times that an engine goes by.
#[derive(Clone)]
pub struct Clocks {
    /// The time of day, for what people read and for what outlives the machine's running. It may be set, also back.
    pub wall: Arc<dyn Clock>,
    /// Time since the machine was started, which nobody sets: how long something has lasted goes by it.
    pub steady: Arc<dyn Clock>,
}

impl Clocks {
    /// One that nobody sets, for both.
    pub fn same(clock: Arc<dyn Clock>) -> Self {
        Self { wall: clock.clone(), steady: clock }
    }
}
