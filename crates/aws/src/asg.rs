//! The group.

use aws_sdk_autoscaling::{
    Client,
    operation::RequestId,
    types::{ScalingPolicy, Tag},
};
use drivers::{
    EngineError,
    group::{Group, Size},
};

use crate::{
    fault::told,
    open::{self, Patience},
    seen::{FENCE, Seen},
};

/// An Auto Scaling group.
#[derive(Debug, Clone)]
pub struct Asg {
    client: Client,
    /// As the service knows it.
    group: String,
    /// As people call it.
    name: String,
}

impl Asg {
    /// The group `name`, through a client whose retries are off and whose calls are bounded, as those of [`client`](open::client) are.
    pub fn new(client: Client, name: &str) -> Self {
        Self { client, group: name.to_owned(), name: format!("asg/{name}") }
    }

    /// The group `name` with region and credentials from the usual places. Nobody is asked for the group yet.
    ///
    /// # Errors
    /// [`EngineError::Refused`]: no name, or no region is known.
    pub async fn open(
        name: &str,
        region: Option<String>,
        endpoint: Option<String>,
        patience: Patience,
    ) -> Result<Self, EngineError> {
        if name.is_empty() {
            return Err(EngineError::Refused("which Auto Scaling group? Its name is empty".into()));
        }
        Ok(Self::new(open::client(region, endpoint, patience).await?, name))
    }

    async fn look(&self) -> Result<Seen, EngineError> {
        let asked = self.client.describe_auto_scaling_groups().auto_scaling_group_names(&self.group).send();
        let answer = asked.await.map_err(|error| told(&error, "DescribeAutoScalingGroups", &self.name))?;
        let found =
            answer.auto_scaling_groups().iter().find(|g| g.auto_scaling_group_name() == Some(&self.group));
        let Some(group) = found else {
            let region = self.client.config().region().map_or("its region", |region| region.as_ref());
            return Err(EngineError::Refused(format!(
                "there is no {} in {region}: look at its name, the region, and whose account the credentials are for",
                self.name
            )));
        };
        Seen::new(&self.name, group)
    }

    /// Whether somebody else lowers how many are wanted.
    async fn has_policy_of_its_own(&self) -> Result<bool, EngineError> {
        let mut asked = self.client.describe_policies().auto_scaling_group_name(&self.group);
        for kind in DYNAMIC {
            asked = asked.policy_types(*kind);
        }
        // One page holds all: a group has fifty at most.
        let answer = asked.max_records(100).send().await;
        let answer = answer.map_err(|error| told(&error, "DescribePolicies", &self.name))?;
        Ok(answer.scaling_policies().iter().any(|policy| ScalingPolicy::enabled(policy) != Some(false)))
    }

    async fn write_fence(&self, fence: i64) -> Result<(), EngineError> {
        let tag = Tag::builder()
            .resource_type("auto-scaling-group")
            .resource_id(&self.group)
            .key(FENCE)
            .value(fence.to_string())
            .propagate_at_launch(false)
            .build();
        let written = self.client.create_or_update_tags().tags(tag).send().await;
        written.map(drop).map_err(|error| told(&error, "CreateOrUpdateTags", &self.name))
    }

    async fn write_floor(&self, floor: u32, wanted: Option<u32>) -> Result<(), EngineError> {
        // Neither is above MaxSize, which was an i32.
        let number = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
        let asked = self
            .client
            .update_auto_scaling_group()
            .auto_scaling_group_name(&self.group)
            .min_size(number(floor))
            .set_desired_capacity(wanted.map(number));
        let answer =
            asked.send().await.map_err(|error| told(&error, "UpdateAutoScalingGroup", &self.name))?;
        // The SDK reads nothing of a yes but its status, which any box on the way can give.
        if answer.request_id().is_none() {
            return Err(EngineError::Uncertain(format!(
                "UpdateAutoScalingGroup of {}: the answer has no number of a request; does somebody else answer for AWS?",
                self.name
            )));
        }
        Ok(())
    }
}

/// The kinds of policies that act on what is measured. Predictive ones only ever add.
const DYNAMIC: &[&str] = &["TargetTrackingScaling", "StepScaling", "SimpleScaling"];

impl Group for Asg {
    fn name(&self) -> &str {
        &self.name
    }

    async fn size(&self) -> Result<Size, EngineError> {
        Ok(self.look().await?.size)
    }

    async fn hold(&self, floor: u32, fence: i64) -> Result<(), EngineError> {
        let Seen { size, fence: held } = self.look().await?;
        if let Some(newest) = held.filter(|held| *held > fence) {
            return Err(EngineError::Fenced { newest });
        }
        if floor > size.most {
            return Err(EngineError::Refused(format!(
                "{} has at most {} instances (MaxSize), and {floor} are planned: raise MaxSize",
                self.name, size.most
            )));
        }
        let wanted = match size.wanted {
            // The service raises what is wanted to a new MinSize by itself, and a policy that adds at this moment is not undone; it does
            // not when MinSize stays.
            wanted if wanted < floor => (floor == size.floor).then_some(floor),
            // With a policy, what is above the floor is its answer to the load.
            wanted if wanted > floor && floor < size.floor && !self.has_policy_of_its_own().await? => {
                Some(floor)
            }
            _ => None,
        };
        // The API knows no condition under which it changes a group. Between the look above and the changes below somebody newer may
        // act and be overwritten, once: by a floor that was planned a moment ago. Their next look sees it, and mends it; ours sees
        // their fence, unless it was overwritten too, and then they are fenced by nobody: they write theirs again.
        if held != Some(fence) {
            self.write_fence(fence).await?;
        }
        self.write_floor(floor, wanted).await
    }
}
