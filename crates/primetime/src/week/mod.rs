//! `demo-week`: a week in ten minutes, with real requests and real instances: a fleet that knows what comes, and beside it the same
//! week with as many instances all the time.

mod clock;
mod crowd;
mod demand;
mod group;
mod page;
mod story;

use std::{fs, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use domain::Timestamp;
use drivers::Engine;
use fleet::simulate::trace::Trace;
use tokio_util::sync::CancellationToken;

use crate::{
    ambient::SystemClock,
    cli::WeekArgs,
    commands::{runtime, show},
    config::Config,
    failed::{Doing, Failed},
    log, serve,
};
use clock::{WEEK, WeekClock};
use crowd::Crowd;
use demand::Demand;
use group::{Group, Planned, Says};
use story::{Story, Summary};

/// Between two looks at instances: less than the three minutes of the week after which a silence is a gap.
const LOOK: Duration = Duration::from_millis(100);
/// The brand of the synthetic edition.
const BRAND: &str = "harbour.localhost";

/// Lives through it.
pub fn run(config: Config, wanted: &WeekArgs) -> Result<(), Failed> {
    log::start(&config.log)?;
    runtime()?.block_on(async {
        let stop = CancellationToken::new();
        serve::stop_on_signal(stop.clone())?;
        week(&config, wanted, stop).await
    })
}

async fn week(config: &Config, wanted: &WeekArgs, stop: CancellationToken) -> Result<(), Failed> {
    let file = &wanted.trace;
    let bytes = fs::read(file).doing(|| format!("read {}", file.display()))?;
    let trace = Trace::parse(&bytes).map_err(|error| Failed::new(format!("{}: {error}", file.display())))?;
    let monday = Timestamp::parse(&format!("{}T00:00:00Z", wanted.week)).doing(|| "read --week".into())?;
    let demand = Demand::of(&trace, monday, f64::from(wanted.peak));
    let demand = Arc::new(demand.ok_or_else(|| {
        Failed::new(format!("{} does not hold the week of {} and two before it", file.display(), wanted.week))
    })?);
    show("The planner lives through the weeks before …\n")?;
    let mean = demand.load[demand.week.clone()].iter().sum::<f64>() / WEEK as f64;
    let always = mean.ceil() as usize;

    let clock = Arc::new(SystemClock);
    let data = config.data_dir.clone();
    let arguments = arguments(&data, wanted.rate);
    let binary = std::env::current_exe().doing(|| "find this program".into())?;
    // Begun anew below, when everything is there.
    let begin = || WeekClock::begin(clock.clone(), monday, f64::from(wanted.seconds));
    let each = f64::from(wanted.rate) * 60.0 / begin().times;
    let planned = Says::Fleet(Box::new(Planned::new(&demand, each)));
    let open = async |name: &str, address: SocketAddr, says: Says, week: WeekClock| {
        let (binary, shared) = ((binary.as_path(), arguments.as_slice()), (week, demand.clone(), each));
        Group::open(&data.join(name), address, binary, clock.clone(), shared, says).await
    };
    let [with, without] =
        [1, 2].map(|n| SocketAddr::new(config.http.listen.ip(), config.http.listen.port() + n));
    let week = begin();
    let mut groups = [
        open("with", with, planned, week.clone()).await?,
        open("without", without, Says::Always(always), week).await?,
    ];
    let first = (demand.at(0.0) * 1.2).ceil() as usize;
    groups[0].ready(first).await?;
    groups[1].ready(always).await?;

    let week = begin();
    groups.iter_mut().for_each(|group| group.begin(week.clone()));
    let story = Arc::new(Story::new(wanted, &demand, always));
    page::serve(config.http.listen, story.clone(), stop.clone()).await?;
    show(&format!(
        "The week runs for {} s: http://{}\nEach instance takes {} connections a second, and no more; there are at most {} at work. Without the \
         fleet there are always {always}.\n",
        wanted.seconds, config.http.listen, wanted.rate, wanted.peak
    ))?;
    let crowds = [with, without]
        .map(|address| Crowd::new(address, &format!("{BRAND}:{}", address.port()), clock.clone()));
    let over = stop.child_token();
    for crowd in &crowds {
        let (demand, week, rate) = (demand.clone(), week.clone(), f64::from(wanted.rate));
        tokio::spawn(crowd.clone().come(move || demand.at(week.minute()) * rate, over.clone()));
    }
    let mut looks = crate::looking::Looks::new(LOOK, over.clone());
    while looks.due().await && week.minute() < WEEK as f64 {
        let [a, b] = &mut groups;
        let (a_counts, b_counts) = tokio::join!(a.look(), b.look());
        let counts = [a_counts?, b_counts?];
        let forecast = match &groups[0].says {
            Says::Fleet(planned) => (planned.forecast, planned.plan.clone()),
            Says::Always(_) => (0.0, None),
        };
        let met = [crowds[0].met(), crowds[1].met()];
        story.add(&week, demand.at(week.minute()), forecast, counts, met);
    }
    over.cancel();
    story.end();
    let [with, without] = story.summaries();
    let folder = data.join("week.json");
    fs::write(&folder, story.json()).doing(|| format!("write {}", folder.display()))?;
    show(&format!(
        "\nWith the fleet:    {}\nWithout the fleet: {}\nAll of it: {}\n",
        words(&with),
        words(&without),
        folder.display()
    ))?;
    if wanted.stay && !stop.is_cancelled() {
        show("The page stays until Ctrl-C.\n")?;
        stop.cancelled().await;
    }
    for group in &groups {
        for instance in group.engine.list().await.doing(|| "look at the instances".into())? {
            let _ended = group.engine.stop(&instance.name).await;
        }
    }
    Ok(())
}

/// Of each instance: pages from the edition that lies there, no database, and no more than its rate.
fn arguments(data: &std::path::Path, rate: u32) -> Vec<String> {
    let rate = format!("http.max_rate={rate}");
    let words = [
        "serve",
        "--roles",
        "site",
        "--set",
        "database.path=none",
        "--set",
        &rate,
        "--set",
        "log.filter=error",
    ];
    let mut all: Vec<String> = words.iter().map(ToString::to_string).collect();
    all.extend(["--data".to_owned(), PathBuf::from(data).display().to_string()]);
    all
}

fn words(summary: &Summary) -> String {
    let Summary { requests, away, failed, p99_ms, least, most, hours, .. } = summary;
    format!(
        "{requests} requests, {failed} failed, {away} turned away, p99 {p99_ms:.0} ms, {least} to {most} instances, {hours:.0} \
         instance-hours"
    )
}
