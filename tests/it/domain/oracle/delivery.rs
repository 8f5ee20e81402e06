//! Delivery in the oracle: how reliable work was, and how soon it was paid.

use std::collections::BTreeMap;

use campaign_ledger::domain::*;

use super::{Post, Story, Work};

impl Story {
    pub(super) fn accepted_works(&self) -> impl Iterator<Item = &Work> {
        let accepted = self.agreements.values().filter(|one| one.was_accepted);
        accepted.flat_map(|one| one.works.values())
    }

    pub(super) fn delivery(&self) -> DeliveryTotals {
        let sum = |of: fn(&Work) -> i64| self.accepted_works().map(of).sum();
        let count =
            |is: &dyn Fn(&Post) -> bool| self.posts.iter().filter(|post| is(post)).count() as i64;
        let policy = self
            .plan
            .as_ref()
            .map(|plan| plan.policy)
            .unwrap_or_default();
        let mut open_dues = BTreeMap::new();
        let live = self.agreements.values().filter(|one| {
            matches!(
                one.state,
                CollaborationState::Accepted | CollaborationState::Active
            )
        });
        for work in live.flat_map(|one| one.works.values()) {
            use DeliverableState::{Approved, Planned, RevisionRequested, Submitted};
            if matches!(
                work.state,
                Planned | Submitted | RevisionRequested | Approved
            ) {
                *open_dues.entry(work.due_at).or_default() += 1;
            }
        }
        let late = |post: &Post| {
            let nanos = post.recorded.published_at.nanos() - post.due_at.nanos();
            i128::from((nanos.max(0) + 999_999_999) / 1_000_000_000)
        };
        DeliveryTotals {
            accepted: sum(|_| 1),
            published: self.posts.len() as i64,
            on_time: count(&|post| post.recorded.published_at <= post.due_at),
            on_time_original: count(&|post| post.recorded.published_at <= post.first_due_at),
            seconds_late: self.posts.iter().map(late).sum(),
            submissions: sum(|work| work.submissions),
            handed_in: sum(|work| i64::from(work.submissions > 0)),
            revisions: sum(|work| work.revisions),
            unapproved: count(&|post| !post.was_approved),
            undisclosed: count(&|post| {
                let (found, found_where_agreed) = post.was_insufficient;
                if policy.disclosure_required {
                    !post.recorded.disclosed || found
                } else {
                    post.was_agreed && !post.recorded.disclosed || found_where_agreed
                }
            }),
            waived: count(&|post| post.was_waived),
            verified: sum(|work| i64::from(work.was_verified)),
            removed_early: self
                .posts
                .iter()
                .map(|post| self.taken_down_early(post))
                .sum(),
            removed: count(&|post| post.lives.len() % 2 == 1),
            open_dues,
        }
    }

    /// Returns how often a post was taken down before the promised time was over.
    fn taken_down_early(&self, post: &Post) -> i64 {
        let (mut lived, mut early, mut since) = (0, 0, post.recorded.published_at);
        for (times, days) in post.lives.chunks(2).zip(&post.promised_days) {
            let days = i64::from(*days);
            lived += (times[0].nanos() - since.nanos()) / 1_000_000_000;
            early += i64::from(lived < days * 24 * 60 * 60);
            since = times.get(1).copied().unwrap_or(since);
        }
        early
    }

    /// Returns the payments, and the nanoseconds from incurring to paying.
    pub(super) fn paid_after(&self) -> (i64, i128) {
        let nanos = self.payments.iter().map(|payment| {
            let line = &self.lines[&payment.cost].recorded;
            i128::from(payment.paid_at.nanos()) - i128::from(line.incurred_at.nanos())
        });
        (self.payments.len() as i64, nanos.sum())
    }
}
