//! A viewer who plays while a release is rolled out and gone back from: the session goes on, byte for byte, and what was saved is there.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use pgtest::{Fsync, Server};
use reqwest::{Client, RequestBuilder, StatusCode};
use rustix::process::Signal;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::{
    host::{Drained, GOOD, HOST, release, says},
    migration::playing,
    process::{Running, browser},
    replaced::Crowd,
};

/// Rounds that must be played before, and again after, a release is exchanged.
const ENOUGH: u64 = 5;

/// What a film consists of, by the name below its path: playlists, heads, segments.
type Files = BTreeMap<String, Vec<u8>>;

fn url(address: SocketAddr, path: &str) -> String {
    format!("http://harbour.localhost:{}{path}", address.port())
}

async fn sent(request: RequestBuilder) -> Result<(StatusCode, Vec<u8>), String> {
    let answer = request.send().await.map_err(|error| format!("{error:?}"))?;
    let (url, status) = (answer.url().clone(), answer.status());
    let body = answer.bytes().await.map_err(|error| format!("{url}: {error:?}"))?;
    if !status.is_success() {
        return Err(format!("{url}: {status} {}", String::from_utf8_lossy(&body)));
    }
    Ok((status, body.into()))
}

async fn json(request: RequestBuilder) -> Result<Value, String> {
    let (_, body) = sent(request).await?;
    serde_json::from_slice(&body).map_err(|error| error.to_string())
}

fn word(answer: &Value, name: &str) -> Result<String, String> {
    Ok(answer[name].as_str().ok_or_else(|| format!("no {name}: {answer}"))?.to_owned())
}

/// The files that a playlist names (RFC 8216): its lines that are no tags, and its tags' URIs.
fn named(playlist: &str) -> impl Iterator<Item = &str> {
    playlist.lines().filter_map(|line| match line.strip_prefix('#') {
        Some(tag) => Some(tag.split_once("URI=\"")?.1.split_once('"')?.0),
        None => Some(line).filter(|line| !line.is_empty()),
    })
}

/// One play of the film, by somebody who keeps the token as players without cookies do.
struct Viewer {
    browser: Client,
    address: SocketAddr,
    session: String,
    token: String,
    /// Of the film's files.
    path: String,
}

impl Viewer {
    async fn begin(address: SocketAddr) -> Result<Self, String> {
        let browser = browser(address);
        let body = json!({ "title": "ferry", "delivery": "header" });
        let played = json(browser.post(url(address, "/api/v1/playback")).json(&body)).await?;
        let path = word(&played, "manifest")?.replace("master.m3u8", "");
        let (session, token) = (word(&played, "session")?, word(&played, "token")?);
        Ok(Self { browser, address, session, token, path })
    }

    fn url(&self, path: &str) -> String {
        url(self.address, path)
    }

    /// A new token for the play that goes on.
    async fn renew(&mut self) -> Result<(), String> {
        let body = json!({ "session": self.session, "delivery": "header" });
        let request = self.browser.post(self.url("/api/v1/playback/heartbeat")).json(&body);
        self.token = word(&json(request).await?, "token")?;
        Ok(())
    }

    async fn file(&self, name: &str) -> Result<Vec<u8>, String> {
        let request = self.browser.get(self.url(&format!("{}{name}", self.path)));
        Ok(sent(request.header("cta-common-access-token", &self.token)).await?.1)
    }

    /// The whole film, in every quality.
    async fn watch(&self) -> Result<Files, String> {
        let (mut files, mut wanted) = (Files::new(), vec!["master.m3u8".to_owned()]);
        while let Some(name) = wanted.pop() {
            let bytes = self.file(&name).await?;
            if name.ends_with(".m3u8") {
                wanted.extend(named(&String::from_utf8_lossy(&bytes)).map(str::to_owned));
            }
            files.insert(name, bytes);
        }
        Ok(files)
    }

    async fn save(&self, seq: u64) -> Result<(), String> {
        let body = json!({ "seconds": position(seq), "duration": 2.0, "device": "desk", "seq": seq });
        let request = self.browser.put(self.url("/api/v1/positions/ferry")).json(&body);
        let (status, _) = sent(request).await?;
        if status == StatusCode::NO_CONTENT { Ok(()) } else { Err(format!("{seq} was not kept: {status}")) }
    }

