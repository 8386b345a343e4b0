//! Releases of the real binary, each worse than the one before in one way, rolled by a host under load: the judge finds it, the host
//! undoes it, and `release status` says why.

use std::{collections::BTreeMap, fs, net::SocketAddr, process::Command, sync::Arc, time::Duration};

use pgtest::{Fsync, Server};
use rustix::process::Signal;
use serde_json::json;
use tokio::{task::JoinSet, time::sleep};
use tokio_util::sync::CancellationToken;

use crate::{
    catalogue,
    host::{ALONE, Drained, GOOD, HOST, release, says, status},
    migration::playing,
    process::{Installation, Running, browser},
    replaced::Crowd,
};

/// A film that can be seen, and the release that shows it.
fn showing() -> Installation {
    let there = Installation::new();
    catalogue::publish(&there, "Night Ferry");
    release(&there, "v1", GOOD);
    there
}

/// The real binary, told one thing more when it is to serve.
fn told(words: &str) -> String {
    format!(r#"if [ $1 = serve ]; then set -- "$@" {words}; fi; exec PRIMETIME "$@""#)
}

/// Begins the rollout and waits until it is undone; what is said of it then.
#[allow(clippy::print_stdout, reason = "docs/shipping.md quotes it")]
async fn undone(there: &Installation, host: &mut Running, order: &str) -> String {
    let begun = there.succeed(order);
    let ended = async |_: &Running| [": done", ": undone ("].iter().any(|end| status(there).contains(end));
    host.until("at the rollout's end", ended).await;
    assert!(status(there).contains(": undone ("), "{}", status(there));
    says(there, host, "site runs 2 of v1 on 1 host").await;
    let (said, log) = (status(there), there.succeed("audit show"));
    println!(
        "$ primetime {order}\n{begun}$ primetime release status --last 1\n{said}$ primetime audit show\n{log}"
    );
    assert!(log.contains("canary and control take traffic"), "it got to the judge");
    said
}

const PAGE: &str = "/en/t/ferry";
const PLAY: &str = "/api/v1/playback";

/// How many answers of each status, of pages and of plays.
type Answers = BTreeMap<(&'static str, u16), usize>;

/// How somebody asks: for one page after the other, so many on a connection, of which the last may begin a play, and then a pause.
#[derive(Clone)]
struct Asks {
    pages: Arc<[String]>,
    kept: usize,
    plays: bool,
    pause: Duration,
}

impl Asks {
    /// Again and again, whatever is answered.
    async fn at(self, address: SocketAddr, over: CancellationToken) -> Answers {
        let url = |path: &str| format!("http://harbour.localhost:{}{path}", address.port());
        let (mut answers, mut pages) = (Answers::new(), self.pages.iter().cycle());
        while !over.is_cancelled() {
            let client = browser(address);
            for number in 1..=self.kept {
                let (what, request) = match self.plays && number == self.kept {
                    true => ("play", client.post(url(PLAY)).json(&json!({ "title": "ferry" }))),
                    false => ("page", client.get(url(pages.next().unwrap()))),
                };
                let answer = request.send().await.unwrap();
                *answers.entry((what, answer.status().as_u16())).or_default() += 1;
                answer.bytes().await.unwrap();
            }
            sleep(self.pause).await;
        }
        answers
    }
}

/// Four who ask like that while the rollout is judged and undone: what is said of it, and what they were answered.
async fn undone_while(
    asks: Asks,
    (there, host): (&Installation, &mut Running),
    order: &str,
) -> (String, Answers) {
    let (over, mut crowd) = (CancellationToken::new(), JoinSet::new());
    for _ in 0..4 {
        crowd.spawn(asks.clone().at(host.address, over.clone()));
    }
    let said = undone(there, host, order).await;
    over.cancel();
    let mut answers = Answers::new();
    for one in crowd.join_all().await {
        one.into_iter().for_each(|(what, count)| *answers.entry(what).or_insert(0) += count);
    }
    (said, answers)
}

/// In a release that ships it with a setting that turns most requests away.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_release_that_answers_errors_is_judged_and_undone() {
    let there = showing();
    release(&there, "starved", &told("--set http.max_rate=20"));
    let _drained = Drained(&there);
    let mut host = there.start_host(HOST, &ALONE);
    says(&there, &mut host, "site runs 2 of v1 on 1 host").await;
    // What turns requests away lets connections in; and fewer come than it lets in, or the judge would hear too little of it.
    let pages = [PAGE.to_owned()].into();
    let asks = Asks { pages, kept: 20, plays: false, pause: Duration::from_millis(100) };
    let order = "release roll starved --bake 0 --judge 120 --as ana";
    let (said, answers) = undone_while(asks, (&there, &mut host), order).await;
    assert!(
        said.contains("the canary answered ") && said.contains("with errors against 0.0% in the control"),
        "{said}"
    );
    assert!(answers.keys().eq(&[("page", 200), ("page", 503)]), "{answers:?}");
    for _ in 0..10 {
        let answer = host.browser().get(host.url(PAGE)).send().await.unwrap();
        assert_eq!(answer.status(), 200, "who was turned away is not any more");
    }
    assert!(host.signal(Signal::TERM).await.success());
}

/// One that has lost its database shows every page and begins no play: one request of fifty.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_release_that_fails_at_one_of_fifty_requests_is_judged_and_undone() {
    let server = Server::start(Fsync::Off);
    let there = playing(&server.database()).await;
    release(&there, "forgetful", &told("--set database.path=none"));
    let _drained = Drained(&there);
    let mut host = there.start_host(HOST, &[]);
    says(&there, &mut host, "site runs 2 of v1 on 1 host").await;
    let asks = Asks { pages: [PAGE.to_owned()].into(), kept: 50, plays: true, pause: Duration::ZERO };
    let order = "release roll forgetful --bake 0 --judge 120 --as ana";
    let (said, answers) = undone_while(asks, (&there, &mut host), order).await;
    assert!(said.contains("with errors against 0.0% in the control"), "{said}");
    assert!(said.contains("/api/v1/playback"), "{said}");
    assert!(answers.keys().eq(&[("page", 200), ("play", 200), ("play", 503)]), "{answers:?}");
    assert!(host.signal(Signal::TERM).await.success());
}

