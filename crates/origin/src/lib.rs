//! Manifests, segments and images behind a token.
