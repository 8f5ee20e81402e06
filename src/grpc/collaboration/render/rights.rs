//! Rights of use as messages.

use crate::domain::state::RightsEnd;
use crate::wire::proto::api;

/// Renders a right of use and where it was agreed on.
pub fn agreed_rights(row: &RightsEnd) -> api::AgreedRights {
    api::AgreedRights {
        campaign_id: row.collaboration.campaign.to_string(),
        collaboration_id: row.collaboration.collaboration.to_string(),
        creator_id: row.creator.to_string(),
        rights: Some((&row.rights).into()),
    }
}
