//! Worklist: who must act next, by when.
//!
//! Tasks follow from the current rows, so there is no rule for each event. Once a group is settled,
//! the tasks of each owner that its events touched are computed again, and the difference changes
//! the list. Measurements and sales make no tasks and cost nothing here.

mod tasks;

use serde::{Deserialize, Serialize};

use super::table;
use crate::domain::rows::{Key, Row, Rows, RowsMut};
use crate::domain::state::{Campaign, Collaboration, Cost, Creator, Dispute, Publication};
use crate::domain::words;
use crate::domain::{
    ActorKind, BrandId, CampaignId, CampaignRef, CampaignState, CollaborationId, CollaborationRef,
    CostId, CreatorId, CreatorRef, DeliverableId, DisputeEvent, DisputeId, DisputeSubject, Event,
    HoldId, PublicationRef, Record, RightsId, Span, Timestamp,
};

words! {
    /// The kind of a task. New kinds are appended.
    pub enum TaskKind: "campaign.ledger.v1.TaskKind" {
        /// Accept or decline the offer, before it expires.
        AnswerOffer = 1 => "ANSWER_OFFER",
        /// Submit content or its revision.
        SubmitContent = 2 => "SUBMIT_CONTENT",
        /// Approve, reject or ask for a revision.
        ReviewContent = 3 => "REVIEW_CONTENT",
        /// Publish approved content.
        Publish = 4 => "PUBLISH",
        /// Check that a post is as agreed.
        VerifyPublication = 5 => "VERIFY_PUBLICATION",
        /// Disclose the cooperation in a post.
        Disclose = 6 => "DISCLOSE",
        /// Waive rejected content, so that the collaboration can complete.
        WaiveRejected = 7 => "WAIVE_REJECTED",
        /// Complete the collaboration: everything is verified or waived.
        Complete = 8 => "COMPLETE",
        /// Approve a cost line or the rest of it.
        ApproveCost = 9 => "APPROVE_COST",
        /// Pay an approved cost.
        Pay = 10 => "PAY",
        /// Send an offer, or reject the application.
        AnswerApplication = 11 => "ANSWER_APPLICATION",
        /// Revise the offer, or accept or reject the counter-offer, before it expires.
        AnswerCounter = 12 => "ANSWER_COUNTER",
        /// Accept or reject the amendment.
        AnswerAmendment = 13 => "ANSWER_AMENDMENT",
        /// Raise the cap of a campaign that is over budget, or reduce what is in use.
        RaiseBudget = 14 => "RAISE_BUDGET",
        /// Renew a right of use, or stop the use, before it ends.
        RightsExpiring = 16 => "RIGHTS_EXPIRING",
    }
}

impl TaskKind {
    /// Returns whether the task is to make an agreement.
    const fn makes_agreement(self) -> bool {
        match self {
            Self::AnswerOffer | Self::AnswerCounter | Self::AnswerApplication => true,
            Self::SubmitContent
            | Self::ReviewContent
            | Self::Publish
            | Self::VerifyPublication
            | Self::Disclose
            | Self::WaiveRejected
            | Self::Complete
            | Self::ApproveCost
            | Self::Pay
            | Self::AnswerAmendment
            | Self::RaiseBudget
            | Self::RightsExpiring => false,
        }
    }
}

/// The time of a task. Tasks with a due time come first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum When {
    /// The task is due at this time.
    Due(Timestamp),
    /// There is no due time; the task exists since this time.
    Since(Timestamp),
}

/// A task.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Task {
    /// Its time.
    pub when: When,
    /// Its kind.
    pub kind: TaskKind,
    /// The side that must act.
    pub side: ActorKind,
    /// Its deliverable, if it has one.
    pub deliverable: Option<DeliverableId>,
    /// Its right of use, if it has one.
    pub rights: Option<RightsId>,
}

/// How long before its end a right of use is a task.
const RIGHTS_NOTICE: Span = Span::days(30);

