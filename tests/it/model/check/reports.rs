//! Compares the reports: cost, return, delivery.

use num_bigint::BigInt;
use num_rational::Ratio;

use super::super::sums::{Delivery as Delivered, Period, Sums, answered, delivery, ratings};
use super::super::world::{Campaign as OwnCampaign, DAY, SPECS};
use super::*;
use crate::support::figures::are;

impl Play {
    pub(super) async fn check_roi(&self, number: u8) {
        let own = &self.world.campaigns[usize::from(number)];
        let request = GetCampaignRoiRequest {
            brand_id: self.brand(),
            campaign_id: self.campaign_id(number),
            min_position: 0,
            as_of: None,
        };
        let found = self.read(request).await.roi.unwrap();
        assert_eq!(found.state(), own.state);
        self.is_budget(found.budget.unwrap(), number);
        let orders = self.world.orders_of(number);
        for (figures, period) in [
            (&found.total, Period::Counted),
            (&found.on_time, Period::OnTime),
        ] {
            let figures = figures.as_ref().unwrap();
            are_figures(figures, &own.sums(&orders, None, period), own.spec.id);
            let revenue = figures.revenue.as_ref().unwrap();
            assert_eq!(revenue.rejected_claims, own.rejected_claims);
        }
        assert_eq!(counts(&found.agreements), states(own.deals.values()));
        assert_eq!(counts(&found.deliverables), work_states(own.deals.values()));
        is_acceptance_rate(&found.acceptance_rate, answered(own.deals.values()));
        let delivered = delivery(own.deals.values().map(|deal| (own, deal)), self.world.now);
        is_delivery(&found.delivery.unwrap(), &delivered);
        is_quality(&found.quality.unwrap(), &ratings(own.deals.values()));
        let (gifted, posted) = own.gifted();
        assert_eq!(found.creators_gifted, gifted);
        is_ratio(&found.post_rate, posted, gifted);
        let beyond = own.facts_beyond(&orders);
        assert_eq!(found.facts_after_measurement, beyond, "{}", own.spec.id);
        assert_eq!(found.report_revisions, own.reports);
        let disputes = own.disputes.values().filter(|dispute| dispute.open);
        assert_eq!(found.open_disputes as usize, disputes.count());
        is_held(found.holds, own.deals.values());
        is_seeded(&found.products.unwrap(), own.deals.values());
    }

    /// The numbers of a revision stay the same, whatever was recorded since.
    pub(super) async fn check_reports(&self) {
        for (campaign, fixed) in &self.reports {
            let revision = fixed.report.as_ref().unwrap().revision;
            let found = self.read(self.story(*campaign).report(revision)).await;
            assert!(found.is_reproduced, "{found:?}");
            assert_eq!(found.report, fixed.report);
            assert_eq!(found.roi, fixed.roi);
        }
    }

    pub(super) async fn check_performance(&self, place: (u8, u8), deal: &Deal) {
        let own = &self.world.campaigns[usize::from(place.0)];
        let request = GetCollaborationPerformanceRequest {
            brand_id: self.brand(),
            campaign_id: self.campaign_id(place.0),
            collaboration_id: deal_id(place.1),
            min_position: 0,
            as_of: None,
        };
        let found = self.read(request).await.performance.unwrap();
        assert_eq!(found.state(), deal.state);
        let frozen = deal.acceptance.as_ref().and_then(|one| one.followers);
        assert_eq!(found.tier_at_acceptance(), tier(frozen));
        let now = self.world.creators[&deal.creator].followers;
        assert_eq!(found.tier_now(), tier(now));
        let orders = self.world.orders_of(place.0);
        let what = format!("{place:?}");
        for (figures, period) in [
            (found.total, Period::Counted),
            (found.on_time, Period::OnTime),
        ] {
            let sums = own.sums(&orders, Some(place.1), period);
            are_figures(&figures.unwrap(), &sums, &what);
        }
        let one = || std::iter::once(deal);
        assert_eq!(counts(&found.deliverables), work_states(one()));
        let delivered = delivery(one().map(|deal| (own, deal)), self.world.now);
        is_delivery(&found.delivery.unwrap(), &delivered);
        is_quality(&found.quality.unwrap(), &ratings(one()));
        is_held(found.holds, one());
        is_seeded(&found.products.unwrap(), one());
    }

