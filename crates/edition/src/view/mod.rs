//! What an edition shows: views into its sections, in the words of [`domain`].

mod artwork;
mod asset;
mod brand;
mod language;
mod picture;
mod rail;
mod series;
mod text;
mod title;
pub(crate) mod windows;

pub use artwork::Artwork;
pub use asset::AssetView;
pub use brand::BrandView;
pub use language::{Languages, Said};
pub use picture::ImageRef;
pub use rail::{Filled, RailView};
pub use series::{ParentView, SeasonView};
pub use text::{CreditView, TextView};
pub use title::TitleView;
