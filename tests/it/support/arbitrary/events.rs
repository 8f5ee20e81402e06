//! Strategies for events, one per event type.

mod corrections;
mod dispute;
mod erasure;
mod money;
mod negotiation;
mod posts;
mod selection;

use campaign_ledger::domain::*;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::*;

/// Any event.
pub fn event() -> impl Strategy<Value = Event> {
    proptest::strategy::Union::new(each())
}

/// One strategy for every event type.
pub fn each() -> Vec<BoxedStrategy<Event>> {
    [
        campaign(),
        creator(),
        agreement(),
        content(),
        publication(),
        engagement(),
        negotiation::negotiation(),
        negotiation::amendments(),
        money::revenue(),
        money::settlement(),
        corrections::corrections(),
        dispute::dispute(),
        posts::posts(),
        posts::products(),
        selection::each(),
        erasure::each(),
    ]
    .concat()
}

fn campaign() -> Vec<BoxedStrategy<Event>> {
    let amended = (money(1), option::of(money(1)), text());
    vec![
        campaign_plan()
            .prop_map(|plan| Event::Campaign(CampaignEvent::CampaignCreated { plan }))
            .boxed(),
        option::of(emv_model())
            .prop_map(|emv_model| Event::Campaign(CampaignEvent::CampaignOpened { emv_model }))
            .boxed(),
        emv_model()
            .prop_map(|emv_model| Event::Brand(BrandEvent::EmvModelDefined { emv_model }))
            .boxed(),
        "[A-Za-z/_+-]{1,20}"
            .prop_map(|name| {
                let time_zone = ZoneName::parse(&name).unwrap();
                Event::Brand(BrandEvent::BrandTimeZoneSet { time_zone })
            })
            .boxed(),
        text()
            .prop_map(|reason| Event::Campaign(CampaignEvent::CampaignPaused { reason }))
            .boxed(),
        Just(Event::Campaign(CampaignEvent::CampaignResumed)).boxed(),
        amended
            .prop_map(|(cap, previous, reason)| {
                Event::Campaign(CampaignEvent::BudgetAmended {
                    cap,
                    previous,
                    reason,
                })
            })
            .boxed(),
        (campaign_plan(), campaign_plan(), text())
            .prop_map(|(plan, previous, reason)| {
                Event::Campaign(CampaignEvent::CampaignAmended {
                    plan,
                    previous,
                    reason,
                })
            })
            .boxed(),
        Just(Event::Campaign(CampaignEvent::CampaignClosed)).boxed(),
        text()
            .prop_map(|reason| Event::Campaign(CampaignEvent::CampaignCancelled { reason }))
            .boxed(),
        (1..=u32::MAX, 1..=u64::MAX, text(), digest())
            .prop_map(|(revision, as_of, definitions, sha256)| {
                let drawn = Drawn {
                    as_of: Position::new(as_of),
                    definitions,
                    sha256,
                };
                let report = ReportFinalised { revision, drawn };
                Event::Campaign(CampaignEvent::ReportFinalised(report))
            })
            .boxed(),
    ]
}

fn creator() -> Vec<BoxedStrategy<Event>> {
    vec![
        creator_profile()
            .prop_map(|profile| Event::Creator(CreatorEvent::CreatorProfileRecorded { profile }))
            .boxed(),
        personal()
            .prop_map(|reason| Event::Creator(CreatorEvent::CreatorBlocked { reason }))
            .boxed(),
        personal()
            .prop_map(|reason| Event::Creator(CreatorEvent::CreatorUnblocked { reason }))
            .boxed(),
    ]
}

fn agreement() -> Vec<BoxedStrategy<Event>> {
    let invited = (offer(), option::of(id(CollaborationId::parse)));
    let shipped = (id(ShipmentId::parse), text(), product_value(), timestamp());
    vec![
        invited
            .prop_map(|(offer, previous)| {
                Event::Agreement(AgreementEvent::CreatorInvited { offer, previous })
            })
            .boxed(),
        accepted()
            .prop_map(|event| Event::Agreement(AgreementEvent::BriefAccepted(event)))
            .boxed(),
        text()
            .prop_map(|reason| {
                Event::Agreement(AgreementEvent::InvitationDeclined {
                    reason: reason.into(),
                })
            })
            .boxed(),
        text()
            .prop_map(|reason| {
                Event::Agreement(AgreementEvent::InvitationWithdrawn {
                    reason: reason.into(),
                })
            })
            .boxed(),
        (1..=u32::MAX)
            .prop_map(|offer_version| {
                Event::Agreement(AgreementEvent::InvitationExpired { offer_version })
            })
            .boxed(),
        Just(Event::Agreement(AgreementEvent::CollaborationCompleted)).boxed(),
        (text(), money(0))
            .prop_map(|(reason, kill_fee)| {
                Event::Agreement(AgreementEvent::CollaborationCancelled {
                    reason: reason.into(),
                    kill_fee,
                })
            })
            .boxed(),
        shipped
            .prop_map(|(shipment, product, value, shipped_at)| {
                Event::Seeding(SeedingEvent::ProductShipped {
                    shipment,
                    product: product.into(),
                    value,
                    shipped_at,
                })
            })
            .boxed(),
    ]
}

