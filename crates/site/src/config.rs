use domain::{Brand, Territory};
use http::HeaderName;

/// Bytes of rendered pages kept: some thousand pages in three codings.
const PAGE_CACHE: u64 = 64 * 1024 * 1024;

/// What an operator decides about the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteConfig {
    /// Where viewers find the brands.
    pub address: PublicAddress,
    /// Demo mode, and the countries that its switch offers: viewers are believed to be where they say. Never on a public site.
    pub country_switch: Option<Vec<Territory>>,
    /// The country of a viewer of whom no other is known.
    pub default_territory: Option<Territory>,
    /// The request header in which a proxy that is trusted tells the viewer's country (ISO 3166-1 alpha-2). Name one only
    /// when every request passes that proxy: whoever can reach the site otherwise can set it.
    pub territory_header: Option<HeaderName>,
    /// Are cookies sent over TLS alone? Browsers make an exception for `localhost`.
    pub secure_cookies: bool,
    /// Bytes of rendered pages kept.
    pub page_cache: u64,
}

impl Default for SiteConfig {
    fn default() -> Self {
        Self {
            address: PublicAddress { scheme: Scheme::Http, domain: "localhost".into(), port: Some(8080) },
            country_switch: None,
            default_territory: None,
            territory_header: None,
            secure_cookies: true,
            page_cache: PAGE_CACHE,
        }
    }
}

/// How viewers reach the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// In the clear: on one's own machine.
    Http,
    /// Over TLS, ended here or before.
    Https,
}

/// Where viewers find the brands: `harbour` is at `{scheme}://harbour.{domain}:{port}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicAddress {
    /// How.
    pub scheme: Scheme,
    /// The domain that the brands' names stand before: `localhost`, `example.com`.
    pub domain: String,
    /// The port, when it is not the scheme's own.
    pub port: Option<u16>,
}

impl PublicAddress {
    /// The address of a brand, without a slash at the end.
    pub fn url(&self, brand: &Brand) -> String {
        let scheme = match self.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{scheme}://{}.{}{port}", brand.host, self.domain)
    }

    /// The label before our domain in a host's name: `harbour` of `harbour.localhost`. `None` for every other host.
    pub(crate) fn label<'h>(&self, host: &'h str) -> Option<&'h str> {
        let (label, domain) = host.split_once('.')?;
        domain.eq_ignore_ascii_case(&self.domain).then_some(label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_labels_of_our_own_domain_name_brands() {
        let address = SiteConfig::default().address;
        assert_eq!(address.label("harbour.localhost"), Some("harbour"));
        for other in ["localhost", "harbour.evil.example", "a.harbour.localhost", "harbour", ""] {
            assert_eq!(address.label(other), None, "{other}");
        }
    }
}
