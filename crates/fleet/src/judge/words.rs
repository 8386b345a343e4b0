//! What the judge says, for people.

use super::{Both, Growth};

/// With a comma between thousands.
pub(super) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// In per cent, with one digit after the point; two below 1%.
fn percent(share: f64) -> String {
    if share > 0.0 && share < 0.01 {
        format!("{:.2}%", share * 100.0)
    } else {
        format!("{:.1}%", share * 100.0)
    }
}

fn requests(both: &Both) -> String {
    format!("({} and {} requests)", number(both.canary.requests), number(both.control.requests))
}

pub(super) fn errors(path: Option<&str>, both: &Both) -> String {
    let at = path.map(|path| format!(" at {path}")).unwrap_or_default();
    format!(
        "the canary answered {}{at} with errors against {} in the control {}",
        percent(both.canary.share()),
        percent(both.control.share()),
        requests(both)
    )
}

pub(super) fn mostly(path: &str, both: &Both) -> String {
    let (canary, control) = (percent(both.canary.share()), percent(both.control.share()));
    format!("; most are at {path}, {canary} against {control}")
}

pub(super) fn slower(bound_us: u64, both: &Both) -> String {
    format!(
        "{} of the canary's answers took longer than {} against {} of the control's {}",
        percent(both.canary.share()),
        time(bound_us),
        percent(both.control.share()),
        requests(both)
    )
}

fn time(micros: u64) -> String {
    match micros {
        0..10_000 => format!("{} ms", micros as f64 / 1e3),
        10_000..1_000_000 => format!("{:.0} ms", micros as f64 / 1e3),
        _ => format!("{:.1} s", micros as f64 / 1e6),
    }
}

pub(super) fn leak(name: &str, growth: &Growth) -> String {
    let (canary, control) = growth.shares();
    let control =
        if control > 0.0 { format!("grew by {}", percent(control)) } else { "did not grow".to_owned() };
    format!(
        "the canary's {name} grew by {} where the control's {control} (to {} and {})",
        percent(canary),
        number(growth.now().0.max(0.0) as u64),
        number(growth.now().1.max(0.0) as u64),
    )
}

pub(super) fn fine(total: &Both) -> String {
    format!(
        "the canary answered {} with errors against {} in the control, no slower {}",
        percent(total.canary.share()),
        percent(total.control.share()),
        requests(total)
    )
}

pub(super) fn too_little(what: &str, total: &Both) -> String {
    format!("too little is known about {what} yet {}", requests(total))
}

pub(super) fn suspicious(total: &Both) -> String {
    format!("something looks worse, and too little is known to tell {}", requests(total))
}

pub(super) fn unknown(waited_s: u64, missing: &str) -> String {
    format!("after {} s it is not shown that the canary is fine: {missing}", number(waited_s))
}
