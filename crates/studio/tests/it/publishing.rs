//! Editions: the guard, the outbox, several publishers at once, publishing by itself.

use std::{fs, time::Duration};

use domain::TitleId;
use objects::announce;
use studio::publish::{AutoPublisher, PublishError, Published, Request};
use tokio_util::sync::CancellationToken;

use crate::kit::{BRAND, Kit, TITLES, tiny_catalogue};

async fn published_once(kit: Kit) -> Kit {
    tiny_catalogue(&kit);
    kit.import().await;
    kit.work().await;
    kit.publisher.publish(&Request::because("first")).await.unwrap();
    kit
}

/// The catalogue without its movie.
fn without_ferry(kit: &Kit) {
    kit.write("catalogue/brand.yaml", BRAND.replace("[ferry, tides]", "[tides]"));
    kit.write("catalogue/titles.yaml", &TITLES[..TITLES.find("  - id: ferry").unwrap()]);
}

async fn hiding_titles_needs_a_reason(kit: Kit) {
    let kit = published_once(kit).await;
    without_ferry(&kit);
    assert_eq!(kit.import().await.documents.withdrawn, 1);
    let refused = kit.publisher.publish(&Request::because("tidied up")).await.unwrap_err();
    let PublishError::Hides(hides) = &refused else { panic!("{refused}") };
    assert_eq!((hides[0].hidden.len(), hides[0].visible), (1, 2));
    insta::assert_snapshot!("guard", refused.to_string());
    assert!(kit.edition().title(&TitleId::new("ferry").unwrap()).is_some(), "viewers see what they saw");

    let silent = Request { reason: " ".into(), confirmed: true };
    assert!(matches!(kit.publisher.publish(&silent).await, Err(PublishError::NoReason)));
    let meant = Request { reason: "the licence ended".into(), confirmed: true };
    let published = kit.publisher.publish(&meant).await.unwrap();
    assert!(matches!(published, Published::New { number: 2, .. }), "{published:?}");
    assert!(kit.edition().title(&TitleId::new("ferry").unwrap()).is_none());
    assert_eq!(kit.deps.store.editions(1).await.unwrap()[0].reason, "the licence ended");
}

async fn what_was_decided_is_announced_by_the_next_process(kit: Kit) {
    let kit = published_once(kit).await;
    // The announcement cannot be written: as if the process had died right after the decision.
    let current = kit.dir.path().join("objects/editions/current");
    fs::rename(&current, current.with_extension("old")).unwrap();
    fs::create_dir(&current).unwrap();
    fs::write(current.join("in-the-way"), "").unwrap();
    kit.write("catalogue/titles.yaml", TITLES.replace("Night Ferry", "The Night Ferry"));
    kit.import().await;
    let failed = kit.publisher.publish(&Request::because("renamed")).await.unwrap_err();
    assert!(matches!(failed, PublishError::Announce(_)), "{failed}");
    assert_eq!(kit.deps.store.newest_edition().await.unwrap().unwrap().number, 2);

    fs::remove_dir_all(&current).unwrap();
    fs::rename(current.with_extension("old"), &current).unwrap();
    assert_eq!(kit.edition().number(), 1);
    assert_eq!(kit.publisher.drain_outbox().await.unwrap(), 1);
    assert_eq!(kit.edition().number(), 2);
    assert_eq!(kit.publisher.drain_outbox().await.unwrap(), 0);
}

async fn several_publishers_agree_on_one_number_each(kit: Kit) {
    let kit = published_once(kit).await;
    for round in 0..3 {
        let name = format!("Ferry {round}");
        kit.write("catalogue/titles.yaml", TITLES.replace("Night Ferry", &name));
        kit.import().await;
        let publishers: Vec<_> = (0..4)
            .map(|n| {
                let publisher = kit.publisher.clone();
                tokio::spawn(
                    async move { publisher.publish(&Request::because(format!("publisher {n}"))).await },
                )
            })
            .collect();
        let mut new = 0;
        for publisher in publishers {
            match publisher.await.unwrap().unwrap() {
                Published::New { .. } => new += 1,
                Published::Unchanged { number } => assert_eq!(number, round + 2),
            }
        }
        assert_eq!(new, 1, "one of them published");
        assert_eq!(kit.edition().number(), round + 2);
    }
}

