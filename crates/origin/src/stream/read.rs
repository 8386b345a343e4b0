use std::io::{self, IoSliceMut};

use rustix::io::{Errno, ReadWriteFlags};

use super::buffer::Buffer;
use crate::files::OpenFile;

/// How far a read came without waiting.
pub(super) enum Fast {
    /// The buffer is full.
    Whole(Buffer),
    /// The rest has to be waited for; so many bytes are in.
    Partly(Buffer, usize),
}

/// Fills the buffer from what the system has in memory, without waiting for the disk (`preadv2` with `RWF_NOWAIT`): most
/// segments that are played were played a moment ago, and a thread for each of them would cost more than the copy.
pub(super) fn without_waiting(file: &OpenFile, offset: u64, mut buffer: Buffer) -> Result<Fast, io::Error> {
    let Some(plain) = file.object.as_file() else { return Ok(Fast::Partly(buffer, 0)) };
    let (mut filled, length) = (0, buffer.as_mut().len());
    while filled < length {
        let mut slices = [IoSliceMut::new(&mut buffer.as_mut()[filled..])];
        match rustix::io::preadv2(plain, &mut slices, offset + filled as u64, ReadWriteFlags::NOWAIT) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => filled += count,
            Err(Errno::INTR) => {}
            // Not in memory, or a file system that cannot say.
            Err(Errno::AGAIN | Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => {
                return Ok(Fast::Partly(buffer, filled));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Fast::Whole(buffer))
}

/// Fills the rest of the buffer, waiting for the disk: for a thread that may.
pub(super) fn waiting(
    file: &OpenFile,
    offset: u64,
    mut buffer: Buffer,
    filled: usize,
) -> Result<Buffer, io::Error> {
    let rest = buffer.as_mut().get_mut(filled..).unwrap_or_default();
    file.object.read_at(offset + filled as u64, rest)?;
    Ok(buffer)
}
