//! What a size means, for either kind.

use drivers::{
    EngineError,
    group::{Group, Size},
};
use serde_json::json;

use crate::cluster::Cluster;

const HPA: &str = "horizontalpodautoscalers/site";

async fn size(cluster: &Cluster, target: &str) -> Size {
    cluster.group(target).size().await.unwrap()
}

#[tokio::test]
async fn of_an_autoscaler() {
    let cluster = Cluster::with_site();
    let site = || size(&cluster, "hpa/primetime/site");
    // It wants seven by its own reckoning; of five pods four are ready.
    assert_eq!(site().await, Size { floor: 2, most: 40, wanted: 7, serving: 4 });
    cluster.object(HPA, |hpa| hpa["spec"]["minReplicas"] = 12.into());
    assert_eq!(site().await.wanted, 12, "its controller has not looked yet, and will want the floor");
    cluster.object(HPA, |hpa| {
        hpa["spec"].as_object_mut().unwrap().remove("minReplicas");
        hpa.as_object_mut().unwrap().remove("status");
    });
    assert_eq!(site().await, Size { floor: 1, most: 40, wanted: 1, serving: 4 }, "a new one");
    cluster.remove("deployments/site");
    assert_eq!(site().await.serving, 0, "nothing to scale is nothing that serves");
}

/// Only workloads of apps/v1 count who is ready; of anything else the autoscaler's own count is all there is.
#[tokio::test]
async fn of_an_autoscaler_of_something_else() {
    let cluster = Cluster::with_site();
    let rollout = json!({ "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "site" });
    cluster.object(HPA, |hpa| hpa["spec"]["scaleTargetRef"] = rollout);
    assert_eq!(size(&cluster, "hpa/primetime/site").await.serving, 5);
    assert_eq!(cluster.asked().len(), 1, "nothing else is asked for");
}

#[tokio::test]
async fn of_a_deployment() {
    let cluster = Cluster::with_site();
    let site = size(&cluster, "deployment/primetime/site").await;
    assert_eq!(site, Size { floor: 5, most: 40, wanted: 5, serving: 4 });
}

/// The lower of what the annotation and the operator say; with neither, nothing is done.
#[tokio::test]
async fn somebody_says_how_many_a_deployment_may_have() {
    let cluster = Cluster::with_site();
    let group = || cluster.group("deployment/primetime/site");
    assert_eq!(group().most(10).size().await.unwrap().most, 10);
    assert_eq!(group().most(99).size().await.unwrap().most, 40);
    assert_eq!(cluster.group("hpa/primetime/site").most(10).size().await.unwrap().most, 10);
    let annotate = |most: Option<&str>| {
        cluster.object("deployments/site", |object| {
            object["metadata"]["annotations"] =
                most.map_or(json!({}), |most| json!({ kubernetes::MOST: most }));
        });
    };
    annotate(None);
    assert_eq!(group().most(10).size().await.unwrap().most, 10);
    for (most, words) in [(None, "kubectl annotate deployment site"), (Some("many"), "is no number: many")] {
        annotate(most);
        let refused = group().hold(3, 1).await;
        let Err(EngineError::Refused(why)) = &refused else { panic!("{refused:?}") };
        assert!(why.contains(words), "{why}");
    }
    cluster.object("deployments/site", |object| assert_eq!(object["spec"]["replicas"], 5));
}

/// Scaled to nothing by hand, an autoscaler's target stays there whatever its floor; whoever holds the floor is told so, and not that all is
/// well.
#[tokio::test]
async fn one_that_is_off_says_so() {
    let cluster = Cluster::with_site();
    cluster.object(HPA, |hpa| {
        hpa["status"]["currentReplicas"] = 0.into();
        hpa["status"]["desiredReplicas"] = 0.into();
        hpa["status"]["conditions"][1] = json!({
            "type": "ScalingActive", "status": "False", "lastTransitionTime": "2026-03-06T18:00:00Z",
            "reason": "ScalingDisabled", "message": "scaling is disabled since the replica count of the target is zero",
        });
    });
    let group = cluster.group("hpa/primetime/site");
    assert_eq!(group.size().await.unwrap().wanted, 0);
    assert_eq!(group.hold(9, 1).await, Ok(()), "the floor is there for when it is on again");
    let now = group.size().await.unwrap();
    assert_eq!((now.floor, now.wanted), (9, 0), "so that whoever follows the plan asks again");
    let refused = group.hold(9, 1).await;
    let Err(EngineError::Refused(why)) = &refused else { panic!("{refused:?}") };
    assert!(why.contains("kubectl scale --replicas=1"), "{why}");
}
