//! Operations on one creator in one campaign.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::{day, payable};

#[derive(Clone, Debug, Default)]
pub struct Offer {
    pub fee_minor: i64,
    pub deliverables: Vec<Promise>,
    pub max_revisions: u32,
    pub window_days: u32,
    pub code: Option<u8>,
    /// Before content, after submission, after approval.
    pub kill_fee_bp: [u32; 3],
    /// A post that is taken down earlier is a breach.
    pub min_live_days: u32,
    pub bonus: Option<Bonus>,
}

/// What is owed once the posts of a deal have this many likes together.
#[derive(Clone, Debug)]
pub struct Bonus {
    pub at_least: u64,
    pub minor: i64,
}

#[derive(Clone, Debug)]
pub struct Promise {
    pub due_day: i64,
    pub giveaway: bool,
}

#[derive(Clone, Debug)]
pub enum DealVerb {
    SendOffer(Offer),
    RejectApplication,
    Counter {
        offer: Offer,
        stale: bool,
    },
    Revise {
        offer: Offer,
        stale: bool,
    },
    /// On a day that the creator states.
    Accept {
        day: i64,
        stale: bool,
    },
    /// On a day that the brand states.
    AcceptCounter {
        day: i64,
        stale: bool,
    },
    RejectCounter {
        stale: bool,
    },
    Decline,
    Withdraw,
    /// Changes the fee.
    Amend(i64),
    AcceptAmendment {
        stale: bool,
    },
    RejectAmendment {
        stale: bool,
    },
    Ship,
    Receive(i64),
    Return(i64),
    Hold {
        id: u8,
        work: Option<u8>,
    },
    Release(u8),
    /// Accrues the bonus.
    Accrue,
    Complete,
    Leave,
    Cancel,
    /// Because of one of the creator's flags.
    Terminate(u8),
}

pub fn offer() -> impl Strategy<Value = Offer> {
    let promise = (
        prop::sample::select(vec![3, 12, 40, 300]),
        prop::bool::weighted(0.2),
    )
        .prop_map(|(due_day, giveaway)| Promise { due_day, giveaway });
    let fee = prop_oneof![1 => Just(0), 6 => payable()];
    let kill_fee_bp = [0..=10_000_u32, 0..=10_000, 0..=10_000];
    let min_live_days = prop::sample::select(vec![0, 7]);
    let bonus = (1..60_000_u64, payable());
    let bonus = bonus.prop_map(|(at_least, minor)| Bonus { at_least, minor });
    let numbers = (
        0..3_u32,
        1..40_u32,
        option::weighted(0.6, 0..2_u8),
        min_live_days,
        option::weighted(0.4, bonus),
    );
    (fee, vec(promise, 1..3), numbers, kill_fee_bp).prop_map(
        |(fee_minor, deliverables, numbers, kill_fee_bp)| Offer {
            fee_minor,
            deliverables,
            max_revisions: numbers.0,
            window_days: numbers.1,
            code: numbers.2,
            kill_fee_bp,
            min_live_days: numbers.3,
            bonus: numbers.4,
        },
    )
}

fn stale() -> impl Strategy<Value = bool> {
    prop::bool::weighted(0.1)
}

fn negotiation() -> impl Strategy<Value = DealVerb> {
    let offered = || (offer(), stale());
    let agreed = || (0..20_i64, stale());
    prop_oneof![
        2 => offer().prop_map(DealVerb::SendOffer),
        1 => Just(DealVerb::RejectApplication),
        5 => offered().prop_map(|(offer, stale)| DealVerb::Counter { offer, stale }),
        4 => offered().prop_map(|(offer, stale)| DealVerb::Revise { offer, stale }),
        12 => agreed().prop_map(|(day, stale)| DealVerb::Accept { day, stale }),
        5 => agreed().prop_map(|(day, stale)| DealVerb::AcceptCounter { day, stale }),
        1 => stale().prop_map(|stale| DealVerb::RejectCounter { stale }),
        1 => Just(DealVerb::Decline),
        1 => Just(DealVerb::Withdraw),
    ]
}

pub fn deal_verb() -> impl Strategy<Value = DealVerb> {
    let hold = (0..3_u8, option::weighted(0.4, 0..2_u8));
    prop_oneof![
        26 => negotiation(),
        3 => payable().prop_map(DealVerb::Amend),
        4 => stale().prop_map(|stale| DealVerb::AcceptAmendment { stale }),
        1 => stale().prop_map(|stale| DealVerb::RejectAmendment { stale }),
        4 => Just(DealVerb::Ship),
        2 => day().prop_map(DealVerb::Receive),
        2 => day().prop_map(DealVerb::Return),
        2 => hold.prop_map(|(id, work)| DealVerb::Hold { id, work }),
        4 => (0..3_u8).prop_map(DealVerb::Release),
        3 => Just(DealVerb::Accrue),
        4 => Just(DealVerb::Complete),
        1 => Just(DealVerb::Leave),
        1 => Just(DealVerb::Cancel),
        4 => (0..3_u8).prop_map(DealVerb::Terminate),
    ]
}
