//! Creators.

use std::collections::BTreeMap;

use campaign_ledger::domain::*;
use campaign_ledger::grpc::creator::parse::*;
use campaign_ledger::wire::proto::{api, values};

use super::{LONG_NAME, at, command, context, each_is_refused, moment, now};

fn profile() -> api::RecordCreatorProfileRequest {
    api::RecordCreatorProfileRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        creator_id: "ayu".to_owned(),
        profile: Some(api::CreatorProfile {
            followers: vec![values::FollowerCount {
                platform: values::Platform::Tiktok.into(),
                followers: 31_050,
                observed_at: at(-100),
                platform_name: String::new(),
            }],
            niches: vec!["skincare".to_owned()],
            locality: "Bandung".to_owned(),
            display_name: "Ayu".to_owned(),
            handles: vec![api::CreatorHandle {
                platform: values::Platform::Tiktok.into(),
                handle: "@ayu".to_owned(),
                platform_name: String::new(),
            }],
            contact: "+62 812 5550 1234".to_owned(),
        }),
    }
}

fn known(request: &mut api::RecordCreatorProfileRequest) -> &mut api::CreatorProfile {
    request.profile.as_mut().unwrap()
}

#[test]
fn good_profile_becomes_a_command() {
    let count = FollowerCount {
        followers: 31_050,
        observed_at: moment(-100),
    };
    let profile_read = CreatorProfile {
        followers: BTreeMap::from([(Platform::Tiktok.into(), count)]),
        niches: vec![Niche::parse("skincare").unwrap()],
        personal: PersonalDetails {
            locality: "Bandung".into(),
            display_name: "Ayu".into(),
            handles: BTreeMap::from([(Platform::Tiktok.into(), Matched::told("@ayu"))]),
            contact: "+62 812 5550 1234".into(),
        },
    };
    assert_eq!(
        command(record_creator_profile(profile(), now())),
        Command::Creator {
            creator: CreatorId::parse("ayu").unwrap(),
            verb: CreatorVerb::RecordProfile {
                profile: profile_read
            },
        }
    );
}

#[test]
fn each_rule_of_a_profile_names_its_field() {
    each_is_refused(
        &profile(),
        |request| record_creator_profile(request, now()),
        &[
            (
                |r| r.creator_id = "@ayu".to_owned(),
                "creator_id must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (|r| r.profile = None, "profile is required"),
            (
                |r| known(r).followers[0].platform = 99,
                "profile.followers[0].platform must be one of INSTAGRAM, TIKTOK, YOUTUBE, OTHER, \
                 FACEBOOK, THREADS, X, LEMON8, SHOPEE, TOKOPEDIA, TWITCH, PINTEREST, LINKEDIN, \
                 SNAPCHAT, BLOG, PODCAST",
            ),
            (
                |r| {
                    let count = known(r).followers[0].clone();
                    known(r).followers.push(count);
                },
                "profile.followers[1].platform must be unique",
            ),
            (
                |r| known(r).followers[0].observed_at = None,
                "profile.followers[0].observed_at is required",
            ),
            (
                |r| known(r).niches = vec!["a".to_owned(); 21],
                "profile.niches must have at most 20 elements",
            ),
            (
                |r| known(r).locality = "x".repeat(LONG_NAME),
                "profile.locality must be at most 200 characters",
            ),
            (
                |r| known(r).display_name = "x".repeat(LONG_NAME),
                "profile.display_name must be at most 200 characters",
            ),
            (
                |r| known(r).contact = "x".repeat(257),
                "profile.contact must be at most 256 characters",
            ),
            (
                |r| known(r).handles[0].handle.clear(),
                "profile.handles[0].handle must be 1 to 100 characters",
            ),
            (
                |r| {
                    let handle = known(r).handles[0].clone();
                    known(r).handles.push(handle);
                },
                "profile.handles[1].platform must be unique",
            ),
        ],
    );
}

#[test]
fn block_needs_a_reason() {
    let block = api::BlockCreatorRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        creator_id: "ayu".to_owned(),
        reason: "bought followers".to_owned(),
    };
    each_is_refused(
        &block,
        |request| block_creator(request, now()),
        &[
            (
                |r| r.creator_id.clear(),
                "creator_id must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (|r| r.reason.clear(), "reason must be 1 to 500 characters"),
        ],
    );
    let unblock = api::UnblockCreatorRequest {
        brand_id: block.brand_id,
        context: block.context,
        creator_id: block.creator_id,
        reason: "a mistake".to_owned(),
    };
    let reason = "a mistake".into();
    assert_eq!(
        command(unblock_creator(unblock, now())),
        Command::Creator {
            creator: CreatorId::parse("ayu").unwrap(),
            verb: CreatorVerb::Unblock { reason },
        }
    );
}
