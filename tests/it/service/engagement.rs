//! Counters are absolute observations: the golden vector.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::{Counters, ObservationSource};
use prost_types::Timestamp;
use tonic::Code;

use crate::support::server::{Server, Story, day, days_and, deliverable, idr, terms, together};

/// Reasons that the tests of this file expect, among others.
pub const SHOWS: &[ErrorReason] = &[
    ErrorReason::StaleObservation,
    ErrorReason::ObservationVoided,
];

/// Returns the time this many hours after the post went live, on day 1.
fn hour(hours: f64) -> Timestamp {
    days_and(1, (hours * 3_600.0) as i64)
}

fn likes(likes: u64) -> Counters {
    Counters {
        likes: Some(likes),
        ..Counters::default()
    }
}

/// Makes a post of `ayu` without observations, with the clock well after it.
async fn post(server: &Server) -> Story {
    let story = Story::open(server, "launch").await;
    story.accepted("ayu", terms(idr(1_000_000))).await;
    server.clock().set(day(3));
    story.published("ayu", hour(0.0)).await;
    story
}

async fn observed(story: &Story, at: Timestamp, counters: Counters) -> u64 {
    let answer = story.client.write(story.observe("ayu", at, counters)).await;
    answer.observation_position
}

struct Question {
    observed_until: Option<Timestamp>,
    as_of_position: u64,
}

const NOW: Question = Question {
    observed_until: None,
    as_of_position: 0,
};

async fn publication(story: &Story, question: Question) -> Publication {
    let request = GetPublicationRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        collaboration_id: String::from("ayu"),
        publication_id: String::from("d1"),
        observed_until: question.observed_until,
        as_of_position: question.as_of_position,
        min_position: story.client.head().await,
        as_of: None,
    };
    let answer = story.client.call(request.clone()).await.unwrap();
    match question.as_of_position {
        0 => assert!(answer.position >= request.min_position),
        position => assert_eq!(answer.position, position),
    }
    answer.publication.unwrap()
}

async fn head(story: &Story, question: Question) -> Option<u64> {
    let publication = publication(story, question).await;
    let [heads] = publication.engagement.as_slice() else {
        panic!("one audience and kind: {publication:?}");
    };
    heads.likes.map(|head| head.value)
}

fn until(at: Timestamp) -> Question {
    Question {
        observed_until: Some(at),
        ..NOW
    }
}

fn as_of(position: u64) -> Question {
    Question {
        as_of_position: position,
        ..NOW
    }
}

#[tokio::test]
async fn an_observation_that_cannot_be_is_refused() {
    let server = Server::start().await;
    let story = post(&server).await;
    for at in [hour(-0.1), days_and(3, 301)] {
        let refusal = server
            .refused_for_nothing(story.observe("ayu", at, likes(1)))
            .await;
        refusal
            .is(Code::InvalidArgument, ErrorReason::InvalidField)
            .names(&["observed_at"]);
    }
    let nothing = story.observe("ayu", hour(1.0), Counters::default());
    let refusal = server.refused_for_nothing(nothing).await;
    refusal
        .is(Code::InvalidArgument, ErrorReason::InvalidField)
        .names(&["counters"]);
    // As far ahead as a clock may drift.
    server
        .write(story.observe("ayu", days_and(3, 300), likes(1)))
        .await;
}

#[tokio::test]
async fn a_correction_names_the_latest_one() {
    let server = Server::start().await;
    let story = post(&server).await;
    let first = observed(&story, hour(1.0), likes(1_000)).await;
    let correct = |position, value| story.correct("ayu", position, likes(value));

    let unknown = server.refused_for_nothing(correct(first + 1, 1)).await;
    unknown.is(Code::NotFound, ErrorReason::ObservationNotFound);
    let unknown = server.refused_for_nothing(story.void("ayu", 1)).await;
    unknown.is(Code::NotFound, ErrorReason::ObservationNotFound);

    let second = server
        .write(correct(first, 1_100))
        .await
        .observation_position;
    let stale = server.refused_for_nothing(correct(first, 1_200)).await;
    stale
        .is(Code::Aborted, ErrorReason::StaleObservation)
        .lost_to(first, second);
    let stale = server.refused_for_nothing(story.void("ayu", first)).await;
    stale
        .is(Code::Aborted, ErrorReason::StaleObservation)
        .lost_to(first, second);

    let third = server
        .write(correct(second, 1_300))
        .await
        .observation_position;
    assert_eq!(head(&story, NOW).await, Some(1_300));
    server.write(story.void("ayu", third)).await;
    let gone = server.refused_for_nothing(correct(third, 1_400)).await;
    gone.is(Code::FailedPrecondition, ErrorReason::ObservationVoided);
    let gone = server.refused_for_nothing(story.void("ayu", third)).await;
    gone.is(Code::FailedPrecondition, ErrorReason::ObservationVoided);
    assert_eq!(head(&story, NOW).await, None);
}

