//! The index: the log positions of the events of a campaign, of a creator, or of the rest of a
//! brand. Positions are delta-coded, in chunks.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::table;
use crate::domain::rows::{Key, Row, Rows, RowsMut, Scan};
use crate::domain::{BrandId, CampaignId, CampaignRef, CreatorId, CreatorRef, Position, Subject};

/// Positions in one chunk, which is then about 1 KiB.
const CHUNK_POSITIONS: u32 = 512;

/// A set of events that the index finds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Scope {
    /// Events of a campaign.
    Campaign(CampaignRef),
    /// Events about a creator that belong to no campaign.
    Creator(CreatorRef),
    /// Events of a brand that belong to no campaign and no creator.
    Rest(BrandId),
}

impl Scope {
    /// Returns the scope of an event: exactly one.
    pub fn of(brand: &BrandId, subject: &Subject) -> Self {
        let brand = brand.clone();
        match (&subject.campaign, &subject.creator) {
            (Some(campaign), _) => Self::Campaign(CampaignRef {
                brand,
                campaign: campaign.clone(),
            }),
            (None, Some(creator)) => Self::Creator(CreatorRef {
                brand,
                creator: creator.clone(),
            }),
            (None, None) => Self::Rest(brand),
        }
    }

    /// Returns the scopes that a fold of one campaign needs: its own events, and those of its brand
    /// that belong to no campaign. A refund may arrive before its order and is then applied with
    /// it.
    pub fn of_campaign(campaign: CampaignRef) -> [Self; 2] {
        let rest = Self::Rest(campaign.brand.clone());
        [rest, Self::Campaign(campaign)]
    }

    /// Reads the scope from a key of [`Scope::within`].
    fn read(key: &Key) -> Option<Self> {
        let mut parts = key.parts();
        let brand = BrandId::parse(parts.text()?).ok()?;
        match parts.byte()? {
            0 => {
                let campaign = CampaignId::parse(parts.text()?).ok()?;
                Some(Self::Campaign(CampaignRef { brand, campaign }))
            }
            1 => {
                let creator = CreatorId::parse(parts.text()?).ok()?;
                Some(Self::Creator(CreatorRef { brand, creator }))
            }
            _ => Some(Self::Rest(brand)),
        }
    }

    fn within<R: Row>(&self) -> Key {
        let (brand, kind, id) = match self {
            Self::Campaign(name) => (&name.brand, 0, name.campaign.as_str()),
            Self::Creator(name) => (&name.brand, 1, name.creator.as_str()),
            Self::Rest(brand) => (brand, 2, ""),
        };
        Key::of::<R>().text(brand.as_str()).byte(kind).text(id)
    }

    fn chunk(&self, number: u32) -> Key {
        self.within::<IndexChunk>().number(u64::from(number))
    }
}

/// The last positions of a scope, and the number of chunks before them.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
struct IndexHead {
    chunks: u32,
    last: IndexChunk,
}

impl Row for IndexHead {
    const TABLE: u8 = table::INDEX;
}

/// Neighbouring positions of a scope.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
struct IndexChunk {
    first: Position,
    last: Position,
    count: u32,
    /// Differences from each position to the next, as LEB128.
    #[serde(with = "serde_bytes")]
    deltas: Vec<u8>,
}

impl Row for IndexChunk {
    const TABLE: u8 = table::INDEX_CHUNK;
}

impl IndexChunk {
    fn push(&mut self, position: Position) {
        if self.count == 0 {
            self.first = position;
        } else {
            write_varint(&mut self.deltas, position.get() - self.last.get());
        }
        self.last = position;
        self.count += 1;
    }

    fn positions(&self) -> impl Iterator<Item = Position> + '_ {
        let mut rest = self.deltas.as_slice();
        let mut next = (self.count > 0).then_some(self.first);
        std::iter::from_fn(move || {
            let position = next?;
            next = read_varint(&mut rest).map(|delta| Position::new(position.get() + delta));
            Some(position)
        })
    }
}

fn write_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn read_varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, tail) = rest.split_first()?;
        *rest = tail;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// Finds the scopes of a brand that have events.
