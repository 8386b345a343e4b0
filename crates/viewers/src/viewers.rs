use std::{fmt, sync::Arc};

use domain::{Clock, Rng};
use objects::token::TokenSigner;
use store::{PositionWrite, Store, StoreError};
use tokio::task::JoinHandle;

use crate::{
    GroupLimits, Seal,
    group::{Group, GroupError},
};

/// The store does not answer, or answered too late. What was asked may be asked again a little later.
#[derive(Debug, thiserror::Error)]
#[error("viewers' records are not available")]
pub struct Unavailable(#[source] pub(crate) Option<Arc<StoreError>>);

/// What viewers' use cases are made of.
pub struct ViewersParts {
    /// Where positions are kept. Without one, nothing personal is to be had and nothing new plays; the rest goes on.
    pub store: Option<Store>,
    /// Signs what viewers carry about.
    pub seal: Seal,
    /// Signs delivery tokens.
    pub signer: TokenSigner,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// The operating system's randomness.
    pub rng: Arc<dyn Rng>,
    /// Bounds of the position writer.
    pub limits: GroupLimits,
}

/// The use cases of viewers. Cheap to clone.
#[derive(Clone)]
pub struct Viewers(Arc<Inner>);

struct Inner {
    store: Option<Store>,
    seal: Seal,
    signer: TokenSigner,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    writes: Writes,
}

type Writes = Group<PositionWrite, (), Option<Arc<StoreError>>>;

impl Viewers {
    /// Starts the writer of positions. Its task ends when every clone is dropped and everything accepted is on disk: wait for
    /// it before the store is closed.
    pub fn start(parts: ViewersParts) -> (Self, JoinHandle<()>) {
        let ViewersParts { store, seal, signer, clock, rng, limits } = parts;
        let to = store.clone();
        let (writes, task) = Group::start(limits, move |batch: Vec<PositionWrite>| {
            let store = to.clone();
            async move {
                let store = store.as_ref().ok_or(None)?;
                store.put_positions(&batch).await.map_err(|error| Some(Arc::new(error)))?;
                Ok(vec![(); batch.len()])
            }
        });
        (Self(Arc::new(Inner { store, seal, signer, clock, rng, writes })), task)
    }

    /// What signs and reads cookies and handles.
    pub fn seal(&self) -> &Seal {
        &self.0.seal
    }

    pub(crate) fn store(&self) -> Result<&Store, Unavailable> {
        self.0.store.as_ref().ok_or(Unavailable(None))
    }

    pub(crate) fn signer(&self) -> &TokenSigner {
        &self.0.signer
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }

    pub(crate) fn rng(&self) -> &dyn Rng {
        &*self.0.rng
    }

    pub(crate) async fn write(
        &self,
        write: PositionWrite,
    ) -> Result<(), GroupError<Option<Arc<StoreError>>>> {
        self.0.writes.write(write).await
    }
}

impl fmt::Debug for Viewers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Viewers").finish_non_exhaustive()
    }
}
