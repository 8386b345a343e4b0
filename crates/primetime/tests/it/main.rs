//! The binary as those who run it meet it: real processes, killed for real.
#![allow(clippy::unwrap_used)]

#[path = "../../../web/tests/it/authority.rs"]
mod authority;
#[cfg(feature = "aws")]
#[path = "../../../aws/tests/it/server.rs"]
mod aws;
mod backups;
mod bucket;
mod buttons;
mod catalogue;
mod chat;
mod clocks;
mod collects;
mod commands;
mod containers;
mod doctor;
mod drained;
#[cfg(feature = "aws")]
mod encoders;
mod engine;
mod fleet;
mod full;
mod golden_images;
mod host;
mod hosts;
mod images;
mod judged;
mod killed;
mod machine;
mod migration;
mod nothing_made;
mod operators;
mod over_backups;
mod playing;
mod previous;
mod probe;
mod process;
mod pushing;
mod replaced;
mod restores;
mod restoring;
mod rollout;
mod same_name;
#[path = "../../../objects/tests/it/server.rs"]
mod server;
mod serving;
mod shared;
mod shipping;
mod slow;
mod stays_down;
mod takedowns;
mod talking;
mod tls;
mod told;
mod week;
mod who_did_it;
mod year_later;
