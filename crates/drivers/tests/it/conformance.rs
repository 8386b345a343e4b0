//! What every engine must do. Another engine gets a module that calls these with its own.

use std::time::Duration;

use drivers::{Engine, EngineError, Name, Program, Spec, State, Traffic};
use tokio_util::sync::CancellationToken;

use crate::engine::{Host, name, until};

/// An engine under test, and two specs that it can run: the second is another release.
pub struct Subject<'a, D> {
    pub engine: &'a D,
    pub specs: [Spec; 2],
    /// One that never becomes ready.
    pub never: Spec,
    /// Programs that are no instances: one that does what it should and ends, one that fails, one that goes on.
    pub programs: [Spec; 3],
}

/// Longer than any drain here takes.
const LONG: Duration = Duration::from_secs(60);

fn state(instances: &[drivers::Instance], name: &Name) -> Option<State> {
    instances.iter().find(|i| i.name == *name).map(|i| i.state.clone())
}

/// Starting the same name twice starts one instance; another spec under the name is refused.
pub async fn a_name_is_started_once<D: Engine>(it: &Subject<'_, D>) {
    let a = name("a");
    it.engine.start(&a, &it.specs[0], Traffic::WhenReady).await.unwrap();
    it.engine.start(&a, &it.specs[0], Traffic::WhenReady).await.unwrap();
    let one = until(it.engine, "ready", |all| state(all, &a) == Some(State::Ready)).await;
    assert_eq!((one.len(), one[0].release.as_str()), (1, it.specs[0].release.as_str()));
    let other = it.engine.start(&a, &it.specs[1], Traffic::WhenReady).await;
    assert!(matches!(other, Err(EngineError::Refused(_))), "{other:?}");
    it.engine.stop(&a).await.unwrap();
}

/// One that is not ready is not said to be.
pub async fn not_ready_is_said<D: Engine>(it: &Subject<'_, D>) {
    let b = name("b");
    it.engine.start(&b, &it.never, Traffic::WhenReady).await.unwrap();
    let says = |all: &[drivers::Instance]| matches!(state(all, &b), Some(State::NotReady(why)) if why.contains("sleep"));
    until(it.engine, "saying what is missing", says).await;
    it.engine.stop(&b).await.unwrap();
}

/// Drained, it ends as asked, stays in the list until it is forgotten, and may be drained again at any time.
pub async fn draining_ends<D: Engine>(it: &Subject<'_, D>) {
    let c = name("c");
    assert!(matches!(it.engine.drain(&c, LONG).await, Err(EngineError::Unknown(_))));
    it.engine.start(&c, &it.specs[0], Traffic::WhenReady).await.unwrap();
    until(it.engine, "ready", |all| state(all, &c) == Some(State::Ready)).await;
    it.engine.drain(&c, LONG).await.unwrap();
    it.engine.drain(&c, LONG).await.unwrap();
    until(it.engine, "ended", |all| matches!(state(all, &c), Some(State::Ended(end)) if end.asked)).await;
    it.engine.drain(&c, LONG).await.unwrap();
    it.engine.stop(&c).await.unwrap();
    assert_eq!(state(&it.engine.list().await.unwrap(), &c), None);
}

/// One that waits to be admitted is warm, takes traffic when it is let, and none when it is parked.
pub async fn traffic_is_let_and_taken<D: Engine>(it: &Subject<'_, D>) {
    let (e, never) = (name("e"), name("f"));
    assert!(matches!(it.engine.admit(&e).await, Err(EngineError::Unknown(_))));
    it.engine.start(&e, &it.specs[0], Traffic::WhenAdmitted).await.unwrap();
    for _ in 0..2 {
        until(it.engine, "warm", |all| state(all, &e) == Some(State::Warm)).await;
        it.engine.admit(&e).await.unwrap();
        it.engine.admit(&e).await.unwrap();
        until(it.engine, "in traffic", |all| state(all, &e) == Some(State::Ready)).await;
        it.engine.park(&e).await.unwrap();
        it.engine.park(&e).await.unwrap();
    }
    it.engine.drain(&e, LONG).await.unwrap();
    it.engine.admit(&e).await.unwrap();
    until(it.engine, "ended", |all| matches!(state(all, &e), Some(State::Ended(end)) if end.asked)).await;
    it.engine.stop(&e).await.unwrap();
    it.engine.start(&never, &it.never, Traffic::WhenAdmitted).await.unwrap();
    let refused = it.engine.admit(&never).await;
    assert!(matches!(refused, Err(EngineError::Refused(_))), "{refused:?}");
    it.engine.stop(&never).await.unwrap();
}

