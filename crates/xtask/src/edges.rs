//! Which crate may stand on which. The table is ARCHITECTURE.md's; a new edge is a decision, not a line in a manifest.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// Crate, and the crates of ours that it may name in its manifest.
pub const ALLOWED: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("media", &[]),
    ("objects", &["domain"]),
    ("edition", &["domain", "objects"]),
    ("golden", &["domain", "objects"]),
    ("store", &["domain"]),
    ("chat", &["domain"]),
    ("work", &["domain", "store"]),
    ("encode", &["media"]),
    ("web", &["domain"]),
    ("studio", &["domain", "edition", "media", "objects", "store", "work", "encode", "web"]),
    ("viewers", &["domain", "edition", "objects", "store", "work"]),
    ("site", &["domain", "edition", "objects", "viewers", "web"]),
    ("origin", &["domain", "edition", "media", "objects", "web"]),
    ("release", &["domain", "objects"]),
    ("drivers", &["domain", "fleet"]),
    ("aws", &["drivers"]),
    ("kubernetes", &["drivers"]),
    ("registry", &["domain", "objects", "web"]),
    ("fleet", &["domain"]),
    ("ops", &["chat", "domain", "fleet", "objects", "store"]),
    (
        "primetime",
        &[
            "chat",
            "domain",
            "drivers",
            "edition",
            "encode",
            "fleet",
            "golden",
            "kubernetes",
            "media",
            "objects",
            "ops",
            "origin",
            "registry",
            "release",
            "site",
            "store",
            "studio",
            "viewers",
            "web",
            "work",
        ],
    ),
    ("pgtest", &[]),
    ("xtask", &[]),
];

/// What may not stand anywhere under a crate, and why.
pub const FORBIDDEN: &[(&str, &[&str], &str)] = &[
    (
        "sqlx",
        &[
            "domain", "media", "objects", "edition", "web", "encode", "origin", "registry", "release",
            "fleet", "chat", "golden",
        ],
        "serves without a database",
    ),
    (
        "tokio",
        &["domain", "media", "edition", "release", "fleet", "chat", "golden"],
        "is pure, or reads files only",
    ),
    (
        "axum",
        &[
            "domain", "media", "objects", "edition", "store", "work", "encode", "viewers", "fleet", "ops",
            "chat",
        ],
        "knows no HTTP",
    ),
];

/// What `cargo metadata` says, as far as it is needed.
#[derive(Debug, Deserialize)]
pub struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
    resolve: Resolve,
}

#[derive(Debug, Deserialize)]
struct Package {
    id: String,
    name: String,
}

#[derive(Debug, Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dep>,
}

#[derive(Debug, Deserialize)]
struct Dep {
    pkg: String,
    dep_kinds: Vec<DepKind>,
}

#[derive(Debug, Deserialize)]
struct DepKind {
    /// `null` is what the crate itself is built on; `dev` and `build` do not reach those who use it.
    kind: Option<String>,
}

/// Everything that breaks a rule, a sentence each.
pub fn violations(metadata: &Metadata) -> Vec<String> {
    let name: BTreeMap<&str, &str> =
        metadata.packages.iter().map(|p| (p.id.as_str(), p.name.as_str())).collect();
    let normal = |node: &Node| -> Vec<String> {
        let built_on = |dep: &&Dep| dep.dep_kinds.iter().any(|kind| kind.kind.is_none());
        node.deps.iter().filter(built_on).map(|dep| dep.pkg.clone()).collect()
    };
    let graph: BTreeMap<&str, Vec<String>> =
        metadata.resolve.nodes.iter().map(|node| (node.id.as_str(), normal(node))).collect();
    let members: BTreeSet<&str> = metadata.workspace_members.iter().map(String::as_str).collect();
    let mut found = Vec::new();
    for member in &members {
        let crate_name = name[member];
        let Some((_, allowed)) = ALLOWED.iter().find(|(known, _)| *known == crate_name) else {
            found.push(format!("crate {crate_name} has no row in the table of edges"));
            continue;
        };
        for dep in &graph[member] {
            let dep_name = name[dep.as_str()];
            if members.contains(dep.as_str()) && !allowed.contains(&dep_name) {
                found.push(format!("{crate_name} may not stand on {dep_name}"));
            }
        }
        let under = reachable(&graph, member);
        for (banned, _, why) in FORBIDDEN.iter().filter(|(_, crates, _)| crates.contains(&crate_name)) {
            if under.iter().any(|id| name[id] == *banned) {
                found.push(format!("{crate_name} {why}, but {banned} stands under it"));
            }
        }
    }
    found
}

fn reachable<'a>(graph: &'a BTreeMap<&str, Vec<String>>, from: &'a str) -> BTreeSet<&'a str> {
    let (mut seen, mut todo) = (BTreeSet::new(), vec![from]);
    while let Some(id) = todo.pop() {
        for dep in &graph[id] {
            if seen.insert(dep.as_str()) {
                todo.push(dep);
            }
        }
    }
    seen
}
