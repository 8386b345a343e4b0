//! `import`: a folder of YAML becomes the approved catalogue, or nothing changes.

use studio::import::{self, Folder, ImportErrors, ImportOutcome};

use super::show;
use crate::{
    app::App,
    cli::ImportArgs,
    config::Config,
    failed::{Doing, Failed},
};

/// Imports, or only checks.
pub async fn run(config: Config, args: ImportArgs) -> Result<(), Failed> {
    let folder = Folder { dir: args.dir.clone(), masters: args.masters, masters_optional: false };
    if args.check {
        let checked = tokio::task::spawn_blocking(move || import::check(&folder))
            .await
            .doing(|| "read the folder".into())?;
        return match checked {
            Ok(checked) => {
                for warning in &checked.warnings {
                    show(&format!("{warning}\n"))?;
                }
                let catalogue = &checked.catalogue;
                let (brands, titles) = (catalogue.brands.len(), catalogue.titles.len());
                show(&format!("{brands} brands, {titles} titles: all of it is right. Nothing was changed.\n"))
            }
            Err(errors) => Err(wrong(&errors)),
        };
    }
    let app = App::open(config).await?;
    let outcome = import::run(app.store()?, folder, app.clock.now()).await;
    let outcome = outcome.map_err(|error| match error {
        import::ImportError::Catalogue(errors) => wrong(&errors),
        other => Failed::at("nothing was imported", other),
    })?;
    show(&format!("{}\n{}\n", said(&outcome), next(&outcome)))
}

fn wrong(errors: &ImportErrors) -> Failed {
    Failed::new(format!("the catalogue is not right\n\n{errors}"))
}

/// An import's outcome in words.
pub fn said(outcome: &ImportOutcome) -> String {
    let mut text: String = outcome.warnings.iter().map(|warning| format!("{warning}\n")).collect();
    let counts = outcome.documents;
    if outcome.unchanged() {
        text.push_str(&format!("Nothing has changed: {} brands, {} titles.", outcome.brands, outcome.titles));
    } else {
        text.push_str(&format!(
            "{} brands, {} titles: {} added, {} changed, {} the same, {} withdrawn; {} new assets, {} new pictures.",
            outcome.brands, outcome.titles, counts.added, counts.changed, counts.same, counts.withdrawn,
            outcome.new_assets, outcome.new_pictures,
        ));
    }
    text
}

fn next(outcome: &ImportOutcome) -> &'static str {
    match (outcome.unchanged(), outcome.jobs) {
        (true, _) => "",
        (false, 0) => "Viewers see it after `primetime publish`.",
        (false, _) => {
            "A worker encodes what is new (`primetime serve`, or `primetime work`) and publishes it as it becomes ready."
        }
    }
}
