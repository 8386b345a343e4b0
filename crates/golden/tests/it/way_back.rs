use std::{collections::BTreeMap, time::Duration};

use domain::{SeededRng, Timestamp};
use golden::{Catalogue, Shelf, Stage};
use objects::{
    Hash, Key, Objects,
    keys::{KeyRing, SigningKey},
};
use proptest::prelude::*;

/// What an operator may do; numbers choose among what there is.
#[derive(Debug, Clone)]
enum Step {
    Add(u8),
    Promote(u8, bool),
    Collect { keep: usize },
    Wait { hours: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..12u8).prop_map(Step::Add),
        (0..12u8, any::<bool>()).prop_map(|(image, canary)| Step::Promote(image, canary)),
        (0..3usize).prop_map(|keep| Step::Collect { keep }),
        (0..60u64).prop_map(|hours| Step::Wait { hours }),
    ]
}

fn disk(n: u8) -> Vec<u8> {
    format!("the disk of image {n}").into_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn what_runs_and_what_ran_before_are_there_whatever_is_done(steps in prop::collection::vec(step(), 1..24)) {
        let dir = tempfile::tempdir().unwrap();
        let objects = Objects::folder(&dir.path().join("objects")).unwrap();
        let signer = SigningKey::generate(&SeededRng::new(1));
        let ring = KeyRing::from(signer.public());
        let shelf = Shelf { objects: &objects, ring: &ring };
        let mut now = Timestamp::from_seconds(1_700_000_000);
        // The oracle: what was promoted, in order, a stage.
        let mut promoted: BTreeMap<Stage, Vec<Hash>> = BTreeMap::new();
        for step in steps {
            match step {
                Step::Add(n) => {
                    let file = dir.path().join("disk");
                    std::fs::write(&file, disk(n)).unwrap();
                    shelf.add(&file, "release", now, &signer).unwrap();
                }
                Step::Promote(n, canary) => {
                    let stage: Stage = if canary { "canary" } else { "production" }.parse().unwrap();
                    let hash = Hash::of(&disk(n));
                    let known = shelf.catalogue().unwrap().image(&hash).is_some();
                    prop_assert_eq!(shelf.promote(hash, stage.clone(), &signer).is_ok(), known);
                    if known {
                        let past = promoted.entry(stage).or_default();
                        past.retain(|earlier| *earlier != hash);
                        past.push(hash);
                    }
                }
                Step::Collect { keep } => {
                    shelf.collect(keep, now, &signer).unwrap();
                }
                Step::Wait { hours } => now = now.plus(Duration::from_secs(hours * 3600)),
            }
            let catalogue = shelf.catalogue().unwrap();
            for past in promoted.values() {
                for hash in past.iter().rev().take(2) {
                    let bytes = objects.get(&Key::golden_image(hash), 1000).unwrap();
                    prop_assert_eq!(Hash::of(&bytes), *hash);
                    prop_assert!(catalogue.image(hash).is_some());
                }
            }
            for (stage, past) in catalogue.stages() {
                let newest: Vec<_> = promoted[stage].iter().rev().take(2).collect();
                prop_assert_eq!(past.iter().take(2).collect::<Vec<_>>(), newest);
            }
            // Nothing is listed that is not there, and nothing lies about that is not listed.
            let listed: std::collections::BTreeSet<_> = catalogue.images().iter().map(|i| Key::golden_image(&i.hash)).collect();
            let there: std::collections::BTreeSet<_> =
                objects.list("images/golden/").unwrap().into_iter().filter(|key| *key != Key::golden_catalogue()).collect();
            prop_assert_eq!(listed, there);
        }
    }
}

#[test]
fn a_collection_that_was_broken_off_is_finished_by_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let objects = Objects::folder(&dir.path().join("objects")).unwrap();
    let signer = SigningKey::generate(&SeededRng::new(1));
    let ring = KeyRing::from(signer.public());
    let shelf = Shelf { objects: &objects, ring: &ring };
    let now = Timestamp::from_seconds(1_700_000_000);
    let file = dir.path().join("disk");
    for n in 0..3 {
        std::fs::write(&file, disk(n)).unwrap();
        shelf.add(&file, "release", now, &signer).unwrap();
    }
    // Killed after the catalogue let go of two and one of them was deleted.
    let mut catalogue: Catalogue = shelf.catalogue().unwrap();
    catalogue.give_up(1, now.plus(Duration::from_secs(1)));
    let half = serde_json::to_vec(&catalogue).unwrap();
    objects::statement::change::<golden::GoldenError>(
        &objects,
        &Key::golden_catalogue(),
        "golden images",
        &signer,
        &ring,
        |_| Ok(Some(half.clone())),
    )
    .unwrap();
    objects.delete(&Key::golden_image(&Hash::of(&disk(0)))).unwrap();
    std::fs::write(&file, disk(1)).unwrap();
    let refused = shelf.add(&file, "release", now, &signer).unwrap_err().to_string();
    assert!(refused.contains("is being collected"), "{refused}");
    assert_eq!(shelf.collect(1, now, &signer).unwrap().len(), 2);
    assert_eq!(shelf.catalogue().unwrap().leaving().count(), 0);
    let left = [Key::golden_image(&Hash::of(&disk(2))), Key::golden_catalogue()];
    let mut there = objects.list("images/golden/").unwrap();
    there.sort();
    assert!(left.iter().all(|key| there.contains(key)) && there.len() == 2, "{there:?}");
    shelf.add(&file, "release", now, &signer).unwrap();
}
