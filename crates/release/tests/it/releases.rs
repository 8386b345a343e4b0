use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use cyclonedx_bom::{models::bom::Bom, prelude::Validate};
use domain::{SeededRng, Timestamp};
use objects::keys::{KeyRing, SigningKey};
use release::{BOM_FILE, Inputs, Manifest, Outcome, ReleaseError, Source, build, verify};

fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

pub fn key() -> SigningKey {
    SigningKey::generate(&SeededRng::new(7))
}

fn source(commit: &str) -> Source {
    Source::said(checkout(), commit, Timestamp::parse("2026-03-01T20:00:00Z").unwrap()).unwrap()
}

/// Small programs take the place of the binary and of ffmpeg: packing them takes no time.
fn make(out: &Path, commit: &str, program: &str) -> Result<(Manifest, Outcome), ReleaseError> {
    let source = source(commit);
    let inputs = Inputs {
        source: &source,
        checkout: checkout(),
        binary: Some(Path::new(program)),
        tools: &["/usr/bin/dpkg-query"],
    };
    build(&inputs, out, &key())
}

/// Every test takes its own copy of one release: making it is what takes time.
pub fn release() -> (tempfile::TempDir, PathBuf) {
    static ONCE: std::sync::OnceLock<tempfile::TempDir> = std::sync::OnceLock::new();
    let made = ONCE.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        make(&dir.path().join("r"), "0123456789abcdef", "/usr/bin/true").unwrap();
        dir
    });
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("r");
    let copied = std::process::Command::new("cp").arg("-r").arg(made.path().join("r")).arg(&out).status();
    assert!(copied.unwrap().success());
    (dir, out)
}

fn check(dir: &Path) -> Result<Manifest, ReleaseError> {
    verify(dir, &KeyRing::from(key().public()))
}

fn blobs(manifest: &Manifest) -> BTreeSet<String> {
    manifest.files.iter().map(|part| part.path.clone()).filter(|path| path.contains("/blobs/")).collect()
}

#[test]
fn a_second_build_is_the_same_and_another_commit_shares_all_layers_but_one() {
    let (_dir, out) = release();
    let first = check(&out).unwrap();
    let (again, outcome) = make(&out, "0123456789abcdef", "/usr/bin/true").unwrap();
    assert_eq!((&again, outcome), (&first, Outcome::Identical));
    // Another program under the same name is no release of that name.
    let refused = make(&out, "0123456789abcdef", "/usr/bin/false").unwrap_err();
    assert!(matches!(&refused, ReleaseError::Differs { .. }), "{refused}");

    let (next, outcome) = make(&out.with_file_name("next"), "fedcba9876543210", "/usr/bin/false").unwrap();
    assert_eq!(outcome, Outcome::Written);
    let (old, new) = (blobs(&first), blobs(&next));
    // Program, and of both images configuration and manifest.
    assert_eq!(new.difference(&old).count(), 5);
    assert_eq!(new.intersection(&old).count(), 2, "base and tools are the same");
    let left: Vec<_> =
        fs::read_dir(out.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "drafts are gone: {left:?}");
}

#[test]
fn what_was_tampered_with_is_named() {
    let (_dir, out) = release();
    let manifest = check(&out).unwrap();
    let layer = manifest.files.iter().filter(|part| part.path.contains("blobs")).max_by_key(|part| part.size);
    let layer = layer.unwrap();
    let path = out.join(&layer.path);
    let good = fs::read(&path).unwrap();
    let mut bad = good.clone();
    *bad.last_mut().unwrap() ^= 1;
    fs::write(&path, &bad).unwrap();
    match check(&out).unwrap_err() {
        ReleaseError::Digest { path, expected, found } => {
            assert_eq!((&path, &expected), (&layer.path, &layer.digest));
            assert_ne!(found, expected);
        }
        other => panic!("{other}"),
    }
    bad.push(0);
    fs::write(&path, &bad).unwrap();
    assert!(matches!(check(&out), Err(ReleaseError::Size { path, .. }) if path == layer.path));
    fs::remove_file(&path).unwrap();
    assert!(matches!(check(&out), Err(ReleaseError::Missing(path)) if path == layer.path));
    fs::write(&path, &good).unwrap();
    check(&out).unwrap();
    fs::write(out.join("images/blobs/sha256/more"), "").unwrap();
    assert!(matches!(check(&out), Err(ReleaseError::Extra(path)) if path.ends_with("more")));
}

