use super::{Languages, Said, TitleView};
use crate::format::{
    Columns,
    schema::{text::*, titles},
};

/// What is said of a title, each text in the best language there is for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextView<'e> {
    /// What it is called.
    pub name: Said<'e>,
    /// One line; never of an episode.
    pub tagline: Option<Said<'e>>,
    /// A paragraph.
    pub synopsis: Option<Said<'e>>,
    /// What a licence asks to be shown with it; of an episode, its series'.
    pub credit_notice: Option<Said<'e>>,
}

/// Somebody's part in a title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreditView<'e> {
    /// Who.
    pub name: Option<Said<'e>>,
    /// As what.
    pub role: Option<Said<'e>>,
}

impl<'e> TitleView<'e> {
    /// What is said of it.
    pub fn text(&self, languages: &Languages) -> TextView<'e> {
        TextView {
            name: self.name(languages),
            tagline: self.said(languages, TAGLINE),
            synopsis: self.synopsis(languages),
            credit_notice: self.root().said(languages, NOTICE),
        }
    }

    /// What it is called; its id when nothing is said in any language.
    pub fn name(&self, languages: &Languages) -> Said<'e> {
        self.said(languages, NAME).unwrap_or_else(|| {
            static NONE: std::sync::LazyLock<domain::Locale> = std::sync::LazyLock::new(|| {
                #[expect(clippy::expect_used, reason = "a tag known here")]
                domain::Locale::new("en").expect("a tag")
            });
            Said { text: self.id_str(), locale: self.edition.locales().first().unwrap_or(&NONE) }
        })
    }

    /// A paragraph about it.
    pub fn synopsis(&self, languages: &Languages) -> Option<Said<'e>> {
        self.said(languages, SYNOPSIS)
    }

    /// Who is in it and who made it; of an episode, its series'.
    pub fn cast(&self, languages: &Languages) -> Vec<CreditView<'e>> {
        let root = self.root();
        let credits = root.columns().map_or(0, |columns| columns.u16(titles::CREDITS, root.row));
        let credit = |n: u16| CreditView {
            name: root.listed(languages, CAST, CREDIT_NAME, n.into()),
            role: root.listed(languages, CAST, CREDIT_ROLE, n.into()),
        };
        (0..credits).map(credit).collect()
    }

    /// A text of this row.
    fn said(&self, languages: &Languages, column: usize) -> Option<Said<'e>> {
        self.first_said(languages, |columns| columns.text(column, self.row))
    }

    /// The `n`th text of a list of this row.
    pub(super) fn listed(
        &self,
        languages: &Languages,
        list: usize,
        column: usize,
        n: u32,
    ) -> Option<Said<'e>> {
        self.first_said(languages, |columns| {
            let row = columns.span(list, self.row).nth(n as usize)?;
            columns.text(column, row)
        })
    }

    fn first_said(
        &self,
        languages: &Languages,
        text: impl Fn(Columns<'e>) -> Option<&'e str>,
    ) -> Option<Said<'e>> {
        languages.order.iter().find_map(|place| {
            let columns = self.shard.text.get(usize::from(*place))?.as_ref()?.columns()?;
            let locale = self.edition.locales().get(usize::from(*place))?;
            text(columns).map(|text| Said { text, locale })
        })
    }
}
