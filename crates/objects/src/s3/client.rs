//! Signed requests: sent, bounded in time and bytes, tried again where that is harmless.

use std::{
    borrow::Cow,
    fmt,
    io::Read,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use domain::{Clock, Rng};
use jiff02::Timestamp;
use rusty_s3::{Bucket, Method, UrlStyle, signing};
use ureq::http::{HeaderMap, Request, Response};

use super::{
    answer,
    config::{Addressing, Credentials, S3Config, Who},
    fault::Fault,
    role::Role,
};

/// How long a signature holds, in seconds. It is made for one request, whose beginning is what counts.
const SIGNED_FOR: u64 = 300;
/// Longest answer that is no object: a page of a listing (1,000 keys) has some 400 kB.
pub(super) const MAX_ANSWER: u64 = 4 << 20;
/// Longest wait between two tries.
const MAX_BACKOFF: Duration = Duration::from_secs(2);

/// May a call be made again when nobody knows what became of it?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// Twice is the same as once.
    Harmless,
    /// Only when the store has surely done nothing.
    IfRefused,
}

/// One request.
#[derive(Debug, Clone)]
pub(super) struct Call<'a> {
    pub method: Method,
    /// Full name in the bucket; `None`: the bucket itself.
    pub name: Option<&'a str>,
    /// Sorted by name.
    pub query: Vec<(&'static str, String)>,
    /// Sorted by name, in lower case; all of them are signed.
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<&'a [u8]>,
    /// Most bytes of an answer.
    pub most: u64,
    pub again: Again,
    /// Takes as long as putting parts together does.
    pub slow: bool,
}

impl<'a> Call<'a> {
    pub fn new(method: Method, name: &'a str) -> Self {
        Self {
            method,
            name: Some(name),
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
            most: MAX_ANSWER,
            again: Again::Harmless,
            slow: false,
        }
    }
}

/// A good answer.
#[derive(Debug)]
pub(super) struct Reply {
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub fn tag(&self) -> Option<String> {
        self.header("etag").map(str::to_owned)
    }

    pub fn text(&self) -> Result<&str, Fault> {
        std::str::from_utf8(&self.body).map_err(|_| Fault::Answer { status: 200, code: "no UTF-8".into() })
    }
}

/// Who signs.
enum Asker {
    Given(Credentials),
    Role(Role),
}

pub(super) struct Client {
    agent: ureq::Agent,
    bucket: Bucket,
    config: S3Config,
    endpoint: String,
    asker: Asker,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    reads: AtomicUsize,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({} at {})", self.config.location, self.endpoint)
    }
}

impl Client {
    /// Asks nobody yet.
    pub fn new(config: S3Config, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>) -> Result<Self, String> {
        let endpoint =
            config.endpoint.clone().unwrap_or_else(|| format!("https://s3.{}.amazonaws.com", config.region));
        let style = match config.addressing {
            Addressing::Path => UrlStyle::Path,
            Addressing::Host => UrlStyle::VirtualHost,
        };
        let url = endpoint.parse().map_err(|error| format!("endpoint `{endpoint}`: {error}"))?;
        let bucket = Bucket::new(url, style, config.location.bucket().to_owned(), config.region.clone())
            .map_err(|error| format!("endpoint `{endpoint}`: {error}"))?;
        let limits = &config.limits;
        let mut agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            // A redirection would not be signed; S3's say that the region is wrong.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .user_agent("primetime")
            .max_idle_connections_per_host(limits.reads)
            .max_idle_connections(limits.reads)
            .timeout_connect(Some(limits.connect))
            .timeout_resolve(Some(limits.connect));
        if bucket.base_url().scheme() == "https" {
            agent = agent.tls_config(super::tls::machine_tls()?);
        }
        let agent = agent.build().new_agent();
        let asker = match &config.who {
            Who::Given(credentials) => Asker::Given(credentials.clone()),
            Who::Role(metadata) => Asker::Role(Role::new(metadata.clone())),
        };
        Ok(Self { agent, bucket, config, endpoint, asker, clock, rng, reads: AtomicUsize::new(0) })
    }

    pub fn config(&self) -> &S3Config {
        &self.config
    }

    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    pub fn bucket(&self) -> &Bucket {
        &self.bucket
    }

    /// Makes a call; tries again what may be, a bounded number of times.
    pub fn call(&self, call: &Call<'_>) -> Result<Reply, Fault> {
        let read = matches!(call.method, Method::Get | Method::Head);
        let _place = if read { Some(self.place()?) } else { None };
        let mut attempt = 1;
        loop {
            let fault = match self.once(call) {
                Ok(reply) => return Ok(reply),
                Err(fault) => fault,
            };
            let again = fault.may_pass() && (call.again == Again::Harmless || fault.nothing_done());
            if !again || attempt >= self.config.limits.attempts {
                return Err(fault);
            }
            thread::sleep(self.backoff(attempt));
            attempt += 1;
        }
    }

    fn once(&self, call: &Call<'_>) -> Result<Reply, Fault> {
        let request = self.signed(call)?;
        let (parts, ()) = request.into_parts();
        let sent = match call.body {
            Some(body) => self.send(call, Request::from_parts(parts, body)),
            None => self.send(call, Request::from_parts(parts, ())),
        };
        let mut response = sent.map_err(|error| self.no_answer(&error))?;
        let status = response.status().as_u16();
        if !(200..300).contains(&status) {
            let body = self.body(&mut response, answer::MAX_ERROR).unwrap_or_default();
            return Err(self.refused(status, response.headers(), &body));
        }
        let body = match call.method {
            Method::Head => Vec::new(),
            _ => self.body(&mut response, call.most)?,
        };
        Ok(Reply { headers: response.headers().clone(), body })
    }

