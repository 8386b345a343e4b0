//! The judge: who is innocent is seldom condemned, who is guilty is found, and who is silent does not pass.

use fleet::judge::{Judge, OTHER, Rules, Verdict, Window};

use crate::traffic::*;

/// Judges up to `most` windows; how many it took, and what was said.
fn judged(seed: u64, per_window: u64, most: u64, arms: (Arm, Arm), rules: Rules) -> (u64, Verdict) {
    let (mut traffic, mut judge) = (Traffic::new(seed), Judge::new(rules));
    for at in 1..=most {
        judge.observe(&traffic.window(per_window, arms.0, arms.1));
        match judge.verdict(at) {
            Verdict::Wait(_) => {}
            said => return (at, said),
        }
    }
    (most, judge.verdict(most))
}

/// Condemned at any of `windows` looks, whatever was said before.
fn condemned(seed: u64, windows: u64, arms: (Arm, Arm), rules: Rules) -> bool {
    let (mut traffic, mut judge) = (Traffic::new(seed), Judge::new(rules));
    (1..=windows).any(|at| {
        judge.observe(&traffic.window(40, arms.0, arms.1));
        matches!(judge.verdict(at), Verdict::Worse(_))
    })
}

#[test]
fn looked_at_every_window_the_innocent_are_condemned_no_more_often_than_promised() {
    // As lenient as the promise allows: 20 per cent, no allowance for what is put up with, nothing too small to matter.
    let strict = Rules {
        alarm: 0.2,
        errors_odds: 1.0,
        errors_excess: f64::NEG_INFINITY,
        latency_odds: 1.0,
        latency_excess: f64::NEG_INFINITY,
        growth_excess: f64::NEG_INFINITY,
        ..Rules::default()
    };
    let arm = Arm { errors: 0.1, ..GOOD };
    let runs = 150;
    let alarms = (0..runs).filter(|seed| condemned(*seed, 60, (arm, arm), strict)).count();
    assert!(alarms * 5 <= runs as usize, "{alarms} of {runs}");
    // What befalls both does not count against one, even when it changes all the time.
    let storms = (0..20).filter(|seed| {
        let (mut traffic, mut judge) = (Traffic::new(*seed), Judge::new(strict));
        (1..=60).any(|at| {
            let storm = Arm { errors: 0.4 * f64::from(at % 3), ms: 20.0 * f64::from(at % 5 + 1), ..GOOD };
            judge.observe(&traffic.window(40, storm, storm));
            matches!(judge.verdict(1), Verdict::Worse(_))
        })
    });
    assert!(storms.count() <= 4);
}

#[test]
fn a_release_that_is_no_worse_passes() {
    for seed in 0..5 {
        let (windows, said) = judged(seed, 400, 100, (GOOD, GOOD), Rules::default());
        assert!(matches!(said, Verdict::Fine(_)), "{windows}: {said:?}");
    }
    // Also where both have a tenth of errors, which no release of ours would be let pass with alone.
    let poor = Arm { errors: 0.1, ..GOOD };
    let (_, said) = judged(7, 400, 100, (poor, poor), Rules::default());
    assert!(matches!(said, Verdict::Fine(_)), "{said:?}");
}

/// What docs/rollouts.md promises to those who have few viewers: no error at all, and either arm gets half of the requests.
#[test]
fn without_an_error_it_takes_some_650_answers_of_each_whatever_comes_in_a_second() {
    let flawless = Arm { errors: 0.0, ..GOOD };
    for (seed, per_window) in [(1, 2), (2, 6), (3, 20), (4, 60), (5, 200)] {
        let (windows, said) = judged(seed, per_window, 899, (flawless, flawless), Rules::default());
        let of_each = windows * per_window / 2;
        assert!(matches!(said, Verdict::Fine(_)), "{per_window}: {said:?}");
        assert!((550..=800).contains(&of_each), "{per_window} in a window: {of_each}");
    }
    // A request each in two seconds: 900 of them are too few.
    let (_, said) = judged(6, 1, 900, (flawless, flawless), Rules::default());
    assert!(matches!(&said, Verdict::Unknown(_)), "{said:?}");
}

#[test]
fn one_path_in_fifty_that_fails_is_found_and_named() {
    let noisy = Arm { errors: 0.03, ..GOOD };
    let (windows, said) = judged(1, 400, 100, (Arm { rare_fails: true, ..noisy }, noisy), Rules::default());
    let Verdict::Worse(words) = said else { panic!("{said:?}") };
    assert!(windows < 40, "{windows}");
    insta::assert_snapshot!(words, @"the canary answered 100.0% at /rare with errors against 6.2% in the control (21 and 32 requests)");
}

