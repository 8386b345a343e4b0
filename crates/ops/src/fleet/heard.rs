//! What any source of load comes to.

use std::collections::BTreeMap;

use fleet::load::Sample;

/// What was heard at one look.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Heard {
    /// How many take traffic, by release.
    pub serving: BTreeMap<String, u32>,
    /// What has come to each instance since it started, where that is news. An origin's bytes stand under `served`: see
    /// [`fleet::plan::Role::weighed`].
    pub samples: Vec<(String, Sample)>,
}

impl Heard {
    pub fn serving(&self) -> u32 {
        self.serving.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// The release that most of them run.
    pub fn release(&self) -> &str {
        self.serving.iter().max_by_key(|(_, count)| **count).map_or("", |(release, _)| release)
    }
}
