use domain::Locale;
use edition::Said;

/// A text from the edition on a page, with its language marked when it is not the page's (WCAG 3.1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// The text.
    pub text: String,
    /// ` lang="…" dir="…"`, or empty. Safe as it is: tags are checked.
    pub attributes: String,
}

impl Words {
    /// The text as it stands on a page in `page`.
    pub fn on(page: &Locale, said: Said<'_>) -> Self {
        Self::of(page, said.locale, said.text)
    }

    /// A text of this language on a page in `page`.
    pub fn of(page: &Locale, locale: &Locale, text: &str) -> Self {
        let attributes = if locale.id().language == page.id().language {
            String::new()
        } else {
            format!(" lang=\"{locale}\" dir=\"{}\"", locale.direction().as_str())
        };
        Self { text: text.to_owned(), attributes }
    }
}

impl std::fmt::Display for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}
