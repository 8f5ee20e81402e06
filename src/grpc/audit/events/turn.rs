//! One turn of a reader: it searches a bounded part of the log for the events of a scope.

use std::sync::Arc;

use tonic::Status;

use super::{Batch, Reader, Reading};
use crate::domain::{BrandId, Position};
use crate::grpc::audit::parse::{EventFilter, Scope, TimeRange};
use crate::grpc::calls::streams::outlet::Room;
use crate::grpc::edge::status;
use crate::identity::Brands;
use crate::log::Block;
use crate::log::codec::{self, Peek, peek};
use crate::views::index;

/// Stored bytes of blocks read in a turn: a few milliseconds, so that hundreds of readers share a
/// thread, and long enough that the search for the place in the log costs little in comparison.
const TURN_BYTES: usize = 256 << 10;
/// Blocks read in a turn, for blocks of only a few bytes each.
const TURN_BLOCKS: usize = 256;
/// Blocks read before the events found in them are sent, so that rare events do not wait for
/// others.
const BLOCKS_HELD: usize = 4_096;
/// Positions taken from the index in a turn.
const TURN_INDEXED: usize = 2_048;

/// How a turn ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ended {
    /// The limit of a turn or the end of the span was reached.
    Enough,
    /// There is no room for another batch.
    NoRoom,
}

/// The limits of a turn, and its progress.
pub(super) struct Turn<'a> {
    is_over: &'a dyn Fn() -> bool,
    room: &'a dyn Fn() -> Option<Room>,
    put: &'a dyn Fn(Room, Batch),
    bytes: usize,
    blocks: usize,
    ended: Ended,
}

impl<'a> Turn<'a> {
    /// Begins a turn that stops early when `is_over`, and puts batches into the outlet while there
    /// is room.
    pub fn new(
        is_over: &'a dyn Fn() -> bool,
        room: &'a dyn Fn() -> Option<Room>,
        put: &'a dyn Fn(Room, Batch),
    ) -> Self {
        Self {
            is_over,
            room,
            put,
            bytes: 0,
            blocks: 0,
            ended: Ended::Enough,
        }
    }

    /// Counts a block that was read. Returns whether there is time for another one.
    fn goes_on_after(&mut self, block: &Block, reading: &mut Reading) -> bool {
        reading.blocks += 1;
        self.blocks += 1;
        self.bytes += block.encoded().len();
        self.blocks < TURN_BLOCKS && self.bytes < TURN_BYTES && !(self.is_over)()
    }

    /// Passes the batch on. Returns whether there was room.
    fn give(&mut self, reading: &mut Reading) -> bool {
        let Some(room) = (self.room)() else {
            self.ended = Ended::NoRoom;
            return false;
        };
        (self.put)(room, reading.take_batch());
        true
    }
}

impl Reader {
    /// Continues to read for one turn.
    pub(super) fn read(&self, reading: &mut Reading, turn: &mut Turn<'_>) -> Result<Ended, Status> {
        if !reading.ahead().is_done() {
            self.look_ahead(reading, turn)?;
        }
        let is_due = reading.ahead().is_done() || reading.blocks >= BLOCKS_HELD;
        if is_due && !reading.batch.events.is_empty() {
            turn.give(reading);
        }
        Ok(turn.ended)
    }

    fn look_ahead(&self, reading: &mut Reading, turn: &mut Turn<'_>) -> Result<(), Status> {
        let (span, reached) = (reading.ahead(), self.views.position());
        let is_indexed = if span.backwards {
            reached >= span.until
        } else {
            reached > span.after
        };
        match self.index().filter(|_| is_indexed) {
            Some(scope) => self.indexed(&scope, reading, turn),
            None if span.backwards => self.scan_back(reading, turn),
            None => self.scan(reading, turn),
        }
    }

    /// Returns the campaign in whose index the events are, if they are in one.
    fn index(&self) -> Option<index::Scope> {
        match &self.scope {
            Scope::Campaign(campaign) => Some(index::Scope::Campaign(campaign.clone())),
            Scope::Collaboration(place) => Some(index::Scope::Campaign(place.campaign_ref())),
            Scope::Creator(_) | Scope::Brand(_) | Scope::All => None,
        }
    }

