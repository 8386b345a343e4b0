//! Which image podman has by a name, and that it is the one that was signed.

use super::{
    cli::{Cli, Failure},
    pull::Pulls,
};
use crate::{EngineError, Image, Program, Spec};

/// Digits of an image's id that are shown, as podman does.
const SHOWN: usize = 12;

/// The id of the image that the spec names, if it is what it must be. The id is the digest of the configuration, which names every
/// layer: unlike that of the manifest, it stays the same however the image came here. One that is not here and may be pulled is on its
/// way afterwards, and podman counts as busy until it is here.
pub(super) async fn id(cli: &Cli, pulls: &Pulls, spec: &Spec) -> Result<String, EngineError> {
    let refused = |why| Err(EngineError::Refused(why));
    let Program::Image(Image { name, ids, from }) = &spec.program else {
        return refused(format!("{} is a file of this machine: podman runs container images", spec.program));
    };
    // An image by the name of an option would be one.
    if name.is_empty() || name.starts_with('-') {
        return refused(format!("`{name}` is no name of an image"));
    }
    let said = match (cli.call(["image", "inspect", "--format", "{{.Id}}", name]).await, from) {
        (Err(Failure::No(_) | Failure::NoContainer), Some(from)) => return Err(pulls.bring(cli, name, from)),
        (said, _) => said?,
    };
    let found = said.trim();
    if ids.iter().any(|id| id == found) {
        return Ok(found.to_owned());
    }
    let short = |id: &str| id.get(..SHOWN).unwrap_or(id).to_owned();
    let signed: Vec<String> = ids.iter().map(|id| short(id)).collect();
    refused(format!(
        "{name} is not the image that was signed: podman has {} by that name, and {} has {}",
        short(found),
        spec.release,
        signed.join(", ")
    ))
}
