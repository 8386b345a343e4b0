//! What viewers see of a brand: pages and a JSON API.
//!
//! Handlers translate, use cases decide: what may be seen is [`domain::rights`]' to say, what a viewer may do is
//! [`viewers`]'. Nothing here knows a database.
//!
//! ```text
//! request → layer::enter   which brand, which edition, for which audience; security headers; pages in place of problems
//!         → same_origin    refuses what another site's page asks for
//!         → browse, api    the cached page, or one rendered now and kept until the next edge of a window
//! ```

mod api;
mod assets;
mod audience;
mod browse;
mod cache;
mod config;
mod demo;
mod device;
mod endings;
mod express;
mod layer;
mod meta;
pub mod pages;
mod plain;
mod refuse;
mod router;
mod same_origin;
mod state;
mod stats;
mod visit;

pub use cache::PageCache;
pub use config::{PublicAddress, Scheme, SiteConfig};
pub use express::{Express, Visitor};
pub use router::router;
pub use state::{SiteParts, SiteState};