    pub(super) async fn check_partnership(&self, creator: u8) {
        let own = &self.world.creators[&creator];
        let mut deals: Vec<(&OwnCampaign, (u8, u8), &Deal)> = Vec::new();
        for (place, deal) in self
            .world
            .places()
            .filter(|(_, deal)| deal.creator == creator)
        {
            deals.push((&self.world.campaigns[usize::from(place.0)], place, deal));
        }
        let request = GetPartnershipRequest {
            brand_id: self.brand(),
            creator_id: CREATORS[usize::from(creator)].to_owned(),
            min_position: self.world.head,
            as_of: None,
        };
        if deals.is_empty() {
            let refusal = Refusal::from(self.client.call(request).await.unwrap_err());
            assert_eq!(refusal.reason, ErrorReason::PartnershipNotFound);
            return;
        }
        let found = self.read(request).await.partnership.unwrap();
        assert_eq!((found.blocked, found.blocks), (own.blocked, own.blocks));
        assert_eq!(found.tier_now(), tier(own.followers));
        let all = || deals.iter().map(|(_, _, deal)| *deal);
        assert_eq!(
            found.first_invited_at,
            at(all().map(|deal| deal.began_at).min().unwrap())
        );
        assert_eq!(counts(&found.collaborations), states(all()));
        self.is_tenure(
            &found,
            all().filter_map(|deal| Some(deal.acceptance.as_ref()?.at)),
        );
        is_acceptance_rate(&found.acceptance_rate, answered(all()));
        let delivered = deals.iter().map(|(campaign, _, deal)| (*campaign, *deal));
        is_delivery(
            &found.delivery.unwrap(),
            &delivery(delivered, self.world.now),
        );
        is_quality(&found.quality.unwrap(), &ratings(all()));
        is_held(found.holds, all());
        let flags = own.flags.values().filter(|open| **open);
        let flags = (own.flags.len(), flags.count());
        assert_eq!((found.flags as usize, found.open_flags as usize), flags);
        assert_eq!(found.assessments, own.assessments);
        let disputes = deals.iter().flat_map(|(campaign, place, _)| {
            let all = campaign.disputes.values();
            all.filter(|dispute| dispute.deal == place.1)
        });
        let open = disputes.clone().filter(|dispute| dispute.open).count();
        let told = (found.disputes as usize, found.open_disputes as usize);
        assert_eq!(told, (disputes.count(), open));
        for lifetime in &found.lifetime {
            let mut sums = Sums::default();
            for (campaign, place, _) in &deals {
                if campaign.spec.currency == lifetime.currency_code {
                    // One campaign of each currency: its margin holds for all of them.
                    sums.figures.margin_bp = campaign.spec.margin_bp;
                    let orders = self.world.orders_of(place.0);
                    sums.add(campaign.sums(&orders, Some(place.1), Period::Counted));
                }
            }
            let figures = &mut sums.figures;
            if (figures.gross_minor, figures.refunds_minor) == (0, 0) {
                // Without revenue, no margin is needed.
                figures.margin_bp = figures.margin_bp.or(Some(0));
            }
            are_figures(lifetime, &sums, &lifetime.currency_code);
        }
        is_paid_after(&found.mean_days_until_paid, &deals);
        let campaigns = 0..SPECS.len() as u8;
        let met = campaigns.filter(|number| deals.iter().any(|(_, place, _)| place.0 == *number));
        let met = met.count();
        assert_eq!((found.lifetime.len(), found.campaigns.len()), (met, met));
    }

