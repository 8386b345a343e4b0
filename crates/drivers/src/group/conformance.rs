//! What every [`Group`] must do, on good days and bad ones: for the tests of whoever implements one.

use std::time::Duration;

use domain::Timestamp;

use super::{Aim, Followed, Follower, Group, Size};
use crate::EngineError;

/// What an engine is made to suffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It says that it is asked too often.
    Throttled,
    /// It is at the quota of its account, and says so.
    AtQuota,
    /// It takes the request and never answers.
    Silent,
    /// It does what it is asked, and the answer is lost.
    AnswerLost,
    /// It says that it did, and did not.
    Lies,
    /// Its answer is none.
    Garbage,
}

/// An engine under test.
pub trait Subject: Sync {
    /// What is tested.
    type Group: Group;

    /// The least floor that it has: what is lower is refused, and said why.
    const LEAST: u32 = 0;

    /// A group of [`LEAST`](Self::LEAST) members, at most [`MOST`], of a new name or made anew, that nobody has held.
    fn fresh(&self) -> impl Future<Output = Self::Group> + Send;

    /// One that the engine does not have.
    fn absent(&self) -> impl Future<Output = Self::Group> + Send;

    /// From now on changes of groups suffer this; looks do not.
    fn suffer(&self, fault: Option<Fault>);
}

/// The most members of a group of [`Subject::fresh`].
pub const MOST: u32 = 20;

/// The whole suite.
///
/// # Panics
/// The engine does not do what an engine must.
pub async fn conforms<S: Subject>(it: &S) {
    it.suffer(None);
    holds_what_it_is_told(it).await;
    refuses_more_than_the_most(it).await;
    refuses_less_than_the_least(it).await;
    refuses_an_older_lease(it).await;
    says_what_it_does_not_have(it).await;
    busy_is_said_and_nothing_happened(it).await;
    a_quota_is_said_in_its_own_words(it).await;
    what_is_not_known_is_said(it).await;
    a_lie_is_found_out(it).await;
}

async fn size<G: Group>(group: &G) -> Size {
    match group.size().await {
        Ok(size) => size,
        Err(error) => panic!("{}: {error}", group.name()),
    }
}

async fn holds<G: Group>(group: &G, floor: u32, fence: i64) {
    let held = group.hold(floor, fence).await;
    assert_eq!(held, Ok(()), "{} to {floor} under {fence}", group.name());
    let now = size(group).await;
    assert_eq!(now.floor, floor, "{now:?}");
    assert!(now.wanted >= floor, "a floor is wanted at once: {now:?}");
}

/// Up, the same again, down, and to the least.
async fn holds_what_it_is_told<S: Subject>(it: &S) {
    let group = it.fresh().await;
    let fresh = size(&group).await;
    assert_eq!((fresh.floor, fresh.most), (S::LEAST, MOST));
    for floor in [3, 3, MOST, 2, S::LEAST] {
        holds(&group, floor, 1).await;
    }
}

async fn refuses_more_than_the_most<S: Subject>(it: &S) {
    let group = it.fresh().await;
    holds(&group, 4, 1).await;
    let refused = group.hold(MOST + 1, 1).await;
    let Err(EngineError::Refused(why)) = &refused else { panic!("{refused:?}") };
    assert!(why.contains(&MOST.to_string()), "it says how many there may be: {why}");
    assert_eq!(size(&group).await.floor, 4);
}

async fn refuses_less_than_the_least<S: Subject>(it: &S) {
    let Some(less) = S::LEAST.checked_sub(1) else { return };
    let group = it.fresh().await;
    holds(&group, 4, 1).await;
    let refused = group.hold(less, 1).await;
    let Err(EngineError::Refused(why)) = &refused else { panic!("{refused:?}") };
    assert!(why.contains(&S::LEAST.to_string()), "it says how many there must be: {why}");
    assert_eq!(size(&group).await.floor, 4);
}

/// Whoever led before, and comes back late, changes nothing; the one who leads now is not in its own way.
async fn refuses_an_older_lease<S: Subject>(it: &S) {
    let group = it.fresh().await;
    holds(&group, 9, 7).await;
    let late = group.hold(2, 6).await;
    assert_eq!(late, Err(EngineError::Fenced { newest: 7 }));
    assert_eq!(size(&group).await.floor, 9);
    holds(&group, 5, 7).await;
    holds(&group, 6, 8).await;
}

async fn says_what_it_does_not_have<S: Subject>(it: &S) {
    let group = it.absent().await;
    let both = [group.size().await.map(drop), group.hold(1, 1).await];
    for answer in both {
        let Err(EngineError::Refused(why)) = &answer else { panic!("{answer:?}") };
        assert!(why.contains(group.name()), "it names what it does not have: {why}");
    }
}

async fn busy_is_said_and_nothing_happened<S: Subject>(it: &S) {
    let group = it.fresh().await;
    it.suffer(Some(Fault::Throttled));
    let busy = group.hold(3, 1).await;
    it.suffer(None);
    assert!(matches!(busy, Err(EngineError::Busy(wait)) if wait > Duration::ZERO), "{busy:?}");
    assert_eq!(size(&group).await.floor, S::LEAST);
    holds(&group, 3, 1).await;
}

async fn a_quota_is_said_in_its_own_words<S: Subject>(it: &S) {
    let group = it.fresh().await;
    it.suffer(Some(Fault::AtQuota));
    let refused = group.hold(3, 1).await;
    it.suffer(None);
    let Err(EngineError::Refused(why)) = &refused else { panic!("{refused:?}") };
    assert!(why.to_lowercase().contains("quota") || why.to_lowercase().contains("limit"), "{why}");
    assert_eq!(size(&group).await.floor, S::LEAST);
}

/// Silence, a lost answer and garbage: done or not, the next look finds out, and goes on.
async fn what_is_not_known_is_said<S: Subject>(it: &S) {
    for fault in [Fault::Silent, Fault::AnswerLost, Fault::Garbage] {
        let group = it.fresh().await;
        it.suffer(Some(fault));
        let unknown = group.hold(3, 1).await;
        it.suffer(None);
        assert!(matches!(unknown, Err(EngineError::Uncertain(_))), "{fault:?}: {unknown:?}");
        let mut follower = Follower::new(group, Aim { least: 1, each: 1 });
        let found = follower.follow(Some(3), 1, Timestamp(0)).await;
        assert!(matches!(found, Ok(Followed { floor: 3, .. })), "{fault:?}: {found:?}");
        assert_eq!(size(follower.group()).await.floor, 3, "{fault:?}");
    }
}

async fn a_lie_is_found_out<S: Subject>(it: &S) {
    let mut follower = Follower::new(it.fresh().await, Aim { least: 1, each: 1 });
    it.suffer(Some(Fault::Lies));
    let believed = follower.follow(Some(3), 1, Timestamp(0)).await;
    it.suffer(None);
    let Err(EngineError::Uncertain(why)) = &believed else { panic!("{believed:?}") };
    assert!(why.contains("said yes to a floor of 3"), "{why}");
    let then = follower.follow(Some(3), 1, Timestamp(1)).await;
    assert!(
        matches!(then, Ok(Followed { changed_from: Some(least), floor: 3, .. }) if least == S::LEAST),
        "{then:?}"
    );
}
