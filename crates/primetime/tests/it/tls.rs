//! TLS for viewers, and a service of systemd's: what the process does beyond what `web`'s tests show.

use std::{
    fs,
    os::unix::{fs::symlink, net::UnixDatagram},
    path::PathBuf,
    time::Duration,
};

use rustix::process::Signal;
use rustls::version::{TLS12, TLS13};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    authority::{Authority, Issued, connect, replace, shown},
    catalogue,
    host::{ALONE, Drained, GOOD, HOST as TWO, release, says},
    process::{Installation, Running},
    replaced::Crowd,
};

const HOST: &str = "harbour.localhost";

/// An installation's certificate and key, renewed as certbot does it: files with new names, and links that are swapped.
struct Live {
    authority: Authority,
    certificate: PathBuf,
    key: PathBuf,
}

impl Live {
    /// What this installation is told to serve; nothing is there yet.
    fn of(there: &mut Installation) -> Self {
        let folder = there.dir.path().join("live");
        fs::create_dir(&folder).unwrap();
        let (certificate, key) = (folder.join("fullchain.pem"), folder.join("privkey.pem"));
        for (variable, path) in
            [("PRIMETIME_HTTP_TLS_CERTIFICATE", &certificate), ("PRIMETIME_HTTP_TLS_KEY", &key)]
        {
            there.variables.push((variable, path.to_str().unwrap().into()));
        }
        Self { authority: Authority::new(), certificate, key }
    }

    fn put(&self, number: u32, names: &[&str], until: i32) -> Issued {
        let issued = self.authority.issue(names, 2020, until);
        for (link, text, mode) in
            [(&self.certificate, &issued.certificate, 0o644), (&self.key, &issued.key, 0o600)]
        {
            let file = link.with_extension(format!("{number}.pem"));
            replace(&file, text, mode);
            let aside = link.with_extension("link");
            symlink(&file, &aside).unwrap();
            fs::rename(&aside, link).unwrap();
        }
        issued
    }
}

#[tokio::test]
async fn a_certificate_is_renewed_while_it_is_served() {
    let mut there = Installation::new();
    catalogue::publish(&there, "Night Ferry");
    let live = Live::of(&mut there);
    let first = live.put(1, &[HOST], 2090);
    let said = there.run("doctor --set database.path=none --roles site,origin");
    assert!(crate::process::words(&said).contains("ok    certificate: holds until 2090-01-01"), "{said:?}");

    let mut running = there.start("serve --roles site,origin --set database.path=none");
    running.ready().await;
    let client = live.authority.client(&[&TLS12, &TLS13], &["http/1.1"]);
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

    let second = live.put(2, &[HOST], 2091);
    running
        .until("showing the new certificate", async |_| {
            shown(&connect(&client, address, HOST).await.expect("a handshake")) == second.der
        })
        .await;
    assert!(ask(&mut kept, "close").await.contains("Night Ferry"));

    // What cannot be served is said, counted, and not served.
    replace(&live.certificate, "no certificate", 0o644);
    let refused = async |running: &Running| {
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
    live.put(3, &["books.localhost"], 2090);
    let said = crate::process::words(&there.run("doctor --set database.path=none --roles site,origin"));
    assert!(said.contains("does not cover") && said.contains("harbour.localhost"), "{said}");
    replace(&live.key, &second.key, 0o600);
    let said = there.fail("serve --roles site,origin --set database.path=none");
    assert!(said.contains("http.tls_key") && said.contains("cannot be used together"), "{said}");
    there.variables.pop();
    let said = there.fail("serve");
    assert!(said.contains("http.tls_key") && said.contains("the file of the key"), "{said}");
}

/// Connections in a row, each to whichever instance takes it, that must show the same certificate.
const IN_A_ROW: usize = 16;

/// Both at once: instances are exchanged while their certificate is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_release_is_rolled_out_over_tls_while_the_certificate_is_renewed() {
    let mut there = Installation::new();
    catalogue::publish(&there, "Night Ferry");
    let live = Live::of(&mut there);
    let first = live.put(1, &[HOST], 2090);
    release(&there, "v1", GOOD);
    release(&there, "v2", GOOD);
    let _drained = Drained(&there);
    let mut host = there.start_host(TWO, &ALONE);
    says(&there, &mut host, "site runs 2 of v1 on 1 host").await;
    let client = live.authority.client(&[&TLS12, &TLS13], &["http/1.1"]);
    let crowd = Crowd::over(there.address, Some(client.clone()));
    crowd.goes_on(&mut host).await;
    assert_eq!(shown(&connect(&client, there.address, HOST).await.unwrap()), first.der);

    there.succeed("release roll v2 --bake 0 --as ana");
    says(&there, &mut host, "canary and control are judged").await;
    let second = live.put(2, &[HOST], 2091);
    says(&there, &mut host, "site runs 2 of v2 on 1 host").await;
    says(&there, &mut host, ": done").await;
    crowd.goes_on(&mut host).await;
    let renewed = async |_: &Running| {
        for _ in 0..IN_A_ROW {
            let stream = connect(&client, there.address, HOST).await.expect("a handshake");
            if shown(&stream) != second.der {
                return false;
            }
        }
        true
    };
    host.until("showing the renewed certificate", renewed).await;
    crowd.goes_on(&mut host).await;
    let answered = crowd.end().await;
    assert!(answered.is_ok(), "{answered:?}\n{}", host.log());
    assert!(host.signal(Signal::INT).await.success());
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
