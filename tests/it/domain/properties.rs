//! Properties that hold after every step of any history.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use campaign_ledger::domain::rows::{Row, Rows, Scan};
use campaign_ledger::domain::state::{Campaign, Collaboration, Cost, Dispute, Order, Publication};
use campaign_ledger::domain::*;
use proptest::prelude::*;

use super::oracle::{Story, summands, without_zeros};
use crate::support::event_types;
use crate::support::histories::{self, Step};
use crate::support::ledger::Ledger;
use crate::support::requests::id;

/// Returns the number of cases, which `PROPTEST_CASES` overrides.
pub fn cases(cases: u32) -> ProptestConfig {
    let default = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => default,
        None => ProptestConfig { cases, ..default },
    }
}

/// Sends every step, and checks the properties at every position.
fn live_through(steps: &[Step]) -> Ledger {
    let mut ledger = Ledger::default();
    for step in steps {
        let before = ledger.clone();
        let decision = ledger.decide(&step.request, step.at);
        assert_eq!(ledger.rows, before.rows, "deciding changes nothing");
        assert_eq!(ledger.decide(&step.request, step.at), decision);

        let answer = ledger.ask(&step.request, step.at);
        assert_eq!(answer, decision);
        if let Ok(Decision::Happens(facts)) = &answer {
            assert!(!facts.is_empty(), "what happens is at least one event");
            check_ended(&before, &step.request);
            check_winners(&before, facts, &step.request);
        }
        if answer.is_ok() {
            check_resource(&ledger, &step.request);
        }
        let new = before.records.len();
        let mut replayed = before;
        for record in &ledger.records[new..] {
            let before = campaign_of(&replayed, record);
            replayed.fold(record.clone());
            check_budget(before.as_deref(), &replayed, record);
        }
        check_orders_and_lines(&ledger);
        check_disputes(&ledger);
        check_commissions(&ledger);
    }
    ledger
}

fn all<R: Row>(ledger: &Ledger) -> Vec<std::sync::Arc<R>> {
    let prefix = rows::Key::of::<R>();
    let page = ledger.rows.page::<R>(Scan::of(&prefix), usize::MAX);
    page.unwrap().into_iter().map(|(_, row)| row).collect()
}

fn campaign_of(ledger: &Ledger, record: &Record) -> Option<Arc<Campaign>> {
    let campaign = record.subject.campaign.clone()?;
    let brand = record.brand.clone();
    ledger.find(&Campaign::key(&CampaignRef { brand, campaign }))
}

/// Checks that a promise that raises what is in use keeps it under the cap. Facts may exceed it.
fn check_budget(before: Option<&Campaign>, ledger: &Ledger, record: &Record) {
    let Some(campaign) = campaign_of(ledger, record) else {
        return;
    };
    let budget = &campaign.budget;
    assert!(budget.reserved >= 0 && budget.committed >= 0, "{budget:?}");
    let is_over = campaign.over_budget_minor() > 0;
    assert_eq!(is_over, campaign.over_since.is_some(), "{campaign:?}");
    let total_before = before.map_or(0, |before| before.budget.total());
    if is_promise(&record.event) && budget.total() > total_before {
        let event = &record.event;
        assert!(!is_over, "{budget:?} came of the promise {event:?}");
    }
}

fn is_promise(event: &Event) -> bool {
    matches!(
        event,
        Event::Agreement(
            AgreementEvent::CreatorInvited { .. }
                | AgreementEvent::OfferSent { .. }
                | AgreementEvent::OfferRevised { .. }
                | AgreementEvent::BriefAccepted(_)
                | AgreementEvent::TermsAmended { .. }
        )
    )
}

