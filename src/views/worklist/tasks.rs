//! The rules of tasks: pure functions of the rows. A new kind of task is a line here.

use super::{Blocked, Task, TaskKind, When};
use crate::domain::state::{Campaign, Collaboration, Cost, Deliverable, Publication};
use crate::domain::{
    ActorKind, CollaborationState, DeliverableState, DisputeSubject, PublicationId, Timestamp,
};

/// Lists the tasks of a collaboration. `post` finds its live posts.
///
/// # Errors
/// Those of `post`.
pub fn of_collaboration<E>(
    collaboration: &Collaboration,
    post: impl Fn(&PublicationId) -> Result<Option<std::sync::Arc<Publication>>, E>,
) -> Result<Vec<Task>, E> {
    let mut tasks = Vec::new();
    match collaboration.state {
        CollaborationState::Applied => {
            let applied_at = collaboration.application.as_ref().map(|one| one.at);
            let since = When::Since(applied_at.unwrap_or_default());
            tasks.push(task(TaskKind::AnswerApplication, since));
        }
        CollaborationState::Invited => {
            tasks.extend(until_expiry(TaskKind::AnswerOffer, collaboration));
        }
        CollaborationState::Countered => {
            tasks.extend(until_expiry(TaskKind::AnswerCounter, collaboration));
        }
        CollaborationState::Accepted | CollaborationState::Active => {
            for deliverable in &collaboration.deliverables {
                let post = match &deliverable.publication {
                    Some(publication) => post(publication)?,
                    None => None,
                };
                let begun = begun_at(collaboration);
                let next = of_deliverable(deliverable, post.as_deref(), begun);
                tasks.extend(next.into_iter().map(|task| Task {
                    deliverable: Some(deliverable.terms.id.clone()),
                    ..task
                }));
            }
            if let Some(proposed) = &collaboration.amendment {
                tasks.push(Task {
                    side: proposed.by.other(),
                    ..task(TaskKind::AnswerAmendment, When::Since(proposed.at))
                });
            }
            if is_done(collaboration) {
                tasks.push(task(
                    TaskKind::Complete,
                    When::Since(begun_at(collaboration)),
                ));
            }
        }
        CollaborationState::Completed
        | CollaborationState::Cancelled
        | CollaborationState::Terminated => {
            // Nothing is owed any more, but an advertisement that is live stays one.
            for deliverable in &collaboration.deliverables {
                if let Some(publication) = &deliverable.publication {
                    let hidden = post(publication)?.and_then(|post| undisclosed(&post));
                    tasks.extend(hidden.map(|task| Task {
                        deliverable: Some(deliverable.terms.id.clone()),
                        ..task
                    }));
                }
            }
        }
        CollaborationState::Declined
        | CollaborationState::Withdrawn
        | CollaborationState::Expired
        | CollaborationState::Rejected => {}
    }
    tasks.extend(rights_that_end(collaboration));
    tasks.sort();
    Ok(tasks)
}

/// Lists the rights of use in force that have an end. They outlive the agreement.
fn rights_that_end(collaboration: &Collaboration) -> impl Iterator<Item = Task> {
    let terms = collaboration.terms().into_iter();
    let rights = terms.flat_map(|terms| &terms.usage_rights);
    rights.filter_map(|right| {
        Some(Task {
            rights: Some(right.id.clone()),
            ..task(TaskKind::RightsExpiring, When::Due(right.ends_at?))
        })
    })
}

/// Returns the task of a post that is live and does not disclose what it must.
fn undisclosed(post: &Publication) -> Option<Task> {
    let is_hidden = post.undisclosed && post.removed_at().is_none();
    is_hidden.then(|| task(TaskKind::Disclose, When::Since(post.published_at)))
}

/// Returns the task of a campaign as a whole: it is over budget.
pub fn of_campaign(campaign: &Campaign) -> Option<Task> {
    let since = When::Since(campaign.over_since?);
    Some(task(TaskKind::RaiseBudget, since))
}

/// Lists the tasks of a cost line.
pub fn of_cost(cost: &Cost) -> Vec<Task> {
    if cost.reversed {
        return Vec::new();
    }
    let since = When::Since(cost.incurred_at);
    let mut tasks = Vec::new();
    if cost.approved_minor < cost.total_minor() {
        tasks.push(task(TaskKind::ApproveCost, since));
    }
    if cost.paid_minor < cost.approved_minor {
        tasks.push(task(TaskKind::Pay, since));
    }
    tasks
}

