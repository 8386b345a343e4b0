use std::{fmt, net::SocketAddr, path::PathBuf, time::Duration};

use domain::Timestamp;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

/// Bytes of a name.
const MAX_NAME: usize = 63;

/// The name of an instance, chosen by whoever starts it: starting the same name twice starts one instance.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

impl Name {
    /// Lowercase letters, digits and hyphens, as every engine takes them; at most 63 (RFC 1123).
    pub fn new(text: impl Into<String>) -> Result<Self, EngineError> {
        let text = text.into();
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if text.is_empty() || text.len() > MAX_NAME || !text.bytes().all(fits) || text.starts_with('-') {
            return Err(EngineError::Refused(format!(
                "`{text}` is no name: write up to {MAX_NAME} lowercase letters, digits and hyphens"
            )));
        }
        Ok(Self(text))
    }
}

impl TryFrom<String> for Name {
    type Error = EngineError;

    fn try_from(text: String) -> Result<Self, EngineError> {
        Self::new(text)
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an instance is to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spec {
    /// Which release this is: instances with another one are replaced.
    pub release: String,
    /// The program. Written down without a name of its own: `"binary": "/usr/bin/primetime"`.
    #[serde(flatten)]
    pub program: Program,
    /// Its arguments. Secrets do not belong here: everyone on the machine reads them.
    pub arguments: Vec<String>,
    /// What it may take.
    pub caps: Caps,
}

/// A program, as one engine or another runs it. An engine refuses what it cannot run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Program {
    /// A file of this machine: [`Local`](crate::Local).
    Binary(PathBuf),
    /// A container image that the engine has, or may pull: [`Podman`](crate::Podman). Its entry point takes the arguments.
    Image(Image),
}

/// A container image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Repository and tag or digest.
    pub name: String,
    /// What it must be, whatever has that name: one of these, each the SHA-256 of an image's configuration in hexadecimal digits.
    pub ids: Vec<String>,
    /// Where it is pulled from when the engine does not have it: registry, repository and digest. `None`: nothing is pulled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Binary(path) => path.display().fmt(f),
            Self::Image(image) => f.write_str(&image.name),
        }
    }
}

/// What one instance may take of its machine; more is refused by the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Caps {
    /// Bytes of private memory (`RLIMIT_DATA`); of all memory, where it runs in a control group of its own.
    pub memory: Option<u64>,
    /// Open files and connections (`RLIMIT_NOFILE`).
    pub files: Option<u64>,
}

/// When an instance takes traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Traffic {
    /// As soon as it is ready.
    WhenReady,
    /// Once it is [admitted](Engine::admit); until then it is warm.
    WhenAdmitted,
}

/// An instance, as it was when it was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// Its name.
    pub name: Name,
    /// What it runs.
    pub release: String,
    /// How it is.
    pub state: State,
    /// Where it answers `/readyz` and `/metrics`.
    pub ops: Option<SocketAddr>,
    /// Its process, where the engine has such a thing.
    pub pid: Option<u32>,
    /// When it was started.
    pub started: Timestamp,
}

/// How an instance is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It lives and takes no traffic; why.
    NotReady(String),
    /// It is ready and takes no traffic: warm.
    Warm,
    /// It takes traffic.
    Ready,
    /// It finishes what is under way and takes nothing new.
    Draining,
    /// It is no more. It stays in the list until [`Engine::stop`] forgets it, so that somebody hears of it.
    Ended(End),
}

impl State {
    /// It takes traffic, or soon will.
    pub fn stays(&self) -> bool {
        matches!(self, State::NotReady(_) | State::Warm | State::Ready)
    }
}

/// How an instance ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// Was it told to?
    pub asked: bool,
    /// In words.
    pub how: String,
}

/// Why an engine did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// Nothing happened, and asking again will not help.
    #[error("{0}")]
    Refused(String),
    /// Nothing happened yet; ask again after a while.
    #[error("the engine is busy; ask again in {0:?}")]
    Busy(Duration),
    /// It may have happened or not: look at the list, or ask again by the same name.
    #[error("it is not known whether that happened: {0}")]
    Uncertain(String),
    /// There is no such instance.
    #[error("there is no instance {0}")]
    Unknown(Name),
    /// Nothing happened, for whoever holds the lease now has acted since.
    #[error("somebody with the newer lease {newest} acts now")]
    Fenced {
        /// Theirs.
        newest: i64,
    },
}

/// What every engine must do. Every call may be repeated; none waits for an instance to become ready or to end.
pub trait Engine: Send + Sync {
    /// Starts an instance. The same name with the same spec again is no error.
    fn start(
        &self,
        name: &Name,
        spec: &Spec,
        traffic: Traffic,
    ) -> impl Future<Output = Result<(), EngineError>> + Send;

    /// All instances, by name, each as it is now.
    fn list(&self) -> impl Future<Output = Result<Vec<Instance>, EngineError>> + Send;

    /// Lets a ready instance take traffic.
    fn admit(&self, name: &Name) -> impl Future<Output = Result<(), EngineError>> + Send;

    /// Lets an instance take nothing new and stay, warm; what it has it finishes.
    fn park(&self, name: &Name) -> impl Future<Output = Result<(), EngineError>> + Send;

    /// Tells an instance to take nothing new, finish and end. The engine ends it by force when it has not in `within`.
    fn drain(&self, name: &Name, within: Duration) -> impl Future<Output = Result<(), EngineError>> + Send;

    /// Ends an instance at once if it lives, and forgets it. One that is not there is no error.
    fn stop(&self, name: &Name) -> impl Future<Output = Result<(), EngineError>> + Send;

    /// Runs a program to its end, which is no instance: a migration. What it said last is in the error. It is ended by force when
    /// it takes longer than `limit`, or when `stop` is cancelled.
    fn complete(
        &self,
        spec: &Spec,
        limit: Duration,
        stop: CancellationToken,
    ) -> impl Future<Output = Result<(), String>> + Send;

    /// Ends when an instance has ended since the last call: a reason to look at once. An engine that is not told never says so.
    fn changed(&self) -> impl Future<Output = ()> + Send {
        std::future::pending()
    }
}