impl Task {
    /// Returns whether it is a task at a time: a right of use is one in its last days only.
    pub fn is_listed_at(&self, now: Timestamp) -> bool {
        match (self.kind, self.when) {
            (TaskKind::RightsExpiring, When::Due(ends_at)) => {
                now <= ends_at && ends_at <= now.after(RIGHTS_NOTICE)
            }
            (_, When::Due(_) | When::Since(_)) => true,
        }
    }
}

/// Why a task is blocked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Blocked {
    /// A hold, which the brand releases.
    Hold(HoldId),
    /// An open dispute, whose ruling either side records.
    Dispute(DisputeId),
    /// The brand withholds the cost line.
    Withheld,
    /// The campaign is paused.
    CampaignPaused,
    /// The brand blocks the creator.
    CreatorBlocked,
}

/// The subject of tasks.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Owner {
    /// A collaboration.
    Collaboration(CollaborationId),
    /// A cost line.
    Cost(CostId),
    /// The campaign as a whole.
    Campaign,
}

impl Owner {
    /// Returns the owner whose tasks an event may change.
    pub fn of(record: &Record) -> Option<Self> {
        match &record.event {
            Event::Agreement(_)
            | Event::Content(_)
            | Event::Publication(_)
            | Event::Seeding(_)
            | Event::Dispute(_) => {
                let collaboration = record.subject.collaboration.clone();
                collaboration.map(Self::Collaboration)
            }
            Event::Settlement(event) => event.cost().cloned().map(Self::Cost),
            Event::Campaign(_)
            | Event::Creator(_)
            | Event::Hold(_)
            | Event::Brand(_)
            | Event::Engagement(_)
            | Event::Revenue(_) => None,
        }
    }

    /// Returns whether an event may change the tasks of the campaign as a whole: those about its
    /// budget.
    pub fn is_about_budget(record: &Record) -> bool {
        match &record.event {
            Event::Campaign(_) | Event::Agreement(_) | Event::Settlement(_) => true,
            Event::Creator(_)
            | Event::Content(_)
            | Event::Publication(_)
            | Event::Seeding(_)
            | Event::Engagement(_)
            | Event::Revenue(_)
            | Event::Dispute(_)
            | Event::Hold(_)
            | Event::Brand(_) => false,
        }
    }

    /// Finds the cost line that a dispute event freezes or frees, if any.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn disputed<S: Rows>(
        rows: &S,
        campaign: &CampaignRef,
        record: &Record,
    ) -> Result<Option<Self>, S::Error> {
        let Event::Dispute(event) = &record.event else {
            return Ok(None);
        };
        let dispute = match event {
            DisputeEvent::DisputeOpened(opened) => &opened.dispute,
            DisputeEvent::DisputeResolved { dispute, .. } => dispute,
        };
        let row = rows.get::<Dispute>(&Dispute::key(campaign, dispute))?;
        Ok(row.and_then(|row| match &row.subject {
            DisputeSubject::Cost(cost) => Some(Self::Cost(cost.clone())),
            DisputeSubject::Deliverable(_) | DisputeSubject::Number { .. } => None,
        }))
    }

    fn extend(&self, key: Key) -> Key {
        match self {
            Self::Collaboration(id) => key.byte(0).text(id.as_str()),
            Self::Cost(id) => key.byte(1).text(id.as_str()),
            Self::Campaign => key.byte(2),
        }
    }
}

/// The tasks of an owner in the list.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct TaskSet {
    tasks: Vec<Task>,
}

impl Row for TaskSet {
    const TABLE: u8 = table::TASK_SET;
}

impl TaskSet {
    fn key(campaign: &CampaignRef, owner: &Owner) -> Key {
        let key = Key::of::<Self>()
            .text(campaign.brand.as_str())
            .text(campaign.campaign.as_str());
        owner.extend(key)
    }
}

