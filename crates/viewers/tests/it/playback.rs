use std::time::Duration;

use domain::{
    Clock, ProfileId, Timestamp,
    rights::{Ask, Denial},
};
use edition::AudienceId;
use viewers::{PlayError, Playback, RenewError, Report, TOKEN_LIFETIME, Token, Viewer};

use crate::{
    House,
    world::{HOUR, LENGTH, NOON, Somebody, id},
};

impl House {
    async fn play(&self, profile: &ProfileId, ask: &Ask<'_>, title: &str) -> Result<Playback, PlayError> {
        let viewer = Viewer { profile, ask, audience: AudienceId(3) };
        self.viewers.play(viewer, &self.edition, &id(title)).await
    }

    fn renew(&self, profile: &ProfileId, ask: &Ask<'_>, handle: &str) -> Result<Token, RenewError> {
        self.viewers.renew(Viewer { profile, ask, audience: AudienceId(3) }, &self.edition, handle)
    }
}

#[tokio::test]
async fn a_play_opens_its_asset_for_ten_minutes_and_says_where_to_go_on() {
    let house = House::new().await;
    let (me, us) = (house.profile(1), Somebody::from("US"));
    let report =
        Report { title: id("tides-s1e1"), seconds: 33.0, duration: 100.0, device: "tv".into(), seq: 1 };
    house.viewers.report(&me, &house.edition, &us.ask(), report).await.unwrap();
    let played = house.play(&me, &us.ask(), "tides-s1e1").await.unwrap();
    assert_eq!(played.resume_at, Duration::from_secs(33));
    assert_eq!(played.running_time, Duration::from_secs(LENGTH));
    assert_eq!(played.next, Some(id("tides-s1e2")));
    assert_eq!(played.max_height, None);
    assert_eq!(played.token.expires_at, NOON.plus(TOKEN_LIFETIME));
    let claims = house.verifier.verify(&played.token.token, &played.token.asset, house.clock.now()).unwrap();
    assert_eq!((claims.audience, claims.asset.as_str()), (3, "tides-s1e1-0011aabb"));
    let small = house.play(&me, &us.ask(), "small").await.unwrap();
    assert_eq!(small.max_height, Some(480));
    // The next episode is for Korea alone.
    assert_eq!(house.play(&me, &us.ask(), "tides-s1e3").await.unwrap().next, None);
    let kr = Somebody::from("KR");
    assert_eq!(house.play(&me, &kr.ask(), "tides-s1e3").await.unwrap().next, Some(id("tides-s2e1")));
}

#[tokio::test]
async fn every_refusal_says_why() {
    let house = House::new().await;
    let (me, us) = (house.profile(1), Somebody::from("US"));
    let refused = async |title: &str| house.play(&me, &us.ask(), title).await.unwrap_err();
    let denied = async |title: &str| match refused(title).await {
        PlayError::Denied(denial) => denial,
        other => panic!("{title}: {other}"),
    };
    assert_eq!(denied("nights").await, Denial::Territory);
    assert_eq!(denied("coming").await, Denial::NotYet { opens: Timestamp(NOON.0 + HOUR) });
    assert_eq!(denied("gone").await, Denial::Ended { closed: Timestamp(NOON.0 - HOUR) });
    assert_eq!(denied("deep").await, Denial::Brand);
    assert!(matches!(denied("premium").await, Denial::Plan { needs } if needs.len() == 1));
    assert!(matches!(refused("nowhere").await, PlayError::NoTitle));
    assert!(matches!(refused("tides").await, PlayError::NotPlayable));
    assert!(matches!(refused("unready").await, PlayError::NotReady));
}

#[tokio::test]
async fn no_play_begins_after_the_end_and_who_began_before_sees_it_through() {
    let house = House::new().await;
    let (me, us) = (house.profile(1), Somebody::from("US"));
    let closes = Timestamp(NOON.0 + HOUR);
    house.clock.set(closes.minus(Duration::from_secs(1)));
    let played = house.play(&me, &us.ask(), "leaving").await.unwrap();
    // The window, and the running time.
    let end = closes.plus(Duration::from_secs(LENGTH));
    assert_eq!(played.token.expires_at, end);
    house.clock.set(closes);
    let refused = house.play(&me, &us.ask(), "leaving").await.unwrap_err();
    assert!(matches!(refused, PlayError::Denied(Denial::Ended { .. })));
    house.clock.set(closes.plus(Duration::from_secs(60)));
    let renewed = house.renew(&me, &us.ask(), &played.session).unwrap();
    assert_eq!(renewed.expires_at, end, "never beyond the grace");
    house.clock.set(end);
    let over = house.renew(&me, &us.ask(), &played.session).unwrap_err();
    assert!(matches!(over, RenewError::Denied(Denial::Ended { .. })), "{over}");
}

#[tokio::test]
async fn a_session_is_renewed_for_its_own_viewer_alone() {
    let house = House::new().await;
    let (me, you, us) = (house.profile(1), house.profile(2), Somebody::from("US"));
    let played = house.play(&me, &us.ask(), "tram").await.unwrap();
    house.clock.advance(Duration::from_secs(300));
    let renewed = house.renew(&me, &us.ask(), &played.session).unwrap();
    assert_eq!(renewed.expires_at, house.clock.now().plus(TOKEN_LIFETIME));
    assert!(matches!(house.renew(&you, &us.ask(), &played.session), Err(RenewError::NotYours)));
    let elsewhere = Somebody { brand: crate::world::brand_id("fathom"), ..Somebody::from("US") };
    assert!(matches!(house.renew(&me, &elsewhere.ask(), &played.session), Err(RenewError::NotYours)));
    for forged in ["", "x", &played.session.replace("tram", "nights"), &format!("{}0", played.session)] {
        assert!(matches!(house.renew(&me, &us.ask(), forged), Err(RenewError::NotYours)), "{forged}");
    }
    house.clock.advance(viewers::MAX_SESSION);
    assert!(matches!(house.renew(&me, &us.ask(), &played.session), Err(RenewError::Over)));
}

#[tokio::test]
async fn who_leaves_the_country_is_not_renewed() {
    let house = House::new().await;
    let (me, kr, us) = (house.profile(1), Somebody::from("KR"), Somebody::from("US"));
    let played = house.play(&me, &kr.ask(), "nights").await.unwrap();
    let refused = house.renew(&me, &us.ask(), &played.session).unwrap_err();
    assert!(matches!(refused, RenewError::Denied(Denial::Territory)));
}

#[tokio::test]
async fn without_a_store_nothing_new_plays_and_what_plays_goes_on() {
    let house = House::new().await;
    let (me, us) = (house.profile(1), Somebody::from("US"));
    let played = house.play(&me, &us.ask(), "tram").await.unwrap();
    house.store.close().await;
    let refused = house.play(&me, &us.ask(), "tram").await.unwrap_err();
    assert!(matches!(refused, PlayError::Unavailable(_)), "{refused}");
    house.renew(&me, &us.ask(), &played.session).unwrap();
}
