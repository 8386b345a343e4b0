//! Every object key there is. Nothing else in the platform spells a prefix.

use std::{fmt, str::FromStr};

use domain::AssetId;

use crate::{Digest, Hash, ImageTag, PictureHash, Repository};

/// Longest track id in bytes: `s-` and the longest language tag (35) with room to grow.
pub const MAX_TRACK_ID: usize = 64;

const RELEASE: &str = "release.json";
const RELEASES: &str = "releases/";
const TAGS: &str = "oci/tags/";
const BLOBS: &str = "oci/blobs/";
const MANIFESTS: &str = "oci/manifests/";
const UNDER_WAY: &str = "oci/under-way";

/// Why a text is not a track id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a track id: 1 to {MAX_TRACK_ID} letters, digits and `-`, starting with a letter")]
pub struct TrackIdError;

/// One stream of an asset: `v720`, `a-ko`, `s-pt-BR`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrackId(Box<str>);

impl TrackId {
    /// A checked track id.
    pub fn new(text: &str) -> Result<Self, TrackIdError> {
        let bytes = text.as_bytes();
        let ok = (1..=MAX_TRACK_ID).contains(&bytes.len())
            && bytes[0].is_ascii_alphabetic()
            && bytes.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-');
        if ok { Ok(Self(text.into())) } else { Err(TrackIdError) }
    }

    /// As it stands in keys and URLs.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TrackId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a key holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// `media/{asset}/{track}.mp4`: one CMAF track.
    Track,
    /// `media/{asset}/{track}.vtt`: subtitles.
    Text,
    /// `media/{asset}/storyboard-{n}.jpg`: a sheet of preview pictures.
    Storyboard,
    /// `media/{asset}/index-{hash16}.json`: what the asset consists of.
    MediaIndex,
    /// `images/{hash16}/{width}.webp`.
    Image,
    /// `sections/{hash}`: part of an edition.
    Section,
    /// `editions/{number}-{hash16}`: an edition's header.
    Edition,
    /// `images/golden/{hash}`: a machine's disk as it was baked.
    GoldenImage,
    /// `editions/current`, `takedowns/current`, `images/golden/catalogue` and `oci/tags/{repository}/{tag}`, which are signed, and
    /// `oci/under-way`: the only kind that is replaced.
    Announcement,
    /// `oci/blobs/{hash}`: a layer or configuration of a container image.
    ImageBlob,
    /// `oci/manifests/{hash}`: a manifest or index of container images.
    ImageManifest,
    /// `releases/{name}/release.json`: what a release consists of, signed. It is put there last.
    Release,
    /// `releases/{name}/{hash}`: a file of a release.
    ReleaseFile,
}

/// Why a text is not a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an object key of this platform")]
pub struct KeyError;

/// The name of one object. Only well-formed keys exist, so a key can never lead out of a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    text: Box<str>,
}

impl Key {
    fn make(text: String) -> Self {
        Self { text: text.into() }
    }

    /// One CMAF track file.
    pub fn track(asset: &AssetId, track: &TrackId) -> Self {
        Self::make(format!("media/{asset}/{track}.mp4"))
    }

    /// One WebVTT file.
    pub fn text(asset: &AssetId, track: &TrackId) -> Self {
        Self::make(format!("media/{asset}/{track}.vtt"))
    }

    /// The `n`th sheet of preview pictures, from 0.
    pub fn storyboard(asset: &AssetId, n: u16) -> Self {
        Self::make(format!("media/{asset}/storyboard-{n}.jpg"))
    }

    /// The media index with this content. An asset gets several while its tracks are being made.
    pub fn media_index(asset: &AssetId, content: &Hash) -> Self {
        Self::make(format!("media/{asset}/index-{}.json", content.short()))
    }

    /// A picture in one width, in pixels.
    pub fn image(picture: PictureHash, width: u16) -> Self {
        Self::make(format!("images/{picture}/{width}.webp"))
    }

    /// A section of an edition.
    pub fn section(content: &Hash) -> Self {
        Self::make(format!("sections/{content}"))
    }

