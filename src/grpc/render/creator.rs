//! Creators as messages.

use crate::domain::state::Creator;
use crate::domain::{CreatorProfile, CreatorRef};
use crate::log::codec::values::{write_followers, write_niches};
use crate::proto::{api, values};

/// Renders a creator.
pub fn creator(name: &CreatorRef, row: &Creator) -> api::Creator {
    api::Creator {
        brand_id: name.brand.to_string(),
        creator_id: name.creator.to_string(),
        profile: Some(profile(&row.profile)),
        tier: values::Tier::from(row.tier()) as i32,
        blocked: row.blocked.is_some(),
        block_reason: row.blocked.clone().unwrap_or_default(),
        updated_position: row.updated.get(),
    }
}

fn profile(profile: &CreatorProfile) -> api::CreatorProfile {
    let personal = &profile.personal;
    let handles = personal
        .handles
        .iter()
        .map(|(platform, handle)| api::CreatorHandle {
            platform: values::Platform::from(*platform) as i32,
            handle: handle.clone(),
        });
    api::CreatorProfile {
        followers: write_followers(&profile.followers),
        niches: write_niches(&profile.niches),
        locality: personal.locality.clone(),
        display_name: personal.display_name.clone(),
        handles: handles.collect(),
    }
}
