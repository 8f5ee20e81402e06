//! A small HTTP client, which sends what no library would.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::server::FAR;

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

/// Sends bytes on a connection of their own, and reads until it ends.
pub async fn send(to: SocketAddr, request: &str) -> Answer {
    let exchange = async {
        let mut stream = TcpStream::connect(to).await.unwrap();
        // The server may answer and close before it has read all.
        let _ = stream.write_all(request.as_bytes()).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8(answer).unwrap()
    };
    let answer = tokio::time::timeout(FAR, exchange).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    Answer {
        status: status.unwrap_or_default(),
        head: head.to_ascii_lowercase(),
        body: body.to_owned(),
    }
}

/// Gets a page as a client on this machine does.
pub async fn get(from: SocketAddr, page: &str) -> Answer {
    get_as(from, page, "localhost").await
}

/// Gets a page under a host name.
pub async fn get_as(from: SocketAddr, page: &str, host: &str) -> Answer {
    let request = format!("GET {page} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    send(from, &request).await
}

/// Puts a text.
pub async fn put(to: SocketAddr, page: &str, text: &str) -> Answer {
    let length = text.len();
    let request = format!(
        "PUT {page} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}"
    );
    send(to, &request).await
}
