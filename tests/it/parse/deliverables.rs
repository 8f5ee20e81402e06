//! Deliverables and publications.

use campaign_ledger::domain::*;
use campaign_ledger::grpc::calls::request::*;
use campaign_ledger::grpc::collaboration::parse::*;
use campaign_ledger::wire::proto::api;

use super::{
    LONG_NAME, LONG_REASON, LONG_URL, at, command, context, each_is_refused, moment, now,
    wire_share,
};

fn verb_of(write: Write) -> DeliverableVerb {
    let Command::Deliverable {
        deliverable, verb, ..
    } = command(write)
    else {
        panic!("another command");
    };
    assert_eq!(deliverable.as_str(), "review");
    verb
}

#[test]
fn each_rule_of_a_submission_names_its_field() {
    let good = api::SubmitContentRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        collaboration_id: "ayu-1".to_owned(),
        deliverable_id: "review".to_owned(),
        content_ref: "s3://a".to_owned(),
        content_sha256: vec![7; 32].into(),
    };
    let content = ContentRef {
        reference: "s3://a".into(),
        sha256: [7; 32],
    };
    let verb = verb_of(submit_content(good.clone(), now()));
    assert_eq!(verb, DeliverableVerb::Submit { content });
    each_is_refused(
        &good,
        |request| submit_content(request, now()),
        &[
            (
                |r| r.deliverable_id.clear(),
                "deliverable_id must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (
                |r| r.content_ref = "x".repeat(LONG_URL),
                "content_ref must be 1 to 2000 characters",
            ),
            (
                |r| r.content_sha256 = vec![7; 31].into(),
                "content_sha256 must be 32 bytes",
            ),
        ],
    );
}

#[test]
fn each_rule_of_a_review_names_its_field() {
    each_is_refused(
        &api::RequestRevisionRequest {
            brand_id: "kulit".to_owned(),
            context: context(),
            campaign_id: "jujur".to_owned(),
            collaboration_id: "ayu-1".to_owned(),
            deliverable_id: "review".to_owned(),
            submission_version: 1,
            reasons: vec!["light".to_owned(), "sound".to_owned()],
        },
        |request| request_revision(request, now()),
        &[
            (
                |r| r.submission_version = 0,
                "submission_version must be 1 or more",
            ),
            (|r| r.reasons.clear(), "reasons must have 1 to 20 elements"),
            (
                |r| r.reasons = vec!["x".to_owned(); 21],
                "reasons must have 1 to 20 elements",
            ),
            (
                |r| r.reasons[1] = "x".repeat(LONG_REASON),
                "reasons[1] must be 1 to 500 characters",
            ),
        ],
    );
    let approve = api::ApproveContentRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        collaboration_id: "ayu-1".to_owned(),
        deliverable_id: "review".to_owned(),
        submission_version: 2,
        rating: Some(5),
    };
    let (version, rating) = (2, Some(5));
    let verb = verb_of(approve_content(approve.clone(), now()));
    assert_eq!(verb, DeliverableVerb::Approve { version, rating });
    each_is_refused(
        &approve,
        |request| approve_content(request, now()),
        &[
            (|r| r.rating = Some(0), "rating must be 1 to 5"),
            (|r| r.rating = Some(257), "rating must be 1 to 5"),
        ],
    );
}

fn publication() -> api::RecordPublicationRequest {
    api::RecordPublicationRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        collaboration_id: "ayu-1".to_owned(),
        deliverable_id: "review".to_owned(),
        publication_id: "post".to_owned(),
        url: "https://tiktok.example/1".to_owned(),
        platform_post_id: "1".to_owned(),
        published_at: at(0),
        followers: None,
        disclosed: true,
        shares: vec![wire_share("ayu-1", 6_000), wire_share("bima-1", 4_000)],
        platform_name: String::new(),
    }
}

