//! Requests as the chat service sends them, commands as people type them.
#![allow(clippy::unwrap_used)]

mod approvals;
mod commands;
mod corpus;
mod replies;
mod requests;