    fn is_tenure(&self, found: &Partnership, accepted: impl Iterator<Item = i64>) {
        let mut accepted: Vec<i64> = accepted.collect();
        accepted.sort_unstable();
        assert_eq!(
            found.first_accepted_at,
            accepted.first().and_then(|first| at(*first))
        );
        assert_eq!(
            found.last_accepted_at,
            accepted.last().and_then(|last| at(*last))
        );
        let count = accepted.len() as u64;
        assert_eq!(found.accepted_collaborations, count);
        is_ratio(&found.repeat_rate, count.saturating_sub(1), count);
        let gaps = accepted.windows(2).map(|pair| (pair[1] - pair[0]) as u64);
        assert_eq!(found.longest_gap_seconds, gaps.clone().max().unwrap_or(0));
        is_ratio(
            &found.mean_gap_seconds,
            gaps.clone().sum(),
            gaps.count() as u64,
        );
    }
}

/// Payments count with or without a rate, and before their cost, too.
fn is_paid_after(found: &Option<RatioMetric>, deals: &[(&OwnCampaign, (u8, u8), &Deal)]) {
    let (mut count, mut seconds) = (0, 0);
    for (campaign, place, _) in deals {
        for payment in &campaign.payments {
            let line = &campaign.costs[&payment.cost];
            if line.deal == Some(place.1) {
                count += 1;
                seconds += payment.paid_at - line.incurred_at;
            }
        }
    }
    let found = found.as_ref().unwrap();
    if count == 0 {
        let reason = AbsentReason::NoObservation.into();
        assert_eq!(found.value, Some(ratio_metric::Value::Absent(reason)));
        return;
    }
    let exact = Ratio::new(BigInt::from(seconds), BigInt::from(count * DAY));
    let exact = format!("{}/{}", exact.numer(), exact.denom());
    assert_eq!(found.exact, exact);
}

