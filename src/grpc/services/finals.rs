//! Reports that stay: numbers drawn from the log as it was, as often as they are asked for.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::campaign::known_campaign;
use crate::domain::rows::{Key, MemoryRows, Rows};
use crate::domain::state::{Campaign, Report};
use crate::domain::{CampaignRef, Drawn, Position};
use crate::grpc::calls::{Calls, Lookup, blocking, page, parsed};
use crate::grpc::deadline::Deadline;
use crate::grpc::page_token::Query;
use crate::grpc::{parse, render, status};
use crate::log::codec::json::event_name;
use crate::log::codec::peek;
use crate::proto::api;
use crate::store::Snapshot;
use crate::views::index::Scope;
use crate::views::{Slice, as_of_telling, events_of};

/// Draws the numbers as they are now and asks to keep them.
///
/// # Errors
/// Whatever keeps the write from happening.
pub async fn finalise(
    calls: &Calls,
    request: Request<api::FinaliseReportRequest>,
) -> Result<Response<api::FinaliseReportResponse>, Status> {
    let asked = parsed(parse::finalise_report(request.into_inner(), calls.now()))?;
    let as_of = calls.views.position();
    let past = Past::of(calls, asked.campaign.clone());
    let drawn = blocking(move || {
        if !past.has_ended()? {
            return Ok(None);
        }
        let rows = past.rows(as_of, &mut |_| ())?;
        Ok(render::final_roi(&past.campaign, &rows, as_of).map(|(_, drawn)| drawn))
    });
    // Where there is nothing to fix, nothing is drawn: the rules say why.
    let drawn = drawn.await?.unwrap_or_else(|| Drawn::nothing(as_of));
    let written = calls.write(Ok(asked.with(drawn))).await?;
    Ok(Response::new(api::FinaliseReportResponse {
        report: written.report(),
        receipt: Some(written.receipt),
    }))
}

/// Answers a revision with its numbers.
///
/// # Errors
/// See the API.
pub async fn get(
    calls: &Calls,
    request: Request<api::GetReportRequest>,
) -> Result<Response<api::GetReportResponse>, Status> {
    let deadline = Deadline::of(&request);
    let query = parsed(parse::get_report(&request.into_inner()))?;
    let name = query.campaign.clone();
    let (when, slice) = (query.when, Slice::Campaign(query.campaign.clone()));
    let find = move |rows: &Snapshot| known_report(rows, &query.campaign, query.revision);
    let (report, position) = calls.read(when, slice, deadline, find).await?;
    let past = Past::of(calls, name);
    let answer = blocking(move || {
        let (roi, drawn) = past.draw(&report, &mut |_| ())?;
        Ok(api::GetReportResponse {
            report: Some(render::final_report(&past.campaign, &report)),
            roi: Some(roi),
            is_reproduced: drawn == report.drawn,
            position,
        })
    });
    Ok(Response::new(answer.await?))
}

/// Lists the revisions of a campaign.
///
/// # Errors
/// See the API.
pub async fn list(
    calls: &Calls,
    request: Request<api::ListReportsRequest>,
) -> Result<Response<api::ListReportsResponse>, Status> {
    let deadline = Deadline::of(&request);
    let request = request.into_inner();
    let same_query = Query::new(
        "ListReports",
        &api::ListReportsRequest {
            page_size: 0,
            page_token: String::new(),
            min_position: 0,
            ..request.clone()
        },
    );
    let query = parsed(parse::list_reports(request))?;
    let start = calls.page_start(same_query, &query.page)?;
    let (when, slice) = (query.when, Slice::Campaign(query.campaign.clone()));
    let find = move |rows: &Snapshot| {
        known_campaign(rows, &query.campaign)?;
        let prefix = Report::of_campaign(&query.campaign);
        let keep = |_: &Key, row: &Report| Some(render::final_report(&query.campaign, row));
        Ok(page(rows, &prefix, start.as_ref(), query.page.size, keep)?)
    };
    let ((reports, next), position) = calls.read_many(when, slice, deadline, find).await?;
    let next_page_token = calls.next_page(same_query, next);
    Ok(Response::new(api::ListReportsResponse {
        reports,
        next_page_token,
        position,
    }))
}

