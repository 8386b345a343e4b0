//! A client, with credentials and region from where every tool of AWS takes them.

use std::time::Duration;

use aws_config::{
    AppName, BehaviorVersion, Region, identity::IdentityCache, retry::RetryConfig,
    stalled_stream_protection::StalledStreamProtectionConfig, timeout::TimeoutConfig,
};
use aws_sdk_autoscaling::Client;
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use drivers::EngineError;

/// How long one call may take. A change is up to four calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Until there is a connection.
    pub connect: Duration,
    /// Until the whole answer is there, the drawing of credentials and the connection included.
    pub answer: Duration,
}

impl Default for Patience {
    /// The service answers within a second as a rule; it is asked again in a minute whatever happens.
    fn default() -> Self {
        Self { connect: Duration::from_secs(3), answer: Duration::from_secs(10) }
    }
}

/// A client for `region`, or that of the environment (`AWS_REGION`), the profile or the machine, in this order; credentials likewise:
/// environment, profile, web identity, container, role of the machine. `endpoint`: somewhere else than where the region's service is.
///
/// # Errors
/// [`EngineError::Refused`]: no region is known.
pub async fn client(
    region: Option<String>,
    endpoint: Option<String>,
    patience: Patience,
) -> Result<Client, EngineError> {
    // The workspace's one cryptography; what the SDK brings by itself is a second, in C, that wants cmake.
    let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let timeouts =
        TimeoutConfig::builder().connect_timeout(patience.connect).operation_timeout(patience.answer).build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .timeout_config(timeouts)
        // The SDK's own five seconds are about as long as it asks a machine that gives none: then it says that time is up, and not why.
        .identity_cache(IdentityCache::lazy().load_timeout(patience.answer).build())
        // Whoever follows a plan asks again by itself, with what is planned then.
        .retry_config(RetryConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    if let Ok(name) = AppName::new("primetime") {
        loader = loader.app_name(name);
    }
    if let Some(region) = region {
        loader = loader.region(Region::new(region));
    }
    if let Some(endpoint) = endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    let config = loader.load().await;
    if config.region().is_none() {
        return Err(EngineError::Refused(
            "no AWS region is known: name it, or set AWS_REGION or the profile's `region`".into(),
        ));
    }
    Ok(Client::new(&config))
}
