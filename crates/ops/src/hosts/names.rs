//! Names that mean one instance among all hosts.

/// What all hosts call an instance that its host calls `local`: what a rollout has named is one of a kind already, what a host
/// keeps by itself is not.
pub(super) fn everywhere(service: &str, host: &str, local: &str) -> String {
    if is_of_a_rollout(service, local) { local.to_owned() } else { format!("{host}.{local}") }
}

/// What its host calls it.
pub(super) fn here<'a>(service: &str, host: &str, name: &'a str) -> &'a str {
    if is_of_a_rollout(service, name) {
        return name;
    }
    name.strip_prefix(host).and_then(|rest| rest.strip_prefix('.')).unwrap_or(name)
}

/// `site-12-3`, `site-12-3r1`: service, number of the rollout, and which. No instance has a dot in its name.
fn is_of_a_rollout(service: &str, name: &str) -> bool {
    if name.contains('.') {
        return false;
    }
    let rest = name.strip_prefix(service).and_then(|rest| rest.strip_prefix('-'));
    let number = rest.and_then(|rest| rest.split_once('-')).map(|(number, _)| number);
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for (host, local, name) in [
            ("busan", "i1", "busan.i1"),
            ("busan.example", "i1", "busan.example.i1"),
            ("busan", "site-3-1", "site-3-1"),
            ("busan", "site-3-1r2", "site-3-1r2"),
            ("site-3-1", "i1", "site-3-1.i1"),
        ] {
            assert_eq!(everywhere("site", host, local), name);
            assert_eq!(here("site", host, name), local);
        }
        assert_eq!(
            here("site", "busan", "jeju.i1"),
            "jeju.i1",
            "not ours; no engine takes a name with a dot"
        );
    }
}
