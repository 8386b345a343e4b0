use http::Uri;

/// Where Slack takes answers to buttons.
const SLACKS: &str = "https://hooks.slack.com";

/// May an answer be posted to this address, which stood in a request? Only at Slack, or where `webhook` is, which whoever runs this
/// has named: what we post must reach no machine of somebody else's choice, least of all one that only we can reach.
pub fn may_reply_to(address: &str, webhook: Option<&str>) -> bool {
    let allowed = [Some(SLACKS), webhook].into_iter().flatten().filter_map(origin);
    origin(address).is_some_and(|wanted| allowed.into_iter().any(|origin| origin == wanted))
}

/// Scheme, host and port. An address with a user in it has none: what stands before an `@` looks like a host and is none.
fn origin(address: &str) -> Option<(String, String, u16)> {
    let uri: Uri = address.parse().ok()?;
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
    let usual = match scheme {
        "https" => 443,
        "http" => 80,
        _ => return None,
    };
    let named = authority.as_str().bytes().all(|b| b.is_ascii_alphanumeric() || b"-.:[]".contains(&b));
    // A port that is no number is no port.
    let port = match authority.port() {
        Some(port) => port.as_u16(),
        None if authority.as_str() == authority.host() => usual,
        None => return None,
    };
    named.then(|| (scheme.to_owned(), authority.host().to_ascii_lowercase(), port))
}
