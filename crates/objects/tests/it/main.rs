//! Objects as their users see them: real folders, a real server, real signatures. Tests in [`contract!`] take a backend, so
//! that the next one is held to the same.

#![allow(clippy::unwrap_used)]

/// Runs tests that take a [`backend::Stage`] on every backend that there is.
macro_rules! contract {
    ($($test:ident),* $(,)?) => {
        mod folder {
            $(
                #[test]
                fn $test() {
                    super::$test(crate::backend::Stage::folder());
                }
            )*
        }
        mod s3 {
            $(
                #[test]
                fn $test() {
                    super::$test(crate::backend::Stage::s3());
                }
            )*
        }
    };
}

mod announcements;
mod backend;
mod bucket;
mod contract;
mod folder;
mod hostile;
mod image_tags;
mod refusals;
mod role;
mod secrets;
mod server;
mod tokens;
mod under_way;
