//! What belongs to a viewer: the anonymous profile, positions, continue watching, and the playback decision.
//!
//! Everything here is keyed by viewer, and viewer permissions live here and nowhere else: each use case takes the profile
//! that asks and touches no other's rows. It knows nothing of HTTP.

mod group;
mod profile;
mod seal;
mod session;

pub use group::GroupLimits;
pub use profile::Profile;
pub use seal::{Purpose, Seal};
pub use session::{MAX_SESSION, Session};
