//! Collaborations as messages.

mod publication;
mod rights;

pub use publication::*;
pub use rights::*;

use std::sync::Arc;

use crate::domain::CollaborationRef;
use crate::domain::state::{
    Acceptance, Amendment, Application, Collaboration, Deliverable, Hold, Occurrence, OfferMade,
    PinnedTerms, Resource, Shipment, Submission,
};
use crate::grpc::calls::Shown;
use crate::grpc::calls::render::{count_of, latest_fitting, time};
use crate::wire::personal::spell;
use crate::wire::proto::api;
use crate::wire::values::optional_number;

impl Shown for api::Collaboration {
    fn of(resource: &Resource) -> Option<Self> {
        let (Resource::Collaboration(name, row, holds) | Resource::Published(name, row, holds, ..)) =
            resource
        else {
            return None;
        };
        Some(collaboration(name, row, holds))
    }
}

/// Most bytes of each list that is shown with its collaboration. Together with the latest offer and a
/// pending amendment they are less than 3 MiB, so that a page with one more still fits an answer.
const OFFERS_BYTES: usize = 256 << 10;
/// See [`OFFERS_BYTES`].
const TERMS_BYTES: usize = 512 << 10;
/// See [`OFFERS_BYTES`].
const HOLDS_BYTES: usize = 256 << 10;
/// See [`OFFERS_BYTES`].
const SHIPMENTS_BYTES: usize = 128 << 10;
/// See [`OFFERS_BYTES`]; of each deliverable, of which there are few.
const SUBMISSIONS_BYTES: usize = 16 << 10;

/// Renders a collaboration with its holds, the latest of each list where it is long.
pub fn collaboration(
    name: &CollaborationRef,
    row: &Collaboration,
    holds: &[Arc<Hold>],
) -> api::Collaboration {
    let previous = row.previous.as_ref().map(ToString::to_string);
    let (latest, earlier) = match row.offers.split_last() {
        Some((latest, earlier)) => (Some(latest), earlier),
        None => (None, [].as_slice()),
    };
    api::Collaboration {
        brand_id: name.brand.to_string(),
        campaign_id: name.campaign.to_string(),
        collaboration_id: name.collaboration.to_string(),
        creator_id: row.creator.to_string(),
        previous_collaboration_id: previous.unwrap_or_default(),
        state: row.state.number(),
        offer: latest.map(offer),
        acceptance: row.acceptance.as_ref().map(|one| acceptance(one, row)),
        deliverables: row.deliverables.iter().map(deliverable).collect(),
        invited_at: row.invited_at.and_then(time),
        updated_position: row.updated.get(),
        open_disputes: row
            .open_disputes
            .iter()
            .map(|one| one.id.to_string())
            .collect(),
        shipments: latest_fitting(
            row.shipments.iter().map(shipment).collect(),
            SHIPMENTS_BYTES,
        ),
        holds: latest_fitting(holds.iter().map(|one| hold(one)).collect(), HOLDS_BYTES),
        earlier_offers: latest_fitting(earlier.iter().map(offer).collect(), OFFERS_BYTES),
        application: row.application.as_ref().map(application),
        pending_amendment: row.amendment.as_ref().map(amendment),
        terms_versions: latest_fitting(row.pinned.iter().map(pinned).collect(), TERMS_BYTES),
        holds_placed: row.holds,
        open_holds: count_of(&row.open_holds),
        shipments_sent: count_of(&row.shipments),
    }
}

fn shipment(row: &Shipment) -> api::Shipment {
    let at = |occurrence: Option<Occurrence>| occurrence.map(|occurrence| occurrence.at.into());
    api::Shipment {
        shipment_id: row.id.to_string(),
        product: spell(&row.product),
        value: Some(row.value.into()),
        shipped_at: time(row.shipped_at),
        received_at: at(row.received),
        returned_at: at(row.returned),
    }
}

/// Renders a hold.
pub fn hold(row: &Hold) -> api::Hold {
    let deliverable = row.deliverable.as_ref().map(ToString::to_string);
    let flag = row.flag.as_ref().map(ToString::to_string);
    api::Hold {
        hold_id: row.id.to_string(),
        deliverable_id: deliverable.unwrap_or_default(),
        flag_id: flag.unwrap_or_default(),
        reason: spell(&row.reason),
        placed_at: time(row.placed_at),
        released_at: row.released_at.and_then(time),
    }
}

fn offer(made: &OfferMade) -> api::Offer {
    api::Offer {
        version: made.offer.version,
        terms: Some((&made.offer.terms).into()),
        expires_at: time(made.offer.expires_at),
        made_by: made.by.number(),
        made_at: time(made.at),
        note: spell(&made.note),
        recorded_at: time(made.recorded_at),
        open_until: time(made.open_until),
    }
}

fn application(application: &Application) -> api::Application {
    api::Application {
        applied_at: time(application.at),
        message: spell(&application.message),
        fee: application.fee.map(Into::into),
    }
}

fn amendment(amendment: &Amendment) -> api::Amendment {
    api::Amendment {
        terms_version: amendment.version,
        terms: Some((&amendment.terms).into()),
        proposed_by: amendment.by.number(),
        proposed_at: time(amendment.at),
        reason: spell(&amendment.reason),
    }
}

fn pinned(pinned: &PinnedTerms) -> api::PinnedTerms {
    api::PinnedTerms {
        terms_version: pinned.version,
        terms: Some((&pinned.terms).into()),
        terms_digest: pinned.digest.to_vec().into(),
        in_force_from: time(pinned.from),
    }
}

fn acceptance(acceptance: &Acceptance, row: &Collaboration) -> api::Acceptance {
    let terms = row.pinned.first();
    api::Acceptance {
        offer_version: acceptance.offer_version,
        accepted_at: time(acceptance.at),
        tier: acceptance.tier.number(),
        tier_scheme: acceptance.tier_scheme.clone(),
        followers: acceptance.followers.map(|count| count.followers),
        followers_observed_at: acceptance.followers.map(|count| count.observed_at.into()),
        terms_digest: terms
            .map_or_else(Vec::new, |first| first.digest.to_vec())
            .into(),
        accepted_by: Some((&acceptance.by).into()),
        on_behalf_of: acceptance.on_behalf_of.as_ref().map(Into::into),
        recorded_at: time(acceptance.recorded_at),
    }
}

fn deliverable(row: &Deliverable) -> api::Deliverable {
    let versions = row.submissions.iter().zip(1..);
    let publication = row.publication.as_ref().map(ToString::to_string);
    api::Deliverable {
        deliverable_id: row.terms.id.to_string(),
        platform: row.terms.platform.platform.number(),
        platform_name: row.terms.platform.name().to_owned(),
        format: row.terms.format.number(),
        medium: optional_number(row.terms.medium),
        state: row.state.number(),
        due_at: time(row.due_at),
        original_due_at: time(row.terms.due_at),
        submissions: latest_fitting(
            versions
                .map(|(row, version)| submission(row, version))
                .collect(),
            SUBMISSIONS_BYTES,
        ),
        revisions: row.revisions,
        rating: row.rating.map(u32::from),
        publication_id: publication.unwrap_or_default(),
    }
}

fn submission(row: &Submission, version: u32) -> api::Submission {
    api::Submission {
        version,
        content_ref: spell(&row.content.reference),
        content_sha256: row.content.sha256.to_vec().into(),
        submitted_at: time(row.submitted_at),
        seconds_late: row.seconds_late,
        review_due_at: row.review_due_at.map(Into::into),
    }
}
