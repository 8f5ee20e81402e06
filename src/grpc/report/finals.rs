//! Reports that stay: numbers drawn from the log as it was, as often as they are asked for.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::parse;
use crate::domain::rows::{Key, Rows};
use crate::domain::state::{Campaign, Report, Resource};
use crate::domain::{CampaignRef, Drawn, Position};
use crate::grpc::calls::folds::refused;
use crate::grpc::calls::page_token::Query;
use crate::grpc::calls::{
    Calls, Listed, Load, Lookup, Part, Question, Reading, Shown, blocking, page, parsed,
};
use crate::grpc::campaign::reads::known_campaign;
use crate::grpc::edge::deadline::Deadline;
use crate::grpc::edge::status;
use crate::log::codec::json::event_name;
use crate::log::codec::peek;
use crate::log::{Log, Selection};
use crate::report;
use crate::store::Snapshot;
use crate::views::{Past, Slice};
use crate::wire::proto::api;

impl Shown for api::FinalReport {
    fn of(resource: &Resource) -> Option<Self> {
        let Resource::Report(name, _, row) = resource else {
            return None;
        };
        Some(report::final_report(name, row))
    }
}

/// Draws the numbers as they are now and asks to keep them.
///
/// # Errors
/// Whatever keeps the write from happening.
pub async fn finalise(
    calls: &Calls,
    request: Request<api::FinaliseReportRequest>,
) -> Result<Response<api::FinaliseReportResponse>, Status> {
    let deadline = Deadline::of(&request);
    let asked = parsed(parse::finalise_report(request.into_inner(), calls.now()))?;
    let as_of = calls.views.position();
    // Where there is nothing to fix, nothing is drawn: the rules say why.
    let drawn = match has_ended(calls, asked.campaign.clone()).await? {
        true => {
            draw(calls, &asked.campaign, as_of, deadline, nothing)
                .await?
                .drawn
        }
        false => Drawn::nothing(as_of),
    };
    let written = calls.execute(Ok(asked.with(drawn)), deadline).await?;
    Ok(Response::new(api::FinaliseReportResponse {
        report: written.shown(),
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
    let reading = Reading {
        load: Load::Few,
        when: query.when,
        slice: Slice::Campaign(query.campaign.clone()),
        deadline,
    };
    let find = move |rows: &Snapshot| known_report(rows, &query.campaign, query.revision);
    let (report, position) = calls.read(reading, find).await?;
    let drawing = draw(calls, &name, report.drawn.as_of, deadline, nothing).await?;
    Ok(Response::new(api::GetReportResponse {
        report: Some(report::final_report(&name, &report)),
        roi: Some(drawing.roi),
        is_reproduced: drawing.drawn == report.drawn,
        position,
    }))
}

/// Answers a page of `ListReports`.
pub(super) fn listed(
    rows: &Snapshot,
    query: &parse::ReportsQuery,
    part: &Part,
) -> Result<Listed<api::FinalReport>, Lookup> {
    known_campaign(rows, &query.campaign)?;
    let prefix = Report::of_campaign(&query.campaign);
    let keep = |_: &Key, row: &Report| Some(report::final_report(&query.campaign, row));
    Ok(page(rows, &prefix, part, keep)?)
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
    let same_query = Query::of(&api::CompareReportsRequest {
        page_size: 0,
        page_token: String::new(),
        min_position: 0,
        ..request.clone()
    });
    let query = parsed(parse::compare_reports(request))?;
    let part = calls.part(same_query, &query.page)?;
    let name = query.campaign.clone();
    let reading = Reading {
        load: Load::Few,
        when: query.when,
        slice: Slice::Campaign(query.campaign.clone()),
        deadline,
    };
    let find = move |rows: &Snapshot| {
        let from = known_report(rows, &query.campaign, Some(query.from))?;
        let to = known_report(rows, &query.campaign, Some(query.to))?;
        Ok((from, to))
    };
    let ((from, to), position) = calls.read(reading, find).await?;
    let after = part.start.as_ref().and_then(|key| key.parts().number());
    let after = after.map_or(from.drawn.as_of, Position::new);
    let before = draw(calls, &name, from.drawn.as_of, deadline, nothing).await?;
    let log = Arc::clone(&calls.log);
    let list = move |past: &Past| changes(log.as_ref(), past, after, part.size);
    let now = draw(calls, &name, to.drawn.as_of, deadline, list).await?;
    let (events, last) = now.more;
    let next = last.map(|last| Key::of::<Report>().number(last.get()));
    Ok(Response::new(api::CompareReportsResponse {
        from: Some(report::final_report(&name, &from)),
        to: Some(report::final_report(&name, &to)),
        changes: report::changes(&before.roi, &now.roi),
        events,
        next_page_token: calls.next_page(same_query, next),
        position,
    }))
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

/// Returns whether the campaign is one that has reports: all of it is folded for no other.
async fn has_ended(calls: &Calls, name: CampaignRef) -> Result<bool, Status> {
    let views = calls.views.clone();
    let row = blocking(move || {
        let row = views.read(|rows| rows.get::<Campaign>(&Campaign::key(&name)));
        let row = row.map_err(status::view)?;
        row.map_err(|error| status::internal(&error))
    });
    let row = row.await?;
    Ok(row.is_some_and(|campaign| campaign.closed.is_some()))
}

/// The numbers of a campaign as it was, and what more was read of that past.
struct Drawing<T> {
    roi: api::CampaignRoi,
    drawn: Drawn,
    more: T,
}

/// Draws the numbers of a campaign at a position, and reads more of that past.
async fn draw<T: Send + 'static>(
    calls: &Calls,
    name: &CampaignRef,
    as_of: Position,
    deadline: Option<Deadline>,
    more: impl FnOnce(&Past) -> Result<T, Status> + Send + 'static,
) -> Result<Drawing<T>, Status> {
    let question = Question {
        slice: Slice::Campaign(name.clone()),
        until: as_of,
        occurred: None,
    };
    let past = calls.folds.rows(question, deadline).await;
    let past = past.map_err(refused::report)?;
    let campaign = name.clone();
    let drawing = calls.long_read(name.brand.as_str(), move || {
        let drawn = report::final_roi(&campaign, &past, as_of);
        let drawn = drawn.map_err(|error| status::internal(&error))?;
        let missing = || status::internal(&std::io::Error::other("a report has no campaign"));
        let (roi, drawn) = drawn.ok_or_else(missing)?;
        let more = more(&past)?;
        Ok(Drawing { roi, drawn, more })
    });
    drawing.await
}

fn nothing(_: &Past) -> Result<(), Status> {
    Ok(())
}

/// Lists at most so many of the events after a position that added to the numbers, and the last of them
/// if there are more.
fn changes(
    log: &dyn Log,
    past: &Past,
    after: Position,
    size: usize,
) -> Result<(Vec<api::ChangingEvent>, Option<Position>), Status> {
    let begin = past.adds.partition_point(|position| *position <= after);
    let (_, rest) = past.adds.split_at(begin);
    let (listed, beyond) = rest.split_at(rest.len().min(size));
    let mut records = Selection::of(log);
    let mut events = Vec::with_capacity(listed.len());
    for position in listed {
        let record = records.read(*position).map_err(status::read)?;
        events.extend(record.and_then(|record| changing(record)));
    }
    let last = listed.last().copied().filter(|_| !beyond.is_empty());
    Ok((events, last))
}

fn changing(record: &[u8]) -> Option<api::ChangingEvent> {
    let header = peek(record).ok()?;
    Some(api::ChangingEvent {
        position: header.position.get(),
        r#type: event_name(header.event?)?,
        recorded_at: Some(header.recorded_at.into()),
    })
}