    /// The address holds the signature and, of temporary credentials, their token: it is never logged, and holds for minutes.
    fn signed(&self, call: &Call<'_>) -> Result<Request<()>, Fault> {
        let wrong = |code: String| Fault::Answer { status: 0, code };
        let now = Timestamp::from_microsecond(self.clock.now().micros())
            .map_err(|_| wrong("a time outside the calendar".into()))?;
        let url = match call.name {
            Some(name) => self.bucket.object_url(name),
            None => self.bucket.base_url().clone(),
        };
        let who = self.credentials()?;
        let url = signing::sign(
            &now,
            call.method,
            url,
            &who.key,
            &who.secret,
            who.token.as_deref(),
            self.bucket.region(),
            SIGNED_FOR,
            call.query.iter().map(|(name, value)| (*name, value.as_str())),
            call.headers.iter().map(|(name, value)| (*name, value.as_str())),
        );
        let method = match call.method {
            Method::Head => "HEAD",
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
        };
        let mut request = Request::builder().method(method).uri(url.as_str());
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        request.body(()).map_err(|_| wrong("a request that cannot be made".into()))
    }

    fn credentials(&self) -> Result<Cow<'_, Credentials>, Fault> {
        match &self.asker {
            Asker::Given(credentials) => Ok(Cow::Borrowed(credentials)),
            Asker::Role(role) => role.credentials(self.clock.now()).map(Cow::Owned),
        }
    }

    fn send<B: ureq::AsSendBody>(
        &self,
        call: &Call<'_>,
        request: Request<B>,
    ) -> Result<Response<ureq::Body>, ureq::Error> {
        let limits = &self.config.limits;
        let bytes = call.body.map_or(call.most, |body| body.len() as u64);
        let (idle, all) = match call.slow {
            true => (limits.complete, limits.complete),
            false => (limits.idle, limits.request + Duration::from_secs(bytes / limits.least_rate.max(1))),
        };
        let request = self
            .agent
            .configure_request(request)
            .timeout_global(Some(all))
            .timeout_per_read(Some(idle))
            .timeout_per_write(Some(idle))
            .build();
        self.agent.run(request)
    }

    /// The whole body, of at most `most` bytes.
    fn body(&self, response: &mut Response<ureq::Body>, most: u64) -> Result<Vec<u8>, Fault> {
        let said = response.body().content_length();
        if let Some(length) = said.filter(|length| *length > most) {
            return Err(Fault::TooLong(length));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(said.unwrap_or(0)).unwrap_or(0));
        let reader = response.body_mut().with_config().limit(u64::MAX).reader();
        reader
            .take(most.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| self.no_answer(&ureq::Error::from(error)))?;
        let length = bytes.len() as u64;
        match said {
            Some(said) if said != length => Err(Fault::Cut),
            None if length > most => Err(Fault::TooLong(length)),
            _ => Ok(bytes),
        }
    }

    fn refused(&self, status: u16, headers: &HeaderMap, body: &[u8]) -> Fault {
        let now = self.clock.now().seconds();
        answer::fault(status, headers, body, now, self.config.location.bucket())
    }

    /// The fault behind an error of the connection. Its words name no address.
    fn no_answer(&self, error: &ureq::Error) -> Fault {
        use std::io::ErrorKind;
        let unreachable = |why: String| Fault::Unreachable { endpoint: self.endpoint.clone(), why };
        match error {
            ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => {
                unreachable("no connection in time".into())
            }
            ureq::Error::Timeout(_) => Fault::Slow,
            ureq::Error::Io(error) => match error.kind() {
                ErrorKind::TimedOut | ErrorKind::WouldBlock => Fault::Slow,
                ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => Fault::Cut,
                _ => unreachable(error.to_string()),
            },
            ureq::Error::HostNotFound => unreachable("its name is not known".into()),
            ureq::Error::ConnectionFailed => unreachable("no connection".into()),
            ureq::Error::Rustls(error) => unreachable(format!("TLS: {error}")),
            ureq::Error::Tls(why) => unreachable(format!("TLS: {why}")),
            ureq::Error::Protocol(_) => Fault::Cut,
            _ => Fault::Answer { status: 0, code: "no HTTP".into() },
        }
    }

    fn backoff(&self, attempt: u32) -> Duration {
        let mut chance = [0; 2];
        self.rng.fill(&mut chance);
        let full = self.config.limits.backoff.saturating_mul(1 << (attempt - 1).min(16)).min(MAX_BACKOFF);
        // Between half of it and all of it: many that failed together do not come back together.
        full / 2 + full.mul_f64(f64::from(u16::from_le_bytes(chance)) / 131_072.0)
    }

    fn place(&self) -> Result<Place<'_>, Fault> {
        let most = self.config.limits.reads;
        if self.reads.fetch_add(1, Relaxed) >= most {
            self.reads.fetch_sub(1, Relaxed);
            return Err(Fault::Busy(most));
        }
        Ok(Place(&self.reads))
    }
}

/// One of the reads that may be under way.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}
