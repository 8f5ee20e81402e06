use std::collections::VecDeque;
use std::io::Write as _;
use std::task::Waker;

use flate2::Compression;
use flate2::write::GzEncoder;
use prost::Message as _;
use tonic::Code;
use tonic_types::StatusExt as _;

use http::Request;

use super::super::Intake;
use super::super::budget::{Budget, Limits};
use super::super::methods::SINGLE_BYTES;
use super::*;
use crate::metrics::Metrics;
use crate::wire::proto::{DESCRIPTORS, api};

const BATCH: &str = "/campaign.ledger.v1.MeasurementService/BatchRecordEngagement";
const INGEST: &str = "/campaign.ledger.v1.MeasurementService/IngestEngagement";
const SINGLE: &str = "/campaign.ledger.v1.CampaignService/GetCampaign";
const MANY_BYTES: usize = 4 << 20;

/// What comes from the network: data, then nothing more for now, an end or an error.
struct Network {
    data: VecDeque<Bytes>,
    then: Then,
}

#[derive(Clone, Copy)]
enum Then {
    Waits,
    Ends,
    Fails,
}

impl Body for Network {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        if let Some(data) = self.data.pop_front() {
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        match self.then {
            Then::Waits => Poll::Pending,
            Then::Ends => Poll::Ready(None),
            Then::Fails => Poll::Ready(Some(Err(std::io::Error::other("reset")))),
        }
    }
}

struct Scene {
    intake: Intake,
}

/// What came of a call's messages.
struct Got {
    messages: Vec<Bytes>,
    end: Option<Result<(), Status>>,
    request: Gather<Network>,
}

impl Scene {
    fn new(process_bytes: usize) -> Self {
        let mut intake = Intake::new(DESCRIPTORS, MANY_BYTES);
        let shared = Arc::get_mut(&mut intake.shared).unwrap();
        shared.stall = Duration::from_secs(3_600);
        shared.messages = Budget::new(Limits {
            process_bytes,
            connection_bytes: process_bytes,
        });
        Self { intake }
    }

    fn held(&self) -> usize {
        self.intake.shared.messages.held()
    }

    fn send(&self, path: &str, parts: &[&[u8]], then: Then) -> Got {
        let network = Network {
            data: parts
                .iter()
                .map(|part| Bytes::copy_from_slice(part))
                .collect(),
            then,
        };
        let request = Request::post(path).header("grpc-encoding", "gzip");
        let request = request.body(()).unwrap();
        let metrics = Metrics::default();
        let metrics = metrics.calls().method("");
        let call = Call::begin(&self.intake.shared, metrics, &request).unwrap();
        let mut request = Gather::new(network, call);
        let mut messages = Vec::new();
        let mut cx = Context::from_waker(Waker::noop());
        let end = loop {
            match Pin::new(&mut request).poll_frame(&mut cx) {
                Poll::Ready(Some(Ok(frame))) => messages.push(frame.into_data().unwrap()),
                Poll::Ready(Some(Err(status))) => break Some(Err(status)),
                Poll::Ready(None) => break Some(Ok(())),
                Poll::Pending => break None,
            }
        };
        Got {
            messages,
            end,
            request,
        }
    }
}

impl Got {
    #[track_caller]
    fn refused(self, code: Code, reason: &str) -> Status {
        let status = self.end.expect("an end").expect_err("a refusal");
        assert_eq!(status.code(), code, "{status}");
        let details = status.get_error_details();
        assert_eq!(details.error_info().unwrap().reason, reason);
        status
    }
}

fn framed(flag: u8, message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[flag], &length[..], message].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn engagement(observations: usize) -> Vec<u8> {
    let request = api::BatchRecordEngagementRequest {
        observations: vec![api::EngagementItem::default(); observations],
        ..Default::default()
    };
    request.encode_to_vec()
}

#[tokio::test]
async fn a_message_that_arrives_whole_passes_as_it_is() {
    let scene = Scene::new(0);
    let message = framed(0, b"hello");
    let got = scene.send(SINGLE, &[&message], Then::Ends);
    assert_eq!(got.messages, [message]);
    assert!(matches!(got.end, Some(Ok(()))));
}