    /// The header of edition `number`.
    pub fn edition(number: u64, content: &Hash) -> Self {
        Self::make(format!("editions/{number}-{}", content.short()))
    }

    /// The announcement of the newest edition.
    pub fn current_edition() -> Self {
        Self::make("editions/current".into())
    }

    /// The announcement of what nobody may see.
    pub fn current_takedowns() -> Self {
        Self::make("takedowns/current".into())
    }

    /// The golden image with this content.
    pub fn golden_image(content: &Hash) -> Self {
        Self::make(format!("images/golden/{content}"))
    }

    /// Which golden images there are, and which one each stage runs.
    pub fn golden_catalogue() -> Self {
        Self::make("images/golden/catalogue".into())
    }

    /// A layer or configuration of a container image.
    pub fn image_blob(digest: &Digest) -> Self {
        Self::make(format!("{BLOBS}{}", digest.hex()))
    }

    /// A manifest or index of container images.
    pub fn image_manifest(digest: &Digest) -> Self {
        Self::make(format!("{MANIFESTS}{}", digest.hex()))
    }

    /// Which manifest a tag means.
    pub fn image_tag(repository: &Repository, tag: &ImageTag) -> Self {
        Self::make(format!("{}{tag}", Self::image_tags(repository)))
    }

    /// What the keys of a repository's tags begin with, for [`crate::Objects::list`]. `!` stands for the `/` of its name, so
    /// that no repository's tags lie among another's.
    pub fn image_tags(repository: &Repository) -> String {
        format!("{TAGS}{}/", repository.as_str().replace('/', "!"))
    }

    /// What the release of this name consists of. Its images have the name as their tag, so that whatever is a tag may be one.
    pub fn release(name: &ImageTag) -> Self {
        Self::make(format!("{RELEASES}{name}/{RELEASE}"))
    }

    /// A file of a release. By its digest: what a push that was broken off left there is in nobody's way.
    pub fn release_file(name: &ImageTag, digest: &Digest) -> Self {
        Self::make(format!("{RELEASES}{name}/{}", digest.hex()))
    }

    /// Who writes releases and images just now.
    pub fn under_way() -> Self {
        Self::make(UNDER_WAY.into())
    }

    /// What the keys of everything that is pushed begin with, for [`crate::Objects::list`]: releases, then the images' tags,
    /// manifests and blobs.
    pub const PUSHED: [&str; 4] = [RELEASES, TAGS, MANIFESTS, BLOBS];

    /// The release that a key of a release, or of one of its files, is of.
    pub fn of_release(&self) -> Option<ImageTag> {
        self.text.strip_prefix(RELEASES)?.split_once('/')?.0.parse().ok()
    }

    /// Repository and tag that a key of a tag is of.
    pub fn of_tag(&self) -> Option<(Repository, ImageTag)> {
        let (repository, tag) = self.text.strip_prefix(TAGS)?.split_once('/')?;
        Some((repository.replace('!', "/").parse().ok()?, tag.parse().ok()?))
    }

    /// As it stands in the store.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// True unless the key names the hash of its content and these bytes have another one.
    pub fn names(&self, content: &[u8]) -> bool {
        match self.kind() {
            KeyKind::Section => self.text.ends_with(&Hash::of(content).to_string()),
            KeyKind::Edition => self.text.ends_with(&Hash::of(content).short()),
            KeyKind::MediaIndex => {
                let stem = self.text.strip_suffix(".json").unwrap_or_default();
                stem.ends_with(&Hash::of(content).short())
            }
            // A picture is named by what it was made of; tracks, texts and sheets by what they are of.
            _ => true,
        }
    }

    /// What it holds.
    pub fn kind(&self) -> KeyKind {
        // Every key was made or checked above, so that this never guesses.
        classify(&self.text).unwrap_or(KeyKind::Section)
    }
}

