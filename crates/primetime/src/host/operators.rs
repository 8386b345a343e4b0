//! The host's own port for operators (`http.ops_listen`): a balancer asks whether viewers may be sent here, a collector where the
//! instances' figures are. Whoever reaches it may ask; nothing is changed by it.
//!
//! | path | answer |
//! |---|---|
//! | `/healthz` | the host's process answers |
//! | `/readyz` | 200 when an instance takes traffic |
//! | `/metrics` | of the host: `primetime_host_instances{state=…}`, and what watches the machine |
//! | `/instances` | targets of Prometheus' `http_sd_configs`: this address, with each instance's path |
//! | `/instances/NAME/metrics` | what that instance answers |

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Path, State as With},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use drivers::{Engine, Instance, State};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{MetricType, gauge::ConstGauge},
};
use serde_json::json;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use web::{ConnectionLimits, Gate, Problem};

use crate::{
    app::App,
    failed::{Doing, Failed},
};

/// Between two looks at what runs. A balancer asks less often.
const LOOK: Duration = Duration::from_secs(1);

/// What ran at the last look. An engine that does not answer has changed nothing: what it said last counts.
#[derive(Clone, Default)]
struct Seen(Arc<RwLock<Vec<Instance>>>);

impl Seen {
    fn all(&self) -> Vec<Instance> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Answers until `stop`.
pub fn serve<E: Engine + 'static>(app: &App, engine: Arc<E>, stop: CancellationToken) -> Result<(), Failed> {
    let address = app.config.http.ops_listen;
    let listener = web::bind(address, None).doing(|| {
        format!("listen on {address}; is another process using it? Another address goes into http.ops_listen")
    })?;
    let seen = Seen::default();
    let looked_at = seen.clone();
    app.readiness.check("instances", move || match looked_at.all().iter().any(takes_traffic) {
        true => Ok(()),
        false => Err("no instance of this host takes traffic".into()),
    });
    app.metrics.register_collector(Box::new(seen.clone()));
    let gate = Gate::default();
    gate.admit();
    let router = Router::new()
        .route("/instances", get(targets))
        .route("/instances/{name}/metrics", get(figures))
        .with_state(seen.clone())
        .fallback_service(web::health::router(app.readiness.clone(), app.metrics.clone(), gate));
    let limits = ConnectionLimits { connections: 64, ..ConnectionLimits::default() };
    let (metrics, ends) = (app.http.clone(), stop.clone());
    tokio::spawn(async move { web::serve(listener, router, limits, &metrics, ends).await });
    tokio::spawn(stop.run_until_cancelled_owned(look(engine, seen)));
    Ok(())
}

async fn look<E: Engine>(engine: Arc<E>, seen: Seen) {
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        match engine.list().await {
            Ok(all) => *seen.0.write().unwrap_or_else(PoisonError::into_inner) = all,
            Err(error) => tracing::debug!(%error, "what runs here is as it was seen last"),
        }
    }
}

fn takes_traffic(instance: &Instance) -> bool {
    instance.state == State::Ready
}

/// As [Prometheus takes them](https://prometheus.io/docs/prometheus/latest/http_sd/): by the name that it used for this host.
async fn targets(With(seen): With<Seen>, headers: HeaderMap) -> Response {
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else {
        return Problem::bad_request("say by the header Host how this host is reached").into_response();
    };
    let target = |instance: Instance| {
        json!({
            "targets": [host],
            "labels": {
                "__metrics_path__": format!("/instances/{}/metrics", instance.name),
                "instance_name": instance.name.to_string(),
                "release": instance.release,
            },
        })
    };
    let answers = seen.all().into_iter().filter(|instance| instance.ops.is_some());
    Json(answers.map(target).collect::<Vec<_>>()).into_response()
}

async fn figures(With(seen): With<Seen>, Path(name): Path<String>) -> Response {
    let found = seen.all().into_iter().find(|instance| instance.name.to_string() == name);
    let Some(ops) = found.and_then(|instance| instance.ops) else {
        return Problem::not_found().into_response();
    };
    match drivers::figures(ops).await {
        Ok(text) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(error) => {
            Problem::new(StatusCode::BAD_GATEWAY, "instance-silent", "The instance does not answer")
                .detail(error.to_string())
                .into_response()
        }
    }
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.all()).finish()
    }
}

impl Collector for Seen {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), fmt::Error> {
        let all = self.all();
        let words = "Instances of this host by how they are";
        let mut metric = encoder.encode_descriptor("host_instances", words, None, MetricType::Gauge)?;
        type Is = fn(&State) -> bool;
        let states: [(&str, Is); 5] = [
            ("not_ready", |state| matches!(state, State::NotReady(_))),
            ("warm", |state| matches!(state, State::Warm)),
            ("ready", |state| matches!(state, State::Ready)),
            ("draining", |state| matches!(state, State::Draining)),
            ("ended", |state| matches!(state, State::Ended(_))),
        ];
        for (name, is) in states {
            let count = all.iter().filter(|instance| is(&instance.state)).count();
            let gauge = ConstGauge::new(i64::try_from(count).unwrap_or(i64::MAX));
            gauge.encode(metric.encode_family(&[("state", name)])?)?;
        }
        Ok(())
    }
}
