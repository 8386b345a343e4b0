//! The store as its users see it. Tests in [`contract!`] take a backend, so that both engines are held to
//! the same.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

/// Runs tests that take a [`backend::Backend`] on every engine that there is.
macro_rules! contract {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $test() {
                    super::$test(crate::backend::Backend::sqlite().await).await;
                }
            )*
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $test() {
                    super::$test(crate::backend::Backend::postgres().await).await;
                }
            )*
        }
    };
}

/// The same for properties, which bring a runtime of their own.
macro_rules! properties {
    ($($test:ident),* $(,)?) => {
        mod sqlite_properties {
            $(
                #[test]
                fn $test() {
                    let runtime = tokio::runtime::Runtime::new().unwrap();
                    let backend = runtime.block_on(crate::backend::Backend::sqlite());
                    super::$test(&runtime, backend);
                }
            )*
        }
        mod postgres_properties {
            $(
                #[test]
                fn $test() {
                    let runtime = tokio::runtime::Runtime::new().unwrap();
                    let backend = runtime.block_on(crate::backend::Backend::postgres());
                    super::$test(&runtime, backend);
                }
            )*
        }
    };
}

mod backend;
mod catalogue;
mod chat;
mod concurrency;
mod contract;
mod copies;
mod durability;
mod fleet;
mod hosts;
mod jobs;
mod migrations;
mod open;
mod opening;
mod positions;
mod rollouts;
mod server;
mod takedowns;
