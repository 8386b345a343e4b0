//! Groups that a Kubernetes cluster keeps: it is told a floor, and starts and ends pods by its own means.
//!
//! A [`Target`] says which: `hpa/NAMESPACE/NAME` has the `minReplicas` of a HorizontalPodAutoscaler (autoscaling/v2) set, which goes on
//! reacting above it; `deployment/NAMESPACE/NAME` the `replicas` of a Deployment (apps/v1) that no autoscaler owns. `Scaled`, with the feature
//! `client`, is the [group](../drivers/group/index.html) that does it.
//!
//! **The fence** stands in the annotation `primetime.tv/fence` of the object itself. It, the floor and the `resourceVersion` that was read go
//! out in one merge patch, so that the API server refuses whatever was decided on an older state: 409, and nothing happened.

mod target;

#[cfg(feature = "client")]
mod answer;
#[cfg(feature = "client")]
mod ask;
#[cfg(feature = "client")]
mod scaled;
#[cfg(feature = "client")]
mod seen;
#[cfg(feature = "client")]
mod view;

#[cfg(feature = "client")]
pub use scaled::{PATIENCE, Scaled};
pub use target::{Kind, Target, TargetError};
#[cfg(feature = "client")]
pub use view::{FENCE, MOST};
