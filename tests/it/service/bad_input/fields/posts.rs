//! Fields of requests about published posts, and about products.

use super::super::but;
use super::{Row, UNKNOWN};
use crate::support::server::{Story, day, days_and};

/// Ayu's post is live since day 1; it is day 2.
pub fn posts(story: &Story) -> Vec<Row> {
    let remove = story.remove("ayu", day(2));
    let restore = story.restore("ayu", day(2));
    let check = story.check("ayu", day(2), true);
    let correct = story.correct_post("ayu", 5, day(1));
    vec![
        (
            "removed_at",
            but(&remove, |request| request.removed_at = None),
        ),
        (
            "removed_at",
            but(&remove, |one| one.removed_at = Some(days_and(2, 301))),
        ),
        (
            "removed_at",
            but(&remove, |request| request.removed_at = Some(day(0))),
        ),
        (
            "removed_by",
            but(&remove, |request| request.removed_by = UNKNOWN),
        ),
        (
            "reason",
            but(&remove, |request| request.reason = "x".repeat(501)),
        ),
        (
            "restored_at",
            but(&restore, |request| request.restored_at = None),
        ),
        (
            "checked_at",
            but(&check, |request| request.checked_at = None),
        ),
        (
            "expected_position",
            but(&correct, |request| request.expected_position = 0),
        ),
        (
            "url",
            but(&correct, |request| request.url = Some(String::new())),
        ),
        (
            "platform_post_id",
            but(&correct, |one| one.platform_post_id = Some("x".repeat(201))),
        ),
        (
            "platform_name",
            but(&correct, |request| request.platform_name = "x".repeat(65)),
        ),
        (
            "published_at",
            but(&correct, |one| one.published_at = Some(days_and(2, 301))),
        ),
        ("reason", but(&correct, |request| request.reason.clear())),
        (
            "checked_at",
            but(&check, |request| request.checked_at = Some(day(0))),
        ),
        (
            "label_found",
            but(&check, |request| request.label_found = "x".repeat(101)),
        ),
        (
            "evidence",
            but(&check, |request| request.evidence = "x".repeat(2_001)),
        ),
    ]
}

pub fn products(story: &Story) -> Vec<Row> {
    let receive = story.receive("ayu", day(1));
    let back = story.take_back("ayu", day(1));
    vec![
        (
            "cost_id",
            but(&story.ship("ayu"), |one| one.cost_id = String::from("A")),
        ),
        (
            "received_at",
            but(&receive, |request| request.received_at = None),
        ),
        (
            "shipment_id",
            but(&receive, |request| request.shipment_id.clear()),
        ),
        (
            "returned_at",
            but(&back, |request| request.returned_at = None),
        ),
        (
            "reason",
            but(&back, |request| request.reason = "x".repeat(501)),
        ),
    ]
}

pub fn lists(story: &Story) -> Vec<Row> {
    let (posts, rights) = (story.posts(), story.rights());
    vec![
        (
            "campaign_id",
            but(&posts, |one| one.collaboration_id = String::from("ayu")),
        ),
        ("platform", but(&posts, |one| one.platform = UNKNOWN)),
        ("page_size", but(&posts, |one| one.page_size = -1)),
        ("page_size", but(&rights, |one| one.page_size = -1)),
        (
            "creator_id",
            but(&rights, |one| one.creator_id = String::from("A")),
        ),
    ]
}