///
/// # Errors
/// When rows cannot be read.
pub fn scopes_of_brand<S: Rows>(rows: &S, brand: &BrandId) -> Result<Vec<Scope>, S::Error> {
    let prefix = Key::of::<IndexHead>().text(brand.as_str());
    let mut scopes = Vec::new();
    rows.scan::<IndexHead>(Scan::of(&prefix), &mut |key, _| {
        scopes.extend(Scope::read(key));
        ControlFlow::Continue(())
    })?;
    Ok(scopes)
}

/// Adds events to the index under their scope, in log order.
///
/// # Errors
/// When rows cannot be read.
pub fn file<S: RowsMut>(
    rows: &mut S,
    scope: &Scope,
    positions: &[Position],
) -> Result<(), S::Error> {
    let key = scope.within::<IndexHead>();
    let mut rest = positions;
    while !rest.is_empty() {
        let head: &mut IndexHead = rows.upsert(&key)?;
        let room = CHUNK_POSITIONS - head.last.count;
        if room > 0 {
            let (fitting, beyond) = rest.split_at(rest.len().min(room as usize));
            fitting
                .iter()
                .for_each(|position| head.last.push(*position));
            rest = beyond;
            continue;
        }
        let (full, number) = (std::mem::take(&mut head.last), head.chunks);
        head.chunks += 1;
        rows.put(scope.chunk(number), full);
    }
    Ok(())
}

/// Returns positions of a scope after `after`, up to `until`, at most `limit`, in log order.
///
/// # Errors
/// When rows cannot be read.
pub fn positions<S: Rows>(
    rows: &S,
    scope: &Scope,
    after: Position,
    until: Position,
    limit: usize,
) -> Result<Vec<Position>, S::Error> {
    let Some(head) = rows.get::<IndexHead>(&scope.within::<IndexHead>())? else {
        return Ok(Vec::new());
    };
    let wanted = |position: &Position| *position > after && *position <= until;
    let mut found = Vec::new();
    for number in first_chunk_after(rows, scope, head.chunks, after)?..head.chunks {
        let Some(chunk) = rows.get::<IndexChunk>(&scope.chunk(number))? else {
            break;
        };
        if chunk.first > until || found.len() == limit {
            return Ok(found);
        }
        found.extend(chunk.positions().filter(wanted).take(limit - found.len()));
    }
    let left = limit - found.len();
    found.extend(head.last.positions().filter(wanted).take(left));
    Ok(found)
}

/// Returns positions of a scope after `after`, up to `until`, at most `limit`, the latest first.
///
/// # Errors
/// When rows cannot be read.
pub fn positions_back<S: Rows>(
    rows: &S,
    scope: &Scope,
    after: Position,
    until: Position,
    limit: usize,
) -> Result<Vec<Position>, S::Error> {
    let Some(head) = rows.get::<IndexHead>(&scope.within::<IndexHead>())? else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    let mut take = |chunk: &IndexChunk| {
        let mut wanted: Vec<_> = chunk
            .positions()
            .filter(|position| *position > after && *position <= until)
            .collect();
        wanted.reverse();
        wanted.truncate(limit - found.len());
        found.extend(wanted);
        found.len() == limit || chunk.first <= after
    };
    if take(&head.last) {
        return Ok(found);
    }
    // The chunk that holds `until`, or the last one.
    let last = first_chunk_after(rows, scope, head.chunks, before(until))?;
    for number in (0..head.chunks.min(last + 1)).rev() {
        let chunk = rows.get::<IndexChunk>(&scope.chunk(number))?;
        if chunk.is_none_or(|chunk| take(&chunk)) {
            break;
        }
    }
    Ok(found)
}

fn before(position: Position) -> Position {
    Position::new(position.get().saturating_sub(1))
}

/// Finds the first chunk that reaches beyond a position, by binary search.
fn first_chunk_after<S: Rows>(
    rows: &S,
    scope: &Scope,
    chunks: u32,
    after: Position,
) -> Result<u32, S::Error> {
    let (mut low, mut high) = (0, chunks);
    while low < high {
        let middle = low + (high - low) / 2;
        let chunk = rows.get::<IndexChunk>(&scope.chunk(middle))?;
        if chunk.is_some_and(|chunk| chunk.last > after) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(low)
}
