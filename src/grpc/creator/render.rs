//! Creators as messages.

use std::sync::Arc;

use crate::domain::state::{Creator, Erasure, LegalHold, RaisedFlag, Resource};
use crate::domain::{CreatorProfile, CreatorRef, CriterionMatch};
use crate::grpc::calls::Shown;
use crate::grpc::calls::render::{count_of, latest_fitting, time};
use crate::wire::personal::{spell, spell_matched};
use crate::wire::proto::api;
use crate::wire::selection::write_evidence;
use crate::wire::values::{write_followers, write_niches};

impl Shown for api::Creator {
    fn of(resource: &Resource) -> Option<Self> {
        let Resource::Creator(name, row, flags) = resource else {
            return None;
        };
        Some(creator(name, row, flags))
    }
}

/// Most bytes of the safety flags that are shown with their creator: thousands of words.
const FLAGS_BYTES: usize = 256 << 10;

/// Renders a creator with its safety flags, the latest of them where they are many.
pub fn creator(name: &CreatorRef, row: &Creator, flags: &[Arc<RaisedFlag>]) -> api::Creator {
    api::Creator {
        brand_id: name.brand.to_string(),
        creator_id: name.creator.to_string(),
        profile: Some(profile(&row.profile)),
        tier: row.tier().number(),
        blocked: row.blocked.is_some(),
        block_reason: row.blocked.as_ref().map_or_else(String::new, spell),
        updated_position: row.updated.get(),
        assessment: row.assessment.as_ref().map(Into::into),
        assessments: row.assessments,
        flags: latest_fitting(
            flags.iter().map(|one| safety_flag(one)).collect(),
            FLAGS_BYTES,
        ),
        blocks: row.blocks,
        flags_raised: row.flags,
        open_flags: count_of(&row.open_flags),
        erasure: row.erasure.as_ref().map(erasure),
        legal_holds: row.legal_holds.iter().map(legal_hold).collect(),
    }
}

fn erasure(erasure: &Erasure) -> api::Erasure {
    api::Erasure {
        erased_at: time(erasure.erased.at),
        erased_position: erasure.erased.position.get(),
        ground: erasure.ground.number(),
        reference: erasure.reference.as_str().to_owned(),
    }
}

fn legal_hold(hold: &LegalHold) -> api::LegalHold {
    api::LegalHold {
        hold_id: hold.id.to_string(),
        ground: hold.ground.number(),
        reference: hold.reference.as_str().to_owned(),
        placed_at: time(hold.placed.at),
        placed_position: hold.placed.position.get(),
    }
}

/// Renders a safety flag.
pub fn safety_flag(row: &RaisedFlag) -> api::SafetyFlag {
    let (flag, cleared) = (&row.flag, row.cleared.as_ref());
    api::SafetyFlag {
        flag_id: flag.id.to_string(),
        severity: flag.severity.number(),
        category: flag.category.number(),
        note: spell(&flag.note),
        evidence: write_evidence(&flag.evidence),
        raised_at: time(row.raised_at),
        raised_position: row.raised.get(),
        cleared_at: cleared.and_then(|cleared| time(cleared.at)),
        clear_reason: cleared.map_or_else(String::new, |cleared| spell(&cleared.reason)),
        clear_evidence: cleared.map_or_else(Vec::new, |cleared| write_evidence(&cleared.evidence)),
    }
}

/// Renders how a creator meets what a campaign looks for.
pub fn criteria(found: &[CriterionMatch]) -> Vec<api::CriterionMatch> {
    let render = |one: &CriterionMatch| api::CriterionMatch {
        criterion: one.criterion.number(),
        met: one.met,
        wanted: one.wanted.clone(),
        found: one.found.clone(),
    };
    found.iter().map(render).collect()
}

fn profile(profile: &CreatorProfile) -> api::CreatorProfile {
    let personal = &profile.personal;
    let handles = personal
        .handles
        .iter()
        .map(|(venue, handle)| api::CreatorHandle {
            platform: venue.platform.number(),
            platform_name: venue.name().to_owned(),
            handle: spell_matched(handle),
        });
    api::CreatorProfile {
        followers: write_followers(&profile.followers),
        niches: write_niches(&profile.niches),
        locality: spell(&personal.locality),
        display_name: spell(&personal.display_name),
        handles: handles.collect(),
        contact: spell(&personal.contact),
    }
}
