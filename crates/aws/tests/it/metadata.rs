//! The metadata service of a machine with the role `hosts` (IMDS, version 2), as far as credentials and region are asked of it.

use tokio::{io::AsyncWriteExt, net::TcpListener};

use crate::{
    moto,
    proxy::{request, whole},
};

/// How it is.
#[derive(Debug, Clone, Copy)]
pub enum Metadata {
    Good,
    /// The machine has no role.
    NoRole,
    /// It says that it is broken.
    Broken,
}

/// Its address.
pub async fn serve(how: Metadata) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let request = request(&mut stream).await?;
                stream.write_all(answer(how, &String::from_utf8_lossy(&request)).as_bytes()).await
            });
        }
    });
    address
}

fn answer(how: Metadata, request: &str) -> String {
    let path = request.split(' ').nth(1).unwrap_or_default();
    let credentials = r#"{"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"role","SecretAccessKey":"role","Token":"of-the-role","LastUpdated":"2026-01-01T00:00:00Z","Expiration":"2099-01-01T00:00:00Z"}"#;
    let asked_with_token = request.to_ascii_lowercase().contains("x-aws-ec2-metadata-token: drawn");
    match (how, path.trim_start_matches("/latest/")) {
        (Metadata::Broken, _) => whole(500, "", ""),
        (_, "api/token") => whole(200, "x-aws-ec2-metadata-token-ttl-seconds: 21600\r\n", "drawn"),
        _ if !asked_with_token => whole(401, "", ""),
        (_, "meta-data/placement/region") => whole(200, "", moto::REGION),
        (Metadata::Good, "meta-data/iam/security-credentials/") => whole(200, "", "hosts"),
        (Metadata::Good, "meta-data/iam/security-credentials/hosts") => whole(200, "", credentials),
        _ => whole(404, "", ""),
    }
}
