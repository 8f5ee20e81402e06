//! Amounts as decimal text: beside every sum of an answer, and never in the log.
//!
//! Owns the table of the sums that answers show. Does not know where a sum comes from.

use super::proto::{api, values};
use crate::domain::{Currency, Money};

/// A sum of a message, which may be absent.
trait Sum: Copy {
    fn minor(self) -> Option<i64>;
}

impl Sum for i64 {
    fn minor(self) -> Option<i64> {
        Some(self)
    }
}

impl Sum for Option<i64> {
    fn minor(self) -> Option<i64> {
        self
    }
}

/// Spells a sum; empty where there is none, and where there is no one currency.
pub fn spell_minor(minor: Option<i64>, currency: Option<Currency>) -> String {
    let amount = minor.zip(currency);
    amount.map_or_else(String::new, |(minor, currency)| {
        Money { currency, minor }.decimal()
    })
}

/// Messages with sums in one currency.
pub trait Decimals: Sized {
    /// Adds every sum as decimal text; none over several currencies.
    #[must_use]
    fn with_decimals(self, currency: Option<Currency>) -> Self;
}

macro_rules! decimals {
    ($($message:ident { $($minor:ident => $decimal:ident,)+ })+) => {$(
        impl Decimals for api::$message {
            fn with_decimals(mut self, currency: Option<Currency>) -> Self {
                $(self.$decimal = spell_minor(Sum::minor(self.$minor), currency);)+
                self
            }
        }
    )+};
}

decimals! {
    CostByType {
        accrued_minor => accrued_decimal,
        paid_minor => paid_decimal,
    }
    ForeignAmount {
        cost_minor => cost_decimal,
        revenue_minor => revenue_decimal,
        paid_minor => paid_decimal,
    }
    CostTotals {
        committed_minor => committed_decimal,
        accrued_minor => accrued_decimal,
        paid_minor => paid_decimal,
    }
    RevenueTotals {
        gross_minor => gross_decimal,
        refunds_minor => refunds_decimal,
        net_minor => net_decimal,
        unattributed_minor => unattributed_decimal,
    }
    ProductFigures {
        cost_of_goods_minor => cost_of_goods_decimal,
        fair_value_minor => fair_value_decimal,
        returned_cost_of_goods_minor => returned_cost_of_goods_decimal,
        returned_fair_value_minor => returned_fair_value_decimal,
    }
    CommissionBalance {
        earned_minor => earned_decimal,
        carried_minor => carried_decimal,
    }
    BudgetUse {
        cap_minor => cap_decimal,
        reserved_minor => reserved_decimal,
        committed_minor => committed_decimal,
        other_minor => other_decimal,
        available_minor => available_decimal,
        over_budget_minor => over_budget_decimal,
    }
    Credit {
        amount_minor => amount_decimal,
    }
    Conversion {
        net_minor => net_decimal,
    }
    Cost {
        approved_minor => approved_decimal,
        paid_minor => paid_decimal,
        adjusted_minor => adjusted_decimal,
    }
    Balance {
        accrued_minor => accrued_decimal,
        approved_minor => approved_decimal,
        paid_minor => paid_decimal,
        carried_minor => carried_decimal,
        owed_minor => owed_decimal,
    }
}

/// Tells whether a field spells the number of another field as decimal text.
pub fn is_decimal(field: &str) -> bool {
    field == "decimal" || field.ends_with("_decimal")
}

/// Messages with amounts, which the log keeps in minor units only.
pub trait MinorOnly: Sized {
    /// Takes the decimal text out.
    #[must_use]
    fn minor_only(self) -> Self;
}

impl MinorOnly for values::Money {
    fn minor_only(self) -> Self {
        Self {
            decimal: String::new(),
            ..self
        }
    }
}

impl<T: MinorOnly> MinorOnly for Option<T> {
    fn minor_only(self) -> Self {
        self.map(MinorOnly::minor_only)
    }
}

impl<T: MinorOnly> MinorOnly for Vec<T> {
    fn minor_only(self) -> Self {
        self.into_iter().map(MinorOnly::minor_only).collect()
    }
}

macro_rules! minor_only {
    ($($message:ident { $($amount:ident,)+ })+) => {$(
        impl MinorOnly for values::$message {
            fn minor_only(self) -> Self {
                Self { $($amount: self.$amount.minor_only(),)+ ..self }
            }
        }
    )+};
}

minor_only! {
    BonusTier { amount, }
    Terms { fee, bonuses, }
    EmvPrice { price_per_thousand, }
    EmvModel { prices, }
    CampaignPlan { budget_cap, }
}

impl MinorOnly for values::ProductValue {
    fn minor_only(self) -> Self {
        Self {
            cost_of_goods: self.cost_of_goods.minor_only(),
            fair_value: self.fair_value.minor_only(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_decimal;
    use crate::log::codec::json::pool;

    #[test]
    fn every_sum_of_an_answer_has_its_decimal_text() {
        let answers = pool()
            .all_messages()
            .filter(|message| message.package_name() == "campaign.ledger.v1")
            .filter(|message| !message.name().starts_with("Approve"))
            .filter(|message| message.name() != "CostApproval");
        for message in answers {
            let names: Vec<String> = message.fields().map(|one| one.name().to_owned()).collect();
            for name in &names {
                let twin = match name.strip_suffix("_minor") {
                    Some(sum) => format!("{sum}_decimal"),
                    None if name == "minor_units" => String::from("decimal"),
                    None => continue,
                };
                assert!(is_decimal(&twin));
                assert!(names.contains(&twin), "{}.{twin}", message.name());
            }
        }
    }
}
