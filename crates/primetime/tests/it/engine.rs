//! A group of an engine follows the plan, whoever plans and whoever is killed: `fleet run` against moto, which stands in for AWS.

use std::{process::Child, time::Duration};

use rustix::process::Signal;

use crate::{
    aws::{REGION, python, start},
    encoders::{a_premiere, cancel},
    fleet::announce,
    process::{Installation, Running, words},
};

/// moto, with one group.
struct Aws {
    url: String,
    _server: Child,
}

impl Aws {
    fn new(group: &str) -> Self {
        let (port, server) = start();
        let it = Self { url: format!("http://127.0.0.1:{port}"), _server: server };
        it.ask(&format!(
            "a.create_auto_scaling_group(AutoScalingGroupName='{group}', MinSize=1, MaxSize=6, \
             LaunchTemplate=dict(LaunchTemplateName='hosts', Version='1'), AvailabilityZones=['eu-central-1a'])",
        ));
        it
    }

    /// An installation that speaks to it.
    fn installation(&self) -> Installation {
        let mut there = Installation::new();
        for (name, value) in [
            ("AWS_ENDPOINT_URL", self.url.as_str()),
            ("AWS_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", "none"),
            ("AWS_SECRET_ACCESS_KEY", "very-secret"),
        ] {
            there.variables.push((name, value.to_owned()));
        }
        there
    }

    fn ask(&self, what: &str) -> String {
        let script = format!(
            "import boto3; a = boto3.client('autoscaling', region_name='{REGION}', endpoint_url='{}', \
             aws_access_key_id='none', aws_secret_access_key='none')\n{what}",
            self.url
        );
        let output = python(["-c", &script]).output().unwrap();
        assert!(output.status.success(), "{}", words(&output));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Its floor, and how many it wants.
    fn size(&self) -> String {
        self.ask("g = a.describe_auto_scaling_groups()['AutoScalingGroups'][0]; print(g['MinSize'], g['DesiredCapacity'])")
    }

    async fn becomes(&self, wanted: &str, running: &mut Running) {
        running.until(wanted, async |_| self.size() == wanted).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_follows_the_plan_and_loses_nothing_when_nobody_plans() {
    let aws = Aws::new("site");
    let there = aws.installation();
    let line = "fleet run --capacity 10 --engine asg/site --each 2";
    there.succeed("migrate");
    assert!(there.succeed("fleet status").contains("Nobody ever planned"));
    // Whoever planned before left a plan of seven instances, which is four members of two.
    announce(&there, ("first", 1), 7, 10, 0).await;
    let mut first = there.start(line);
    aws.becomes("4 4", &mut first).await;
    // Killed at the worst minute, just when the next plan asks for more than the group may have.
    first.signal(Signal::KILL).await;
    announce(&there, ("second", 3), 14, 10, 0).await;
    assert_eq!(aws.size(), "4 4", "what was held is held");
    let mut second = there.start(line);
    aws.becomes("6 6", &mut second).await;
    assert!(second.signal(Signal::TERM).await.success());
    // The plan has expired and nobody has made another.
    announce(&there, ("third", 5), 2, 0, 0).await;
    let mut third = there.start(line);
    third.until("planning", async |third| third.log().contains("planning from what is known")).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(aws.size(), "6 6", "without a plan nothing is let go");
    assert!(!third.log().contains("very-secret"));
    assert!(third.signal(Signal::TERM).await.success());
    let log = there.succeed("audit show");
    for line in
        ["asg/site: floor 1 to 4", "asg/site: floor 4 to 6 of the 7 that the plan wants: it may have no more"]
    {
        assert!(log.contains(line), "{log}");
    }
    assert!(there.succeed("audit verify").contains("none edited"));
    // A group that is not there is said to be.
    let mut lost = there.start("fleet run --capacity 10 --engine asg/nowhere");
    lost.until("saying so", async |lost| lost.log().contains("asg/nowhere")).await;
    assert!(lost.signal(Signal::TERM).await.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_of_encoders_follows_the_queue() {
    let aws = Aws::new("work");
    let there = aws.installation();
    let (store, names) = a_premiere(&there).await;
    // Four encoders, two on each member.
    let line = "fleet run --role work --lead 2 --most 5 --engine asg/work --each 2";
    let mut fleet = there.start(line);
    aws.becomes("2 2", &mut fleet).await;
    assert!(fleet.signal(Signal::TERM).await.success());
    cancel(&there, &store, &names).await;
    // Nothing but the plan ever made it larger: it goes with its floor.
    let mut fleet = there.start(line);
    aws.becomes("1 1", &mut fleet).await;
    assert!(fleet.signal(Signal::TERM).await.success());
    let log = there.succeed("audit show");
    for line in ["asg/work: floor 1 to 2", "asg/work: floor 2 to 1"] {
        assert!(log.contains(line), "{log}");
    }
}
