//! More calls than there are places: some are refused at once, the others are answered.

use std::collections::BTreeSet;
use std::time::Duration;

use campaign_ledger::wire::proto::api::*;
use tokio::task::JoinSet;
use tonic::Code;

use super::retries::named;
use crate::support::server::{FAR, Refusal, Server, Story};

/// Places in the queue, and the number of concurrent callers.
const PLACES: usize = 4;
const CALLERS: usize = 100;

fn creator(number: usize) -> String {
    format!("creator-{number}")
}

#[tokio::test]
async fn what_is_accepted_is_kept_and_what_is_refused_never_was() {
    let server = Server::with(|config| config.write_queue_commands = PLACES).await;
    let story = Story::open(&server, "launch").await;
    let mut head = server.head().await;
    for round in 0..3 {
        let numbers = round * 1_000..round * 1_000 + CALLERS;
        let request = |number: usize| {
            let id = format!("r-{number}");
            named(story.profile(&creator(number), 1_000), &id)
        };
        let held = server.clock_handle().hold_writer();
        let mut calls = JoinSet::new();
        for number in numbers.clone() {
            let (client, request) = ((*server).clone(), request(number));
            calls.spawn(async move { (number, client.call(request).await) });
        }
        // The writer holds at most one group of calls, and the queue its places. All other calls
        // are refused while nothing moves.
        let mut refused = BTreeSet::new();
        while refused.len() < CALLERS - 2 * PLACES - 1 {
            let told = tokio::time::timeout(FAR, calls.join_next()).await;
            let (number, answer) = told.expect("told at once").unwrap().unwrap();
            refused.insert(number);
            let refusal = Refusal::from(answer.unwrap_err());
            let refusal = refusal.is(Code::ResourceExhausted, ErrorReason::QueueFull);
            let retry = refusal.details.retry_info().unwrap().retry_delay;
            assert!(retry > Some(Duration::ZERO));
        }
        drop(held);
        let mut accepted = BTreeSet::new();
        while let Some(answered) = calls.join_next().await {
            match answered.unwrap() {
                (number, Ok(_)) => accepted.insert(number),
                (number, Err(status)) => {
                    Refusal::from(status).is(Code::ResourceExhausted, ErrorReason::QueueFull);
                    refused.insert(number)
                }
            };
        }
        assert!(accepted.len() >= PLACES, "{accepted:?}");
        assert_eq!(accepted.len() + refused.len(), CALLERS);
        head += accepted.len() as u64;
        assert_eq!(server.head().await, head);
        for number in numbers {
            let known = GetCreatorRequest {
                brand_id: story.brand.clone(),
                creator_id: creator(number),
                min_position: head,
                as_of: None,
            };
            let is_there = server.call(known).await.is_ok();
            assert_eq!(is_there, accepted.contains(&number), "{number}");
        }
        // There is room again, also for refused calls; repeated accepted calls get the same answer.
        for number in refused.iter().chain(&accepted) {
            server.write(request(*number)).await;
        }
        head += refused.len() as u64;
        assert_eq!(server.head().await, head);
    }
}