/// An entry of the worklist. Each task has two entries, by brand and by campaign.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TaskRow {
    /// Its campaign.
    pub campaign: CampaignId,
    /// Its collaboration, if it has one.
    pub collaboration: Option<CollaborationId>,
    /// Its creator.
    pub creator: Option<CreatorId>,
    /// Its cost line, if it has one.
    pub cost: Option<CostId>,
    /// The task.
    pub task: Task,
}

impl Row for TaskRow {
    const TABLE: u8 = table::TASK;
}

impl TaskRow {
    /// Returns the prefix of the tasks of a brand: due ones first, by time.
    pub fn of_brand(brand: &BrandId) -> Key {
        Key::of::<Self>().text(brand.as_str()).byte(0)
    }

    /// Returns the prefix of the tasks of a campaign: due ones first, by time.
    pub fn of_campaign(campaign: &CampaignRef) -> Key {
        let key = Key::of::<Self>().text(campaign.brand.as_str()).byte(1);
        key.text(campaign.campaign.as_str())
    }

    /// Returns whether the task is void because its campaign ended.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn is_over<S: Rows>(&self, rows: &S, brand: &BrandId) -> Result<bool, S::Error> {
        if !self.task.kind.makes_agreement() {
            return Ok(false);
        }
        let campaign = rows.get::<Campaign>(&Campaign::key(&CampaignRef {
            brand: brand.clone(),
            campaign: self.campaign.clone(),
        }))?;
        Ok(campaign.is_some_and(|campaign| campaign.state.is_ended()))
    }

    /// Finds why the task is blocked, if it is.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn blocked<S: Rows>(&self, rows: &S, brand: &BrandId) -> Result<Option<Blocked>, S::Error> {
        let place = |collaboration: &CollaborationId| CollaborationRef {
            brand: brand.clone(),
            campaign: self.campaign.clone(),
            collaboration: collaboration.clone(),
        };
        let collaboration = match &self.collaboration {
            Some(id) => rows.get::<Collaboration>(&Collaboration::key(&place(id)))?,
            None => None,
        };
        let campaign = CampaignRef {
            brand: brand.clone(),
            campaign: self.campaign.clone(),
        };
        let cost = match &self.cost {
            Some(id) => rows.get::<Cost>(&Cost::key(&campaign, id))?,
            None => None,
        };
        let (collaboration, cost) = (collaboration.as_deref(), cost.as_deref());
        match tasks::blocked(&self.task, collaboration, cost) {
            Some(blocked) => Ok(Some(blocked)),
            None => self.agreement_blocked(rows, &campaign),
        }
    }

    /// Finds why no agreement can be made now, where the task is to make one.
    fn agreement_blocked<S: Rows>(
        &self,
        rows: &S,
        campaign: &CampaignRef,
    ) -> Result<Option<Blocked>, S::Error> {
        if !self.task.kind.makes_agreement() {
            return Ok(None);
        }
        let row = rows.get::<Campaign>(&Campaign::key(campaign))?;
        if row.is_some_and(|row| row.state == CampaignState::Paused) {
            return Ok(Some(Blocked::CampaignPaused));
        }
        let Some(creator) = self.creator.clone() else {
            return Ok(None);
        };
        let brand = campaign.brand.clone();
        let row = rows.get::<Creator>(&Creator::key(&CreatorRef { brand, creator }))?;
        let is_blocked = row.is_some_and(|row| row.blocked.is_some());
        Ok(is_blocked.then_some(Blocked::CreatorBlocked))
    }

    fn keys(campaign: &CampaignRef, owner: &Owner, task: &Task) -> [Key; 2] {
        [Self::of_brand(&campaign.brand), Self::of_campaign(campaign)].map(|key| {
            let key = match task.when {
                When::Due(at) => key.byte(0).number(sortable(at)),
                When::Since(at) => key.byte(1).number(sortable(at)),
            };
            let key = owner.extend(key.text(campaign.campaign.as_str()));
            let deliverable = task.deliverable.as_ref();
            key.byte(task.kind as u8)
                .text(deliverable.map_or("", DeliverableId::as_str))
                .text(task.rights.as_ref().map_or("", RightsId::as_str))
        })
    }
}

