//! An image that podman does not have, from a registry, by a podman that is busy or says no.

use drivers::{Engine, EngineError, Image, Program, Spec, Traffic};

use super::{Faulty, again};
use crate::{
    engine::name,
    podman::{call, image},
};

/// An image that is here by another name alone.
fn spec(release: &str) -> Spec {
    let name = format!("localhost/primetime-drivers-it-pulled-{}:{release}", std::process::id());
    let image = Image { name, ids: vec![image::id()], from: Some(image::name()) };
    crate::instance::spec_of(release, Program::Image(image))
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_pulled_while_the_others_are_looked_after() {
    let it = Faulty::new();
    let engine = it.serving().await;
    let spec = spec("r2");
    it.suffer("pull", "busy database is locked");
    let said = engine.start(&name("b"), &spec, Traffic::WhenReady).await;
    assert!(matches!(said, Err(EngineError::Busy(_))), "{said:?}");
    while !it.met("pull") {
        assert_eq!(engine.list().await.unwrap().len(), 1);
    }
    // Asked again by itself, and done.
    it.suffer("pull", "says done");
    again(async || engine.start(&name("b"), &spec, Traffic::WhenReady).await).await;
    assert!(it.met("pull"));
    assert_eq!(engine.list().await.unwrap().len(), 2);
    // Of all names of the image, this one.
    let name = spec.program.to_string();
    call(&["untag", &name, &name]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_cannot_be_pulled_is_refused_in_words() {
    let it = Faulty::new();
    let engine = it.open().await;
    let spec = spec("r3");
    it.suffer("pull", "busy manifest unknown");
    let said = loop {
        match engine.start(&name("a"), &spec, Traffic::WhenReady).await {
            Err(EngineError::Busy(_)) => tokio::task::yield_now().await,
            said => break said,
        }
    };
    let Err(EngineError::Refused(why)) = said else { panic!("{said:?}") };
    assert!(why.contains("cannot pull it from") && why.contains("manifest unknown"), "{why}");
    assert!(engine.list().await.unwrap().is_empty());
}
