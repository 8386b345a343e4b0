//! Deeds among the objects, where no transaction of the database reaches: each stands between two lines of the audit log.

use std::sync::Arc;

use domain::Clock;
use ops::audit::Undertaking;
use store::Store;
use tokio::runtime::Handle;

use crate::{
    app::App,
    failed::{Doing, Failed},
};

/// Said by whoever does something of which there is no line.
const NOWHERE: &str = "This stands in no audit log: there is no database here.\n";

/// Who does it, why, and where that is written.
pub struct Logged {
    log: Option<Log>,
    why: String,
}

struct Log {
    store: Store,
    clock: Arc<dyn Clock>,
    runtime: Handle,
    who: String,
}

/// What was done, in the words of its line and in those that are printed.
pub struct Did {
    pub line: String,
    pub said: String,
}

impl Logged {
    /// In the database of this installation; where there is none, nobody asks who it is.
    pub fn of(app: &App, who: Option<&str>, why: &str) -> Result<Self, Failed> {
        let Some(store) = &app.store else { return Ok(Self { log: None, why: why.to_owned() }) };
        let who = who.filter(|who| !who.trim().is_empty());
        let who = who.ok_or_else(|| Failed::new("say by --as who you are, for the audit log"))?.to_owned();
        let log = Log { store: store.clone(), clock: app.shared_clock(), runtime: Handle::current(), who };
        Ok(Self { log: Some(log), why: why.to_owned() })
    }

    /// As [`Logged::of`], for what must not be done without a line where a database is configured: that it is not there is no reason to
    /// do without, but a mistake. Whoever has none says so.
    pub fn surely(app: &App, who: Option<&str>, why: &str) -> Result<Self, Failed> {
        match (&app.config.database, &app.store) {
            (Some(location), None) => Err(Failed::new(format!(
                "nothing was done: it is to stand in the audit log, and there is no database of an installation at {location}: name it by \
                 database.url; or say by --roles site --set database.path=none that there is none, and keep what is printed"
            ))),
            _ => Self::of(app, who, why),
        }
    }

    /// Does it, between its lines; what is printed. `what`: as `image.promote`; `means`: what is meant, in words. Blocks.
    ///
    /// # Errors
    /// Nothing was done, or as much as the deed's own error says; or it was done, and the log has only that it was begun, which is said.
    pub fn deed(
        &self,
        what: &'static str,
        means: &str,
        deed: impl FnOnce() -> Result<Did, Failed>,
    ) -> Result<String, Failed> {
        let Some(Log { store, clock, runtime, who }) = &self.log else {
            return Ok(deed()?.said + NOWHERE);
        };
        let begun = runtime.block_on(Undertaking::begin(store, &**clock, (who, what), means, &self.why));
        let begun = begun.doing(|| "write into the audit log, and nothing was done".into())?;
        match deed() {
            Ok(Did { line, said }) => {
                let ended = runtime.block_on(begun.end(Ok(&line)));
                let only = || format!("{}; but the audit log has only that it was begun", said.trim_end());
                ended.map_err(|error| Failed::at(only(), error)).map(|()| said)
            }
            Err(failed) => {
                let ended = runtime.block_on(begun.end(Err(&failed.to_string())));
                Err(match ended {
                    Ok(()) => failed,
                    Err(error) => Failed::at(format!("{failed}; nor does the audit log say so"), error),
                })
            }
        }
    }
}
