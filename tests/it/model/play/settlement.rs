//! Requests about cost lines, payments and disputes.

use campaign_ledger::wire::proto::values::FxRate;
use campaign_ledger::wire::proto::values::dispute_subject::Subject;

use super::super::ops::{Op, Pick};
use super::super::world::{About, Cost, CostKey, DAY, KINDS, Ruling};
use super::*;
use crate::support::server::by_creator;

/// Returns the currency of a line: that of its campaign, or euros, for which nobody has a rate.
fn currency_of(story: &Story, foreign: bool) -> &str {
    match foreign {
        true => "EUR",
        false => &story.currency,
    }
}

/// Returns a rate by which amounts stay as they are.
fn at_par() -> FxRate {
    FxRate {
        rate: String::from("1"),
        source: String::from("bank"),
        rated_at: Some(days_and(0, 0)),
    }
}

impl Play {
    pub(super) async fn settlement(&mut self, op: &Op) {
        match op {
            Op::Cost {
                campaign,
                id,
                deal,
                kind,
                minor,
                beyond,
                unrated,
                day,
            } => {
                let deals = &self.world.campaigns[usize::from(*campaign)].deals;
                let all: Vec<u8> = deals.keys().copied().collect();
                let accepted = |id: &u8| deals[id].acceptance.is_some();
                let deal = deal.and_then(|picked| pick(picked, &all, accepted));
                let story = self.story(*campaign);
                let kind = KINDS[usize::from(*kind)];
                let place = &self.world.campaigns[usize::from(*campaign)];
                let minor = match beyond {
                    Some(beyond) => (place.left_for(kind, deal) + beyond).max(1),
                    None => *minor,
                };
                let amount = money(currency_of(&story, *unrated), minor);
                let (who, at) = (deal.map(deal_id), days_and(*day, 0));
                let request = story.cost(&cost_id(*id), who.as_deref(), kind, amount, at);
                let line = Cost {
                    deal,
                    kind,
                    minor,
                    incurred_at: day * DAY,
                    foreign: *unrated,
                    unrated: *unrated,
                    ..Cost::default()
                };
                let judged = self.world.record_cost(*campaign, *id, line);
                self.write(request, judged).await;
            }
            Op::ApproveCost { cost, percent } => {
                let Some((place, id)) = self.line(*cost, |line| line.approved_minor == 0) else {
                    return;
                };
                let line = &self.world.campaigns[usize::from(place.0)].costs[&place.1];
                let minor = match percent {
                    100 => line.total_minor(),
                    percent if percent % 7 == 0 => (line.total_minor() * percent / 100).max(1),
                    percent => (line.total_minor() * percent / 100 / 100 * 100).max(100),
                };
                let mut request = self.story(place.0).approve_cost(&id);
                request.approved_minor = (*percent != 100).then_some(minor);
                let judged = self.world.approve_cost(place, minor, *percent != 100);
                self.write(request, judged).await;
            }
            Op::RateCost(picked) => {
                let Some((place, id)) = self.line(*picked, |line| line.unrated) else {
                    return;
                };
                let request = self.story(place.0).supply_cost_rate(&id, at_par());
                let judged = self.world.rate_cost(place);
                self.write(request, judged).await;
            }
            Op::ReverseCost(picked) => {
                let Some((place, id)) = self.line(*picked, |line| line.paid_minor == 0) else {
                    return;
                };
                let request = self.story(place.0).reverse(&id);
                let judged = self.world.reverse_cost(place);
                self.write(request, judged).await;
            }
            Op::Pay {
                cost,
                id,
                reference,
                percent,
                day,
            } => {
                let is_due = |line: &Cost| line.approved_minor > line.paid_minor;
                let Some((place, line_id)) = self.line(*cost, is_due) else {
                    return;
                };
                let line = &self.world.campaigns[usize::from(place.0)].costs[&place.1];
                let due = line.approved_minor - line.paid_minor;
                let minor = (due * percent / 100 / 100 * 100).max(due % 100).max(1);
                let story = self.story(place.0);
                let amount = money(currency_of(&story, line.foreign), minor);
                let mut request = story.pay(&line_id, amount, days_and(*day, 0));
                request.payment_id = format!("p{id}");
                request.external_reference = format!("tr-{reference}");
                let at = day * DAY;
                let judged = self.world.pay(place, *id, *reference, minor, at);
                self.write(request, judged).await;
            }
            Op::AdjustCost { cost, percent } => {
                let Some((place, id)) = self.line(*cost, |_| true) else {
                    return;
                };
                let line = &self.world.campaigns[usize::from(place.0)].costs[&place.1];
                // Mostly a whole amount, which can be paid.
                let delta = line.total_minor() * percent / 100;
                let delta = if delta % 7 == 0 {
                    delta
                } else {
                    delta / 100 * 100
                };
                let delta = if delta == 0 { 100 } else { delta };
                let story = self.story(place.0);
                let currency = currency_of(&story, line.foreign);
                let request = story.adjust(&id, money(currency, delta));
                let judged = self.world.adjust_cost(place, delta);
                self.write(request, judged).await;
            }
            Op::WithholdCost(picked) => {
                let Some((place, id)) = self.line(*picked, |line| !line.withheld) else {
                    return;
                };
                let request = self.story(place.0).withhold(&id);
                let judged = self.world.withhold(place);
                self.write(request, judged).await;
            }
            Op::ReleaseCost(picked) => {
                let Some((place, id)) = self.line(*picked, |line| line.withheld) else {
                    return;
                };
                let request = self.story(place.0).release(&id);
                let judged = self.world.release(place);
                self.write(request, judged).await;
            }
            _ => unreachable!("asked for elsewhere"),
        }
    }