/// What this text would hold, if it is a key. The inverse of the constructors above.
fn classify(text: &str) -> Option<KeyKind> {
    let (first, rest) = text.split_once('/')?;
    match first {
        "media" => {
            let (asset, file) = rest.split_once('/')?;
            AssetId::new(asset).ok()?;
            media_file(file)
        }
        "images" if rest == "golden/catalogue" => Some(KeyKind::Announcement),
        "images" => {
            if let Some(image) = rest.strip_prefix("golden/") {
                return image.parse::<Hash>().ok().map(|_| KeyKind::GoldenImage);
            }
            let (picture, file) = rest.split_once('/')?;
            picture.parse::<PictureHash>().ok()?;
            number::<u16>(file.strip_suffix(".webp")?).map(|_| KeyKind::Image)
        }
        "sections" => rest.parse::<Hash>().ok().map(|_| KeyKind::Section),
        "editions" | "takedowns" if rest == "current" => Some(KeyKind::Announcement),
        "editions" => {
            let (n, hash) = rest.split_once('-')?;
            number::<u64>(n)?;
            hash.parse::<PictureHash>().ok().map(|_| KeyKind::Edition)
        }
        "oci" => oci(rest),
        "releases" => {
            let (name, file) = rest.split_once('/')?;
            name.parse::<ImageTag>().ok()?;
            match file {
                RELEASE => Some(KeyKind::Release),
                file => Digest::from_hex(file).ok().map(|_| KeyKind::ReleaseFile),
            }
        }
        _ => None,
    }
}

fn oci(rest: &str) -> Option<KeyKind> {
    if rest == "under-way" {
        return Some(KeyKind::Announcement);
    }
    let (kind, rest) = rest.split_once('/')?;
    match kind {
        "blobs" => Digest::from_hex(rest).ok().map(|_| KeyKind::ImageBlob),
        "manifests" => Digest::from_hex(rest).ok().map(|_| KeyKind::ImageManifest),
        "tags" => {
            let (repository, tag) = rest.split_once('/')?;
            repository.replace('!', "/").parse::<Repository>().ok()?;
            tag.parse::<ImageTag>().ok().map(|_| KeyKind::Announcement)
        }
        _ => None,
    }
}

fn media_file(file: &str) -> Option<KeyKind> {
    let (stem, extension) = file.split_once('.')?;
    match extension {
        "mp4" => TrackId::new(stem).ok().map(|_| KeyKind::Track),
        "vtt" => TrackId::new(stem).ok().map(|_| KeyKind::Text),
        "jpg" => number::<u16>(stem.strip_prefix("storyboard-")?).map(|_| KeyKind::Storyboard),
        // Sixteen hexadecimal digits, like a picture's identity.
        "json" => stem.strip_prefix("index-")?.parse::<PictureHash>().ok().map(|_| KeyKind::MediaIndex),
        _ => None,
    }
}

/// A number in its one canonical spelling: no sign, no leading zeros.
fn number<T: FromStr + ToString>(text: &str) -> Option<T> {
    text.parse::<T>().ok().filter(|n| n.to_string() == text)
}

