//! Personal fields: what the option of the protos says, and what the code is held to by it.

use std::collections::BTreeSet;

use campaign_ledger::domain::PersonalField;
use campaign_ledger::log::codec::json::pool;
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

const OPTION: &str = "campaign.ledger.type.v1.privacy";
const PLAIN: i32 = 1;
const PERSONAL: i32 = 2;

/// What the log holds, and the API beside it.
const STORED: [&str; 2] = ["campaign.ledger.event.v1", "campaign.ledger.type.v1"];
const API: &str = "campaign.ledger.v1";

/// Messages that are hashed, signed, told in errors, or given to whoever asks, with all below them.
const NEVER_PERSONAL: [&str; 10] = [
    "campaign.ledger.v1.CampaignRoi",
    "campaign.ledger.v1.FinalReport",
    "campaign.ledger.v1.ReportChange",
    "campaign.ledger.v1.GetCheckpointResponse",
    "campaign.ledger.v1.InclusionProof",
    "campaign.ledger.v1.ItemError",
    "campaign.ledger.v1.FieldViolation",
    "campaign.ledger.v1.Receipt",
    "campaign.ledger.v1.ExplainedMetric",
    "campaign.ledger.event.v1.ReportFinalised",
];

fn messages() -> impl Iterator<Item = MessageDescriptor> {
    pool().all_messages().filter(|message| {
        let package = message.package_name().to_owned();
        package == API || STORED.contains(&package.as_str())
    })
}

fn privacy(field: &FieldDescriptor) -> i32 {
    let option = pool().get_extension_by_name(OPTION).unwrap();
    let options = field.options();
    options.get_extension(&option).as_enum_number().unwrap()
}

fn is_text(field: &FieldDescriptor) -> bool {
    matches!(field.kind(), Kind::String | Kind::Bytes)
}

#[test]
fn every_text_says_whether_it_is_about_a_person() {
    let mut unmarked = Vec::new();
    let mut marked_for_nothing = Vec::new();
    for field in messages().flat_map(|message| message.fields().collect::<Vec<_>>()) {
        let mark = privacy(&field);
        match is_text(&field) {
            true if mark != PLAIN && mark != PERSONAL => {
                unmarked.push(field.full_name().to_owned())
            }
            true => {
                let is_bytes = field.kind() == Kind::Bytes;
                assert!(!(is_bytes && mark == PERSONAL), "{}", field.full_name());
            }
            false if mark != 0 => marked_for_nothing.push(field.full_name().to_owned()),
            false => {}
        }
    }
    assert!(
        unmarked.is_empty(),
        "say of each whether it is about a person, with the option (privacy): {unmarked:#?}"
    );
    assert!(marked_for_nothing.is_empty(), "{marked_for_nothing:#?}");
}

#[test]
fn the_table_of_the_domain_is_what_the_log_marks() {
    let marked: BTreeSet<_> = messages()
        .filter(|message| STORED.contains(&message.package_name()))
        .flat_map(|message| message.fields().collect::<Vec<_>>())
        .filter(|field| privacy(field) == PERSONAL)
        .map(|field| {
            let message = field.parent_message().full_name().to_owned();
            (message, field.name().to_owned(), field.number())
        })
        .collect();
    let table: BTreeSet<_> = PersonalField::ALL
        .iter()
        .map(|field| {
            let (message, name) = (field.message().to_owned(), field.field().to_owned());
            (message, name, field.field_number())
        })
        .collect();
    let only_marked: Vec<_> = marked.difference(&table).collect();
    let only_in_table: Vec<_> = table.difference(&marked).collect();
    assert!(
        only_marked.is_empty() && only_in_table.is_empty(),
        "src/domain/personal_fields.rs lacks {only_marked:#?} and has too much {only_in_table:#?}"
    );
    assert_eq!(table.len(), PersonalField::ALL.len());
}

#[test]
fn what_is_hashed_or_told_to_anybody_has_nothing_personal() {
    for name in NEVER_PERSONAL {
        let message = pool().get_message_by_name(name);
        let message = message.unwrap_or_else(|| panic!("{name} is no message"));
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        reach(&message, &mut seen, &mut found);
        assert!(found.is_empty(), "{name} reaches {found:?}");
    }
}

fn reach(message: &MessageDescriptor, seen: &mut BTreeSet<String>, found: &mut Vec<String>) {
    if !seen.insert(message.full_name().to_owned()) {
        return;
    }
    for field in message.fields() {
        if privacy(&field) == PERSONAL {
            found.push(field.full_name().to_owned());
        }
        if let Kind::Message(below) = field.kind() {
            reach(&below, seen, found);
        }
    }
}
