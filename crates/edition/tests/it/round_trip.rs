//! Domain values in, the same values out of views; the same input, the same bytes.

use std::collections::BTreeMap;

use domain::{
    rights::{self, Subject},
    *,
};
use edition::{AssetView, Edition, ImageRef, Languages, Said, TitleView};
use objects::Objects;
use proptest::prelude::*;

use crate::world::{SPAN, World, locales, viewer, world};

/// Compares a text with what [`Localised::get`] finds.
fn same(found: Option<Said<'_>>, expected: &Localised<String>, wanted: &Locale, otherwise: &Locale) {
    let expected = expected.get(wanted, otherwise);
    let found = found.map(|said| (said.locale, said.text));
    assert_eq!(found, expected.map(|(locale, text)| (locale, text.as_str())));
}

fn picture(
    title: &Title,
    (wanted, otherwise): (&Locale, &Locale),
    of: impl Fn(&Artwork) -> Option<&Picture>,
    ready: &BTreeMap<String, ImageRef>,
) -> Option<ImageRef> {
    let ready = |art: &Artwork| of(art).and_then(|picture| ready.get(&picture.0)).cloned();
    let in_language = |locale: &Locale| title.artwork.0.get(locale).and_then(ready);
    in_language(wanted)
        .or_else(|| in_language(&wanted.language()))
        .or_else(|| ready(&title.artwork_default))
        .or_else(|| in_language(otherwise))
        .or_else(|| title.artwork.0.values().find_map(ready))
}

fn check_asset(found: Option<AssetView>, id: &TitleId, world: &World) {
    let expected = world.assets.get(id).map(|asset| AssetView {
        id: asset.id.clone(),
        title: id.clone(),
        index: asset.index,
        duration_us: asset.duration_us,
        max_height: asset.max_height,
        audio: asset.audio.clone(),
        subtitles: asset.subtitles.clone(),
        markers: asset.markers,
        still: asset.still.clone(),
    });
    assert_eq!(found, expected);
}

fn check_title(edition: &Edition, title: &Title, world: &World, pair: (&Locale, &Locale)) {
    let (wanted, otherwise) = pair;
    let languages = edition.languages(wanted, otherwise);
    let view = edition.title(&title.id).unwrap();
    assert_eq!((view.id(), view.kind(), view.year()), (title.id.clone(), title.kind, title.year));
    assert_eq!((view.maturity(), view.genres()), (title.maturity, title.genres.clone()));
    assert_eq!(view.original_language().as_ref(), Some(&title.original_language));
    assert_eq!((view.countries(), view.windows()), (title.countries.clone(), title.windows.as_slice()));
    let text = view.text(&languages);
    if !title.name.is_empty() {
        same(Some(text.name), &title.name, wanted, otherwise);
    } else {
        assert_eq!(text.name.text, title.id.as_str());
    }
    same(text.tagline, &title.tagline, wanted, otherwise);
    same(text.synopsis, &title.synopsis, wanted, otherwise);
    same(text.credit_notice, &title.credit_notice, wanted, otherwise);
    let cast = view.cast(&languages);
    assert_eq!(cast.len(), title.cast.len());
    for (found, credit) in cast.iter().zip(&title.cast) {
        same(found.name, &credit.name, wanted, otherwise);
        same(found.role, &credit.role, wanted, otherwise);
    }
    let art = view.artwork(&languages);
    assert_eq!(art.poster, picture(title, pair, |art| art.poster.as_ref(), &world.pictures));
    assert_eq!(art.hero, picture(title, pair, |art| art.hero.as_ref(), &world.pictures));
    check_asset(view.asset(), &title.id, world);
    assert!(view.parent().is_none() && view.next_episode().is_none());
    check_episodes(view, title, world, &languages, pair);
}

