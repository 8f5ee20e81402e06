//! Moves of settlement: cost lines and payments.

use std::sync::Arc;

use campaign_ledger::domain::rows::Key;
use campaign_ledger::domain::state::Cost;
use campaign_ledger::domain::*;

use super::disputes::last;
use super::{Dice, Teller};
use crate::support::requests::*;

const KINDS: [CostType; 8] = [
    CostType::Fee,
    CostType::Fee,
    CostType::Fee,
    CostType::Bonus,
    CostType::Commission,
    CostType::Product,
    CostType::Production,
    CostType::Recovery,
];

impl Teller {
    pub(super) fn settlement(&self, dice: &mut Dice) -> Request {
        let lines = self.all::<Cost>(&Cost::of_campaign(&self.campaign));
        if let Some(request) = self.bonus(dice, &lines) {
            return request;
        }
        let Some((key, line)) = dice.pick_any(&lines).filter(|_| dice.chance(65)) else {
            return self.new_line(dice, lines.len());
        };
        let name = last(key);
        let verb = match dice.roll(14) {
            _ if line.withheld && dice.chance(60) => CostVerb::Release {
                reason: "the invoice came".into(),
            },
            0 => CostVerb::Reverse {
                reason: "billed twice".into(),
            },
            10 | 11 => adjustment(dice, line),
            12 => CostVerb::Withhold {
                reason: "no invoice yet".into(),
            },
            13 => some_tax(dice, line),
            1..=5 if line.approved_minor < line.total_minor() => CostVerb::Approve {
                currency: None,
                approved_minor: dice.chance(50).then(|| {
                    let accrued = line.total_minor() as u64;
                    1 + dice.roll(accrued + accrued / 20) as i64
                }),
            },
            _ => self.payment(dice, line),
        };
        self.here(cost(&name, verb))
    }

    /// Sometimes requests a bonus for a collaboration that has published and did not get it.
    fn bonus(&self, dice: &mut Dice, lines: &[(Key, Arc<Cost>)]) -> Option<Request> {
        let mut agreed = self.agreed();
        agreed.retain(|(name, row)| {
            let line = bonus_line(&id(name), &id("views"));
            let is_new = lines.iter().all(|(key, _)| last(key) != line.as_str());
            let published = row.deliverables.iter().any(|one| one.publication.is_some());
            let has_tier = row.terms().is_some_and(|terms| !terms.bonuses.is_empty());
            is_new && published && has_tier
        });
        let (name, _) = dice.pick_any(&agreed).filter(|_| dice.chance(20))?;
        let line = bonus_line(&id(name), &id("views"));
        let verb = CostVerb::AccrueBonus {
            collaboration: id(name),
            bonus: id("views"),
        };
        Some(self.here(cost(line.as_str(), verb)))
    }

    fn new_line(&self, dice: &mut Dice, number: usize) -> Request {
        let kind = *dice.pick(&KINDS);
        let agreed = self.agreed();
        let collaboration = dice
            .pick_any(&agreed)
            .filter(|_| kind.is_compensation() || dice.chance(50))
            .map(|(name, _)| id(name));
        let (amount, fx_rate) = match dice.roll(10) {
            0 => (money("USD", 1 + dice.roll(10_000) as i64), None),
            1 => {
                let rate = rate(["15875.5", "0.37"][dice.roll(2) as usize]);
                (money("USD", 1 + dice.roll(3_000) as i64), rate)
            }
            _ => (rp(1 + dice.roll(700_000) as i64), None),
        };
        let verb = CostVerb::Record {
            collaboration,
            kind,
            amount,
            fx_rate,
            incurred_at: self.lately(dice, 72),
            note: "".into(),
        };
        self.here(cost(&format!("c-{number}"), verb))
    }

    fn payment(&self, dice: &mut Dice, line: &Cost) -> CostVerb {
        let increment = line.amount.currency.settlement_increment();
        let left = (line.approved_minor - line.paid_minor) / increment;
        let units = match dice.roll(10) {
            0 => left + 1,
            1..=5 => left,
            _ => 1 + dice.roll(left.max(1) as u64) as i64,
        };
        let serial = if dice.chance(95) {
            self.ledger.head().get()
        } else {
            dice.roll(60)
        };
        CostVerb::Pay {
            payment: id(&format!("pay-{serial}")),
            amount: Money {
                minor: units.max(1) * increment,
                ..line.amount
            },
            reference: id(&format!("TRF-{serial}")),
            paid_at: self.lately(dice, 24),
        }
    }
}

/// Mostly keeps at least the approved amount.
fn adjustment(dice: &mut Dice, line: &Cost) -> CostVerb {
    let open = (line.total_minor() - line.approved_minor) as u64;
    let minor = match dice.roll(3) {
        0 => 1 + dice.roll(line.amount.minor as u64) as i64,
        _ => -1 - dice.roll(open + open / 20 + 1) as i64,
    };
    CostVerb::Adjust {
        delta: Money {
            minor,
            ..line.amount
        },
        reason: "other hours".into(),
    }
}

fn some_tax(dice: &mut Dice, line: &Cost) -> CostVerb {
    let amount = line.amount;
    CostVerb::RecordTax(Tax {
        id: id(&format!("tax-{}", dice.roll(9))),
        gross: amount,
        base: amount,
        rate_percent: id("2.5"),
        amount: Money {
            minor: amount.minor / 40,
            ..amount
        },
        article: "PPh 21".to_owned(),
        certificate: "".into(),
        period: "2025-10".to_owned(),
    })
}
