//! Rails against a slow reading of what they promise.

use std::cmp::Reverse;

use domain::{
    rights::{self, Ask, Subject},
    *,
};
use proptest::prelude::*;

use crate::world::{SPAN, World, viewer, world};

fn decide(title: &Title, windows: &[Window], ask: &Ask<'_>, at: Timestamp) -> bool {
    let subject = Subject { windows, maturity: title.maturity, taken_down: false };
    rights::decide(ask, &subject, at).listed()
}

/// Is there anything to play?
fn playable(world: &World, title: &Title) -> bool {
    let episodes = title.seasons.iter().flat_map(|season| &season.episodes).map(|episode| &episode.id);
    episodes.chain([&title.id]).any(|id| world.assets.contains_key(id))
}

/// What a rail shows, slowly: every title, filtered, sorted, cut.
fn slowly(world: &World, rail: &Rail, ask: &Ask<'_>, at: Timestamp) -> Vec<TitleId> {
    let listed = |title: &&Title| playable(world, title) && decide(title, &title.windows, ask, at);
    // The latest opening among the windows that, each by itself, let this viewer in now.
    let opened = |title: &&Title| {
        let open = title.windows.iter().filter(|w| decide(title, std::slice::from_ref(*w), ask, at));
        open.map(|window| window.from).max()
    };
    let chosen = |ids: &[TitleId]| -> Vec<TitleId> {
        let find = |id: &TitleId| world.titles.iter().find(|title| title.id == *id);
        ids.iter().filter_map(find).filter(listed).map(|title| title.id.clone()).collect()
    };
    let newest = |fits: &dyn Fn(&Title) -> bool| -> Vec<TitleId> {
        let mut titles: Vec<&Title> =
            world.titles.iter().filter(listed).filter(|title| fits(title)).collect();
        titles.sort_by_key(|title| (Reverse(opened(title)), title.id.clone()));
        titles.into_iter().map(|title| title.id.clone()).collect()
    };
    let mut ids = match &rail.kind {
        RailKind::Continue => Vec::new(),
        RailKind::Hero { titles } | RailKind::Manual { titles } => chosen(titles),
        RailKind::Newest => newest(&|_| true),
        RailKind::Genre { genre } => newest(&|title| title.genres.contains(genre)),
    };
    ids.truncate(rail.limit.into());
    ids
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_rail_is_its_slow_reading_and_holds_until_it_says(world in world(8), viewer in viewer(), on in 0..2usize) {
        let (_dir, _objects, _, edition) = world.open();
        let id = &world.brands[on].id;
        let (brand, ask) = (edition.brand(id).unwrap(), viewer.ask(id));
        for rail in brand.rails_with_titles() {
            for at in -1..2 * SPAN + 2 {
                let filled = rail.fill(&ask, Timestamp(at));
                let ids = |at| slowly(&world, rail.rail(), &ask, Timestamp(at));
                let found: Vec<TitleId> = filled.titles.iter().map(|title| title.id()).collect();
                prop_assert_eq!(&found, &ids(at), "{} at {}", &rail.rail().id, at);
                let until = filled.until.map_or(2 * SPAN + 2, |until| until.0);
                prop_assert!(until > at);
                for later in at..until {
                    prop_assert_eq!(&found, &ids(later), "{} from {} to {}", &rail.rail().id, at, later);
                }
            }
        }
    }
}
