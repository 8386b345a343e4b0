//! What can be typed about rollouts, and about the log of who did what.

use clap::{Args, Subcommand};
use domain::Timestamp;

/// The service that is meant unless another is named.
pub const SERVICE: &str = "site";
/// Seconds that a rollout takes for each of its parts unless it is told otherwise.
pub const BAKE: u64 = 600;
pub const MIGRATE: u64 = 60;
pub const READY: u64 = 60;
pub const JUDGE: u64 = 900;

#[derive(Debug, Subcommand)]
pub enum RolloutCommand {
    /// Roll a release out: a canary beside a control, judged, then waves; undone by itself when it is worse
    Roll(RollArgs),
    /// Go back: at once while the old release is warm, by a rollout without a judge afterwards
    Undo(Because),
    /// Stay where it is; the judge goes on
    Hold(Because),
    /// Go on after a hold
    Go(Myself),
    /// Say how many instances shall run
    Scale {
        /// How many
        instances: u32,
        #[command(flatten)]
        because: Because,
    },
    /// Say how far rollouts are
    Status {
        /// How many, the newest first
        #[arg(long, default_value_t = 3)]
        last: u32,
        #[command(flatten)]
        service: Service,
    },
}

#[derive(Debug, Args)]
pub struct RollArgs {
    /// The release that every instance shall run
    pub release: String,
    /// Only print the plan and its hash
    #[arg(long)]
    pub plan: bool,
    /// Begin only if the plan is still the one with this hash
    #[arg(long, value_name = "HASH")]
    pub agree: Option<String>,
    /// Although the fleet wants more instances before the rollout may be over
    #[arg(long)]
    pub anyway: bool,
    /// Instances that must take traffic at all times [default: as many as do now]
    #[arg(long, value_name = "COUNT")]
    pub floor: Option<usize>,
    /// Seconds for which the old release is kept warm afterwards
    #[arg(long, value_name = "SECONDS", default_value_t = BAKE)]
    pub bake: u64,
    /// Seconds that the migration may take; one that is not done by then is ended, and changes nothing
    #[arg(long, value_name = "SECONDS", default_value_t = MIGRATE)]
    pub migrate: u64,
    /// Seconds after which an instance that is not ready counts as failed; the new release's second one undoes the rollout
    #[arg(long, value_name = "SECONDS", default_value_t = READY)]
    pub ready: u64,
    /// Seconds that the judge may take; a release that is not shown to be fine by then is undone
    #[arg(long, value_name = "SECONDS", default_value_t = JUDGE)]
    pub judge: u64,
    /// Why, for the log
    #[arg(long, value_name = "WORDS", default_value = "", hide_default_value = true)]
    pub why: String,
    /// Who you are, for the log; a plan alone writes nothing there
    #[arg(long = "as", value_name = "NAME", env = "USER", required_unless_present = "plan")]
    pub who: Option<String>,
    #[command(flatten)]
    pub service: Service,
}

#[derive(Debug, Args)]
pub struct Because {
    /// Why, for the log
    #[arg(long, value_name = "WORDS")]
    pub why: String,
    #[command(flatten)]
    pub me: Myself,
}

#[derive(Debug, Args)]
pub struct Myself {
    /// Who you are, for the log
    #[arg(long = "as", value_name = "NAME", env = "USER")]
    pub who: String,
    #[command(flatten)]
    pub service: Service,
}

#[derive(Debug, Clone, Args)]
pub struct Service {
    /// Which instances: those of one service
    #[arg(long = "service", value_name = "NAME", default_value = SERVICE, value_parser = service)]
    pub name: String,
}

/// Most characters of a service's name: it begins the names of its instances, which end with the rollout's number and their own.
const MOST_SERVICE: usize = 40;

/// What every engine takes as the beginning of an instance's name.
fn service(text: &str) -> Result<String, String> {
    if text.len() <= MOST_SERVICE && drivers::Name::new(text).is_ok() {
        return Ok(text.to_owned());
    }
    Err(format!(
        "instances are named after their service: write up to {MOST_SERVICE} lowercase letters, digits and hyphens, no hyphen first"
    ))
}

#[derive(Debug, Args)]
pub struct ShowArgs {
    /// How many
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    pub last: u32,
    /// Only what this person, or part of the platform, did
    #[arg(long, value_name = "NAME")]
    pub who: Option<String>,
    /// Only deeds whose word begins so: rollout, or rollout.undo
    #[arg(long, value_name = "DEED")]
    pub what: Option<String>,
    /// Only since then: 2026-03-01, or 2026-03-01T20:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub since: Option<Timestamp>,
    /// Only until then
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub until: Option<Timestamp>,
}

/// A moment, or the beginning of a day, in UTC.
fn time(text: &str) -> Result<Timestamp, String> {
    let day = Timestamp::parse(&format!("{text}T00:00:00Z"));
    let wrong = |_| "write a day as 2026-03-01, or a moment as 2026-03-01T20:00:00Z".to_owned();
    day.or_else(|_| Timestamp::parse(text)).map_err(wrong)
}

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Print the last lines, oldest first
    Show(ShowArgs),
    /// Check that no line was edited, left out or put in; print the head, to be kept elsewhere
    Verify {
        /// A head that was kept, as this command or chat printed it: also the lines up to there must be the same
        #[arg(long, value_name = "LINES:HASH")]
        kept: Option<String>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_called_what_its_instances_can_be_called_after() {
        let longest = "a".repeat(MOST_SERVICE);
        for name in ["site", "work", "site-2", &longest] {
            assert_eq!(service(name).as_deref(), Ok(name));
            let last = format!("{name}-{}-{}r{}", u32::MAX, 1000, 999);
            assert!(drivers::Name::new(last).is_ok(), "{name}");
        }
        let longer = "a".repeat(MOST_SERVICE + 1);
        for name in ["", "site.eu", "site_eu", "Site", "-site", "site eu", &longer] {
            let said = service(name).unwrap_err();
            assert!(said.contains("lowercase letters, digits and hyphens"), "{name}: {said}");
        }
    }
}
