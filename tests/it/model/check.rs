//! Asks the server for everything about a brand, and compares.

mod reports;

use std::collections::BTreeMap;

use campaign_ledger::domain::Currency;
use campaign_ledger::wire::decimals::Decimals;
use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::*;
use prost_types::Timestamp;

use super::play::{Play, SOURCES, cost_id, deal_id, dispute_id, hold_id, order_id, work_id};
use super::sums::shown;
use super::world::{CREATORS, Conversion, Cost, CostKey, Credited, DAY, Deal, Deliverable, Post};
use crate::support::server::{Read, Refusal, days_and, money};

/// Number of entities in each state, by its name.
type States = BTreeMap<String, u64>;

fn at(seconds: i64) -> Option<Timestamp> {
    Some(days_and(0, seconds))
}

fn tier(followers: Option<u64>) -> Tier {
    match followers {
        None => Tier::Unknown,
        Some(some) if some < 1_000 => Tier::BelowNano,
        Some(some) if some < 10_000 => Tier::Nano,
        Some(some) if some <= 100_000 => Tier::Micro,
        Some(some) if some <= 1_000_000 => Tier::Macro,
        Some(_) => Tier::Mega,
    }
}

impl Play {
    /// Checks everything at the head.
    pub async fn check(&self) {
        for campaign in 0..self.world.campaigns.len() as u8 {
            self.check_campaign(campaign).await;
            self.check_costs(campaign).await;
            self.check_roi(campaign).await;
        }
        for creator in 0..CREATORS.len() as u8 {
            self.check_creator(creator).await;
            self.check_partnership(creator).await;
        }
        for (place, deal) in self.world.places() {
            self.check_deal(place, deal).await;
            self.check_performance(place, deal).await;
        }
        for (place, number, work) in self.world.works() {
            if let Some(post) = &work.post {
                self.check_post(place, number, work, post).await;
            }
        }
        self.check_reports().await;
        for order in self.world.orders.keys() {
            self.check_order(*order).await;
        }
    }

    /// Reads at the head: nobody else writes, so no answer has another position.
    async fn read<R: Read>(&self, mut request: R) -> R::Answer {
        *R::min_position(&mut request) = self.world.head;
        let answer = self.client.call(request.clone()).await;
        let answer =
            answer.unwrap_or_else(|status| panic!("{}: {request:?}", Refusal::from(status)));
        assert_eq!(R::position(&answer), self.world.head, "{request:?}");
        answer
    }

    fn brand(&self) -> String {
        self.brand.clone()
    }

    fn campaign_id(&self, campaign: u8) -> String {
        self.story(campaign).campaign
    }

    async fn check_campaign(&self, number: u8) {
        let own = &self.world.campaigns[usize::from(number)];
        let request = GetCampaignRequest {
            brand_id: self.brand(),
            campaign_id: self.campaign_id(number),
            min_position: 0,
            as_of: None,
        };
        let found = self.read(request).await.campaign.unwrap();
        assert_eq!(found.state(), own.state);
        let cap = found.plan.as_ref().unwrap().budget_cap.as_ref().unwrap();
        assert_eq!(cap.minor_units(), own.cap_minor);
        self.is_budget(found.budget.unwrap(), number);
        let open = own.deals.values().filter(|deal| deal.is_negotiated());
        assert_eq!(found.open_invitations as usize, open.count());
        let applied = CollaborationState::Applied;
        let applications = own.deals.values().filter(|deal| deal.state == applied);
        assert_eq!(found.applications as usize, applications.count());
        assert_eq!(found.reports, own.reports);
        let live = own.deals.values().filter(|deal| deal.is_working());
        assert_eq!(found.live_collaborations as usize, live.count());
    }

    fn is_budget(&self, found: BudgetUse, number: u8) {
        let own = &self.world.campaigns[usize::from(number)];
        let [reserved_minor, committed_minor, other_minor] = own.budget();
        let used = reserved_minor + committed_minor + other_minor;
        let unrated = own
            .costs
            .values()
            .filter(|one| one.unrated && !one.reversed);
        let unrated: Vec<i64> = unrated.map(Cost::signed).collect();
        let unconverted = match unrated.is_empty() {
            true => Vec::new(),
            false => vec![money("EUR", unrated.iter().sum())],
        };
        let expected = BudgetUse {
            cap_minor: own.cap_minor,
            reserved_minor,
            committed_minor,
            other_minor,
            available_minor: (own.cap_minor - used).max(0),
            over_budget_minor: (used - own.cap_minor).max(0),
            is_partial: !unconverted.is_empty(),
            unconverted,
            ..BudgetUse::default()
        };
        let currency = Currency::parse(own.spec.currency).ok();
        assert_eq!(found, expected.with_decimals(currency));
    }

