//! The words of the platform, and the one function that answers "may this be seen?".
//!
//! Pure: no clock, no randomness, no I/O. Everything that depends on time or chance takes a [`Clock`] or an [`Rng`].

mod brand;
mod id;
mod locale;
mod money;
mod rail;
pub mod rights;
mod rng;
mod territory;
mod text;
mod time;
mod title;
mod window;

pub use brand::{Brand, Genre, HeroStyle, Plan, Theme};
pub use id::{AssetId, BrandId, GenreId, IdError, MAX_ID, PlanId, ProfileId, RailId, TitleId};
pub use locale::{Direction, Locale, LocaleError};
pub use money::{Currency, CurrencyError, Money};
pub use rail::{Rail, RailKind};
pub use rng::{Rng, SeededRng};
pub use territory::{Territory, TerritoryError};
pub use text::Localised;
pub use time::{Clock, ManualClock, Timestamp, TimestampError};
pub use title::{Artwork, Credit, Episode, Kind, Markers, Maturity, Media, Picture, Season, Subtitle, Title};
pub use window::{DeviceClass, Scope, Territories, Window};
