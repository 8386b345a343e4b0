//! A group, as the service describes it.

use aws_sdk_autoscaling::types::{AutoScalingGroup, LifecycleState, MixedInstancesPolicy};
use drivers::{EngineError, group::Size};

/// The tag in which the group carries the newest lease that acted on it.
pub const FENCE: &str = "primetime:fence";

/// What one look found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    pub size: Size,
    /// None, as long as nobody has held it.
    pub fence: Option<i64>,
}

impl Seen {
    /// `name` is what people call the group.
    pub fn new(name: &str, group: &AutoScalingGroup) -> Result<Self, EngineError> {
        if !counts_instances(group) {
            return Err(EngineError::Refused(format!(
                "{name} counts weights, processors or memory instead of instances: a floor in instances means nothing to it; \
                 take the weights off its instance types, and `units` for its DesiredCapacityType"
            )));
        }
        let serving = group.instances().iter().filter(|instance| {
            instance.lifecycle_state() == Some(&LifecycleState::InService)
                && instance.health_status().is_some_and(|health| health.eq_ignore_ascii_case("healthy"))
        });
        let size = Size {
            floor: number(name, "MinSize", group.min_size())?,
            most: number(name, "MaxSize", group.max_size())?,
            wanted: number(name, "DesiredCapacity", group.desired_capacity())?,
            serving: u32::try_from(serving.count()).unwrap_or(u32::MAX),
        };
        Ok(Self { size, fence: fence(name, group)? })
    }
}

/// With weights, capacities are sums of them.
fn counts_instances(group: &AutoScalingGroup) -> bool {
    let overrides = group
        .mixed_instances_policy()
        .and_then(MixedInstancesPolicy::launch_template)
        .map(|template| template.overrides())
        .unwrap_or_default();
    group.desired_capacity_type().is_none_or(|kind| kind.is_empty() || kind == "units")
        && overrides.iter().all(|kind| kind.weighted_capacity().is_none())
}

/// Whatever is not a whole number of instances is no answer of the service that we know.
fn number(name: &str, what: &str, value: Option<i32>) -> Result<u32, EngineError> {
    value.and_then(|value| u32::try_from(value).ok()).ok_or_else(|| {
        EngineError::Uncertain(format!(
            "{what} of {name} is {value:?} in the answer, which is no number of instances"
        ))
    })
}

fn fence(name: &str, group: &AutoScalingGroup) -> Result<Option<i64>, EngineError> {
    let Some(tag) = group.tags().iter().find(|tag| tag.key() == Some(FENCE)) else { return Ok(None) };
    let value = tag.value().unwrap_or_default();
    let unread = |_| {
        EngineError::Refused(format!(
            "the tag {FENCE} of {name} is `{value}`, which is no number: delete the tag"
        ))
    };
    value.parse().map(Some).map_err(unread)
}
