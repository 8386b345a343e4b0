//! `host` on a disk without room: what serves goes on serving, the trouble is said, and with room again it goes on.

use std::{
    fs::{self, File},
    io::{ErrorKind, Write},
    path::PathBuf,
    process::Command,
};

use rustix::process::{Pid, Signal, kill_process};

use crate::{
    catalogue,
    host::{ALONE, Drained, GOOD, HOST, release, says},
    process::{Installation, Running},
    replaced::Crowd,
};

/// A disk of its own, which goes at the end of a test, however it ends.
pub struct Disk(PathBuf);

impl Disk {
    pub fn mount(at: PathBuf) -> Self {
        fs::create_dir(&at).unwrap();
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", "size=24m", "tmpfs"]).arg(&at).status();
        assert!(mounted.unwrap().success(), "a disk is mounted as root only: run this test as root");
        Self(at)
    }

    pub fn filler(&self) -> PathBuf {
        self.0.join("filler")
    }

    /// To the last byte.
    pub fn fill(&self) {
        let mut filler = File::create(self.filler()).unwrap();
        for size in [1 << 16, 1] {
            let full = loop {
                if let Err(error) = filler.write_all(&vec![0; size]) {
                    break error;
                }
            };
            assert_eq!(full.kind(), ErrorKind::StorageFull, "{full}");
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _gone = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Numbers of the processes of instances.
fn instances(there: &Installation) -> Vec<i32> {
    let written = fs::read(there.data().join("host/instances.json")).unwrap();
    let written: serde_json::Value = serde_json::from_slice(&written).unwrap();
    let all = written["instances"].as_array().unwrap();
    all.iter().filter_map(|one| one["process"]["pid"].as_i64()).map(|pid| pid as i32).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_stops_no_instance_and_is_said_and_with_room_again_it_goes_on() {
    let there = Installation::new();
    let disk = Disk::mount(there.data());
    catalogue::publish(&there, "Night Ferry");
    release(&there, "v1", GOOD);
    let _drained = Drained(&there);
    let start = || there.start_host(HOST, &ALONE);
    let mut host = start();
    says(&there, &mut host, "site runs 2 of v1 on 1 host").await;
    let crowd = Crowd::at(there.address);
    crowd.goes_on(&mut host).await;
    let before = instances(&there);

    disk.fill();
    crowd.goes_on(&mut host).await;
    let said = async |host: &Running| host.log().contains("no space left for the database: free some");
    host.until("saying that the disk is full", said).await;
    // The host's process dies at the worst moment; the next one finds what runs, and cannot write a word.
    host.signal(Signal::KILL).await;
    let mut host = start();
    crowd.goes_on(&mut host).await;
    assert_eq!(instances(&there), before);

    fs::remove_file(disk.filler()).unwrap();
    says(&there, &mut host, "site runs 2 of v1 on 1 host").await;
    let answered = crowd.end().await;
    assert!(answered.is_ok(), "{answered:?}\n{}", host.log());
    kill_process(Pid::from_raw(before[0]).unwrap(), Signal::KILL).unwrap();
    // What it starts is written down again.
    let another = async |_: &Running| {
        let now = instances(&there);
        now.len() == 2 && !now.contains(&before[0])
    };
    host.until("starting another one", another).await;
    says(&there, &mut host, "site runs 2 of v1 on 1 host").await;
    assert!(host.signal(Signal::TERM).await.success());
}
