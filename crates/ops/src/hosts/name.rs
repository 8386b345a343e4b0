//! Whose a host's name is. Two hosts under one name would overwrite each other's reports, and each would take the other's orders.

use domain::Timestamp;
use store::HostReport;

use super::{ANSWERS_WITHIN, Report};
use crate::OpsError;

/// What is known of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// It is this host's.
    Ours,
    /// Somebody else told something under it, and may be gone: who lives tells something within [`ANSWERS_WITHIN`].
    NotYet,
}

/// A host's claim to its name.
#[derive(Debug, Default)]
pub(super) struct Claim {
    word: Option<String>,
    /// Another's report, and since when it stands still by our own clock.
    other: Option<(i64, Timestamp)>,
}

impl Claim {
    pub fn new(word: String) -> Self {
        Self { word: Some(word), other: None }
    }

    pub fn word(&self) -> Option<String> {
        self.word.clone()
    }

    /// What the last report under the name says of it. One that cannot be read is another's, as is one of a version that said no word.
    pub fn look(
        &mut self,
        there: Option<&HostReport>,
        host: &str,
        now: Timestamp,
    ) -> Result<Claimed, OpsError> {
        let by = |there: &HostReport| serde_json::from_str::<Report>(&there.report).ok()?.by;
        let Some(other) = there.filter(|there| self.word.is_some() && by(there) != self.word) else {
            self.other = None;
            return Ok(Claimed::Ours);
        };
        match self.other {
            Some((number, _)) if number != other.number => Err(OpsError::SameName { host: host.to_owned() }),
            Some((_, since)) if now.since(since) >= ANSWERS_WITHIN => Ok(Claimed::Ours),
            Some(_) => Ok(Claimed::NotYet),
            None => {
                self.other = Some((other.number, now));
                Ok(Claimed::NotYet)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn report(number: i64, by: Option<&str>) -> HostReport {
        let report = Report { by: by.map(str::to_owned), ..Report::default() };
        HostReport { host: "busan".into(), number, report: serde_json::to_string(&report).unwrap() }
    }

    #[test]
    fn a_name_is_taken_over_from_who_is_silent_and_from_nobody_else() {
        let at = |s| Timestamp(0).plus(Duration::from_secs(s));
        let fresh = || Claim::new("a".into());
        let look =
            |claim: &mut Claim, there: Option<HostReport>, s| claim.look(there.as_ref(), "busan", at(s));
        assert_eq!(look(&mut fresh(), None, 0).unwrap(), Claimed::Ours);
        // Killed and started again.
        assert_eq!(look(&mut fresh(), Some(report(7, Some("a"))), 0).unwrap(), Claimed::Ours);
        for other in [Some("b"), None] {
            let mut claim = fresh();
            assert_eq!(look(&mut claim, Some(report(7, other)), 0).unwrap(), Claimed::NotYet);
            assert_eq!(look(&mut claim, Some(report(7, other)), 5).unwrap(), Claimed::NotYet);
            assert_eq!(look(&mut claim, Some(report(7, other)), 6).unwrap(), Claimed::Ours);
            let mut claim = fresh();
            assert_eq!(look(&mut claim, Some(report(7, other)), 0).unwrap(), Claimed::NotYet);
            let said = look(&mut claim, Some(report(8, other)), 2).unwrap_err().to_string();
            assert!(said.contains("busan") && said.contains("--name"), "{said}");
        }
        // It stood still for long enough long ago: what counts is that nobody tells anything now.
        let mut claim = fresh();
        assert_eq!(look(&mut claim, Some(report(7, Some("b"))), 0).unwrap(), Claimed::NotYet);
        assert_eq!(look(&mut claim, Some(report(8, Some("a"))), 1).unwrap(), Claimed::Ours);
        assert_eq!(look(&mut claim, Some(report(9, Some("b"))), 9).unwrap(), Claimed::NotYet);
    }
}
