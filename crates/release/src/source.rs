//! Which source a release is made of.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::Command,
};

use cargo_metadata::{Metadata, MetadataCommand};
use domain::Timestamp;

use crate::ReleaseError;

/// The package that becomes the binary.
pub(crate) const PACKAGE: &str = "primetime";

/// What is off where it is developed, for the time it takes to compile.
const FEATURES: &str = "aws,kubernetes";

/// Digits of the commit in a release's name: enough to tell commits apart, short enough to say.
const SHORT: usize = 12;

/// The source of a release: nothing else is known of when and where it was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// As in the package's manifest.
    pub version: String,
    /// In hexadecimal.
    pub commit: String,
    /// When the commit was made: the instant that everything in the release bears.
    pub created: Timestamp,
    /// Were there changes that the commit does not have?
    pub dirty: bool,
}

impl Source {
    /// What git and cargo say about this checkout. Changes that are in no commit are refused, unless they are allowed.
    pub fn of_checkout(checkout: &Path, allow_dirty: bool) -> Result<Self, ReleaseError> {
        let git = |args: &[&str]| answer(Command::new("git").arg("-C").arg(checkout).args(args));
        let commit = git(&["rev-parse", "HEAD"])?.trim().to_owned();
        let seconds = git(&["log", "-1", "--format=%ct"])?;
        let seconds = seconds.trim().parse().map_err(|_| ReleaseError::Command {
            command: "git log -1 --format=%ct".into(),
            why: format!("{seconds:?} is no time"),
        })?;
        let changes = git(&["status", "--porcelain"])?;
        if let Some(first) = changes.lines().next()
            && !allow_dirty
        {
            return Err(ReleaseError::Dirty(first.trim().to_owned()));
        }
        let created = Timestamp::from_seconds(seconds);
        Ok(Self { version: version(checkout)?, commit, created, dirty: !changes.is_empty() })
    }

    /// The source as somebody says it is, where there is no git: `commit` and when it was made.
    pub fn said(checkout: &Path, commit: &str, created: Timestamp) -> Result<Self, ReleaseError> {
        let hexadecimal = commit.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if commit.len() < SHORT || !hexadecimal {
            return Err(ReleaseError::Format {
                what: "the name of the release",
                why: format!("a commit is at least {SHORT} lower-case hexadecimal digits"),
            });
        }
        Ok(Self { version: version(checkout)?, commit: commit.to_owned(), created, dirty: false })
    }

    /// As in `0.1.0-3ad7ac1b90f2`: the tag of the images.
    pub fn tag(&self) -> String {
        let dirty = if self.dirty { "-dirty" } else { "" };
        format!("{}-{}{dirty}", self.version, &self.commit[..SHORT.min(self.commit.len())])
    }

    /// As in `primetime-0.1.0-3ad7ac1b90f2`: the name of the release.
    pub fn name(&self) -> String {
        format!("{PACKAGE}-{}", self.tag())
    }
}

fn version(checkout: &Path) -> Result<String, ReleaseError> {
    let metadata = metadata(checkout, &["--no-deps"])?;
    let package = metadata.packages.iter().find(|package| package.name == PACKAGE);
    package.map(|package| package.version.to_string()).ok_or_else(|| ReleaseError::Command {
        command: "cargo metadata".into(),
        why: format!("{} has no package {PACKAGE}: name a checkout of it with --source", checkout.display()),
    })
}

/// What cargo says about the packages of a checkout.
pub(crate) fn metadata(checkout: &Path, options: &[&str]) -> Result<Metadata, ReleaseError> {
    let options: Vec<String> =
        options.iter().chain(&["--locked"]).map(|option| (*option).to_owned()).collect();
    MetadataCommand::new()
        .manifest_path(checkout.join("Cargo.toml"))
        .other_options(options)
        .exec()
        .map_err(|error| ReleaseError::Command { command: "cargo metadata".into(), why: error.to_string() })
}

/// Builds the binary as it is shipped; where it lies then. Where the checkout and the crates lie is taken out of it: the same bytes on a
/// laptop and in production.
pub(crate) fn cargo_build(checkout: &Path) -> Result<PathBuf, ReleaseError> {
    let metadata = metadata(checkout, &[])?;
    let mut cargo = Command::new("cargo");
    cargo
        .args(["build", "--release", "--locked", "--package", PACKAGE, "--features", FEATURES])
        .current_dir(checkout);
    // Not RUSTFLAGS: a path may hold spaces.
    cargo.env_remove("RUSTFLAGS").env("CARGO_ENCODED_RUSTFLAGS", remaps(&metadata).join("\u{1f}"));
    let failed = |why: String| ReleaseError::Command { command: "cargo build --release".into(), why };
    let status = cargo.status().map_err(|error| failed(error.to_string()))?;
    if !status.success() {
        return Err(failed(format!("it ended with {status}; its own words stand above")));
    }
    Ok(metadata.target_directory.into_std_path_buf().join("release").join(PACKAGE))
}

/// The folders that crates lie in, each under a name that is the same everywhere.
fn remaps(metadata: &Metadata) -> Vec<String> {
    let registry = |package: &&cargo_metadata::Package| package.source.is_some();
    let folder =
        |package: &cargo_metadata::Package| package.manifest_path.ancestors().nth(2).map(ToString::to_string);
    let crates: BTreeSet<String> = metadata.packages.iter().filter(registry).filter_map(folder).collect();
    let remap = |(from, to): (String, &str)| format!("--remap-path-prefix={from}={to}");
    // The last one that fits counts.
    let own = [
        (metadata.workspace_root.to_string(), "/primetime"),
        (metadata.target_directory.to_string(), "/target"),
    ];
    own.into_iter().chain(crates.into_iter().map(|folder| (folder, "/crates"))).map(remap).collect()
}

/// What a program prints when it succeeds.
pub(crate) fn answer(command: &mut Command) -> Result<String, ReleaseError> {
    let failed = |why: String, command: &Command| {
        let args = command.get_args().map(|arg| arg.to_string_lossy());
        let words: Vec<_> = std::iter::once(command.get_program().to_string_lossy()).chain(args).collect();
        ReleaseError::Command { command: words.join(" "), why }
    };
    let out = command.output().map_err(|error| failed(error.to_string(), command))?;
    if !out.status.success() {
        return Err(failed(String::from_utf8_lossy(&out.stderr).trim().to_owned(), command));
    }
    Ok(String::from_utf8_lossy(&out.stdout).into_owned())
}
