//! Everything about one person as a stream, for that person to read.
//!
//! A stream has a place among the readers of the log, and reads in their turns. It gets its next turn
//! when its client asks for another message, so a client that takes nothing costs no thread.

mod spell;
mod turn;

use tonic::{Request, Response, Status};

use self::turn::{Cursor, Turns};
use super::parse;
use super::reads::known_creator;
use crate::domain::Position;
use crate::grpc::calls::streams::outlet::{Messages, Outlet, Room, Unread, outlet};
use crate::grpc::calls::streams::refused;
use crate::grpc::calls::streams::shares::{Place, Stamp, Who};
use crate::grpc::calls::{Calls, Load, Reading, parsed};
use crate::grpc::edge::deadline::Deadline;
use crate::grpc::edge::status;
use crate::store::Snapshot;
use crate::views::Slice;
use crate::wire::proto::api;

/// Messages read ahead of what the client asked for.
const AHEAD: usize = 0;

/// Answers `ExportCreatorData`.
pub(super) async fn export(
    calls: &Calls,
    request: Request<api::ExportCreatorDataRequest>,
) -> Result<Response<Messages<api::ExportCreatorDataResponse>>, Status> {
    let (who, deadline) = (Who::of(&request), Deadline::of(&request));
    let query = parsed(parse::export_creator_data(&request.into_inner()))?;
    let creator = query.creator.clone();
    let reading = Reading {
        load: Load::Few,
        when: query.when,
        slice: Slice::Creator(creator.clone()),
        deadline,
    };
    let find = move |rows: &Snapshot| known_creator(rows, &creator).map(drop);
    let ((), reached) = calls.read(reading, find).await?;
    let until = Position::new(reached);
    if query.after > until {
        return Err(status::ahead("after_position", query.after, until));
    }
    let who = who.about(Some(&query.creator.brand));
    let idle = Stamp::default();
    let place = calls.streams.reads.enter(&who, &idle);
    let place = place.map_err(refused::no_place)?;
    let limits = calls.streams.outlet(AHEAD);
    let (out, messages) = outlet(limits, idle, query.after.get());
    let exporting = Exporting {
        turns: Turns::of(calls, &who, query.creator),
        until,
        out,
    };
    let streams = calls.streams.clone();
    tokio::spawn(async move {
        if let Err(why) = exporting.to_the_end(query.after, &place).await {
            drop(place);
            let status = |stands| refused::unread(why, Some(Position::new(stands)));
            streams.end_unread(&who, &exporting.out, status).await;
        }
    });
    Ok(Response::new(messages))
}

/// An export under way.
struct Exporting {
    turns: Turns,
    /// The position that it reflects.
    until: Position,
    out: Outlet<api::ExportCreatorDataResponse>,
}

impl Exporting {
    /// Sends all events, and then the end.
    ///
    /// # Errors
    /// When its client takes nothing.
    async fn to_the_end(&self, after: Position, place: &Place) -> Result<(), Unread> {
        let mut cursor = Cursor::from(after, self.until);
        while !cursor.is_done() {
            if !self.out.wait_for_taker(None, place).await? {
                return Ok(());
            }
            let turn = tokio::select! {
                biased;
                () = self.out.gone() => return Ok(()),
                turn = self.turns.next(cursor) => turn,
            };
            let events;
            (cursor, events) = match turn {
                Ok(turn) => turn,
                Err(failed) => return self.out.finish(Err(failed), place).await,
            };
            if !events.is_empty() {
                self.put(events, cursor.after());
            }
        }
        self.put(Vec::new(), self.until);
        self.out.finish(Ok(()), place).await
    }

    fn put(&self, events: Vec<api::ExportedEvent>, resume: Position) {
        let message = api::ExportCreatorDataResponse {
            events,
            resume_position: resume.get(),
            position: self.until.get(),
        };
        self.out.put(Room::Asked, message, resume.get());
    }
}
