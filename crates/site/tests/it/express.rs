use std::time::Duration;

use domain::{Clock, Rng, SeededRng, Timestamp};
use http::HeaderMap;
use site::{Express, SiteConfig};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;
use web::{ConnectionLimits, Drained, Guard, HttpMetrics, Metrics, RequestLimits};

use crate::{
    house::{House, demo},
    world::{HOUR, NOON},
};

/// The site on a socket, with its express or without; and one connection to it.
struct Door {
    metrics: Metrics,
    stream: TcpStream,
    shutdown: CancellationToken,
    ended: JoinHandle<Drained>,
}

impl Door {
    async fn open(house: &House, express: bool) -> Self {
        let metrics = Metrics::new("door");
        let http = HttpMetrics::new(&metrics);
        // The same ids on both sides.
        let guard =
            Guard::new("site", RequestLimits::default(), house.clock.clone(), &SeededRng::new(3), &http);
        let express = express.then(|| Express::new(house.site.clone(), &guard));
        let listener = web::bind("127.0.0.1:0".parse().unwrap(), None).unwrap();
        let address = listener.local_addr().unwrap();
        let app = house.router.clone().layer(guard);
        let shutdown = CancellationToken::new();
        let stop = shutdown.clone();
        let ended = tokio::spawn(async move {
            web::serve_with(listener, app, express, ConnectionLimits::default(), &http, stop).await
        });
        Self { metrics, stream: TcpStream::connect(address).await.unwrap(), shutdown, ended }
    }

    /// Status line, fields and body.
    async fn ask(&mut self, request: &str) -> (String, HeaderMap, Vec<u8>) {
        self.stream.write_all(request.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.stream.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().to_owned();
        let mut fields = HeaderMap::new();
        for line in lines.take_while(|line| !line.is_empty()) {
            let (name, value) = line.split_once(": ").unwrap();
            fields.append(http::HeaderName::try_from(name).unwrap(), value.parse().unwrap());
        }
        let length =
            fields.get("content-length").map_or(0, |length| length.to_str().unwrap().parse().unwrap());
        let bare = request.starts_with("HEAD") || status.contains(" 304 ");
        let mut body = vec![0; if bare { 0 } else { length }];
        self.stream.read_exact(&mut body).await.unwrap();
        (status, fields, body)
    }

    async fn close(self) {
        drop(self.stream);
        self.shutdown.cancel();
        assert_eq!(self.ended.await.unwrap().cut, 0);
    }
}

/// What viewers, proxies and strangers may send.
struct Menu {
    rng: SeededRng,
    cookies: Vec<String>,
    tags: Vec<String>,
}

impl Menu {
    fn pick<'a>(&self, of: &[&'a str]) -> &'a str {
        let mut bits = [0; 8];
        self.rng.fill(&mut bits);
        of[u64::from_le_bytes(bits) as usize % of.len()]
    }

    fn own<'a>(&self, of: &'a [String]) -> &'a str {
        self.pick(&of.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn request(&self) -> String {
        let method =
            self.pick(&["GET", "GET", "GET", "GET", "GET", "GET", "GET", "GET", "GET", "HEAD", "DELETE"]);
        let path = self.pick(&[
            "/en/",
            "/en/",
            "/ko/",
            "/ar/",
            "/ja/",
            "/en/t/tram",
            "/en/t/tides",
            "/ko/t/nights",
            "/en/t/coming",
            "/en/t/leaving",
            "/en/watch/tram",
            "/en/watch/tides-s1e1",
            "/api/v1/en/home",
            "/api/v1/ko/home",
            "/api/v1/en/titles/tides",
            "/api/v1/xx/home",
            "/",
            "/en",
            "/en/t/",
            "/en/t/No",
            "/en/t/tram/",
            "/EN/",
            "/en-GB/",
            "/en/?a=1",
            "/en/t/tr%61m",
            "/en//t/tram",
            "/favicon.svg",
            "/en/t/deep",
        ]);
        let mut request = format!("{method} {path} HTTP/1.1\r\n");
        let mut field = |name: &str, value: &str| {
            if !value.is_empty() {
                request.push_str(&format!("{name}: {value}\r\n"));
            }
        };
        let hosts = [
            "harbour.localhost:8080",
            "harbour.localhost:8080",
            "Harbour.LocalHost",
            "fathom.localhost",
            "x.y",
        ];
        field(self.pick(&["host", "Host"]), self.pick(&hosts));
        field("cookie", self.own(&self.cookies));
        let encodings = [
            "",
            "br",
            "br",
            "gzip, deflate, br, zstd",
            "gzip",
            "gzip;q=1, br;q=0.5",
            "identity",
            "*;q=0",
            "br;q=0",
        ];
        field("accept-encoding", self.pick(&encodings));
        field("accept", self.pick(&["", "text/html", "application/json"]));
        field("accept-language", self.pick(&["", "", "ko", "en;q=0.5, ja", "fr"]));
        field("sec-fetch-site", self.pick(&["", "same-origin", "same-origin", "none", "cross-site"]));
        field("if-none-match", self.pick(&["", "", "", "*", "\"x\"", self.own(&self.tags)]));
        field(
            "user-agent",
            self.pick(&["", "", "Mozilla/5.0 (iPhone) Mobile", "Mozilla/5.0 (Linux; BRAVIA 4K)"]),
        );
        field("connection", self.pick(&["", "", "", "keep-alive"]));
        field("content-length", self.pick(&["", "", "", "", "", "", "", "0"]));
        request + "\r\n"
    }
}

