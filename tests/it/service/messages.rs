//! Bad messages of clients: partial, too large, too many, of the wrong kind. Other clients do not
//! notice.

use std::io::Write as _;

use bytes::Bytes;
use campaign_ledger::wire::proto::api::*;
use h2::SendStream;
use h2::client::{ResponseFuture, SendRequest};
use http::{HeaderMap, Request, Response, StatusCode};
use prost::Message as _;
use tokio::net::TcpStream;
use tonic::{Code, Status};

use crate::support::server::{FAR, Refusal, Server, Story};

/// Reasons that the tests of this file expect.
pub const SHOWS: &[ErrorReason] = &[
    ErrorReason::NoRoomForMessage,
    ErrorReason::SecondMessage,
    ErrorReason::MessageTooLarge,
    ErrorReason::InvalidField,
];

const BATCH: &str = "/campaign.ledger.v1.MeasurementService/BatchRecordEngagement";
const SINGLE: &str = "/campaign.ledger.v1.CampaignService/GetCampaign";

/// A client that controls every frame.
struct Rough {
    requests: SendRequest<Bytes>,
    server: String,
}

/// A call whose message is not complete yet.
struct Begun {
    answer: ResponseFuture,
    body: SendStream<Bytes>,
}

impl Rough {
    async fn to(server: &Server) -> Self {
        let stream = TcpStream::connect(server.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (requests, connection) = h2::client::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        Self {
            requests,
            server: format!("http://{}", server.address),
        }
    }

    async fn begin(&self, path: &str, headers: &[(&str, &str)]) -> Begun {
        let mut request = Request::post(format!("{}{path}", self.server)).header("te", "trailers");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/grpc");
        }
        let mut requests = self.requests.clone().ready().await.unwrap();
        let (answer, body) = requests
            .send_request(request.body(()).unwrap(), false)
            .unwrap();
        Begun { answer, body }
    }

    async fn send(&self, path: &str, headers: &[(&str, &str)], bytes: Vec<u8>) -> Begun {
        let mut begun = self.begin(path, headers).await;
        // A call that was refused early accepts no more bytes.
        let _ = begun.body.send_data(Bytes::from(bytes), true);
        begun
    }
}

impl Begun {
    async fn response(self) -> Response<h2::RecvStream> {
        let answered = tokio::time::timeout(FAR, self.answer).await;
        answered.expect("an answer in time").expect("an answer")
    }

    /// Returns the status, from the headers or the trailers.
    async fn status(self) -> Status {
        let (parts, mut body) = self.response().await.into_parts();
        if let Some(status) = status_of(&parts.headers) {
            return status;
        }
        while let Some(data) = body.data().await {
            let length = data.unwrap().len();
            body.flow_control().release_capacity(length).unwrap();
        }
        status_of(&body.trailers().await.unwrap().expect("trailers")).expect("a status")
    }

    async fn refusal(self) -> Refusal {
        Refusal::from(self.status().await)
    }
}

fn status_of(headers: &HeaderMap) -> Option<Status> {
    Status::from_header_map(headers)
}

fn framed(flag: u8, message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[flag], &length[..], message].concat()
}

fn question(story: &Story) -> Vec<u8> {
    let request = GetCampaignRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        ..Default::default()
    };
    framed(0, &request.encode_to_vec())
}

fn observations(count: usize) -> Vec<u8> {
    let request = BatchRecordEngagementRequest {
        observations: vec![EngagementItem::default(); count],
        ..Default::default()
    };
    request.encode_to_vec()
}

#[tokio::test]
async fn a_message_in_small_parts_is_answered() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let client = Rough::to(&server).await;
    let mut call = client.begin(SINGLE, &[]).await;
    let question = question(&story);
    for part in question.chunks(3) {
        call.body
            .send_data(Bytes::copy_from_slice(part), false)
            .unwrap();
    }
    call.body.send_data(Bytes::new(), true).unwrap();
    assert_eq!(call.status().await.code(), Code::Ok);
}

