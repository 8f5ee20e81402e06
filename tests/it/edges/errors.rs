//! Every error has an `ErrorInfo`, also those of tonic.

use h2::client::ResponseFuture;
use http::HeaderMap;
use prost::Message as _;
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_types::{ErrorInfo, StatusExt as _};

use super::bare::{Bare, Settings, call};

const CHECK: &str = "/grpc.health.v1.Health/Check";

fn info(status: &Status) -> ErrorInfo {
    let details = status.check_error_details().unwrap();
    let info = details.error_info().expect("an ErrorInfo").clone();
    assert_eq!(info.domain, "campaign-ledger");
    info
}

async fn refusal(path: &'static str, message: &[u8]) -> Status {
    let server = Bare::start(Settings::default()).await;
    let channel = server.channel().await;
    call(&channel, path, message).await.unwrap_err()
}

#[tokio::test]
async fn an_unknown_service_or_method_is_named() {
    for path in ["/no.such.Service/Do", "/grpc.health.v1.Health/Do"] {
        let status = refusal(path, b"").await;
        assert_eq!(status.code(), Code::Unimplemented);
        assert!(status.message().contains(path), "{status}");
        let info = info(&status);
        assert_eq!(info.reason, "UNKNOWN_METHOD");
        assert_eq!(info.metadata["method"], path);
    }
}

#[tokio::test]
async fn a_malformed_message_is_bad_input() {
    let status = refusal(CHECK, &[0xff]).await;
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(info(&status).reason, "MALFORMED_MESSAGE");
}

#[tokio::test]
async fn an_oversized_message_is_refused() {
    let service = "x".repeat(5 << 10);
    let message = HealthCheckRequest { service }.encode_to_vec();
    let status = refusal(CHECK, &message).await;
    assert_eq!(status.code(), Code::OutOfRange);
    assert_eq!(info(&status).reason, "MESSAGE_TOO_LARGE");
}

#[tokio::test]
async fn an_error_without_details_gets_them() {
    let service = String::from("no.such.Service");
    let message = HealthCheckRequest { service }.encode_to_vec();
    let status = refusal(CHECK, &message).await;
    assert_eq!(status.code(), Code::NotFound);
    assert_eq!(info(&status).reason, "NOT_FOUND");
}

#[tokio::test]
async fn an_error_in_trailers_is_completed_too() {
    use tonic_reflection::pb::v1::ServerReflectionRequest;
    use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;

    let server = Bare::start(Settings::default()).await;
    let mut client = ServerReflectionClient::new(server.channel().await);
    let nothing = tokio_stream::once(ServerReflectionRequest::default());
    let answers = client.server_reflection_info(nothing).await.unwrap();
    let status = answers.into_inner().message().await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(info(&status).reason, "INVALID_ARGUMENT");
}

/// Returns the status of an answer without a body.
async fn status_of(answer: ResponseFuture) -> Status {
    let headers: HeaderMap = answer.await.unwrap().into_parts().0.headers;
    Status::from_header_map(&headers).expect("a status in the headers")
}

#[tokio::test]
async fn a_passed_deadline_is_called_one() {
    let server = Bare::start(Settings::default()).await;
    let mut requests = server.raw_http2().await;
    for timeout in ["0n", "1n", "1m", "5m"] {
        let request = server.raw_request(CHECK).header("grpc-timeout", timeout);
        let request = request.body(()).unwrap();
        // The message never arrives, so only the deadline can end the call.
        let (answer, _body) = requests.send_request(request, false).unwrap();
        let status = status_of(answer).await;
        assert_eq!(status.code(), Code::DeadlineExceeded, "{timeout}");
        assert_eq!(info(&status).reason, "DEADLINE_EXCEEDED");
        requests = requests.ready().await.unwrap();
    }
}

#[tokio::test]
async fn an_unread_compression_is_named() {
    let server = Bare::start(Settings::default()).await;
    let mut requests = server.raw_http2().await;
    let request = server.raw_request(CHECK).header("grpc-encoding", "snappy");
    let (answer, _body) = requests
        .send_request(request.body(()).unwrap(), false)
        .unwrap();
    let status = status_of(answer).await;
    assert_eq!(status.code(), Code::Unimplemented);
    assert_eq!(info(&status).reason, "UNSUPPORTED_COMPRESSION");
}

#[tokio::test]
async fn a_call_without_a_message_is_malformed() {
    let server = Bare::start(Settings::default()).await;
    let mut requests = server.raw_http2().await;
    let request = server.raw_request(CHECK).body(()).unwrap();
    let (answer, _body) = requests.send_request(request, true).unwrap();
    let status = status_of(answer).await;
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(info(&status).reason, "MALFORMED_MESSAGE");
}
