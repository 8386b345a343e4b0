//! podman has no time.

use drivers::{Engine, EngineError, Traffic};

use super::Faulty;
use crate::engine::name;

const WORDS: [&str; 3] = [
    "busy beginning transaction: database is locked",
    "busy runc create failed: clone: Resource temporarily unavailable: OCI runtime error",
    "busy cleaning up storage: unlinkat merged: device or resource busy",
];

#[tokio::test(flavor = "multi_thread")]
async fn it_is_asked_again_and_nothing_is_lost() {
    let it = Faulty::new();
    it.suffer("network", WORDS[0]);
    let said = it.try_open().await;
    assert!(matches!(said, Err(EngineError::Busy(_))), "{said:?}: it is not known that there is no network");
    let engine = it.open().await;
    let spec = it.world.spec("r1");
    for words in WORDS {
        for call in ["ps", "run"] {
            it.suffer(call, words);
            let said = engine.start(&name("i1"), &spec, Traffic::WhenReady).await;
            assert!(matches!(said, Err(EngineError::Busy(_))), "{call}, {words}: {said:?}");
        }
    }
    // What it left of it could not be taken away: then nobody knows.
    for call in ["run", "rm"] {
        it.suffer(call, WORDS[0]);
    }
    let said = engine.start(&name("i1"), &spec, Traffic::WhenReady).await;
    assert!(matches!(&said, Err(EngineError::Uncertain(why)) if why.contains("locked")), "{said:?}");
    let mut keeper = it.keeper(engine);
    it.reach(&mut keeper, "r1").await;
    let calls = ["ps", "inspect", "run", "rename", "stop", "rm"];
    for (call, words) in calls.iter().zip(WORDS.iter().cycle()) {
        it.suffer(call, words);
    }
    it.reach(&mut keeper, "r2").await;
    assert!(calls.iter().all(|call| it.met(call)));
}
