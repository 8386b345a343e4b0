//! A small real server for the tests: serves a listening socket that it inherits as its standard input, and takes its orders at
//! an address that it prints. Its first argument names the release, which decides what is wrong with it.

#![allow(clippy::disallowed_methods, reason = "it stands for a process of its own: time is the machine's")]
#![allow(clippy::print_stdout, reason = "its address is told there")]

use std::{
    collections::BTreeMap,
    error::Error,
    fs::{self, File},
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
/// What every answer takes, of every release.
const USUAL: Duration = Duration::from_millis(10);
/// What one that leaks keeps of each request; and of every so many, an open file.
const KEPT: usize = 40_000;
const OPENS_EVERY: u64 = 10;
const BOUNDS: [f64; 8] = [0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064];

static SERVING: AtomicBool = AtomicBool::new(false);
static STOPPING: AtomicBool = AtomicBool::new(false);
static OPEN: AtomicU64 = AtomicU64::new(0);
static ASKED: AtomicU64 = AtomicU64::new(0);
/// By route and class, and by bucket.
type Counts = (BTreeMap<(String, &'static str), u64>, [u64; 9]);
static COUNTS: Mutex<Counts> = Mutex::new((BTreeMap::new(), [0; 9]));
static LEAKED: Mutex<(Vec<Vec<u8>>, Vec<File>)> = Mutex::new((Vec::new(), Vec::new()));

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
    let path = path(&connection)?;
    let began = Instant::now();
    let asked = ASKED.fetch_add(1, SeqCst);
    sleep(match release {
        _ if release.ends_with("slow") => USUAL + Duration::from_millis(40),
        _ if release.ends_with("doubled") => USUAL * 2,
        _ => USUAL,
    });
    leak(release, asked)?;
    let fails = release.ends_with("errors") && asked.is_multiple_of(10)
        || release.ends_with("rare-fails") && path == "/rare";
    let (status, class) = if fails { ("500 Oh", "5xx") } else { ("200 OK", "2xx") };
    let seconds = began.elapsed().as_secs_f64();
    {
        let mut counts = COUNTS.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.0.entry((path, class)).or_default() += 1;
        counts.1[BOUNDS.partition_point(|bound| *bound < seconds)] += 1;
    }
    reply(connection, status, release)
}

fn leak(release: &str, asked: u64) -> std::io::Result<()> {
    let mut leaked = LEAKED.lock().unwrap_or_else(PoisonError::into_inner);
    if release.ends_with("leaks") {
        // Written to: memory that nobody touches is not resident.
        leaked.0.push(vec![1; KEPT]);
    }
    if release.ends_with("opens") && asked.is_multiple_of(OPENS_EVERY) {
        leaked.1.push(File::open("/dev/null")?);
    }
    Ok(())
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
        "/metrics" => return reply(connection, "200 OK", &metrics()?),
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

/// Resident bytes and open files of this process: proc(5).
fn held() -> std::io::Result<(u64, usize)> {
    let status = fs::read_to_string("/proc/self/status")?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"));
    let kib: u64 = resident.and_then(|kib| kib.parse().ok()).ok_or(ErrorKind::InvalidData)?;
    Ok((kib << 10, fs::read_dir("/proc/self/fd")?.count()))
}

fn metrics() -> std::io::Result<String> {
    let (memory, files) = held()?;
    let counts = COUNTS.lock().unwrap_or_else(PoisonError::into_inner);
    let mut text =
        format!("primetime_process_resident_memory_bytes {memory}\nprimetime_process_open_fds {files}\n");
    for ((route, class), count) in &counts.0 {
        text += &format!(
            "primetime_http_requests_total{{role=\"site\",route=\"{route}\",class=\"{class}\"}} {count}\n"
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
    Ok(text
        + &format!(
            "primetime_http_offered_total{{role=\"site\"}} {sum}\nprimetime_http_connections_accepted_total {sum}\n# EOF\n"
        ))
}
