//! The pages that viewers see: views filled from the edition, and the templates that turn them into HTML.
//!
//! Nothing personal is in a page: what a viewer has begun or holds is filled in by the page's islands from `/api/v1/me`.
//! Every function returns the page together with the earliest instant at which any rights decision in it may change.

mod ctx;
mod manifest;

pub use ctx::{BrandLink, DemoBar, DemoCountry, PageCtx, PageError, Rendered};
pub use manifest::{AssetManifest, ManifestError};

use domain::TitleId;

/// `/{lang}/`: the hero and the rails.
pub fn home(ctx: &PageCtx<'_>) -> Result<Rendered, PageError>;

/// `/{lang}/t/{title}`: a movie's, special's or series' page. A title that may not be seen gives its problem page
/// ([`problem`]'s) with the denial's status; an episode gives its series' page.
pub fn title(ctx: &PageCtx<'_>, id: &TitleId) -> Result<Rendered, PageError>;

/// `/{lang}/watch/{title}`: the player, the title's name, what comes next. Of a series: its first visible episode.
pub fn watch(ctx: &PageCtx<'_>, id: &TitleId) -> Result<Rendered, PageError>;

/// A friendly page for `status`; `code` is the problem's slug (`not-found`, `territory`, `ended`, `plan`, `unavailable` ...).
pub fn problem(ctx: &PageCtx<'_>, status: http::StatusCode, code: &str) -> Result<Rendered, PageError>;
