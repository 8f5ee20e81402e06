//! Agreements and shipments.

use campaign_ledger::domain::*;
use campaign_ledger::grpc::parse::*;
use campaign_ledger::proto::{api, values};

use super::{LONG_URL, at, command, context, each_is_refused, idr, moment, now, wire_idr};

fn campaign() -> CampaignId {
    CampaignId::parse("jujur").unwrap()
}

fn collaboration() -> CollaborationId {
    CollaborationId::parse("ayu-1").unwrap()
}

fn invite() -> api::InviteCreatorRequest {
    api::InviteCreatorRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        collaboration_id: "ayu-1".to_owned(),
        creator_id: "ayu".to_owned(),
        terms: Some(values::Terms {
            fee: wire_idr(250_000_000),
            deliverables: vec![values::DeliverableTerms {
                deliverable_id: "review".to_owned(),
                platform: values::Platform::Tiktok.into(),
                format: values::ContentFormat::Review.into(),
                due_at: at(500),
            }],
            attribution: Some(values::AttributionTerms {
                code: "ayu10".to_owned(),
                ..values::AttributionTerms::default()
            }),
            ..values::Terms::default()
        }),
        expires_at: at(1),
    }
}

fn terms(request: &mut api::InviteCreatorRequest) -> &mut values::Terms {
    request.terms.as_mut().unwrap()
}

fn attribution(request: &mut api::InviteCreatorRequest) -> &mut values::AttributionTerms {
    terms(request).attribution.as_mut().unwrap()
}

#[test]
fn invitation_fills_in_what_the_terms_leave_out() {
    let terms = Terms {
        fee: idr(250_000_000),
        deliverables: vec![DeliverableTerms {
            id: DeliverableId::parse("review").unwrap(),
            platform: Platform::Tiktok,
            format: ContentFormat::Review,
            due_at: moment(500),
        }],
        max_revisions: 2,
        attribution: AttributionTerms {
            window_days: 30,
            code: Some(Code::parse("AYU10").unwrap()),
            link: None,
        },
        kill_fee: KillFeeTerms::default(),
        min_live_days: 0,
        rounding: Rounding::HalfEven,
    };
    assert_eq!(
        command(invite_creator(invite(), now())),
        Command::Collaboration {
            campaign: campaign(),
            collaboration: collaboration(),
            verb: CollaborationVerb::Invite {
                creator: CreatorId::parse("ayu").unwrap(),
                terms,
                expires_at: moment(1),
            },
        }
    );
}

