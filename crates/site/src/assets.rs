//! The built front end, carried in the binary with its compressed forms.

use std::{collections::HashMap, sync::Arc};

use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use web::Precompressed;

use crate::pages::{AssetManifest, ManifestError};

/// One file of the front end as the build script left it.
struct Embedded {
    name: &'static str,
    identity: &'static [u8],
    gzip: Option<&'static [u8]>,
    br: Option<&'static [u8]>,
}

const EMBEDDED: &[Embedded] = include!(concat!(env!("OUT_DIR"), "/ui.rs"));

/// The file that tells which source became which hashed file; it is for the pages, not for browsers.
const MANIFEST: &str = "manifest.json";

/// The files of the front end by name. Their names hold the hash of what they hold.
#[derive(Debug, Clone)]
pub struct Assets {
    files: Arc<HashMap<&'static str, Precompressed>>,
    manifest: Arc<AssetManifest>,
}

impl Assets {
    /// Those that the binary carries.
    pub fn embedded() -> Result<Self, ManifestError> {
        let manifest =
            EMBEDDED.iter().find(|file| file.name == MANIFEST).map_or(&b"{}"[..], |file| file.identity);
        let files = EMBEDDED.iter().filter(|file| file.name != MANIFEST).map(|file| {
            let body = |bytes| Bytes::from_static(bytes);
            let kind = HeaderValue::from_static(content_type(file.name));
            (
                file.name,
                Precompressed::ready(kind, body(file.identity), file.gzip.map(body), file.br.map(body)),
            )
        });
        Ok(Self { files: Arc::new(files.collect()), manifest: Arc::new(AssetManifest::parse(manifest)?) })
    }

    /// Which source became which file.
    pub fn manifest(&self) -> &Arc<AssetManifest> {
        &self.manifest
    }

    /// The answer with a file; `None` when there is none of this name.
    pub fn respond(&self, name: &str, request: &HeaderMap) -> Option<Response> {
        let mut response = self.files.get(name)?.respond(request);
        let control = objects::cache::control(objects::cache::Kind::Hashed);
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(control));
        Some(response)
    }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, kind)| kind) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("webp") => "image/webp",
        Some("png") => "image/png",
        Some("html") => "text/html; charset=utf-8",
        _ => "application/octet-stream",
    }
}
