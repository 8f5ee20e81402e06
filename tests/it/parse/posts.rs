//! Posts after publication, products after shipment, and their lists.

use campaign_ledger::domain::*;
use campaign_ledger::grpc::calls::request::*;
use campaign_ledger::grpc::collaboration::parse::*;
use campaign_ledger::grpc::measurement::parse::*;
use campaign_ledger::wire::proto::{api, values};

use super::{LONG_REASON, at, command, context, each_is_refused, moment, now};

fn removal() -> api::RecordPostRemovedRequest {
    api::RecordPostRemovedRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        collaboration_id: "ayu-1".to_owned(),
        publication_id: "post".to_owned(),
        removed_at: at(-60),
        removed_by: 0,
        reason: String::new(),
    }
}

fn verb_of(write: Write) -> PublicationVerb {
    let Command::Publication { publication, verb } = command(write) else {
        panic!("another command");
    };
    assert_eq!(publication.publication.as_str(), "post");
    verb
}

#[test]
fn removal_says_who_if_that_is_known() {
    for (removed_by, by) in [
        (values::RemovedBy::Unspecified, None),
        (values::RemovedBy::Platform, Some(RemovedBy::Platform)),
    ] {
        let request = api::RecordPostRemovedRequest {
            removed_by: removed_by.into(),
            ..removal()
        };
        let expected = PublicationVerb::Remove {
            removed_at: moment(-60),
            by,
            reason: "".into(),
        };
        assert_eq!(verb_of(record_post_removed(request, now())), expected);
    }
}

#[test]
fn each_rule_of_a_removal_names_its_field() {
    each_is_refused(
        &removal(),
        |request| record_post_removed(request, now()),
        &[
            (
                |r| r.publication_id.clear(),
                "publication_id must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (|r| r.removed_at = None, "removed_at is required"),
            (
                |r| r.removed_at = at(301),
                "removed_at must not be more than 5 minutes in the future",
            ),
            (
                |r| r.removed_by = 9,
                "removed_by must be one of CREATOR, PLATFORM, BRAND",
            ),
            (
                |r| r.reason = "x".repeat(LONG_REASON),
                "reason must be at most 500 characters",
            ),
        ],
    );
}

#[test]
fn restoration_and_check_become_verbs() {
    let restored = api::RecordPostRestoredRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        collaboration_id: "ayu-1".to_owned(),
        publication_id: "post".to_owned(),
        restored_at: at(0),
    };
    let verb = verb_of(record_post_restored(restored, now()));
    let restored_at = moment(0);
    assert_eq!(verb, PublicationVerb::Restore { restored_at });
    let check = api::CheckDisclosureRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        collaboration_id: "ayu-1".to_owned(),
        publication_id: "post".to_owned(),
        checked_at: at(-1),
        label_found: String::new(),
        sufficient: false,
        evidence: String::new(),
    };
    let found = DisclosureFound {
        checked_at: moment(-1),
        label: None,
        sufficient: false,
        evidence: "".into(),
    };
    let verb = verb_of(check_disclosure(check.clone(), now()));
    assert_eq!(verb, PublicationVerb::CheckDisclosure { found });
    each_is_refused(
        &check,
        |request| check_disclosure(request, now()),
        &[
            (|r| r.checked_at = None, "checked_at is required"),
            (
                |r| r.label_found = "x".repeat(101),
                "label_found must be at most 100 characters",
            ),
            (
                |r| r.evidence = "x".repeat(2_001),
                "evidence must be at most 2000 characters",
            ),
        ],
    );
}

#[test]
fn products_become_verbs() {
    let received = api::ConfirmProductReceivedRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        collaboration_id: "ayu-1".to_owned(),
        shipment_id: "jne-1".to_owned(),
        received_at: at(-5),
    };
    let Command::Collaboration { verb, .. } =
        command(confirm_product_received(received.clone(), now()))
    else {
        panic!("another command");
    };
    let shipment = ShipmentId::parse("jne-1").unwrap();
    let received_at = moment(-5);
    let expected = CollaborationVerb::Receive {
        shipment,
        received_at,
    };
    assert_eq!(verb, expected);
    each_is_refused(
        &received,
        |request| confirm_product_received(request, now()),
        &[
            (
                |r| r.shipment_id.clear(),
                "shipment_id must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (
                |r| r.received_at = at(301),
                "received_at must not be more than 5 minutes in the future",
            ),
        ],
    );
    let returned = api::RecordProductReturnedRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        collaboration_id: "ayu-1".to_owned(),
        shipment_id: "jne-1".to_owned(),
        returned_at: at(-5),
        reason: String::new(),
    };
    each_is_refused(
        &returned,
        |request| record_product_returned(request, now()),
        &[
            (|r| r.returned_at = None, "returned_at is required"),
            (
                |r| r.reason = "x".repeat(LONG_REASON),
                "reason must be at most 500 characters",
            ),
        ],
    );
}

#[test]
fn lists_become_queries() {
    let posts = api::ListPublicationsRequest {
        brand_id: "kulit".to_owned(),
        campaign_id: "jujur".to_owned(),
        collaboration_id: "ayu-1".to_owned(),
        undisclosed: Some(true),
        removed: Some(false),
        platform: values::Platform::Tiktok.into(),
        page_size: 7,
        ..api::ListPublicationsRequest::default()
    };
    let query = list_publications(posts.clone()).unwrap();
    assert_eq!(query.platform, Some(Platform::Tiktok.into()));
    assert_eq!(
        (query.undisclosed, query.removed),
        (Some(true), Some(false))
    );
    assert_eq!(query.page.size, 7);
    each_is_refused(
        &posts,
        list_publications,
        &[
            (
                |r| r.campaign_id.clear(),
                "campaign_id is required with collaboration_id",
            ),
            (
                |r| r.platform = 99,
                "platform must be one of INSTAGRAM, TIKTOK, YOUTUBE, OTHER, FACEBOOK, THREADS, X, LEMON8, \
                 SHOPEE, TOKOPEDIA, TWITCH, PINTEREST, LINKEDIN, SNAPCHAT, BLOG, PODCAST",
            ),
        ],
    );
    let rights = api::ListUsageRightsRequest {
        brand_id: "kulit".to_owned(),
        ends_before: at(0),
        ..api::ListUsageRightsRequest::default()
    };
    let query = list_usage_rights(rights.clone()).unwrap();
    assert_eq!(
        (query.ends_from, query.ends_before),
        (None, Some(moment(0)))
    );
    each_is_refused(
        &rights,
        list_usage_rights,
        &[(
            |r| r.creator_id = "A".to_owned(),
            "creator_id must be 1 to 64 characters of a-z 0-9 - _",
        )],
    );
}
