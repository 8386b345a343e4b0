//! Making a release: the binary, the layers, the images, the bill, the manifest.

use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt, path::Path, thread};

use objects::keys::{KeyRing, SigningKey};

use crate::{
    BINARY_FILE, BOM_FILE, IMAGES_DIR, Layer, Layout, Manifest, RELEASE_FILE, ReleaseError, Source, bom,
    contents::{self, Contents},
    debian::Package,
    digest::digest_of_file,
    draft::Draft,
    error::At,
    image::{SERVING, WORKING},
    manifest::{FORMAT, Image, Part},
    source::cargo_build,
    verify::{self, files},
};

/// What a release is made of.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// Which source.
    pub source: &'a Source,
    /// Where it is checked out.
    pub checkout: &'a Path,
    /// The binary; `None`: cargo builds it.
    pub binary: Option<&'a Path>,
    /// The programs that the worker's image has besides: [`TOOLS`](crate::TOOLS).
    pub tools: &'a [&'a str],
}

/// What became of a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The release is new.
    Written,
    /// It was there already, and this build gave the same bytes.
    Identical,
}

/// Makes the release in the folder `out`, all of it or nothing. When it is there already, it is built all the same and compared:
/// another content is an error, for a release is what its name says, or nothing that one can rely on.
pub fn build(inputs: &Inputs<'_>, out: &Path, key: &SigningKey) -> Result<(Manifest, Outcome), ReleaseError> {
    let binary = match inputs.binary {
        Some(binary) => binary.to_owned(),
        None => cargo_build(inputs.checkout)?,
    };
    let draft = Draft::of(out)?;
    let manifest = write(inputs, &binary, draft.path())?;
    let sealed = manifest.seal(key)?;
    let path = draft.path().join(RELEASE_FILE);
    fs::write(&path, &sealed).at("write", &path)?;
    if out.exists() {
        let ring = KeyRing::from(key.public());
        let there = Manifest::read(out, &ring)?;
        if there != manifest {
            return Err(ReleaseError::Differs { path: out.to_owned(), differs: differs(&there, &manifest) });
        }
        verify::verify(out, &ring)?;
        return Ok((manifest, Outcome::Identical));
    }
    draft.settle()?;
    Ok((manifest, Outcome::Written))
}

/// The first file that is not the same in both.
fn differs(a: &Manifest, b: &Manifest) -> String {
    let all = |manifest: &Manifest| -> BTreeMap<String, Part> {
        manifest.files.iter().map(|part| (part.path.clone(), part.clone())).collect()
    };
    let (a, b) = (all(a), all(b));
    let first = a.iter().find(|(path, part)| b.get(*path) != Some(part)).or(b.iter().next());
    first.map_or_else(|| RELEASE_FILE.to_owned(), |(path, _)| path.clone())
}

fn write(inputs: &Inputs<'_>, binary: &Path, dir: &Path) -> Result<Manifest, ReleaseError> {
    let source = inputs.source;
    let base = contents::base(binary)?;
    let tools = contents::tools(&base, inputs.tools)?;
    let program = contents::program(binary);
    let mut layout = Layout::create(&dir.join(IMAGES_DIR))?;
    let [base_layer, tools_layer, program_layer] =
        layers(&layout, [("base", &base), ("tools", &tools), ("program", &program)])?;
    let mut images = Vec::new();
    for (kind, layers) in [
        (&SERVING, &[&base_layer, &program_layer][..]),
        (&WORKING, &[&base_layer, &tools_layer, &program_layer][..]),
    ] {
        let (digest, size) = layout.image(kind, source, layers)?;
        images.push(Image { name: kind.name.to_owned(), digest, size });
    }
    layout.finish()?;
    let copy = dir.join(BINARY_FILE);
    fs::copy(binary, &copy).at("write", &copy)?;
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o755)).at("make executable", &copy)?;
    let mut packages: BTreeMap<Package, Vec<&'static str>> = BTreeMap::new();
    packages.extend(base.packages.into_iter().map(|package| (package, vec![SERVING.name, WORKING.name])));
    packages.extend(tools.packages.into_iter().map(|package| (package, vec![WORKING.name])));
    let bill = dir.join(BOM_FILE);
    fs::write(&bill, bom::bill(source, inputs.checkout, &packages)?).at("write", &bill)?;
    let mut parts = Vec::new();
    for path in files(dir)? {
        let (digest, size) = digest_of_file(&dir.join(&path))?;
        parts.push(Part { path, digest, size });
    }
    Ok(Manifest {
        format: FORMAT,
        name: source.name(),
        version: source.version.clone(),
        commit: source.commit.clone(),
        dirty: source.dirty,
        created: source.created.to_string(),
        images,
        files: parts,
    })
}

/// Packs the layers, at the same time: compressing is what a build without a compiler consists of.
fn layers<const N: usize>(
    layout: &Layout,
    contents: [(&str, &Contents); N],
) -> Result<[Layer; N], ReleaseError> {
    thread::scope(|scope| {
        let running =
            contents.map(|(name, contents)| scope.spawn(move || layout.layer(name, &contents.tree)));
        let mut done = Vec::new();
        for thread in running {
            done.push(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        Ok(done.try_into().unwrap_or_else(|_| unreachable!("one layer for each")))
    })
}
