//! Releases are collected from the store and from hosts by those who run them: never what runs, nor a way back.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use domain::Timestamp;
use objects::{
    ImageTag, Key, Objects, Repository, image_tag,
    keys::{KeyRing, SigningKey},
};
use pgtest::{Fsync, Server as Database};
use rustix::process::Signal;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::{
    bucket::variables,
    catalogue,
    host::{Drained, GOOD, says},
    process::{Installation, Running},
    replaced::Crowd,
    server::{BUCKET, Server},
    shipping::{fetched, push, start},
};

/// The objects of an installation, as they lie in a folder or in the bucket of a server over one.
fn keys(there: &Path) -> Vec<String> {
    let (mut found, mut todo) = (Vec::new(), vec![there.join("releases"), there.join("oci")]);
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()) {
            match entry.is_dir() {
                true => todo.push(entry),
                false => found.push(entry.strip_prefix(there).unwrap().to_str().unwrap().to_owned()),
            }
        }
    }
    found.sort();
    found
}

/// The names of the releases that lie there whole.
fn releases(there: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for key in keys(there) {
        names.extend(
            key.parse::<Key>()
                .ok()
                .filter(|key| key.as_str().ends_with(".json"))
                .and_then(|key| key.of_release()),
        );
    }
    names.iter().map(ToString::to_string).collect()
}

/// As if it had been pushed long ago: youth keeps it no more.
fn age(host: &Installation, there: &Path, name: &str) {
    let secret = fs::read_to_string(host.data().join("secrets/image.key")).unwrap();
    let (key, tag) = (SigningKey::parse(secret.trim()).unwrap(), name.parse::<ImageTag>().unwrap());
    let (ring, repository) = (KeyRing::from(key.public()), "primetime".parse::<Repository>().unwrap());
    let place = there.join(Key::image_tag(&repository, &tag).as_str());
    let pointer = image_tag::parse(&fs::read(&place).unwrap(), &repository, &tag, &ring).unwrap();
    let aside = tempfile::tempdir().unwrap();
    let objects = Objects::folder(aside.path()).unwrap();
    let long_ago = Timestamp::from_seconds(1_700_000_000);
    image_tag::move_to(&objects, (&repository, &tag), pointer.manifest, (&key, &ring), long_ago).unwrap();
    fs::copy(aside.path().join(Key::image_tag(&repository, &tag).as_str()), place).unwrap();
}

fn push_old(host: &Installation, there: &Path, name: &str) {
    push(host, name, GOOD);
    age(host, there, name);
}

fn line<'a>(said: &'a str, name: &str) -> &'a str {
    said.lines()
        .find(|line| line.starts_with(&format!("{name} ")))
        .unwrap_or_else(|| panic!("{name}: {said}"))
}

/// A host over a bucket, and where its objects lie.
fn over(server: &Server, store: &Path, database: Option<&Database>) -> (Installation, PathBuf) {
    let mut there = Installation::new();
    there.variables = variables(server, "live");
    there.variables.extend(database.map(|database| ("PRIMETIME_DATABASE_URL", database.database())));
    catalogue::publish(&there, "Night Ferry");
    (there, store.join(BUCKET).join("live"))
}

