//! The follower, and the suite of groups on one that is made of memory: it suffers whatever it is told to.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use domain::Timestamp;
use drivers::{
    EngineError,
    group::{
        Aim, Followed, Follower, Group, Size,
        conformance::{self, Fault, MOST, Subject},
        step,
    },
};
use proptest::prelude::*;

/// A group in memory.
#[derive(Debug, Clone)]
struct Book(Arc<Mutex<Page>>, Arc<Mutex<Option<Fault>>>);

#[derive(Debug)]
struct Page {
    exists: bool,
    least: u32,
    size: Size,
    fence: i64,
}

impl Book {
    fn new(exists: bool, least: u32, fault: &Arc<Mutex<Option<Fault>>>) -> Self {
        let size = Size { floor: least, most: MOST, wanted: least, serving: 0 };
        Self(Arc::new(Mutex::new(Page { exists, least, size, fence: 0 })), fault.clone())
    }

    fn there(&self) -> Result<(), EngineError> {
        let there = self.0.lock().unwrap().exists;
        if there { Ok(()) } else { Err(EngineError::Refused("there is no group book".into())) }
    }
}

impl Group for Book {
    fn name(&self) -> &str {
        "book"
    }

    async fn size(&self) -> Result<Size, EngineError> {
        self.there()?;
        Ok(self.0.lock().unwrap().size)
    }

    async fn hold(&self, floor: u32, fence: i64) -> Result<(), EngineError> {
        self.there()?;
        let uncertain = Err(EngineError::Uncertain("the answer".into()));
        let fault = *self.1.lock().unwrap();
        match fault {
            Some(Fault::Throttled) => return Err(EngineError::Busy(Duration::from_secs(5))),
            Some(Fault::AtQuota) => return Err(EngineError::Refused("the account is at its quota".into())),
            Some(Fault::Silent | Fault::Garbage) => return uncertain,
            Some(Fault::Lies) => return Ok(()),
            Some(Fault::AnswerLost) | None => {}
        }
        let mut page = self.0.lock().unwrap();
        if page.fence > fence {
            return Err(EngineError::Fenced { newest: page.fence });
        }
        if floor > page.size.most {
            return Err(EngineError::Refused(format!("the group has at most {}", page.size.most)));
        }
        if floor < page.least {
            return Err(EngineError::Refused(format!("the group has at least {}", page.least)));
        }
        page.fence = fence;
        page.size.floor = floor;
        page.size.wanted = page.size.wanted.max(floor);
        if fault.is_some() { uncertain } else { Ok(()) }
    }
}

/// Some engines keep no group of none.
#[derive(Default)]
struct Shelf<const LEAST: u32 = 0>(Arc<Mutex<Option<Fault>>>);

impl<const LEAST: u32> Subject for Shelf<LEAST> {
    type Group = Book;

    const LEAST: u32 = LEAST;

    async fn fresh(&self) -> Book {
        Book::new(true, LEAST, &self.0)
    }

    async fn absent(&self) -> Book {
        Book::new(false, LEAST, &self.0)
    }

    fn suffer(&self, fault: Option<Fault>) {
        *self.0.lock().unwrap() = fault;
    }
}

const AIM: Aim = Aim { least: 2, each: 3 };

#[tokio::test]
async fn a_group_in_memory_conforms() {
    conformance::conforms(&Shelf::<0>::default()).await;
    conformance::conforms(&Shelf::<2>::default()).await;
}

#[test]
fn a_floor_is_in_members_and_between_least_and_most() {
    let size = Size { floor: 4, most: 10, wanted: 4, serving: 4 };
    let floor = |planned| step(size, planned, AIM);
    assert_eq!(floor(Some(13)), Some(5), "13 instances need five members of three");
    assert_eq!(floor(Some(12)), None);
    assert_eq!(floor(Some(1)), Some(2), "the least");
    assert_eq!(floor(Some(99)), Some(10), "the most");
    assert_eq!(floor(None), None, "without a plan nothing is let go");
    let half = Size { wanted: 2, ..size };
    assert_eq!(step(half, Some(12), AIM), Some(4), "half done is done again");
}

#[tokio::test]
async fn what_is_over_the_most_is_said_and_the_busy_are_left_alone() {
    let shelf = Shelf::<0>::default();
    let mut follower = Follower::new(shelf.fresh().await, AIM);
    let at = Timestamp::from_seconds;
    let done = follower.follow(Some(99), 1, at(0)).await.unwrap();
    assert_eq!(done, Followed { changed_from: Some(0), floor: MOST, over: Some(33), serving: 0 });
    shelf.suffer(Some(Fault::Throttled));
    let five = Duration::from_secs(5);
    assert_eq!(follower.follow(Some(3), 1, at(10)).await, Err(EngineError::Busy(five)));
    shelf.suffer(None);
    assert_eq!(follower.follow(Some(3), 1, at(11)).await, Err(EngineError::Busy(Duration::from_secs(4))));
    assert_eq!(follower.follow(Some(3), 1, at(15)).await.unwrap().floor, 2);
}

#[tokio::test]
async fn what_was_half_done_is_done_and_is_no_change_of_the_floor() {
    let book = Shelf::<0>::default().fresh().await;
    let mut follower = Follower::new(book.clone(), AIM);
    follower.follow(Some(12), 1, Timestamp(0)).await.unwrap();
    book.0.lock().unwrap().size.wanted = 1;
    let done = follower.follow(Some(12), 1, Timestamp(1)).await.unwrap();
    assert_eq!((done.changed_from, done.floor), (None, 4));
    assert_eq!(book.size().await.unwrap().wanted, 4);
}

fn faults() -> impl Strategy<Value = Option<Fault>> {
    let all = [
        None,
        Some(Fault::Throttled),
        Some(Fault::AtQuota),
        Some(Fault::Silent),
        Some(Fault::AnswerLost),
        Some(Fault::Lies),
        Some(Fault::Garbage),
    ];
    prop::sample::select(all.to_vec())
}

proptest! {
    /// Whatever happens on the way, the floor is at every moment one that somebody planned, and the last one as soon as nothing is broken.
    #[test]
    fn it_gets_there_through_every_trouble(looks in prop::collection::vec((faults(), prop::option::of(0u32..80)), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let shelf = Shelf::<0>::default();
            let book = shelf.fresh().await;
            let mut follower = Follower::new(book.clone(), AIM);
            let mut may_be = vec![0];
            let mut last = None;
            for (n, (fault, planned)) in looks.into_iter().enumerate() {
                shelf.suffer(fault);
                if let Some(planned) = planned {
                    last = Some(planned);
                    may_be.push(planned.div_ceil(3).clamp(2, MOST));
                }
                let _ = follower.follow(planned, 1, Timestamp::from_seconds(10 * n as i64)).await;
                let floor = book.size().await.unwrap().floor;
                assert!(may_be.contains(&floor), "{floor} is none of {may_be:?}");
            }
            shelf.suffer(None);
            follower.follow(last, 1, Timestamp::from_seconds(10_000)).await.unwrap();
            assert_eq!(book.size().await.unwrap().floor, may_be.last().copied().unwrap());
        });
    }
}
