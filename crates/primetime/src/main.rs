//! Primetime: one binary, roles and commands as subcommands.

mod ambient;
mod app;
mod cli;
mod clock;
mod commands;
mod config;
mod data;
mod demo;
mod failed;
mod follow;
mod host;
mod keys;
mod log;
mod looking;
mod news;
mod serve;
mod sockets;
mod storage;
mod systemd;
mod week;

use std::process::ExitCode;

use clap::Parser;

pub use failed::Failed;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match commands::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => {
            eprintln!("primetime: {failed}");
            ExitCode::FAILURE
        }
    }
}
