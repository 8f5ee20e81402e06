//! Events of a campaign, both ways.

use super::stored;
use crate::domain::{CampaignEvent, Drawn, ReportFinalised};
use crate::wire::rules::{from_one, optional_positive, positive};

stored! { Campaign(CampaignEvent) {
    CampaignCreated { plan, }
    CampaignOpened { emv_model, }
    CampaignPaused { reason, }
    CampaignResumed {}
    BudgetAmended {
        cap = budget_cap: positive,
        previous = previous_cap: optional_positive,
        reason,
    }
    CampaignAmended {
        plan,
        previous = previous_plan,
        reason,
    }
    CampaignClosed {}
    CampaignCancelled { reason, }
    ReportFinalised (ReportFinalised {
        revision: from_one,
        drawn: Drawn {
            as_of = as_of_position,
            definitions,
            sha256 = report_sha256,
        },
    })
}}
