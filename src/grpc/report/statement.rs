//! Statements over gRPC: one fold of the campaign gives its rows, its days and its timeline.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::parse;
use super::reads::performance;
use crate::domain::rows::{Rows, Scan};
use crate::domain::state::{Collaboration, Publication, Report};
use crate::domain::{
    Actor, Audience, CampaignRef, CollaborationId, CollaborationRef, Contribution, Event, Position,
    PublicationId, Record, Tally, Target, Timestamp, Totals,
};
use crate::grpc::calls::folds::refused;
use crate::grpc::calls::proofs;
use crate::grpc::calls::streams::sent;
use crate::grpc::calls::{Calls, Folding, Lookup, id_at, parsed};
use crate::grpc::campaign::reads::known_campaign;
use crate::grpc::campaign::render::campaign as render_campaign;
use crate::grpc::collaboration::reads::shown;
use crate::grpc::edge::deadline::Deadline;
use crate::log::codec::{self, peek};
use crate::report;
use crate::statement::{Day, Happened, Line, Statement, csv, html};
use crate::store::Snapshot;
use crate::views::{AsOf, CampaignTotals, LastRecorded, Slice};
use crate::wire::proto::api;

/// Bytes of the file in one message.
const CHUNK_BYTES: usize = 256 << 10;

/// Chunks between the file and the connection.
const CHUNKS_AHEAD: usize = 2;
/// Memory that a line of a statement takes, with the text it becomes, by estimate.
const LINE_BYTES: usize = 2 << 10;

/// A file in chunks.
pub(super) type Chunks = ReceiverStream<Result<api::GetStatementResponse, Status>>;

/// Writes a statement.
///
/// # Errors
/// See the API.
pub(super) async fn get(
    calls: &Calls,
    request: Request<api::GetStatementRequest>,
) -> Result<Response<Chunks>, Status> {
    let deadline = Deadline::of(&request);
    let query = parsed(parse::get_statement(&request.into_inner()))?;
    calls.reach(query.when.min_position, deadline).await?;
    let as_of = query.when.as_of;
    let as_of = as_of.unwrap_or_else(|| AsOf::Position(calls.views.position()));
    let name = query.campaign;
    let brand = name.brand.to_string();
    // What is known of creators is in the numbers of collaborations.
    let slice = Slice::Campaigns(name.brand.clone(), vec![name.campaign.clone()]);
    let work = move |fold: &mut Folding<'_>| drawn(fold, &name);
    let mut statement = calls.telling(as_of, slice, deadline, work).await?;
    let lines = statement.collaborations.len() + statement.timeline.len() + statement.days.len();
    let taken = calls
        .folds
        .take(lines * LINE_BYTES)
        .map_err(refused::past)?;
    let size = Position::new(statement.position);
    let signed = proofs::signed(calls, "as_of.position", Some(size), deadline).await?;
    statement.checkpoint = signed.note.to_string();
    let write = move || {
        Ok(Bytes::from(match query.format {
            parse::StatementFormat::Html => html(&statement),
            parse::StatementFormat::Csv => csv(&statement),
        }))
    };
    let file = calls.long_read(&brand, write).await?;
    let (send, receive) = mpsc::channel(CHUNKS_AHEAD);
    tokio::spawn(async move {
        for start in (0..file.len()).step_by(CHUNK_BYTES) {
            let end = file.len().min(start + CHUNK_BYTES);
            let chunk = file.slice(start..end);
            if !sent(&send, Ok(api::GetStatementResponse { chunk })).await {
                break;
            }
        }
        drop(taken);
    });
    Ok(Response::new(ReceiverStream::new(receive)))
}

fn drawn(fold: &mut Folding<'_>, name: &CampaignRef) -> Result<Statement, Status> {
    let (mut days, mut timeline) = (BTreeMap::new(), Vec::new());
    let past = fold.past(&mut |record, contributions, _| {
        if record.subject.campaign.as_ref() == Some(&name.campaign) {
            add(&mut days, record.fact_at(), contributions);
            timeline.extend(happened(record));
        }
    })?;
    let found = read(&past.rows, name).map_err(Lookup::into_status)?;
    timeline.sort_by(|one, other| (&one.at, one.position).cmp(&(&other.at, other.position)));
    Ok(Statement {
        days: summed(days),
        timeline,
        position: past.rows.position().get(),
        ..found
    })
}

