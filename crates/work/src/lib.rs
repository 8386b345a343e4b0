//! The job runner: leases, heartbeats, fencing, progress.