    async fn check_creator(&self, number: u8) {
        let own = &self.world.creators[&number];
        let request = GetCreatorRequest {
            brand_id: self.brand(),
            creator_id: CREATORS[usize::from(number)].to_owned(),
            min_position: 0,
            as_of: None,
        };
        let found = self.read(request).await.creator.unwrap();
        assert_eq!(found.tier(), tier(own.followers));
        assert_eq!(found.blocked, own.blocked);
        let counts = found.profile.unwrap().followers;
        let counts: Vec<u64> = counts.iter().map(|count| count.followers).collect();
        assert_eq!(counts, Vec::from_iter(own.followers));
    }

    async fn check_deal(&self, place: (u8, u8), own: &Deal) {
        let request = GetCollaborationRequest {
            brand_id: self.brand(),
            campaign_id: self.campaign_id(place.0),
            collaboration_id: deal_id(place.1),
            min_position: 0,
            as_of: None,
        };
        let found = self.read(request).await.collaboration.unwrap();
        let what = format!("{place:?}");
        assert_eq!(found.state(), own.state, "{what}");
        assert_eq!(found.creator_id, CREATORS[usize::from(own.creator)]);
        let previous = own.previous.map(deal_id).unwrap_or_default();
        assert_eq!(found.previous_collaboration_id, previous, "{what}");
        assert_eq!(found.invited_at, own.invited_at.and_then(at), "{what}");
        assert_eq!(found.application.is_some(), own.applied, "{what}");
        let offers = found.earlier_offers.iter().chain(&found.offer);
        let fees = offers.map(|offer| {
            let terms = offer.terms.as_ref().unwrap();
            (offer.version, terms.fee.as_ref().unwrap().minor_units())
        });
        let own_fees = own.versions.iter().map(|offer| offer.fee_minor);
        assert!(fees.eq((1..).zip(own_fees)), "{what}: {found:?}");
        let pending = found.pending_amendment.as_ref().map(|pending| {
            let terms = pending.terms.as_ref().unwrap();
            (
                pending.terms_version,
                terms.fee.as_ref().unwrap().minor_units(),
            )
        });
        assert_eq!(pending, own.amendment, "{what}");
        let agreed = found.terms_versions.last().map(|pinned| {
            let terms = pinned.terms.as_ref().unwrap();
            terms.fee.as_ref().unwrap().minor_units()
        });
        let own_agreed = own.acceptance.as_ref().map(|_| own.offer.fee_minor);
        assert_eq!(agreed, own_agreed, "{what}");
        let holds = found.holds.iter();
        let holds: BTreeMap<_, _> = holds
            .map(|hold| (hold.hold_id.clone(), hold.released_at.is_none()))
            .collect();
        let own_holds = own.holds.iter().map(|(id, hold)| (hold_id(*id), hold.open));
        assert_eq!(holds, own_holds.collect(), "{what}");
        let disputes = &self.world.campaigns[usize::from(place.0)];
        let mut disputes: Vec<_> = disputes.disputes_of(place.1).map(dispute_id).collect();
        disputes.sort();
        let mut open = found.open_disputes.clone();
        open.sort();
        assert_eq!(open, disputes, "{what}");
        are_shipments(&found.shipments, own);
        assert_eq!(found.acceptance.is_some(), own.acceptance.is_some());
        if let (Some(found), Some(own)) = (found.acceptance, &own.acceptance) {
            assert_eq!(found.offer_version, own.version, "{what}");
            assert_eq!(found.tier(), tier(own.followers), "{what}");
            assert_eq!(found.followers, own.followers, "{what}");
        }
        assert_eq!(found.deliverables.len(), own.deliverables.len());
        for (number, (found, own)) in found.deliverables.iter().zip(&own.deliverables).enumerate() {
            is_deliverable(found, number, own);
        }
    }

