//! `release collect`: the store lets go of releases that nobody needs. Who may need one is asked first, and whoever cannot be asked
//! may need all of them.

use std::{collections::BTreeMap, fmt::Write};

use golden::Shelf;
use objects::{ImageTag, Key, keys::KeyRing, under_way};
use release::{Collected, Collecting, Fate, GoOn, Gone};
use tokio::{runtime::Handle, task::spawn_blocking};

use super::{
    logged::{Did, Logged},
    show,
};
use crate::{
    app::App,
    cli::CollectArgs,
    config::Config,
    data::random_word,
    failed::{Doing, Failed},
    keys::{self, Purpose},
};

/// Collects, or says what would be.
pub async fn run(config: Config, args: CollectArgs) -> Result<(), Failed> {
    let app = App::found(config).await.map_err(nothing)?;
    app.store().map_err(nothing)?;
    let runtime = Handle::current();
    let collected = spawn_blocking(move || match args.dry_run {
        true => Ok(words(&Known::of(&app, &args, &runtime)?.would(&app, &args)?, true)),
        false => alone(&app, &args, &runtime),
    });
    show(&collected.await.doing(|| "collect releases".into())??)
}

/// Nothing is pushed meanwhile, so that nobody counts on what is about to go.
fn alone(app: &App, args: &CollectArgs, runtime: &Handle) -> Result<String, Failed> {
    let logged = Logged::of(app, args.reason.who.as_deref(), &args.reason.why).map_err(nothing)?;
    let word = random_word(&*app.rng);
    let under_way = under_way::Collection::begin(&app.objects, word, app.clock.now());
    let under_way = under_way.doing(|| "begin to collect".into()).map_err(nothing)?;
    let go_on = || under_way.goes_on().map_err(|error| error.to_string());
    let collected = Known::of(app, args, runtime).and_then(|known| {
        // Broken off in the middle, the log has the names of what may be gone.
        let means = format!("{}, which removes {}", typed(args), went(&known.would(app, args)?));
        logged.deed("release.collect", &means, || {
            let collected = known.collect(app, args, false, &go_on)?;
            Ok(Did { line: format!("removed {}", went(&collected)), said: words(&collected, false) })
        })
    });
    let ended = under_way.end().doing(|| "say that nothing is collected any more".into());
    collected.and_then(|said| ended.map(|()| said))
}

/// What a collection goes by.
struct Known {
    /// The releases that somebody needs, and for what.
    needed: BTreeMap<String, String>,
    releases: KeyRing,
    images: KeyRing,
}

impl Known {
    fn of(app: &App, args: &CollectArgs, runtime: &Handle) -> Result<Self, Failed> {
        let needed = runtime.block_on(needed(app, args)).map_err(nothing)?;
        let ring = |purpose| keys::ring(&app.data, purpose, &app.config.trusted).map_err(nothing);
        Ok(Self { needed, releases: ring(Purpose::Release)?, images: ring(Purpose::Image)? })
    }

    fn would(&self, app: &App, args: &CollectArgs) -> Result<Collected, Failed> {
        self.collect(app, args, true, &|| Ok(())).map_err(nothing)
    }

    fn collect(
        &self,
        app: &App,
        args: &CollectArgs,
        dry: bool,
        go_on: GoOn<'_>,
    ) -> Result<Collected, Failed> {
        let Self { needed, releases, images } = self;
        let (keep, now) = (args.keep, app.clock.now());
        let collecting = Collecting { objects: &app.objects, releases, images, keep, needed, now, dry };
        collecting.run(go_on).doing(|| "collect releases, or not all: the next run goes on".into())
    }
}

/// What was typed, for the audit log.
fn typed(args: &CollectArgs) -> String {
    let needed: String = args.needed.iter().map(|name| format!(" --needed {name}")).collect();
    format!("--keep {}{needed}", args.keep)
}

fn nothing(error: Failed) -> Failed {
    Failed::at("nothing was removed", error.to_string())
}

/// The releases that somebody needs, and for what.
async fn needed(app: &App, args: &CollectArgs) -> Result<BTreeMap<String, String>, Failed> {
    let doing = || "learn from the database which releases are needed".to_owned();
    let mut needed = ops::needed(app.store()?).await.doing(doing)?;
    // Somebody else's database, or one that was made just now, knows nothing; where a service was ever hosted it does.
    if needed.is_empty() && args.needed.is_empty() {
        return Err(Failed::new(
            "the database knows of no host and of no rollout: it is not the one of your hosts, or they run none of these; \
             name those that are needed by --needed",
        ));
    }
    for release in &args.needed {
        needed.entry(release.clone()).or_insert_with(|| "it is needed, as was said".into());
    }
    let doing = || "learn which releases golden images have".to_owned();
    if app.objects.length(&Key::golden_catalogue()).doing(doing)?.is_some() {
        let ring = keys::ring(&app.data, Purpose::Golden, &app.config.trusted)?;
        let catalogue = Shelf { objects: &app.objects, ring: &ring }.catalogue().doing(doing)?;
        for image in catalogue.images() {
            let why = || format!("golden image {} has it", image.hash.short());
            needed.entry(image.release.clone()).or_insert_with(why);
        }
    }
    Ok(needed)
}

/// What goes, or went, for the audit log.
fn went(Collected { releases, images, .. }: &Collected) -> String {
    let goes = |(_, fate, _): &&(ImageTag, Fate, Gone)| matches!(fate, Fate::Goes | Fate::Rest);
    let names: Vec<_> = releases.iter().filter(goes).map(|(name, ..)| name.as_str()).collect();
    let colon = if names.is_empty() { "" } else { ": " };
    format!("{} releases and {} objects of images{colon}{}", names.len(), images.objects, names.join(", "))
}

/// A line a release, then what cannot be read, then how much it was.
fn words(collected: &Collected, dry: bool) -> String {
    let Collected { releases, images, unread } = collected;
    let is = if dry { "would be" } else { "is" };
    let (mut text, mut all, mut removed) = (String::new(), Gone::default(), 0);
    for (name, fate, gone) in releases {
        let Gone { objects, bytes } = gone;
        let _ = match fate {
            Fate::Stays(why) => writeln!(text, "{name} stays: {why}"),
            Fate::Strange(why) => writeln!(text, "{name} is left alone: {why}"),
            Fate::Goes => writeln!(text, "{name} {is} removed: {objects} objects, {bytes} bytes"),
            Fate::Rest => {
                writeln!(text, "what is left of {name} {is} removed: {objects} objects, {bytes} bytes")
            }
        };
        removed += usize::from(*fate == Fate::Goes);
        all = Gone { objects: all.objects + objects, bytes: all.bytes + bytes };
    }
    for what in unread {
        let _ = writeln!(text, "it may name any image, and cannot be read: {what}");
    }
    if !unread.is_empty() {
        text.push_str("so that nothing of images is removed but the tags of what was removed\n");
    }
    let stay =
        releases.iter().filter(|(_, fate, _)| matches!(fate, Fate::Stays(_) | Fate::Strange(_))).count();
    let _ = writeln!(
        text,
        "{removed} of {} releases {}; {} objects of releases and {} of images, {} bytes",
        removed + stay,
        if dry { "would be removed" } else { "are removed" },
        all.objects,
        images.objects,
        all.bytes + images.bytes
    );
    text
}
