//! Security headers, the content security policy as data.

use http::{HeaderMap, HeaderName, HeaderValue, header};

/// A content security policy (CSP level 3): directives in order, each with its sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Csp(Vec<(&'static str, Vec<String>)>);

impl Csp {
    /// Nothing but what comes from this very host, no plug-ins, no frames around, no inline script or style.
    pub fn strict() -> Self {
        let this = || vec!["'self'".to_owned()];
        let none = || vec!["'none'".to_owned()];
        Self(vec![
            ("default-src", none()),
            ("script-src", this()),
            ("style-src", this()),
            ("img-src", this()),
            ("font-src", this()),
            ("connect-src", this()),
            ("media-src", this()),
            ("manifest-src", this()),
            ("base-uri", none()),
            ("form-action", this()),
            ("frame-ancestors", none()),
        ])
    }

    /// Nothing at all: for documents that are data.
    pub fn none() -> Self {
        Self(vec![("default-src", vec!["'none'".into()]), ("frame-ancestors", vec!["'none'".into()])])
    }

    /// One more source for a directive, such as `blob:` for `media-src`.
    pub fn allow(mut self, directive: &'static str, source: impl Into<String>) -> Self {
        let source = source.into();
        match self.0.iter_mut().find(|(name, _)| *name == directive) {
            Some((_, sources)) => {
                sources.retain(|s| s != "'none'");
                sources.push(source);
            }
            None => self.0.push((directive, vec![source])),
        }
        self
    }

    /// The field's value. Sources that no header can hold are the programmer's error: the policy then allows nothing.
    pub fn value(&self) -> HeaderValue {
        let directives: Vec<String> =
            self.0.iter().map(|(name, sources)| format!("{name} {}", sources.join(" "))).collect();
        HeaderValue::try_from(directives.join("; ")).unwrap_or(HeaderValue::from_static("default-src 'none'"))
    }
}

/// What every answer to a browser carries, unless its handler said otherwise.
pub fn secure(headers: &mut HeaderMap, policy: &HeaderValue) {
    let fields: [(HeaderName, &'static str); 5] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), microphone=(), geolocation=(), payment=()",
        ),
    ];
    for (name, value) in fields {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert_with(|| policy.clone());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_data() {
        let policy = Csp::none().allow("default-src", "'self'").allow("img-src", "data:");
        assert_eq!(policy.value(), "default-src 'self'; frame-ancestors 'none'; img-src data:");
        assert_eq!(Csp::none().allow("img-src", "a\nb").value(), "default-src 'none'");
    }

    #[test]
    fn a_handler_may_say_otherwise() {
        let mut headers =
            HeaderMap::from_iter([(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"))]);
        secure(&mut headers, &Csp::strict().value());
        assert_eq!(headers[header::REFERRER_POLICY], "no-referrer");
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert!(!headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("unsafe"));
    }
}
