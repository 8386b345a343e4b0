//! `oci/under-way`: who writes releases and images just now. A push takes for granted what it finds there, and a collection takes away
//! what nothing names: never both at once.
//!
//! It is not signed. Nobody but these two reads it, and whoever may write it may delete what it protects as well.

use std::{collections::BTreeMap, time::Duration};

use domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Key, ObjectError, Objects};

/// A push that began longer ago than this is not under way any more: it was killed.
pub const PUSHES_LAST: Duration = Duration::from_secs(24 * 3600);
/// A push that took longer gives up: well before anybody takes it for dead.
const MOST: Duration = Duration::from_secs(12 * 3600);
/// Longest object in bytes.
const LIMIT: u64 = 64 * 1024;

/// What the object says.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct UnderWay {
    /// Pushes by a word of their own: when they began.
    pushes: BTreeMap<String, Timestamp>,
    /// The collection's word.
    collection: Option<String>,
}

/// Why a push or a collection did not begin, or does not go on.
#[derive(Debug, thiserror::Error)]
pub enum UnderWayError {
    /// The object store said no.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// It says nothing that is understood.
    #[error("`oci/under-way` does not say who writes: {0}; delete it when nobody does")]
    Content(#[from] serde_json::Error),
    /// A push has to wait.
    #[error(
        "releases are being collected, or that was broken off: run `primetime release collect` to its end, then push"
    )]
    Collecting,
    /// A collection has to wait.
    #[error(
        "a push that began at {0} is under way, or was broken off: try again when it is over, or a day old"
    )]
    Pushing(Timestamp),
    /// It was taken for dead.
    #[error("another collection has taken over")]
    Replaced,
    /// It would soon be taken for dead.
    #[error("it began at {0}, more than {hours} hours ago: push again", hours = MOST.as_secs() / 3600)]
    TooLong(Timestamp),
}

/// A push that is under way.
#[derive(Debug)]
pub struct Push<'a> {
    objects: &'a Objects,
    word: String,
    began: Timestamp,
}

impl<'a> Push<'a> {
    /// Begins one; `word` is nobody else's. Refused while releases are collected.
    pub fn begin(objects: &'a Objects, word: String, now: Timestamp) -> Result<Self, UnderWayError> {
        change(objects, |under_way| {
            if under_way.collection.is_some() {
                return Err(UnderWayError::Collecting);
            }
            under_way.pushes.retain(|_, began| now.since(*began) < PUSHES_LAST);
            under_way.pushes.insert(word.clone(), now);
            Ok(())
        })?;
        Ok(Self { objects, word, began: now })
    }

    /// Whether what it found is there still. To be asked before that by which it is found is written.
    pub fn in_time(&self, now: Timestamp) -> Result<(), UnderWayError> {
        if now.since(self.began) < MOST { Ok(()) } else { Err(UnderWayError::TooLong(self.began)) }
    }

    /// It is over, however it ended.
    pub fn end(self) -> Result<(), UnderWayError> {
        change(self.objects, |under_way| {
            under_way.pushes.remove(&self.word);
            Ok(())
        })
    }
}

/// A collection that is under way.
#[derive(Debug)]
pub struct Collection<'a> {
    objects: &'a Objects,
    word: String,
}

impl<'a> Collection<'a> {
    /// Begins one; `word` is nobody else's. Refused while something is pushed. One that was broken off is taken over.
    pub fn begin(objects: &'a Objects, word: String, now: Timestamp) -> Result<Self, UnderWayError> {
        change(objects, |under_way| {
            under_way.pushes.retain(|_, began| now.since(*began) < PUSHES_LAST);
            if let Some(began) = under_way.pushes.values().max() {
                return Err(UnderWayError::Pushing(*began));
            }
            under_way.collection = Some(word.clone());
            Ok(())
        })?;
        Ok(Self { objects, word })
    }

    /// Whether it is this one still. To be asked before anything is deleted.
    pub fn goes_on(&self) -> Result<(), UnderWayError> {
        let UnderWay { collection, .. } = parse(self.objects.get(&Key::under_way(), LIMIT))?;
        if collection.as_ref() == Some(&self.word) { Ok(()) } else { Err(UnderWayError::Replaced) }
    }

    /// It deletes nothing any more.
    pub fn end(self) -> Result<(), UnderWayError> {
        change(self.objects, |under_way| {
            if under_way.collection.as_ref() == Some(&self.word) {
                under_way.collection = None;
            }
            Ok(())
        })
    }
}

fn change(
    objects: &Objects,
    mut change: impl FnMut(&mut UnderWay) -> Result<(), UnderWayError>,
) -> Result<(), UnderWayError> {
    objects.update(&Key::under_way(), LIMIT, |current| {
        let mut under_way = parse(current)?;
        change(&mut under_way)?;
        Ok(Some(serde_json::to_vec(&under_way)?))
    })
}

fn parse(bytes: Result<Vec<u8>, ObjectError>) -> Result<UnderWay, UnderWayError> {
    match bytes {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
        Err(error) if error.is_missing() => Ok(UnderWay::default()),
        Err(error) => Err(error.into()),
    }
}
