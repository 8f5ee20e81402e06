//! Rules of settlement: paid ≤ approved ≤ accrued + adjustments, per line. A transfer reference is
//! used once.

use std::sync::Arc;

use super::amounts::{ensure_currency, ensure_in_range};
use super::{
    Case, Decided, Decision, Halt, ensure, happens, of_campaign, of_collaboration, refuse, refused,
};
use crate::domain::limits::MAX_TAXES;
use crate::domain::rows::Rows;
use crate::domain::state::{Campaign, Collaboration, Cost, Payment, PaymentReference};
use crate::domain::{
    ActorKind, BonusId, CampaignId, CampaignRef, CollaborationId, CostId, CostRecorded, CostState,
    CostType, Currency, Event, Fact, FxRate, Matched, Money, PaymentId, PaymentRecorded,
    PersonalText, Position, Refusal, SettlementEvent, Tax, Timestamp, Unknown,
};

/// Commands about a cost line.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the request message of the same name in v1 documents each field"
)]
pub enum CostVerb {
    Record {
        collaboration: Option<CollaborationId>,
        kind: CostType,
        amount: Money,
        fx_rate: Option<FxRate>,
        incurred_at: Timestamp,
        note: PersonalText,
    },
    Approve {
        approved_minor: Option<i64>,
        /// The currency that the total is stated in; `None` where it is that of the line.
        currency: Option<Currency>,
    },
    Reverse {
        reason: PersonalText,
    },
    Pay {
        payment: PaymentId,
        amount: Money,
        reference: Matched,
        paid_at: Timestamp,
    },
    Adjust {
        delta: Money,
        reason: PersonalText,
    },
    Withhold {
        reason: PersonalText,
    },
    Release {
        reason: PersonalText,
    },
    RecordTax(Tax),
    AccrueBonus {
        collaboration: CollaborationId,
        bonus: BonusId,
    },
    VoidPayment {
        payment: PaymentId,
        reason: PersonalText,
    },
    Correct(CostCorrection),
    SupplyRate {
        fx_rate: FxRate,
    },
}

/// What is corrected of a line; what is `None` stays.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the request message of the same name in v1 documents each field"
)]
pub struct CostCorrection {
    pub expected: Position,
    pub kind: Option<CostType>,
    pub amount: Option<Money>,
    pub fx_rate: Option<FxRate>,
    pub incurred_at: Option<Timestamp>,
    pub note: Option<PersonalText>,
    pub reason: PersonalText,
}

