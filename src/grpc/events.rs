//! Events in batches, read from the log by position.
//!
//! Readers pull: there is no buffer between the log and a reader, so a slow one is only late.

use std::sync::Arc;

use bytes::Bytes;
use prost::Message;
use tonic::Status;

use super::parse::Scope;
use super::status;
use crate::domain::Position;
use crate::log::codec::{Peek, peek};
use crate::log::{Log, select};
use crate::proto::{api, event};
use crate::views::Views;
use crate::views::index;

/// Encoded records in one message: large enough to be quick, small enough for every client's limit.
const BATCH_BYTES: usize = 256 << 10;
/// Blocks looked at for one batch, so that a rare scope does not hold a thread for long.
const MAX_BLOCKS: usize = 512;
/// Positions taken from the index for one batch.
const MAX_INDEXED: usize = 2_048;
/// Records read at once for such a batch, and so held beyond its bytes at the worst: a block's.
const SELECTED_AT_ONCE: usize = 256;

/// Events and where to go on after them.
pub struct Batch {
    /// The records, as stored.
    pub records: Vec<Bytes>,
    /// Everything of the scope up to here is in this batch or in those before.
    pub resume: Position,
}

impl Batch {
    /// Makes the message.
    ///
    /// # Errors
    /// When a record is not one.
    pub fn into_message(self) -> Result<api::EventBatch, Status> {
        let decoded = self.records.into_iter().map(event::Record::decode);
        let records = decoded
            .collect::<Result<_, _>>()
            .map_err(|error| status::internal(&error))?;
        Ok(api::EventBatch { records })
    }
}

/// Reads the events of a scope from a log.
#[derive(Clone)]
pub struct Reader {
    /// The log.
    pub log: Arc<dyn Log>,
    /// The views, for the index.
    pub views: Views,
    /// Which events.
    pub scope: Scope,
}

impl Reader {
    /// Reads the next batch of events after `after` and up to `until`, at most `limit`.
    ///
    /// # Errors
    /// When the log or the index cannot be read.
    pub fn next(&self, after: Position, until: Position, limit: u64) -> Result<Batch, Status> {
        match &self.scope {
            Scope::Campaign(campaign) if self.views.position() > after => {
                let scope = index::Scope::Campaign(campaign.clone());
                self.indexed(&scope, after, until, limit)
            }
            Scope::Campaign(_) | Scope::Brand(_) | Scope::All => self.scanned(after, until, limit),
        }
    }

    fn indexed(
        &self,
        scope: &index::Scope,
        after: Position,
        until: Position,
        limit: u64,
    ) -> Result<Batch, Status> {
        let most = usize::try_from(limit)
            .unwrap_or(usize::MAX)
            .min(MAX_INDEXED);
        let reached = self.views.position().min(until);
        let found = self
            .views
            .read(|rows| index::positions(rows, scope, after, reached, most));
        let found = found
            .map_err(status::view)?
            .map_err(|error| status::internal(&error))?;
        let (mut records, mut bytes) = (Vec::new(), 0);
        let mut resume = after;
        for positions in found.chunks(SELECTED_AT_ONCE) {
            for (position, record) in select(self.log.as_ref(), positions).map_err(status::read)? {
                if bytes >= BATCH_BYTES {
                    return Ok(Batch { records, resume });
                }
                bytes += record.len();
                records.push(record);
                resume = position;
            }
        }
        if found.len() < most {
            resume = reached;
        }
        Ok(Batch { records, resume })
    }

    fn scanned(&self, after: Position, until: Position, limit: u64) -> Result<Batch, Status> {
        let (mut records, mut bytes) = (Vec::new(), 0);
        let mut resume = after;
        let blocks = self.log.read(after).map_err(status::read)?;
        for block in blocks.take(MAX_BLOCKS) {
            let block = block.map_err(status::read)?;
            for (position, record) in block.records_after(after) {
                if position > until || bytes >= BATCH_BYTES || records.len() as u64 >= limit {
                    return Ok(Batch { records, resume });
                }
                if self.wants(record)? {
                    bytes += record.len();
                    records.push(record.clone());
                }
                resume = position;
            }
        }
        Ok(Batch { records, resume })
    }

    fn wants(&self, record: &[u8]) -> Result<bool, Status> {
        let header = || -> Result<Peek<'_>, Status> {
            peek(record).map_err(|error| status::internal(&error))
        };
        Ok(match &self.scope {
            Scope::All => true,
            Scope::Brand(brand) => header()?.brand_id == brand.as_str(),
            Scope::Campaign(campaign) => {
                let header = header()?;
                header.brand_id == campaign.brand.as_str()
                    && header.campaign_id == campaign.campaign.as_str()
            }
        })
    }
}
