use fleet::capacity::{Capacity, Minute};

#[test]
fn learned_per_release_within_what_was_declared() {
    let mut capacity = Capacity::new(1000.0);
    assert_eq!(capacity.of("1.0"), 1000.0);
    // Served whole beyond what was declared: it can do more.
    capacity.learn("1.0", Minute { offered: 1200.0, served: 1200.0, quick: true });
    assert_eq!(capacity.of("1.0"), 1200.0);
    // A new release is first trusted a little less than the one before it.
    assert_eq!(capacity.of("1.1"), 1080.0);
    for _ in 0..60 {
        capacity.learn("1.1", Minute { offered: 1000.0, served: 800.0, quick: false });
    }
    assert!((capacity.of("1.1") - 800.0).abs() < 1.0);
    assert_eq!(capacity.of("1.0"), 1200.0);
    assert!(
        capacity.words("1.1", "requests/min").contains("800 requests/min per instance, learned in 60 min")
    );
}

/// What it did slowly is more than it can do: where exactly the limit lies shows when it is quick again.
#[test]
fn slow_minutes_without_any_turned_away_teach_less_than_what_was_served() {
    let mut capacity = Capacity::new(1000.0);
    let mut offered = 900.0;
    let mut minutes = 0;
    while offered > 500.0 {
        capacity.learn("1.0", Minute { offered, served: offered, quick: false });
        // The floor follows: each has as much as it is believed to do.
        offered = offered.min(capacity.of("1.0"));
        minutes += 1;
    }
    assert!((30..90).contains(&minutes), "neither a minute nor half a day: {minutes}");
    let learned = capacity.of("1.0");
    for _ in 0..500 {
        capacity.learn("1.0", Minute { offered: 480.0, served: 480.0, quick: true });
    }
    assert_eq!(capacity.of("1.0"), learned, "and there it stays");
}

#[test]
fn one_bad_minute_does_not_halve_the_fleet_and_nonsense_is_left_out() {
    let mut capacity = Capacity::new(1000.0);
    capacity.learn("1.0", Minute { offered: 1000.0, served: 100.0, quick: false });
    assert!(capacity.of("1.0") > 950.0);
    for (offered, served) in [(f64::NAN, 1.0), (10.0, -1.0), (10.0, 1e9), (f64::INFINITY, 5.0), (5.0, 0.0)] {
        let before = capacity.of("1.0");
        capacity.learn("1.0", Minute { offered, served, quick: false });
        assert_eq!(capacity.of("1.0"), before);
    }
    for _ in 0..500 {
        capacity.learn("1.0", Minute { offered: 100.0, served: 1.0, quick: false });
    }
    assert_eq!(capacity.of("1.0"), 500.0, "learned wrong: held to what was declared");
}
