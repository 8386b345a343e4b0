//! What is read of the cluster's objects, and nothing else of them: whatever else stands there is left as it is.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The annotation that keeps the newest fence that has acted.
pub const FENCE: &str = "primetime.tv/fence";
/// The annotation of a Deployment that says how many replicas it may have.
pub const MOST: &str = "primetime.tv/most";

/// Any object, as far as we look at it.
#[derive(Debug, Deserialize)]
pub(crate) struct Object<S, T> {
    pub metadata: Meta,
    pub spec: S,
    pub status: Option<T>,
}

pub(crate) type Hpa = Object<HpaSpec, HpaStatus>;
pub(crate) type Workload = Object<WorkloadSpec, WorkloadStatus>;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Meta {
    /// Of the state that was read; a patch that carries it is refused when there is a newer one.
    pub resource_version: String,
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HpaSpec {
    pub scale_target_ref: Reference,
    /// The API's default is 1.
    pub min_replicas: Option<u32>,
    pub max_replicas: u32,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Reference {
    #[serde(default)]
    pub api_version: String,
    pub kind: String,
    pub name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HpaStatus {
    #[serde(default)]
    pub current_replicas: u32,
    #[serde(default)]
    pub desired_replicas: u32,
    #[serde(default)]
    conditions: Vec<Condition>,
}

#[derive(Debug, Deserialize)]
struct Condition {
    #[serde(rename = "type")]
    kind: String,
    status: String,
    #[serde(default)]
    reason: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct WorkloadSpec {
    /// The API's default is 1.
    pub replicas: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WorkloadStatus {
    #[serde(default)]
    pub ready_replicas: u32,
}

impl HpaStatus {
    /// Somebody scaled the target to nothing by hand: the autoscaler then leaves it alone, whatever its floor.
    pub fn is_off(&self) -> bool {
        let off =
            |c: &Condition| c.kind == "ScalingActive" && c.status == "False" && c.reason == "ScalingDisabled";
        self.conditions.iter().any(off)
    }
}

impl Reference {
    /// Where the target lies, in the API's own words, if it is one that counts ready replicas.
    pub fn path(&self, namespace: &str) -> Option<String> {
        let resource = match (self.api_version.as_str(), self.kind.as_str()) {
            ("apps/v1", "Deployment") => "deployments",
            ("apps/v1", "StatefulSet") => "statefulsets",
            ("apps/v1", "ReplicaSet") => "replicasets",
            _ => return None,
        };
        Some(format!("/apis/apps/v1/namespaces/{namespace}/{resource}"))
    }
}
