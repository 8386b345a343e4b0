//! Several hosts of one service on one PostgreSQL: a release goes over all of them, though one is lost on the way.

use std::{fs, process::Command};

use pgtest::{Fsync, Server};
use rustix::process::{Pid, Signal, kill_process};

use crate::{
    catalogue,
    full::Disk,
    host::{Drained, GOOD, release, says},
    process::{Installation, Running},
    replaced::Crowd,
};

fn start(there: &Installation, name: &str) -> Running {
    let line = format!("host --name {name} --roles site,origin --release v1 --instances 2");
    there.start_host(&line, &["--set", "database.path=none"])
}

/// Hosts of one fleet: each with a copy of the first one's objects and keys, as from a bucket and an image; a host's own secrets are
/// its own.
fn beside(first: &Installation) -> Installation {
    let mut other = Installation::new();
    other.variables = first.variables.clone();
    other
}

fn copy(first: &Installation, other: &Installation) {
    let inside = first.data().join(".");
    let copied = Command::new("cp").arg("-r").arg(inside).arg(other.data()).status().unwrap();
    assert!(copied.success());
}

/// The machine is gone: the host's process and all that it started, at once.
async fn lose(there: &Installation, host: Running) {
    host.signal(Signal::KILL).await;
    let written = fs::read(there.data().join("host/instances.json")).unwrap();
    let written: serde_json::Value = serde_json::from_slice(&written).unwrap();
    let pids = written["instances"].as_array().unwrap().iter().filter_map(|i| i["process"]["pid"].as_i64());
    for pid in pids {
        let _gone = kill_process(Pid::from_raw(pid as i32).unwrap(), Signal::KILL);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_release_goes_over_all_hosts_though_one_is_lost_on_the_way() {
    let server = Server::start(Fsync::Off);
    let url = server.database();
    let mut busan = Installation::new();
    busan.variables = vec![("PRIMETIME_DATABASE_URL", url.clone())];
    catalogue::publish(&busan, "Night Ferry");
    release(&busan, "v1", GOOD);
    release(&busan, "v2", GOOD);
    let [jeju, mokpo] = [(); 2].map(|()| {
        let other = beside(&busan);
        fs::create_dir(other.data()).unwrap();
        copy(&busan, &other);
        other
    });
    let (_a, _b, _c) = (Drained(&busan), Drained(&jeju), Drained(&mokpo));
    let mut first = start(&busan, "busan");
    let second = start(&jeju, "jeju");
    let mut third = start(&mokpo, "mokpo");
    says(&busan, &mut first, "site runs 6 of v1 on 3 hosts").await;
    let (crowd, other) = (Crowd::at(busan.address), Crowd::at(mokpo.address));
    crowd.goes_on(&mut first).await;

    busan.succeed("release scale 7 --why tonight --as min");
    says(&busan, &mut first, "site runs 7 of v1 on 3 hosts").await;
    let none = busan.fail("release scale 0 --why tonight --as min");
    assert!(none.contains("at least one instance"), "{none}");

    mokpo.succeed("release roll v2 --bake 0 --as ana");
    says(&busan, &mut first, "wave 1").await;
    lose(&jeju, second).await;
    let given_up = async |_: &Running| busan.succeed("audit show").contains("host jeju does not answer");
    first.until("giving jeju up", given_up).await;
    // Whoever leads it, or does not, is killed as well, and comes back.
    first.signal(Signal::KILL).await;
    let mut first = start(&busan, "busan");
    says(&busan, &mut first, ": done").await;
    says(&busan, &mut first, "of v2 on 2 hosts").await;
    crowd.goes_on(&mut first).await;
    other.goes_on(&mut third).await;
    // Both have their share of what was wanted, the lost host's too.
    says(&busan, &mut first, "site runs 7 of v2 on 2 hosts").await;

    // It is back, and runs what the others run.
    let mut second = start(&jeju, "jeju");
    says(&jeju, &mut second, "site runs 7 of v2 on 3 hosts").await;

    // Gone from one host's folder: that host says why, and all of them are as before.
    fs::rename(mokpo.data().join("releases/v1"), mokpo.data().join("aside")).unwrap();
    busan.succeed("release undo --why odd --as min");
    let lacking = async |_: &Running| busan.succeed("audit show").contains("there is no release v1");
    first.until("saying what mokpo lacks", lacking).await;
    fs::rename(mokpo.data().join("aside"), mokpo.data().join("releases/v1")).unwrap();
    says(&busan, &mut first, ": done").await;
    says(&busan, &mut first, "site runs 7 of v1 on 3 hosts").await;

    for (crowd, log) in [(crowd, first.log()), (other, third.log())] {
        let answered = crowd.end().await;
        assert!(answered.is_ok(), "{answered:?}\n{log}");
    }
    for host in [first, second, third] {
        assert!(host.signal(Signal::INT).await.success());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_whose_disk_is_full_is_named_and_no_viewer_loses_anything() {
    let server = Server::start(Fsync::Off);
    let mut busan = Installation::new();
    busan.variables = vec![("PRIMETIME_DATABASE_URL", server.database())];
    catalogue::publish(&busan, "Night Ferry");
    release(&busan, "v1", GOOD);
    release(&busan, "v2", GOOD);
    let [jeju, mokpo] = [(); 2].map(|()| beside(&busan));
    fs::create_dir(mokpo.data()).unwrap();
    let disk = Disk::mount(jeju.data());
    [&jeju, &mokpo].into_iter().for_each(|other| copy(&busan, other));
    let (_a, _b, _c) = (Drained(&busan), Drained(&jeju), Drained(&mokpo));
    let mut first = start(&busan, "busan");
    let mut second = start(&jeju, "jeju");
    let third = start(&mokpo, "mokpo");
    says(&busan, &mut first, "site runs 6 of v1 on 3 hosts").await;
    // Canary and control are on mokpo: without requests there is nothing to judge.
    let (crowd, other) = (Crowd::at(mokpo.address), Crowd::at(jeju.address));
    crowd.goes_on(&mut first).await;

    disk.fill();
    busan.succeed("release roll v2 --bake 0 --as ana");
    let ended = async |_: &Running| {
        let said = busan.succeed("release status --last 1");
        said.contains(": done") || said.contains(": undone (")
    };
    first.until("at the rollout's end", ended).await;
    let said = busan.succeed("release status --last 1");
    let audit = busan.succeed("audit show");
    println!("{said}\n{audit}\n{}", second.log());
    assert!(said.contains("on jeju: ") && said.contains("No space left on device"), "{said}\n{audit}");
    says(&busan, &mut first, "site runs 6 of v1 on 3 hosts").await;
    other.goes_on(&mut second).await;

    // With room again the same release goes out.
    fs::remove_file(disk.filler()).unwrap();
    busan.succeed("release roll v2 --bake 0 --as ana");
    says(&busan, &mut first, "rollout 2 from v1 to v2").await;
    says(&busan, &mut first, ": done").await;
    says(&busan, &mut first, "site runs 6 of v2 on 3 hosts").await;
    for (crowd, log) in [(crowd, first.log()), (other, second.log())] {
        let answered = crowd.end().await;
        assert!(answered.is_ok(), "{answered:?}\n{log}");
    }
    for host in [first, second, third] {
        assert!(host.signal(Signal::INT).await.success());
    }
}
