//! Requests about reports that stay.

use crate::domain::{CampaignRef, CampaignVerb, Command, Drawn, Timestamp};
use crate::grpc::calls::request::Read;
use crate::grpc::calls::request::context::{Call, Context, Parsed};
use crate::grpc::calls::request::page::{Page, When, read_campaign, read_page, read_when};
use crate::wire::fields::{Fields, Origin};
use crate::wire::proto::api;

const REVISION_RULE: &str = "must be 1 or more";
const LATER_RULE: &str = "must be after from_revision";

/// A `FinaliseReport` that waits for its numbers.
pub struct Finalising {
    /// Of what.
    pub campaign: CampaignRef,
    revision: Option<u32>,
    context: Context,
}

impl Finalising {
    /// Makes the write, now that the numbers are drawn.
    pub fn with(self, drawn: Drawn) -> Parsed {
        let CampaignRef { brand, campaign } = self.campaign;
        let revision = self.revision;
        let verb = CampaignVerb::FinaliseReport { revision, drawn };
        let command = Command::Campaign { campaign, verb };
        self.context.write(brand, command)
    }
}

/// Parses `FinaliseReport`.
///
/// # Errors
/// Every violation.
pub fn finalise_report(
    mut request: api::FinaliseReportRequest,
    now: Timestamp,
) -> Read<Finalising> {
    let mut call = Call::begin(&mut request, now);
    let campaign = call.campaign(&request.campaign_id);
    let is_one = request.revision != Some(0);
    call.fields.check("revision", is_one, REVISION_RULE);
    let (brand, context, campaign) = call.finish_with(campaign)?;
    Ok(Finalising {
        campaign: CampaignRef { brand, campaign },
        revision: request.revision,
        context,
    })
}

/// Asks for a revision of a report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReportQuery {
    /// Of what.
    pub campaign: CampaignRef,
    /// Which; `None` for the last one.
    pub revision: Option<u32>,
    /// As of when.
    pub when: When,
}

/// Parses `GetReport`.
///
/// # Errors
/// Every violation.
pub fn get_report(request: &api::GetReportRequest) -> Read<ReportQuery> {
    let mut fields = Fields::new(Origin::Call);
    let when = read_when(&mut fields, request.min_position, request.as_of);
    let campaign = read_campaign(&mut fields, &request.brand_id, &request.campaign_id);
    fields.finish(campaign.and_then(|campaign| {
        Ok(ReportQuery {
            campaign,
            revision: Some(request.revision).filter(|revision| *revision > 0),
            when: when?,
        })
    }))
}

/// Asks for the revisions of a report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReportsQuery {
    /// Of what.
    pub campaign: CampaignRef,
    /// Which part.
    pub page: Page,
    /// As of when.
    pub when: When,
}

/// Parses `ListReports`.
///
/// # Errors
/// Every violation.
pub fn list_reports(request: api::ListReportsRequest) -> Read<ReportsQuery> {
    let mut fields = Fields::new(Origin::Call);
    let when = read_when(&mut fields, request.min_position, request.as_of);
    let campaign = read_campaign(&mut fields, &request.brand_id, &request.campaign_id);
    let page = read_page(&mut fields, request.page_size, request.page_token);
    let query = campaign.and_then(|campaign| {
        Ok(ReportsQuery {
            campaign,
            page: page?,
            when: when?,
        })
    });
    fields.finish(query)
}

/// Asks what differs between two revisions of a report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ComparisonOfReports {
    /// Of what.
    pub campaign: CampaignRef,
    /// The earlier revision.
    pub from: u32,
    /// The later revision.
    pub to: u32,
    /// Which part of the events.
    pub page: Page,
    /// As of when.
    pub when: When,
}

/// Parses `CompareReports`.
///
/// # Errors
/// Every violation.
pub fn compare_reports(request: api::CompareReportsRequest) -> Read<ComparisonOfReports> {
    let mut fields = Fields::new(Origin::Call);
    let when = read_when(&mut fields, request.min_position, request.as_of);
    let campaign = read_campaign(&mut fields, &request.brand_id, &request.campaign_id);
    let (from, to) = (request.from_revision, request.to_revision);
    fields.check("from_revision", from > 0, REVISION_RULE);
    fields.check("to_revision", to > from, LATER_RULE);
    let page = read_page(&mut fields, request.page_size, request.page_token);
    let query = campaign.and_then(|campaign| {
        Ok(ComparisonOfReports {
            campaign,
            from,
            to,
            page: page?,
            when: when?,
        })
    });
    fields.finish(query)
}
