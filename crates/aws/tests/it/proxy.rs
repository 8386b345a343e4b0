//! Between client and moto: what it lets through, and what it answers by itself.

use std::sync::{Arc, Mutex};

use drivers::group::conformance::Fault;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What happens to a call.
#[derive(Debug, Clone)]
pub enum Does {
    Suffers(Fault),
    /// This answer, whole, instead of the service's.
    Says(String),
}

#[derive(Debug, Clone)]
pub struct Proxy {
    pub port: u16,
    /// Calls of this `Action` suffer this.
    rule: Arc<Mutex<Option<(&'static str, Does)>>>,
    /// The requests that came, in their order.
    came: Arc<Mutex<Vec<String>>>,
}

pub const CHANGE: &str = "UpdateAutoScalingGroup";

impl Proxy {
    /// Before the server at `to`.
    pub async fn start(to: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let proxy =
            Self { port: listener.local_addr().unwrap().port(), rule: Arc::default(), came: Arc::default() };
        let of_all = proxy.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let proxy = of_all.clone();
                // Whatever breaks, the client sees its connection end.
                tokio::spawn(async move { proxy.pass(stream, to).await });
            }
        });
        proxy
    }

    /// What came since the last time.
    pub fn came(&self) -> Vec<String> {
        std::mem::take(&mut self.came.lock().unwrap())
    }

    pub fn set(&self, rule: Option<(&'static str, Does)>) {
        *self.rule.lock().unwrap() = rule;
    }

    /// One request on each connection.
    async fn pass(&self, mut client: TcpStream, to: u16) -> std::io::Result<()> {
        let request = request(&mut client).await?;
        let action = action(&String::from_utf8_lossy(&request)).to_owned();
        self.came.lock().unwrap().push(String::from_utf8_lossy(&request).into_owned());
        let rule = self.rule.lock().unwrap().clone();
        let answer = match rule.filter(|(of, _)| *of == action).map(|(_, does)| does) {
            None => forward(&request, to).await?,
            Some(Does::Says(answer)) => answer.into_bytes(),
            Some(Does::Suffers(Fault::AnswerLost)) => {
                forward(&request, to).await?;
                return Ok(());
            }
            Some(Does::Suffers(Fault::Silent)) => {
                // Until the client goes.
                client.read_u8().await?;
                return Ok(());
            }
            Some(Does::Suffers(Fault::Throttled)) => fault(400, "Throttling", "Rate exceeded").into_bytes(),
            Some(Does::Suffers(Fault::AtQuota)) => {
                fault(400, "LimitExceeded", "You have reached a limit for your resources").into_bytes()
            }
            Some(Does::Suffers(Fault::Lies)) => yes(&action).into_bytes(),
            Some(Does::Suffers(Fault::Garbage)) => {
                whole(200, "", "<html><body>Welcome to the hotel").into_bytes()
            }
        };
        client.write_all(&answer).await
    }
}

pub async fn request(client: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        if client.read_buf(&mut bytes).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        if body.len() >= length.unwrap_or(0) {
            return Ok(bytes);
        }
    }
}

/// Which call this is.
pub fn action(request: &str) -> &str {
    request.split_once("Action=").and_then(|(_, rest)| rest.split('&').next()).unwrap_or_default()
}

/// moto closes after each answer.
async fn forward(request: &[u8], to: u16) -> std::io::Result<Vec<u8>> {
    let mut server = TcpStream::connect(("127.0.0.1", to)).await?;
    server.write_all(request).await?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).await?;
    Ok(answer)
}

pub fn whole(status: u16, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status} So\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n{body}")
}

/// A fault as the service writes it (AWS Query protocol).
pub fn fault(status: u16, code: &str, words: &str) -> String {
    let body = format!(
        "<ErrorResponse xmlns=\"http://autoscaling.amazonaws.com/doc/2011-01-01/\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>{words}</Message></Error><RequestId>0-0</RequestId></ErrorResponse>"
    );
    whole(status, "x-amzn-requestid: 0-0\r\n", &body)
}

fn yes(action: &str) -> String {
    let body = format!(
        "<{action}Response xmlns=\"http://autoscaling.amazonaws.com/doc/2011-01-01/\"><ResponseMetadata>\
         <RequestId>0-0</RequestId></ResponseMetadata></{action}Response>"
    );
    whole(200, "x-amzn-requestid: 0-0\r\n", &body)
}
