//! Publications and their standing counters as messages.

use crate::domain::state::{
    Campaign, Collaboration, Creator, DisclosureCheck, Head, Heads, Publication, Resource,
    source_of,
};
use crate::domain::{Audience, Counter, PublicationRef};
use crate::grpc::calls::Shown;
use crate::grpc::calls::render::time;
use crate::ledger::Recorded;
use crate::wire::observation::optional_text;
use crate::wire::personal::{spell, spell_matched};
use crate::wire::proto::api::engagement_result::Outcome;
use crate::wire::proto::{api, values};

impl Shown for api::Publication {
    fn of(resource: &Resource) -> Option<Self> {
        let (Resource::Publication(name, row) | Resource::Published(_, _, _, name, row)) = resource
        else {
            return None;
        };
        Some(publication(name, row))
    }
}

/// Renders a publication with its standing counters up to `measure_until`.
pub fn publication(name: &PublicationRef, row: &Publication) -> api::Publication {
    let series = row.series.iter();
    let engagement = series.map(|(audience, series)| heads(*audience, &series.counted));
    let shares = row
        .credits
        .iter()
        .filter(|_| row.is_joint())
        .map(|credit| values::Share {
            collaboration_id: credit.collaboration.to_string(),
            share_bp: credit.share_bp,
        });
    api::Publication {
        brand_id: name.collaboration.brand.to_string(),
        campaign_id: name.collaboration.campaign.to_string(),
        collaboration_id: name.collaboration.collaboration.to_string(),
        deliverable_id: row.deliverable.to_string(),
        publication_id: name.publication.to_string(),
        platform: row.platform.platform.number(),
        platform_name: row.platform.name().to_owned(),
        url: spell_matched(&row.url),
        platform_post_id: spell_matched(&row.post_id),
        published_at: time(row.published_at),
        followers: row.followers,
        disclosed: row.disclosed,
        incentivised: row.incentivised,
        shares: shares.collect(),
        verified: row.verified,
        engagement: engagement.collect(),
        observations: row.series.values().map(|series| series.standing).sum(),
        updated_position: row.updated.get(),
        removed_at: row.removed_at().map(Into::into),
        removals: row.removals,
        disclosure_check: row.check.as_deref().map(disclosure_check),
        undisclosed: row.undisclosed,
        collaboration_state: 0,
        campaign_state: 0,
        creator_flagged: false,
        on_hold: false,
        told_position: row.told.position.get(),
    }
}

/// Marks a publication with where its agreement and its campaign stand, and with what is open against
/// it or its creator.
pub fn mark(
    publication: &mut api::Publication,
    (row, owner): (&Publication, &Collaboration),
    campaign: &Campaign,
    creator: Option<&Creator>,
) {
    publication.collaboration_state = owner.state.number();
    publication.campaign_state = campaign.state.number();
    publication.creator_flagged = creator.is_some_and(|one| !one.open_flags.is_empty());
    publication.on_hold = owner.hold_over(Some(&row.deliverable)).is_some();
}

fn disclosure_check(check: &DisclosureCheck) -> api::DisclosureCheck {
    let agreed = check.terms.as_ref().map(values::DisclosureTerms::from);
    let agreed = agreed.unwrap_or_default();
    let found = &check.found;
    api::DisclosureCheck {
        checked_at: time(found.checked_at),
        checked_by: Some((&check.by).into()),
        required: check.required,
        connection: agreed.connection,
        required_label: agreed.required_label,
        label_found: found.label.as_ref().map(spell).unwrap_or_default(),
        sufficient: found.sufficient,
        evidence: spell(&found.evidence),
    }
}

/// Renders the standing counters of one audience and kind.
pub fn heads(audience: Audience, heads: &Heads) -> api::EngagementHeads {
    let head = |counter| heads.get(counter).map(counter_head);
    api::EngagementHeads {
        scope: audience.scope.number(),
        kind: audience.kind.number(),
        definition: optional_text(audience.definition),
        likes: head(Counter::Likes),
        comments: head(Counter::Comments),
        shares: head(Counter::Shares),
        saves: head(Counter::Saves),
        views: head(Counter::Views),
        impressions: head(Counter::Impressions),
        reach: head(Counter::Reach),
        clicks: head(Counter::Clicks),
        replies: head(Counter::Replies),
        peak_viewers: head(Counter::PeakViewers),
        live_seconds: head(Counter::LiveSeconds),
    }
}

fn counter_head(head: &Head) -> api::CounterHead {
    api::CounterHead {
        value: head.value,
        observed_at: time(head.key.observed_at),
        source: source_of(head.key.rank).number(),
        position: head.latest.get(),
        fell_from: head.fell_from(),
    }
}

/// Renders what one observation of a batch came to.
pub fn recorded(outcome: Result<Recorded, api::ItemError>) -> api::EngagementResult {
    let outcome = match outcome {
        Ok(recorded) => Outcome::Recorded(api::RecordedEngagement {
            observation_position: if recorded.in_log {
                recorded.first.get()
            } else {
                0
            },
            recorded_before: !recorded.new,
        }),
        Err(error) => Outcome::Error(error),
    };
    api::EngagementResult {
        outcome: Some(outcome),
    }
}
