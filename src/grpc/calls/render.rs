//! Small values as the API shows them, for the renderers of all services.

use prost::Message;

use crate::domain::Timestamp;

/// A moment, as the API shows it.
pub fn time(at: Timestamp) -> Option<prost_types::Timestamp> {
    Some(at.into())
}

/// A count, as the API shows it.
pub fn count_of<T>(all: &[T]) -> u32 {
    u32::try_from(all.len()).unwrap_or(u32::MAX)
}

/// Keeps the latest elements of a list, as many as fit these bytes, and always the last one.
pub fn latest_fitting<M: Message>(mut all: Vec<M>, most_bytes: usize) -> Vec<M> {
    let mut bytes = 0;
    let fitting = all.iter().rev().take_while(|one| {
        bytes += one.encoded_len();
        bytes <= most_bytes
    });
    let kept = fitting.count().max(1).min(all.len());
    all.drain(..all.len() - kept);
    all
}
