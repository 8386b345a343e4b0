//! The driver's calls.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{
    Podman,
    cli::Failure,
    container::{self, Container, Drain, Facts, Mode},
    image,
    proxy::{Server, Told},
    run,
};
use crate::{Engine, EngineError, Instance, Name, Spec, State, Traffic, probe};

impl Engine for Podman {
    async fn start(&self, name: &Name, spec: &Spec, traffic: Traffic) -> Result<(), EngineError> {
        let mut turn = self.turn.lock().await;
        let all = self.look(&mut turn).await?;
        let digest = run::digest(spec);
        if let Some((there, _)) = all.iter().find(|(container, _)| container.name == *name) {
            return match there.digest == digest && there.pid.is_some() {
                true => Ok(()),
                false => {
                    Err(EngineError::Refused(format!("the name {name} is taken: stop that instance first")))
                }
            };
        }
        let most = self.instances;
        if all.iter().filter(|(container, _)| container.pid.is_some()).count() >= most {
            return Err(EngineError::Refused(format!(
                "{most} instances run, the most that this host allows"
            )));
        }
        let mode = match traffic {
            Traffic::WhenReady => Mode::Serving,
            Traffic::WhenAdmitted => Mode::Warm,
        };
        let container = mode.named(&self.service, name);
        let labels = [
            format!("{}={}", container::SERVICE, self.service),
            format!("{}={name}", container::INSTANCE),
            format!("{}={}", container::RELEASE, spec.release),
            format!("{}={digest}", container::SPEC),
            format!("{}={}", container::STARTED, self.clocks.wall.now().0),
        ];
        // By what it is, not by its name: the name may be another's a moment later.
        let id = image::id(&self.cli, &self.pulls, spec).await?;
        let mut options = vec!["--detach", "--name", &container];
        options.extend(labels.iter().flat_map(|label| ["--label", label.as_str()]));
        let arguments = self.given.run(spec, &id, &self.network, &options);
        if let Err(failure) = self.cli.call(&arguments).await {
            return Err(match &failure {
                // One that could not be started lies about by its name. One that runs is left alone: it came up all the same, or it
                // is not of this call.
                Failure::No(why) | Failure::Busy(why)
                    if self.cli.call(["rm", "--ignore", &container]).await.is_err() =>
                {
                    EngineError::Uncertain(format!("{why}; and {container} may be there"))
                }
                _ => failure.into(),
            });
        }
        // Else whoever counts what runs would start it again at once, and again.
        let all = self.look(&mut turn).await?;
        if all.iter().any(|(container, _)| container.name == *name) {
            return Ok(());
        }
        Err(EngineError::Uncertain(format!("podman said that {container} was started, and does not have it")))
    }

    async fn list(&self) -> Result<Vec<Instance>, EngineError> {
        let mut ready = self.probe().await;
        let mut turn = self.turn.lock().await;
        let all = self.look(&mut turn).await?;
        let servers = self.proxy.servers().await?;
        let mut instances = Vec::new();
        let mut alive = BTreeSet::new();
        for (container, facts) in all {
            let server = container.server(&self.service);
            let probed = ready.remove(&container.id);
            let state = self.settle((&container, &facts), probed, servers.get(&server).copied()).await?;
            if container.pid.is_some() {
                alive.insert(server);
            }
            instances.push(Instance {
                name: container.name,
                release: container.release,
                state,
                ops: facts.ops(),
                pid: container.pid.filter(|pid| *pid > 0),
                started: container.started,
            });
        }
        let ours = container::servers_of(&self.service);
        for server in servers.keys().filter(|server| server.starts_with(&ours) && !alive.contains(*server)) {
            self.proxy.maintain(server).await?;
            self.proxy.delete(server).await?;
        }
        instances.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(instances)
    }

    async fn admit(&self, name: &Name) -> Result<(), EngineError> {
        let mut turn = self.turn.lock().await;
        let (container, facts) = self.find(&mut turn, name).await?;
        if container.pid.is_none() || matches!(container.mode, Mode::Drains(_)) {
            return Ok(());
        }
        let missing = match facts.ops() {
            Some(ops) => probe::ready(ops).await.err(),
            None => Some(format!("it has no address in the network {}", self.network)),
        };
        if let Some(missing) = missing {
            return Err(EngineError::Refused(format!("{name}: {missing}")));
        }
        let servers = self.proxy.servers().await?;
        self.rename(&container, Mode::Serving).await?;
        let server = servers.get(&container.server(&self.service)).copied();
        let serving = Container { mode: Mode::Serving, ..container };
        self.settle((&serving, &facts), Some(Ok(())), server).await.map(|_| ()).map_err(half)
    }

