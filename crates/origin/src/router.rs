use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    response::Response,
    routing::any,
};
use domain::Clock;
use http::Method;
use media::index::ByteRange;
use objects::{
    Key, Objects, TrackId,
    cache::Kind,
    token::{Claims, TokenVerifier},
};
use web::{Failure, Metrics, Precompressed, Problem};

use crate::{
    AssetSource, OriginLimits,
    admit::Door,
    answer::{self, Asked, Piece},
    assets::Assets,
    documents,
    files::{Files, OpenFile},
    loaded::Loaded,
    path::{self, What},
    problems::{self, MediaError},
    quality,
    stats::Stats,
    stream::Streams,
};

/// What an origin needs. No database, no signing key.
pub struct OriginState {
    /// Which media index an asset has.
    pub assets: AssetSource,
    /// Where indexes, tracks and pictures are.
    pub objects: Arc<Objects>,
    /// Checks tokens.
    pub verifier: Arc<TokenVerifier>,
    /// By which tokens expire.
    pub clock: Arc<dyn Clock>,
    /// Its bounds.
    pub limits: OriginLimits,
    /// Where it adds its counters.
    pub metrics: Metrics,
}

/// The routes `/v/…` and `/i/…`. Lay a [`web::Guard`] over them, and merge them with others of the same host if you like.
pub fn router(state: OriginState) -> Router {
    let OriginState { assets, objects, verifier, clock, limits, metrics } = state;
    let stats = Stats::new(&metrics);
    let origin = Arc::new(Origin {
        door: Door::new(verifier, clock.clone(), limits.tokens),
        files: Files::new(objects.clone(), limits.open_files),
        streams: Streams::new(&limits, stats.clone()),
        max_text: limits.max_text,
        objects: objects.clone(),
        assets: Assets::new(assets, objects, clock, limits, stats),
    });
    Router::new().route("/v/{*path}", any(media)).route("/i/{*path}", any(image)).with_state(origin)
}

struct Origin {
    door: Door,
    assets: Assets,
    files: Files,
    streams: Streams,
    objects: Arc<Objects>,
    max_text: u64,
}

async fn image(State(origin): State<Arc<Origin>>, request: Request) -> Result<Response, Failure> {
    let asked = asked(&request)?;
    let (picture, width) = path::image(request.uri().path()).map_err(problems::path)?;
    // Anybody may ask for any picture, so that one that is not there is no fault of ours.
    let file = origin.files.open(Key::image(picture, width)).await.map_err(|error| {
        if error.is_missing() { Problem::not_found().into() } else { problems::broken(error) }
    })?;
    let at = 0..file.object.len();
    let piece = Piece { file, at, content_type: "image/webp", cache: Kind::Image };
    answer::piece(&asked, &origin.streams, piece).await
}

async fn media(State(origin): State<Arc<Origin>>, request: Request) -> Result<Response, Failure> {
    let asked = asked(&request)?;
    let (asset, what) = path::media(request.uri().path()).map_err(problems::path)?;
    let claims = origin.door.admit(asked.headers, &asset)?;
    let loaded = origin.assets.get(&asset).await?;
    origin.answer(&asked, &claims, &loaded, what).await
}

fn asked(request: &Request) -> Result<Asked<'_>, Problem> {
    match *request.method() {
        Method::GET | Method::HEAD => Ok(Asked { method: request.method(), headers: request.headers() }),
        _ => Err(problems::method()),
    }
}

impl Origin {
    async fn answer(
        &self,
        asked: &Asked<'_>,
        claims: &Claims,
        loaded: &Loaded,
        what: What,
    ) -> Result<Response, Failure> {
        let text = |document: &Precompressed, cache| Ok(answer::document(asked, document, cache));
        match what {
            What::Master => text(&loaded.master(claims.max_height).await, Kind::Manifest),
            What::StoryboardIndex => text(loaded.storyboard().await, Kind::Manifest),
            What::Playlist(track) => {
                granted(claims, loaded, &track)?;
                text(loaded.playlist(track.as_str()).await.ok_or_else(Problem::not_found)?, Kind::Media)
            }
            What::Text(track) => text(self.text(loaded, &track).await?, Kind::Media),
            What::StoryboardSheet(n) => {
                loaded.index.storyboard.as_ref().filter(|s| n < s.sheets).ok_or_else(Problem::not_found)?;
                let file = self.open(Key::storyboard(&loaded.asset, n)).await?;
                let at = 0..file.object.len();
                let piece = Piece { file, at, content_type: "image/jpeg", cache: Kind::Media };
                answer::piece(asked, &self.streams, piece).await
            }
            What::Init(track) => self.of_track(asked, claims, loaded, (track, None)).await,
            What::Segment(track, n) => self.of_track(asked, claims, loaded, (track, Some(n))).await,
        }
    }

    /// The `n`th segment of a track, or its initialisation segment.
    async fn of_track(
        &self,
        asked: &Asked<'_>,
        claims: &Claims,
        loaded: &Loaded,
        (track, n): (TrackId, Option<usize>),
    ) -> Result<Response, Failure> {
        granted(claims, loaded, &track)?;
        let (init, segments) = loaded.index.segmented(track.as_str()).ok_or_else(Problem::not_found)?;
        let range = match n {
            None => init,
            Some(n) => segments.get(n).ok_or_else(Problem::not_found)?.range(),
        };
        let file = self.open(Key::track(&loaded.asset, &track)).await?;
        let at = within(&file, range).map_err(problems::broken)?;
        let content_type = if loaded.rung(track.as_str()).is_some() { "video/mp4" } else { "audio/mp4" };
        let piece = Piece { file, at, content_type, cache: Kind::Media };
        answer::piece(asked, &self.streams, piece).await
    }

    async fn text<'l>(&self, loaded: &'l Loaded, track: &TrackId) -> Result<&'l Precompressed, Failure> {
        let cell = loaded.texts.get(track.as_str()).ok_or_else(Problem::not_found)?;
        let make = || async {
            let (objects, limit) = (self.objects.clone(), self.max_text);
            let key = Key::text(&loaded.asset, track);
            let made = tokio::task::spawn_blocking(move || {
                let bytes = objects.get(&key, limit)?;
                let text = String::from_utf8(bytes).map_err(|error| MediaError::Text {
                    key,
                    source: std::io::Error::new(std::io::ErrorKind::InvalidData, error.utf8_error()),
                })?;
                Ok::<_, MediaError>(documents::made(documents::Kind::Vtt, text))
            });
            made.await?
        };
        cell.get_or_try_init(make).await.map_err(problems::broken)
    }

    /// An object that an index names: if it cannot be had, that is our fault.
    async fn open(&self, key: Key) -> Result<Arc<OpenFile>, Failure> {
        self.files.open(key).await.map_err(problems::broken)
    }
}

/// Refuses rungs above what the token grants.
fn granted(claims: &Claims, loaded: &Loaded, track: &TrackId) -> Result<(), Problem> {
    match (loaded.rung(track.as_str()), claims.max_height) {
        (Some(rung), Some(max)) if !quality::granted(&loaded.index, rung, Some(max)) => {
            Err(problems::quality(max))
        }
        _ => Ok(()),
    }
}

fn within(file: &OpenFile, range: ByteRange) -> Result<std::ops::Range<u64>, MediaError> {
    let (from, to) = (range.offset, range.offset.saturating_add(range.len.into()));
    match to <= file.object.len() {
        true => Ok(from..to),
        false => Err(MediaError::Short { key: file.key.clone(), length: file.object.len(), to }),
    }
}
