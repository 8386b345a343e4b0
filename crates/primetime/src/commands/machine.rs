//! `config machine`: what whoever started this machine wants of it, from EC2's user data to a file that units read.

use std::collections::BTreeMap;

use objects::Metadata;

use super::show;
use crate::{
    config::Layers,
    failed::{Doing, Failed},
    storage,
};

/// Prints them. A machine without user data has none, and that is no error.
pub fn run() -> Result<(), Failed> {
    let text =
        Metadata::new(storage::metadata()).user_data().doing(|| "read this machine's user data".into())?;
    let lines = variables(text.as_deref().unwrap_or_default());
    show(&lines.map_err(|why| Failed::new(format!("this machine's user data are of no use: {why}")))?)
}

/// The lines as systemd reads them (`EnvironmentFile=`), every one of them a variable of the configuration. What it would take apart
/// differently than it is written is refused: quotes, backslashes, anything that is no plain text.
fn variables(text: &str) -> Result<String, String> {
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
        if !name.starts_with(crate::config::PREFIX) {
            return Err(refused(&format!("{name} is no variable of this program")));
        }
        if found.insert(name.to_owned(), value.to_owned()).is_some() {
            return Err(refused(&format!("{name} is there twice")));
        }
        let one = std::iter::once((name.to_owned(), value.to_owned()));
        Layers::defaults().environment(one).map_err(|error| refused(&error.to_string()))?;
    }
    Ok(found.into_iter().map(|(name, value)| format!("{name}={value}\n")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_variables_of_the_configuration_or_nothing_is() {
        let given = "# of the launch template\nPRIMETIME_ROLES=site\n\nPRIMETIME_OBJECTS_URL=s3://b/live\n";
        assert_eq!(variables(given).unwrap(), "PRIMETIME_OBJECTS_URL=s3://b/live\nPRIMETIME_ROLES=site\n");
        assert_eq!(variables("").unwrap(), "");
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
