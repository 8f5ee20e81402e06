//! Agreements and shipments.

use campaign_ledger::domain::*;
use campaign_ledger::grpc::collaboration::parse::*;
use campaign_ledger::wire::proto::{api, values};

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
                ..values::DeliverableTerms::default()
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
            platform: Platform::Tiktok.into(),
            format: ContentFormat::Review,
            medium: None,
            due_at: moment(500),
        }],
        max_revisions: 2,
        attribution: AttributionTerms {
            window_days: 30,
            code: Some(Matched::told("AYU10")),
            link: None,
            lock_days: DEFAULT_LOCK_DAYS,
            ends_at: None,
        },
        kill_fee: KillFeeTerms::default(),
        min_live_days: 0,
        rounding: Rounding::HalfEven,
        review_hours: None,
        usage_rights: Vec::new(),
        disclosure: None,
        fee_parts: Vec::new(),
        bonuses: Vec::new(),
        commission: None,
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
                "terms.deliverables[0].platform must be one of INSTAGRAM, TIKTOK, YOUTUBE, OTHER, FACEBOOK, THREADS, X, LEMON8, \
                 SHOPEE, TOKOPEDIA, TWITCH, PINTEREST, LINKEDIN, SNAPCHAT, BLOG, PODCAST",
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
            (
                |r| attribution(r).lock_days = 366,
                "terms.attribution.lock_days must be 1 to 365",
            ),
            (
                |r| terms(r).review_hours = Some(0),
                "terms.review_hours must be 1 to 2,160",
            ),
            (
                |r| terms(r).review_hours = Some(2_161),
                "terms.review_hours must be 1 to 2,160",
            ),
        ],
    );
}

fn rights(request: &mut api::InviteCreatorRequest) -> &mut values::UsageRights {
    let rights = &mut terms(request).usage_rights;
    if rights.is_empty() {
        rights.push(values::UsageRights {
            rights_id: "shop".to_owned(),
            scope: values::UsageScope::OwnedChannels.into(),
            channels: vec!["web shop".to_owned()],
            territories: vec!["ID".to_owned()],
            starts_at: at(1),
            ends_at: at(2),
        });
    }
    &mut rights[0]
}

#[test]
fn rights_of_use_keep_their_rules() {
    each_is_refused(
        &invite(),
        |request| invite_creator(request, now()),
        &[
            (
                |r| rights(r).rights_id.clear(),
                "terms.usage_rights[0].rights_id must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (
                |r| {
                    let same = rights(r).clone();
                    terms(r).usage_rights.push(same);
                },
                "terms.usage_rights[1].rights_id must be unique",
            ),
            (
                |r| rights(r).scope = 0,
                "terms.usage_rights[0].scope must be one of ORGANIC, PAID, OWNED_CHANNELS, ALL",
            ),
            (
                |r| rights(r).channels[0].clear(),
                "terms.usage_rights[0].channels[0] must be 1 to 64 characters",
            ),
            (
                |r| rights(r).territories[0] = "idn".to_owned(),
                "terms.usage_rights[0].territories[0] must be two upper-case letters of ISO 3166-1",
            ),
            (
                |r| rights(r).territories.push("ID".to_owned()),
                "terms.usage_rights[0].territories[1] must be unique",
            ),
            (
                |r| rights(r).starts_at = None,
                "terms.usage_rights[0].starts_at is required",
            ),
            (
                |r| rights(r).ends_at = at(1),
                "terms.usage_rights[0].ends_at must be after starts_at",
            ),
            (
                |r| {
                    let same = rights(r).clone();
                    let named = |number| values::UsageRights {
                        rights_id: format!("r-{number}"),
                        ..same.clone()
                    };
                    terms(r).usage_rights = (0..21).map(named).collect();
                },
                "terms.usage_rights must have at most 20 elements",
            ),
            (
                |r| terms(r).disclosure = Some(values::DisclosureTerms::default()),
                "terms.disclosure.connection must be one of \
                 PAID, GIFTED, AFFILIATE, EMPLOYEE, FAMILY, OTHER",
            ),
            (
                |r| {
                    terms(r).disclosure = Some(values::DisclosureTerms {
                        connection: values::ConnectionType::Gifted.into(),
                        required_label: "x".repeat(101),
                    });
                },
                "terms.disclosure.required_label must be at most 100 characters",
            ),
        ],
    );
}

fn part(trigger: values::SettlementTrigger, part_bp: u32) -> values::FeePart {
    values::FeePart {
        trigger: trigger.into(),
        part_bp,
    }
}

fn bonus(request: &mut api::InviteCreatorRequest) -> &mut values::BonusTier {
    let bonuses = &mut terms(request).bonuses;
    if bonuses.is_empty() {
        bonuses.push(values::BonusTier {
            bonus_id: "viral".to_owned(),
            counter: values::Counter::Views.into(),
            at_least: 100_000,
            amount: wire_idr(50_000_000),
        });
    }
    &mut bonuses[0]
}

#[test]
fn pay_keeps_its_rules() {
    use values::SettlementTrigger::{Acceptance, Approval};
    each_is_refused(
        &invite(),
        |request| invite_creator(request, now()),
        &[
            (
                |r| terms(r).fee_parts = vec![part(Acceptance, 9_999)],
                "terms.fee_parts must add to 10,000 basis points",
            ),
            (
                |r| terms(r).fee_parts = vec![part(Acceptance, 10_000), part(Approval, 0)],
                "terms.fee_parts[1].part_bp must be 1 to 10,000",
            ),
            (
                |r| terms(r).fee_parts = vec![part(Approval, 5_000), part(Approval, 5_000)],
                "terms.fee_parts[1].trigger must be unique",
            ),
            (
                |r| bonus(r).at_least = 0,
                "terms.bonuses[0].at_least must be 1 or more",
            ),
            (
                |r| bonus(r).amount = wire_idr(0),
                "terms.bonuses[0].amount.minor_units must be more than 0",
            ),
            (
                |r| {
                    let same = bonus(r).clone();
                    terms(r).bonuses.push(same);
                },
                "terms.bonuses[1].bonus_id must be unique",
            ),
            (
                |r| {
                    let same = bonus(r).clone();
                    let named = |number| values::BonusTier {
                        bonus_id: format!("b-{number}"),
                        ..same.clone()
                    };
                    terms(r).bonuses = (0..11).map(named).collect();
                },
                "terms.bonuses must have at most 10 elements",
            ),
            (
                |r| terms(r).commission = Some(values::CommissionTerms::default()),
                "terms.commission.rate_bp must be 1 to 10,000",
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
            CollaborationVerb::Decline {
                reason: reason().into(),
            },
        ),
        (
            withdraw_invitation(withdraw, now()),
            CollaborationVerb::Withdraw {
                reason: reason().into(),
            },
        ),
        (
            complete_collaboration(complete, now()),
            CollaborationVerb::Complete,
        ),
        (
            cancel_collaboration(cancel.clone(), now()),
            CollaborationVerb::Cancel {
                reason: reason().into(),
            },
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
            cost_id: String::new(),
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
