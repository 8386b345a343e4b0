//! Parts of blobs as bodies: from a file, from a flight, or through this host without touching its disk.

use std::{fs::File, io, sync::Arc};

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use objects::Digest;

use crate::{
    error::FetchError,
    flight::{Flight, read},
    hash::Hasher,
    limits::PIECE,
    registry::Registry,
};

/// Bytes `at..to` of a verified file.
pub(crate) fn of_file(file: Arc<File>, at: u64, to: u64) -> Body {
    Body::from_stream(stream::try_unfold(at, move |at| {
        let file = file.clone();
        async move {
            if at >= to {
                return Ok::<_, io::Error>(None);
            }
            let end = Flight::chunk_end(at, to);
            Ok(Some((Bytes::from(read(file, at, end).await?), end)))
        }
    }))
}

/// Bytes `from..to` of a blob on its way. Breaks off when the blob turns out to be wrong: the last bytes are held back until
/// all of it is verified.
pub(crate) fn of_flight(flight: Arc<Flight>, from: u64, to: u64) -> Body {
    Body::from_stream(stream::try_unfold((from, None), move |(at, begun)| {
        let flight = flight.clone();
        async move {
            if at >= to {
                return Ok::<_, io::Error>(None);
            }
            let end = Flight::chunk_end(at, to);
            let attempt = flight.readable(end, to).await.map_err(io::Error::other)?;
            let bytes = flight.read(at, end).await?;
            // What was sent belongs to bytes that were wrong.
            if begun.is_some_and(|begun| begun != attempt) || !flight.still(attempt) {
                return Err(io::Error::other(FetchError::Wrong(flight.digest)));
            }
            Ok(Some((Bytes::from(bytes), (end, Some(attempt)))))
        }
    }))
}

struct Through {
    registry: Registry,
    digest: Digest,
    size: u64,
    hasher: Hasher,
    piece: u64,
    /// Hashed, and not sent before more has come.
    held: Option<Bytes>,
    done: bool,
}

/// Bytes `from..to` of a blob that this host has no room for. All of the blob passes through, to be verified.
pub(crate) fn through(registry: Registry, digest: Digest, size: u64, from: u64, to: u64) -> Body {
    let start =
        Through { registry, digest, size, hasher: Hasher::default(), piece: 0, held: None, done: false };
    Body::from_stream(stream::try_unfold(start, move |mut state| async move {
        while !state.done {
            let (first, last) = (state.piece * PIECE, ((state.piece + 1) * PIECE).min(state.size));
            if first >= state.size {
                state.done = true;
                if state.hasher.clone().digest() != state.digest {
                    state.registry.0.stats.wrong.inc();
                    state.registry.forget_length(&state.digest).await;
                    let error = FetchError::Wrong(state.digest);
                    tracing::error!(digest = %state.digest, "wrong bytes; the answer is broken off");
                    return Err(io::Error::other(error));
                }
                return Ok(state.held.take().map(|bytes| (bytes, state)));
            }
            let span = (first, last);
            let fetched = state.registry.part(state.digest, state.piece, span, true, || {}).await;
            let (bytes, _) = fetched.map_err(io::Error::other)?;
            state.hasher.add(&bytes);
            state.piece += 1;
            let (a, b) = (from.clamp(first, last) - first, to.clamp(first, last) - first);
            if a < b {
                let part = Bytes::from(bytes).slice(a as usize..b as usize);
                if let Some(before) = state.held.replace(part) {
                    return Ok(Some((before, state)));
                }
            }
        }
        Ok(None)
    }))
}
