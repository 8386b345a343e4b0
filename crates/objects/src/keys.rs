//! Ed25519 keys (RFC 8032): made, read and written as text. Where they are kept is the binary's business (mode 0600).

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use domain::Rng;
use ed25519_dalek::Signer;

/// What the text form of a signing key begins with, so that a leaked one is recognised for what it is.
const SECRET: &str = "ed25519-secret:";
/// What the text form of a verification key begins with.
const PUBLIC: &str = "ed25519-public:";

/// Why a text is not a key. Never quotes the text: it may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyTextError {
    /// A signing key was expected.
    #[error("not a signing key: one line `{SECRET}` and 43 characters of base64url are needed")]
    Secret,
    /// A verification key was expected.
    #[error("not a verification key: one line `{PUBLIC}` and 43 characters of base64url are needed")]
    Public,
}

/// Which key signed: the first 8 bytes of BLAKE3 over the verification key, so that a key and its id cannot disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 8]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::PictureHash(self.0).fmt(f) // sixteen hexadecimal digits
    }
}

/// Signs. Wiped from memory when dropped; prints as its id.
pub struct SigningKey {
    key: ed25519_dalek::SigningKey,
    id: KeyId,
}

impl SigningKey {
    /// A new key. `rng` must be the operating system's.
    pub fn generate(rng: &dyn Rng) -> Self {
        let mut seed = [0; 32];
        rng.fill(&mut seed);
        Self::from_seed(&seed)
    }

    fn from_seed(seed: &[u8; 32]) -> Self {
        let key = ed25519_dalek::SigningKey::from_bytes(seed);
        let id = key_id(&key.verifying_key());
        Self { key, id }
    }

    /// Reads what [`SigningKey::to_text`] wrote; white space around it is ignored.
    pub fn parse(text: &str) -> Result<Self, KeyTextError> {
        let seed = decode(text, SECRET).ok_or(KeyTextError::Secret)?;
        Ok(Self::from_seed(&seed))
    }

    /// One line of text to keep secret, without a line end.
    pub fn to_text(&self) -> String {
        format!("{SECRET}{}", BASE64URL.encode(self.key.to_bytes()))
    }

    /// What verifies its signatures.
    pub fn public(&self) -> VerifyingKey {
        VerifyingKey { key: self.key.verifying_key(), id: self.id }
    }

    /// Its id.
    pub fn id(&self) -> KeyId {
        self.id
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.id)
    }
}

/// Verifies.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    key: ed25519_dalek::VerifyingKey,
    id: KeyId,
}

impl VerifyingKey {
    /// Reads what [`VerifyingKey::to_text`] wrote; white space around it is ignored.
    pub fn parse(text: &str) -> Result<Self, KeyTextError> {
        let bytes = decode(text, PUBLIC).ok_or(KeyTextError::Public)?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(&bytes).map_err(|_| KeyTextError::Public)?;
        Ok(Self { id: key_id(&key), key })
    }

    /// One line of text, without a line end.
    pub fn to_text(&self) -> String {
        format!("{PUBLIC}{}", BASE64URL.encode(self.key.as_bytes()))
    }

    /// Its id.
    pub fn id(&self) -> KeyId {
        self.id
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        // Strict: no weak keys, no second spelling of a signature.
        ed25519_dalek::Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({})", self.id)
    }
}

/// The keys whose signatures count. While keys are rotated it holds the old and the new one.
#[derive(Debug, Clone, Default)]
pub struct KeyRing(Vec<VerifyingKey>);

impl KeyRing {
    /// The key with this id.
    pub fn get(&self, id: &[u8]) -> Option<&VerifyingKey> {
        self.0.iter().find(|key| key.id.0 == id)
    }

    /// True when nothing would verify.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<VerifyingKey> for KeyRing {
    fn from_iter<I: IntoIterator<Item = VerifyingKey>>(keys: I) -> Self {
        Self(keys.into_iter().collect())
    }
}

impl From<VerifyingKey> for KeyRing {
    fn from(key: VerifyingKey) -> Self {
        Self(vec![key])
    }
}

fn decode(text: &str, prefix: &str) -> Option<[u8; 32]> {
    BASE64URL.decode(text.trim().strip_prefix(prefix)?).ok()?.try_into().ok()
}

fn key_id(key: &ed25519_dalek::VerifyingKey) -> KeyId {
    KeyId(crate::PictureHash::of(key.as_bytes()).0)
}

#[cfg(test)]
mod tests {
    use domain::SeededRng;

    use super::*;

    #[test]
    fn text_there_and_back() {
        let key = SigningKey::generate(&SeededRng::new(1));
        let again = SigningKey::parse(&format!("{}\n", key.to_text())).unwrap();
        assert_eq!(again.public(), key.public());
        assert_eq!(VerifyingKey::parse(&key.public().to_text()).unwrap(), key.public());
        assert!(key.public().verify(b"x", &again.sign(b"x")));
        assert!(!key.public().verify(b"y", &again.sign(b"x")));
    }

    #[test]
    fn the_secret_is_never_quoted() {
        let key = SigningKey::generate(&SeededRng::new(1));
        let wrong = VerifyingKey::parse(&key.to_text()).unwrap_err().to_string();
        assert!(!wrong.contains(&key.to_text()[SECRET.len()..]));
        assert!(!format!("{key:?}").contains(&key.to_text()[SECRET.len()..]));
        assert!(SigningKey::parse(&key.public().to_text()).is_err());
    }
}
