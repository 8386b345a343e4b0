//! The installation's keys: private ones among the secrets, public ones beside them, where a process that only verifies finds them.

use std::{
    fs::{self, Permissions},
    io::{self, Write},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
};

use domain::Rng;
use objects::keys::{KeyRing, SigningKey, VerifyingKey};

use crate::{
    config::Trusted,
    data::DataDir,
    failed::{Doing, Failed},
};

/// What a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// `editions/current` and `takedowns/current`.
    Edition,
    /// Delivery tokens.
    Token,
    /// Releases.
    Release,
    /// Tags of container images.
    Image,
    /// The catalogue of golden images.
    Golden,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Purpose::Edition => "edition",
            Purpose::Token => "token",
            Purpose::Release => "release",
            Purpose::Image => "image",
            Purpose::Golden => "golden",
        }
    }

    /// What draws the key.
    fn maker(self) -> &'static str {
        match self {
            Purpose::Edition | Purpose::Token => "run a process with the studio and site roles once",
            Purpose::Release => "`primetime release build` draws the key",
            Purpose::Image => "`primetime release push` draws the key",
            Purpose::Golden => "`primetime image add` draws the key",
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
        // Public: copies that keep owner and mode are readable for whoever only verifies.
        draft.as_file().set_permissions(Permissions::from_mode(0o644)).doing(doing)?;
        // The newest first; older ones go on verifying until somebody removes them.
        write!(draft, "{public}\n{known}").and_then(|()| draft.as_file().sync_all()).doing(doing)?;
        draft.persist(&path).doing(doing)?;
    }
    Ok(key)
}

/// The keys whose signatures count in this installation: those in its folder, and those that its configuration names.
pub fn ring(data: &DataDir, purpose: Purpose, trusted: &Trusted) -> Result<KeyRing, Failed> {
    let said = match purpose {
        Purpose::Edition => &trusted.edition,
        Purpose::Token => &trusted.token,
        Purpose::Release => &trusted.release,
        Purpose::Image => &trusted.image,
        Purpose::Golden => &trusted.golden,
    };
    let path = public_file(data, purpose);
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && !said.is_empty() => String::new(),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            return Err(Failed::at(
                format!(
                    "{} is there, and this user may not read it: make it readable (chmod 644, and its folder 755)",
                    path.display()
                ),
                error,
            ));
        }
        read => read.map_err(|error| {
            Failed::at(
                format!(
                    "there is no {} ({}, copy the file from there, or put what it says into keys.{})",
                    path.display(),
                    purpose.maker(),
                    purpose.name()
                ),
                error,
            )
        })?,
    };
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| VerifyingKey::parse(line).doing(|| format!("read {}", path.display())))
        .chain(said.iter().cloned().map(Ok))
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
        let none = Trusted::default();
        assert!(ring(&data, Purpose::Token, &none).unwrap_err().to_string().contains("token.pub"));
        let rng = SeededRng::new(42);
        let key = signing(&data, Purpose::Token, &rng).unwrap();
        let again = signing(&data, Purpose::Token, &rng).unwrap();
        assert_eq!(key.id(), again.id());
        assert!(ring(&data, Purpose::Token, &none).unwrap().get(&key.id().0).is_some());
        assert!(ring(&data, Purpose::Edition, &none).is_err());
        // In another folder, to which nothing was copied, the configuration says it.
        let other = SigningKey::generate(&rng).public();
        let said = Trusted { edition: vec![other.clone()], token: vec![other.clone()], ..Trusted::default() };
        assert!(ring(&data, Purpose::Edition, &said).unwrap().get(&other.id().0).is_some());
        let both = ring(&data, Purpose::Token, &said).unwrap();
        assert!(both.get(&other.id().0).is_some() && both.get(&key.id().0).is_some());
    }
}
