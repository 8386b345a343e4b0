//! Viewer pages and the JSON API.