impl FromStr for Key {
    type Err = KeyError;
    fn from_str(text: &str) -> Result<Self, KeyError> {
        classify(text).map(|_| Self { text: text.into() }).ok_or(KeyError)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_key_parses_back_to_its_kind() {
        let asset = AssetId::new("harbour-lights-s1e1-0a1b2c3d").unwrap();
        let track = TrackId::new("a-pt-BR").unwrap();
        let hash = Hash::of(b"x");
        let digest = Digest([7; 32]);
        let all = [
            (Key::track(&asset, &track), KeyKind::Track),
            (Key::text(&asset, &track), KeyKind::Text),
            (Key::storyboard(&asset, 0), KeyKind::Storyboard),
            (Key::media_index(&asset, &hash), KeyKind::MediaIndex),
            (Key::image(PictureHash::of(b"x"), 640), KeyKind::Image),
            (Key::section(&hash), KeyKind::Section),
            (Key::edition(7, &hash), KeyKind::Edition),
            (Key::current_edition(), KeyKind::Announcement),
            (Key::current_takedowns(), KeyKind::Announcement),
            (Key::image_blob(&digest), KeyKind::ImageBlob),
            (Key::image_manifest(&digest), KeyKind::ImageManifest),
            (
                Key::image_tag(&"brand/site".parse().unwrap(), &"1.4.0".parse().unwrap()),
                KeyKind::Announcement,
            ),
            (Key::golden_image(&hash), KeyKind::GoldenImage),
            (Key::golden_catalogue(), KeyKind::Announcement),
            (Key::release(&"primetime-0.1.0-3ad7ac1b90f2".parse().unwrap()), KeyKind::Release),
            (Key::release_file(&"v41".parse().unwrap(), &digest), KeyKind::ReleaseFile),
            (Key::under_way(), KeyKind::Announcement),
        ];
        for (key, kind) in all {
            assert_eq!(key.kind(), kind);
            assert_eq!(key.as_str().parse::<Key>().unwrap(), key);
        }
    }

    #[test]
    fn what_is_pushed_is_listed_and_knows_of_what_it_is() {
        let (name, repository): (ImageTag, Repository) =
            ("v41".parse().unwrap(), "brand/site".parse().unwrap());
        let digest = Digest([7; 32]);
        let (release, file) = (Key::release(&name), Key::release_file(&name, &digest));
        assert_eq!([release.of_release(), file.of_release()], [Some(name.clone()), Some(name.clone())]);
        let tag = Key::image_tag(&repository, &name);
        assert_eq!(tag.of_tag(), Some((repository, name)));
        let of_images = [Key::image_manifest(&digest), Key::image_blob(&digest)];
        assert!(of_images.iter().all(|key| key.of_tag().is_none() && key.of_release().is_none()));
        let all = [release, tag].into_iter().chain(of_images);
        for (key, prefix) in all.zip(Key::PUSHED) {
            assert!(key.as_str().starts_with(prefix), "{key}");
        }
    }

    #[test]
    fn keys_that_name_a_hash_know_their_content() {
        let asset = AssetId::new("film").unwrap();
        let hash = Hash::of(b"x");
        for key in [Key::section(&hash), Key::edition(7, &hash), Key::media_index(&asset, &hash)] {
            assert!(key.names(b"x") && !key.names(b"y"), "{key}");
        }
        assert!(Key::storyboard(&asset, 0).names(b"anything") && Key::current_edition().names(b""));
    }

    #[test]
    fn nothing_leads_out_of_the_folder() {
        for bad in [
            "",
            "/",
            "media",
            "media/..",
            "media/../x.mp4",
            "media/a/../v.mp4",
            "media/a/v.mp4/..",
            "media//v.mp4",
            "media/a/.mp4",
            "media/a/v%2e.mp4",
            "media/a/v\0.mp4",
            "media/a/v.mp4.tmp",
            "media/A/v.mp4",
            "images/0000000000000000/+1.webp",
            "images/0000000000000000/01.webp",
            "images/golden",
            "images/golden/",
            "images/golden/..",
            "images/golden/0000000000000000",
            "images/golden/catalogue/x",
            "sections/..",
            "editions/../current",
            "editions/current/",
            "editions/1",
            "takedowns/",
            "takedowns/1",
            "oci/blobs/..",
            "oci/tags/a/..",
            "oci/tags/../a",
            "oci/tags/a/b/c",
            "oci/tags/!/a",
            "releases/../release.json",
            "releases/v1/primetime",
            "releases/v1/..",
            "releases/release.json",
            ".tmp/x",
            "/media/a/v.mp4",
        ] {
            assert!(bad.parse::<Key>().is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn what_parses_is_a_plain_relative_path(text in "(media|images|sections|editions|oci|oci/tags|releases)/[a-z0-9./%!-]{0,40}") {
            if let Ok(key) = text.parse::<Key>() {
                let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
                prop_assert!(key.as_str().split('/').all(plain), "{}", key);
            }
        }
    }
}