#[test]
fn errors_a_doubled_time_and_a_leak_are_found() {
    let found = |canary: Arm| {
        for seed in 0..5 {
            let (windows, said) = judged(seed, 400, 100, (canary, GOOD), Rules::default());
            assert!(matches!(said, Verdict::Worse(_)), "{windows}: {said:?}");
        }
        judged(0, 400, 100, (canary, GOOD), Rules::default())
    };
    insta::assert_debug_snapshot!(found(Arm { errors: 0.02, ..GOOD }), @r#"
(
    9,
    Worse(
        "the canary answered 2.2% with errors against 0.34% in the control (1,825 and 1,775 requests)",
    ),
)
"#);
    insta::assert_debug_snapshot!(found(Arm { ms: 40.0, ..GOOD }), @r#"
(
    5,
    Worse(
        "60.8% of the canary's answers took longer than 32 ms against 31.2% of the control's (997 and 1,003 requests)",
    ),
)
"#);
    // A leak is slower than traffic: the judge goes on while the waves do.
    let leak = Arm { leak: 1e6, ..GOOD };
    let (mut traffic, mut judge) = (Traffic::new(3), Judge::new(Rules::default()));
    for _ in 0..300 {
        judge.observe(&traffic.window(40, leak, GOOD));
    }
    insta::assert_debug_snapshot!(judge.verdict(300), @r#"
Worse(
    "the canary's resident bytes grew by 85.9% where the control's grew by 0.99% (to 188,648,683 and 103,818,315)",
)
"#);
}

#[test]
fn a_fault_that_comes_late_is_found_as_well() {
    let (mut traffic, mut judge) = (Traffic::new(5), Judge::new(Rules::default()));
    for _ in 0..200 {
        judge.observe(&traffic.window(100, GOOD, GOOD));
    }
    assert!(matches!(judge.verdict(200), Verdict::Fine(_)));
    let late = (1..=60).find(|_| {
        judge.observe(&traffic.window(100, Arm { errors: 0.3, ..GOOD }, GOOD));
        matches!(judge.verdict(200), Verdict::Worse(_))
    });
    assert!(late.is_some_and(|windows| windows < 25), "{late:?}");
}

#[test]
fn silence_does_not_pass() {
    let rules = Rules { longest_s: 60, ..Rules::default() };
    let without = |hide: fn(&mut Window)| {
        let (mut traffic, mut judge) = (Traffic::new(1), Judge::new(rules));
        let mut said = Vec::new();
        for at in 1..=60 {
            let mut window = traffic.window(400, GOOD, GOOD);
            hide(&mut window);
            judge.observe(&window);
            said.push(judge.verdict(at));
        }
        assert!(matches!(said[0], Verdict::Wait(_)), "{said:?}");
        assert!(said.iter().all(|said| !matches!(said, Verdict::Fine(_) | Verdict::Worse(_))), "{said:?}");
        let Some(Verdict::Unknown(words)) = said.pop() else { panic!("bounded") };
        words
    };
    let words = [
        without(|window| window.canary = None),
        without(|window| window.control = None),
        without(|window| *window = Window::default()),
        without(|window| window.control.as_mut().unwrap().age_s += 300),
        without(|window| window.canary.as_mut().unwrap().paths.clear()),
        without(|window| window.canary.as_mut().unwrap().latency.counts.clear()),
        without(|window| window.canary.as_mut().unwrap().latency.bounds[0] = 1),
        without(|window| {
            // Traffic that proves nothing: a request in each arm.
            let traffic = Traffic::new(1).window(0, GOOD, GOOD);
            *window = Window { canary: traffic.canary, control: traffic.control };
        }),
    ];
    insta::assert_snapshot!(words.join("\n"), @r"
after 60 s it is not shown that the canary is fine: nothing is heard of the canary
after 60 s it is not shown that the canary is fine: nothing is heard of the control
after 60 s it is not shown that the canary is fine: nothing is heard of the canary and the control
after 60 s it is not shown that the canary is fine: the canary and the control are 300 s apart in age: no fair comparison
after 60 s it is not shown that the canary is fine: the canary answered 0 requests where the control answered 189
after 60 s it is not shown that the canary is fine: the canary's times cannot be read
after 60 s it is not shown that the canary is fine: the canary's times are counted in other buckets than the control's
after 60 s it is not shown that the canary is fine: too little is known about errors yet (0 and 0 requests)
");
}

#[test]
fn many_paths_are_counted_together_beyond_a_bound() {
    let mut judge = Judge::new(Rules::default());
    for at in 0..300 {
        let mut window = Traffic::new(at).window(40, GOOD, GOOD);
        for arm in [&mut window.canary, &mut window.control] {
            let sample = arm.as_mut().unwrap();
            sample.paths = [(format!("/{at}"), sample.total())].into();
        }
        judge.observe(&window);
    }
    let kept = serde_json::to_value(&judge).unwrap();
    let paths = kept["paths"].as_object().unwrap();
    assert_eq!(paths.len(), fleet::judge::MOST_PATHS);
    assert!(paths.contains_key(OTHER));
}

#[test]
fn a_judge_that_is_stored_and_read_goes_on_as_if_nothing_had_been() {
    let (mut traffic, mut judge) = (Traffic::new(9), Judge::new(Rules::default()));
    let mut stored = judge.clone();
    for _ in 0..30 {
        let window = traffic.window(100, GOOD, Arm { errors: 0.05, ..GOOD });
        judge.observe(&window);
        stored = serde_json::from_str(&serde_json::to_string(&stored).unwrap()).unwrap();
        stored.observe(&window);
    }
    assert_eq!(stored, judge);
}