/// What is in the rows.
fn read(rows: &Snapshot, name: &CampaignRef) -> Result<Statement, Lookup> {
    let campaign = known_campaign(rows, name)?;
    let totals = rows.get::<CampaignTotals>(&CampaignTotals::key(name))?;
    let rates = report::Rates::of_campaign(rows, name)?;
    let now = LastRecorded::of(rows)?;
    let totals = totals.unwrap_or_default();
    let (mut names, mut revisions) = (Vec::new(), Vec::new());
    let prefix = Collaboration::of_campaign(name);
    rows.scan::<Collaboration>(Scan::of(&prefix), &mut |key, row| {
        names.extend(id_at(key, 2, CollaborationId::parse).map(|id| (id, row.clone())));
        ControlFlow::Continue(())
    })?;
    let prefix = Report::of_campaign(name);
    rows.scan::<Report>(Scan::of(&prefix), &mut |_, row| {
        revisions.push(report::final_report(name, row));
        ControlFlow::Continue(())
    })?;
    let mut collaborations = Vec::with_capacity(names.len());
    for (collaboration, row) in names {
        let place = CollaborationRef {
            brand: name.brand.clone(),
            campaign: name.campaign.clone(),
            collaboration,
        };
        collaborations.push(Line {
            collaboration: shown(rows, &place, &row)?,
            performance: performance(rows, &place)?,
            urls: urls(rows, &place)?,
        });
    }
    Ok(Statement {
        campaign: render_campaign(name, &campaign),
        roi: report::campaign_roi(name, &campaign, &totals, &rates, now),
        collaborations,
        days: Vec::new(),
        timeline: Vec::new(),
        revisions,
        position: 0,
        recorded_at: now.to_string(),
        checkpoint: String::new(),
    })
}

/// Where the posts of a collaboration are.
fn urls(rows: &Snapshot, place: &CollaborationRef) -> Result<BTreeMap<String, String>, Lookup> {
    let mut urls = BTreeMap::new();
    let prefix = Publication::of_brand(&place.brand)
        .text(place.campaign.as_str())
        .text(place.collaboration.as_str());
    rows.scan::<Publication>(Scan::of(&prefix), &mut |key, row| {
        let name = id_at(key, 3, PublicationId::parse);
        urls.extend(name.map(|name| (name.to_string(), row.url.clone())));
        ControlFlow::Continue(())
    })?;
    Ok(urls)
}

/// What each day added to the campaign.
type Days = BTreeMap<String, Tally>;

fn add(days: &mut Days, at: Timestamp, contributions: &[Contribution]) {
    let mut totals = Totals::default();
    for Contribution { target, effect } in contributions {
        if *target == Target::Campaign {
            totals.apply(effect);
        }
    }
    if totals.counted != Tally::default() {
        *days.entry(day_of(at)).or_default() += &totals.counted;
    }
}

/// What the days add up to.
fn summed(days: Days) -> Vec<Day> {
    let mut sum = Tally::default();
    let summed = days.into_iter().map(|(day, tally)| {
        sum += &tally;
        let engagement = sum.engagement.get(&Audience::HEADLINE);
        Day {
            day,
            cost_minor: small(sum.accrued()),
            revenue_minor: small(sum.net_revenue()),
            engagements: engagement.map_or(0, |sums| small(sums.engagements.value / 10_000)),
        }
    });
    summed.collect()
}

fn small(sum: i128) -> i64 {
    i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX })
}

fn day_of(at: Timestamp) -> String {
    at.to_string().chars().take("2026-11-01".len()).collect()
}

fn named(actor: &Actor) -> String {
    format!("{} {}", actor.kind.name().to_lowercase(), actor.id)
}

/// An event for the timeline: what people did, not every number that was seen. Of orders only what was
/// corrected.
fn happened(record: &Record) -> Option<Happened> {
    match &record.event {
        Event::Engagement(_) => None,
        Event::Revenue(event) if !event.is_correction() => None,
        Event::Revenue(_)
        | Event::Campaign(_)
        | Event::Creator(_)
        | Event::Agreement(_)
        | Event::Content(_)
        | Event::Publication(_)
        | Event::Seeding(_)
        | Event::Settlement(_)
        | Event::Dispute(_)
        | Event::Hold(_) => {
            let bytes = codec::encode(record);
            let header = peek(&bytes).ok()?;
            let collaboration = record.subject.collaboration.as_ref();
            Some(Happened {
                position: record.position.get(),
                at: record.fact_at().to_string(),
                event: codec::json::event_name(header.event?)?,
                collaboration_id: collaboration.map(ToString::to_string).unwrap_or_default(),
                actor: named(&record.actor),
                on_behalf_of: record
                    .on_behalf_of
                    .as_ref()
                    .map_or_else(String::new, |other| {
                        format!("{}: {}", named(&other.actor), other.reason)
                    }),
            })
        }
    }
}
