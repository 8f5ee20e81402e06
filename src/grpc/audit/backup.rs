//! A backup of a running ledger, sent as the bytes of the file.
//!
//! It is read while everything else goes on, in turns with the other readers of the log: the log is
//! append-only, so nothing has to wait for it, and a client that takes nothing costs no thread.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::read::within_log;
use crate::domain::{Position, Timestamp};
use crate::grpc::calls::Calls;
use crate::grpc::calls::pool::Caller;
use crate::grpc::calls::proofs::signed;
use crate::grpc::calls::streams::outlet::{Messages, Outlet, Room, Unread, outlet};
use crate::grpc::calls::streams::refused;
use crate::grpc::calls::streams::shares::{Place, Stamp, Who};
use crate::grpc::edge::deadline::Deadline;
use crate::grpc::edge::status;
use crate::log::backup::{WriteError, Writer};
use crate::log::{Head, Log};
use crate::wire::proto::api;

/// Most bytes of the file in one message.
const CHUNK_BYTES: usize = 256 << 10;
/// Bytes of the file that end a turn: with one more block they fit one message.
const TURN_BYTES: usize = 128 << 10;
/// Blocks that end a turn, for blocks of only a few bytes each.
const TURN_BLOCKS: usize = 256;
/// Messages read ahead, beside the one the client asks for.
const CHUNKS_AHEAD: usize = 1;

type Chunks = Messages<api::TakeBackupResponse>;

/// A backup under way.
struct Backup {
    calls: Calls,
    after: Position,
    end: Head,
    checkpoint: Arc<str>,
    out: Outlet<api::TakeBackupResponse>,
    place: Place,
    owner: String,
}

/// Its progress.
enum State {
    Begun,
    Writing(Box<Writer<Vec<u8>>>),
    Written,
}

/// Why it ends early.
enum Stopped {
    Left,
    Unread(Unread),
    Failed(Status),
}

/// Answers `TakeBackup`.
pub(super) async fn take(
    calls: &Calls,
    request: Request<api::TakeBackupRequest>,
) -> Result<Response<Chunks>, Status> {
    let (who, deadline) = (Who::of(&request), Deadline::of(&request));
    let after = Position::new(request.into_inner().after_position);
    within_log(calls, after)?;
    let idle = Stamp::default();
    let place = calls.streams.backups.enter(&who, &idle);
    let place = place.map_err(refused::no_place)?;
    let begun = calls.now();
    let end = calls.log.head();
    let signed = signed(calls, "after_position", Some(end.position), deadline).await?;
    let checkpoint = signed.note.to_string();
    let chunks = send(calls, after, (end, checkpoint), (who, idle, place), begun);
    Ok(Response::new(chunks))
}

/// Starts to send a backup of the blocks after a position, up to a head and with its signed
/// checkpoint. Holds the place until that ends.
fn send(
    calls: &Calls,
    after: Position,
    (end, checkpoint): (Head, String),
    (who, idle, place): (Who, Stamp, Place),
    begun: Timestamp,
) -> Chunks {
    let (out, chunks) = outlet(calls.streams.outlet(CHUNKS_AHEAD), idle, 0);
    let backup = Backup {
        calls: calls.clone(),
        after,
        end,
        checkpoint: checkpoint.into(),
        out,
        place,
        owner: who.owner(),
    };
    tokio::spawn(async move {
        let ending = backup.calls.ending.clone();
        let stopped = tokio::select! {
            biased;
            written = backup.write() => written.err(),
            () = ending.cancelled() => Some(Stopped::Failed(status::draining(after))),
        };
        match stopped {
            None => backup.given(begun).await,
            Some(Stopped::Left) => {}
            Some(Stopped::Unread(why)) => {
                let status = |_| refused::unread(why, None);
                let Backup {
                    calls, out, place, ..
                } = backup;
                drop(place);
                calls.streams.end_unread(&who, &out, status).await;
            }
            Some(Stopped::Failed(status)) => backup.out.cut(|_| status),
        }
    });
    chunks
}

impl Backup {
    async fn write(&self) -> Result<(), Stopped> {
        let mut state = State::Begun;
        while !matches!(state, State::Written) {
            let heard = self.out.wait_for_taker(Some(CHUNKS_AHEAD), &self.place);
            if !heard.await.map_err(Stopped::Unread)? {
                return Err(Stopped::Left);
            }
            let (next, bytes) = self.turn(state).await.map_err(Stopped::Failed)?;
            state = next;
            for chunk in bytes.chunks(CHUNK_BYTES) {
                let chunk = chunk.to_vec().into();
                self.out
                    .put(Room::Asked, api::TakeBackupResponse { chunk }, 0);
            }
        }
        let finished = self.out.finish(Ok(()), &self.place).await;
        finished.map_err(Stopped::Unread)
    }

    /// Remembers that a backup of the log as it was then is complete.
    async fn given(self, begun: Timestamp) {
        let backups = self.calls.backups.clone();
        // It logs its own failure, and nobody waits for it.
        let _ = tokio::task::spawn_blocking(move || backups.given(begun)).await;
    }

    /// Writes for one turn, as soon as the turn comes. Returns the bytes it has made.
    async fn turn(&self, state: State) -> Result<(State, Vec<u8>), Status> {
        let (log, log_id) = (Arc::clone(&self.calls.log), self.calls.log_id);
        let (after, end, checkpoint) = (self.after, self.end, Arc::clone(&self.checkpoint));
        let work = move |caller: &Caller| {
            let log: &dyn Log = log.as_ref();
            let mut writer = match state {
                State::Begun => Box::new(Writer::begin(log, log_id, after, end, Vec::new())?),
                State::Writing(writer) => writer,
                State::Written => return Ok((State::Written, Vec::new())),
            };
            let mut blocks = 0;
            let is_written = writer.write_blocks(log, |_, out: &Vec<u8>| {
                blocks += 1;
                blocks < TURN_BLOCKS && out.len() < TURN_BYTES && !caller.is_gone()
            })?;
            if is_written {
                let (_, bytes) = writer.finish(&checkpoint)?;
                return Ok((State::Written, bytes));
            }
            let bytes = std::mem::take(writer.out());
            Ok((State::Writing(writer), bytes))
        };
        let turn = self.calls.pools.streams.run(&self.owner, work).await;
        let turn = turn.map_err(|lost| status::internal(&lost))?;
        turn.map_err(|error: WriteError| match error {
            WriteError::Write(error) => status::internal(&error),
            WriteError::Read(error) => status::read(error),
        })
    }
}
