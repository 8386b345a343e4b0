use std::time::Duration;

use domain::{
    AssetId, Kind, Markers, ProfileId, Timestamp, TitleId,
    rights::{Ask, Denial},
};
use edition::{AudienceId, Edition};
use objects::token::{SignError, Terms};

use crate::{
    MAX_SESSION, Session, Unavailable, Viewers,
    finish::token_lifetime,
    up_next::{playable, resume_at},
};

/// Who asks, as one value.
#[derive(Debug, Clone, Copy)]
pub struct Viewer<'a> {
    /// Which profile.
    pub profile: &'a ProfileId,
    /// From where, on what, holding which plans.
    pub ask: &'a Ask<'a>,
    /// The number of the audience that these make.
    pub audience: AudienceId,
}

/// A delivery token, as the origin will check it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its text.
    pub token: String,
    /// For which asset; the path that its cookie is for is [`objects::token::path`] of it.
    pub asset: AssetId,
    /// Not good at this instant and after.
    pub expires_at: Timestamp,
}

/// A play was granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Playback {
    /// What plays.
    pub title: TitleId,
    /// Opens the asset's media.
    pub token: Token,
    /// What the player sends back with each heartbeat.
    pub session: String,
    /// Where this profile left it.
    pub resume_at: Duration,
    /// How long it is.
    pub running_time: Duration,
    /// The opening and the credits.
    pub markers: Markers,
    /// The episode after it, if that may be seen and played now.
    pub next: Option<TitleId>,
    /// The greatest picture height granted, in pixels; no limit when absent.
    pub max_height: Option<u16>,
}

/// Why nothing plays.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// No such title.
    #[error("there is no such title here")]
    NoTitle,
    /// A series: its episodes are played.
    #[error("a series is not played itself, its episodes are")]
    NotPlayable,
    /// Its media are still being made.
    #[error("the title is not ready to be played yet")]
    NotReady,
    /// It may not be seen.
    #[error("the title may not be seen: {0:?}")]
    Denied(Denial),
    /// Where to resume is not known, for now.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// No token could be made.
    #[error("no token could be signed")]
    Sign(#[from] SignError),
}

/// Why a session does not go on.
#[derive(Debug, thiserror::Error)]
pub enum RenewError {
    /// Not a session of this viewer on this brand.
    #[error("this is no session of this viewer")]
    NotYours,
    /// It has gone on for [`MAX_SESSION`]; a new decision is due.
    #[error("the session is over")]
    Over,
    /// It may no longer be seen.
    #[error("the title may not be seen any longer: {0:?}")]
    Denied(Denial),
    /// No token could be made.
    #[error("no token could be signed")]
    Sign(#[from] SignError),
}

impl Viewers {
    /// The playback decision: may this viewer see it now, and if so, with what. The only place that a play begins.
    pub async fn play(
        &self,
        viewer: Viewer<'_>,
        edition: &Edition,
        title: &TitleId,
    ) -> Result<Playback, PlayError> {
        let Viewer { profile, ask, .. } = viewer;
        let now = self.clock().now();
        let view = edition.title(title).ok_or(PlayError::NoTitle)?;
        if view.kind() == Kind::Series {
            return Err(PlayError::NotPlayable);
        }
        let grant = view.decide(ask, now).answer.map_err(PlayError::Denied)?;
        let asset = view.asset().ok_or(PlayError::NotReady)?;
        let running_time = Duration::from_micros(asset.duration_us);
        // Asked for before anything is granted: without the store there are no new plays.
        let position = self.store()?.position(profile, title).await.map_err(Unavailable::from)?;
        let session = Session {
            id: Session::new_id(self.rng()),
            profile: profile.clone(),
            brand: ask.brand.clone(),
            title: title.clone(),
            asset: asset.id.clone(),
            started: now,
            running_time,
        };
        let lifetime = token_lifetime(now, grant.ends, running_time);
        Ok(Playback {
            token: self.token(&session, viewer.audience, grant.max_height, (now, lifetime))?,
            session: session.to_handle(self.seal()),
            title: title.clone(),
            resume_at: position.map_or(Duration::ZERO, |position| resume_at(&position, running_time)),
            running_time,
            markers: asset.markers,
            next: view.next_episode().and_then(|next| playable(next, ask, now)).map(|(next, _)| next.id()),
            max_height: grant.max_height,
        })
    }

    /// A new token for a session that goes on. Needs no store.
    ///
    /// Who began before the window closed may see the end: for the running time after the closing, tokens are still given.
    pub fn renew(&self, viewer: Viewer<'_>, edition: &Edition, handle: &str) -> Result<Token, RenewError> {
        let Viewer { profile, ask, audience } = viewer;
        let session = Session::from_handle(handle, self.seal()).ok_or(RenewError::NotYours)?;
        if session.profile != *profile || session.brand != *ask.brand {
            return Err(RenewError::NotYours);
        }
        let now = self.clock().now();
        if now.since(session.started) > MAX_SESSION {
            return Err(RenewError::Over);
        }
        // What has left the edition is on no brand.
        let view = edition.title(&session.title).ok_or(RenewError::Denied(Denial::Brand))?;
        let (ends, max_height) = match view.decide(ask, now).answer {
            Ok(grant) => (grant.ends, grant.max_height),
            Err(Denial::Ended { closed })
                if session.started < closed && now < closed.plus(session.running_time) =>
            {
                // As it was just before it closed.
                let before = view.decide(ask, Timestamp(closed.micros() - 1)).answer;
                (Some(closed), before.ok().and_then(|grant| grant.max_height))
            }
            Err(denial) => return Err(RenewError::Denied(denial)),
        };
        let lifetime = token_lifetime(now, ends, session.running_time);
        Ok(self.token(&session, audience, max_height, (now, lifetime))?)
    }

    fn token(
        &self,
        session: &Session,
        AudienceId(audience): AudienceId,
        max_height: Option<u16>,
        good: (Timestamp, Duration),
    ) -> Result<Token, SignError> {
        let terms = Terms { audience, max_height };
        let (token, claims) = self.signer().sign(&session.id, &session.asset, terms, good, self.rng())?;
        Ok(Token { token, asset: session.asset.clone(), expires_at: claims.expires_at })
    }
}
