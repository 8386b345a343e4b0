//! Progress of ingest on the terminal: bars where there is one, a line a change elsewhere.

use std::{collections::BTreeMap, io::IsTerminal, time::Duration};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use studio::progress::{ProgressReport, report};

use crate::{
    app::App,
    commands::show as print,
    failed::{Doing, Failed},
};

/// Shows progress until everything is encoded, and the addresses as soon as something plays.
pub async fn until_complete(app: &App, every: Duration) -> Result<(), Failed> {
    let store = app.store()?;
    let mut display = Display::new();
    let mut told = false;
    loop {
        let now = report(store).await.doing(|| "read how far encoding is".into())?;
        display.update(&now);
        if !told && (now.playable > 0 || now.finished()) {
            told = true;
            display.say(&addresses(app).await?)?;
        }
        if now.finished() {
            display.end();
            return display.say(&summary(&now));
        }
        tokio::time::sleep(every).await;
    }
}

async fn addresses(app: &App) -> Result<String, Failed> {
    let site = crate::serve::address(&app.config);
    let mut text = String::from("\nThe first title plays. Open\n\n");
    let brands = app.store()?.documents("brand").await.doing(|| "read the brands".into())?;
    for document in brands {
        let brand: domain::Brand = serde_json::from_str(&document.body).doing(|| "read a brand".into())?;
        let name = brand.name.get(&brand.default_locale, &brand.default_locale).map_or("", |(_, name)| name);
        text.push_str(&format!("  {:<36} {name}\n", site.url(&brand)));
    }
    text.push_str(
        "\nStop with Ctrl-C. What plays, and how far each viewer is, is kept for the next start.\n\n",
    );
    Ok(text)
}

fn summary(report: &ProgressReport) -> String {
    let mut text = format!("{} titles and episodes play; everything is encoded.\n", report.playable);
    for failed in &report.failed {
        text.push_str(&format!("{} cannot be encoded: {}\n", failed.title, failed.message));
    }
    text
}

struct Display {
    bars: MultiProgress,
    total: ProgressBar,
    running: BTreeMap<String, ProgressBar>,
    /// None on a terminal; else what was said last.
    lines: Option<(usize, u64)>,
}

impl Display {
    fn new() -> Self {
        let bars = MultiProgress::new();
        let total = bars.add(ProgressBar::new(0));
        total.set_style(style("{prefix:>24} {bar:32.cyan/blue} {pos}/{len} jobs  {msg}"));
        total.set_prefix("all");
        let lines = (!std::io::stderr().is_terminal()).then_some((usize::MAX, 0));
        Self { bars, total, running: BTreeMap::new(), lines }
    }

    fn update(&mut self, report: &ProgressReport) {
        if let Some(last) = &mut self.lines {
            let now = (report.playable, report.done * 10 / report.total().max(1));
            if now != *last {
                *last = now;
                tracing::info!(
                    playable = report.playable,
                    done = report.done,
                    of = report.total(),
                    "encoding"
                );
            }
            return;
        }
        self.total.set_length(report.total());
        self.total.set_position(report.done);
        self.total.set_message(format!("{} titles and episodes play", report.playable));
        let names = report.running.iter().map(|job| format!("{} {}", job.subject, job.kind));
        let now: BTreeMap<String, f64> = names.zip(report.running.iter().map(|job| job.fraction)).collect();
        self.running.retain(|name, bar| {
            let goes_on = now.contains_key(name);
            if !goes_on {
                bar.finish_and_clear();
            }
            goes_on
        });
        for (name, fraction) in now {
            let bars = &self.bars;
            let bar = self.running.entry(name).or_insert_with_key(|name| {
                let bar = bars.add(ProgressBar::new(1_000));
                bar.set_style(style("{prefix:>24} {bar:32} {percent:>3} %"));
                bar.set_prefix(name.clone());
                bar
            });
            bar.set_position((fraction * 1_000.0) as u64);
        }
    }

    fn say(&self, text: &str) -> Result<(), Failed> {
        self.bars.suspend(|| print(text))
    }

    fn end(&mut self) {
        for bar in self.running.values() {
            bar.finish_and_clear();
        }
        self.total.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
