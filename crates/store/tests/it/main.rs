//! The store as its users see it. Tests in [`contract!`] take a backend, so that the next engine is held to
//! the same.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

/// Runs tests that take a [`backend::Backend`] on every engine that there is.
macro_rules! contract {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test]
                async fn $test() {
                    super::$test(crate::backend::Backend::sqlite().await).await;
                }
            )*
        }
    };
}

mod backend;
mod catalogue;
mod concurrency;
mod contract;
mod durability;
mod jobs;
mod opening;
mod positions;
mod rollouts;
