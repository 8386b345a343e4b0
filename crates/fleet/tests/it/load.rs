use domain::Timestamp;
use fleet::load::{Counter, Minutes, Sample, Trouble};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_767_571_200 + seconds)
}

fn sample(seconds: i64, offered: f64) -> Sample {
    Sample { at: at(seconds), offered, served: offered, shed: 0.0 }
}

#[test]
fn counters_with_every_trouble() {
    let mut counter = Counter::default();
    let mut push = |now: i64, sample: Sample| counter.push(at(now), sample).map(|step| step.offered);
    assert_eq!(push(0, sample(0, 100.0)), Err(Trouble::First));
    assert_eq!(push(15, sample(15, 160.0)), Ok(60.0));
    assert_eq!(push(16, sample(15, 160.0)), Err(Trouble::Duplicate));
    assert_eq!(push(17, sample(10, 130.0)), Err(Trouble::OutOfOrder));
    assert_eq!(push(30, sample(30, 20.0)), Ok(20.0), "it was restarted");
    assert_eq!(push(45, sample(45, -1.0)), Err(Trouble::Nonsense));
    assert_eq!(push(45, sample(45, f64::NAN)), Err(Trouble::Nonsense));
    assert_eq!(push(60, sample(86_400, 50.0)), Ok(30.0), "its clock is a day ahead: ours counts");
    assert_eq!(push(900, sample(900, 9_000.0)), Err(Trouble::Silence));
    assert_eq!(push(915, sample(915, 9_010.0)), Ok(10.0));
}

#[test]
fn minutes_are_whole_or_gaps() {
    let mut minutes = Minutes::default();
    for n in 0..=20 {
        for instance in ["a", "b"] {
            // b falls silent for a while; a goes on.
            if instance == "b" && (8..16).contains(&n) {
                continue;
            }
            let _ = minutes.push(at(n * 30), instance, sample(n * 30, n as f64 * 50.0));
        }
    }
    let closed = minutes.close(at(600), 2);
    let offered: Vec<Option<f64>> =
        closed.iter().map(|(_, load)| load.map(|load| load.offered.round())).collect();
    assert_eq!(offered, vec![Some(200.0); 8], "what half of them said stands for all");
    let nobody = minutes.close(at(1200), 2);
    assert_eq!(nobody.len(), 10);
    assert!(nobody[3..].iter().all(|(_, load)| load.is_none()), "{nobody:?}");
    assert!(minutes.close(at(1200), 2).is_empty(), "each minute once");
}

#[test]
fn a_clock_that_jumps_by_years_makes_no_years_of_gaps() {
    let mut minutes = Minutes::default();
    let _ = minutes.push(at(0), "a", sample(0, 0.0));
    let _ = minutes.push(at(60), "a", sample(60, 10.0));
    assert!(minutes.close(at(400_000_000), 1).len() <= 7 * 24 * 60 + 1);
}
