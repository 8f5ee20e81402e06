//! Deliverables: submitted, reviewed, published, verified.

use campaign_ledger::wire::proto::api::{DeliverableState, ErrorReason};

use super::super::ops::{Publish, Repair, WorkVerb};
use super::{About, Against, DAY, Judged, Post, World};

impl World {
    pub fn work_verb(&mut self, place: (u8, u8), number: usize, verb: &WorkVerb) -> Judged {
        use DeliverableState::{
            Approved, Planned, Published, Rejected, RevisionRequested, Submitted, Verified, Waived,
        };
        match verb {
            WorkVerb::Remove(day) => return self.remove(place, number, day * DAY),
            WorkVerb::Restore(day) => return self.restore(place, number, day * DAY),
            WorkVerb::Correct(repair) => return self.repair(place, number, repair),
            _ => {}
        }
        let mut against = Against::default();
        let waits = self.campaigns[usize::from(place.0)].is_disputed(About::Work(place.1, number));
        against.unless(!waits || !verb.is_frozen(), ErrorReason::Disputed);
        let fresh = match verb {
            WorkVerb::Publish(publish) => !self.posts.contains(&publish.post),
            _ => true,
        };
        against.unless(fresh, ErrorReason::PostAlreadyRecorded);
        let deal = self.deal(place);
        against.unless(deal.is_working(), ErrorReason::CollaborationState);
        let most = deal.offer.max_revisions;
        let held = deal.is_held(Some(number));
        let needs_no_hold = matches!(verb, WorkVerb::Approve { .. } | WorkVerb::Publish(_));
        against.unless(!held || !needs_no_hold, ErrorReason::OnHold);
        let work = &mut deal.deliverables[number];
        let right = match verb {
            WorkVerb::Submit(_) => matches!(work.state, Planned | RevisionRequested),
            WorkVerb::Revise { .. } | WorkVerb::Approve { .. } | WorkVerb::Reject => {
                work.state == Submitted
            }
            WorkVerb::Publish(_) => work.is_open() || matches!(work.state, Rejected | Waived),
            WorkVerb::Waive => work.is_open() || work.state == Rejected,
            WorkVerb::Verify => work.state == Published,
            WorkVerb::Reschedule(_) => work.is_open(),
            WorkVerb::Remove(_) | WorkVerb::Restore(_) | WorkVerb::Correct(_) => {
                unreachable!("told before")
            }
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
            WorkVerb::Verify => {
                work.was_verified = true;
                work.state = Verified;
            }
            WorkVerb::Reschedule(day) => work.due = day * DAY,
            WorkVerb::Waive => {
                work.state = Waived;
                work.was_waived = true;
            }
            WorkVerb::Remove(_) | WorkVerb::Restore(_) | WorkVerb::Correct(_) => {
                unreachable!("told before")
            }
        }
        self.happens(1)
    }

