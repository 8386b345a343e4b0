//! `backup` while everything goes on, `restore` on either engine, `db copy`; what is damaged leaves nothing.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use pgtest::Server;
use rustix::process::Signal;
use serde_json::{Value, json};
use store::{Location, Options, Store, Tallies};

use crate::{
    catalogue,
    process::{Installation, Running},
};

pub async fn tallies(location: &str) -> Tallies {
    let location: Location = location.parse().unwrap();
    let store = Store::open_at(&location, &Options::default()).await.unwrap();
    let tallies = store.tallies().await.unwrap();
    store.close().await;
    tallies
}

pub fn sqlite(data: &Path) -> String {
    format!("sqlite:{}", data.join("primetime.db").display())
}

/// Every file below a folder and its bytes; nothing that begins with a dot.
pub fn tree(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut todo = vec![dir.to_owned()];
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.file_name().unwrap().to_str().unwrap().starts_with('.') {
                continue;
            }
            if path.is_dir() {
                todo.push(path);
            } else {
                found.insert(path.strip_prefix(dir).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

pub async fn write(browser: &reqwest::Client, running: &Running, seq: u64) -> u16 {
    let body =
        json!({ "seconds": (seq % 1_900) as f64 / 1_000.0, "duration": 2.0, "device": "desk", "seq": seq });
    let url = running.url("/api/v1/positions/ferry");
    browser.put(&url).json(&body).send().await.unwrap().status().as_u16()
}

pub async fn position(browser: &reqwest::Client, running: &Running) -> f64 {
    let answer = browser.get(running.url("/api/v1/me/progress?ids=ferry")).send().await.unwrap();
    let known: Value = answer.json().await.unwrap();
    known["titles"][0]["position"].as_f64().unwrap_or(0.0)
}

/// A film that plays, a viewer who watches it, and the process that serves them.
pub async fn on_air(there: &Installation, flags: &str) -> (Running, reqwest::Client) {
    catalogue::write(&there.input(), "Night Ferry");
    there.succeed(&format!("import IN{flags}"));
    let mut running = there.start(&format!("serve{flags}"));
    running.ready().await;
    let browser = running.browser();
    let plays = async |running: &Running| {
        let body = json!({ "title": "ferry", "lang": "en" });
        let sent = browser.post(running.url("/api/v1/playback")).json(&body).send().await;
        sent.is_ok_and(|answer| answer.status().is_success())
    };
    running.until("playing the film that it encodes", plays).await;
    (running, browser)
}

async fn a_backup_is_restored_and_compared(flags: &str, live: &dyn Fn(&Path) -> String) {
    let there = Installation::new();
    let (running, browser) = on_air(&there, flags).await;
    let backup = there.dir.path().join("backup").display().to_string();

    // While a viewer writes.
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let writing = async {
        let (mut seq, mut stopped) = (0, stopped);
        while stopped.try_recv().is_err() {
            seq += 1;
            assert_eq!(write(&browser, &running, seq).await, 204);
        }
        seq
    };
    let line = format!("backup {backup} --secrets{flags}");
    let backing_up = async {
        let mut command = tokio::process::Command::from(there.command());
        let output = command.args(there.arguments(&line)).output().await.unwrap();
        stop.send(()).unwrap();
        assert!(output.status.success(), "{}", crate::process::words(&output));
        crate::process::words(&output)
    };
    let (seq, said) = tokio::join!(writing, backing_up);
    assert!(seq > 0 && said.contains("objects copied, 0 already there"), "{said}");

    // And when all is quiet, so that it can be compared.
    assert_eq!(write(&browser, &running, 1_000_000 + 1_234).await, 204);
    let kept = position(&browser, &running).await;
    assert!(running.signal(Signal::TERM).await.success());
    let said = there.succeed(&line);
    assert!(!said.contains(" 0 already there"), "{said}");
    let said = there.succeed(&line);
    assert!(said.contains(" 0 objects copied"), "{said}");
    let here = tallies(&live(&there.data())).await;
    let objects = tree(&there.data().join("objects"));
    assert!(objects.len() > 5 && here.iter().any(|(name, tally)| *name == "positions" && tally.rows == 1));

    for url in [None, Some(Server::shared().database())] {
        let place = there.dir.path().join(if url.is_some() { "on-postgres" } else { "on-sqlite" });
        let flags = url.as_ref().map_or(String::new(), |url| format!(" --set database.url={url}"));
        let new = Installation::beside_in(&there, &place);
        new.succeed(&format!("restore {backup}{flags}"));
        let location = url.clone().unwrap_or_else(|| sqlite(&place));
        assert_eq!(tallies(&location).await, here);
        assert_eq!(tree(&place.join("objects")), objects);
        assert_eq!(tree(&place.join("secrets")), tree(&there.data().join("secrets")));
        let mode = fs::metadata(place.join("secrets/cookie.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let said = new.fail(&format!("restore {backup}{flags}"));
        assert!(said.contains("not empty"), "{said}");
        // It goes on where the other stopped: the same viewer, the same film.
        let mut running = new.start(&format!("serve{flags}"));
        running.ready().await;
        assert_eq!(position(&browser, &running).await, kept);
        assert_eq!(write(&browser, &running, 2_000_000).await, 204);
        assert!(running.signal(Signal::TERM).await.success());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_sqlite_is_restored_on_either_engine() {
    a_backup_is_restored_and_compared("", &|data| sqlite(data)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_postgres_is_restored_on_either_engine() {
    let url = Server::shared().database();
    a_backup_is_restored_and_compared(&format!(" --set database.url={url}"), &|_| url.clone()).await;
}

#[tokio::test]
async fn what_is_damaged_is_said_and_leaves_nothing() {
    let there = Installation::new();
    catalogue::publish(&there, "Night Ferry");
    let backup = there.dir.path().join("backup");
    let said = there.succeed(&format!("backup {}", backup.display()));
    assert!(said.contains("--secrets"), "{said}");
    let whole = tree(&backup);
    assert!(whole.keys().all(|path| !path.to_str().unwrap().contains("secret")));
    let database = fs::read_to_string(backup.join("manifest.jsonl")).unwrap();
    let secret = fs::read_to_string(there.data().join("secrets/edition.key")).unwrap();
    assert!(!database.contains("secret") && whole.values().all(|bytes| bytes != secret.as_bytes()));

    let url = Server::shared().database();
    let place = there.dir.path().join("new");
    let new = Installation::beside_in(&there, &place);
    let flags = [String::new(), format!(" --set database.url={url}")];
    for (path, bytes) in &whole {
        let full = backup.join(path);
        let mut flipped = bytes.clone();
        flipped[bytes.len() / 2] ^= 1;
        for (n, damaged) in
            [Some(&flipped[..]), Some(&bytes[..bytes.len() / 2]), None].into_iter().enumerate()
        {
            match damaged {
                Some(damaged) => fs::write(&full, damaged).unwrap(),
                None => fs::remove_file(&full).unwrap(),
            }
            let said = new.fail(&format!("restore {}{}", backup.display(), flags[n % 2]));
            assert!(
                said.contains("damaged") || said.contains("no manifest"),
                "{} as {n}: {said}",
                path.display()
            );
            assert!(!place.exists() && !place.with_extension("restoring").exists());
        }
        fs::write(&full, bytes).unwrap();
    }
    // A name that leads out of the folder, in a manifest whose hash is right.
    for name in ["../../escaped", ".hidden", "a/b"] {
        let mut lines = format!("{}\n", database.lines().next().unwrap());
        let part = json!({ "part": { "what": { "secret": name }, "bytes": 0, "blake3": "0".repeat(64) } });
        lines.push_str(&format!("{part}\n"));
        let end = json!({ "end": { "blake3": blake3::hash(lines.as_bytes()).to_hex().to_string() } });
        fs::write(backup.join("manifest.jsonl"), format!("{lines}{end}\n")).unwrap();
        assert!(new.fail(&format!("restore {}", backup.display())).contains("no name of a file"));
    }
    fs::write(backup.join("manifest.jsonl"), &database).unwrap();
    for flags in flags {
        new.succeed(&format!("restore {}{flags}", backup.display()));
        fs::remove_dir_all(&place).unwrap();
    }
    assert!(new.fail("restore /nowhere").contains("no manifest"));
}

#[tokio::test]
async fn a_database_is_copied_with_counts_and_sums_and_never_over_another() {
    let there = Installation::new();
    catalogue::publish(&there, "Night Ferry");
    let (from, to) = (sqlite(&there.data()), Server::shared().database());
    let run = |line: &str| {
        let output = there.command().args(line.split(' ')).output().unwrap();
        (output.status.success(), crate::process::words(&output))
    };
    let (done, said) = run(&format!("db copy --from {from} --to {to}"));
    assert!(done && said.contains("read back and compared"), "{said}");
    let copied = tallies(&to).await;
    assert_eq!(copied, tallies(&from).await);
    for (name, tally) in copied {
        assert!(
            said.lines().any(|line| line.starts_with(name) && line.ends_with(&tally.checksum())),
            "{said}"
        );
    }
    let with_password = to.replace("primetime@", "primetime:hunter2@");
    for (line, words) in [
        (format!("db copy --from {from} --to {with_password}"), "not empty"),
        (format!("db copy --from sqlite:/nowhere/x.db --to {with_password}"), "there is no /nowhere/x.db"),
        (format!("db copy --from {from} --to {with_password}?nonsense=1&sslmode=odd"), "write sqlite:PATH"),
    ] {
        let (done, said) = run(&line);
        assert!(!done && said.contains(words) && !said.contains("hunter2"), "{said}");
    }
    // The other serves on: the installation moves by one key.
    let said = there.succeed(&format!("publish --set database.url={to}"));
    assert!(said.contains("Edition 1 says all of it already"), "{said}");
}
