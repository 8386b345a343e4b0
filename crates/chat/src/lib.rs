//! What is typed in chat: signed requests in, commands and answers out, in the shapes of Slack's slash commands and buttons.
//!
//! Pure: bytes and an instant in, values out. Who may do what, what was seen before and what a command does are the caller's.

pub mod approval;
mod command;
mod reply;
mod reply_to;
mod request;
mod signature;

pub use command::{Command, CommandError, HELP};
pub use reply::{Button, Reply, Shows, Who};
pub use reply_to::may_reply_to;
pub use request::{MAX_BODY, Person, Request, RequestError, Said};
pub use signature::{FRESH, Secret, Seen, SignatureError};

/// Reads bytes as a request and what it says as a command. For the fuzzer: it may refuse, it may not panic.
pub fn fuzz_request(data: &[u8]) {
    if let Ok(request) = Request::parse(data)
        && let Said::Typed(text) = &request.said
        && let Ok(command) = Command::parse(text)
    {
        assert_eq!(Command::parse(&command.to_string()).as_ref(), Ok(&command));
    }
}
