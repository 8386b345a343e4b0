use std::{fs, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use ciborium::Value;
use domain::{AssetId, SeededRng, Timestamp};
use objects::{
    keys::{KeyRing, SigningKey},
    token::{self, Claims, SignError, Terms, TokenError, TokenSigner, TokenVerifier, fuzz_token},
};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp(1_800_000_000_500_000);
const TEN_MINUTES: Duration = Duration::from_secs(600);

fn asset(id: &str) -> AssetId {
    AssetId::new(id).unwrap()
}

fn signer(seed: u64) -> TokenSigner {
    TokenSigner::new(SigningKey::generate(&SeededRng::new(seed)), "primetime").unwrap()
}

fn verifier(signer: &TokenSigner) -> TokenVerifier {
    TokenVerifier::new(signer.public().into(), "primetime")
}

fn token(signer: &TokenSigner) -> (String, Claims) {
    signer.sign("session-1", &asset("film-1"), 42, (NOW, TEN_MINUTES), &SeededRng::new(9)).unwrap()
}

#[test]
fn a_token_opens_its_asset_for_its_time() {
    let signer = signer(1);
    let (text, claims) = token(&signer);
    let verify = |asset_id: &str, at: Timestamp| verifier(&signer).verify(&text, &asset(asset_id), at);
    assert_eq!(verify("film-1", NOW), Ok(claims.clone()));
    assert_eq!(
        (claims.session.as_str(), claims.audience, claims.asset.as_str()),
        ("session-1", 42, "film-1")
    );
    assert_eq!(claims.expires_at.micros(), 1_800_000_600_000_000, "whole seconds, rounded down");
    assert_eq!(verify("film-1", Timestamp(claims.expires_at.0 - 1)), Ok(claims.clone()));
    assert_eq!(verify("film-1", claims.expires_at), Err(TokenError::Expired(claims.expires_at)));
    // A signer's clock may be a second ahead.
    assert!(verify("film-1", NOW.minus(Duration::from_secs(1))).is_ok());
    let early = verify("film-1", NOW.minus(Duration::from_secs(2)));
    assert_eq!(early, Err(TokenError::NotYet(claims.issued_at)));
    for other in ["film-2", "film", "film-11"] {
        assert_eq!(verify(other, NOW), Err(TokenError::OtherAsset), "{other}");
    }
    assert!(text.len() < 400 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
}

#[test]
fn only_known_keys_and_this_issuer_count() {
    let (ours, theirs) = (signer(1), signer(2));
    let (text, claims) = token(&ours);
    let film = asset("film-1");
    assert_eq!(verifier(&theirs).verify(&text, &film, NOW), Err(TokenError::UnknownKey));
    let both: KeyRing = [theirs.public(), ours.public()].into_iter().collect();
    assert_eq!(TokenVerifier::new(both, "primetime").verify(&text, &film, NOW), Ok(claims));
    let elsewhere = TokenVerifier::new(ours.public().into(), "other");
    assert_eq!(elsewhere.verify(&text, &film, NOW), Err(TokenError::Issuer));
    assert_eq!(
        TokenVerifier::new(KeyRing::default(), "primetime").verify(&text, &film, NOW),
        Err(TokenError::UnknownKey)
    );
}

#[test]
fn what_could_never_be_used_is_not_signed() {
    let signer = signer(1);
    let sign = |session: &str, lifetime| {
        signer.sign(session, &asset("a"), 0, (NOW, lifetime), &SeededRng::new(1)).map(drop)
    };
    assert_eq!(sign("", TEN_MINUTES), Err(SignError::Name));
    assert_eq!(sign(&"x".repeat(65), TEN_MINUTES), Err(SignError::Name));
    assert_eq!(sign("s", Duration::from_millis(400)), Err(SignError::Lifetime));
}

/// The bytes as the standard has them: tags 61 and 18, EdDSA (-8), the claims by their registered numbers.
#[test]
fn the_form_is_the_standards() {
    let signer = signer(1);
    let (text, claims) = token(&signer);
    let bytes = BASE64URL.decode(text).unwrap();
    let Value::Tag(61, cwt) = ciborium::from_reader(bytes.as_slice()).unwrap() else { panic!("no CWT tag") };
    let Value::Tag(18, sign1) = *cwt else { panic!("no COSE_Sign1 tag") };
    let parts = sign1.into_array().unwrap();
    let map = |bytes: &Value| -> Vec<(Value, Value)> {
        let value: Value = ciborium::from_reader(bytes.as_bytes().unwrap().as_slice()).unwrap();
        value.into_map().unwrap()
    };
    let of = |map: &[(Value, Value)], label: i64| {
        map.iter().find(|(name, _)| *name == Value::from(label)).map(|(_, value)| value.clone()).unwrap()
    };
    let header = map(&parts[0]);
    assert_eq!(of(&header, 1), Value::from(-8));
    assert_eq!(of(&header, 4), Value::from(signer.key_id().0.to_vec()));
    let set = map(&parts[2]);
    assert_eq!(of(&set, 1), Value::from("primetime"));
    assert_eq!(of(&set, 4), Value::from(claims.expires_at.seconds()));
    assert_eq!(of(&set, 5), of(&set, 6));
    assert_eq!(of(&set, 7), Value::from(claims.id.to_vec()));
    assert_eq!(of(&set, 310), Value::from(1));
    let path = Value::Map(vec![(Value::from(1), Value::from(token::path(&claims.asset)))]);
    assert_eq!(of(&set, 312), Value::Map(vec![(Value::from(3), path)]));
    assert_eq!(parts[3].as_bytes().unwrap().len(), 64);
}

#[test]
fn oversized_and_odd_texts_are_no_tokens() {
    let signer = signer(1);
    let film = asset("film-1");
    let padded = format!("{}==", token(&signer).0);
    for odd in ["", " ", "x", "token", &"A".repeat(2000), &padded, "é", "../../etc"] {
        assert!(matches!(verifier(&signer).verify(odd, &film, NOW), Err(TokenError::Malformed(_))), "{odd}");
    }
}

proptest! {
    #[test]
    fn one_changed_character_is_one_too_many(at in 0usize..1000, to in "[A-Za-z0-9_-]") {
        let signer = signer(1);
        let (mut text, _) = token(&signer);
        let at = at % text.len();
        prop_assume!(text[at..=at] != to);
        text.replace_range(at..=at, &to);
        prop_assert!(verifier(&signer).verify(&text, &asset("film-1"), NOW).is_err());
    }

    #[test]
    fn a_cut_token_is_none(length in 0usize..1000) {
        let signer = signer(1);
        let (text, _) = token(&signer);
        let cut = &text[..length % text.len()];
        prop_assert!(verifier(&signer).verify(cut, &asset("film-1"), NOW).is_err());
    }

    #[test]
    fn what_is_signed_is_what_is_read(
        session in "[a-z0-9]{1,64}", id in "[a-z0-9][a-z0-9-]{0,63}", audience in any::<u32>(), max_height in proptest::option::of(any::<u16>()), seed in any::<u64>(),
        at in 0i64..4_000_000_000_000_000, lifetime in 1u64..100_000,
    ) {
        let (signer, at) = (signer(seed), Timestamp(at));
        let lifetime = (at, Duration::from_secs(lifetime));
        let (text, claims) = signer.sign(&session, &asset(&id), Terms { audience, max_height }, lifetime, &SeededRng::new(seed)).unwrap();
        prop_assert_eq!((claims.audience, claims.max_height), (audience, max_height));
        prop_assert_eq!(verifier(&signer).verify(&text, &asset(&id), at), Ok(claims));
    }

    #[test]
    fn hostile_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        fuzz_token(&bytes);
    }
}

#[test]
fn the_corpus_is_replayed_without_a_panic() {
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/token")).unwrap() {
        fuzz_token(&fs::read(entry.unwrap().path()).unwrap());
    }
}
