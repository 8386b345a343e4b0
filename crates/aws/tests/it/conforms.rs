//! The suite of groups.

use std::time::Duration;

use aws::Asg;
use drivers::group::conformance::{self, Fault, Subject};

use crate::{
    moto,
    proxy::{CHANGE, Does, Proxy},
};

/// Longer than moto takes to make twenty instances on a busy machine; as long as the silent one is waited for.
const ANSWER: Duration = Duration::from_secs(5);

struct Region(Proxy);

impl Subject for Region {
    type Group = Asg;

    async fn fresh(&self) -> Asg {
        Asg::new(moto::client(self.0.port, ANSWER), &moto::group().await)
    }

    async fn absent(&self) -> Asg {
        Asg::new(moto::client(self.0.port, ANSWER), "nowhere")
    }

    fn suffer(&self, fault: Option<Fault>) {
        self.0.set(fault.map(|fault| (CHANGE, Does::Suffers(fault))));
    }
}

#[tokio::test]
async fn an_auto_scaling_group_conforms() {
    conformance::conforms(&Region(Proxy::start(moto::port()).await)).await;
}
