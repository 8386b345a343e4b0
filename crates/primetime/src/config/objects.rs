//! The keys `objects.…` and `keys.…`: where objects are, and whose signatures count beside our own.

use std::path::PathBuf;

use objects::{Addressing, Location, keys::VerifyingKey};

use super::{ConfigError, Layers, optional, parse, wrong};

/// Objects in a bucket.
#[derive(Debug, Clone)]
pub struct Bucket {
    /// Bucket and prefix.
    pub location: Location,
    /// The store's address; `None`: AWS.
    pub endpoint: Option<String>,
    /// Its region.
    pub region: String,
    /// Where the bucket's name stands in addresses.
    pub addressing: Addressing,
    /// Where the credentials are; `None`: the environment has them.
    pub credentials: Option<CredentialsFrom>,
    /// Bytes of editions kept on this disk.
    pub cache: u64,
}

/// Where credentials are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialsFrom {
    /// The machine's own role has them.
    Role,
    /// In a file.
    File(PathBuf),
}

/// Public keys that were said, beside those in the data folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trusted {
    /// Of whoever publishes.
    pub edition: Vec<VerifyingKey>,
    /// Of whoever signs delivery tokens.
    pub token: Vec<VerifyingKey>,
    /// Of whoever builds releases.
    pub release: Vec<VerifyingKey>,
    /// Of whoever pushes container images.
    pub image: Vec<VerifyingKey>,
    /// Of whoever looks after golden images.
    pub golden: Vec<VerifyingKey>,
}

/// `None`: objects are in the data folder.
pub fn bucket(layers: &Layers) -> Result<Option<Bucket>, ConfigError> {
    let expected = "s3://BUCKET or s3://BUCKET/PREFIX";
    let endpoint = layers.said("objects.endpoint").text;
    let Some(location) = optional(layers, "objects.url", expected)? else {
        let stray = ["objects.endpoint", "objects.credentials"]
            .into_iter()
            .find(|key| !layers.said(key).text.is_empty());
        return stray.map_or(Ok(None), |key| Err(wrong(layers, key, "unset, or used with objects.url")));
    };
    if !endpoint.is_empty() && !endpoint.starts_with("http://") && !endpoint.starts_with("https://") {
        return Err(wrong(layers, "objects.endpoint", "an address, as in https://s3.example.com"));
    }
    if endpoint.contains('@') {
        // Not quoted: what stands before it is a secret.
        return Err(ConfigError::Value {
            source_name: layers.said("objects.endpoint").source.to_string(),
            key: "objects.endpoint".into(),
            text: "(not shown)".into(),
            expected: "an address without credentials; they go into the environment or a file".into(),
        });
    }
    let addressing = match layers.said("objects.addressing").text.as_str() {
        "path" => Addressing::Path,
        "host" => Addressing::Host,
        "auto" if endpoint.is_empty() => Addressing::Host,
        "auto" => Addressing::Path,
        _ => return Err(wrong(layers, "objects.addressing", "path, host or auto")),
    };
    let credentials = layers.said("objects.credentials").text;
    Ok(Some(Bucket {
        location,
        endpoint: Some(endpoint).filter(|text| !text.is_empty()),
        region: layers.said("objects.region").text,
        addressing,
        credentials: match credentials.as_str() {
            "" => None,
            "role" => Some(CredentialsFrom::Role),
            path => Some(CredentialsFrom::File(path.into())),
        },
        cache: u64::from(parse::<u32>(layers, "objects.cache_mb", "a number of megabytes")?) << 20,
    }))
}

/// Where this machine's secrets are handed over, by the store of the objects; `None`: nowhere.
pub fn secrets(layers: &Layers) -> Result<Option<Bucket>, ConfigError> {
    let Some(location) = optional(layers, "secrets.url", "s3://BUCKET/PREFIX")? else { return Ok(None) };
    let store = bucket(layers)?;
    let store = store.ok_or_else(|| wrong(layers, "secrets.url", "unset, or used with objects.url"))?;
    Ok(Some(Bucket { location, ..store }))
}

/// The keys that were said.
pub fn trusted(layers: &Layers) -> Result<Trusted, ConfigError> {
    let read = |key| {
        let text = layers.said(key).text;
        let keys = text.split([',', '\n']).map(str::trim).filter(|text| !text.is_empty());
        keys.map(VerifyingKey::parse)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| wrong(layers, key, "public keys, as in the file of that name in the folder keys"))
    };
    Ok(Trusted {
        edition: read("keys.edition")?,
        token: read("keys.token")?,
        release: read("keys.release")?,
        image: read("keys.image")?,
        golden: read("keys.golden")?,
    })
}
