//! What an API server does when a HorizontalPodAutoscaler or a Deployment is read or patched, as far as it is documented: the `resourceVersion`
//! of a merge patch is a condition, a change makes a new one, what is not valid is a 422, refusals are a `Status`. It has no admission, no
//! authorisation and no controllers: what those would do, a test does or says.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use drivers::group::conformance::Fault;
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use kube::{Client, client::Body};
use kubernetes::{Scaled, Target};
use serde_json::{Value, json};
use tokio::sync::{Barrier, Notify};
use tower::BoxError;

/// A cluster, and what came to it.
#[derive(Clone, Default)]
pub struct Cluster(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    objects: BTreeMap<String, Value>,
    version: u64,
    /// 1.37 and later: an autoscaler of a metric that does not come from its pods may have a floor of 0.
    to_zero: bool,
    fault: Option<Fault>,
    /// The next answers to patches, in place of what it would say.
    next: Vec<Said>,
    /// Before as many of the next patches, a controller writes to the object.
    busy_controllers: usize,
    race: Option<Race>,
    /// A resource that nobody may read.
    forbidden: Option<&'static str>,
    asked: Vec<Asked>,
}

/// A request, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub method: Method,
    pub path: String,
    pub kind: Option<String>,
    pub body: String,
    pub answered: StatusCode,
}

/// An answer that a test has chosen.
#[derive(Clone)]
pub struct Said(pub StatusCode, pub HeaderMap, pub String);

/// Two patches that both stand on what was read before either.
#[derive(Clone)]
struct Race {
    left: usize,
    met: Arc<Barrier>,
    done: Arc<Notify>,
    first: String,
}

pub const LONG: Duration = Duration::from_secs(60);

impl Cluster {
    /// One with `site` and its autoscaler, as they lie in `tests/objects`.
    pub fn with_site() -> Self {
        let cluster = Self::default();
        cluster.put("autoscaling/v2", "horizontalpodautoscalers", hpa());
        cluster.put("apps/v1", "deployments", deployment());
        cluster
    }

    /// From now on it has that object.
    pub fn put(&self, version: &str, resource: &str, object: Value) {
        let (namespace, name) = (&object["metadata"]["namespace"], &object["metadata"]["name"]);
        let (Some(namespace), Some(name)) = (namespace.as_str(), name.as_str()) else { panic!("{object}") };
        let path = format!("/apis/{version}/namespaces/{namespace}/{resource}/{name}");
        let mut state = self.0.lock().unwrap();
        state.version = state.version.max(482_113);
        state.objects.insert(path, object);
    }

    /// The object that ends with `path`, to be looked at or changed behind everybody's back.
    pub fn object<T>(&self, path: &str, with: impl FnOnce(&mut Value) -> T) -> T {
        let mut state = self.0.lock().unwrap();
        let found = state.objects.iter_mut().find(|(key, _)| key.ends_with(path));
        with(found.unwrap_or_else(|| panic!("no {path}")).1)
    }

    pub fn remove(&self, path: &str) {
        self.0.lock().unwrap().objects.retain(|key, _| !key.ends_with(path));
    }

    pub fn scales_to_zero(self) -> Self {
        self.0.lock().unwrap().to_zero = true;
        self
    }

    pub fn suffer(&self, fault: Option<Fault>) {
        self.0.lock().unwrap().fault = fault;
    }

    pub fn says(&self, said: Said) {
        self.0.lock().unwrap().next.push(said);
    }

    pub fn controllers_write_before(&self, patches: usize) {
        self.0.lock().unwrap().busy_controllers = patches;
    }

    /// The next two patches wait for each other; that of the fence `first` is taken first.
    pub fn race(&self, first: i64) {
        let (met, done) = (Arc::new(Barrier::new(2)), Arc::default());
        self.0.lock().unwrap().race = Some(Race { left: 2, met, done, first: first.to_string() });
    }

    pub fn forbids(&self, resource: &'static str) {
        self.0.lock().unwrap().forbidden = Some(resource);
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.0.lock().unwrap().asked.clone()
    }

    pub fn client(&self) -> Client {
        let cluster = self.clone();
        let service = tower::service_fn(move |request| cluster.clone().serve(request));
        Client::new(service, "primetime")
    }

