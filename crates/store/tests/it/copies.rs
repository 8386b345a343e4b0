//! Copies and dumps: all of it on either engine, or nothing.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use store::{
    AuditRow, CopyError, EditionRow, FleetMinute, HostOrder, Location, NewAsset, NewRollout, Options,
    PictureRow, Promise, Store, Takedown, Tallies, Track, WantedInstances, installation_of_dump,
};

use crate::backend::*;

/// Something in every table; texts of every script, and what JSON has to escape.
async fn fill(store: &Store) {
    let odd = "„Größe\" \\ \u{7f}\t\n 하버 라이츠 🎬";
    let documents: Vec<_> = (0..450).map(|n| document(&format!("t{n}"), &format!("{odd} {n}"))).collect();
    store.stage("first", &documents).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    tx.swap("first", at(1)).await.unwrap();
    let id = asset("film-1");
    tx.add_asset(&NewAsset { id: id.clone(), title: title("film"), source: odd.into() }, at(1))
        .await
        .unwrap();
    let track = Track { id: "v240".into(), kind: "video".into(), object_key: "k".into(), body: odd.into() };
    tx.put_track(&id, &track, at(2)).await.unwrap();
    tx.put_picture(&PictureRow { source: "s".into(), body: "{}".into() }, at(3)).await.unwrap();
    for n in 0..20 {
        tx.enqueue(&job(&format!("j{n}"), -n), at(4)).await.unwrap();
    }
    let edition = EditionRow {
        number: 1,
        header_key: "k".into(),
        header_hash: "h".into(),
        content: "c".into(),
        reason: odd.into(),
        created_at: at(i64::from(i32::MAX) * 2),
    };
    tx.add_edition(&edition).await.unwrap();
    tx.promise("announce", &Promise { id: "1".into(), body: "{}".into() }, at(5)).await.unwrap();
    let rollout = NewRollout { service: "site".into(), generation: 1, body: odd.into() };
    tx.begin_rollout(&rollout, at(6)).await.unwrap();
    let word = String::from;
    let line = AuditRow {
        seq: 1,
        at: at(6),
        who: word("mina"),
        what: word("rollout.begin"),
        body: word(odd),
        before: String::new(),
        hash: word("h"),
    };
    tx.add_audit(&line).await.unwrap();
    let number = tx.next_takedown(0).await.unwrap();
    let (who, why) = (word("mina"), word(odd));
    let down = Takedown { number, title: title("film"), who, why, at: at(6), lifted: None };
    assert!(tx.add_takedown(&down).await.unwrap());
    let wanted = WantedInstances { service: word("site"), instances: 3, who: word("mina"), why: word(odd) };
    tx.want_instances(&wanted, at(6)).await.unwrap();
    tx.add_plan("hash", odd, at(6)).await.unwrap();
    tx.commit().await.unwrap();
    store.see_request("seen", at(7), at(0)).await.unwrap();
    store.lease_channel("ops", "me", std::time::Duration::from_secs(1), at(7)).await.unwrap();
    store.put_fleet_seen("site", odd, at(7)).await.unwrap();
    store.lease_fleet("site", "me", std::time::Duration::from_secs(1), at(7)).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    tx.add_fleet_minute("site", FleetMinute { minute: 7, load: None }, 0).await.unwrap();
    tx.commit().await.unwrap();
    store.report_host("site", "busan", odd, at(7)).await.unwrap();
    let order = HostOrder { subject: word("i1"), fence: 1, number: 1, body: word(odd) };
    store.order_host("site", "busan", &order, at(7)).await.unwrap().unwrap();
    store.stage("second", &[]).await.unwrap();
    let write = |n: i64| store::PositionWrite {
        profile: profile(&format!("v{}", n % 7)),
        title: title(&format!("t{n}")),
        ..position(n, "d", n, n)
    };
    store.put_positions(&(1..300).map(write).collect::<Vec<_>>()).await.unwrap();
}

async fn dump(store: &Store) -> (Vec<u8>, Tallies) {
    let mut bytes = Vec::new();
    let tallies = store.dump(&mut bytes).await.unwrap();
    (bytes, tallies)
}

async fn everything_is_copied_and_dumped_to_either_engine(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    fill(&store).await;
    let here = store.tallies().await.unwrap();
    assert!(here.iter().all(|(_, tally)| tally.rows > 0), "{here:?}");
    let (bytes, dumped) = dump(&store).await;
    assert_eq!(dumped, here);
    for other in [Backend::sqlite().await, Backend::postgres().await] {
        assert_eq!(store.copy_to(&other.store).await.unwrap(), here);
        assert_eq!(other.store.tallies().await.unwrap(), here);
        assert_eq!(other.store.documents("title").await.unwrap(), store.documents("title").await.unwrap());
        let again = store.copy_to(&other.store).await.unwrap_err();
        assert!(matches!(again, CopyError::NotEmpty("counters" | "bodies")), "{again}");
        // It goes on where the other stopped.
        fill_on(&other.store).await;
    }
    for other in [Backend::sqlite().await, Backend::postgres().await] {
        assert_eq!(other.store.load(&mut bytes.as_slice()).await.unwrap(), here);
        assert_eq!(other.store.tallies().await.unwrap(), here);
        assert!(other.store.load(&mut bytes.as_slice()).await.is_err(), "it is no longer empty");
        // Whoever was stopped after that finds it filled.
        assert!(other.store.holds(&mut bytes.as_slice()).await.unwrap());
        fill_on(&other.store).await;
        assert!(!other.store.holds(&mut bytes.as_slice()).await.unwrap(), "somebody has used it");
    }
}

