//! What a path under `/v2/` names (OCI Distribution Specification 1.1, § "Endpoints").

use objects::{Digest, ImageNameError, ImageTag, Repository};

/// A manifest by its digest or by a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reference {
    Digest(Digest),
    Tag(ImageTag),
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// `/v2/`: is this a registry?
    Base,
    /// `/v2/{repository}/manifests/{reference}`
    Manifest(Repository, Reference),
    /// `/v2/{repository}/blobs/{digest}`
    Blob(Digest),
    /// `/v2/{repository}/tags/list`
    Tags(Repository),
}

/// Why a path names nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PathError {
    /// No endpoint of this registry: catalogue, referrers, uploads.
    Endpoint,
    /// An endpoint, with a name that cannot be one.
    Name(ImageNameError),
}

/// Reads what stands behind `/v2/`. Nothing is decoded: no name that exists needs it.
pub(crate) fn parse(rest: &str) -> Result<Wanted, PathError> {
    if rest.is_empty() {
        return Ok(Wanted::Base);
    }
    if let Some(name) = rest.strip_suffix("/tags/list") {
        return Ok(Wanted::Tags(name.parse().map_err(PathError::Name)?));
    }
    // The last part is the reference and the one before it the kind: names may hold either word.
    let (rest, reference) = rest.rsplit_once('/').ok_or(PathError::Endpoint)?;
    let (name, kind) = rest.rsplit_once('/').ok_or(PathError::Endpoint)?;
    if !matches!(kind, "manifests" | "blobs") {
        return Err(PathError::Endpoint);
    }
    let name: Repository = name.parse().map_err(PathError::Name)?;
    match (kind, reference.contains(':')) {
        ("blobs", _) => Ok(Wanted::Blob(reference.parse().map_err(PathError::Name)?)),
        (_, true) => {
            Ok(Wanted::Manifest(name, Reference::Digest(reference.parse().map_err(PathError::Name)?)))
        }
        (_, false) => Ok(Wanted::Manifest(name, Reference::Tag(reference.parse().map_err(PathError::Name)?))),
    }
}

/// For fuzzing: hostile paths must be refused without a panic, and what is accepted must mean itself.
pub fn fuzz_path(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let again = match parse(text) {
        Err(_) => return,
        Ok(Wanted::Base) => String::new(),
        Ok(Wanted::Tags(name)) => format!("{name}/tags/list"),
        Ok(Wanted::Manifest(name, Reference::Digest(digest))) => format!("{name}/manifests/{digest}"),
        Ok(Wanted::Manifest(name, Reference::Tag(tag))) => format!("{name}/manifests/{tag}"),
        Ok(Wanted::Blob(digest)) => {
            assert!(text.ends_with(&format!("/blobs/{digest}")));
            return;
        }
    };
    assert_eq!(again, text);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_may_hold_the_words_of_endpoints() {
        let digest = Digest([3; 32]);
        let name = |text: &str| text.parse::<Repository>().unwrap();
        let tag = |text: &str| Reference::Tag(text.parse().unwrap());
        for (path, wanted) in [
            (String::new(), Wanted::Base),
            ("a/b/tags/list".into(), Wanted::Tags(name("a/b"))),
            (
                "blobs/manifests/manifests/blobs".into(),
                Wanted::Manifest(name("blobs/manifests"), tag("blobs")),
            ),
            (format!("a/manifests/{digest}"), Wanted::Manifest(name("a"), Reference::Digest(digest))),
            (format!("a/b/blobs/{digest}"), Wanted::Blob(digest)),
        ] {
            assert_eq!(parse(&path), Ok(wanted), "{path}");
        }
    }

    #[test]
    fn what_is_no_endpoint_and_what_is_no_name() {
        for path in ["a", "a/b", "_catalog", "a/blobs/uploads/", "a/referrers/sha256:0", "//"] {
            assert_eq!(parse(path), Err(PathError::Endpoint), "{path}");
        }
        for path in [
            "a/manifests/",
            "A/manifests/x",
            "../x/manifests/y",
            "a/blobs/sha256:0",
            "a/blobs/x",
            "/tags/list",
        ] {
            assert!(matches!(parse(path), Err(PathError::Name(_))), "{path}");
        }
    }

    proptest! {
        #[test]
        fn what_is_accepted_means_itself(
            text in "([a-zA-Z0-9._/%-]{0,12}/)?(manifests|blobs|tags)/(list|sha256:)?[a-zA-Z0-9._:/-]{0,70}"
        ) {
            fuzz_path(text.as_bytes());
        }
    }
}
