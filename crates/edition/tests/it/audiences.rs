//! Whom no window tells apart, rights never tell apart.

use std::collections::HashSet;

use domain::{rights::Ask, *};
use proptest::prelude::*;

use crate::world::{SPAN, devices, viewer, world};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn rights_decide_for_the_representative_as_for_the_viewer(world in world(6), viewers in proptest::collection::vec(viewer(), 1..6)) {
        let (_dir, _objects, _, edition) = world.open();
        for brand in edition.brands() {
            for viewer in &viewers {
                let id = brand.audience(viewer.territory, &viewer.plans, viewer.limit, viewer.device);
                let audience = brand.audience_of(id).unwrap();
                let again = brand.audience(audience.territory, &audience.plans, audience.maturity_limit, audience.device);
                prop_assert_eq!(again, id, "a representative is of its own audience");
                let same = |title: &edition::TitleView<'_>, at| {
                    title.decide(&viewer.ask(&brand.id), at) == title.decide(&audience.ask(&brand.id), at)
                };
                for title in edition.all_titles() {
                    for at in (-1..2 * SPAN + 2).map(Timestamp) {
                        prop_assert!(same(&title, at), "{:?} and {audience:?} on {} at {}", viewer, title.id(), at.0);
                    }
                }
            }
        }
    }
}

/// One brand, one film in Korea for holders of `plus` on a television, for twelve and older.
#[test]
fn audiences_are_as_few_as_windows_allow() {
    let mut catalogue = edition::generate::catalogue(&edition::generate::Synthetic::of(50)).unwrap();
    catalogue.titles.truncate(1);
    let korea = Territory::new("KR").unwrap();
    let plus = PlanId::new("plus").unwrap();
    catalogue.titles[0].maturity = Maturity(12);
    catalogue.titles[0].windows = vec![Window {
        brands: Scope::Any,
        territories: Territories::Only([korea].into()),
        plans: Scope::Only([plus.clone()].into()),
        devices: Scope::Only([DeviceClass::Tv].into()),
        from: Timestamp(0),
        until: None,
        max_height: None,
    }];
    let dir = tempfile::tempdir().unwrap();
    let objects = objects::Objects::folder(dir.path()).unwrap();
    let input = edition::BuildInput {
        number: 1,
        created_at: Timestamp(0),
        brands: &catalogue.brands[..1],
        genres: &[],
        titles: &catalogue.titles,
        assets: &catalogue.assets,
        pictures: &Default::default(),
    };
    let built = edition::build(&objects, &input).unwrap();
    let edition = edition::Edition::open(&objects, &built.announcement(Timestamp(0))).unwrap();
    let brand = edition.brands().next().unwrap();
    let mut seen = HashSet::new();
    for place in Territory::all().into_iter().map(Some).chain([None]) {
        for plans in [vec![], vec![plus.clone()], vec![PlanId::new("other").unwrap()]] {
            for limit in [None, Some(Maturity(11)), Some(Maturity(12)), Some(Maturity(18))] {
                for device in devices() {
                    seen.insert(brand.audience(place, &plans.iter().cloned().collect(), limit, device));
                }
            }
        }
    }
    assert_eq!(seen.len(), 2 * 2 * 2 * 2);
    assert!((0..16).all(|n| brand.audience_of(edition::AudienceId(n)).is_some()));
    assert_eq!(brand.audience_of(edition::AudienceId(16)), None);
    assert_eq!(brand.audience_of(edition::AudienceId(u32::MAX)), None);
    let ask = Ask {
        brand: &brand.id,
        territory: Some(korea),
        plans: &[plus].into(),
        device: DeviceClass::Tv,
        maturity_limit: None,
    };
    assert!(edition.all_titles().next().unwrap().decide(&ask, Timestamp(1)).answer.is_ok());
}
