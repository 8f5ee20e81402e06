//! Statements over gRPC: one fold of the campaign gives its rows, its days and its timeline.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use bytes::Bytes;
use jiff::tz::TimeZone;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::parse;
use super::reads::performance;
use crate::domain::rows::{Rows, Scan};
use crate::domain::state::{Collaboration, Order, Publication, RefundState, Report};
use crate::domain::{
    Actor, Audience, CampaignRef, CollaborationId, CollaborationRef, Contribution, Event, Money,
    OrderKey, Position, PublicationId, Record, Tally, Target, Timestamp, Totals,
};
use crate::grpc::calls::folds::refused;
use crate::grpc::calls::proofs;
use crate::grpc::calls::streams::sent;
use crate::grpc::calls::{Calls, Folding, Lookup, Opening, id_at, parsed};
use crate::grpc::campaign::reads::{brand_zone, known_campaign};
use crate::grpc::campaign::render::campaign as render_campaign;
use crate::grpc::collaboration::reads::shown;
use crate::grpc::edge::deadline::Deadline;
use crate::identity::Roles;
use crate::log::codec::{self, peek};
use crate::report;
use crate::statement::{Day, Happened, Line, Refunded, Statement, Uncredited, csv, html};
use crate::store::Snapshot;
use crate::views::{AsOf, CampaignTotals, LastRecorded, Slice};
use crate::wire::personal::{Path, Personal as _, spell, spell_matched};
use crate::wire::proto::api;

/// The keys that texts are opened with, and the roles of who reads.
type Eyes<'a> = (&'a Opening, Roles);

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
    let (opening, roles) = (calls.opening.clone(), calls.caller.roles());
    let work = move |fold: &mut Folding<'_>| drawn(fold, &name, (&opening, roles));
    let mut statement = calls.telling(as_of, slice, deadline, work).await?;
    let lines = statement.collaborations.len()
        + statement.timeline.len()
        + statement.days.len()
        + statement.uncredited.len()
        + statement.refunds.len();
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

