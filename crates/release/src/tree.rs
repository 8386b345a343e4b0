//! A part of a file system, and the layer that it becomes: the same tree, the same bytes.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use flate2::{Compression, GzBuilder, write::GzEncoder};
use oci_spec::image::Digest;
use tar::{EntryType, Header};

use crate::{ReleaseError, digest::Counted, error::At};

/// gzip: every container engine reads it; Docker before 23 does not read zstd.
const LEVEL: Compression = Compression::new(6);

/// Operating system "unknown" (RFC 1952, section 2.3.1): the layer does not say where it was made.
const NO_SYSTEM: u8 = 255;

/// The bytes of a file in a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// These.
    Bytes(Vec<u8>),
    /// Those of this file here.
    Copy(PathBuf),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    /// `None`: a folder.
    content: Option<Content>,
    mode: u32,
    /// User and group.
    owner: u64,
}

/// Files and folders by their path within the image, without a leading `/`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree(BTreeMap<PathBuf, Entry>);

impl Tree {
    /// Adds a file, and the folders above it, all of them root's.
    pub fn file(&mut self, path: impl AsRef<Path>, mode: u32, content: Content) {
        let path = relative(path.as_ref());
        self.parents(&path);
        self.0.insert(path, Entry { content: Some(content), mode, owner: 0 });
    }

    /// Adds a folder of this owner (user and group).
    pub fn folder(&mut self, path: impl AsRef<Path>, mode: u32, owner: u64) {
        let path = relative(path.as_ref());
        self.parents(&path);
        self.0.insert(path, Entry { content: None, mode, owner });
    }

    /// Is there a file or folder of this path?
    pub fn contains(&self, path: impl AsRef<Path>) -> bool {
        self.0.contains_key(&relative(path.as_ref()))
    }

    fn parents(&mut self, path: &Path) {
        for above in path.ancestors().skip(1).filter(|above| !above.as_os_str().is_empty()) {
            let folder = Entry { content: None, mode: 0o755, owner: 0 };
            self.0.entry(above.to_owned()).or_insert(folder);
        }
    }

    /// Writes the tree as a compressed layer: entries in order of their paths, all of them of the year 1970, so that a layer
    /// changes with its content and with nothing else.
    pub fn write(&self, path: &Path) -> Result<Layer, ReleaseError> {
        let file = BufWriter::new(File::create(path).at("write", path)?);
        let gzip = GzBuilder::new().mtime(0).operating_system(NO_SYSTEM).write(Counted::new(file), LEVEL);
        let mut builder = tar::Builder::new(Counted::new(gzip));
        for (name, entry) in &self.0 {
            append(&mut builder, name, entry)?;
        }
        let (gzip, unpacked, _) = builder.into_inner().at("write", path)?.finish();
        let (mut file, digest, size) = finish(gzip).at("write", path)?.finish();
        file.flush().at("write", path)?;
        Ok(Layer { digest, size, unpacked })
    }
}

fn finish<W: Write>(gzip: GzEncoder<W>) -> std::io::Result<W> {
    gzip.finish()
}

fn append<W: Write>(builder: &mut tar::Builder<W>, name: &Path, entry: &Entry) -> Result<(), ReleaseError> {
    let mut header = Header::new_gnu();
    header.set_mode(entry.mode);
    header.set_uid(entry.owner);
    header.set_gid(entry.owner);
    header.set_mtime(0);
    match &entry.content {
        None => {
            header.set_entry_type(EntryType::Directory);
            header.set_size(0);
            builder.append_data(&mut header, name.join(""), std::io::empty()).at("pack", name)
        }
        Some(Content::Bytes(bytes)) => {
            header.set_size(bytes.len() as u64);
            builder.append_data(&mut header, name, bytes.as_slice()).at("pack", name)
        }
        Some(Content::Copy(from)) => {
            let file = File::open(from).at("open", from)?;
            header.set_size(file.metadata().at("read", from)?.len());
            builder.append_data(&mut header, name, file).at("pack", from)
        }
    }
}

fn relative(path: &Path) -> PathBuf {
    path.strip_prefix("/").unwrap_or(path).to_owned()
}

/// A layer that has been written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Of the compressed bytes: its name among the blobs.
    pub digest: Digest,
    /// Compressed, in bytes.
    pub size: u64,
    /// Digest of the bytes before compression (`diff_id`).
    pub unpacked: Digest,
}
