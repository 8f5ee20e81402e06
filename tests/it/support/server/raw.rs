//! Calls frame by frame, by a client without deadlines and checks.

use std::net::SocketAddr;

use bytes::{BufMut as _, Bytes, BytesMut};
use h2::client::SendRequest;
use http::{HeaderMap, Request};
use tokio::net::TcpStream;
use tonic::Status;

/// A connection of HTTP/2.
pub struct RawCalls {
    address: SocketAddr,
    requests: SendRequest<Bytes>,
}

impl RawCalls {
    pub async fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        let (requests, connection) = h2::client::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        Self { address, requests }
    }

    /// Calls `path` with these bytes as the message and these additional headers.
    pub async fn call(
        &self,
        path: &str,
        message: &[u8],
        headers: &[(&str, &str)],
    ) -> Result<(), Status> {
        let mut requests = self.requests.clone().ready().await.unwrap();
        let mut request = Request::post(format!("http://{}{path}", self.address))
            .header("content-type", "application/grpc")
            .header("te", "trailers");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(()).unwrap();
        let (answer, mut body) = requests.send_request(request, false).unwrap();
        let mut framed = BytesMut::new();
        framed.put_u8(0);
        framed.put_u32(u32::try_from(message.len()).unwrap());
        framed.put_slice(message);
        // A server that has refused already accepts no more of the message.
        let _ = body.send_data(framed.freeze(), true);
        let (head, mut body) = answer.await.unwrap().into_parts();
        while let Some(data) = body.data().await {
            let data = data.unwrap();
            body.flow_control().release_capacity(data.len()).unwrap();
        }
        let trailers = body.trailers().await.unwrap_or_default();
        outcome(&trailers.unwrap_or(head.headers))
    }
}

fn outcome(headers: &HeaderMap) -> Result<(), Status> {
    let status = Status::from_header_map(headers).expect("a status");
    match status.code() {
        tonic::Code::Ok => Ok(()),
        _ => Err(status),
    }
}
