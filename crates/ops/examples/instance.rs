//! A small real server for the tests: serves a listening socket that it inherits as its standard input, and takes its orders at
//! an address that it prints. Its first argument names the release, which decides what is wrong with it.

#![allow(clippy::disallowed_methods, reason = "it stands for a process of its own: time is the machine's")]
#![allow(clippy::print_stdout, reason = "its address is told there")]

use std::{
    collections::BTreeMap,
    error::Error,
    io::{BufRead, BufReader, ErrorKind, Write},
    net::{TcpListener, TcpStream},
    os::fd::AsFd,
    process::ExitCode,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
    thread::{self, sleep},
    time::{Duration, Instant},
};

const PAUSE: Duration = Duration::from_micros(300);
const BOUNDS: [f64; 8] = [0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064];

static SERVING: AtomicBool = AtomicBool::new(false);
static STOPPING: AtomicBool = AtomicBool::new(false);
static OPEN: AtomicU64 = AtomicU64::new(0);
static ASKED: AtomicU64 = AtomicU64::new(0);
/// By class, and by bucket.
static COUNTS: Mutex<(BTreeMap<&str, u64>, [u64; 9])> = Mutex::new((BTreeMap::new(), [0; 9]));

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let release: &'static str = std::env::args().nth(1).unwrap_or_default().leak();
    if release.ends_with("ends") {
        return Ok(ExitCode::from(3));
    }
    let shared = TcpListener::from(std::io::stdin().as_fd().try_clone_to_owned()?);
    shared.set_nonblocking(true)?;
    let orders = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", orders.local_addr()?);
    thread::spawn(move || {
        for connection in orders.incoming().flatten() {
            let _gone = obey(connection, release);
        }
    });
    while !(STOPPING.load(SeqCst) && OPEN.load(SeqCst) == 0) {
        if !SERVING.load(SeqCst) {
            sleep(PAUSE);
            continue;
        }
        match shared.accept() {
            Ok((connection, _)) => {
                OPEN.fetch_add(1, SeqCst);
                thread::spawn(move || {
                    let _gone = answer(connection, release);
                    OPEN.fetch_sub(1, SeqCst);
                });
            }
            Err(error) if error.kind() != ErrorKind::WouldBlock => return Err(error.into()),
            Err(_) => {}
        }
        // Leaves the next one to another instance.
        sleep(PAUSE);
    }
    Ok(ExitCode::SUCCESS)
}

fn path(connection: &TcpStream) -> std::io::Result<String> {
    connection.set_nonblocking(false)?;
    let mut lines = BufReader::new(connection).lines();
    let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    Ok(first.split(' ').nth(1).unwrap_or_default().to_owned())
}

fn reply(mut connection: TcpStream, status: &str, body: &str) -> std::io::Result<()> {
    let length = body.len();
    write!(connection, "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
}

fn answer(connection: TcpStream, release: &str) -> std::io::Result<()> {
    path(&connection)?;
    let began = Instant::now();
    if release.ends_with("slow") {
        sleep(Duration::from_millis(40));
    }
    let fails = release.ends_with("errors") && ASKED.fetch_add(1, SeqCst).is_multiple_of(10);
    let (status, class) = if fails { ("500 Oh", "5xx") } else { ("200 OK", "2xx") };
    let seconds = began.elapsed().as_secs_f64();
    {
        let mut counts = COUNTS.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.0.entry(class).or_default() += 1;
        counts.1[BOUNDS.partition_point(|bound| *bound < seconds)] += 1;
    }
    reply(connection, status, release)
}

fn obey(connection: TcpStream, release: &str) -> std::io::Result<()> {
    let order = path(&connection)?;
    match order.as_str() {
        "/admit" => SERVING.store(true, SeqCst),
        "/park" => SERVING.store(false, SeqCst),
        "/stop" => {
            SERVING.store(false, SeqCst);
            STOPPING.store(true, SeqCst);
        }
        "/metrics" => return reply(connection, "200 OK", &metrics()),
        _ => {}
    }
    let state = match (STOPPING.load(SeqCst), SERVING.load(SeqCst)) {
        _ if release.ends_with("never") => "starting",
        (true, _) => "stopping",
        (_, true) => "serving",
        _ => "ready",
    };
    reply(connection, "200 OK", state)
}

fn metrics() -> String {
    let counts = COUNTS.lock().unwrap_or_else(PoisonError::into_inner);
    let mut text = String::new();
    for (class, count) in &counts.0 {
        text += &format!(
            "primetime_http_requests_total{{role=\"site\",route=\"/\",class=\"{class}\"}} {count}\n"
        );
    }
    let mut sum = 0;
    for (at, count) in counts.1.iter().enumerate() {
        sum += count;
        let le = BOUNDS.get(at).map_or("+Inf".to_owned(), f64::to_string);
        text += &format!(
            "primetime_http_request_seconds_bucket{{le=\"{le}\",role=\"site\",route=\"/\"}} {sum}\n"
        );
    }
    text + &format!(
        "primetime_http_offered_total{{role=\"site\"}} {sum}\nprimetime_http_connections_accepted_total {sum}\n# EOF\n"
    )
}
