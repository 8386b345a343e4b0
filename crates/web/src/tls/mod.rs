//! TLS for a listener: the pair of files, whether they are fit to be served, and what is served while they change.

mod certificates;
mod pair;

pub use certificates::{Certificates, Look};
pub use pair::{Files, Pair, PairError, is_exposed};
