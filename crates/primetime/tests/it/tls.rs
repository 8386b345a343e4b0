//! TLS for viewers, and a service of systemd's: what the process does beyond what `web`'s tests show.

use std::{fs, os::unix::fs::symlink, os::unix::net::UnixDatagram, time::Duration};

use rustix::process::Signal;
use rustls::version::{TLS12, TLS13};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    authority::{Authority, connect, replace, shown},
    catalogue,
    process::Installation,
};

const HOST: &str = "harbour.localhost";

/// Renewed as certbot does it: files with new names, and links that are swapped.
#[tokio::test]
async fn a_certificate_is_renewed_while_it_is_served() {
    let mut there = Installation::new();
    catalogue::write(&there.input(), "Night Ferry");
    there.succeed("import IN");
    there.succeed("publish");
    let authority = Authority::new();
    let live = there.dir.path().join("live");
    fs::create_dir(&live).unwrap();
    let (certificate, key) = (live.join("fullchain.pem"), live.join("privkey.pem"));
    let put = |number: u32, names: &[&str], until: i32| {
        let issued = authority.issue(names, 2020, until);
        for (link, text, mode) in [(&certificate, &issued.certificate, 0o644), (&key, &issued.key, 0o600)] {
            let file = link.with_extension(format!("{number}.pem"));
            replace(&file, text, mode);
            let aside = link.with_extension("link");
            symlink(&file, &aside).unwrap();
            fs::rename(&aside, link).unwrap();
        }
        issued
    };
    let first = put(1, &[HOST], 2090);
    there.variables = vec![
        ("PRIMETIME_HTTP_TLS_CERTIFICATE", certificate.to_str().unwrap().into()),
        ("PRIMETIME_HTTP_TLS_KEY", key.to_str().unwrap().into()),
    ];
    let said = there.run("doctor --set database.path=none --roles site,origin");
    assert!(crate::process::words(&said).contains("ok    certificate: holds until 2090-01-01"), "{said:?}");

    let mut running = there.start("serve --roles site,origin --set database.path=none");
    running.ready().await;
    let client = authority.client(&[&TLS12, &TLS13], &["http/1.1"]);
    let address = running.address;
    let port = address.port();
    let ask = async |stream: &mut tokio_rustls::client::TlsStream<tokio::net::TcpStream>, connection| {
        let request =
            format!("GET /en/t/ferry HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: {connection}\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !String::from_utf8_lossy(&answer).contains("</html>") {
            assert!(stream.read_buf(&mut answer).await.unwrap() > 0, "closed");
        }
        String::from_utf8_lossy(&answer).into_owned()
    };
    running.until("answering over TLS", async |_| connect(&client, address, HOST).await.is_ok()).await;
    let mut kept = connect(&client, address, HOST).await.unwrap();
    assert_eq!(shown(&kept), first.der);
    let page = ask(&mut kept, "keep-alive").await;
    assert!(page.contains("Night Ferry"), "{page}");
    // Cookies are for TLS alone: the address is https, without being told.
    assert!(page.to_ascii_lowercase().contains("; secure"), "{page}");

    let second = put(2, &[HOST], 2091);
    running
        .until("showing the new certificate", async |_| {
            shown(&connect(&client, address, HOST).await.expect("a handshake")) == second.der
        })
        .await;
    assert!(ask(&mut kept, "close").await.contains("Night Ferry"));

    // What cannot be served is said, counted, and not served.
    replace(&certificate, "no certificate", 0o644);
    let refused = async |running: &crate::process::Running| {
        running.ops("/metrics").await.unwrap().1.contains("\nprimetime_tls_certificate_refused 1\n")
    };
    running.until("refusing it", refused).await;
    assert_eq!(shown(&connect(&client, address, HOST).await.unwrap()), second.der);
    let log = running.log();
    assert!(log.contains("fullchain.pem has no certificate") && !log.contains("PRIVATE KEY"), "{log}");
    assert!(running.signal(Signal::TERM).await.success());

    let said = crate::process::words(&there.run("doctor --set database.path=none --roles site,origin"));
    assert!(
        said.contains("WRONG certificate") && said.contains("fullchain.pem has no certificate"),
        "{said}"
    );
    put(3, &["books.localhost"], 2090);
    let said = crate::process::words(&there.run("doctor --set database.path=none --roles site,origin"));
    assert!(said.contains("does not cover") && said.contains("harbour.localhost"), "{said}");
    replace(&key, &second.key, 0o600);
    let said = there.fail("serve --roles site,origin --set database.path=none");
    assert!(said.contains("http.tls_key") && said.contains("cannot be used together"), "{said}");
    there.variables.pop();
    let said = there.fail("serve");
    assert!(said.contains("http.tls_key") && said.contains("the file of the key"), "{said}");
}

/// What systemd hears of a service of `Type=notify`.
#[tokio::test]
async fn systemd_hears_when_it_serves_lives_and_stops() {
    let mut there = Installation::new();
    let path = there.dir.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let hear = move || {
        let mut bytes = [0; 256];
        let count = socket.recv(&mut bytes).expect("a word from the service");
        String::from_utf8_lossy(&bytes[..count]).into_owned()
    };
    there.variables =
        vec![("NOTIFY_SOCKET", path.to_str().unwrap().into()), ("WATCHDOG_USEC", "100000".into())];
    let running = there.start("serve");
    let (heard, hear) = tokio::task::spawn_blocking(move || (hear(), hear)).await.unwrap();
    assert_eq!(heard, "READY=1\nSTATUS=serving\n");
    // It said so after it listened.
    tokio::net::TcpStream::connect(running.address).await.unwrap();
    let (beats, hear) = tokio::task::spawn_blocking(move || ([hear(), hear()], hear)).await.unwrap();
    assert_eq!(beats, ["WATCHDOG=1\n", "WATCHDOG=1\n"]);
    assert!(running.signal(Signal::TERM).await.success());
    let last = tokio::task::spawn_blocking(move || {
        loop {
            let heard = hear();
            if heard != "WATCHDOG=1\n" {
                break heard;
            }
        }
    });
    assert_eq!(last.await.unwrap(), "STOPPING=1\nSTATUS=finishing what is under way\n");
}
