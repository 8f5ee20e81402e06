//! Requests that ask for the events behind a number.

use crate::domain::metrics::Report;
use crate::domain::{CampaignId, CampaignRef, CreatorId, CreatorRef};
use crate::explain::{Number, Subject, near};
use crate::grpc::calls::request::Read;
use crate::grpc::calls::request::page::{When, read_brand, read_when};
use crate::wire::fields::{Fields, Origin};
use crate::wire::proto::api;

const SUBJECT_RULE: &str = "must be exactly one of campaign_id, creator_id";

/// Asks for the events behind a number.
pub struct ExplainQuery {
    /// Of what.
    pub subject: Subject,
    /// Which number.
    pub number: Number,
    /// As of when.
    pub when: When,
}

/// Parses `ExplainMetric`.
///
/// # Errors
/// Every violation.
pub fn explain_metric(request: &api::ExplainMetricRequest) -> Read<ExplainQuery> {
    use api::explain_metric_request::Subject as Wire;
    let mut fields = Fields::new(Origin::Call);
    let when = read_when(&mut fields, request.min_position, request.as_of);
    let brand = read_brand(&mut fields, &request.brand_id);
    let (report, subject) = match &request.subject {
        Some(Wire::CampaignId(id)) => {
            let campaign = fields.parse("campaign_id", id, CampaignId::parse);
            let subject = brand.and_then(|brand| {
                let campaign = campaign?;
                Ok(Subject::Campaign(CampaignRef { brand, campaign }))
            });
            (Report::Roi, subject)
        }
        Some(Wire::CreatorId(id)) => {
            let creator = fields.parse("creator_id", id, CreatorId::parse);
            let subject = brand.and_then(|brand| {
                let creator = creator?;
                Ok(Subject::Partnership(CreatorRef { brand, creator }))
            });
            (Report::Partnership, subject)
        }
        None => (Report::Roi, Err(fields.refuse("subject", SUBJECT_RULE))),
    };
    let number = Number::find(report, &request.metric).ok_or_else(|| {
        let rule = format!("must be the path of a number within {}", report.message());
        let near = near(report, &request.metric).join(", ");
        let rule = match near.as_str() {
            "" => rule,
            near => format!("{rule}; near it are {near}"),
        };
        fields.refuse("metric", rule)
    });
    let query = subject.and_then(|subject| {
        Ok(ExplainQuery {
            subject,
            number: number?,
            when: when?,
        })
    });
    fields.finish(query)
}
