//! Final reports.

use campaign_ledger::domain::*;

pub fn events() -> Vec<Event> {
    vec![Event::Campaign(CampaignEvent::ReportFinalised(
        ReportFinalised {
            revision: 2,
            drawn: Drawn {
                as_of: Position::new(1_024),
                definitions: "metrics-v1".to_owned(),
                sha256: [0x5e; 32],
            },
        },
    ))]
}