    pub fn group(&self, target: &str) -> Scaled {
        Scaled::with(self.client(), target.parse::<Target>().unwrap()).patience(LONG)
    }

    async fn serve(self, request: Request<Body>) -> Result<Response<Body>, BoxError> {
        let (head, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let kind = head.headers.get(header::CONTENT_TYPE).map(|kind| kind.to_str().unwrap().to_owned());
        let patches = head.method == Method::PATCH;
        let patch: Value = if patches { serde_json::from_slice(&body)? } else { Value::Null };
        let fault = self.0.lock().unwrap().fault.filter(|_| patches);
        if fault == Some(Fault::Silent) {
            std::future::pending::<()>().await;
        }
        let won = if patches { self.line_up(&patch).await } else { None };
        let mut said = self.answer(&head.method, head.uri.path(), kind.as_deref(), &patch, fault);
        if let Some(done) = won {
            done.notify_one();
        }
        self.0.lock().unwrap().asked.push(Asked {
            method: head.method,
            path: head.uri.to_string(),
            kind,
            body: if patches { serde_json::to_string_pretty(&patch)? } else { String::new() },
            answered: said.0,
        });
        match fault {
            Some(Fault::AnswerLost) => return Err("connection reset by peer".into()),
            Some(Fault::Garbage) => said = Said(StatusCode::OK, HeaderMap::new(), "{}".into()),
            _ => {}
        }
        let mut response = Response::new(Body::from(said.2.into_bytes()));
        *response.status_mut() = said.0;
        *response.headers_mut() = said.1;
        Ok(response)
    }

    async fn line_up(&self, patch: &Value) -> Option<Arc<Notify>> {
        let race = {
            let mut state = self.0.lock().unwrap();
            let race = state.race.as_mut().filter(|race| race.left > 0)?;
            race.left -= 1;
            race.clone()
        };
        race.met.wait().await;
        if patch["metadata"]["annotations"][kubernetes::FENCE] == race.first.as_str() {
            return Some(race.done);
        }
        race.done.notified().await;
        None
    }

    fn answer(
        &self,
        method: &Method,
        path: &str,
        kind: Option<&str>,
        patch: &Value,
        fault: Option<Fault>,
    ) -> Said {
        let mut state = self.0.lock().unwrap();
        if method == Method::PATCH && !state.next.is_empty() {
            return state.next.remove(0);
        }
        match fault {
            Some(Fault::Throttled) => return too_many(),
            Some(Fault::AtQuota) => return quota(path),
            _ => {}
        }
        if state.forbidden.is_some_and(|resource| path.contains(resource)) {
            return forbidden(path);
        }
        let Some(mut object) = state.objects.get(path).cloned() else { return not_found(path) };
        if method == Method::GET {
            return Said(StatusCode::OK, HeaderMap::new(), object.to_string());
        }
        assert_eq!((method, kind), (&Method::PATCH, Some("application/merge-patch+json")));
        if state.busy_controllers > 0 {
            state.busy_controllers -= 1;
            state.version += 1;
            object["metadata"]["resourceVersion"] = state.version.to_string().into();
            state.objects.insert(path.into(), object.clone());
        }
        let asked = &patch["metadata"]["resourceVersion"];
        if !asked.is_null() && *asked != object["metadata"]["resourceVersion"] {
            return conflict(path);
        }
        let before = object.clone();
        merge(&mut object, patch);
        if let Some(why) = invalid(&object, state.to_zero) {
            return why;
        }
        // What changes nothing makes no new version.
        if object != before && fault != Some(Fault::Lies) {
            state.version += 1;
            object["metadata"]["resourceVersion"] = state.version.to_string().into();
            if object["spec"] != before["spec"] && object["metadata"]["generation"].is_u64() {
                let generation = object["metadata"]["generation"].as_u64().unwrap();
                object["metadata"]["generation"] = (generation + 1).into();
            }
            state.objects.insert(path.into(), object.clone());
        }
        Said(StatusCode::OK, HeaderMap::new(), object.to_string())
    }
}

/// RFC 7396.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(fields) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    for (key, value) in fields {
        if value.is_null() {
            target.as_object_mut().unwrap().remove(key);
        } else {
            merge(&mut target[key], value);
        }
    }
}

