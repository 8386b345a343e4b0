//! The installation's keys: private ones among the secrets, public ones beside them, where a process that only verifies finds them.

use std::{fs, io::Write, path::PathBuf};

use domain::Rng;
use objects::keys::{KeyRing, SigningKey, VerifyingKey};

use crate::{
    data::DataDir,
    failed::{Doing, Failed},
};

/// What a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// `editions/current`.
    Edition,
    /// Delivery tokens.
    Token,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Purpose::Edition => "edition",
            Purpose::Token => "token",
        }
    }
}

/// The signing key, drawn on first use; its public half is put where [`ring`] looks.
pub fn signing(data: &DataDir, purpose: Purpose, rng: &dyn Rng) -> Result<SigningKey, Failed> {
    let name = purpose.name();
    let text = data.secret(&format!("{name}.key"), || SigningKey::generate(rng).to_text())?;
    let key = SigningKey::parse(&text).doing(|| format!("read the secret {name}.key"))?;
    let public = key.public().to_text();
    let path = public_file(data, purpose);
    let known = fs::read_to_string(&path).unwrap_or_default();
    if !known.lines().any(|line| line == public) {
        let doing = || format!("write {}", path.display());
        let dir = path.parent().unwrap_or(&path);
        fs::create_dir_all(dir).doing(doing)?;
        let mut draft = tempfile::NamedTempFile::new_in(dir).doing(doing)?;
        // The newest first; older ones go on verifying until somebody removes them.
        write!(draft, "{public}\n{known}").and_then(|()| draft.as_file().sync_all()).doing(doing)?;
        draft.persist(&path).doing(doing)?;
    }
    Ok(key)
}

/// The keys whose signatures count in this installation.
pub fn ring(data: &DataDir, purpose: Purpose) -> Result<KeyRing, Failed> {
    let path = public_file(data, purpose);
    let text = fs::read_to_string(&path).map_err(|error| {
        Failed::at(
            format!(
                "there is no {} (run a process with the studio and site roles once, or copy the file from there)",
                path.display()
            ),
            error,
        )
    })?;
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| VerifyingKey::parse(line).doing(|| format!("read {}", path.display())))
        .collect()
}

fn public_file(data: &DataDir, purpose: Purpose) -> PathBuf {
    data.path().join("keys").join(format!("{}.pub", purpose.name()))
}

#[cfg(test)]
mod tests {
    use domain::SeededRng;

    use super::*;

    #[test]
    fn a_process_that_only_verifies_knows_the_key_that_signs() {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::open(dir.path()).unwrap();
        assert!(ring(&data, Purpose::Token).unwrap_err().to_string().contains("token.pub"));
        let rng = SeededRng::new(42);
        let key = signing(&data, Purpose::Token, &rng).unwrap();
        let again = signing(&data, Purpose::Token, &rng).unwrap();
        assert_eq!(key.id(), again.id());
        assert!(ring(&data, Purpose::Token).unwrap().get(&key.id().0).is_some());
        assert!(ring(&data, Purpose::Edition).is_err());
    }
}
