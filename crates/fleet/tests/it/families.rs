//! What the made-up demands are made of.

use fleet::simulate::{
    chance::Chance,
    demand::{Demand, SEEDS},
    families,
    premieres::{self, FLOP, Premiere},
};

const WEEK: usize = 7 * 1440;

fn share(drawn: &[Premiere], of: impl Fn(&Premiere) -> bool) -> f64 {
    drawn.iter().filter(|premiere| of(premiere)).count() as f64 / drawn.len() as f64
}

#[test]
fn fates_of_premieres_are_as_published() {
    for seed in SEEDS {
        let drawn = premieres::draw(&mut Chance::new(seed), 1000 * WEEK);
        assert_eq!(drawn.len(), 3000);
        let near = |what: &str, seen: f64, said: f64, by: f64| {
            assert!((seen - said).abs() < by, "seed {seed}: {what}: {seen}, not {said}");
        };
        near("flops", share(&drawn, |one| one.lift == FLOP), 0.2, 0.03);
        near("moved", share(&drawn, |one| one.begins == one.planned + 60), 0.1, 0.02);
        near("at the last minute", share(&drawn, |one| one.changed == 5), 0.5, 0.03);
        near("cancelled", share(&drawn, |one| one.is_cancelled), 0.05, 0.015);
        // The others: Pareto with index 2.5 from 0.2 on, cut at 1.5.
        let hits: Vec<Premiere> = drawn.into_iter().filter(|one| one.lift != FLOP).collect();
        for more_than in [0.26, 0.4, 0.8] {
            let said = (0.2f64 / more_than).powf(2.5);
            near("hits", share(&hits, |one| one.lift > more_than), said, 0.03);
        }
        assert!(hits.iter().all(|one| (0.2..=1.5).contains(&one.lift)));
        assert!(share(&hits, |one| one.lift == 1.5) > 0.0, "the tail is cut, so it is there");
    }
}

#[test]
fn crowds_come_when_premieres_begin_and_the_calendar_says_what_was_known() {
    let flat = || Demand {
        name: "flat".into(),
        start: domain::Timestamp::from_seconds(1_767_571_200),
        mean: vec![100.0; WEEK],
        calendar: Vec::new(),
    };
    let one = Premiere { planned: 3000, begins: 3000, changed: 5, is_cancelled: false, lift: 0.5 };
    let crowd_of = |premiere: Premiere| {
        let mut demand = flat();
        premieres::put(&mut demand, &[premiere]);
        let crowded: Vec<usize> = (0..WEEK).filter(|at| demand.mean[*at] > 101.0).collect();
        let known_at = |minute: usize| {
            let mut known = Vec::new();
            demand.known(minute, &mut known);
            known.first().map(|event| event.at.since(demand.start).as_secs() as usize / 60)
        };
        let known = [2990, 2996].map(known_at);
        (crowded.first().copied(), demand.mean.iter().copied().fold(0.0, f64::max), known)
    };
    assert_eq!(crowd_of(one), (Some(2999), 150.0, [Some(3000), Some(3000)]));
    assert_eq!(crowd_of(Premiere { begins: 3060, ..one }), (Some(3059), 150.0, [Some(3000), Some(3060)]));
    assert_eq!(crowd_of(Premiere { is_cancelled: true, ..one }), (None, 100.0, [Some(3000), None]));
}

#[test]
fn every_family_is_the_same_on_every_run_and_ten_to_one() {
    for demand in families::all(SEEDS[0]) {
        let again = families::all(SEEDS[0]).into_iter().find(|other| other.name == demand.name).unwrap();
        assert_eq!((&demand.mean, &demand.calendar), (&again.mean, &again.calendar));
        let (least, most) = demand.mean.iter().fold((f64::MAX, 0.0f64), |(l, m), x| (l.min(*x), m.max(*x)));
        assert!(least > 0.0 && (5.0..400.0).contains(&(most / least)), "{}: {least} to {most}", demand.name);
    }
}