/// One that keeps no page that it has made.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_release_that_is_slower_is_judged_and_undone() {
    let mut there = Installation::new();
    // Where some of its titles can be seen.
    there.variables.push(("PRIMETIME_SITE_DEFAULT_TERRITORY", "KR".into()));
    there.succeed("migrate");
    there.succeed("bench-edition --episodes 300");
    release(&there, "v1", GOOD);
    release(&there, "slow", &told("--set site.page_cache_mb=0"));
    let _drained = Drained(&there);
    let mut host = there.start_host(HOST, &ALONE);
    says(&there, &mut host, "site runs 2 of v1 on 1 host").await;
    let pages = ["ar", "de", "en", "es", "fr", "ja", "ko", "th"].map(|lang| format!("/{lang}/")).into();
    let asks = Asks { pages, kept: 20, plays: false, pause: Duration::ZERO };
    let order = "release roll slow --bake 0 --judge 120 --as ana";
    let (said, answers) = undone_while(asks, (&there, &mut host), order).await;
    assert!(said.contains("of the canary's answers took longer than "), "{said}");
    assert!(answers.keys().eq(&[("page", 200)]), "{answers:?}");
    assert!(host.signal(Signal::TERM).await.success());
}

/// Between the binary and its C library: each connection that is accepted costs memory that nobody gets back. Written to, for memory
/// that nobody touches is not resident.
const LEAK: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int accept4(int socket, struct sockaddr *address, socklen_t *length, int flags) {
    int (*real)(int, struct sockaddr *, socklen_t *, int) = dlsym(RTLD_NEXT, "accept4");
    int accepted = real(socket, address, length, flags);
    void *kept = accepted < 0 ? NULL : malloc(100000);
    if (kept) memset(kept, 1, 100000);
    return accepted;
}
"#;

/// A leak is slower than traffic: it is found while the old release is warm.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_release_that_leaks_is_judged_and_undone() {
    let there = showing();
    let (source, library) = (there.dir.path().join("leak.c"), there.dir.path().join("leak.so"));
    fs::write(&source, LEAK).unwrap();
    let mut built = Command::new("cc");
    built.args(["-shared", "-fPIC", "-o"]).args([&library, &source]).arg("-ldl");
    assert!(built.status().unwrap().success());
    let leaks = format!("if [ $1 = serve ]; then export LD_PRELOAD={}; fi; {GOOD}", library.display());
    release(&there, "leaks", &leaks);
    let _drained = Drained(&there);
    let mut host = there.start_host(HOST, &ALONE);
    says(&there, &mut host, "site runs 2 of v1 on 1 host").await;
    let crowd = Crowd::at(there.address);
    let said = undone(&there, &mut host, "release roll leaks --bake 120 --judge 120 --as ana").await;
    assert!(said.contains("the canary's resident bytes grew by "), "{said}");
    let answered = crowd.end().await;
    assert!(answered.is_ok(), "{answered:?}\n{}", host.log());
    assert!(host.signal(Signal::TERM).await.success());
}
