//! What every engine must do. Another engine gets a module that calls these with its own.

use drivers::{Engine, EngineError, Name, Spec, State};

use crate::engine::{Host, name, until};

/// An engine under test, and two specs that it can run: the second is another release.
pub struct Subject<'a, D> {
    pub driver: &'a D,
    pub specs: [Spec; 2],
    /// One that never becomes ready.
    pub never: Spec,
}

fn state(instances: &[drivers::Instance], name: &Name) -> Option<State> {
    instances.iter().find(|i| i.name == *name).map(|i| i.state.clone())
}

/// Starting the same name twice starts one instance; another spec under the name is refused.
pub async fn a_name_is_started_once<D: Engine>(it: &Subject<'_, D>) {
    let a = name("a");
    it.driver.start(&a, &it.specs[0]).await.unwrap();
    it.driver.start(&a, &it.specs[0]).await.unwrap();
    let one = until(it.driver, "ready", |all| state(all, &a) == Some(State::Ready)).await;
    assert_eq!((one.len(), one[0].release.as_str()), (1, it.specs[0].release.as_str()));
    let other = it.driver.start(&a, &it.specs[1]).await;
    assert!(matches!(other, Err(EngineError::Refused(_))), "{other:?}");
    it.driver.stop(&a).await.unwrap();
}

/// One that is not ready is not said to be.
pub async fn not_ready_is_said<D: Engine>(it: &Subject<'_, D>) {
    let b = name("b");
    it.driver.start(&b, &it.never).await.unwrap();
    let says = |all: &[drivers::Instance]| matches!(state(all, &b), Some(State::NotReady(why)) if why.contains("sleep"));
    until(it.driver, "saying what is missing", says).await;
    it.driver.stop(&b).await.unwrap();
}

/// Drained, it ends as asked, stays in the list until it is forgotten, and may be drained again at any time.
pub async fn draining_ends<D: Engine>(it: &Subject<'_, D>) {
    let c = name("c");
    assert!(matches!(it.driver.drain(&c).await, Err(EngineError::Unknown(_))));
    it.driver.start(&c, &it.specs[0]).await.unwrap();
    until(it.driver, "ready", |all| state(all, &c) == Some(State::Ready)).await;
    it.driver.drain(&c).await.unwrap();
    it.driver.drain(&c).await.unwrap();
    until(it.driver, "ended", |all| matches!(state(all, &c), Some(State::Ended(end)) if end.asked)).await;
    it.driver.drain(&c).await.unwrap();
    it.driver.stop(&c).await.unwrap();
    assert_eq!(state(&it.driver.list().await.unwrap(), &c), None);
}

/// Stopping ends at once, what is not there too, and frees the name.
pub async fn stopping_frees_the_name<D: Engine>(it: &Subject<'_, D>) {
    let d = name("d");
    it.driver.stop(&d).await.unwrap();
    it.driver.start(&d, &it.specs[0]).await.unwrap();
    it.driver.stop(&d).await.unwrap();
    it.driver.start(&d, &it.specs[1]).await.unwrap();
    let all = until(it.driver, "ready", |all| state(all, &d) == Some(State::Ready)).await;
    assert_eq!(all[0].release, it.specs[1].release);
    it.driver.stop(&d).await.unwrap();
}

#[tokio::test]
async fn local_conforms() {
    let host = Host::new().await;
    let specs = [crate::instance::spec("r1"), crate::instance::spec("r2")];
    let it = Subject { driver: &host.local, specs, never: crate::instance::spec("never") };
    a_name_is_started_once(&it).await;
    not_ready_is_said(&it).await;
    draining_ends(&it).await;
    stopping_frees_the_name(&it).await;
    host.end().await;
}
