//! Timers: commands of the `SYSTEM` actor, which take the same road as all others.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::causes::with_causes;
use crate::clock::Clock;
use crate::domain::rows::{Key, Rows, Scan};
use crate::domain::state::Expiry;
use crate::domain::{Actor, ActorId, ActorKind, CollaborationVerb, Command, Request, Timestamp};
use crate::ledger::{Ledger, WriteError};
use crate::store::{self, Store};
use crate::views::Views;

/// How often due invitations are looked for; an offer cannot be accepted late in any case.
const TICK: Duration = Duration::from_millis(250);
/// Most invitations expired in one tick, so that timers never fill the queue.
const MAX_DUE: usize = 256;

/// Expires invitations as they fall due. Runs until it is dropped.
pub async fn run(ledger: &Ledger, views: &Views, clock: &dyn Clock) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let now = clock.now();
        let due = match views.read(|rows| due(rows, now)) {
            Ok(Ok(due)) => due,
            Ok(Err(error)) => {
                let error = with_causes(&error);
                tracing::error!(error, "due invitations could not be read");
                continue;
            }
            // The views have stopped and said why.
            Err(_) => continue,
        };
        for expiry in due {
            match ledger.execute(expire(expiry), false).await {
                // Refused: somebody was quicker, and the log has it.
                Ok(_) | Err(WriteError::Refused(_)) => {}
                Err(_) => break,
            }
        }
    }
}

fn due(rows: &Store, now: Timestamp) -> Result<Vec<Expiry>, store::Error> {
    let first = rows.page::<Expiry>(Scan::of(&Key::of::<Expiry>()), MAX_DUE)?;
    let is_due = |key: &Key| Expiry::time_of(key).is_some_and(|at| at <= now);
    let due = first.into_iter().take_while(|(key, _)| is_due(key));
    Ok(due.map(|(_, expiry)| (*expiry).clone()).collect())
}

fn expire(expiry: Expiry) -> Request {
    let place = expiry.collaboration;
    Request {
        brand: place.brand,
        actor: Actor {
            kind: ActorKind::System,
            id: ActorId::parse("expiry-timer").expect("the name keeps the rule of ids"),
        },
        on_behalf_of: None,
        stamp: None,
        occurred_at: None,
        command: Command::Collaboration {
            campaign: place.campaign,
            collaboration: place.collaboration,
            verb: CollaborationVerb::Expire {
                offer_version: expiry.offer_version,
            },
        },
    }
}
