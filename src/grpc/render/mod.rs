//! Render: domain rows and numbers as messages of the API. Infallible.

mod campaign;
mod collaboration;
mod compare;
mod conversion;
mod cost;
mod creator;
mod dispute;
mod figures;
mod metric;
mod proofs;
mod publication;
mod reports;
mod rights;
mod worklist;

pub use campaign::{budget, campaign};
pub use collaboration::{collaboration, hold};
pub use compare::{changes, fields_of};
pub use conversion::{
    conversion, outcome, recorded_claim, refused_claim, rejected_claim, standing_claim,
};
pub use cost::{balance, cost};
pub use creator::{creator, criteria, safety_flag};
pub use dispute::dispute;
pub use figures::{Basis, figures};
pub use metric::{PPM, fraction, money, ratio, ratio_of};
pub use proofs::{checkpoint, hashes, inclusion, keys};
pub use publication::{heads, mark, publication, recorded};
pub use reports::{
    Days, Group, Groups, Rates, campaign_roi, final_report, final_roi, performance,
    posts_of_campaign, posts_of_collaboration, rank, read_partnership, read_roi,
};
pub use rights::agreed_rights;

pub use worklist::task;

use prost::Message;

use crate::domain::Timestamp;

fn time(at: Timestamp) -> Option<prost_types::Timestamp> {
    Some(at.into())
}

/// A count that is never negative by construction, as the API shows it.
fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// How many there are, as the API shows it.
fn count_of<T>(all: &[T]) -> u32 {
    u32::try_from(all.len()).unwrap_or(u32::MAX)
}

/// Keeps the latest of a list, as many as so many bytes take; the last one always.
fn latest_fitting<M: Message>(mut all: Vec<M>, most_bytes: usize) -> Vec<M> {
    let mut bytes = 0;
    let fitting = all.iter().rev().take_while(|one| {
        bytes += one.encoded_len();
        bytes <= most_bytes
    });
    let kept = fitting.count().max(1).min(all.len());
    all.drain(..all.len() - kept);
    all
}

/// A sum as the API shows it. Sums of money are kept within int64 by `decide`.
fn minor(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}
