use serde::{Deserialize, Serialize};

use crate::{BrandId, GenreId, Locale, Localised, Money, PlanId, Rail};

/// One branded service over the shared catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brand {
    /// Its id.
    pub id: BrandId,
    /// The first label of its host name: `harbour` answers on `harbour.localhost` and `harbour.example.com`.
    pub host: String,
    /// What it is called.
    pub name: Localised<String>,
    /// One line under the name.
    pub tagline: Localised<String>,
    /// A paragraph for its footer and for search engines.
    pub about: Localised<String>,
    /// What is shown to somebody whose languages the brand does not speak. One of `locales`.
    pub default_locale: Locale,
    /// The languages of its pages, in the order of its language picker.
    pub locales: Vec<Locale>,
    /// How it looks.
    pub theme: Theme,
    /// What can be subscribed to.
    pub plans: Vec<Plan>,
    /// Its home page, from top to bottom.
    pub rails: Vec<Rail>,
}

/// A brand's look: tokens that its style sheet is made from. Colours are `#rrggbb`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Theme {
    /// Behind everything.
    pub background: String,
    /// Cards, menus.
    pub surface: String,
    /// Text on both.
    pub text: String,
    /// Less important text.
    pub muted: String,
    /// Calls to action, progress, focus.
    pub accent: String,
    /// Text on the accent.
    pub on_accent: String,
    /// Key of the display font among those that the site carries.
    pub font: String,
    /// Corner radius in CSS pixels.
    pub radius: u8,
    /// How the home page opens.
    pub hero: HeroStyle,
}

/// How a home page opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeroStyle {
    /// One picture from edge to edge, text over its calm side.
    Wide,
    /// Text beside the picture.
    Split,
    /// A tall picture, text at its foot.
    Tower,
}

/// What a viewer subscribes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Its id.
    pub id: PlanId,
    /// What it is called.
    pub name: Localised<String>,
    /// Per month; `None` for a plan that costs nothing.
    pub price: Option<Money>,
    /// Held by every visitor, signed in or not.
    pub everyone: bool,
}

/// A genre and its name in every language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Genre {
    /// Its id.
    pub id: GenreId,
    /// What it is called.
    pub name: Localised<String>,
}