/// `pkg/apis/autoscaling/validation` and `pkg/apis/apps/validation`, of what is patched here.
fn invalid(object: &Value, to_zero: bool) -> Option<Said> {
    let (spec, kind, name) = (&object["spec"], &object["kind"], &object["metadata"]["name"]);
    let outside = |metric: &Value| metric["type"] == "External" || metric["type"] == "Object";
    let may = to_zero && spec["metrics"].as_array().is_some_and(|metrics| metrics.iter().any(outside));
    let (field, value, why) = if kind == "Deployment" {
        (spec["replicas"].as_i64()? < 0)
            .then(|| ("spec.replicas", &spec["replicas"], "must be greater than or equal to 0".into()))?
    } else if spec["minReplicas"].as_i64()? < i64::from(!may) {
        let why = format!("must be greater than or equal to {}", i64::from(!may));
        ("spec.minReplicas", &spec["minReplicas"], why)
    } else if spec["maxReplicas"].as_i64()? < spec["minReplicas"].as_i64()? {
        ("spec.maxReplicas", &spec["maxReplicas"], "must be greater than or equal to `minReplicas`".into())
    } else {
        return None;
    };
    let (kind, name) = (kind.as_str()?, name.as_str()?);
    let group = if kind == "Deployment" { "apps" } else { "autoscaling" };
    let wrong = format!("Invalid value: {value}: {why}");
    let details = json!({
        "name": name, "group": group, "kind": kind,
        "causes": [{ "reason": "FieldValueInvalid", "message": wrong, "field": field }],
    });
    Some(status(422, "Invalid", &format!("{kind}.{group} \"{name}\" is invalid: {field}: {wrong}"), details))
}

/// A `Status` of meta/v1.
pub fn status(code: u16, reason: &str, message: &str, details: Value) -> Said {
    let body = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": reason, "details": details, "code": code,
    });
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
    Said(StatusCode::from_u16(code).unwrap(), headers, body.to_string())
}

/// `/apis/GROUP/VERSION/namespaces/NAMESPACE/RESOURCE/NAME` as errors name it.
fn named(path: &str) -> (String, Value) {
    let parts: Vec<&str> = path.split('/').collect();
    let [_, _, group, _, _, _, resource, name] = parts[..] else { panic!("{path}") };
    let details = json!({ "name": name, "group": group, "kind": resource });
    (format!("{resource}.{group} \"{name}\""), details)
}

fn not_found(path: &str) -> Said {
    let (what, details) = named(path);
    status(404, "NotFound", &format!("{what} not found"), details)
}

fn conflict(path: &str) -> Said {
    let (what, details) = named(path);
    let words = format!(
        "Operation cannot be fulfilled on {what}: the object has been modified; please apply your changes to the latest version and try again"
    );
    status(409, "Conflict", &words, details)
}

/// As the RBAC authoriser says it.
fn forbidden(path: &str) -> Said {
    let (what, details) = named(path);
    let (group, resource) = (details["group"].as_str().unwrap(), details["kind"].as_str().unwrap());
    let words = format!(
        "{what} is forbidden: User \"system:serviceaccount:primetime:fleet\" cannot get resource \"{resource}\" in API group \"{group}\" in the namespace \"primetime\""
    );
    status(403, "Forbidden", &words, details)
}

fn quota(path: &str) -> Said {
    let (what, details) = named(path);
    let words = format!(
        "{what} is forbidden: exceeded quota: evening, requested: pods=3, used: pods=40, limited: pods=40"
    );
    status(403, "Forbidden", &words, details)
}

/// As API Priority and Fairness says it: in the header, and in plain text.
fn too_many() -> Said {
    let headers = [(header::RETRY_AFTER, "7"), (header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    let headers = headers.into_iter().map(|(name, value)| (name, value.parse().unwrap())).collect();
    Said(StatusCode::TOO_MANY_REQUESTS, headers, "Too many requests, please try again later.\n".into())
}

pub fn hpa() -> Value {
    serde_json::from_str(include_str!("../objects/hpa.json")).unwrap()
}

pub fn deployment() -> Value {
    serde_json::from_str(include_str!("../objects/deployment.json")).unwrap()
}
