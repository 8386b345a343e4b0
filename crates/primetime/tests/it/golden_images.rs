//! Golden images by command: a way back is never collected, and whoever lacks the key changes nothing.

use std::{
    fmt, fs,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::Duration,
};

use domain::{SeededRng, Timestamp};
use golden::{Shelf, Stage};
use objects::{
    Hash, Key, Objects,
    keys::{KeyRing, SigningKey},
    signed,
};
use release::{BOM_FILE, DISK_FILE, FILES_FILE, MACHINE_FILE, Machine, digest_of};

use crate::process::Installation;

/// Said of installations that have no database, and so no audit log.
const COLLECT: &str = "image collect --keep 0 --as ana --roles site --set database.path=none";

fn promote(image: &impl fmt::Display) -> String {
    format!("image promote {image} production --why x --as ana --roles site --set database.path=none")
}

/// Adds the disk of this release by command; its name.
fn add(there: &Installation, release: &str) -> String {
    fs::create_dir_all(there.dir.path()).unwrap();
    fs::write(there.input(), format!("the disk of {release}")).unwrap();
    let said = there.succeed(&format!("image add IN --release {release} --as ci"));
    assert!(said.contains("is in the catalogue"), "{said}");
    said.split(' ').next().unwrap().to_owned()
}

#[test]
fn what_a_stage_runs_and_the_one_before_are_never_collected() {
    let there = Installation::new();
    fs::create_dir_all(there.data().join("objects")).unwrap();
    assert!(there.succeed("image list").contains("There is no golden image"));
    assert!(!there.data().join("secrets/golden.key").exists(), "looking draws no key");
    let (objects, _, [unused, before, runs]) = three_old(&there);
    for image in [unused, before, runs] {
        let said = there.succeed(&promote(&image));
        assert!(said.contains("production runs"), "{said}");
    }
    let said = there.succeed(COLLECT);
    assert!(said.contains(&format!("{unused} is deleted")) && said.contains("1 deleted;"), "{said}");
    for (image, is_there) in [(unused, false), (before, true), (runs, true)] {
        assert_eq!(objects.length(&Key::golden_image(&image)).unwrap().is_some(), is_there, "{image}");
    }
    let listed = there.succeed("image list");
    assert!(listed.contains("0.8  15 bytes  production: way back"), "{listed}");
    assert!(listed.contains("0.9  15 bytes  production: runs"), "{listed}");
    let young = " 1.0  15 bytes";
    assert!(listed.contains(young) && !listed.contains(&unused.to_string()), "the young one stays: {listed}");
    // Going back is promoting the one before.
    there.succeed(&promote(&before));
    assert!(there.succeed("image list").contains("0.8  15 bytes  production: runs"));
}

#[test]
fn who_has_not_the_key_changes_nothing() {
    let there = Installation::new();
    let image = add(&there, "1.0");
    // The same objects, and a key of its own.
    let other = Installation::new();
    fs::create_dir_all(other.data()).unwrap();
    std::os::unix::fs::symlink(there.data().join("objects"), other.data().join("objects")).unwrap();
    fs::write(other.input(), "another disk").unwrap();
    let said = other.fail("image list");
    assert!(said.contains("golden.pub") && said.contains("keys.golden"), "{said}");
    for line in ["image add IN --release 2.0", &promote(&image), COLLECT] {
        let said = other.fail(line);
        assert!(said.contains("the catalogue of golden images"), "{line}: {said}");
    }
    let listed = there.succeed("image list");
    assert_eq!(listed.lines().count(), 1, "{listed}");
    assert!(listed.contains(&image) && !listed.contains("production"), "{listed}");
    // Whoever is told the public half may look.
    let public = fs::read_to_string(there.data().join("keys/golden.pub")).unwrap();
    assert!(other.succeed(&format!("image list --set keys.golden={}", public.trim())).contains(&image));
}

#[test]
fn what_cannot_be_is_refused_with_what_to_do() {
    let there = Installation::new();
    let image = add(&there, "1.0");
    let before = there.succeed("image list");
    let nobody = Hash::of(b"nothing");
    assert!(there.fail(&promote(&nobody)).contains("image list"));
    assert!(there.fail("image add /nowhere --release 1.1").contains("/nowhere"));
    assert!(there.fail(&format!("image add IN --release {}", "x".repeat(65))).contains("64"));
    let misspelt = there.run(&promote(&image).replace("production", "Production"));
    assert_eq!(misspelt.status.code(), Some(2), "{}", crate::process::words(&misspelt));
    assert_eq!(there.succeed("image list"), before);
}

