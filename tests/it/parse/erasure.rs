//! Erasure, legal holds, exports of a person.

use campaign_ledger::domain::*;
use campaign_ledger::grpc::creator::parse::*;
use campaign_ledger::wire::proto::{api, values};

use super::{ID_RULE, command, context, each_is_refused, now};

const REFERENCE_RULE: &str = "reference must be 1 to 128 printable ASCII characters";

fn of_ayu(verb: CreatorVerb) -> Command {
    Command::Creator {
        creator: CreatorId::parse("ayu").unwrap(),
        verb,
    }
}

fn reference(text: &str) -> Reference {
    Reference::parse(text).unwrap()
}

#[test]
fn good_erasure_is_read_and_each_rule_names_its_field() {
    let erase = api::EraseCreatorRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        creator_id: "ayu".to_owned(),
        ground: values::ErasureGround::Objection.into(),
        reference: "ticket 17".to_owned(),
    };
    assert_eq!(
        command(erase_creator(erase.clone(), now())),
        of_ayu(CreatorVerb::Erase {
            ground: ErasureGround::Objection,
            reference: reference("ticket 17"),
        })
    );
    each_is_refused(
        &erase,
        |request| erase_creator(request, now()),
        &[
            (
                |r| r.creator_id.clear(),
                "creator_id must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (
                |r| r.ground = 0,
                "ground must be one of REQUEST_OF_THE_PERSON, CONSENT_WITHDRAWN, NO_LONGER_NEEDED, \
                 OBJECTION, UNLAWFUL, LEGAL_OBLIGATION, CHILD",
            ),
            (|r| r.reference.clear(), REFERENCE_RULE),
            (|r| r.reference = "Ayü".to_owned(), REFERENCE_RULE),
        ],
    );
}

#[test]
fn good_legal_holds_are_placed_and_released() {
    let place = api::PlaceLegalHoldRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        creator_id: "ayu".to_owned(),
        hold_id: "court".to_owned(),
        ground: values::LegalHoldGround::Tax.into(),
        reference: "case 4".to_owned(),
    };
    let hold = LegalHoldId::parse("court").unwrap();
    assert_eq!(
        command(place_legal_hold(place.clone(), now())),
        of_ayu(CreatorVerb::PlaceLegalHold {
            hold: hold.clone(),
            ground: LegalHoldGround::Tax,
            reference: reference("case 4"),
        })
    );
    each_is_refused(
        &place,
        |request| place_legal_hold(request, now()),
        &[
            (
                |r| r.hold_id = "h 1".to_owned(),
                "hold_id must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (
                |r| r.ground = 0,
                "ground must be one of LITIGATION, TAX, AUDIT, AUTHORITY_ORDER, OTHER",
            ),
            (|r| r.reference.clear(), REFERENCE_RULE),
        ],
    );
    let release = api::ReleaseLegalHoldRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        creator_id: "ayu".to_owned(),
        hold_id: "court".to_owned(),
        ground: values::LegalHoldEnd::PeriodOver.into(),
        reference: "case 4".to_owned(),
    };
    assert_eq!(
        command(release_legal_hold(release.clone(), now())),
        of_ayu(CreatorVerb::ReleaseLegalHold {
            hold,
            ground: LegalHoldEnd::PeriodOver,
            reference: reference("case 4"),
        })
    );
    each_is_refused(
        &release,
        |request| release_legal_hold(request, now()),
        &[
            (
                |r| r.hold_id.clear(),
                "hold_id must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (
                |r| r.ground = 0,
                "ground must be one of CASE_CLOSED, PERIOD_OVER, ORDER_LIFTED, PLACED_IN_ERROR, \
                 OTHER",
            ),
            (|r| r.reference.clear(), REFERENCE_RULE),
        ],
    );
}

#[test]
fn export_names_a_person_and_where_to_go_on() {
    let request = api::ExportCreatorDataRequest {
        brand_id: "kulit".to_owned(),
        creator_id: "ayu".to_owned(),
        after_position: 7,
        min_position: 9,
    };
    let query = export_creator_data(&request).unwrap();
    assert_eq!(query.creator.creator.as_str(), "ayu");
    assert_eq!(query.after, Position::new(7));
    assert_eq!(query.when.min_position, Position::new(9));
    assert_eq!(query.when.as_of, None);
    let nobody = api::ExportCreatorDataRequest {
        creator_id: String::new(),
        ..request
    };
    let broken = export_creator_data(&nobody).unwrap_err();
    assert_eq!(broken, [Violation::new("creator_id", ID_RULE)]);
}
