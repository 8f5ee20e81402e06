//! Disputes: the disputed thing waits for the ruling, and a ruling on a line decides what is owed.

use campaign_ledger::wire::proto::api::ErrorReason;
use campaign_ledger::wire::proto::values::CostType;

use super::agreements::part;
use super::{Against, Campaign, CostKey, Judged, World};

/// What a dispute is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum About {
    Line(CostKey),
    /// A deliverable of a deal.
    Work(u8, usize),
}

pub struct Dispute {
    pub deal: u8,
    pub about: About,
    pub by_creator: bool,
    pub open: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ruling {
    Upheld,
    Overturned,
    /// The creator gets half.
    Split,
    Withdrawn,
}

impl World {
    pub fn open_dispute(
        &mut self,
        place: (u8, u8),
        id: u8,
        about: About,
        by_creator: bool,
    ) -> Judged {
        let mut against = Against::default();
        let campaign = self.campaign(place.0);
        let deal = &campaign.deals[&place.1];
        against.unless(deal.acceptance.is_some(), ErrorReason::NotAccepted);
        let fresh = !campaign.disputes.contains_key(&id);
        against.unless(fresh, ErrorReason::AlreadyExists);
        if let About::Line(key) = about {
            let line = &campaign.costs[&key];
            against.unless(!line.reversed, ErrorReason::CostState);
            let is_its = line.deal == Some(place.1);
            against.unless(is_its, ErrorReason::InvalidField);
        }
        against.unless(!campaign.is_disputed(about), ErrorReason::Disputed);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        let dispute = Dispute {
            deal: place.1,
            about,
            by_creator,
            open: true,
        };
        campaign.disputes.insert(id, dispute);
        self.happens(1)
    }

    pub fn resolve(&mut self, number: u8, id: u8, ruling: Ruling, by_creator: bool) -> Judged {
        let mut against = Against::default();
        let campaign = self.campaign(number);
        let currency = campaign.spec.currency;
        let dispute = &campaign.disputes[&id];
        against.unless(dispute.open, ErrorReason::DisputeResolved);
        let may = ruling != Ruling::Withdrawn || dispute.by_creator == by_creator;
        against.unless(may, ErrorReason::ActorNotAllowed);
        let (about, was_creators) = (dispute.about, dispute.by_creator);
        let mut changed = None;
        match about {
            About::Work(..) => {
                against.unless(ruling != Ruling::Split, ErrorReason::InvalidField);
            }
            About::Line(key) => {
                let line = &campaign.costs[&key];
                let total = line.total_minor();
                let currency = if line.foreign { "EUR" } else { currency };
                let owed = match ruling {
                    Ruling::Split => part(total, 5_000, currency).max(line.approved_minor),
                    Ruling::Upheld if !was_creators => line.approved_minor,
                    Ruling::Upheld | Ruling::Overturned | Ruling::Withdrawn => total,
                };
                changed = Some((key, owed - total)).filter(|(_, delta)| *delta != 0);
            }
        }
        if let Some((key, delta)) = changed {
            self.against_adjusting((number, key), delta, &mut against);
        }
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        let campaign = self.campaign(number);
        campaign.disputes.get_mut(&id).unwrap().open = false;
        let Some((key, delta)) = changed else {
            return self.happens(1);
        };
        campaign.costs.get_mut(&key).unwrap().adjusted_minor += delta;
        self.happens(2)
    }
}

impl Campaign {
    pub fn is_disputed(&self, about: About) -> bool {
        let mut open = self.disputes.values().filter(|dispute| dispute.open);
        open.any(|dispute| dispute.about == about)
    }

    /// Returns whether a fee keeps disputed lines: a fee line recorded by hand depends on the fee.
    pub fn keeps_disputed(&self, deal: u8, fee_minor: i64) -> bool {
        let open = self.disputes.values().filter(|dispute| dispute.open);
        let mut lines = open.filter_map(|dispute| match dispute.about {
            About::Line(key) if dispute.deal == deal => Some(&self.costs[&key]),
            About::Line(_) | About::Work(..) => None,
        });
        let rests = lines.any(|line| line.kind == CostType::Fee);
        !rests || self.deals[&deal].offer.fee_minor == fee_minor
    }

    /// Returns the open disputes of a deal.
    pub fn disputes_of(&self, deal: u8) -> impl Iterator<Item = u8> {
        let open = self.disputes.iter().filter(|(_, dispute)| dispute.open);
        let open = open.filter(move |(_, dispute)| dispute.deal == deal);
        open.map(|(id, _)| *id)
    }
}