/// Asks both the same things for a while, and holds one's answers against the other's.
async fn both(house: &House, seed: u64, requests: usize) -> usize {
    let (mut long, mut short) = (Door::open(house, false).await, Door::open(house, true).await);
    let mut menu =
        Menu { rng: SeededRng::new(seed), cookies: vec![String::new()], tags: vec![String::new()] };
    let mut quick = 0;
    for n in 0..requests {
        // Repeated as browsers repeat themselves, with the cookie that they got; over the edges of a window and of the cookie.
        let mut request = menu.request();
        for _ in 0..3 {
            let (expected, found) = (long.ask(&request).await, short.ask(&request).await);
            let (mut theirs, mut ours) = (expected.1, found.1);
            let now = house.clock.now();
            theirs.remove("date");
            let date = ours.remove("date").unwrap();
            quick += usize::from(date == httpdate(now));
            assert_eq!((&expected.0, &theirs), (&found.0, &ours), "{request}");
            assert_eq!(expected.2, found.2, "{request}");
            for cookie in theirs.get_all("set-cookie") {
                let cookie = cookie.to_str().unwrap().split(';').next().unwrap();
                for country in ["", "; pt_country=KR", "; pt_country=US", "; pt_lang=ko"] {
                    menu.cookies.push(format!("{cookie}{country}"));
                }
            }
            request = with_cookies(&request, &theirs);
            menu.tags.extend(theirs.get("etag").map(|tag| tag.to_str().unwrap().to_owned()));
            if request.contains("content-length") {
                // hyper has this connection from now on.
                short.stream = TcpStream::connect(short.stream.peer_addr().unwrap()).await.unwrap();
                long.stream = TcpStream::connect(long.stream.peer_addr().unwrap()).await.unwrap();
            }
        }
        menu.cookies.sort();
        menu.cookies.dedup();
        while menu.cookies.len() > 12 {
            menu.cookies.remove(n % menu.cookies.len());
        }
        if n % 10 == 0 {
            house.clock.advance(Duration::from_millis(300 * (n as u64 % 40)));
        }
    }
    assert_eq!(counted(&long), counted(&short));
    long.close().await;
    short.close().await;
    quick
}

/// The request as a browser sends it that has got these cookies.
fn with_cookies(request: &str, answer: &HeaderMap) -> String {
    let set =
        answer.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap());
    let new: Vec<&str> = set.collect();
    if new.is_empty() {
        return request.to_owned();
    }
    let (mut lines, mut cookies) = (Vec::new(), new.clone());
    for line in request.split_inclusive("\r\n") {
        match line.strip_prefix("cookie: ") {
            Some(old) => cookies.extend(
                old.trim()
                    .split("; ")
                    .filter(|pair| !new.iter().any(|new| new.split('=').next() == pair.split('=').next())),
            ),
            None => lines.push(line),
        }
    }
    let last = lines.pop().unwrap();
    format!("{}cookie: {}\r\n{last}", lines.concat(), cookies.join("; "))
}

