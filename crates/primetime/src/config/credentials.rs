//! Credentials of an object store: from the environment's usual variables, or from a file as the AWS tools keep it.

use std::{fs::File, io::Read, os::unix::fs::PermissionsExt, path::Path};

use objects::Credentials;

use crate::failed::{Doing, Failed};

/// Longest file that is read.
const MAX_FILE: u64 = 64 * 1024;

/// Of the environment. `variable` looks one up.
pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Result<Credentials, Failed> {
    let said = |name: &str| variable(name).filter(|text| !text.trim().is_empty());
    match (said("AWS_ACCESS_KEY_ID"), said("AWS_SECRET_ACCESS_KEY")) {
        (Some(key), Some(secret)) => Ok(Credentials { key, secret, token: said("AWS_SESSION_TOKEN") }),
        _ => Err(Failed::new(
            "objects.url names a bucket, but there are no credentials for it: set AWS_ACCESS_KEY_ID and \
             AWS_SECRET_ACCESS_KEY, or name a file in objects.credentials",
        )),
    }
}

/// Of a file, in the section `[profile]`. Refused when everybody may read it.
pub fn from_file(path: &Path, profile: &str) -> Result<Credentials, Failed> {
    let doing = || format!("read the credentials in {}", path.display());
    let file = File::open(path).doing(doing)?;
    if file.metadata().doing(doing)?.permissions().mode() & 0o007 != 0 {
        return Err(Failed::new(format!(
            "everybody may read {}: run chmod 600 on it, and draw new credentials if somebody did",
            path.display()
        )));
    }
    let mut text = String::new();
    file.take(MAX_FILE).read_to_string(&mut text).doing(doing)?;
    parse(&text, profile).ok_or_else(|| {
        Failed::new(format!(
            "{} has no [{profile}] with aws_access_key_id and aws_secret_access_key",
            path.display()
        ))
    })
}

/// The section's three values. Anything else in the file is somebody else's business.
fn parse(text: &str, profile: &str) -> Option<Credentials> {
    let mut inside = false;
    let (mut key, mut secret, mut token) = (None, None, None);
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with(['#', ';'])) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            inside = name.trim() == profile;
            continue;
        }
        let Some((name, value)) = line.split_once('=').filter(|_| inside) else { continue };
        let value = Some(value.trim().to_owned()).filter(|value| !value.is_empty());
        match name.trim() {
            "aws_access_key_id" => key = value,
            "aws_secret_access_key" => secret = value,
            "aws_session_token" => token = value,
            _ => {}
        }
    }
    Some(Credentials { key: key?, secret: secret?, token })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_sections_values_and_no_others() {
        let text = "# ours\n[other]\naws_access_key_id=A\naws_secret_access_key=B\n\n[default]\n aws_access_key_id = C \n\
                    region = x\naws_secret_access_key= D=/+ \n";
        let found = parse(text, "default").unwrap();
        assert_eq!((found.key.as_str(), found.secret.as_str(), found.token), ("C", "D=/+", None));
        assert_eq!(parse(text, "other").unwrap().key, "A");
        assert!(parse(text, "third").is_none() && parse("", "default").is_none());
    }

    #[test]
    fn a_file_that_everybody_may_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("credentials");
        fs::write(&path, "[default]\naws_access_key_id=A\naws_secret_access_key=hush\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let refusal = from_file(&path, "default").unwrap_err().to_string();
        assert!(refusal.contains("chmod 600") && !refusal.contains("hush"), "{refusal}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(from_file(&path, "default").unwrap().key, "A");
        assert!(from_file(&path, "x").unwrap_err().to_string().contains("[x]"));
    }

    #[test]
    fn the_environment_has_both_or_says_so() {
        let both = |name: &str| Some(format!("{name}'s"));
        assert_eq!(from_environment(both).unwrap().token.as_deref(), Some("AWS_SESSION_TOKEN's"));
        let one = |name: &str| (name == "AWS_ACCESS_KEY_ID").then(|| "A".to_owned());
        assert!(from_environment(one).unwrap_err().to_string().contains("AWS_SECRET_ACCESS_KEY"));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(key in "[A-Z0-9]{1,20}", secret in "[A-Za-z0-9/+=]{1,40}", before in "[^\\[]{0,80}") {
            let text = format!("{before}\n[p]\naws_secret_access_key = {secret}\naws_access_key_id = {key}\n");
            let found = parse(&text, "p").unwrap();
            prop_assert_eq!((found.key, found.secret), (key, secret));
        }

        #[test]
        fn nothing_hostile_panics(text in "(\\[p\\]|[\\[\\]=;#\\n a-z_])*|\\PC{0,200}") {
            let _ = parse(&text, "p");
        }
    }
}
