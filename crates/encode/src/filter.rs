//! Filters that several outputs share.

use crate::probe::{Transfer, VideoStream};

/// From the picture as it was made to progressive frames in standard dynamic range, of that size with square pixels.
/// Decoding has turned it upright already. `rate` is put in front of all that costs time per frame.
pub(crate) fn picture(video: &VideoStream, rate: &str, (width, height): (u32, u32), format: &str) -> String {
    let deinterlace = if video.interlaced { "yadif=deint=interlaced," } else { "" };
    let scale = format!("scale=w={width}:h={height}:flags=bicubic:out_range=tv,setsar=1");
    let tone = match video.transfer {
        Transfer::Standard => String::new(),
        Transfer::Pq => tone_map("smpte2084"),
        Transfer::Hlg => tone_map("arib-std-b67"),
    };
    format!("{deinterlace}{rate}{scale},{tone}format={format}")
}

/// Light that a television of standard range cannot show is bent down to what it can (Hable's curve), and the wide colours
/// of BT.2020 are brought into BT.709. 100 cd/m² is the white of such a television. It works on frames already scaled down.
fn tone_map(transfer: &str) -> String {
    format!(
        "format=yuv420p10le,zscale=tin={transfer}:min=2020_ncl:pin=2020:rin=tv:t=linear:npl=100,format=gbrpf32le,\
         zscale=p=709,tonemap=tonemap=hable:desat=0,zscale=t=709:m=709:r=tv,"
    )
}