fn accepted() -> impl Strategy<Value = BriefAccepted> {
    (
        1..=u32::MAX,
        tier(),
        text(),
        option::of(follower_count()),
        digest(),
    )
        .prop_map(
            |(offer_version, tier, tier_scheme, followers, terms_digest)| BriefAccepted {
                offer_version,
                tier,
                tier_scheme,
                followers,
                terms_digest,
            },
        )
}

fn deliverable() -> impl Strategy<Value = DeliverableId> {
    id(DeliverableId::parse)
}

fn content() -> Vec<BoxedStrategy<Event>> {
    let version = || 1..=u32::MAX;
    let content = (some_text(), digest()).prop_map(|(reference, sha256)| ContentRef {
        reference: reference.into(),
        sha256,
    });
    let due = option::of(timestamp());
    let submitted = (deliverable(), version(), content, any::<u64>(), due);
    let asked = (deliverable(), version(), vec(some_text(), 1..4));
    let approved = (deliverable(), version(), option::of(1..=5_u8));
    vec![
        submitted
            .prop_map(
                |(deliverable, version, content, seconds_late, review_due_at)| {
                    Event::Content(ContentEvent::ContentSubmitted {
                        deliverable,
                        version,
                        content,
                        seconds_late,
                        review_due_at,
                    })
                },
            )
            .boxed(),
        asked
            .prop_map(|(deliverable, version, reasons)| {
                Event::Content(ContentEvent::RevisionRequested {
                    deliverable,
                    version,
                    reasons: reasons.into_iter().map(Into::into).collect(),
                })
            })
            .boxed(),
        approved
            .prop_map(|(deliverable, version, rating)| {
                Event::Content(ContentEvent::ContentApproved {
                    deliverable,
                    version,
                    rating,
                })
            })
            .boxed(),
        (deliverable(), version(), text())
            .prop_map(|(deliverable, version, reason)| {
                Event::Content(ContentEvent::ContentRejected {
                    deliverable,
                    version,
                    reason: reason.into(),
                })
            })
            .boxed(),
    ]
}

fn publication() -> Vec<BoxedStrategy<Event>> {
    let moved = (deliverable(), timestamp(), timestamp(), text());
    vec![
        published()
            .prop_map(|event| Event::Publication(PublicationEvent::PublicationRecorded(event)))
            .boxed(),
        (deliverable(), id(PublicationId::parse))
            .prop_map(|(deliverable, publication)| {
                Event::Publication(PublicationEvent::PublicationVerified {
                    deliverable,
                    publication,
                })
            })
            .boxed(),
        moved
            .prop_map(|(deliverable, due_at, previous, reason)| {
                Event::Content(ContentEvent::DeadlineRescheduled {
                    deliverable,
                    due_at,
                    previous,
                    reason: reason.into(),
                })
            })
            .boxed(),
        (deliverable(), text())
            .prop_map(|(deliverable, reason)| {
                Event::Content(ContentEvent::DeliverableWaived {
                    deliverable,
                    reason: reason.into(),
                })
            })
            .boxed(),
    ]
}

fn published() -> impl Strategy<Value = PublicationRecorded> {
    let post = (venue(), matched(), matched(), timestamp());
    let numbers = (option::of(any::<u64>()), any::<u64>(), any::<u64>());
    (
        deliverable(),
        id(PublicationId::parse),
        post,
        numbers,
        shares_or_none(),
        any::<[bool; 5]>(),
    )
        .prop_map(|(deliverable, publication, post, numbers, shares, flags)| {
            let (platform, url, post_id, published_at) = post;
            let (followers, seconds_late, seconds_late_original) = numbers;
            let [disclosed, incentivised, unapproved, undisclosed, waived] = flags;
            PublicationRecorded {
                deliverable,
                publication,
                platform,
                url,
                post_id,
                published_at,
                followers,
                disclosed,
                incentivised,
                shares,
                seconds_late,
                seconds_late_original,
                unapproved,
                undisclosed,
                waived,
            }
        })
}

fn engagement() -> Vec<BoxedStrategy<Event>> {
    let publication = || id(PublicationId::parse);
    let corrected = (
        publication(),
        observation(),
        replaces(),
        fact_timing(),
        text(),
    );
    let voided = (publication(), seen(), replaces(), fact_timing(), text());
    vec![
        (publication(), observation(), fact_timing())
            .prop_map(|(publication, observation, timing)| {
                Event::Engagement(EngagementEvent::EngagementRecorded {
                    publication,
                    observation,
                    timing,
                })
            })
            .boxed(),
        corrected
            .prop_map(|(publication, observation, replaces, timing, reason)| {
                Event::Engagement(EngagementEvent::EngagementCorrected {
                    publication,
                    observation,
                    replaces,
                    timing,
                    reason: reason.into(),
                })
            })
            .boxed(),
        voided
            .prop_map(|(publication, seen, replaces, timing, reason)| {
                Event::Engagement(EngagementEvent::EngagementVoided {
                    publication,
                    seen,
                    replaces,
                    timing,
                    reason: reason.into(),
                })
            })
            .boxed(),
    ]
}
