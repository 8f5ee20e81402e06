//! Which events are about a person.

use super::rows::Rows;
use super::state::{Collaboration, Order, Publication};
use super::{
    CollaborationId, CollaborationRef, CreatorRef, EngagementEvent, Event, OrderKey, OrderRef,
    PublicationEvent, PublicationId, PublicationRef, Record, RevenueEvent,
};

/// Returns whether an event is about a creator: whether it names the creator, is about an order or a
/// post that the creator is credited with, or claims an order for the creator. The rows may be later
/// than the event.
///
/// # Errors
/// Returns an error when rows cannot be read.
pub fn concerns<S: Rows>(
    rows: &S,
    creator: &CreatorRef,
    record: &Record,
) -> Result<bool, S::Error> {
    if record.brand != creator.brand {
        return Ok(false);
    }
    if record.subject.creator.as_ref() == Some(&creator.creator) {
        return Ok(true);
    }
    let asked = Asked { rows, creator };
    match &record.event {
        Event::Revenue(event) => asked.revenue(record, event),
        Event::Publication(event) => asked.post(record, publication_of(event)),
        Event::Engagement(event) => asked.post(record, observed(event)),
        Event::Brand(_)
        | Event::Campaign(_)
        | Event::Creator(_)
        | Event::Agreement(_)
        | Event::Content(_)
        | Event::Seeding(_)
        | Event::Settlement(_)
        | Event::Dispute(_)
        | Event::Hold(_) => Ok(false),
    }
}

struct Asked<'a, S> {
    rows: &'a S,
    creator: &'a CreatorRef,
}

impl<S: Rows> Asked<'_, S> {
    fn revenue(&self, record: &Record, event: &RevenueEvent) -> Result<bool, S::Error> {
        if self.is_order_credited(order_of(event))? {
            return Ok(true);
        }
        match event {
            RevenueEvent::ConversionRejected(claim) => self.is_claimed(record, &claim.claimed),
            // Who was credited before is in no row any more.
            RevenueEvent::ConversionRecorded(conversion) => {
                let mut credits = conversion.credits.iter();
                Ok(credits.any(|credit| credit.creator == self.creator.creator))
            }
            RevenueEvent::ConversionReattributed(moved) => {
                let mut credits = moved.from.iter();
                Ok(credits.any(|credit| credit.creator == self.creator.creator))
            }
            RevenueEvent::ConversionCorrected(_)
            | RevenueEvent::ConversionVoided(_)
            | RevenueEvent::ConversionRated(_)
            | RevenueEvent::RefundVoided(_)
            | RevenueEvent::RefundRecorded { .. }
            | RevenueEvent::RefundApplied { .. }
            | RevenueEvent::RefundRejected { .. }
            | RevenueEvent::ConversionAdjusted { .. }
            | RevenueEvent::OrderLocked { .. } => Ok(false),
        }
    }

    fn is_order_credited(&self, order: &OrderKey) -> Result<bool, S::Error> {
        let name = OrderRef {
            brand: self.creator.brand.clone(),
            order: order.clone(),
        };
        let row = self.rows.get::<Order>(&Order::key(&name))?;
        let standing = row.as_ref().and_then(|row| row.conversion.as_ref());
        Ok(standing.is_some_and(|standing| {
            let mut credits = standing.conversion.credits.iter();
            credits.any(|credit| credit.creator == self.creator.creator)
        }))
    }

    fn is_claimed(&self, record: &Record, claimed: &[CollaborationId]) -> Result<bool, S::Error> {
        for collaboration in claimed {
            let Some(place) = self.place(record, collaboration) else {
                return Ok(false);
            };
            let row = self
                .rows
                .get::<Collaboration>(&Collaboration::key(&place))?;
            if row.is_some_and(|row| row.creator == self.creator.creator) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn post(&self, record: &Record, publication: &PublicationId) -> Result<bool, S::Error> {
        let owner = record.subject.collaboration.as_ref();
        let Some(collaboration) = owner.and_then(|owner| self.place(record, owner)) else {
            return Ok(false);
        };
        let name = PublicationRef {
            collaboration,
            publication: publication.clone(),
        };
        let row = self.rows.get::<Publication>(&Publication::key(&name))?;
        Ok(row.is_some_and(|row| {
            let mut credits = row.credits.iter();
            credits.any(|credit| credit.creator == self.creator.creator)
        }))
    }

    fn place(&self, record: &Record, collaboration: &CollaborationId) -> Option<CollaborationRef> {
        Some(CollaborationRef {
            brand: record.brand.clone(),
            campaign: record.subject.campaign.clone()?,
            collaboration: collaboration.clone(),
        })
    }
}

fn order_of(event: &RevenueEvent) -> &OrderKey {
    match event {
        RevenueEvent::ConversionRecorded(conversion) => &conversion.order,
        RevenueEvent::ConversionRejected(claim) => &claim.order,
        RevenueEvent::RefundRecorded { refund, .. }
        | RevenueEvent::RefundApplied { refund, .. }
        | RevenueEvent::RefundRejected { refund, .. } => &refund.order,
        RevenueEvent::ConversionAdjusted { adjustment, .. } => &adjustment.order,
        RevenueEvent::OrderLocked { order } => order,
        RevenueEvent::ConversionCorrected(corrected) => &corrected.order,
        RevenueEvent::ConversionVoided(voided) => &voided.order,
        RevenueEvent::ConversionReattributed(moved) => &moved.order,
        RevenueEvent::ConversionRated(rated) => &rated.order,
        RevenueEvent::RefundVoided(voided) => &voided.order,
    }
}

fn publication_of(event: &PublicationEvent) -> &PublicationId {
    match event {
        PublicationEvent::PublicationRecorded(post) => &post.publication,
        PublicationEvent::PublicationCorrected(event) => &event.publication,
        PublicationEvent::PostRemoved(removal) => &removal.publication,
        PublicationEvent::DisclosureChecked(check) => &check.publication,
        PublicationEvent::PublicationVerified { publication, .. }
        | PublicationEvent::PostRestored { publication, .. } => publication,
    }
}

fn observed(event: &EngagementEvent) -> &PublicationId {
    match event {
        EngagementEvent::EngagementRecorded { publication, .. }
        | EngagementEvent::EngagementCorrected { publication, .. }
        | EngagementEvent::EngagementVoided { publication, .. } => publication,
    }
}
