//! `restore` into a bucket and a PostgreSQL: all of it, compared; never over anything else; on from where it was killed.

use std::{collections::BTreeMap, fs, path::PathBuf, process::Stdio};

use rustix::process::Signal;

use crate::{
    backups::{on_air, position, tallies, tree, write},
    bucket::variables,
    process::{Installation, words},
    server::{BUCKET, Server},
};

/// Longer than it takes to kill whoever restores it.
const LARGE: u64 = 8 << 20;

/// A bucket in a folder, in which one installation is `live`.
struct Place {
    store: tempfile::TempDir,
    server: Server,
    live: Installation,
    /// Of the live one.
    database: String,
    backup: String,
}

impl Place {
    fn new() -> Self {
        let store = tempfile::tempdir().unwrap();
        let server = Server::start(store.path());
        let mut live = Installation::new();
        live.variables = variables(&server, "live");
        let backup = live.dir.path().join("backup").display().to_string();
        let database = pgtest::Server::shared().database();
        Self { store, server, live, database, backup }
    }

    /// Where the server keeps what lies below a prefix.
    fn prefix(&self, prefix: &str) -> PathBuf {
        self.store.path().join(BUCKET).join(prefix)
    }

    fn objects(&self, prefix: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        tree(&self.prefix(prefix))
    }

    /// A new installation below this prefix of the bucket.
    fn new_at(&self, prefix: &str) -> Installation {
        let place = self.live.dir.path().join(format!("at-{prefix}"));
        let mut new = Installation::beside_in(&self.live, &place);
        new.variables = variables(&self.server, prefix);
        new
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_and_a_bucket_come_back_though_the_restore_is_killed() {
    let there = Place::new();
    let flags = format!(" --set database.url={}", there.database);
    let (running, browser) = on_air(&there.live, &flags).await;
    assert_eq!(write(&browser, &running, 1_234).await, 204);
    let kept = position(&browser, &running).await;
    assert!(running.signal(Signal::TERM).await.success());
    // A track that nobody plays, and whose way takes a while.
    let large = there.prefix("live/media/zzz/v240.mp4");
    fs::create_dir_all(large.parent().unwrap()).unwrap();
    fs::File::create(&large).unwrap().set_len(LARGE).unwrap();
    there.live.succeed(&format!("backup {} --secrets{flags}", there.backup));
    let (rows, objects) = (tallies(&there.database).await, there.objects("live"));
    assert!(objects.len() > 10, "{:?}", objects.keys());

    let new = there.new_at("other");
    let database = pgtest::Server::shared().database();
    let line = format!("restore {} --set database.url={database}", there.backup);
    let mut command = new.command();
    command.args(new.arguments(&line)).stdout(Stdio::null()).stderr(Stdio::null());
    let mut killed = command.spawn().unwrap();
    while !there.prefix("other").exists() || there.objects("other").is_empty() {
        assert!(killed.try_wait().unwrap().is_none(), "it ended before it could be killed");
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    killed.kill().unwrap();
    assert!(killed.wait().unwrap().code().is_none(), "it was killed");
    assert!(!there.prefix("other/editions/current").exists() && !new.data().exists());

    let said = new.succeed(&line);
    assert!(said.contains("all of the backup, compared") && !said.contains("(0 were there)"), "{said}");
    assert!(there.objects("other") == objects, "{said}");
    assert_eq!(tallies(&database).await, rows);
    assert_eq!(tree(&new.data().join("secrets")), tree(&there.live.data().join("secrets")));
    assert!(new.fail(&line).contains("not empty"));

    // Killed before the end: the database is filled, and nothing is announced.
    fs::remove_dir_all(new.data()).unwrap();
    fs::remove_file(there.prefix("other/editions/current")).unwrap();
    let said = new.succeed(&line);
    assert!(
        said.contains(&format!("{} objects ({} were there)", objects.len() - 2, objects.len() - 2)),
        "{said}"
    );
    assert!(there.objects("other") == objects && tallies(&database).await == rows);

    let mut running = new.start(&format!("serve --set database.url={database}"));
    running.ready().await;
    assert_eq!(position(&browser, &running).await, kept);
    assert_eq!(write(&browser, &running, 2_000_000).await, 204);
    assert!(running.signal(Signal::TERM).await.success());
    // Now it is in use.
    fs::remove_dir_all(new.data()).unwrap();
    let said = new.fail(&line);
    assert!(said.contains("is not empty"), "{said}");
}

#[test]
fn a_bucket_with_anything_else_in_it_is_refused_and_what_fails_is_not_seen() {
    let mut there = Place::new();
    crate::catalogue::write(&there.live.input(), "Night Ferry");
    let flags = format!(" --set database.url={}", there.database);
    there.live.succeed(&format!("import IN{flags}"));
    there.live.succeed(&format!("publish{flags}"));
    there.live.succeed(&format!("backup {}{flags}", there.backup));
    let objects = there.objects("live");
    let restore = |new: &Installation| {
        let database = pgtest::Server::shared().database();
        let output = new.run(&format!("restore {} --set database.url={database}", there.backup));
        (output.status.success(), words(&output))
    };

    // Somebody else's object; other bytes under a key of ours; another edition.
    let live = there.prefix("live");
    let section = there.objects("live").into_keys().find(|path| path.starts_with("sections")).unwrap();
    for (prefix, path, bytes) in [
        ("a", PathBuf::from("media/abc/v240.mp4"), b"film".to_vec()),
        ("b", section.clone(), fs::read(live.join(&section)).unwrap().iter().map(|byte| byte ^ 1).collect()),
        ("c", PathBuf::from("editions/current"), b"{}".to_vec()),
    ] {
        let path = there.prefix(prefix).join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &bytes).unwrap();
        let (done, said) = restore(&there.new_at(prefix));
        assert!(!done && said.contains("not empty, and not by this backup"), "{prefix}: {said}");
        assert_eq!(fs::read(path).unwrap(), bytes);
        assert!(prefix == "c" || !there.prefix(prefix).join("editions/current").exists());
        assert!(!there.new_at(prefix).data().exists());
    }
    // A backup that is damaged, even at its last object, leaves nothing in the bucket.
    let object = PathBuf::from(&there.backup).join("objects").join(&section);
    let whole = fs::read(&object).unwrap();
    fs::write(&object, &whole[1..]).unwrap();
    let (done, said) = restore(&there.new_at("d"));
    assert!(!done && said.contains("damaged") && !there.prefix("d").exists(), "{said}");
    fs::write(&object, whole).unwrap();
    // A database that is not empty is refused before anything is written to the bucket.
    there.live.succeed(&format!("takedown ferry --why x --as ana{flags}"));
    let said = there.new_at("f").fail(&format!("restore {}{flags}", there.backup));
    assert!(said.contains("is not empty") && !there.prefix("f").exists(), "{said}");
    // The store is away.
    there.server.stop();
    let (done, said) = restore(&there.new_at("g"));
    assert!(!done && said.contains("cannot be reached"), "{said}");
    there.server.again();
    let (done, said) = restore(&there.new_at("g"));
    assert!(done, "{said}");
    assert!(there.objects("g") == objects);
}
