//! Gathers what events added to the totals of a campaign or of a partnership, from a fold of the past.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::domain::metrics::Standing;
use crate::domain::rows::Rows;
use crate::domain::state::{Campaign, Creator};
use crate::domain::{
    AgreementEvent, CampaignId, CampaignRef, CollaborationId, CollaborationRef, Contribution,
    CreatorRef, Effect, Event, OrderKey, Position, PublicationCorrected, PublicationEvent,
    PublicationRef, Record, RefundId, RevenueEvent, Target, Timestamp,
};
use crate::report;
use crate::store::{self, Snapshot, Store};
use crate::views::Partnership;

/// What is explained.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Subject {
    /// A campaign.
    Campaign(CampaignRef),
    /// A brand and a creator.
    Partnership(CreatorRef),
}

/// What one event added.
#[derive(Debug)]
pub struct Step {
    /// The event.
    pub position: Position,
    /// Its campaign.
    pub campaign: CampaignId,
    /// What it added, without engagement: that comes from the current state of the posts.
    pub effects: Vec<Effect>,
    /// What it is evidence of, if it adds nothing.
    pub evidence: Option<Evidence>,
}

/// What an event is evidence of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Evidence {
    /// An order that another claim has, recorded by this event.
    DuplicateOrder(Position),
    /// A refund that waited for its order, until this event.
    RefundWaited(Position),
    /// A refund that was rejected.
    RefundRejected,
}

/// What happened in a partnership at a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// The event that says so.
    pub position: Position,
}

/// What events added, and the rows after all of them.
pub struct Behind {
    /// What is explained.
    pub subject: Subject,
    /// What each event added, in log order.
    pub steps: Vec<Step>,
    /// The numbers that rows keep, after each event that changed them.
    pub standings: Vec<(Position, Standing)>,
    /// The collaborations that belong to a partnership, by campaign.
    pub collaborations: BTreeSet<(CampaignId, CollaborationId)>,
    /// When collaborations were accepted.
    pub accepted: Vec<Moment>,
    /// The last thing that happened in any of them.
    pub last_activity: Option<Moment>,
    /// The events that put posts live.
    pub published: HashMap<PublicationRef, Position>,
    /// The rows.
    pub rows: Snapshot,
    /// The fields of the report that are not empty, by path.
    pub report: Vec<(String, String)>,
}

/// The fields of the report that shows the numbers; `None` if there is none.
fn report_of(
    subject: &Subject,
    rows: &Snapshot,
) -> Result<Option<Vec<(String, String)>>, store::Error> {
    match subject {
        Subject::Campaign(name) => {
            let row = rows.get::<Campaign>(&Campaign::key(name))?;
            let report = row
                .map(|row| report::read_roi(rows, name, &row))
                .transpose()?;
            Ok(report.map(|report| report::fields_of("CampaignRoi", &report)))
        }
        Subject::Partnership(name) => {
            let row = rows.get::<Partnership>(&Partnership::key(name))?;
            let report = row.map(|row| report::read_partnership(rows, name, &row));
            let report = report.transpose()?;
            Ok(report.map(|report| report::fields_of("Partnership", &report)))
        }
    }
}

/// Gathers what events add while they are folded.
pub struct Gathering {
    subject: Subject,
    steps: Vec<Step>,
    standings: Vec<(Position, Standing)>,
    collaborations: BTreeSet<(CampaignId, CollaborationId)>,
    accepted: Vec<Moment>,
    last_activity: Option<Moment>,
    published: HashMap<PublicationRef, Position>,
    /// Refunds whose order has not come, and the events that recorded them.
    waiting: BTreeMap<(OrderKey, RefundId), Position>,
}

impl Gathering {
    /// Begins with nothing.
    pub fn of(subject: Subject) -> Self {
        Self {
            subject,
            steps: Vec::new(),
            standings: Vec::new(),
            collaborations: BTreeSet::new(),
            accepted: Vec::new(),
            last_activity: None,
            published: HashMap::new(),
            waiting: BTreeMap::new(),
        }
    }

    /// Records what an event adds. `rows` are those after it.
    pub fn note(&mut self, record: &Record, contributions: &[Contribution], rows: &Store) {
        self.take(record, contributions);
        self.note_standing(record, rows);
    }

