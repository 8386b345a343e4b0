use objects::{Key, ObjectError, Objects, PictureHash};
use store::PictureRow;
use work::{JobContext, JobError, Outcome};

use super::{Deps, PictureJob, fault};
use crate::ingest::{self, PictureBody};

/// Makes a picture of the catalogue in every width.
pub(crate) async fn run(deps: Deps, job: PictureJob, context: JobContext) -> Result<Outcome, JobError> {
    let name = job.file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    context.progress.note(&name);
    let (objects, file, picture) = (deps.objects.clone(), job.file.clone(), job.picture);
    let body = fault::blocking(move || {
        let bytes = file.read().map_err(fault::file)?;
        render(&objects, picture, &bytes, &name)
    })
    .await?;
    let body = serde_json::to_string(&body).map_err(fault::json)?;
    let row = PictureRow { source: job.picture.to_string(), body };
    let mut tx = context.begin().await?;
    tx.put_picture(&row, context.now()).await?;
    let done = context.complete(tx).await?;
    deps.nudge.nudge();
    Ok(done)
}

/// Writes a picture in every width. Blocks.
pub(crate) fn render(
    objects: &Objects,
    picture: PictureHash,
    source: &[u8],
    name: &str,
) -> Result<PictureBody, JobError> {
    let rendered = ingest::render(source).map_err(|error| JobError::give_up(format!("{name}: {error}")))?;
    let mut widths = Vec::new();
    for (width, bytes) in &rendered.files {
        put(objects, &Key::image(picture, *width), bytes)?;
        widths.push(*width);
    }
    let side = |pixels: u32| u16::try_from(pixels).unwrap_or(u16::MAX);
    let size = (side(rendered.size.0), side(rendered.size.1));
    Ok(PictureBody { hash: picture, size, colour: rendered.colour, widths })
}

/// Writes an object, or finds that it is there. Its key says what it was made of: should another version have made other
/// bytes of the same, those stay.
pub(crate) fn put(objects: &Objects, key: &Key, bytes: &[u8]) -> Result<(), JobError> {
    match objects.put(key, bytes) {
        Ok(_) | Err(ObjectError::Different(_)) => Ok(()),
        Err(error) => Err(fault::object(error)),
    }
}