    fn publish(&mut self, place: (u8, u8), number: usize, publish: &Publish) {
        self.posts.insert(publish.post);
        let told = self.head + 1;
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
            unapproved: match work.state {
                DeliverableState::Approved => false,
                DeliverableState::Waived => !work.was_approved,
                _ => true,
            },
            waived: work.state == DeliverableState::Waived,
            late: (published_at - work.due).max(0),
            late_at_first: (published_at - work.first_due).max(0),
            live: (published_at, 0),
            told,
            taken_down_at: None,
            removed: None,
            restored: None,
            removals: 0,
            removals_early: 0,
            observations: Vec::new(),
        });
        work.state = DeliverableState::Published;
    }

    /// Takes a post down, in any state of the agreement.
    fn remove(&mut self, place: (u8, u8), number: usize, at: i64) -> Judged {
        let position = self.head + 1;
        let deal = self.deal(place);
        let required = i64::from(deal.offer.min_live_days) * DAY;
        let work = &mut deal.deliverables[number];
        let Some(post) = &mut work.post else {
            return Judged::Refused(vec![ErrorReason::PublicationNotFound]);
        };
        if let Some((before, told)) = post.removed {
            return match before == at {
                true => Judged::Old(told, told),
                false => Judged::Refused(vec![ErrorReason::PostRemoved]),
            };
        }
        let (since, lived) = post.live;
        if at < since {
            return Judged::Refused(vec![ErrorReason::InvalidField]);
        }
        let lived = lived + at - since;
        post.live = (since, lived);
        post.removed = Some((at, position));
        post.taken_down_at = Some(at);
        post.removals += 1;
        post.removals_early += u64::from(lived < required);
        work.state = DeliverableState::Removed;
        self.happens(1)
    }

    /// Corrects a post, in any state of the agreement, as if it had been told so.
    fn repair(&mut self, place: (u8, u8), number: usize, repair: &Repair) -> Judged {
        let position = self.head + 1;
        let deal = self.deal(place);
        let required = i64::from(deal.offer.min_live_days) * DAY;
        let work = &mut deal.deliverables[number];
        let (due, first_due) = (work.due, work.first_due);
        let Some(post) = &mut work.post else {
            return Judged::Refused(vec![ErrorReason::PublicationNotFound]);
        };
        if repair.stale {
            return Judged::Refused(vec![ErrorReason::StalePublication]);
        }
        let published_at = repair.day.map_or(post.published_at, |day| day * DAY);
        let followers = repair.followers.or(post.followers);
        let disclosed = repair.disclosed.unwrap_or(post.disclosed);
        if published_at != post.published_at {
            let first_seen = post.observations.iter().map(|one| one.observed_at).min();
            let followed = [first_seen, post.taken_down_at].into_iter().flatten().min();
            if post.removals > 1 || followed.is_some_and(|at| published_at > at) {
                return Judged::Refused(vec![ErrorReason::InvalidField]);
            }
        }
        let before = (post.published_at, post.followers, post.disclosed);
        if before == (published_at, followers, disclosed) {
            return Judged::Refused(vec![ErrorReason::PublicationUnchanged]);
        }
        if let Some(taken_down_at) = post.taken_down_at.filter(|_| post.removals == 1) {
            let lived = taken_down_at - published_at;
            let since = post.restored.map_or(published_at, |(at, _)| at);
            post.live = (since, lived);
            post.removals_early = u64::from(lived < required);
        } else if post.removals == 0 {
            post.live = (published_at, 0);
        }
        post.published_at = published_at;
        post.followers = followers;
        post.disclosed = disclosed;
        post.late = (published_at - due).max(0);
        post.late_at_first = (published_at - first_due).max(0);
        post.told = position;
        self.happens(1)
    }

    fn restore(&mut self, place: (u8, u8), number: usize, at: i64) -> Judged {
        let position = self.head + 1;
        let work = &mut self.deal(place).deliverables[number];
        let Some(post) = &mut work.post else {
            return Judged::Refused(vec![ErrorReason::PublicationNotFound]);
        };
        let Some((removed_at, _)) = post.removed else {
            return match post.restored {
                Some((before, told)) if before == at => Judged::Old(told, told),
                _ => Judged::Refused(vec![ErrorReason::PostNotRemoved]),
            };
        };
        if at < removed_at {
            return Judged::Refused(vec![ErrorReason::InvalidField]);
        }
        post.live = (at, post.live.1);
        post.removed = None;
        post.restored = Some((at, position));
        work.state = match work.was_verified {
            true => DeliverableState::Verified,
            false => DeliverableState::Published,
        };
        self.happens(1)
    }
}

impl WorkVerb {
    /// Returns whether it must wait for the end of a dispute about the deliverable.
    fn is_frozen(&self) -> bool {
        use WorkVerb::{Approve, Reject, Reschedule, Verify, Waive};
        matches!(
            self,
            Approve { .. } | Reject | Reschedule(_) | Verify | Waive
        )
    }
}
