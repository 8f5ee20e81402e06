//! The negotiation and amendments: each request becomes its command.

use campaign_ledger::domain::*;
use campaign_ledger::grpc::calls::request::*;
use campaign_ledger::grpc::collaboration::parse::*;
use campaign_ledger::wire::fields::{Fields, Origin};
use campaign_ledger::wire::proto::{api, values};
use campaign_ledger::wire::terms::read_terms;

use super::{at, command, context, each_is_refused, idr, moment, now, wire_idr};

fn wire_terms() -> Option<values::Terms> {
    Some(values::Terms {
        fee: wire_idr(250_000_000),
        deliverables: vec![values::DeliverableTerms {
            deliverable_id: "review".to_owned(),
            platform: values::Platform::Tiktok.into(),
            format: values::ContentFormat::Review.into(),
            due_at: at(500),
            ..values::DeliverableTerms::default()
        }],
        ..values::Terms::default()
    })
}

fn terms() -> Terms {
    let mut fields = Fields::new(Origin::Call);
    let terms = read_terms(&mut fields, wire_terms().unwrap());
    fields.finish(terms).unwrap()
}

/// Adds the fields that all requests of the negotiation share.
macro_rules! of_ayu {
    ($request:ident { $($field:ident: $value:expr),* $(,)? }) => {
        api::$request {
            brand_id: "kulit".to_owned(),
            context: context(),
            campaign_id: "jujur".to_owned(),
            collaboration_id: "ayu-1".to_owned(),
            $($field: $value),*
        }
    };
}

#[test]
fn requests_of_the_negotiation_become_commands() {
    let apply = of_ayu!(ApplyToCampaignRequest {
        creator_id: "ayu".to_owned(),
        message: "hello".to_owned(),
        fee: wire_idr(500),
    });
    let send = of_ayu!(SendOfferRequest {
        terms: wire_terms(),
        expires_at: at(1)
    });
    let no_thanks = of_ayu!(RejectApplicationRequest {
        reason: "why".to_owned()
    });
    let counter = of_ayu!(CounterOfferRequest {
        offer_version: 1,
        terms: wire_terms(),
        expires_at: None,
        note: "more work".to_owned(),
    });
    let revise = of_ayu!(ReviseOfferRequest {
        offer_version: 2,
        terms: wire_terms(),
        expires_at: at(1),
    });
    let reject = of_ayu!(RejectCounterRequest {
        offer_version: 2,
        reason: String::new()
    });
    let (terms, expires_at) = (terms, moment(1));
    let verbs = [
        (
            apply_to_campaign(apply, now()),
            CollaborationVerb::Apply {
                creator: CreatorId::parse("ayu").unwrap(),
                message: "hello".into(),
                fee: Some(idr(500)),
            },
        ),
        (
            send_offer(send, now()),
            CollaborationVerb::SendOffer {
                terms: terms(),
                expires_at,
            },
        ),
        (
            reject_application(no_thanks, now()),
            CollaborationVerb::RejectApplication {
                reason: "why".into(),
            },
        ),
        (
            counter_offer(counter, now()),
            CollaborationVerb::Counter {
                offer_version: 1,
                terms: terms(),
                expires_at: None,
                note: "more work".into(),
            },
        ),
        (
            revise_offer(revise, now()),
            CollaborationVerb::Revise {
                offer_version: 2,
                terms: terms(),
                expires_at,
            },
        ),
        (
            accept_counter(of_ayu!(AcceptCounterRequest { offer_version: 2 }), now()),
            CollaborationVerb::AcceptCounter { offer_version: 2 },
        ),
        (
            reject_counter(reject, now()),
            CollaborationVerb::RejectCounter {
                offer_version: 2,
                reason: "".into(),
            },
        ),
    ];
    are_of_ayu(verbs);
}

#[test]
fn requests_about_amendments_become_commands() {
    let reason = || "why".to_owned();
    let amend = of_ayu!(AmendTermsRequest {
        terms: wire_terms(),
        reason: reason()
    });
    let reject = of_ayu!(RejectAmendmentRequest {
        terms_version: 2,
        reason: reason()
    });
    let verbs = [
        (
            amend_terms(amend, now()),
            CollaborationVerb::Amend {
                terms: terms(),
                reason: reason().into(),
            },
        ),
        (
            accept_amendment(of_ayu!(AcceptAmendmentRequest { terms_version: 2 }), now()),
            CollaborationVerb::AcceptAmendment { terms_version: 2 },
        ),
        (
            reject_amendment(reject, now()),
            CollaborationVerb::RejectAmendment {
                terms_version: 2,
                reason: reason().into(),
            },
        ),
        (
            withdraw_from_campaign(
                of_ayu!(WithdrawFromCampaignRequest { reason: reason() }),
                now(),
            ),
            CollaborationVerb::Leave {
                reason: reason().into(),
            },
        ),
    ];
    are_of_ayu(verbs);
}

fn are_of_ayu(verbs: impl IntoIterator<Item = (Write, CollaborationVerb)>) {
    for (write, verb) in verbs {
        let expected = Command::Collaboration {
            campaign: CampaignId::parse("jujur").unwrap(),
            collaboration: CollaborationId::parse("ayu-1").unwrap(),
            verb,
        };
        assert_eq!(command(write), expected);
    }
}

#[test]
fn an_applicant_who_names_no_collaboration_gets_an_id() {
    let mut apply = of_ayu!(ApplyToCampaignRequest {
        creator_id: "ayu".to_owned(),
        message: String::new(),
        fee: None,
    });
    apply.collaboration_id.clear();
    match command(apply_to_campaign(apply, now())) {
        Command::Collaboration { collaboration, .. } => {
            assert_eq!(collaboration.as_str().len(), 36);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_rule_of_a_counter_names_its_field() {
    each_is_refused(
        &of_ayu!(CounterOfferRequest {
            offer_version: 1,
            terms: wire_terms(),
            expires_at: at(1),
            note: String::new(),
        }),
        |request| counter_offer(request, now()),
        &[
            (|r| r.offer_version = 0, "offer_version must be 1 or more"),
            (|r| r.terms = None, "terms is required"),
            (
                |r| r.note = "x".repeat(2_001),
                "note must be at most 2000 characters",
            ),
            (
                |r| r.expires_at.as_mut().unwrap().nanos = -1,
                "expires_at must be a time from 1970 to 2262 with nanos from 0 to 999,999,999",
            ),
        ],
    );
}
