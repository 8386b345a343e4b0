use std::collections::HashMap;

use domain::AssetId;
use media::{
    hls::{self, MasterOptions},
    index::{MediaIndex, Segment, VideoTrack},
    storyboard,
};
use tokio::sync::{Mutex, OnceCell};
use web::Precompressed;

use crate::documents::{self, Kind};

/// A media index in memory, and the documents made from it so far.
pub(crate) struct Loaded {
    pub asset: AssetId,
    pub index: MediaIndex,
    /// By the number of rungs that a token leaves: as many as the ladder has, not as many as there are heights.
    masters: Mutex<HashMap<usize, Precompressed>>,
    playlists: HashMap<String, OnceCell<Precompressed>>,
    pub texts: HashMap<String, OnceCell<Precompressed>>,
    storyboard: OnceCell<Precompressed>,
}

impl Loaded {
    pub fn new(asset: AssetId, index: MediaIndex) -> Self {
        let video = index.video.iter().map(|t| &t.id);
        let audio = index.audio.iter().map(|t| &t.id);
        let text = index.text.iter().map(|t| &t.id);
        let playlists =
            video.chain(audio).chain(text.clone()).map(|id| (id.clone(), OnceCell::new())).collect();
        let texts = text.map(|id| (id.clone(), OnceCell::new())).collect();
        Self { asset, index, masters: Mutex::default(), playlists, texts, storyboard: OnceCell::new() }
    }

    /// Bytes held once every playlist was made, estimated from above: what the cache's bound is counted in.
    pub fn weight(&self) -> u32 {
        let video = self.index.video.iter().map(|t| t.segments.len());
        let segments: usize = video.chain(self.index.audio.iter().map(|t| t.segments.len())).sum();
        // A segment, and its two lines in a playlist in three codings.
        let segments = segments * (size_of::<Segment>() + 64);
        let tiles = self.index.storyboard.as_ref().map_or(0, |s| s.tiles as usize * 128);
        let texts = self.texts.len() * TEXT_ESTIMATE;
        u32::try_from(4_096 + segments + tiles + texts).unwrap_or(u32::MAX)
    }

    /// The rung of that id.
    pub fn rung(&self, id: &str) -> Option<&VideoTrack> {
        self.index.video.iter().find(|track| track.id == id)
    }

    /// The multivariant playlist of what the height leaves.
    pub async fn master(&self, max_height: Option<u16>) -> Precompressed {
        let rungs =
            self.index.video.iter().filter(|t| crate::quality::granted(&self.index, t, max_height)).count();
        let mut masters = self.masters.lock().await;
        masters
            .entry(rungs)
            .or_insert_with(|| {
                let options = MasterOptions { max_height: max_height.map(u32::from), language: None };
                documents::made(Kind::Hls, hls::master(&self.index, &options))
            })
            .clone()
    }

    /// The playlist of a track; `None` when there is no such track.
    pub async fn playlist(&self, id: &str) -> Option<&Precompressed> {
        let cell = self.playlists.get(id)?;
        let make = || async {
            let text = if let Some(track) = self.rung(id) {
                hls::media_playlist(track)
            } else if let Some(track) = self.index.audio.iter().find(|t| t.id == id) {
                hls::media_playlist(track)
            } else if let Some(track) = self.index.text.iter().find(|t| t.id == id) {
                hls::text_playlist(track, self.index.duration_us)
            } else {
                String::new() // every id of `playlists` is one of the three
            };
            documents::made_aside(Kind::Hls, text).await
        };
        Some(cell.get_or_init(make).await)
    }

    /// What each preview picture shows; no cues while there are none, so that a player that asks early gets an answer.
    pub async fn storyboard(&self) -> &Precompressed {
        let text = || self.index.storyboard.as_ref().map_or_else(|| "WEBVTT\n".into(), storyboard::vtt);
        self.storyboard.get_or_init(|| documents::made_aside(Kind::Vtt, text())).await
    }
}

/// Subtitles of a film and their compressed codings, in bytes.
const TEXT_ESTIMATE: usize = 160 * 1024;
