//! Events in batches, read from the log by position and passed on as they are stored.
//!
//! Readers pull: there is no buffer between the log and a reader but a few batches, so a slow one is
//! only late. One that keeps up is read to from one pass over the log on one thread; one that does
//! not gives the thread back and is read to anew when it has taken something.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tonic::Status;

use super::calls::blocking;
use super::parse::{EventFilter, Scope, TimeRange};
use super::status;
use crate::domain::{BrandId, Position};
use crate::log::codec::{self, Peek, peek};
use crate::log::{Log, select};
use crate::proto::api;
use crate::views::Views;
use crate::views::index;

/// Stored records in one message: large enough to be quick, small enough for every client's limit.
const BATCH_BYTES: usize = 256 << 10;
/// Blocks looked at in one pass, so that no reader, nor a rare scope, holds a thread for long.
const MAX_BLOCKS: usize = 4_096;
/// Positions taken from the index for one batch.
const MAX_INDEXED: usize = 2_048;
/// Records read at once for such a batch, and so held beyond its bytes at the worst: a block's.
const SELECTED_AT_ONCE: usize = 256;
/// Positions read at once when reading back: their records are held, a few blocks.
const WINDOW: u64 = 512;
/// Windows looked at in one pass, as [`MAX_BLOCKS`].
const MAX_WINDOWS: usize = 2_048;
/// How long a thread waits for a slow reader: longer than one that keeps up ever takes for a batch.
const PATIENCE: Duration = Duration::from_millis(100);

/// Events and where to go on after them.
pub struct Batch {
    /// The records, as stored.
    records: Vec<Bytes>,
    bytes: usize,
    /// Everything of the scope up to here is in this batch or in those before; backwards, everything
    /// after here.
    pub resume: Position,
}

impl Batch {
    fn after(resume: Position) -> Self {
        Self {
            records: Vec::new(),
            bytes: 0,
            resume,
        }
    }

    fn add(&mut self, record: Bytes) {
        self.bytes += record.len();
        self.records.push(record);
    }

    /// Makes the message.
    pub fn into_message(self) -> api::EventBatch {
        api::EventBatch {
            records: self.records,
        }
    }
}

/// The events yet to be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// Those after this position.
    pub after: Position,
    /// Those up to this position.
    pub until: Position,
    /// At most so many.
    pub limit: u64,
    /// The latest first.
    pub backwards: bool,
}

impl Span {
    /// Tells whether nothing is left.
    pub fn is_done(&self) -> bool {
        self.after >= self.until || self.limit == 0
    }

    /// Gives a batch away, unless it is empty; tells whether there was a taker.
    fn give(&mut self, batch: Batch, take: &mut impl FnMut(Batch) -> bool) -> bool {
        let (resume, count) = (batch.resume, batch.records.len() as u64);
        let taken = count == 0 || take(batch);
        if taken {
            if self.backwards {
                self.until = resume;
            } else {
                self.after = resume;
            }
            self.limit -= count;
        }
        taken
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
    /// Which of them.
    pub filter: Arc<EventFilter>,
}

impl Reader {
    /// Reads a span and sends it, a message for each batch; returns what is left of the span, which
    /// is nothing unless nobody listens any more or `goes_on` says no.
    ///
    /// # Errors
    /// When the log or the index cannot be read.
    pub async fn send<T: Send + 'static>(
        &self,
        mut span: Span,
        send: &mpsc::Sender<Result<T, Status>>,
        message: impl Fn(Batch) -> T + Clone + Send + 'static,
        goes_on: impl Fn() -> bool + Clone + Send + 'static,
    ) -> Result<Span, Status> {
        // Here a wait for a slow reader costs no thread.
        while !span.is_done() && goes_on() && send.reserve().await.is_ok() {
            let (reader, send, goes_on) = (self.clone(), send.clone(), goes_on.clone());
            let message = message.clone();
            let runtime = Handle::current();
            span = blocking(move || {
                let mut take = |batch| {
                    let sent = send.send_timeout(Ok(message(batch)), PATIENCE);
                    goes_on() && runtime.block_on(sent).is_ok()
                };
                reader.read(span, &mut take)
            })
            .await?;
        }
        Ok(span)
    }

    /// Reads on from a span for as long as there is a taker; returns what is left of it.
    fn read(&self, mut span: Span, take: &mut impl FnMut(Batch) -> bool) -> Result<Span, Status> {
        let reached = if span.backwards {
            self.views.position() >= span.until
        } else {
            self.views.position() > span.after
        };
        match self.index().filter(|_| reached) {
            Some(scope) => {
                let batch = self.indexed(&scope, span)?;
                span.give(batch, take);
            }
            None if span.backwards => self.scan_back(&mut span, take)?,
            None => self.scan(&mut span, take)?,
        }
        Ok(span)
    }

    /// Names the campaign in whose index the events are found, if they are in one.
    fn index(&self) -> Option<index::Scope> {
        match &self.scope {
            Scope::Campaign(campaign) => Some(index::Scope::Campaign(campaign.clone())),
            Scope::Collaboration(place) => Some(index::Scope::Campaign(place.campaign_ref())),
            Scope::Creator(_) | Scope::Brand(_) | Scope::All => None,
        }
    }

