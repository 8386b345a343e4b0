use std::sync::Arc;

use domain::{Locale, Territory, Timestamp, rights::Ask};

use super::AssetManifest;
use crate::{
    cache::PageKey,
    endings::{Ending, Endings},
};

/// All that a page is made from. Everything in it is part of the page cache's key, or the same for every viewer.
#[derive(Clone, Copy)]
pub struct PageCtx<'a> {
    /// What there is to see.
    pub edition: &'a edition::Edition,
    /// On whose site.
    pub brand: edition::BrandView<'a>,
    /// In which language; one of the brand's.
    pub locale: &'a Locale,
    /// For whom: brand, territory, plans, device, maturity.
    pub ask: &'a Ask<'a>,
    /// When.
    pub now: Timestamp,
    /// The demo's country switch; absent outside demo mode.
    pub demo: Option<&'a DemoBar>,
    /// Where the built scripts and styles are.
    pub assets: &'a AssetManifest,
    /// Scheme, host and port of this brand without a slash at the end, for canonical links: `http://harbour.localhost:8080`.
    pub base_url: &'a str,
    /// The page's path after the language, with its first slash (`/`, `/t/salt-road`): for the language picker and the
    /// way back from the country switch.
    pub path: &'a str,
    /// What pages share; and what this page is kept under.
    pub endings: (&'a Endings, &'a PageKey),
}

/// The demo's "pretend to be in" bar: a form that posts `territory` and `back` to `/demo/country`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoBar {
    /// What can be chosen, in order. The page names them in its own language and marks the one that it was made for.
    pub countries: Vec<Territory>,
}

/// A page, ready to be compressed and kept.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// 200, or the denial's: 404, 410, 451, 403.
    pub status: http::StatusCode,
    /// The document, to where its ending begins when it has one that others have too.
    pub html: String,
    /// That ending.
    pub ending: Option<Arc<Ending>>,
    /// The earliest instant at which any rights decision used in it may be another; never when absent.
    pub until: Option<Timestamp>,
}

impl Rendered {
    /// A document that shares nothing.
    pub fn whole(status: http::StatusCode, html: String, until: Option<Timestamp>) -> Self {
        Self { status, html, ending: None, until }
    }
}

/// A page could not be made. For the log: nobody outside can do anything about it.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// A template failed.
    #[error("a template failed: {0}")]
    Template(#[from] askama::Error),
    /// A script or style that the pages name was not built.
    #[error("`{0}` is not among the built assets")]
    Asset(&'static str),
}
