use clap::Args;

/// For the audit log, of deeds that a machine does as often as a person. Without a database nobody is asked for a name.
#[derive(Debug, Args)]
pub struct Reason {
    /// Why, for the log
    #[arg(long, value_name = "WORDS", default_value = "", hide_default_value = true)]
    pub why: String,
    /// Who you are, for the log
    #[arg(long = "as", value_name = "NAME", env = "USER")]
    pub who: Option<String>,
}