#[test]
fn each_rule_of_an_invitation_names_its_field() {
    each_is_refused(
        &invite(),
        |request| invite_creator(request, now()),
        &[
            (
                |r| r.collaboration_id = "A".to_owned(),
                "collaboration_id must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (
                |r| r.creator_id.clear(),
                "creator_id must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (|r| r.terms = None, "terms is required"),
            (|r| r.expires_at = None, "expires_at is required"),
            (|r| terms(r).fee = None, "terms.fee is required"),
            (
                |r| terms(r).fee = wire_idr(-1),
                "terms.fee.minor_units must be 0 or more",
            ),
            (
                |r| terms(r).deliverables.clear(),
                "terms.deliverables must have 1 to 50 elements",
            ),
            (
                |r| {
                    let promised = terms(r).deliverables[0].clone();
                    terms(r).deliverables.push(promised);
                },
                "terms.deliverables[1].deliverable_id must be unique",
            ),
            (
                |r| terms(r).deliverables[0].platform = 0,
                "terms.deliverables[0].platform must be one of INSTAGRAM, TIKTOK, YOUTUBE, OTHER",
            ),
            (
                |r| terms(r).deliverables[0].due_at = None,
                "terms.deliverables[0].due_at is required",
            ),
            (
                |r| terms(r).max_revisions = Some(21),
                "terms.max_revisions must be 0 to 20",
            ),
            (
                |r| attribution(r).window_days = 366,
                "terms.attribution.window_days must be 1 to 365",
            ),
            (
                |r| attribution(r).code = "ayu 10".to_owned(),
                "terms.attribution.code must be 1 to 64 printable ASCII characters without spaces",
            ),
            (
                |r| attribution(r).link = "x".repeat(LONG_URL),
                "terms.attribution.link must be at most 2000 characters",
            ),
            (
                |r| {
                    terms(r).kill_fee = Some(values::KillFeeTerms {
                        after_approval_bp: 10_001,
                        ..values::KillFeeTerms::default()
                    });
                },
                "terms.kill_fee.after_approval_bp must be 0 to 10,000",
            ),
            (
                |r| terms(r).min_live_days = 3_651,
                "terms.min_live_days must be 0 to 3,650",
            ),
            (
                |r| terms(r).rounding = 2,
                "terms.rounding must be HALF_EVEN",
            ),
        ],
    );
}

#[test]
fn acceptance_names_a_version() {
    each_is_refused(
        &api::AcceptBriefRequest {
            brand_id: "kulit".to_owned(),
            context: context(),
            campaign_id: "jujur".to_owned(),
            collaboration_id: "ayu-1".to_owned(),
            offer_version: 1,
        },
        |request| accept_brief(request, now()),
        &[(|r| r.offer_version = 0, "offer_version must be 1 or more")],
    );
}

#[test]
fn endings_of_an_agreement_become_commands() {
    let brand_id = || "kulit".to_owned();
    let campaign_id = || "jujur".to_owned();
    let collaboration_id = || "ayu-1".to_owned();
    let reason = || "why".to_owned();
    let decline = api::DeclineInvitationRequest {
        brand_id: brand_id(),
        context: context(),
        campaign_id: campaign_id(),
        collaboration_id: collaboration_id(),
        reason: reason(),
    };
    let withdraw = api::WithdrawInvitationRequest {
        brand_id: brand_id(),
        context: context(),
        campaign_id: campaign_id(),
        collaboration_id: collaboration_id(),
        reason: reason(),
    };
    let complete = api::CompleteCollaborationRequest {
        brand_id: brand_id(),
        context: context(),
        campaign_id: campaign_id(),
        collaboration_id: collaboration_id(),
    };
    let cancel = api::CancelCollaborationRequest {
        brand_id: brand_id(),
        context: context(),
        campaign_id: campaign_id(),
        collaboration_id: collaboration_id(),
        reason: reason(),
    };
    let verbs = [
        (
            decline_invitation(decline, now()),
            CollaborationVerb::Decline { reason: reason() },
        ),
        (
            withdraw_invitation(withdraw, now()),
            CollaborationVerb::Withdraw { reason: reason() },
        ),
        (
            complete_collaboration(complete, now()),
            CollaborationVerb::Complete,
        ),
        (
            cancel_collaboration(cancel.clone(), now()),
            CollaborationVerb::Cancel { reason: reason() },
        ),
    ];
    for (write, verb) in verbs {
        let expected = Command::Collaboration {
            campaign: campaign(),
            collaboration: collaboration(),
            verb,
        };
        assert_eq!(command(write), expected);
    }
    each_is_refused(
        &cancel,
        |request| cancel_collaboration(request, now()),
        &[(|r| r.reason.clear(), "reason must be 1 to 500 characters")],
    );
}

#[test]
fn each_rule_of_a_shipment_names_its_field() {
    each_is_refused(
        &api::ShipProductRequest {
            brand_id: "kulit".to_owned(),
            context: context(),
            campaign_id: "jujur".to_owned(),
            collaboration_id: "ayu-1".to_owned(),
            shipment_id: String::new(),
            product: "Serum".to_owned(),
            value: Some(values::ProductValue {
                cost_of_goods: wire_idr(0),
                fair_value: wire_idr(0),
            }),
            shipped_at: at(300),
        },
        |request| ship_product(request, now()),
        &[
            (
                |r| r.shipment_id = "JNE".to_owned(),
                "shipment_id must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (|r| r.product.clear(), "product must be 1 to 200 characters"),
            (|r| r.value = None, "value is required"),
            (
                |r| r.value.as_mut().unwrap().cost_of_goods = wire_idr(-1),
                "value.cost_of_goods.minor_units must be 0 or more",
            ),
            (
                |r| r.value.as_mut().unwrap().fair_value = None,
                "value.fair_value is required",
            ),
            (
                |r| r.shipped_at = at(301),
                "shipped_at must not be more than 5 minutes in the future",
            ),
        ],
    );
}
