//! Bad masters, full disks, killed workers.

use std::{fs, os::unix::fs::PermissionsExt, time::Duration};

use domain::{Clock, TitleId};
use encode::Encoder;
use store::{AssetState, JobState};
use studio::publish::Request;

use crate::kit::{BRAND, Kit, clip, jpeg};

fn movie(id: &str) -> String {
    format!(
        "  - {{id: {id}, kind: movie, name: {{en: {id}}}, synopsis: {{en: A film.}}, year: 2024, original_language: en, \
         genres: [thriller], maturity: 0, windows: [{{brands: [harbour], territories: world, from: 2024-01-01T00:00:00Z}}], \
         artwork: {{hero: art/hero.jpg}}, media: {{master: masters/{id}.mp4, language: en}}}}\n"
    )
}

fn catalogue(kit: &Kit, movies: &[&str]) {
    let brand = BRAND.replace("[ferry, tides]", &format!("[{}]", movies.join(", ")));
    kit.write("catalogue/brand.yaml", brand);
    kit.write("art/hero.jpg", jpeg(160, 90));
    let titles: String = movies.iter().map(|id| movie(id)).collect();
    kit.write("catalogue/titles.yaml", format!("titles:\n{titles}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_master_fails_alone_and_in_plain_words() {
    let kit = Kit::new().await;
    catalogue(&kit, &["good", "truncated", "empty", "audio-only", "one-pixel", "not-media"]);
    let masters = kit.input().join("masters");
    clip(&masters.join("good.mp4"), 1, "128x72", false);
    let whole = fs::read(masters.join("good.mp4")).unwrap();
    kit.write("masters/truncated.mp4", &whole[..whole.len() / 2]);
    kit.write("masters/empty.mp4", "");
    kit.write("masters/not-media.mp4", "This is a letter to the editor.\n".repeat(100));
    clip(&masters.join("one-pixel.mkv"), 1, "2x2", true);
    fs::rename(masters.join("one-pixel.mkv"), masters.join("one-pixel.mp4")).unwrap();
    let sound = ["-v", "error", "-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac"];
    let made = std::process::Command::new("ffmpeg").args(sound).arg(masters.join("audio-only.mp4")).status();
    assert!(made.unwrap().success());

    kit.import().await;
    kit.work().await;
    let mut said = Vec::new();
    for asset in kit.deps.store.assets().await.unwrap() {
        said.push(format!("{}: {} {}", asset.title, asset.state.as_str(), asset.message));
    }
    said.sort();
    insta::assert_snapshot!("bad_masters", said.join("\n"));
    assert_eq!(kit.dead().await.len(), 5, "{:?}", kit.dead().await);

    kit.publisher.publish(&Request::because("test")).await.unwrap();
    let edition = kit.edition();
    let plays = |id: &str| edition.title(&TitleId::new(id).unwrap()).unwrap().asset().is_some();
    assert!(plays("good"));
    assert!(!plays("truncated") && !plays("empty") && !plays("audio-only"));

    // A better master of the same name is another asset.
    clip(&masters.join("empty.mp4"), 1, "128x72", true);
    let outcome = kit.import().await;
    assert_eq!((outcome.new_assets, outcome.documents.changed), (1, 1));
    kit.work().await;
    kit.publisher.publish(&Request::because("test")).await.unwrap();
    assert!(kit.edition().title(&TitleId::new("empty").unwrap()).unwrap().asset().is_some());
}

/// An ffmpeg whose disk is full while a file stands beside it.
fn full_disk(kit_dir: &std::path::Path) -> (Encoder, std::path::PathBuf) {
    let (script, full) = (kit_dir.join("ffmpeg"), kit_dir.join("full"));
    let text = format!(
        "#!/bin/sh\nif [ -e '{}' ]; then echo 'av_interleaved_write_frame(): No space left on device' >&2; exit 1; fi\n\
         exec /usr/bin/ffmpeg \"$@\"\n",
        full.display()
    );
    fs::write(&script, text).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(&full, "").unwrap();
    (Encoder::new(encode::Config { ffmpeg: script, ..encode::Config::default() }), full)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_waited_for_and_nothing_is_half_written() {
    let programs = tempfile::tempdir().unwrap();
    let (encoder, full) = full_disk(programs.path());
    let kit = Kit::with_encoder(encoder).await;
    catalogue(&kit, &["film"]);
    clip(&kit.input().join("masters/film.mp4"), 1, "128x72", false);
    kit.import().await;
    // Probe and picture are done; the rung and the sound wait.
    kit.work_until(|counts| counts.done == 2 && counts.running == 0 && counts.queued == 2).await;
    let waiting = kit.deps.store.jobs(JobState::Queued, 10).await.unwrap();
    for job in &waiting {
        assert!(job.error.contains("disk is full"), "{job:?}");
    }
    assert_eq!(waiting.len(), 2);
    let asset = kit.deps.store.assets().await.unwrap().remove(0);
    assert_eq!((asset.state, asset.message.as_str()), (AssetState::Encoding, ""));
    assert!(kit.deps.objects.list("media/").unwrap().is_empty());
    assert_eq!(fs::read_dir(kit.deps.objects.scratch()).unwrap().count(), 0);

    fs::remove_file(full).unwrap();
    kit.clock.advance(Duration::from_secs(3_600));
    kit.work().await;
    assert_eq!(kit.deps.store.assets().await.unwrap()[0].state, AssetState::Complete);
}

#[tokio::test(flavor = "multi_thread")]
async fn work_goes_on_where_a_stopped_worker_was_and_no_track_is_made_twice() {
    let kit = Kit::new().await;
    catalogue(&kit, &["one", "two"]);
    clip(&kit.input().join("masters/one.mp4"), 1, "500x280", false);
    clip(&kit.input().join("masters/two.mp4"), 1, "500x280", true);
    kit.import().await;
    let mut tracks = std::collections::BTreeMap::new();
    // Stopped and begun again after every few jobs.
    for enough in (2..).step_by(3) {
        let counts =
            kit.work_until(|counts| counts.done >= enough || counts.queued + counts.running == 0).await;
        for key in kit.deps.objects.list("media/").unwrap() {
            let written =
                fs::metadata(kit.dir.path().join("objects").join(key.as_str())).unwrap().modified().unwrap();
            let first = *tracks.entry(key.to_string()).or_insert(written);
            assert_eq!(first, written, "{key} was written again");
        }
        if counts.queued + counts.running == 0 {
            break;
        }
    }
    for asset in kit.deps.store.assets().await.unwrap() {
        assert_eq!(asset.state, AssetState::Complete, "{asset:?} {:?}", kit.dead().await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tracks_that_are_there_are_found_by_a_new_database() {
    let kit = Kit::new().await;
    catalogue(&kit, &["film"]);
    clip(&kit.input().join("masters/film.mp4"), 1, "128x72", false);
    kit.import().await;
    kit.work().await;
    let before = kit.deps.objects.list("media/").unwrap();

    // The database is lost, the objects are there, and there is no ffmpeg: tracks need none.
    let mut other = Kit::with_encoder(Encoder::new(encode::Config {
        ffmpeg: "/nowhere/ffmpeg".into(),
        ..encode::Config::default()
    }))
    .await;
    other.deps.objects = kit.deps.objects.clone();
    let folder = studio::import::Folder { dir: kit.input(), masters: None, masters_optional: false };
    studio::import::run(&other.deps.store, folder, other.clock.now()).await.unwrap();
    // Only the storyboard waits for ffmpeg.
    other.work_until(|counts| counts.done >= 5 && counts.running == 0 && counts.queued == 1).await;
    let asset = other.deps.store.assets().await.unwrap().remove(0);
    assert_eq!(asset.state, AssetState::Playable);
    let after = other.deps.objects.list("media/").unwrap();
    assert!(before.iter().all(|key| after.contains(key)));
}
