use std::time::Duration;

use domain::{AssetId, BrandId, ProfileId, Rng, Timestamp, TitleId};

use crate::{Purpose, Seal};

/// How long a session may be renewed after it began: a film, a night's pause and the rest in the morning. After that the
/// player asks for a new decision.
pub const MAX_SESSION: Duration = Duration::from_secs(12 * 60 * 60);

/// One play, from the decision to the end. It has no row: everything about it stands in its signed handle, so that
/// renewal needs no database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// 128 random bits in hexadecimal; stands in the delivery token too.
    pub id: String,
    /// Who plays.
    pub profile: ProfileId,
    /// On which brand's site.
    pub brand: BrandId,
    /// What plays.
    pub title: TitleId,
    /// The media that were decided on. A newer edition may name others; this play ends with these.
    pub asset: AssetId,
    /// When the decision was made.
    pub started: Timestamp,
    /// The asset's running time: the grace after a window closed.
    pub running_time: Duration,
}

impl Session {
    /// A new session's id.
    pub fn new_id(rng: &dyn Rng) -> String {
        let mut bits = [0u8; 16];
        rng.fill(&mut bits);
        bits.iter().map(|b| format!("{b:02x}")).collect()
    }

    /// The handle that the player keeps and sends back with each heartbeat.
    pub fn to_handle(&self, seal: &Seal) -> String {
        let Session { id, profile, brand, title, asset, started, running_time } = self;
        let (started, running) = (started.micros(), running_time.as_millis());
        seal.seal(Purpose::Session, &format!("{id}.{profile}.{brand}.{title}.{asset}.{started}.{running}"))
    }

    /// Reads a handle; `None` when it was not ours.
    pub fn from_handle(handle: &str, seal: &Seal) -> Option<Self> {
        // Ids hold no dots and numbers neither.
        let fields: Vec<&str> = seal.open(Purpose::Session, handle)?.split('.').collect();
        let [id, profile, brand, title, asset, started, running] = fields[..] else { return None };
        Some(Self {
            id: id.to_owned(),
            profile: ProfileId::new(profile).ok()?,
            brand: BrandId::new(brand).ok()?,
            title: TitleId::new(title).ok()?,
            asset: AssetId::new(asset).ok()?,
            started: Timestamp(started.parse().ok()?),
            running_time: Duration::from_millis(running.parse().ok()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use domain::SeededRng;

    use super::*;

    #[test]
    fn there_and_back() {
        let seal = Seal::new(&[7; 32], &[]);
        let rng = SeededRng::new(1);
        let session = Session {
            id: Session::new_id(&rng),
            profile: ProfileId::random(&rng),
            brand: BrandId::new("harbour").unwrap(),
            title: TitleId::new("tides-s1e1").unwrap(),
            asset: AssetId::new("tides-s1e1-0011aabb").unwrap(),
            started: Timestamp(1_700_000_000_000_001),
            running_time: Duration::from_millis(30_500),
        };
        let handle = session.to_handle(&seal);
        assert_eq!(Session::from_handle(&handle, &seal), Some(session));
        assert_eq!(Session::from_handle(&handle.replace("tides", "waves"), &seal), None);
    }
}
