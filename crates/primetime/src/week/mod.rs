//! `demo-week`: a week in ten minutes, with real requests and real instances: a fleet that knows what comes, and beside it the same
//! week with as many instances all the time.

mod clock;
mod crowd;
mod demand;
mod group;
mod page;
mod part;
mod story;

use std::{fs, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use domain::Timestamp;
use fleet::simulate::trace::Trace;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    ambient::SystemClock,
    cli::WeekArgs,
    commands::{runtime, show},
    config::Config,
    failed::{Doing, Failed},
    log,
    looking::Looks,
    serve,
};
use clock::{WEEK, WeekClock};
use crowd::Crowd;
use demand::Demand;
use group::{Group, Planned, Says};
use part::Figures;
use story::Story;

/// Of the week between two looks at instances: less than the three minutes after which a silence is a gap.
const LOOK: f64 = 100.0;
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
    let (demand, monday) = read(wanted)?;
    let demand = Arc::new(demand);
    let from = usize::from(wanted.from) * 60;
    let until = wanted.hours.map_or(WEEK, |hours| WEEK.min(from + usize::from(hours) * 60));
    show("The planner lives through the weeks before …\n")?;
    let mean = demand.load[demand.week.clone()].iter().sum::<f64>() / WEEK as f64;
    let always = mean.ceil() as usize;

    let clock = Arc::new(SystemClock);
    let arguments = arguments(&config.data_dir, wanted.rate);
    let binary = std::env::current_exe().doing(|| "find this program".into())?;
    // Begun anew below, when everything is there.
    let begin = || WeekClock::begin(clock.clone(), monday, from, f64::from(wanted.seconds));
    let each = f64::from(wanted.rate) * 60.0 / begin().times;
    let planned = Says::Fleet(Box::new(Planned::new(&demand, from, each)));
    let page = config.http.listen;
    let beside = |n| page.port().checked_add(n).map(|port| SocketAddr::new(page.ip(), port));
    let (Some(with), Some(without)) = (beside(1), beside(2)) else {
        return Err(Failed::new("the two ports after that of --listen are needed too"));
    };
    let open = async |name: &str, address: SocketAddr, says: Says| {
        let (binary, shared) = ((binary.as_path(), arguments.as_slice()), (begin(), demand.clone(), each));
        Group::open(&config.data_dir.join(name), address, binary, clock.clone(), shared, says).await
    };
    let mut groups =
        [open("with", with, planned).await?, open("without", without, Says::Always(always)).await?];
    let first = (demand.at(from as f64) * 1.2).ceil() as usize;
    let crowds = [with, without]
        .map(|address| Crowd::new(address, &format!("{BRAND}:{}", address.port()), clock.clone()));
    let story = Arc::new(Story::new(wanted, &demand, always, from..until));
    let lived = async {
        if !(groups[0].ready(first, &stop).await? && groups[1].ready(always, &stop).await?) {
            return Ok(());
        }
        let week = begin();
        groups.iter_mut().for_each(|group| group.begin(week.clone()));
        page::serve(page, story.clone(), stop.clone()).await?;
        show(&format!(
            "The week runs, all of it in {} s: http://{page}\nEach instance takes {} connections a second, and no more; at most {} \
             have work. Without the fleet there are always {always}.\n",
            wanted.seconds, wanted.rate, wanted.peak
        ))?;
        live((&demand, wanted.rate), (week, until), &mut groups, &crowds, &story, &stop).await
    }
    .await;
    // Whatever went wrong, no process is left behind.
    for group in &groups {
        group.end().await?;
    }
    lived?;
    story.end();
    let [with, without] = story.summaries();
    let file = config.data_dir.join("week.json");
    fs::write(&file, story.json()).doing(|| format!("write {}", file.display()))?;
    show(&format!(
        "\nWith the fleet:    {}\nWithout the fleet: {}\nAll of it: {}\n",
        words(&with),
        words(&without),
        file.display()
    ))?;
    if wanted.stay && !stop.is_cancelled() {
        show("The page stays until Ctrl-C.\n")?;
        stop.cancelled().await;
    }
    Ok(())
}

/// The crowds come, and both groups are looked after, until the week is over or stopped.
async fn live(
    (demand, rate): (&Arc<Demand>, u32),
    (week, until): (WeekClock, usize),
    groups: &mut [Group; 2],
    crowds: &[Crowd; 2],
    story: &Story,
    stop: &CancellationToken,
) -> Result<(), Failed> {
    let over = stop.child_token();
    let _over = over.clone().drop_guard();
    let coming = TaskTracker::new();
    for crowd in crowds {
        let (demand, week) = (demand.clone(), week.clone());
        coming.spawn(
            crowd.clone().come(move || demand.at(week.minute()) * f64::from(rate), over.child_token()),
        );
    }
    coming.close();
    let mut looks = Looks::new(Duration::from_secs_f64(LOOK / week.times), over.clone());
    let mut last = (0.0, [group::Counts::default(); 2]);
    while looks.due().await && week.minute() < until as f64 {
        let [a, b] = &mut *groups;
        let (a_counts, b_counts) = tokio::join!(a.look(), b.look());
        let forecast = match &a.says {
            Says::Fleet(planned) => (planned.forecast, planned.plan.clone()),
            Says::Always(_) => (0.0, None),
        };
        last = (forecast.0, [a_counts?, b_counts?]);
        story.add(&week, demand.at(week.minute()), forecast, last.1, crowds.each_ref().map(Crowd::take));
    }
    over.cancel();
    // Who came is answered, or gives up.
    coming.wait().await;
    let load = demand.at(week.minute().min(until as f64));
    story.add(&week, load, (last.0, None), last.1, crowds.each_ref().map(Crowd::take));
    Ok(())
}

/// The load of the week, and its Monday.
fn read(wanted: &WeekArgs) -> Result<(Demand, Timestamp), Failed> {
    let file = wanted.trace.display();
    let bytes = fs::read(&wanted.trace).doing(|| format!("read {file}"))?;
    let trace = Trace::parse(&bytes).map_err(|error| Failed::new(format!("{file}: {error}")))?;
    let monday = Timestamp::parse(&format!("{}T00:00:00Z", wanted.week)).doing(|| "read --week".into())?;
    let demand = Demand::of(&trace, monday, f64::from(wanted.peak));
    let missing = || format!("{file} does not hold the week of {} and two before it", wanted.week);
    Ok((demand.ok_or_else(|| Failed::new(missing()))?, monday))
}

/// Of each instance: pages from the edition that lies there, no database, and no more than its rate.
fn arguments(data: &Path, rate: u32) -> Vec<String> {
    let words = "serve --roles site --set database.path=none --set log.filter=error";
    let mut all: Vec<String> = words.split(' ').map(str::to_owned).collect();
    all.extend(["--set".to_owned(), format!("http.max_rate={rate}")]);
    all.extend(["--data".to_owned(), data.display().to_string()]);
    all
}

fn words(figures: &Figures) -> String {
    let Figures { requests, answered, away, failed, p99_ms, least, most, hours, .. } = figures;
    format!(
        "{requests} requests, {answered} answered, {away} turned away, {failed} failed, p99 {p99_ms:.0} ms, {least} to {most} \
         instances, {hours:.0} instance-hours"
    )
}
