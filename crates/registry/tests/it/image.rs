//! An OCI image layout, made by hand: layers of random bytes in real tar archives, so that engines unpack them.

use std::{fs, path::Path};

use domain::{Rng, SeededRng};
use objects::Digest;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

pub fn digest(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

/// What a layout holds.
pub struct Image {
    pub manifest: (Digest, Vec<u8>),
    pub config: (Digest, Vec<u8>),
    pub layers: Vec<(Digest, Vec<u8>)>,
}

impl Image {
    /// Every blob, the configuration first.
    pub fn blobs(&self) -> impl Iterator<Item = &(Digest, Vec<u8>)> {
        std::iter::once(&self.config).chain(&self.layers)
    }

    /// Bytes of all blobs.
    pub fn size(&self) -> u64 {
        self.blobs().map(|(_, bytes)| bytes.len() as u64).sum()
    }
}

/// A tar archive (POSIX ustar) with one file of `length` random bytes.
fn tar(name: &str, length: usize, rng: &SeededRng) -> Vec<u8> {
    let mut header = [0u8; 512];
    header[..name.len()].copy_from_slice(name.as_bytes());
    header[100..108].copy_from_slice(b"0000644\0");
    header[108..116].copy_from_slice(b"0000000\0");
    header[116..124].copy_from_slice(b"0000000\0");
    header[124..136].copy_from_slice(format!("{length:011o}\0").as_bytes());
    header[136..148].copy_from_slice(b"00000000000\0");
    header[148..156].fill(b' ');
    header[156] = b'0';
    header[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u32 = header.iter().map(|b| u32::from(*b)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut content = vec![0; length];
    rng.fill(&mut content);
    let mut all = header.to_vec();
    all.extend(content);
    all.resize(all.len().next_multiple_of(512) + 1024, 0);
    all
}

fn described(media_type: &str, bytes: &[u8]) -> Value {
    json!({ "mediaType": media_type, "digest": digest(bytes).to_string(), "size": bytes.len() })
}

/// Writes a layout with layers of about these lengths.
pub fn layout(dir: &Path, seed: u64, lengths: &[usize]) -> Image {
    let rng = SeededRng::new(seed);
    let layers: Vec<Vec<u8>> =
        lengths.iter().enumerate().map(|(n, length)| tar(&format!("file-{n}"), *length, &rng)).collect();
    let diff_ids: Vec<String> = layers.iter().map(|layer| digest(layer).to_string()).collect();
    let config = json!({
        "architecture": "amd64", "os": "linux", "config": { "Cmd": ["/file-0"] },
        "rootfs": { "type": "layers", "diff_ids": diff_ids },
    });
    let config = config.to_string().into_bytes();
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": described("application/vnd.oci.image.config.v1+json", &config),
        "layers": layers.iter().map(|l| described("application/vnd.oci.image.layer.v1.tar", l)).collect::<Vec<_>>(),
    });
    let manifest = manifest.to_string().into_bytes();
    let blobs = dir.join("blobs/sha256");
    fs::create_dir_all(&blobs).unwrap();
    for bytes in layers.iter().chain([&config, &manifest]) {
        fs::write(blobs.join(digest(bytes).hex()), bytes).unwrap();
    }
    let index = json!({
        "schemaVersion": 2,
        "manifests": [described("application/vnd.oci.image.manifest.v1+json", &manifest)],
    });
    fs::write(dir.join("index.json"), index.to_string()).unwrap();
    fs::write(dir.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
    let named = |bytes: Vec<u8>| (digest(&bytes), bytes);
    Image {
        manifest: named(manifest),
        config: named(config),
        layers: layers.into_iter().map(named).collect(),
    }
}
