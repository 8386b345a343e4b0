use std::collections::BTreeMap;

use serde::Deserialize;

/// The front end's manifest could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the front end's manifest.json is damaged: {0}")]
pub struct ManifestError(#[from] serde_json::Error);

/// What Vite built: sources (`src/site.ts`) and the hashed files they became.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AssetManifest {
    chunks: BTreeMap<String, Chunk>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Chunk {
    file: String,
    #[serde(default)]
    imports: Vec<String>,
    #[serde(default)]
    css: Vec<String>,
}

impl AssetManifest {
    /// Reads `manifest.json`.
    pub fn parse(json: &[u8]) -> Result<Self, ManifestError> {
        Ok(Self { chunks: serde_json::from_slice(json)? })
    }

    /// The URL of the file that `source` became.
    pub fn url(&self, source: &str) -> Option<String> {
        self.chunks.get(source).map(|chunk| url(&chunk.file))
    }

    /// URLs of the scripts that `source` imports before it runs, its own apart: to be preloaded.
    pub fn imports(&self, source: &str) -> Vec<String> {
        let mut urls = Vec::new();
        let mut ahead: Vec<&str> =
            self.chunks.get(source).into_iter().flat_map(|c| &c.imports).map(String::as_str).collect();
        while let Some(name) = ahead.pop() {
            let Some(chunk) = self.chunks.get(name) else { continue };
            let address = url(&chunk.file);
            if !urls.contains(&address) {
                urls.push(address);
                ahead.extend(chunk.imports.iter().map(String::as_str));
            }
        }
        urls
    }

    /// URLs of the style sheets that `source` brings with it.
    pub fn styles(&self, source: &str) -> Vec<String> {
        self.chunks.get(source).into_iter().flat_map(|chunk| &chunk.css).map(|file| url(file)).collect()
    }
}

fn url(file: &str) -> String {
    format!("/assets/{file}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_hashed_files() {
        let manifest = AssetManifest::parse(
            br#"{"src/player.ts": {"file": "player-1.js", "imports": ["_lit.js"], "css": ["player-2.css"], "isEntry": true},
                 "_lit.js": {"file": "lit-3.js", "imports": ["_lit.js"]}}"#,
        )
        .unwrap();
        assert_eq!(manifest.url("src/player.ts").as_deref(), Some("/assets/player-1.js"));
        assert_eq!(manifest.imports("src/player.ts"), ["/assets/lit-3.js"]);
        assert_eq!(manifest.styles("src/player.ts"), ["/assets/player-2.css"]);
        assert_eq!(manifest.url("src/none.ts"), None);
        assert!(AssetManifest::parse(b"<html>").is_err());
    }
}
