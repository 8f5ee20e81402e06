//! Backups: taken from a directory or from a running server, checked, and restored.

use std::fs::{self, File};
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use super::keys_needed::keys_needed;
use super::progress::Progress;
use super::remote::{self, ask, refused};
use super::{BackupCommand, CreateBackup, Exit, Import, Restore, VerifyBackups, offline, say};
use crate::config::Config;
use crate::domain::{Position, Timestamp};
use crate::files;
use crate::log::backup::{
    Backup, BackupError, Contents, Extent, ImportError, WriteError, import, write,
};
use crate::log::codec::peek;
use crate::log::directory::{DataDirectory, ONLY_PARTITION};
use crate::log::sled::SledLog;
use crate::log::{Block, Head, Log, OpenError, ReadError};
use crate::proofs;
use crate::server::store_options;
use crate::verify::{self, Against};
use crate::views::Trial;
use crate::wire::proto::api;
use crate::wire::proto::api::audit_service_client::AuditServiceClient;

/// Why a backup could not be taken, checked or restored.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] crate::config::Error),
    /// The directory or its log cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The directory's log could not be backed up.
    #[error(transparent)]
    Take(#[from] WriteError),
    /// The content of the backups is not what a ledger wrote, or not what was signed.
    #[error(transparent)]
    Verify(#[from] offline::Error),
    /// What was signed can't be read.
    #[error(transparent)]
    Proofs(#[from] proofs::Error),
    /// A backup is bad.
    #[error("{}", path.display())]
    Backup {
        /// The file.
        path: PathBuf,
        /// The first thing that is wrong.
        #[source]
        source: Box<BackupError>,
    },
    /// A backup can't be put into the log.
    #[error("{}", path.display())]
    Import {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: Box<ImportError>,
    },
    /// The backups do not begin with a whole one.
    #[error("{} starts after position {start}: give the backups before it too, oldest first", path.display())]
    NotWhole {
        /// The first file.
        path: PathBuf,
        /// The last position before it.
        start: Position,
    },
    /// Two backups are not of one log.
    #[error("{} is of log {found}, not of log {expected}", path.display())]
    OtherLog {
        /// The file.
        path: PathBuf,
        /// The log that it is of.
        found: uuid::Uuid,
        /// The log that it should be of.
        expected: uuid::Uuid,
    },
    /// The backups end before what was asked for.
    #[error("the backups end at position {end}, before {asked}")]
    Short {
        /// Their last position.
        end: Position,
        /// The position that was asked for.
        asked: Position,
    },
    /// The backup would take the place of a file.
    #[error("{} exists already: choose another name, or replace it with --force", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The backup would take the place of a directory or a device.
    #[error("{} is not a file: choose another name", path.display())]
    NoFile {
        /// What is there.
        path: PathBuf,
    },
    /// The server did not answer.
    #[error(transparent)]
    Remote(#[from] remote::Error),
    /// A file could not be read or written.
    #[error("{} could not be {action}", path.display())]
    File {
        /// The failed action, as a participle.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl Error {
    /// Returns the exit status.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Config(_) | Self::Exists { .. } | Self::NoFile { .. } => Exit::Usage,
            Self::Verify(error) => error.exit(),
            Self::Open(OpenError::InUse { .. }) => Exit::InUse,
            Self::Open(error) if error.is_damage() => Exit::Damaged,
            Self::Take(WriteError::Read(ReadError::Corrupt { .. })) => Exit::Damaged,
            Self::Import { source, .. } if matches!(**source, ImportError::Backup(_)) => {
                Exit::Damaged
            }
            Self::Backup { .. } => Exit::Damaged,
            Self::Open(_)
            | Self::Take(_)
            | Self::Proofs(_)
            | Self::Import { .. }
            | Self::NotWhole { .. }
            | Self::OtherLog { .. }
            | Self::Short { .. }
            | Self::Remote(_)
            | Self::File { .. } => Exit::Failed,
        }
    }
}

/// Takes a backup, or checks some.
///
/// # Errors
/// See [`Error`].
pub fn backup(command: &BackupCommand) -> Result<(), Error> {
    match command {
        BackupCommand::Create(create) => self::create(create),
        BackupCommand::Verify(verify) => verify_all(verify),
    }
}

/// Checks each backup separately, then the log in them: every event, and everything that was
/// signed.
fn verify_all(arguments: &VerifyBackups) -> Result<(), Error> {
    let read = |path: &PathBuf| fs::read_to_string(path).map_err(file_error("read", path));
    let given = arguments.against.as_ref().map(read).transpose()?;
    let keys = &arguments.key;
    let kept = |note: &str| verify::kept(note, keys).map_err(offline::Error::from);
    let given = given.as_deref().map(kept).transpose()?;
    let mut checkpoints: Vec<_> = given.iter().cloned().collect();
    for path in &arguments.files {
        let (contents, checkpoint) = check(path)?;
        tell(format_args!(
            "{}: good: {}",
            path.display(),
            Told(&contents)
        ))?;
        // Without keys its signer is unknown; its content is known.
        let own = checkpoint.map(|note| match keys.is_empty() {
            true => verify::stated(&note).map_err(offline::Error::from),
            false => kept(&note),
        });
        checkpoints.extend(own.transpose()?);
    }
    let first = *open(&arguments.files[0])?.contents();
    if first.start != Head::EMPTY {
        return tell("events and signatures are checked with the backups before these");
    }
    let beside = arguments.files[0].with_added_extension("verify");
    let options = store_options(Config::default().views_cache_bytes, first.log_id);
    let mut trial = Trial::begin(&beside, &options).map_err(offline::Error::Check)?;
    let against = Against {
        checkpoints: &checkpoints,
        tree: None,
    };
    let blocks = chained(&arguments.files);
    let trial = Some(&mut trial);
    let verified = verify::verify(blocks, first.partition, trial, &against, |_| ());
    let verified = verified.map_err(offline::Error::from)?;
    for (place, (one, standing)) in checkpoints.iter().zip(&verified.standings).enumerate() {
        let is_given = place == 0 && given.is_some();
        let what = if is_given {
            "the log was"
        } else {
            "by the checkpoint of a backup the log was"
        };
        offline::hold(what, one, *standing, is_given)?;
        if is_given {
            tell(offline::told(*standing, one.size))?;
        }
    }
    let head = verified.head;
    tell(format_args!(
        "good: {} events in {} blocks, head {}",
        head.position, head.block, head.hash
    ))
}

/// The blocks of backups, each once.
fn chained(files: &[PathBuf]) -> impl Iterator<Item = Result<Arc<Block>, ReadError>> {
    let mut last = 0;
    let blocks = files.iter().flat_map(|path| {
        let (backup, unread) = match open(path) {
            Ok(backup) => (Some(backup), None),
            Err(error) => (None, Some(Err(io::Error::other(error).into()))),
        };
        let found = backup.into_iter().flatten();
        unread
            .into_iter()
            .chain(found.map(|block| block.map_err(ReadError::from)))
    });
    blocks.filter(move |block| match block {
        Ok(block) => {
            let is_new = block.number() > last;
            last = last.max(block.number());
            is_new
        }
        Err(_) => true,
    })
}

/// Writes the file under a temporary name, checks it, and renames it. A failure leaves no file.
fn create(create: &CreateBackup) -> Result<(), Error> {
    refuse_existing(create)?;
    let partial = create.file.with_added_extension("part");
    let contents = write_partial(create, &partial)
        // Another backup may have taken the name meanwhile.
        .and_then(|contents| refuse_existing(create).map(|()| contents))
        .inspect_err(|_| drop(fs::remove_file(&partial)))?;
    files::put_in_place(&partial, &create.file).map_err(file_error("renamed", &partial))?;
    tell(format_args!(
        "{}: {}",
        create.file.display(),
        Told(&contents)
    ))
}

/// Refuses to replace a file without `--force`, and a directory or a device in any case.
fn refuse_existing(create: &CreateBackup) -> Result<(), Error> {
    let path = create.file.clone();
    match fs::symlink_metadata(&path) {
        Ok(found) if !found.is_file() => Err(Error::NoFile { path }),
        Ok(_) if !create.force => Err(Error::Exists { path }),
        Ok(_) | Err(_) => Ok(()),
    }
}

fn write_partial(create: &CreateBackup, partial: &Path) -> Result<Contents, Error> {
    let after = match &create.since {
        Some(file) => open(file)?.contents().end.position,
        None => Position::new(create.after),
    };
    let mut out = files::create(partial).map_err(file_error("created", partial))?;
    match &create.server {
        Some(address) => fetch(create, address, after, &mut out, partial)?,
        None => take(create, after, &mut out)?,
    }
    out.sync_all().map_err(file_error("synced", partial))?;
    let (contents, _) = check(partial)?;
    Ok(contents)
}

fn take(create: &CreateBackup, after: Position, out: &mut File) -> Result<(), Error> {
    let config = create.data.settings()?.config;
    let directory = DataDirectory::open(&config.data_dir)?;
    let log = SledLog::open_for_reading(&directory.log_path(), ONLY_PARTITION)?;
    let progress = Progress::start("backing up", log.head().position.get());
    let on_position = |at: Position| progress.reach(at.get());
    // The server's last signed checkpoint. Nothing after it is signed here.
    let signed = proofs::remembered(&directory.checkpoint_path())?;
    let extent = Extent {
        after,
        end: log.head(),
        checkpoint: &signed.map_or_else(String::new, |(note, _)| note.to_string()),
    };
    let out = io::BufWriter::new(out);
    write(&log, directory.log_id(), &extent, out, on_position)?;
    Ok(())
}

/// Asks a running server for the bytes of the file.
fn fetch(
    create: &CreateBackup,
    address: &str,
    after: Position,
    out: &mut File,
    path: &Path,
) -> Result<(), Error> {
    let refused = refused(address);
    let request = api::TakeBackupRequest {
        after_position: after.get(),
    };
    ask(address, &create.credentials, async |channel| {
        let mut client = AuditServiceClient::new(channel);
        let taken = client.take_backup(request).await.map_err(&refused)?;
        let mut chunks = taken.into_inner();
        while let Some(message) = chunks.message().await.map_err(&refused)? {
            let written = out.write_all(&message.chunk);
            written.map_err(file_error("written", path))?;
        }
        Ok(())
    })
}

/// Makes a ledger from backups, in an empty directory.
///
/// # Errors
/// See [`Error`].
pub fn restore(restore: &Restore) -> Result<(), Error> {
    let root = restore.data.settings()?.config.data_dir;
    let first = &restore.files[0];
    let contents = *open(first)?.contents();
    if contents.start != Head::EMPTY {
        return Err(Error::NotWhole {
            path: first.clone(),
            start: contents.start.position,
        });
    }
    let until = Until {
        position: restore.until.map(Position::new),
        time: restore.until_time,
    };
    let directory = DataDirectory::restore(&root, contents.log_id)?;
    let log = SledLog::open(&directory.log_path(), contents.partition)?;
    let imported = import_all(&log, contents.log_id, &restore.files, &until);
    drop(log);
    let head = match imported {
        Ok(head) => head,
        Err(error) => {
            directory.abandon()?;
            return Err(error);
        }
    };
    directory.finish()?;
    tell(format_args!("restored to {}: {head}", root.display()))?;
    tell(keys_needed(&root, contents.log_id))
}

/// Adds to a ledger the events that backups have and it lacks.
///
/// # Errors
/// See [`Error`].
pub fn import_into(arguments: &Import) -> Result<(), Error> {
    let root = arguments.data.settings()?.config.data_dir;
    let directory = DataDirectory::open(&root)?;
    let log = SledLog::open(&directory.log_path(), ONLY_PARTITION)?;
    let before = log.head().position;
    let everything = Until::default();
    let head = import_all(&log, directory.log_id(), &arguments.files, &everything)?;
    let added = head.position.get() - before.get();
    tell(format_args!(
        "added {added} events to {}: {head}",
        root.display()
    ))?;
    tell(keys_needed(&root, directory.log_id()))
}

/// The end of a restored ledger.
#[derive(Default)]
struct Until {
    position: Option<Position>,
    time: Option<Timestamp>,
}

impl Until {
    fn has(&self, position: Position, record: &[u8]) -> bool {
        let by_time = self.time.is_none_or(|time| {
            // `verify` reports a record without a header.
            peek(record).is_ok_and(|header| header.recorded_at <= time)
        });
        by_time && self.position.is_none_or(|last| position <= last)
    }
}

fn import_all(
    log: &SledLog,
    log_id: uuid::Uuid,
    files: &[PathBuf],
    until: &Until,
) -> Result<Head, Error> {
    let mut head = log.head();
    for path in files {
        let backup = open(path)?;
        let Contents {
            log_id: found, end, ..
        } = *backup.contents();
        if found != log_id {
            return Err(Error::OtherLog {
                path: path.clone(),
                found,
                expected: log_id,
            });
        }
        let progress = Progress::start("restoring", end.position.get());
        let keep = |position: Position, record: &Bytes| {
            progress.reach(position.get());
            until.has(position, record)
        };
        head = import(log, backup, keep).map_err(|source| Error::Import {
            path: path.clone(),
            source: Box::new(source),
        })?;
        if head.block < end.block || head.hash != end.hash && head.block == end.block {
            break;
        }
    }
    match until.position {
        Some(asked) if asked > head.position && until.time.is_none() => Err(Error::Short {
            end: head.position,
            asked,
        }),
        _ => Ok(head),
    }
}

fn open(path: &Path) -> Result<Backup<BufReader<File>>, Error> {
    let file = File::open(path).map_err(file_error("opened", path))?;
    Backup::open(BufReader::new(file)).map_err(|source| Error::Backup {
        path: path.to_owned(),
        source: Box::new(source),
    })
}

/// Reads all of a backup. Returns its content and its checkpoint.
fn check(path: &Path) -> Result<(Contents, Option<String>), Error> {
    let mut backup = open(path)?;
    let progress = Progress::start("checking", backup.contents().end.position.get());
    for block in &mut backup {
        let block = block.map_err(|source| Error::Backup {
            path: path.to_owned(),
            source: Box::new(source),
        })?;
        progress.reach(block.last_position().get());
    }
    Ok((*backup.contents(), backup.checkpoint().map(str::to_owned)))
}

fn tell(what: impl std::fmt::Display) -> Result<(), Error> {
    say(what).map_err(file_error("written", Path::new("standard output")))
}

fn file_error(action: &'static str, path: &Path) -> impl Fn(io::Error) -> Error {
    move |source| Error::File {
        action,
        path: path.to_owned(),
        source,
    }
}

/// The content of a backup, in one line.
struct Told<'a>(&'a Contents);

impl std::fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Contents { start, end, .. } = self.0;
        let events = end.position.get() - start.position.get();
        let blocks = end.block - start.block;
        write!(
            f,
            "{events} events in {blocks} blocks after {}, head {}",
            start.position, end.hash
        )
    }
}
