//! Two handles on one database, as two processes have.

use std::{collections::BTreeSet, time::Duration};

use store::{NewAsset, Options, PositionWrite, SCHEMA, Store};

use crate::backend::*;

async fn each_job_is_taken_by_one_worker(backend: Backend) {
    const JOBS: usize = 60;
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

async fn of_many_publishers_one_wins_each_number(backend: Backend) {
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

/// What reports of many viewers, in any order and from several processes, come to: nobody waits for another for ever, and no
/// later word is lost.
async fn batches_of_several_processes_do_not_block_each_other(backend: Backend) {
    let stores = [backend.store.clone(), backend.another().await];
    let writers: Vec<_> = (0..4i64)
        .map(|n| {
            let store = stores[n as usize % 2].clone();
            tokio::spawn(async move {
                for round in 1..=10 {
                    let mut batch: Vec<_> = (0..12)
                        .map(|viewer| PositionWrite {
                            profile: profile(&format!("v{viewer}")),
                            ..position(round, &format!("d{n}"), round, round)
                        })
                        .collect();
                    batch.rotate_left(n as usize * 3);
                    if n % 2 == 1 {
                        batch.reverse();
                    }
                    store.put_positions(&batch).await.unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    for viewer in 0..12 {
        let now =
            backend.store.position(&profile(&format!("v{viewer}")), &title("t")).await.unwrap().unwrap();
        assert_eq!((now.position_us, now.at), (10_000_000, at(10)));
    }
}

/// Whoever has read an asset inside a transaction decides about it alone.
async fn an_asset_that_was_read_to_be_changed_is_changed_by_nobody_else(backend: Backend) {
    let id = asset("film-1");
    let mut tx = backend.store.begin().await.unwrap();
    tx.add_asset(&NewAsset { id: id.clone(), title: title("film"), source: "{}".into() }, at(1))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let stores = [backend.store.clone(), backend.another().await];
    let movers: Vec<_> = (0..6)
        .map(|n| {
            let (store, id) = (stores[n % 2].clone(), id.clone());
            tokio::spawn(async move {
                let mut tx = store.begin().await.unwrap();
                let row = tx.asset(&id).await.unwrap().unwrap();
                tx.move_asset(&id, (row.state, row.state), &format!("{}+", row.message), at(2))
                    .await
                    .unwrap();
                tx.commit().await.unwrap();
            })
        })
        .collect();
    for mover in movers {
        mover.await.unwrap();
    }
    assert_eq!(backend.store.asset(&id).await.unwrap().unwrap().message, "++++++");
}

/// Of imports that were compared with the same catalogue, one takes effect.
async fn of_many_imports_one_changes_each_catalogue(backend: Backend) {
    let stores = [backend.store.clone(), backend.another().await];
    for n in 0..4 {
        stores[n % 2].stage(&format!("i{n}"), &[document(&format!("d{n}"), "1")]).await.unwrap();
    }
    let importers: Vec<_> = (0..4)
        .map(|n| {
            let store = stores[n % 2].clone();
            tokio::spawn(async move {
                let mut tx = store.begin().await.unwrap();
                let won = tx.swap(&format!("i{n}"), at(1)).await.is_ok();
                if won {
                    tx.commit().await.unwrap();
                }
                won
            })
        })
        .collect();
    let mut wins = 0;
    for importer in importers {
        wins += u32::from(importer.await.unwrap());
    }
    assert_eq!(wins, 1);
    assert_eq!(backend.store.documents("title").await.unwrap().len(), 1);
    assert_eq!(backend.store.catalogue_version().await.unwrap(), 1);
}

async fn many_may_migrate_at_once(backend: Backend) {
    let openers: Vec<_> = (0..6)
        .map(|_| {
            let location = backend.location.clone();
            tokio::spawn(async move { Store::open_at(&location, &Options::default()).await })
        })
        .collect();
    for opener in openers {
        assert_eq!(opener.await.unwrap().unwrap().schema().await.unwrap(), SCHEMA);
    }
}

contract! {
    each_job_is_taken_by_one_worker,
    of_many_publishers_one_wins_each_number,
    batches_of_several_processes_do_not_block_each_other,
    an_asset_that_was_read_to_be_changed_is_changed_by_nobody_else,
    of_many_imports_one_changes_each_catalogue,
    many_may_migrate_at_once,
}