/// Everything that is counted of requests; connections come and go at their own times.
fn counted(door: &Door) -> Vec<String> {
    let text = door.metrics.encode().unwrap();
    let mut lines: Vec<String> = text
        .lines()
        .filter(|line| !line.contains("_connections") && !line.ends_with(" 0"))
        .map(Into::into)
        .collect();
    lines.sort();
    lines
}

fn httpdate(now: Timestamp) -> String {
    let at = std::time::UNIX_EPOCH + Duration::from_secs(now.seconds() as u64);
    httpdate::HttpDate::from(at).to_string()
}

#[tokio::test]
async fn which_of_the_two_answered_cannot_be_told() {
    let house = House::with(SiteConfig { territory_header: None, ..demo() }).await;
    house.clock.set(Timestamp(NOON.0 + HOUR).minus(Duration::from_secs(400)));
    let quick = both(&house, 11, 1_000).await;
    assert!(quick > 150, "{quick} of 3000 took the short way");
    assert!(house.clock.now() > Timestamp(NOON.0 + HOUR), "over the edge");
}

#[tokio::test]
async fn a_new_edition_is_seen_at_once() {
    let house = House::new().await;
    house.clock.set(NOON);
    let mut door = Door::open(&house, true).await;
    let first = door.ask("GET /en/ HTTP/1.1\r\nhost: harbour.localhost\r\n\r\n").await;
    let cookie = first.1["set-cookie"].to_str().unwrap().split(';').next().unwrap();
    let request =
        format!("GET /api/v1/en/home HTTP/1.1\r\nhost: harbour.localhost\r\ncookie: {cookie}\r\n\r\n");
    let quick = httpdate(house.clock.now());
    for edition in 1..=3 {
        if edition > 1 {
            house.world.publish(&house.objects, edition, &house.key);
            house.follower.poll();
        }
        let now = door.ask(&request).await;
        assert_ne!(now.1["date"], quick, "the API's are made by the router");
        let again = door.ask(&request).await;
        assert_eq!((now.2, again.1["date"].to_str().unwrap()), (again.2.clone(), &*quick));
        let json: serde_json::Value = serde_json::from_slice(&again.2).unwrap();
        assert_eq!(json["edition"], edition);
    }
    door.close().await;
}

#[tokio::test]
async fn a_cookie_that_is_over_is_renewed() {
    let house = House::new().await;
    let mut door = Door::open(&house, true).await;
    let first = door.ask("GET /en/ HTTP/1.1\r\nhost: harbour.localhost\r\n\r\n").await;
    let cookie = first.1["set-cookie"].to_str().unwrap().split(';').next().unwrap();
    let request = format!("GET /en/ HTTP/1.1\r\nhost: harbour.localhost\r\ncookie: {cookie}\r\n\r\n");
    let shared = door.ask(&request).await.1;
    assert_eq!(shared["date"].to_str().unwrap(), httpdate(house.clock.now()), "the short way");
    assert!(
        shared["cache-control"].to_str().unwrap().starts_with("public") && !shared.contains_key("set-cookie")
    );
    house.clock.advance(Duration::from_secs(300));
    let renewed = door.ask(&request).await.1;
    assert!(
        renewed["cache-control"].to_str().unwrap().starts_with("private")
            && renewed.contains_key("set-cookie")
    );
    door.close().await;
}

#[tokio::test]
async fn what_is_taken_down_is_gone_at_once() {
    let house = House::new().await;
    let mut door = Door::open(&house, true).await;
    let first = door.ask("GET /en/ HTTP/1.1\r\nhost: harbour.localhost\r\n\r\n").await;
    let cookie = first.1["set-cookie"].to_str().unwrap().split(';').next().unwrap();
    let fields = format!("host: harbour.localhost\r\ncookie: {cookie}\r\n\r\n");
    for (number, titles, status) in [(0, vec![], "200"), (1, vec!["tram"], "451"), (2, vec![], "200")] {
        if number > 0 {
            crate::takedowns::take_down(&house, number, &titles);
        }
        // Twice: the second time from the cache.
        for _ in 0..2 {
            let page = door.ask(&format!("GET /en/t/tram HTTP/1.1\r\n{fields}")).await;
            assert!(page.0.contains(status), "{}", page.0);
            let home = door.ask(&format!("GET /en/ HTTP/1.1\r\n{fields}")).await;
            let shown = String::from_utf8(home.2).unwrap().contains("t/tram");
            assert_eq!(shown, status == "200");
        }
    }
    door.close().await;
}
