use domain::DeviceClass;
use http::{HeaderMap, header};

/// Bytes of a `User-Agent` that are looked at: real ones tell within the first few hundred.
const MAX_AGENT: usize = 512;

/// The kind of device that asks, by what it says of itself. A hint, good enough for a layout and for windows by device:
/// whoever lies gets the layout asked for, and the licence's word on devices is kept by the player's DRM level, not here.
pub fn class(headers: &HeaderMap) -> DeviceClass {
    let agent = headers.get(header::USER_AGENT).map(|value| value.as_bytes()).unwrap_or_default();
    let agent = &agent[..agent.len().min(MAX_AGENT)];
    let says = |word: &str| agent.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()));
    // Televisions first: most of them call themselves Android or Mobile as well.
    if [
        "smart-tv",
        "smarttv",
        "googletv",
        "android tv",
        "web0s",
        "webos.tv",
        "tizen/tv",
        "appletv",
        "bravia",
        "hbbtv",
        "crkey",
        "roku",
        "aft",
    ]
    .iter()
    .any(|word| says(word))
    {
        return DeviceClass::Tv;
    }
    // Sec-CH-UA-Mobile is a structured boolean (RFC 9651 §3.3.6).
    match headers.get("sec-ch-ua-mobile").map(|value| value.as_bytes()) {
        Some(b"?1") => DeviceClass::Mobile,
        Some(b"?0") => DeviceClass::Desktop,
        _ if ["mobi", "android", "iphone", "ipad"].iter().any(|word| says(word)) => DeviceClass::Mobile,
        _ => DeviceClass::Desktop,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_what_it_says_of_itself() {
        let desktop = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";
        let phone =
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148";
        let tv = "Mozilla/5.0 (Linux; Android 12; BRAVIA 4K VH2) AppleWebKit/537.36 Mobile";
        for (agent, mobile, class_of) in [
            (desktop, None, DeviceClass::Desktop),
            (desktop, Some("?1"), DeviceClass::Mobile),
            (phone, None, DeviceClass::Mobile),
            (tv, None, DeviceClass::Tv),
            (tv, Some("?1"), DeviceClass::Tv),
            ("", None, DeviceClass::Desktop),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::USER_AGENT, agent.parse().unwrap());
            if let Some(mobile) = mobile {
                headers.insert("sec-ch-ua-mobile", mobile.parse().unwrap());
            }
            assert_eq!(class(&headers), class_of, "{agent}");
        }
    }
}
