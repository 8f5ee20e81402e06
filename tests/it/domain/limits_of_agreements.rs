//! Limits of agreements and of their parts: commands reach each limit, and the next one is refused.

use campaign_ledger::domain::limits::*;
use campaign_ledger::domain::*;
use campaign_ledger::log::block::{ALWAYS_FITS_BYTES, record_cost};
use campaign_ledger::log::codec;

use super::engagement::{likes, observe};
use super::history::*;
use super::stories::*;
use crate::support::requests::*;

fn full(collection: &'static str, limit: usize) -> Refusal {
    Refusal::LimitReached { collection, limit }
}

#[test]
fn terms_change_so_often() {
    let mut history = accepted(terms());
    for number in 1..MAX_TERMS_VERSIONS {
        let version = number as u32 + 1;
        history = history
            .given(amend("ayu-1", terms()))
            .given(accept_amendment("ayu-1", version));
    }
    assert_eq!(
        history.collaboration("ayu-1").pinned.len(),
        MAX_TERMS_VERSIONS
    );
    history.when(amend("ayu-1", terms())).then_refused(full(
        "versions of the terms of a collaboration",
        MAX_TERMS_VERSIONS,
    ));
}

#[test]
fn terms_are_no_book() {
    let channels: Vec<PersonalText> = (0..MAX_CHANNELS)
        .map(|number| format!("{number:0100}").into())
        .collect();
    let right = |number: usize| UsageRights {
        id: RightsId::parse(&format!("u-{number}")).unwrap(),
        scope: UsageScope::Organic,
        channels: channels.clone(),
        territories: Vec::new(),
        starts_at: day(1),
        ends_at: None,
    };
    let long = Terms {
        usage_rights: (0..MAX_RIGHTS).map(right).collect(),
        ..terms()
    };
    assert!(long.bytes() > MAX_TERMS_BYTES);
    opened()
        .when(invite("ayu-1", "ayu", long.clone()))
        .then_refused(field("terms"));
    invited(terms())
        .when(counter("ayu-1", 1, long.clone()))
        .then_refused(field("terms"));
    accepted(terms())
        .when(amend("ayu-1", long))
        .then_refused(field("terms"));
}

#[test]
fn so_many_products_are_sent_within_a_collaboration() {
    let history = (0..MAX_SHIPMENTS).fold(accepted(terms()), |history, number| {
        history.given(ship("ayu-1", &format!("s-{number}")))
    });
    history
        .when(ship("ayu-1", "one-more"))
        .then_refused(full("products sent within a collaboration", MAX_SHIPMENTS));
}

#[test]
fn so_many_disputes_of_a_collaboration_are_open() {
    let open = |number: usize| {
        let verb = DisputeVerb::Open {
            subject: DisputeSubject::Cost(id(&format!("c-{number}"))),
            reason: "too much".into(),
            evidence: Vec::new(),
        };
        dispute("ayu-1", &format!("d-{number}"), verb)
    };
    let line = super::costs::line_for("ayu-1", CostType::Bonus, rp(1));
    let mut history = accepted(terms());
    for number in 0..=MAX_OPEN_DISPUTES {
        history = history.given(super::costs::record(&format!("c-{number}"), line.clone()));
    }
    for number in 0..MAX_OPEN_DISPUTES {
        history = history.given(open(number));
    }
    history
        .when(open(MAX_OPEN_DISPUTES))
        .then_refused(full("open disputes of a collaboration", MAX_OPEN_DISPUTES));
}

#[test]
fn an_observation_is_corrected_so_often_and_can_be_taken_out_then() {
    let mut history = published().given(observe(day(16), likes(1)));
    for number in 0..=MAX_CHANGES {
        let correct = EngagementVerb::Correct {
            observation: history.head(),
            counters: likes(number as u64 + 2),
            followers: None,
            reason: "miscounted".into(),
        };
        let correct = engagement(post("ayu-1", "post-1"), correct);
        if number == MAX_CHANGES {
            history = history
                .when(correct)
                .then_refused(full("corrections of an observation", MAX_CHANGES));
        } else {
            history = history.given(correct);
        }
    }
    let void = EngagementVerb::Void {
        observation: history.head(),
        reason: "never mind".into(),
    };
    history.given(engagement(post("ayu-1", "post-1"), void));
}

