//! `release`: made from a checkout, shown, and believed or not.

use std::path::Path;

use domain::Timestamp;
use objects::keys::{KeyRing, VerifyingKey};
use release::{BOM_FILE, Inputs, MACHINE_FILE, Machine, Manifest, Outcome, RELEASE_FILE, Source, TOOLS};

use super::show;
use crate::{
    ambient::SystemRng,
    cli::{BuildArgs, ReleaseFiles},
    config::Config,
    data::DataDir,
    failed::{Doing, Failed},
    keys::{self, Purpose},
};

/// Does what was typed.
pub fn run(config: &Config, command: ReleaseFiles) -> Result<(), Failed> {
    match command {
        ReleaseFiles::Build(wanted) => build(config, &wanted),
        ReleaseFiles::Show { dir, key } if is_machine(&dir) => {
            let machine = Machine::read(&dir, &ring(config, key.as_deref())?)
                .doing(|| format!("read the machine image in {}", dir.display()))?;
            show(&machine_words(&machine))
        }
        ReleaseFiles::Verify { dir, key } if is_machine(&dir) => {
            let machine = Machine::verify(&dir, &ring(config, key.as_deref())?)
                .map_err(|error| Failed::at(format!("{} is not to be used", dir.display()), error))?;
            show(&(machine_words(&machine) + "Signed, and all of it is as it was signed.\n"))
        }
        ReleaseFiles::Show { dir, key } => {
            let manifest = Manifest::read(&dir, &ring(config, key.as_deref())?)
                .doing(|| format!("read the release in {}", dir.display()))?;
            show(&words(&manifest))
        }
        ReleaseFiles::Verify { dir, key } => {
            let manifest = release::verify(&dir, &ring(config, key.as_deref())?)
                .map_err(|error| Failed::at(format!("{} is not to be used", dir.display()), error))?;
            let count = manifest.files.len();
            show(&format!(
                "{}: signed, and all of its {count} files are as they were signed.\n",
                manifest.name
            ))
        }
    }
}

fn build(config: &Config, wanted: &BuildArgs) -> Result<(), Failed> {
    let source = source(wanted)?;
    let out = wanted.out.clone().unwrap_or_else(|| Path::new("target/releases").join(source.name()));
    let data = DataDir::of(config)?;
    let key = keys::signing(&data, Purpose::Release, &SystemRng)?;
    let inputs =
        Inputs { source: &source, checkout: &wanted.source, binary: wanted.binary.as_deref(), tools: &TOOLS };
    let (manifest, outcome) =
        release::build(&inputs, &out, &key).doing(|| format!("build {}", source.name()))?;
    let ending = match outcome {
        Outcome::Written => format!("Written to {}, signed by key {}.\n", out.display(), key.id()),
        Outcome::Identical => format!("{} has it already: this build gave the same bytes.\n", out.display()),
    };
    show(&(words(&manifest) + &ending))?;
    if wanted.machine {
        let (machine, outcome) = release::machine(&wanted.source, &out, &key)
            .doing(|| format!("bake the machine image of {}", source.name()))?;
        show(&(machine_words(&machine) + &machine_ending(outcome, &release::machine_dir(&out))))?;
    }
    Ok(())
}

/// Is this the folder of a machine image, and not a release's?
fn is_machine(dir: &Path) -> bool {
    dir.join(MACHINE_FILE).exists()
}

fn machine_words(machine: &Machine) -> String {
    let Machine { release, files, bytes, bom, .. } = machine;
    let bill = match bom {
        Some(bom) => format!("  bill     {bom} ({BOM_FILE})\n"),
        None => "  bill     none: it was baked before there was one\n".to_owned(),
    };
    format!("  machine  {release} files {files} ({})\n{bill}", megabytes(*bytes))
}

fn machine_ending(outcome: Outcome, dir: &Path) -> String {
    match outcome {
        Outcome::Written => {
            format!("Written to {0}; `primetime image add {0}` puts it into the catalogue.\n", dir.display())
        }
        Outcome::Identical => format!("{} has it already: this bake gave the same files.\n", dir.display()),
    }
}

fn source(wanted: &BuildArgs) -> Result<Source, Failed> {
    let doing = || "say what this release is made of".to_owned();
    match (&wanted.commit, &wanted.created) {
        (Some(commit), Some(created)) => {
            let created = Timestamp::parse(created).doing(|| "read --created".into())?;
            Source::said(&wanted.source, commit, created).doing(doing)
        }
        _ => Source::of_checkout(&wanted.source, wanted.allow_dirty).doing(doing),
    }
}

/// The keys that are trusted: those in a file, or this installation's.
fn ring(config: &Config, file: Option<&Path>) -> Result<KeyRing, Failed> {
    let Some(path) = file else {
        return keys::ring(&DataDir::as_it_is(config), Purpose::Release, &config.trusted);
    };
    let doing = || format!("read the keys in {}", path.display());
    let text = std::fs::read_to_string(path).doing(doing)?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| VerifyingKey::parse(line).doing(doing)).collect()
}

fn words(manifest: &Manifest) -> String {
    let mut text = format!("{}\n", manifest.name);
    let dirty = if manifest.dirty { ", and changes that are in no commit" } else { "" };
    text += &format!("  commit   {}{dirty}\n  created  {}\n", manifest.commit, manifest.created);
    for image in &manifest.images {
        text += &format!("  image    {} {} ({})\n", image.name, image.digest, megabytes(image.size));
    }
    let all: u64 = manifest.files.iter().map(|part| part.size).sum();
    text += &format!("  files    {} and {RELEASE_FILE}, {}\n", manifest.files.len(), megabytes(all));
    text
}

fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}
