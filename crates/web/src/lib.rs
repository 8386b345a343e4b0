//! What HTTP roles share.
