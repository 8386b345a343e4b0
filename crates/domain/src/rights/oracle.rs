//! `decide` against a slow reading of the same rules, for random windows and viewers.

use std::collections::BTreeSet;

use proptest::{collection, option, prelude::*, sample::subsequence};

use super::*;
use crate::{Scope, Territories};

const BRANDS: [&str; 2] = ["alpha", "beta"];
const PLANS: [&str; 3] = ["free", "plus", "max"];
const COUNTRIES: [&str; 3] = ["KR", "US", "DE"];
const DEVICES: [DeviceClass; 2] = [DeviceClass::Desktop, DeviceClass::Tv];
/// Windows and viewers live in this many microseconds, so that edges often coincide.
const SPAN: i64 = 12;

fn brand(name: &str) -> BrandId {
    BrandId::new(name).unwrap()
}
fn plan(name: &str) -> PlanId {
    PlanId::new(name).unwrap()
}
fn country(code: &str) -> Territory {
    Territory::new(code).unwrap()
}

fn some<T: Clone + std::fmt::Debug + Ord + 'static>(all: Vec<T>) -> impl Strategy<Value = BTreeSet<T>> {
    let most = all.len();
    subsequence(all, 0..=most).prop_map(|some| some.into_iter().collect())
}

fn scope<T: Clone + std::fmt::Debug + Ord + 'static>(all: Vec<T>) -> impl Strategy<Value = Scope<T>> {
    prop_oneof![Just(Scope::Any), some(all).prop_map(Scope::Only)]
}

fn territories() -> impl Strategy<Value = Territories> {
    let set = || some(COUNTRIES.map(country).to_vec());
    prop_oneof![
        Just(Territories::World),
        set().prop_map(Territories::Only),
        set().prop_map(Territories::Except)
    ]
}

fn window() -> impl Strategy<Value = Window> {
    let whom = (scope(BRANDS.map(brand).to_vec()), territories(), scope(PLANS.map(plan).to_vec()));
    let when = (0..SPAN, option::of(1..SPAN));
    let how = (scope(DEVICES.to_vec()), option::of(prop_oneof![Just(540), Just(1080)]));
    (whom, when, how).prop_map(|((brands, territories, plans), (from, length), (devices, max_height))| {
        let until = length.map(|length| Timestamp(from + length));
        Window { brands, territories, plans, devices, from: Timestamp(from), until, max_height }
    })
}

/// The rules, read slowly: one filter after another, no early exit, no `until`.
fn slowly(ask: &Ask<'_>, subject: &Subject<'_>, at: Timestamp) -> Result<Grant, Denial> {
    let held = |w: &&Window| ask.plans.iter().any(|plan| w.plans.has(plan)) || w.plans == Scope::Any;
    let open = |w: &&Window| w.from <= at && w.until.is_none_or(|until| at < until);
    let on_brand: Vec<_> = subject.windows.iter().filter(|w| w.brands.has(ask.brand)).collect();
    let here: Vec<_> = on_brand
        .iter()
        .copied()
        .filter(|w| match ask.territory {
            Some(t) => w.territories.has(t),
            None => w.territories == Territories::World,
        })
        .collect();
    let device: Vec<_> = here.iter().copied().filter(|w| w.devices.has(&ask.device)).collect();
    let now: Vec<_> = device.iter().copied().filter(open).collect();
    let mine: Vec<_> = now.iter().copied().filter(held).collect();
    if subject.taken_down {
        Err(Denial::TakenDown)
    } else if on_brand.is_empty() {
        Err(Denial::Brand)
    } else if here.is_empty() {
        Err(Denial::Territory)
    } else if device.is_empty() {
        Err(Denial::Device)
    } else if ask.maturity_limit.is_some_and(|limit| subject.maturity > limit) {
        Err(Denial::Maturity)
    } else if !mine.is_empty() {
        let best = mine.iter().map(|w| w.max_height.unwrap_or(u16::MAX)).max().unwrap();
        let ends = mine.iter().map(|w| w.until.map_or(i64::MAX, |t| t.0)).max().unwrap();
        Ok(Grant {
            max_height: (best < u16::MAX).then_some(best),
            ends: (ends < i64::MAX).then_some(Timestamp(ends)),
        })
    } else if !now.is_empty() {
        let needs = now.iter().flat_map(|w| match &w.plans {
            Scope::Any => BTreeSet::new(),
            Scope::Only(plans) => plans.clone(),
        });
        Err(Denial::Plan { needs: needs.collect() })
    } else if let Some(opens) = device.iter().map(|w| w.from).filter(|from| *from > at).min() {
        Err(Denial::NotYet { opens })
    } else {
        Err(Denial::Ended { closed: device.iter().filter_map(|w| w.until).max().unwrap() })
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn decide_is_the_slow_reading_and_holds_until_its_edge(
        windows in collection::vec(window(), 0..7),
        on in 0..BRANDS.len(),
        from in option::of(0..COUNTRIES.len()),
        plans in some(PLANS.map(plan).to_vec()),
        device in 0..DEVICES.len(),
        limit in option::of(0u8..3),
        maturity in 0u8..3,
        taken_down in prop::bool::weighted(0.05),
    ) {
        let brand = brand(BRANDS[on]);
        let ask = Ask {
            brand: &brand,
            territory: from.map(|i| country(COUNTRIES[i])),
            plans: &plans,
            device: DEVICES[device],
            maturity_limit: limit.map(Maturity),
        };
        let subject = Subject { windows: &windows, maturity: Maturity(maturity), taken_down };
        for at in (-1..2 * SPAN + 2).map(Timestamp) {
            let decision = decide(&ask, &subject, at);
            prop_assert_eq!(&decision.answer, &slowly(&ask, &subject, at), "at {}", at.0);
            let until = decision.until.map_or(2 * SPAN + 2, |until| until.0);
            prop_assert!(until > at.0, "an answer holds for some time");
            for later in at.0..until {
                prop_assert_eq!(&decision.answer, &slowly(&ask, &subject, Timestamp(later)));
            }
        }
    }
}
