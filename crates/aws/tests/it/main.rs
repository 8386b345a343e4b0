//! Auto Scaling groups against moto, which stands in for AWS, and a proxy between that lets the service misbehave.
//!
//! What moto does not do: an instance is in service at once, policies never act, there are no instance refreshes, hooks do not wait,
//! schedules never fire, nobody is refused for want of permission, and answers never come late. What AWS itself says has not been seen.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod asg;
mod conforms;
mod metadata;
mod moto;
mod opened;
mod proxy;
mod server;