fn drawn(
    fold: &mut Folding<'_>,
    name: &CampaignRef,
    opening: Eyes<'_>,
) -> Result<Statement, Status> {
    let (mut quarters, mut timeline) = (BTreeMap::new(), Vec::new());
    let past = fold.past(&mut |record, contributions, _| {
        if record.subject.campaign.as_ref() == Some(&name.campaign) {
            add(&mut quarters, record.fact_at(), contributions);
            timeline.extend(happened(record, opening));
        }
    })?;
    let mut found = read(&past.rows, name).map_err(Lookup::into_status)?;
    for line in &mut found.collaborations {
        open(line, opening);
    }
    timeline.sort_by(|one, other| (&one.at, one.position).cmp(&(&other.at, other.position)));
    Ok(Statement {
        days: summed(quarters, &found.zone),
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
    let (uncredited, refunds) = orders(rows, name)?;
    let zone = brand_zone(rows, &name.brand)?;
    Ok(Statement {
        campaign: render_campaign(name, &campaign),
        roi: report::campaign_roi(name, &campaign, &totals, &rates, now),
        collaborations,
        days: Vec::new(),
        timeline: Vec::new(),
        uncredited,
        refunds,
        zone,
        revisions,
        position: 0,
        recorded_at: now.to_string(),
        checkpoint: String::new(),
    })
}

/// Orders of the campaign that nobody is credited with, and all refunds, the oldest first.
fn orders(rows: &Snapshot, name: &CampaignRef) -> Result<(Vec<Uncredited>, Vec<Refunded>), Lookup> {
    let (mut uncredited, mut refunds) = (Vec::new(), Vec::new());
    let prefix = Order::of_brand(&name.brand);
    rows.scan::<Order>(Scan::of(&prefix), &mut |_, order| {
        let standing = order.conversion.as_ref();
        let Some(standing) = standing.filter(|one| one.campaign == name.campaign) else {
            return ControlFlow::Continue(());
        };
        let recorded = &standing.conversion;
        let order_id = spelled(&recorded.order);
        uncredited.extend(recorded.unattributed.map(|reason| Uncredited {
            order: order_id.clone(),
            at: recorded.ordered_at.to_string(),
            kind: recorded.kind.name(),
            value: recorded.value.map(with_currency).unwrap_or_default(),
            reason: reason.name(),
        }));
        refunds.extend(order.refunds.iter().map(|known| {
            let (state, reason) = match known.state {
                RefundState::Applied => ("APPLIED", ""),
                RefundState::Waiting => ("WAITING", ""),
                RefundState::Rejected(why) => ("REJECTED", why.name()),
                RefundState::Voided { .. } => ("VOIDED", ""),
            };
            Refunded {
                order: order_id.clone(),
                refund_id: known.refund.id.to_string(),
                at: known.refund.refunded_at.to_string(),
                amount: with_currency(known.refund.amount),
                state,
                reason,
            }
        }));
        ControlFlow::Continue(())
    })?;
    uncredited.sort_by(|one, other| (&one.at, &one.order).cmp(&(&other.at, &other.order)));
    refunds.sort_by(|one, other| (&one.at, &one.order).cmp(&(&other.at, &other.order)));
    Ok((uncredited, refunds))
}

fn spelled(order: &OrderKey) -> String {
    format!("{} {}", order.source, order.id.as_str())
}

fn with_currency(amount: Money) -> String {
    format!("{} {}", amount.currency, amount.decimal())
}

/// Where the posts of a collaboration are.
fn urls(rows: &Snapshot, place: &CollaborationRef) -> Result<BTreeMap<String, String>, Lookup> {
    let mut urls = BTreeMap::new();
    let prefix = Publication::of_brand(&place.brand)
        .text(place.campaign.as_str())
        .text(place.collaboration.as_str());
    rows.scan::<Publication>(Scan::of(&prefix), &mut |key, row| {
        let name = id_at(key, 3, PublicationId::parse);
        urls.extend(name.map(|name| (name.to_string(), spell_matched(&row.url))));
        ControlFlow::Continue(())
    })?;
    Ok(urls)
}

/// Opens the personal texts of a line.
fn open(line: &mut Line, (opening, roles): Eyes<'_>) {
    let mut shown =
        |_: &Path, text: &mut String| *text = opening.shown(roles, std::mem::take(text));
    line.collaboration
        .each_personal(&mut Path::default(), &mut shown);
    for url in line.urls.values_mut() {
        *url = opening.shown(roles, std::mem::take(url));
    }
}

/// What each quarter of an hour added to the campaign. Wherever a day begins, it begins with one, and
/// where days begin is known only once all events are folded.
type Quarters = BTreeMap<i64, Tally>;

/// Nanoseconds of a quarter of an hour.
const QUARTER_NANOS: i64 = 15 * 60 * 1_000_000_000;

fn add(quarters: &mut Quarters, at: Timestamp, contributions: &[Contribution]) {
    let mut totals = Totals::default();
    for Contribution { target, effect } in contributions {
        if *target == Target::Campaign {
            totals.apply(effect);
        }
    }
    if totals.counted != Tally::default() {
        let quarter = at.nanos().div_euclid(QUARTER_NANOS);
        *quarters.entry(quarter).or_default() += &totals.counted;
    }
}

/// What the days of a time zone add up to.
fn summed(quarters: Quarters, zone: &TimeZone) -> Vec<Day> {
    let mut days: BTreeMap<String, Tally> = BTreeMap::new();
    for (quarter, tally) in quarters {
        let nanos = i128::from(quarter) * i128::from(QUARTER_NANOS);
        let begun = jiff::Timestamp::from_nanosecond(nanos).unwrap_or_default();
        let day = zone.to_datetime(begun).date().to_string();
        *days.entry(day).or_default() += &tally;
    }
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

fn named(actor: &Actor) -> String {
    format!("{} {}", actor.kind.name().to_lowercase(), actor.id)
}

/// An event for the timeline: what people did, not every number that was seen. Of orders only what was
/// corrected.
fn happened(record: &Record, (opening, roles): Eyes<'_>) -> Option<Happened> {
    match &record.event {
        Event::Engagement(_) | Event::Brand(_) => None,
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
                        format!(
                            "{}: {}",
                            named(&other.actor),
                            opening.shown(roles, spell(&other.reason))
                        )
                    }),
                reason: opening.shown(roles, codec::json::reason_of(&bytes)),
            })
        }
    }
}
