//! moto as a process, which stands in for AWS; crate `primetime` starts it too.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

pub const REGION: &str = "eu-central-1";
const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/tools/deploy/bin/python");
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../aws/tests/it/server.py");

/// Its port, and the process: it ends when its input does, which is held with it.
pub fn start() -> (u16, Child) {
    let mut child = python([SCRIPT, REGION])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{PYTHON}: {error}; `scripts/deploy-tools` installs it"));
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (line.trim().parse().expect("moto says its port"), child)
}

/// Python with AWS's own library.
pub fn python<const N: usize>(arguments: [&str; N]) -> Command {
    let mut command = Command::new(PYTHON);
    command.args(arguments);
    command
}
