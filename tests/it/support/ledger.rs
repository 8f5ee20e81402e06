//! A ledger in memory: decide, stamp, evolve. No log, no server, no clock.

use std::convert::Infallible;
use std::sync::Arc;

use campaign_ledger::domain::rows::{Key, MemoryRows, Row, Rows};
use campaign_ledger::domain::{
    BrandId, CampaignRef, CollaborationRef, Contribution, DataSubject, Decision, DigestKind, Fact,
    Halt, KeyNumber, Matched, PersonalField, PersonalText, Position, Record, Refusal, Request,
    Sealed, Seals, Target, TextDigest, Timestamp, Totals, VisitTexts, decide, evolve, scope_of,
    seal,
};
use sha2::{Digest as _, Sha256};

/// Rows, and the records they are folded from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ledger {
    /// The folded rows.
    pub rows: MemoryRows,
    /// The log.
    pub records: Vec<Record>,
    /// What each record, by its index, contributed.
    pub contributions: Vec<Vec<Contribution>>,
    /// Whether personal texts are sealed, as in a log, or stay readable.
    pub seals: bool,
}

impl Ledger {
    /// Folds records from zero.
    pub fn replay(records: &[Record]) -> Self {
        let mut ledger = Self::default();
        for record in records {
            ledger.fold(record.clone());
        }
        ledger
    }

    /// Makes one that seals personal texts, so that its records can be spelled and read again.
    pub fn sealing() -> Self {
        Self {
            seals: true,
            ..Self::default()
        }
    }

    /// Decides a request without any change.
    pub fn decide(&self, request: &Request, now: Timestamp) -> Result<Decision, Refusal> {
        decide(&self.rows, &self.recognised(request), now).map_err(|halt: Halt<Infallible>| {
            match halt {
                Halt::Refused(refusal) => refusal,
                Halt::Rows(never) => match never {},
            }
        })
    }

    fn recognised(&self, request: &Request) -> Request {
        let mut request = request.clone();
        if self.seals {
            let Ok(_) = seal(&self.rows, &mut request, false, &mut Hashes);
            return request;
        }
        let Ok(scope) = scope_of(&self.rows, &request);
        let brand = request.brand.clone();
        request.each_text(&scope, &mut Recognising(brand));
        request
    }

    /// Decides a request and records the result.
    pub fn ask(&mut self, request: &Request, now: Timestamp) -> Result<Decision, Refusal> {
        let decision = self.decide(request, now)?;
        if let Decision::Happens(facts) = &decision {
            let request = self.recognised(request);
            for fact in facts {
                self.fold(stamp(fact, &request, self.head().next(), now));
            }
        }
        Ok(decision)
    }

    /// Folds one record.
    pub fn fold(&mut self, record: Record) {
        let contributions = evolve(&mut self.rows, &record)
            .unwrap_or_else(|error| panic!("{error}, folding {record:#?}"));
        self.contributions.push(contributions);
        self.records.push(record);
    }

    /// Returns the position of the last record.
    pub fn head(&self) -> Position {
        Position::new(self.records.len() as u64)
    }

    /// Reads a row, if there is one.
    pub fn find<R: Row>(&self, key: &Key) -> Option<Arc<R>> {
        match self.rows.get(key) {
            Ok(row) => row,
            Err(never) => match never {},
        }
    }

    /// Reads a row that must be there.
    #[track_caller]
    pub fn row<R: Row>(&self, key: &Key) -> Arc<R> {
        self.find(key).expect("the row is there")
    }

    /// Returns the sum of all contributions to a campaign as a whole.
    pub fn totals(&self, campaign: &CampaignRef) -> Totals {
        self.sum(campaign, |target| *target == Target::Campaign)
    }

    /// Returns the sum of all contributions to one collaboration.
    pub fn collaboration_totals(&self, place: &CollaborationRef) -> Totals {
        self.sum(&place.campaign_ref(), |target| match target {
            Target::Campaign => false,
            Target::Collaboration(id) => *id == place.collaboration,
        })
    }

    fn sum(&self, campaign: &CampaignRef, is_meant: impl Fn(&Target) -> bool) -> Totals {
        let mut totals = Totals::default();
        for (record, contributions) in self.records.iter().zip(&self.contributions) {
            let of_campaign = record.brand == campaign.brand
                && record.subject.campaign.as_ref() == Some(&campaign.campaign);
            for one in contributions {
                if of_campaign && is_meant(&one.target) {
                    totals.apply(&one.effect);
                }
            }
        }
        totals
    }
}

/// Gives texts their digests, as the writer does when it seals them.
struct Recognising(BrandId);

impl VisitTexts for Recognising {
    fn text(&mut self, _: PersonalField, _: &mut PersonalText) {}

    fn matched(&mut self, _: PersonalField, kind: DigestKind<'_>, text: &mut Matched) {
        text.recognise(&self.0, kind, &mut Hashes);
    }
}

/// Digests without a secret.
pub struct Hashes;

impl Seals for Hashes {
    fn seal(&mut self, _: &DataSubject, field: PersonalField, text: &str) -> Sealed {
        Sealed {
            key: KeyNumber::new(1),
            tag: field,
            bytes: text.bytes().rev().collect(),
        }
    }

    fn digest(&mut self, _: &BrandId, kind: DigestKind<'_>, text: &str) -> TextDigest {
        let hash: [u8; 32] = Sha256::digest(format!("{:?} {text}", kind.parts())).into();
        TextDigest(std::array::from_fn(|index| hash[index]))
    }
}

fn stamp(fact: &Fact, request: &Request, position: Position, now: Timestamp) -> Record {
    Record {
        position,
        brand: request.brand.clone(),
        subject: fact.subject.clone(),
        actor: request.actor.clone(),
        on_behalf_of: request.on_behalf_of.clone(),
        request: request.stamp.clone(),
        occurred_at: request.occurred_at,
        recorded_at: now,
        principal: request.principal.clone(),
        event: fact.event.clone(),
    }
}