impl<S: Rows> Case<'_, S> {
    pub(super) fn cost_verb(
        &self,
        campaign: &CampaignId,
        id: &CostId,
        verb: &CostVerb,
    ) -> Decided<Decision, S> {
        self.only(ActorKind::Brand)?;
        let place = self.campaign_ref(campaign);
        match verb {
            CostVerb::Record {
                collaboration,
                kind,
                amount,
                fx_rate,
                incurred_at,
                note,
            } => {
                let campaign = self.campaign(&place)?;
                self.ensure_new_line(&place, id)?;
                let reporting_minor =
                    self.reporting("amount", *amount, fx_rate.as_ref(), campaign.plan.currency)?;
                let payee = self.payee(&place, collaboration.as_ref(), *kind)?;
                ensure_bookable::<S>(&campaign, payee.as_deref(), *kind, reporting_minor)?;
                let event = Event::Settlement(SettlementEvent::CostRecorded(CostRecorded {
                    cost: id.clone(),
                    kind: *kind,
                    amount: *amount,
                    fx_rate: fx_rate.clone(),
                    reporting_minor,
                    incurred_at: *incurred_at,
                    note: note.clone(),
                    timing: campaign.plan.timing(*incurred_at),
                    owed_for: None,
                }));
                let creator = payee.as_ref().map(|payee| &payee.creator);
                let about = collaboration.as_ref().zip(creator);
                happens(match about {
                    Some((collaboration, creator)) => {
                        let place = self.place(&place.campaign, collaboration);
                        of_collaboration(&place, creator, event)
                    }
                    None => of_campaign(&place.campaign, event),
                })
            }
            CostVerb::Approve {
                approved_minor,
                currency,
            } => self.approve(&place, id, *approved_minor, *currency),
            CostVerb::Reverse { reason } => self.reverse(&place, id, reason),
            CostVerb::Pay {
                payment,
                amount,
                reference,
                paid_at,
            } => self.pay(&place, id, payment, *amount, reference, *paid_at),
            CostVerb::Adjust { delta, reason } => {
                let line = self.free(&place, id)?;
                ensure_by_hand::<S>(&line)?;
                ensure_currency::<S>(&line, "delta", *delta)?;
                happens(self.adjustment(&place, id, &line, delta.minor, reason)?)
            }
            CostVerb::Withhold { reason } => self.withhold(&place, id, reason),
            CostVerb::Release { reason } => self.release(&place, id, reason),
            CostVerb::AccrueBonus {
                collaboration,
                bonus,
            } => self.accrue_bonus(&self.place(campaign, collaboration), id, bonus),
            CostVerb::RecordTax(tax) => self.record_tax(&place, id, tax),
            CostVerb::VoidPayment { payment, reason } => {
                self.void_payment(&place, id, payment, reason)
            }
            CostVerb::Correct(correction) => self.correct_cost(&place, id, correction),
            CostVerb::SupplyRate { fx_rate } => self.supply_cost_rate(&place, id, fx_rate),
        }
    }

    pub(super) fn ensure_new_line(&self, place: &CampaignRef, id: &CostId) -> Decided<(), S> {
        let taken = self.rows.get::<Cost>(&Cost::key(place, id))?.is_some();
        ensure(!taken, || Refusal::AlreadyExists {
            what: "cost line",
            id: id.to_string(),
        })
    }

    pub(super) fn payee(
        &self,
        place: &CampaignRef,
        collaboration: Option<&CollaborationId>,
        kind: CostType,
    ) -> Decided<Option<Arc<Collaboration>>, S> {
        match collaboration {
            Some(id) => self.agreed(&place.campaign, id).map(Some),
            None if kind.is_compensation() => {
                let rule = "must be given for FEE, BONUS, COMMISSION and KILL_FEE";
                refuse(Refusal::field("collaboration_id", rule))
            }
            None => Ok(None),
        }
    }

    /// Returns a line that is not reversed.
    pub(super) fn line(&self, place: &CampaignRef, id: &CostId) -> Decided<Arc<Cost>, S> {
        let line: Arc<Cost> = self.known(&Cost::key(place, id), Unknown::Cost, id.as_str())?;
        let rule = "nothing more happens to it";
        let state = CostState::Reversed;
        ensure(!line.reversed, || Refusal::CostState { state, rule })?;
        Ok(line)
    }

    /// Returns a line that no dispute freezes.
    pub(super) fn free(&self, place: &CampaignRef, id: &CostId) -> Decided<Arc<Cost>, S> {
        let line = self.line(place, id)?;
        match &line.dispute {
            Some(dispute) => refuse(Refusal::Disputed {
                dispute: dispute.clone(),
            }),
            None => Ok(line),
        }
    }

    /// Returns a line that may be approved and paid.
    fn payable(&self, place: &CampaignRef, id: &CostId) -> Decided<Arc<Cost>, S> {
        let line = self.free(place, id)?;
        let (state, rule) = (CostState::Withheld, "it has to be released first");
        ensure(!line.withheld, || Refusal::CostState { state, rule })?;
        Ok(line)
    }

    pub(super) fn about(&self, place: &CampaignRef, line: &Cost, event: Event) -> Decided<Fact, S> {
        let Some(collaboration) = &line.collaboration else {
            return Ok(of_campaign(&place.campaign, event));
        };
        let place = self.place(&place.campaign, collaboration);
        let creator = self.collaboration(&place)?.creator.clone();
        Ok(of_collaboration(&place, &creator, event))
    }

    fn approve(
        &self,
        place: &CampaignRef,
        id: &CostId,
        approved_minor: Option<i64>,
        currency: Option<Currency>,
    ) -> Decided<Decision, S> {
        let line = self.payable(place, id)?;
        let of_line = line.amount.currency;
        ensure(currency.is_none_or(|stated| stated == of_line), || {
            Refusal::field("approved.currency_code", format!("must be {of_line}"))
        })?;
        let accrued_minor = line.total_minor();
        if let Some(minor) = approved_minor {
            let amount = Money {
                minor,
                ..line.amount
            };
            ensure(amount.is_payable(), || {
                Refusal::field("approved_minor", amount.currency.payable_rule())
            })?;
        }
        let approved_minor = approved_minor.unwrap_or(accrued_minor);
        ensure(approved_minor <= accrued_minor, || {
            Refusal::ApprovalExceedsAccrued {
                approved_minor,
                accrued_minor,
            }
        })?;
        ensure(approved_minor > line.approved_minor, || {
            let rule = format!(
                "must be more than the {} approved before",
                line.approved_minor
            );
            Refusal::field("approved_minor", rule)
        })?;
        let event = Event::Settlement(SettlementEvent::CostApproved {
            cost: id.clone(),
            approved_minor,
        });
        happens(self.about(place, &line, event)?)
    }

    fn reverse(
        &self,
        place: &CampaignRef,
        id: &CostId,
        reason: &PersonalText,
    ) -> Decided<Decision, S> {
        let line = self.free(place, id)?;
        ensure_by_hand::<S>(&line)?;
        let state = line.state();
        let rule = "something of it is paid";
        ensure(line.paid_minor == 0, || Refusal::CostState { state, rule })?;
        let campaign = self.campaign(place)?;
        if line.kind == CostType::Recovery {
            ensure_in_range::<S>(&campaign, i128::from(line.reporting_minor.unwrap_or(0)))?;
        }
        let event = Event::Settlement(SettlementEvent::CostReversed {
            cost: id.clone(),
            reason: reason.clone(),
            reporting_minor: line.reporting_minor,
            timing: line.timing,
        });
        happens(self.about(place, &line, event)?)
    }

    fn pay(
        &self,
        place: &CampaignRef,
        id: &CostId,
        payment: &PaymentId,
        amount: Money,
        reference: &Matched,
        paid_at: Timestamp,
    ) -> Decided<Decision, S> {
        let line = self.payable(place, id)?;
        ensure_currency::<S>(&line, "amount", amount)?;
        ensure(amount.is_payable(), || {
            Refusal::field("amount", amount.currency.payable_rule())
        })?;
        self.ensure_new_payment(place, payment, reference)?;
        if let Some(payee) = &line.collaboration {
            let payee = self.collaboration(&self.place(&place.campaign, payee))?;
            self.ensure_not_held(&payee, None)?;
        }
        let approved_minor = line.approved_minor;
        let paid_minor = i128::from(line.paid_minor) + i128::from(amount.minor);
        ensure(paid_minor <= i128::from(approved_minor), || {
            Refusal::PaymentExceedsApproved {
                paid_minor,
                approved_minor,
            }
        })?;
        let campaign = self.campaign(place)?;
        let event = Event::Settlement(SettlementEvent::PaymentRecorded(PaymentRecorded {
            payment: payment.clone(),
            cost: id.clone(),
            amount,
            reference: reference.clone(),
            paid_at,
            reporting_minor: paid_part(&line, paid_minor, campaign.plan.currency),
            timing: line.timing.followed_by(campaign.plan.timing(paid_at)),
        }));
        happens(self.about(place, &line, event)?)
    }

    /// Returns the fact that a line grows or shrinks by `delta`. It counts in the same window as
    /// the line.
    pub(super) fn adjustment(
        &self,
        place: &CampaignRef,
        id: &CostId,
        line: &Cost,
        delta_minor: i64,
        reason: &PersonalText,
    ) -> Decided<Fact, S> {
        let approved_minor = line.approved_minor;
        let total_minor = i128::from(line.total_minor()) + i128::from(delta_minor);
        ensure(total_minor >= i128::from(approved_minor), || {
            Refusal::AdjustmentBelowApproved {
                total_minor,
                approved_minor,
            }
        })?;
        let campaign = self.campaign(place)?;
        let too_much = || refused(Refusal::AmountOverflow { field: "delta" });
        let total_minor = i64::try_from(total_minor).map_err(|_| too_much())?;
        let grows = |before| {
            let after = line.in_reporting(total_minor, campaign.plan.currency);
            after.map(|after| after - before).ok_or_else(too_much)
        };
        let reporting_minor = line.reporting_minor.map(grows).transpose()?;
        let payee = match &line.collaboration {
            Some(payee) => Some(self.collaboration(&self.place(&place.campaign, payee))?),
            None => None,
        };
        ensure_bookable::<S>(&campaign, payee.as_deref(), line.kind, reporting_minor)?;
        let event = Event::Settlement(SettlementEvent::CostAdjusted {
            cost: id.clone(),
            delta_minor,
            reporting_minor,
            reason: reason.clone(),
            timing: line.timing,
            order: None,
            on_time_minor: None,
            counts_from: None,
        });
        self.about(place, line, event)
    }

    fn withhold(
        &self,
        place: &CampaignRef,
        id: &CostId,
        reason: &PersonalText,
    ) -> Decided<Decision, S> {
        let line = self.payable(place, id)?;
        let state = line.state();
        let rule = "all of it is paid";
        ensure(state != CostState::Paid, || Refusal::CostState {
            state,
            rule,
        })?;
        let (cost, reason) = (id.clone(), reason.clone());
        let event = Event::Settlement(SettlementEvent::CostWithheld { cost, reason });
        happens(self.about(place, &line, event)?)
    }

    fn release(
        &self,
        place: &CampaignRef,
        id: &CostId,
        reason: &PersonalText,
    ) -> Decided<Decision, S> {
        let line = self.line(place, id)?;
        let state = line.state();
        let rule = "only a withheld one is released";
        ensure(line.withheld, || Refusal::CostState { state, rule })?;
        let (cost, reason) = (id.clone(), reason.clone());
        let event = Event::Settlement(SettlementEvent::CostReleased { cost, reason });
        happens(self.about(place, &line, event)?)
    }

    fn record_tax(&self, place: &CampaignRef, id: &CostId, tax: &Tax) -> Decided<Decision, S> {
        let line = self.line(place, id)?;
        let amounts = [
            ("gross", tax.gross),
            ("base", tax.base),
            ("amount", tax.amount),
        ];
        for (field, amount) in amounts {
            ensure_currency::<S>(&line, field, amount)?;
        }
        let taken = line.taxes.iter().any(|known| known.id == tax.id);
        ensure(!taken, || Refusal::AlreadyExists {
            what: "tax record",
            id: tax.id.to_string(),
        })?;
        ensure(line.taxes.len() < MAX_TAXES, || Refusal::LimitReached {
            collection: "taxes of a cost line",
            limit: MAX_TAXES,
        })?;
        let (cost, tax) = (id.clone(), tax.clone());
        let event = Event::Settlement(SettlementEvent::TaxRecorded { cost, tax });
        happens(self.about(place, &line, event)?)
    }

    fn ensure_new_payment(
        &self,
        place: &CampaignRef,
        payment: &PaymentId,
        reference: &Matched,
    ) -> Decided<(), S> {
        let taken = self
            .rows
            .get::<Payment>(&Payment::key(place, payment))?
            .is_some();
        ensure(!taken, || Refusal::AlreadyExists {
            what: "payment",
            id: payment.to_string(),
        })?;
        let key = PaymentReference::key(&place.brand, reference.digest);
        match self.rows.get::<PaymentReference>(&key)? {
            Some(used) => refuse(Refusal::PaymentReferenceUsed {
                position: used.position,
            }),
            None => Ok(()),
        }
    }
}

