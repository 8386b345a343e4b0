use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use domain::{Timestamp, TitleId, rights::Ask};
use edition::{Edition, TitleView};
use store::Position;

/// One entry of "continue watching".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Continue {
    /// The movie, special or episode to go on with.
    pub title: TitleId,
    /// Where in it; zero for an episode not begun.
    pub resume_at: Duration,
    /// Its running time.
    pub running_time: Duration,
    /// True when it is the episode after one that was finished.
    pub next: bool,
    /// When its viewer last watched it, or the series that it is of.
    pub watched_at: Timestamp,
}

/// What a viewer may go on with, newest first, from `history`, which is newest first too.
///
/// What was begun goes on where it was left. Of a series there is one entry, and the viewer's latest move decides on it: an
/// unfinished episode goes on, after a finished one comes the next, across seasons; when that one was begun before, it too
/// goes on where it was left. A finished movie, and a series finished by its last episode, drop out. So does whatever may
/// not be seen or cannot be played at `now`; it is back as soon as it may.
pub fn continue_watching(
    history: &[Position],
    edition: &Edition,
    ask: &Ask<'_>,
    now: Timestamp,
) -> Vec<Continue> {
    let known: HashMap<&TitleId, &Position> = history.iter().map(|one| (&one.title, one)).collect();
    let mut series_done = HashSet::new();
    let mut entries = Vec::new();
    for latest in history {
        // A title that has left every edition says nothing of where its series is.
        let Some(title) = edition.title(&latest.title) else { continue };
        if let Some(series) = title.series()
            && !series_done.insert(series.id_str())
        {
            continue;
        }
        let goes_on = if latest.finished { title.next_episode() } else { Some(title) };
        let Some((title, running_time)) = goes_on.and_then(|title| playable(title, ask, now)) else {
            continue;
        };
        let id = title.id();
        let resume_at = known.get(&id).map_or(Duration::ZERO, |position| resume_at(position, running_time));
        let (next, watched_at) = (latest.finished, latest.at);
        entries.push(Continue { title: id, resume_at, running_time, next, watched_at });
    }
    entries
}

/// The title and its running time, if it may be seen at `now` and there is something to play.
pub(crate) fn playable<'e>(
    title: TitleView<'e>,
    ask: &Ask<'_>,
    now: Timestamp,
) -> Option<(TitleView<'e>, Duration)> {
    title.decide(ask, now).answer.ok()?;
    Some((title, Duration::from_micros(title.asset()?.duration_us)))
}

/// Where to go on: the start, for what was finished, and for a position beyond an end that has moved since.
pub(crate) fn resume_at(position: &Position, running_time: Duration) -> Duration {
    let at = Duration::from_micros(u64::try_from(position.position_us).unwrap_or(0));
    if position.finished || at >= running_time { Duration::ZERO } else { at }
}