#[tokio::test]
async fn a_message_in_parts_is_handed_on_whole() {
    let scene = Scene::new(1 << 20);
    let message = framed(0, &[7; 1_900]);
    for size in [1, 4, 5, 6, 999, 1_904] {
        let parts: Vec<_> = message.chunks(size).collect();
        let got = scene.send(SINGLE, &parts, Then::Ends);
        assert_eq!(got.messages, [&message[..]], "in parts of {size}");
        assert!(matches!(got.end, Some(Ok(()))));
    }
    assert_eq!(scene.held(), 0);
    let empty = framed(0, b"");
    let got = scene.send(SINGLE, &[&empty[..2], &empty[2..]], Then::Ends);
    assert_eq!(got.messages, [empty]);
}

#[tokio::test]
async fn a_stated_size_is_owed_no_memory() {
    let scene = Scene::new(1 << 20);
    let stated = [&[0][..], &u32::try_from(MANY_BYTES).unwrap().to_be_bytes()].concat();
    let got = scene.send(BATCH, &[&stated, &[1; 100]], Then::Waits);
    assert!(got.end.is_none(), "it waits for more");
    assert_eq!(scene.held(), FIRST_PART_BYTES);
    drop(got);
    assert_eq!(scene.held(), 0);
}

#[tokio::test]
async fn memory_grows_with_what_arrived() {
    let scene = Scene::new(1 << 20);
    let message = framed(0, &[7; MANY_BYTES]);
    for arrived in [10_000, 100_000, 300_000] {
        let got = scene.send(
            BATCH,
            &message[..arrived].chunks(999).collect::<Vec<_>>(),
            Then::Waits,
        );
        assert!((arrived..=2 * arrived).contains(&scene.held()));
        drop(got);
    }
}

#[tokio::test]
async fn unfinished_messages_are_refused_over_the_budget_and_small_calls_work() {
    let scene = Scene::new(1 << 20);
    let message = framed(0, &[7; MANY_BYTES]);
    let first = scene.send(BATCH, &[&message[..900_000]], Then::Waits);
    assert!(first.end.is_none());
    let second = scene.send(BATCH, &[&message[..900_000]], Then::Waits);
    second.refused(Code::ResourceExhausted, "NO_ROOM_FOR_MESSAGE");
    let small = framed(0, b"hello");
    assert_eq!(scene.send(SINGLE, &[&small], Then::Ends).messages, [small]);
}

#[tokio::test]
async fn a_message_that_is_too_large_is_refused_by_its_header() {
    let scene = Scene::new(1 << 20);
    let header = |bytes: usize| [&[0][..], &u32::try_from(bytes).unwrap().to_be_bytes()].concat();
    let got = scene.send(SINGLE, &[&header(SINGLE_BYTES + 1)], Then::Waits);
    got.refused(Code::OutOfRange, "MESSAGE_TOO_LARGE");
    let got = scene.send(BATCH, &[&header(SINGLE_BYTES + 1)], Then::Waits);
    assert!(got.end.is_none());
    let got = scene.send(BATCH, &[&header(MANY_BYTES + 1)], Then::Waits);
    got.refused(Code::OutOfRange, "MESSAGE_TOO_LARGE");
}

#[tokio::test]
async fn a_second_message_is_refused_where_there_is_one() {
    let scene = Scene::new(1 << 20);
    let message = framed(0, b"hello");
    let both = message.repeat(2);
    for parts in [&[&message[..], &message[..]][..], &[&both[..]][..]] {
        let got = scene.send(SINGLE, parts, Then::Ends);
        assert_eq!(got.messages, [&message[..]]);
        got.refused(Code::InvalidArgument, "SECOND_MESSAGE");
        let got = scene.send(INGEST, parts, Then::Ends);
        assert_eq!(got.messages.len(), 2);
    }
}

