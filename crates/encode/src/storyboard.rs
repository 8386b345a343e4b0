//! Sheets of small pictures for the seek bar.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use media::index::Storyboard;

use crate::error::EncodeError;
use crate::progress::Meter;
use crate::run::{Program, run};
use crate::scratch::Part;
use crate::{Encoder, input};

/// Which frames of the input tiles are taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frames {
    /// All: for masters, whose keyframes may be rare.
    All,
    /// Keyframes: for rungs, which have one every 2 s. Many times cheaper.
    Keyframes,
}

impl Encoder {
    /// Makes the sheets that [`media::storyboard::plan`] asks for, `storyboard-{n}.jpg` in `dir`, which must exist. Tile n
    /// shows the first frame at or after n intervals. Returns the storyboard as it came out (a file may be a little shorter
    /// than it says) and the sheets in order.
    ///
    /// The lowest finished rung is the cheapest input, with [`Frames::Keyframes`].
    ///
    /// # Errors
    /// As [`EncodeError::fault`] tells; no sheet is left behind then.
    pub async fn storyboard(
        &self,
        input: &Path,
        frames: Frames,
        plan: &Storyboard,
        dir: &Path,
        mut progress: impl FnMut(f64) + Send,
    ) -> Result<(Storyboard, Vec<PathBuf>), EncodeError> {
        // ffmpeg numbers the sheets itself; it runs in the folder, so that no sign in the folder's name is a pattern to it.
        let input = std::path::absolute(input).map_err(EncodeError::io(input))?;
        let sheets: Vec<PathBuf> =
            (0..plan.sheets).map(|n| dir.join(format!("storyboard-{n}.jpg"))).collect();
        let parts: Vec<Part> = sheets.iter().map(|sheet| Part::new(sheet)).collect();
        let args = self.storyboard_args(&input, frames, plan);
        let mut meter = Meter::new(u64::from(plan.tiles).saturating_mul(plan.interval_us));
        let seen = |bytes: &[u8]| meter.push(bytes).map(&mut progress).is_some();
        let patience = self.config.limits.stall_timeout;
        let output = run(&self.config, Program::Ffmpeg, args, Some(dir), patience, seen).await?;
        output.success(Program::Ffmpeg)?;
        let mut kept = Vec::new();
        for (part, sheet) in parts.into_iter().zip(sheets) {
            match tokio::fs::metadata(part.part()).await {
                Ok(found) if found.len() > 0 => part.keep().await?,
                _ => break,
            }
            kept.push(sheet);
        }
        if kept.is_empty() {
            return Err(EncodeError::Output("no frame could be decoded".into()));
        }
        progress(1.0);
        let sheets = u16::try_from(kept.len()).unwrap_or(plan.sheets);
        let room = u32::from(sheets) * u32::from(plan.columns) * u32::from(plan.rows);
        Ok((Storyboard { sheets, tiles: plan.tiles.min(room), ..plan.clone() }, kept))
    }

    fn storyboard_args(&self, input: &Path, frames: Frames, plan: &Storyboard) -> Vec<OsString> {
        let mut args = input::ffmpeg(&self.config);
        if frames == Frames::Keyframes {
            args.extend(["-skip_frame", "nokey"].map(OsString::from));
        }
        args.extend(input::args(&self.config, input));
        let interval = plan.interval_us as f64 / 1e6;
        let Storyboard { columns, rows, tile_width, tile_height, .. } = plan;
        // The millisecond is for times that are rounded in the container.
        let filters = format!(
            "select=gte(t+0.001\\,selected_n*{interval}),scale=w={tile_width}:h={tile_height}:flags=area,setsar=1,\
             format=yuvj420p,tile={columns}x{rows}:nb_frames={}",
            u32::from(*columns) * u32::from(*rows)
        );
        let sheets = plan.sheets.to_string();
        let own = [
            "-map",
            "0:V:0",
            "-an",
            "-vf",
            &filters,
            "-fps_mode",
            "passthrough",
            "-frames:v",
            &sheets,
            "-c:v",
            "mjpeg",
            "-q:v",
            "5",
            "-threads",
            "1",
            "-flags:v",
            "+bitexact",
        ];
        args.extend(own.map(OsString::from));
        args.extend(input::BITEXACT.map(OsString::from));
        args.extend(
            ["-progress", "pipe:1", "-nostats", "-f", "image2", "-start_number", "0"].map(OsString::from),
        );
        args.push("file:storyboard-%d.jpg.part".into());
        args
    }
}
