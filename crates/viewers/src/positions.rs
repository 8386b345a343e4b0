use std::{sync::Arc, time::Duration};

use domain::{
    Kind, ProfileId, Timestamp, TitleId,
    rights::{Ask, Denial},
};
use edition::Edition;
use store::{Position, PositionWrite, StoreError};

use crate::{
    Unavailable, Viewers, continue_watching, finish::is_finished, group::GroupError, up_next::Continue,
};

/// Positions looked at for one profile: more titles than anybody has in progress.
const MAX_HISTORY: u32 = 1000;

/// Titles asked for at once: a page of cards.
pub const MAX_IDS: usize = 200;

/// Longest name that a device draws for itself, in bytes.
const MAX_DEVICE: usize = 64;

/// Longest running time believed: a channel's day, twice.
const MAX_RUNNING_TIME: Duration = Duration::from_secs(48 * 60 * 60);

/// Greatest sequence number: what every JSON number holds exactly.
const MAX_SEQ: u64 = 1 << 53;

/// What a player reports.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The movie, special or episode that plays.
    pub title: TitleId,
    /// Where, in seconds from its beginning.
    pub seconds: f64,
    /// Its running time in seconds, as the player sees it.
    pub duration: f64,
    /// A word that the device drew at random and keeps.
    pub device: String,
    /// Counts up on that device with each report.
    pub seq: u64,
}

/// Why a report was not kept.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// No such title on this brand.
    #[error("there is no such title here")]
    NoTitle,
    /// The title has no position: a series.
    #[error("a series has no position of its own, its episodes have")]
    NotPlayable,
    /// A value that makes no sense.
    #[error("`{field}` {what}")]
    Invalid {
        /// Which one.
        field: &'static str,
        /// What it should be.
        what: &'static str,
    },
    /// Too many wait; nothing was kept. Again in a second.
    #[error("too many positions are waiting to be written")]
    Busy,
    /// The store cannot be written now.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl Viewers {
    /// Keeps where `profile` is. It is on disk when this returns.
    ///
    /// A report that is older than what is known (a lower number from the same device) is answered well and changes nothing.
    /// Rights do not matter here, brands do: who saw the beginning may say so, though the window has closed meanwhile.
    pub async fn report(
        &self,
        profile: &ProfileId,
        edition: &Edition,
        ask: &Ask<'_>,
        report: Report,
    ) -> Result<(), ReportError> {
        let write = checked(profile, edition, ask, report, self.clock().now())?;
        self.write(write).await.map_err(|error| match error {
            GroupError::Busy => ReportError::Busy,
            GroupError::Failed(error) => Unavailable(error).into(),
            GroupError::Late | GroupError::Closed => Unavailable(None).into(),
        })
    }

    /// What `profile` may go on with at `now`, newest first.
    pub async fn continue_watching(
        &self,
        profile: &ProfileId,
        edition: &Edition,
        ask: &Ask<'_>,
        now: Timestamp,
    ) -> Result<Vec<Continue>, Unavailable> {
        let history = self.store()?.newest_positions(profile, MAX_HISTORY).await?;
        Ok(continue_watching(&history, edition, ask, now))
    }

    /// Where `profile` is in those of `ids` that it has begun; in no order; at most [`MAX_IDS`] are looked at.
    pub async fn progress(&self, profile: &ProfileId, ids: &[TitleId]) -> Result<Vec<Position>, Unavailable> {
        Ok(self.store()?.positions_of(profile, &ids[..ids.len().min(MAX_IDS)]).await?)
    }
}

fn checked(
    profile: &ProfileId,
    edition: &Edition,
    ask: &Ask<'_>,
    report: Report,
    at: Timestamp,
) -> Result<PositionWrite, ReportError> {
    let invalid = |field, what| ReportError::Invalid { field, what };
    let time = |field, seconds: f64| match Duration::try_from_secs_f64(seconds) {
        Ok(time) if time <= MAX_RUNNING_TIME => Ok(time),
        _ => Err(invalid(field, "must be seconds, from 0 to 172800")),
    };
    let Report { title, seconds, duration, device, seq } = report;
    let position = time("seconds", seconds)?;
    let said = time("duration", duration)?;
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if !(1..=MAX_DEVICE).contains(&device.len()) || !device.bytes().all(word) {
        return Err(invalid("device", "must be 1 to 64 letters, digits, `-` or `_`"));
    }
    let seq =
        i64::try_from(seq).ok().filter(|_| seq <= MAX_SEQ).ok_or(invalid("seq", "must be at most 2^53"))?;
    let view = edition.title(&title).ok_or(ReportError::NoTitle)?;
    match (view.kind(), view.decide(ask, at).answer) {
        (_, Err(Denial::Brand)) => return Err(ReportError::NoTitle),
        (Kind::Series, _) => return Err(ReportError::NotPlayable),
        _ => {}
    }
    // The edition knows better than the player how long it is, unless the media are not there (any more).
    let asset = view.asset();
    let running_time = asset.as_ref().map_or(said, |asset| Duration::from_micros(asset.duration_us));
    let credits = asset.and_then(|asset| asset.markers.credits_at).map(Duration::from_millis);
    let position = position.min(running_time);
    Ok(PositionWrite {
        profile: profile.clone(),
        title,
        position_us: micros(position),
        duration_us: micros(running_time),
        device,
        seq,
        at,
        finished: is_finished(position, running_time, credits),
    })
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

impl From<StoreError> for Unavailable {
    fn from(error: StoreError) -> Self {
        Unavailable(Some(Arc::new(error)))
    }
}
