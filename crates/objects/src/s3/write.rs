use std::{
    fs::{self, File},
    io::Read,
    panic::resume_unwind,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    thread,
};

use md5::{Digest, Md5};
use rusty_s3::Method;

use super::{S3, client::Call, failed, fault::Fault, of_key, read::Seen};
use crate::{Key, KeyKind, ObjectError, Put, folder};

/// Threads that write many objects: they wait for the store, not for the processor.
const THREADS: usize = 8;
/// How often a put is begun anew because what was there is gone when it is looked at.
const TURNS: usize = 3;

/// Bytes that are sent without a look whether they are there. A store may refuse a condition before it has read more than a
/// connection holds on its way, and close: then its answer is lost, and the write looks like a failure.
const MOST_UNSEEN: usize = 64 << 10;

/// What is to be written, as far as it has to be compared.
pub(super) trait Content {
    fn length(&self) -> u64;
    /// Compares with the bytes at `offset`.
    fn equals(&mut self, offset: u64, bytes: &[u8]) -> std::io::Result<bool>;
    /// Lower-case hexadecimal MD5, when that costs little.
    fn md5(&self) -> Option<String>;
}

impl Content for &[u8] {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn equals(&mut self, offset: u64, bytes: &[u8]) -> std::io::Result<bool> {
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        Ok(self.get(from..from.saturating_add(bytes.len())) == Some(bytes))
    }

    fn md5(&self) -> Option<String> {
        Some(Md5::digest(self).iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl S3 {
    pub fn put(&self, key: &Key, bytes: &[u8]) -> Result<Put, ObjectError> {
        // Most sections of an edition are there already, and a look is cheaper than sending them; so it is than sending much.
        let look_first = key.kind() == KeyKind::Section || bytes.len() > MOST_UNSEEN;
        self.put_once(key, &mut &*bytes, look_first, |condition| {
            let name = self.key_name(key);
            let headers = if condition { vec![("if-none-match", "*".into())] } else { Vec::new() };
            self.client.call(&Call { headers, body: Some(bytes), ..Call::new(Method::Put, &name) })?;
            Ok(())
        })
    }

    /// Writes by `write` unless the name is taken. Without conditional writes a look has to do.
    pub(super) fn put_once(
        &self,
        key: &Key,
        content: &mut impl Content,
        look_first: bool,
        mut write: impl FnMut(bool) -> Result<(), Fault>,
    ) -> Result<Put, ObjectError> {
        let conditional = self.conditional().map_err(|fault| of_key("write", key, fault))?;
        for _ in 0..TURNS {
            if (look_first || !conditional)
                && let Some(seen) = self.look(key)?
            {
                return self.compare(key, &seen, content);
            }
            match write(conditional) {
                Ok(()) => return Ok(Put::Written),
                // Somebody else was faster, or an earlier try of ours got through although no answer came.
                Err(Fault::Precondition) => {
                    if let Some(seen) = self.look(key)? {
                        return self.compare(key, &seen, content);
                    }
                }
                Err(fault) => return Err(failed("write", key.as_str(), fault)),
            }
        }
        Err(failed("write", key.as_str(), Fault::Contended))
    }

    fn compare(&self, key: &Key, seen: &Seen, content: &mut impl Content) -> Result<Put, ObjectError> {
        if seen.length != content.length() {
            return Err(ObjectError::Different(key.clone()));
        }
        // The tag of what was put in one piece is its MD5, unless the store encrypts: then it is read and compared.
        let tag = seen.tag.as_deref().map(|tag| tag.trim_matches('"'));
        if tag.is_some() && content.md5().as_deref() == tag {
            return Ok(Put::Present);
        }
        let mut offset = 0;
        self.pieces(key, |piece| {
            let read = |error| folder::failed("read", Path::new(key.as_str()), error);
            if !content.equals(offset, piece).map_err(read)? {
                return Err(ObjectError::Different(key.clone()));
            }
            offset += piece.len() as u64;
            Ok(())
        })?;
        Ok(Put::Present)
    }

    pub fn put_all(&self, objects: &[(Key, &[u8])]) -> Result<Vec<Put>, ObjectError> {
        let next = AtomicUsize::new(0);
        let work = || {
            let mut puts = Vec::new();
            loop {
                let n = next.fetch_add(1, Relaxed);
                let Some((key, bytes)) = objects.get(n) else { return Ok(puts) };
                match self.put(key, bytes) {
                    Ok(put) => puts.push((n, put)),
                    Err(error) => {
                        // Nobody begins another one.
                        next.store(objects.len(), Relaxed);
                        return Err(error);
                    }
                }
            }
        };
        let threads = THREADS.min(objects.len());
        let mut puts: Vec<(usize, Put)> = if threads < 2 {
            work()?
        } else {
            thread::scope(|scope| {
                let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
                // A panic of one is a panic here: there is nothing to go on with.
                let join = |thread: thread::ScopedJoinHandle<'_, _>| {
                    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
                };
                let results: Vec<Result<Vec<_>, ObjectError>> = threads.into_iter().map(join).collect();
                results.into_iter().collect::<Result<Vec<_>, _>>()
            })?
            .into_iter()
            .flatten()
            .collect()
        };
        puts.sort_unstable_by_key(|(n, _)| *n);
        Ok(puts.into_iter().map(|(_, put)| put).collect())
    }

    pub fn put_file(&self, key: &Key, file: &Path) -> Result<Put, ObjectError> {
        let failed = |action, error| folder::failed(action, file, error);
        let mut open = File::open(file).map_err(|error| failed("open", error))?;
        let length = open.metadata().map_err(|error| failed("look at", error))?.len();
        let put = if length <= self.part() {
            let mut bytes = Vec::new();
            open.read_to_end(&mut bytes).map_err(|error| failed("read", error))?;
            self.put(key, &bytes)
        } else {
            self.put_parts(key, &open, length)
        };
        match put {
            // As in a folder: the file is gone, whether it became the object or another was there.
            Ok(_) | Err(ObjectError::Different(_)) => {
                fs::remove_file(file).map_err(|error| failed("delete", error))?;
            }
            // It stays when the store is away: its caller may try again.
            Err(_) => {}
        }
        put
    }

    pub fn replace(&self, key: &Key, bytes: &[u8]) -> Result<(), ObjectError> {
        if key.kind() != KeyKind::Announcement {
            return Err(ObjectError::NotReplaceable(key.clone()));
        }
        let name = self.key_name(key);
        let call = Call { body: Some(bytes), ..Call::new(Method::Put, &name) };
        self.client.call(&call).map_err(|fault| of_key("write", key, fault))?;
        Ok(())
    }

    pub fn delete(&self, key: &Key) -> Result<(), ObjectError> {
        let name = self.key_name(key);
        match self.client.call(&Call::new(Method::Delete, &name)) {
            Ok(_) | Err(Fault::NoObject) => self.local.forget(key),
            Err(fault) => Err(of_key("delete", key, fault)),
        }
    }
}
