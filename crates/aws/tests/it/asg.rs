//! What is particular to Auto Scaling groups.

use std::time::Duration;

use aws::{ACTIONS, Asg, FENCE};
use aws_sdk_autoscaling::types::Tag;
use drivers::{
    EngineError,
    group::{Group, Size},
};

use crate::{
    moto::{self, PATIENT},
    proxy::{CHANGE, Does, Proxy, action, fault, whole},
};

const LOOK: &str = "DescribeAutoScalingGroups";

async fn behind_a_proxy() -> (Proxy, Asg) {
    let proxy = Proxy::start(moto::port()).await;
    let asg = Asg::new(moto::client(proxy.port, PATIENT), &moto::group().await);
    (proxy, asg)
}

/// What holding answers when the change is answered so.
async fn held(answer: String) -> Result<(), EngineError> {
    let (proxy, asg) = behind_a_proxy().await;
    proxy.set(Some((CHANGE, Does::Says(answer))));
    asg.hold(3, 1).await
}

fn refused(answer: Result<(), EngineError>) -> String {
    let Err(EngineError::Refused(why)) = answer else { panic!("{answer:?}") };
    why
}

#[tokio::test]
async fn whoever_may_not_is_told_what_to_allow() {
    let words =
        "User: arn:aws:iam::1:user/eve is not authorized to perform: autoscaling:UpdateAutoScalingGroup";
    let why = refused(held(fault(403, "AccessDenied", words)).await);
    assert!(why.contains(words), "{why}");
    for action in ACTIONS {
        assert!(why.contains(action), "{action} in: {why}");
    }
    let why = refused(held(fault(403, "InvalidClientTokenId", "The security token is invalid")).await);
    assert!(why.contains("credentials"), "{why}");
    let why = refused(held(fault(400, "ValidationError", "Max bound, 3, must be at least 4")).await);
    assert!(why.contains("Max bound, 3"), "{why}");
}

#[tokio::test]
async fn a_busy_service_is_left_alone_as_long_as_it_says() {
    let busy = |seconds| Err(EngineError::Busy(Duration::from_secs(seconds)));
    for code in ["ScalingActivityInProgress", "ResourceContention", "RequestLimitExceeded"] {
        assert_eq!(held(fault(400, code, "later")).await, busy(5), "{code}");
    }
    let hint = |header: &str| {
        fault(400, "Throttling", "Rate exceeded")
            .replace("content-length", &format!("{header}\r\ncontent-length"))
    };
    assert_eq!(held(hint("Retry-After: 17")).await, busy(17));
    assert_eq!(held(hint("x-amz-retry-after: 2000")).await, busy(2));
    assert_eq!(held(hint("Retry-After: soon")).await, busy(5));
}

#[tokio::test]
async fn what_broke_inside_the_service_may_have_happened() {
    for answer in [
        fault(500, "InternalFailure", "we are sorry"),
        whole(502, "", "<html>Bad gateway"),
        whole(400, "", "no"),
        "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n<Update".to_owned(),
    ] {
        let unknown = held(answer.clone()).await;
        assert!(matches!(unknown, Err(EngineError::Uncertain(_))), "{answer}: {unknown:?}");
    }
}

#[tokio::test]
async fn a_look_that_is_no_look_is_said() {
    let (proxy, asg) = behind_a_proxy().await;
    for garbage in ["<html>", "", "<DescribeAutoScalingGroupsResponse><Describe"] {
        proxy.set(Some((LOOK, Does::Says(whole(200, "", garbage)))));
        let unknown = asg.size().await;
        assert!(matches!(unknown, Err(EngineError::Uncertain(_))), "{garbage}: {unknown:?}");
    }
    // An answer about somebody else's group is none about ours.
    let other = "<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><AutoScalingGroups><member>\
        <AutoScalingGroupName>other</AutoScalingGroupName><MinSize>1</MinSize><MaxSize>2</MaxSize>\
        <DesiredCapacity>1</DesiredCapacity></member></AutoScalingGroups></DescribeAutoScalingGroupsResult>\
        </DescribeAutoScalingGroupsResponse>";
    proxy.set(Some((LOOK, Does::Says(whole(200, "", other)))));
    let why = refused(asg.size().await.map(drop));
    assert!(why.contains(asg.name()) && why.contains(moto::REGION), "{why}");
}

/// The group's own policy lowers what it wants, when the load allows.
#[tokio::test]
async fn what_a_policy_wants_is_left_to_it() {
    for (policy, left) in [(true, 9), (false, 2)] {
        let group = moto::group().await;
        if policy {
            moto::follow_the_processor(&group).await;
        }
        // Of another group: it has no say in this one.
        moto::follow_the_processor(&moto::group().await).await;
        let asg = moto::asg(&group);
        asg.hold(9, 1).await.unwrap();
        let size = asg.size().await.unwrap();
        assert_eq!(size, Size { floor: 9, most: 20, wanted: 9, serving: 9 });
        asg.hold(2, 1).await.unwrap();
        let size = asg.size().await.unwrap();
        assert_eq!((size.floor, size.wanted), (2, left), "policy: {policy}");
    }
}

