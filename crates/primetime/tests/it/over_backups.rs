//! `backup` into a folder that holds one: only over what is of the same installation, and never with less than it has.

use std::{fs, path::Path, process::Command};

use serde_json::{Value, json};

use crate::{backups::tree, catalogue, process::Installation};

fn made(title: &str) -> Installation {
    let there = Installation::new();
    catalogue::publish(&there, title);
    there
}

/// An installation with the keys and secrets of another one, and nothing in its database.
fn emptied(there: &Installation) -> Installation {
    let new = Installation::beside_in(there, &there.dir.path().join("emptied"));
    new.succeed("migrate");
    fs::create_dir(new.data().join("objects")).unwrap();
    for part in ["keys", "secrets"] {
        let copied = Command::new("cp").arg("-a").arg(there.data().join(part)).arg(new.data()).status();
        assert!(copied.unwrap().success());
    }
    new
}

/// As a version made it that did not write down which installation it was of.
fn age(backup: &Path) {
    let manifest = fs::read_to_string(backup.join("manifest.jsonl")).unwrap();
    let mut lines: Vec<Value> = manifest.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    lines.pop();
    let database = lines.iter_mut().find(|line| line["part"]["what"] == "database").unwrap();
    let file = |hash: &Value| backup.join("files").join(hash.as_str().unwrap());
    let old = file(&database["part"]["blake3"]);
    let dump = fs::read_to_string(&old).unwrap();
    let kept = dump.lines().filter(|line| !line.starts_with(r#"["installation","#));
    let text: String = kept.map(|line| format!("{line}\n")).collect();
    assert!(text.len() < dump.len());
    database["part"]["blake3"] = blake3::hash(text.as_bytes()).to_hex().to_string().into();
    database["part"]["bytes"] = text.len().into();
    fs::remove_file(old).unwrap();
    fs::write(file(&database["part"]["blake3"]), text).unwrap();
    let mut text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let end = json!({ "end": { "blake3": blake3::hash(text.as_bytes()).to_hex().to_string() } });
    text += &format!("{end}\n");
    fs::write(backup.join("manifest.jsonl"), text).unwrap();
}

#[test]
fn a_backup_is_left_alone_by_whoever_is_another_installation() {
    let (there, other) = (made("Night Ferry"), made("Day Ferry"));
    let backup = there.dir.path().join("backup");
    let line = format!("backup {} --secrets", backup.display());
    there.succeed(&line);
    let whole = tree(&backup);
    let refused = |who: &Installation, words: &str| {
        let said = who.fail(&line);
        assert!(said.contains(words) && said.contains(backup.to_str().unwrap()), "{said}");
        assert!(tree(&backup) == whole, "the backup is as it was");
    };
    // From the wrong folder.
    let cron = Installation::beside_in(&there, &there.dir.path().join("cron/data"));
    let said = cron.fail(&line);
    assert!(said.contains("there is no installation in ") && !cron.data().exists(), "{said}");
    assert!(tree(&backup) == whole);
    refused(&other, "of another installation");
    refused(&emptied(&there), "of another installation");
    there.succeed(&line);
    // What was restored is the same installation.
    let restored = Installation::beside_in(&there, &there.dir.path().join("restored"));
    restored.succeed(&format!("restore {}", backup.display()));
    restored.succeed(&line);
    // Each has a folder of its own, twice.
    let own = format!("backup {}", other.dir.path().join("backup").display());
    other.succeed(&own);
    other.succeed(&own);
}

#[test]
fn an_older_backup_is_known_by_its_keys() {
    let (there, other) = (made("Night Ferry"), made("Day Ferry"));
    let backup = there.dir.path().join("backup");
    let line = format!("backup {}", backup.display());
    there.succeed(&line);
    age(&backup);
    let whole = tree(&backup);
    for (who, words) in [(&other, "keys/edition.pub"), (&emptied(&there), "its database is empty")] {
        let said = who.fail(&line);
        assert!(said.contains(words) && said.contains("name another folder"), "{said}");
        assert!(tree(&backup) == whole, "the backup is as it was");
    }
    there.succeed(&line);
    assert!(other.fail(&line).contains("of another installation"), "it is written down now");
}

#[test]
fn secrets_do_not_get_lost() {
    let there = made("Night Ferry");
    let backup = there.dir.path().join("backup");
    let line = format!("backup {}", backup.display());
    there.succeed(&line);
    there.succeed(&format!("{line} --secrets"));
    let whole = tree(&backup);
    let said = there.fail(&line);
    assert!(said.contains("--secrets") && said.contains("another folder"), "{said}");
    assert!(tree(&backup) == whole);
    // All that they need were handed over, and one is another one; nothing is left in the data folder.
    let (own, handed) = (there.data().join("secrets"), there.dir.path().join("handed"));
    let without = format!("{line} --secrets --set secrets.dir={}", there.dir.path().join("none").display());
    let with = format!("{line} --secrets --set secrets.dir={}", handed.display());
    fs::rename(&own, &handed).unwrap();
    let said = there.fail(&without);
    assert!(said.contains("has the secret edition.key") && said.contains("another folder"), "{said}");
    assert!(tree(&backup) == whole);
    fs::write(handed.join("chat.signing-secret"), "said in the chat").unwrap();
    there.succeed(&with);
    let new = Installation::new();
    new.succeed(&format!("restore {}", backup.display()));
    assert_eq!(tree(&new.data().join("secrets")), tree(&handed));
}

#[test]
fn what_is_in_the_store_no_more_leaves_the_backup() {
    let there = made("Night Ferry");
    let backup = there.dir.path().join("backup");
    let line = format!("backup {}", backup.display());
    there.succeed(&line);
    let whole = tree(&backup.join("objects"));
    let old = there.data().join("objects/media/old");
    fs::create_dir_all(&old).unwrap();
    fs::write(old.join("v240.mp4"), "a film").unwrap();
    there.succeed(&line);
    assert!(backup.join("objects/media/old/v240.mp4").exists());
    fs::remove_dir_all(old).unwrap();
    there.succeed(&line);
    assert!(tree(&backup.join("objects")) == whole && !backup.join("objects/media/old").exists());
    let new = Installation::new();
    new.succeed(&format!("restore {}", backup.display()));
}
