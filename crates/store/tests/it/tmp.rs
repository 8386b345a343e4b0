use crate::backend::*;
#[allow(clippy::disallowed_methods)]
#[tokio::test]
async fn big() {
    let Backend { store, dir: _d } = Backend::sqlite().await;
    let body = "x".repeat(4000);
    let docs: Vec<_> = (0..15000).map(|n| store::Staged{kind:"title",id:format!("t{n}"),body:format!("{n}{body}"),hash:format!("{n:064x}")}).collect();
    for round in 0..3 {
        let mut docs = docs.clone();
        if round == 2 { docs[5].hash = "new".into(); docs.swap(7, 8); }
        let t = std::time::Instant::now();
        store.stage("f", &docs).await.unwrap();
        let a = t.elapsed();
        let t = std::time::Instant::now();
        let mut tx = store.begin().await.unwrap();
        let i = tx.swap("f", at(1)).await.unwrap();
        tx.commit().await.unwrap();
        println!("{i:?} stage {a:?} swap {:?} version {}", t.elapsed(), store.catalogue_version().await.unwrap());
    }
    for n in [1, 16, 64, 256] {
        let mut seq = 0;
        let t = std::time::Instant::now();
        let rounds = 40;
        for r in 0..rounds {
            let batch: Vec<_> = (0..n).map(|k| { seq += 1; store::PositionWrite{ profile: profile(&format!("p{}", (r*n+k) % 1000)), ..position(5,"d",seq,r as i64)} }).collect();
            store.put_positions(&batch).await.unwrap();
        }
        println!("batch {n}: {:?} per commit, {:.0} rows/s", t.elapsed()/rounds, f64::from(rounds)*f64::from(n)/t.elapsed().as_secs_f64());
    }
}
