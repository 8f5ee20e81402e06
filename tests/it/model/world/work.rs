//! Deliverables: handed in, reviewed, published, verified.

use campaign_ledger::proto::api::{DeliverableState, ErrorReason};

use super::super::ops::{Publish, WorkVerb};
use super::{Against, DAY, Judged, Post, World};

impl World {
    pub fn work_verb(&mut self, place: (u8, u8), number: usize, verb: &WorkVerb) -> Judged {
        use DeliverableState::{
            Approved, Planned, Published, Rejected, RevisionRequested, Submitted, Verified, Waived,
        };
        let mut against = Against::default();
        let fresh = match verb {
            WorkVerb::Publish(publish) => !self.posts.contains(&publish.post),
            _ => true,
        };
        against.unless(fresh, ErrorReason::PostAlreadyRecorded);
        let deal = self.deal(place);
        against.unless(deal.is_working(), ErrorReason::CollaborationState);
        let most = deal.offer.max_revisions;
        let work = &mut deal.deliverables[number];
        let right = match verb {
            WorkVerb::Submit(_) => matches!(work.state, Planned | RevisionRequested),
            WorkVerb::Revise { .. } | WorkVerb::Approve { .. } | WorkVerb::Reject => {
                work.state == Submitted
            }
            WorkVerb::Publish(_) | WorkVerb::Waive => work.is_open() || work.state == Rejected,
            WorkVerb::Verify => work.state == Published,
            WorkVerb::Reschedule(_) => work.is_open(),
        };
        against.unless(right, ErrorReason::DeliverableState);
        if let WorkVerb::Revise { stale } | WorkVerb::Approve { stale, .. } = verb {
            against.unless(!stale, ErrorReason::StaleSubmission);
        }
        if let WorkVerb::Revise { .. } = verb {
            against.unless(work.revisions < most, ErrorReason::RevisionLimitReached);
        }
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        match verb {
            WorkVerb::Submit(day) => {
                let at = day * DAY;
                work.submissions.push((at, (at - work.due).max(0)));
                work.state = Submitted;
                deal.begins();
            }
            WorkVerb::Revise { .. } => {
                work.revisions += 1;
                work.state = RevisionRequested;
            }
            WorkVerb::Approve { rating, .. } => {
                work.was_approved = true;
                work.rating = *rating;
                work.state = Approved;
            }
            WorkVerb::Reject => work.state = Rejected,
            WorkVerb::Publish(publish) => self.publish(place, number, publish),
            WorkVerb::Verify => work.state = Verified,
            WorkVerb::Reschedule(day) => work.due = day * DAY,
            WorkVerb::Waive => work.state = Waived,
        }
        self.happens(1)
    }

    fn publish(&mut self, place: (u8, u8), number: usize, publish: &Publish) {
        self.posts.insert(publish.post);
        let creator = self.deal(place).creator;
        let of_profile = self.creators[&creator].followers;
        let deal = self.deal(place);
        deal.begins();
        let work = &mut deal.deliverables[number];
        let published_at = publish.day * DAY;
        work.post = Some(Post {
            number: publish.post,
            published_at,
            followers: publish.followers.or(of_profile),
            disclosed: publish.disclosed,
            unapproved: work.state != DeliverableState::Approved,
            late: (published_at - work.due).max(0),
            late_at_first: (published_at - work.first_due).max(0),
            observations: Vec::new(),
        });
        work.state = DeliverableState::Published;
    }
}
