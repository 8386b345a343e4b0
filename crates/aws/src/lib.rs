//! AWS Auto Scaling groups that follow the fleet's floor.
//!
//! With the feature `sdk`, `Asg` is a `drivers::group::Group`: its floor is the group's `MinSize`, and whose word counts stands in the
//! group's tag `primetime:fence`. Without the feature there is nothing here, and nothing is built: `docs/decisions/aws-sdk.md` has what
//! the SDK costs.
//!
//! What it must be allowed to do, and how it goes together with the group's own scaling policies, schedules and CloudFormation, is in
//! `docs/fleet.md`.

#[cfg(feature = "sdk")]
mod asg;
#[cfg(feature = "sdk")]
mod fault;
#[cfg(feature = "sdk")]
mod open;
#[cfg(feature = "sdk")]
mod seen;

#[cfg(feature = "sdk")]
pub use {
    asg::Asg,
    fault::ACTIONS,
    open::{Patience, client},
    seen::FENCE,
};