#[test]
fn a_machine_image_is_what_was_signed_or_not_in_the_catalogue() {
    let there = Installation::new();
    let folder = there.dir.path().join("v1.machine");
    fs::create_dir_all(&folder).unwrap();
    let key = SigningKey::generate(&SeededRng::new(1));
    let machine = Machine {
        format: 1,
        release: "primetime-0.1.0-0123456789ab".into(),
        files: digest_of(b"./etc/one"),
        disk: digest_of(b"the disk"),
        bytes: 8,
        bom: Some(digest_of(b"its bill")),
    };
    fs::write(folder.join(BOM_FILE), "its bill").unwrap();
    fs::write(folder.join(FILES_FILE), "./etc/one").unwrap();
    fs::write(folder.join(DISK_FILE), "the dusk").unwrap();
    let payload = serde_json::to_vec(&machine).unwrap();
    fs::write(folder.join(MACHINE_FILE), signed::seal("machine", &payload, &key)).unwrap();
    let add = format!("image add {} --set keys.release={}", folder.display(), key.public().to_text());
    assert!(there.fail(&add).contains("golden.qcow2"), "tampered with");
    assert!(there.fail(&format!("{add} --release 1.0")).contains("leave --release out"));
    fs::write(folder.join(DISK_FILE), "the disk").unwrap();
    fs::write(folder.join(BOM_FILE), "its bull").unwrap();
    let verify = format!("release verify {} --set keys.release={}", folder.display(), key.public().to_text());
    assert!(there.fail(&add).contains("bom.cdx.json") && there.fail(&verify).contains("bom.cdx.json"));
    fs::write(folder.join(BOM_FILE), "its bill").unwrap();
    assert!(there.succeed(&verify).contains("primetime-0.1.0-0123456789ab"));
    let shown = there.succeed(&verify.replace("verify", "show"));
    assert!(shown.contains("machine") && shown.contains(&digest_of(b"its bill").to_string()), "{shown}");
    let stranger = SigningKey::generate(&SeededRng::new(2)).public().to_text();
    let of_another = format!("image add {} --set keys.release={stranger}", folder.display());
    assert!(there.fail(&of_another).contains("machine.json"));
    assert!(there.fail(&format!("image add {}", folder.join(DISK_FILE).display())).contains("--release"));
    assert!(there.succeed("image list").contains("There is no golden image"), "nothing so far");
    assert!(there.succeed(&add).contains("primetime-0.1.0-0123456789ab, 8 bytes"));
}

/// Images 0.7 to 0.9 of another year, so that youth does not keep them, promoted in that order; and the key that signs.
fn three_old(there: &Installation) -> (Objects, SigningKey, [Hash; 3]) {
    add(there, "1.0");
    let secret = fs::read_to_string(there.data().join("secrets/golden.key")).unwrap();
    let key = SigningKey::parse(&secret).unwrap();
    let objects = Objects::folder(&there.data().join("objects")).unwrap();
    let ring = KeyRing::from(key.public());
    let shelf = Shelf { objects: &objects, ring: &ring };
    let images = ["0.7", "0.8", "0.9"].map(|release| {
        fs::write(there.input(), format!("the disk of {release}")).unwrap();
        let image =
            shelf.add(&there.input(), release, Timestamp::from_seconds(1_700_000_000), &key).unwrap().hash;
        shelf.promote(image, "production".parse().unwrap(), &key).unwrap();
        image
    });
    (objects, key, images)
}

#[test]
fn a_restore_brings_the_catalogue_of_the_backup() {
    let there = Installation::new();
    there.succeed("migrate");
    let (_, _, [old, before, runs]) = three_old(&there);
    let backup = there.dir.path().join("backup").display().to_string();
    there.succeed(&format!("backup {backup}"));
    // As long as it was: nothing but its content says that it is another one.
    there.succeed(&promote(&before));
    let said = there.succeed(&format!("backup {backup}"));
    assert!(said.contains(" 0 objects copied"), "{said}");
    let listed = there.succeed("image list");
    assert!(listed.contains("0.8  15 bytes  production: runs"), "{listed}");
    there.succeed(&promote(&old));
    there.succeed(COLLECT);

    let new = Installation::beside_in(&there, &there.dir.path().join("new"));
    new.succeed(&format!("restore {backup}"));
    assert_eq!(new.succeed("image list"), listed);
    let objects = Objects::folder(&new.data().join("objects")).unwrap();
    for image in [old, before, runs] {
        assert!(objects.length(&Key::golden_image(&image)).unwrap().is_some(), "{image}");
    }
}

#[test]
fn a_backup_has_every_image_of_its_catalogue_whatever_is_done_meanwhile() {
    let there = Installation::new();
    there.succeed("migrate");
    let (objects, key, _) = three_old(&there);
    let ring = KeyRing::from(key.public());
    let production: Stage = "production".parse().unwrap();
    let done = AtomicBool::new(false);
    let file = there.dir.path().join("disk");
    thread::scope(|scope| {
        scope.spawn(|| {
            let shelf = Shelf { objects: &objects, ring: &ring };
            let mut now = Timestamp::from_seconds(1_700_000_000);
            for n in 0.. {
                if done.load(Relaxed) {
                    break;
                }
                fs::write(&file, format!("disk {n}")).unwrap();
                let image = shelf.add(&file, "1.1", now, &key).unwrap().hash;
                shelf.promote(image, production.clone(), &key).unwrap();
                now = now.plus(Duration::from_secs(48 * 3600));
                shelf.collect(0, now, &key).unwrap();
                thread::sleep(Duration::from_millis(20));
            }
        });
        for n in 0..8 {
            let backup = there.dir.path().join(format!("backup-{n}")).display().to_string();
            there.succeed(&format!("backup {backup}"));
            let place = there.dir.path().join(format!("new-{n}"));
            let new = Installation::beside_in(&there, &place);
            new.succeed(&format!("restore {backup}"));
            let restored = Objects::folder(&place.join("objects")).unwrap();
            let catalogue = Shelf { objects: &restored, ring: &ring }.catalogue().unwrap();
            for image in catalogue.images() {
                let length = restored.length(&Key::golden_image(&image.hash)).unwrap();
                assert_eq!(length, Some(image.bytes), "{n}: {image:?}");
            }
            assert!(catalogue.stages().all(|(_, past)| past.len() > 1), "{n}: a way back");
        }
        done.store(true, Relaxed);
    });
}