/// Returns what a payment adds in the reporting currency: everything paid on the line so far, less
/// what earlier payments added. A line that is paid in full is therefore paid exactly, even if it
/// was adjusted in between.
fn paid_part(line: &Cost, paid_minor: i128, currency: Currency) -> Option<i64> {
    let so_far = line.in_reporting(i64::try_from(paid_minor).ok()?, currency)?;
    so_far.checked_sub(line.paid_reporting_minor)
}

/// Checks that a line is not commission. Commission changes only with its order.
fn ensure_by_hand<S: Rows>(line: &Cost) -> Decided<(), S> {
    let state = line.state();
    let rule = "commission follows its order: adjust that";
    ensure(!line.is_commission(), || Refusal::CostState { state, rule })
}

/// Checks that the sums with a line stay in range, whatever the cap: a line is a fact. A fee line
/// draws on its commitment first.
fn ensure_bookable<S: Rows>(
    campaign: &Campaign,
    payee: Option<&Collaboration>,
    kind: CostType,
    reporting_minor: Option<i64>,
) -> Result<(), Halt<S::Error>> {
    let Some(minor) = reporting_minor else {
        return Ok(());
    };
    let (CostType::Fee, Some(payee)) = (kind, payee) else {
        let more = i128::from(minor) * i128::from(kind.sign());
        return ensure_in_range::<S>(campaign, more);
    };
    let lines = i128::from(payee.fee_lines_minor) + i128::from(minor);
    let held = lines.max(i128::from(payee.commitment_minor));
    ensure_in_range::<S>(campaign, held - i128::from(payee.committed_minor()))
}
