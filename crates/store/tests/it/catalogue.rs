//! Imports take effect at once or not at all.

use store::Imported;

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
    let Backend { store, dir: _dir } = backend;
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
    let Backend { store, dir: _dir } = backend;
    import(&store, &[document("a", "1")], 1).await;
    let many: Vec<_> = (0..450).map(|n| document(&format!("t{n}"), "1")).collect();
    store.stage("folder", &many).await.unwrap(); // the importer is killed here
    assert_eq!(ids(&store).await.len(), 1);
    assert_eq!(import(&store, &[document("a", "1")], 2).await, Imported { same: 1, ..Imported::default() });
}

contract! {
    an_import_adds_changes_withdraws_and_brings_back,
    what_is_staged_is_seen_by_nobody_and_cleared_by_the_next_import,
}
