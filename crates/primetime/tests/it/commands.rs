//! Commands that end by themselves, and what they say when something is wrong.

use std::{fs, net::TcpListener, os::unix::fs::PermissionsExt};

use crate::{catalogue, process::Installation};

#[test]
fn a_wrong_catalogue_is_told_whole_with_its_places_and_changes_nothing() {
    let there = Installation::new();
    catalogue::write(&there.input(), "Night Ferry");
    let wrong = catalogue::titles("Night Ferry")
        .replace("genres: [thriller]", "genres: [thriler]")
        .replace("from: 2024-01-01T00:00:00Z", "from: 2024-01-01T00:00:00Z, to: 2023-01-01T00:00:00Z")
        .replace("territories: world", "territories: [XX]")
        .replace("    year: 2024\n", "    year: 2024\n    yeer: 2024\n");
    fs::write(there.input().join("titles.yaml"), wrong).unwrap();
    for line in ["import IN --check", "import IN"] {
        let said = there.fail(line);
        for expected in ["thriler", "yeer", "XX", "2023-01-01"] {
            assert!(said.contains(expected), "{expected} is not in\n{said}");
        }
        assert!(said.contains("titles.yaml:"), "{said}");
    }
    assert!(there.fail("publish").contains("brand"), "nothing came in");
}

#[test]
fn a_catalogue_comes_in_twice_and_changes_once() {
    let there = Installation::new();
    catalogue::write(&there.input(), "Night Ferry");
    assert!(there.succeed("import IN --check").contains("Nothing was changed"));
    assert!(there.succeed("import IN").contains("1 titles: 3 added"));
    assert!(there.succeed("import IN").contains("Nothing has changed"));
    assert!(there.succeed("publish").contains("Edition 1 is announced"));
    assert!(there.succeed("publish").contains("Edition 1 says all of it already"));
}

#[test]
fn what_nobody_knows_is_refused_with_the_nearest() {
    let there = Installation::new();
    let said = there.fail("serve --set work.slot=1");
    assert!(said.contains("work.slot") && said.contains("work.slots"), "{said}");
    let said = there.fail("serve --roles site,studio --set database.path=none");
    assert!(said.contains("database.path"), "{said}");
    assert!(!there.data().exists(), "nothing was made");
}

#[test]
fn the_doctor_names_what_is_wrong() {
    let there = Installation::new();
    catalogue::write(&there.input(), "Night Ferry");
    there.succeed("import IN");
    let busy = TcpListener::bind(there.address).unwrap();
    let output = there.run("doctor --set work.ffmpeg=/nowhere/ffmpeg");
    let said = crate::process::words(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("WRONG ffmpeg") && said.contains("work.ffmpeg"), "{said}");
    assert!(said.contains("WRONG addresses") && said.contains(&there.address.to_string()), "{said}");
    assert!(said.contains("ok    database"), "{said}");
    drop(busy);
    assert!(crate::process::words(&there.run("doctor")).contains("ok    addresses"));
}

#[test]
fn a_password_that_others_may_read_is_refused() {
    let there = Installation::new();
    let file = there.dir.path().join("password");
    fs::write(&file, "hunter2\n").unwrap();
    let url = "postgres://u@127.0.0.1:1/x?sslmode=disable";
    let lines = [
        format!("migrate --set database.url={url} --set database.password_file={}", file.display()),
        format!("db copy --from {url} --from-password-file {} --to sqlite:/nowhere/x.db", file.display()),
    ];
    for (mode, is_refused) in [(0o644, true), (0o640, true), (0o600, false)] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        for line in &lines {
            let output = there.command().args(line.split(' ')).output().unwrap();
            let said = crate::process::words(&output);
            assert_eq!(
                said.contains("others may read it: run chmod 600"),
                is_refused,
                "{mode:o} {line}: {said}"
            );
            assert!(!output.status.success() && !said.contains("hunter2"), "{said}");
        }
    }
}

