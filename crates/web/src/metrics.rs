//! The registry that every part adds to, and what every HTTP role counts.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use http::StatusCode;
use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Metric, Registry},
};

/// The one registry of a process, handed around.
#[derive(Debug, Clone, Default)]
pub struct Metrics(Arc<Mutex<Registry>>);

impl Metrics {
    /// An empty registry; every name starts with `prefix_`.
    pub fn new(prefix: &str) -> Self {
        Self(Arc::new(Mutex::new(Registry::with_prefix(prefix))))
    }

    /// Adds a metric under `name` (without the suffix `_total` of counters) and gives it back.
    pub fn register<M: Metric + Clone>(&self, name: &str, help: &str, metric: M) -> M {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).register(name, help, metric.clone());
        metric
    }

    /// Adds what is found out only when it is asked for.
    pub fn register_collector(&self, collector: Box<dyn prometheus_client::collector::Collector>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).register_collector(collector);
    }

    /// All of it in the OpenMetrics text format.
    pub fn encode(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        let registry = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        prometheus_client::encoding::text::encode(&mut text, &registry)?;
        Ok(text)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Role {
    role: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    role: &'static str,
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answer {
    role: &'static str,
    route: String,
    class: &'static str,
}

/// Status classes, and requests whose client left before the answer.
const CLASSES: [&str; 6] = ["1xx", "2xx", "3xx", "4xx", "5xx", "gone"];
const GONE: usize = CLASSES.len() - 1;

/// What is counted of HTTP, all roles together. Make one per process.
#[derive(Debug, Clone)]
pub struct HttpMetrics {
    requests: Family<Answer, Counter>,
    latency: Family<Route, Histogram, fn() -> Histogram>,
    in_flight: Family<Role, Gauge>,
    offered: Family<Role, Counter>,
    shed: Family<Role, Counter>,
    pub(crate) connections: ConnectionMetrics,
    pub(crate) handshakes: HandshakeMetrics,
}

/// How TLS handshakes end.
#[derive(Debug, Clone, Default)]
pub(crate) struct HandshakeMetrics {
    pub under_way: Gauge,
    ended: Family<Handshake, Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Handshake {
    outcome: HandshakeOutcome,
}

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelValue)]
pub(crate) enum HandshakeOutcome {
    Done,
    Failed,
    Slow,
    /// No handshake: the client spoke plain HTTP, or anything else.
    Plain,
}

impl HandshakeMetrics {
    pub fn count(&self, outcome: HandshakeOutcome) {
        self.ended.get_or_create(&Handshake { outcome }).inc();
    }
}

/// What is counted of connections.
#[derive(Debug, Clone, Default)]
pub(crate) struct ConnectionMetrics {
    pub open: Gauge,
    pub accepted: Counter,
    pub refused: Counter,
    pub cut: Counter,
}

fn latency() -> Histogram {
    // 0.5 ms to 16 s.
    Histogram::new(exponential_buckets(0.0005, 2.0, 16))
}

impl HttpMetrics {
    /// Registers them.
    pub fn new(metrics: &Metrics) -> Self {
        let c = ConnectionMetrics::default();
        let connections = ConnectionMetrics {
            open: metrics.register("http_connections", "Connections held", c.open),
            accepted: metrics.register("http_connections_accepted", "Connections accepted", c.accepted),
            refused: metrics.register("http_connections_refused", "Connections over the cap", c.refused),
            cut: metrics.register(
                "http_connections_cut",
                "Connections closed for being slow or silent",
                c.cut,
            ),
        };
        let constructor: fn() -> Histogram = latency;
        Self {
            requests: metrics.register("http_requests", "Requests answered", Family::default()),
            latency: metrics.register(
                "http_request_seconds",
                "Time to the head of the answer",
                Family::new_with_constructor(constructor),
            ),
            in_flight: metrics.register("http_requests_in_flight", "Requests worked on", Family::default()),
            offered: metrics.register("http_offered", "Requests that came", Family::default()),
            shed: metrics.register("http_shed", "Requests turned away for load", Family::default()),
            connections,
            handshakes: HandshakeMetrics {
                under_way: metrics.register(
                    "tls_handshakes_under_way",
                    "TLS handshakes that have begun",
                    Gauge::default(),
                ),
                ended: metrics.register(
                    "tls_handshakes",
                    "TLS handshakes by how they ended",
                    Family::default(),
                ),
            },
        }
    }

    pub(crate) fn role(&self, role: &'static str) -> RoleMetrics {
        let label = Role { role };
        RoleMetrics {
            in_flight: self.in_flight.get_or_create_owned(&label),
            offered: self.offered.get_or_create_owned(&label),
            shed: self.shed.get_or_create_owned(&label),
        }
    }

    pub(crate) fn route(&self, role: &'static str, route: &str) -> RouteMetrics {
        let answers = CLASSES
            .map(|class| self.requests.get_or_create_owned(&Answer { role, route: route.to_owned(), class }));
        let latency = self.latency.get_or_create_owned(&Route { role, route: route.to_owned() });
        RouteMetrics { route: route.to_owned(), answers, latency }
    }
}

/// One role's counters, looked up once.
#[derive(Debug, Clone)]
pub(crate) struct RoleMetrics {
    pub in_flight: Gauge,
    pub offered: Counter,
    pub shed: Counter,
}

/// One route's counters, looked up once.
#[derive(Debug)]
pub(crate) struct RouteMetrics {
    pub route: String,
    answers: [Counter; CLASSES.len()],
    latency: Histogram,
}

impl RouteMetrics {
    pub fn answered(&self, status: StatusCode, after: Duration) {
        let class = (usize::from(status.as_u16()) / 100).clamp(1, 5) - 1;
        self.answers[class].inc();
        self.latency.observe(after.as_secs_f64());
    }
}

/// A request being worked on. Dropped without an answer, its client has gone.
pub(crate) struct InFlight {
    gauge: Gauge,
    route: Arc<RouteMetrics>,
    answered: bool,
}

impl InFlight {
    pub fn start(role: &RoleMetrics, route: Arc<RouteMetrics>) -> Self {
        role.in_flight.inc();
        Self { gauge: role.in_flight.clone(), route, answered: false }
    }

    pub fn answered(mut self, status: StatusCode, after: Duration) {
        self.answered = true;
        self.route.answered(status, after);
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.gauge.dec();
        if !self.answered {
            self.route.answers[GONE].inc();
        }
    }
}
