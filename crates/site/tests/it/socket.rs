use domain::SeededRng;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_util::sync::CancellationToken;
use web::{ConnectionLimits, Guard, HttpMetrics, Metrics, RequestLimits};

use crate::house::House;

#[tokio::test]
async fn over_a_socket_behind_the_guard() {
    let house = House::new().await;
    let http = HttpMetrics::new(&Metrics::new("socket"));
    let guard = Guard::new("site", RequestLimits::default(), house.clock.clone(), &SeededRng::new(3), &http);
    let listener = web::bind("127.0.0.1:0".parse().unwrap(), None).unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = CancellationToken::new();
    let app = house.router.clone().layer(guard);
    let limits = ConnectionLimits::default();
    let server = tokio::spawn({
        let shutdown = shutdown.clone();
        async move { web::serve(listener, app, limits, &http, shutdown).await }
    });
    let ask = async |request: &str| {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let home = ask("GET /en/ HTTP/1.1\r\nHost: harbour.localhost\r\nConnection: close\r\n\r\n").await;
    assert!(home.starts_with("HTTP/1.1 200 ") && home.contains("The tram"));
    let head = ask("HEAD /en/ HTTP/1.1\r\nHost: harbour.localhost\r\nConnection: close\r\n\r\n").await;
    assert!(head.starts_with("HTTP/1.1 200 ") && head.ends_with("\r\n\r\n"));
    let none = ask("GET /en/ HTTP/1.1\r\nHost: other.example\r\nConnection: close\r\n\r\n").await;
    assert!(none.starts_with("HTTP/1.1 421 "));
    // Ten megabytes are refused before they are read.
    let large = "PUT /api/v1/positions/tram HTTP/1.1\r\nHost: harbour.localhost\r\nContent-Type: application/json\r\n\
                 Content-Length: 10485760\r\nConnection: close\r\n\r\n{";
    let refused = ask(large).await;
    assert!(refused.starts_with("HTTP/1.1 403 ") && refused.contains("no-profile"), "{refused}");
    shutdown.cancel();
    assert_eq!(server.await.unwrap().cut, 0);
}
