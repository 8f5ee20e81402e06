//! Requests of the measurement service about posts that are or were live.

use crate::domain::{
    BrandId, CampaignId, CollaborationId, Command, DisclosureFound, Matched, PlatformName,
    PublicationCorrection, PublicationRef, PublicationVerb, Timestamp, Venue,
};
use crate::grpc::calls::request::Read;
use crate::grpc::calls::request::context::{Call, Write};
use crate::grpc::calls::request::page::{Page, When, read_brand, read_page, read_when};
use crate::wire::fields::{Checked, Fields, Origin};
use crate::wire::proto::api;
use crate::wire::values::{
    MAX_NAME_CHARS, MAX_REASON_CHARS, MAX_URL_CHARS, read_position, read_venue_filter,
};

/// Longest label of a post, in characters.
const MAX_LABEL_CHARS: usize = 100;
const CAMPAIGN_RULE: &str = "is required with collaboration_id";

/// Parses `RecordPostRemoved`.
///
/// # Errors
/// Every violation.
pub fn record_post_removed(mut request: api::RecordPostRemovedRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let publication = call.publication(
        &request.campaign_id,
        &request.collaboration_id,
        &request.publication_id,
    );
    let removed_at = call.past("removed_at", request.removed_at);
    let by = call
        .fields
        .optional_one_of("removed_by", request.removed_by);
    let reason = call
        .fields
        .personal_optional_note("reason", request.reason, MAX_REASON_CHARS);
    let verb = removed_at.and_then(|removed_at| {
        Ok(PublicationVerb::Remove {
            removed_at,
            by: by?,
            reason,
        })
    });
    call.finish(command(publication, verb))
}

/// Parses `RecordPostRestored`.
///
/// # Errors
/// Every violation.
pub fn record_post_restored(mut request: api::RecordPostRestoredRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let publication = call.publication(
        &request.campaign_id,
        &request.collaboration_id,
        &request.publication_id,
    );
    let restored_at = call.past("restored_at", request.restored_at);
    let verb = restored_at.map(|restored_at| PublicationVerb::Restore { restored_at });
    call.finish(command(publication, verb))
}

/// Parses `CheckDisclosure`.
///
/// # Errors
/// Every violation.
pub fn check_disclosure(mut request: api::CheckDisclosureRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let publication = call.publication(
        &request.campaign_id,
        &request.collaboration_id,
        &request.publication_id,
    );
    let checked_at = call.past("checked_at", request.checked_at);
    let fields = &mut call.fields;
    let label = fields.personal_optional_line("label_found", request.label_found, MAX_LABEL_CHARS);
    let evidence = fields.personal_optional_line("evidence", request.evidence, MAX_URL_CHARS);
    let verb = checked_at.map(|checked_at| PublicationVerb::CheckDisclosure {
        found: DisclosureFound {
            checked_at,
            label,
            sufficient: request.sufficient,
            evidence: evidence.unwrap_or_default(),
        },
    });
    call.finish(command(publication, verb))
}

/// Parses `CorrectPublication`.
///
/// # Errors
/// Every violation.
pub fn correct_publication(mut request: api::CorrectPublicationRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let publication = call.publication(
        &request.campaign_id,
        &request.collaboration_id,
        &request.publication_id,
    );
    let published_at = request.published_at;
    let published_at = published_at.map(|at| call.past("published_at", Some(at)));
    let fields = &mut call.fields;
    let expected = read_position(fields, "expected_position", request.expected_position);
    let url = request
        .url
        .map(|url| fields.matched_line("url", url, MAX_URL_CHARS));
    let post_id = request.platform_post_id;
    let post_id = post_id.map(|id| fields.matched_line("platform_post_id", id, MAX_NAME_CHARS));
    let name = &request.platform_name;
    let platform_name = fields.parse_optional("platform_name", name, PlatformName::parse);
    let reason = fields.personal_note("reason", request.reason, MAX_REASON_CHARS);
    let verb = published_at.transpose().and_then(|published_at| {
        Ok(PublicationVerb::Correct(PublicationCorrection {
            expected,
            url,
            post_id,
            platform_name: platform_name?,
            published_at,
            followers: request.followers,
            disclosed: request.disclosed,
            reason,
        }))
    });
    call.finish(command(publication, verb))
}

fn command(
    publication: Checked<PublicationRef>,
    verb: Checked<PublicationVerb>,
) -> Checked<Command> {
    Ok(Command::Publication {
        publication: publication?,
        verb: verb?,
    })
}

/// Asks for the posts of a brand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublicationsQuery {
    /// Whose.
    pub brand: BrandId,
    /// Only of this campaign.
    pub campaign: Option<CampaignId>,
    /// Only of this collaboration, which is of that campaign.
    pub collaboration: Option<CollaborationId>,
    /// Only those whose disclosure is demanded and missing, or only the others.
    pub undisclosed: Option<bool>,
    /// Only those taken down, or only those live.
    pub removed: Option<bool>,
    /// Only on this platform.
    pub platform: Option<Venue>,
    /// Only the one with this id there.
    pub post_id: Option<Matched>,
    /// Only those at this address.
    pub url: Option<Matched>,
    /// Which part.
    pub page: Page,
    /// As of when.
    pub when: When,
}

const POST_PLATFORM_RULE: &str = "must be given with platform_post_id";

/// Parses `ListPublications`.
///
/// # Errors
/// Every violation.
pub fn list_publications(request: api::ListPublicationsRequest) -> Read<PublicationsQuery> {
    let mut fields = Fields::new(Origin::Call);
    let when = read_when(&mut fields, request.min_position, request.as_of);
    let brand = read_brand(&mut fields, &request.brand_id);
    let campaign = fields.parse_optional("campaign_id", &request.campaign_id, CampaignId::parse);
    let collaboration = fields.parse_optional(
        "collaboration_id",
        &request.collaboration_id,
        CollaborationId::parse,
    );
    let is_placed = request.collaboration_id.is_empty() || !request.campaign_id.is_empty();
    fields.check("campaign_id", is_placed, CAMPAIGN_RULE);
    let platform = read_venue_filter(&mut fields, request.platform, &request.platform_name);
    let named = request.platform != 0 || request.platform_post_id.is_empty();
    fields.check("platform", named, POST_PLATFORM_RULE);
    let asked = |fields: &mut Fields, field, text: String, most| {
        (!text.is_empty()).then(|| fields.matched_line(field, text, most))
    };
    let id = request.platform_post_id;
    let post_id = asked(&mut fields, "platform_post_id", id, MAX_NAME_CHARS);
    let url = asked(&mut fields, "url", request.url, MAX_URL_CHARS);
    let page = read_page(&mut fields, request.page_size, request.page_token);
    let query = brand.and_then(|brand| {
        Ok(PublicationsQuery {
            brand,
            campaign: campaign?,
            collaboration: collaboration?,
            undisclosed: request.undisclosed,
            removed: request.removed,
            platform: platform?,
            post_id,
            url,
            page: page?,
            when: when?,
        })
    });
    fields.finish(query)
}
