//! Two who both believe that they lead; and those who write for reasons of their own.

use drivers::{EngineError, group::Group};
use http::StatusCode;

use crate::cluster::Cluster;

const KINDS: [(&str, &str, &str); 2] = [
    ("hpa/primetime/site", "horizontalpodautoscalers/site", "minReplicas"),
    ("deployment/primetime/site", "deployments/site", "replicas"),
];

/// Both have read the same state. Whoever is second is refused by the server, reads again, and finds out who leads.
#[tokio::test]
async fn of_two_that_race_the_newer_lease_stands() {
    for (target, path, field) in KINDS {
        for first in [7, 8] {
            let cluster = Cluster::with_site();
            cluster.race(first);
            let (old, new) = (cluster.group(target), cluster.group(target));
            let (old, new) = tokio::join!(old.hold(3, 7), new.hold(9, 8));
            assert_eq!(new, Ok(()), "{target}, {first} first");
            let fenced = Err(EngineError::Fenced { newest: 8 });
            assert_eq!(old, if first == 7 { Ok(()) } else { fenced }, "{target}, {first} first");
            cluster.object(path, |object| {
                assert_eq!(object["spec"][field], 9);
                assert_eq!(object["metadata"]["annotations"][kubernetes::FENCE], "8");
            });
            let refused =
                cluster.asked().iter().filter(|asked| asked.answered == StatusCode::CONFLICT).count();
            assert_eq!(refused, 1, "{target}, {first} first: by the resourceVersion");
        }
    }
}

/// Controllers write an object's status all the time, and each makes a new version of it.
#[tokio::test]
async fn who_was_overtaken_reads_once_more_and_then_is_busy() {
    for (target, path, field) in KINDS {
        let cluster = Cluster::with_site();
        let group = cluster.group(target);
        cluster.controllers_write_before(1);
        assert_eq!(group.hold(9, 1).await, Ok(()));
        cluster.object(path, |object| assert_eq!(object["spec"][field], 9));
        cluster.controllers_write_before(2);
        let busy = group.hold(11, 1).await;
        assert!(matches!(busy, Err(EngineError::Busy(_))), "{busy:?}");
        cluster.object(path, |object| assert_eq!(object["spec"][field], 9));
    }
}

/// Whoever wrote that means something by it.
#[tokio::test]
async fn a_fence_that_is_no_number_is_nobodys_to_overwrite() {
    for (target, path, field) in KINDS {
        let cluster = Cluster::with_site();
        cluster.object(path, |object| object["metadata"]["annotations"][kubernetes::FENCE] = "mine".into());
        let refused = cluster.group(target).hold(9, 1).await;
        let Err(EngineError::Refused(why)) = &refused else { panic!("{refused:?}") };
        assert!(why.contains(kubernetes::FENCE) && why.contains("mine"), "{why}");
        cluster.object(path, |object| assert_ne!(object["spec"][field], 9));
    }
}
