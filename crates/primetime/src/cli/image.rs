use std::path::PathBuf;

use clap::Subcommand;

use super::Reason;

/// What can be done with golden images. All but `list` sign the catalogue: whoever has no key that is believed changes nothing.
#[derive(Debug, Subcommand)]
pub enum ImageCommand {
    /// List the images, what each stage runs, and what it goes back to
    List,
    /// Put a baked disk among the objects and into the catalogue
    Add {
        /// The folder of a machine image as `release build --machine` makes it, which is verified first; or a disk alone
        image: PathBuf,
        /// What people call the release that is on it: of a disk alone, which says nothing itself
        #[arg(long)]
        release: Option<String>,
        #[command(flatten)]
        reason: Reason,
    },
    /// Say which image a stage is to run; nothing that runs changes. The one before stays, to go back to by promoting it
    Promote {
        /// The image, as `image list` names it
        image: objects::Hash,
        /// The stage, as in `production`
        stage: golden::Stage,
        /// Why, for the log
        #[arg(long, value_name = "WORDS")]
        why: String,
        /// Who you are, for the log
        #[arg(long = "as", value_name = "NAME", env = "USER")]
        who: String,
    },
    /// Delete images that no stage runs or goes back to, once they are a day old
    Collect {
        /// Of the others, how many of the newest to keep
        #[arg(long, default_value_t = 3)]
        keep: usize,
        #[command(flatten)]
        reason: Reason,
    },
}
