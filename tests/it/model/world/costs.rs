//! Cost lines and payments: paid at most what is approved, approved at most what is owed.

use campaign_ledger::proto::api::ErrorReason;
use campaign_ledger::proto::values::CostType;

use super::{Against, Cost, CostKey, Judged, Payment, World};

/// What a line may be for; KILL_FEE comes by itself.
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
        let more = match (line.kind, line.deal) {
            (Fee, Some(deal)) => {
                let billed = campaign.fee_lines(deal) + line.minor;
                billed.max(campaign.promised(deal)) - campaign.committed(deal)
            }
            _ => line.signed(),
        };
        against.unless(campaign.affords(more), ErrorReason::BudgetExceeded);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        campaign.costs.insert(key, line);
        self.happens(1)
    }

    fn line(&mut self, place: (u8, CostKey)) -> &mut Cost {
        self.campaign(place.0).costs.get_mut(&place.1).unwrap()
    }

    pub fn approve_cost(&mut self, place: (u8, CostKey), minor: i64) -> Judged {
        let mut against = Against::default();
        let line = self.line(place);
        against.unless(!line.reversed, ErrorReason::CostState);
        against.unless(minor <= line.minor, ErrorReason::ApprovalExceedsAccrued);
        against.unless(minor > line.approved_minor, ErrorReason::InvalidField);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        line.approved_minor = minor;
        self.happens(1)
    }

    pub fn reverse_cost(&mut self, place: (u8, CostKey)) -> Judged {
        let mut against = Against::default();
        let campaign = self.campaign(place.0);
        let line = &campaign.costs[&place.1];
        let untouched = !line.reversed && line.paid_minor == 0;
        against.unless(untouched, ErrorReason::CostState);
        let affords = line.kind != CostType::Recovery || campaign.affords(line.minor);
        against.unless(affords, ErrorReason::BudgetExceeded);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        self.line(place).reversed = true;
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
        let mut against = Against::default();
        let used = self.references.contains(&reference);
        against.unless(!used, ErrorReason::PaymentReferenceUsed);
        let campaign = self.campaign(place.0);
        let taken = campaign.payments.iter().any(|payment| payment.id == id);
        against.unless(!taken, ErrorReason::AlreadyExists);
        let payable = campaign.spec.currency != "IDR" || minor % 100 == 0;
        against.unless(payable && minor > 0, ErrorReason::InvalidField);
        let line = campaign.costs.get_mut(&place.1).unwrap();
        against.unless(!line.reversed, ErrorReason::CostState);
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
