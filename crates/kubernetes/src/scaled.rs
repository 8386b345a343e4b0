//! A group that a cluster keeps.

use std::time::Duration;

use drivers::{
    EngineError,
    group::{Group, Size},
};
use http::StatusCode;
use kube::{
    Client, Config,
    core::{
        Request as Path,
        params::{Patch, PatchParams},
    },
};
use serde_json::json;

use crate::{
    Kind, Target,
    answer::{MOMENT, meaning},
    ask::{Api, Failure, chain},
    seen::Seen,
    view::{FENCE, Hpa, Meta, Workload},
};

/// How long one request may take; a call makes at most four.
pub const PATIENCE: Duration = Duration::from_secs(5);
const CONNECT: Duration = Duration::from_secs(3);
/// Who the API server's `managedFields` say has written.
const MANAGER: &str = "primetime-fleet";
/// Reads, and reads once more when somebody wrote in between.
const TRIES: usize = 2;

/// A HorizontalPodAutoscaler or a Deployment, and the floor that is held there.
pub struct Scaled {
    pub(crate) api: Api,
    pub(crate) target: Target,
    pub(crate) name: String,
    /// What the operator says.
    pub(crate) most: Option<u32>,
}

impl Scaled {
    /// Asks the cluster that kubectl would (`KUBECONFIG`, `~/.kube/config`), or the one around this pod. Nothing is asked yet.
    ///
    /// # Errors
    /// [`EngineError::Refused`]: there is neither, or it makes no sense.
    pub async fn open(target: Target) -> Result<Self, EngineError> {
        let config = Config::infer().await.map_err(|error| no_way(&target, &error))?;
        Self::configured(config, target)
    }

    /// Asks the cluster that is described.
    ///
    /// # Errors
    /// As those of [`Scaled::open`].
    pub fn configured(mut config: Config, target: Target) -> Result<Self, EngineError> {
        config.connect_timeout = Some(CONNECT);
        config.read_timeout = Some(PATIENCE);
        config.write_timeout = Some(PATIENCE);
        config.reset_reader_on_write = true;
        // It would also repeat what may have been done (504), and longer than anybody waits.
        config.default_retry = false;
        let client = Client::try_from(config).map_err(|error| no_way(&target, &error))?;
        Ok(Self::with(client, target))
    }

    /// By a client that somebody else has made.
    pub fn with(client: Client, target: Target) -> Self {
        let name = target.to_string();
        Self { api: Api { client, patience: PATIENCE }, target, name, most: None }
    }

    /// Never more than that, whatever the cluster allows. A Deployment needs it, or the annotation `primetime.tv/most`; of both the
    /// lower one counts.
    #[must_use]
    pub fn most(mut self, most: u32) -> Self {
        self.most = Some(most);
        self
    }

    /// How long one request may take.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.api.patience = patience;
        self
    }

    pub(crate) fn path(&self) -> String {
        let (group, resource) = self.target.kind().resource();
        let version = match self.target.kind() {
            Kind::Hpa => "v2",
            Kind::Deployment => "v1",
        };
        format!("/apis/{group}/{version}/namespaces/{}/{resource}", self.target.namespace())
    }

    fn is_off(&self) -> EngineError {
        EngineError::Refused(format!(
            "{}: somebody has scaled what it scales to 0, and until that is undone it leaves it alone: kubectl scale --replicas=1",
            self.name
        ))
    }

    /// Changes floor and fence of the state that was read, and of no other.
    async fn write(&self, floor: u32, fence: i64, read: &Meta) -> Result<(), Failure> {
        let field = match self.target.kind() {
            Kind::Hpa => "minReplicas",
            Kind::Deployment => "replicas",
        };
        let patch = json!({
            "metadata": { "resourceVersion": read.resource_version, "annotations": { FENCE: fence.to_string() } },
            "spec": { field: floor },
        });
        let by = PatchParams { field_manager: Some(MANAGER.into()), ..PatchParams::default() };
        let request = Path::new(self.path()).patch(self.target.name(), &by, &Patch::Merge(&patch));
        let request = request.map_err(|error| Failure::Unsent(error.to_string()))?;
        // It answers with the object as it is then, or has not answered.
        match self.target.kind() {
            Kind::Hpa => self.api.ask::<Hpa>(request).await.map(drop),
            Kind::Deployment => self.api.ask::<Workload>(request).await.map(drop),
        }
    }
}

fn no_way(target: &Target, error: &dyn std::error::Error) -> EngineError {
    EngineError::Refused(format!("{target}: there is no way to a cluster: {}", chain(error)))
}

impl Group for Scaled {
    fn name(&self) -> &str {
        &self.name
    }

    async fn size(&self) -> Result<Size, EngineError> {
        let Seen { mut size, ready, .. } = self.look().await?;
        if let Some((path, name)) = ready {
            size.serving = self.ready(&path, &name).await?;
        }
        Ok(size)
    }

    async fn hold(&self, floor: u32, fence: i64) -> Result<(), EngineError> {
        for _ in 0..TRIES {
            let seen = self.look().await?;
            let kept: Option<i64> = self.number(&seen.meta, FENCE)?;
            if let Some(newest) = kept.filter(|kept| *kept > fence) {
                return Err(EngineError::Fenced { newest });
            }
            if floor > seen.size.most {
                let most = seen.size.most;
                return Err(EngineError::Refused(format!("{}: it may have {most}, not {floor}", self.name)));
            }
            if seen.size.floor == floor && kept == Some(fence) {
                return if seen.off { Err(self.is_off()) } else { Ok(()) };
            }
            match self.write(floor, fence, &seen.meta).await {
                Ok(()) => return Ok(()),
                Err(Failure::Answered { code, .. }) if code == StatusCode::CONFLICT => {}
                Err(failure) => return Err(meaning(failure, &self.target)),
            }
        }
        Err(EngineError::Busy(MOMENT))
    }
}
