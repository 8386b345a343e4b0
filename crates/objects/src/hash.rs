use std::{fmt, io, str::FromStr};

/// Why a text is not a hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a hash: {expected} lower-case hexadecimal digits are needed")]
pub struct HashError {
    /// How many digits there should be.
    pub expected: usize,
}

/// BLAKE3 of an object's bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// The hash of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// The hash and the number of all bytes that can be read, without holding them: for files that do not fit into memory.
    pub fn of_all(mut bytes: impl io::Read) -> io::Result<(Self, u64)> {
        let mut hasher = blake3::Hasher::new();
        let length = io::copy(&mut bytes, &mut hasher)?;
        Ok((Self(*hasher.finalize().as_bytes()), length))
    }

    /// The first 16 hexadecimal digits: enough to tell versions of one thing apart in a key.
    pub fn short(&self) -> String {
        hex(&self.0[..8])
    }
}

/// The identity of a picture: the first 8 bytes of BLAKE3 over its source file. Every width made of it shares this.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PictureHash(pub [u8; 8]);

impl PictureHash {
    /// The identity of the picture in this source file.
    pub fn of(source: &[u8]) -> Self {
        let mut first = [0; 8];
        first.copy_from_slice(&blake3::hash(source).as_bytes()[..8]);
        Self(first)
    }
}

fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        let _ = write!(text, "{byte:02x}"); // writing to a String cannot fail
    }
    text
}

fn unhex<const N: usize>(text: &str) -> Result<[u8; N], HashError> {
    let wrong = HashError { expected: 2 * N };
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return Err(wrong);
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte =
            nibble(pair[0]).zip(nibble(pair[1])).map(|(high, low)| high << 4 | low).ok_or(wrong.clone())?;
    }
    Ok(bytes)
}

/// Lower case only: an object has one key, not several spellings.
fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

macro_rules! hexadecimal {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex(&self.0))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
        impl FromStr for $name {
            type Err = HashError;
            fn from_str(text: &str) -> Result<Self, HashError> {
                unhex(text).map(Self)
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

hexadecimal!(Hash);
hexadecimal!(PictureHash);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back_in_lower_case_only() {
        let hash = Hash::of(b"x");
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert!(hash.to_string().to_uppercase().parse::<Hash>().is_err());
        assert!("".parse::<Hash>().is_err() && "é".repeat(32).parse::<Hash>().is_err());
        let picture = PictureHash::of(b"x");
        assert_eq!(picture.to_string(), hash.short());
        assert_eq!(
            serde_json::from_str::<PictureHash>(&serde_json::to_string(&picture).unwrap()).unwrap(),
            picture
        );
    }
}
