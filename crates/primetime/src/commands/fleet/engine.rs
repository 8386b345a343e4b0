//! The engine whose group follows the plan, where that is not hosts of ours.

use std::{fmt, str::FromStr};

use drivers::{
    EngineError,
    group::{Group, Size},
};

#[cfg(any(feature = "aws", feature = "kubernetes"))]
use crate::failed::Doing;
use crate::failed::Failed;

/// Which group follows, as in `asg/site`, `hpa/primetime/site`, `deployment/primetime/site`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// An Auto Scaling group of AWS.
    Asg(String),
    /// What a Kubernetes cluster scales.
    Scaled(kubernetes::Target),
}

impl FromStr for Which {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('/') {
            Some(("asg", name)) if !name.is_empty() && !name.contains('/') => Ok(Self::Asg(name.into())),
            Some(("hpa" | "deployment", _)) => {
                text.parse().map(Self::Scaled).map_err(|error| format!("{error}"))
            }
            _ => Err("write asg/NAME, hpa/NAMESPACE/NAME or deployment/NAMESPACE/NAME".to_owned()),
        }
    }
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asg(name) => write!(f, "asg/{name}"),
            Self::Scaled(target) => target.fmt(f),
        }
    }
}

/// A group of an engine that this binary was built with.
pub enum AnyGroup {
    #[cfg(feature = "aws")]
    Asg(aws::Asg),
    #[cfg(feature = "kubernetes")]
    Scaled(kubernetes::Scaled),
}

#[cfg(not(all(feature = "aws", feature = "kubernetes")))]
fn without(what: &str, feature: &str) -> Failed {
    Failed::new(format!(
        "this binary was built without {what}: `cargo build --release -p primetime --features {feature}` builds one with them"
    ))
}

impl AnyGroup {
    /// The group, by the credentials that its engine's own tools would take. Nobody is asked yet.
    pub async fn open(which: &Which) -> Result<Self, Failed> {
        match which {
            #[cfg(feature = "aws")]
            Which::Asg(name) => {
                let group = aws::Asg::open(name, None, None, aws::Patience::default()).await;
                Ok(Self::Asg(group.doing(|| format!("drive {which}"))?))
            }
            #[cfg(not(feature = "aws"))]
            Which::Asg(_) => Err(without("Auto Scaling groups", "aws")),
            #[cfg(feature = "kubernetes")]
            Which::Scaled(target) => Ok(Self::Scaled(
                kubernetes::Scaled::open(target.clone()).await.doing(|| format!("drive {which}"))?,
            )),
            #[cfg(not(feature = "kubernetes"))]
            Which::Scaled(_) => Err(without("clusters", "kubernetes")),
        }
    }
}

impl Group for AnyGroup {
    fn name(&self) -> &str {
        match *self {
            #[cfg(feature = "aws")]
            Self::Asg(ref group) => group.name(),
            #[cfg(feature = "kubernetes")]
            Self::Scaled(ref group) => group.name(),
        }
    }

    async fn size(&self) -> Result<Size, EngineError> {
        match *self {
            #[cfg(feature = "aws")]
            Self::Asg(ref group) => group.size().await,
            #[cfg(feature = "kubernetes")]
            Self::Scaled(ref group) => group.size().await,
        }
    }

    #[cfg_attr(
        not(any(feature = "aws", feature = "kubernetes")),
        expect(unused_variables, reason = "there is no group to hold")
    )]
    async fn hold(&self, floor: u32, fence: i64) -> Result<(), EngineError> {
        match *self {
            #[cfg(feature = "aws")]
            Self::Asg(ref group) => group.hold(floor, fence).await,
            #[cfg(feature = "kubernetes")]
            Self::Scaled(ref group) => group.hold(floor, fence).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_named_as_their_tools_name_them() {
        assert_eq!("asg/site".parse(), Ok(Which::Asg("site".into())));
        for scaled in ["hpa/tv/site", "deployment/tv/site"] {
            assert_eq!(scaled.parse().map(|which: Which| which.to_string()), Ok(scaled.to_owned()));
        }
        for wrong in ["", "asg/", "asg", "asg/a/b", "hpa/site", "pods/a/b", "site"] {
            assert!(wrong.parse::<Which>().unwrap_err().contains("hpa/NAMESPACE/NAME"), "{wrong}");
        }
        assert!("hpa//site".parse::<Which>().unwrap_err().contains("no name that Kubernetes gives"));
    }
}