async fn rolled(there: &Installation, host: &mut Running, release: &str) {
    there.succeed(&format!("release roll {release} --bake 0 --as ana"));
    says(there, host, &format!("site runs 1 of {release} on 1 host")).await;
    says(there, host, ": done").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_store_keeps_what_runs_and_the_way_back_and_lets_go_of_the_rest() {
    let store = tempfile::tempdir().unwrap();
    let server = Server::start(store.path());
    let (there, objects) = over(&server, store.path(), None);
    for name in ["v1", "v2", "v3", "v4", "v5"] {
        push_old(&there, &objects, name);
    }
    push(&there, "v6", GOOD);
    let before = keys(&objects);
    // Nobody ever hosted anything by this database: it may be another one.
    let said = there.fail("release collect --keep 0 --as ci");
    assert!(said.contains("nothing was removed: ") && said.contains("no host and of no rollout"), "{said}");
    let said = there.fail("release collect --keep 0 --as ci --roles site --set database.path=none");
    assert!(said.contains("nothing was removed: ") && said.contains("needs a database"), "{said}");
    let said = there.fail("release collect --keep 0 --as ci --set database.url=postgres://a@127.0.0.1:1/a");
    assert!(said.contains("nothing was removed: ") && said.contains("the database did not open"), "{said}");
    assert_eq!(keys(&objects), before);

    let _drained = Drained(&there);
    let mut host = start(&there, "busan");
    says(&there, &mut host, "site runs 1 of v1 on 1 host").await;
    // A judge needs something to look at.
    let crowd = Crowd::at(there.address);
    rolled(&there, &mut host, "v2").await;
    rolled(&there, &mut host, "v3").await;
    let collect = "release collect --keep 0 --as ci --needed v4";
    let would = there.succeed(&format!("{collect} --dry-run"));
    assert!(would.contains("v1 would be removed: 3 objects, ") && keys(&objects) == before, "{would}");
    // Whoever may only read removes nothing, and says so.
    let mut reader = Installation::beside_in(&there, &there.data());
    reader.variables = variables(&server, "live");
    let reading = ReadOnly::before(server.port).await;
    reader.variables.retain(|(name, _)| *name != "PRIMETIME_OBJECTS_ENDPOINT");
    reader.variables.push(("PRIMETIME_OBJECTS_ENDPOINT", reading));
    let said = reader.fail(collect);
    assert!(said.contains("nothing was removed: ") && said.contains("AccessDenied"), "{said}");
    assert_eq!(keys(&objects), before);

    let said = there.succeed(collect);
    for (name, why) in [
        ("v1", "v1 is removed: 3 objects, "),
        ("v2", "v2 stays: site would go back to it"),
        ("v3", "v3 stays: site runs it"),
        ("v4", "v4 stays: it is needed, as was said"),
        ("v5", "v5 is removed: 3 objects, "),
        ("v6", "v6 stays: younger than a day"),
    ] {
        assert!(line(&said, name).starts_with(why), "{said}");
    }
    // Of each a layer and a manifest; the configuration is everybody's.
    let last = "2 of 6 releases are removed; 6 objects of releases and 4 of images, ";
    assert!(said.lines().last().unwrap().starts_with(last), "{said}");
    assert_eq!(releases(&objects), ["v2", "v3", "v4", "v6"]);
    assert_eq!(before.len() - keys(&objects).len(), 10);
    let said = there.succeed(collect);
    assert!(
        said.contains("0 of 4 releases are removed; 0 objects of releases and 0 of images, 0 bytes"),
        "{said}"
    );
    // The way back is one, and what is pushed again is there again.
    there.succeed("release undo --why odd --as min");
    says(&there, &mut host, "site runs 1 of v2 on 1 host").await;
    says(&there, &mut host, ": done").await;
    let said = push(&there, "v1", GOOD);
    assert!(said.contains("v1 is in the store: 4 objects new, 1 there already"), "{said}");
    rolled(&there, &mut host, "v1").await;
    let log = host.log();
    let answered = crowd.end().await;
    assert!(answered.is_ok(), "{answered:?}\n{log}");
    assert!(host.signal(Signal::INT).await.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_and_a_collection_that_were_killed_are_said_and_ended() {
    let there = Installation::new();
    there.succeed("migrate");
    let objects = there.data().join("objects");
    push_old(&there, &objects, "v1");
    let before = keys(&objects);
    let under_way = objects.join(Key::under_way().as_str());
    let write = |text: String| fs::write(&under_way, text).unwrap();
    // A collection that was killed.
    write(r#"{"pushes":{},"collection":"killed"}"#.into());
    let said = there.fail(&format!("release push {} --as ci", there.dir.path().join("built/v1").display()));
    assert!(said.contains("run `primetime release collect` to its end"), "{said}");
    let said = there.succeed("release collect --needed v1 --as ci");
    assert!(said.contains("v1 stays: it is needed, as was said"), "{said}");
    assert_eq!(keys(&objects), before);
    push(&there, "v1", GOOD);
    // A push that was killed just now, and one of another day.
    #[allow(clippy::disallowed_methods)] // the process goes by the machine's clock
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_micros();
    write(format!(r#"{{"pushes":{{"killed":{now}}},"collection":null}}"#));
    let said = there.fail("release collect --keep 0 --as ci --needed v9");
    assert!(said.contains("nothing was removed: ") && said.contains("a push that began at"), "{said}");
    write(r#"{"pushes":{"killed":1700000000000000},"collection":null}"#.into());
    let said = there.succeed("release collect --keep 0 --as ci --needed v9");
    assert!(line(&said, "v1").starts_with("v1 is removed: 3 objects"), "{said}");
    assert_eq!(keys(&objects), ["oci/under-way"]);
}

/// A store that lets everybody look and nobody write.
struct ReadOnly;

impl ReadOnly {
    async fn before(port: u16) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut asker, _)) = listener.accept().await {
                tokio::spawn(async move {
                    // One request a connection: only its head is looked at.
                    let mut head = vec![0; 16 << 10];
                    let length = asker.read(&mut head).await.unwrap_or(0);
                    let text = String::from_utf8_lossy(&head[..length]).into_owned();
                    if text.starts_with("PUT ") || text.starts_with("DELETE ") || text.starts_with("POST ") {
                        let body = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>";
                        let length = body.len();
                        let answer = format!(
                            "HTTP/1.1 403 Forbidden\r\ncontent-type: application/xml\r\ncontent-length: {length}\r\n\
                             connection: close\r\n\r\n{body}"
                        );
                        let _ = asker.write_all(answer.as_bytes()).await;
                        // What is still on its way here would reset the connection.
                        let _ = tokio::io::copy(&mut asker, &mut tokio::io::sink()).await;
                        return;
                    }
                    let Ok(mut store) = TcpStream::connect(("127.0.0.1", port)).await else { return };
                    let asked = text.replacen("\r\n", "\r\nconnection: close\r\n", 1);
                    if store.write_all(asked.as_bytes()).await.is_ok() {
                        let _ = tokio::io::copy(&mut store, &mut asker).await;
                    }
                });
            }
        });
        format!("http://{address}")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_keeps_so_many_and_fetches_again_what_is_wanted_again() {
    let store = tempfile::tempdir().unwrap();
    let server = Server::start(store.path());
    let database = Database::start(Fsync::Off);
    let (there, objects) = over(&server, store.path(), Some(&database));
    let all = ["v1", "v2", "v3", "v4", "v5"];
    for name in all {
        push_old(&there, &objects, name);
    }
    let _drained = Drained(&there);
    // What was not fetched is nobody's to remove.
    crate::host::release(&there, "v0", GOOD);
    let line = "host --name busan --roles site,origin --release v1 --instances 1 --keep-releases";
    let alone = ["--set", "database.path=none"];
    let mut host = there.start_host(&format!("{line} 9"), &alone);
    says(&there, &mut host, "site runs 1 of v1 on 1 host").await;
    let crowd = Crowd::at(there.address);
    for name in &all[1..] {
        rolled(&there, &mut host, name).await;
    }
    assert_eq!(fetched(&there), ["v0", "v1", "v2", "v3", "v4", "v5"]);
    assert!(host.signal(Signal::TERM).await.success());

    // As one that was killed in the middle leaves it.
    let left = there.data().join("releases/.removing-v0");
    fs::create_dir(&left).unwrap();
    let mut host = there.start_host(&format!("{line} 2"), &alone);
    let bounded = async |_: &Running| fetched(&there) == ["v0", "v1", "v4", "v5"];
    host.until("bounded", bounded).await;
    assert!(host.log().contains("nobody needs it"), "{}", host.log());
    // While nobody says what is needed, everything may be.
    database.stop();
    let folder = there.data().join("releases");
    let copied = Command::new("cp").args(["-r", "v5", "v9"]).current_dir(&folder).status().unwrap();
    assert!(copied.success());
    let mark = fs::File::options().write(true).open(folder.join("v9/.fetched")).unwrap();
    mark.set_modified(SystemTime::UNIX_EPOCH).unwrap();
    let said = async |host: &Running| host.log().contains("releases that nobody needs stay on this host");
    host.until("asking in vain", said).await;
    assert_eq!(fetched(&there), ["v0", "v1", "v4", "v5", "v9"]);
    database.restart();
    host.until("bounded", bounded).await;
    // v1 is what this host was told to begin with, v4 the way back.
    rolled(&there, &mut host, "v2").await;
    says(&there, &mut host, "site runs 1 of v2 on 1 host").await;
    host.until("bounded", async |_: &Running| fetched(&there) == ["v0", "v1", "v2", "v5"]).await;
    let log = host.log();
    let answered = crowd.end().await;
    assert!(answered.is_ok(), "{answered:?}\n{log}");
    assert!(host.signal(Signal::INT).await.success());
}