    /// Disputes a line or a deliverable of a collaboration.
    pub(super) async fn dispute(&mut self, about: Pick, line: bool, id: u8, by_creator: bool) {
        let disputed = if line {
            let found = self.line(about, |line| line.deal.is_some());
            found.and_then(|((campaign, key), id)| {
                let deal = self.world.campaigns[usize::from(campaign)].costs[&key].deal?;
                Some(((campaign, deal), About::Line(key), Subject::CostId(id)))
            })
        } else {
            let works: Vec<_> = self.world.works().map(|one| (one.0, one.1)).collect();
            let found = pick(about, &works, |_| true);
            found.map(|(place, number)| {
                let subject = Subject::DeliverableId(work_id(number));
                (place, About::Work(place.1, number), subject)
            })
        };
        let Some((place, about, subject)) = disputed else {
            return;
        };
        let who = deal_id(place.1);
        let mut request = self.story(place.0).dispute(&dispute_id(id), &who, subject);
        if by_creator {
            request.context = self::by_creator("");
        }
        let judged = self.world.open_dispute(place, id, about, by_creator);
        self.write(request, judged).await;
    }

    pub(super) async fn resolve(&mut self, picked: Pick, ruling: Ruling, by_creator: bool) {
        let campaigns = self.world.campaigns.iter().zip(0..);
        let all: Vec<(u8, u8)> = campaigns
            .flat_map(|(campaign, number)| campaign.disputes.keys().map(move |id| (number, *id)))
            .collect();
        let campaigns = &self.world.campaigns;
        let open = |(campaign, id): &(u8, u8)| campaigns[usize::from(*campaign)].disputes[id].open;
        let Some((campaign, id)) = pick(picked, &all, open) else {
            return;
        };
        self.rule((campaign, id), ruling, by_creator).await;
    }

    pub(super) async fn rule(&mut self, place: (u8, u8), ruling: Ruling, by_creator: bool) {
        let (campaign, id) = place;
        let disputes = &self.world.campaigns[usize::from(campaign)].disputes;
        let who = deal_id(disputes[&id].deal);
        let ruled = match ruling {
            Ruling::Upheld => DisputeRuling::Upheld,
            Ruling::Overturned => DisputeRuling::Overturned,
            Ruling::Split => DisputeRuling::Split,
            Ruling::Withdrawn => DisputeRuling::Withdrawn,
        };
        let mut request = self.story(campaign).resolve(&dispute_id(id), &who, ruled);
        if by_creator {
            request.context = self::by_creator("");
        }
        let judged = self.world.resolve(campaign, id, ruling, by_creator);
        self.write(request, judged).await;
    }

    /// Picks a line with an id that a caller chose, and returns it with the id.
    fn line(&self, picked: Pick, fits: impl Fn(&Cost) -> bool) -> Option<((u8, CostKey), String)> {
        let mut all = Vec::new();
        for (campaign, number) in self.world.campaigns.iter().zip(0..) {
            for key in campaign.costs.keys() {
                if let CostKey::Named(id) = key {
                    all.push(((number, *key), *id));
                }
            }
        }
        let sensible = |((campaign, key), _): &((u8, CostKey), u8)| {
            let line = &self.world.campaigns[usize::from(*campaign)].costs[key];
            !line.reversed && fits(line)
        };
        let (place, id) = pick(picked, &all, sensible)?;
        Some((place, cost_id(id)))
    }
}
