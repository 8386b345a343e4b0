//! `config machine`: what whoever started this machine wants of it, from EC2's user data to files that units read.

mod handed;

use std::{collections::BTreeMap, path::Path};

use objects::Metadata;

use super::show;
use crate::{
    cli::ConfigArgs,
    config::Layers,
    failed::{Doing, Failed},
    storage,
};

/// What units of the golden image read beside the configuration.
const OF_UNITS: [&str; 4] = ["INSTANCES", "LOG_UPLOAD", "REGISTRY", "RELEASE"];

/// Prints the variables; or writes them, and the secrets that they name, into a folder. A machine without user data has none, and that
/// is no error.
pub fn run(args: &ConfigArgs, into: Option<&Path>) -> Result<(), Failed> {
    let text =
        Metadata::new(storage::metadata()).user_data().doing(|| "read this machine's user data".into())?;
    let found = variables(text.as_deref().unwrap_or_default())
        .map_err(|why| Failed::new(format!("this machine's user data are of no use: {why}")))?;
    let Some(dir) = into else { return show(&lines(&found)) };
    let mut layers = args.layers(false)?;
    layers.environment(found.clone().into_iter())?;
    handed::write(dir, &layers, found)
}

fn lines(variables: &BTreeMap<String, String>) -> String {
    variables.iter().map(|(name, value)| format!("{name}={value}\n")).collect()
}

/// The lines as systemd reads them (`EnvironmentFile=`), every one of them a variable of the configuration or of a unit. What it would take apart
/// differently than it is written is refused: quotes, backslashes, anything that is no plain text.
fn variables(text: &str) -> Result<BTreeMap<String, String>, String> {
    let mut found = BTreeMap::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let plain = |byte: u8| (byte.is_ascii_graphic() || byte == b' ') && !b"\"'\\`$".contains(&byte);
        let refused = |why: &str| format!("line {number} is not used, nor is any other: {why}");
        let (name, value) = line.split_once('=').ok_or_else(|| refused("write NAME=VALUE"))?;
        if !line.bytes().all(plain) || value.trim() != value {
            return Err(refused("a value is plain text without quotes, backslashes and dollars"));
        }
        if !name.starts_with(crate::config::PREFIX) && !OF_UNITS.contains(&name) {
            return Err(refused(&format!("{name} is no variable of this program")));
        }
        if found.insert(name.to_owned(), value.to_owned()).is_some() {
            return Err(refused(&format!("{name} is there twice")));
        }
        let one = std::iter::once((name.to_owned(), value.to_owned()));
        Layers::defaults().environment(one).map_err(|error| refused(&error.to_string()))?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_variables_of_the_configuration_or_nothing_is() {
        let given = "# of the launch template\nPRIMETIME_ROLES=site\n\nPRIMETIME_OBJECTS_URL=s3://b/live\n";
        let of_a_unit = "LOG_UPLOAD=https://logs.example.com:19532";
        assert_eq!(variables(of_a_unit).unwrap()["LOG_UPLOAD"], "https://logs.example.com:19532");
        let printed = |text| lines(&variables(text).unwrap());
        assert_eq!(printed(given), "PRIMETIME_OBJECTS_URL=s3://b/live\nPRIMETIME_ROLES=site\n");
        assert_eq!(
            printed("PRIMETIME_DATABASE_PATH="),
            "PRIMETIME_DATABASE_PATH=\n",
            "to unsay what the image says"
        );
        assert_eq!(printed(""), "");
        for (wrong, why) in [
            ("#cloud-config\nwrite_files:\n", "line 2 is not used, nor is any other: write NAME=VALUE"),
            ("PRIMETIME_ROLES=site\nPRIMETIME_OBJECTS_URI=x", "did you mean `PRIMETIME_OBJECTS_URL`"),
            ("LD_PRELOAD=/x", "LD_PRELOAD is no variable"),
            ("PRIMETIME_ROLES=\"site\"", "without quotes"),
            ("PRIMETIME_ROLES=site\\", "backslashes"),
            ("PRIMETIME_ROLES= site", "plain text"),
            ("PRIMETIME_ROLES=site\nPRIMETIME_ROLES=origin", "twice"),
            ("PRIMETIME_ROLES=s\u{1b}ite", "plain text"),
        ] {
            let said = variables(wrong).unwrap_err();
            assert!(said.contains(why), "{wrong:?}: {said}");
        }
    }
}