/// What is wanted above a floor that rises is somebody's answer to the load; a floor that is there and not wanted is wanted at once.
#[tokio::test]
async fn a_rising_floor_lowers_nothing() {
    let (proxy, asg) = behind_a_proxy().await;
    let wants = async |wanted| {
        let group = asg.name().trim_start_matches("asg/");
        let set = moto::client(moto::port(), PATIENT).set_desired_capacity().auto_scaling_group_name(group);
        set.desired_capacity(wanted).send().await.unwrap();
    };
    asg.hold(2, 1).await.unwrap();
    assert_eq!(asg.size().await.unwrap().wanted, 2);
    assert!(!proxy.came().concat().contains("DesiredCapacity"), "the service raises by itself");
    wants(6).await;
    asg.hold(3, 1).await.unwrap();
    assert_eq!(asg.size().await.unwrap(), Size { floor: 3, most: 20, wanted: 6, serving: 6 });
    assert!(!proxy.came().concat().contains("DesiredCapacity"));
    wants(1).await;
    asg.hold(3, 1).await.unwrap();
    // Said, and not left to the service, which raises to a MinSize that is new alone; moto does always.
    assert!(proxy.came().concat().contains("DesiredCapacity=3"));
    assert_eq!(asg.size().await.unwrap().wanted, 3);
}

#[tokio::test]
async fn the_fence_is_a_tag_of_the_group_and_is_written_when_it_grows() {
    let (proxy, asg) = behind_a_proxy().await;
    let came =
        |proxy: &Proxy| proxy.came().iter().map(|request| action(request).to_owned()).collect::<Vec<_>>();
    asg.hold(3, 4).await.unwrap();
    assert_eq!(came(&proxy), [LOOK, "CreateOrUpdateTags", CHANGE]);
    asg.hold(5, 4).await.unwrap();
    assert_eq!(came(&proxy), [LOOK, CHANGE]);
    assert_eq!(asg.hold(5, 3).await, Err(EngineError::Fenced { newest: 4 }));
    assert_eq!(came(&proxy), [LOOK]);

    let client = moto::client(moto::port(), PATIENT);
    let name = asg.name().trim_start_matches("asg/");
    let seen = client.describe_auto_scaling_groups().auto_scaling_group_names(name).send().await.unwrap();
    let tag = seen.auto_scaling_groups()[0].tags().iter().find(|tag| tag.key() == Some(FENCE)).unwrap();
    assert_eq!((tag.value(), tag.propagate_at_launch()), (Some("4"), Some(false)));
    let scrawl =
        Tag::builder().resource_type("auto-scaling-group").resource_id(name).key(FENCE).value("x").build();
    client.create_or_update_tags().tags(scrawl).send().await.unwrap();
    let why = refused(asg.hold(3, 5).await);
    assert!(why.contains("delete the tag"), "{why}");
}

/// No floor without the fence: who cannot write it does not act.
#[tokio::test]
async fn without_its_fence_nothing_is_changed() {
    let (proxy, asg) = behind_a_proxy().await;
    proxy.set(Some(("CreateOrUpdateTags", Does::Says(fault(403, "AccessDenied", "no tags")))));
    assert!(refused(asg.hold(3, 1).await).contains("no tags"));
    proxy.set(None);
    assert_eq!(asg.size().await.unwrap().floor, 0);
}

#[tokio::test]
async fn groups_that_count_weights_are_refused() {
    let (proxy, asg) = behind_a_proxy().await;
    let name = asg.name().trim_start_matches("asg/");
    for counts in [
        "<DesiredCapacityType>vcpu</DesiredCapacityType>",
        "<MixedInstancesPolicy><LaunchTemplate><Overrides><member><InstanceType>c7i.large</InstanceType>\
         <WeightedCapacity>2</WeightedCapacity></member></Overrides></LaunchTemplate></MixedInstancesPolicy>",
    ] {
        let answer = format!(
            "<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><AutoScalingGroups><member>\
             <AutoScalingGroupName>{name}</AutoScalingGroupName><MinSize>1</MinSize><MaxSize>2</MaxSize>\
             <DesiredCapacity>1</DesiredCapacity>{counts}</member></AutoScalingGroups></DescribeAutoScalingGroupsResult>\
             </DescribeAutoScalingGroupsResponse>"
        );
        proxy.set(Some((LOOK, Does::Says(whole(200, "", &answer)))));
        assert!(refused(asg.hold(1, 1).await).contains("instead of instances"), "{counts}");
    }
}

#[tokio::test]
async fn only_the_healthy_in_service_serve() {
    let group = moto::group().await;
    let asg = moto::asg(&group);
    asg.hold(4, 1).await.unwrap();
    let client = moto::client(moto::port(), PATIENT);
    let seen = client.describe_auto_scaling_groups().auto_scaling_group_names(&group).send().await.unwrap();
    let ids: Vec<&str> = seen.auto_scaling_groups()[0]
        .instances()
        .iter()
        .filter_map(|instance| instance.instance_id())
        .collect();
    let sick = client.set_instance_health().instance_id(ids[0]).health_status("Unhealthy");
    sick.send().await.unwrap();
    let aside = client.enter_standby().auto_scaling_group_name(&group).instance_ids(ids[1]);
    aside.should_decrement_desired_capacity(false).send().await.unwrap();
    let size = asg.size().await.unwrap();
    // moto starts another in the place of the one that stands by.
    let there = client.describe_auto_scaling_groups().auto_scaling_group_names(&group).send().await.unwrap();
    let all = there.auto_scaling_groups()[0].instances().len();
    assert_eq!((size.floor, size.serving as usize), (4, all - 2), "{all} are there");
}
