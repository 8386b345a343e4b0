use domain::Locale;

/// In which languages to look for a text, best first. Made by [`crate::Edition::languages`], good for that edition only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Languages {
    /// Places in the edition's list of languages.
    pub(super) order: Box<[u16]>,
    /// How many of them are the reader's own: the tag asked for, and its language.
    pub(super) own: usize,
}

impl Languages {
    pub(crate) fn new(all: &[Locale], wanted: &Locale, otherwise: &Locale) -> Self {
        let mut order: Vec<u16> = Vec::with_capacity(all.len());
        let mut add = |locale: &Locale| {
            let place = all.binary_search(locale).ok().and_then(|place| u16::try_from(place).ok());
            if let Some(place) = place.filter(|place| !order.contains(place)) {
                order.push(place);
            }
            order.len()
        };
        add(wanted);
        let own = add(&wanted.language());
        add(otherwise);
        all.iter().for_each(|locale| {
            add(locale);
        });
        Self { order: order.into(), own }
    }
}

/// A text, and the language that it is in: not always the one asked for, and a page must mark it then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said<'e> {
    /// The text.
    pub text: &'e str,
    /// Its language.
    pub locale: &'e Locale,
}

impl std::fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text)
    }
}
