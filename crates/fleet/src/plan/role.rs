use std::fmt;

use serde::{Deserialize, Serialize};

use crate::load::Load;

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
            Role::Work => "minutes of work",
        }
    }
}

impl Role {
    /// A minute's load in the role's unit, where of an origin `offered` and `shed` are requests and `served` is bytes. What it turned away
    /// has no bytes: it is taken for as many, request by request, as what it sent. `None`: it sent nothing to anybody, so that nobody can
    /// tell.
    pub fn weighed(self, load: Load) -> Option<Load> {
        if self != Self::Origin || load.offered <= 0.0 {
            return Some(load);
        }
        let answered = load.offered - load.shed;
        if answered <= 0.0 {
            return None;
        }
        let bytes = load.served;
        let load = Load {
            offered: bytes * (load.offered / answered),
            served: bytes,
            shed: bytes * (load.shed / answered),
        };
        (load.offered.is_finite() && load.shed.is_finite()).then_some(load)
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
