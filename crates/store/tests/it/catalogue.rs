//! Imports take effect at once or not at all.

use proptest::prelude::*;
use store::{Imported, StoreError};

use crate::backend::*;

async fn import(store: &store::Store, documents: &[store::Staged], now: i64) -> Imported {
    store.stage("folder", documents).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    let imported = tx.swap("folder", at(now)).await.unwrap();
    tx.commit().await.unwrap();
    imported
}

async fn ids(store: &store::Store) -> Vec<(String, i64, String)> {
    let documents = store.documents("title").await.unwrap();
    documents.into_iter().map(|d| (d.id, d.revision, d.body)).collect()
}

fn row(id: &str, revision: i64, body: &str) -> (String, i64, String) {
    (id.into(), revision, body.into())
}

async fn an_import_adds_changes_withdraws_and_brings_back(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    let first = [document("b", "1"), document("a", "1")];
    assert_eq!(import(&store, &first, 1).await, Imported { added: 2, ..Imported::default() });
    assert_eq!(ids(&store).await, [row("b", 1, "1"), row("a", 1, "1")], "in the folder's order");
    assert_eq!(import(&store, &first, 2).await, Imported { same: 2, ..Imported::default() });
    let second = [document("a", "2"), document("c", "1")];
    assert_eq!(import(&store, &second, 3).await, Imported { added: 1, changed: 1, same: 0, withdrawn: 1 });
    assert_eq!(ids(&store).await, [row("a", 2, "2"), row("c", 1, "1")]);
    assert_eq!(import(&store, &first, 4).await, Imported { added: 1, changed: 1, same: 0, withdrawn: 1 });
    assert_eq!(ids(&store).await, [row("b", 3, "1"), row("a", 3, "1")], "history goes on counting");
}

async fn what_is_staged_is_seen_by_nobody_and_cleared_by_the_next_import(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    import(&store, &[document("a", "1")], 1).await;
    let many: Vec<_> = (0..450).map(|n| document(&format!("t{n}"), "1")).collect();
    store.stage("folder", &many).await.unwrap(); // the importer is killed here
    assert_eq!(ids(&store).await.len(), 1);
    assert_eq!(import(&store, &[document("a", "1")], 2).await, Imported { same: 1, ..Imported::default() });
}

async fn history_says_when_a_document_went(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    import(&store, &[document("a", "1")], 1).await;
    import(&store, &[], 2).await;
    import(&store, &[document("a", "1")], 3).await;
    let revisions = store.revisions("title", "a", 10).await.unwrap();
    let told: Vec<_> =
        revisions.iter().map(|r| (r.revision, r.state.as_str(), r.body.as_deref(), r.at.seconds())).collect();
    assert_eq!(
        told,
        [(3, "approved", Some("1"), 3), (2, "withdrawn", None, 2), (1, "approved", Some("1"), 1)]
    );
}

async fn a_change_of_order_is_a_change_of_the_catalogue_and_of_no_document(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    import(&store, &[document("a", "1"), document("b", "1")], 1).await;
    let version = store.catalogue_version().await.unwrap();
    let turned = [document("b", "1"), document("a", "1")];
    assert_eq!(store.compare(&turned).await.unwrap(), Imported { same: 2, ..Imported::default() });
    assert_eq!(import(&store, &turned, 2).await, Imported { same: 2, ..Imported::default() });
    assert_eq!(ids(&store).await, [row("b", 1, "1"), row("a", 1, "1")]);
    assert_eq!(store.catalogue_version().await.unwrap(), version + 1);
    import(&store, &turned, 3).await;
    assert_eq!(store.catalogue_version().await.unwrap(), version + 1, "nothing changed");
}

async fn what_was_compared_with_an_older_catalogue_is_refused(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    store.stage("slow", &[document("a", "1")]).await.unwrap();
    import(&store, &[document("b", "1")], 1).await;
    let mut tx = store.begin().await.unwrap();
    let refused = tx.swap("slow", at(2)).await;
    assert!(matches!(refused, Err(StoreError::Conflict("the catalogue"))), "{refused:?}");
    drop(tx);
    assert_eq!(ids(&store).await, [row("b", 1, "1")]);
    // Nor is what was never staged, or has been applied.
    for import in ["never", "folder"] {
        let mut tx = store.begin().await.unwrap();
        assert!(matches!(tx.swap(import, at(3)).await, Err(StoreError::Conflict("the import"))));
    }
}

contract! {
    history_says_when_a_document_went,
    a_change_of_order_is_a_change_of_the_catalogue_and_of_no_document,
    what_was_compared_with_an_older_catalogue_is_refused,
    an_import_adds_changes_withdraws_and_brings_back,
    what_is_staged_is_seen_by_nobody_and_cleared_by_the_next_import,
}

/// Any folder after any folder: what is approved is what the last one held, in its order.
fn the_catalogue_is_what_was_imported_last(runtime: &tokio::runtime::Runtime, backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    let folder = prop::collection::btree_map("[a-h]", "[12]", 0..8);
    let folder = folder.prop_map(|map| map.into_iter().collect::<Vec<_>>()).prop_shuffle();
    let config = ProptestConfig { cases: 80, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(folder in folder)| {
        let documents: Vec<_> = folder.iter().map(|(id, body)| document(id, body)).collect();
        let (before, told, after) = runtime.block_on(async {
            let before = ids(&store).await;
            (before, import(&store, &documents, 1).await, ids(&store).await)
        });
        let short = |(id, _, body): &(String, i64, String)| (id.clone(), body.clone());
        prop_assert_eq!(after.iter().map(short).collect::<Vec<_>>(), folder.clone());
        let was = |id: &str| before.iter().find(|row| row.0 == id);
        let count = |test: &dyn Fn(&(String, i64, String)) -> bool| after.iter().filter(|row| test(row)).count() as u64;
        prop_assert_eq!(told, Imported {
            added: count(&|row| was(&row.0).is_none()),
            changed: count(&|row| was(&row.0).is_some_and(|was| was.2 != row.2)),
            same: count(&|row| was(&row.0).is_some_and(|was| was == row)),
            withdrawn: before.iter().filter(|was| after.iter().all(|row| row.0 != was.0)).count() as u64,
        });
    });
}

properties! { the_catalogue_is_what_was_imported_last }
