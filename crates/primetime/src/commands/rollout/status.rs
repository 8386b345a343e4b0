//! `release status`: what runs, and how far rollouts are.

use ops::Desk;

use crate::{
    commands::show,
    failed::{Doing, Failed},
};

/// Prints it.
pub async fn run(desk: &Desk, last: u32) -> Result<(), Failed> {
    show(&ops::words::status(desk, last).await.doing(|| "read what runs and what is rolled out".into())?)
}
