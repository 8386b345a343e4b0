use std::fmt;

use serde::{Deserialize, Serialize};

/// What scales apart, and by what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Pages and JSON: requests.
    Site,
    /// Playlists and segments: bytes.
    Origin,
    /// Positions and events: pings.
    Collect,
    /// Encoding: the queue against its deadlines, see [`super::work`].
    Work,
}

impl Role {
    /// The unit of its load, for people.
    pub fn unit(self) -> &'static str {
        match self {
            Role::Site => "requests/min",
            Role::Origin => "bytes/min",
            Role::Collect => "pings/min",
            Role::Work => "jobs",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Role::Site => "site",
            Role::Origin => "origin",
            Role::Collect => "collect",
            Role::Work => "work",
        })
    }
}
