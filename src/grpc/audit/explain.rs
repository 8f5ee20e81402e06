//! The events behind a number, over gRPC.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::parse;
use crate::domain::metrics::Sides;
use crate::domain::{Position, Record};
use crate::explain::{Added, Explanation, Gathering, Number, Subject};
use crate::grpc::calls::folds::refused;
use crate::grpc::calls::streams::sent;
use crate::grpc::calls::{Calls, Folding, parsed};
use crate::grpc::edge::deadline::Deadline;
use crate::grpc::edge::status;
use crate::log::codec::json::{reason_of, record_descriptor};
use crate::log::codec::{self, peek};
use crate::log::{Log, Selection};
use crate::report;
use crate::views::{AsOf, Slice};
use crate::wire::proto::api;
use crate::wire::proto::api::explain_metric_response::Message;

/// Events of one message: some hundred KiB.
const EVENTS_OF_A_MESSAGE: usize = 1_024;
/// Memory that an event of an explanation takes until it is sent: its position and two exact numbers.
const ADDED_BYTES: usize = 256;
/// Messages between the reader and the connection: one being sent, one being read.
const MESSAGES_AHEAD: usize = 2;

type Answer = Result<api::ExplainMetricResponse, Status>;
/// The parts of an explanation.
pub(super) type Parts = ReceiverStream<Answer>;

/// Explains a number.
///
/// # Errors
/// See the API.
pub(super) async fn explain(
    calls: &Calls,
    request: Request<api::ExplainMetricRequest>,
) -> Result<Response<ReceiverStream<Answer>>, Status> {
    let deadline = Deadline::of(&request);
    let query = parsed(parse::explain_metric(&request.into_inner()))?;
    calls.reach(query.when.min_position, deadline).await?;
    let as_of = query.when.as_of;
    let as_of = as_of.unwrap_or_else(|| AsOf::Position(calls.views.position()));
    let slice = match &query.subject {
        Subject::Campaign(name) => Slice::Campaign(name.clone()),
        Subject::Partnership(name) => Slice::Partnership(name.clone()),
    };
    let brand = slice.brand().to_string();
    let work = move |fold: &mut Folding<'_>| explained(fold, query.subject, &query.number);
    let (metric, explanation) = calls.telling(as_of, slice, deadline, work).await?;
    let taken = calls.folds.take(explanation.added.len() * ADDED_BYTES);
    let taken = taken.map_err(refused::past)?;
    let (send, receive) = mpsc::channel(MESSAGES_AHEAD);
    let calls = calls.clone();
    tokio::spawn(async move {
        let first = api::ExplainMetricResponse {
            message: Some(Message::Metric(metric)),
            hidden: Vec::new(),
        };
        let mut heard = sent(&send, Ok(first)).await;
        let added: Vec<_> = explanation.added.into_iter().collect();
        for part in added.chunks(EVENTS_OF_A_MESSAGE) {
            if !heard {
                return;
            }
            let (log, part) = (Arc::clone(&calls.log), part.to_vec());
            let events = calls.long_read(&brand, move || events(log.as_ref(), &part));
            let opened = events.await.map(|answer| calls.opened(answer));
            heard = sent(&send, opened).await;
        }
        drop(taken);
    });
    Ok(Response::new(ReceiverStream::new(receive)))
}

/// Reads events, with what each added.
fn events(log: &dyn Log, added: &[(Position, Added)]) -> Answer {
    let mut records = Selection::of(log);
    let mut events = Vec::with_capacity(added.len());
    for (position, added) in added {
        if let Some(bytes) = records.read(*position).map_err(status::read)? {
            events.push(event(*position, bytes, added)?);
        }
    }
    let message = Some(Message::Events(api::ExplainedEvents { events }));
    Ok(api::ExplainMetricResponse {
        message,
        hidden: Vec::new(),
    })
}

/// Takes a number apart, and says how the report shows it.
fn explained(
    fold: &mut Folding<'_>,
    subject: Subject,
    number: &Number,
) -> Result<(api::ExplainedMetric, Explanation), Status> {
    let (reason, kind, id) = match &subject {
        Subject::Campaign(name) => {
            let reason = api::ErrorReason::CampaignNotFound;
            (reason, "campaign", name.campaign.to_string())
        }
        Subject::Partnership(name) => {
            let reason = api::ErrorReason::PartnershipNotFound;
            (reason, "partnership", name.creator.to_string())
        }
    };
    let mut gathering = Gathering::of(subject);
    let past = fold.past(&mut |record, contributions, rows| {
        gathering.note(record, contributions, rows);
    })?;
    let behind = gathering.finish(past.rows);
    let behind = behind.map_err(|error| status::internal(&error))?;
    let behind = behind.ok_or_else(|| status::not_found(reason, kind, &id))?;
    let explanation = behind.explain(number);
    let explanation = explanation.map_err(|error| status::internal(&error))?;
    let shown = behind.shown(number);
    let told = api::ExplainedMetric {
        metric: number.path.clone(),
        published: shown.published,
        absent: shown.absent,
        numerator: report::fraction(&explanation.sum.numerator),
        denominator: side(&explanation.sum),
        scale: shown.scale,
        events: explanation.added.len() as u64,
        position: behind.rows.position().get(),
    };
    Ok((told, explanation))
}

fn side(sides: &Sides) -> String {
    let side = sides.denominator.as_ref();
    side.map(report::fraction).unwrap_or_default()
}

fn event(position: Position, bytes: &[u8], added: &Added) -> Result<api::ExplainedEvent, Status> {
    let header = peek(bytes).map_err(|error| status::internal(&error))?;
    let record: Record = codec::decode(bytes).map_err(|error| status::internal(&error))?;
    let field = header
        .event
        .and_then(|number| record_descriptor().get_field(number));
    let kind = field.map(|field| field.kind());
    let name = kind.as_ref().and_then(|kind| kind.as_message());
    let (reason, by) = match added.reason {
        Some((reason, by)) => (reason, by),
        None => (api::WithoutContribution::Unspecified, None),
    };
    Ok(api::ExplainedEvent {
        position: position.get(),
        r#type: name.map(|name| name.name().to_owned()).unwrap_or_default(),
        recorded_at: Some(record.recorded_at.into()),
        occurred_at: Some(record.fact_at().into()),
        campaign_id: header.campaign_id.to_owned(),
        collaboration_id: header.collaboration_id.to_owned(),
        creator_id: header.creator_id.to_owned(),
        numerator: report::fraction(&added.sides.numerator),
        denominator: side(&added.sides),
        reason: reason.into(),
        by_position: by.map_or(0, Position::get),
        actor: Some((&record.actor).into()),
        on_behalf_of: record.on_behalf_of.as_ref().map(Into::into),
        stated_reason: reason_of(bytes),
    })
}
