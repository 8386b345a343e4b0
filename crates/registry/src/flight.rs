//! A blob on its way to this host: one for all who wait for it. They read what has come while the rest still comes.

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt,
    sync::{Arc, Mutex, PoisonError},
};

use objects::Digest;
use tokio::{sync::watch, task::spawn_blocking};

use crate::{
    disk::Room,
    error::FetchError,
    limits::{CHUNK, PIECE},
};

/// What became of a piece so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Nobody fetches it.
    Wanted,
    /// It is being read from the store.
    FromStore,
    /// It is being asked of peers.
    FromPeers,
    /// It is in the file, sent by this peer, if not read from the store.
    Here(Option<usize>),
}

/// How far it is.
#[derive(Debug)]
pub(crate) struct Progress {
    pieces: Vec<Piece>,
    /// Bytes from the beginning without a gap. Not verified before the end.
    ready: u64,
    /// Grows when all begins anew: what was read before was wrong.
    attempt: u32,
    /// How it ended.
    ended: Option<Result<(), FetchError>>,
}

/// A blob on its way.
pub(crate) struct Flight {
    pub digest: Digest,
    pub size: u64,
    file: Arc<File>,
    room: Mutex<Option<Room>>,
    progress: watch::Sender<Progress>,
}

impl Flight {
    pub fn new(digest: Digest, size: u64, room: Room) -> Self {
        let pieces = vec![Piece::Wanted; usize::try_from(size.div_ceil(PIECE)).unwrap_or(0)];
        let (progress, _) = watch::channel(Progress { pieces, ready: 0, attempt: 0, ended: None });
        Self { digest, size, file: room.file(), room: Mutex::new(Some(room)), progress }
    }

    /// Its number of pieces.
    pub fn pieces(&self) -> u64 {
        self.size.div_ceil(PIECE)
    }

    /// The bytes of a piece: from, and one past the last.
    pub fn span(&self, piece: u64) -> (u64, u64) {
        (piece * PIECE, ((piece + 1) * PIECE).min(self.size))
    }

    /// What became of a piece so far.
    pub fn state(&self, piece: u64) -> Piece {
        self.progress.borrow().pieces[piece as usize]
    }

    /// Takes it on to fetch a piece that nobody fetches. Given back when the claim is dropped before [`Claim::write`].
    pub fn claim(self: &Arc<Self>, piece: u64, state: Piece) -> Option<Claim> {
        let mine = self.progress.send_if_modified(|progress| {
            let wanted = progress.pieces[piece as usize] == Piece::Wanted;
            if wanted {
                progress.pieces[piece as usize] = state;
            }
            wanted
        });
        mine.then(|| Claim { flight: self.clone(), piece, attempt: self.progress.borrow().attempt })
    }

    /// Waits until nobody fetches this piece, or it is here; fails when the flight does.
    pub async fn settled(&self, piece: u64) -> Result<Piece, FetchError> {
        let mut progress = self.progress.subscribe();
        let at = piece as usize;
        let settled =
            |p: &Progress| p.ended.is_some() || matches!(p.pieces[at], Piece::Wanted | Piece::Here(_));
        let now = progress.wait_for(settled).await.map_err(|_| gone())?;
        match &now.ended {
            Some(Err(error)) => Err(error.clone()),
            _ => Ok(now.pieces[at]),
        }
    }

    /// Waits for more than `at` bytes from the beginning without a gap, and says how many there are.
    pub async fn beyond(&self, at: u64) -> Result<u64, FetchError> {
        let mut progress = self.progress.subscribe();
        let now = progress.wait_for(|p| p.ready > at).await.map_err(|_| gone())?;
        Ok(now.ready)
    }

    /// Waits until the bytes up to `end` may be sent to somebody whose part ends at `last`, and says of which attempt they
    /// are. What ends a part waits until all of the blob is verified: nobody has a whole answer of wrong bytes.
    pub async fn readable(&self, end: u64, last: u64) -> Result<u32, FetchError> {
        let mut progress = self.progress.subscribe();
        let now = progress
            .wait_for(|p| p.ended.is_some() || (end < last && p.ready >= end))
            .await
            .map_err(|_| gone())?;
        match &now.ended {
            Some(Err(error)) => Err(error.clone()),
            _ => Ok(now.attempt),
        }
    }

