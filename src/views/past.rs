//! The past: rows folded anew from the events a question is about, up to when it asks.
//!
//! Owns which events those are and where a time lies in the log. The fold is the live one, stopped
//! earlier. Does not know questions: it is told whose events make the answer.

use super::as_of::{AsOfError, events_of};
use super::index::{self, Scope};
use super::{Fold, LastRecorded, Partnership};
use crate::domain::rows::{Overlay, Rows};
use crate::domain::state::{Collaboration, Order};
use crate::domain::{
    BrandId, CampaignId, CampaignRef, CollaborationRef, Contribution, CreatorRef, EvolveError,
    OrderRef, Position, Record, Timestamp,
};
use crate::log::codec::{self, peek};
use crate::log::{Log, select};
use crate::store::{self, Store};

/// Most events that are folded for an answer: some seconds, and a gigabyte at the worst.
pub const MAX_FOLDED: usize = 1_000_000;
/// Records read at once: some hundred KiB.
const READ_AT_ONCE: usize = 1_024;

/// Which past.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AsOf {
    /// As it was at this position.
    Position(Position),
    /// As it was known at this time.
    RecordedAt(Timestamp),
    /// As it was at this time, as known now.
    OccurredAt(Timestamp),
}

/// Whose events make an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Slice {
    /// A campaign.
    Campaign(CampaignRef),
    /// A collaboration: its campaign, and what is known of its creator.
    Collaboration(CollaborationRef),
    /// What is known of a creator.
    Creator(CreatorRef),
    /// A campaign, and what is known of a creator.
    Pair(CampaignRef, CreatorRef),
    /// A creator and the campaigns they were asked into.
    Partnership(CreatorRef),
    /// An order.
    Order(OrderRef),
    /// Some campaigns, and what is known of all creators.
    Campaigns(BrandId, Vec<CampaignId>),
    /// What is known of all creators.
    Creators(BrandId),
    /// All of a brand.
    Brand(BrandId),
}

impl Slice {
    /// Names a campaign where there is one, else all of a brand.
    pub fn of(brand: &BrandId, campaign: Option<&CampaignId>) -> Self {
        let brand = brand.clone();
        match campaign.cloned() {
            Some(campaign) => Self::Campaign(CampaignRef { brand, campaign }),
            None => Self::Brand(brand),
        }
    }

    /// Gives the brand that is asked about.
    pub fn brand(&self) -> &BrandId {
        match self {
            Self::Campaign(name) | Self::Pair(name, _) => &name.brand,
            Self::Collaboration(name) => &name.brand,
            Self::Creator(name) | Self::Partnership(name) => &name.brand,
            Self::Order(name) => &name.brand,
            Self::Campaigns(brand, _) | Self::Creators(brand) | Self::Brand(brand) => brand,
        }
    }

    /// Finds the scopes, by the rows as they are now.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn scopes<S: Rows>(&self, rows: &S) -> Result<Vec<Scope>, S::Error> {
        Ok(match self {
            Self::Campaign(campaign) => Scope::of_campaign(campaign.clone()).to_vec(),
            Self::Collaboration(place) => {
                let mut scopes = Scope::of_campaign(place.campaign_ref()).to_vec();
                let row = rows.get::<Collaboration>(&Collaboration::key(place))?;
                scopes.extend(row.map(|row| {
                    Scope::Creator(CreatorRef {
                        brand: place.brand.clone(),
                        creator: row.creator.clone(),
                    })
                }));
                scopes
            }
            Self::Creator(creator) => vec![Scope::Creator(creator.clone())],
            Self::Pair(campaign, creator) => {
                let mut scopes = Scope::of_campaign(campaign.clone()).to_vec();
                scopes.push(Scope::Creator(creator.clone()));
                scopes
            }
            Self::Partnership(creator) => {
                let row = rows.get::<Partnership>(&Partnership::key(creator))?;
                let campaigns = row.iter().flat_map(|row| row.campaigns());
                let named = campaigns.map(|campaign| {
                    Scope::Campaign(CampaignRef {
                        brand: creator.brand.clone(),
                        campaign: campaign.clone(),
                    })
                });
                let mut scopes: Vec<_> = named.collect();
                scopes.push(Scope::Rest(creator.brand.clone()));
                scopes.push(Scope::Creator(creator.clone()));
                scopes
            }
            Self::Order(order) => {
                let row = rows.get::<Order>(&Order::key(order))?;
                let standing = row.as_ref().and_then(|row| row.conversion.as_ref());
                let campaign = standing.map(|standing| {
                    Scope::Campaign(CampaignRef {
                        brand: order.brand.clone(),
                        campaign: standing.campaign.clone(),
                    })
                });
                let rest = Scope::Rest(order.brand.clone());
                [rest].into_iter().chain(campaign).collect()
            }
            Self::Campaigns(brand, campaigns) => {
                let mut scopes = index::scopes_of_brand(rows, brand)?;
                scopes.retain(|scope| match scope {
                    Scope::Campaign(one) => campaigns.contains(&one.campaign),
                    Scope::Creator(_) | Scope::Rest(_) => true,
                });
                scopes
            }
            Self::Creators(brand) => {
                let mut scopes = index::scopes_of_brand(rows, brand)?;
                scopes.retain(|scope| matches!(scope, Scope::Creator(_)));
                scopes
            }
            Self::Brand(brand) => index::scopes_of_brand(rows, brand)?,
        })
    }

    /// Finds the events up to a position, in log order, one more than are folded at the most.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn events<S: Rows>(&self, rows: &S, until: Position) -> Result<Vec<Position>, S::Error> {
        let scopes = self.scopes(rows)?;
        events_of(rows, &scopes, until, MAX_FOLDED + 1)
    }
}

