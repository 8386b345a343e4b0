//! What can be typed about titles that nobody may see.

use clap::{Args, Subcommand};
use domain::TitleId;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct TakedownArgs {
    #[command(subcommand)]
    pub command: Option<TakedownCommand>,
    #[command(flatten)]
    pub down: Option<Title>,
}

#[derive(Debug, Subcommand)]
pub enum TakedownCommand {
    /// Let a title be seen again where its windows say so
    Lift(Title),
    /// Say what is taken down, since when, by whom and why
    List {
        /// Also what was lifted
        #[arg(long)]
        all: bool,
    },
}

#[derive(Debug, Args)]
pub struct Title {
    /// Which: a movie, a special, an episode, or a series with all its episodes
    pub title: TitleId,
    /// Why, for the log; viewers do not see it
    #[arg(long, value_name = "WORDS")]
    pub why: String,
    /// Who you are, for the log
    #[arg(long = "as", value_name = "NAME", env = "USER")]
    pub who: String,
}
