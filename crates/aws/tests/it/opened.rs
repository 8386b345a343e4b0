//! Region, endpoint and credentials from the usual places. The environment is the process's, so each case is a process of its own: this
//! one again, with the test below.

use std::{process::Output, time::Duration};

use aws::{Asg, Patience};
use drivers::group::Group;
use tokio::{process::Command, task::JoinSet};

use crate::{
    metadata::{self, Metadata},
    moto,
};

/// Prints what a look at the group `AWS_TEST_GROUP` finds.
#[tokio::test]
#[ignore = "started by the others"]
async fn look() {
    #[expect(clippy::disallowed_methods, reason = "what the SDK itself reads")]
    let var = |name| std::env::var(name).ok();
    let patience = Patience { connect: Duration::from_secs(2), answer: Duration::from_secs(60) };
    let group = var("AWS_TEST_GROUP").unwrap_or_default();
    let asg = match Asg::open(&group, var("AWS_TEST_REGION"), var("AWS_TEST_ENDPOINT"), patience).await {
        Ok(asg) => asg,
        Err(error) => return println!("not opened: {error}"),
    };
    match asg.size().await {
        Ok(size) => println!("seen: {size:?}"),
        Err(error) => println!("not seen: {error:?}"),
    }
}

/// With nothing of this process's environment, and no question to the machine's metadata, unless it is said.
async fn looks(environment: &[(&str, &str)]) -> String {
    let Output { stdout, status, .. } = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "opened::look", "--ignored", "--nocapture"])
        .env_clear()
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(environment.iter().copied())
        .output()
        .await
        .unwrap();
    assert!(status.success());
    String::from_utf8(stdout).unwrap()
}

const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "none"), ("AWS_SECRET_ACCESS_KEY", "none")];

#[tokio::test]
async fn keys_and_region_come_from_the_environment_or_a_profile() {
    let (group, endpoint) = (moto::group().await, format!("http://127.0.0.1:{}", moto::port()));
    let there = [("AWS_TEST_GROUP", group.as_str()), ("AWS_TEST_ENDPOINT", endpoint.as_str())];
    let region = ("AWS_REGION", moto::REGION);
    let seen = "seen: Size { floor: 0, most: 20, wanted: 0, serving: 0 }";
    let said = looks(&[there.as_slice(), &KEYS, &[region]].concat()).await;
    assert!(said.contains(seen), "{said}");
    // The region that is named comes before the environment's.
    let elsewhere = [("AWS_REGION", "us-east-1"), ("AWS_TEST_REGION", moto::REGION)];
    let said = looks(&[there.as_slice(), &KEYS, &elsewhere].concat()).await;
    assert!(said.contains(seen), "{said}");

    let home = std::env::temp_dir().join(format!("aws-profile-{}", std::process::id()));
    std::fs::write(
        &home,
        format!("[default]\naws_access_key_id=none\naws_secret_access_key=none\nregion={}\n", moto::REGION),
    )
    .unwrap();
    let said = looks(&[there.as_slice(), &[("AWS_CONFIG_FILE", home.to_str().unwrap())]].concat()).await;
    std::fs::remove_file(&home).unwrap();
    assert!(said.contains(seen), "{said}");
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_said() {
    let (group, endpoint) = (moto::group().await, format!("http://127.0.0.1:{}", moto::port()));
    let there = [("AWS_TEST_GROUP", group.as_str()), ("AWS_TEST_ENDPOINT", endpoint.as_str())];
    let region = ("AWS_REGION", moto::REGION);

    let said = looks(&[("AWS_REGION", moto::REGION)]).await;
    assert!(said.contains("not opened: which Auto Scaling group?"), "{said}");
    let said = looks(&[there.as_slice(), &KEYS].concat()).await;
    assert!(said.contains("not opened: no AWS region is known: name it, or set AWS_REGION"), "{said}");
    let said = looks(&[there.as_slice(), &[region]].concat()).await;
    assert!(
        said.contains("not seen: Refused(") && said.contains("set AWS_PROFILE or AWS_ACCESS_KEY_ID"),
        "{said}"
    );
    // Another region has no such group.
    let said = looks(&[there.as_slice(), &KEYS, &[("AWS_REGION", "us-east-1")]].concat()).await;
    assert!(
        said.contains("not seen: Refused(") && said.contains("no asg/") && said.contains("us-east-1"),
        "{said}"
    );
    // Nobody is there, nothing was sent: a port that is held and not listened on, a name that nobody has.
    let held = tokio::net::TcpSocket::new_v4().unwrap();
    held.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let nobody = format!("http://{}", held.local_addr().unwrap());
    for endpoint in [nobody.as_str(), "https://autoscaling.nowhere.invalid"] {
        let wrong = [("AWS_TEST_GROUP", group.as_str()), ("AWS_TEST_ENDPOINT", endpoint)];
        let said = looks(&[wrong.as_slice(), &KEYS, &[region]].concat()).await;
        assert!(said.contains("not seen: Busy(5s)"), "{endpoint}: {said}");
    }
}

/// On a machine of AWS nothing but the group is named.
#[tokio::test]
async fn keys_and_region_come_from_the_machine() {
    let (group, endpoint) = (moto::group().await, format!("http://127.0.0.1:{}", moto::port()));
    let busy = "not seen: Busy(5s)";
    let none = "not opened: no AWS region is known";
    let mut cases = JoinSet::new();
    for (how, region, says) in [
        (Metadata::Good, None, "seen: Size { floor: 0, most: 20,"),
        (Metadata::NoRole, None, "give the machine a role"),
        (Metadata::Broken, None, none),
        // Who gives credentials is away for the moment.
        (Metadata::Broken, Some(("AWS_REGION", moto::REGION)), busy),
    ] {
        let (group, endpoint) = (group.clone(), endpoint.clone());
        cases.spawn(async move {
            let metadata = metadata::serve(how).await;
            let mut machine =
                vec![("AWS_TEST_GROUP", group.as_str()), ("AWS_TEST_ENDPOINT", endpoint.as_str())];
            machine.extend([
                ("AWS_EC2_METADATA_DISABLED", "false"),
                ("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.as_str()),
            ]);
            machine.extend(region);
            let said = looks(&machine).await;
            assert!(said.contains(says), "{how:?} {region:?}: {said}");
        });
    }
    cases.join_all().await;
}
