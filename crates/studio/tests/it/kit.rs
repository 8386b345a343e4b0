//! A whole platform in a temporary folder: database, objects, workers, publisher, and a small catalogue with real masters.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex},
    time::Duration,
};

use domain::{Clock, ManualClock, SeededRng, Timestamp};
use edition::Edition;
use encode::Encoder;
use media::image::{self, Picture};
use objects::{
    Objects, announce,
    keys::{KeyRing, SigningKey},
};
use store::{Counts, JobState, Location, Options, Store};
use studio::{
    import::{self, Folder, ImportOutcome},
    jobs::{self, Deps},
    publish::{Nudge, Publisher},
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use work::{Registry, Runner, RunnerLimits};

/// Longer than all jobs of a test take on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Kit {
    pub dir: TempDir,
    pub deps: Deps,
    pub clock: Arc<ManualClock>,
    pub publisher: Publisher,
}

impl Kit {
    pub async fn new() -> Self {
        Self::with_encoder(Encoder::new(encode::Config::default())).await
    }

    pub async fn on_postgres() -> Self {
        let location = pgtest::Server::shared().database().parse().unwrap();
        let encoder = Encoder::new(encode::Config::default());
        Self::over(tempfile::tempdir().unwrap(), location, encoder).await
    }

    pub async fn with_encoder(encoder: Encoder) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(dir.path().join("primetime.db"));
        Self::over(dir, location, encoder).await
    }

    async fn over(dir: TempDir, location: Location, encoder: Encoder) -> Self {
        for folder in ["catalogue", "masters", "art", "subtitles"] {
            fs::create_dir_all(dir.path().join("in").join(folder)).unwrap();
        }
        let store = Store::open_at(&location, &Options::default()).await.unwrap();
        let objects = Arc::new(Objects::folder(&dir.path().join("objects")).unwrap());
        let clock = Arc::new(ManualClock::new(Timestamp::parse("2026-03-01T12:00:00Z").unwrap()));
        let signer = Arc::new(SigningKey::generate(&SeededRng::new(7)));
        let ring = KeyRing::from(signer.public());
        let publisher =
            Publisher { store: store.clone(), objects: objects.clone(), signer, ring, clock: clock.clone() };
        let deps = Deps { store, objects, encoder, clock: clock.clone(), nudge: Nudge::default() };
        Self { dir, deps, clock, publisher }
    }

    /// The import folder.
    pub fn input(&self) -> PathBuf {
        self.dir.path().join("in")
    }

    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.input().join(path);
        fs::write(&path, bytes).unwrap();
        path
    }

    pub async fn import(&self) -> ImportOutcome {
        self.try_import().await.unwrap_or_else(|error| panic!("{error}"))
    }

    pub async fn try_import(&self) -> Result<ImportOutcome, import::ImportError> {
        let folder = Folder { dir: self.input(), masters: None, masters_optional: false };
        import::run(&self.deps.store, folder, self.clock.now()).await
    }

    pub fn runner(&self, slots: usize) -> Runner {
        let mut registry = Registry::default();
        jobs::register(&mut registry, &self.deps);
        let limits = RunnerLimits { slots, ..RunnerLimits::default() };
        Runner::new(self.deps.store.clone(), registry, limits, self.clock.clone(), &SeededRng::new(3))
    }

    /// Works until nothing is left that can be done now.
    pub async fn work(&self) -> Counts {
        self.work_until(|counts| counts.queued + counts.running == 0).await
    }

    pub async fn work_until(&self, enough: impl Fn(Counts) -> bool) -> Counts {
        let stop = CancellationToken::new();
        let worker = tokio::spawn(self.runner(2).run(stop.clone()));
        let waiting = async {
            loop {
                let counts = self.deps.store.job_counts().await.unwrap();
                if enough(counts) {
                    return counts;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let counts = tokio::time::timeout(PATIENCE, waiting).await.expect("jobs take too long");
        stop.cancel();
        worker.await.unwrap();
        counts
    }

    /// What readers see.
    pub fn edition(&self) -> Edition {
        let current: announce::CurrentEdition =
            announce::read(&self.deps.objects, &self.publisher.ring).unwrap();
        Edition::open(&self.deps.objects, &current).unwrap()
    }

    pub async fn dead(&self) -> Vec<String> {
        let dead = self.deps.store.jobs(JobState::Dead, 100).await.unwrap();
        dead.into_iter().map(|job| format!("{} {}: {}", job.kind, job.dedup, job.error)).collect()
    }
}

/// A few seconds of moving picture, and sound unless `silent`. Each is made once, and copied from then on.
pub fn clip(path: &Path, seconds: u32, size: &str, silent: bool) {
    static MADE: Mutex<BTreeMap<String, Vec<u8>>> = Mutex::new(BTreeMap::new());
    let kind = path.extension().unwrap().display();
    let name = format!("{seconds} {size} {silent} {kind}");
    let mut made = MADE.lock().unwrap();
    let bytes = made.entry(name).or_insert_with(|| {
        film(path, seconds, size, silent);
        fs::read(path).unwrap()
    });
    fs::write(path, bytes).unwrap();
}

fn film(path: &Path, seconds: u32, size: &str, silent: bool) {
    let video = format!("testsrc2=size={size}:rate=25:duration={seconds}");
    let sound = format!("sine=frequency=440:sample_rate=48000:duration={seconds}");
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-y", "-f", "lavfi", "-i", &video]);
    if !silent {
        ffmpeg.args(["-f", "lavfi", "-i", &sound, "-c:a", "aac"]);
    }
    ffmpeg.args(["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]).arg(path);
    assert!(ffmpeg.status().unwrap().success());
}

/// One brand, a movie with everything, and a series of two episodes of which the second has no master yet.
pub fn small_catalogue(kit: &Kit) {
    catalogue(kit);
    clip(&kit.input().join("masters/ferry.mp4"), 3, "640x360", false);
    clip(&kit.input().join("masters/tides-1.mp4"), 2, "426x240", true);
}

/// The same, with masters that are soon encoded.
pub fn tiny_catalogue(kit: &Kit) {
    catalogue(kit);
    clip(&kit.input().join("masters/ferry.mp4"), 1, "128x72", false);
    clip(&kit.input().join("masters/tides-1.mp4"), 1, "128x72", true);
}

fn catalogue(kit: &Kit) {
    kit.write("catalogue/brand.yaml", BRAND);
    kit.write("catalogue/titles.yaml", TITLES);
    kit.write("art/ferry-poster.jpg", jpeg(60, 90));
    kit.write("art/ferry-hero.jpg", jpeg(160, 90));
    kit.write("subtitles/ferry.en.vtt", "WEBVTT\n\n00:00.500 --> 00:01.500\nHello\n");
    kit.write("subtitles/ferry.ko.srt", "1\n00:00:00,500 --> 00:00:01,500\n안녕\n");
}

/// A picture of one colour: small, since drawings take unoptimised code a while.
pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let picture = Picture::new(width, height, [40, 90, 140, 255].repeat((width * height) as usize)).unwrap();
    image::encode_jpeg(&picture, 80).unwrap()
}

pub const BRAND: &str = r##"
genres: [{id: thriller, name: {en: Thriller}}]
brands:
  - id: harbour
    host: harbour
    name: {en: Harbour}
    default_locale: en
    locales: [en, ko]
    theme: {background: "#0c0f14", surface: "#161b24", text: "#f4f1ea", muted: "#a8b0bd", accent: "#e8b04b", on_accent: "#1a1204", font: inter, hero: wide}
    rails:
      - {id: featured, kind: hero, titles: [ferry, tides]}
      - {id: new, kind: newest, name: {en: New}}
"##;

pub const TITLES: &str = r#"
titles:
  - id: tides
    kind: series
    name: {en: Tides}
    synopsis: {en: The sea comes and goes.}
    year: 2025
    original_language: en
    genres: [thriller]
    maturity: 0
    windows: [{brands: [harbour], territories: world, from: 2024-01-01T00:00:00Z}]
    seasons:
      - number: 1
        episodes:
          - {id: tides-s1e1, number: 1, name: {en: Neaps}, media: {master: masters/tides-1.mp4, language: en}}
          - {id: tides-s1e2, number: 2, name: {en: Springs}}
  - id: ferry
    kind: movie
    name: {en: Night Ferry, ko: 밤배}
    synopsis: {en: A ferry leaves and nobody is at the wheel.}
    year: 2024
    original_language: ko
    genres: [thriller]
    maturity: 12
    artwork: {poster: art/ferry-poster.jpg, hero: art/ferry-hero.jpg}
    windows: [{brands: [harbour], territories: world, from: 2024-01-01T00:00:00Z}]
    media:
      master: masters/ferry.mp4
      language: ko
      subtitles: {en: subtitles/ferry.en.vtt, ko: subtitles/ferry.ko.srt}
      intro: {from: 0, to: 1.5}
      credits_at: 2.5
"#;
