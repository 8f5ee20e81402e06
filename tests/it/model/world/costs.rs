//! Cost lines and payments: paid at most what is approved, approved at most what is owed.

use campaign_ledger::wire::proto::api::ErrorReason;
use campaign_ledger::wire::proto::values::CostType;

use super::{About, Against, Campaign, Cost, CostKey, Judged, Payment, World};

/// Types of lines that callers record; KILL_FEE lines come from cancellations.
pub const KINDS: [CostType; 11] = [
    CostType::Fee,
    CostType::Bonus,
    CostType::Commission,
    CostType::Product,
    CostType::Shipping,
    CostType::TravelMeal,
    CostType::Production,
    CostType::PaidAmplification,
    CostType::PlatformFee,
    CostType::Tax,
    CostType::Recovery,
];

impl World {
    pub fn record_cost(&mut self, campaign: u8, id: u8, line: Cost) -> Judged {
        use CostType::{Bonus, Commission, Fee};
        let mut against = Against::default();
        let campaign = self.campaign(campaign);
        let key = CostKey::Named(id);
        against.unless(
            !campaign.costs.contains_key(&key),
            ErrorReason::AlreadyExists,
        );
        let needs_payee = matches!(line.kind, Fee | Bonus | Commission);
        against.unless(
            line.deal.is_some() || !needs_payee,
            ErrorReason::InvalidField,
        );
        let payee = line.deal.map(|deal| &campaign.deals[&deal]);
        let accepted = payee.is_none_or(|deal| deal.acceptance.is_some());
        against.unless(accepted, ErrorReason::NotAccepted);
        let payable = campaign.can_pay(&line, line.minor);
        against.unless(payable, ErrorReason::InvalidField);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        campaign.costs.insert(key, line);
        self.happens(1)
    }

    fn line(&mut self, place: (u8, CostKey)) -> &mut Cost {
        self.campaign(place.0).costs.get_mut(&place.1).unwrap()
    }

    /// Reasons against any change of a line: it is reversed or disputed.
    fn against_touching(&self, (campaign, key): (u8, CostKey)) -> Against {
        let mut against = Against::default();
        let campaign = &self.campaigns[usize::from(campaign)];
        let reversed = campaign.costs[&key].reversed;
        against.unless(!reversed, ErrorReason::CostState);
        let disputed = campaign.is_disputed(About::Line(key));
        against.unless(!disputed, ErrorReason::Disputed);
        against
    }

    /// Approves a line to an amount; `part` says whether the caller states it.
    pub fn approve_cost(&mut self, place: (u8, CostKey), minor: i64, part: bool) -> Judged {
        let mut against = self.against_touching(place);
        let campaign = self.campaign(place.0);
        let payable = campaign.can_pay(&campaign.costs[&place.1], minor);
        against.unless(!part || payable, ErrorReason::InvalidField);
        let line = self.line(place);
        against.unless(!line.withheld, ErrorReason::CostState);
        let covered = minor <= line.total_minor();
        against.unless(covered, ErrorReason::ApprovalExceedsAccrued);
        against.unless(minor > line.approved_minor, ErrorReason::InvalidField);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        line.approved_minor = minor;
        self.happens(1)
    }

    /// The rate that a line lacks is supplied, also while it is disputed.
    pub fn rate_cost(&mut self, place: (u8, CostKey)) -> Judged {
        let line = self.campaign(place.0).costs.get_mut(&place.1).unwrap();
        if line.reversed {
            return Judged::Refused(vec![ErrorReason::CostState]);
        }
        if !line.unrated {
            return Judged::Refused(vec![ErrorReason::RateNotMissing]);
        }
        line.unrated = false;
        self.happens(1)
    }

    pub fn reverse_cost(&mut self, place: (u8, CostKey)) -> Judged {
        let mut against = self.against_touching(place);
        let campaign = self.campaign(place.0);
        let line = &campaign.costs[&place.1];
        against.unless(line.paid_minor == 0, ErrorReason::CostState);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        self.line(place).reversed = true;
        self.happens(1)
    }

    pub fn adjust_cost(&mut self, place: (u8, CostKey), delta_minor: i64) -> Judged {
        let mut against = self.against_touching(place);
        let campaign = self.campaign(place.0);
        let payable = campaign.can_pay(&campaign.costs[&place.1], delta_minor);
        against.unless(payable, ErrorReason::InvalidField);
        self.against_adjusting(place, delta_minor, &mut against);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        self.line(place).adjusted_minor += delta_minor;
        self.happens(1)
    }

    pub(super) fn against_adjusting(
        &mut self,
        place: (u8, CostKey),
        delta_minor: i64,
        against: &mut Against,
    ) {
        let campaign = self.campaign(place.0);
        let line = &campaign.costs[&place.1];
        let covered = line.total_minor() + delta_minor >= line.approved_minor;
        against.unless(covered, ErrorReason::AdjustmentBelowApproved);
    }

    pub fn withhold(&mut self, place: (u8, CostKey)) -> Judged {
        let mut against = self.against_touching(place);
        let line = self.line(place);
        let open = !line.withheld && !line.is_paid();
        against.unless(open, ErrorReason::CostState);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        line.withheld = true;
        self.happens(1)
    }

    /// A dispute does not prevent the release.
    pub fn release(&mut self, place: (u8, CostKey)) -> Judged {
        let line = self.line(place);
        if line.reversed || !line.withheld {
            return Judged::Refused(vec![ErrorReason::CostState]);
        }
        line.withheld = false;
        self.happens(1)
    }

    pub fn pay(
        &mut self,
        place: (u8, CostKey),
        id: u8,
        reference: u8,
        minor: i64,
        paid_at: i64,
    ) -> Judged {
        let mut against = self.against_touching(place);
        let used = self.references.contains(&reference);
        against.unless(!used, ErrorReason::PaymentReferenceUsed);
        let campaign = self.campaign(place.0);
        let taken = campaign.payments.iter().any(|payment| payment.id == id);
        against.unless(!taken, ErrorReason::AlreadyExists);
        let payable = campaign.can_pay(&campaign.costs[&place.1], minor);
        against.unless(payable && minor > 0, ErrorReason::InvalidField);
        let payee = campaign.costs[&place.1].deal;
        let held = payee.is_some_and(|deal| campaign.deals[&deal].is_held(None));
        against.unless(!held, ErrorReason::OnHold);
        let line = campaign.costs.get_mut(&place.1).unwrap();
        against.unless(!line.withheld, ErrorReason::CostState);
        let covered = line.paid_minor + minor <= line.approved_minor;
        against.unless(covered, ErrorReason::PaymentExceedsApproved);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        line.paid_minor += minor;
        campaign.payments.push(Payment {
            id,
            cost: place.1,
            minor,
            paid_at,
        });
        self.references.insert(reference);
        self.happens(1)
    }
}

impl Campaign {
    /// Returns whether an amount of a line can be paid: rupiah are paid whole.
    pub fn can_pay(&self, line: &Cost, minor: i64) -> bool {
        self.spec.currency != "IDR" || line.foreign || minor % 100 == 0
    }
}
