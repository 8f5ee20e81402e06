//! Timers: commands of the `SYSTEM` actor, which take the same road as all others.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::causes::with_causes;
use crate::clock::Guard;
use crate::domain::rows::{Key, Rows, Scan};
use crate::domain::state::Due;
use crate::domain::{
    Actor, ActorId, ActorKind, CampaignVerb, CollaborationVerb, Command, DeliverableVerb, Request,
    Timestamp,
};
use crate::ledger::{Ledger, WriteError};
use crate::store::{self, Store};
use crate::views::Views;

/// How often what is due is looked for; an offer cannot be accepted late in any case.
const TICK: Duration = Duration::from_millis(250);
/// Most that is done in one tick, so that timers never fill the queue.
const MAX_DUE: usize = 256;
/// How long a commission for which there is no budget is left alone.
const BACK_OFF_NANOS: i64 = 60 * 1_000_000_000;

/// Does what the ledger does by itself as it falls due. Runs until it is dropped.
pub async fn run(ledger: &Ledger, views: &Views, clock: &Guard) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut refused = HashMap::new();
    loop {
        ticks.tick().await;
        // In doubt nothing falls due: the writer would refuse it, and who watches the clock says why.
        let Ok(now) = clock.trusted() else { continue };
        refused.retain(|_, until| *until > now);
        let due = match views.read(|rows| due(rows, now, &refused)) {
            Ok(Ok(due)) => due,
            Ok(Err(error)) => {
                let error = with_causes(&error);
                tracing::error!(error, "what is due could not be read");
                continue;
            }
            // The views have stopped and said why.
            Err(_) => continue,
        };
        for (key, due) in due {
            let waits_for_budget = match due {
                Due::Offer { .. } | Due::Ending { .. } | Due::Refunds { .. } => false,
                Due::Review { .. } | Due::Lock { .. } => true,
            };
            match ledger.execute(request_of(due), false).await {
                Err(WriteError::Refused(_)) if waits_for_budget => {
                    let until = now.nanos().saturating_add(BACK_OFF_NANOS);
                    refused.insert(key, Timestamp::from_nanos(until));
                }
                // Refused: somebody was quicker, and the log has it.
                Ok(_) | Err(WriteError::Refused(_)) => {}
                Err(_) => break,
            }
        }
    }
}

/// Finds what is due, but for what was refused a moment ago.
fn due(
    rows: &Store,
    now: Timestamp,
    refused: &HashMap<Key, Timestamp>,
) -> Result<Vec<(Key, Due)>, store::Error> {
    let mut found = Vec::new();
    rows.scan::<Due>(Scan::of(&Key::of::<Due>()), &mut |key, due| {
        let is_due = Due::time_of(key).is_some_and(|at| at <= now);
        if !is_due || found.len() == MAX_DUE {
            return ControlFlow::Break(());
        }
        if !refused.contains_key(key) {
            found.push((key.clone(), (**due).clone()));
        }
        ControlFlow::Continue(())
    })?;
    Ok(found)
}

/// Asks for what is due, as the timer of its kind.
fn request_of(due: Due) -> Request {
    let (timer, brand, command) = match due {
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
            ("expiry-timer", collaboration.brand, command)
        }
        Due::Lock { order } => {
            let command = Command::LockOrder { order: order.order };
            ("lock-timer", order.brand, command)
        }
        Due::Refunds { order } => {
            let command = Command::SettleRefunds { order: order.order };
            ("refund-timer", order.brand, command)
        }
        Due::Ending { campaign } => {
            let command = Command::Campaign {
                campaign: campaign.campaign,
                verb: CampaignVerb::EndPending,
            };
            ("ending-timer", campaign.brand, command)
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
            ("review-timer", collaboration.brand, command)
        }
    };
    Request {
        brand,
        actor: Actor {
            kind: ActorKind::System,
            id: ActorId::parse(timer).expect("the names of timers keep the rule of ids"),
        },
        on_behalf_of: None,
        stamp: None,
        occurred_at: None,
        command,
    }
}
