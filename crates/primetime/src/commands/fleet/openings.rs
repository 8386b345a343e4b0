//! Which assets are waited for: the windows of the titles that they are the media of.

use domain::{Title, TitleId, Window};
use ops::fleet::{Opening, Openings};
use store::Store;
use studio::ingest::document::TitleDocument;

use super::{calendar::named, catalogue::Catalogue};

/// The approved catalogue's windows by asset, as they stand.
pub struct Windows {
    catalogue: Catalogue,
    pub openings: Openings,
}

impl Windows {
    pub fn new(store: Store) -> Self {
        Self { catalogue: Catalogue::new(store), openings: Openings::new() }
    }

    /// Looks again; what cannot be read leaves what was known.
    pub async fn look(&mut self) {
        match self.catalogue.news().await {
            Ok(Some(titles)) => self.openings = openings(&titles),
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "the catalogue's windows stay as they were"),
        }
    }
}

/// One asset may be the media of several titles; whichever opens is waited for.
fn openings(titles: &[TitleDocument]) -> Openings {
    let mut all = Openings::new();
    for TitleDocument { title, assets, .. } in titles {
        let name = format!("the premiere of *{}*", named(title));
        for (playable, asset) in assets {
            let windows = windows(title, playable).iter().map(|window| Opening {
                name: name.clone(),
                from: window.from,
                until: window.until,
            });
            all.entry(asset.clone()).or_default().extend(windows);
        }
    }
    all
}

/// Episodes without windows of their own have the series'.
fn windows<'a>(title: &'a Title, playable: &TitleId) -> &'a [Window] {
    let mut episodes = title.seasons.iter().flat_map(|season| &season.episodes);
    match episodes.find(|episode| episode.id == *playable) {
        Some(episode) if !episode.windows.is_empty() => &episode.windows,
        _ => &title.windows,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use domain::AssetId;
    use serde_json::{Value, json};
    use studio::jobs::KINDS;

    use super::*;

    /// The fleet knows kinds of jobs by their names only.
    #[test]
    fn what_goes_through_a_film_is_a_kind_of_job() {
        for kind in fleet::plan::work::THROUGH {
            assert!(KINDS.contains(kind), "{kind}");
        }
    }

    fn windows(all: &[(i64, Option<i64>)]) -> Value {
        let window = |(from, until): &(i64, Option<i64>)| json!({"brands": "any", "territories": {"only": ["KR"]}, "plans": "any", "devices": "any", "from": from, "until": until});
        all.iter().map(window).collect()
    }

    fn document(id: &str, opens: Value, episodes: &Value, assets: &Value) -> TitleDocument {
        let title = json!({
            "id": id, "kind": "movie", "name": {"ko": "배", "en": id}, "tagline": {}, "synopsis": {}, "year": 2024,
            "original_language": "ko", "countries": [], "genres": [], "maturity": 12, "cast": [], "artwork": {},
            "artwork_default": {}, "credit_notice": {}, "windows": opens,
            "seasons": [{"number": 1, "name": {}, "episodes": episodes}],
        });
        serde_json::from_value(json!({"title": title, "assets": assets})).unwrap()
    }

    #[test]
    fn every_window_of_every_title_of_an_asset_counts() {
        let episode = |id: &str, opens: Value| json!({"id": id, "number": 1, "name": {}, "synopsis": {}, "windows": opens});
        let episodes = json!([episode("e1", windows(&[])), episode("e2", windows(&[(50, None)]))]);
        let all = openings(&[
            document("film", windows(&[(10, Some(20)), (30, None)]), &json!([]), &json!({"film": "shared"})),
            document("cut", windows(&[(5, None)]), &json!([]), &json!({"cut": "shared"})),
            document("series", windows(&[(40, None)]), &episodes, &json!({"e1": "first", "e2": "second"})),
            document("unseen", windows(&[]), &json!([]), &json!({"unseen": "nobodys"})),
        ]);
        let of = |asset: &str| -> Vec<(i64, Option<i64>, &str)> {
            let found = all.get(&AssetId::new(asset).unwrap()).unwrap().iter();
            found
                .map(|Opening { name, from, until }| (from.0, until.map(|until| until.0), name.as_str()))
                .collect()
        };
        let film = "the premiere of *film*";
        assert_eq!(
            of("shared"),
            [(10, Some(20), film), (30, None, film), (5, None, "the premiere of *cut*")]
        );
        assert_eq!(of("first"), [(40, None, "the premiere of *series*")]);
        assert_eq!(of("second"), [(50, None, "the premiere of *series*")]);
        assert_eq!(of("nobodys"), []);
    }
}
