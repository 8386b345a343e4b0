//! Takedowns: once at a time, numbered in one order, whoever is at it.

use std::collections::BTreeSet;

use store::{Lifted, Store, StoreError, Takedown};

use crate::backend::*;

async fn down(store: &Store, id: &str) -> Result<(u64, bool), StoreError> {
    let mut tx = store.begin().await?;
    let number = tx.next_takedown(0).await?;
    let (who, why) = ("ana".to_owned(), "asked to".to_owned());
    let new = Takedown { number, title: title(id), who, why, at: at(number as i64), lifted: None };
    let added = tx.add_takedown(&new).await?;
    if added {
        tx.commit().await?;
    }
    Ok((number, added))
}

fn lifted() -> Lifted {
    Lifted { who: "min".into(), why: "settled".into(), at: at(9) }
}

async fn what_is_down_is_down_once_until_it_is_lifted(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    assert_eq!(store.taken_down().await.unwrap(), (0, vec![]));
    assert_eq!(down(&store, "ferry").await.unwrap(), (1, true));
    assert!(!down(&store, "ferry").await.unwrap().1);
    assert_eq!(store.taken_down().await.unwrap(), (1, vec![title("ferry")]), "the second changed nothing");
    assert_eq!(down(&store, "nights").await.unwrap(), (2, true));
    let mut tx = store.begin().await.unwrap();
    let number = tx.next_takedown(0).await.unwrap();
    assert!(!tx.lift_takedown(&title("tram"), number, &lifted()).await.unwrap());
    assert!(tx.lift_takedown(&title("ferry"), number, &lifted()).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(store.taken_down().await.unwrap(), (3, vec![title("nights")]));
    assert_eq!(down(&store, "ferry").await.unwrap(), (4, true), "once more");
    let all = store.takedowns(9).await.unwrap();
    assert_eq!(all.iter().map(|row| row.number).collect::<Vec<_>>(), [4, 2, 1]);
    assert_eq!(all[2].lifted, Some(lifted()));
    assert_eq!((all[0].who.as_str(), all[0].why.as_str(), &all[0].lifted), ("ana", "asked to", &None));
}

async fn the_number_grows_beyond_what_was_announced(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    down(&store, "ferry").await.unwrap();
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.next_takedown(7).await.unwrap(), 8);
    assert_eq!(tx.next_takedown(3).await.unwrap(), 9);
    tx.commit().await.unwrap();
    assert_eq!(store.taken_down().await.unwrap(), (9, vec![title("ferry")]));
}

async fn many_at_once_get_numbers_of_their_own(backend: Backend) {
    let stores = [backend.store.clone(), backend.another().await];
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..8 {
        let store = stores[n % 2].clone();
        tasks.spawn(async move { down(&store, &format!("t{}", n / 2)).await.unwrap() });
    }
    let done = tasks.join_all().await;
    let numbers: BTreeSet<u64> = done.iter().filter(|(_, added)| *added).map(|(number, _)| *number).collect();
    assert_eq!(numbers, BTreeSet::from([1, 2, 3, 4]), "each title once");
    assert_eq!(backend.store.taken_down().await.unwrap().0, 4);
}

async fn what_was_ever_there_is_known(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    assert!(!store.knows_title(&title("ferry")).await.unwrap());
    let staged = [document("ferry", "{}")];
    for documents in [&staged[..], &[]] {
        store.stage("folder", documents).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        tx.swap("folder", at(1)).await.unwrap();
        tx.commit().await.unwrap();
        assert!(store.knows_title(&title("ferry")).await.unwrap());
    }
    assert!(!store.knows_title(&title("tram")).await.unwrap());
}

contract! {
    what_is_down_is_down_once_until_it_is_lifted,
    the_number_grows_beyond_what_was_announced,
    many_at_once_get_numbers_of_their_own,
    what_was_ever_there_is_known,
}