async fn what_becomes_ready_is_published_by_itself(kit: Kit) {
    tiny_catalogue(&kit);
    let stop = CancellationToken::new();
    let auto = AutoPublisher::new(kit.publisher.clone(), kit.deps.nudge.clone());
    let auto = tokio::spawn(auto.run(stop.clone()));
    kit.import().await;
    kit.work().await;
    let complete = async {
        loop {
            let plays =
                |id| kit.edition().title(&TitleId::new(id).unwrap()).is_some_and(|t| t.asset().is_some());
            if announce::read::<objects::announce::CurrentEdition>(&kit.deps.objects, &kit.publisher.ring)
                .is_ok()
                && plays("ferry")
                && plays("tides-s1e1")
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), complete).await.expect("nothing was published");
    stop.cancel();
    auto.await.unwrap();
}

async fn a_wrong_catalogue_changes_nothing(kit: Kit) {
    let kit = published_once(kit).await;
    let before = kit.deps.store.documents("title").await.unwrap();
    kit.write("catalogue/titles.yaml", TITLES.replace("genres: [thriller]", "genres: [comedy]"));
    let errors = kit.try_import().await.unwrap_err().to_string();
    assert!(
        errors.contains("there is no genre `comedy`") && errors.ends_with("2 errors: nothing was imported")
    );
    assert_eq!(kit.deps.store.documents("title").await.unwrap(), before);
    assert_eq!(
        kit.publisher.publish(&Request::because("nothing")).await.unwrap(),
        Published::Unchanged { number: 1 }
    );
}

async fn the_old_master_plays_until_the_new_one_is_ready(kit: Kit) {
    let kit = published_once(kit).await;
    let old = kit.edition().title(&TitleId::new("tides-s1e1").unwrap()).unwrap().asset_id().unwrap();
    crate::kit::clip(&kit.input().join("masters/tides-1.mp4"), 1, "128x72", false);
    assert_eq!(kit.import().await.new_assets, 1);
    kit.publisher.publish(&Request::because("imported")).await.unwrap();
    let asset = || kit.edition().title(&TitleId::new("tides-s1e1").unwrap()).unwrap().asset_id().unwrap();
    assert_eq!(asset(), old);
    kit.work().await;
    kit.publisher.publish(&Request::because("encoded")).await.unwrap();
    assert_ne!(asset(), old);
}

async fn imports_at_the_same_time_lose_nothing(kit: Kit) {
    let kit = std::sync::Arc::new(kit);
    tiny_catalogue(&kit);
    let imports: Vec<_> = (0..4)
        .map(|_| {
            let kit = kit.clone();
            tokio::spawn(async move { kit.try_import().await })
        })
        .collect();
    let mut added = 0;
    for import in imports {
        let outcome = import.await.unwrap().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(outcome.documents.withdrawn, 0);
        added += outcome.documents.added;
    }
    assert_eq!(added, 4, "each document was added by one of them");
    assert_eq!(kit.deps.store.documents("title").await.unwrap().len(), 2);
    assert_eq!(kit.deps.store.documents("brand").await.unwrap().len(), 1);
    assert!(kit.import().await.unchanged());
}

contract! {
    hiding_titles_needs_a_reason,
    what_was_decided_is_announced_by_the_next_process,
    several_publishers_agree_on_one_number_each,
    what_becomes_ready_is_published_by_itself,
    a_wrong_catalogue_changes_nothing,
    the_old_master_plays_until_the_new_one_is_ready,
    imports_at_the_same_time_lose_nothing,
}
