//! Where this installation's objects are: a folder or a bucket.

use std::{path::Path, sync::Arc};

use objects::{METADATA, Objects, S3Config, S3Limits, Who};

use crate::{
    ambient::{self, SystemClock, SystemRng},
    config::{Bucket, Config, CredentialsFrom, credentials},
    data::DataDir,
    failed::{Doing, Failed},
};

/// Opens them. A bucket is not asked for anything yet.
pub fn open(config: &Config, data: &DataDir) -> Result<Objects, Failed> {
    open_with(config, data, &data.copies())
}

/// As [`open`], with a folder for what is local of a bucket.
pub fn open_with(config: &Config, data: &DataDir, copies: &Path) -> Result<Objects, Failed> {
    let Some(bucket) = &config.objects else {
        return Objects::folder(&data.objects()).doing(|| "open the folder of objects".into());
    };
    let config = s3(bucket)?;
    Objects::s3(config, copies, Arc::new(SystemClock), Arc::new(SystemRng))
        .doing(|| format!("use {}", bucket.location))
}

fn variable(wanted: &str) -> Option<String> {
    ambient::variables().find(|(name, _)| name == wanted).map(|(_, value)| value)
}

/// Where this machine's metadata service is: the variable as the AWS tools call it.
pub fn metadata() -> String {
    let said = variable("AWS_EC2_METADATA_SERVICE_ENDPOINT").filter(|address| !address.is_empty());
    said.unwrap_or_else(|| METADATA.to_owned()).trim_end_matches('/').to_owned()
}

/// A bucket, as the store's client is told of it.
pub fn s3(bucket: &Bucket) -> Result<S3Config, Failed> {
    let who = match &bucket.credentials {
        Some(CredentialsFrom::Role) => Who::Role(metadata()),
        Some(CredentialsFrom::File(path)) => {
            let profile = variable("AWS_PROFILE").filter(|name| !name.is_empty());
            Who::Given(credentials::from_file(path, profile.as_deref().unwrap_or("default"))?)
        }
        None => Who::Given(credentials::from_environment(variable)?),
    };
    Ok(S3Config {
        location: bucket.location.clone(),
        endpoint: bucket.endpoint.clone(),
        region: bucket.region.clone(),
        addressing: bucket.addressing,
        who,
        cache_bytes: bucket.cache,
        limits: S3Limits::default(),
    })
}