fn of_deliverable(
    deliverable: &Deliverable,
    post: Option<&Publication>,
    begun: Timestamp,
) -> Vec<Task> {
    let due = When::Due(deliverable.due_at);
    let handed_in = deliverable.submissions.last();
    let since = When::Since(handed_in.map_or(begun, |last| last.submitted_at));
    match deliverable.state {
        DeliverableState::Planned | DeliverableState::RevisionRequested => {
            vec![task(TaskKind::SubmitContent, due)]
        }
        DeliverableState::Submitted => {
            let due = handed_in.and_then(|last| last.review_due_at);
            vec![task(TaskKind::ReviewContent, due.map_or(since, When::Due))]
        }
        DeliverableState::Approved => vec![task(TaskKind::Publish, due)],
        DeliverableState::Rejected => vec![task(TaskKind::WaiveRejected, since)],
        DeliverableState::Published => {
            let live = When::Since(post.map_or(begun, |post| post.published_at));
            let verify = task(TaskKind::VerifyPublication, live);
            let disclose = post.and_then(undisclosed);
            std::iter::once(verify).chain(disclose).collect()
        }
        DeliverableState::Verified => post.and_then(undisclosed).into_iter().collect(),
        DeliverableState::Waived | DeliverableState::Removed => Vec::new(),
    }
}

fn until_expiry(kind: TaskKind, collaboration: &Collaboration) -> Option<Task> {
    let made = collaboration.offer_made()?;
    Some(task(kind, When::Due(made.open_until)))
}

/// Returns whether everything is verified or waived, and the work began.
fn is_done(collaboration: &Collaboration) -> bool {
    collaboration.state == CollaborationState::Active
        && collaboration.deliverables.iter().all(Deliverable::is_done)
}

/// Returns when the collaboration was accepted.
fn begun_at(collaboration: &Collaboration) -> Timestamp {
    let acceptance = collaboration.acceptance.as_ref();
    let invited_at = collaboration.invited_at.unwrap_or_default();
    acceptance.map_or(invited_at, |acceptance| acceptance.at)
}

fn task(kind: TaskKind, when: When) -> Task {
    let side = match kind {
        TaskKind::AnswerOffer
        | TaskKind::SubmitContent
        | TaskKind::Publish
        | TaskKind::Disclose => ActorKind::Creator,
        TaskKind::ReviewContent
        | TaskKind::WaiveRejected
        | TaskKind::VerifyPublication
        | TaskKind::Complete
        | TaskKind::ApproveCost
        | TaskKind::Pay
        | TaskKind::AnswerApplication
        | TaskKind::AnswerCounter
        | TaskKind::AnswerAmendment
        | TaskKind::RaiseBudget
        | TaskKind::RightsExpiring => ActorKind::Brand,
    };
    Task {
        when,
        kind,
        side,
        deliverable: None,
        rights: None,
    }
}

/// Finds why a task is blocked, from the rows of its subject. The reasons are those for which
/// `decide` refuses the step.
pub fn blocked(
    task: &Task,
    collaboration: Option<&Collaboration>,
    cost: Option<&Cost>,
) -> Option<Blocked> {
    let held = || {
        let hold = collaboration?.hold_over(task.deliverable.as_ref())?;
        Some(Blocked::Hold(hold.id.clone()))
    };
    let reviewed = || {
        let subject = DisputeSubject::Deliverable(task.deliverable.clone()?);
        let dispute = collaboration?.dispute_of(&subject)?;
        Some(Blocked::Dispute(dispute.clone()))
    };
    let line = || {
        let cost = cost?;
        let dispute = cost.dispute.clone().map(Blocked::Dispute);
        dispute.or_else(|| cost.withheld.then_some(Blocked::Withheld))
    };
    let disputed = || {
        let open = collaboration?.open_disputes.first()?;
        Some(Blocked::Dispute(open.id.clone()))
    };
    match task.kind {
        TaskKind::ReviewContent => held().or_else(reviewed),
        TaskKind::Publish => held(),
        TaskKind::VerifyPublication | TaskKind::WaiveRejected => reviewed(),
        TaskKind::ApproveCost => line(),
        TaskKind::Pay => held().or_else(line),
        TaskKind::Complete => disputed(),
        TaskKind::AnswerOffer
        | TaskKind::SubmitContent
        | TaskKind::Disclose
        | TaskKind::AnswerApplication
        | TaskKind::AnswerCounter
        | TaskKind::AnswerAmendment
        | TaskKind::RaiseBudget
        | TaskKind::RightsExpiring => None,
    }
}
