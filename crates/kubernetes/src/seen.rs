//! A group's size, as the cluster's objects tell it.

use drivers::{EngineError, group::Size};
use http::StatusCode;

use crate::{
    Kind, Scaled,
    answer::meaning,
    ask::Failure,
    view::{Hpa, MOST, Meta, Workload, WorkloadStatus},
};

/// What a decision stands on.
pub(crate) struct Seen {
    /// Who serves of them, where that stands in another object, is not known yet.
    pub size: Size,
    pub meta: Meta,
    /// The object that counts those who are ready: its path and its name.
    pub ready: Option<(String, String)>,
    /// The autoscaler leaves its target alone.
    pub off: bool,
}

impl Scaled {
    pub(crate) async fn look(&self) -> Result<Seen, EngineError> {
        let failed = |failure| meaning(failure, &self.target);
        let (path, name) = (self.path(), self.target.name());
        match self.target.kind() {
            Kind::Hpa => Ok(self.autoscaler(self.api.get(&path, name).await.map_err(failed)?)),
            Kind::Deployment => self.deployment(self.api.get(&path, name).await.map_err(failed)?),
        }
    }

    fn autoscaler(&self, hpa: Hpa) -> Seen {
        let status = hpa.status.unwrap_or_default();
        let floor = hpa.spec.min_replicas.unwrap_or(1);
        let most = self.most.map_or(hpa.spec.max_replicas, |most| most.min(hpa.spec.max_replicas));
        let off = status.is_off() && floor > 0;
        // Its controller looks every 15 s, and then wants at least the floor; one that is off will not.
        let wanted = if off { status.desired_replicas } else { status.desired_replicas.max(floor) };
        let target = hpa.spec.scale_target_ref;
        let ready = target.path(self.target.namespace()).map(|path| (path, target.name));
        let size = Size { floor, most, wanted, serving: status.current_replicas };
        Seen { size, meta: hpa.metadata, ready, off }
    }

    /// How many of what an autoscaler scales are ready: its own `currentReplicas` counts pods that are still starting.
    pub(crate) async fn ready(&self, path: &str, name: &str) -> Result<u32, EngineError> {
        match self.api.get::<Workload>(path, name).await {
            Ok(workload) => Ok(serving(workload.status)),
            Err(Failure::Answered { code, .. }) if code == StatusCode::NOT_FOUND => Ok(0),
            Err(failure) => Err(meaning(failure, &self.target)),
        }
    }

    fn deployment(&self, deployment: Workload) -> Result<Seen, EngineError> {
        let floor = deployment.spec.replicas.unwrap_or(1);
        let said = self.number(&deployment.metadata, MOST)?;
        let Some(most) = said.into_iter().chain(self.most).min() else {
            return Err(EngineError::Refused(format!(
                "{}: nobody says how many replicas it may have: kubectl annotate deployment {} --namespace {} {MOST}=N",
                self.name,
                self.target.name(),
                self.target.namespace()
            )));
        };
        let size = Size { floor, most, wanted: floor, serving: serving(deployment.status) };
        Ok(Seen { size, meta: deployment.metadata, ready: None, off: false })
    }

    /// What an annotation of ours says.
    pub(crate) fn number<N: std::str::FromStr>(
        &self,
        meta: &Meta,
        key: &str,
    ) -> Result<Option<N>, EngineError> {
        let Some(text) = meta.annotations.get(key) else { return Ok(None) };
        let unread =
            |_| EngineError::Refused(format!("{}: its annotation {key} is no number: {text}", self.name));
        text.parse().map(Some).map_err(unread)
    }
}

fn serving(status: Option<WorkloadStatus>) -> u32 {
    status.map_or(0, |status| status.ready_replicas)
}
