use domain::Clock;
use std::time::Duration;
use viewers::{Report, ReportError};

use crate::{
    House,
    world::{LENGTH, Somebody, id},
};

fn report(title: &str, seconds: f64, device: &str, seq: u64) -> Report {
    Report { title: id(title), seconds, duration: LENGTH as f64, device: device.into(), seq }
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_new_start() {
    let house = House::new().await;
    let (profile, us) = (house.profile(1), Somebody::from("US"));
    let kept = house.viewers.report(&profile, &house.edition, &us.ask(), report("tram", 42.5, "tv", 1)).await;
    kept.unwrap();
    // The process ends without closing anything: another one opens the same files.
    let path = house._folder.path().join("primetime.db");
    let again = store::Store::open(&path).await.unwrap();
    let position = again.position(&profile, &id("tram")).await.unwrap().unwrap();
    assert_eq!((position.position_us, position.finished), (42_500_000, false));
}

#[tokio::test]
async fn many_at_once_are_all_kept() {
    all_are_kept(House::new().await).await;
}

#[tokio::test]
async fn many_at_once_are_all_kept_on_postgres() {
    all_are_kept(House::on_postgres().await).await;
}

async fn all_are_kept(house: House) {
    let us = Somebody::from("US");
    let reports = (0..200u64).map(|n| {
        let (viewers, edition, profile, ask) =
            (house.viewers.clone(), house.edition.clone(), house.profile(n), us.ask());
        async move { viewers.report(&profile, &edition, &ask, report("tram", n as f64 / 4.0, "tv", 1)).await }
    });
    for kept in futures(reports).await {
        kept.unwrap();
    }
    for n in 0..200 {
        let position = house.store.position(&house.profile(n), &id("tram")).await.unwrap().unwrap();
        assert_eq!(position.position_us, n as i64 * 250_000);
    }
}

async fn futures<F: Future>(all: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut all: Vec<_> = all.map(Box::pin).collect();
    let mut done: Vec<Option<F::Output>> = all.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, output) in all.iter_mut().zip(&mut done) {
            if output.is_none()
                && let std::task::Poll::Ready(out) = future.as_mut().poll(context)
            {
                *output = Some(out);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

#[tokio::test]
async fn an_older_report_changes_nothing_and_a_rewatch_erases_nothing() {
    let house = House::new().await;
    let (profile, us) = (house.profile(1), Somebody::from("US"));
    let tell = async |seconds, device, seq| {
        house.clock.advance(Duration::from_secs(1));
        house
            .viewers
            .report(&profile, &house.edition, &us.ask(), report("tram", seconds, device, seq))
            .await
            .unwrap();
        house.store.position(&profile, &id("tram")).await.unwrap().unwrap()
    };
    assert_eq!(tell(50.0, "phone", 5).await.position_us, 50_000_000);
    assert_eq!(tell(20.0, "phone", 4).await.position_us, 50_000_000, "came late");
    assert_eq!(tell(60.0, "tv", 1).await.position_us, 60_000_000, "another device, later");
    let seen = tell(95.0, "tv", 2).await;
    assert!(seen.finished && seen.times_finished == 1);
    let again = tell(3.0, "tv", 3).await;
    assert_eq!((again.finished, again.times_finished), (false, 1));
    assert_eq!(again.finished_at, seen.finished_at);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let house = House::new().await;
    let (profile, us) = (house.profile(1), Somebody::from("US"));
    let tell =
        async |report| house.viewers.report(&profile, &house.edition, &us.ask(), report).await.unwrap_err();
    for (report, field) in [
        (report("tram", f64::NAN, "tv", 1), "seconds"),
        (report("tram", -1.0, "tv", 1), "seconds"),
        (report("tram", 1e12, "tv", 1), "seconds"),
        (Report { duration: f64::INFINITY, ..report("tram", 1.0, "tv", 1) }, "duration"),
        (report("tram", 1.0, "", 1), "device"),
        (report("tram", 1.0, "a b", 1), "device"),
        (report("tram", 1.0, &"x".repeat(65), 1), "device"),
        (report("tram", 1.0, "tv", u64::MAX), "seq"),
    ] {
        let error = tell(report).await;
        assert!(matches!(error, ReportError::Invalid { field: f, .. } if f == field), "{field}: {error}");
    }
    assert!(matches!(tell(report("tides", 1.0, "tv", 1)).await, ReportError::NotPlayable));
    for unknown in ["nowhere", "deep"] {
        assert!(matches!(tell(report(unknown, 1.0, "tv", 1)).await, ReportError::NoTitle), "{unknown}");
    }
    assert!(house.store.newest_positions(&profile, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn one_profile_sees_nothing_of_another() {
    let house = House::new().await;
    let (mine, theirs, us) = (house.profile(1), house.profile(2), Somebody::from("US"));
    house.viewers.report(&mine, &house.edition, &us.ask(), report("tram", 42.0, "tv", 1)).await.unwrap();
    let now = house.clock.now();
    let go_on = house.viewers.continue_watching(&theirs, &house.edition, &us.ask(), now).await.unwrap();
    assert!(go_on.is_empty());
    assert!(house.viewers.progress(&theirs, &[id("tram")]).await.unwrap().is_empty());
    assert_eq!(house.viewers.progress(&mine, &[id("tram"), id("small")]).await.unwrap().len(), 1);
}

#[tokio::test]
async fn without_a_store_the_answer_is_that_it_is_away() {
    let house = House::new().await;
    let (profile, us) = (house.profile(1), Somebody::from("US"));
    house.store.close().await;
    let kept = house.viewers.report(&profile, &house.edition, &us.ask(), report("tram", 1.0, "tv", 1)).await;
    assert!(matches!(kept, Err(ReportError::Unavailable(_))), "{kept:?}");
    let now = house.clock.now();
    house.viewers.continue_watching(&profile, &house.edition, &us.ask(), now).await.unwrap_err();
}

#[tokio::test]
async fn the_writer_ends_when_nobody_writes_any_more() {
    let house = House::new().await;
    let House { viewers, writer, .. } = house;
    drop(viewers);
    writer.await.unwrap();
}
