//! What every group must do.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use drivers::group::conformance::{Fault, MOST, Subject, conforms};
use kubernetes::{Kind, Scaled};
use serde_json::{Value, json};

use crate::cluster::{self, Cluster};

/// Groups of one kind; `LEAST` of them, as the cluster allows.
struct Fleet<const LEAST: u32> {
    cluster: Cluster,
    kind: Kind,
    made: AtomicU32,
}

impl<const LEAST: u32> Fleet<LEAST> {
    fn new(cluster: Cluster, kind: Kind) -> Self {
        Self { cluster, kind, made: AtomicU32::new(0) }
    }

    fn group(&self, name: &str) -> Scaled {
        // Waited out by the one fault that is silent; whatever else is asked here is answered from memory.
        self.cluster.group(&format!("{}/primetime/{name}", self.kind.word())).patience(Duration::from_secs(2))
    }

    fn object(&self, name: &str) -> Value {
        match self.kind {
            Kind::Hpa => {
                let mut hpa = cluster::hpa();
                hpa["metadata"]["name"] = name.into();
                hpa["spec"]["scaleTargetRef"]["name"] = name.into();
                hpa["spec"]["minReplicas"] = LEAST.into();
                hpa["spec"]["maxReplicas"] = MOST.into();
                hpa["status"] = json!({ "currentReplicas": 0, "desiredReplicas": 0 });
                if LEAST == 0 {
                    hpa["spec"]["metrics"] = json!([{
                        "type": "External",
                        "external": {
                            "metric": { "name": "jobs_waiting" },
                            "target": { "type": "AverageValue", "averageValue": "30" },
                        },
                    }]);
                }
                hpa
            }
            Kind::Deployment => {
                let mut deployment = cluster::deployment();
                deployment["metadata"]["name"] = name.into();
                deployment["metadata"]["annotations"][kubernetes::MOST] = MOST.to_string().into();
                deployment["spec"]["replicas"] = LEAST.into();
                deployment["status"] = json!({});
                deployment
            }
        }
    }
}

impl<const LEAST: u32> Subject for Fleet<LEAST> {
    type Group = Scaled;

    const LEAST: u32 = LEAST;

    async fn fresh(&self) -> Scaled {
        let name = format!("site-{}", self.made.fetch_add(1, Ordering::Relaxed));
        let (version, resource) = match self.kind {
            Kind::Hpa => ("autoscaling/v2", "horizontalpodautoscalers"),
            Kind::Deployment => ("apps/v1", "deployments"),
        };
        self.cluster.put(version, resource, self.object(&name));
        self.group(&name)
    }

    async fn absent(&self) -> Scaled {
        self.group("nobody")
    }

    fn suffer(&self, fault: Option<Fault>) {
        self.cluster.suffer(fault);
    }
}

#[tokio::test]
async fn a_deployment_conforms() {
    conforms(&Fleet::<0>::new(Cluster::default(), Kind::Deployment)).await;
}

#[tokio::test]
async fn an_autoscaler_conforms() {
    conforms(&Fleet::<1>::new(Cluster::default(), Kind::Hpa)).await;
}

/// Where the cluster lets autoscalers scale to nothing, so do we: it is the server who knows.
#[tokio::test]
async fn an_autoscaler_that_may_scale_to_nothing_conforms() {
    conforms(&Fleet::<0>::new(Cluster::default().scales_to_zero(), Kind::Hpa)).await;
}
