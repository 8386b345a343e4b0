//! What every engine must do.

use store::{AssetState, EditionRow, NewAsset, PictureRow, Promise, StoreError, Track};

use crate::backend::*;

async fn every_statement_is_understood_by_the_engine(backend: Backend) {
    let statements = backend.store.statements();
    assert!(statements.len() > 30);
    for sql in statements {
        backend.store.prepare(sql).await.unwrap_or_else(|error| panic!("{sql}\n{error:?}"));
    }
}

async fn an_asset_moves_only_from_where_it_is(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    let id = asset("film-1");
    let new = NewAsset { id: id.clone(), title: title("film"), source: "{}".into() };
    let mut tx = store.begin().await.unwrap();
    assert!(tx.add_asset(&new, at(1)).await.unwrap());
    assert!(!tx.add_asset(&new, at(2)).await.unwrap(), "it is there already");
    tx.move_asset(&id, (AssetState::Waiting, AssetState::Encoding), "", at(3)).await.unwrap();
    let again = tx.move_asset(&id, (AssetState::Waiting, AssetState::Failed), "late", at(4)).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))));
    let track = |body: &str| Track {
        id: "v240".into(),
        kind: "video".into(),
        object_key: "k".into(),
        body: body.into(),
    };
    tx.put_track(&id, &track("1"), at(5)).await.unwrap();
    tx.put_track(&id, &track("2"), at(6)).await.unwrap();
    tx.set_index(&id, "media/film-1/index-1.json", "{\"a\":1}", at(7)).await.unwrap();
    tx.commit().await.unwrap();
    let asset = store.asset(&id).await.unwrap().unwrap();
    assert_eq!((asset.state, asset.summary.as_deref()), (AssetState::Encoding, Some("{\"a\":1}")));
    assert_eq!(store.tracks(&id).await.unwrap(), [track("2")]);
}

async fn what_is_not_committed_never_happened(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    let mut tx = store.begin().await.unwrap();
    tx.enqueue(&job("a", 1), at(1)).await.unwrap();
    tx.put_picture(&PictureRow { source: "s".into(), body: "{}".into() }, at(1)).await.unwrap();
    drop(tx);
    assert_eq!(store.job_counts().await.unwrap(), store::Counts::default());
    assert!(store.pictures().await.unwrap().is_empty());
}

async fn the_newest_edition_is_decided_once(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    let row = |number| EditionRow {
        number,
        header_key: format!("editions/{number}"),
        header_hash: "h".into(),
        content: "c".into(),
        reason: "test".into(),
        created_at: at(1),
    };
    for (number, fits) in [(2, false), (1, true), (1, false), (3, false), (2, true)] {
        let mut tx = store.begin().await.unwrap();
        let outcome = tx.add_edition(&row(number)).await;
        assert_eq!(outcome.is_ok(), fits, "{number}: {outcome:?}");
        if fits {
            let promise = Promise { id: number.to_string(), body: "{}".into() };
            tx.promise("announce", &promise, at(number as i64)).await.unwrap();
            tx.commit().await.unwrap();
        }
    }
    assert_eq!(store.newest_edition().await.unwrap(), Some(row(2)));
    assert_eq!(store.promises("announce").await.unwrap().len(), 2);
    store.kept("announce", "1", at(9)).await.unwrap();
    assert_eq!(store.promises("announce").await.unwrap()[0].id, "2");
}

async fn profiles_are_known_since_they_were_first_seen(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    for seconds in [5, 9, 7] {
        let mut tx = store.begin().await.unwrap();
        tx.seen(&profile("p"), at(seconds)).await.unwrap();
        tx.commit().await.unwrap();
    }
    assert_eq!(store.profile_since(&profile("p")).await.unwrap(), Some(at(5)));
    assert_eq!(store.profile_since(&profile("q")).await.unwrap(), None);
}

contract! {
    every_statement_is_understood_by_the_engine,
    an_asset_moves_only_from_where_it_is,
    what_is_not_committed_never_happened,
    the_newest_edition_is_decided_once,
    profiles_are_known_since_they_were_first_seen,
}
