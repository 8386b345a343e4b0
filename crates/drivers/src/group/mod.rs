//! A group whose size its engine keeps by itself: an Auto Scaling group, a cluster's autoscaler. It is told a floor, and starts and ends
//! instances by its own means; its own reaction to load stays on above the floor, as a backstop.

#[cfg(feature = "conformance")]
pub mod conformance;
mod follow;

use crate::EngineError;

pub use follow::{Aim, Followed, Follower, step};

/// A group, as it was when it was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// The fewest that the engine keeps.
    pub floor: u32,
    /// The most that it may have; whoever owns the group sets it.
    pub most: u32,
    /// How many the engine wants at the moment: the floor, or more when its own reaction says so.
    pub wanted: u32,
    /// How many are in service.
    pub serving: u32,
}

/// What every engine that keeps groups must do. Every call may be repeated, and comes back within a time that the engine bounds itself.
pub trait Group: Send + Sync {
    /// What people call it, as in `asg/site`.
    fn name(&self) -> &str;

    /// How it is.
    fn size(&self) -> impl Future<Output = Result<Size, EngineError>> + Send;

    /// From now on never fewer than `floor`. `fence` grows with every new holder of the lease; it is kept with the group.
    ///
    /// # Errors
    /// [`EngineError::Fenced`]: somebody with a newer fence has acted. [`EngineError::Refused`]: nothing happened, as when the floor is
    /// above [`Size::most`]. [`EngineError::Busy`]: nothing happened, later it may. [`EngineError::Uncertain`]: look again.
    fn hold(&self, floor: u32, fence: i64) -> impl Future<Output = Result<(), EngineError>> + Send;
}
