//! What an EC2 machine was given as its user data. The metadata service is played here.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    thread,
};

use crate::process::Installation;

/// A service of version 2, which tells nothing without its token. Its address.
fn metadata(status: &'static str, user_data: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    // It ends with the process.
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let head: Vec<String> =
                lines.map_while(|line| line.ok().filter(|line| !line.is_empty())).collect();
            let knows = head.iter().any(|line| line.eq_ignore_ascii_case("x-aws-ec2-metadata-token: drawn"));
            let (status, body) = match head[0].as_str() {
                "PUT /latest/api/token HTTP/1.1" => ("200 OK", "drawn"),
                "GET /latest/user-data HTTP/1.1" if knows => (status, user_data),
                _ => ("401 Unauthorized", ""),
            };
            let length = body.len();
            write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            )
            .unwrap();
        }
    });
    address
}

#[test]
fn user_data_are_settings_or_nothing() {
    let mut there = Installation::new();
    let mut at = |status, text| {
        there.variables.retain(|(name, _)| *name != "AWS_EC2_METADATA_SERVICE_ENDPOINT");
        there.variables.push(("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata(status, text)));
        there.run("config machine")
    };
    let good = at("200 OK", "PRIMETIME_ROLES=site\nPRIMETIME_OBJECTS_URL=s3://b/live\n");
    assert_eq!(
        String::from_utf8_lossy(&good.stdout),
        "PRIMETIME_OBJECTS_URL=s3://b/live\nPRIMETIME_ROLES=site\n"
    );
    let none = at("404 Not Found", "");
    assert!(none.status.success() && none.stdout.is_empty());
    for (status, text, why) in [
        ("200 OK", "#cloud-config\nruncmd: [rm]\n", "line 2 is not used"),
        ("500 Oops", "", "it says 500"),
        ("200 OK", Box::leak("x".repeat(20_000).into_boxed_str()), "longer than 16384 bytes"),
    ] {
        let bad = at(status, text);
        let said = String::from_utf8_lossy(&bad.stderr).into_owned();
        assert!(!bad.status.success() && bad.stdout.is_empty() && said.contains(why), "{said}");
    }
}
