//! Random messages to every method of the running server.

use std::time::Duration;

use campaign_ledger::log::codec::json::pool;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use prost::Message as _;

use super::damage::{damaged, damages};
use super::{shapes, tries};
use crate::support::server::{RawCalls, Refusal, Server, Story, idr, plan, terms};
use crate::support::tries::Tries;

/// A call takes some milliseconds: each of the fifty methods gets one in this many cases.
const ONE_IN: u32 = 32;

/// A field that no message has with this wire type: the message is malformed whatever follows.
const MALFORMED: [u8; 2] = [0x0b, 0xff];

struct Method {
    path: String,
    /// Whether an answer without an error is possible.
    reads: bool,
    /// Whether the answer to a valid request never ends.
    endless: bool,
}

fn methods() -> Vec<Method> {
    let ours = pool().services();
    let ours = ours.filter(|service| service.full_name().starts_with("campaign.ledger.v1."));
    let methods: Vec<_> = ours
        .flat_map(|service| {
            let of_service = service.methods();
            let of_service = of_service.map(|method| Method {
                path: format!("/{}/{}", service.full_name(), method.name()),
                reads: method.input().get_field_by_name("context").is_none(),
                endless: method.name().starts_with("Follow"),
            });
            of_service.collect::<Vec<_>>()
        })
        .collect();
    assert!(methods.len() >= 50, "{}", methods.len());
    assert!(methods.iter().any(|method| method.endless));
    methods
}

fn cases() -> Tries {
    tries().one_in(ONE_IN)
}

/// Returns valid requests of an unknown brand, which the test then damages.
fn good() -> Vec<Vec<u8>> {
    let story = Story::of(
        "nobody",
        "launch",
        "IDR",
        &crate::support::server::Client::to_nobody(),
    );
    vec![
        story.create(plan("IDR")).encode_to_vec(),
        story.invite("ayu", terms(idr(500))).encode_to_vec(),
        story.submit("ayu").encode_to_vec(),
        story.close(true).encode_to_vec(),
    ]
}

/// Returns one of the valid requests, damaged; any damage makes it invalid.
fn spoilt() -> impl Strategy<Value = Vec<u8>> {
    (prop::sample::select(good()), damages())
        .prop_map(|(good, damages)| [damaged(&good, &damages), MALFORMED.to_vec()].concat())
}

async fn send(raw: &RawCalls, method: &Method, message: &[u8]) {
    let answered = raw.call(&method.path, message, &[]);
    let answered = tokio::time::timeout(Duration::from_secs(20), answered).await;
    let answered = answered.unwrap_or_else(|_| panic!("{}: no answer: {message:?}", method.path));
    match answered {
        // The refusal check covers reason, code and size.
        Err(status) => {
            let refusal = Refusal::from(status);
            assert_ne!(
                refusal.code,
                tonic::Code::Internal,
                "{}: {refusal}: {message:?}",
                method.path
            );
        }
        // A batch answers each item; the head shows that none was written.
        Ok(()) => {
            let answers = method.reads || method.path.contains("/Batch");
            assert!(answers, "{}: written: {message:?}", method.path);
        }
    }
}

#[tokio::test]
async fn every_method_answers_whatever_it_is_sent() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let before = server.head().await;
    let raw = RawCalls::to(server.address).await;
    let message = prop_oneof![vec(any::<u8>(), 0..300), shapes::message(), spoilt()];
    let tries = cases();
    let mut runner = tries.runner();
    for method in methods() {
        for _ in 0..runner.config().cases {
            let mut bytes = message.new_tree(&mut runner).unwrap().current();
            if method.endless {
                bytes.splice(0..0, MALFORMED);
            }
            send(&raw, &method, &bytes).await;
        }
        assert_eq!(server.head().await, before, "{} wrote", method.path);
    }
    // It still serves, on the same connection too.
    raw.call("/campaign.ledger.v1.AuditService/GetHead", &[], &[])
        .await
        .unwrap();
    server.write(story.pause()).await;
    assert_eq!(server.head().await, before + 1);
}