#[tokio::test]
async fn elements_are_counted_before_anything_is_decoded() {
    let scene = Scene::new(8 << 20);
    let most = framed(0, &engagement(1_000));
    assert_eq!(scene.send(BATCH, &[&most], Then::Ends).messages.len(), 1);
    for flag in [0, 1] {
        let bomb = engagement(1_000_000);
        let bomb = match flag {
            0 => framed(0, &bomb),
            _ => framed(1, &gzip(&bomb)),
        };
        let refused = scene.send(BATCH, &[&bomb], Then::Ends);
        let refused = refused.refused(Code::InvalidArgument, "INVALID_FIELD");
        let details = refused.get_error_details();
        let violation = &details.bad_request().unwrap().field_violations[0];
        assert_eq!(violation.field, "observations");
        assert_eq!(violation.description, "must have at most 1000 elements");
    }
    assert_eq!(scene.held(), 0);
}

#[tokio::test]
async fn compressed_messages_are_handed_on_inflated() {
    let scene = Scene::new(1 << 20);
    for length in [0, 5, 60_000] {
        let message = vec![7; length];
        let compressed = framed(1, &gzip(&message));
        let got = scene.send(
            BATCH.replace("Batch", "X").as_str(),
            &[&compressed],
            Then::Ends,
        );
        assert_eq!(got.messages, [framed(0, &message)]);
    }
}

#[tokio::test]
async fn an_inflated_message_has_the_same_limit() {
    let scene = Scene::new(8 << 20);
    // Numbers in a row: gzip makes them smaller, but not much.
    let numbers = (0..u32::MAX).flat_map(u32::to_be_bytes);
    let message: Vec<u8> = numbers.take(SINGLE_BYTES + 1).collect();
    let got = scene.send(
        "/no.such/Method",
        &[&framed(1, &gzip(&message))],
        Then::Ends,
    );
    got.refused(Code::OutOfRange, "MESSAGE_TOO_LARGE");
}

#[tokio::test]
async fn few_bytes_do_not_inflate_to_many() {
    let scene = Scene::new(8 << 20);
    let bomb = framed(1, &gzip(&vec![0; MANY_BYTES]));
    let got = scene.send(BATCH, &[&bomb], Then::Ends);
    got.refused(Code::InvalidArgument, "MALFORMED_MESSAGE");
    // What all its bytes would break is seen at the first of them.
    let one_field = framed(1, &gzip(&[0x12, 0].repeat(MANY_BYTES / 2)));
    let got = scene.send(BATCH, &[&one_field], Then::Ends);
    got.refused(Code::InvalidArgument, "INVALID_FIELD");
    assert_eq!(scene.held(), 0);
}

#[tokio::test]
async fn what_is_no_message_is_malformed() {
    let scene = Scene::new(1 << 20);
    let message = framed(0, b"hello");
    for wrong in [
        &message[..7],
        &message[..3],
        &framed(2, b"x"),
        &framed(1, b"no gzip"),
    ] {
        let got = scene.send(SINGLE, &[wrong], Then::Ends);
        got.refused(Code::InvalidArgument, "MALFORMED_MESSAGE");
    }
}

#[tokio::test]
async fn a_client_that_goes_away_cancels_its_call() {
    let scene = Scene::new(1 << 20);
    let got = scene.send(SINGLE, &[b"\0\0"], Then::Fails);
    assert_eq!(got.end.unwrap().unwrap_err().code(), Code::Cancelled);
}

#[tokio::test]
async fn a_message_that_stands_still_ends() {
    let mut scene = Scene::new(1 << 20);
    Arc::get_mut(&mut scene.intake.shared).unwrap().stall = Duration::ZERO;
    let message = framed(0, b"hello");
    let mut got = scene.send(SINGLE, &[&message[..7]], Then::Waits);
    let frame = std::future::poll_fn(|cx| Pin::new(&mut got.request).poll_frame(cx)).await;
    got.end = frame.map(|frame| frame.map(|_| ()));
    got.refused(Code::DeadlineExceeded, "MESSAGE_STALLED");
    // One that has not begun is the business of the call's own deadline.
    assert!(scene.send(SINGLE, &[], Then::Waits).end.is_none());
}
