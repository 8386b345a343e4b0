//! Studio's integration tests: one binary.

#![allow(clippy::unwrap_used, reason = "helpers of tests, which may")]

/// Runs tests that take a [`kit::Kit`] on every engine that there is: SQLite lets writers in one by one, and so hides races.
macro_rules! contract {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $test() {
                    super::$test(crate::kit::Kit::new().await).await;
                }
            )*
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $test() {
                    super::$test(crate::kit::Kit::on_postgres().await).await;
                }
            )*
        }
    };
}

mod api;
mod import_errors;
mod import_properties;
mod import_reads;
mod ingest;
mod kit;
mod masters;
mod publishing;
