//! Media formats: bytes in, bytes out.