    /// Ends with the rows after all events. Returns `None` if there is nothing to explain.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn finish(mut self, rows: Snapshot) -> Result<Option<Behind>, store::Error> {
        self.steps.sort_by_key(|step| step.position);
        let report = report_of(&self.subject, &rows)?;
        Ok(report.map(|report| Behind {
            subject: self.subject,
            steps: self.steps,
            standings: self.standings,
            collaborations: self.collaborations,
            accepted: self.accepted,
            last_activity: self.last_activity,
            published: self.published,
            rows,
            report,
        }))
    }

    fn take(&mut self, record: &Record, contributions: &[Contribution]) {
        self.note_refund(record);
        let Some(campaign) = record.subject.campaign.clone() else {
            return;
        };
        if let Subject::Campaign(name) = &self.subject
            && name.campaign != campaign
        {
            return;
        }
        self.note_place(record, &campaign);
        self.note_times(record, &campaign);
        let effects: Vec<Effect> = contributions
            .iter()
            .filter(|one| self.is_meant(&campaign, &one.target))
            .map(|one| one.effect.clone())
            .filter(|effect| !matches!(effect, Effect::Engagement { .. }))
            .collect();
        let evidence = self.evidence(record, &campaign, &effects);
        if !effects.is_empty() || evidence.is_some() {
            self.steps.push(Step {
                position: record.position,
                campaign,
                effects,
                evidence,
            });
        }
    }

    fn is_meant(&self, campaign: &CampaignId, target: &Target) -> bool {
        match (&self.subject, target) {
            (Subject::Campaign(_), Target::Campaign) => true,
            (Subject::Partnership(_), Target::Collaboration(id)) => self.is_ours(campaign, id),
            (Subject::Campaign(_), Target::Collaboration(_))
            | (Subject::Partnership(_), Target::Campaign) => false,
        }
    }

    fn is_ours(&self, campaign: &CampaignId, id: &CollaborationId) -> bool {
        self.collaborations
            .contains(&(campaign.clone(), id.clone()))
    }

    /// Records a collaboration of the partnership, and the event that put a post live.
    fn note_place(&mut self, record: &Record, campaign: &CampaignId) {
        let Some(collaboration) = &record.subject.collaboration else {
            return;
        };
        if let Subject::Partnership(name) = &self.subject
            && record.subject.creator.as_ref() == Some(&name.creator)
        {
            let place = (campaign.clone(), collaboration.clone());
            self.collaborations.insert(place);
        }
        if let Event::Publication(
            PublicationEvent::PublicationRecorded(post)
            | PublicationEvent::PublicationCorrected(PublicationCorrected {
                now: Some(post), ..
            }),
        ) = &record.event
        {
            let name = PublicationRef {
                collaboration: CollaborationRef {
                    brand: record.brand.clone(),
                    campaign: campaign.clone(),
                    collaboration: collaboration.clone(),
                },
                publication: post.publication.clone(),
            };
            self.published.insert(name, record.position);
        }
    }

    fn note_times(&mut self, record: &Record, campaign: &CampaignId) {
        let collaboration = record.subject.collaboration.as_ref();
        if record.subject.creator.is_none()
            || !collaboration.is_some_and(|id| self.is_ours(campaign, id))
        {
            return;
        }
        let moment = Moment {
            at: record.happened_at(),
            position: record.position,
        };
        if self.last_activity.is_none_or(|last| last.at < moment.at) {
            self.last_activity = Some(moment);
        }
        if let Event::Agreement(AgreementEvent::BriefAccepted(_)) = &record.event {
            self.accepted.push(moment);
        }
    }

    fn note_refund(&mut self, record: &Record) {
        if let Event::Revenue(RevenueEvent::RefundRecorded {
            refund,
            effect: None,
        }) = &record.event
        {
            let name = (refund.order.clone(), refund.id.clone());
            self.waiting.insert(name, record.position);
        }
    }

    /// Says what an event is evidence of, and lists a refund that waited at the event that recorded
    /// it.
    fn evidence(
        &mut self,
        record: &Record,
        campaign: &CampaignId,
        effects: &[Effect],
    ) -> Option<Evidence> {
        let Event::Revenue(event) = &record.event else {
            return None;
        };
        let is_campaign = matches!(self.subject, Subject::Campaign(_));
        match event {
            RevenueEvent::ConversionRejected(claim) => {
                let mut claimed = claim.claimed.iter();
                let is_meant = is_campaign || claimed.any(|id| self.is_ours(campaign, id));
                is_meant.then_some(Evidence::DuplicateOrder(claim.winner))
            }
            RevenueEvent::RefundApplied { refund, .. } if !effects.is_empty() => {
                let name = (refund.order.clone(), refund.id.clone());
                if let Some(position) = self.waiting.remove(&name) {
                    self.steps.push(Step {
                        position,
                        campaign: campaign.clone(),
                        effects: Vec::new(),
                        evidence: Some(Evidence::RefundWaited(record.position)),
                    });
                }
                None
            }
            RevenueEvent::RefundRejected { .. } => is_campaign.then_some(Evidence::RefundRejected),
            RevenueEvent::ConversionRecorded(_)
            | RevenueEvent::RefundRecorded { .. }
            | RevenueEvent::RefundApplied { .. }
            | RevenueEvent::RefundVoided(_)
            | RevenueEvent::ConversionAdjusted { .. }
            | RevenueEvent::ConversionCorrected(_)
            | RevenueEvent::ConversionVoided(_)
            | RevenueEvent::ConversionReattributed(_)
            | RevenueEvent::ConversionRated(_)
            | RevenueEvent::OrderLocked { .. } => None,
        }
    }

    fn note_standing(&mut self, record: &Record, rows: &Store) {
        // If a row cannot be read, the fold or the answer from the same rows fails anyway.
        let standing = match &self.subject {
            Subject::Campaign(name) => {
                let row = rows.get::<Campaign>(&Campaign::key(name));
                row.ok().flatten().map(|row| Standing::of_campaign(&row))
            }
            Subject::Partnership(name) => {
                let together = rows.get::<Partnership>(&Partnership::key(name));
                let accepted = together.ok().flatten().map(|row| row.accepted_at.len());
                let creator = rows.get::<Creator>(&Creator::key(name)).ok().flatten();
                let accepted = accepted.unwrap_or_default();
                Some(Standing::of_partnership(accepted, creator.as_deref()))
            }
        };
        let Some(standing) = standing else { return };
        let last = self.standings.last();
        if standing != last.map(|(_, before)| *before).unwrap_or_default() {
            self.standings.push((record.position, standing));
        }
    }
}
