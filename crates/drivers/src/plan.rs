//! What to do next with the instances that are there: pure, one step at a time.

use crate::{Instance, Name, State};

/// Instances beyond those wanted, while some are replaced.
pub const SURGE: usize = 1;

/// The next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Start one of the wanted release by this name.
    Start(Name),
    /// Let this one, which is warm, take traffic.
    Admit(Name),
    /// Drain this one.
    Drain(Name),
    /// Forget this one, which has ended.
    Forget(Name),
    /// Something is under way.
    Wait,
    /// Everything is as it should be.
    Done,
}

/// Towards `wanted` instances of `release`: one is started beside the others, and one of the others is drained when it is ready.
/// There are never fewer than `wanted` that take traffic because of us.
pub fn step(instances: &[Instance], wanted: usize, release: &str) -> Step {
    if let Some(ended) = instances.iter().find(|i| matches!(i.state, State::Ended(_))) {
        return Step::Forget(ended.name.clone());
    }
    let staying: Vec<_> = instances.iter().filter(|i| i.state.stays()).collect();
    let ready = staying.iter().filter(|i| i.state == State::Ready).count();
    let (new, old): (Vec<&Instance>, Vec<&Instance>) = staying.iter().partition(|i| i.release == release);
    if new.len() < wanted && staying.len() < wanted + SURGE {
        return free_name(instances).map_or(Step::Wait, Step::Start);
    }
    if let Some(warm) = new.iter().find(|i| i.state == State::Warm) {
        return Step::Admit(warm.name.clone());
    }
    // One that is not ready leaves first: nobody misses it.
    let mut surplus = if new.len() > wanted && old.is_empty() { new } else { old };
    surplus.sort_by_key(|i| (i.state == State::Ready, i.started));
    match surplus.first() {
        Some(first) if first.state != State::Ready || ready > wanted => Step::Drain(first.name.clone()),
        Some(_) => Step::Wait,
        None if ready < wanted || staying.len() < instances.len() => Step::Wait,
        None => Step::Done,
    }
}

/// The least number that no instance has: asked again after an uncertain answer, it is the same.
fn free_name(instances: &[Instance]) -> Option<Name> {
    (1..=instances.len() + 1)
        .filter_map(|number| Name::new(format!("i{number}")).ok())
        .find(|name| instances.iter().all(|instance| instance.name != *name))
}
