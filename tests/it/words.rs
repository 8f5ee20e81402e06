//! Every table of words is held against the enumeration of the protos that it stands for.

use std::collections::{BTreeMap, BTreeSet};

use campaign_ledger::domain::metrics::{Absent, CostBasis};
use campaign_ledger::domain::state::{ChangeKind, ClaimStatus};
use campaign_ledger::domain::*;
use campaign_ledger::log::codec::json::pool;
use campaign_ledger::views::worklist::TaskKind;
use prost_reflect::EnumDescriptor;

/// Enumerations without a table, and why.
const ONLY_IN_CALLS: [(&str, &str); 8] = [
    ("ComparisonKey", "a choice of the caller"),
    ("ConversionOutcome", "an answer made of two facts"),
    (
        "ErrorReason",
        "refusals carry values; they name their reason",
    ),
    ("HiddenReason", "what the keyring answers, at one place"),
    (
        "PartnershipOrder",
        "a choice of the caller; one carries values",
    ),
    ("Privacy", "an option of fields, which no message carries"),
    ("StatementFormat", "a choice of the caller"),
    ("WithoutContribution", "a word of explanations alone"),
];

/// Numbers and names, by the full name of the enumeration.
type Tables = BTreeMap<String, BTreeMap<i32, String>>;

fn add<T: Numbered + std::fmt::Debug>(tables: &mut Tables) {
    let mut table = BTreeMap::new();
    for word in T::ALL {
        assert_eq!(T::from_number(word.number()), Some(*word));
        assert_eq!(T::from_name(word.name()), Some(*word));
        table.insert(word.number(), word.name().to_owned());
    }
    assert_eq!(T::from_number(0), None, "{}", T::PROTO);
    assert_eq!(table.len(), T::ALL.len(), "{}: a number twice", T::PROTO);
    assert!(tables.insert(T::PROTO.to_owned(), table).is_none());
}

macro_rules! tables {
    ($($type:ty),+ $(,)?) => {{
        let mut tables = Tables::new();
        $( add::<$type>(&mut tables); )+
        tables
    }};
}

fn tables() -> Tables {
    tables![
        Absent,
        ActorKind,
        AttributionBasis,
        CampaignObjective,
        CampaignState,
        ChangeKind,
        ClaimStatus,
        CollaborationState,
        ConnectionType,
        ContentFormat,
        ControversyCheck,
        ConversionType,
        CostBasis,
        CostState,
        CostType,
        Counter,
        Criterion,
        DeliverableState,
        ErasureGround,
        FactTiming,
        Fit,
        FlagCategory,
        FlagSeverity,
        LegalHoldEnd,
        LegalHoldGround,
        MeasurementKind,
        MeasurementScope,
        Medium,
        ObservationSource,
        PlanField,
        Platform,
        RemovedBy,
        Rounding,
        RulingKind,
        SettlementTrigger,
        TaskKind,
        Tier,
        UsageScope,
    ]
}

/// What a table of the enumeration must say: all but "unspecified", without the prefix.
fn described(words: &EnumDescriptor) -> BTreeMap<i32, String> {
    let unspecified = words.get_value(0).unwrap();
    let prefix = unspecified.name().strip_suffix("UNSPECIFIED").unwrap();
    let given = words.values().filter(|word| word.number() != 0);
    let named = |word: prost_reflect::EnumValueDescriptor| {
        let name = word.name().strip_prefix(prefix).unwrap();
        (word.number(), name.to_owned())
    };
    given.map(named).collect()
}

#[test]
fn every_enumeration_of_the_protos_has_its_table() {
    let mut tables = tables();
    let mut without: BTreeSet<&str> = ONLY_IN_CALLS.iter().map(|(name, _)| *name).collect();
    let ours = |words: &EnumDescriptor| words.full_name().starts_with("campaign.ledger.");
    for words in pool().all_enums().filter(ours) {
        match tables.remove(words.full_name()) {
            Some(table) => assert_eq!(table, described(&words), "{}", words.full_name()),
            None => assert!(without.remove(words.name()), "{}", words.full_name()),
        }
    }
    assert!(tables.is_empty(), "no such enumerations: {tables:?}");
    assert!(without.is_empty(), "no such enumerations: {without:?}");
}

#[test]
fn words_that_are_stored_by_name_have_names_of_their_own() {
    fn names<T: Word>() -> BTreeSet<&'static str> {
        T::ALL.iter().map(|word| word.name()).collect()
    }
    assert_eq!(names::<UnattributedReason>().len(), 5);
    assert_eq!(names::<RefundRejection>().len(), 3);
    assert_eq!(names::<ClaimRejection>().len(), 2);
}
