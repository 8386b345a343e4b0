//! Large files, in parts.

use std::{fs::File, io, os::unix::fs::FileExt};

use rusty_s3::{
    Method,
    actions::{CompleteMultipartUpload, CompleteMultipartUploadResponse, CreateMultipartUpload},
};

use super::{
    S3,
    client::{Again, Call},
    failed,
    fault::Fault,
    write::Content,
};
use crate::{Key, ObjectError, Put};

/// S3 takes 10,000 parts.
const MAX_PARTS: u64 = 10_000;

struct OfFile<'a> {
    file: &'a File,
    length: u64,
}

impl Content for OfFile<'_> {
    fn length(&self) -> u64 {
        self.length
    }

    fn equals(&mut self, offset: u64, bytes: &[u8]) -> io::Result<bool> {
        let mut ours = vec![0; bytes.len()];
        self.file.read_exact_at(&mut ours, offset)?;
        Ok(ours == bytes)
    }

    /// The tag of an upload in parts is none.
    fn md5(&self) -> Option<String> {
        None
    }
}

impl S3 {
    pub(super) fn put_parts(&self, key: &Key, file: &File, length: u64) -> Result<Put, ObjectError> {
        // A look first: it costs nothing beside sending all of it for a refusal at the end.
        let put = self.put_once(key, &mut OfFile { file, length }, true, |conditional| {
            let name = self.key_name(key);
            let create = Call {
                query: vec![("uploads", String::new())],
                again: Again::IfRefused,
                ..Call::new(Method::Post, &name)
            };
            let reply = self.client.call(&create)?;
            let created = CreateMultipartUpload::parse_response(reply.text()?).map_err(|_| no_upload())?;
            let upload = Upload { s3: self, name: &name, id: created.upload_id(), file, length };
            upload.run(conditional).inspect_err(|_| upload.abort())
        })?;
        if put == Put::Written {
            // What is there now is what counts: a store that lost a part must not pass.
            match self.look(key)? {
                Some(seen) if seen.length == length => {}
                _ => return Err(failed("write", key.as_str(), Fault::Wrong)),
            }
        }
        Ok(put)
    }
}

struct Upload<'a> {
    s3: &'a S3,
    name: &'a str,
    id: &'a str,
    file: &'a File,
    length: u64,
}

impl Upload<'_> {
    fn run(&self, conditional: bool) -> Result<(), Fault> {
        let part = self.s3.part().max(self.length.div_ceil(MAX_PARTS));
        let mut tags = Vec::new();
        let mut buffer = vec![0; usize::try_from(part.min(self.length)).unwrap_or(usize::MAX)];
        let mut from = 0;
        while from < self.length {
            let bytes = usize::try_from((self.length - from).min(part)).unwrap_or(usize::MAX);
            let bytes = &mut buffer[..bytes];
            self.file.read_exact_at(bytes, from).map_err(|error| Fault::File(error.kind()))?;
            from += bytes.len() as u64;
            let number = tags.len() + 1;
            let call = Call {
                query: vec![("partNumber", number.to_string()), ("uploadId", self.id.to_owned())],
                body: Some(bytes),
                ..Call::new(Method::Put, self.name)
            };
            tags.push(self.s3.client.call(&call)?.tag().ok_or_else(no_upload)?);
        }
        self.complete(conditional, &tags)
    }

    fn complete(&self, conditional: bool, tags: &[String]) -> Result<(), Fault> {
        let (bucket, name) = (self.s3.client.bucket(), self.name);
        let list = CompleteMultipartUpload::new(bucket, None, name, self.id, tags.iter().map(String::as_str));
        let body = list.body();
        let call = Call {
            query: vec![("uploadId", self.id.to_owned())],
            headers: if conditional { vec![("if-none-match", "*".into())] } else { Vec::new() },
            body: Some(body.as_bytes()),
            again: Again::IfRefused,
            slow: true,
            ..Call::new(Method::Post, self.name)
        };
        let reply = self.s3.client.call(&call)?;
        // It answers 200 before it is done, and says in the body how it went.
        match CompleteMultipartUploadResponse::parse(reply.text()?) {
            Ok(_) => Ok(()),
            Err(_) => Err(Fault::Unavailable { status: 200, code: "InternalError".into() }),
        }
    }

    /// Parts that are left cost money. When this fails too, the bucket's own rule for unfinished uploads has to do.
    fn abort(&self) {
        let query = vec![("uploadId", self.id.to_owned())];
        let _ = self.s3.client.call(&Call { query, ..Call::new(Method::Delete, self.name) });
    }
}

fn no_upload() -> Fault {
    Fault::Answer { status: 200, code: "no upload".into() }
}