/// Checks refunds ≤ order, in its currency and in the reporting one, and paid ≤ approved ≤ accrued
/// with adjustments.
fn check_orders_and_lines(ledger: &Ledger) {
    for order in all::<Order>(ledger) {
        let value = order.value();
        let refunded = order.refunded_minor();
        assert!(refunded <= value.map_or(0, |value| value.minor).into());
        let whole = order.whole_reporting_minor();
        let taken = order.refunded_reporting_minor();
        assert!((0..=whole.unwrap_or(0)).contains(&taken), "{order:?}");
        let is_emptied = value.is_some_and(|value| refunded == value.minor.into());
        assert!(!is_emptied || taken == whole.unwrap_or(0), "{order:?}");
    }
    for line in all::<Cost>(ledger) {
        assert!(0 <= line.paid_minor && line.paid_minor <= line.approved_minor);
        assert!(line.approved_minor <= line.total_minor());
        let whole = line.reporting_minor.unwrap_or(0);
        assert!((0..=whole).contains(&line.paid_reporting_minor));
        assert!(!line.reversed || line.paid_minor == 0);
    }
}

/// Checks that accrued commission plus the carried amounts, which are 0 or less, equals the earned
/// commission.
fn check_commissions(ledger: &Ledger) {
    let orders = all::<Order>(ledger);
    for order in orders.iter().filter(|order| !order.locked) {
        let earned = order.commissions.iter().map(|one| one.earned.counted_minor);
        assert_eq!(earned.sum::<i64>(), 0, "{order:?}");
    }
    let earned: i64 = orders
        .iter()
        .flat_map(|order| &order.commissions)
        .map(|one| one.earned.counted_minor)
        .inspect(|earned| assert!(*earned >= 0))
        .sum();
    let accounts = all::<Collaboration>(ledger);
    let accounts = || accounts.iter().map(|row| row.commission);
    assert_eq!(accounts().map(|one| one.earned_minor).sum::<i64>(), earned);
    let carried = accounts().map(|one| one.carried_minor);
    let carried: i64 = carried.inspect(|carried| assert!(*carried <= 0)).sum();
    let lines = all::<Cost>(ledger);
    let lines = lines.iter().filter(|line| line.is_commission());
    let accrued: i64 = lines.map(|line| line.total_minor()).sum();
    assert_eq!(accrued + carried, earned);
}

/// Checks that exactly the open disputes freeze lines.
fn check_disputes(ledger: &Ledger) {
    let disputes = all::<Dispute>(ledger);
    let open = || disputes.iter().filter(|one| one.resolved.is_none());
    let noted = all::<Collaboration>(ledger);
    let noted: usize = noted.iter().map(|one| one.open_disputes.len()).sum();
    assert_eq!(noted, open().count());
    let of_lines = open().filter(|one| matches!(one.subject, DisputeSubject::Cost(_)));
    let lines = all::<Cost>(ledger);
    let frozen = lines.iter().filter(|line| line.dispute.is_some());
    assert_eq!(frozen.count(), of_lines.count());
}

/// Checks that an ended agreement accepts only measurement and settlement.
fn check_ended(before: &Ledger, request: &Request) {
    let (campaign, collaboration) = match &request.command {
        // The return or receipt of a product is a measurement.
        Command::Collaboration {
            verb: CollaborationVerb::Receive { .. } | CollaborationVerb::Return { .. },
            ..
        } => return,
        // Releasing a hold lets settlement go on.
        Command::Collaboration {
            verb: CollaborationVerb::ReleaseHold { .. },
            ..
        } => return,
        Command::Collaboration {
            campaign,
            collaboration,
            ..
        }
        | Command::Deliverable {
            campaign,
            collaboration,
            ..
        } => (campaign, collaboration),
        Command::Campaign { .. }
        | Command::Creator { .. }
        | Command::Brand { .. }
        | Command::Publication { .. }
        | Command::Engagement { .. }
        | Command::RecordConversion { .. }
        | Command::RecordRefund { .. }
        | Command::AdjustConversion { .. }
        | Command::Order { .. }
        | Command::LockOrder { .. }
        | Command::SettleRefunds { .. }
        | Command::Cost { .. }
        | Command::Dispute { .. } => return,
    };
    let key = Collaboration::key(&CollaborationRef {
        brand: request.brand.clone(),
        campaign: campaign.clone(),
        collaboration: collaboration.clone(),
    });
    if let Some(row) = before.find::<Collaboration>(&key) {
        assert!(!row.state.is_ended(), "{request:?} of {row:?}");
    }
}

