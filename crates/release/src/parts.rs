//! What was built into the binary: crates, and the packages of the pages' scripts.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    path::Path,
};

use cargo_metadata::{DependencyKind, Package, PackageId};
use serde::Deserialize;

use crate::{
    ReleaseError,
    error::At,
    image::format,
    source::{PACKAGE, metadata},
};

/// The kind of machine that the release is for.
const TARGET: &str = match cfg!(target_arch = "aarch64") {
    true => "aarch64-unknown-linux-gnu",
    false => "x86_64-unknown-linux-gnu",
};

/// One thing that was built in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct BuiltIn {
    pub name: String,
    pub version: String,
    /// An SPDX expression.
    pub licence: Option<String>,
    /// Package URL.
    pub purl: String,
    /// Package URLs of what it needs.
    pub needs: BTreeSet<String>,
}

/// The binary's crates, itself first: what they are built on at run time, for this kind of machine.
pub(crate) fn crates(checkout: &Path) -> Result<Vec<BuiltIn>, ReleaseError> {
    let metadata = metadata(checkout, &["--filter-platform", TARGET])?;
    let none = |why: &str| ReleaseError::Command { command: "cargo metadata".into(), why: why.into() };
    let packages: HashMap<&PackageId, &Package> =
        metadata.packages.iter().map(|package| (&package.id, package)).collect();
    let graph = metadata.resolve.as_ref().ok_or_else(|| none("it resolved no dependencies"))?;
    let root = metadata.packages.iter().find(|package| package.name == PACKAGE);
    let root = root.ok_or_else(|| none("it knows no package primetime"))?;
    let needs: HashMap<&PackageId, Vec<&PackageId>> = graph
        .nodes
        .iter()
        .map(|node| {
            let normal = |kinds: &[cargo_metadata::DepKindInfo]| {
                kinds.iter().any(|kind| kind.kind == DependencyKind::Normal)
            };
            let deps = node.deps.iter().filter(|dep| normal(&dep.dep_kinds)).map(|dep| &dep.pkg);
            (&node.id, deps.collect())
        })
        .collect();
    let (mut seen, mut todo, mut found) = (BTreeSet::new(), vec![&root.id], Vec::new());
    while let Some(id) = todo.pop() {
        if seen.insert(id) {
            let under = needs.get(id).map(Vec::as_slice).unwrap_or_default();
            todo.extend(under);
            let needs = under.iter().map(|id| crate_url(packages[id])).collect();
            found.push(built_in(packages[id], needs));
        }
    }
    found[1..].sort();
    Ok(found)
}

fn crate_url(package: &Package) -> String {
    format!("pkg:cargo/{}@{}", package.name, package.version)
}

fn built_in(package: &Package, needs: BTreeSet<String>) -> BuiltIn {
    BuiltIn {
        name: package.name.to_string(),
        version: package.version.to_string(),
        // The old way to write an alternative.
        licence: package.license.as_ref().map(|text| text.replace('/', " OR ")),
        purl: crate_url(package),
        needs,
    }
}

#[derive(Deserialize)]
struct Lock {
    packages: BTreeMap<String, Locked>,
}

#[derive(Deserialize)]
struct Locked {
    version: Option<String>,
    license: Option<String>,
    #[serde(default)]
    dev: bool,
    #[serde(default)]
    optional: bool,
}

/// The packages whose scripts, styles and fonts the pages carry, as the lock file of `ui/` names them.
pub(crate) fn scripts(checkout: &Path) -> Result<Vec<BuiltIn>, ReleaseError> {
    let path = checkout.join("ui/package-lock.json");
    let text = fs::read(&path).at("read", &path)?;
    let lock: Lock =
        serde_json::from_slice(&text).map_err(|error| format("the bill of materials", &error))?;
    let mut found = Vec::new();
    for (place, package) in lock.packages {
        let Some((_, name)) = place.rsplit_once("node_modules/") else { continue };
        let (Some(version), false) = (package.version, package.dev || package.optional) else { continue };
        let purl = format!("pkg:npm/{}@{version}", name.replace('@', "%40"));
        found.push(BuiltIn {
            name: name.to_owned(),
            version,
            licence: package.license,
            purl,
            needs: BTreeSet::new(),
        });
    }
    found.sort();
    Ok(found)
}
