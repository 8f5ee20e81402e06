//! Turns of an export: each reads a short part of the log, on the threads that all readers share.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use tonic::Status;

use super::spell::spell;
use crate::domain::{CreatorRef, Position, concerns};
use crate::grpc::calls::pool::{Caller, Pool};
use crate::grpc::calls::streams::shares::Who;
use crate::grpc::calls::{Calls, Opening};
use crate::grpc::edge::status;
use crate::log::{Block, Log, codec};
use crate::store::{self, Snapshot};
use crate::views::{Slice, Views, index};
use crate::wire::proto::api;

/// Events in one message, unless a single one is larger: as with other readers.
const BATCH_BYTES: usize = 64 << 10;
/// Stored bytes of blocks read in a turn: a few milliseconds.
const TURN_BYTES: usize = 256 << 10;
/// Blocks read in a turn, for blocks of only a few bytes each.
const TURN_BLOCKS: usize = 256;
/// Positions taken from the index at a time, of all campaigns of the person.
const POSITIONS_AHEAD: usize = 2_048;
/// Positions taken of one campaign, where the campaigns are many.
const LEAST_POSITIONS: usize = 16;

/// How far an export has come.
pub(super) struct Cursor {
    after: Position,
    until: Position,
    /// Positions to look at next, in log order: all there are up to `known`.
    ahead: VecDeque<Position>,
    known: Position,
}

impl Cursor {
    /// Begins after a position.
    pub fn from(after: Position, until: Position) -> Self {
        Self {
            after,
            until,
            ahead: VecDeque::new(),
            known: after,
        }
    }

    /// Everything up to here was read.
    pub fn after(&self) -> Position {
        self.after
    }

    /// Returns whether all was read.
    pub fn is_done(&self) -> bool {
        self.after >= self.until
    }

    /// Removes the next position, which was read.
    fn read(&mut self) {
        if let Some(position) = self.ahead.pop_front() {
            self.after = position;
        }
        if self.ahead.is_empty() {
            self.after = self.known;
        }
    }
}

/// What a turn gives: how far it came, and the events that it found.
type Turn = (Cursor, Vec<api::ExportedEvent>);

/// Reads the events about one person.
#[derive(Clone)]
pub(super) struct Turns {
    log: Arc<dyn Log>,
    views: Views,
    opening: Opening,
    person: CreatorRef,
    pool: Pool,
    /// The owner that takes turns with others.
    owner: Arc<str>,
}

impl Turns {
    /// Reads for somebody.
    pub fn of(calls: &Calls, who: &Who, person: CreatorRef) -> Self {
        Self {
            log: Arc::clone(&calls.log),
            views: calls.views.clone(),
            opening: calls.opening.clone(),
            person,
            pool: calls.pools.streams.clone(),
            owner: who.owner().into(),
        }
    }

    /// Reads for one turn, as soon as the turn comes.
    ///
    /// # Errors
    /// When the log or the rows cannot be read.
    pub async fn next(&self, mut cursor: Cursor) -> Result<Turn, Status> {
        let turns = self.clone();
        let work = move |caller: &Caller| {
            let views = turns.views.clone();
            let read = views.read(|rows| turns.read(rows, &mut cursor, caller));
            let events = read.map_err(status::view)??;
            Ok((cursor, events))
        };
        let turn = self.pool.run(&self.owner, work).await;
        turn.map_err(|refused| status::internal(&refused))?
    }

    fn read(
        &self,
        rows: &Snapshot,
        cursor: &mut Cursor,
        caller: &Caller,
    ) -> Result<Vec<api::ExportedEvent>, Status> {
        if cursor.ahead.is_empty() {
            self.look_ahead(rows, cursor)
                .map_err(|error| status::internal(&error))?;
        }
        let (mut events, mut bytes) = (Vec::new(), 0);
        let (mut read_bytes, mut read_blocks) = (0, 0);
        let mut block: Option<Arc<Block>> = None;
        while let Some(position) = cursor.ahead.front().copied() {
            let here = match block.take().filter(|block| holds(block, position)) {
                Some(block) => block,
                None => {
                    if read_bytes >= TURN_BYTES || read_blocks >= TURN_BLOCKS || caller.is_gone() {
                        break;
                    }
                    let block = self.block_with(position)?;
                    read_bytes += block.encoded().len();
                    read_blocks += 1;
                    block
                }
            };
            if let Some(event) = self.wanted(rows, record_at(&here, position)?)? {
                let more = event.json.len();
                if bytes > 0 && bytes + more > BATCH_BYTES {
                    break;
                }
                bytes += more;
                events.push(event);
            }
            cursor.read();
            block = Some(here);
        }
        Ok(events)
    }

    /// Finds the next positions of events that may be about the person: in their campaigns, about them
    /// alone, or of orders that no campaign has.
    fn look_ahead(&self, rows: &Snapshot, cursor: &mut Cursor) -> Result<(), store::Error> {
        let scopes = Slice::Partnership(self.person.clone()).scopes(rows)?;
        let most = (POSITIONS_AHEAD / scopes.len().max(1)).max(LEAST_POSITIONS);
        let (mut found, mut known) = (Vec::new(), cursor.until);
        for scope in &scopes {
            let some = index::positions(rows, scope, cursor.after, known, most)?;
            if let Some(last) = some.last().filter(|_| some.len() == most) {
                known = known.min(*last);
            }
            found.extend(some);
        }
        found.retain(|position| *position <= known);
        found.sort_unstable();
        cursor.known = known;
        cursor.ahead = found.into();
        if cursor.ahead.is_empty() {
            cursor.after = known;
        }
        Ok(())
    }

    fn block_with(&self, position: Position) -> Result<Arc<Block>, Status> {
        let before = Position::new(position.get().saturating_sub(1));
        let mut blocks = self.log.read(before).map_err(status::read)?;
        let block = blocks.next().transpose().map_err(status::read)?;
        block.ok_or_else(|| status::internal(&Missing(position)))
    }

    /// Spells an event if it is about the person.
    fn wanted(&self, rows: &Snapshot, bytes: &Bytes) -> Result<Option<api::ExportedEvent>, Status> {
        let record = codec::decode(bytes).map_err(|error| status::internal(&error))?;
        if !concerns(rows, &self.person, &record).map_err(|error| status::internal(&error))? {
            return Ok(None);
        }
        let event =
            spell(&self.opening, &self.person, bytes).map_err(|error| status::internal(&error))?;
        Ok(Some(event))
    }
}

/// The index has a position that the log does not have.
#[derive(Debug, thiserror::Error)]
#[error("the log has no event {0}")]
struct Missing(Position);

fn record_at(block: &Block, position: Position) -> Result<&Bytes, Status> {
    let before = Position::new(position.get().saturating_sub(1));
    match block.records_after(before).next() {
        Some((_, record)) => Ok(record),
        None => Err(status::internal(&Missing(position))),
    }
}

fn holds(block: &Block, position: Position) -> bool {
    block.first_position() <= position && position <= block.last_position()
}
