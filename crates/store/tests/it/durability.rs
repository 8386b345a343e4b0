//! An acknowledged write survives `kill -9`: this test binary starts itself as a writer, kills it, and counts.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use store::Store;

use crate::backend::*;

const DATABASE: &str = "PRIMETIME_TEST_DATABASE";

/// Not a test of its own: what the child runs. It acknowledges each batch on standard output, until it is killed.
#[tokio::test]
#[ignore = "the child of acknowledged_positions_survive_kill_9"]
async fn child_writes_until_it_is_killed() {
    let path = std::env::var_os(DATABASE).expect("started by the other test");
    let store = Store::open(path.as_ref()).await.unwrap();
    for seq in 1.. {
        let write =
            |n: i64| store::PositionWrite { title: title(&format!("t{n}")), ..position(1, "d", seq, seq) };
        store.put_positions(&[write(seq), write(-seq % 5 + 100_000)]).await.unwrap();
        println!("acknowledged {seq}");
    }
}

#[tokio::test]
async fn acknowledged_positions_survive_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("test.db");
    let mut last = 0;
    for round in 0..4 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "durability::child_writes_until_it_is_killed", "--ignored", "--nocapture"])
            .env(DATABASE, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut acknowledged = 0;
        // Read acknowledgements up to some number, then kill it wherever it is.
        while acknowledged < 20 + 13 * round {
            let line = lines.next().expect("the child goes on").unwrap();
            if let Some(seq) = line.strip_prefix("acknowledged ") {
                acknowledged = seq.parse().unwrap();
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        last = last.max(acknowledged);
        let store = Store::open(&path).await.unwrap();
        let wanted: Vec<_> = (1..=last).map(|seq| title(&format!("t{seq}"))).collect();
        let kept = store.positions_of(&profile("p"), &wanted).await.unwrap();
        assert_eq!(kept.len(), wanted.len(), "every acknowledged row is there");
        assert_eq!(store.health().await.unwrap().broken, Vec::<String>::new());
        store.close().await;
    }
}
