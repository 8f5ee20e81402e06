//! Timers: commands of the `SYSTEM` actor, which go through the writer like all others.
//!
//! Brands take turns: due work of one brand never waits for all due work of another.

mod lanes;

use std::time::{Duration, Instant};

use tokio::task::spawn_blocking;
use tokio::time::sleep;

use crate::causes::with_causes;
use crate::clock::Guard;
use crate::domain::state::Due;
use crate::domain::{
    Actor, ActorId, ActorKind, BrandId, CampaignVerb, CollaborationVerb, Command, DeliverableVerb,
    Principal, Request, Timestamp,
};
use crate::ledger::{Ledger, Names, Room, WriteError};
use crate::views::Views;
use lanes::{Item, Lanes, Round};

/// Time between two searches for due work. An offer cannot be accepted late in any case.
const TICK: Duration = Duration::from_millis(250);
/// After a search that took long comes a pause of this many times its length, so that it costs
/// little.
const REST_AFTER_LOOK: u32 = 20;

/// Does the ledger's own work when it is due. Runs until it is dropped.
pub async fn run(ledger: &Ledger, views: &Views, clock: &Guard) {
    let mut lanes = Lanes::default();
    loop {
        // Nothing is due while the clock is in doubt: the writer would refuse it, and the watch of
        // the clock reports why.
        let Ok(now) = clock.trusted() else {
            sleep(TICK).await;
            continue;
        };
        let begun = Instant::now();
        let round = look(views, &mut lanes, now).await;
        let rest = begun.elapsed() * REST_AFTER_LOOK;
        let more = round.more;
        let mut done = 0;
        for (brand, items) in round.brands {
            match work_off(ledger, &mut lanes, brand, items, now).await {
                Ok(one) => done += one,
                // The ledger takes no more writes and has reported why.
                Err(_) => break,
            }
        }
        // More due work is done at once, and so are its consequences, but refused work is not
        // retried now.
        match done {
            0 => sleep(rest.max(TICK)).await,
            _ if more => {}
            _ => sleep(rest).await,
        }
    }
}

/// Finds due work, on a thread that may wait for the disk.
async fn look(views: &Views, lanes: &mut Lanes, now: Timestamp) -> Round {
    let (views, mut taken) = (views.clone(), std::mem::take(lanes));
    let looked = spawn_blocking(move || {
        let round = views.read(|rows| taken.round(rows, now));
        (round, taken)
    });
    let Ok((round, back)) = looked.await else {
        // The panic hook has reported it.
        return Round::default();
    };
    *lanes = back;
    match round {
        Ok(Ok(round)) => round,
        Ok(Err(error)) => {
            let error = with_causes(&error);
            tracing::error!(error, "due work could not be read");
            Round::default()
        }
        // The views have stopped and have reported why.
        Err(_) => Round::default(),
    }
}

/// Sends all due commands of a brand at once. Returns how many were done.
async fn work_off(
    ledger: &Ledger,
    lanes: &mut Lanes,
    brand: BrandId,
    items: Vec<Item>,
    now: Timestamp,
) -> Result<usize, WriteError> {
    let requests: Vec<_> = items
        .iter()
        .map(|item| request_of(&brand, item.due.clone()))
        .collect();
    if requests.is_empty() {
        return Ok(0);
    }
    let brand = requests.first().map_or("", |one| one.brand.as_str());
    let places = ledger.places(brand, requests.len(), Room::Wait).await?;
    let outcomes = ledger.execute_all(requests, Names::Each, false, places);
    let mut done = 0;
    for (item, outcome) in items.into_iter().zip(outcomes.await?) {
        match outcome {
            Ok(_) => done += 1,
            Err(WriteError::Refused(_) | WriteError::TooLarge { .. }) => lanes.refused(item, now),
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

/// Makes the command of a piece of due work, sent by the timer of its kind.
fn request_of(brand: &BrandId, due: Due) -> Request {
    let (timer, command) = match due {
        Due::Offer {
            collaboration,
            version,
        } => {
            let command = Command::Collaboration {
                campaign: collaboration.campaign,
                collaboration: collaboration.collaboration,
                verb: CollaborationVerb::Expire {
                    offer_version: version,
                },
            };
            ("expiry-timer", command)
        }
        Due::Lock { order, .. } => ("lock-timer", Command::LockOrder { order }),
        Due::Refunds { order, .. } => ("refund-timer", Command::SettleRefunds { order }),
        Due::Ending { campaign } => {
            let command = Command::Campaign {
                campaign: campaign.campaign,
                verb: CampaignVerb::EndPending,
            };
            ("ending-timer", command)
        }
        Due::Review {
            collaboration,
            deliverable,
            version,
        } => {
            let command = Command::Deliverable {
                campaign: collaboration.campaign,
                collaboration: collaboration.collaboration,
                deliverable,
                verb: DeliverableVerb::Approve {
                    version,
                    rating: None,
                },
            };
            ("review-timer", command)
        }
    };
    Request {
        brand: brand.clone(),
        actor: Actor {
            kind: ActorKind::System,
            id: ActorId::parse(timer).expect("the names of timers keep the rule of ids"),
        },
        on_behalf_of: None,
        stamp: None,
        occurred_at: None,
        principal: Principal::none(),
        command,
    }
}
