//! Validates a catalogue's folder: `cargo run -p studio --example check -- demo [masters]`.
use studio::import::{Folder, check};

#[allow(clippy::print_stdout)]
fn main() -> std::process::ExitCode {
    let mut args = std::env::args_os().skip(1);
    let dir = args.next().unwrap_or_else(|| ".".into()).into();
    match check(&Folder { dir, masters: args.next().map(Into::into), masters_optional: true }) {
        Ok(checked) => {
            checked.warnings.iter().for_each(|warning| println!("{warning}"));
            println!("{} brands, {} titles", checked.catalogue.brands.len(), checked.catalogue.titles.len());
            std::process::ExitCode::SUCCESS
        }
        Err(errors) => {
            println!("{errors}");
            std::process::ExitCode::FAILURE
        }
    }
}