    /// The end of the chunk that begins at `at`.
    pub fn chunk_end(at: u64, last: u64) -> u64 {
        (at + CHUNK).min(last)
    }

    /// True while what was read belongs to the attempt under way.
    pub fn still(&self, attempt: u32) -> bool {
        self.progress.borrow().attempt == attempt
    }

    /// Reads of the file.
    pub async fn read(&self, from: u64, to: u64) -> io::Result<Vec<u8>> {
        read(self.file.clone(), from, to).await
    }

    /// The file itself.
    pub fn file(&self) -> Arc<File> {
        self.file.clone()
    }

    /// Pieces that peers sent, each with a fingerprint of what it is now.
    pub fn of_peers(&self) -> io::Result<Vec<(u64, usize, blake3::Hash)>> {
        let pieces = self.progress.borrow().pieces.clone();
        let mut found = Vec::new();
        for (piece, state) in (0..).zip(pieces) {
            if let Piece::Here(Some(peer)) = state {
                found.push((piece, peer, self.fingerprint(piece)?));
            }
        }
        Ok(found)
    }

    /// A fingerprint of a piece.
    pub fn fingerprint(&self, piece: u64) -> io::Result<blake3::Hash> {
        let (from, to) = self.span(piece);
        let mut bytes = vec![0; (to - from) as usize];
        self.file.read_exact_at(&mut bytes, from)?;
        Ok(blake3::hash(&bytes))
    }

    /// Begins anew.
    pub fn again(&self) {
        self.progress.send_modify(|progress| {
            progress.pieces.fill(Piece::Wanted);
            progress.ready = 0;
            progress.attempt += 1;
        });
    }

    /// Gives the verified file its name.
    pub fn keep(&self) -> io::Result<()> {
        match self.room.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(room) => room.keep(),
            None => Ok(()),
        }
    }

    /// Tells all who wait how it ended; only the first word counts.
    pub fn end(&self, outcome: Result<(), FetchError>) {
        self.progress.send_if_modified(|progress| {
            let first = progress.ended.is_none();
            if first {
                progress.ended = Some(outcome);
            }
            first
        });
        // What failed leaves nothing; who still reads has the file open.
        self.room.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// The right to fetch one piece.
pub(crate) struct Claim {
    flight: Arc<Flight>,
    piece: u64,
    attempt: u32,
}

impl Claim {
    /// From now on it is read from the store.
    pub fn turn_to_store(&self) {
        self.set(Piece::FromStore);
    }

    /// The piece has come, from the store or a peer.
    pub async fn write(self, bytes: Vec<u8>, from: Option<usize>) -> Result<(), FetchError> {
        let (file, at) = (self.flight.file.clone(), self.flight.span(self.piece).0);
        let written = spawn_blocking(move || file.write_all_at(&bytes, at)).await;
        written.map_err(given_up)?.map_err(|error| FetchError::Disk(Arc::new(error)))?;
        self.set(Piece::Here(from));
        Ok(())
    }

    fn set(&self, state: Piece) {
        let flight = &self.flight;
        flight.progress.send_if_modified(|progress| {
            if progress.attempt != self.attempt {
                return false;
            }
            progress.pieces[self.piece as usize] = state;
            let mut first_gap = progress.ready.div_ceil(PIECE);
            while let Some(Piece::Here(_)) = progress.pieces.get(first_gap as usize) {
                first_gap += 1;
                progress.ready = (first_gap * PIECE).min(flight.size);
            }
            true
        });
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if !matches!(self.flight.state(self.piece), Piece::Here(_)) {
            self.set(Piece::Wanted);
        }
    }
}

/// Reads a part of a file.
pub(crate) async fn read(file: Arc<File>, from: u64, to: u64) -> io::Result<Vec<u8>> {
    spawn_blocking(move || {
        let mut bytes = vec![0; (to - from) as usize];
        file.read_exact_at(&mut bytes, from)?;
        Ok(bytes)
    })
    .await
    .map_err(io::Error::other)?
}

pub(crate) fn given_up(error: tokio::task::JoinError) -> FetchError {
    FetchError::GivenUp(error.to_string())
}

fn gone() -> FetchError {
    FetchError::GivenUp("the flight is gone".into())
}