#[test]
fn a_brand_has_so_many_collaborations_with_a_creator() {
    let mut history = opened();
    for number in 0..MAX_COLLABORATIONS_OF_CREATOR {
        let name = format!("k-{number}");
        history = history
            .given(apply(&name, "ayu"))
            .given(reject_application(&name));
    }
    let refusal = full(
        "collaborations with a creator",
        MAX_COLLABORATIONS_OF_CREATOR as usize,
    );
    history
        .when(apply("one-more", "ayu"))
        .then_refused(refusal.clone())
        .when(invite("one-more", "ayu", terms()))
        .then_refused(refusal)
        .given(invite("bima-1", "bima", terms()));
}

#[test]
fn a_code_is_held_so_often() {
    let coded = || Terms {
        fee: rp(0),
        ..terms_with_code("KOPI")
    };
    let mut history = opened();
    for number in 0..MAX_CODE_HOLDERS {
        // The work is spread over creators, so that none has too many collaborations.
        let (creator, name) = (format!("c-{}", number % 2), format!("k-{number}"));
        if number < 2 {
            history = history.given(profile(&creator, 1_000));
        }
        history = history
            .given(invite(&name, &creator, coded()))
            .given(accept(&name))
            .given(cancel(&name));
    }
    history
        .when(invite("one-more", "ayu", coded()))
        .then_refused(full(
            "collaborations of a campaign that had the code",
            MAX_CODE_HOLDERS,
        ));
}

#[test]
fn the_places_of_content_take_so_many_bytes() {
    let long = ContentRef {
        reference: "x".repeat(8_000).into(),
        sha256: [1; 32],
    };
    let many = Terms {
        max_revisions: MAX_REVISIONS,
        deliverables: (0..MAX_DELIVERABLES)
            .map(|number| promised(&format!("d-{number}"), ContentFormat::Review))
            .collect(),
        ..terms()
    };
    let submit = |name: &str| {
        let content = long.clone();
        deliverable("ayu-1", name, DeliverableVerb::Submit { content })
    };
    let ask = |name: &str, version| {
        let reasons = vec!["brighter".into()];
        deliverable(
            "ayu-1",
            name,
            DeliverableVerb::RequestRevision { version, reasons },
        )
    };
    let mut history = accepted(many);
    let fitting = MAX_CONTENT_BYTES / 8_000;
    let mut handed_in = 0;
    'all: for number in 0.. {
        let name = format!("d-{number}");
        for version in 1..=MAX_REVISIONS {
            if handed_in == fitting {
                history.when(submit(&name)).then_refused(full(
                    "bytes of the content references of a collaboration",
                    MAX_CONTENT_BYTES,
                ));
                break 'all;
            }
            history = history.given(submit(&name)).given(ask(&name, version));
            handed_in += 1;
        }
    }
}

/// Returns the block bytes of what the last command recorded, if all ids had maximum length.
fn bytes_since(history: &History, head: Position) -> usize {
    let records = &history.ledger.records[head.get() as usize..];
    let named = 4 * ids::MAX_ID_CHARS;
    let bytes = records
        .iter()
        .map(|record| record_cost(codec::encode(record).len()) + named);
    bytes.sum()
}

/// An order that credits the maximum number of collaborations, each of which earns commission.
#[test]
fn what_an_order_of_many_comes_to_fits_a_block() {
    let terms = Terms {
        fee: rp(0),
        commission: Some(CommissionTerms { rate_bp: 1_000 }),
        attribution: AttributionTerms {
            code: None,
            ..terms().attribution
        },
        ..terms()
    };
    let names: Vec<String> = (0..MAX_SHARES)
        .map(|number| format!("{number:064}"))
        .collect();
    let mut history = opened();
    for name in &names {
        history = history
            .given(profile(name, 1_000))
            .given(invite(name, name, terms.clone()))
            .given(accept(name));
    }
    let parts: Vec<(&str, u32)> = names.iter().map(|name| (name.as_str(), 200)).collect();
    let claim = Claim {
        joint_shares: shares(&parts),
        ..sale("o-1", rp(500_000))
    };
    let mut history = history.at(day(16)).given(convert_order(claim)).at(day(60));
    for request in [
        lock_order(order("o-1")),
        adjust_order(order("o-1"), "a-1", rp(-100_000)),
        refund(refunded("o-1", "r-1", rp(100_000))),
    ] {
        let head = history.head();
        history = history.given(request);
        assert!(history.head().get() - head.get() > MAX_SHARES as u64);
        let bytes = bytes_since(&history, head);
        assert!(bytes < ALWAYS_FITS_BYTES, "{bytes}");
    }
}
