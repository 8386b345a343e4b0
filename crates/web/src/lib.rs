//! What HTTP roles share: the accept loop and its limits, the guard before every handler, problems, validators, ranges,
//! compression, negotiation, cookies, telemetry and health. It knows nothing of what is served.
//!
//! A role builds an [`axum::Router`], lays a [`Guard`] over it and hands it to [`serve`]:
//!
//! ```text
//! listener → serve (connections: cap, head timeout, idle timeout, drain)
//!          → Express (answers that are ready; everything else goes on)
//!          → Guard (request id, span, metrics, shedding, URI and body limits, timeout, panics)
//!          → handlers (Result<Response, Failure>)
//! ```

pub mod body;
pub mod cookies;
pub mod etag;
pub mod express;
pub mod guard;
pub mod headers;
pub mod health;
pub mod host;
pub mod instance;
pub mod limits;
pub mod locale;
pub mod machine;
pub mod metrics;
mod pace;
pub mod precompressed;
pub mod problem;
pub mod process;
pub mod quality;
pub mod range;
pub mod serve;
pub mod telemetry;
pub mod tls;

pub use body::Json;
pub use etag::ETag;
pub use express::Express;
pub use guard::Guard;
pub use health::Readiness;
pub use host::Host;
pub use limits::{ConnectionLimits, Limits, RequestLimits};
pub use metrics::{HttpMetrics, Metrics};
pub use precompressed::Precompressed;
pub use problem::{Failure, Problem};
pub use serve::{Drained, Gate, Listener, bind, serve, serve_with};
