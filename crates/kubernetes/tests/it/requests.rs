//! What goes out: method, path, kind and body of each request; and what stays as it was.

use drivers::group::Group;
use serde_json::Value;

use crate::cluster::{Asked, Cluster};

/// As reviewers read them.
fn told(asked: &[Asked]) -> String {
    let mut text = String::new();
    for Asked { method, path, kind, body, answered } in asked {
        let kind = kind.as_deref().map(|kind| format!("\ncontent-type: {kind}\n{body}")).unwrap_or_default();
        text += &format!("{method} {path}{kind}\n-> {answered}\n\n");
    }
    text
}

#[tokio::test]
async fn an_autoscaler_is_read_and_patched() {
    let cluster = Cluster::with_site();
    let group = cluster.group("hpa/primetime/site");
    group.size().await.unwrap();
    group.hold(9, 4).await.unwrap();
    insta::assert_snapshot!(told(&cluster.asked()));
}

#[tokio::test]
async fn a_deployment_is_read_and_patched() {
    let cluster = Cluster::with_site();
    let group = cluster.group("deployment/primetime/site");
    group.size().await.unwrap();
    group.hold(9, 4).await.unwrap();
    insta::assert_snapshot!(told(&cluster.asked()));
}

/// Said twice, it is written once; a newer lease is written down even when it wants the same.
#[tokio::test]
async fn what_is_so_already_is_not_written() {
    let cluster = Cluster::with_site();
    let group = cluster.group("hpa/primetime/site");
    let patches = || cluster.asked().iter().filter(|asked| asked.kind.is_some()).count();
    group.hold(9, 4).await.unwrap();
    group.hold(9, 4).await.unwrap();
    assert_eq!(patches(), 1);
    group.hold(9, 5).await.unwrap();
    assert_eq!(patches(), 2);
}

/// Fields, annotations and managers that we know nothing of.
#[tokio::test]
async fn whatever_else_stands_there_is_kept() {
    for (kind, path, field) in [
        ("hpa", "horizontalpodautoscalers/site", "minReplicas"),
        ("deployment", "deployments/site", "replicas"),
    ] {
        let cluster = Cluster::with_site();
        cluster.object(path, |object| {
            object["spec"]["ofTheFuture"] = serde_json::json!({ "pods": [1, 2] });
            object["metadata"]["annotations"]["example.com/theirs"] = "kept".into();
        });
        let before = cluster.object(path, |object| object.clone());
        cluster.group(&format!("{kind}/primetime/site")).hold(9, 4).await.unwrap();
        let mut after = cluster.object(path, |object| object.clone());
        assert_eq!(after["spec"][field].take(), 9);
        assert_eq!(
            after["metadata"]["annotations"].as_object_mut().unwrap().remove(kubernetes::FENCE),
            Some("4".into())
        );
        let same = |object: &mut Value, of: &Value| {
            object["spec"][field] = of["spec"][field].clone();
            for key in ["resourceVersion", "generation"] {
                assert!(
                    of["metadata"][key].is_null() || object["metadata"][key] != of["metadata"][key],
                    "{key}"
                );
                object["metadata"][key] = of["metadata"][key].clone();
            }
        };
        same(&mut after, &before);
        // Reading a key that is not there has made one of null.
        after["metadata"].as_object_mut().unwrap().retain(|_, value| !value.is_null());
        assert_eq!(after, before);
    }
}
