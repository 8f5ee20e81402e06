//! Requests about disputes.

use campaign_ledger::domain::*;

use super::{CAMPAIGN, ask, id};

/// Returns a command about a dispute, from the brand.
pub fn dispute(collaboration: &str, dispute: &str, verb: DisputeVerb) -> Request {
    ask(Command::Dispute {
        campaign: id(CAMPAIGN),
        collaboration: id(collaboration),
        dispute: id(dispute),
        verb,
    })
}

/// Who rules.
pub fn arbiter() -> Arbiter {
    Arbiter {
        name: "Ibu Ratna".into(),
        role: "agency".to_owned(),
    }
}