/// Answers what differs between two revisions, and why.
///
/// # Errors
/// See the API.
pub async fn compare(
    calls: &Calls,
    request: Request<api::CompareReportsRequest>,
) -> Result<Response<api::CompareReportsResponse>, Status> {
    let deadline = Deadline::of(&request);
    let request = request.into_inner();
    let same_query = Query::new(
        "CompareReports",
        &api::CompareReportsRequest {
            page_size: 0,
            page_token: String::new(),
            min_position: 0,
            ..request.clone()
        },
    );
    let query = parsed(parse::compare_reports(request))?;
    let start = calls.page_start(same_query, &query.page)?;
    let (name, size) = (query.campaign.clone(), query.page.size);
    let (when, slice) = (query.when, Slice::Campaign(query.campaign.clone()));
    let find = move |rows: &Snapshot| {
        let from = known_report(rows, &query.campaign, Some(query.from))?;
        let to = known_report(rows, &query.campaign, Some(query.to))?;
        Ok((from, to))
    };
    let ((from, to), position) = calls.read(when, slice, deadline, find).await?;
    let past = Past::of(calls, name);
    let after = start.as_ref().and_then(|key| key.parts().number());
    let after = after.map_or(from.drawn.as_of, Position::new);
    let (mut answer, last) = blocking(move || past.compare(&from, &to, after, size)).await?;
    answer.position = position;
    let next = last.map(|last| Key::of::<Report>().number(last));
    answer.next_page_token = calls.next_page(same_query, next);
    Ok(Response::new(answer))
}

/// Finds a revision, or the last one.
fn known_report(
    rows: &Snapshot,
    name: &CampaignRef,
    revision: Option<u32>,
) -> Result<Arc<Report>, Lookup> {
    let campaign = known_campaign(rows, name)?;
    let revision = revision.unwrap_or(campaign.reports);
    let row = rows.get(&Report::key(name, revision))?;
    row.ok_or_else(|| {
        let reason = api::ErrorReason::ReportNotFound;
        Lookup::missing(reason, "report", &revision.to_string())
    })
}

/// A campaign as it was.
struct Past {
    calls: Calls,
    campaign: CampaignRef,
}

impl Past {
    fn of(calls: &Calls, campaign: CampaignRef) -> Self {
        let calls = calls.clone();
        Self { calls, campaign }
    }

    /// Tells whether the campaign is one that has reports: all of it is folded for no other.
    fn has_ended(&self) -> Result<bool, Status> {
        let key = Campaign::key(&self.campaign);
        let row = self.calls.views.read(|rows| rows.get::<Campaign>(&key));
        let row = row.map_err(status::view)?;
        let row = row.map_err(|error| status::internal(&error))?;
        Ok(row.is_some_and(|campaign| campaign.closed.is_some()))
    }

    /// Folds the campaign up to a position; tells the events that added to its totals.
    fn rows(&self, until: Position, adds: &mut dyn FnMut(&[u8])) -> Result<MemoryRows, Status> {
        let scopes = Scope::of_campaign(self.campaign.clone());
        let events = self
            .calls
            .views
            .read(|rows| events_of(rows, &scopes, until, usize::MAX));
        let events = events.map_err(status::view)?;
        let events = events.map_err(|error| status::internal(&error))?;
        as_of_telling(self.calls.log.as_ref(), &events, adds).map_err(status::as_of)
    }

    /// Draws the numbers of a revision anew.
    fn draw(
        &self,
        report: &Report,
        adds: &mut dyn FnMut(&[u8]),
    ) -> Result<(api::CampaignRoi, Drawn), Status> {
        let as_of = report.drawn.as_of;
        let rows = self.rows(as_of, adds)?;
        render::final_roi(&self.campaign, &rows, as_of)
            .ok_or_else(|| status::internal(&std::io::Error::other("a report has no campaign")))
    }

    /// Compares two revisions; lists at most so many of the events after a position that made the
    /// difference, and the position to go on after, if there are more.
    fn compare(
        &self,
        from: &Report,
        to: &Report,
        after: Position,
        size: usize,
    ) -> Result<(api::CompareReportsResponse, Option<u64>), Status> {
        let (before, _) = self.draw(from, &mut |_| ())?;
        let (mut events, mut more) = (Vec::new(), false);
        let mut list = |record: &[u8]| {
            let changing = changing(record).filter(|event| event.position > after.get());
            if let Some(event) = changing {
                more = events.len() == size;
                if !more {
                    events.push(event);
                }
            }
        };
        let (now, _) = self.draw(to, &mut list)?;
        let last = events.last().filter(|_| more).map(|event| event.position);
        let answer = api::CompareReportsResponse {
            from: Some(render::final_report(&self.campaign, from)),
            to: Some(render::final_report(&self.campaign, to)),
            changes: render::changes(&before, &now),
            events,
            ..api::CompareReportsResponse::default()
        };
        Ok((answer, last))
    }
}

fn changing(record: &[u8]) -> Option<api::ChangingEvent> {
    let header = peek(record).ok()?;
    Some(api::ChangingEvent {
        position: header.position.get(),
        r#type: event_name(header.event?)?,
        recorded_at: Some(header.recorded_at.into()),
    })
}
