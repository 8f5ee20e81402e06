//! Decide: the rules. A command and the state give events or a refusal.
//!
//! Pure and total: the same state, command and time give the same answer. Nothing is changed here.

mod accrual;
mod agreement;
mod amendment;
mod amounts;
mod attribution;
mod brand;
mod campaign;
mod commission;
mod conversion;
mod cost_correction;
mod creator;
mod deliverable;
mod dispute;
mod engagement;
mod erasure;
mod hold;
mod negotiation;
mod order_correction;
mod order_verb;
mod plan;
mod publication;
mod publication_correction;
mod refund;
mod report;
mod seeding;
mod settlement;

use std::sync::Arc;

pub use accrual::bonus_line;
pub use agreement::*;
pub use brand::*;
pub use campaign::*;
pub use conversion::*;
pub use creator::*;
pub use deliverable::*;
pub use dispute::*;
pub use engagement::*;
pub use order_verb::*;
pub use publication::*;
pub use publication_correction::PublicationCorrection;
pub use settlement::*;

use super::rows::{Key, Row, Rows};
use super::state::{Campaign, Collaboration};
use super::{
    ActorKind, CampaignId, CampaignRef, CollaborationId, CollaborationRef, Command, CreatorEvent,
    CreatorId, Currency, Event, Fact, FxRate, Money, Position, Refusal, Request, Subject,
    Timestamp, Unknown, Violation, convert,
};

/// The result of a command.
#[derive(Clone, PartialEq, Debug)]
pub enum Decision {
    /// These happen, in this order.
    Happens(Vec<Fact>),
    /// The command happened before, from the first position to the last. It writes nothing and gets
    /// the same answer.
    Happened {
        /// First event of that command.
        first: Position,
        /// Last event of that command.
        last: Position,
    },
}

/// Why there is no decision.
#[derive(Debug, thiserror::Error)]
pub enum Halt<E> {
    /// A rule forbids it.
    #[error(transparent)]
    Refused(Refusal),
    /// The state could not be read.
    #[error("rows could not be read")]
    Rows(#[from] E),
}

/// Decides a request against the state at the time `now`.
///
/// # Errors
/// Returns `Refused` when a rule forbids the command, and `Rows` when the state cannot be read.
pub fn decide<S: Rows>(
    rows: &S,
    request: &Request,
    now: Timestamp,
) -> Result<Decision, Halt<S::Error>> {
    let case = Case { rows, request, now };
    match &request.command {
        Command::Campaign { campaign, verb } => case.campaign_verb(campaign, verb),
        Command::Creator { creator, verb } => case.creator_verb(creator, verb),
        Command::Collaboration {
            campaign,
            collaboration,
            verb,
        } => case.collaboration_verb(&case.place(campaign, collaboration), verb),
        Command::Deliverable {
            campaign,
            collaboration,
            deliverable,
            verb,
        } => case.deliverable_verb(&case.place(campaign, collaboration), deliverable, verb),
        Command::Publication { publication, verb } => case.publication_verb(publication, verb),
        Command::Engagement { publication, verb } => case.engagement_verb(publication, verb),
        Command::RecordConversion { campaign, claim } => case.record_conversion(campaign, claim),
        Command::RecordRefund { refund } => case.record_refund(refund),
        Command::AdjustConversion { adjustment } => case.adjust_conversion(adjustment),
        Command::Order { order, verb } => case.order_verb(order, verb),
        Command::LockOrder { order } => case.lock_order(order),
        Command::SettleRefunds { order } => case.settle_refunds(order),
        Command::Cost {
            campaign,
            cost,
            verb,
        } => case.cost_verb(campaign, cost, verb),
        Command::Dispute {
            campaign,
            collaboration,
            dispute,
            verb,
        } => case.dispute_verb(&case.place(campaign, collaboration), dispute, verb),
        Command::Brand { verb } => case.brand_verb(verb),
    }
}

type Decided<T, S> = Result<T, Halt<<S as Rows>::Error>>;

/// A request, and the state that it is decided against.
struct Case<'a, S> {
    rows: &'a S,
    request: &'a Request,
    now: Timestamp,
}

