//! The only place that asks the machine for the time and for randomness.
#![allow(clippy::disallowed_methods)]

use std::{
    io,
    net::TcpListener,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use domain::{Clock, Rng, Timestamp};
use drivers::Clocks;

use crate::clock::Kept;

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

/// The time since the machine was started, its sleep included: nobody sets it, and only lengths of it mean anything.
#[derive(Debug, Clone, Copy)]
pub struct SteadyClock;

impl Clock for SteadyClock {
    fn now(&self) -> Timestamp {
        let since = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        Timestamp(since.tv_sec.saturating_mul(1_000_000).saturating_add(since.tv_nsec / 1000))
    }
}

/// Both, for whoever keeps instances on this machine.
pub fn clocks() -> Clocks {
    Clocks { wall: Arc::new(SystemClock), steady: Arc::new(SteadyClock) }
}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy)]
pub struct SystemRng;

impl Rng for SystemRng {
    fn fill(&self, bytes: &mut [u8]) {
        // Without randomness nothing that is signed would be safe: there is no going on.
        getrandom::fill(bytes).expect("the operating system gives random bytes");
    }
}

/// How well the kernel believes that its clock is kept (adjtimex(2)); asks, and changes nothing.
pub fn kernel_clock() -> io::Result<Kept> {
    // SAFETY: `timex` is a plain C structure of numbers, for which zeros are a value.
    let mut timex: libc::timex = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is to a structure that outlives the call. `modes` is 0: the kernel only writes into it.
    let state = unsafe { libc::adjtimex(&raw mut timex) };
    if state < 0 {
        return Err(io::Error::last_os_error());
    }
    let nanoseconds = if timex.status & libc::STA_NANO != 0 { 1 } else { 1000 };
    Ok(Kept {
        synchronised: state != libc::TIME_ERROR && timex.status & libc::STA_UNSYNC == 0,
        offset: Duration::from_nanos(timex.offset.unsigned_abs().saturating_mul(nanoseconds)),
        estimate: Duration::from_micros(u64::try_from(timex.esterror).unwrap_or(u64::MAX)),
    })
}

/// The environment, for the configuration.
pub fn variables() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// The listening sockets that whoever started us has opened, with their names, as systemd passes them on (sd_listen_fds(3)).
/// Call it before there are threads: it takes them out of the environment, so that no child believes that they are its own.
pub fn inherited() -> io::Result<Vec<(String, TcpListener)>> {
    let names = std::env::var("LISTEN_FDNAMES").unwrap_or_default();
    let mut names = names.split(':');
    let mut sockets = listenfd::ListenFd::from_env();
    let mut inherited = Vec::new();
    for at in 0..sockets.len() {
        let name = names.next().unwrap_or_default().to_owned();
        inherited.extend(sockets.take_tcp_listener(at)?.map(|socket| (name, socket)));
    }
    Ok(inherited)
}
