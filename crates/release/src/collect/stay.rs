//! Which releases stay: every rule, as a function of what is known.

use std::{collections::BTreeMap, time::Duration};

use domain::Timestamp;
use objects::ImageTag;

/// A release that was built or pushed less than this ago stays: it was pushed to be rolled out.
pub const YOUNG: Duration = Duration::from_secs(24 * 3600);

/// A release in the store, as far as its age goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// Its name.
    pub name: ImageTag,
    /// When its commit was made, as signed.
    pub created: Timestamp,
    /// When it was pushed, as its images' tags say.
    pub pushed: Option<Timestamp>,
}

/// The releases that stay, and why: the `keep` newest by when they were made, the young, and those that are needed.
pub fn staying<'a>(
    releases: &'a [Pushed],
    keep: usize,
    needed: &BTreeMap<String, String>,
    now: Timestamp,
) -> BTreeMap<&'a ImageTag, String> {
    let mut newest: Vec<&Pushed> = releases.iter().collect();
    // Of those made at the same instant the names decide, the same ones each time.
    newest.sort_by(|a, b| (b.created, &b.name).cmp(&(a.created, &a.name)));
    let since = now.minus(YOUNG);
    let why = |(place, release): (usize, &'a Pushed)| {
        let why = match needed.get(release.name.as_str()) {
            Some(why) => why.clone(),
            None if place < keep => format!("of the {keep} newest"),
            None if release.created >= since || release.pushed >= Some(since) => {
                "younger than a day".to_owned()
            }
            None => return None,
        };
        Some((&release.name, why))
    };
    newest.into_iter().enumerate().filter_map(why).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Days count from here; now is day 0.
    const NOW: Timestamp = Timestamp(1_800_000_000_000_000);

    fn ago(hours: u32) -> Timestamp {
        NOW.minus(Duration::from_secs(3600 * u64::from(hours)))
    }

    proptest! {
        /// Against the rules one by one: each release is compared with every other.
        #[test]
        fn what_stays_is_newest_young_or_needed_and_nothing_else(
            releases in prop::collection::vec((0u32..60, prop::option::of(0u32..60), any::<bool>()), 0..12),
            keep in 0usize..6,
        ) {
            let name = |n: usize| format!("v{n}").parse::<ImageTag>().unwrap();
            let pushed: Vec<Pushed> = releases.iter().enumerate().map(|(n, (created, pushed, _))| {
                Pushed { name: name(n), created: ago(*created), pushed: pushed.map(ago) }
            }).collect();
            let needed: BTreeMap<String, String> = releases.iter().enumerate()
                .filter(|(_, (_, _, needed))| *needed)
                .map(|(n, _)| (format!("v{n}"), "it runs".to_owned()))
                .chain([("elsewhere".to_owned(), "it runs".to_owned())])
                .collect();
            let stays = staying(&pushed, keep, &needed, NOW);
            for (n, (created, pushed_at, is_needed)) in releases.iter().enumerate() {
                let newer = releases.iter().enumerate().filter(|(other, (at, _, _))| {
                    at < created || at == created && format!("v{other}") > format!("v{n}")
                }).count();
                let young = *created <= 24 || pushed_at.is_some_and(|at| at <= 24);
                let expected = *is_needed || newer < keep || young;
                prop_assert_eq!(stays.contains_key(&name(n)), expected, "v{}", n);
            }
            prop_assert!(stays.len() <= releases.len());
        }
    }

    #[test]
    fn what_is_needed_says_for_what() {
        let one = [Pushed { name: "v1".parse().unwrap(), created: ago(9000), pushed: None }];
        let needed = BTreeMap::from([("v1".to_owned(), "site would go back to it".to_owned())]);
        assert_eq!(staying(&one, 9, &needed, NOW)[&one[0].name], "site would go back to it");
        assert!(staying(&one, 0, &BTreeMap::new(), NOW).is_empty());
    }
}