    async fn park(&self, name: &Name) -> Result<(), EngineError> {
        let mut turn = self.turn.lock().await;
        let (container, _) = self.find(&mut turn, name).await?;
        if container.pid.is_none() || container.mode != Mode::Serving {
            return Ok(());
        }
        self.proxy.servers().await?;
        self.rename(&container, Mode::Warm).await?;
        self.proxy.drain(&container.server(&self.service)).await.map_err(half)
    }

    async fn drain(&self, name: &Name, within: Duration) -> Result<(), EngineError> {
        let mut turn = self.turn.lock().await;
        let (container, _) = self.find(&mut turn, name).await?;
        if container.pid.is_none() || matches!(container.mode, Mode::Drains(_)) {
            return Ok(());
        }
        // A proxy that is away might send traffic there for ever.
        self.proxy.servers().await?;
        let drain = Drain { since: self.clocks.wall.now(), within };
        self.rename(&container, Mode::Drains(drain)).await?;
        self.leave(&mut turn, &container, drain);
        Ok(())
    }

    async fn stop(&self, name: &Name) -> Result<(), EngineError> {
        let mut turn = self.turn.lock().await;
        let container = match self.find(&mut turn, name).await {
            Ok((container, _)) => container,
            Err(EngineError::Unknown(_)) => return Ok(()),
            Err(error) => return Err(error),
        };
        let server = container.server(&self.service);
        self.proxy.maintain(&server).await?;
        if let Some(leaving) = turn.leaves.remove(&container.id) {
            leaving.abort();
        }
        let removed = self.cli.call(["rm", "--force", "--ignore", "--time", "0", &container.id]).await;
        removed.map_err(|failure| failure.about(name))?;
        turn.listed.remove(&container.id);
        if self.look(&mut turn).await?.iter().any(|(other, _)| other.id == container.id) {
            return Err(EngineError::Uncertain(format!(
                "podman said that {name} was removed, and still has it"
            )));
        }
        // If a connection is not gone yet, the next look tries again: in maintenance it does no harm.
        let _ = self.proxy.delete(&server).await;
        Ok(())
    }

    async fn complete(&self, spec: &Spec, limit: Duration, stop: CancellationToken) -> Result<(), String> {
        self.once(spec, limit, stop).await
    }
}

impl Podman {
    /// Asks those that were there at the last look whether they are ready, by container.
    async fn probe(&self) -> BTreeMap<String, Result<(), String>> {
        let mut probes = JoinSet::new();
        for (id, ops) in self.turn.lock().await.ops.clone() {
            probes.spawn(async move { (id, probe::ready(ops).await.map(|_| ())) });
        }
        probes.join_all().await.into_iter().collect()
    }

    /// Makes the proxy do what a container is to do, and says how that is. `server`: as the proxy has it now.
    async fn settle(
        &self,
        (container, facts): (&Container, &Facts),
        probed: Option<Result<(), String>>,
        server: Option<Server>,
    ) -> Result<State, EngineError> {
        let name = container.server(&self.service);
        if container.pid.is_none() {
            return Ok(State::Ended(container.end(facts)));
        }
        let takes_out =
            container.mode != Mode::Serving && server.is_some_and(|server| server.told == Told::Ready);
        if takes_out {
            self.proxy.drain(&name).await?;
        }
        let missing = match (probed, facts.address) {
            _ if matches!(container.mode, Mode::Drains(_)) => return Ok(State::Draining),
            (Some(Err(missing)), _) => missing,
            (None, Some(_)) => "nobody has asked it yet".to_owned(),
            (_, None) => format!("it has no address in the network {}", self.network),
            (Some(Ok(())), Some(_)) if container.mode == Mode::Warm => return Ok(State::Warm),
            (Some(Ok(())), Some(address)) => {
                match server {
                    Some(Server { told: Told::Ready, up: true }) => {}
                    // Ready and without traffic: the proxy's check is what is wrong, or late. It is not a reason to end it.
                    Some(Server { told: Told::Ready, up: false }) => {
                        tracing::warn!(server = name, "haproxy's own check finds it down");
                        return Ok(State::Warm);
                    }
                    known => self.proxy.admit(&name, address, known.is_some()).await?,
                }
                return Ok(State::Ready);
            }
        };
        // One that was ready stays known to the proxy, whose own checks keep traffic away: our probe may be what is slow.
        Ok(State::NotReady(missing))
    }
}

/// It is written down, and the proxy was not told: the next look does.
fn half(error: EngineError) -> EngineError {
    EngineError::Uncertain(format!("the proxy is told at the next look: {error}"))
}
