//! Rules of final reports: `CLOSED → FINALISED` with the first revision, and a new revision
//! whenever the numbers have changed.

use super::{Case, Decided, Decision, ensure, happens, of_campaign};
use crate::domain::limits::MAX_REPORTS;
use crate::domain::rows::Rows;
use crate::domain::state::Report;
use crate::domain::{
    CampaignEvent, CampaignRef, CampaignState, Drawn, Event, Refusal, ReportFinalised,
};

impl<S: Rows> Case<'_, S> {
    pub(super) fn finalise_report(
        &self,
        place: &CampaignRef,
        expected: Option<u32>,
        drawn: &Drawn,
    ) -> Decided<Decision, S> {
        let ended = [CampaignState::Closed, CampaignState::Finalised];
        let campaign = self.campaign_in(place, &ended, "only a closed one has a report")?;
        let state = campaign.state;
        ensure(campaign.closed <= Some(drawn.as_of), || {
            Refusal::CampaignState {
                state,
                rule: "it closed only after the numbers were taken",
            }
        })?;
        // The ledger still records ends of collaborations, which change the numbers.
        ensure(campaign.ending == 0, || Refusal::LiveWork {
            open_invitations: campaign.ending,
            applications: 0,
            live_collaborations: 0,
        })?;
        let (last, actual) = (campaign.reports, campaign.reports.saturating_add(1));
        let stale = |expected| Refusal::StaleReport { expected, actual };
        let expected = expected.unwrap_or(actual);
        ensure(expected == actual, || stale(expected))?;
        ensure(last < MAX_REPORTS, || Refusal::LimitReached {
            collection: "revisions of the report of a campaign",
            limit: MAX_REPORTS as usize,
        })?;
        if let Some(before) = self.rows.get::<Report>(&Report::key(place, last))? {
            ensure(before.drawn.as_of < drawn.as_of, || stale(last))?;
            ensure(!before.drawn.says_the_same(drawn), || {
                Refusal::ReportUnchanged { revision: last }
            })?;
        }
        happens(of_campaign(
            &place.campaign,
            Event::Campaign(CampaignEvent::ReportFinalised(ReportFinalised {
                revision: actual,
                drawn: drawn.clone(),
            })),
        ))
    }
}
