//! Reading parts of the log: by scope, type of event, time and position, forwards and backwards.

use std::collections::BTreeSet;

use campaign_ledger::wire::proto::api::audit_service_client::AuditServiceClient;
use campaign_ledger::wire::proto::api::follow_events_response::Message;
use campaign_ledger::wire::proto::api::log_scope::Scope;
use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::event::Record;
use campaign_ledger::wire::proto::event::record::Event;
use campaign_ledger::wire::proto::values::Counters;
use tonic::Code;

use super::audit::{all, of_campaign, three_campaigns};
use crate::support::batch::decoded;
use crate::support::server::{Client, Refusal, Server, by_brand, day, days_and};

/// Reads in parts until nothing is left; returns the events in the order of arrival.
async fn read(client: &Client, mut request: ReadEventsRequest) -> Vec<Record> {
    let mut audit = AuditServiceClient::new(client.channel());
    let mut records = Vec::new();
    loop {
        let reading = audit.read_events(request.clone()).await.unwrap();
        let (mut reading, mut resume, before) = (reading.into_inner(), 0, records.len());
        while let Some(part) = reading.message().await.unwrap() {
            records.extend(decoded(&part.batch.unwrap()));
            resume = part.resume_position;
        }
        if records.len() == before || request.limit == 0 {
            return records;
        }
        if request.backwards {
            request.until_position = Some(resume);
        } else {
            request.after_position = resume;
        }
    }
}

fn positions(records: &[Record]) -> Vec<u64> {
    records.iter().map(|record| record.position).collect()
}

fn of_collaboration(id: &str) -> Option<LogScope> {
    Some(LogScope {
        scope: Some(Scope::Collaboration(CollaborationScope {
            brand_id: String::from("kopi"),
            campaign_id: String::from("launch"),
            collaboration_id: id.to_owned(),
        })),
    })
}

fn of_creator(id: &str) -> Option<LogScope> {
    Some(LogScope {
        scope: Some(Scope::Creator(CreatorScope {
            brand_id: String::from("kopi"),
            creator_id: id.to_owned(),
        })),
    })
}

/// The test's own implementation of a scope and a filter.
type Eyes = fn(&Record) -> bool;

fn scopes() -> Vec<(Option<LogScope>, Eyes)> {
    vec![
        (all(), |_| true),
        (of_campaign("kopi", "launch"), |one| {
            one.brand_id == "kopi" && one.campaign_id == "launch"
        }),
        (of_collaboration("launch-03"), |one| {
            one.brand_id == "kopi" && one.collaboration_id == "launch-03"
        }),
        (of_creator("launch-03"), |one| {
            one.brand_id == "kopi" && one.creator_id == "launch-03"
        }),
    ]
}

fn seconds(at: Option<prost_types::Timestamp>) -> i64 {
    at.unwrap().seconds
}

fn filters() -> Vec<(Option<EventFilter>, Eyes)> {
    let range = |from, until| Some(TimeRange { from, until });
    vec![
        (None, |_| true),
        (
            Some(EventFilter {
                types: vec![
                    String::from("BriefAccepted"),
                    String::from("EngagementRecorded"),
                ],
                ..EventFilter::default()
            }),
            |one| {
                matches!(
                    one.event,
                    Some(Event::BriefAccepted(_) | Event::EngagementRecorded(_))
                )
            },
        ),
        (
            Some(EventFilter {
                recorded: range(Some(days_and(0, 1)), Some(day(3))),
                ..EventFilter::default()
            }),
            |one| {
                let at = seconds(one.recorded_at);
                (seconds(Some(days_and(0, 1)))..seconds(Some(day(3)))).contains(&at)
            },
        ),
        (
            Some(EventFilter {
                occurred: range(Some(days_and(0, 30)), Some(days_and(0, 90))),
                ..EventFilter::default()
            }),
            // Only what was observed a minute after the beginning.
            |one| matches!(one.event, Some(Event::EngagementRecorded(_))),
        ),
    ]
}

/// Makes three campaigns on day 0, observations of day 0 on day 2, and more on day 3.
async fn a_log(server: &Server) {
    let stories = three_campaigns(server).await;
    server.clock().set(day(2));
    let likes = Counters {
        likes: Some(7),
        ..Counters::default()
    };
    for who in ["launch-03", "launch-07"] {
        let seen = stories[0].observe(who, days_and(0, 60), likes);
        server.write(seen).await;
    }
    server.clock().set(day(3));
    server.write(stories[0].pause()).await;
    let mut profile = stories[0].profile("launch-03", 30_000);
    profile.context = by_brand("");
    server.write(profile).await;
}

