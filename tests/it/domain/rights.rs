//! Usage rights: listed from acceptance on, ordered by their end, and kept after the end.

use campaign_ledger::domain::rows::{Rows, Scan};
use campaign_ledger::domain::state::RightsEnd;
use campaign_ledger::domain::*;

use super::history::*;
use super::stories::*;
use crate::support::requests::*;

fn rights(name: &str, ends_at: Option<Timestamp>) -> UsageRights {
    UsageRights {
        id: id(name),
        scope: UsageScope::Paid,
        channels: Vec::new(),
        territories: Vec::new(),
        starts_at: day(20),
        ends_at,
    }
}

fn with_rights(usage_rights: Vec<UsageRights>) -> Terms {
    Terms {
        usage_rights,
        ..terms()
    }
}

/// Returns the rights of the brand, as they are listed.
fn listed(history: &History) -> Vec<String> {
    let prefix = RightsEnd::of_brand(&id(BRAND));
    let page = history.ledger.rows.page::<RightsEnd>(Scan::of(&prefix), 99);
    let rows = page.unwrap().into_iter();
    rows.map(|(key, row)| {
        assert_eq!(key, row.key());
        format!("{} {}", row.collaboration.collaboration, row.rights.id)
    })
    .collect()
}

#[test]
fn rights_are_listed_by_their_end_from_acceptance_on() {
    let ayus = vec![
        rights("for-ever", None),
        rights("ads", Some(day(80))),
        rights("shop", Some(day(50))),
    ];
    let offered = opened().given(invite("ayu-1", "ayu", with_rights(ayus)));
    assert_eq!(listed(&offered), [""; 0]);
    let bimas = vec![rights("ads", Some(day(60)))];
    let history = with_bima(offered.given(accept("ayu-1")), with_rights(bimas));
    assert_eq!(
        listed(&history),
        ["ayu-1 shop", "bima-1 ads", "ayu-1 ads", "ayu-1 for-ever"]
    );
}

#[test]
fn rights_outlive_the_agreement() {
    let terms = with_rights(vec![rights("ads", Some(day(80)))]);
    let history = accepted(terms).given(cancel("ayu-1"));
    assert_eq!(listed(&history), ["ayu-1 ads"]);
}
