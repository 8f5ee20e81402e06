//! Requests about things that do not exist, and which thing is missing.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::{CostType, Counters, DisputeRuling, LinkTouch, Share};

use super::{Attempt, but};
use crate::support::server::{Story, day, idr, terms};

/// All rows. In the campaign `ayu` has published; there is no `nobody`.
pub fn table(story: &Story) -> Vec<(ErrorReason, Attempt)> {
    let mut rows = Vec::new();
    let nowhere = Story {
        campaign: String::from("nowhere"),
        ..story.clone()
    };
    for attempt in of_campaign(&nowhere) {
        rows.push((ErrorReason::CampaignNotFound, attempt));
    }
    // Things of another brand do not exist for this one.
    let foreign = Story {
        brand: String::from("teh"),
        ..story.clone()
    };
    for attempt in of_campaign(&foreign) {
        rows.push((ErrorReason::CampaignNotFound, attempt));
    }
    for attempt in of_creator(story) {
        rows.push((ErrorReason::CreatorNotFound, attempt));
    }
    for attempt in of_collaboration(story) {
        rows.push((ErrorReason::CollaborationNotFound, attempt));
    }
    for attempt in of_deliverable(story) {
        rows.push((ErrorReason::DeliverableNotFound, attempt));
    }
    for attempt in of_publication(story) {
        rows.push((ErrorReason::PublicationNotFound, attempt));
    }
    let unseen = [
        Attempt::of(story.correct("ayu", 1, one_like())),
        Attempt::of(story.void("ayu", u64::MAX)),
    ];
    rows.extend(unseen.map(|attempt| (ErrorReason::ObservationNotFound, attempt)));
    let unknown_lines = [
        Attempt::of(story.approve_cost("nothing")),
        Attempt::of(story.reverse("nothing")),
        Attempt::of(story.pay("nothing", idr(1), day(1))),
        Attempt::of(story.adjust("nothing", idr(1))),
        Attempt::of(story.withhold("nothing")),
        Attempt::of(story.release("nothing")),
        Attempt::of(story.tax("nothing", idr(1))),
    ];
    rows.extend(unknown_lines.map(|attempt| (ErrorReason::CostNotFound, attempt)));
    let unknown = story.resolve("nothing", "ayu", DisputeRuling::Upheld);
    rows.push((ErrorReason::DisputeNotFound, Attempt::of(unknown)));
    let unknown = story.adjust_order("o-404", idr(1));
    rows.push((ErrorReason::OrderNotFound, Attempt::of(unknown)));
    let unsent = [
        Attempt::of(story.receive("ayu", day(1))),
        Attempt::of(story.take_back("ayu", day(1))),
    ];
    rows.extend(unsent.map(|attempt| (ErrorReason::ShipmentNotFound, attempt)));
    let unknown_flags = [
        Attempt::of(story.clear("ayu", "nothing")),
        Attempt::of(story.terminate("ayu", "nothing")),
        but(&story.place_hold("ayu", "h"), |request| {
            request.flag_id = String::from("nothing")
        }),
    ];
    rows.extend(unknown_flags.map(|attempt| (ErrorReason::FlagNotFound, attempt)));
    let unknown_hold = Attempt::of(story.release_hold("ayu", "nothing"));
    rows.push((ErrorReason::HoldNotFound, unknown_hold));
    let order = GetConversionRequest {
        brand_id: story.brand.clone(),
        order_source: String::from("shop"),
        order_id: String::from("o-404"),
        min_position: 0,
        as_of: None,
    };
    rows.push((ErrorReason::OrderNotFound, Attempt::of(order)));
    let partnership = GetPartnershipRequest {
        brand_id: story.brand.clone(),
        creator_id: String::from("nobody"),
        min_position: 0,
        as_of: None,
    };
    rows.push((ErrorReason::PartnershipNotFound, Attempt::of(partnership)));
    let reports = [
        Attempt::of(story.report(0)),
        Attempt::of(story.report(1)),
        Attempt::of(story.compare(1, 2)),
    ];
    rows.extend(reports.map(|attempt| (ErrorReason::ReportNotFound, attempt)));
    rows
}

fn one_like() -> Counters {
    Counters {
        likes: Some(1),
        ..Counters::default()
    }
}

fn of_campaign(story: &Story) -> Vec<Attempt> {
    let boost = CostType::PaidAmplification;
    vec![
        Attempt::of(story.start()),
        Attempt::of(story.pause()),
        Attempt::of(story.resume()),
        Attempt::of(story.amend(idr(1))),
        Attempt::of(story.close(true)),
        Attempt::of(story.cancel_campaign()),
        Attempt::of(story.finalise()),
        Attempt::of(story.report(0)),
        Attempt::of(story.compare(1, 2)),
        Attempt::of(story.worklist()),
        Attempt::of(GetComparisonRequest {
            brand_id: story.brand.clone(),
            campaign_ids: vec![story.campaign.clone()],
            group_by: vec![ComparisonKey::Tier.into()],
            min_position: 0,
            as_of: None,
        }),
        Attempt::of(ListReportsRequest {
            brand_id: story.brand.clone(),
            campaign_id: story.campaign.clone(),
            ..ListReportsRequest::default()
        }),
        Attempt::of(story.invite("ayu", terms(idr(1)))),
        Attempt::of(story.sale("o-2", None, day(1), None)),
        Attempt::of(story.cost("c-1", None, boost, idr(1), day(1))),
        Attempt::of(story.matching("ayu")),
        Attempt::of(ListCreatorsRequest {
            brand_id: story.brand.clone(),
            matches_campaign_id: story.campaign.clone(),
            ..ListCreatorsRequest::default()
        }),
        Attempt::of(GetCampaignRequest {
            brand_id: story.brand.clone(),
            campaign_id: story.campaign.clone(),
            min_position: 0,
            as_of: None,
        }),
        Attempt::of(GetCampaignRoiRequest {
            brand_id: story.brand.clone(),
            campaign_id: story.campaign.clone(),
            min_position: 0,
            as_of: None,
        }),
    ]
}

