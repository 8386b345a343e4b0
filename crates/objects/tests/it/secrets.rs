//! Secrets that lie in a bucket for a machine: all of them, or none, and why.

use std::{fs, path::Path, sync::Arc};

use domain::SeededRng;
use objects::{MAX_SECRET, MAX_SECRETS, Secret, SecretsError, secrets};

use crate::server::{BUCKET, RealClock, Server};

struct Place {
    dir: tempfile::TempDir,
    server: Server,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let server = Server::start(dir.path());
        Self { dir, server }
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.dir.path().join(BUCKET).join(name);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn get(&self, prefix: &str) -> Result<Vec<Secret>, SecretsError> {
        secrets(self.server.config(prefix), Arc::new(RealClock), Arc::new(SeededRng::new(1)))
    }
}

#[test]
fn a_machine_gets_all_that_lies_there_and_nothing_beside_it() {
    let place = Place::new();
    place.put("secrets/site/token.key", "signs\n");
    place.put("secrets/site/database.password", "hush");
    place.put("secrets/sites/other", "not ours");
    place.put("secrets/work/edition.key", "not ours");
    place.put("live/editions/current", "no secret");
    let mut found = place.get("secrets/site").unwrap();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    let pairs: Vec<_> = found.iter().map(|secret| (secret.name.as_str(), secret.bytes.as_slice())).collect();
    assert_eq!(pairs, [("database.password", &b"hush"[..]), ("token.key", b"signs\n")]);
}

#[test]
fn what_is_wrong_with_one_is_the_end_of_all() {
    let refused = |wrong: &dyn Fn(&Place), why: &str| {
        let place = Place::new();
        place.put("s/token.key", "hush");
        wrong(&place);
        let said = place.get("s").unwrap_err().to_string();
        assert!(said.contains("nothing at s3://films/s is used") && said.contains(why), "{said}");
        assert!(!said.contains("hush"), "{said}");
    };
    refused(&|place| place.put("s/more/token.key", "hush"), "`more/token.key` is no name");
    refused(&|place| place.put("s/.hidden", "hush"), "`.hidden` is no name");
    refused(&|place| place.put("s/empty", " \n"), "empty is empty");
    let long = vec![b'x'; usize::try_from(MAX_SECRET).unwrap() + 1];
    refused(&|place| place.put("s/long", &long), "long is longer than 16384 bytes");
    let many = |place: &Place| (0..MAX_SECRETS).for_each(|n| place.put(&format!("s/n{n}"), "hush"));
    refused(&many, "more than 32");
    refused(
        &|place| fs::remove_file(place.dir.path().join(BUCKET).join("s/token.key")).unwrap(),
        "no secret",
    );
}
