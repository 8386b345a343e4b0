//! Two handles on one database, as two processes have.

use std::{collections::BTreeSet, time::Duration};

use crate::backend::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_job_is_taken_by_one_worker() {
    const JOBS: usize = 60;
    let backend = Backend::sqlite().await;
    let mut tx = backend.store.begin().await.unwrap();
    for n in 0..JOBS {
        tx.enqueue(&job(&format!("j{n}"), 1), at(1)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let stores = [backend.store.clone(), backend.another().await];
    let workers: Vec<_> = (0..6)
        .map(|n| {
            let store = stores[n % 2].clone();
            tokio::spawn(async move {
                let mut taken = Vec::new();
                let owner = format!("w{n}");
                while let Some(lease) =
                    store.take_job(&owner, &["probe"], Duration::from_secs(60), at(2)).await.unwrap()
                {
                    store.complete(&lease.claim, at(3)).await.unwrap();
                    taken.push(lease.claim.job);
                }
                taken
            })
        })
        .collect();
    let mut all = Vec::new();
    for worker in workers {
        all.extend(worker.await.unwrap());
    }
    assert_eq!(all.len(), JOBS);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), JOBS, "none twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_publishers_one_wins_each_number() {
    let backend = Backend::sqlite().await;
    let stores = [backend.store.clone(), backend.another().await];
    let publishers: Vec<_> = (0..8)
        .map(|n| {
            let store = stores[n % 2].clone();
            tokio::spawn(async move {
                let newest = store.newest_edition().await.unwrap().map_or(0, |row| row.number);
                let row = store::EditionRow {
                    number: newest + 1,
                    header_key: format!("k{n}"),
                    header_hash: String::new(),
                    content: String::new(),
                    reason: String::new(),
                    created_at: at(1),
                };
                let mut tx = store.begin().await.unwrap();
                let won = tx.add_edition(&row).await.is_ok();
                tx.commit().await.unwrap();
                won
            })
        })
        .collect();
    let mut wins = 0;
    for publisher in publishers {
        wins += u64::from(publisher.await.unwrap());
    }
    let newest = backend.store.newest_edition().await.unwrap().unwrap().number;
    assert!(wins >= 1 && newest == wins, "{wins} wins, newest {newest}");
}
