//! The offline commands: they work on the files of a server that is not running.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use super::opened::opened;
use super::progress::Progress;
use super::{Exit, Offline, Replay, ReplayEvents, Verify, say};
use crate::causes::with_causes;
use crate::config::Config;
use crate::domain::Position;
use crate::files;
use crate::keyring::{self, Inspected, MasterKey};
use crate::log::codec::json::{self, JsonError};
use crate::log::codec::peek;
use crate::log::directory::{DataDirectory, ONLY_PARTITION};
use crate::log::sled::SledLog;
use crate::log::{Log, OpenError, ReadError};
use crate::proofs::{self, Checkpoint, Cosigned, KeyError, LogKeys};
use crate::server::{existing_keys, master_key_of, signing_key_of, store_options, witnesses_of};
use crate::text::escaped;
use crate::verify::{self, Against, Folded, KeptError, Standing, Unlike, Verified};
use crate::views::{self, CheckError, Compared, RebuildError, Trial, ViewError};

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
    /// A record is not an event that this version can read, or does not fit the events before it.
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
    /// The views are ahead of the log.
    #[error(transparent)]
    Views(ViewError),
    /// The log could not be checked.
    #[error("check")]
    Check(#[source] CheckError),
    /// The log is damaged, or could not be verified.
    #[error(transparent)]
    Verify(#[from] verify::Error),
    /// What was signed could not be read.
    #[error(transparent)]
    Proofs(#[from] proofs::Error),
    /// The signing key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The keys of personal data cannot be used.
    #[error(transparent)]
    Keys(#[from] keyring::Error),
    /// The keys of witnesses cannot be read.
    #[error("the keys of witnesses in {}: {reason}", path.display())]
    Witnesses {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The checkpoint proves nothing.
    #[error(transparent)]
    Kept(#[from] KeptError),
    /// The log is not the one that was signed.
    #[error("{what}: {}", told(*standing, *size))]
    Signed {
        /// Where that was kept.
        what: String,
        /// Size of what was signed.
        size: u64,
        /// How the log compares to it.
        standing: Standing,
        /// Whether it was given to compare the log with.
        is_given: bool,
    },
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
    /// Returns the exit status.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Config(_) | Self::Witnesses { .. } => Exit::Usage,
            Self::Open(OpenError::InUse { .. }) => Exit::InUse,
            Self::Open(error) if error.is_damage() => Exit::Damaged,
            Self::Read(ReadError::Corrupt { .. }) | Self::Record { .. } => Exit::Damaged,
            Self::Verify(verify::Error::Found(_) | verify::Error::Unlike(_)) => Exit::Damaged,
            Self::Views(error) if error.is_damage() => Exit::Damaged,
            Self::Proofs(error) if error.is_damage() => Exit::Damaged,
            Self::Key(KeyError::Damaged { .. }) => Exit::Damaged,
            Self::Keys(error) => Exit::of_keys(error),
            Self::Kept(_) => Exit::Untrusted,
            Self::Signed {
                is_given: false, ..
            } => Exit::Damaged,
            Self::Signed {
                standing: Standing::Truncated,
                ..
            } => Exit::Truncated,
            Self::Signed { .. } => Exit::Rewritten,
            Self::Open(_)
            | Self::Read(ReadError::Io { .. })
            | Self::Rebuild(_)
            | Self::Views(_)
            | Self::Check(_)
            | Self::Verify(_)
            | Self::Proofs(_)
            | Self::Key(_)
            | Self::Differed { .. }
            | Self::Output(_) => Exit::Failed,
        }
    }
}

fn open(offline: &Offline) -> Result<(Config, DataDirectory, SledLog), Error> {
    open_as(offline.settings()?.config)
}

fn open_as(config: Config) -> Result<(Config, DataDirectory, SledLog), Error> {
    let directory = DataDirectory::open(&config.data_dir)?;
    let log = SledLog::open_for_reading(&directory.log_path(), ONLY_PARTITION)?;
    Ok((config, directory, log))
}

/// Prints events as NDJSON on standard output.
///
/// # Errors
/// See [`Error`]; a closed pipe is not an error.
pub fn replay(replay: &ReplayEvents) -> Result<(), Error> {
    let mut out = BufWriter::new(io::stdout().lock());
    let printed = match replay.open {
        true => print_opened(replay, &mut out),
        false => print(&replay.events, &mut out),
    };
    match printed.and_then(|()| Ok(out.flush()?)) {
        Err(Error::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Prints events as NDJSON, as they are stored.
///
/// # Errors
/// See [`Error`].
pub fn print(replay: &Replay, out: &mut impl Write) -> Result<(), Error> {
    let (_, _directory, log) = open(&replay.data)?;
    print_as(replay, &log, &json::to_json, out)
}

/// Prints events as NDJSON, with their personal texts opened.
fn print_opened(replay: &ReplayEvents, out: &mut impl Write) -> Result<(), Error> {
    let events = &replay.events;
    let settings = events.data.settings_with(replay.master_key.as_deref())?;
    let (config, directory, log) = open_as(settings.config)?;
    let keyring = existing_keys(&config, &directory)?;
    print_as(events, &log, &|record| opened(record, &keyring), out)
}

fn print_as(
    replay: &Replay,
    log: &SledLog,
    spell: &dyn Fn(&[u8]) -> Result<String, JsonError>,
    out: &mut impl Write,
) -> Result<(), Error> {
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
            let json = spell(record).map_err(|error| bad_record(position, &error))?;
            // JSON with the same meaning, without characters that a terminal obeys.
            writeln!(out, "{}", escaped(&json, ""))?;
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

pub(super) fn told(standing: Standing, size: u64) -> String {
    match standing {
        Standing::Identical => format!("identical to the checkpoint of {size} events"),
        Standing::Extended(more) => {
            format!("extends the checkpoint of {size} events by {more}")
        }
        Standing::Truncated => format!(
            "truncated: the log ends before the checkpoint of {size} events: restore it from a backup"
        ),
        Standing::Rewritten => format!(
            "rewritten: the first {size} events are not those of the checkpoint: restore the log \
             from a backup"
        ),
    }
}

/// Reads every block, folds every event into temporary rows, and compares the log with everything
/// that was signed, and the stored rows with the log. Prints what is good.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify_log(arguments: &Verify) -> Result<(), Error> {
    let given = match &arguments.against {
        Some(path) => Some(verify::kept(&fs::read_to_string(path)?, &arguments.key)?),
        None => None,
    };
    let (config, directory, log) = open(&arguments.data)?;
    let signed = Remembered::of(&config, &directory)?;
    let tree_options = proofs::tree_options(&directory.log_id().to_string());
    let tree = verify::folded(&directory.tree_path(), &tree_options)?;
    let checkpoints: Vec<_> = given.iter().chain(&signed.checkpoints).cloned().collect();
    let against = Against {
        checkpoints: &checkpoints,
        tree: tree.rows.as_ref(),
    };
    let options = store_options(config.views_cache_bytes, directory.log_id());
    let views_path = directory.views_path();
    let mut views = verify::folded(&views_path, &options)?;
    let beside = views_path.with_extension("verify");
    let mut trial = Trial::begin(&beside, &options).map_err(Error::Check)?;
    let kept_at = views.rows.as_ref().map(|rows| rows.position());
    if let Some(rows) = views.rows.take() {
        trial.compare(rows);
    }
    let progress = Progress::start("verifying", log.head().position.get());
    let blocks = log.read(Position::START)?;
    let reached = |at: Position| progress.reach(at.get());
    let verified = verify::verify(blocks, log.partition(), Some(&mut trial), &against, reached);
    drop(progress);
    let verified = verified?;
    let mut standings = checkpoints.iter().zip(&verified.standings);
    if let Some(given) = &given
        && let Some((_, standing)) = standings.next()
    {
        hold("the log was", given, *standing, true)?;
    }
    for (checkpoint, standing) in standings {
        hold(signed.place_of(checkpoint), checkpoint, *standing, false)?;
    }
    if let Some(position) = verified.differs {
        let reason = "the record is not the one that the tree has: the log was edited since it was \
                      folded; or the file `tree` was changed: then remove it, and it is rebuilt";
        return Err(Error::Record {
            position,
            reason: reason.to_owned(),
        });
    }
    let head = verified.head;
    if let Some(views) = kept_at.filter(|at| *at > head.position) {
        let log = head.position;
        return Err(Error::Views(ViewError::Ahead { views, log }));
    }
    hold_folds(&directory, &tree, &views, &verified, trial.compared())?;
    say(format_args!(
        "good: {} events in {} blocks, head {}",
        head.position, head.block, head.hash
    ))?;
    if let (Some(given), Some(standing)) = (&given, verified.standings.first()) {
        say(told(*standing, given.size))?;
    }
    for (name, fold) in [("views", &views), ("tree", &tree)] {
        if let Some(reason) = &fold.outdated {
            say(format_args!(
                "`{name}` was not compared, the next start rebuilds it: {reason}"
            ))?;
        }
    }
    verify_keys(&config, &directory)
}

/// Reads the keyring too, and says what it has.
fn verify_keys(config: &Config, directory: &DataDirectory) -> Result<(), Error> {
    let Some(found) = hold_keys(config, directory)? else {
        return Ok(());
    };
    let Inspected {
        keys, destroyed, ..
    } = found;
    Ok(say(format_args!(
        "good: a keyring with {keys} keys, and {destroyed} destroyed"
    ))?)
}

/// Checks that the keyring is whole and of this log, and that the master key is the one it needs. A copy
/// of a log may lack either.
fn hold_keys(config: &Config, directory: &DataDirectory) -> Result<Option<Inspected>, Error> {
    let keyring = directory.keyring_path();
    let found = match keyring::inspect(&keyring, directory.log_id()) {
        Err(keyring::Error::Missing { .. }) => return Ok(None),
        found => found?,
    };
    let master = master_key_of(config, directory.root());
    if files::draft_of(&master).exists() {
        // A change of the master key was cut short; the next start finishes it.
        return Ok(Some(found));
    }
    let given = match MasterKey::open(&master) {
        Err(keyring::Error::Missing { .. }) => return Ok(Some(found)),
        given => given?.id(),
    };
    if given != found.master {
        return Err(Error::Keys(keyring::Error::OtherMaster {
            path: keyring,
            needed: found.master,
            given,
        }));
    }
    Ok(Some(found))
}

/// Checks whether the stored rows agree with the log.
fn hold_folds(
    directory: &DataDirectory,
    tree: &Folded,
    views: &Folded,
    verified: &Verified,
    compared: Option<Compared>,
) -> Result<(), Error> {
    let of_tree = |reason: &String| Unlike::new(&directory.tree_path(), reason);
    let of_views = |reason: &dyn std::fmt::Display| Unlike::new(&directory.views_path(), reason);
    let tree_is = tree.unlike.clone();
    let tree_is = tree_is.or_else(|| verified.bad_tree.as_ref().map(of_tree));
    let views_are = views.unlike.clone().or_else(|| match &compared {
        Some(Compared::Differ) => Some(of_views(&"its rows are others at the same position")),
        Some(Compared::Unreadable(error)) => Some(of_views(error)),
        Some(Compared::Equal) | None => None,
    });
    match tree_is.or(views_are) {
        Some(unlike) => Err(verify::Error::Unlike(unlike).into()),
        None => Ok(()),
    }
}

pub(super) fn hold(
    what: &str,
    to: &Checkpoint,
    standing: Standing,
    is_given: bool,
) -> Result<(), Error> {
    match standing {
        Standing::Identical | Standing::Extended(_) => Ok(()),
        Standing::Truncated | Standing::Rewritten => Err(Error::Signed {
            what: what.to_owned(),
            size: to.size,
            standing,
            is_given,
        }),
    }
}

/// The signed checkpoints that a directory holds.
struct Remembered {
    checkpoints: Vec<Checkpoint>,
    /// The last one that the log itself signed.
    own: Option<Checkpoint>,
}

impl Remembered {
    /// Reads the signed checkpoints, and verifies them with the available keys.
    fn of(config: &Config, directory: &DataDirectory) -> Result<Self, Error> {
        let keys = match LogKeys::open(&signing_key_of(config, directory.root())) {
            Ok(keys) => Some(keys),
            // A copy without the secret key.
            Err(KeyError::Missing { .. }) => None,
            Err(other) => return Err(other.into()),
        };
        let own = proofs::remembered(&directory.checkpoint_path())?;
        if let (Some((note, _)), Some(keys)) = (&own, &keys) {
            let signed = verify::kept(&note.to_string(), &keys.public());
            signed.map_err(|error| proofs::Error::Damaged {
                path: directory.checkpoint_path(),
                reason: with_causes(&error),
                given_up: proofs::GUARD,
            })?;
        }
        let own = own.map(|(_, checkpoint)| checkpoint);
        let cosigned = Cosigned::open(&directory.cosignatures_path())?;
        let by_key = keys.as_ref().map(|keys| keys.current().public().name());
        let origin = own.as_ref().map(Checkpoint::origin).or(by_key);
        let named = |(size, root)| Checkpoint::new(origin.unwrap_or_default(), size, root);
        let by_witnesses: Vec<_> = cosigned.roots().map(named).collect();
        // Without the name of the log, the text that a witness signed is unknown; the roots are
        // known.
        if origin.is_some() {
            let witnesses = witnesses_of(config).map_err(|reason| Error::Witnesses {
                path: config.witnesses.clone(),
                reason,
            })?;
            cosigned.verify(&witnesses, &by_witnesses)?;
        }
        Ok(Self {
            checkpoints: own.iter().cloned().chain(by_witnesses).collect(),
            own,
        })
    }

    fn place_of(&self, checkpoint: &Checkpoint) -> &'static str {
        match self.own.as_ref() == Some(checkpoint) {
            true => "the last checkpoint in the data directory",
            false => "a checkpoint that a witness signed",
        }
    }
}

/// Rebuilds the views, replaces the old ones, and prints both digests.
///
/// # Errors
/// See [`Error`]; `Differed` when the old views had other rows.
pub fn rebuild_views(offline: &Offline) -> Result<(), Error> {
    let (config, directory, log) = open(offline)?;
    let progress = Progress::start("rebuilding views", log.head().position.get());
    let options = store_options(config.views_cache_bytes, directory.log_id());
    let path = directory.views_path();
    let rebuilt = views::rebuild(&path, &options, &log, |at| progress.reach(at.get()))?;
    drop(progress);
    say(format_args!(
        "rebuilt to position {}, digest {}",
        rebuilt.position,
        hex(&rebuilt.digest)
    ))?;
    match rebuilt.old_digest {
        None => say("the views before were of another position, damaged, or there were none")?,
        Some(old) if old == rebuilt.digest => say("equal to the views before")?,
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
