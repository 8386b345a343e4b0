//! What every reading of a master is told.

use std::ffi::OsString;
use std::path::Path;

use crate::config::Config;

/// Container formats that are read. Playlist formats (HLS, DASH, concat) are not among them: those name other files, and a
/// "master" could then show what lies on the server's disk. Sound-only ones are, so that they can be told apart from rubbish.
const FORMATS: &str = "mov,matroska,webm,mpegts,mpeg,avi,mxf,flv,ogg,asf,gxf,nut,dv,ivf,yuv4mpegpipe,h264,hevc,\
                       mpegvideo,m4v,wav,mp3,aac,flac,aiff,w64,ac3,eac3";

/// Options that stand before `-i`, and the input itself.
pub(crate) fn args(config: &Config, input: &Path) -> Vec<OsString> {
    let mut args = guards(config);
    args.push("-i".into());
    args.push(url(input));
    args
}

/// Options before `-i` that keep a master from reaching other files or the network, and its pictures within limits.
pub(crate) fn guards(config: &Config) -> Vec<OsString> {
    let pixels = config.limits.max_pixels.to_string();
    ["-protocol_whitelist", "file,pipe", "-format_whitelist", FORMATS, "-max_pixels", &pixels]
        .map(OsString::from)
        .into()
}

/// The input as a URL of the file protocol, so that no name is taken for an option, a pattern or another protocol.
pub(crate) fn url(path: &Path) -> OsString {
    let mut url = OsString::from("file:");
    url.push(path);
    url
}

/// What every ffmpeg is told first.
pub(crate) fn ffmpeg(config: &Config) -> Vec<OsString> {
    let threads = config.threads.max(1).to_string();
    let args = [
        "-hide_banner",
        "-loglevel",
        "warning",
        "-nostdin",
        "-y",
        "-filter_threads",
        &threads,
        "-threads",
        &threads,
    ];
    args.map(OsString::from).into()
}

/// Metadata away, and nothing that depends on time or version in the container.
pub(crate) const BITEXACT: [&str; 8] =
    ["-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-sn", "-dn"];
