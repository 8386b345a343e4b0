use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use super::CHUNK;

/// Free buffers kept for the next chunk: 16 MiB.
const MOST_FREE: usize = 64;
/// Chunks up to this size get memory of their own, larger ones a whole buffer.
const SMALL: usize = CHUNK / 4;

/// Buffers of one chunk each, used again: fresh ones cost the system more (page faults, zeroing) than filling them.
#[derive(Clone, Default)]
pub(super) struct Pool(Arc<Mutex<Vec<Box<[u8]>>>>);

/// A buffer that goes back when its last reader is done.
pub(super) struct Buffer {
    memory: Option<Box<[u8]>>,
    length: usize,
    home: Pool,
}

/// Memory that a chunk of that length occupies, in bytes.
pub(super) fn weight(length: usize) -> usize {
    if length <= SMALL { length } else { CHUNK }
}

impl Pool {
    /// A buffer of `length` bytes, at most a chunk; their content is arbitrary.
    pub fn take(&self, length: usize) -> Buffer {
        let length = length.min(CHUNK);
        let free = match weight(length) {
            CHUNK => self.0.lock().unwrap_or_else(PoisonError::into_inner).pop(),
            _ => None,
        };
        let memory = free.unwrap_or_else(|| vec![0; weight(length)].into_boxed_slice());
        Buffer { memory: Some(memory), length, home: self.clone() }
    }
}

impl Buffer {
    pub fn as_mut(&mut self) -> &mut [u8] {
        let length = self.length;
        self.memory.as_deref_mut().map_or(&mut [], |memory| &mut memory[..length])
    }

    pub fn freeze(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        self.memory.as_deref().map_or(&[], |memory| &memory[..self.length])
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if let Some(memory) = self.memory.take()
            && memory.len() == CHUNK
        {
            let mut free = self.home.0.lock().unwrap_or_else(PoisonError::into_inner);
            if free.len() < MOST_FREE {
                free.push(memory);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_buffers_come_back_and_no_more_than_the_bound() {
        let pool = Pool::default();
        let free = || pool.0.lock().unwrap().len();
        let many: Vec<Bytes> = (0..MOST_FREE + 9).map(|_| pool.take(CHUNK).freeze()).collect();
        let slice = many[0].slice(5..7);
        drop(many);
        assert_eq!(free(), MOST_FREE);
        drop(slice);
        let (large, small) = (pool.take(SMALL + 1), pool.take(SMALL));
        assert_eq!((large.as_ref().len(), small.as_ref().len(), free()), (SMALL + 1, SMALL, MOST_FREE - 1));
        assert_eq!(pool.take(usize::MAX).as_ref().len(), CHUNK);
    }
}
