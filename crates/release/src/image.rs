//! How an image is run: its configuration and manifest (OCI image specification 1.1).

use std::collections::HashMap;

use oci_spec::{
    OciSpecError,
    image::{
        ANNOTATION_CREATED, ANNOTATION_DESCRIPTION, ANNOTATION_LICENSES, ANNOTATION_REVISION,
        ANNOTATION_TITLE, ANNOTATION_VERSION, Arch, ConfigBuilder, Descriptor, ImageConfigurationBuilder,
        ImageManifestBuilder, MediaType, Os, RootFsBuilder, SCHEMA_VERSION,
    },
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    Layer, ReleaseError, Source,
    contents::{CERTIFICATES, DATA, GROUP, PROGRAM, SETTINGS, USER},
};

/// For viewers and the studio.
const PORT: u16 = 8080;
/// For operators: health and metrics.
const OPS_PORT: u16 = 9090;

/// What differs between the images.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    pub name: &'static str,
    pub description: &'static str,
    pub licences: &'static str,
    pub command: &'static [&'static str],
}

/// Pages, API, media, publishing: everything but encoding.
pub(crate) const SERVING: Kind = Kind {
    name: "primetime",
    description: "Internet TV: the roles site, origin and studio",
    licences: "Apache-2.0",
    command: &["serve", "--roles", "site,origin,studio"],
};

/// Encoding.
pub(crate) const WORKING: Kind = Kind {
    name: "primetime-work",
    description: "Internet TV: the role work, with ffmpeg; it can play every other role, too",
    licences: "Apache-2.0 AND GPL-2.0-or-later",
    command: &["work"],
};

impl Kind {
    /// The configuration's bytes.
    pub fn config(&self, source: &Source, layers: &[&Layer]) -> Result<Vec<u8>, ReleaseError> {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let env = [
            "PATH=/usr/bin".to_owned(),
            format!("SSL_CERT_FILE={CERTIFICATES}"),
            format!("PRIMETIME_DATA_DIR={DATA}"),
            format!("PRIMETIME_HTTP_LISTEN=0.0.0.0:{PORT}"),
            format!("PRIMETIME_HTTP_OPS_LISTEN=0.0.0.0:{OPS_PORT}"),
        ];
        let run = ConfigBuilder::default()
            .user(format!("{USER}:{GROUP}"))
            .exposed_ports([PORT, OPS_PORT].map(|port| format!("{port}/tcp")))
            .env(env)
            .entrypoint(words(&[PROGRAM]))
            .cmd(words(self.command))
            .working_dir(SETTINGS)
            .labels(self.labels(source))
            .stop_signal("SIGTERM")
            .build()
            .map_err(wrong)?;
        let unpacked: Vec<String> = layers.iter().map(|layer| layer.unpacked.to_string()).collect();
        let rootfs = RootFsBuilder::default().diff_ids(unpacked).build().map_err(wrong)?;
        let config = ImageConfigurationBuilder::default()
            .created(source.created.to_string())
            .architecture(Arch::default())
            .os(Os::Linux)
            .config(run)
            .rootfs(rootfs)
            .build()
            .map_err(wrong)?;
        let mut config = serde_json::to_value(config).map_err(|error| format("an image", &error))?;
        // Docker's word, not the specification's: engines that know no health checks pass over it.
        config["config"]["Healthcheck"] = json!({
            "Test": ["CMD", PROGRAM, "probe"],
            "Interval": seconds(10),
            "Timeout": seconds(5),
            "StartPeriod": seconds(30),
            "Retries": 3,
        });
        bytes(config)
    }

    /// The manifest's bytes.
    pub fn manifest(
        &self,
        source: &Source,
        config: Descriptor,
        layers: Vec<Descriptor>,
    ) -> Result<Vec<u8>, ReleaseError> {
        let manifest = ImageManifestBuilder::default()
            .schema_version(SCHEMA_VERSION)
            .media_type(MediaType::ImageManifest)
            .config(config)
            .layers(layers)
            .annotations(self.labels(source))
            .build()
            .map_err(wrong)?;
        document(&manifest)
    }

    fn labels(&self, source: &Source) -> HashMap<String, String> {
        let labels = [
            (ANNOTATION_TITLE, self.name.to_owned()),
            (ANNOTATION_DESCRIPTION, self.description.to_owned()),
            (ANNOTATION_LICENSES, self.licences.to_owned()),
            (ANNOTATION_VERSION, source.tag()),
            (ANNOTATION_REVISION, source.commit.clone()),
            (ANNOTATION_CREATED, source.created.to_string()),
        ];
        labels.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }
}

/// Nanoseconds, as Docker counts.
fn seconds(seconds: u64) -> u64 {
    seconds * 1_000_000_000
}

/// A document as it is kept: keys in order, so that the same document has the same digest.
pub(crate) fn document<T: Serialize>(document: &T) -> Result<Vec<u8>, ReleaseError> {
    bytes(serde_json::to_value(document).map_err(|error| format("an image", &error))?)
}

fn bytes(value: Value) -> Result<Vec<u8>, ReleaseError> {
    serde_json::to_vec(&sorted(value)).map_err(|error| format("an image", &error))
}

/// The library's maps come in an order that differs from run to run.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(list) => Value::Array(list.into_iter().map(sorted).collect()),
        plain => plain,
    }
}

fn wrong(error: OciSpecError) -> ReleaseError {
    format("an image", &error)
}

pub(crate) fn format(what: &'static str, why: &dyn ToString) -> ReleaseError {
    ReleaseError::Format { what, why: why.to_string() }
}