fn of_creator(story: &Story) -> Vec<Attempt> {
    vec![
        Attempt::of(story.block("nobody")),
        Attempt::of(story.unblock("nobody")),
        Attempt::of(story.assess("nobody")),
        Attempt::of(story.raise("nobody", "f")),
        Attempt::of(story.clear("nobody", "f")),
        Attempt::of(story.matching("nobody")),
        Attempt::of(story.invite("nobody", terms(idr(1)))),
        Attempt::of(story.apply("nobody")),
        Attempt::of(GetCreatorRequest {
            brand_id: story.brand.clone(),
            creator_id: String::from("nobody"),
            min_position: 0,
            as_of: None,
        }),
    ]
}

fn of_collaboration(story: &Story) -> Vec<Attempt> {
    let sale = story.sale("o-2", None, day(1), None);
    let touched = LinkTouch {
        collaboration_id: String::from("nobody"),
        touched_at: Some(day(1)),
    };
    let shares = ["ayu", "nobody"].map(|who| Share {
        collaboration_id: who.to_owned(),
        share_bp: 5_000,
    });
    vec![
        Attempt::of(story.accept("nobody")),
        Attempt::of(story.decline("nobody")),
        Attempt::of(story.send_offer("nobody", terms(idr(1)))),
        Attempt::of(story.reject_application("nobody")),
        Attempt::of(story.counter("nobody", 1, terms(idr(1)))),
        Attempt::of(story.revise_offer("nobody", 2, terms(idr(1)))),
        Attempt::of(story.accept_counter("nobody", 2)),
        Attempt::of(story.reject_counter("nobody", 2)),
        Attempt::of(story.amend_terms("nobody", terms(idr(1)))),
        Attempt::of(story.accept_amendment("nobody", 2)),
        Attempt::of(story.reject_amendment("nobody", 2)),
        Attempt::of(story.leave("nobody")),
        Attempt::of(story.withdraw("nobody")),
        Attempt::of(story.submit("nobody")),
        Attempt::of(story.revise("nobody", 1)),
        Attempt::of(story.approve("nobody")),
        Attempt::of(story.reject("nobody")),
        Attempt::of(story.publish("nobody", "d1", day(1))),
        Attempt::of(story.verify("nobody")),
        Attempt::of(story.reschedule("nobody", day(3))),
        Attempt::of(story.waive("nobody")),
        Attempt::of(story.ship("nobody")),
        Attempt::of(story.receive("nobody", day(1))),
        Attempt::of(story.take_back("nobody", day(1))),
        Attempt::of(story.complete("nobody")),
        Attempt::of(story.cancel("nobody")),
        Attempt::of(story.terminate("nobody", "f")),
        Attempt::of(story.place_hold("nobody", "h")),
        Attempt::of(story.release_hold("nobody", "h")),
        Attempt::of(story.cost("c-1", Some("nobody"), CostType::Fee, idr(1), day(1))),
        but(&sale, |request| request.touches = vec![touched]),
        but(&sale, |request| request.joint_shares = shares.to_vec()),
        Attempt::of(GetCollaborationRequest {
            brand_id: story.brand.clone(),
            campaign_id: story.campaign.clone(),
            collaboration_id: String::from("nobody"),
            min_position: 0,
            as_of: None,
        }),
        Attempt::of(GetCollaborationPerformanceRequest {
            brand_id: story.brand.clone(),
            campaign_id: story.campaign.clone(),
            collaboration_id: String::from("nobody"),
            min_position: 0,
            as_of: None,
        }),
    ]
}

fn of_deliverable(story: &Story) -> Vec<Attempt> {
    vec![
        but(&story.submit("ayu"), |request| {
            request.deliverable_id = String::from("d9")
        }),
        Attempt::of(story.publish("ayu", "d9", day(1))),
        but(&story.waive("ayu"), |request| {
            request.deliverable_id = String::from("d9")
        }),
        but(&story.place_hold("ayu", "h"), |request| {
            request.deliverable_id = String::from("d9")
        }),
        but(&story.verify("ayu"), |request| {
            request.deliverable_id = String::from("d9")
        }),
    ]
}

fn of_publication(story: &Story) -> Vec<Attempt> {
    let observe = story.observe("ayu", day(1), one_like());
    let get = GetPublicationRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        collaboration_id: String::from("ayu"),
        publication_id: String::from("d9"),
        ..GetPublicationRequest::default()
    };
    vec![
        Attempt::of(story.observe("nobody", day(1), one_like())),
        but(&observe, |request| {
            request.publication_id = String::from("d9")
        }),
        but(&observe, |request| {
            request.campaign_id = String::from("nowhere")
        }),
        Attempt::of(story.correct("nobody", 1, one_like())),
        Attempt::of(story.void("nobody", 1)),
        Attempt::of(story.remove("nobody", day(1))),
        Attempt::of(story.restore("nobody", day(1))),
        Attempt::of(story.check("nobody", day(1), true)),
        Attempt::of(get),
    ]
}
