//! A rollout over hosts that are reached through the database alone.

use std::{collections::BTreeMap, time::Duration};

use fleet::{
    judge::Rules,
    rollout::{Action, Counts, Driver, DriverError, Limits, Observation, Rollout, Stage},
};
use ops::{Claimed, Controller, Hosts, Post, Ticked};

use crate::{processes::*, town::*};

/// What one host sees of its own.
struct Own(Processes, &'static str);

impl Driver for Own {
    async fn observe(&self, service: &str) -> Result<Observation, DriverError> {
        let mut seen = self.0.observe(service).await?;
        seen.instances.retain(|instance| instance.host == self.1);
        seen.hosts.retain(|host| host == self.1);
        // As an engine names them: each host has its own first one.
        for instance in &mut seen.instances {
            instance.name = instance.name.replace("site-0-", "i");
        }
        Ok(seen)
    }

    async fn counted(&self, service: &str, names: &[&str]) -> BTreeMap<String, Counts> {
        let mut all = BTreeMap::new();
        for name in names {
            let counts = self.0.counted(service, &[&theirs(name)]).await.into_values().next();
            all.extend(counts.map(|counts| ((*name).to_owned(), counts)));
        }
        all
    }

    async fn act(&self, service: &str, fence: i64, action: &Action) -> Result<(), DriverError> {
        let mut action = action.clone();
        match &mut action {
            Action::Admit { name } | Action::Park { name } | Action::Stop { name, .. } => {
                *name = theirs(name)
            }
            Action::Start { host, .. } => assert_eq!(host, self.1, "told to whom it is for"),
            _ => {}
        }
        self.0.act(service, fence, &action).await
    }
}

fn theirs(name: &str) -> String {
    name.strip_prefix('i').map_or(name.to_owned(), |number| format!("site-0-{number}"))
}

struct Land {
    town: Town,
    posts: Vec<Post<Own>>,
}

impl Land {
    async fn new(instances: usize) -> Self {
        let town = Town::new(instances).await;
        let post = |host| {
            let own = Own(town.processes.clone(), host);
            Post::new(town.store.clone(), own, town.clock.clone(), "site", host)
        };
        let posts = ["busan", "jeju"].map(post).into();
        Self { town, posts }
    }

    fn controller(&self, owner: &str) -> Controller<Hosts> {
        let hosts = Hosts::new(self.town.store.clone(), self.town.clock.clone());
        Controller::new(self.town.store.clone(), hosts, self.town.clock.clone(), owner)
    }

    async fn tell(&mut self) {
        for post in &mut self.posts {
            post.tell(true).await.unwrap();
        }
    }

    /// Everybody's turn, after some traffic.
    async fn turn(&mut self, controller: &Controller<Hosts>) -> Result<Ticked, ops::OpsError> {
        self.town.traffic();
        self.town.clock.advance(Duration::from_millis(500));
        self.tell().await;
        let ticked = controller.tick("site").await;
        for post in &self.posts {
            post.follow().await.unwrap();
        }
        ticked
    }

    async fn roll(&mut self, controller: &Controller<Hosts>) {
        // The first report of each is only the beginning.
        self.turn(controller).await.unwrap_err();
        self.turn(controller).await.unwrap();
        let limits = Limits { ready_s: 20, bake_s: 2, ..Limits::default() };
        let desk = self.town.desk("ana");
        let (plan, hash) =
            desk.plan("v2", limits, Rules { longest_s: 60, ..Rules::default() }).await.unwrap();
        desk.begin(plan, Some(&hash), "").await.unwrap();
    }

    async fn carry_on(&mut self, controller: &Controller<Hosts>, until: impl Fn(Stage) -> bool) -> Rollout {
        for _ in 0..400 {
            self.turn(controller).await.unwrap();
            let rollout = self.town.newest().await;
            if rollout.has_ended() || until(rollout.stage) {
                return rollout;
            }
        }
        panic!("no end: {}", self.town.log().await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rollout_goes_over_all_hosts_and_back() {
    let mut land = Land::new(4).await;
    let controller = land.controller("a");
    let saw = Asking::begin(land.town.processes.address());
    land.roll(&controller).await;
    let rollout = land.carry_on(&controller, |_| false).await;
    assert_eq!(rollout.stage, Stage::Done, "{}", land.town.log().await);
    let names: Vec<_> = rollout.plan.old.iter().map(|old| old.0.as_str()).collect();
    assert_eq!(names, ["busan.i1", "busan.i3", "jeju.i2", "jeju.i4"]);
    let seen = land.town.processes.look();
    let on = |host| seen.instances.iter().filter(|instance| instance.host == host).count();
    assert_eq!((on("busan"), on("jeju")), (2, 2), "as many on each host as before");
    assert_eq!(land.town.processes.serving(), [("v2".to_owned(), 4)].into());
    land.town.desk("min").undo("odd colours").await.unwrap();
    let rollout = land.carry_on(&controller, |_| false).await;
    assert_eq!((rollout.stage, rollout.plan.to.as_str()), (Stage::Done, "v1"));
    assert_eq!(land.town.processes.serving(), [("v1".to_owned(), 4)].into());
    assert_eq!(saw.end().failed, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_falls_silent_is_given_up_and_another_controller_goes_on() {
    let mut land = Land::new(3).await;
    let first = land.controller("a");
    land.roll(&first).await;
    land.carry_on(&first, |stage| matches!(stage, Stage::Admit(_))).await;
    drop(first);
    land.town.processes.lose_host("jeju");
    land.posts.pop();
    land.town.clock.advance(Duration::from_secs(11));
    let second = land.controller("b");
    let mut unsure = 0;
    while land.turn(&second).await.is_err() {
        unsure += 1;
    }
    // After six seconds a report that stands still is of somebody who is gone.
    assert_eq!(unsure, 11, "{}", land.town.log().await);
    let rollout = land.carry_on(&second, |_| false).await;
    assert_eq!(rollout.stage, Stage::Done, "{}", land.town.log().await);
    assert!(land.town.log().await.contains("host jeju does not answer"));
    assert_eq!(land.town.processes.serving(), [("v2".to_owned(), 3)].into());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_of_a_replaced_controller_and_orders_from_long_ago_are_not_carried_out() {
    let mut land = Land::new(2).await;
    let (slow, quick) = (land.controller("slow"), land.controller("quick"));
    land.roll(&slow).await;
    land.turn(&slow).await.unwrap();
    land.town.clock.advance(Duration::from_secs(11));
    land.tell().await;
    let _listened = quick.tick("site").await;
    land.turn(&quick).await.unwrap();
    let park = Action::Park { name: "busan.i1".into() };
    let refused = slow.driver().observe("site").await.and(slow.driver().act("site", 1, &park).await);
    assert!(matches!(refused, Err(DriverError::Fenced { fence: 1, newest: 2 })), "{refused:?}");

    quick.driver().act("site", 2, &park).await.unwrap();
    land.town.clock.advance(Duration::from_secs(11));
    land.tell().await;
    assert_eq!(land.posts[0].follow().await.unwrap(), 1, "it was there");
    let serving = land.town.processes.serving();
    assert_eq!(serving.get("v1"), Some(&2), "and was void: {serving:?}");
    let nobody = quick.driver().act("site", 2, &Action::Park { name: "busan.i9".into() }).await;
    assert!(nobody.unwrap_err().to_string().contains("no host that answers has busan.i9"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_that_begin_under_one_name_one_goes_on() {
    let mut land = Land::new(1).await;
    let (town, posts) = (&land.town, &mut land.posts);
    let begin = |word: &str| {
        let own = Own(town.processes.clone(), "busan");
        Post::new(town.store.clone(), own, town.clock.clone(), "site", "busan").by(word.to_owned())
    };
    *posts = vec![begin("a"), begin("b")];
    // Neither has heard of the other.
    for post in posts.iter_mut() {
        assert_eq!(post.claim().await.unwrap(), Claimed::Ours);
    }
    let mut ends = vec![None, None];
    for _ in 0..10 {
        for (post, end) in posts.iter_mut().zip(&mut ends).filter(|(_, end)| end.is_none()) {
            *end = post.tell(false).await.err();
        }
        town.clock.advance(Duration::from_secs(2));
    }
    let ended: Vec<_> = ends.iter().flatten().map(ToString::to_string).collect();
    assert!(ended.len() == 1 && ended[0].contains("another host is called busan"), "{ended:?}");
    let survivor = ends.iter().position(Option::is_none).unwrap();
    // Who is silent for long loses the name to whoever begins then, and learns of it.
    let mut third = begin("c");
    assert_eq!(third.claim().await.unwrap(), Claimed::NotYet);
    town.clock.advance(Duration::from_secs(6));
    assert_eq!(third.claim().await.unwrap(), Claimed::Ours);
    let silent = &mut posts[survivor];
    for _ in 0..2 {
        third.tell(false).await.unwrap();
        town.clock.advance(Duration::from_secs(2));
        let told = silent.tell(false).await;
        if let Err(error) = told {
            assert!(error.to_string().contains("busan"), "{error}");
            return;
        }
    }
    panic!("it goes on");
}
