//! How containers are started: confined as in production.

use std::{fmt::Write, path::PathBuf};

use rustix::process::{Resource, getrlimit};

use crate::Spec;

/// Processes and threads of one container.
const MOST_PROCESSES: u32 = 512;
/// Of all containers together: the system counts this limit by user.
const ALL_PROCESSES: u64 = 32_768;
/// Of what a container has written, before podman begins anew.
const LOG: &str = "max-size=64mb";

/// What all containers of a service get besides. Changed, it holds for those that are started from then on.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// Files of `NAME=value` lines. Values stand on no command line; whoever may ask podman reads them, so that passwords are better
    /// given as files in a volume, by the keys that end in `_FILE`.
    pub environment: Vec<PathBuf>,
    /// `HOST:CONTAINER[:OPTIONS]`, as podman takes them.
    pub volumes: Vec<String>,
}

impl Given {
    /// The arguments of `podman run` of the image `id`, after `options`, which are this container's own.
    pub(super) fn run(&self, spec: &Spec, id: &str, network: &str, options: &[&str]) -> Vec<String> {
        let mut arguments = ["run", "--pull", "never", "--network", network].map(str::to_owned).to_vec();
        let mut add = |option: &str, value: String| arguments.extend([option.to_owned(), value]);
        add("--cap-drop", "all".into());
        add("--security-opt", "no-new-privileges".into());
        add("--pids-limit", MOST_PROCESSES.to_string());
        add("--log-opt", LOG.into());
        if let Some(memory) = spec.caps.memory {
            add("--memory", memory.to_string());
        }
        if let Some(files) = spec.caps.files {
            // One limit that is named takes away those of podman's configuration, also the number of processes; what podman then
            // takes is more than many machines allow.
            let files = allowed(Resource::Nofile, files);
            let processes = allowed(Resource::Nproc, ALL_PROCESSES);
            for (limit, most) in [("nofile", files), ("nproc", processes)] {
                add("--ulimit", format!("{limit}={most}:{most}"));
            }
        }
        for file in &self.environment {
            add("--env-file", file.display().to_string());
        }
        for volume in &self.volumes {
            add("--volume", volume.clone());
        }
        arguments.push("--read-only".into());
        arguments.extend(options.iter().map(|&option| option.to_owned()));
        arguments.push(id.to_owned());
        arguments.extend(spec.arguments.iter().cloned());
        arguments
    }
}

/// At most as much as this process may have.
fn allowed(resource: Resource, wanted: u64) -> u64 {
    getrlimit(resource).maximum.map_or(wanted, |most| most.min(wanted))
}

/// What tells one spec from another.
pub(super) fn digest(spec: &Spec) -> String {
    let written = serde_json::to_vec(spec).unwrap_or_default();
    let mut text = String::new();
    for byte in &blake3::hash(&written).as_bytes()[..16] {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