impl<S: Rows> Case<'_, S> {
    fn campaign_ref(&self, campaign: &CampaignId) -> CampaignRef {
        CampaignRef {
            brand: self.request.brand.clone(),
            campaign: campaign.clone(),
        }
    }

    fn place(&self, campaign: &CampaignId, collaboration: &CollaborationId) -> CollaborationRef {
        CollaborationRef {
            brand: self.request.brand.clone(),
            campaign: campaign.clone(),
            collaboration: collaboration.clone(),
        }
    }

    fn campaign(&self, place: &CampaignRef) -> Decided<Arc<Campaign>, S> {
        self.known(
            &Campaign::key(place),
            Unknown::Campaign,
            place.campaign.as_str(),
        )
    }

    fn collaboration(&self, place: &CollaborationRef) -> Decided<Arc<Collaboration>, S> {
        let id = place.collaboration.as_str();
        self.known(&Collaboration::key(place), Unknown::Collaboration, id)
    }

    fn known<R: Row>(&self, key: &Key, what: Unknown, id: &str) -> Decided<Arc<R>, S> {
        let row = self.rows.get(key)?;
        row.ok_or_else(|| {
            refused(Refusal::NotFound {
                what,
                id: id.to_owned(),
            })
        })
    }

    /// Returns when the command happens: the time that the caller stated, or else now.
    fn happens_at(&self) -> Timestamp {
        self.request.occurred_at.unwrap_or(self.now)
    }

    fn only(&self, side: ActorKind) -> Decided<(), S> {
        if self.request.side() == side {
            return Ok(());
        }
        let allowed = match side {
            ActorKind::Brand => "the brand",
            ActorKind::Creator => "the creator",
            ActorKind::System => "the ledger itself",
        };
        refuse(Refusal::ActorNotAllowed { allowed })
    }

    /// Checks that the side is the brand or the timer of the ledger.
    fn brand_or_system(&self) -> Decided<(), S> {
        match self.request.side() {
            ActorKind::Brand | ActorKind::System => Ok(()),
            ActorKind::Creator => refuse(Refusal::ActorNotAllowed {
                allowed: "the brand",
            }),
        }
    }

    /// Checks that the side is the brand or the creator.
    fn brand_or_creator(&self) -> Decided<(), S> {
        match self.request.side() {
            ActorKind::Brand | ActorKind::Creator => Ok(()),
            ActorKind::System => refuse(Refusal::ActorNotAllowed {
                allowed: "the brand or the creator",
            }),
        }
    }

    /// Checks that an amount is in the campaign's reporting currency.
    fn in_currency(&self, field: &str, amount: Money, currency: Currency) -> Decided<(), S> {
        if amount.currency == currency {
            return Ok(());
        }
        let rule = format!("must be in {currency}, the reporting currency of the campaign");
        refuse(Refusal::Invalid(vec![Violation::new(field, rule)]))
    }

    /// Converts an amount into the reporting currency; `None` when it is foreign and has no rate.
    fn reporting(
        &self,
        field: &'static str,
        amount: Money,
        rate: Option<&FxRate>,
        currency: Currency,
    ) -> Decided<Option<i64>, S> {
        if amount.currency == currency {
            return match rate {
                None => Ok(Some(amount.minor)),
                Some(_) => refuse(Refusal::field(
                    "fx_rate",
                    "must be absent for an amount in the reporting currency",
                )),
            };
        }
        let Some(rate) = rate else { return Ok(None) };
        match convert(amount, &rate.rate, currency) {
            Some(minor) => Ok(Some(minor)),
            None => refuse(Refusal::AmountOverflow { field }),
        }
    }
}

fn refused<E>(refusal: Refusal) -> Halt<E> {
    Halt::Refused(refusal)
}

fn refuse<T, E>(refusal: Refusal) -> Result<T, Halt<E>> {
    Err(Halt::Refused(refusal))
}

fn ensure<E>(holds: bool, refusal: impl FnOnce() -> Refusal) -> Result<(), Halt<E>> {
    if holds { Ok(()) } else { refuse(refusal()) }
}

/// Returns one event about a campaign as a whole.
fn of_campaign(campaign: &CampaignId, event: Event) -> Fact {
    Fact {
        subject: Subject {
            campaign: Some(campaign.clone()),
            ..Subject::default()
        },
        event,
    }
}

/// Returns one event about a creator.
fn of_creator(creator: &CreatorId, event: CreatorEvent) -> Fact {
    Fact {
        subject: Subject {
            creator: Some(creator.clone()),
            ..Subject::default()
        },
        event: Event::Creator(event),
    }
}

/// Returns one event about a collaboration.
fn of_collaboration(place: &CollaborationRef, creator: &CreatorId, event: Event) -> Fact {
    Fact {
        subject: Subject {
            campaign: Some(place.campaign.clone()),
            collaboration: Some(place.collaboration.clone()),
            creator: Some(creator.clone()),
        },
        event,
    }
}

/// Returns the answer of a command that happened before as a single event.
fn happened<E>(position: Position) -> Result<Decision, Halt<E>> {
    let (first, last) = (position, position);
    Ok(Decision::Happened { first, last })
}

fn happens<E>(fact: Fact) -> Result<Decision, Halt<E>> {
    Ok(Decision::Happens(vec![fact]))
}
