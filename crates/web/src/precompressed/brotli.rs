//! Brotli (RFC 7932): whole bodies, and bodies that are joined of two parts.

use brotli::enc::{BrotliEncoderParams, StandardAlloc};

use super::Effort;

/// Logarithms of the window in bytes (RFC 7932 §9.1 allows 10 to 24).
const MIN_WINDOW: u32 = 16;
const MAX_WINDOW: u32 = 22;
/// That of bodies which are joined: their parts must have the same.
const JOINED_WINDOW: i32 = 18;

/// Of a page of 12 kB, 3 leaves 3.0 kB in a third of the time in which 5 leaves 2.6 kB.
const QUICK: i32 = 3;
/// Of what many bodies end in: a tenth smaller than by 3.
const SHARED: i32 = 4;
const BEST: i32 = 11;

/// The last, empty block of a stream (§9.2).
const END: u8 = 0x03;

/// A stream of its own.
pub(super) fn whole(body: &[u8], effort: Effort) -> Option<Vec<u8>> {
    let quality = match effort {
        Effort::Quick => QUICK,
        Effort::Best => BEST,
    };
    // A window larger than the body is memory that is cleared for nothing: megabytes for each page.
    let lgwin = (usize::BITS - body.len().leading_zeros()).clamp(MIN_WINDOW, MAX_WINDOW) as i32;
    compress(body, &BrotliEncoderParams { quality, lgwin, ..Default::default() })
}

/// What [`join`] puts after a front: blocks that refer to nothing before them.
pub(super) fn ending(body: &[u8]) -> Option<Vec<u8>> {
    let part = BrotliEncoderParams { quality: SHARED, lgwin: JOINED_WINDOW, ..Default::default() };
    compress(body, &BrotliEncoderParams { bare_stream: true, catable: true, ..part })
}

/// The stream of `front` and what was made of its ending by [`ending`].
pub(super) fn join(front: &[u8], ending: &[u8]) -> Option<Vec<u8>> {
    let part = BrotliEncoderParams { quality: QUICK, lgwin: JOINED_WINDOW, ..Default::default() };
    let mut out = compress(front, &BrotliEncoderParams { bare_stream: true, appendable: true, ..part })?;
    out.extend_from_slice(ending);
    out.push(END);
    Some(out)
}

fn compress(body: &[u8], params: &BrotliEncoderParams) -> Option<Vec<u8>> {
    let params = BrotliEncoderParams { size_hint: body.len(), ..params.clone() };
    let mut out = Vec::with_capacity(body.len() / 3);
    // Read in one piece, so that it becomes one block.
    let (mut read, mut written) = (vec![0; body.len().clamp(1, 1 << 16)], [0; 4096]);
    brotli::enc::BrotliCompressCustomAlloc(
        &mut &body[..],
        &mut out,
        &mut read,
        &mut written,
        &params,
        StandardAlloc::default(),
    )
    .ok()?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(coded: &[u8]) -> Vec<u8> {
        let mut plain = Vec::new();
        brotli::BrotliDecompress(&mut &coded[..], &mut plain).unwrap();
        plain
    }

    /// Markup with many repetitions, some of them across the parts.
    fn text() -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(
            prop::sample::select(vec![
                "<li class=\"",
                "the time of the",
                "</article>",
                "한국",
                "\n",
                "x",
                " the ",
            ]),
            0..800,
        )
        .prop_map(|words| words.concat().into_bytes())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn what_is_joined_is_front_and_ending(front in text(), end in text(), other in text()) {
            for end in [end, other] {
                let joined = join(&front, &ending(&end).unwrap()).unwrap();
                prop_assert_eq!(plain(&joined), [&front[..], &end[..]].concat());
            }
            prop_assert_eq!(plain(&whole(&front, Effort::Quick).unwrap()), front);
        }
    }
}
