//! What belongs to a viewer: the anonymous profile, positions, continue watching, and the playback decision.
//!
//! Everything here is keyed by viewer, and viewer permissions live here and nowhere else: each use case takes the profile
//! that asks and touches no other's rows. It knows nothing of HTTP.
//!
//! Who may do what: whoever holds a profile's signed cookie is that profile, and may read and write its positions, play
//! what [`domain::rights::decide`] grants, and renew its own sessions. Nobody may do anything in another's name.

mod finish;
mod group;
mod playback;
mod positions;
mod profile;
mod seal;
mod session;
mod up_next;
mod viewers;

pub use finish::{TOKEN_LIFETIME, is_finished, token_lifetime};
pub use group::GroupLimits;
pub use playback::{PlayError, Playback, RenewError, Token, Viewer};
pub use positions::{MAX_IDS, Report, ReportError};
pub use profile::Profile;
pub use seal::{Purpose, Seal};
pub use session::{MAX_SESSION, Session};
pub use store::Position;
pub use up_next::{Continue, continue_watching};
pub use viewers::{Unavailable, Viewers, ViewersParts};
