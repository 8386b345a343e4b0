use domain::{Artwork, Credit, Episode, Locale, Localised, Picture, Season, Title, TitleId, Window};

use crate::{BuildError, shard::shard_of};

/// What a row of a shard is about. An episode's row depends on the episode alone, so that editing a series leaves the shards
/// of its episodes as they are: what they inherit is looked up when it is read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Row<'a> {
    Title(&'a Title),
    Episode { series: &'a TitleId, season: u16, episode: &'a Episode },
}

impl<'a> Row<'a> {
    pub(crate) fn id(&self) -> &'a TitleId {
        match self {
            Row::Title(title) => &title.id,
            Row::Episode { episode, .. } => &episode.id,
        }
    }

    pub(super) fn windows(&self) -> &'a [Window] {
        match self {
            Row::Title(title) => &title.windows,
            Row::Episode { episode, .. } => &episode.windows,
        }
    }

    pub(super) fn name(&self) -> &'a Localised<String> {
        match self {
            Row::Title(title) => &title.name,
            Row::Episode { episode, .. } => &episode.name,
        }
    }

    pub(super) fn synopsis(&self) -> &'a Localised<String> {
        match self {
            Row::Title(title) => &title.synopsis,
            Row::Episode { episode, .. } => &episode.synopsis,
        }
    }

    pub(super) fn cast(&self) -> &'a [Credit] {
        self.title().map_or(&[], |title| &title.cast)
    }

    pub(super) fn seasons(&self) -> &'a [Season] {
        self.title().map_or(&[], |title| &title.seasons)
    }

    pub(super) fn title(&self) -> Option<&'a Title> {
        match self {
            Row::Title(title) => Some(title),
            Row::Episode { .. } => None,
        }
    }

    /// Every language in which something is said here.
    pub(super) fn languages(&self) -> impl Iterator<Item = &'a Locale> {
        let texts = [Some(self.name()), Some(self.synopsis())]
            .into_iter()
            .chain(
                self.title().into_iter().flat_map(|title| [Some(&title.tagline), Some(&title.credit_notice)]),
            )
            .flatten();
        let cast = self.cast().iter().flat_map(|credit| [&credit.name, &credit.role]);
        let seasons = self.seasons().iter().map(|season| &season.name);
        let artwork = self.title().into_iter().flat_map(|title| title.artwork.0.keys());
        texts.chain(cast).chain(seasons).flat_map(|text| text.0.keys()).chain(artwork)
    }
}

/// The pictures of an artwork that are named.
pub(super) fn pictures(artwork: Option<&Artwork>) -> [Option<&Picture>; 2] {
    [artwork.and_then(|art| art.poster.as_ref()), artwork.and_then(|art| art.hero.as_ref())]
}

/// Every title and episode, sorted by id.
pub(crate) struct Rows<'a>(Vec<Row<'a>>);

impl<'a> Rows<'a> {
    pub(crate) fn of(titles: &'a [Title]) -> Result<Self, BuildError> {
        let mut rows = Vec::new();
        for title in titles {
            rows.push(Row::Title(title));
            for season in &title.seasons {
                rows.extend(season.episodes.iter().map(|episode| Row::Episode {
                    series: &title.id,
                    season: season.number,
                    episode,
                }));
            }
        }
        rows.sort_by_key(Row::id);
        match rows.windows(2).find(|pair| pair[0].id() == pair[1].id()) {
            Some(pair) => Err(BuildError::DuplicateTitle(pair[0].id().to_string())),
            None => Ok(Self(rows)),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The rows of each shard, still sorted.
    pub(crate) fn by_shard(self, bits: u8) -> Vec<Vec<Row<'a>>> {
        let mut shards = vec![Vec::new(); 1 << bits];
        for row in self.0 {
            shards[shard_of(row.id().as_str(), bits) as usize].push(row);
        }
        shards
    }
}