#[test]
fn good_publication_becomes_a_command() {
    let share = |collaboration, share_bp| Share {
        collaboration: CollaborationId::parse(collaboration).unwrap(),
        share_bp,
    };
    assert_eq!(
        verb_of(record_publication(publication(), now())),
        DeliverableVerb::Publish(Publish {
            publication: PublicationId::parse("post").unwrap(),
            url: Matched::told("https://tiktok.example/1"),
            post_id: Matched::told("1"),
            published_at: now(),
            followers: None,
            disclosed: true,
            shares: vec![share("ayu-1", 6_000), share("bima-1", 4_000)],
            platform_name: None,
        })
    );
}

#[test]
fn each_rule_of_a_publication_names_its_field() {
    each_is_refused(
        &publication(),
        |request| record_publication(request, now()),
        &[
            (
                |r| r.publication_id = "P".to_owned(),
                "publication_id must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (|r| r.url.clear(), "url must be 1 to 2000 characters"),
            (
                |r| r.platform_post_id = "x".repeat(LONG_NAME),
                "platform_post_id must be 1 to 200 characters",
            ),
            (
                |r| r.published_at = at(301),
                "published_at must not be more than 5 minutes in the future",
            ),
            (
                |r| r.shares = vec![wire_share("ayu-1", 10_000)],
                "shares must have 2 to 50 elements",
            ),
            (
                |r| r.shares[0].share_bp = 5_999,
                "shares must add to 10,000 basis points",
            ),
            (
                |r| r.shares[1].collaboration_id = "ayu-1".to_owned(),
                "shares[1].collaboration_id must be unique",
            ),
            (
                |r| {
                    r.shares[0].share_bp = 10_000;
                    r.shares[1].share_bp = 0;
                },
                "shares[1].share_bp must be 1 to 10,000",
            ),
        ],
    );
}

#[test]
fn other_verbs_of_a_deliverable_become_commands() {
    let reject = api::RejectContentRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        collaboration_id: "ayu-1".to_owned(),
        deliverable_id: "review".to_owned(),
        submission_version: 3,
        reason: "why".to_owned(),
    };
    let verify = api::VerifyPublicationRequest {
        brand_id: reject.brand_id.clone(),
        context: context(),
        campaign_id: reject.campaign_id.clone(),
        collaboration_id: reject.collaboration_id.clone(),
        deliverable_id: reject.deliverable_id.clone(),
    };
    let reschedule = api::RescheduleDeadlineRequest {
        brand_id: reject.brand_id.clone(),
        context: context(),
        campaign_id: reject.campaign_id.clone(),
        collaboration_id: reject.collaboration_id.clone(),
        deliverable_id: reject.deliverable_id.clone(),
        due_at: at(900),
        reason: String::new(),
    };
    let waive = api::WaiveDeliverableRequest {
        brand_id: reject.brand_id.clone(),
        context: context(),
        campaign_id: reject.campaign_id.clone(),
        collaboration_id: reject.collaboration_id.clone(),
        deliverable_id: reject.deliverable_id.clone(),
        reason: "why".to_owned(),
    };
    let reason = || "why".to_owned();
    let (version, due_at) = (3, moment(900));
    assert_eq!(
        verb_of(reject_content(reject, now())),
        DeliverableVerb::Reject {
            version,
            reason: reason().into()
        }
    );
    assert_eq!(
        verb_of(verify_publication(verify, now())),
        DeliverableVerb::Verify
    );
    assert_eq!(
        verb_of(reschedule_deadline(reschedule.clone(), now())),
        DeliverableVerb::Reschedule {
            due_at,
            reason: "".into()
        }
    );
    assert_eq!(
        verb_of(waive_deliverable(waive.clone(), now())),
        DeliverableVerb::Waive {
            reason: reason().into()
        }
    );
    each_is_refused(
        &reschedule,
        |request| reschedule_deadline(request, now()),
        &[(|r| r.due_at = None, "due_at is required")],
    );
    each_is_refused(
        &waive,
        |request| waive_deliverable(request, now()),
        &[(|r| r.reason.clear(), "reason must be 1 to 500 characters")],
    );
}
