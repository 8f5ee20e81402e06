//! Requests of the creator service.

mod erasure;
mod selection;

pub use erasure::*;
pub use selection::*;

use std::collections::BTreeSet;

use crate::domain::{
    BrandId, CampaignId, Command, CreatorId, CreatorProfile, CreatorRef, CreatorVerb, Matched,
    Niche, Tier, Timestamp, Venue,
};
use crate::grpc::calls::request::Read;
use crate::grpc::calls::request::context::{Call, Write};
use crate::grpc::calls::request::items::{Batch, Envelope};
use crate::grpc::calls::request::page::{Page, When, read_brand, read_page, read_when};
use crate::wire::fields::{Checked, Fields, Origin};
use crate::wire::proto::{api, event};
use crate::wire::spelled::Field;
use crate::wire::values::{MAX_HANDLE_CHARS, MAX_REASON_CHARS, read_venue, read_venue_filter};

/// Parses `RecordCreatorProfile`.
///
/// # Errors
/// Every violation.
pub fn record_creator_profile(
    mut request: api::RecordCreatorProfileRequest,
    now: Timestamp,
) -> Write {
    let mut call = Call::begin(&mut request, now);
    let creator = call.id_or_made("creator_id", &request.creator_id, CreatorId::parse);
    let profile = call
        .fields
        .required("profile", request.profile, |fields, profile| {
            CreatorProfile::read(fields, as_recorded(profile))
        });
    let verb = profile.map(|profile| CreatorVerb::RecordProfile { profile });
    call.finish(command(creator, verb))
}

/// Parses `BatchRecordCreatorProfiles`.
///
/// # Errors
/// Every violation of the batch itself; those of its items are in the batch.
pub fn batch_record_creator_profiles(
    mut request: api::BatchRecordCreatorProfilesRequest,
    now: Timestamp,
) -> Read<Batch> {
    let batch = Envelope::begin(&mut request, now);
    let brand_id = request.brand_id;
    batch.read(
        "profiles",
        request.profiles,
        record_creator_profile,
        |item, context| api::RecordCreatorProfileRequest {
            brand_id: brand_id.clone(),
            context: Some(context),
            creator_id: item.creator_id,
            profile: item.profile,
        },
    )
}

/// The log and the API have the same fields for a profile, each in its own message.
fn as_recorded(profile: api::CreatorProfile) -> event::CreatorProfileRecorded {
    let as_recorded = |handle: api::CreatorHandle| event::CreatorHandle {
        platform: handle.platform,
        platform_name: handle.platform_name,
        handle: handle.handle,
    };
    event::CreatorProfileRecorded {
        followers: profile.followers,
        niches: profile.niches,
        locality: profile.locality,
        display_name: profile.display_name,
        handles: profile.handles.into_iter().map(as_recorded).collect(),
        contact: profile.contact,
    }
}

/// Parses `BlockCreator`.
///
/// # Errors
/// Every violation.
pub fn block_creator(mut request: api::BlockCreatorRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let creator = read_creator(&mut call.fields, &request.creator_id);
    let reason = call
        .fields
        .personal_note("reason", request.reason, MAX_REASON_CHARS);
    call.finish(command(creator, Ok(CreatorVerb::Block { reason })))
}

/// Parses `UnblockCreator`.
///
/// # Errors
/// Every violation.
pub fn unblock_creator(mut request: api::UnblockCreatorRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let creator = read_creator(&mut call.fields, &request.creator_id);
    let reason = call
        .fields
        .personal_note("reason", request.reason, MAX_REASON_CHARS);
    call.finish(command(creator, Ok(CreatorVerb::Unblock { reason })))
}

fn read_creator(fields: &mut Fields, id: &str) -> Checked<CreatorId> {
    fields.parse("creator_id", id, CreatorId::parse)
}

fn command(creator: Checked<CreatorId>, verb: Checked<CreatorVerb>) -> Checked<Command> {
    Ok(Command::Creator {
        creator: creator?,
        verb: verb?,
    })
}

/// Asks for one creator, or for what brand and creator did together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CreatorQuery {
    /// Which.
    pub creator: CreatorRef,
    /// As of when.
    pub when: When,
}

/// Parses `GetCreator`.
///
/// # Errors
/// Every violation.
pub fn get_creator(request: &api::GetCreatorRequest) -> Read<CreatorQuery> {
    creator_query(
        &request.brand_id,
        &request.creator_id,
        (request.min_position, request.as_of),
    )
}

/// Reads a question about one creator.
pub fn creator_query(
    brand_id: &str,
    creator_id: &str,
    (min_position, as_of): (u64, Option<api::AsOf>),
) -> Read<CreatorQuery> {
    let mut fields = Fields::new(Origin::Call);
    let when = read_when(&mut fields, min_position, as_of);
    let brand = read_brand(&mut fields, brand_id);
    let creator = read_creator(&mut fields, creator_id);
    let query = brand.and_then(|brand| {
        Ok(CreatorQuery {
            creator: CreatorRef {
                brand,
                creator: creator?,
            },
            when: when?,
        })
    });
    fields.finish(query)
}

/// Asks for the creators of a brand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CreatorsQuery {
    /// Whose.
    pub brand: BrandId,
    /// Only blocked ones, or only others; `None` for all.
    pub blocked: Option<bool>,
    /// Only of this niche.
    pub niche: Option<Niche>,
    /// Only of these tiers now; empty for all.
    pub tiers: BTreeSet<Tier>,
    /// Only with a follower count there.
    pub platform: Option<Venue>,
    /// Only with this handle there.
    pub handle: Option<(Venue, Matched)>,
    /// Only with an open safety flag, or only others; `None` for all.
    pub has_open_flag: Option<bool>,
    /// Only those who meet every criterion of this campaign.
    pub matches: Option<CampaignId>,
    /// Which part.
    pub page: Page,
    /// As of when.
    pub when: When,
}

/// Parses `ListCreators`.
///
/// # Errors
/// Every violation.
pub fn list_creators(request: api::ListCreatorsRequest) -> Read<CreatorsQuery> {
    let mut fields = Fields::new(Origin::Call);
    let when = read_when(&mut fields, request.min_position, request.as_of);
    let brand = read_brand(&mut fields, &request.brand_id);
    let page = read_page(&mut fields, request.page_size, request.page_token);
    let niche = fields.parse_optional("niche", &request.niche, Niche::parse);
    let tiers = fields.each("tiers", request.tiers, |fields, number| {
        fields.one_of_here(number)
    });
    let platform = read_venue_filter(&mut fields, request.platform, &request.platform_name);
    let handle = fields.optional("handle", request.handle, |fields, asked| {
        let handle = fields.matched_line("handle", asked.handle, MAX_HANDLE_CHARS);
        let venue = read_venue(fields, asked.platform, &asked.platform_name)?;
        Ok((venue, handle))
    });
    let matches = fields.parse_optional(
        "matches_campaign_id",
        &request.matches_campaign_id,
        CampaignId::parse,
    );
    let query = brand.and_then(|brand| {
        Ok(CreatorsQuery {
            brand,
            blocked: request.blocked,
            niche: niche?,
            tiers: tiers?.into_iter().collect(),
            platform: platform?,
            handle: handle?,
            has_open_flag: request.has_open_flag,
            matches: matches?,
            page: page?,
            when: when?,
        })
    });
    fields.finish(query)
}
