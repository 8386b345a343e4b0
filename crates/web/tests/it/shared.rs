//! One listening socket, several who accept from it.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    os::fd::OwnedFd,
    thread,
};

use axum::{Router, routing::get};
use rustix::net::{AddressFamily, SocketType, bind, listen, socket, sockopt};
use web::{Drained, Gate, Limits, Listener};

use crate::harness::Server;

/// Fewer than the shortest queue that systems allow.
const CLIENTS: usize = 100;

fn named(name: &'static str) -> Router {
    Router::new().route("/", get(move || async move { name }))
}

/// The descriptor is its own, the socket is the same: as a child inherits it.
fn inherited(socket: &TcpListener) -> Listener {
    Listener::shared(socket.try_clone().unwrap()).unwrap()
}

#[tokio::test]
async fn who_drains_leaves_the_queue_to_the_others() {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let leaves = Server::on(inherited(&socket), named("leaves"), Limits::default());
    leaves.shutdown.cancel();
    // One thread: they are in the kernel's queue when the accept loop hears that it is to end.
    let waiting: Vec<_> = (0..50).map(|_| TcpStream::connect(address).unwrap()).collect();
    assert_eq!(leaves.ended().await, Drained { cut: 0 });
    let stays = Server::on(inherited(&socket), named("stays"), Limits::default());
    for stream in waiting {
        stream.set_nonblocking(true).unwrap();
        let mut client = crate::harness::Raw(tokio::net::TcpStream::from_std(stream).unwrap());
        client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
        assert!(client.rest().await.ends_with("stays"));
    }
    assert_eq!(stays.metric("test_http_connections_accepted_total").as_deref(), Some("50"));
}

/// A warm process leaves new connections to the others, tells its clients to close, and takes traffic again when it is let.
#[tokio::test]
async fn whose_gate_is_shut_takes_nothing_new_and_can_be_opened() {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let gate = Gate::new(true);
    let parks = Server::on(inherited(&socket).gated(gate.clone()), named("parks"), Limits::default());
    let mut kept = parks.connect().await;
    const ASK: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    kept.send(ASK).await;
    let first = kept.until("parks").await;
    assert!(!first.contains("connection: close"), "{first}");
    gate.park();
    // In the queue of both.
    let mut waits = parks.connect().await;
    waits.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    kept.send(ASK).await;
    let last = kept.rest().await;
    assert!(last.contains("connection: close") && last.ends_with("parks"), "{last}");
    let other = Server::on(inherited(&socket), named("other"), Limits::default());
    assert!(waits.rest().await.ends_with("other"));
    other.shutdown.cancel();
    assert_eq!(other.ended().await, Drained { cut: 0 });
    let mut late = parks.connect().await;
    late.send(ASK).await;
    gate.admit();
    let again = late.until("parks").await;
    assert!(!again.contains("connection: close"), "{again}");
    parks.shutdown.cancel();
    assert_eq!(parks.ended().await, Drained { cut: 0 });
}

/// A listener that lets others listen on the same address.
fn reuse_port(address: SocketAddr) -> TcpListener {
    let fd: OwnedFd = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    sockopt::set_socket_reuseport(&fd, true).unwrap();
    bind(&fd, &address).unwrap();
    listen(&fd, 4_096).unwrap();
    TcpListener::from(fd)
}

/// Of the clients whose connection was established before one of two listeners closed, those who got no answer.
fn lost(closes: TcpListener, stays: TcpListener) -> usize {
    let address = closes.local_addr().unwrap();
    let clients: Vec<_> = (0..CLIENTS).map(|_| TcpStream::connect(address).unwrap()).collect();
    drop(closes);
    // Until the test's process ends: nobody is told that there is nothing more to come.
    thread::spawn(move || {
        while let Ok((mut stream, _)) = stays.accept() {
            stream.write_all(b"served").unwrap();
        }
    });
    let answered = |mut stream: TcpStream| {
        let mut words = String::new();
        stream.read_to_string(&mut words).is_ok() && words == "served"
    };
    clients.into_iter().map(answered).filter(|answered| !answered).count()
}

/// Why instances share one inherited socket: with `SO_REUSEPORT` each has a queue of its own, which dies with it.
#[test]
fn reuse_port_loses_what_an_inherited_socket_keeps() {
    let one = TcpListener::bind("127.0.0.1:0").unwrap();
    let other = one.try_clone().unwrap();
    assert_eq!(lost(one, other), 0);

    let first = reuse_port("127.0.0.1:0".parse().unwrap());
    let second = reuse_port(first.local_addr().unwrap());
    let lost = lost(first, second);
    println!(
        "lost of {CLIENTS} established connections: {lost} with SO_REUSEPORT, 0 with one inherited socket"
    );
    // Each client is in one of the two queues by a hash that the kernel draws: that all are in one is out of the question.
    let migrates = std::fs::read_to_string("/proc/sys/net/ipv4/tcp_migrate_req");
    assert_eq!(lost == 0, migrates.is_ok_and(|on| on.trim() == "1"), "lost {lost}");
}

/// One whose rate is declared leaves what is too much to the others on its socket, and turns nobody away.
#[tokio::test]
async fn beyond_a_declared_rate_connections_wait_for_others() {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let limits = || Limits {
        connection: web::ConnectionLimits { accepts: std::num::NonZeroU32::new(1), ..Default::default() },
        ..Limits::default()
    };
    let few = Server::on(inherited(&socket), named("few"), limits());
    let many = Server::on(inherited(&socket), named("many"), Limits::default());
    for _ in 0..50 {
        let mut client = crate::harness::Raw(tokio::net::TcpStream::connect(address).await.unwrap());
        client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
        assert!(client.rest().await.starts_with("HTTP/1.1 200"));
    }
    let accepted = |server: &Server| -> u64 {
        server.metric("test_http_connections_accepted_total").map_or(0, |text| text.parse().unwrap())
    };
    // Fifty that take less than twenty seconds.
    assert!(accepted(&few) < 20, "{}", accepted(&few));
    assert_eq!(accepted(&few) + accepted(&many), 50);
}
