//! `probe`: is the process of this configuration ready? For health checks of containers, where there is no curl.

use std::{net::IpAddr, time::Duration};

use http_body_util::{BodyExt, Empty, Limited};
use hyper::{Request, StatusCode, body::Bytes, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::timeout};

use super::show;
use crate::{
    config::Config,
    failed::{Doing, Failed},
};

/// A process that does not say so in this time is not ready; health checks ask again.
const WAIT: Duration = Duration::from_secs(4);
/// More than any answer has, in bytes.
const MOST: usize = 64 * 1024;

/// Asks `/readyz` at `http.ops_listen`, as the environment of the container says it; fails with what is missing.
pub async fn run(config: Config) -> Result<(), Failed> {
    let mut address = config.http.ops_listen;
    if address.ip().is_unspecified() {
        let here: IpAddr =
            if address.is_ipv4() { [127, 0, 0, 1].into() } else { [0, 0, 0, 0, 0, 0, 0, 1].into() };
        address.set_ip(here);
    }
    let asking = async {
        let stream = TcpStream::connect(address).await.doing(|| format!("reach {address}"))?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.doing(|| format!("speak to {address}"))?;
        tokio::spawn(connection);
        let request = Request::get("/readyz").header(header::HOST, address.to_string());
        let request = request.body(Empty::<Bytes>::new()).doing(|| "ask".into())?;
        let answer = sender.send_request(request).await.doing(|| format!("ask {address}"))?;
        let status = answer.status();
        let body =
            Limited::new(answer.into_body(), MOST).collect().await.doing(|| "read the answer".into())?;
        Ok::<_, Failed>((status, String::from_utf8_lossy(&body.to_bytes()).into_owned()))
    };
    match timeout(WAIT, asking).await {
        Ok(Ok((StatusCode::OK, _))) => show("ready\n"),
        Ok(Ok((status, body))) => Err(Failed::new(format!("not ready ({status}): {body}"))),
        Ok(Err(failed)) => Err(failed),
        Err(_) => Err(Failed::new(format!("{address} did not answer in {} seconds", WAIT.as_secs()))),
    }
}
