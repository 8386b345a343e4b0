//! Which media is made first: what opens the brands' home pages, then one playable of every title, then the rest.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Brand, RailKind, Title, TitleId};

/// The playable titles (movies, specials, episodes that have media) in the order in which they should appear.
pub(crate) fn order(brands: &[Brand], titles: &[Title]) -> Vec<TitleId> {
    let by_id: BTreeMap<&TitleId, &Title> = titles.iter().map(|title| (&title.id, title)).collect();
    let heroes: Vec<&[TitleId]> = brands.iter().filter_map(hero).collect();
    let longest = heroes.iter().map(|hero| hero.len()).max().unwrap_or(0);
    // The first of every brand before the second of any: each brand has something to show early.
    let openers = (0..longest).flat_map(|n| heroes.iter().filter_map(move |hero| hero.get(n)));
    let openers = openers.filter_map(|id| by_id.get(id).copied());
    let firsts = openers.chain(titles).filter_map(|title| playables(title).next());
    let all = titles.iter().flat_map(playables);
    let mut seen = BTreeSet::new();
    firsts.chain(all).filter(|id| seen.insert(*id)).cloned().collect()
}

fn hero(brand: &Brand) -> Option<&[TitleId]> {
    brand.rails.iter().find_map(|rail| match &rail.kind {
        RailKind::Hero { titles } => Some(titles.as_slice()),
        _ => None,
    })
}

/// What of a title has media, as it is watched.
pub(crate) fn playables(title: &Title) -> impl Iterator<Item = &TitleId> {
    media(title).map(|(id, _)| id)
}

/// The media of a title and of its episodes, as they are watched.
pub(crate) fn media(title: &Title) -> impl Iterator<Item = (&TitleId, &domain::Media)> {
    let own = title.media.iter().map(|media| (&title.id, media));
    let episodes = title.seasons.iter().flat_map(|season| &season.episodes);
    own.chain(episodes.filter_map(|episode| Some((&episode.id, episode.media.as_ref()?))))
}
