//! The offline commands: they work on the files of a server that is not running.

use std::io::{self, BufWriter, Write};

use super::progress::Progress;
use super::{Exit, Offline, Replay};
use crate::config::Config;
use crate::domain::Position;
use crate::log::codec::{self, peek};
use crate::log::directory::{DataDirectory, ONLY_PARTITION};
use crate::log::sled::SledLog;
use crate::log::{Log, OpenError, ReadError};
use crate::server::store_options;
use crate::views::{self, CheckError, RebuildError};

/// Why an offline command failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] crate::config::Error),
    /// The directory or its log cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The log is damaged or cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A record is no event this version can read, or does not fit the events before it.
    #[error("the log is damaged at position {position}: {reason}: restore it from a backup")]
    Record {
        /// First bad position.
        position: Position,
        /// What is wrong.
        reason: String,
    },
    /// The views could not be rebuilt.
    #[error("views")]
    Rebuild(#[from] RebuildError),
    /// The log could not be checked.
    #[error("check")]
    Check(#[source] CheckError),
    /// The rebuilt views differ from those that were there.
    #[error("the views at position {position} were not what the log says; they have been replaced")]
    Differed {
        /// Position of both.
        position: Position,
    },
    /// The output could not be written.
    #[error("output")]
    Output(#[from] io::Error),
}

impl Error {
    /// Tells how the process ends.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Config(_) => Exit::Usage,
            Self::Open(OpenError::InUse { .. }) => Exit::InUse,
            Self::Open(error) if error.is_damage() => Exit::Damaged,
            Self::Read(ReadError::Corrupt { .. }) | Self::Record { .. } => Exit::Damaged,
            Self::Open(_)
            | Self::Read(ReadError::Io { .. })
            | Self::Rebuild(_)
            | Self::Check(_)
            | Self::Differed { .. }
            | Self::Output(_) => Exit::Failed,
        }
    }
}

fn open(offline: &Offline) -> Result<(Config, DataDirectory, SledLog), Error> {
    let config = offline.settings()?.config;
    let directory = DataDirectory::open(&config.data_dir)?;
    let log = SledLog::open_for_reading(&directory.log_path(), ONLY_PARTITION)?;
    Ok((config, directory, log))
}

/// Prints events as NDJSON on standard output.
///
/// # Errors
/// See [`Error`]; a closed pipe is none.
pub fn replay(replay: &Replay) -> Result<(), Error> {
    let mut out = BufWriter::new(io::stdout().lock());
    match print(replay, &mut out).and_then(|()| Ok(out.flush()?)) {
        Err(Error::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Prints events as NDJSON.
///
/// # Errors
/// See [`Error`].
pub fn print(replay: &Replay, out: &mut impl Write) -> Result<(), Error> {
    let (_, _directory, log) = open(&replay.data)?;
    let after = Position::new(replay.after);
    let mut left = replay.limit.unwrap_or(u64::MAX);
    for block in log.read(after)? {
        let block = block?;
        for (position, record) in block.records_after(after) {
            if left == 0 {
                return Ok(());
            }
            if !wanted(replay, position, record)? {
                continue;
            }
            let json = codec::json::to_json(record);
            let json = json.map_err(|error| bad_record(position, &error))?;
            writeln!(out, "{json}")?;
            left -= 1;
        }
    }
    Ok(())
}

fn wanted(replay: &Replay, position: Position, record: &[u8]) -> Result<bool, Error> {
    let header = peek(record).map_err(|error| bad_record(position, &error))?;
    let of_brand = replay
        .brand
        .as_ref()
        .is_none_or(|brand| brand == header.brand_id);
    let of_campaign = replay
        .campaign
        .as_ref()
        .is_none_or(|id| id == header.campaign_id);
    Ok(of_brand && of_campaign)
}

fn bad_record(position: Position, error: &dyn std::error::Error) -> Error {
    Error::Record {
        position,
        reason: error.to_string(),
    }
}

/// Reads every block and folds every event, beside the views; prints what was found good.
///
/// # Errors
/// The first bad position.
pub fn verify_log(offline: &Offline) -> Result<(), Error> {
    let (config, directory, log) = open(offline)?;
    let progress = Progress::start("verifying", log.head().position.get());
    let options = store_options(config.views_cache_bytes, directory.log_id());
    let path = directory.views_path();
    let checked = views::check(&path, &options, &log, |at| progress.reach(at.get()));
    drop(progress);
    let head = checked.map_err(|error| match error {
        CheckError::Read(error) => error.into(),
        CheckError::Record { position, reason } => Error::Record { position, reason },
        other => Error::Check(other),
    })?;
    println!(
        "good: {} events in {} blocks, head {}",
        head.position, head.block, head.hash
    );
    Ok(())
}

/// Folds the views anew and swaps them in; prints both digests.
///
/// # Errors
/// See [`Error`]; `Differed` when the views that were there said something else.
pub fn rebuild_views(offline: &Offline) -> Result<(), Error> {
    let (config, directory, log) = open(offline)?;
    let progress = Progress::start("rebuilding views", log.head().position.get());
    let options = store_options(config.views_cache_bytes, directory.log_id());
    let path = directory.views_path();
    let rebuilt = views::rebuild(&path, &options, &log, |at| progress.reach(at.get()))?;
    drop(progress);
    println!(
        "rebuilt to position {}, digest {}",
        rebuilt.position,
        hex(&rebuilt.digest)
    );
    match rebuilt.old_digest {
        None => println!("the views before were of another position, or there were none"),
        Some(old) if old == rebuilt.digest => println!("equal to the views before"),
        Some(_) => {
            return Err(Error::Differed {
                position: rebuilt.position,
            });
        }
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
