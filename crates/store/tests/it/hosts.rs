//! What hosts tell and are told.

use store::{HostOrder, NewRollout};

use crate::backend::*;

fn order(subject: &str, fence: i64, number: i64, body: &str) -> HostOrder {
    HostOrder { subject: subject.into(), fence, number, body: body.into() }
}

async fn every_report_has_a_number(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    for (host, report, number) in [("jeju", "a", 1), ("busan", "b", 1), ("jeju", "a", 2)] {
        assert_eq!(store.report_host("site", host, report, at(number)).await.unwrap(), number);
    }
    let all = store.host_reports("site").await.unwrap();
    let told: Vec<_> = all.iter().map(|r| (r.host.as_str(), r.number, r.report.as_str())).collect();
    assert_eq!(told, [("busan", 1, "b"), ("jeju", 2, "a")]);
    assert!(store.host_reports("origin").await.unwrap().is_empty());
    store.report_host("origin", "busan", "o", at(3)).await.unwrap();
    let all: Vec<_> = store.all_host_reports().await.unwrap().into_iter().map(|r| r.report).collect();
    assert_eq!(all, ["o", "b", "a"], "of every service");
    store.host_left("origin", "busan").await.unwrap();
    assert_eq!(store.forget_hosts("site", at(2)).await.unwrap(), 1, "busan was silent");
    store.host_left("site", "jeju").await.unwrap();
    assert!(store.host_reports("site").await.unwrap().is_empty());
}

/// Reports of hosts, one for each.
async fn told(store: &store::Store, hosts: &[(&str, &str)]) {
    for (service, host) in hosts {
        store.report_host(service, host, "{}", at(1)).await.unwrap();
    }
}

async fn a_newer_order_takes_the_place_of_an_older_one(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    told(&store, &[("site", "busan"), ("site", "busan"), ("origin", "jeju")]).await;
    for (number, body) in [(1, "start"), (2, "park"), (2, "admit")] {
        store.order_host("site", "busan", &order("a", 1, number, body), at(number)).await.unwrap().unwrap();
    }
    store.order_host("site", "busan", &order("b", 1, 2, "start"), at(1)).await.unwrap().unwrap();
    let waiting = store.host_orders("site", "busan").await.unwrap();
    assert_eq!(waiting, [order("b", 1, 2, "start"), order("a", 1, 2, "admit")]);
    assert!(store.host_orders("site", "jeju").await.unwrap().is_empty());
    store.order_host("origin", "jeju", &order("c", 1, 1, "start"), at(1)).await.unwrap().unwrap();
    let all: Vec<_> = store.all_host_orders().await.unwrap().into_iter().map(|o| o.subject).collect();
    assert_eq!(all, ["c", "b", "a"], "of every service");
    // Carried out was the one before: the new one still waits.
    store.host_order_done("site", "busan", &order("a", 1, 2, "park")).await.unwrap();
    store.host_order_done("site", "busan", &order("b", 1, 2, "start")).await.unwrap();
    assert_eq!(store.host_orders("site", "busan").await.unwrap(), [order("a", 1, 2, "admit")]);
}

async fn who_was_replaced_orders_nothing(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    let mut tx = store.begin().await.unwrap();
    let new = NewRollout { service: "site".into(), generation: 1, body: "{}".into() };
    tx.begin_rollout(&new, at(0)).await.unwrap();
    tx.commit().await.unwrap();
    let lease = std::time::Duration::from_secs(10);
    let slow = store.lease_rollout("site", "slow", lease, at(0)).await.unwrap().unwrap().fence;
    let quick = store.lease_rollout("site", "quick", lease, at(11)).await.unwrap().unwrap().fence;
    told(&store, &[("site", "busan")]).await;
    let refused = store.order_host("site", "busan", &order("a", slow, 1, "stop"), at(12)).await.unwrap();
    assert_eq!(refused, Err(quick));
    assert!(store.host_orders("site", "busan").await.unwrap().is_empty());
    store.order_host("site", "busan", &order("a", quick, 1, "start"), at(12)).await.unwrap().unwrap();
}

/// Else it would obey them when it is back: its reports are numbered from 1 again.
async fn who_is_gone_is_told_nothing_any_more(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    let tell = async |service, host, number| {
        let left = store.order_host(service, host, &order("migration", 1, number, "migrate"), at(1)).await;
        left.unwrap().unwrap();
    };
    let waiting = async || -> Vec<i64> {
        store.all_host_orders().await.unwrap().into_iter().map(|order| order.number).collect()
    };
    told(&store, &[("site", "busan"), ("site", "busan"), ("site", "jeju"), ("origin", "busan")]).await;
    for (service, host, number) in [("site", "busan", 2), ("site", "jeju", 1), ("origin", "busan", 1)] {
        tell(service, host, number).await;
    }
    store.host_left("site", "busan").await.unwrap();
    assert_eq!(waiting().await, [1, 1], "others' stay");
    // Whoever gives orders has not heard of it yet.
    tell("site", "busan", 2).await;
    told(&store, &[("site", "busan")]).await;
    tell("site", "busan", 2).await;
    assert!(store.host_orders("site", "busan").await.unwrap().is_empty());
    tell("site", "busan", 1).await;
    assert_eq!(waiting().await, [1, 1, 1], "what answers a report of its own is for it");

    // Without a word: it lost its power. Who has told something since stays.
    store.report_host("site", "busan", "{}", at(9)).await.unwrap();
    assert_eq!(store.forget_hosts("site", at(5)).await.unwrap(), 1);
    assert!(store.host_orders("site", "jeju").await.unwrap().is_empty());
    assert_eq!(store.host_orders("site", "busan").await.unwrap().len(), 1);
    assert_eq!(store.host_orders("origin", "busan").await.unwrap().len(), 1);
}

contract! {
    who_is_gone_is_told_nothing_any_more,
    every_report_has_a_number,
    a_newer_order_takes_the_place_of_an_older_one,
    who_was_replaced_orders_nothing,
}
