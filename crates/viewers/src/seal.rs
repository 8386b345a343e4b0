use std::fmt;

/// Longest sealed value that is looked at: cookies and handles are far shorter, and hashing is not for strangers to order.
const MAX_SEALED: usize = 1024;

/// What a sealed value is for. A value sealed for one purpose never opens for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The anonymous profile's cookie.
    Profile,
    /// The audience cookie.
    Audience,
    /// A playback session's handle.
    Session,
}

impl Purpose {
    /// BLAKE3 key-derivation contexts: hard-coded, globally unique, never changed.
    fn context(self) -> &'static str {
        match self {
            Purpose::Profile => "primetime 2026-01 profile cookie v1",
            Purpose::Audience => "primetime 2026-01 audience cookie v1",
            Purpose::Session => "primetime 2026-01 playback session v1",
        }
    }

    const ALL: [Purpose; 3] = [Purpose::Profile, Purpose::Audience, Purpose::Session];
}

/// Signs small values that viewers carry about, and knows its own again.
///
/// A sealed value is `payload.mac`: the payload in the clear, the keyed BLAKE3 of it in hexadecimal. Nothing secret belongs
/// in a payload. The first secret signs; all of them open, so that secrets can be rotated without signing anybody out.
#[derive(Clone)]
pub struct Seal {
    /// One row of derived keys for each secret, in the order of [`Purpose::ALL`].
    keys: Vec<[[u8; 32]; Purpose::ALL.len()]>,
}

impl Seal {
    /// From the newest secret and those that are still honoured.
    pub fn new(secret: &[u8; 32], older: &[[u8; 32]]) -> Self {
        let derive = |secret: &[u8; 32]| Purpose::ALL.map(|p| blake3::derive_key(p.context(), secret));
        Self { keys: std::iter::once(secret).chain(older).map(derive).collect() }
    }

    /// Signs `payload`, which may be anything that a cookie may hold.
    pub fn seal(&self, purpose: Purpose, payload: &str) -> String {
        let mac = blake3::keyed_hash(&self.keys[0][purpose as usize], payload.as_bytes());
        format!("{payload}.{}", mac.to_hex())
    }

    /// The payload, if one of the secrets sealed it for this purpose.
    pub fn open<'a>(&self, purpose: Purpose, sealed: &'a str) -> Option<&'a str> {
        if sealed.len() > MAX_SEALED {
            return None;
        }
        let (payload, mac) = sealed.rsplit_once('.')?;
        let mac = blake3::Hash::from_hex(mac).ok()?;
        // `blake3::Hash` compares in constant time.
        let ours = |keys: &[[u8; 32]; Purpose::ALL.len()]| {
            blake3::keyed_hash(&keys[purpose as usize], payload.as_bytes()) == mac
        };
        self.keys.iter().any(ours).then_some(payload)
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Seal({} keys)", self.keys.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_its_own_and_nothing_else() {
        let seal = Seal::new(&[1; 32], &[]);
        let sealed = seal.seal(Purpose::Profile, "abc.12");
        assert_eq!(seal.open(Purpose::Profile, &sealed), Some("abc.12"));
        assert_eq!(seal.open(Purpose::Session, &sealed), None, "another purpose");
        assert_eq!(Seal::new(&[2; 32], &[]).open(Purpose::Profile, &sealed), None, "another secret");
        for at in 0..sealed.len() {
            let mut forged = sealed.clone().into_bytes();
            forged[at] ^= 1;
            let forged = String::from_utf8(forged).unwrap();
            assert_eq!(seal.open(Purpose::Profile, &forged), None, "byte {at} changed");
        }
        for bad in ["", ".", "abc", &"x".repeat(1 << 20)] {
            assert_eq!(seal.open(Purpose::Profile, bad), None);
        }
    }

    #[test]
    fn an_older_secret_still_opens_and_no_longer_signs() {
        let old = Seal::new(&[1; 32], &[]);
        let new = Seal::new(&[2; 32], &[[1; 32]]);
        assert_eq!(new.open(Purpose::Profile, &old.seal(Purpose::Profile, "a")), Some("a"));
        assert_eq!(old.open(Purpose::Profile, &new.seal(Purpose::Profile, "a")), None);
    }
}
