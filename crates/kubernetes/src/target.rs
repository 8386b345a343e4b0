//! Which object of a cluster is meant, as people write it.

use std::{fmt, str::FromStr};

/// What is scaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A HorizontalPodAutoscaler of autoscaling/v2, by its `minReplicas`.
    Hpa,
    /// A Deployment of apps/v1 that no autoscaler owns, by its `replicas`.
    Deployment,
}

impl Kind {
    /// As it begins a target's name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hpa => "hpa",
            Self::Deployment => "deployment",
        }
    }

    /// The API's group, and the resource's name in it: as a role names them.
    pub fn resource(self) -> (&'static str, &'static str) {
        match self {
            Self::Hpa => ("autoscaling", "horizontalpodautoscalers"),
            Self::Deployment => ("apps", "deployments"),
        }
    }
}

/// One object: `hpa/primetime/site`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    kind: Kind,
    namespace: String,
    name: String,
}

/// Why that names nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// It has not three parts, or begins with something else.
    #[error("{0} is neither hpa/NAMESPACE/NAME nor deployment/NAMESPACE/NAME")]
    Form(String),
    /// No object can have such a name.
    #[error("{0} is no name that Kubernetes gives: small letters, digits, - (and . in names of objects)")]
    Name(String),
}

/// RFC 1123: of a label, and of a subdomain made of them.
const LONGEST_LABEL: usize = 63;
const LONGEST_NAME: usize = 253;

impl Target {
    /// That one.
    ///
    /// # Errors
    /// [`TargetError::Name`].
    pub fn new(kind: Kind, namespace: &str, name: &str) -> Result<Self, TargetError> {
        if namespace.len() > LONGEST_LABEL || !is_label(namespace) {
            return Err(TargetError::Name(namespace.into()));
        }
        if name.len() > LONGEST_NAME || !name.split('.').all(is_label) {
            return Err(TargetError::Name(name.into()));
        }
        Ok(Self { kind, namespace: namespace.into(), name: name.into() })
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Where it is.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Its name there.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Whatever passes can stand in a path as it is.
fn is_label(text: &str) -> bool {
    let inside = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
    !text.is_empty() && text.bytes().all(inside) && !text.starts_with('-') && !text.ends_with('-')
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let form = || TargetError::Form(text.into());
        let mut parts = text.split('/');
        let (Some(kind), Some(namespace), Some(name), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(form());
        };
        let kind =
            [Kind::Hpa, Kind::Deployment].into_iter().find(|known| known.word() == kind).ok_or_else(form)?;
        Self::new(kind, namespace, name)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.kind.word(), self.namespace, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_read_and_what_could_leave_its_place_in_a_path_is_not() {
        for good in ["hpa/primetime/site", "deployment/a-1/origin.eu"] {
            assert_eq!(good.parse::<Target>().map(|t| t.to_string()), Ok(good.into()));
        }
        for form in ["", "hpa", "hpa/site", "hpa/a/b/c", "asg/a/b", "HPA/a/b"] {
            assert_eq!(form.parse::<Target>(), Err(TargetError::Form(form.into())));
        }
        for (text, name) in [
            ("hpa//site", ""),
            ("hpa/a/", ""),
            ("hpa/a/..", ".."),
            ("hpa/a/b?c", "b?c"),
            ("hpa/a.b/c", "a.b"),
            ("hpa/a/Site", "Site"),
            ("hpa/a/-b", "-b"),
            ("hpa/a/b%2f", "b%2f"),
        ] {
            assert_eq!(text.parse::<Target>(), Err(TargetError::Name(name.into())), "{text}");
        }
        let long = "a".repeat(64);
        assert_eq!(Target::new(Kind::Hpa, &long, "b"), Err(TargetError::Name(long.clone())));
        assert!(Target::new(Kind::Hpa, "a", &long).is_ok());
    }
}
