use std::sync::PoisonError;

use rusty_s3::Method;

use super::{S3, client::Call, failed, fault::Fault, of_key};
use crate::{Key, KeyKind, ObjectError};

/// How often a change is begun anew because others changed the same in between.
const TURNS: usize = 8;

impl S3 {
    /// Reads an announcement, asks `change` what it shall be, and writes that if nobody else has written meanwhile; else
    /// begins anew. On a store without conditional writes, only this process is kept out.
    pub fn update<E: From<ObjectError>>(
        &self,
        key: &Key,
        limit: u64,
        mut change: impl FnMut(Result<Vec<u8>, ObjectError>) -> Result<Option<Vec<u8>>, E>,
    ) -> Result<(), E> {
        if key.kind() != KeyKind::Announcement {
            return Err(ObjectError::NotReplaceable(key.clone()).into());
        }
        let _one_at_a_time = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let conditional = self.conditional().map_err(|fault| of_key("write", key, fault))?;
        let name = self.key_name(key);
        for _ in 0..TURNS {
            let (current, tag) = match self.tagged(key, limit) {
                Ok((bytes, tag)) => (Ok(bytes), tag),
                Err(error) => (Err(error), None),
            };
            let missing = current.as_ref().is_err_and(ObjectError::is_missing);
            let Some(bytes) = change(current)? else { return Ok(()) };
            let headers = match (conditional, tag) {
                (true, Some(tag)) => vec![("if-match", tag)],
                (true, None) if missing => vec![("if-none-match", "*".into())],
                _ => Vec::new(),
            };
            let call = Call { headers, body: Some(&bytes), ..Call::new(Method::Put, &name) };
            match self.client.call(&call) {
                Ok(_) => return Ok(()),
                // `If-Match` on what has just been deleted is "no object".
                Err(Fault::Precondition | Fault::Conflict | Fault::NoObject) => {}
                Err(fault) => return Err(failed("write", key.as_str(), fault).into()),
            }
        }
        Err(failed("write", key.as_str(), Fault::Contended).into())
    }
}