/// Checks that the resource of an accepted request can be shown.
fn check_resource(ledger: &Ledger, request: &Request) {
    let resource = state::Resource::of(&ledger.rows, request).unwrap();
    let updated = resource.expect("it is in the rows").updated();
    assert!((Position::new(1)..=ledger.head()).contains(&updated));
}

/// Checks that each order is credited once.
fn check_winners(before: &Ledger, facts: &[Fact], request: &Request) {
    for fact in facts {
        if let Event::Revenue(RevenueEvent::ConversionRecorded(conversion)) = &fact.event {
            let key = Order::key(&OrderRef {
                brand: request.brand.clone(),
                order: conversion.order.clone(),
            });
            let known = before.find::<Order>(&key);
            assert!(known.is_none_or(|order| order.conversion.is_none()));
            let shares: u32 = conversion.credits.iter().map(|one| one.share_bp).sum();
            let minor: i64 = conversion.credits.iter().map(|one| one.amount_minor).sum();
            let whole = conversion.reporting_minor.unwrap_or(0);
            let expected = match conversion.unattributed {
                Some(_) => (0, 0),
                None => (WHOLE_BP, whole),
            };
            assert_eq!((shares, minor), expected);
        }
    }
}

fn campaigns(ledger: &Ledger) -> BTreeSet<CampaignRef> {
    let named = ledger.records.iter().filter_map(|record| {
        Some(CampaignRef {
            brand: record.brand.clone(),
            campaign: record.subject.campaign.clone()?,
        })
    });
    named.collect()
}

/// Checks that totals and budget equal those of the raw events.
fn check_against_the_oracle(ledger: &Ledger) {
    for campaign in campaigns(ledger) {
        let story = Story::of(&ledger.records, &campaign);
        let totals = ledger.totals(&campaign);
        assert_eq!(without_zeros(totals.clone()), without_zeros(story.totals()));
        let row = ledger.row::<Campaign>(&Campaign::key(&campaign));
        let budget = [row.budget.reserved, row.budget.committed, row.budget.other];
        assert_eq!(budget.map(i128::from), story.budget());
        let count = |wanted: &[CollaborationState]| {
            let states = story.agreements.values().map(|one| one.state);
            states.filter(|state| wanted.contains(state)).count() as u32
        };
        let live = [CollaborationState::Accepted, CollaborationState::Active];
        let negotiated = [CollaborationState::Invited, CollaborationState::Countered];
        assert_eq!(row.open_invitations, count(&negotiated));
        assert_eq!(row.applications, count(&[CollaborationState::Applied]));
        assert_eq!(row.live_collaborations, count(&live));
        check_parts(ledger, &campaign, &story, &totals);
    }
}

