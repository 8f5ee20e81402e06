//! Corrections of sales.

use proptest::option;
use proptest::prelude::*;

use super::{Pick, minor};

#[derive(Clone, Debug, PartialEq)]
pub struct Correction {
    pub order: u8,
    pub id: u8,
    pub delta_minor: i64,
}

/// What is said of a sale.
#[derive(Clone, Debug)]
pub enum OrderVerb {
    /// The value, if there is one, and whether it is an install.
    Correct {
        minor: Option<i64>,
        install: Option<bool>,
    },
    Void,
    /// To one of the deals of its campaign.
    Reattribute(Pick),
    VoidRefund(u8),
}

#[derive(Clone, Debug)]
pub struct OrderFix {
    pub order: u8,
    pub verb: OrderVerb,
    /// Whether it names an older state.
    pub stale: bool,
}

pub fn fix() -> impl Strategy<Value = OrderFix> {
    let install = option::weighted(0.3, any::<bool>());
    let verb = prop_oneof![
        4 => (option::weighted(0.8, minor()), install)
            .prop_map(|(minor, install)| OrderVerb::Correct { minor, install }),
        1 => Just(OrderVerb::Void),
        3 => any::<Pick>().prop_map(OrderVerb::Reattribute),
        3 => (0..4_u8).prop_map(OrderVerb::VoidRefund),
    ];
    (0..8_u8, verb, prop::bool::weighted(0.1)).prop_map(|(order, verb, stale)| OrderFix {
        order,
        verb,
        stale,
    })
}
