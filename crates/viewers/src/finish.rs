use std::time::Duration;

use domain::Timestamp;

/// How long a delivery token lasts; heartbeats renew it.
pub const TOKEN_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// Of a title's running time: who has come this far has seen it, credits or no credits.
const SEEN_PERCENT: u128 = 95;

/// Has a viewer at `position` seen the title to its end? From the closing credits on, or from 95% of the running time.
pub fn is_finished(position: Duration, running_time: Duration, credits_at: Option<Duration>) -> bool {
    // A marker at the very start is an editor's slip, and must not make every title finished.
    credits_at.is_some_and(|credits| !credits.is_zero() && position >= credits)
        || (!running_time.is_zero() && position.as_micros() * 100 >= running_time.as_micros() * SEEN_PERCENT)
}

/// How long a token signed at `now` may last: [`TOKEN_LIFETIME`], and never beyond the window's end plus the running time,
/// so that who began in time sees the end, and nobody sees more.
pub fn token_lifetime(now: Timestamp, ends: Option<Timestamp>, running_time: Duration) -> Duration {
    ends.map_or(TOKEN_LIFETIME, |ends| TOKEN_LIFETIME.min(ends.plus(running_time).since(now)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_end_is_the_credits_or_the_last_twentieth() {
        for (position, length, credits, finished) in [
            (94, 100, None, false),
            (95, 100, None, true),
            (80, 100, Some(80), true),
            (79, 100, Some(80), false),
            (96, 100, Some(98), true),
            (5, 100, Some(0), false),
            (0, 0, None, false),
            (500, 100, None, true),
        ] {
            let got = is_finished(s(position), s(length), credits.map(s));
            assert_eq!(got, finished, "{position} of {length}, credits at {credits:?}");
        }
    }

    #[test]
    fn a_token_ends_with_the_window_and_the_grace() {
        let at = Timestamp::from_seconds;
        let film = s(5400);
        assert_eq!(token_lifetime(at(1000), None, film), TOKEN_LIFETIME);
        assert_eq!(token_lifetime(at(1000), Some(at(1001)), film), TOKEN_LIFETIME);
        assert_eq!(token_lifetime(at(1000), Some(at(1001)), s(30)), s(31));
        assert_eq!(token_lifetime(at(1000), Some(at(900)), s(100)), s(0));
        assert_eq!(token_lifetime(at(1000), Some(at(1)), s(30)), s(0));
    }
}
