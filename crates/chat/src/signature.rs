use std::{fmt, time::Duration};

use domain::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A request older than this, or so far in the future, is not taken (Slack's own advice). Whoever keeps what was seen keeps
/// it for twice as long.
pub const FRESH: Duration = Duration::from_secs(5 * 60);
/// A shorter secret is a mistake.
const MIN_SECRET: usize = 16;

/// The secret that the chat service and we share. Never printed.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// Why a request is not believed. Says nothing of what would have been right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The secret is too short to be one.
    #[error("the signing secret has fewer than {MIN_SECRET} bytes: copy the whole of it")]
    Secret,
    /// A header is missing or not of its form.
    #[error("the request carries no signature")]
    Missing,
    /// Forged, or changed on its way.
    #[error("the signature does not fit the request")]
    Forged,
    /// Too old, or from a clock that is off.
    #[error("the request was signed more than five minutes from now: is the clock right?")]
    Stale,
}

/// Names a request that was believed: the same one again is a replay.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seen(pub String);

impl Secret {
    /// Takes the secret as the chat service shows it.
    pub fn new(text: &str) -> Result<Self, SignatureError> {
        match text.trim() {
            text if text.len() >= MIN_SECRET => Ok(Self(text.as_bytes().to_vec())),
            _ => Err(SignatureError::Secret),
        }
    }

    /// Verifies `X-Slack-Request-Timestamp` and `X-Slack-Signature` (version `v0`: HMAC-SHA256 over `v0:timestamp:body`)
    /// against the body as it came.
    pub fn verify(
        &self,
        timestamp: Option<&str>,
        signature: Option<&str>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Seen, SignatureError> {
        let (timestamp, signature) = timestamp.zip(signature).ok_or(SignatureError::Missing)?;
        let signed_at: i64 = timestamp.parse().map_err(|_| SignatureError::Missing)?;
        let tag = signature.strip_prefix("v0=").and_then(hex).ok_or(SignatureError::Missing)?;
        // Before the clock is looked at: who cannot sign is told nothing of it.
        self.mac(timestamp, body).verify_slice(&tag).map_err(|_| SignatureError::Forged)?;
        let at = Timestamp::from_seconds(signed_at);
        if now.since(at).max(at.since(now)) > FRESH {
            return Err(SignatureError::Stale);
        }
        Ok(Seen(blake3::hash(&tag).to_hex().to_string()))
    }

    /// The signature of a body, as the chat service would make it: for tests, and for what is sent to ourselves.
    pub fn sign(&self, at: Timestamp, body: &[u8]) -> (String, String) {
        let timestamp = at.seconds().to_string();
        let tag = self.mac(&timestamp, body).finalize().into_bytes();
        let hex: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
        (timestamp, format!("v0={hex}"))
    }

    fn mac(&self, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
        // HMAC takes keys of any length.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).unwrap_or_else(|_| unreachable!());
        for part in [b"v0:", timestamp.as_bytes(), b":", body] {
            mac.update(part);
        }
        mac
    }
}

fn hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The example of Slack's documentation ("Verifying requests from Slack").
    const BODY: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    const SIGNATURE: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
    const AT: i64 = 1_531_420_618;

    fn secret() -> Secret {
        Secret::new("8f742231b10e8888abcd99yyyzzz85a5").unwrap()
    }

    #[test]
    fn the_documented_example_is_believed_for_five_minutes_around() {
        let verify = |now| {
            let stamp = AT.to_string();
            secret().verify(Some(&stamp), Some(SIGNATURE), BODY.as_bytes(), Timestamp::from_seconds(now))
        };
        let seen = verify(AT).unwrap();
        for now in [AT - 300, AT + 300] {
            assert_eq!(verify(now).unwrap(), seen, "the same request has the same name");
        }
        for now in [AT - 301, AT + 301] {
            assert_eq!(verify(now), Err(SignatureError::Stale));
        }
    }

    #[test]
    fn what_was_changed_or_not_signed_is_not_believed() {
        let now = Timestamp::from_seconds(AT);
        let stamp = AT.to_string();
        let verify = |timestamp, signature, body: &str| {
            secret().verify(timestamp, signature, body.as_bytes(), now).unwrap_err()
        };
        let other = (AT + 1).to_string();
        let last = format!("{}4", &SIGNATURE[..SIGNATURE.len() - 1]);
        assert_eq!(verify(Some(&stamp), Some(&last), BODY), SignatureError::Forged);
        assert_eq!(verify(Some(&other), Some(SIGNATURE), BODY), SignatureError::Forged);
        assert_eq!(
            verify(Some(&stamp), Some(SIGNATURE), &BODY.replace("text=", "text=undo")),
            SignatureError::Forged
        );
        assert_eq!(verify(None, Some(SIGNATURE), BODY), SignatureError::Missing);
        assert_eq!(verify(Some(&stamp), None, BODY), SignatureError::Missing);
        let long = format!("{SIGNATURE}00");
        for odd in ["", "v0=", "v1=aa", "v0=zz", &SIGNATURE[..60], &long, "v0=ä"] {
            assert_eq!(verify(Some(&stamp), Some(odd), BODY), SignatureError::Missing, "{odd}");
        }
        assert_eq!(verify(Some("now"), Some(SIGNATURE), BODY), SignatureError::Missing);
        assert_eq!(Secret::new("short").unwrap_err(), SignatureError::Secret);
        assert_eq!(format!("{:?}", secret()), "Secret");
    }

    proptest! {
        #[test]
        fn only_who_has_the_secret_signs(body: Vec<u8>, at in 0i64..4_000_000_000, other in "[a-z]{16,40}") {
            let now = Timestamp::from_seconds(at);
            let (stamp, signature) = secret().sign(now, &body);
            prop_assert!(secret().verify(Some(&stamp), Some(&signature), &body, now).is_ok());
            let forged = Secret::new(&other).unwrap().verify(Some(&stamp), Some(&signature), &body, now);
            prop_assert_eq!(forged, Err(SignatureError::Forged));
        }
    }
}