/// Checks that the sums over collaborations equal the campaign's, except for lines without a
/// collaboration.
fn check_parts(ledger: &Ledger, campaign: &CampaignRef, story: &Story, totals: &Totals) {
    let parts: Vec<Totals> = story
        .agreements
        .keys()
        .map(|collaboration| {
            ledger.collaboration_totals(&CollaborationRef {
                brand: campaign.brand.clone(),
                campaign: campaign.campaign.clone(),
                collaboration: collaboration.clone(),
            })
        })
        .collect();
    let is_joint = story
        .posts
        .iter()
        .any(|post| post.recorded.shares.len() > 1);
    for (whole, of) in [
        (
            &totals.counted,
            (|part| &part.counted) as fn(&Totals) -> &Tally,
        ),
        (&totals.on_time, |part| &part.on_time),
    ] {
        let parts = || parts.iter().map(of);
        let sum = |of: fn(&Tally) -> i128| parts().map(of).sum::<i128>();
        assert_eq!(sum(|part| part.gross), whole.gross);
        assert_eq!(sum(|part| part.refunds), whole.refunds);
        assert_eq!(sum(Tally::conversions_bp), whole.conversions_bp());
        assert_eq!(sum(|part| part.unattributed), 0);
        let mut foreign: BTreeMap<Currency, i128> = BTreeMap::new();
        for (currency, unrated) in parts().flat_map(|part| &part.foreign_revenue) {
            *foreign.entry(*currency).or_default() += unrated.minor;
        }
        let left_out = whole.foreign_revenue.iter();
        let left_out = left_out.map(|(currency, unrated)| (*currency, unrated.minor));
        assert_eq!(foreign, left_out.collect::<BTreeMap<_, _>>());
        let posts = parts().map(|part| part.posts).sum::<i64>();
        assert!(posts == whole.posts || is_joint && posts > whole.posts);
        for (audience, sums) in &whole.engagement {
            let each = || parts().filter_map(|part| Some(&**part.engagement.get(audience)?));
            for (place, whole) in summands(sums).enumerate() {
                let parts = each().filter_map(|part| summands(part).nth(place));
                assert_eq!(parts.sum::<i128>(), whole);
            }
        }
    }
    check_costs(story, &parts, totals);
    let sum = |of: fn(&Totals) -> i64| parts.iter().map(of).sum::<i64>();
    assert_eq!(sum(|part| part.delivery.accepted), totals.delivery.accepted);
    assert_eq!(
        sum(|part| part.delivery.published),
        totals.delivery.published
    );
    assert_eq!(
        sum(|part| part.delivery.submissions),
        totals.delivery.submissions
    );
    assert_eq!(sum(|part| part.gifted_posted), totals.gifted_posted);
    assert_eq!(sum(|part| part.delivery.verified), totals.delivery.verified);
    assert_eq!(sum(|part| part.delivery.removed), totals.delivery.removed);
    assert_eq!(sum(|part| part.products.shipped), totals.products.shipped);
    assert_eq!(sum(|part| part.holds.placed), totals.holds.placed);
    assert_eq!(sum(|part| part.holds.open), totals.holds.open);
}

fn check_costs(story: &Story, parts: &[Totals], totals: &Totals) {
    let rest = story.of_nobody().totals().counted;
    let sum = |of: fn(&Tally) -> i128| parts.iter().map(|part| of(&part.counted)).sum::<i128>();
    let whole = &totals.counted;
    assert_eq!(sum(Tally::accrued) + rest.accrued(), whole.accrued());
    assert_eq!(sum(Tally::paid) + rest.paid(), whole.paid());
    assert_eq!(sum(|part| part.committed) + rest.committed, whole.committed);
}

/// Checks that the heads of every post equal those folded from its series again.
fn check_heads(ledger: &Ledger) {
    use state::{Axis, Cutoff};
    let prefix = rows::Key::of::<Publication>();
    let page = ledger
        .rows
        .page::<Publication>(Scan::of(&prefix), usize::MAX);
    for (key, publication) in page.unwrap() {
        let mut parts = key.parts();
        let mut part = || parts.text().unwrap().to_owned();
        let post = PublicationRef {
            collaboration: CollaborationRef {
                brand: id(&part()),
                campaign: id(&part()),
                collaboration: id(&part()),
            },
            publication: id(&part()),
        };
        for (audience, series) in &publication.series {
            let axis = Axis::new(&Publication::key(&post), *audience);
            let all = state::Sought::all();
            let heads = |cutoff| axis.heads(&ledger.rows, cutoff, all).unwrap();
            assert_eq!(heads(Cutoff::Counted), series.counted);
            assert_eq!(&heads(Cutoff::OnTime), series.on_time());
        }
    }
}

