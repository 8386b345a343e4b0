//! What podman has of the service, and what is made of it.

use super::{
    Podman, Turn,
    cli::Failure,
    container::{self, Container, Drain, Facts, Inspected, Listed, Mode},
    drain::Leaving,
};
use crate::{EngineError, Name};

impl Podman {
    /// The containers of the service, as podman has them now. Whatever drains and is seen to its end by nobody, is from here on.
    pub(super) async fn look(&self, turn: &mut Turn) -> Result<Vec<(Container, Facts)>, EngineError> {
        let filter = format!("label={}={}", container::SERVICE, self.service);
        let said = self.cli.call(["ps", "--all", "--filter", &filter, "--format", "json"]).await?;
        let listed: Vec<Listed> = read(&said)?;
        self.believe(turn, &listed).await?;
        let containers: Vec<Container> = listed.into_iter().filter_map(Container::read).collect();
        let key = |container: &Container| (container.id.clone(), container.pid.is_some());
        turn.facts.retain(|known, _| containers.iter().any(|container| key(container) == *known));
        let new: Vec<_> =
            containers.iter().filter(|container| !turn.facts.contains_key(&key(container))).collect();
        if !new.is_empty() {
            let ids = new.iter().map(|container| container.id.as_str());
            let said = self.cli.call(["inspect", "--type", "container"].into_iter().chain(ids)).await?;
            for inspected in read::<Vec<Inspected>>(&said)? {
                let (id, facts) = inspected.facts(&self.network);
                // An address that is not known yet is looked for again.
                let known = |container: &&&Container| {
                    container.id == id && (facts.address.is_some() || container.pid.is_none())
                };
                if let Some(container) = new.iter().find(known) {
                    turn.facts.insert(key(container), facts);
                }
            }
        }
        for container in &containers {
            if let (Some(pid), Mode::Drains(drain)) = (container.pid, container.mode)
                && turn.leaves.get(&container.id).is_none_or(|leaving| leaving.is_finished())
            {
                // A supervisor was killed, or it was not known whether the drain was written down, or podman said that it had stopped.
                tracing::info!(name = %container.name, pid, "drains still");
                self.leave(turn, container, drain);
            }
        }
        let facts = |container: &Container| turn.facts.get(&key(container)).copied().unwrap_or_default();
        let all: Vec<_> = containers
            .into_iter()
            .map(|container| {
                let facts = facts(&container);
                (container, facts)
            })
            .collect();
        let stays = |(container, facts): &(Container, Facts)| {
            let stays = container.pid.is_some() && !matches!(container.mode, Mode::Drains(_));
            facts.ops().filter(|_| stays).map(|ops| (container.id.clone(), ops))
        };
        turn.ops = all.iter().filter_map(stays).collect();
        Ok(all)
    }

    /// Whether a list may be acted upon: a container that is missing there, and that nobody here removed, is asked after. One that
    /// is taken for gone would lose its viewers, and another would be started in its place.
    async fn believe(&self, turn: &mut Turn, listed: &[Listed]) -> Result<(), EngineError> {
        let now = listed.iter().map(|container| container.id().to_owned()).collect();
        for missing in turn.listed.difference(&now) {
            match self.cli.call(["inspect", "--type", "container", "--format", "{{.Id}}", missing]).await {
                Ok(_) => {
                    return Err(EngineError::Uncertain(format!("podman has {missing} and does not list it")));
                }
                Err(Failure::NoContainer) => tracing::warn!(container = missing, "somebody removed it"),
                Err(failure) => return Err(failure.into()),
            }
        }
        turn.listed = now;
        turn.leaves.retain(|container, _| turn.listed.contains(container));
        Ok(())
    }

    /// The instance `name`.
    pub(super) async fn find(&self, turn: &mut Turn, name: &Name) -> Result<(Container, Facts), EngineError> {
        let mut all = self.look(turn).await?.into_iter();
        all.find(|(container, _)| container.name == *name).ok_or_else(|| EngineError::Unknown(name.clone()))
    }

    /// Writes down what an instance is to do.
    pub(super) async fn rename(&self, container: &Container, mode: Mode) -> Result<(), EngineError> {
        let new = mode.named(&self.service, &container.name);
        let renamed = self.cli.call(["rename", &container.id, &new]).await;
        renamed.map(|_| ()).map_err(|failure| failure.about(&container.name))
    }

    /// Sees a container to its end.
    pub(super) fn leave(&self, turn: &mut Turn, container: &Container, drain: Drain) {
        let Drain { since, within } = drain;
        let (wall, steady) = (self.clocks.wall.now(), self.clocks.steady.clone());
        let leaving = Leaving {
            cli: self.cli.clone(),
            proxy: self.proxy.clone(),
            ends: steady.now().plus(within.saturating_sub(wall.since(since))),
            steady,
            container: container.id.clone(),
            server: container.server(&self.service),
            within,
        };
        while turn.leaving.try_join_next().is_some() {}
        let handle = turn.leaving.spawn(leaving.leave());
        turn.leaves.insert(container.id.clone(), handle);
    }
}

fn read<T: serde::de::DeserializeOwned>(said: &str) -> Result<T, EngineError> {
    serde_json::from_str(said).map_err(|error| {
        EngineError::Uncertain(format!("podman answered what we do not understand: {error}"))
    })
}
