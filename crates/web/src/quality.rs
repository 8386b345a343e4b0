//! Lists with weights: `Accept-Encoding`, `Accept-Language` (RFC 9110 §12.4.2).

/// Entries looked at: no client has more preferences than this, and a hostile one gets no more work done.
const MAX_ENTRIES: usize = 32;

/// One entry and its weight in thousandths, 0 to 1000.
pub type Weighted<'a> = (&'a str, u16);

/// The entries of a weighted list in the order of the header, weights as thousandths. Entries with a weight that cannot be
/// read are left out.
pub fn parse(list: &str) -> impl Iterator<Item = Weighted<'_>> {
    list.split(',').take(MAX_ENTRIES).filter_map(|entry| {
        let mut parts = entry.split(';');
        let name = parts.next()?.trim();
        if name.is_empty() {
            return None;
        }
        let mut weight = 1000;
        for parameter in parts {
            if let Some((key, value)) = parameter.split_once('=')
                && key.trim().eq_ignore_ascii_case("q")
            {
                weight = thousandths(value.trim())?;
            }
        }
        Some((name, weight))
    })
}

/// `qvalue`: `0[.ddd]` or `1[.000]`.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let fraction: u16 = format!("{fraction:0<3}").parse().ok()?;
    match whole {
        "0" => Some(fraction),
        "1" if fraction == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_read_and_wrong_ones_left_out() {
        let list = "br;q=0.9, gzip ; Q=1.000, x;q=2, y;q=0.1234, *;q=0, z;q=, ,de;q=.5";
        assert_eq!(parse(list).collect::<Vec<_>>(), [("br", 900), ("gzip", 1000), ("*", 0)]);
    }

    #[test]
    fn a_list_without_end_costs_no_more_than_its_first_entries() {
        assert_eq!(parse(&"a,".repeat(100_000)).count(), MAX_ENTRIES);
    }
}
