//! Names of container images as the OCI Distribution Specification 1.1 has them: digests, repositories, tags.

use std::{fmt, str::FromStr};

/// Longest name of a repository in bytes (§ "Pulling manifests" leaves 255 with a host's name before it).
pub const MAX_REPOSITORY: usize = 200;
/// Longest tag in bytes.
pub const MAX_TAG: usize = 128;

/// Why a text names nothing of an image registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ImageNameError {
    /// Of all algorithms SHA-256 alone is spoken here.
    #[error("not a digest: `sha256:` and 64 lower-case hexadecimal digits are needed")]
    Digest,
    /// See [`Repository`].
    #[error(
        "not a repository: at most {MAX_REPOSITORY} lower-case letters and digits, between which `.`, `_`, `__` or `-` \
         may stand, in parts separated by `/`"
    )]
    Repository,
    /// See [`ImageTag`].
    #[error(
        "not a tag: 1 to {MAX_TAG} letters, digits, `_`, `.` and `-`, beginning with none of the last two"
    )]
    Tag,
}

/// SHA-256 of a blob or manifest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// Its 64 digits, without the algorithm.
    pub fn hex(&self) -> String {
        crate::Hash(self.0).to_string()
    }

    /// The digest with these 64 digits.
    pub fn from_hex(text: &str) -> Result<Self, ImageNameError> {
        text.parse().map(|crate::Hash(bytes)| Self(bytes)).map_err(|_| ImageNameError::Digest)
    }
}

impl FromStr for Digest {
    type Err = ImageNameError;
    fn from_str(text: &str) -> Result<Self, ImageNameError> {
        Self::from_hex(text.strip_prefix("sha256:").ok_or(ImageNameError::Digest)?)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", crate::Hash(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The name of a repository: `primetime`, `brand/site`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Repository(Box<str>);

impl Repository {
    /// As it stands in URLs.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Repository {
    type Err = ImageNameError;
    fn from_str(text: &str) -> Result<Self, ImageNameError> {
        let ok = text.len() <= MAX_REPOSITORY && text.split('/').all(part);
        if ok { Ok(Self(text.into())) } else { Err(ImageNameError::Repository) }
    }
}

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`
fn part(text: &str) -> bool {
    let alphanumeric = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = text.as_bytes();
    let ends = bytes.first().is_some_and(alphanumeric) && bytes.last().is_some_and(alphanumeric);
    ends && bytes
        .split(alphanumeric)
        .all(|between| matches!(between, b"" | b"." | b"_" | b"__") || between.iter().all(|b| *b == b'-'))
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A tag: `1.4.0`, `latest`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageTag(Box<str>);

impl ImageTag {
    /// As it stands in URLs.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ImageTag {
    type Err = ImageNameError;
    fn from_str(text: &str) -> Result<Self, ImageNameError> {
        let bytes = text.as_bytes();
        let ok = (1..=MAX_TAG).contains(&bytes.len())
            && !matches!(bytes[0], b'.' | b'-')
            && bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
        if ok { Ok(Self(text.into())) } else { Err(ImageNameError::Tag) }
    }
}

impl fmt::Display for ImageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories_as_the_specification_has_them() {
        for good in ["a", "a/b", "primetime", "a.b/c__d/e---f", "0_1", &"a".repeat(MAX_REPOSITORY)] {
            assert_eq!(good.parse::<Repository>().unwrap().as_str(), good);
        }
        let long = "a".repeat(MAX_REPOSITORY + 1);
        for bad in [
            "", "/", "a/", "/a", "a//b", "A", "a..b", "a___b", "a._b", "-a", "a-", "..", "a/../b", "é", &long,
        ] {
            assert!(bad.parse::<Repository>().is_err(), "{bad}");
        }
    }

    #[test]
    fn tags_and_digests() {
        for good in ["latest", "_", "1.4.0-rc_1", &"x".repeat(MAX_TAG)] {
            assert_eq!(good.parse::<ImageTag>().unwrap().as_str(), good);
        }
        for bad in ["", ".", "..", "-x", "a/b", "a b", "a:b", "é", &"x".repeat(MAX_TAG + 1)] {
            assert!(bad.parse::<ImageTag>().is_err(), "{bad}");
        }
        let digest = Digest([0xab; 32]);
        assert_eq!(digest.to_string().parse(), Ok(digest));
        for bad in ["", "sha256:", "sha512:00", &digest.to_string().to_uppercase(), &digest.hex()] {
            assert!(bad.parse::<Digest>().is_err(), "{bad}");
        }
    }
}