#[tokio::test]
async fn the_same_observation_again_changes_nothing_and_gets_the_same_answer() {
    let server = Server::start().await;
    let story = post(&server).await;
    let request = story.observe("ayu", hour(1.0), likes(1_000));
    let first = server.write(request.clone()).await;
    observed(&story, hour(2.0), likes(1_200)).await;
    let log_head = server.head().await;
    // Not even under another request id.
    let mut again = request.clone();
    again.context.as_mut().unwrap().request_id = String::from("again");
    for request in [request, again] {
        assert_eq!(server.write(request).await, first);
    }
    assert_eq!(server.head().await, log_head);
    assert_eq!(head(&story, NOW).await, Some(1_200));
}

#[tokio::test]
async fn the_golden_vector_holds() {
    let server = Server::start().await;
    let story = post(&server).await;
    observed(&story, hour(1.0), likes(1_000)).await;
    observed(&story, hour(2.0), likes(1_200)).await;
    let third = observed(&story, hour(3.0), likes(1_150)).await;
    assert_eq!(head(&story, NOW).await, Some(1_150));
    let publication = publication(&story, NOW).await;
    let likes_head = publication.engagement[0].likes.unwrap();
    assert_eq!(likes_head.fell_from, Some(1_200));
    assert_eq!(likes_head.observed_at, Some(hour(3.0)));
    assert_eq!(likes_head.position, third);

    let late = observed(&story, hour(1.5), likes(1_100)).await;
    assert_eq!(head(&story, NOW).await, Some(1_150));
    assert_eq!(head(&story, until(hour(1.7))).await, Some(1_100));
    let before_it_arrived = Question {
        observed_until: Some(hour(1.7)),
        as_of_position: late - 1,
    };
    assert_eq!(head(&story, before_it_arrived).await, Some(1_000));

    let corrected = server
        .write(story.correct("ayu", third, likes(1_250)))
        .await;
    let corrected = corrected.observation_position;
    assert_eq!(head(&story, NOW).await, Some(1_250));
    assert_eq!(head(&story, as_of(corrected - 1)).await, Some(1_150));

    server.write(story.void("ayu", corrected)).await;
    assert_eq!(head(&story, NOW).await, Some(1_200));
    assert_eq!(head(&story, as_of(corrected)).await, Some(1_250));
    assert_eq!(head(&story, until(hour(0.5))).await, None);

    // And after everything was read back from the disk.
    let server = server.restart().await;
    let story = Story::of("kopi", "launch", "IDR", &server);
    assert_eq!(head(&story, NOW).await, Some(1_200));
    assert_eq!(head(&story, as_of(corrected)).await, Some(1_250));
    assert_eq!(head(&story, until(hour(1.7))).await, Some(1_100));
}

/// Returns all permutations of this many things.
fn permutations(things: usize) -> Vec<Vec<usize>> {
    let Some(last) = things.checked_sub(1) else {
        return vec![Vec::new()];
    };
    let shorter = permutations(last).into_iter();
    let longer = shorter.flat_map(|order| {
        (0..things).map(move |place| {
            let mut order = order.clone();
            order.insert(place, last);
            order
        })
    });
    longer.collect()
}

#[tokio::test]
async fn the_head_does_not_depend_on_the_order_of_arrival() {
    // The last two were observed at the same time: the better source wins.
    let seen = [
        (hour(1.0), 1_000, ObservationSource::Api),
        (hour(2.0), 1_200, ObservationSource::Estimate),
        (hour(3.0), 1_150, ObservationSource::Creator),
        (hour(3.0), 1_140, ObservationSource::Brand),
    ];
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let orders = permutations(seen.len());
    assert_eq!(orders.len(), 24);
    let mut many = terms(idr(1));
    let name = |number: usize| format!("d{number}");
    many.deliverables = (0..orders.len())
        .map(|number| deliverable(&name(number)))
        .collect();
    story.accepted("ayu", many).await;
    server.clock().set(day(3));
    let telling = orders.into_iter().enumerate().map(|(number, order)| {
        let story = story.clone();
        async move {
            let publish = story.publish("ayu", &name(number), hour(0.0));
            story.client.write(publish).await;
            let mut stands = None;
            for index in order {
                let (at, value, source) = seen[index];
                let observe = RecordEngagementRequest {
                    publication_id: name(number),
                    source: source.into(),
                    ..story.observe("ayu", at, likes(value))
                };
                stands = story.client.write(observe).await.publication;
            }
            stands.unwrap()
        }
    });
    for publication in together(telling).await {
        let head = publication.engagement[0].likes.unwrap();
        assert_eq!(
            (head.value, head.fell_from),
            (1_140, Some(1_150)),
            "{publication:?}"
        );
        assert_eq!(head.observed_at, Some(hour(3.0)));
        assert_eq!(publication.observations, 4);
    }
}

#[tokio::test]
async fn the_past_of_a_post_ends_where_the_log_does() {
    let server = Server::start().await;
    let story = post(&server).await;
    let beyond = GetPublicationRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        collaboration_id: String::from("ayu"),
        publication_id: String::from("d1"),
        as_of_position: server.head().await + 1,
        ..GetPublicationRequest::default()
    };
    let refusal = server.refused(beyond.clone()).await;
    refusal
        .is(Code::InvalidArgument, ErrorReason::PositionAhead)
        .names(&["as_of_position"]);
    let before_the_post = GetPublicationRequest {
        as_of_position: 2,
        ..beyond
    };
    let refusal = server.refused(before_the_post).await;
    refusal.is(Code::NotFound, ErrorReason::PublicationNotFound);
}
