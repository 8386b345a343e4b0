//! Where a bucket is, and how it is spoken to.

use std::{fmt, str::FromStr, time::Duration};

/// Longest prefix in bytes: with the longest key it stays well below S3's 1,024.
const MAX_PREFIX: usize = 512;

/// Everything that an S3 backend is told. Secrets in it are not shown by `Debug`.
#[derive(Debug, Clone)]
pub struct S3Config {
    /// Bucket, and the beginning of every name in it.
    pub location: Location,
    /// `https://host` or `http://host:port`; `None`: AWS, in the region.
    pub endpoint: Option<String>,
    /// As in `eu-central-1`; what a server of one's own expects, often `us-east-1`.
    pub region: String,
    /// Where the bucket's name stands in addresses.
    pub addressing: Addressing,
    /// Who asks.
    pub who: Who,
    /// Most bytes of sections and headers kept on the local disk.
    pub cache_bytes: u64,
    /// Its bounds.
    pub limits: S3Limits,
}

/// Where the bucket's name stands in addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addressing {
    /// `https://host/bucket/name`: servers of one's own.
    Path,
    /// `https://bucket.host/name`: AWS.
    Host,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// Somebody with these.
    Given(Credentials),
    /// The machine itself, by its role; the address of the metadata service, as in [`METADATA`](super::METADATA).
    Role(String),
}

/// Credentials. `Debug` shows the key's id only.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The access key's id.
    pub key: String,
    /// Its secret.
    pub secret: String,
    /// Of temporary credentials.
    pub token: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({}, secret not shown)", self.key)
    }
}

/// The bounds of an S3 backend, each with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3Limits {
    /// For a connection, name look-up included.
    pub connect: Duration,
    /// Longest silence of a connection in use.
    pub idle: Duration,
    /// For one request, to which [`S3Limits::least_rate`] adds for its bytes.
    pub request: Duration,
    /// Bytes a second below which an answer counts as stuck: a trickle must not hold a thread for ever.
    pub least_rate: u64,
    /// For putting the parts of an upload together, which takes a server minutes.
    pub complete: Duration,
    /// Tries of a call that may be made again, the first included.
    pub attempts: u32,
    /// Wait before the second try; doubled each time, and spread by chance.
    pub backoff: Duration,
    /// Reads under way; more are refused at once, so that a store that hangs holds no more threads than that.
    pub reads: usize,
    /// Bytes of a part of an upload, and of what is compared or copied at a time. S3 wants at least 5 MiB of a part.
    pub part: u64,
}

impl Default for S3Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(2),
            idle: Duration::from_secs(5),
            request: Duration::from_secs(5),
            least_rate: 256 * 1024,
            complete: Duration::from_secs(300),
            attempts: 3,
            backoff: Duration::from_millis(100),
            reads: 128,
            part: 16 << 20,
        }
    }
}

/// A bucket, and what every name in it begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    bucket: String,
    /// Empty, or without a slash at either end.
    prefix: String,
}

/// Why a text names no place in a bucket.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a bucket: write s3://BUCKET or s3://BUCKET/PREFIX; a bucket has 3 to 63 lower-case letters, digits, `-` and `.`, a \
     prefix letters, digits and `-_.` between single slashes"
)]
pub struct LocationError;

impl Location {
    /// The bucket's name.
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// The full name of what is called `name` here.
    pub(crate) fn name(&self, name: &str) -> String {
        if self.prefix.is_empty() { name.into() } else { format!("{}/{name}", self.prefix) }
    }

    /// The inverse of [`Location::name`].
    pub(crate) fn inside<'n>(&self, name: &'n str) -> Option<&'n str> {
        if self.prefix.is_empty() {
            return Some(name);
        }
        name.strip_prefix(self.prefix.as_str())?.strip_prefix('/')
    }
}

impl FromStr for Location {
    type Err = LocationError;
    fn from_str(text: &str) -> Result<Self, LocationError> {
        let rest = text.strip_prefix("s3://").ok_or(LocationError)?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
        let edge = |byte: Option<u8>| byte.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let bucket_ok = (3..=63).contains(&bucket.len())
            && bucket.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b))
            && edge(bucket.bytes().next())
            && edge(bucket.bytes().last())
            && !bucket.contains("..");
        let plain = |part: &str| {
            !part.is_empty()
                && part != "."
                && part != ".."
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        };
        let prefix_ok = prefix.len() <= MAX_PREFIX && (prefix.is_empty() || prefix.split('/').all(plain));
        if !bucket_ok || !prefix_ok {
            return Err(LocationError);
        }
        Ok(Self { bucket: bucket.into(), prefix: prefix.into() })
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slash = if self.prefix.is_empty() { "" } else { "/" };
        write!(f, "s3://{}{slash}{}", self.bucket, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_place_in_a_bucket_or_nothing() {
        let place: Location = "s3://films/live/eu/".parse().unwrap();
        assert_eq!((place.bucket(), place.to_string().as_str()), ("films", "s3://films/live/eu"));
        assert_eq!(place.inside(&place.name("editions/current")), Some("editions/current"));
        assert_eq!(place.inside("live/europe/x"), None);
        for bad in [
            "",
            "films",
            "s3:/films",
            "s3://",
            "s3://fi",
            "s3://Films",
            "s3://films//x",
            "s3://films/../x",
            "s3://films/a b",
            "https://films",
            "s3://-films",
            "s3://films-",
            "s3://fi..lms",
            "s3://films?x",
            "s3://key:secret@films",
        ] {
            assert_eq!(bad.parse::<Location>(), Err(LocationError), "{bad}");
        }
    }

    #[test]
    fn the_secret_is_never_shown() {
        let credentials =
            Credentials { key: "AKID".into(), secret: "hush".into(), token: Some("hush too".into()) };
        assert_eq!(format!("{credentials:?}"), "Credentials(AKID, secret not shown)");
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_the_same(text in "s3://[a-z0-9.-]{1,64}(/[a-zA-Z0-9._/-]{0,40})?|.{0,40}") {
            if let Ok(place) = text.parse::<Location>() {
                prop_assert_eq!(place.to_string().parse::<Location>(), Ok(place.clone()));
                let name = place.name("sections/x");
                prop_assert_eq!(place.inside(&name), Some("sections/x"));
            }
        }
    }
}