/// Finds the last position recorded at or before a time, by halving.
///
/// # Errors
/// When the log cannot be read.
pub fn position_at(log: &dyn Log, head: Position, time: Timestamp) -> Result<Position, AsOfError> {
    last_recorded(log, head, |at| at <= time)
}

/// Finds the last position recorded before a time, by halving.
///
/// # Errors
/// When the log cannot be read.
pub fn position_before(
    log: &dyn Log,
    head: Position,
    time: Timestamp,
) -> Result<Position, AsOfError> {
    last_recorded(log, head, |at| at < time)
}

fn last_recorded(
    log: &dyn Log,
    head: Position,
    is_in_time: impl Fn(Timestamp) -> bool,
) -> Result<Position, AsOfError> {
    let (mut low, mut high) = (0, head.get());
    while low < high {
        let middle = high - (high - low) / 2;
        if is_in_time(recorded_at(log, Position::new(middle))?) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    Ok(Position::new(low))
}

/// Reads when an event was recorded.
///
/// # Errors
/// When the log cannot be read, or has no such event.
pub fn recorded_at(log: &dyn Log, position: Position) -> Result<Timestamp, AsOfError> {
    let found = select(log, &[position])?;
    let (_, record) = found.first().ok_or(AsOfError::Missing(position))?;
    let header = peek(record).map_err(|_| AsOfError::Evolve(position))?;
    Ok(header.recorded_at)
}

/// What is told of each event that is folded: the event, what it contributed to totals, and the rows
/// after it.
pub type Tell<'a> = dyn FnMut(&Record, &[Contribution], &Store) + 'a;

/// Folds the events at these positions: the rows as they were at `until`, or of what of it had
/// happened at a time.
///
/// # Errors
/// See [`AsOfError`].
pub fn past(
    log: &dyn Log,
    events: &[Position],
    until: Position,
    occurred: Option<Timestamp>,
    tell: &mut Tell<'_>,
) -> Result<Store, AsOfError> {
    let mut rows = Store::in_memory()?;
    let mut fold = Fold::default();
    for positions in events.chunks(READ_AT_ONCE) {
        for (_, bytes) in select(log, positions)? {
            let record = codec::decode(&bytes)?;
            let mut contributions = Vec::new();
            let mut keep = |told: &[Contribution]| contributions.extend_from_slice(told);
            let is_folded = match occurred {
                None => {
                    let folded = fold.apply_telling(&mut rows, &record, &mut keep);
                    folded.map_err(evolve_error).map(|_| true)?
                }
                Some(time) if record.fact_at() <= time => {
                    fold_if_founded(&mut fold, &mut rows, &record, &mut keep)?
                }
                Some(_) => false,
            };
            if is_folded {
                tell(&record, &contributions, &rows);
            }
        }
    }
    fold.settle(&mut rows)?;
    let now = match occurred {
        Some(time) => time,
        None if until == Position::START => Timestamp::default(),
        // Of all the log: what is overdue is so by the last event of anybody.
        None => recorded_at(log, until)?,
    };
    LastRecorded::note(&mut rows, now)?;
    rows.advance(until);
    Ok(rows)
}

/// Folds an event, unless what it builds on happened only later: then nothing of it stays.
fn fold_if_founded(
    fold: &mut Fold,
    rows: &mut Store,
    record: &Record,
    tell: &mut dyn FnMut(&[Contribution]),
) -> Result<bool, AsOfError> {
    let mut above = Overlay::above(rows);
    match fold.apply_telling(&mut above, record, tell) {
        Ok(_) => {
            let changes = above.into_changes();
            rows.adopt(changes);
            Ok(true)
        }
        Err(EvolveError::Dangling { .. }) => Ok(false),
        Err(error @ EvolveError::Rows(_)) => Err(evolve_error(error)),
    }
}

fn evolve_error(error: EvolveError<store::Error>) -> AsOfError {
    match error {
        EvolveError::Dangling { position, .. } => AsOfError::Evolve(position),
        EvolveError::Rows(error) => AsOfError::Store(error),
    }
}
