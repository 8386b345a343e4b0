//! `audit`: who did what, and whether the log still says what was written.

use ops::{
    audit::{Head, SHORT, verify},
    words::audit_line,
};
use store::AuditWanted;

use super::show;
use crate::{
    app::App,
    cli::{AuditCommand, ShowArgs},
    config::Config,
    failed::{Doing, Failed},
};

/// Does what was typed.
pub async fn run(config: Config, command: AuditCommand) -> Result<(), Failed> {
    let app = App::found(config).await?;
    match command {
        AuditCommand::Show(ShowArgs { last, who, what, since, until }) => {
            let wanted = AuditWanted { who, what, since, until };
            let mut lines =
                app.store()?.audit_last(&wanted, last).await.doing(|| "read the audit log".into())?;
            lines.reverse();
            for line in lines {
                show(&audit_line(&line))?;
            }
            Ok(())
        }
        AuditCommand::Verify { kept } => {
            let kept = kept.as_deref().map(head).transpose()?;
            let head =
                verify(app.store()?, kept.as_ref()).await.doing(|| "vouch for the audit log".into())?;
            show(&format!(
                "{} lines, none edited. Keep this elsewhere: {}:{}\n",
                head.lines, head.lines, head.hash
            ))
        }
    }
}

fn head(text: &str) -> Result<Head, Failed> {
    let wrong =
        || Failed::new(format!("--kept {text}: write it as `audit verify` or chat printed it, LINES:HASH"));
    let (lines, hash) = text.split_once(':').ok_or_else(wrong)?;
    // A shorter beginning could be met by chance.
    let is_hash = hash.len() >= SHORT && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if !is_hash && !text.starts_with("0:") {
        return Err(wrong());
    }
    Ok(Head { lines: lines.parse().map_err(|_| wrong())?, hash: hash.to_owned() })
}
