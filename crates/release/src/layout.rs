//! The folder of images: an OCI image layout, which skopeo, podman, umoci and registries read.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use oci_spec::{
    OciSpecError,
    image::{
        ANNOTATION_REF_NAME, Arch, Descriptor, Digest, ImageIndex, ImageIndexBuilder, ImageManifest,
        MediaType, OciLayoutBuilder, Os, PlatformBuilder, SCHEMA_VERSION,
    },
};

use crate::{
    Layer, ReleaseError, Source, Tree,
    digest::digest_of,
    error::At,
    image::{Kind, document, format},
};

/// The folder's name within a release.
pub const IMAGES_DIR: &str = "images";

/// An image layout in the making.
#[derive(Debug)]
pub struct Layout {
    dir: PathBuf,
    images: Vec<Descriptor>,
}

impl Layout {
    /// Makes the folder.
    pub fn create(dir: &Path) -> Result<Self, ReleaseError> {
        let blobs = dir.join("blobs/sha256");
        fs::create_dir_all(&blobs).at("make", &blobs)?;
        Ok(Self { dir: dir.to_owned(), images: Vec::new() })
    }

    /// Writes a layer among the blobs. `name` tells it from others that are being written.
    pub fn layer(&self, name: &str, tree: &Tree) -> Result<Layer, ReleaseError> {
        let draft = self.dir.join("blobs").join(format!(".{name}"));
        let layer = tree.write(&draft)?;
        let path = blob(&self.dir, &layer.digest);
        fs::rename(&draft, &path).at("move to its name", &path)?;
        Ok(layer)
    }

    /// Writes configuration and manifest of an image of these layers; the lowest comes first.
    pub(crate) fn image(
        &mut self,
        kind: &Kind,
        source: &Source,
        layers: &[&Layer],
    ) -> Result<(Digest, u64), ReleaseError> {
        let config = self.blob(MediaType::ImageConfig, &kind.config(source, layers)?)?;
        let layers: Vec<Descriptor> = layers
            .iter()
            .map(|layer| Descriptor::new(MediaType::ImageLayerGzip, layer.size, layer.digest.clone()))
            .collect();
        let size = config.size() + layers.iter().map(Descriptor::size).sum::<u64>();
        let manifest = kind.manifest(source, config, layers)?;
        let mut descriptor = self.blob(MediaType::ImageManifest, &manifest)?;
        let (digest, size) = (descriptor.digest().clone(), size + descriptor.size());
        let platform = PlatformBuilder::default().architecture(Arch::default()).os(Os::Linux);
        descriptor.set_platform(Some(platform.build().map_err(wrong)?));
        let reference = HashMap::from([(ANNOTATION_REF_NAME.to_owned(), kind.name.to_owned())]);
        descriptor.set_annotations(Some(reference));
        self.images.push(descriptor);
        Ok((digest, size))
    }

    fn blob(&self, media_type: MediaType, bytes: &[u8]) -> Result<Descriptor, ReleaseError> {
        let digest = digest_of(bytes);
        let path = blob(&self.dir, &digest);
        fs::write(&path, bytes).at("write", &path)?;
        Ok(Descriptor::new(media_type, bytes.len() as u64, digest))
    }

    /// Writes what makes the folder a layout.
    pub fn finish(self) -> Result<(), ReleaseError> {
        let index = ImageIndexBuilder::default()
            .schema_version(SCHEMA_VERSION)
            .media_type(MediaType::ImageIndex)
            .manifests(self.images)
            .build()
            .map_err(wrong)?;
        let layout = OciLayoutBuilder::default().image_layout_version("1.0.0").build().map_err(wrong)?;
        for (name, bytes) in [("index.json", document(&index)?), ("oci-layout", document(&layout)?)] {
            let path = self.dir.join(name);
            fs::write(&path, bytes).at("write", &path)?;
        }
        Ok(())
    }
}

/// The images of a layout by name: the digest of each, and every blob that it consists of.
pub(crate) fn images(dir: &Path) -> Result<Vec<(String, Digest, Vec<Digest>)>, ReleaseError> {
    let path = dir.join("index.json");
    let index = ImageIndex::from_file(&path).map_err(wrong)?;
    let mut images = Vec::new();
    for image in index.manifests() {
        let annotations = image.annotations().as_ref();
        let name = annotations.and_then(|all| all.get(ANNOTATION_REF_NAME)).cloned().unwrap_or_default();
        let manifest = ImageManifest::from_file(blob(dir, image.digest())).map_err(wrong)?;
        let parts = manifest.layers().iter().chain([manifest.config()]);
        images.push((name, image.digest().clone(), parts.map(|part| part.digest().clone()).collect()));
    }
    Ok(images)
}

/// The digest of an image's configuration.
pub(crate) fn config(dir: &Path, image: &Digest) -> Result<Digest, ReleaseError> {
    let manifest = ImageManifest::from_file(blob(dir, image)).map_err(wrong)?;
    Ok(manifest.config().digest().clone())
}

/// Where a blob lies.
pub(crate) fn blob(dir: &Path, digest: &Digest) -> PathBuf {
    dir.join("blobs").join(digest.algorithm().as_ref()).join(digest.digest())
}

fn wrong(error: OciSpecError) -> ReleaseError {
    format("the image layout", &error)
}
