//! What each refusal of a server means to whoever asked.

use std::time::Duration;

use drivers::{EngineError, group::Group};
use http::{HeaderMap, StatusCode, header};
use serde_json::json;

use crate::cluster::{self, Cluster, Said, status};

/// What `hold` makes of that answer to its patch.
async fn meaning(said: Said) -> EngineError {
    let cluster = Cluster::with_site();
    cluster.says(said);
    cluster.group("hpa/primetime/site").hold(9, 1).await.unwrap_err()
}

fn plain(code: u16, words: &str, again: Option<&str>) -> Said {
    let headers = again.map(|again| (header::RETRY_AFTER, again.parse().unwrap()));
    Said(StatusCode::from_u16(code).unwrap(), headers.into_iter().collect::<HeaderMap>(), words.into())
}

#[tokio::test]
async fn busy_says_when_to_come_back() {
    let seconds = |n| EngineError::Busy(Duration::from_secs(n));
    let later = "Too many requests, please try again later.";
    assert_eq!(meaning(plain(429, later, Some("7"))).await, seconds(7));
    assert_eq!(meaning(plain(429, later, None)).await, seconds(5));
    assert_eq!(meaning(plain(429, later, Some("0"))).await, seconds(1), "never at once");
    assert_eq!(meaning(plain(429, later, Some("Wed, 21 Oct 2026 07:28:00 GMT"))).await, seconds(5));
    let said = status(429, "TooManyRequests", later, json!({ "retryAfterSeconds": 9 }));
    assert_eq!(meaning(said).await, seconds(9), "in the body alone");
    let ends = status(503, "ServiceUnavailable", "apiserver is shutting down", json!({}));
    assert_eq!(meaning(ends).await, seconds(5));
}

/// In the server's own words, with what a person can do where we know it.
#[tokio::test]
async fn refusals_are_said_in_the_servers_words() {
    let rbac = "horizontalpodautoscalers.autoscaling \"site\" is forbidden: User \"system:serviceaccount:primetime:fleet\" cannot patch resource \"horizontalpodautoscalers\" in API group \"autoscaling\" in the namespace \"primetime\"";
    let policy = "horizontalpodautoscalers.autoscaling \"site\" is forbidden: ValidatingAdmissionPolicy 'evening' with binding 'evening' denied request: not after 18:00";
    let webhook = "admission webhook \"scale.example.com\" denied the request: not so many";
    let invalid =
        "HorizontalPodAutoscaler.autoscaling \"site\" is invalid: spec.minReplicas: Invalid value: 9";
    let said = [
        status(403, "Forbidden", rbac, json!({})),
        status(403, "Forbidden", policy, json!({})),
        status(400, "BadRequest", webhook, json!({})),
        status(422, "Invalid", invalid, json!({})),
        status(401, "Unauthorized", "Unauthorized", json!({ "retryAfterSeconds": 3 })),
        status(404, "NotFound", "the server could not find the requested resource", json!({})),
        plain(413, "", None),
    ];
    let mut refused = Vec::new();
    for said in said {
        let EngineError::Refused(why) = meaning(said).await else { panic!("{refused:?}") };
        refused.push(why);
    }
    insta::assert_snapshot!(refused.join("\n\n"));
}

/// It may have been done: a store that was too slow to say so, a balancer whose server went away, a webhook that failed.
#[tokio::test]
async fn what_may_have_been_done_is_uncertain() {
    let mut endless = cluster::hpa();
    endless["metadata"]["annotations"]["example.com/theirs"] = "x".repeat(5 << 20).into();
    for said in [
        status(500, "InternalError", "etcdserver: request timed out", json!({})),
        status(504, "Timeout", "request did not complete within requested timeout", json!({})),
        plain(502, "<html>Bad Gateway</html>", None),
        plain(302, "", None),
        plain(200, "", None),
        plain(200, "{\"kind\":\"Status\",\"status\":\"Success\"}", None),
        plain(200, &endless.to_string(), None),
    ] {
        let etcd = said.2.contains("etcdserver");
        let meant = meaning(said).await;
        let EngineError::Uncertain(why) = &meant else { panic!("{meant:?}") };
        assert!(why.starts_with("hpa/primetime/site: "), "{why}");
        assert!(why.len() < 1_000, "{}", why.len());
        assert!(!etcd || why.ends_with("500 Internal Server Error: etcdserver: request timed out"), "{why}");
    }
}

/// Who may read the autoscaler, and not what it scales, is told; a number that means something else is not given in its place.
#[tokio::test]
async fn the_ready_are_not_guessed() {
    let cluster = Cluster::with_site();
    cluster.forbids("deployments");
    let group = cluster.group("hpa/primetime/site");
    let refused = group.size().await;
    let Err(EngineError::Refused(why)) = &refused else { panic!("{refused:?}") };
    assert!(why.contains("cannot get resource \"deployments\"") && why.contains("has to allow"), "{why}");
    assert_eq!(group.hold(9, 1).await, Ok(()), "to hold a floor that number is not needed");
}