fn are_figures(found: &Figures, own: &Sums, what: &str) {
    are(found, &own.figures, what);
    let by_type = &found.cost.as_ref().unwrap().by_type;
    let costs = by_type
        .iter()
        .map(|one| (one.r#type, (one.accrued_minor, one.paid_minor)));
    let costs: BTreeMap<_, _> = costs.filter(|(_, sums)| *sums != (0, 0)).collect();
    let own_costs = own.costs.iter().filter(|(_, sums)| **sums != (0, 0));
    let own_costs = own_costs.map(|(kind, sums)| (*kind, *sums));
    assert_eq!(costs, own_costs.collect(), "{what}");
    let conversions = &found.revenue.as_ref().unwrap().conversions;
    let conversions = conversions
        .iter()
        .map(|one| (one.r#type, (one.attributed, one.unattributed)));
    let conversions: BTreeMap<_, _> = conversions.filter(|(_, sums)| *sums != (0, 0)).collect();
    assert_eq!(conversions, own.conversions, "{what}");
    let unrated = found.missing_fx.iter().map(|one| {
        assert_eq!((one.currency_code.as_str(), one.revenue_minor), ("EUR", 0));
        (one.cost_minor, one.paid_minor)
    });
    assert_eq!(
        unrated.collect::<Vec<_>>(),
        Vec::from_iter(own.unrated),
        "{what}"
    );
}

fn counts(found: &[StateCount]) -> States {
    let found = found.iter().filter(|one| one.count > 0);
    found.map(|one| (one.state.clone(), one.count)).collect()
}

fn states<'a>(deals: impl Iterator<Item = &'a Deal>) -> States {
    let mut states = States::new();
    for deal in deals {
        let name = deal.state.as_str_name();
        let name = name.trim_start_matches("COLLABORATION_STATE_");
        *states.entry(name.to_owned()).or_default() += 1;
    }
    states
}

fn work_states<'a>(deals: impl Iterator<Item = &'a Deal>) -> States {
    let accepted = deals.filter(|deal| deal.acceptance.is_some());
    let mut states = States::new();
    for work in accepted.flat_map(|deal| &deal.deliverables) {
        let name = work.state.as_str_name();
        let name = name.trim_start_matches("DELIVERABLE_STATE_");
        *states.entry(name.to_owned()).or_default() += 1;
    }
    states
}

fn is_ratio(found: &Option<RatioMetric>, numerator: u64, denominator: u64) {
    let found = found.as_ref().unwrap();
    if denominator == 0 {
        let reason = AbsentReason::ZeroDenominator.into();
        assert_eq!(found.value, Some(ratio_metric::Value::Absent(reason)));
    } else {
        let exact = Ratio::new(BigInt::from(numerator), BigInt::from(denominator));
        let exact = format!("{}/{}", exact.numer(), exact.denom());
        assert_eq!(found.exact, exact);
    }
}

fn is_acceptance_rate(found: &Option<RatioMetric>, (accepted, declined): (u64, u64)) {
    is_ratio(found, accepted, accepted + declined);
}

fn is_delivery(found: &Delivery, own: &Delivered) {
    let due = own.published + own.overdue;
    is_ratio(&found.completion_rate, own.verified, own.accepted);
    is_ratio(&found.on_time_rate, own.on_time, due);
    is_ratio(&found.on_time_rate_original, own.on_time_at_first, due);
    is_ratio(&found.revision_rate, own.revisions, own.handed_in);
    let counted = [
        found.accepted_deliverables,
        found.verified_deliverables,
        found.published,
        found.overdue,
        found.seconds_late,
        found.submissions,
        found.revisions,
        found.breaches_late,
        found.breaches_unapproved,
        found.breaches_undisclosed,
        found.breaches_removed_early,
        found.removed,
        found.breaches_waived,
    ];
    let expected = [
        own.accepted,
        own.verified,
        own.published,
        own.overdue,
        own.seconds_late,
        own.submissions,
        own.revisions,
        own.published - own.on_time,
        own.unapproved,
        own.undisclosed,
        own.removed_early,
        own.removed,
        own.waived,
    ];
    assert_eq!(counted, expected, "{found:?}");
}

fn is_quality(found: &Quality, ratings: &[i64]) {
    let count = ratings.len() as i64;
    assert_eq!(found.ratings, count as u64);
    let (mean, variance) = (
        found.mean.as_ref().unwrap(),
        found.variance.as_ref().unwrap(),
    );
    if ratings.is_empty() {
        let reason = AbsentReason::NoObservation.into();
        assert_eq!(mean.value, Some(ratio_metric::Value::Absent(reason)));
        return;
    }
    let of = |sum: i64, by: i64| {
        let exact = Ratio::new(BigInt::from(sum), BigInt::from(by));
        format!("{}/{}", exact.numer(), exact.denom())
    };
    let sum: i64 = ratings.iter().sum();
    let squares: i64 = ratings.iter().map(|one| one * one).sum();
    assert_eq!(mean.exact, of(sum, count));
    assert_eq!(
        variance.exact,
        of(squares * count - sum * sum, count * count)
    );
}

fn is_held<'a>(found: Option<HoldTotals>, deals: impl Iterator<Item = &'a Deal>) {
    let holds: Vec<_> = deals.flat_map(|deal| deal.holds.values()).collect();
    let open = holds.iter().filter(|hold| hold.open).count();
    let found = found.unwrap();
    let told = (found.placed as usize, found.open as usize);
    assert_eq!(told, (holds.len(), open));
}

/// Each product cost 100 minor units and has a value of 300.
fn is_seeded<'a>(found: &ProductFigures, deals: impl Iterator<Item = &'a Deal>) {
    let shipments: Vec<_> = deals.filter_map(|deal| deal.shipment.as_ref()).collect();
    let shipped = shipments.len() as u64;
    let received = shipments.iter().filter(|one| one.received.is_some());
    let returned = shipments.iter().filter(|one| one.returned.is_some());
    let returned = returned.count() as u64;
    let counts = (found.shipped, found.received, found.returned);
    assert_eq!(counts, (shipped, received.count() as u64, returned));
    let values = (found.cost_of_goods_minor, found.fair_value_minor);
    assert_eq!(values, (100 * shipped as i64, 300 * shipped as i64));
    let back = (
        found.returned_cost_of_goods_minor,
        found.returned_fair_value_minor,
    );
    assert_eq!(back, (100 * returned as i64, 300 * returned as i64));
}
