//! Requests about deliverables.

use campaign_ledger::wire::proto::api::DeliverableState;

use super::super::ops::{Pick, Repair, WorkVerb};
use super::super::world::DAY;
use super::{Play, days_and, deal_id, occurred, pick, work_id};

/// Nothing is recorded that is in the future.
const LAST_DAY: i64 = 78;

impl Play {
    pub(super) async fn work_verb(&mut self, picked: Pick, verb: &WorkVerb) {
        let works = self.world.works();
        let all: Vec<_> = works
            .map(|(place, number, work)| (place, number, work.state))
            .collect();
        let running: Vec<_> = self
            .world
            .places()
            .filter(|(_, deal)| deal.is_working())
            .collect();
        let running: Vec<(u8, u8)> = running.into_iter().map(|(place, _)| place).collect();
        let sensible = |one: &((u8, u8), usize, DeliverableState)| {
            use DeliverableState::{
                Approved, Planned, Published, Removed, RevisionRequested, Submitted, Verified,
            };
            let fits = match verb {
                WorkVerb::Submit(_) => matches!(one.2, Planned | RevisionRequested),
                WorkVerb::Revise { .. } | WorkVerb::Approve { .. } | WorkVerb::Reject => {
                    one.2 == Submitted
                }
                WorkVerb::Publish(_) => matches!(one.2, Approved | Submitted),
                WorkVerb::Verify => one.2 == Published,
                WorkVerb::Reschedule(_) | WorkVerb::Waive => one.2 == Planned,
                WorkVerb::Remove(_) => return matches!(one.2, Published | Verified),
                WorkVerb::Restore(_) => return one.2 == Removed,
                WorkVerb::Correct(_) => return matches!(one.2, Published | Verified | Removed),
            };
            fits && running.contains(&one.0)
        };
        let Some((place, number, _)) = pick(picked, &all, sensible) else {
            return;
        };
        let post = self.world.deal(place).deliverables[number].post.as_ref();
        let on = |since: i64, days: i64| (since / DAY + days).clamp(0, LAST_DAY);
        let verb = match (verb, post) {
            (WorkVerb::Remove(days), Some(post)) => WorkVerb::Remove(on(post.live.0, *days)),
            (WorkVerb::Restore(days), Some(post)) => {
                let since = post.removed.map_or(post.live.0, |(at, _)| at);
                WorkVerb::Restore(on(since, *days))
            }
            (WorkVerb::Correct(repair), Some(_)) => WorkVerb::Correct(Repair {
                day: repair.day.map(|day| day.clamp(0, LAST_DAY)),
                ..repair.clone()
            }),
            (other, _) => other.clone(),
        };
        self.of_work(place, number, &verb).await;
    }

    /// Sends a request about a deliverable on its own days.
    pub(super) async fn of_work(&mut self, place: (u8, u8), number: usize, verb: &WorkVerb) {
        let version = self.world.deal(place).deliverables[number]
            .submissions
            .len() as u32;
        let post = self.world.deal(place).deliverables[number].post.as_ref();
        let told = post.map_or(1, |post| post.told);
        let (story, who) = (self.story(place.0), deal_id(place.1));
        let judged = self.world.work_verb(place, number, verb);
        macro_rules! about_this_work {
            ($request:expr) => {{
                let mut request = $request;
                request.deliverable_id = work_id(number);
                request
            }};
        }
        match verb {
            WorkVerb::Submit(day) => {
                let mut request = about_this_work!(story.submit(&who));
                occurred(&mut request, *day);
                self.write(request, judged).await;
            }
            WorkVerb::Revise { stale } => {
                let version = (version + u32::from(*stale)).max(1);
                let request = about_this_work!(story.revise(&who, version));
                self.write(request, judged).await;
            }
            WorkVerb::Approve { stale, rating } => {
                let mut request = about_this_work!(story.approve(&who));
                request.submission_version = (version + u32::from(*stale)).max(1);
                request.rating = *rating;
                self.write(request, judged).await;
            }
            WorkVerb::Reject => {
                let mut request = about_this_work!(story.reject(&who));
                request.submission_version = version.max(1);
                self.write(request, judged).await;
            }
            WorkVerb::Publish(publish) => {
                let at = days_and(0, publish.day * DAY);
                let mut request = story.publish(&who, &work_id(number), at);
                request.platform_post_id = format!("{}-post-{}", self.brand, publish.post);
                request.followers = publish.followers;
                request.disclosed = publish.disclosed;
                self.write(request, judged).await;
            }
            WorkVerb::Verify => {
                self.write(about_this_work!(story.verify(&who)), judged)
                    .await;
            }
            WorkVerb::Reschedule(day) => {
                let at = days_and(*day, 0);
                let request = about_this_work!(story.reschedule(&who, at));
                self.write(request, judged).await;
            }
            WorkVerb::Waive => {
                self.write(about_this_work!(story.waive(&who)), judged)
                    .await
            }
            WorkVerb::Remove(day) => {
                let mut request = story.remove(&who, days_and(*day, 0));
                request.publication_id = work_id(number);
                self.write(request, judged).await;
            }
            WorkVerb::Correct(repair) => {
                let expected = told + u64::from(repair.stale);
                let mut request = story.correct_post(&who, expected, days_and(0, 0));
                request.published_at = repair.day.map(|day| days_and(day, 0));
                request.publication_id = work_id(number);
                request.followers = repair.followers;
                request.disclosed = repair.disclosed;
                self.write(request, judged).await;
            }
            WorkVerb::Restore(day) => {
                let mut request = story.restore(&who, days_and(*day, 0));
                request.publication_id = work_id(number);
                self.write(request, judged).await;
            }
        }
    }
}