    async fn saved(&self) -> Result<f64, String> {
        let request = self.browser.get(self.url("/api/v1/me/progress?ids=ferry"));
        let known = json(request).await?;
        known["titles"][0]["position"].as_f64().ok_or_else(|| format!("no position: {known}"))
    }
}

/// Where in the film of two seconds the save of this number is; never where it counts as seen.
fn position(seq: u64) -> f64 {
    (1 + seq % 150) as f64 / 100.0
}

/// Plays until it is over: the session that was begun, every byte of the film, a position saved and read back; and a newcomer
/// begins a play of the same film.
async fn play(viewer: &mut Viewer, over: &CancellationToken, rounds: &AtomicU64) -> Result<(), String> {
    let film = viewer.watch().await?;
    let heads_and_segments = film.keys().filter(|name| !name.ends_with(".m3u8")).count();
    assert!(heads_and_segments > 1 && film.values().all(|bytes| !bytes.is_empty()), "{:?}", film.keys());
    for seq in 1.. {
        if over.is_cancelled() {
            break;
        }
        viewer.renew().await?;
        let now = viewer.watch().await?;
        if now != film {
            let all = film.keys().chain(now.keys());
            let others: Vec<_> = all.filter(|name| film.get(*name) != now.get(*name)).collect();
            return Err(format!("other bytes than before: {others:?}"));
        }
        viewer.save(seq).await?;
        let saved = viewer.saved().await?;
        if saved != position(seq) {
            return Err(format!("{seq} was kept as {}, and read as {saved}", position(seq)));
        }
        let newcomer = Viewer::begin(viewer.address).await?;
        if newcomer.file("master.m3u8").await? != film["master.m3u8"] {
            return Err("a newcomer gets another film".into());
        }
        rounds.fetch_add(1, Relaxed);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_viewer_plays_through_a_rollout_and_its_undo_and_loses_nothing() {
    let server = Server::start(Fsync::Off);
    let there = playing(&server.database()).await;
    release(&there, "v2", GOOD);
    let _drained = Drained(&there);
    let mut host = there.start_host(HOST, &[]);
    says(&there, &mut host, "site runs 2 of v1 on 1 host").await;
    // The judge wants more requests than one viewer makes.
    let crowd = Crowd::at(there.address);
    crowd.goes_on(&mut host).await;

    // One plays all the while, one pauses until it is over.
    let mut paused = Viewer::begin(there.address).await.unwrap();
    paused.save(77).await.unwrap();
    let (over, rounds) = (CancellationToken::new(), Arc::new(AtomicU64::new(0)));
    let plays = tokio::spawn({
        let (address, over, rounds) = (there.address, over.clone(), rounds.clone());
        async move {
            let played = async { play(&mut Viewer::begin(address).await?, &over, &rounds).await }.await;
            // Who is failed ends it: nobody waits for more.
            over.cancel();
            played
        }
    });
    let goes_on = async |host: &mut Running| {
        let before = rounds.load(Relaxed);
        let enough = async |_: &Running| over.is_cancelled() || rounds.load(Relaxed) >= before + ENOUGH;
        host.until("playing", enough).await;
    };
    goes_on(&mut host).await;
    for (order, runs) in [
        ("release roll v2 --bake 0 --as ana", "site runs 2 of v2 on 1 host"),
        ("release undo --why odd --as min", "site runs 2 of v1 on 1 host"),
    ] {
        there.succeed(order);
        says(&there, &mut host, runs).await;
        says(&there, &mut host, ": done").await;
        goes_on(&mut host).await;
        if over.is_cancelled() {
            break;
        }
        assert_eq!(paused.saved().await, Ok(position(77)), "after {order}");
        paused.renew().await.unwrap();
        paused.watch().await.unwrap();
    }
    over.cancel();
    let (played, answered) = (plays.await.unwrap(), crowd.end().await);
    assert!(played.is_ok() && answered.is_ok(), "{played:?} {answered:?}\n{}", host.log());
    assert!(host.signal(Signal::INT).await.success());
}
