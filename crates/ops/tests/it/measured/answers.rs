//! Servers that answer otherwise than Prometheus does when all is well.

use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
};

use super::Land;

/// More than is read, in pieces of this.
const PIECE: usize = 1 << 20;

/// Says the same to everybody, then closes; `endless`: its last byte again and again instead, as long as somebody reads.
fn says(answer: String, endless: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = [0; 4096];
            let _ = stream.read(&mut head);
            let _ = stream.write_all(answer.as_bytes());
            let piece = vec![b' '; PIECE];
            while endless && stream.write_all(&piece).is_ok() {}
        }
    });
    url
}

fn http(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn what_is_no_answer_is_said_and_plans_nothing() {
    let good = r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#;
    let many: String = (0..5_001)
        .map(|n| {
            format!(
                r#",{{"metric":{{"__name__":"primetime_http_offered_total","instance":"i{n}"}},"values":[[1,"1"]]}}"#
            )
        })
        .collect();
    let crowd =
        format!(r#"{{"status":"success","data":{{"resultType":"matrix","result":[{}]}}}}"#, &many[1..]);
    let cases = [
        (
            http("503 Service Unavailable", "<h1>Nobody home</h1>"),
            false,
            "Prometheus answered 503: Service Unavailable",
        ),
        (
            http(
                "422 Unprocessable Entity",
                r#"{"status":"error","errorType":"execution","error":"too many samples"}"#,
            ),
            false,
            "Prometheus answered 422: execution: too many samples",
        ),
        (http("302 Found\r\nLocation: http://127.0.0.1/", ""), false, "Prometheus answered 302: Found"),
        (
            http("200 OK", "<html>sign in</html>"),
            false,
            "not understood: the answer is not what Prometheus says",
        ),
        (http("200 OK", r#"{"status":"error","errorType":"x","error":"y\nz"}"#), false, "it says x: y z"),
        (http("200 OK", good), false, "no samples of instances of ours"),
        (http("200 OK", &crowd), false, "more than 5000 instances"),
        (http("200 OK", good).replace("Length: ", "Length: 9"), false, "is not reached"),
        ("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".into(), true, "longer than 16777216 bytes"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{".into(), false, "is not reached"),
        ("SSH-2.0-OpenSSH\r\n\r\n".into(), false, "is not reached"),
        (String::new(), false, "is not reached"),
    ];
    for (answer, endless, words) in cases {
        let mut land = Land::new(&says(answer, endless)).await;
        let said = land.look().await.unwrap_err().to_string();
        assert!(said.contains(words), "{words}: {said}");
        assert!(land.store.fleet_plan("site").await.unwrap().is_none(), "{words}");
    }
}
