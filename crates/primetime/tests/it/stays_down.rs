//! Backups and restores bring nothing back that was taken down, whichever is older.

use std::{fs, path::Path};

use crate::{
    bucket::variables,
    catalogue,
    process::Installation,
    server::{BUCKET, Server},
};

/// An installation with an edition that shows one film.
fn published(there: &Installation) {
    catalogue::publish(there, "Night Ferry");
}

/// What the film's page answers where no database is, so that nobody mends what is announced.
async fn page(there: &Installation) -> u16 {
    let mut running = there.start("serve --roles site,origin --set database.path=none");
    running.ready().await;
    let answer = running.browser().get(running.url("/en/t/ferry")).send().await.unwrap();
    assert!(running.signal(rustix::process::Signal::TERM).await.success());
    answer.status().as_u16()
}

fn down(there: &Installation) -> bool {
    there.succeed("takedown list").starts_with("ferry since ")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::copy(from, to).unwrap();
}

/// Changes the first bits of its signature, whatever they are.
fn forge(announced: &Path) {
    let text = fs::read_to_string(announced).unwrap();
    let (before, signature) = text.split_once("\"signature\":\"").unwrap();
    let other = if signature.starts_with('A') { 'B' } else { 'A' };
    fs::write(announced, format!("{before}\"signature\":\"{other}{}", &signature[1..])).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_folder() {
    let there = Installation::new();
    published(&there);
    let [early, late, silent] =
        ["early", "late", "silent"].map(|name| there.dir.path().join(name).display().to_string());
    there.succeed(&format!("backup {early}"));
    there.succeed("takedown ferry --why court --as ana");
    there.succeed(&format!("backup {late}"));
    let announced = there.data().join("objects/takedowns/current");
    let (new, name) =
        (|name: &str| Installation::beside_in(&there, &there.dir.path().join(name)), announced.display());

    let later = new("from-late");
    later.succeed(&format!("restore {late}"));
    assert_eq!(page(&later).await, 451);
    assert!(down(&later));
    // A backup from before: only who has heard of it can know.
    let unaware = new("unaware");
    let said = unaware.succeed(&format!("restore {early}"));
    assert!(said.contains("What was taken down after 20") && said.contains("--takedowns"), "{said}");
    assert_eq!(page(&unaware).await, 200);
    let aware = new("aware");
    let said = aware.succeed(&format!("restore {early} --takedowns {name}"));
    assert!(said.contains("Taken down since the backup, and still: ferry."), "{said}");
    assert_eq!(page(&aware).await, 451);
    assert!(down(&aware));
    aware.succeed("takedown lift ferry --why settled --as ana");
    assert_eq!(page(&aware).await, 200);
    // What cannot be believed is refused, and leaves nothing.
    let other = Installation::new();
    published(&other);
    other.succeed("takedown ferry --why court --as ana");
    let foreign = other.data().join("objects/takedowns/current");
    let refused = new("refused");
    let said = refused.fail(&format!("restore {early} --takedowns {}", foreign.display()));
    assert!(said.contains("cannot believe") && !refused.data().exists(), "{said}");

    // Decided, and not announced when it was backed up.
    fs::remove_file(&announced).unwrap();
    there.succeed(&format!("backup {silent}"));
    let restored = new("from-silent");
    restored.succeed(&format!("restore {silent}"));
    assert_eq!(page(&restored).await, 451);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_bucket() {
    let store = tempfile::tempdir().unwrap();
    let server = Server::start(store.path());
    let mut there = Installation::new();
    there.variables = variables(&server, "live");
    published(&there);
    let backup = there.dir.path().join("backup").display().to_string();
    // Older than the takedown, with the keys: who serves elsewhere knows the installation's.
    there.succeed(&format!("backup {backup} --secrets"));
    there.succeed("takedown ferry --why court --as ana");
    let at = |prefix: &str| store.path().join(BUCKET).join(prefix).join("takedowns/current");
    let new = |prefix: &str| {
        let mut new = Installation::beside_in(&there, &there.dir.path().join(prefix));
        new.variables = variables(&server, prefix);
        new
    };

    // What the bucket announces is heeded, although it announces no edition any more.
    let emptied = new("emptied");
    copy(&at("live"), &at("emptied"));
    let said = emptied.succeed(&format!("restore {backup}"));
    assert!(said.contains("Taken down since the backup, and still: ferry."), "{said}");
    assert_eq!(page(&emptied).await, 451);
    assert!(down(&emptied) && emptied.succeed("audit show").contains("takedowns takedown.begin: ferry"));
    emptied.succeed("takedown lift ferry --why settled --as ana");
    assert_eq!(page(&emptied).await, 200);

    // Given by hand.
    let given = new("given");
    let said = given.succeed(&format!("restore {backup} --takedowns {}", at("live").display()));
    assert!(said.contains("and still: ferry."), "{said}");
    assert_eq!(page(&given).await, 451);

    // Two that say different things; one that nobody can believe.
    copy(&at("emptied"), &at("two"));
    let said = new("two").fail(&format!("restore {backup} --takedowns {}", at("live").display()));
    assert!(said.contains("leave --takedowns out") && !new("two").data().exists(), "{said}");
    copy(&at("live"), &at("forged"));
    forge(&at("forged"));
    let said = new("forged").fail(&format!("restore {backup}"));
    assert!(
        said.contains("cannot be believed") && !store.path().join(BUCKET).join("forged/sections").exists(),
        "{said}"
    );
}