async fn fill_on(store: &Store) {
    assert_eq!(store.job_counts().await.unwrap().queued, 20);
    let lease =
        store.take_job("w", &["probe"], std::time::Duration::from_secs(9), at(99)).await.unwrap().unwrap();
    store.complete(&lease.claim, at(99)).await.unwrap();
    store.put_positions(&[position(1, "d", 1000, 1000)]).await.unwrap();
}

async fn a_damaged_dump_leaves_nothing(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    let source = Backend::sqlite().await;
    fill(&source.store).await;
    let (bytes, here) = dump(&source.store).await;
    let text = String::from_utf8(bytes).unwrap();
    let lines: Vec<_> = text.lines().collect();
    let whole = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    let mut broken: Vec<String> = Vec::new();
    broken.extend([0, 1, lines.len() / 2, lines.len() - 1].map(|most| whole(&lines[..most])));
    broken.push(text[..text.len() * 2 / 3].to_owned());
    broken.push(text[..text.len() - 1].to_owned());
    let at = lines.iter().position(|line| line.contains("\"v3\"")).unwrap();
    broken.push(whole(&[&lines[..at], &lines[at + 1..]].concat()));
    broken.push(whole(&[&lines[..at], &[lines[at]], &lines[at..]].concat()));
    broken.push(text.replacen("\"v3\"", "\"v8\"", 1));
    broken.push(text.replacen("\"v3\"", "3", 1));
    broken.push(text.replacen("\"table\":\"jobs\"", "\"table\":\"jobs; DROP TABLE jobs\"", 1));
    broken.push(text.replacen("\"format\":1", "\"format\":2", 1));
    broken.push("not a dump\n".repeat(10));
    for (n, broken) in broken.iter().enumerate() {
        assert_ne!(broken, &text, "{n}");
        store.load(&mut broken.as_bytes()).await.expect_err(&format!("{n}"));
        store.must_be_empty().await.unwrap();
    }
    assert_eq!(store.load(&mut text.as_bytes()).await.unwrap(), here, "and the whole one fits afterwards");
}

/// Each batch of writes belongs together: a dump has all of a batch or nothing of it.
async fn a_dump_is_of_one_instant_though_writes_go_on(backend: Backend) {
    let store = backend.another().await;
    let stop = Arc::new(AtomicBool::new(false));
    let writer = {
        let (store, stop) = (backend.store.clone(), stop.clone());
        tokio::spawn(async move {
            let mut seq = 0;
            while !stop.load(Ordering::Relaxed) {
                seq += 1;
                let write = |n: i64| store::PositionWrite {
                    title: title(&format!("t{n}")),
                    ..position(1, "d", seq, seq)
                };
                store.put_positions(&(0..10).map(write).collect::<Vec<_>>()).await.unwrap();
            }
            seq
        })
    };
    let mut seen = 0;
    while seen < 3 {
        let (bytes, _) = dump(&store).await;
        let other = Backend::sqlite().await;
        other.store.load(&mut bytes.as_slice()).await.unwrap();
        let positions = other.store.newest_positions(&profile("p"), 100).await.unwrap();
        if let Some(first) = positions.first() {
            seen += 1;
            assert_eq!(positions.len(), 10);
            assert!(positions.iter().all(|position| position.at == first.at), "{positions:?}");
        }
    }
    stop.store(true, Ordering::Relaxed);
    assert!(writer.await.unwrap() > 0);
}

async fn an_installations_number_goes_wherever_its_rows_go(backend: Backend) {
    let Backend { store, dir: _dir, .. } = backend;
    assert_eq!(store.installation().await.unwrap(), None);
    let (bytes, _) = dump(&store).await;
    assert_eq!(installation_of_dump(&mut bytes.as_slice()).unwrap(), None);
    for drawn in [42, 43] {
        assert_eq!(store.name_installation(drawn).await.unwrap(), 42, "the first counts");
    }
    let (bytes, _) = dump(&store).await;
    assert_eq!(installation_of_dump(&mut bytes.as_slice()).unwrap(), Some(42));
    let older = String::from_utf8(bytes.clone()).unwrap().replacen("\"schema\":", "\"schema\":-", 1);
    assert_eq!(installation_of_dump(&mut older.as_bytes()).unwrap(), Some(42), "of whichever schema");
    installation_of_dump(&mut "no dump".as_bytes()).unwrap_err();
    let other = Backend::sqlite().await;
    other.store.load(&mut bytes.as_slice()).await.unwrap();
    assert_eq!(other.store.installation().await.unwrap(), Some(42));
}

#[tokio::test]
async fn what_is_not_there_is_not_made() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    let file: Location = format!("sqlite:{}", path.display()).parse().unwrap();
    let server: Location = pgtest::Server::shared().database().parse().unwrap();
    let options = Options::default();
    for _ in 0..2 {
        for location in [&file, &server] {
            assert!(Store::open_found_at(location, &options).await.unwrap().is_none(), "{location}");
        }
        assert!(!path.exists());
    }
    for location in [&file, &server] {
        Store::open_at(location, &options).await.unwrap().close().await;
        let found = Store::open_found_at(location, &options).await.unwrap().unwrap();
        assert_eq!(found.schema().await.unwrap(), store::SCHEMA);
        // Its log, too, is for its owner alone.
        found.name_installation(1).await.unwrap();
    }
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = std::os::unix::fs::PermissionsExt::mode(&entry.metadata().unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600, "{:?}", entry.path());
    }
}

contract! {
    an_installations_number_goes_wherever_its_rows_go,
    everything_is_copied_and_dumped_to_either_engine,
    a_damaged_dump_leaves_nothing,
    a_dump_is_of_one_instant_though_writes_go_on,
}
