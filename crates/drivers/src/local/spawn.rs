//! Starting a process with its sockets.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    os::fd::OwnedFd,
    path::Path,
    process::Stdio,
};

use command_fds::{CommandFdExt, FdMapping};
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
use tokio::process::{Child, Command};

use crate::{Caps, Spec, Traffic};

/// The first inherited descriptor (sd_listen_fds(3), `SD_LISTEN_FDS_START`).
pub(super) const FIRST: i32 = 3;
/// In the environment of every instance: folder and name. By it one is found whose number was not yet written down.
pub(super) const MARK: &str = "HOST_INSTANCE";
/// In the environment of an instance that is to wait until it is admitted: a key of its configuration.
const WAIT: (&str, &str) = ("PRIMETIME_HTTP_ADMIT", "false");

/// Starts it on `sockets` and a port for operators of its own on 127.0.0.1; the supervisor keeps no hold of that one.
pub(super) fn spawn(
    (binary, spec): (&Path, &Spec),
    traffic: Traffic,
    sockets: &[(String, OwnedFd)],
    ops: TcpListener,
    mark: &str,
) -> io::Result<Child> {
    let mut names: Vec<&str> = sockets.iter().map(|(name, _)| name.as_str()).collect();
    names.push("ops");
    let mut descriptors = sockets.iter().map(|(_, fd)| fd.try_clone()).collect::<io::Result<Vec<_>>>()?;
    descriptors.push(ops.into());
    let mappings = (FIRST..).zip(descriptors).map(|(child_fd, parent_fd)| FdMapping { parent_fd, child_fd });
    let mut command = Command::new(binary);
    command
        .args(&spec.arguments)
        .env("LISTEN_FDS", names.len().to_string())
        .env("LISTEN_FDNAMES", names.join(":"))
        // Its number is not known yet; who reads these takes them as its own when none is named.
        .env_remove("LISTEN_PID")
        .env_remove("NOTIFY_SOCKET")
        .env_remove("WATCHDOG_USEC")
        .env(MARK, mark)
        .stdin(Stdio::null())
        // It outlives us; what a terminal sends to us is not for it.
        .kill_on_drop(false)
        .process_group(0);
    if traffic == Traffic::WhenAdmitted {
        command.env(WAIT.0, WAIT.1);
    }
    command.fd_mappings(mappings.collect()).map_err(io::Error::other)?;
    let child = command.spawn()?;
    cap(&child, spec.caps);
    Ok(child)
}

fn cap(child: &Child, caps: Caps) {
    let Some(pid) = child.id().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw) else {
        return;
    };
    for (resource, most) in [(Resource::Data, caps.memory), (Resource::Nofile, caps.files)] {
        let Some(most) = most else { continue };
        let most = getrlimit(resource).maximum.map_or(most, |allowed| allowed.min(most));
        if let Err(error) = prlimit(Some(pid), resource, Rlimit { current: Some(most), maximum: Some(most) })
        {
            tracing::warn!(?resource, %error, "an instance runs without its limit");
        }
    }
}

/// A port for operators that nobody else has.
pub(super) fn ops() -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}
