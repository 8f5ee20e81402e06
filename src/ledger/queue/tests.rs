//! Whose job is next.

use tokio::sync::{mpsc, oneshot};

use super::*;
use crate::domain::{Actor, ActorId, ActorKind, BrandVerb, Command, Principal, Request, ZoneName};
use crate::ledger::room::{AllPlaces, Room};
use crate::ledger::{Many, Names, One};

fn request(brand: &str) -> Request {
    Request {
        brand: BrandId::parse(brand).unwrap(),
        actor: Actor {
            kind: ActorKind::Brand,
            id: ActorId::parse("nina").unwrap(),
        },
        on_behalf_of: None,
        stamp: None,
        occurred_at: None,
        principal: Principal::none(),
        command: Command::Brand {
            verb: BrandVerb::SetTimeZone {
                time_zone: ZoneName::parse("UTC").unwrap(),
            },
        },
    }
}

fn one(brand: &str) -> Job {
    Job::One(Box::new(One {
        request: Box::new(request(brand)),
        validate_only: false,
        answer: oneshot::channel().0,
    }))
}

fn many(brand: &str, count: usize) -> Job {
    let requests: Vec<_> = (0..count).map(|_| request(brand)).collect();
    Job::Many(Box::new(Many {
        brand: BrandId::parse(brand).unwrap(),
        outcomes: Vec::new(),
        requests: requests.into_iter(),
        validate_only: false,
        names: Names::Each,
        before: None,
        decided: 0,
        answer: oneshot::channel().0,
    }))
}

async fn queue(jobs: Vec<Job>) -> Queue {
    let (messages, waiting) = mpsc::unbounded_channel();
    let places = AllPlaces::new(10_000);
    for job in jobs {
        let taken = places.take(job.brand().as_str(), 1, Room::Refuse).await;
        messages.send(Message::Decide(job, taken.unwrap())).unwrap();
    }
    Queue::of(waiting)
}

/// Returns the brands of the next jobs, with the requests of each.
fn next(queue: &mut Queue, jobs: usize) -> Vec<(String, i64)> {
    let taken = (0..jobs).map_while(|_| queue.take_next());
    taken
        .map(|job| (job.brand().to_string(), job.requests()))
        .collect()
}

#[tokio::test]
async fn a_quiet_brand_waits_for_one_turn_of_a_flood() {
    let flood = (0..1_000).map(|_| one("flood"));
    let mut queue = queue(flood.chain([one("quiet")]).collect()).await;
    let order = next(&mut queue, 1_001);
    let place = order.iter().position(|(brand, _)| brand == "quiet");
    assert_eq!(place, Some(TURN as usize));
    assert_eq!(order.len(), 1_001);
    assert!(queue.take_next().is_none() && queue.is_empty());
}

#[tokio::test]
async fn brands_get_equal_parts_whatever_the_size_of_their_jobs() {
    let large = (0..9).map(|_| many("large", 320));
    let small = (0..3_000).map(|_| one("small"));
    let mut queue = queue(large.chain(small).collect()).await;
    let order = next(&mut queue, 1_600);
    let of = |name: &str| -> i64 {
        let own = order.iter().filter(|(brand, _)| brand == name);
        own.map(|(_, requests)| requests).sum()
    };
    let (large, small) = (of("large"), of("small"));
    assert!((large - small).abs() <= 320 + TURN, "{large} and {small}");
}

#[tokio::test]
async fn what_a_brand_takes_alone_is_not_held_against_it() {
    let mut queue = queue((0..50).map(|_| many("a", 1_000)).collect()).await;
    next(&mut queue, 48);
    for job in (0..2_000).map(|_| one("b")) {
        let brand = job.brand().clone();
        let waiting = Waiting { job, _places: None };
        queue.lane(brand).jobs.push_back(waiting);
    }
    // The last job alone was more than a turn.
    let order = next(&mut queue, 1_100);
    assert!(order.iter().any(|(brand, _)| brand == "a"), "{order:?}");
}

#[tokio::test]
async fn a_job_that_did_not_fit_is_the_next_of_its_brand_and_charged_once() {
    let jobs = vec![many("a", 40), one("a"), one("b"), one("b")];
    let mut queue = queue(jobs).await;
    let begun = queue.take_next().unwrap();
    assert_eq!(begun.requests(), 40);
    // Most of it was not decided.
    queue.put_back(many("a", 39));
    let order = next(&mut queue, 4);
    assert_eq!(order[0], ("b".to_owned(), 1));
    assert_eq!(order[1], ("b".to_owned(), 1));
    assert_eq!(order[2..], [("a".to_owned(), 39), ("a".to_owned(), 1)]);
}
