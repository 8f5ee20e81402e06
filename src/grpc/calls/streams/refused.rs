//! Why a stream is refused, or ends although there is more.

use std::time::Duration;

use tonic::{Code, Status};

use crate::domain::Position;
use crate::grpc::calls::streams::outlet::Unread;
use crate::grpc::calls::streams::shares::{Kind, Refused, Whose};
use crate::grpc::edge::status::{Metadata, status, too_many};
use crate::wire::proto::api::ErrorReason;

/// Refuses another stream.
pub fn no_place(refused: Refused) -> Status {
    let Refused { kind, whose, most } = refused;
    let (reason, subject, what) = match kind {
        Kind::Reads => (
            ErrorReason::TooManyReaders,
            "readers",
            "streams read the log",
        ),
        Kind::Follows => {
            let what = "streams follow the log";
            (ErrorReason::TooManyFollowers, "followers", what)
        }
        Kind::Ingests => {
            let what = "streams send observations";
            (ErrorReason::TooManyIngests, "ingests", what)
        }
        Kind::Backups => (ErrorReason::TooManyBackups, "backups", "backups are taken"),
    };
    let whose = match whose {
        Whose::All => "",
        Whose::Connection => " on this connection",
        Whose::Brand => " for this brand",
    };
    too_many(reason, subject, format!("{most} {what}{whose} already"))
}

/// Ends a stream whose client takes nothing; says where to resume, if it can be.
pub fn unread(why: Unread, resume: Option<Position>) -> Status {
    let resume = resume.map(|resume| ("resume_position", resume.to_string()));
    match why {
        Unread::For(time) => {
            let message = format!("nothing of this stream was taken for {}", seconds(time));
            let metadata = resume.into_iter().collect();
            status(Code::Aborted, ErrorReason::StreamUnread, message, metadata)
        }
        Unread::GaveWay => gave_way(
            "nothing of this stream was taken",
            resume.into_iter().collect(),
        ),
    }
}

/// Ends a stream of observations that is silent, after a time or because another one needs its place;
/// says which chunk was acknowledged last.
pub fn idle_ingest(silent_for: Option<Duration>, acknowledged: u64) -> Status {
    let metadata = vec![("acknowledged_chunk", acknowledged.to_string())];
    let Some(time) = silent_for else {
        return gave_way("nothing came on this stream", metadata);
    };
    let message = format!(
        "nothing came on this stream, or was taken from it, for {}",
        seconds(time)
    );
    status(Code::Aborted, ErrorReason::StreamIdle, message, metadata)
}

fn gave_way(why: &str, metadata: Metadata) -> Status {
    let message = format!("{why}, and another one needed its place");
    let code = Code::ResourceExhausted;
    status(code, ErrorReason::StreamGaveWay, message, metadata)
}

fn seconds(time: Duration) -> String {
    format!("{} seconds", time.as_secs_f64())
}
