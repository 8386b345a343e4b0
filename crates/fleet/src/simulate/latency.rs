//! Waiting, from a queue model: what is turned away is not the only harm of being short.

/// A request that takes more than this many service times was slow.
pub const GOAL: f64 = 2.0;

/// How many requests one instance works on at the same time at its declared rate.
const SLOTS: f64 = 32.0;

/// Share of requests slower than [`GOAL`] service times, for `load` instances' worth offered to `ready` instances.
///
/// An instance behind a balancer is taken as a queue of its own with [`SLOTS`] servers: the wait's probability by
/// Sakasegawa's approximation of Erlang C, its tail exponential. Over capacity, what is served waits the full queue.
pub fn slow_share(load: f64, ready: u32) -> f64 {
    let busy = load / f64::from(ready.max(1));
    if busy >= 1.0 {
        return 1.0;
    }
    if busy < 0.5 {
        return 0.0;
    }
    let waits = busy.powf((2.0 * (SLOTS + 1.0)).sqrt() - 1.0);
    waits * (-(GOAL - 1.0) * SLOTS * (1.0 - busy)).exp()
}