fn check_episodes(
    view: TitleView<'_>,
    title: &Title,
    world: &World,
    languages: &Languages,
    pair: (&Locale, &Locale),
) {
    let seasons = view.seasons();
    assert_eq!(seasons.len(), title.seasons.len());
    let mut all = Vec::new();
    for (found, season) in seasons.iter().zip(&title.seasons) {
        assert_eq!(found.number(), season.number);
        same(found.name(languages), &season.name, pair.0, pair.1);
        let episodes = found.episodes();
        assert_eq!(episodes.len(), season.episodes.len());
        for (found, episode) in episodes.iter().zip(&season.episodes) {
            assert_eq!(
                (found.id(), found.kind(), found.year()),
                (episode.id.clone(), Kind::Episode, title.year)
            );
            assert_eq!((found.maturity(), found.genres()), (title.maturity, title.genres.clone()));
            let parent = found.parent().unwrap();
            assert_eq!((parent.series, parent.season, parent.episode), (view, season.number, episode.number));
            let windows = if episode.windows.is_empty() { &title.windows } else { &episode.windows };
            assert_eq!(found.windows(), windows);
            same(found.text(languages).synopsis, &episode.synopsis, pair.0, pair.1);
            same(found.text(languages).credit_notice, &title.credit_notice, pair.0, pair.1);
            assert_eq!(found.artwork(languages).poster, view.artwork(languages).poster);
            check_asset(found.asset(), &episode.id, world);
            all.push(*found);
        }
    }
    assert_eq!(view.episodes(), all);
    for pair in all.windows(2) {
        assert_eq!(pair[0].next_episode(), Some(pair[1]));
    }
    assert!(all.last().is_none_or(|last| last.next_episode().is_none()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_goes_in_comes_out(world in world(8), wanted in 0..5usize, otherwise in 0..5usize) {
        let (_dir, _objects, built, edition) = world.open();
        prop_assert_eq!((edition.number(), edition.header()), (1, built.header));
        let pair = (&locales()[wanted], &locales()[otherwise]);
        for title in &world.titles {
            check_title(&edition, title, &world, pair);
        }
        let episodes: usize = world.titles.iter().flat_map(|t| &t.seasons).map(|s| s.episodes.len()).sum();
        prop_assert_eq!(edition.titles() as usize, world.titles.len() + episodes);
        prop_assert_eq!(edition.all_titles().count() as u64, edition.titles());
        for (title, asset) in &world.assets {
            prop_assert_eq!(&edition.asset(&asset.id).unwrap().title, title);
        }
        prop_assert!(edition.title(&TitleId::new("nobody").unwrap()).is_none());
        prop_assert!(edition.asset(&AssetId::new("nobody").unwrap()).is_none());
        for brand in &world.brands {
            prop_assert_eq!(edition.brand(&brand.id).unwrap().record(), brand);
        }
        prop_assert_eq!(edition.brands().count(), world.brands.len());
        for genre in &world.genres {
            prop_assert_eq!(edition.genre(&genre.id), Some(genre));
        }
    }

    #[test]
    fn decisions_are_those_of_the_domain(world in world(6), viewer in viewer()) {
        let (_dir, _objects, _, edition) = world.open();
        let brand = &world.brands[0].id;
        for title in &world.titles {
            let subject = Subject { windows: &title.windows, maturity: title.maturity, taken_down: false };
            for at in (-1..2 * SPAN + 2).map(Timestamp) {
                let found = edition.title(&title.id).unwrap().decide(&viewer.ask(brand), at);
                prop_assert_eq!(found, rights::decide(&viewer.ask(brand), &subject, at));
            }
        }
    }

    #[test]
    fn the_same_input_makes_the_same_bytes(world in world(5)) {
        let (_dir, objects, built, _) = world.open();
        let again = edition::build(&objects, &world.input(1)).unwrap();
        prop_assert_eq!((again.header, again.written), (built.header, 0));
        // The order in which titles and brands are handed over makes no difference.
        let mut turned = world.clone();
        turned.titles.reverse();
        turned.brands.reverse();
        let elsewhere = tempfile::tempdir().unwrap();
        let other = edition::build(&Objects::folder(elsewhere.path()).unwrap(), &turned.input(1)).unwrap();
        prop_assert_eq!(other.header, built.header);
    }
}

#[test]
fn hosts_find_their_brand() {
    let world = World {
        brands: vec![crate::world::brand("alpha", &[])],
        genres: Vec::new(),
        titles: Vec::new(),
        assets: BTreeMap::new(),
        pictures: BTreeMap::new(),
    };
    let (_dir, _objects, _, edition) = world.open();
    for host in ["alpha.localhost:8080", "alpha.localhost", "ALPHA.example.com", "alpha"] {
        assert_eq!(edition.brand_by_host(host).unwrap().id.as_str(), "alpha", "{host}");
    }
    for host in ["", "localhost:8080", "beta.localhost", "alphabet.localhost", "www.alpha.com", "[::1]:80"] {
        assert!(edition.brand_by_host(host).is_none(), "{host}");
    }
}

#[test]
fn what_clashes_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let objects = Objects::folder(dir.path()).unwrap();
    let mut world = World {
        brands: vec![crate::world::brand("alpha", &[]), crate::world::brand("beta", &[])],
        genres: Vec::new(),
        titles: edition::generate::catalogue(&edition::generate::Synthetic::of(50)).unwrap().titles,
        assets: BTreeMap::new(),
        pictures: BTreeMap::new(),
    };
    world.titles.push(world.titles[0].clone());
    let error = edition::build(&objects, &world.input(1)).unwrap_err();
    assert!(matches!(error, edition::BuildError::DuplicateTitle(_)), "{error}");
    world.brands[1].host = "ALPHA".into();
    let error = edition::build(&objects, &world.input(1)).unwrap_err();
    assert!(matches!(error, edition::BuildError::DuplicateBrand(_)), "{error}");
    assert_eq!(objects.list("").unwrap(), []);
}
