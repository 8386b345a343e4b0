//! The judge's arithmetic against slow and obvious ways to the same numbers.

use fleet::judge::{Evidence, Growth, Table};
use proptest::prelude::*;

/// Every way to deal the hits to the requests, one by one: the share of ways that give the canary `x` hits, by x.
fn dealt(canary: u32, control: u32, hits: u32) -> Vec<f64> {
    let mut ways = vec![0.0; canary as usize + 1];
    for set in 0u32..1 << (canary + control) {
        if set.count_ones() == hits {
            ways[(set & ((1 << canary) - 1)).count_ones() as usize] += 1.0;
        }
    }
    let all: f64 = ways.iter().sum();
    ways.iter().map(|way| way / all).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_window_is_as_likely_as_dealing_hits_one_by_one_says(
        canary in 1u32..7, control in 1u32..7, hits in 0u32..12, odds in 0.2f64..20.0,
    ) {
        let hits = hits.min(canary + control);
        let ways = dealt(canary, control, hits);
        let sum: f64 = ways.iter().enumerate().map(|(x, way)| way * odds.powi(x as i32)).sum();
        let mut expected_growth = 0.0;
        for (x, way) in ways.iter().enumerate().filter(|(_, way)| **way > 0.0) {
            let table = Table {
                canary: canary.into(), canary_hits: x as u64,
                control: control.into(), control_hits: u64::from(hits) - x as u64,
            };
            let ln = table.ln_likelihoods(&[odds, 1.0]);
            let slow = (odds.powi(x as i32) / sum).ln();
            prop_assert!((ln[0] - ln[1] - slow).abs() < 1e-9, "{ln:?} {slow}");
            expected_growth += way * (ln[0] - ln[1]).exp();
        }
        // Of the innocent, evidence is expected not to grow: what Ville's inequality asks for.
        prop_assert!((expected_growth - 1.0).abs() < 1e-9);
    }
}

#[test]
fn of_all_sequences_of_coins_few_ever_convict() {
    // Every outcome of 14 fair coins is walked; the share that reaches 1/α at any look is at most α.
    for alpha in [0.5, 0.1, 0.05] {
        let (coins, mut convicted) = (14, 0u32);
        for sequence in 0u32..1 << coins {
            let mut growth = Growth::default();
            let (mut canary, mut reached) = (0.0, false);
            growth.add(0.0, 0.0);
            for coin in 0..coins {
                canary += if sequence >> coin & 1 == 1 { 1.0 } else { -1.0 };
                growth.add(canary, 0.0);
                reached |= growth.ln() >= (1.0f64 / alpha).ln();
            }
            convicted += u32::from(reached);
        }
        let share = f64::from(convicted) / f64::from(1u32 << coins);
        assert!(share <= alpha, "{share} of {alpha}");
        assert!(alpha < 0.1 || share > 0.0, "it can convict at all");
    }
}

#[test]
fn one_window_cannot_convict_and_a_clean_past_is_no_credit() {
    let mut evidence = Evidence::default();
    evidence.add_from_now_on(&[50.0]);
    assert!(evidence.ln() < 3.0, "{}", evidence.ln());
    let mut late = Evidence::default();
    for _ in 0..1000 {
        late.add_from_now_on(&[-1.0]);
    }
    for _ in 0..10 {
        late.add_from_now_on(&[2.5]);
    }
    assert!(late.ln() > 10.0, "{}", late.ln());
}
