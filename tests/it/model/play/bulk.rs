//! Many deals at once: invitations in one call, the end of a campaign, its report.

use campaign_ledger::wire::proto::api::item_result::Outcome;

use super::super::ops::{DealVerb, Offer, WorkVerb};
use super::super::world::{DAY, Ruling};
use super::*;

impl Play {
    /// Each item is judged as if it were alone.
    pub(super) async fn invite_many(&mut self, campaign: u8, pairs: &[(u8, u8)], offer: &Offer) {
        self.asked += 1;
        let story = self.story(campaign);
        let terms = terms_of(&story, offer);
        let mut request = story.invite_all(&format!("q-{}", self.asked), &[], terms);
        request.expires_at = Some(days_and(FAR_DAY, 0));
        request.context.as_mut().unwrap().occurred_at = Some(days_and(0, 0));
        request.invitations = pairs
            .iter()
            .map(|(deal, creator)| Invitation {
                collaboration_id: deal_id(*deal),
                creator_id: CREATORS[usize::from(*creator)].to_owned(),
                ..Invitation::default()
            })
            .collect();
        let answer = self.client.call(request.clone()).await.unwrap();
        assert_eq!(answer.results.len(), pairs.len(), "{request:?}");
        for (result, (deal, creator)) in answer.results.iter().zip(pairs) {
            let judged = self.world.invite(campaign, *deal, *creator, offer);
            match (result.outcome.as_ref().unwrap(), judged) {
                (Outcome::Written(one), Judged::New(1)) => {
                    assert_eq!(one.id, deal_id(*deal));
                    let at = (one.first_position, one.last_position);
                    assert_eq!(at, (self.world.head, self.world.head), "{request:?}");
                    assert!(!one.written_before);
                }
                (Outcome::Error(error), Judged::Refused(reasons)) => {
                    assert!(reasons.contains(&error.reason()), "{reasons:?}: {error:?}");
                }
                (other, judged) => panic!("{judged:?}, not {other:?}: {request:?}"),
            }
        }
    }

    /// Ends everything that is left to do in a campaign, step by step, and closes it.
    pub(super) async fn wind_up(&mut self, campaign: u8) {
        let deals = &self.world.campaigns[usize::from(campaign)].deals;
        let working = deals.iter().filter(|(_, deal)| deal.is_working());
        let working: Vec<u8> = working.map(|(id, _)| *id).collect();
        for deal in working {
            self.settle(campaign, deal).await;
            let place = (campaign, deal);
            let own = self.world.deal(place);
            let published = own.deliverables.iter().any(|work| work.post.is_some());
            let end = match published {
                true => DealVerb::Complete,
                false => DealVerb::Leave,
            };
            self.of_deal(place, &end).await;
        }
        let withdraw_pending = true;
        let close = CampaignVerb::Close { withdraw_pending };
        self.campaign_verb(campaign, &close).await;
    }

    /// Resolves the disputes of a deal, and verifies or waives its work.
    async fn settle(&mut self, campaign: u8, deal: u8) {
        let own = &self.world.campaigns[usize::from(campaign)];
        let open: Vec<u8> = own.disputes_of(deal).collect();
        for id in open {
            self.rule((campaign, id), Ruling::Overturned, false).await;
        }
        let works = self.world.deal((campaign, deal)).deliverables.len();
        for number in 0..works {
            let work = &self.world.deal((campaign, deal)).deliverables[number];
            let verb = match work.state {
                DeliverableState::Published => WorkVerb::Verify,
                DeliverableState::Verified | DeliverableState::Waived => continue,
                DeliverableState::Removed => {
                    let (at, _) = work.post.as_ref().and_then(|post| post.removed).unwrap();
                    let again = WorkVerb::Restore(at / DAY);
                    self.of_work((campaign, deal), number, &again).await;
                    WorkVerb::Verify
                }
                _ => WorkVerb::Waive,
            };
            self.of_work((campaign, deal), number, &verb).await;
        }
    }

    /// Fixes the numbers of a campaign, which later facts do not change.
    pub(super) async fn finalise(&mut self, campaign: u8) {
        let story = self.story(campaign);
        let mut before = self.reports.iter().rev();
        let before = before.find(|(of, _)| *of == campaign);
        let before = before.and_then(|(_, report)| report.roi.clone());
        let now = as_fixed(story.roi().await);
        let judged = self.world.finalise(campaign, before == Some(now.clone()));
        let made = matches!(judged, Judged::New(_));
        self.write(story.finalise(), judged).await;
        if made {
            let report = self.client.call(story.report(0)).await.unwrap();
            assert_eq!(report.roi, Some(now));
            self.reports.push((campaign, report));
        }
    }
}

/// Returns the live numbers in the form of a report.
fn as_fixed(roi: CampaignRoi) -> CampaignRoi {
    CampaignRoi {
        state: CampaignState::Finalised.into(),
        report_revisions: 0,
        ..roi
    }
}
