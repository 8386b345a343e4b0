//! Objects in a bucket: one process publishes, another one that shares no disk with it serves.

use std::{fs, path::Path};

use reqwest::{Client, Response};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::{
    catalogue,
    process::{Installation, Running, words},
    server::{BUCKET, KEY, SECRET, Server},
};

/// An installation with its objects in the server's bucket.
fn over(server: &Server) -> Installation {
    let mut there = Installation::new();
    there.variables = variables(server, "live");
    there
}

/// What makes the server's bucket, below this prefix, the place of an installation's objects.
pub fn variables(server: &Server, prefix: &str) -> Vec<(&'static str, String)> {
    vec![
        ("PRIMETIME_OBJECTS_URL", format!("s3://{BUCKET}/{prefix}")),
        ("PRIMETIME_OBJECTS_ENDPOINT", server.endpoint()),
        ("AWS_ACCESS_KEY_ID", KEY.into()),
        ("AWS_SECRET_ACCESS_KEY", SECRET.into()),
    ]
}

async fn all_done(running: &Running, data: &Path) -> bool {
    let Ok(token) = fs::read_to_string(data.join("secrets/studio.token")) else { return false };
    let request = Client::new().get(format!("http://{}/studio/api/v1/jobs", running.address));
    let Ok(answer) = request.bearer_auth(token.trim()).send().await else { return false };
    let jobs: Value = answer.json().await.unwrap();
    let none = |list: &str| jobs[list].as_array().unwrap().is_empty();
    assert!(none("given_up"), "{jobs}");
    jobs["queued"] == 0 && none("running") && none("waiting") && jobs["done"].as_u64().unwrap() > 0
}

/// The number of the edition that is open.
async fn edition(running: &Running) -> Option<u64> {
    let (_, text) = running.ops("/metrics").await?;
    text.lines().find_map(|line| line.strip_prefix("primetime_edition_number "))?.parse().ok()
}

/// Begins a play: the path of its files, and the token.
async fn play(running: &Running) -> Option<(String, String)> {
    let body = json!({ "title": "ferry", "delivery": "header" });
    let answer = running.browser().post(running.url("/api/v1/playback")).json(&body).send().await.unwrap();
    let played: Value = answer.json().await.unwrap();
    let path = played["manifest"].as_str()?.strip_suffix("master.m3u8")?.to_owned();
    Some((path, played["token"].as_str()?.to_owned()))
}

async fn media(running: &Running, (path, token): &(String, String), file: &str) -> Response {
    let request = running.browser().get(running.url(&format!("{path}{file}")));
    request.header("cta-common-access-token", token).send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_process_publishes_another_serves_from_the_bucket_alone() {
    let store = tempfile::tempdir().unwrap();
    let mut server = Server::start(store.path());
    let control = over(&server);
    catalogue::write(&control.input(), "Night Ferry");
    control.succeed("import IN");
    let mut publisher = control.start("serve");
    let data = control.data();
    publisher.until("encoding no more", async |running| all_done(running, &data).await).await;
    // The last word on it: nothing is left that would be published later.
    let said = control.succeed("publish");
    let newest = said.split_whitespace().nth(1).unwrap().parse().ok();
    publisher.until("at the newest edition", async |running| edition(running).await == newest).await;

    // Nothing is shared but the bucket, and public keys, which the configuration names.
    let mut elsewhere = over(&server);
    let serve = "serve --roles site,origin --set database.path=none";
    let refusal = elsewhere.fail(serve);
    assert!(refusal.contains("keys.edition"), "{refusal}");
    for (variable, file) in [("PRIMETIME_KEYS_EDITION", "edition.pub"), ("PRIMETIME_KEYS_TOKEN", "token.pub")]
    {
        let key = fs::read_to_string(data.join("keys").join(file)).unwrap();
        elsewhere.variables.push((variable, key));
    }
    let mut edge = elsewhere.start(serve);
    edge.ready().await;
    edge.until("at the same edition", async |running| edition(running).await == newest).await;
    let page = async |path: &str| edge.browser().get(edge.url(path)).send().await.unwrap();
    let home = page("/en/").await;
    assert_eq!(home.status(), 200);
    assert!(home.text().await.unwrap().contains("Night Ferry"));

    // Without a database it begins no plays; it takes the tokens of the site that does.
    let played = play(&publisher).await.unwrap();
    let master = media(&edge, &played, "master.m3u8").await.text().await.unwrap();
    assert_eq!(master, media(&publisher, &played, "master.m3u8").await.text().await.unwrap());
    let rung = master.lines().find_map(|line| line.strip_suffix(".m3u8")).unwrap();
    let segment = format!("{rung}/0.m4s");
    for file in [format!("{rung}.m3u8"), segment.clone()] {
        let answers = [media(&publisher, &played, &file).await, media(&edge, &played, &file).await];
        assert!(answers.iter().all(|answer| answer.status() == 200), "{file}");
        let [one, other] = answers.map(Response::bytes);
        assert!(one.await.unwrap() == other.await.unwrap(), "{file}");
    }
    let doctor = "doctor --roles site,origin --set database.path=none";
    let said = words(&elsewhere.run(doctor));
    assert!(said.contains("ok    objects: s3://films/live at http://127.0.0.1"), "{said}");

    // The store is away: what is there goes on, what is not is refused honestly.
    server.stop();
    assert_eq!(page("/en/t/ferry").await.status(), 200);
    assert_eq!(media(&edge, &played, &segment).await.status(), 200);
    let unseen = [format!("{rung}/init.mp4"), "storyboard-0.jpg".into()];
    for file in &unseen {
        let missing = media(&edge, &played, file).await;
        assert_eq!(missing.status(), 503, "{file}");
        assert!(missing.headers().contains_key("retry-after"));
        let problem = missing.text().await.unwrap();
        assert!(problem.contains("media-store-away") && !problem.contains("127.0.0.1"), "{problem}");
    }
    let said = words(&elsewhere.run(doctor));
    assert!(said.contains("WRONG objects: ") && said.contains("cannot be reached"), "{said}");
    // A process that starts now has what it had last.
    assert!(edge.signal(Signal::TERM).await.success());
    let mut edge = elsewhere.start(serve);
    edge.ready().await;
    let again = edge.browser().get(edge.url("/en/t/ferry")).send().await.unwrap();
    assert!(again.text().await.unwrap().contains("Night Ferry"));
    assert_eq!(media(&edge, &played, &segment).await.status(), 503);
    server.again();
    for file in &unseen {
        assert_eq!(media(&edge, &played, file).await.status(), 200, "{file}");
    }
    // Copies that came to harm on this disk are fetched anew, not served and not fatal.
    assert!(edge.signal(Signal::TERM).await.success());
    let copies = fs::read_dir(elsewhere.data().join("objects-local/sections")).unwrap();
    for copy in copies.map(|entry| entry.unwrap().path()) {
        let length = fs::metadata(&copy).unwrap().len();
        fs::write(copy, vec![b'x'; length as usize]).unwrap();
    }
    let mut edge = elsewhere.start(serve);
    edge.ready().await;
    assert_eq!(edition(&edge).await, newest);
    for log in [publisher.log(), edge.log()] {
        assert!(!log.contains(SECRET) && !log.contains("X-Amz-"), "{log}");
    }
}