#[tokio::test]
async fn unfinished_messages_of_one_connection_leave_room_for_others() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let client = Rough::to(&server).await;
    // Sends messages of 4 MiB without their last byte, until one is refused.
    let message = framed(0, &vec![0; (4 << 20) - 5]);
    let mut open = Vec::new();
    let refused = loop {
        let mut call = client.begin(BATCH, &[]).await;
        let unfinished = Bytes::copy_from_slice(&message[..message.len() - 1]);
        call.body.send_data(unfinished, false).unwrap();
        call.body.reserve_capacity(1);
        tokio::select! {
            refused = &mut call.answer => break refused.unwrap(),
            sent = all_sent(&mut call.body) => sent,
        }
        open.push(call);
        assert!(
            open.len() < 100,
            "unfinished messages are refused at some time"
        );
    };
    let status = status_of(refused.headers()).expect("a status");
    Refusal::from(status).is(Code::ResourceExhausted, ErrorReason::NoRoomForMessage);
    // A small call works, on this connection and on others.
    let small = client.send(SINGLE, &[], question(&story)).await;
    assert_eq!(small.status().await.code(), Code::Ok);
    let other = Rough::to(&server).await;
    let small = other.send(SINGLE, &[], question(&story)).await;
    assert_eq!(small.status().await.code(), Code::Ok);
}

/// Waits until the network has accepted everything.
async fn all_sent(body: &mut SendStream<Bytes>) {
    while body.capacity() == 0 {
        let more = std::future::poll_fn(|cx| body.poll_capacity(cx)).await;
        if more.is_none() {
            return std::future::pending().await;
        }
    }
}

#[tokio::test]
async fn a_message_that_states_too_much_is_refused_before_it_comes() {
    let server = Server::start().await;
    let client = Rough::to(&server).await;
    for (path, stated) in [(SINGLE, 1 << 20), (BATCH, 5 << 20)] {
        let mut call = client.begin(path, &[]).await;
        let header = [&[0][..], &u32::to_be_bytes(stated)].concat();
        call.body.send_data(Bytes::from(header), false).unwrap();
        let refusal = call.refusal().await;
        refusal.is(Code::OutOfRange, ErrorReason::MessageTooLarge);
    }
}

#[tokio::test]
async fn too_many_elements_are_refused_before_they_are_decoded() {
    let server = Server::start().await;
    let client = Rough::to(&server).await;
    let bomb = observations(1_000_000);
    let call = client.send(BATCH, &[], framed(0, &bomb)).await;
    let refusal = call.refusal().await;
    refusal.is(Code::InvalidArgument, ErrorReason::InvalidField);
    // A few bytes that inflate to many.
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&bomb).unwrap();
    let compressed = framed(1, &encoder.finish().unwrap());
    assert!(compressed.len() < 10_000);
    let call = client
        .send(BATCH, &[("grpc-encoding", "gzip")], compressed)
        .await;
    let refusal = call.refusal().await;
    refusal.is(Code::InvalidArgument, ErrorReason::InvalidField);
}

/// One message of no bytes, one unknown text, one number: each again and again.
#[tokio::test]
async fn fields_again_and_again_are_refused_before_they_are_decoded() {
    let server = Server::start().await;
    let client = Rough::to(&server).await;
    for path in [BATCH, SINGLE] {
        for field in [&[0x12, 0][..], &[0xa2, 6, 0], &[0xa0, 6, 0]] {
            let bomb = field.repeat(80_000);
            let call = client.send(path, &[], framed(0, &bomb)).await;
            let refusal = call.refusal().await;
            refusal.is(Code::InvalidArgument, ErrorReason::InvalidField);
        }
    }
}

#[tokio::test]
async fn a_second_message_is_refused() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let client = Rough::to(&server).await;
    let call = client.send(SINGLE, &[], question(&story).repeat(2)).await;
    let refusal = call.refusal().await;
    refusal.is(Code::InvalidArgument, ErrorReason::SecondMessage);
}

#[tokio::test]
async fn what_is_no_grpc_is_an_unsupported_media_type() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let client = Rough::to(&server).await;
    for wrong in ["application/json", "application/grpc-web", "text/plain"] {
        let headers = [("content-type", wrong)];
        let call = client.send(SINGLE, &headers, question(&story)).await;
        let response = call.response().await;
        assert_eq!(response.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let headers = [("content-type", "application/grpc+proto")];
    let call = client.send(SINGLE, &headers, question(&story)).await;
    assert_eq!(call.status().await.code(), Code::Ok);
}

#[tokio::test]
async fn a_call_that_is_reset_leaves_the_connection_as_it_was() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let client = Rough::to(&server).await;
    for reason in [
        h2::Reason::CANCEL,
        h2::Reason::NO_ERROR,
        h2::Reason::PROTOCOL_ERROR,
    ] {
        let mut call = client.begin(SINGLE, &[]).await;
        call.body
            .send_data(Bytes::from_static(&[0; 3]), false)
            .unwrap();
        call.body.send_reset(reason);
        let next = client.send(SINGLE, &[], question(&story)).await;
        assert_eq!(next.status().await.code(), Code::Ok);
    }
}
