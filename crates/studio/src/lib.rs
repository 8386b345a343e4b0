//! The control plane: import, ingest, publish.
