//! `release push`: a release, or one image, goes into the store, from where hosts fetch it.

use std::path::Path;

use objects::{Key, Repository, under_way};
use registry::push::{self as images, Destination};
use release::{IMAGES_DIR, Manifest, Pushing, RELEASE_FILE};
use tokio::task::spawn_blocking;

use super::{
    logged::{Did, Logged},
    show,
};
use crate::{
    app::App,
    cli::PushArgs,
    config::Config,
    data::random_word,
    failed::{Doing, Failed},
    keys::{self, Purpose},
};

/// The repository of a layout that nobody named.
const REPOSITORY: &str = "primetime";

/// What became of it, added up.
#[derive(Default)]
struct Count {
    new: usize,
    there: usize,
    bytes: u64,
}

impl Count {
    fn add(&mut self, new: usize, there: usize, bytes: u64) {
        (self.new, self.there, self.bytes) = (self.new + new, self.there + there, self.bytes + bytes);
    }

    fn words(&self) -> String {
        let Self { new, there, bytes } = self;
        format!("{new} objects new, {there} there already, {bytes} bytes")
    }
}

/// Pushes what lies in the folder; that by which it is found comes last.
pub async fn run(config: Config, args: PushArgs) -> Result<(), Failed> {
    if !args.dir.is_dir() {
        return Err(Failed::new(format!("there is no folder {}", args.dir.display())));
    }
    // Of the database it needs the audit log alone; where releases are built there is often none.
    let app = App::logging(config, true).await?;
    show(&spawn_blocking(move || push(&app, &args)).await.doing(|| "push".into())??)
}

/// Nothing is collected meanwhile: what is in the store already is not sent again.
fn push(app: &App, args: &PushArgs) -> Result<String, Failed> {
    let logged = Logged::of(app, args.reason.who.as_deref(), &args.reason.why)?;
    let doing = || "push: nothing was written".to_owned();
    let word = random_word(&*app.rng);
    let under_way = under_way::Push::begin(&app.objects, word, app.clock.now()).doing(doing)?;
    let pushed = match args.dir.join(RELEASE_FILE).is_file() {
        true => release(app, args, &under_way, &logged),
        false => layout(app, args, &under_way, &logged),
    };
    let ended = under_way.end().doing(|| "say that nothing is pushed any more".into());
    pushed.and_then(|said| ended.map(|()| said))
}

fn release(
    app: &App,
    args: &PushArgs,
    under_way: &under_way::Push<'_>,
    logged: &Logged,
) -> Result<String, Failed> {
    let dir = &args.dir;
    if args.tag.is_some() || args.repository.is_some() || args.image.is_some() {
        return Err(Failed::new(format!(
            "{} is a release, whose images have its name as their tag: leave --tag, --repository and --image out",
            dir.display()
        )));
    }
    let doing = || format!("push the release in {}", dir.display());
    let ring = keys::ring(&app.data, Purpose::Release, &app.config.trusted)?;
    let pushing = Pushing::begin(&app.objects, dir, &ring).doing(doing)?;
    let name = pushing.manifest().name.clone();
    logged.deed("release.push", &name, || {
        let (is_new, count) = send(app, dir, pushing, under_way)?;
        let so = if is_new { "is in the store" } else { "was in the store already" };
        let line = format!("{name} {so}: {}", count.words());
        Ok(Did { said: format!("{line}. `primetime release roll {name}` rolls it out.\n"), line })
    })
}

/// Sends a release that was verified; whether it is new.
fn send(
    app: &App,
    dir: &Path,
    pushing: Pushing<'_>,
    under_way: &under_way::Push<'_>,
) -> Result<(bool, Count), Failed> {
    let doing = || format!("push the release in {}", dir.display());
    let Manifest { name, images, .. } = pushing.manifest().clone();
    let mut count = Count::default();
    // Before its images: whatever ends this push, there is no tag of a release that nobody would find, and collect.
    let sent = pushing.files().doing(doing)?;
    count.add(sent.written, sent.present, sent.bytes);
    for image in &images {
        let repository: Repository =
            image.name.parse().doing(|| format!("push the image {} of {name}", image.name))?;
        let layout = dir.join(IMAGES_DIR);
        let pushed = image_to(app, &layout, Some(&image.name), &repository, pushing.tag())?;
        if pushed.manifest.to_string() != image.digest.to_string() {
            return Err(Failed::new(format!("{name} changed while it was pushed; hosts do not see it")));
        }
        count.add(pushed.written, pushed.present, pushed.bytes);
    }
    under_way.in_time(app.clock.now()).doing(doing)?;
    let is_new = pushing.announce().doing(doing)? == objects::Put::Written;
    count.add(usize::from(is_new), usize::from(!is_new), 0);
    Ok((is_new, count))
}

fn layout(
    app: &App,
    args: &PushArgs,
    under_way: &under_way::Push<'_>,
    logged: &Logged,
) -> Result<String, Failed> {
    let PushArgs { dir, repository, tag, image, .. } = args;
    let tag = tag.as_ref().ok_or_else(|| {
        Failed::new(format!("{} has no {RELEASE_FILE}: say by --tag what its image is called", dir.display()))
    })?;
    let usual = || REPOSITORY.parse().doing(|| "name the repository".into());
    let repository = repository.clone().map_or_else(usual, Ok)?;
    let is_there = |key: Key| {
        app.objects.length(&key).map(|length| length.is_some()).doing(|| format!("look for {key}"))
    };
    // Rollouts name the release, and hosts compare its images with what was signed.
    if is_there(Key::release(tag))? && is_there(Key::image_tag(&repository, tag))? {
        return Err(Failed::new(format!(
            "a release of the name {tag} is in the store, and {repository}:{tag} is its image: choose another --tag"
        )));
    }
    logged.deed("release.push", &format!("{repository}:{tag}"), || {
        let pushed = image_to(app, dir, image.as_deref(), &repository, tag)?;
        under_way.in_time(app.clock.now()).doing(|| format!("rely on {repository}:{tag}"))?;
        let mut count = Count::default();
        count.add(pushed.written, pushed.present, pushed.bytes);
        let line = format!("{repository}:{tag} is {}: {}", pushed.manifest, count.words());
        Ok(Did { said: format!("{line}.\n"), line })
    })
}

/// Pushes one image; its tag moves last.
fn image_to(
    app: &App,
    layout: &Path,
    image: Option<&str>,
    repository: &Repository,
    tag: &objects::ImageTag,
) -> Result<images::Pushed, Failed> {
    let key = keys::signing(&app.data, Purpose::Image, &*app.rng)?;
    let ring = keys::ring(&app.data, Purpose::Image, &app.config.trusted)?;
    let to = Destination { repository, tag, key: &key, ring: &ring, now: app.clock.now() };
    images::push(&app.objects, layout, image, &to)
        .doing(|| format!("push {repository}:{tag}: its tag is where it was"))
}