/// Stopping ends at once, what is not there too, and frees the name.
pub async fn stopping_frees_the_name<D: Engine>(it: &Subject<'_, D>) {
    let d = name("d");
    it.engine.stop(&d).await.unwrap();
    it.engine.start(&d, &it.specs[0], Traffic::WhenReady).await.unwrap();
    it.engine.stop(&d).await.unwrap();
    it.engine.start(&d, &it.specs[1], Traffic::WhenReady).await.unwrap();
    let all = until(it.engine, "ready", |all| state(all, &d) == Some(State::Ready)).await;
    assert_eq!(all[0].release, it.specs[1].release);
    it.engine.stop(&d).await.unwrap();
}

/// A program is run to its end, or ended; it is no instance. One that this engine cannot run is refused, and so is its instance.
pub async fn programs_are_run_to_their_end<D: Engine>(it: &Subject<'_, D>, wrong: Program) {
    let [ends, fails, goes_on] = &it.programs;
    let stop = CancellationToken::new();
    assert_eq!(it.engine.complete(ends, LONG, stop.clone()).await, Ok(()));
    let failed = it.engine.complete(fails, LONG, stop.clone()).await.unwrap_err();
    assert!(failed.contains("exit status: 101"), "{failed}");
    let late = it.engine.complete(goes_on, Duration::from_millis(500), stop.clone()).await.unwrap_err();
    assert!(late.contains("not done"), "{late}");
    stop.cancel();
    assert_eq!(it.engine.complete(goes_on, LONG, stop).await, Err("it was stopped".into()));
    assert_eq!(it.engine.list().await.unwrap(), []);
    let spec = Spec { program: wrong, ..ends.clone() };
    let refused = it.engine.start(&name("g"), &spec, Traffic::WhenReady).await;
    assert!(matches!(&refused, Err(EngineError::Refused(why)) if why.contains("wrong")), "{refused:?}");
    let refused = it.engine.complete(&spec, LONG, CancellationToken::new()).await;
    assert!(refused.unwrap_err().contains("wrong"));
    assert_eq!(it.engine.list().await.unwrap(), []);
}

/// All of it. `program`: what plays the instances on this engine; `wrong`: what it cannot run, by that name.
pub async fn conforms<D: Engine>(engine: &D, program: &Program, wrong: Program) {
    let spec = |release| crate::instance::spec_of(release, program.clone());
    let programs = [spec("ends"), spec("dead"), spec("endless")];
    let it = Subject { engine, specs: [spec("r1"), spec("r2")], never: spec("never"), programs };
    a_name_is_started_once(&it).await;
    not_ready_is_said(&it).await;
    draining_ends(&it).await;
    stopping_frees_the_name(&it).await;
    traffic_is_let_and_taken(&it).await;
    programs_are_run_to_their_end(&it, wrong).await;
}

#[tokio::test]
async fn local_conforms() {
    let host = Host::new().await;
    let program = Program::Binary(std::env::current_exe().unwrap());
    conforms(&host.local, &program, crate::instance::image("wrong")).await;
    host.end().await;
}

#[tokio::test]
async fn podman_conforms() {
    let world = crate::podman::World::new();
    let podman = world.open().await;
    conforms(&podman, &world.program(), Program::Binary("/wrong".into())).await;
}