/// Returns a number that sorts like the time, also before 1970.
fn sortable(at: Timestamp) -> u64 {
    at.nanos().cast_unsigned() ^ (1 << 63)
}

/// Computes the tasks of an owner again and changes the list accordingly.
///
/// # Errors
/// When rows cannot be read.
pub fn settle<S: RowsMut>(
    rows: &mut S,
    campaign: &CampaignRef,
    owner: &Owner,
) -> Result<(), S::Error> {
    let set = TaskSet::key(campaign, owner);
    let before = rows.get::<TaskSet>(&set)?;
    let before = before.map_or_else(Vec::new, |set| set.tasks.clone());
    let now = entries(rows, campaign, owner)?;
    if before.iter().eq(now.iter().map(|entry| &entry.task)) {
        return Ok(());
    }
    for task in &before {
        for key in TaskRow::keys(campaign, owner, task) {
            rows.remove(&key);
        }
    }
    for entry in &now {
        for key in TaskRow::keys(campaign, owner, &entry.task) {
            rows.put(key, entry.clone());
        }
    }
    let tasks: Vec<Task> = now.into_iter().map(|entry| entry.task).collect();
    if tasks.is_empty() {
        rows.remove(&set);
    } else {
        rows.put(set, TaskSet { tasks });
    }
    Ok(())
}

/// Lists the tasks of an owner.
///
/// # Errors
/// When rows cannot be read.
pub fn entries<S: Rows>(
    rows: &S,
    campaign: &CampaignRef,
    owner: &Owner,
) -> Result<Vec<TaskRow>, S::Error> {
    let entry = |collaboration: Option<&CollaborationId>, creator: Option<&CreatorId>, task| {
        let cost = match owner {
            Owner::Cost(cost) => Some(cost.clone()),
            Owner::Collaboration(_) | Owner::Campaign => None,
        };
        TaskRow {
            campaign: campaign.campaign.clone(),
            collaboration: collaboration.cloned(),
            creator: creator.cloned(),
            cost,
            task,
        }
    };
    let find = |id: &CollaborationId| {
        let place = CollaborationRef {
            brand: campaign.brand.clone(),
            campaign: campaign.campaign.clone(),
            collaboration: id.clone(),
        };
        let row = rows.get::<Collaboration>(&Collaboration::key(&place))?;
        Ok::<_, S::Error>((place, row))
    };
    match owner {
        Owner::Campaign => {
            let row = rows.get::<Campaign>(&Campaign::key(campaign))?;
            let task = row.as_deref().and_then(tasks::of_campaign);
            Ok(task
                .map(|task| entry(None, None, task))
                .into_iter()
                .collect())
        }
        Owner::Collaboration(id) => {
            let (place, Some(row)) = find(id)? else {
                return Ok(Vec::new());
            };
            let post = |publication: &_| {
                rows.get::<Publication>(&Publication::key(&PublicationRef {
                    collaboration: place.clone(),
                    publication: Clone::clone(publication),
                }))
            };
            let tasks = tasks::of_collaboration(&row, post)?;
            let named = |task| entry(Some(id), Some(&row.creator), task);
            Ok(tasks.into_iter().map(named).collect())
        }
        Owner::Cost(id) => {
            let Some(row) = rows.get::<Cost>(&Cost::key(campaign, id))? else {
                return Ok(Vec::new());
            };
            let collaboration = match &row.collaboration {
                Some(id) => find(id)?.1,
                None => None,
            };
            let creator = collaboration.as_deref().map(|one| &one.creator);
            let tasks = tasks::of_cost(&row).into_iter();
            let named = |task| entry(row.collaboration.as_ref(), creator, task);
            Ok(tasks.map(named).collect())
        }
    }
}
