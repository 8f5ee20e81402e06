//! Fields of assessments, safety flags and holds.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::*;

use super::super::{Attempt, but};
use super::{Row, UNKNOWN};
use crate::support::server::{Story, days_and};

pub fn safety(story: &Story) -> Vec<Row> {
    let found = |change: fn(&mut Assessment)| {
        but(&story.assess("ayu"), |request| {
            change(request.assessment.as_mut().unwrap());
        })
    };
    let raise = |change: fn(&mut RaiseSafetyFlagRequest)| but(&story.raise("ayu", "f"), change);
    let list = |change: fn(&mut ListCreatorsRequest)| {
        let all = ListCreatorsRequest {
            brand_id: story.brand.clone(),
            ..ListCreatorsRequest::default()
        };
        but(&all, change)
    };
    let flags = |creator: &str| ListSafetyFlagsRequest {
        brand_id: story.brand.clone(),
        creator_id: creator.to_owned(),
        ..ListSafetyFlagsRequest::default()
    };
    let holds = |collaboration: &str| ListHoldsRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        collaboration_id: collaboration.to_owned(),
        ..ListHoldsRequest::default()
    };
    vec![
        (
            "assessment",
            but(&story.assess("ayu"), |request| request.assessment = None),
        ),
        ("assessment.niche_fit", found(|one| one.niche_fit = 0)),
        ("assessment.style_fit", found(|one| one.style_fit = UNKNOWN)),
        ("assessment.values_fit", found(|one| one.values_fit = 0)),
        ("assessment.controversy", found(|one| one.controversy = 0)),
        ("assessment.note", found(|one| one.note = "n".repeat(501))),
        (
            "assessment.assessed_at",
            found(|one| one.assessed_at = None),
        ),
        (
            "assessment.assessed_at",
            found(|one| one.assessed_at = Some(days_and(2, 301))),
        ),
        (
            "assessment.niches[0]",
            found(|one| one.niches[0] = String::from("Skin Care")),
        ),
        (
            "assessment.evidence",
            found(|one| one.evidence = vec![one.evidence[0].clone(); 21]),
        ),
        (
            "assessment.evidence[0].reference",
            found(|one| one.evidence[0].reference.clear()),
        ),
        (
            "assessment.evidence[0].sha256",
            found(|one| one.evidence[0].sha256 = vec![1; 31].into()),
        ),
        ("flag_id", raise(|one| one.flag_id = String::from("a b"))),
        ("severity", raise(|one| one.severity = 0)),
        ("category", raise(|one| one.category = UNKNOWN)),
        ("note", raise(|one| one.note.clear())),
        (
            "evidence",
            raise(|one| one.evidence = vec![one.evidence[0].clone(); 21]),
        ),
        (
            "flag_id",
            but(&story.clear("ayu", "f"), |one| one.flag_id.clear()),
        ),
        (
            "reason",
            but(&story.clear("ayu", "f"), |one| one.reason.clear()),
        ),
        (
            "reason",
            but(&story.place_hold("ayu", "h"), |one| one.reason.clear()),
        ),
        (
            "hold_id",
            but(&story.release_hold("ayu", "h"), |one| one.hold_id.clear()),
        ),
        (
            "reason",
            but(&story.terminate("ayu", "f"), |one| one.reason.clear()),
        ),
        (
            "flag_id",
            but(&story.terminate("ayu", "f"), |one| one.flag_id.clear()),
        ),
        ("creator_id", Attempt::of(story.matching(""))),
        ("creator_id", Attempt::of(flags(""))),
        ("page_size", but(&flags("ayu"), |one| one.page_size = -1)),
        ("collaboration_id", Attempt::of(holds(""))),
        ("page_size", but(&holds("ayu"), |one| one.page_size = -1)),
        ("niche", list(|one| one.niche = String::from("Skin Care"))),
        ("tiers[1]", list(|one| one.tiers = vec![1, UNKNOWN])),
        ("platform", list(|one| one.platform = UNKNOWN)),
        (
            "matches_campaign_id",
            list(|one| one.matches_campaign_id = String::from("x y")),
        ),
    ]
}