#[test]
fn a_database_that_is_none_is_left_alone() {
    let there = Installation::new();
    fs::create_dir_all(there.data()).unwrap();
    let path = there.data().join("primetime.db");
    fs::write(&path, "my thesis, the only copy").unwrap();
    let said = there.fail("migrate");
    assert!(said.contains("primetime.db"), "{said}");
    assert_eq!(fs::read_to_string(path).unwrap(), "my thesis, the only copy");
}

/// A week of half hours that swings between 10 and 100, and what is wrong with a history that is none.
#[test]
fn a_history_is_replayed_under_every_policy() {
    let there = Installation::new();
    let mut trace = String::from("time,load\n");
    for step in 0..48 * 28 {
        let (day, at) = (step / 48, step % 48);
        let load = 55.0 - 45.0 * f64::cos(f64::from(at) / 48.0 * std::f64::consts::TAU);
        trace += &format!("2026-03-{:02} {:02}:{:02}:00,{load:.1}\n", day + 1, at / 2, at % 2 * 30);
    }
    let path = there.dir.path().join("load.csv");
    fs::write(&path, trace).unwrap();
    let out = there.dir.path().join("out");
    let words =
        ["fleet simulate --boot 5 --peak 20 --trace", path.to_str().unwrap(), "--out", out.to_str().unwrap()];
    let table = there.succeed(&words.join(" "));
    for policy in [
        "static",
        "hpa",
        "target-tracking",
        "aws-predictive",
        "level+slope",
        "primetime",
        "perfect-mean",
        "clairvoyant",
    ] {
        assert!(table.contains(policy), "{policy} is not in\n{table}");
    }
    assert!(fs::read_to_string(out.join("fleet.html")).unwrap().contains("<svg"));
    assert!(!table.contains("no calendar"), "nobody has one:\n{table}");
    fs::write(&path, "time,load\n2026-03-01 00:00:00,12\n2026-03-01 00:30:00,a lot\n").unwrap();
    let said = there.fail(&format!("fleet simulate --trace {}", path.display()));
    assert!(said.contains("line 3"), "{said}");
}

#[test]
fn a_history_is_replayed_with_its_calendar() {
    let there = Installation::new();
    let (trace, calendar) = (there.dir.path().join("load.csv"), there.dir.path().join("calendar.toml"));
    // Ten evenings; on each second one at 20:00 half as much again comes within a minute.
    let (mut load, mut events) = (String::from("time,load\n"), String::new());
    for minute in 0..10 * 1440 {
        let (day, at) = (minute / 1440, minute % 1440);
        let is_on = day % 2 == 1 && (1200..1320).contains(&at);
        let usual = 55.0 - 45.0 * f64::cos(f64::from(at) / 1440.0 * std::f64::consts::TAU);
        let came = usual * if is_on { 1.5 } else { 1.0 };
        load += &format!("2026-03-{:02} {:02}:{:02}:00,{came:.1}\n", day + 1, at / 60, at % 60);
        if is_on && at == 1200 {
            events += &format!(
                "[[event]]\nbrand = \"harbour\"\nkind = \"premiere\"\nname = \"Episode {day}\"\n\
                 at = \"2026-03-{:02}T20:00:00Z\"\n",
                day + 1
            );
        }
    }
    fs::write(&trace, load).unwrap();
    let words = format!(
        "fleet simulate --boot 5 --peak 20 --trace {} --calendar {}",
        trace.display(),
        calendar.display()
    );
    fs::write(&calendar, &events).unwrap();
    let table = there.succeed(&words);
    assert!(table.contains("no calendar") && table.contains("  The calendar: "), "{table}");

    let fails = |text: &str, words_of_it: &str| {
        fs::write(&calendar, text).unwrap();
        let said = there.fail(&words);
        assert!(said.contains("calendar.toml") && said.contains(words_of_it), "{said}");
    };
    fails(&events.replace("2026-", "2025-"), "none of its 5 events is within the trace");
    fails("", "none of its 0 events is within the trace");
    fails("[[event]]\nkind = \"premiere\"\n", "missing field `name`");
    fails(&events.replace("T20:00:00Z", " at eight"), "2026-03-02 at eight of Episode 1");
    fails("when = 3\n", "unknown field `when`");
    fs::remove_file(&calendar).unwrap();
    assert!(there.fail(&words).contains("read the calendar in"));
}
