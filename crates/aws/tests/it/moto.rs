//! The server, one for the process, and groups in it.

use std::{
    process::Child,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use aws::Asg;
use aws_sdk_autoscaling::{
    Client, Config,
    config::{BehaviorVersion, Credentials, Region, retry::RetryConfig, timeout::TimeoutConfig},
    types::{
        LaunchTemplateSpecification, MetricType, PredefinedMetricSpecification, Tag,
        TargetTrackingConfiguration,
    },
};
use aws_smithy_http_client::Builder;
use drivers::group::conformance::MOST;

use crate::server;

pub use crate::server::REGION;
/// As long as nobody is to be silent, an answer takes as long as this machine is busy.
pub const PATIENT: Duration = Duration::from_secs(60);

/// Its port. It ends when this process does, which holds its input.
pub fn port() -> u16 {
    static SERVER: OnceLock<(u16, Child)> = OnceLock::new();
    SERVER.get_or_init(server::start).0
}

/// A client of whatever answers at `port`.
pub fn client(port: u16, answer: Duration) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(Credentials::new("none", "none", None, None, "test"))
        .endpoint_url(format!("http://127.0.0.1:{port}"))
        .http_client(Builder::new().build_http())
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::builder().operation_timeout(answer).build())
        .build();
    Client::from_conf(config)
}

/// The name of a new group of no members, of the shape of `deploy/aws/group.yaml`'s.
pub async fn group() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("group-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let template = LaunchTemplateSpecification::builder().launch_template_name("hosts").version("1").build();
    let tag = Tag::builder().key("primetime:roles").value("site").propagate_at_launch(true).build();
    client(port(), PATIENT)
        .create_auto_scaling_group()
        .auto_scaling_group_name(&name)
        .min_size(0)
        .max_size(i32::try_from(MOST).unwrap())
        .launch_template(template)
        .availability_zones(format!("{REGION}a"))
        .health_check_type("ELB")
        .health_check_grace_period(60)
        .termination_policies("OldestLaunchTemplate")
        .termination_policies("OldestInstance")
        .tags(tag)
        .send()
        .await
        .unwrap();
    name
}

/// As `deploy/aws/group.yaml` has one.
pub async fn follow_the_processor(group: &str) {
    let metric = PredefinedMetricSpecification::builder()
        .predefined_metric_type(MetricType::AsgAverageCpuUtilization)
        .build();
    let target = TargetTrackingConfiguration::builder()
        .predefined_metric_specification(metric)
        .target_value(60.0)
        .build();
    client(port(), PATIENT)
        .put_scaling_policy()
        .auto_scaling_group_name(group)
        .policy_name(format!("{group}-load"))
        .policy_type("TargetTrackingScaling")
        .target_tracking_configuration(target)
        .send()
        .await
        .unwrap();
}

/// The group, straight from the server.
pub fn asg(group: &str) -> Asg {
    Asg::new(client(port(), PATIENT), group)
}
