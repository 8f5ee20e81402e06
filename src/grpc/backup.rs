//! A backup of a running ledger, sent as the bytes of the file.
//!
//! It is read beside everything else: the log is append-only, so nothing has to wait for it. The
//! thread that writes it waits for its reader, so only a few are taken at a time.

use std::io::{self, Write};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio_util::sync::CancellationToken;
use tonic::Status;

use super::calls::Calls;
use super::status;
use crate::domain::Position;
use crate::log::Head;
use crate::log::backup::{Extent, WriteError, write};
use crate::proto::api;

/// Bytes of the file in one message.
const CHUNK_BYTES: usize = 256 << 10;
/// Messages between the thread and the connection.
const CHUNKS_AHEAD: usize = 4;

/// What is sent.
pub type Chunk = Result<api::TakeBackupResponse, Status>;

/// Starts to send a backup of what comes after a position, up to a head and with the checkpoint that
/// signs it; holds `permit` until that ends.
pub fn send(
    calls: &Calls,
    after: Position,
    (end, checkpoint): (Head, String),
    permit: OwnedSemaphorePermit,
) -> mpsc::Receiver<Chunk> {
    let (send, receive) = mpsc::channel(CHUNKS_AHEAD);
    let (log, log_id) = (Arc::clone(&calls.log), calls.log_id);
    let ending = calls.ending.clone();
    tokio::task::spawn_blocking(move || {
        let _permit = permit;
        let out = Chunks {
            buffer: BytesMut::with_capacity(CHUNK_BYTES),
            send: send.clone(),
            ending: ending.clone(),
        };
        let extent = Extent {
            after,
            end,
            checkpoint: &checkpoint,
        };
        let failed = match write(log.as_ref(), log_id, &extent, out, |_| ()) {
            Ok(_) => return,
            Err(WriteError::Write(_)) if ending.is_cancelled() => status::draining(after),
            Err(WriteError::Write(error)) => status::internal(&error),
            Err(WriteError::Read(error)) => status::read(error),
        };
        // A reader that went away needs no status.
        let _ = send.blocking_send(Err(failed));
    });
    receive
}

/// Gives what is written to the connection, in messages.
struct Chunks {
    buffer: BytesMut,
    send: mpsc::Sender<Chunk>,
    ending: CancellationToken,
}

impl Chunks {
    fn send(&mut self, chunk: Bytes) -> io::Result<()> {
        if self.ending.is_cancelled() {
            return Err(io::Error::other("the server is going down"));
        }
        let sent = self
            .send
            .blocking_send(Ok(api::TakeBackupResponse { chunk }));
        sent.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(CHUNK_BYTES - self.buffer.len());
        self.buffer.extend_from_slice(&bytes[..taken]);
        if self.buffer.len() == CHUNK_BYTES {
            self.flush()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let chunk = self.buffer.split().freeze();
        self.buffer.reserve(CHUNK_BYTES);
        self.send(chunk)
    }
}