    async fn check_post(&self, place: (u8, u8), number: usize, work: &Deliverable, own: &Post) {
        let request = GetPublicationRequest {
            brand_id: self.brand(),
            campaign_id: self.campaign_id(place.0),
            collaboration_id: deal_id(place.1),
            publication_id: work_id(number),
            observed_until: None,
            as_of_position: 0,
            min_position: self.world.head,
            as_of: None,
        };
        let found = self.client.call(request).await.unwrap();
        assert_eq!(found.position, self.world.head);
        let found = found.publication.unwrap();
        let what = format!("{place:?} {number}");
        let post_id = format!("{}-post-{}", self.brand, own.number);
        assert_eq!(found.platform_post_id, post_id, "{what}");
        assert_eq!(found.published_at, at(own.published_at), "{what}");
        assert_eq!(found.followers, own.followers, "{what}");
        assert_eq!(found.disclosed, own.disclosed, "{what}");
        assert_eq!(found.incentivised, work.giveaway, "{what}");
        assert_eq!(found.verified, work.was_verified, "{what}");
        assert_eq!(found.removals, own.removals, "{what}");
        let standing = own.observations.iter().filter(|seen| !seen.voided);
        assert_eq!(found.observations as usize, standing.count(), "{what}");
        let spec = self.world.campaigns[usize::from(place.0)].spec;
        let until = spec.measure_until_day * DAY;
        are_heads(&found.engagement, own, until, &what);
    }

