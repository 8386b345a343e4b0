//! The queue model against the exact one.

use fleet::simulate::latency::{GOAL, slow_share};

/// Erlang's C for `servers` at `busy` of their capacity: the probability of waiting.
fn erlang_c(servers: u32, busy: f64) -> f64 {
    let offered = busy * f64::from(servers);
    let blocked = (1..=servers).fold(1.0, |b, n| offered * b / (f64::from(n) + offered * b));
    blocked / (1.0 - busy * (1.0 - blocked))
}

/// In a queue M/M/c a wait is longer than `t` service times with probability C exp(-c (1 - ρ) t).
fn exact(busy: f64) -> f64 {
    erlang_c(32, busy) * (-(GOAL - 1.0) * 32.0 * (1.0 - busy)).exp()
}

#[test]
fn slow_requests_are_as_many_as_erlang_says() {
    assert!((erlang_c(1, 0.7) - 0.7).abs() < 1e-12, "of one server, C is how busy it is");
    for percent in 1..100 {
        let busy = f64::from(percent) / 100.0;
        let (seen, said) = (slow_share(100.0 * busy, 100), exact(busy));
        assert!((seen - said).abs() < 0.02, "{busy}: {seen}, exactly {said}");
        if said > 0.001 {
            assert!((0.8..1.6).contains(&(seen / said)), "{busy}: {seen}, exactly {said}");
        }
    }
    assert_eq!((slow_share(100.0, 100), slow_share(5.0, 0)), (1.0, 1.0), "full, or nobody there");
    assert_eq!(slow_share(0.0, 0), 0.0);
}
