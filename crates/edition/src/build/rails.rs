use std::{cmp::Reverse, collections::BTreeMap};

use domain::{Brand, GenreId, Rail, RailKind, Title, TitleId};

use super::{Sink, sink::Of};
use crate::{
    BuildError,
    audience::Gather,
    format::{
        Writer,
        schema::{Kind, rails::*},
    },
};

/// Builds a brand's own sections: its record, what its rails may hold, its audiences.
pub(crate) struct BrandBuilder<'a> {
    brand: &'a Brand,
    audience: Gather,
    /// What rails may hold: titles with a window on this brand and something to play.
    titles: BTreeMap<TitleId, Candidate>,
}

struct Candidate {
    /// Instants at which a window on this brand opens, in microseconds, each once.
    opens: Vec<i64>,
    genres: Vec<GenreId>,
}

impl<'a> BrandBuilder<'a> {
    pub(crate) fn new(brand: &'a Brand) -> Self {
        Self { brand, audience: Gather::new(brand), titles: BTreeMap::new() }
    }

    /// A title, its episodes included. `playable`: it, or one of its episodes, has media.
    pub(crate) fn add(&mut self, title: &Title, playable: bool) {
        let on_brand = self.audience.add(&title.windows, title.maturity);
        for episode in title.seasons.iter().flat_map(|season| &season.episodes) {
            self.audience.add(&episode.windows, title.maturity);
        }
        if !on_brand || !playable {
            return;
        }
        let windows = title.windows.iter().filter(|window| window.brands.has(&self.brand.id));
        let mut opens: Vec<i64> = windows.map(|window| window.from.micros()).collect();
        opens.sort_unstable();
        opens.dedup();
        self.titles.insert(title.id.clone(), Candidate { opens, genres: title.genres.clone() });
    }

    pub(crate) fn finish(self, sink: &mut Sink<'_>) -> Result<(), BuildError> {
        let places: BTreeMap<&TitleId, u32> = self.titles.keys().zip(0..).collect();
        let mut to = Writer::new(Kind::Rails);
        for id in self.titles.keys() {
            to.text(TITLE_ID, Some(id.as_str()));
        }
        for rail in &self.brand.rails {
            let (by_opening, candidates) = self.candidates(rail, &places);
            to.text(RAIL_ID, Some(rail.id.as_str()));
            to.u8(BY_OPENING, by_opening.into());
            let from = to.rows(OPENS);
            for (opens, title) in &candidates {
                to.i64(OPENS, *opens);
                to.u32(CANDIDATE_TITLE, *title);
            }
            to.span(CANDIDATES, from..from + candidates.len() as u32);
        }
        sink.add(Kind::Rails, Of::brand(&self.brand.id), self.titles.len() as u32, to)?;
        sink.add_brand(self.brand, &self.audience.finish()?)
    }

    /// What a rail may hold, in order: (opens, title).
    fn candidates(&self, rail: &Rail, places: &BTreeMap<&TitleId, u32>) -> (bool, Vec<(i64, u32)>) {
        let chosen = |titles: &[TitleId]| -> Vec<(i64, u32)> {
            titles.iter().filter_map(|id| places.get(id)).map(|place| (0, *place)).collect()
        };
        let by_opening = |fits: &dyn Fn(&Candidate) -> bool| {
            let titles = self.titles.iter().filter(|(_, candidate)| fits(candidate));
            let openings =
                titles.flat_map(|(id, candidate)| candidate.opens.iter().map(|opens| (*opens, places[id])));
            let mut openings: Vec<(i64, u32)> = openings.collect();
            openings.sort_by_key(|(opens, place)| (Reverse(*opens), *place));
            openings
        };
        match &rail.kind {
            RailKind::Continue => (false, Vec::new()),
            RailKind::Hero { titles } | RailKind::Manual { titles } => (false, chosen(titles)),
            RailKind::Newest => (true, by_opening(&|_| true)),
            RailKind::Genre { genre } => (true, by_opening(&|candidate| candidate.genres.contains(genre))),
        }
    }
}
