//! The pages that viewers see: views filled from the edition, and the templates that turn them into HTML.
//!
//! Nothing personal is in a page: what a viewer has begun is filled in by the page's islands from `/api/v1/me`. Every
//! function returns the page together with the earliest instant at which any rights decision in it may change.

mod alike;
mod card;
mod ctx;
mod dates;
mod frame;
mod hero;
mod home;
mod making;
mod manifest;
mod picture;
mod player;
mod problem;
mod said;
mod say;
mod series;
pub mod theme;
mod title;
mod until;
mod watch;

pub use ctx::{DemoBar, PageCtx, PageError, Rendered};
pub use home::home;
pub use manifest::{AssetManifest, ManifestError};
pub use problem::problem;
pub use title::title;
pub use watch::watch;