    fn indexed(
        &self,
        scope: &index::Scope,
        reading: &mut Reading,
        turn: &mut Turn<'_>,
    ) -> Result<(), Status> {
        let span = reading.ahead();
        let most = usize::try_from(span.limit).unwrap_or(usize::MAX);
        let most = most.min(TURN_INDEXED);
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
        let mut block: Option<Arc<Block>> = None;
        for position in &found {
            let has_it = |block: &&Arc<Block>| holds(block, *position);
            let here = match block.as_ref().filter(has_it) {
                Some(block) => Arc::clone(block),
                None => {
                    if block.is_some_and(|block| !turn.goes_on_after(&block, reading)) {
                        return Ok(());
                    }
                    let Some(block) = self.block_with(*position)? else {
                        return Ok(());
                    };
                    block
                }
            };
            let goes_on = self.look_at(&here, *position, reading, turn)?;
            if !goes_on {
                return Ok(());
            }
            block = Some(here);
        }
        if found.len() < most {
            reading.batch.resume = if span.backwards { span.after } else { reached };
        }
        Ok(())
    }

    /// Reads backwards, block by block. Each block is read separately, because a log is read
    /// forwards.
    fn scan_back(&self, reading: &mut Reading, turn: &mut Turn<'_>) -> Result<(), Status> {
        loop {
            let until = reading.ahead().until;
            let Some(block) = self.block_with(until)? else {
                return Ok(());
            };
            for position in (block.first_position().get()..=until.get()).rev() {
                if !self.look_at(&block, Position::new(position), reading, turn)? {
                    return Ok(());
                }
            }
            if !turn.goes_on_after(&block, reading) {
                return Ok(());
            }
        }
    }

    fn scan(&self, reading: &mut Reading, turn: &mut Turn<'_>) -> Result<(), Status> {
        let start = reading.batch.resume;
        for block in self.log.read(start).map_err(status::read)? {
            let block = block.map_err(status::read)?;
            for (position, record) in block.records_after(start) {
                if !self.look(position, record, reading, turn)? {
                    return Ok(());
                }
            }
            if !turn.goes_on_after(&block, reading) {
                return Ok(());
            }
        }
        Ok(())
    }

    fn block_with(&self, position: Position) -> Result<Option<Arc<Block>>, Status> {
        let mut blocks = self.log.read(before(position)).map_err(status::read)?;
        blocks.next().transpose().map_err(status::read)
    }

    /// Checks the event at a position that a block holds.
    fn look_at(
        &self,
        block: &Block,
        position: Position,
        reading: &mut Reading,
        turn: &mut Turn<'_>,
    ) -> Result<bool, Status> {
        match block.records_after(before(position)).next() {
            Some((position, record)) => self.look(position, record, reading, turn),
            None => Ok(false),
        }
    }

    /// Checks the next event and takes it if it is wanted. Returns whether to check another one.
    fn look(
        &self,
        position: Position,
        record: &[u8],
        reading: &mut Reading,
        turn: &mut Turn<'_>,
    ) -> Result<bool, Status> {
        if self.wants(record)? {
            if !reading.batch.fits(record) && !turn.give(reading) {
                return Ok(false);
            }
            reading.batch.add(record);
        }
        reading.batch.resume = if reading.span.backwards {
            before(position)
        } else {
            position
        };
        Ok(!reading.ahead().is_done())
    }

    fn wants(&self, record: &[u8]) -> Result<bool, Status> {
        let takes_all = matches!(self.scope, Scope::All)
            && self.brands == Brands::All
            && *self.filter == EventFilter::default();
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
            Scope::All => match &self.brands {
                Brands::All => true,
                Brands::Named(named) => named.iter().any(is_of),
            },
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

/// Returns whether a position is in a block.
fn holds(block: &Block, position: Position) -> bool {
    block.first_position() <= position && position <= block.last_position()
}