#[test]
fn an_image_that_the_manifest_does_not_name_is_refused_though_somebody_signed_its_files() {
    let (_dir, out) = release();
    let mut manifest = check(&out).unwrap();
    let last = manifest.images.pop().unwrap();
    fs::write(out.join("release.json"), manifest.seal(&key()).unwrap()).unwrap();
    let refused = check(&out).unwrap_err().to_string();
    assert!(refused.contains(&last.name) && refused.contains("does not name it"), "{refused}");
    manifest.images.push(release::Image { digest: release::digest_of(b"another"), ..last });
    fs::write(out.join("release.json"), manifest.seal(&key()).unwrap()).unwrap();
    assert!(check(&out).unwrap_err().to_string().contains("does not have it"));
}

#[test]
fn the_bill_names_crates_scripts_and_debian_packages() {
    let (_dir, out) = release();
    let bill = fs::read(out.join(BOM_FILE)).unwrap();
    let bom = Bom::parse_from_json_v1_5(bill.as_slice()).unwrap();
    let result = bom.validate();
    assert!(result.passed(), "{result:?}");
    let text = String::from_utf8(bill).unwrap();
    for part in [
        "pkg:cargo/axum@",
        "pkg:npm/hls.js@",
        "pkg:npm/%40fontsource-variable/inter@",
        "pkg:deb/debian/libc6@",
        "pkg:deb/debian/dpkg@",
    ] {
        assert!(text.contains(part), "{part}");
    }
    assert!(!text.contains("pkg:cargo/proptest@"), "what only tests use is not in it");
    assert!(text.contains(r#""value": "primetime,primetime-work""#));
}

#[test]
fn images_say_how_to_run_them() {
    let (_dir, out) = release();
    let manifest = check(&out).unwrap();
    let blob = |digest: &str| {
        let bytes = fs::read(out.join("images/blobs").join(digest.replace(':', "/"))).unwrap();
        serde_json::from_slice::<serde_json::Value>(&bytes).unwrap()
    };
    for image in &manifest.images {
        let found = blob(image.digest.as_ref());
        let labels = &found["annotations"];
        assert_eq!(labels["org.opencontainers.image.version"], "0.1.0-0123456789ab");
        assert_eq!(labels["org.opencontainers.image.revision"], "0123456789abcdef");
        let config = blob(found["config"]["digest"].as_str().unwrap());
        assert_eq!(config["created"], "2026-03-01T20:00:00Z");
        let run = &config["config"];
        assert_eq!(run["User"], "10001:10001");
        assert_eq!(run["StopSignal"], "SIGTERM");
        assert_eq!(run["Labels"], *labels);
        assert_eq!(run["Healthcheck"]["Test"], serde_json::json!(["CMD", "/usr/bin/primetime", "probe"]));
        assert_eq!(run["ExposedPorts"], serde_json::json!({ "8080/tcp": {}, "9090/tcp": {} }));
    }
}

#[test]
fn a_release_has_a_commit_and_says_when_there_are_changes_besides() {
    let dir = tempfile::tempdir().unwrap();
    let git = |args: &[&str]| {
        let run = std::process::Command::new("git").arg("-C").arg(dir.path()).args(args).output().unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    };
    fs::write(
        dir.path().join("Cargo.toml"),
        "[package]\nname = \"primetime\"\nversion = \"7.8.9\"\nedition = \"2024\"\n[lib]\npath = \"lib.rs\"\n[workspace]\n",
    )
    .unwrap();
    fs::write(
        dir.path().join("Cargo.lock"),
        "version = 4\n[[package]]\nname = \"primetime\"\nversion = \"7.8.9\"\n",
    )
    .unwrap();
    fs::write(dir.path().join("lib.rs"), "").unwrap();
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    let who = ["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"];
    let commit = ["commit", "--quiet", "--no-verify", "-m", "x", "--date", "2026-03-01T20:00:00Z"];
    git(&[&who[..], &commit[..]].concat());
    let clean = Source::of_checkout(dir.path(), false).unwrap();
    assert_eq!((clean.version.as_str(), clean.dirty), ("7.8.9", false));
    assert_eq!(clean.name(), format!("primetime-7.8.9-{}", &clean.commit[..12]));
    fs::write(dir.path().join("lib.rs"), "//").unwrap();
    assert!(
        matches!(Source::of_checkout(dir.path(), false), Err(ReleaseError::Dirty(what)) if what.contains("lib.rs"))
    );
    assert!(Source::of_checkout(dir.path(), true).unwrap().name().ends_with("-dirty"));
    assert!(Source::said(dir.path(), "main", clean.created).is_err());
}