    async fn check_order(&self, number: u8) {
        let own = &self.world.orders[&number];
        let request = GetConversionRequest {
            brand_id: self.brand(),
            order_source: String::from("shop"),
            order_id: order_id(number),
            min_position: 0,
            as_of: None,
        };
        let answer = self.client.call(request.clone()).await;
        if own.conversion.is_none() && own.refunds.is_empty() {
            let refusal = Refusal::from(answer.unwrap_err());
            assert_eq!(refusal.reason, ErrorReason::OrderNotFound);
            return;
        }
        let found = self.read(request).await.conversion.unwrap();
        let refunds = found.refunds.iter().map(|refund| {
            let minor = refund.amount.as_ref().unwrap().minor_units();
            (refund.refund_id.clone(), minor, refund.waiting)
        });
        let expected = shown(own).map(|(id, minor, waiting)| (format!("r{id}"), minor, waiting));
        assert_eq!(refunds.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
        let Some(Conversion {
            sale,
            first,
            credited,
            ..
        }) = &own.conversion
        else {
            assert_eq!(found.position, 0);
            return;
        };
        assert_eq!(found.campaign_id, self.campaign_id(sale.campaign));
        assert_eq!(found.position, *first);
        let (basis, reason, to) = match credited {
            Credited::Code(to) => (AttributionBasis::Code, "", Some(*to)),
            Credited::Link(to) => (AttributionBasis::Link, "", Some(*to)),
            Credited::Moved(to) => (AttributionBasis::Corrected, "", Some(*to)),
            Credited::Nobody(reason) => (AttributionBasis::None, *reason, None),
        };
        assert_eq!(found.basis(), basis, "{sale:?}");
        assert_eq!(found.unattributed_reason, reason, "{sale:?}");
        let credits = to.map(|to| Credit {
            collaboration_id: deal_id(to),
            share_bp: 10_000,
            amount_minor: own.told_minor().unwrap_or(0),
            after_termination: false,
            ..Credit::default()
        });
        let currency = &self.world.campaigns[usize::from(sale.campaign)]
            .spec
            .currency;
        let currency = Currency::parse(currency).ok();
        let credits = credits.map(|credit| credit.with_decimals(currency));
        assert_eq!(found.credits, Vec::from_iter(credits), "{sale:?}");
        let net = match own.is_voided() {
            true => own.told_minor().map(|_| 0),
            false => own.value_minor().map(|minor| minor - own.refunded_minor()),
        };
        assert_eq!(found.voided, own.is_voided(), "{sale:?}");
        assert_eq!(found.net_minor, net, "{sale:?}");
    }

    async fn check_costs(&self, number: u8) {
        let own = &self.world.campaigns[usize::from(number)];
        let request = ListCostsRequest {
            brand_id: self.brand(),
            campaign_id: self.campaign_id(number),
            page_size: 1_000,
            ..ListCostsRequest::default()
        };
        let found = self.read(request).await;
        assert_eq!(found.next_page_token, "");
        assert_eq!(found.costs.len(), own.costs.len());
        for (key, own) in &own.costs {
            let mut lines = found.costs.iter();
            let line = lines.find(|line| match key {
                CostKey::Named(id) => line.cost_id == cost_id(*id),
                CostKey::KillFee(deal) => {
                    line.r#type() == CostType::KillFee && line.collaboration_id == deal_id(*deal)
                }
                CostKey::Bonus(deal) => {
                    !line.bonus_id.is_empty() && line.collaboration_id == deal_id(*deal)
                }
            });
            is_line(line.unwrap_or_else(|| panic!("{key:?}")), own);
        }
    }
}

fn are_shipments(found: &[Shipment], own: &Deal) {
    let told = |told: Option<(i64, u64)>| told.and_then(|(when, _)| at(when));
    let found = found.iter();
    let found = found.map(|one| (one.received_at, one.returned_at));
    let own = own.shipment.iter();
    let own = own.map(|one| (told(one.received), told(one.returned)));
    assert!(found.eq(own));
}

fn is_deliverable(found: &FoundDeliverable, number: usize, own: &Deliverable) {
    assert_eq!(found.deliverable_id, work_id(number));
    assert_eq!(found.state(), own.state);
    assert_eq!(found.due_at, at(own.due));
    assert_eq!(found.original_due_at, at(own.first_due));
    assert_eq!(found.revisions, own.revisions);
    assert_eq!(found.rating, own.rating);
    let submissions = found.submissions.iter();
    let submissions: Vec<_> = submissions
        .map(|one| (one.submitted_at, one.seconds_late))
        .collect();
    let own_submissions = own.submissions.iter();
    let expected: Vec<_> = own_submissions
        .map(|(when, late)| (at(*when), *late as u64))
        .collect();
    assert_eq!(submissions, expected);
    let publication = own.post.as_ref().map(|_| work_id(number));
    assert_eq!(found.publication_id, publication.unwrap_or_default());
}

/// A deliverable as the API shows it.
type FoundDeliverable = campaign_ledger::wire::proto::api::Deliverable;

fn is_line(found: &campaign_ledger::wire::proto::api::Cost, own: &Cost) {
    assert_eq!(found.r#type(), own.kind);
    let deal = own.deal.map(deal_id).unwrap_or_default();
    assert_eq!(found.collaboration_id, deal);
    assert_eq!(found.amount.as_ref().unwrap().minor_units(), own.minor);
    let rated = (!own.unrated).then(|| own.total_minor());
    assert_eq!(found.reporting_minor, rated);
    assert_eq!(found.adjusted_minor, own.adjusted_minor);
    assert_eq!(found.withheld, own.withheld);
    assert_eq!(found.approved_minor, own.approved_minor);
    assert_eq!(found.paid_minor, own.paid_minor);
    assert_eq!(found.incurred_at, at(own.incurred_at));
    let state = if own.reversed {
        CostState::Reversed
    } else if own.withheld {
        CostState::Withheld
    } else if own.is_paid() {
        CostState::Paid
    } else if own.total_minor() > 0 && own.approved_minor == own.total_minor() {
        CostState::Approved
    } else {
        CostState::Accrued
    };
    assert_eq!(found.state(), state, "{found:?}");
}

fn are_heads(found: &[EngagementHeads], own: &Post, until: i64, what: &str) {
    let standing = own.standing(until);
    let audience = (MeasurementScope::Total, MeasurementKind::Measured);
    let heads = found.iter();
    let mut heads = heads.filter(|one| (one.scope(), one.kind()) == audience);
    let heads = heads.next().cloned().unwrap_or_default();
    let pairs = [
        (heads.likes, standing.likes),
        (heads.comments, standing.comments),
        (heads.shares, standing.shares),
        (heads.saves, standing.saves),
        (heads.views, standing.views),
        (heads.impressions, standing.impressions),
        (heads.reach, standing.reach),
        (heads.clicks, standing.clicks),
    ];
    for (head, value) in pairs {
        assert_eq!(head.as_ref().map(|head| head.value), value, "{what}");
        let Some(head) = head else { continue };
        let mut seen = own.observations.iter();
        let source = seen.find(|seen| seen.latest == head.position);
        let source = source.unwrap_or_else(|| panic!("{what}: {head:?}"));
        assert_eq!(head.observed_at, at(source.observed_at), "{what}");
        assert_eq!(head.source(), SOURCES[usize::from(source.source)], "{what}");
    }
}