/// Checks that heads do not depend on the order in which observations arrive.
fn check_arrival(ledger: &Ledger) {
    let seen = |record: &&Record| {
        let Event::Engagement(event) = &record.event else {
            return false;
        };
        matches!(event, EngagementEvent::EngagementRecorded { .. })
    };
    let others = |record: &&Record| !matches!(record.event, Event::Engagement(_));
    let before = || ledger.records.iter().filter(others);
    let heads = |records: &mut dyn Iterator<Item = &Record>| {
        let mut rows = rows::MemoryRows::new();
        records.for_each(|record| evolve_rows(&mut rows, record).unwrap());
        let scan = rows::Key::of::<Publication>();
        let page = rows.page::<Publication>(Scan::of(&scan), usize::MAX);
        let posts = page.unwrap().into_iter();
        let posts = posts.map(|(key, post)| {
            let series = post.series.iter();
            let heads = series.map(|(axis, one)| (*axis, one.counted, *one.on_time()));
            (key, heads.collect::<Vec<_>>())
        });
        posts.collect::<Vec<_>>()
    };
    let in_order = heads(&mut before().chain(ledger.records.iter().filter(seen)));
    let reversed = heads(&mut before().chain(ledger.records.iter().rev().filter(seen)));
    assert_eq!(in_order, reversed);
}

fn check_whole(steps: &[Step]) {
    let ledger = live_through(steps);
    check_against_the_oracle(&ledger);
    check_heads(&ledger);
    check_arrival(&ledger);
    check_sums(&ledger);
    let replayed = Ledger::replay(&ledger.records);
    assert!(replayed == ledger, "a replay comes to the same");
    let mut rows = rows::MemoryRows::new();
    for record in &ledger.records {
        evolve_rows(&mut rows, record).unwrap();
    }
    assert_eq!(rows, ledger.rows, "rows are the same when nobody adds up");
}

/// Checks that the totals of two parts of a log add up to those of the whole.
fn check_sums(ledger: &Ledger) {
    let half = ledger.records.len() / 2;
    let part = |range: std::ops::Range<usize>| Ledger {
        rows: rows::MemoryRows::new(),
        records: ledger.records[range.clone()].to_vec(),
        contributions: ledger.contributions[range].to_vec(),
        seals: false,
    };
    for campaign in campaigns(ledger) {
        let mut totals = part(0..half).totals(&campaign);
        totals += &part(half..ledger.records.len()).totals(&campaign);
        let whole = ledger.totals(&campaign);
        assert_eq!(without_zeros(totals), without_zeros(whole));
    }
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn short_histories_keep_every_rule(steps in histories::strategy(1..120)) {
        check_whole(&steps);
    }
}

#[test]
fn long_histories_keep_every_rule() {
    for seed in 0..4 {
        check_whole(&histories::from_seed(seed, 500));
    }
}

#[test]
fn same_seed_tells_the_same_history() {
    let requests = |seed| {
        let steps = histories::from_seed(seed, 60).into_iter();
        steps
            .map(|step| (step.at, step.request))
            .collect::<Vec<_>>()
    };
    assert_eq!(requests(7), requests(7));
    assert_ne!(requests(7), requests(8));
}

/// Events that random histories do not make: tests of their own tell of them.
const RARE: [&str; 8] = [
    "brand_time_zone_set",
    "campaign_amended",
    "cost_corrected",
    "cost_rated",
    "creator_erased",
    "legal_hold_placed",
    "legal_hold_released",
    "payment_voided",
];

/// Most moves are legal, and every kind of event occurs.
#[test]
fn histories_are_mostly_legal_and_make_every_event() {
    let (mut asked, mut refused) = (0, 0);
    let mut names = BTreeSet::new();
    for seed in 0..32 {
        let mut ledger = Ledger::default();
        for step in histories::from_seed(seed, 400) {
            asked += 1;
            refused += u32::from(ledger.ask(&step.request, step.at).is_err());
        }
        names.extend(ledger.records.iter().map(event_types::name));
    }
    assert!(refused * 3 < asked, "{refused} of {asked} were refused");
    let rare: BTreeSet<_> = RARE.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(&event_types::all() - &rare, names);
}