    fn indexed(&self, scope: &index::Scope, span: Span) -> Result<Batch, Status> {
        let most = usize::try_from(span.limit)
            .unwrap_or(usize::MAX)
            .min(MAX_INDEXED);
        let reached = self.views.position().min(span.until);
        let found = self.views.read(|rows| {
            if span.backwards {
                index::positions_back(rows, scope, span.after, reached, most)
            } else {
                index::positions(rows, scope, span.after, reached, most)
            }
        });
        let found = found
            .map_err(status::view)?
            .map_err(|error| status::internal(&error))?;
        let mut batch = Batch::after(if span.backwards { reached } else { span.after });
        for positions in found.chunks(SELECTED_AT_ONCE) {
            for (position, record) in self.select(positions, span.backwards)? {
                if batch.bytes >= BATCH_BYTES {
                    return Ok(batch);
                }
                if self.wants(&record)? {
                    batch.add(record);
                }
                batch.resume = if span.backwards {
                    before(position)
                } else {
                    position
                };
            }
        }
        if found.len() < most {
            batch.resume = if span.backwards { span.after } else { reached };
        }
        Ok(batch)
    }

    fn select(
        &self,
        positions: &[Position],
        backwards: bool,
    ) -> Result<Vec<(Position, Bytes)>, Status> {
        let mut ascending = positions.to_vec();
        ascending.sort_unstable();
        let mut records = select(self.log.as_ref(), &ascending).map_err(status::read)?;
        if backwards {
            records.reverse();
        }
        Ok(records)
    }

    /// Reads back by windows: a log is read forwards.
    fn scan_back(
        &self,
        span: &mut Span,
        take: &mut impl FnMut(Batch) -> bool,
    ) -> Result<(), Status> {
        let mut batch = Batch::after(span.until);
        for _ in 0..MAX_WINDOWS {
            let until = batch.resume;
            let low = until.get().saturating_sub(WINDOW).max(span.after.get());
            if until <= span.after {
                break;
            }
            let window: Vec<_> = (low + 1..=until.get()).map(Position::new).collect();
            for (position, record) in self.select(&window, true)? {
                if batch.records.len() as u64 == span.limit {
                    span.give(batch, take);
                    return Ok(());
                }
                if self.wants(&record)? {
                    batch.add(record);
                }
                batch.resume = before(position);
                if batch.bytes >= BATCH_BYTES {
                    let next = Batch::after(batch.resume);
                    if !span.give(std::mem::replace(&mut batch, next), take) {
                        return Ok(());
                    }
                }
            }
        }
        span.give(batch, take);
        Ok(())
    }

    fn scan(&self, span: &mut Span, take: &mut impl FnMut(Batch) -> bool) -> Result<(), Status> {
        let start = span.after;
        let mut batch = Batch::after(start);
        let blocks = self.log.read(start).map_err(status::read)?;
        for block in blocks.take(MAX_BLOCKS) {
            let block = match block {
                Ok(block) => block,
                Err(error) => {
                    // What was read before it can be told.
                    span.give(batch, take);
                    return Err(status::read(error));
                }
            };
            for (position, record) in block.records_after(start) {
                if position > span.until || batch.records.len() as u64 == span.limit {
                    span.give(batch, take);
                    return Ok(());
                }
                if self.wants(record)? {
                    batch.add(record.clone());
                }
                batch.resume = position;
                if batch.bytes >= BATCH_BYTES {
                    let next = Batch::after(position);
                    if !span.give(std::mem::replace(&mut batch, next), take) {
                        return Ok(());
                    }
                }
            }
        }
        span.give(batch, take);
        Ok(())
    }

    fn wants(&self, record: &[u8]) -> Result<bool, Status> {
        let takes_all = matches!(self.scope, Scope::All) && *self.filter == EventFilter::default();
        if takes_all {
            return Ok(true);
        }
        let internal = |error: &(dyn std::error::Error + 'static)| status::internal(error);
        let header = peek(record).map_err(|error| internal(&error))?;
        let filter = &self.filter;
        let is_of_type = || {
            let number = header.event.unwrap_or(0);
            filter.types.is_empty() || filter.types.contains(&number)
        };
        if !self.is_in_scope(&header)
            || !is_of_type()
            || !filter.recorded.contains(header.recorded_at)
        {
            return Ok(false);
        }
        if filter.occurred == TimeRange::default() {
            return Ok(true);
        }
        let record = codec::decode(record).map_err(|error| internal(&error))?;
        Ok(filter.occurred.contains(record.fact_at()))
    }

    fn is_in_scope(&self, header: &Peek<'_>) -> bool {
        let is_of = |brand: &BrandId| header.brand_id == brand.as_str();
        match &self.scope {
            Scope::All => true,
            Scope::Brand(brand) => is_of(brand),
            Scope::Campaign(campaign) => {
                is_of(&campaign.brand) && header.campaign_id == campaign.campaign.as_str()
            }
            Scope::Collaboration(place) => {
                is_of(&place.brand)
                    && header.campaign_id == place.campaign.as_str()
                    && header.collaboration_id == place.collaboration.as_str()
            }
            Scope::Creator(name) => {
                is_of(&name.brand) && header.creator_id == name.creator.as_str()
            }
        }
    }
}

/// The position before another one.
fn before(position: Position) -> Position {
    Position::new(position.get().saturating_sub(1))
}
