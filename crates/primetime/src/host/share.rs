//! How many of a service's instances are this host's.

use std::collections::BTreeSet;

use super::MOST_INSTANCES;

/// The share of `host` when `all` instances are spread over the hosts that answer; the first ones by name have one more. `None` while
/// it is not among them: it has just begun, or is cut off, and what it runs is better than a guess.
pub fn of(all: u32, answering: &BTreeSet<String>, host: &str) -> Option<usize> {
    let place = answering.iter().position(|other| other == host)?;
    let (all, hosts) = (usize::try_from(all).unwrap_or(usize::MAX), answering.len());
    let share = all / hosts + usize::from(place < all % hosts);
    Some(share.min(MOST_INSTANCES))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instance_is_somebodys() {
        let hosts = |count: usize| (0..count).map(|n| format!("h{n}")).collect::<BTreeSet<_>>();
        for count in 1..5 {
            for all in 0..64 {
                let answering = hosts(count);
                let shares: Vec<_> =
                    answering.iter().map(|host| of(all, &answering, host).unwrap()).collect();
                let sum: usize = shares.iter().sum();
                assert_eq!(sum, (all as usize).min(count * MOST_INSTANCES), "{all} over {count}");
                assert!(shares.iter().max().unwrap() - shares.iter().min().unwrap() <= 1);
            }
        }
        assert_eq!(of(4, &hosts(2), "elsewhere"), None);
        assert_eq!(of(4, &hosts(0), "h0"), None);
    }
}
