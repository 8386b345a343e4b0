//! `edition_bench FOLDER EPISODES`: writes a synthetic edition, edits one title, opens both. Prints what it cost.

use std::{env, error::Error, fs, path::Path, time::Instant};

use domain::{SeededRng, Timestamp};
use edition::{BuildInput, Follower, build, generate};
use objects::{Objects, announce, keys::SigningKey};

#[allow(clippy::print_stdout, clippy::disallowed_methods)]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().ok_or("usage: edition_bench FOLDER EPISODES")?;
    let episodes: u32 = arguments.next().ok_or("usage: edition_bench FOLDER EPISODES")?.parse()?;
    let objects = std::sync::Arc::new(Objects::folder(Path::new(&folder))?);
    let key = SigningKey::generate(&SeededRng::new(1));
    let ring = key.public().into();
    let spec = generate::Synthetic::of(episodes);
    let now = Timestamp::from_seconds(1_767_225_600);
    let timed = |what: &str, since: Instant| {
        println!("{what}: {:.3} s, {} MB resident", since.elapsed().as_secs_f64(), resident())
    };

    let start = Instant::now();
    let first = generate::generate(&objects, 1, now, &spec)?;
    timed("generate", start);
    println!("{first:?}");
    announce::publish(&objects, &first.announcement(now), &key, &ring)?;
    let follower = Follower::new(objects.clone(), ring.clone());
    let start = Instant::now();
    println!("{:?}", follower.poll());
    timed("open", start);
    if episodes > 100_000 {
        return Ok(());
    }
    let mut catalogue = generate::catalogue(&spec)?;
    let title = catalogue.titles.last_mut().ok_or("no titles")?;
    title.year += 1;
    title.synopsis.0.values_mut().for_each(|text| text.push('!'));
    let input = BuildInput {
        number: 2,
        created_at: now,
        brands: &catalogue.brands,
        genres: &catalogue.genres,
        titles: &catalogue.titles,
        assets: &catalogue.assets,
        pictures: &Default::default(),
    };
    let start = Instant::now();
    let second = build(&objects, &input)?;
    timed("one title edited in every language", start);
    println!("{:.3} MB written, {} sections", second.bytes_written as f64 / 1e6, second.written);
    announce::publish(&objects, &second.announcement(now), &key, &ring)?;
    let start = Instant::now();
    println!("{:?}", follower.poll());
    timed("switch", start);
    Ok(())
}

/// Resident memory of this process in MB.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
