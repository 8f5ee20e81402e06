//! Balances: what creators are owed equals the sum of their lines and their carried commission.

use std::collections::BTreeMap;

use campaign_ledger::domain::rows::{Key, Rows, Scan};
use campaign_ledger::domain::state::{Balance, Campaign, Cost};
use campaign_ledger::domain::*;
use proptest::prelude::*;

use super::costs::*;
use super::history::*;
use super::properties::cases;
use super::stories::*;
use crate::support::histories;
use crate::support::ledger::Ledger;
use crate::support::requests::*;

type Balances = BTreeMap<Vec<u8>, Balance>;

/// Returns the sums over the lines of a history, by the names of balances.
fn expected(ledger: &Ledger) -> Balances {
    let mut balances = Balances::new();
    for record in &ledger.records {
        let (Event::Settlement(event), Some(campaign)) = (&record.event, &record.subject.campaign)
        else {
            continue;
        };
        let campaign = CampaignRef {
            brand: record.brand.clone(),
            campaign: campaign.clone(),
        };
        let (currency, more) = match event {
            SettlementEvent::CostRecorded(line) if line.kind.is_compensation() => {
                let row = ledger.row::<Cost>(&Cost::key(&campaign, &line.cost));
                let sums = Balance {
                    accrued_minor: row.total_minor().into(),
                    approved_minor: row.approved_minor.into(),
                    paid_minor: row.paid_minor.into(),
                    carried_minor: 0,
                };
                let nothing = Balance::default();
                (
                    line.amount.currency,
                    if row.reversed { nothing } else { sums },
                )
            }
            // Only what counts on time changes: nobody is owed more or less.
            SettlementEvent::CommissionCarried {
                amount_minor: 0, ..
            } => continue,
            SettlementEvent::CommissionCarried { amount_minor, .. } => {
                let carried = Balance {
                    carried_minor: (*amount_minor).into(),
                    ..Balance::default()
                };
                let plan = &ledger.row::<Campaign>(&Campaign::key(&campaign)).plan;
                (plan.currency, carried)
            }
            _ => continue,
        };
        let creator = record.subject.creator.clone().unwrap();
        for key in Balance::keys(&campaign, &creator, currency) {
            *balances.entry(key.as_bytes().to_vec()).or_default() += more;
        }
    }
    balances
}

fn rows_of(ledger: &Ledger) -> Balances {
    let prefix = Key::of::<Balance>();
    let Ok(page) = ledger.rows.page::<Balance>(Scan::of(&prefix), usize::MAX);
    let rows = page.into_iter();
    rows.map(|(key, row)| (key.as_bytes().to_vec(), *row))
        .collect()
}

fn lived(steps: &[histories::Step]) -> Ledger {
    let mut ledger = Ledger::default();
    for step in steps {
        // A refusal changes nothing.
        let _ = ledger.ask(&step.request, step.at);
    }
    ledger
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn balances_are_the_sums_of_lines(steps in histories::strategy(1..200)) {
        let ledger = lived(&steps);
        prop_assert_eq!(rows_of(&ledger), expected(&ledger));
    }
}

#[test]
fn histories_pay_and_carry() {
    let ledgers = (0..24).map(|seed| lived(&histories::from_seed(seed, 400)));
    let balances: Vec<Balance> = ledgers
        .flat_map(|ledger| {
            let rows = rows_of(&ledger);
            assert_eq!(rows, expected(&ledger));
            rows.into_values()
        })
        .collect();
    assert!(balances.iter().any(|one| one.paid_minor > 0));
    assert!(balances.iter().any(|one| one.carried_minor < 0));
}

fn balance(history: &History) -> Balance {
    let rupiah = Currency::parse("IDR").unwrap();
    let [of_brand, of_campaign] = Balance::keys(&campaign_ref(CAMPAIGN), &id("ayu"), rupiah);
    let of_brand = *history.ledger.row::<Balance>(&of_brand);
    assert_eq!(*history.ledger.row::<Balance>(&of_campaign), of_brand);
    of_brand
}

#[test]
fn what_pays_the_creator_is_owed_until_it_is_paid_or_reversed() {
    let pay = CostVerb::Pay {
        payment: id("p-1"),
        amount: rp(200),
        reference: id("TRF-1"),
        paid_at: day(1),
    };
    let history = accepted(terms())
        .given(record("c-1", line_for("ayu-1", CostType::Fee, rp(1_000))))
        .given(record("c-2", line_for("ayu-1", CostType::Shipping, rp(70))))
        .given(approve_cost("c-1", Some(rp(500).minor)))
        .given(cost("c-1", pay));
    let owed = balance(&history);
    let sums = [owed.accrued_minor, owed.approved_minor, owed.paid_minor];
    assert_eq!(sums, [100_000, 50_000, 20_000]);
    assert_eq!(owed.owed_minor(), 80_000);

    let bonus = line_for("ayu-1", CostType::Bonus, rp(30));
    let history = history.given(record("c-3", bonus));
    assert_eq!(balance(&history).owed_minor(), 83_000);
    let reason = "billed twice".to_owned();
    let history = history.given(cost(
        "c-3",
        CostVerb::Reverse {
            reason: reason.into(),
        },
    ));
    assert_eq!(balance(&history), owed);
}