#[tokio::test]
async fn every_part_of_the_log_is_read_both_ways() {
    let server = Server::start().await;
    a_log(&server).await;
    let whole = read(
        &server,
        ReadEventsRequest {
            scope: all(),
            ..ReadEventsRequest::default()
        },
    );
    let whole = whole.await;
    let head = server.head().await;
    assert_eq!(positions(&whole), (1..=head).collect::<Vec<_>>());
    let mut told = BTreeSet::new();
    for (scope, in_scope) in scopes() {
        for (filter, in_filter) in filters() {
            for (after, until) in [(0, None), (20, Some(head - 3))] {
                let within =
                    |one: &&Record| one.position > after && one.position <= until.unwrap_or(head);
                let wanted = whole.iter().filter(|one| in_scope(one) && in_filter(one));
                let wanted: Vec<u64> = wanted.filter(within).map(|one| one.position).collect();
                told.insert(wanted.len());
                for limit in [0, 3] {
                    let request = ReadEventsRequest {
                        scope: scope.clone(),
                        filter: filter.clone(),
                        after_position: after,
                        until_position: until,
                        limit,
                        backwards: false,
                    };
                    let what = format!("{request:?}");
                    let forwards = read(&server, request.clone()).await;
                    assert_eq!(positions(&forwards), wanted, "{what}");
                    let request = ReadEventsRequest {
                        backwards: true,
                        ..request
                    };
                    let mut backwards = positions(&read(&server, request).await);
                    backwards.reverse();
                    assert_eq!(backwards, wanted, "{what}");
                }
            }
        }
    }
    assert!(told.len() > 6, "parts differ: {told:?}");
}

#[tokio::test]
async fn a_follower_hears_of_its_part_alone() {
    let server = Server::start().await;
    a_log(&server).await;
    let request = FollowEventsRequest {
        scope: of_creator("launch-03"),
        filter: Some(EventFilter {
            types: vec![String::from("CreatorProfileRecorded")],
            ..EventFilter::default()
        }),
        after_position: 0,
    };
    let mut audit = AuditServiceClient::new(server.channel());
    let mut following = audit.follow_events(request).await.unwrap().into_inner();
    let mut heard = 0;
    loop {
        let said = following.message().await.unwrap().unwrap();
        match said.message.unwrap() {
            Message::Batch(batch) => heard += decoded(&batch).len(),
            Message::CaughtUp(caught_up) => {
                assert_eq!(said.resume_position, caught_up.head_position);
                break;
            }
            Message::Heartbeat(_) => panic!("silence before all was told"),
        }
    }
    assert_eq!(heard, 2);
}

#[tokio::test]
async fn a_part_that_is_none_is_refused_by_name() {
    let server = Server::start().await;
    let mut audit = AuditServiceClient::new(server.channel());
    let filtered = |filter: EventFilter| ReadEventsRequest {
        scope: all(),
        filter: Some(filter),
        ..ReadEventsRequest::default()
    };
    let backwards = TimeRange {
        from: Some(day(2)),
        until: Some(day(1)),
    };
    for (request, field) in [
        (
            filtered(EventFilter {
                types: vec![String::from("BriefAccepted"), String::from("Love")],
                ..EventFilter::default()
            }),
            "filter.types[1]",
        ),
        (
            filtered(EventFilter {
                recorded: Some(backwards),
                ..EventFilter::default()
            }),
            "filter.recorded.until",
        ),
        (
            filtered(EventFilter {
                occurred: Some(backwards),
                ..EventFilter::default()
            }),
            "filter.occurred.until",
        ),
        (
            ReadEventsRequest {
                scope: of_collaboration(""),
                ..ReadEventsRequest::default()
            },
            "scope.collaboration.collaboration_id",
        ),
        (
            ReadEventsRequest {
                scope: of_creator(""),
                ..ReadEventsRequest::default()
            },
            "scope.creator.creator_id",
        ),
    ] {
        let refusal = Refusal::from(audit.read_events(request).await.unwrap_err());
        let refusal = refusal.is(Code::InvalidArgument, ErrorReason::InvalidField);
        assert_eq!(refusal.field_names(), [field]);
    }
    let beyond = ReadEventsRequest {
        scope: all(),
        until_position: Some(1),
        ..ReadEventsRequest::default()
    };
    let refusal = Refusal::from(audit.read_events(beyond).await.unwrap_err());
    let refusal = refusal.is(Code::InvalidArgument, ErrorReason::PositionAhead);
    assert_eq!(refusal.field_names(), ["until_position"]);
}
