use domain::Locale;

use super::{PageCtx, PageError, making::Making, picture::Picture, say::own_name, theme};

/// The script and styles of every page, by their source.
const SITE: &str = "src/site.ts";

/// The player's.
const PLAYER: &str = "src/player.ts";

/// What stands around every page: head, header, footer.
pub struct Frame {
    /// Its tag.
    pub lang: String,
    /// `ltr` or `rtl`.
    pub dir: &'static str,
    /// The brand's layout: `wide`, `split`, `tower`.
    pub look: &'static str,
    /// What the brand is called.
    pub brand: String,
    /// Its line.
    pub tagline: String,
    /// Its paragraph.
    pub about: String,
    /// Of the document.
    pub title: String,
    /// For search engines and previews.
    pub description: String,
    /// The one address of this page.
    pub canonical: String,
    /// A picture for previews, with scheme and host.
    pub preview: Option<String>,
    /// The home page.
    pub home: String,
    /// This page in every language of the brand.
    pub languages: Vec<LanguageLink>,
    /// Style sheets, in order.
    pub styles: Vec<String>,
    /// Scripts, all of them modules.
    pub scripts: Vec<String>,
    /// What those import.
    pub preloads: Vec<String>,
    /// The display font, when the page's script uses it.
    pub font: Option<String>,
    /// The brand's background, for the browser's own bars.
    pub colour: String,
    /// The other brands of the house.
    pub sisters: Vec<Sister>,
    /// The demo's country switch.
    pub demo: Option<Demo>,
}

/// A page in another language.
pub struct LanguageLink {
    /// Its tag.
    pub lang: String,
    /// What its speakers call it.
    pub name: String,
    /// Path.
    pub href: String,
    /// Path with scheme and host.
    pub url: String,
    /// The page is in it.
    pub current: bool,
}

/// Another brand.
pub struct Sister {
    /// Name.
    pub name: String,
    /// Line.
    pub tagline: String,
    /// Address.
    pub url: String,
}

/// The demo's country switch.
pub struct Demo {
    /// The page to come back to.
    pub back: String,
    /// Nothing is chosen: the country is not known.
    pub unknown: bool,
    /// What can be chosen.
    pub choices: Vec<Choice>,
}

/// One country.
pub struct Choice {
    /// ISO 3166-1.
    pub code: String,
    /// In the page's language.
    pub name: String,
    /// The page is made for it.
    pub chosen: bool,
}

impl Frame {
    /// Around a page called `title`.
    pub fn new(making: &Making<'_>, title: String) -> Result<Self, PageError> {
        let ctx = making.ctx;
        let brand = ctx.brand.record();
        let scripts = vec![ctx.assets.url(SITE).ok_or(PageError::Asset(SITE))?];
        let mut styles = ctx.assets.styles(SITE);
        styles.push(format!("/assets/{}", theme::file_name(&brand.theme)));
        let latin = !matches!(ctx.locale.language().as_str(), "ar" | "ja" | "ko" | "zh" | "th");
        let font = theme::font_source(&brand.theme.font).filter(|_| latin);
        Ok(Self {
            lang: ctx.locale.to_string(),
            dir: ctx.locale.direction().as_str(),
            look: theme::look(&brand.theme),
            brand: making.local(&brand.name).to_owned(),
            tagline: making.local(&brand.tagline).to_owned(),
            about: making.local(&brand.about).to_owned(),
            title,
            description: making.local(&brand.about).to_owned(),
            canonical: format!("{}{}", ctx.base_url, making.href(ctx.path)),
            preview: None,
            home: making.href("/"),
            languages: brand.locales.iter().map(|locale| language(ctx, locale)).collect(),
            styles,
            preloads: ctx.assets.imports(SITE),
            scripts,
            font: font.and_then(|source| ctx.assets.url(source)),
            colour: brand.theme.background.clone(),
            sisters: sisters(making),
            demo: ctx.demo.map(|demo| Demo {
                back: making.href(ctx.path),
                unknown: ctx.ask.territory.is_none_or(|territory| !demo.countries.contains(&territory)),
                choices: demo
                    .countries
                    .iter()
                    .map(|territory| Choice {
                        code: territory.to_string(),
                        name: making.say.country(*territory),
                        chosen: ctx.ask.territory == Some(*territory),
                    })
                    .collect(),
            }),
        })
    }

    /// A sentence or two about this very page.
    pub fn describe(
        mut self,
        description: Option<String>,
        preview: Option<&Picture>,
        ctx: &PageCtx<'_>,
    ) -> Self {
        if let Some(description) = description.filter(|text| !text.is_empty()) {
            self.description = description;
        }
        self.preview = preview.map(|picture| format!("{}{}", ctx.base_url, picture.src));
        self
    }

    /// The player's script and styles as well.
    pub fn with_player(mut self, ctx: &PageCtx<'_>) -> Result<Self, PageError> {
        self.scripts.push(ctx.assets.url(PLAYER).ok_or(PageError::Asset(PLAYER))?);
        self.styles.extend(ctx.assets.styles(PLAYER));
        for import in ctx.assets.imports(PLAYER) {
            if !self.preloads.contains(&import) {
                self.preloads.push(import);
            }
        }
        Ok(self)
    }
}

fn language(ctx: &PageCtx<'_>, locale: &Locale) -> LanguageLink {
    let href = format!("/{locale}{}", ctx.path);
    LanguageLink {
        lang: locale.to_string(),
        name: own_name(locale),
        url: format!("{}{href}", ctx.base_url),
        href,
        current: locale == ctx.locale,
    }
}

/// The other brands answer on the same host but for its first label.
fn sisters(making: &Making<'_>) -> Vec<Sister> {
    let ctx = making.ctx;
    let Some((scheme, host)) = ctx.base_url.split_once("://") else { return Vec::new() };
    let Some((_, domain)) = host.split_once('.') else { return Vec::new() };
    let others = ctx.edition.brands().filter(|brand| brand.id != ctx.brand.id);
    others
        .map(|brand| {
            let text = |text: &domain::Localised<String>| {
                text.get(ctx.locale, &brand.default_locale).map_or("", |(_, text)| text).to_owned()
            };
            let path = if brand.locales.contains(ctx.locale) { making.href("/") } else { "/".to_owned() };
            Sister {
                name: text(&brand.name),
                tagline: text(&brand.tagline),
                url: format!("{scheme}://{}.{domain}{path}", brand.host),
            }
        })
        .collect()
}
